// SPDX-License-Identifier: GPL-3.0-or-later
// What each role does in a day, clicked through; at every stop a screenshot and an axe-core run.
import { join } from "node:path";
import { axe, DESK, launch, logIn, LOOKS, openPage, PHONE, settled } from "./browser.mjs";
import { PASSWORD, startService } from "./service.mjs";
import { calendar } from "./calendar.mjs";
import { fair } from "./fair.mjs";
import { forecast, forecastPhone } from "./forecast.mjs";
import { lazyParts } from "./lazy.mjs";
import { logic } from "./logic.mjs";
import { leave } from "./leave.mjs";
import { lending } from "./lending.mjs";
import { replan } from "./replan.mjs";
import { replay, versus } from "./replay.mjs";
import { requirement } from "./requirement.mjs";
import { training } from "./training.mjs";
import { check, expect, finish, note, step, WalkOver } from "./tap.mjs";

const FIRST_JS_BUDGET = 60 * 1024;

/** One role at the page in one look. */
class Visit {
	constructor(shots, look, database, opened) {
		Object.assign(this, { shots, look, database, ...opened });
	}

	async stop(view) {
		await settled(this.page);
		await this.page.screenshot({ path: join(this.shots, `${view}-${this.look.name}.png`) });
		const bad = await axe(this.page);
		check(bad.length === 0, `${view} in ${this.look.name}: axe-core finds nothing`, bad.join("\n"));
		const notices = await this.page.locator(".notice-bad").allInnerTexts();
		check(notices.length === 0, `${view} in ${this.look.name}: no trouble is reported`, notices.join("\n"));
	}

	async go(path) {
		await this.page.evaluate((hash) => { location.hash = hash; }, path);
		await settled(this.page);
	}

	async leave() {
		check(this.faults.length === 0, `no script, policy or server error in ${this.look.name}`, [...new Set(this.faults)].join("\n"));
		await this.context.close();
	}
}

