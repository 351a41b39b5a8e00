// SPDX-License-Identifier: GPL-3.0-or-later
// A site's calendar: opening hours that change on a date and are taken back, counters, holidays written by rule.
import { PASSWORD } from "./service.mjs";
import { logIn, LOOKS, settled } from "./browser.mjs";
import { expect, step } from "./tap.mjs";

export async function calendar(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	await visit.go("#/plan/calendar?site=3");
	await page.waitForSelector("#cal-write");
	await settled(page);
	await page.click("#cal-new");
	if (look === LOOKS[0]) {
		const sets = () => page.evaluate(async () => (await (await fetch("/api/v1/sites/3/hours")).json()).items);
		const before = await sets();
		await step("hours that cannot be are not taken", async () => {
			const usual = await page.inputValue("[name=close-1]");
			await page.fill("[name=close-1]", "7:5");
			expect(await page.locator("#cal-form [type=submit]").isDisabled(), "half a time can be saved");
			expect(await page.getAttribute("[name=close-1]", "aria-invalid") === "true", "it is not marked");
			await page.fill("[name=close-1]", usual);
		});
		await step("new hours hold from their date on, and can be taken back", async () => {
			await page.fill("[name=open-1]", "06:30");
			await page.fill("[name=close-1]", "23:15");
			const day = await page.inputValue("#cal-from");
			await page.click("#cal-form [type=submit]");
			await page.waitForSelector("text=06:30–23:15");
			const kept = (await sets()).find((s) => s.valid_from === day);
			expect(kept && !kept.in_force && kept.hours.some((h) => h.weekday === 1 && h.close === "23:15"), JSON.stringify(kept));
			const usual = before.find((s) => s.in_force).hours.filter((h) => h.weekday === 2);
			expect(JSON.stringify(kept.hours.filter((h) => h.weekday === 2)) === JSON.stringify(usual), "Tuesday has changed");
			await page.click(".cal-back");
			await page.waitForSelector("text=06:30–23:15", { state: "detached" });
			expect(JSON.stringify(await sets()) === JSON.stringify(before), "the hours are not what they were");
		});
		await step("the number of counters is set, taken away and put back", async () => {
			const counters = () => page.evaluate(async () => (await (await fetch("/api/v1/sites/3")).json()).counters);
			const before = await page.inputValue("#counters [name=counters]");
			expect(before === String(await counters()), `${before} is shown`);
			for (const given of ["7", "", before]) {
				await page.fill("#counters [name=counters]", given);
				const answered = page.waitForResponse((r) => r.request().method() === "PUT");
				await page.click("#counters [type=submit]");
				expect((await answered).status() === 200, "it is refused");
				await settled(page);
				expect((await counters()) === (given === "" ? null : Number(given)), `${given} is not kept`);
			}
		});
		await step("a year's holidays are written by rule, closed", async () => {
			const year = String(new Date().getFullYear() + 2);
			await page.selectOption("#cal-year", year);
			await settled(page);
			await page.selectOption("#cal-doors", "closed");
			await page.click("#cal-write");
			await page.waitForSelector(".toast-good");
			await page.waitForFunction(() => document.querySelectorAll("td .chip-bad").length > 5);
			const written = await page.evaluate(async (y) => (await (await fetch("/api/v1/special-days")).json()).items
				.filter((d) => d.day.startsWith(y) && d.country && d.closed && d.kind === "holiday").length, year);
			expect(written > 5, `${written} holidays are kept`);
		});
		await page.click("#cal-new");
	}
	await visit.stop("calendar");
}
