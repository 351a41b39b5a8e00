// SPDX-License-Identifier: GPL-3.0-or-later
// Instants are epoch milliseconds; a local date is "YYYY-MM-DD"; wall-clock time exists only beside a zone.
import { locale } from "./i18n";

const MINUTE = 60_000;
const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();
function format(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = tag + JSON.stringify(options);
	let f = formats.get(key);
	if (!f) formats.set(key, (f = new Intl.DateTimeFormat(tag, options)));
	return f;
}

export const instant = (rfc3339: string): number => Date.parse(rfc3339);

const FIELDS: Intl.DateTimeFormatOptions = {
	year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
	second: "2-digit", hourCycle: "h23",
};
interface Local { date: string; minutes: number }

/** The wall clock of an instant. */
export function localOf(at: number, zone: string): Local {
	const part: Record<string, string> = {};
	for (const p of format("en-US", { ...FIELDS, timeZone: zone }).formatToParts(at)) part[p.type] = p.value;
	return {
		date: `${part.year}-${part.month}-${part.day}`,
		minutes: Number(part.hour) * 60 + Number(part.minute),
	};
}

/** The instant of a local date plus minutes after midnight; in a gap, the instant after it. */
export function instantOf(date: string, minutes: number, zone: string): number {
	const wanted = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE;
	let guess = wanted;
	for (let i = 0; i < 3; i++) {
		const l = localOf(guess, zone);
		const off = Date.parse(`${l.date}T00:00:00Z`) + l.minutes * MINUTE - wanted;
		if (off === 0) break;
		guess -= off;
	}
	return guess;
}

export function addDays(date: string, days: number): string {
	return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}
export function daysBetween(from: string, to: string): number {
	return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}
export function addMonths(date: string, months: number): string {
	const d = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
	d.setUTCMonth(d.getUTCMonth() + months);
	return d.toISOString().slice(0, 10);
}
/** 1 Monday … 7 Sunday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
export const mondayOf = (date: string): string => addDays(date, 1 - weekdayOf(date));

export function isoWeekOf(date: string): string {
	const thursday = addDays(mondayOf(date), 3);
	const year = thursday.slice(0, 4);
	const number = Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1;
	return `${year}-W${String(number).padStart(2, "0")}`;
}
export function mondayOfWeek(week: string): string {
	const m = /^(\d{4})-W(\d{2})$/.exec(week);
	if (!m) throw new RangeError(`not an ISO week: ${week}`);
	return addDays(mondayOf(`${m[1]}-01-04`), (Number(m[2]) - 1) * 7);
}
export const isWeek = (week: string | undefined): week is string => {
	const m = /^\d{4}-W(\d{2})$/.exec(week ?? "");
	return m !== null && Number(m[1]) >= 1 && Number(m[1]) <= 53;
};
export const addWeeks = (week: string, n: number): string => isoWeekOf(addDays(mondayOfWeek(week), n * 7));

export function browserZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
export const today = (zone: string): string => localOf(Date.now(), zone).date;

// ---- words

const utcNoon = (date: string): number => Date.parse(`${date}T12:00:00Z`);
export function fmtDate(date: string, o: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" }): string {
	return format(locale.value, { ...o, timeZone: "UTC" }).format(utcNoon(date));
}
export const fmtDay = (date: string): string => fmtDate(date, { weekday: "short", day: "numeric" });
export const fmtLongDay = (date: string): string => fmtDate(date, { weekday: "long", day: "numeric", month: "long" });
export function fmtRange(from: string, to: string): string {
	return format(locale.value, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
		.formatRange(utcNoon(from), utcNoon(to));
}
/** Without the year, where that stands beside it. */
export function fmtShortRange(from: string, to: string): string {
	return format(locale.value, { day: "numeric", month: "short", timeZone: "UTC" }).formatRange(utcNoon(from), utcNoon(to));
}
export function fmtTime(at: number, zone: string): string {
	return format(locale.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at);
}
export function fmtSpan(start: number, end: number, zone: string): string {
	return `${fmtTime(start, zone)}–${fmtTime(end, zone)}`;
}
export function fmtMoment(at: number, zone: string): string {
	return format(locale.value, {
		day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone,
	}).format(at);
}
export function fmtDayTime(at: number, zone: string): string {
	return format(locale.value, {
		weekday: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone,
	}).format(at);
}
export function zoneName(zone: string, at: number): string {
	const part = format(locale.value, { timeZone: zone, timeZoneName: "short" }).formatToParts(at)
		.find((p) => p.type === "timeZoneName");
	return `${zone.replace(/_/g, " ")} (${part?.value ?? zone})`;
}
