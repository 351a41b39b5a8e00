// SPDX-License-Identifier: GPL-3.0-or-later
// An agent asks for leave in the published week; who approves it is offered to plan the week again.
import { LOOKS, logIn } from "./browser.mjs";
import { PASSWORD } from "./service.mjs";
import { expect, note, step } from "./tap.mjs";

const ZONE = "America/Santiago";
const today = () => new Date().toLocaleDateString("en-CA", { timeZone: ZONE });

/** Asks for the day of the agent's next shift after today in a published week; null: there is none. */
async function askForLeave(page) {
	return page.evaluate(async (now) => {
		const { csrf } = await (await fetch("/api/v1/session")).json();
		const shifts = (await (await fetch("/api/v1/me/shifts")).json()).items;
		const day = shifts.map((s) => s.day).filter((d) => d > now).sort()[0];
		if (!day) return null;
		const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
		const reply = await fetch("/api/v1/me/absences", { method: "POST", headers, body: JSON.stringify({ kind: "vacation", first_day: day }) });
		return { day, status: reply.status, site: (await reply.json()).site_id };
	}, today());
}

export async function leave(visit, look) {
	const { page } = visit;
	if (look !== LOOKS[0]) return;
	await logIn(page, "agent", PASSWORD);
	const asked = await askForLeave(page);
	if (!asked || new Date(`${today()}T00:00:00Z`).getUTCDay() === 0) {
		note("the agent has no shift ahead in a published week that can still be planned");
		return;
	}
	await page.click("header.top .top-end .btn-icon");
	await page.waitForSelector("form.login");
	await logIn(page, "planner", PASSWORD);
	await step("who approves leave in a published week is offered to plan it again", async () => {
		expect(asked.status === 201, `asking answers ${asked.status}`);
		await visit.go(`#/plan/time-off?site=${asked.site}`);
		await page.locator("tr", { has: page.locator(".btn-danger") }).first().waitFor();
		const rows = page.locator("tr", { has: page.locator(".btn-danger") });
		for (let n = await rows.count(); n > 0 && await page.locator(".offer").count() === 0; n--) {
			await rows.first().locator(".btn").first().click();
			await page.waitForFunction((left) => document.querySelector(".offer") ||
				document.querySelectorAll("tr .btn-danger").length < left, n);
		}
		await page.waitForSelector(".offer a.btn-primary");
	});
	await visit.stop("leave-offer");
	await step("the week opens on the board with its shifts in leave, ready to be planned again", async () => {
		await page.click(".offer a.btn-primary");
		await page.waitForSelector("#replan", { timeout: 60_000 });
		expect(Number(await page.locator("#replan input[name=price]").inputValue()) > 0, "no price is proposed");
		await page.click(".dialog-foot .btn >> nth=0");
		await page.waitForSelector("#away");
		expect(await page.locator("#replan-away").count() === 1, "the board does not offer to plan again");
		expect(await page.locator(".shift-away").count() > 0, "no shift is shown as in leave");
		expect(!page.url().includes("again="), "the address would ask again");
	});
	await visit.stop("leave-board");
}
