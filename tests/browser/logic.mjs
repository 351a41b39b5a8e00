// SPDX-License-Identifier: GPL-3.0-or-later
// The page's own arithmetic (zones, weeks, the board's axis, coverage), bundled and tried without a browser.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { check } from "./tap.mjs";

const ZONE = "America/Santiago";
const HOUR = 3_600_000;

async function load(root) {
	const { build } = createRequire(join(root, "web/package.json"))("esbuild");
	const dir = mkdtempSync(join(tmpdir(), "cuadrante-logic-"));
	try {
		const outfile = join(dir, "logic.mjs");
		await build({
			stdin: {
				contents: ["time", "axis", "roster", "format", "forecast"].map((m) => `export * from "./${m}";`).join("\n")
					+ "\nexport { locale } from \"./i18n\";",
				resolveDir: join(root, "web/src/lib"), loader: "ts",
			},
			bundle: true, format: "esm", platform: "node", outfile, logLevel: "error",
		});
		return await import(pathToFileURL(outfile));
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

const same = (name, got, want) => check(JSON.stringify(got) === JSON.stringify(want), name, `got ${JSON.stringify(got)}\nwant ${JSON.stringify(want)}`);

function weeks(w) {
	same("1 January 2027 is in 2026-W53", w.isoWeekOf("2027-01-01"), "2026-W53");
	same("29 December 2025 is in 2026-W01", w.isoWeekOf("2025-12-29"), "2026-W01");
	same("Monday of 2026-W01", w.mondayOfWeek("2026-W01"), "2025-12-29");
	same("the week after 2026-W53", w.addWeeks("2026-W53", 1), "2027-W01");
	let bad = "";
	for (let d = "2015-12-28"; d < "2031-01-10"; d = w.addDays(d, 1)) {
		if (w.mondayOfWeek(w.isoWeekOf(d)) !== w.mondayOf(d)) bad ||= d;
	}
	same("fifteen years of dates go to their week and back", bad, "");
}

function zones(w) {
	const hoursOf = (day) => (w.instantOf(w.addDays(day, 1), 0, ZONE) - w.instantOf(day, 0, ZONE)) / HOUR;
	same("the day Santiago goes to summer time has 23 hours", hoursOf("2026-09-06"), 23);
	same("the day Santiago leaves summer time has 25 hours", hoursOf("2026-04-04"), 25);
	same("any other day has 24", hoursOf("2026-11-23"), 24);
	same("an instant reads as local time and back", w.localOf(w.instantOf("2026-06-15", 547, ZONE), ZONE), { date: "2026-06-15", minutes: 547 });
	same("a time in the gap is the instant after it", w.localOf(w.instantOf("2026-09-06", 30, ZONE), ZONE).date, "2026-09-06");
	let bad = "";
	for (let d = "2026-01-01"; d < "2028-01-01"; d = w.addDays(d, 1)) {
		const l = w.localOf(w.instantOf(d, 720, ZONE), ZONE);
		if (l.date !== d || l.minutes !== 720) bad ||= d;
	}
	same("noon is noon on every day of two years", bad, "");
}

function axis(w) {
	const at = (day, min) => w.instantOf(day, min, ZONE);
	const shift = (day, from, until) => ({ start: at(day, from), end: at(day, until) });
	const day = w.makeAxis("2026-11-23", ZONE, [shift("2026-11-23", 490, 1030), shift("2026-11-27", 600, 1140)]);
	same("the axis shows the hours that are worked", [day.fromMin, day.untilMin], [480, 1140]);
	same("a place in the middle of Wednesday", w.placeOf(day, at("2026-11-25", 810)), 2.5);
	same("before opening is the column's left edge", w.placeOf(day, at("2026-11-24", 60)), 1);
	const night = w.makeAxis("2026-11-23", ZONE, [{ start: at("2026-11-23", 1320), end: at("2026-11-24", 360) }]);
	same("work past midnight shows whole days", [night.fromMin, night.untilMin], [0, 1440]);
	const spring = w.makeAxis("2026-08-31", ZONE, [shift("2026-09-06", 120, 1380), shift("2026-08-31", 0, 60)]);
	same("23:00 of a 23-hour day is on the axis", [spring.untilMin, (spring.days[6].until - spring.days[0].from) / HOUR], [1380, 166]);
}

function coverage(w) {
	const start = "2026-11-23T12:00:00Z";
	const next = "2026-11-23T12:15:00Z";
	const all = [
		{ start, queue_id: 1, required: 5, scheduled: 3 }, { start, queue_id: 2, required: 1, scheduled: 4 },
		{ start: next, queue_id: 1, required: 2, scheduled: 2 },
	];
	const [first] = w.makeCoverage(all, 0);
	same("queues do not cancel out in coverage", [first.required, first.scheduled, first.short, first.over], [6, 7, 2, 3]);
	same("one queue alone", w.makeCoverage(all, 1).map((p) => p.short), [2, 0]);
	const spans = w.mergeShortages([
		{ queue_id: 1, start, people: 1, reason: "hours" }, { queue_id: 1, start: next, people: 3, reason: "hours" },
		{ queue_id: 1, start: "2026-11-23T13:00:00Z", people: 1, reason: "hours" },
	], 900_000);
	same("neighbouring shortages are one stretch with the most people", spans.map((s) => [s.people, s.personMinutes]), [[3, 60], [1, 15]]);
	const agents = [
		{ id: 1, name: "B", team: null, contract: "44 h", hired: "2020-01-01", left_on: null },
		{ id: 2, name: "A", team: null, contract: "44 h", hired: "2020-01-01", left_on: "2026-11-01" },
		{ id: 3, name: "C", team: null, contract: "44 h", hired: "2027-01-01", left_on: null },
	];
	same("the board has a row for those employed that week", w.makeRows("2026-11-23", [], agents).map((r) => r.name), ["B"]);
}

function words(w) {
	w.locale.value = "es-CL";
	same("Spanish shares", w.pct(0.1234).replace(/\s/g, ""), "12,3%");
	same("no figure is a dash", [w.num(null), w.pct(undefined), w.upTo(NaN, 1)], ["–", "–", "–"]);
	w.locale.value = "en-GB";
	same("midnight reads 00:00", w.fmtTime(w.instantOf("2026-11-23", 0, ZONE), ZONE), "00:00");
	same("hours and minutes", [w.duration(480), w.duration(495)], ["8 h", "8 h 15 min"]);
}

/** The same keys in all three languages, in one part each, with the same places to fill in. */
function catalogues(root) {
	const dir = join(root, "web/src/i18n");
	const parts = readdirSync(join(dir, "en"));
	const read = (lang) => Object.fromEntries(parts.map((part) => [part, JSON.parse(readFileSync(join(dir, lang, part), "utf8"))]));
	const holes = (text) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort().join(" ");
	const english = read("en");
	const all = Object.values(english).flatMap(Object.keys);
	same("no key stands in two parts", all.length, new Set(all).size);
	for (const lang of readdirSync(dir).filter((l) => l !== "en")) {
		const other = read(lang);
		for (const part of parts) {
			same(`${lang} has the keys of ${part}`, Object.keys(other[part]).sort(), Object.keys(english[part]).sort());
			const off = Object.keys(english[part]).filter((k) => holes(other[part][k] ?? "") !== holes(english[part][k]) || !other[part][k]);
			same(`${lang} fills the same places of ${part}`, off, []);
		}
	}
	same("three languages", readdirSync(dir).sort(), ["en", "es", "pt"]);
}

function adjusting(w) {
	const rows = [10, 20, 30, 40].map((mean, i) => ({ at: i * HOUR, mean }));
	const span = { from: HOUR, to: 3 * HOUR };
	same("a percentage multiplies inside its stretch only", [...w.drafted({ ...span, kind: "percent", value: 10 }, rows)], [[HOUR, 22], [2 * HOUR, 33]]);
	same("a count is spread in proportion", [...w.drafted({ ...span, kind: "count", value: 25 }, rows)], [[HOUR, 30], [2 * HOUR, 45]]);
	same("nothing goes below zero", [...w.drafted({ ...span, kind: "count", value: -80 }, rows).values()], [0, 0]);
	const limits = { from: 0, to: 10 * HOUR };
	same("a drag takes whole intervals", w.snapSpan(2.6 * HOUR, 1.2 * HOUR, HOUR, limits), { from: HOUR, to: 3 * HOUR });
	same("a press takes one interval", w.snapSpan(4.5 * HOUR, 4.5 * HOUR, HOUR, limits), { from: 4 * HOUR, to: 5 * HOUR });
	same("a drag ends with the week", w.snapSpan(9.5 * HOUR, 14 * HOUR, HOUR, limits), { from: 9 * HOUR, to: 10 * HOUR });
	same("a drag past the end takes the last interval", w.snapSpan(12 * HOUR, 14 * HOUR, HOUR, limits), { from: 9 * HOUR, to: 10 * HOUR });
	same("the peak follows the hand", [w.percentOfLift(5, 40, 200), w.percentOfLift(0, -1000, 200), w.percentOfLift(3, 9, 0)], [25, -95, 3]);
	for (const day of ["2026-09-05", "2026-09-06", "2026-04-04", "2026-11-24"]) {
		const at = w.instantOf(day, 570, ZONE);
		same(`half past nine of ${day} goes to a form and back`, [w.toField(at, ZONE), w.fromField(w.toField(at, ZONE), ZONE)], [`${day}T09:30`, at]);
	}
}

function effects(w) {
	same("names of effects come apart", ["monday", "after_closure_1", "open_day_last_4", "month_day_31"].map((n) => w.effectOf(n)), [
		{ group: "weekday", stem: "weekday", n: 1 }, { group: "closure", stem: "after_closure", n: 1 },
		{ group: "month", stem: "open_day_last", n: 4 }, { group: "month", stem: "month_day", n: 31 },
	]);
	const e = w.effectChange({ name: "after_closure_1", factor: 1.14, sd: 0.05 });
	same("an effect reads as a change with its likely range", [e.change, e.low, e.high].map((v) => v.toFixed(3)), ["0.140", "0.069", "0.215"]);
}

function charts(w) {
	const at = (h) => new Date(h * HOUR).toISOString();
	const rows = w.mergeRows([1, 2, 3].map((h) => ({ start: at(h), offered: h })), [6, 7].map((h) => ({ start: at(h), mean: h })),
		[{ start: at(2), offered: 2, usual: 9 }, { start: at(30), offered: 1, usual: 1 }]);
	same("history and forecast are one line with a gap between", rows.map((r) => [r.at / HOUR, r.offered, r.forecast?.mean ?? null, r.outlier?.usual ?? null]),
		[[1, 1, null, null], [2, 2, null, 9], [3, 3, null, null], [4, null, null, null], [6, null, 6, null], [7, null, 7, null]]);
	const spring = [22, 23, 24, 25].map((h) => ({ start: new Date(Date.parse("2026-09-05T00:00:00Z") + h * 2 * HOUR).toISOString(), mean: 1, adjusted_mean: 2 }));
	same("days are summed by the site's clock", [...w.sumDays(spring, ZONE).values()].map((d) => [d.day, d.mean, d.adjusted]), [["2026-09-06", 4, 8]]);
}

export async function logic(root) {
	catalogues(root);
	const w = await load(root);
	for (const part of [weeks, zones, axis, coverage, words, adjusting, effects, charts]) part(w);
}
