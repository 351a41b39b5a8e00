// SPDX-License-Identifier: GPL-3.0-or-later
// The planner's forecast page, clicked, dragged and typed through; the service is asked what came of it.
import { join } from "node:path";
import { LOOKS, logIn, settled } from "./browser.mjs";
import { PASSWORD } from "./service.mjs";
import { check, expect, note, step } from "./tap.mjs";

const MADE_MS = 120_000;

/** What the service says of the forecast and queue on the page. */
function ask(page, path) {
	return page.evaluate(async (p) => {
		const reply = await fetch(`/api/v1${p}`);
		if (!reply.ok) throw new Error(`${p} answers ${reply.status}`);
		return reply.json();
	}, path);
}
async function shown(page) {
	const params = await page.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.split("?")[1])));
	const { items } = await ask(page, `/forecasts?site_id=${params.site}&week=${params.week}`);
	const forecast = Math.max(...items.map((f) => f.id));
	const queue = Number(await page.inputValue("#queue"));
	return { forecast, queue, site: Number(params.site), week: params.week };
}
function sendHistory(page, csv) {
	return page.evaluate(async (body) => {
		const { csrf } = await (await fetch("/api/v1/session")).json();
		const headers = { "Content-Type": "text/csv", "X-CSRF-Token": csrf };
		return (await fetch("/api/v1/history/import", { method: "POST", headers, body })).status;
	}, csv);
}
async function intervals(page, forecast, queue) {
	const rows = [];
	for (let cursor = ""; cursor !== null;) {
		const got = await ask(page, `/forecasts/${forecast}/intervals?queue_id=${queue}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
		rows.push(...got.items);
		cursor = got.next ?? null;
	}
	return rows;
}
async function factors(page) {
	const { forecast, queue } = await shown(page);
	const rows = await intervals(page, forecast, queue);
	return rows.filter((r) => r.mean > 0).map((r) => ({ at: Date.parse(r.start), factor: r.adjusted_mean / r.mean, mean: r.mean, adjusted: r.adjusted_mean }));
}

/**
 * Forecasts of the five weeks before the running one, as its own moved back: what was made in time to be
 * compared with what came. The second queue's last three are far too high, so that it must be flagged.
 */
const PAST = `DO $$
DECLARE f record; n bigint; bad bigint;
BEGIN
	SELECT * INTO f FROM forecast WHERE site_id = 1 ORDER BY id LIMIT 1;
	SELECT max(queue_id) INTO bad FROM forecast_queue WHERE forecast_id = f.id;
	FOR k IN 1..5 LOOP
		INSERT INTO forecast (site_id, first_day, last_day, created_at)
			VALUES (f.site_id, f.first_day - 7 * k, f.last_day - 7 * k, (f.first_day - 7 * k)::timestamptz - interval '2 days')
			RETURNING id INTO n;
		INSERT INTO forecast_queue SELECT (jsonb_populate_record(q, jsonb_build_object('forecast_id', n))).*
			FROM forecast_queue q WHERE forecast_id = f.id;
		INSERT INTO forecast_interval SELECT n, queue_id, start_at - k * interval '168 h', mean * c, q05 * c, q10 * c,
				q25 * c, q50 * c, q75 * c, q90 * c, q95 * c, aht_s
			FROM forecast_interval, LATERAL (SELECT CASE WHEN queue_id = bad AND k <= 3 THEN 2.0 ELSE 1.0 END AS c) x
			WHERE forecast_id = f.id;
		INSERT INTO forecast_joint SELECT (jsonb_populate_record(j, jsonb_build_object('forecast_id', n, 'first_day', j.first_day - 7 * k))).*
			FROM forecast_joint j WHERE forecast_id = f.id;
	END LOOP;
END $$;`;

/** A faulty counter: one half-hour of last Wednesday with a thousand times too many contacts. */
async function freak(page) {
	await step("a freak half-hour comes into the history", async () => {
		const site = await page.evaluate(() => new URLSearchParams(location.hash.split("?")[1]).get("site"));
		const queue = (await ask(page, `/queues?site_id=${site}`)).items.find((q) => q.channel === "voice");
		const day = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10);
		const status = await sendHistory(page, `queue,start,offered\n${queue.code},${day}T15:00:00Z,2400\n`);
		expect(status === 200, `the import answers ${status}`);
		await page.selectOption("#queue", String(queue.id));
	});
}

async function makeTwice(page) {
	await step("Forecast again makes a second version with its author", async () => {
		for (const wanted of [1, 2]) {
			if (await page.locator(".versions tbody tr").count() >= wanted) continue;
			if (wanted === 2) await freak(page);
			await page.click("#make-forecast:not(:disabled)");
			await page.waitForFunction((n) => document.querySelectorAll(".versions tbody tr").length >= n, wanted, { timeout: MADE_MS });
		}
		await settled(page);
		const text = await page.locator(".versions tbody tr").first().innerText();
		expect(/planner/.test(text), `no author in ${text}`);
	});
}

async function looking(page, seeded) {
	await step("what was set aside as freak is marked and listed", async () => {
		await page.locator(".legend", { hasText: "Set aside as freak" }).waitFor();
		const frame = page.locator(".chart-frame").first();
		await frame.getByRole("button", { name: "Table" }).click();
		const rows = await frame.locator("tbody tr", { hasText: "learnt as" }).allInnerTexts();
		expect(rows.some((r) => /2,400/.test(r)), `the freak is not among ${rows.length} marked`);
		await frame.getByRole("button", { name: "Chart" }).click();
	});
	if (!seeded) return note("no database at hand to make a past of: accuracy by horizon is not looked at");
	await step("past forecasts stand against what came, and a broken promise is said first", async () => {
		const flags = await page.locator(".notice-warn li").allInnerTexts();
		expect(flags.length === 1 && /was promised/.test(flags[0]), flags.join(" / "));
		const rows = await page.locator(".ranges-past li").allInnerTexts();
		expect(rows.length >= 1 && rows.every((r) => /\d%/.test(r) && /floor \d/.test(r) && /repeating the week \d/.test(r)), rows.join(" / "));
		await page.locator(".notice-warn .linkish").click();
		await page.locator(".ranges-past .chip-bad").first().waitFor();
		await page.screenshot({ path: "build/screenshots/forecast-flag.png", fullPage: true });
	});
	return undefined;
}

async function reading(page) {
	await step("the methods stand beside each other with the reason for the choice", async () => {
		expect(/WAPE/.test(await page.locator(".methods .reason").innerText()), "no reason");
		const rows = await page.locator(".methods tbody tr").allInnerTexts();
		expect(rows.length >= 5, `${rows.length} methods`);
		expect(rows.filter((r) => /chosen/.test(r)).length === 1, "none is chosen");
		expect(rows.filter((r) => (r.match(/\d%/g) ?? []).length >= 5).length >= 5, `a method lacks figures: ${rows.join(" / ")}`);
		expect(/Poisson floor/.test(await page.locator(".methods").innerText()), "no floor");
	});
	await step("calendar effects are readable numbers with where they likely lie", async () => {
		await page.click(".segments >> text=/^Weekdays$/");
		const rows = await page.locator(".ranges[aria-label='Calendar effects'] li").allInnerTexts();
		expect(rows.length === 7 && /^Monday/.test(rows[0]), rows.join(" / "));
		expect(rows.every((r) => /[+-]?\d+%[\s\S]*% to [+-]?\d+%/.test(r)), rows.join(" / "));
	});
	await step("days and the week have totals with their bands", async () => {
		const rows = await page.locator(".ranges[aria-label='Totals by day and week'] li").allInnerTexts();
		expect(rows.length === 7 && rows.every((r) => /\d–/.test(r)), rows.join(" / "));
		const { forecast, queue } = await shown(page);
		const { items } = await ask(page, `/forecasts/${forecast}/totals?by=week&queue_id=${queue}`);
		const said = Number((await page.locator(".total-week b").innerText()).replace(/,/g, ""));
		expect(items.some((w) => Math.round(w.mean) === said), `the page says ${said}, the service ${items.map((w) => w.mean)}`);
		expect(items.every((w) => w.q05 < w.q50 && w.q50 < w.q95), "the week's quantiles are not in order");
	});
	await step("the forecast chart has its table", async () => {
		const frame = page.locator(".chart-frame").first();
		await frame.getByRole("button", { name: "Table" }).click();
		expect(await frame.locator("tbody tr").count() > 300, "too few rows");
		await frame.getByRole("button", { name: "Chart" }).click();
		await page.waitForSelector(".plot canvas");
	});
}

async function dragging(visit) {
	const { page } = visit;
	await step("a stretch is dragged out, lifted, and saved with a reason", async () => {
		await page.click("#adjust");
		await page.waitForSelector(".pick-handle");
		const layer = await page.locator(".pick").boundingBox();
		await page.mouse.move(layer.x + layer.width * 0.58, layer.y + 90);
		await page.mouse.down();
		await page.mouse.move(layer.x + layer.width * 0.64, layer.y + 90, { steps: 6 });
		await page.mouse.up();
		const span = await page.locator(".pick-span").boundingBox();
		expect(Math.abs(span.x - layer.x - layer.width * 0.58) < 8 && Math.abs(span.width - layer.width * 0.06) < 12, `the stretch is at ${JSON.stringify(span)}`);
		await page.mouse.move(span.x + span.width / 3, span.y + 200);
		await page.mouse.down();
		await page.mouse.move(span.x + span.width / 3, span.y + 150, { steps: 6 });
		await page.mouse.up();
		expect(Number(await page.inputValue("input[name=value]")) > 5, `lifted to ${await page.inputValue("input[name=value]")} %`);
		await page.locator(".pick-handle").focus();
		const before = Number(await page.inputValue("input[name=value]"));
		await page.keyboard.press("ArrowUp");
		await page.keyboard.press("PageDown");
		expect(Number(await page.inputValue("input[name=value]")) === before - 9, "the keys do not move the handle");
		expect(await page.locator("#adjust-save").isDisabled(), "it can be saved without a reason");
		await page.fill("input[name=reason]", "Letters to all customers");
		await page.screenshot({ path: join(visit.shots, `adjusting-${visit.look.name}.png`) });
		const percent = Number(await page.inputValue("input[name=value]"));
		const [from, to] = await Promise.all(["from", "to"].map((n) => page.inputValue(`input[name=${n}]`)));
		await page.click("#adjust-save");
		await page.waitForSelector(".adjustments tbody tr");
		const row = await page.locator(".adjustments tbody tr").first().innerText();
		expect(/Letters to all customers/.test(row) && /planner/.test(row), row);
		const rows = await factors(page);
		const moved = rows.filter((r) => Math.abs(r.factor - 1) > 1e-9);
		expect(moved.length > 0 && moved.every((r) => Math.abs(r.factor - 1 - percent / 100) < 1e-6), `factors ${moved.slice(0, 3).map((r) => r.factor)} for ${percent} %`);
		const hours = (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 3_600_000;
		expect(Math.abs(moved.length - hours * 2) <= 1, `${moved.length} half-hours moved of ${hours} h`);
	});
}

async function typing(page) {
	await step("a count is typed with the keyboard alone and announced", async () => {
		await page.locator("#adjust").focus();
		await page.keyboard.press("Enter");
		await page.waitForSelector("input[name=value]");
		await page.locator(".adjust .segments button").nth(1).focus();
		await page.keyboard.press("Enter");
		await page.locator("input[name=value]").focus();
		await page.keyboard.type("0.5");
		await page.keyboard.press("Control+a");
		await page.keyboard.type("120");
		await page.locator("input[name=reason]").focus();
		await page.keyboard.type("Evening campaign");
		const sum = async () => (await factors(page)).reduce((s, r) => s + r.adjusted, 0);
		const before = await sum();
		await page.keyboard.press("Enter");
		await page.waitForFunction(() => document.querySelectorAll(".adjustments tbody tr").length === 2);
		expect(/adjustment is saved/i.test(await page.locator("body > #app [role=status].sr-only, #app > .sr-only[role=status]").last().innerText()), "nothing is announced");
		expect(Math.abs(await sum() - before - 120) < 0.01, `${await sum() - before} contacts were added`);
	});
	await step("an adjustment is revoked and stays on record", async () => {
		for (const n of [1, 2]) {
			await page.locator(".adjustments .revoke").first().click();
			await page.click(".dialog-foot .btn-danger");
			await page.waitForFunction((k) => document.querySelectorAll(".adjustments .chip-quiet").length === k, n);
		}
		expect((await factors(page)).every((r) => r.factor === 1), "the forecast is still adjusted");
		expect(/planner/.test(await page.locator(".adjustments tbody tr .chip-quiet + small").first().innerText()), "nobody revoked it");
	});
}

async function comparing(visit) {
	const { page } = visit;
	await step("two versions are compared by interval and by day", async () => {
		await page.locator(".versions .compare").first().click();
		const frame = page.locator(".chart-frame", { hasText: "two versions" });
		await frame.locator(".plot canvas").waitFor();
		await frame.getByRole("button", { name: "Table" }).click();
		expect(await frame.locator("tbody tr").count() === 8, "not seven days and the week");
	});
	await visit.stop("forecast-compare");
	await page.locator(".versions .compare").first().click();
}

async function farAhead(visit) {
	const { page } = visit;
	await step("78 weeks ahead, as a chart and as a table", async () => {
		await page.click("#make-outlook");
		const frame = page.locator(".chart-frame", { hasText: "long range" });
		await frame.locator(".plot canvas").waitFor({ timeout: MADE_MS });
		await frame.getByRole("button", { name: "Table" }).click();
		expect(await frame.locator("tbody tr").count() === 78, `${await frame.locator("tbody tr").count()} weeks`);
		await frame.getByRole("button", { name: "Chart" }).click();
	});
}

/** A morning half as busy again as was forecast, so that the rest of the day must rise. */
async function busyMorning(page, forecast, queue, site) {
	const zone = (await ask(page, "/sites")).items.find((x) => x.id === site).zone;
	const dayOf = (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(at);
	const code = (await ask(page, `/queues?site_id=${site}`)).items.find((q) => q.id === queue).code;
	const rows = (await intervals(page, forecast, queue)).filter((r) => dayOf(Date.parse(r.start)) === dayOf(Date.now()) && Date.parse(r.start) < Date.now() - 1_800_000);
	const came = rows.reduce((s, r) => s + r.mean, 0);
	if (came < 200) return false;
	const lines = rows.map((r) => `${code},${r.start},${Math.round(r.mean * 1.5)}`);
	const status = await sendHistory(page, `queue,start,offered\n${lines.join("\n")}\n`);
	expect(status === 200, `the import answers ${status}`);
	return true;
}

/** The running week: the demo's own forecast covers it. */
async function today(visit, full) {
	const { page } = visit;
	const week = await page.evaluate(() => [...document.querySelectorAll("#week option")].find((o) => / · .* · /.test(o.textContent))?.value);
	await visit.go(`#/plan/forecast?site=1&week=${week}`);
	await step(`the running week shows the rest of today (${visit.look.name})`, async () => {
		await page.waitForSelector(".plot canvas");
		const { forecast, queue, site } = await shown(page);
		const moved = full && await busyMorning(page, forecast, queue, site);
		const { items } = await ask(page, `/forecasts/${forecast}/rest-of-day?queue_id=${queue}`);
		if (items.length === 0) return note("the day is over at the site: nothing left to show");
		const frame = page.locator(".chart-frame", { hasText: /rest of today|el resto de hoy|o resto de hoje/ });
		await frame.locator(".stat dd").first().waitFor();
		if (moved) await frame.locator(".card-aside .btn").first().click();
		await settled(page);
		const rest = items.reduce((s, r) => s + r.mean, 0);
		const planned = items.reduce((s, r) => s + r.planned, 0);
		if (moved) expect(rest > 1.03 * planned, `after a busy morning ${rest} are still to come, of ${planned} before`);
		const said = (await frame.locator(".stat").allInnerTexts()).join(" ").replace(/[,.]/g, "");
		expect(said.includes(String(Math.round(rest))), `the service says ${rest}, the page ${said}`);
		return undefined;
	});
	await visit.stop("forecast-today");
}

export async function forecast(visit, look) {
	const { page } = visit;
	const full = look === LOOKS[0];
	await logIn(page, "planner", PASSWORD);
	await visit.go("#/plan/forecast?site=1");
	await page.waitForSelector(".versions, .empty");
	if (full) {
		await visit.database?.(PAST);
		await makeTwice(page);
	}
	await page.waitForSelector(".plot canvas");
	if (full) {
		await reading(page);
		await looking(page, visit.database !== undefined);
		await dragging(visit);
		await typing(page);
		await farAhead(visit);
		await comparing(visit);
	}
	await visit.stop("forecast");
	await page.screenshot({ path: join(visit.shots, `forecast-whole-${look.name}.png`), fullPage: true });
	await page.click("#adjust");
	await page.waitForSelector(".pick-handle");
	await visit.stop("forecast-adjust");
	await today(visit, full);
}

/** On a phone nothing may stick out, and the chart can be adjusted with a finger. */
export async function forecastPhone(visit, look) {
	const { page } = visit;
	await logIn(page, "planner", PASSWORD);
	await visit.go("#/plan/forecast?site=1");
	await page.waitForSelector(".versions, .empty");
	if (await page.locator(".versions").count() === 0) await makeTwice(page);
	await page.waitForSelector(".plot canvas");
	await page.tap("#adjust");
	await page.waitForSelector(".pick-handle");
	await visit.stop("phone-forecast");
	await page.screenshot({ path: join(visit.shots, `phone-forecast-whole-${look.name}.png`), fullPage: true });
	const [page_, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	check(page_ <= screen, `nothing sticks out of a phone in ${look.name}`, `${page_} of ${screen}`);
}
