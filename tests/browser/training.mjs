// SPDX-License-Identifier: GPL-3.0-or-later
// The planner asks what cross-training would save, and finds the answer again later.
import { logIn, LOOKS, settled } from "./browser.mjs";
import { PASSWORD } from "./service.mjs";
import { expect, step } from "./tap.mjs";

export async function training(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	await visit.go("#/plan/forecast");
	await page.waitForSelector("#week");
	if (look === LOOKS[0]) {
		await step("a week has a forecast", async () => {
			const state = await page.evaluate(async () => {
				const params = Object.fromEntries(new URLSearchParams(location.hash.split("?")[1]));
				const { csrf } = await (await fetch("/api/v1/session")).json();
				const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
				const body = JSON.stringify({ site_id: Number(params.site), week: params.week });
				const { id } = await (await fetch("/api/v1/forecasts", { method: "POST", headers, body })).json();
				for (;;) {
					const job = await (await fetch(`/api/v1/jobs/${id}`)).json();
					if (!["queued", "running"].includes(job.state)) return job.state;
					await new Promise((resolve) => { setTimeout(resolve, 500); });
				}
			});
			expect(state === "done", `the forecast is ${state}`);
		});
	}
	await visit.go("#/plan/what-if");
	if (look === LOOKS[0]) {
		await step("what sharing saves is worked out with live progress", async () => {
			await page.locator("#training-ask:enabled").click();
			await page.waitForSelector(".job progress", { timeout: 60_000 });
			await page.waitForSelector("#training-result", { timeout: 300_000 });
		});
		await step("scenarios, groups and queues are told", async () => {
			const tables = page.locator("#training-result table");
			expect(await tables.count() === 3, `${await tables.count()} tables`);
			expect(await tables.nth(0).locator("tbody tr").count() === 4, "not four ways to train");
			const hours = await page.locator("#training-result .stats dd").evaluateAll((cells) => cells.map((c) => Number.parseFloat(c.textContent.replace(/[^\d.]/g, ""))));
			expect(hours[0] > hours[1] && hours[1] > 0, `${hours[0]} hours alone, ${hours[1]} shared`);
		});
		await page.reload();
		await settled(page);
	}
	await step(`the answer is still there later (${look.name})`, async () => {
		await page.waitForSelector("#training-result", { timeout: 30_000 });
	});
	await visit.stop("training");
}
