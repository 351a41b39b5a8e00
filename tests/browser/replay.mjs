// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated day on the page: played, dragged, read; and two versions of a week beside each other.
import { PASSWORD } from "./service.mjs";
import { logIn, LOOKS, settled } from "./browser.mjs";
import { expect, note, step } from "./tap.mjs";

const number = (text) => Number.parseFloat((text ?? "").replace(/[^\d.-]/g, ""));

/** The demo's one roster is of the week that runs. */
async function openRoster(page) {
	await logIn(page, "planner", PASSWORD);
	await page.evaluate(async () => {
		const [newest] = (await (await fetch("/api/v1/rosters?site_id=1")).json()).items.filter((r) => r.state === "published");
		location.hash = `#/plan/schedule?site=1&week=${newest.week}&roster=${newest.id}`;
	});
}

async function openDay(visit, look) {
	const { page } = visit;
	await openRoster(page);
	await page.waitForSelector("#replay-open", { timeout: 60_000 });
	await page.waitForSelector("#trial-verdict");
	await page.locator(".trial").scrollIntoViewIfNeeded();
	await visit.stop("trial");
	await page.click("#replay-open");
	await page.waitForSelector(".replay-queues tbody tr", { timeout: 30_000 });
	await settled(page);
	await page.locator(".replay").scrollIntoViewIfNeeded();
	note(`opened a day in ${look.name}`);
}

const moveTo = (page, ms) => page.locator("#replay-at").evaluate((input, value) => {
	input.value = String(value);
	input.dispatchEvent(new Event("input", { bubbles: true }));
}, ms);
const came = async (page) => (await page.locator(".replay-queues tbody tr td:nth-child(4)").allInnerTexts()).map(number);
const doing = async (page) => (await page.locator(".replay-sums b").allInnerTexts()).map(number);

export async function replay(visit, look) {
	const { page } = visit;
	await openDay(visit, look);
	if (look === LOOKS[0]) {
		await step("the trial says in a sentence how far off the promise is, and how busy people are", async () => {
			const said = await page.locator("#trial-verdict").innerText();
			expect(/^(On \d+ of \d+ queue-days|Promise and simulation agree)/.test(said), said);
			const rows = page.locator(".trial .table").nth(1).locator("tbody tr");
			expect(await rows.count() >= 2, "no occupancy by group");
			const shares = (await rows.first().locator("td").allInnerTexts()).filter((x) => /%/.test(x)).map(number);
			expect(shares.length === 7 && shares.every((x) => x > 5 && x <= 100), shares.join());
		});
		let end;
		await step("the day's end on the page is what the service counted", async () => {
			const told = await page.evaluate(async () => {
				const day = document.querySelector("#replay-day").value;
				const roster = document.querySelector("#version")?.value;
				return (await fetch(`/api/v1/rosters/${roster}/replay?day=${day}&seed=1`)).json();
			});
			await moveTo(page, Date.parse(told.until) - Date.parse(told.from));
			end = await came(page);
			expect(end.join() === told.queues.map((q) => q.offered).join(), `${end} instead of ${told.queues.map((q) => q.offered)}`);
			expect((await doing(page)).reduce((a, b) => a + b, 0) === told.people.length, "somebody is nowhere");
		});
		await step("going back undoes what came after", async () => {
			await moveTo(page, 12 * 3_600_000);
			const noon = await came(page);
			expect(noon.every((n, i) => n <= end[i]) && noon.some((n, i) => n < end[i]), `${noon} at noon, ${end} at the end`);
			const people = await doing(page);
			expect(people[0] > 0, "nobody works at noon");
			expect(await page.locator(".replay-people li").count() === people[0] + people[1] + people[2] + people[3], "the tiles are not those counted");
		});
		await step("the keyboard moves the moment by a minute and says it", async () => {
			await page.locator("#replay-at").focus();
			const before = Number(await page.inputValue("#replay-at"));
			await page.keyboard.press("ArrowRight");
			expect(Number(await page.inputValue("#replay-at")) === before + 60_000, "not a minute later");
			expect(/^12:01/.test(await page.getAttribute("#replay-at", "aria-valuetext")), await page.getAttribute("#replay-at", "aria-valuetext"));
		});
		await step("the day plays by itself, in calm steps where motion is unwanted, and stops when asked", async () => {
			const before = Number(await page.inputValue("#replay-at"));
			await page.click("#replay-play");
			await page.waitForFunction((at) => Number(document.querySelector("#replay-at").value) >= at + 10 * 60_000, before, { timeout: 10_000 });
			await page.click("#replay-play");
			const stopped = await page.inputValue("#replay-at");
			await page.waitForTimeout(1200);
			expect(await page.inputValue("#replay-at") === stopped, "it goes on");
		});
		await step("the longest queue is one click away", async () => {
			await page.click("#replay-worst");
			const waiting = (await page.locator(".replay-line b").allInnerTexts()).map(number);
			expect(waiting.reduce((a, b) => a + b, 0) > 0, "nobody waits then");
		});
		await step("another such day has other contacts", async () => {
			await page.click("#replay-again");
			await page.waitForSelector(".replay .busy", { state: "detached" });
			await page.waitForSelector(".replay-queues tbody tr");
			await moveTo(page, 86_400_000);
			expect((await came(page)).join() !== end.join(), "the same day");
		});
	}
	await moveTo(page, 11 * 3_600_000);
	await visit.stop("replay");
}