const walks = {
	async "log-in"(visit, look) {
		const { page } = visit;
		await visit.stop("login");
		if (look !== LOOKS[0]) return;
		await lazyParts(page);
		await step("a wrong password is refused in words", async () => {
			await page.fill("input[name=login]", "planner");
			await page.fill("input[name=password]", "not it");
			await page.click("form.login button[type=submit]");
			await page.waitForFunction(() => document.querySelector(".form-error")?.textContent !== "");
		});
		await step("the first page needs at most 60 KB of compressed JavaScript", async () => {
			const bytes = await page.evaluate(() => performance.getEntriesByType("resource")
				.filter((r) => r.name.endsWith(".js")).reduce((sum, r) => sum + r.encodedBodySize, 0));
			expect(bytes > 1000 && bytes <= FIRST_JS_BUDGET, `${bytes} bytes`);
			note(`log-in page: ${bytes} bytes of JavaScript`);
		});
		await step("logging in and out", async () => {
			await logIn(page, "hr", PASSWORD);
			await page.click("header.top .top-end .btn-icon");
			await page.waitForSelector("form.login");
		});
	},

	async planner(visit, look) {
		const { page } = visit;
		await logIn(page, "planner", PASSWORD);
		const full = look === LOOKS[0];
		await step(`the planner lands on a site and a week (${look.name})`, async () => {
			await page.waitForSelector("#week");
			expect(/^\d{4}-W\d{2}$/.test(await page.inputValue("#week")), "no ISO week is picked");
		});
		if (full) await build(visit);
		await step(`the board shows agents and coverage (${look.name})`, async () => {
			await page.waitForSelector(".board .brow .shift", { timeout: 60_000 });
			expect(await page.locator(".cover-required").getAttribute("d"), "no requirement is drawn");
		});
		await visit.stop("board");
		if (full) await board(visit);
		await page.click(".segments >> text=/^(Day|Día|Dia)$/");
		await visit.stop("board-day");
		await visit.go("#/plan/forecast");
		await page.waitForSelector(".plot canvas");
		await visit.stop("forecast");
		await visit.go("#/plan/requirement");
		await page.waitForSelector(".plot canvas");
		await visit.stop("requirement");
		await visit.go("#/plan/what-if");
		await page.waitForSelector(".plot canvas");
		await visit.stop("what-if");
		if (full) await whatIf(visit);
		await visit.go("#/plan/import");
		await visit.stop("import");
		if (full) await importing(visit);
		await visit.go("#/plan/time-off");
		await visit.stop("requests");
		if (full) await publish(visit);
	},

	forecast,
	requirement,
	replay,
	"replay-phone": replay,
	versus,
	replan,
	leave,
	fair,
	lending,
	calendar,
	training,
	"forecast-phone": forecastPhone,

	async agent(visit, look) {
		const { page } = visit;
		await logIn(page, "agent", PASSWORD);
		await page.waitForSelector(".days");
		await visit.stop("week");
		if (look === LOOKS[0]) {
			await step("the published week shows shifts", async () => {
				await page.click(".week-wide button:last-of-type");
				await page.waitForSelector(".day .mini");
			});
			await step("a day opens to its activities", async () => {
				await page.click(".day-head");
				await page.waitForSelector(".day .activities li");
			});
		}
		await step(`"Add to my calendar" gives a secret address (${look.name})`, async () => {
			await page.click("#feed-add");
			const href = await page.locator("#feed-webcal").getAttribute("href");
			expect(/^webcal:\/\/[^/]+\/cal\/v1\/[\w-]{43}\/shifts\.ics$/.test(href), `href is ${href}`);
			expect(await page.locator(".qr img").evaluate((i) => i.complete && i.naturalWidth > 0), "the QR code is not drawn");
			const ics = await page.request.get(href.replace("webcal:", "http:"));
			const text = await ics.text();
			expect(ics.status() === 200 && text.startsWith("BEGIN:VCALENDAR"), `the feed answers ${ics.status()}`);
			if (look === LOOKS[0]) expect(text.includes("BEGIN:VEVENT"), "the feed has no shift");
		});
		await visit.stop("calendar");
		await step(`the device can be revoked (${look.name})`, async () => {
			await page.click(".dialog-foot .btn-primary");
			const before = await page.locator(".feeds li").count();
			await page.click(".feeds li:last-child .btn-danger");
			await page.click(".dialog-foot .btn-danger");
			await page.waitForFunction((n) => document.querySelectorAll(".feeds li").length === n - 1, before);
		});
		await visit.go("#/time-off");
		if (look === LOOKS[0]) {
			await step("time off is asked for and withdrawn", async () => {
				const day = await page.evaluate(() => new Date(Date.now() + 75 * 86_400_000).toISOString().slice(0, 10));
				await page.fill("input[type=date] >> nth=0", day);
				await page.click(".off-form button[type=submit]");
				const row = page.locator(".offs li", { has: page.locator(".btn") }).first();
				await row.locator(".btn").click();
				await page.waitForFunction(() => document.querySelector(".offs .chip-quiet") !== null);
			});
		}
		await visit.stop("time-off");
	},

	async manager(visit, look) {
		const { page } = visit;
		await logIn(page, "manager", PASSWORD);
		await page.waitForSelector(".forest");
		await page.waitForSelector(".plot canvas");
		await visit.stop("branches");
		await step(`a figure opens to its numerator and denominator (${look.name})`, async () => {
			await page.locator(".table .figure").first().click();
			expect(await page.locator(".popover .fraction dd").count() === 2, "no fraction");
		});
		await visit.stop("figure");
		await page.keyboard.press("Escape");
		if (look === LOOKS[0]) {
			for (const period of ["Day", "Month"]) {
				await step(`branches by ${period}`, async () => {
					await page.click(`.segments >> text="${period}"`);
					await settled(page);
					await page.waitForSelector(".forest li, .empty");
				});
			}
			await step("the league comes as CSV", async () => {
				const href = await page.locator("a[download]", { hasText: "CSV" }).first().getAttribute("href");
				const csv = await page.evaluate(async (h) => (await fetch(h)).text(), href);
				expect(/productivity_numerator/.test(csv.split("\n")[0]), csv.slice(0, 200));
			});
		}
		await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
		await visit.stop("ladder");
		await visit.go("#/people/absence?by=kind");
		await step(`a site manager reads absence, but not why (${look.name})`, async () => {
			await page.waitForSelector(".table .figure");
			// By site, team, month and weekday; the fifth, by kind, is for HR.
			expect(await page.locator(".tools .segments button").count() === 4, "not four ways to look at it");
			expect(await page.locator(".notice-bad").count() === 0, "the service refused it");
		});
		await visit.stop("manager-absence");
	},

	async hr(visit, look) {
		const { page } = visit;
		await logIn(page, "hr", PASSWORD);
		await page.waitForSelector(".table .figure");
		await visit.stop("absenteeism");
		if (look === LOOKS[0]) {
			for (const by of ["Team", "Month", "Weekday", "Kind"]) {
				await step(`absenteeism by ${by.toLowerCase()}`, async () => {
					await page.click(`.segments >> text="${by}"`);
					await page.waitForSelector(".table .figure");
				});
			}
			await step("a figure opens to hours absent over hours planned", async () => {
				await page.locator(".table .figure").first().click();
				expect(await page.locator(".popover .fraction dd").count() === 2, "no fraction");
				await page.keyboard.press("Escape");
			});
		}
		await visit.go("#/people/turnover");
		await page.waitForSelector(".table .figure");
		await visit.stop("turnover");
		await visit.go("#/people/bradford");
		await page.waitForSelector(".table tbody tr");
		await visit.stop("bradford");
	},
};

