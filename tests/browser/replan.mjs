// SPDX-License-Identifier: GPL-3.0-or-later
// The running week planned again from its published version, on the board.
import { LOOKS, logIn } from "./browser.mjs";
import { PASSWORD } from "./service.mjs";
import { expect, note, step } from "./tap.mjs";

const ZONE = "America/Santiago";
const today = () => new Date().toLocaleDateString("en-CA", { timeZone: ZONE });

/** On a phone each line of the form stays whole: a box beside its words, nothing wider than the page. */
async function sessionForm(visit, look) {
	const { page } = visit;
	await page.click("#session-add");
	await page.waitForSelector("#session-save");
	await visit.stop("session-form");
	if (look === LOOKS[0]) {
		await step("on a phone the session form's lines stay whole", async () => {
			const size = page.viewportSize();
			await page.setViewportSize({ width: 390, height: 844 });
			const broken = await page.locator("form:has(#session-save)").evaluate((form) => [
				...[...form.querySelectorAll("label.check")].filter((l) => {
					const box = l.querySelector("input").getBoundingClientRect(), all = l.getBoundingClientRect();
					return box.bottom < all.top + all.height / 3 || all.right > innerWidth;
				}),
				...[...form.querySelectorAll("input, button")].filter((i) => i.getBoundingClientRect().right > innerWidth),
			].map((e) => e.outerHTML.slice(0, 80)));
			expect(broken.length === 0, broken.join("\n"));
			await page.setViewportSize(size);
		});
	}
	await page.keyboard.press("Escape");
	await page.waitForSelector("#session-save", { state: "detached" });
}

export async function replan(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	const published = await page.evaluate(async () =>
		(await (await fetch("/api/v1/rosters?site_id=1")).json()).items.find((r) => r.state === "published"));
	await visit.go(`#/plan/schedule?site=1&week=${published.week}&roster=${published.id}`);
	await page.waitForSelector(".evidence", { timeout: 60_000 });
	if (new Date(`${today()}T00:00:00Z`).getUTCDay() === 0) {
		note("on a Sunday the running week has no day left to plan");
		expect(await page.locator("#replan-open").count() === 0, "a week that is over offers to be planned");
		return;
	}
	await sessionForm(visit, look);
	await page.click("#replan-open");
	await page.waitForSelector("#replan");
	await page.click(".dialog .notice-set summary");
	await visit.stop("replan");
	if (look !== LOOKS[0]) return;
	await step("the price of short notice is set beside it, and told for the first day that may change", async () => {
		const first = await page.locator("#replan input[name=from]").getAttribute("min");
		const ahead = Math.round((Date.parse(first) - Date.parse(today())) / 86_400_000);
		await page.fill("#notice input[name=days]", String(4 * ahead));
		await page.fill("#notice input[name=cents]", "40");
		await page.click("#notice-save");
		await page.waitForSelector("#replan-notice");
		expect(/30\b/.test(await page.locator("#replan-notice").innerText()), "a quarter of the notice being kept, 40 is not told as 30");
		await page.fill("#notice input[name=cents]", "0");
		await page.fill("#notice input[name=days]", "0");
		await page.click("#notice-save");
		await page.waitForSelector("#replan-notice", { state: "detached" });
	});
	await step("a running week is planned again from tomorrow on, at a price", async () => {
		const from = page.locator("#replan input[name=from]");
		const least = await from.getAttribute("min");
		expect(least > today() && await from.inputValue() === least, `from ${least}`);
		expect(Number(await page.locator("#replan input[name=price]").inputValue()) > 0, "no price is proposed");
		await page.fill("#replan input[name=price]", "1000000");
		await page.click("#replan-go");
		await page.waitForSelector("#replan", { state: "detached" });
		const changed = page.locator(".evidence .stat", { hasText: /Changed shifts/ });
		await changed.waitFor({ timeout: 180_000 });
		const said = await changed.locator("dd").innerText();
		expect(/^0/.test(said), `nobody is away, yet shifts changed: ${said}`);
	});
	await visit.stop("replanned");
}
