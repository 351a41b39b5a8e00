// SPDX-License-Identifier: GPL-3.0-or-later
// The requirement as its risk is taken: figures change with the choice, absence is taken over, nothing is lost.
import { PASSWORD } from "./service.mjs";
import { logIn, settled } from "./browser.mjs";
import { expect, step } from "./tap.mjs";

/** A week that no other walk plans. */
function weekAhead(weeks) {
	const day = new Date(Date.now() + weeks * 7 * 86_400_000);
	day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
	const first = Date.UTC(day.getUTCFullYear(), 0, 1);
	return `${day.getUTCFullYear()}-W${String(Math.ceil(((day - first) / 86_400_000 + 1) / 7)).padStart(2, "0")}`;
}
const WEEK = weekAhead(5);

const number = (text) => Number.parseFloat((text ?? "").replace(/[^\d.-]/g, ""));

/** The figure of a stat and what stands beside it. */
async function stat(page, label) {
	const box = page.locator("#need .stat", { has: page.locator("dt", { hasText: label }) }).first();
	return { value: (await box.locator("dd").evaluate((dd) => dd.firstChild?.textContent)) ?? "", hint: await box.locator("dd small").allInnerTexts() };
}

async function ready(page) {
	await page.waitForSelector("#need", { timeout: 60_000 });
	await settled(page);
}

async function needed(page, pick) {
	const reply = page.waitForResponse((r) => /\/forecasts\/\d+\/requirement/.test(r.url()), { timeout: 60_000 });
	await pick();
	const answer = await (await reply).json();
	await ready(page);
	return answer;
}

async function makeForecast(page) {
	await page.evaluate(async () => {
		const csrf = (await (await fetch("/api/v1/session")).json()).csrf;
		const site = new URLSearchParams(location.hash.split("?")[1]).get("site") ?? 1;
		const week = document.querySelector("#week").value;
		const reply = await fetch("/api/v1/forecasts", {
			method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
			body: JSON.stringify({ site_id: Number(site), week }),
		});
		let job = await reply.json();
		while (["queued", "running"].includes(job.state)) {
			await new Promise((r) => setTimeout(r, 300));
			job = await (await fetch(`/api/v1/jobs/${job.id}`)).json();
		}
		if (job.state !== "done") throw new Error(JSON.stringify(job));
	});
}

async function risks(visit) {
	const { page } = visit;
	const segment = (i) => page.locator("#risk .segments button").nth(i);
	let point;
	await step("the requirement needs a forecast and no roster", async () => {
		await visit.go(`#/plan/requirement?site=1&week=${WEEK}`);
		await page.waitForSelector(".empty");
		await makeForecast(page);
		point = await needed(page, () => page.reload());
		expect(point.risk === "point" && point.over === "interval", "not the point forecast");
		expect((await stat(page, "Chance that a day reaches")).value.includes("%"), "no chance is shown");
	});
	await step("a likelier day costs hours, and the page says how many", async () => {
		const chance = await needed(page, () => segment(2).click());
		expect(chance.risk === "chance" && chance.over === "day" && chance.probability === 0.8, JSON.stringify(chance).slice(0, 200));
		expect(await page.locator("#risk-over option").count() === 2, "an interval can be given a chance");
		const hours = await stat(page, "Hours on the roster");
		const more = Math.round(chance.chosen.roster_hours - chance.point.roster_hours);
		expect(number(hours.hint[0]) === more, `${hours.hint} is not ${more}`);
		expect(number((await stat(page, "Chance that a day reaches")).value) >= 80, "the promise is not kept");
		const surer = await needed(page, () => page.selectOption("#risk-p", "0.95"));
		expect(surer.chosen.agent_hours > chance.chosen.agent_hours, "95 % costs no more than 80 %");
		const days = page.getByRole("group", { name: "what each day reaches" }).locator("tbody tr");
		expect(await days.count() === 7, "not seven days");
	});
	await step("all queues of the site are added up", async () => {
		await page.click("#site-need");
		const group = page.getByRole("group", { name: "All queues of the site" });
		await page.waitForSelector('[aria-label="All queues of the site"][aria-busy=false]', { timeout: 60_000 });
		const hours = (await group.locator("tbody tr td:nth-child(2)").allInnerTexts()).map((x) => number(x.split(" h")[0]));
		const sum = hours.slice(0, -1).reduce((a, b) => a + b, 0);
		expect(hours.length >= 3 && Math.abs(sum - hours.at(-1)) <= hours.length, hours.join(" "));
	});
	await visit.stop("requirement-chance");
	await step("the choice is still there on the schedule", async () => {
		await visit.go(`#/plan/schedule?site=1&week=${WEEK}`);
		await page.waitForSelector("#risk-p");
		expect(await page.inputValue("#risk-p") === "0.95", "another probability");
		await visit.go(`#/plan/requirement?site=1&week=${WEEK}`);
		await ready(page);
		const back = await needed(page, () => segment(0).click());
		expect(back.over === "interval", `the point forecast is taken over the ${back.over}`);
	});
}

async function absence(visit) {
	const { page } = visit;
	await step("measured absence is taken with one click, and given back", async () => {
		const own = await page.evaluate(async () => (await (await fetch("/api/v1/sites/1/shrinkage")).json()).own_unplanned);
		const measured = await needed(page, () => page.click("#shrink-measured"));
		expect(measured.unplanned !== own, "the figure is still the planner's own");
		const back = await needed(page, () => page.click("#shrink-own"));
		expect(back.unplanned === own, `${back.unplanned} is not ${own}`);
	});
	await step("calls again come off the forecast", async () => {
		await page.selectOption("#redials", "given");
		await page.fill("#redial-share", "50");
		const less = await needed(page, () => page.click("#redial-save"));
		expect(less.again === 0.5 && less.discount > 0, JSON.stringify(less).slice(0, 300));
		await page.selectOption("#redials", "none");
		expect((await needed(page, () => page.click("#redial-save"))).again === 0, "calls again stay");
	});
}

async function counters(visit) {
	const { page } = visit;
	if (!visit.database) return;
	await step("too few counters: the page says what they reach", async () => {
		await visit.database("UPDATE site SET counters = 3 WHERE id = 3;");
		await visit.go(`#/plan/requirement?site=3&week=${WEEK}`);
		await page.waitForSelector(".empty");
		await makeForecast(page);
		const w = await needed(page, () => page.reload());
		expect(w.unmet.count > 0 && w.unmet.agents === 3, JSON.stringify(w.unmet));
		const said = await page.locator("#unmet").innerText();
		expect(said.includes("3 counters") && said.includes(`${(100 * w.unmet.service_level).toFixed(1)}`), said);
	});
	await visit.stop("requirement-counters");
	await visit.database("UPDATE site SET counters = 10 WHERE id = 3;");
}

export async function requirement(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	await page.waitForSelector("#week");
	if (look.name === "light-en") {
		await risks(visit);
		await absence(visit);
		await counters(visit);
	} else {
		await visit.go(`#/plan/requirement?site=1&week=${WEEK}`);
		await ready(page);
		await page.locator("#risk .segments button").nth(2).click();
		await ready(page);
		await visit.stop("requirement-chance");
	}
}
