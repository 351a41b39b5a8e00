// SPDX-License-Identifier: GPL-3.0-or-later
// How evenly the published week is divided, what a wish is worth, and wishes from the agent's phone to the planner.
import { LOOKS, logIn, PHONE } from "./browser.mjs";
import { PASSWORD } from "./service.mjs";
import { expect, step } from "./tap.mjs";

const cells = (page, n) => page.locator(`#fairness tbody td:nth-child(${n})`).allInnerTexts();
const number = (text) => Number(text.match(/^[+−-]?\d+([.,]\d+)?/)?.[0].replace("−", "-").replace(",", "."));

/** What the service says of the roster on the board, in the page's order. */
const told = (page, roster, weeks) => page.evaluate(async ([id, w]) =>
	(await (await fetch(`/api/v1/rosters/${id}/fairness?weeks=${w}`)).json()).items, [roster, weeks]);

async function table(visit, roster) {
	const { page } = visit;
	await step("each agent's weekends, early and late shifts stand there, most beyond the others first", async () => {
		const rows = await told(page, roster, 8);
		const first = (await cells(page, 2)).map(number);
		expect(first.length === rows.length && rows.length > 20, `${first.length} rows of ${rows.length}`);
		expect(first.every((v, i) => Math.abs(v - rows[i].difference) < 0.06), "the differences are not the service's");
		expect(first[0] > 0 && first.at(-1) < 0, "nobody is asked more than another");
		const weekends = (await cells(page, 3)).map(number);
		expect(weekends.reduce((a, b) => a + b, 0) === rows.reduce((a, r) => a + r.weekend_shifts, 0), "the weekends are not the service's");
		expect(await page.locator("#fairness .delta").count() > 0, "no figure is marked");
	});
	await step("another column sorts the table, and another horizon asks again", async () => {
		await page.click("#fairness thead th:nth-child(5) button");
		const late = (await cells(page, 5)).map(number);
		expect(late[0] >= late.at(-1) && late[0] > 0, `late shifts from ${late[0]} to ${late.at(-1)}`);
		const asked = page.waitForResponse((r) => r.url().endsWith("/fairness?weeks=0"));
		await page.selectOption("#fair-weeks", "0");
		expect((await asked).status() === 200, "the horizon is refused");
	});
	await step("what a wish is worth is set there, seniority with it", async () => {
		await page.click(".fair summary");
		await page.fill("#wish-rule input[name=hours]", "3");
		await page.check("#wish-rule input[name=senior]");
		await page.fill("#wish-rule input[name=most]", "2.5");
		await page.click("#wish-rule-save");
		await page.waitForFunction(async () => (await (await fetch("/api/v1/sites/1/wishes")).json()).seniority_most === 2.5);
		const rule = await page.evaluate(async () => (await fetch("/api/v1/sites/1/wishes")).json());
		expect(rule.hours === 3 && rule.seniority_years === 10, JSON.stringify(rule));
	});
}

async function wishing(visit) {
	const { page } = visit;
	await page.click("header.top .top-end .btn-icon");
	await page.waitForSelector("form.login");
	await logIn(page, "agent", PASSWORD);
	await visit.go("#/time-off");
	await page.waitForSelector("#wish");
	await step("an agent wishes a start, and it stands in the list", async () => {
		const day = await page.evaluate(() => new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10));
		await page.selectOption("#wish select >> nth=0", "start");
		await page.fill("#wish input[name=day]", day);
		await page.fill("#wish input[name=start]", "10:30");
		await page.click("#wish-go");
		await page.waitForSelector("#wishes li");
		expect((await page.locator("#wishes li").first().innerText()).includes("10:30"), "the start is not told");
	});
	const size = page.viewportSize();
	await page.setViewportSize(PHONE);
	await page.locator("#wish").scrollIntoViewIfNeeded();
	await visit.stop("wishes-phone");
	await page.setViewportSize(size);
	await page.click("header.top .top-end .btn-icon");
	await page.waitForSelector("form.login");
	await logIn(page, "planner", PASSWORD);
	await step("the planner reads it beside the requests", async () => {
		await visit.go("#/plan/time-off?site=1");
		await page.waitForSelector("#wish-list tbody tr");
		expect((await page.locator("#wish-list").innerText()).includes("10:30"), "the wish is not listed");
	});
	await visit.stop("wish-list");
}

export async function fair(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	const published = await page.evaluate(async () =>
		(await (await fetch("/api/v1/rosters?site_id=1")).json()).items.find((r) => r.state === "published"));
	await visit.go(`#/plan/schedule?site=1&week=${published.week}&roster=${published.id}`);
	await page.waitForSelector("#fairness tbody tr", { timeout: 60_000 });
	await page.locator(".fair").scrollIntoViewIfNeeded();
	await visit.stop("fairness");
	if (look !== LOOKS[0]) return;
	await table(visit, published.id);
	await page.locator("#fairness").scrollIntoViewIfNeeded();
	await visit.stop("fairness-rule");
	const size = page.viewportSize();
	await step("on a phone the table scrolls in its own frame", async () => {
		await page.setViewportSize(PHONE);
		await page.locator(".fair").scrollIntoViewIfNeeded();
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		expect(wide <= 0, `the page is ${wide} px wider than the phone`);
	});
	await visit.stop("fairness-phone");
	await page.setViewportSize(size);
	await wishing(visit);
}
