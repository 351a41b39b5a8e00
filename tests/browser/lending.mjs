// SPDX-License-Identifier: GPL-3.0-or-later
// People who may work at another site: entered on the schedule page, then two sites planned in one.
import { LOOKS, logIn, settled } from "./browser.mjs";
import { PASSWORD } from "./service.mjs";
import { expect, step } from "./tap.mjs";

const HOME = 4;

async function addPerson(page, other) {
	await page.selectOption("#lending-site", String(other));
	await page.fill("#lending-form [name=travel]", "30");
	const answered = page.waitForResponse((r) => r.request().method() === "PATCH");
	await page.click("#lending-add");
	return (await answered).json();
}

/** Another branch of the same zone, and a week after the running one. */
async function place(page) {
	return page.evaluate(async (home) => {
		const sites = (await (await fetch("/api/v1/sites")).json()).items;
		const own = sites.find((s) => s.id === home);
		const other = sites.find((s) => s.id !== home && s.zone === own.zone && s.kind === "branch");
		const day = new Date(Date.now() + 28 * 86_400_000);
		const thursday = new Date(day.getTime() + (4 - (day.getUTCDay() || 7)) * 86_400_000);
		const first = new Date(Date.UTC(thursday.getUTCFullYear(), 0, 1));
		const week = Math.ceil(((thursday - first) / 86_400_000 + 1) / 7);
		return { other: other.id, name: other.name, week: `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}` };
	}, HOME);
}

export async function lending(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	const { other, name, week } = await place(page);
	await visit.go(`#/plan/schedule?site=${HOME}&week=${week}`);
	await page.waitForSelector("#lending-add");
	if (look === LOOKS[0]) {
		await step("a person is let work at another site, and no more", async () => {
			const kept = await addPerson(page, other);
			expect(kept.elsewhere.length === 1 && kept.elsewhere[0].site_id === other && kept.elsewhere[0].travel_min === 30, JSON.stringify(kept.elsewhere));
			await page.click(".lending td .btn-danger");
			await page.waitForSelector(".lending td .btn-danger", { state: "detached" });
			expect(await page.locator("#together").count() === 0, "no people are shared, yet a plan in one is offered");
			await addPerson(page, other);
			await page.waitForSelector(`#together input[value="${other}"]`);
		});
		await step("both sites are planned in one, and the roster says so", async () => {
			await page.check(`#together input[value="${other}"]`);
			const asked = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/schedules"));
			await page.click("#build");
			expect(JSON.stringify((await asked).postDataJSON().with) === `[${other}]`, "the other site is not asked for");
			await page.waitForSelector(".evidence", { timeout: 120_000 });
			await page.waitForFunction((n) => document.querySelector(".evidence")?.textContent.includes(n), name);
		});
		await step("what would help is asked of both, and says so", async () => {
			await page.waitForSelector("#helps", { timeout: 60_000 });
			const card = await page.locator(".helps").innerText();
			expect(card.includes(name), "the other site is not named");
			expect(await page.locator("#helps table").count() > 0, "nothing is listed");
		});
		await step("planned again, the other site may be asked for too", async () => {
			await page.click("#replan-open");
			await page.check("#replan input[name=all]");
			const sent = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/schedules"));
			await page.click("#replan-go");
			const body = (await sent).postDataJSON();
			expect(body.keep > 0 && JSON.stringify(body.with) === `[${other}]`, JSON.stringify(body));
			await page.locator(".evidence .stat", { hasText: /Changed shifts/ }).waitFor({ timeout: 180_000 });
		});
		await step("publication names the other site", async () => {
			await page.click("#publish");
			await page.waitForSelector(".publish-sum");
			expect((await page.locator(".dialog").innerText()).includes(name), "it is not named");
			await visit.stop("lending-publish");
			await page.keyboard.press("Escape");
		});
	}
	await settled(page);
	await visit.stop("lending");
}