/** Forecast, requirement and roster of next week, with the progress watched. */
async function build(visit) {
	const { page } = visit;
	await step("Build schedule runs to a roster with live progress", async () => {
		await settled(page);
		await page.click("#build");
		await page.waitForSelector(".job progress");
		await page.waitForSelector(".job-figures dd", { timeout: 180_000 });
		expect(await page.locator(".job-figures dd").count() === 3, "no objective, bound and gap");
		await page.waitForSelector(".convergence", { timeout: 15_000 }).catch(() => note("no bound while it was watched"));
		await page.screenshot({ path: join(visit.shots, `building-${visit.look.name}.png`) });
		await page.waitForSelector("#version", { timeout: 240_000 });
	});
	await step("the roster carries its evidence", async () => {
		const text = await page.locator(".evidence").innerText();
		expect(/independent judge/.test(text), text);
	});
	await step("the roster was tried: promised beside simulated", async () => {
		const rows = page.getByRole("group", { name: "Service level promised and simulated" }).locator("tbody tr");
		await rows.first().waitFor({ timeout: 15_000 });
		expect(await rows.count() >= 5, `${await rows.count()} rows`);
		const cells = await rows.first().locator("td").allInnerTexts();
		expect(cells.filter((c) => /%/.test(c)).length >= 5, cells.join(" | "));
	});
}

/** 30 erlangs at 80/20 with three minutes of patience need 33 people; twice the work needs more. */
async function whatIf(visit) {
	const { page } = visit;
	await step("the calculator answers while one types", async () => {
		const people = () => page.locator(".stats dd").first().innerText();
		// Of a chat one agent takes two at a time: the figures are those of a call.
		const voice = await page.evaluate(async () => {
			const site = new URLSearchParams(location.hash.split("?")[1]).get("site");
			return (await (await fetch(`/api/v1/queues?site_id=${site}`)).json()).items.find((q) => q.channel === "voice").id;
		});
		await page.selectOption("#queue", String(voice));
		for (const [id, value] of [["volume", 180], ["minutes", 30], ["aht", 300], ["patience", 180], ["target", 80], ["within", 20]])
			await page.fill(`#whatif-${id}`, String(value));
		await page.waitForFunction(() => document.querySelector(".stats dd")?.textContent?.startsWith("33"), undefined, { timeout: 10_000 })
			.catch(async () => { throw new Error(`${await people()} people instead of 33`); });
		await page.fill("#whatif-volume", "360");
		await page.waitForFunction(() => Number.parseInt(document.querySelector(".stats dd")?.textContent ?? "0", 10) > 55, undefined, { timeout: 10_000 });
		await page.fill("#whatif-aht", "0");
		expect(await page.getAttribute("#whatif-aht", "aria-invalid") === "true", "a handling time of nothing is taken");
		expect(Number.parseInt(await people(), 10) > 55, "the last good answer is gone");
		expect(/no time need nobody/.test(await page.locator("#whatif-aht-bad").innerText()), "it is not said why");
		await page.fill("#whatif-aht", "300");
		await page.fill("#whatif-target", "100");
		expect(/No number of people/.test(await page.locator("#whatif-target-bad").innerText()), "a target of 100 % is not explained");
		await page.fill("#whatif-target", "80");
	});
}