/** A second version of the published week, so that there is something to compare. */
export async function versus(visit, look) {
	const { page } = visit;
	await openRoster(page);
	await page.waitForSelector("#version", { timeout: 60_000 });
	if (look === LOOKS[0]) {
		await visit.database(`
			INSERT INTO roster (plan_id, site_id, monday, version, evidence)
				SELECT plan_id, site_id, monday, 77, evidence FROM roster WHERE site_id = 1 AND state = 'published' ORDER BY id DESC LIMIT 1;
			WITH one AS (SELECT s.* FROM shift s JOIN roster r ON r.id = s.roster_id WHERE r.site_id = 1 AND r.state = 'published'
					AND r.monday = (SELECT monday FROM roster WHERE version = 77 AND site_id = 1)),
				made AS (INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents)
					SELECT (SELECT id FROM roster WHERE version = 77 AND site_id = 1), agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents
					FROM one WHERE agent_id % 4 <> 0 RETURNING id, agent_id, day)
			INSERT INTO activity (shift_id, position, kind, queue_id, start_at, end_at, paid)
				SELECT made.id, v.position, v.kind, v.queue_id, v.start_at, v.end_at, v.paid
				FROM made JOIN one USING (agent_id, day) JOIN activity v ON v.shift_id = one.id;`);
		await page.reload();
		await page.waitForSelector("#version", { timeout: 60_000 });
	}
	const week = await page.evaluate(async () =>
		(await (await fetch("/api/v1/rosters?site_id=1")).json()).items.find((r) => r.version === 77));
	await visit.go(`#/plan/schedule?site=1&week=${week.week}&roster=${week.id}`);
	await page.waitForSelector("#versus-go");
	await page.click("#versus-go");
	await page.waitForSelector("#versus-verdict", { timeout: 60_000 });
	if (look === LOOKS[0]) {
		await step("a version with a quarter fewer people is worse, and that is said, with what it saves and who", async () => {
			const said = await page.locator("#versus-verdict").innerText();
			expect(/serves worse/.test(said), said);
			const hint = await page.locator(".versus .stat dd small").first().innerText();
			expect(/^−/.test(hint), `it saves ${hint}`);
			const bad = await page.locator(".versus td .bad").count();
			expect(bad > 3, `${bad} queue-days are marked worse`);
			expect(await page.locator(".versus tbody tr", { hasText: /Removed/ }).count() > 5, "nobody is missing");
		});
	}
	await page.locator(".versus").scrollIntoViewIfNeeded();
	await visit.stop("versus");
}