async function board(visit) {
	const { page } = visit;
	await step("arrows move over the board, Enter opens a shift, Escape gives the focus back", async () => {
		await page.locator("[role=rowheader][data-cell='0:0']").click();
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowRight");
		const at = () => page.evaluate(() => document.activeElement?.dataset.cell);
		expect(await at() === "1:1", `focus is on ${await at()}`);
		await page.keyboard.press("Control+End");
		const rows = Number(await page.locator("[role=grid]").getAttribute("aria-rowcount")) - 1;
		expect(await at() === `${rows - 1}:7`, `focus is on ${await at()} of ${rows} rows`);
		await page.keyboard.press("Control+Home");
		await page.waitForSelector(`[data-cell="${rows - 1}:7"]`, { state: "detached" }); // scrolled up again
		const cell = await page.locator(".bcell-busy").first().getAttribute("data-cell");
		await page.locator(`[data-cell="${cell}"]`).focus();
		await page.locator(`[data-cell="${cell}"]`).click();
		await page.waitForSelector(".popover .activities li");
		await page.screenshot({ path: join(visit.shots, `shift-${visit.look.name}.png`) });
		await page.keyboard.press("Escape");
		await page.waitForSelector(".popover", { state: "detached" });
		expect(await at() === cell, `focus is on ${await at()}, not ${cell}`);
	});
	await step("sorting by hours puts the longest week first", async () => {
		const first = () => page.locator(".brow").evaluateAll((rows) => rows
			.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)[0].querySelector(".bname b").textContent);
		const before = await first();
		await page.selectOption("#sort", "start");
		await page.selectOption("#sort", "hours");
		note(`first by name: ${before}; by hours: ${await first()}`);
		await page.selectOption("#sort", "name");
		expect(await first() === before, "sorting back does not restore the order");
	});
	await step("the coverage has its table", async () => {
		await page.click(".cover .btn");
		expect(await page.locator(".dialog tbody tr").count() > 20, "too few rows");
		await page.keyboard.press("Escape");
	});
}

async function importing(visit) {
	const { page } = visit;
	const send = async (name, csv) => {
		await page.setInputFiles("input[type=file]", { name, mimeType: "text/csv", buffer: Buffer.from(csv) });
		await page.locator(".narrow .tools .btn").first().click();
	};
	await step("a bad file is refused by line", async () => {
		await send("bad.csv", "queue,start,offered\nno-such-queue,2026-01-05T10:00:00Z,5\n");
		await page.waitForSelector(".narrow .table td");
		expect(/2/.test(await page.locator(".narrow .table td").first().innerText()), "no line number");
	});
	await step("a good file is tried before it is stored", async () => {
		const code = await page.evaluate(async () => {
			const site = new URLSearchParams(location.hash.split("?")[1]).get("site");
			const reply = await fetch(`/api/v1/queues?site_id=${site}`);
			return (await reply.json()).items[0].code;
		});
		await send("good.csv", `queue,start,offered\n${code},2024-01-08T15:00:00Z,7\n`);
		await page.waitForSelector(".narrow .stats");
		await page.locator(".narrow .tools .btn").nth(1).click();
		await page.waitForSelector(".toast-good");
	});
}

async function publish(visit) {
	const { page } = visit;
	await visit.go("#/plan/schedule");
	await step("publishing says who changes, and publishes", async () => {
		await page.click("#publish");
		await page.waitForSelector(".publish-sum");
		await visit.stop("publish");
		await page.click("#publish-confirm");
		await page.waitForSelector(".evidence .chip-good");
	});
}

async function walk(name, browser, { url, database }, shots) {
	const begun = Date.now();
	const viewport = ["agent", "forecast-phone", "replay-phone"].includes(name) ? PHONE : DESK;
	for (const look of LOOKS) {
		note(`${name} in ${look.name}`);
		const visit = new Visit(shots, look, database, await openPage(browser, url, look, viewport));
		try {
			await walks[name](visit, look);
		} catch (e) {
			if (!(e instanceof WalkOver)) check(false, `${name} in ${look.name}`, e.stack ?? e);
			await visit.page.screenshot({ path: join(shots, `failed-${name}-${look.name}.png`) });
		}
		await visit.leave();
	}
	note(`${name} took ${((Date.now() - begun) / 1000).toFixed(0)} s`);
}

export async function runAll(wanted, root) {
	const all = ["logic", ...Object.keys(walks)];
	const unknown = wanted.filter((n) => !all.includes(n.replace(/^-/, "")));
	if (unknown.length > 0) throw new Error(`no such walk: ${unknown.join(", ")}`);
	const asked = wanted.filter((n) => !n.startsWith("-"));
	const names = (asked.length > 0 ? asked : all).filter((n) => !wanted.includes(`-${n}`));
	if (names.includes("logic")) await logic(root);
	const clicked = names.filter((n) => n !== "logic");
	if (clicked.length === 0) return finish();
	const shots = join(root, "build/screenshots");
	const binary = process.env.CUADRANTE_BIN ?? join(root, "build/release/cuadrante");
	const service = process.env.CUADRANTE_URL
		? { url: process.env.CUADRANTE_URL, stop: async () => undefined } : await startService(binary);
	const browser = await launch();
	try {
		for (const name of clicked) await walk(name, browser, service, shots);
	} finally {
		await browser.close();
		await service.stop();
	}
	return finish();
}
