// SPDX-License-Identifier: GPL-3.0-or-later
// The board's time axis: seven columns of equal width, one a local day, each showing the same hours of
// the day. A day of 23 or 25 hours keeps its column; a shift past midnight runs into the next one.
import { addDays, daysBetween, instantOf, localOf } from "./time";

export interface AxisDay { date: string; midnight: number; from: number; until: number }
export interface Axis { zone: string; days: AxisDay[]; fromMin: number; untilMin: number }
export interface Interval { start: number; end: number }

const MINUTE = 60_000;
const FEWEST_MIN = 480;

/** Shows only the hours that anything happens in, unless work runs past midnight. */
export function makeAxis(monday: string, zone: string, busy: Interval[]): Axis {
	const midnights = Array.from({ length: 8 }, (_, i) => instantOf(addDays(monday, i), 0, zone));
	/** By the wall clock: minutes since midnight are that only where no hour was skipped or repeated. */
	const minutesInto = (at: number, d: number): number => {
		const midnight = midnights[d] ?? 0;
		if ((midnights[d + 1] ?? 0) - midnight === 1440 * MINUTE) return (at - midnight) / MINUTE;
		const local = localOf(at, zone);
		return daysBetween(addDays(monday, d), local.date) * 1440 + local.minutes;
	};
	let low = Infinity;
	let high = -Infinity;
	for (const b of busy) {
		let d = midnights.findIndex((m) => m > b.start) - 1;
		if (d < 0) d = b.start < (midnights[0] ?? 0) ? 0 : 6;
		low = Math.min(low, minutesInto(b.start, d));
		high = Math.max(high, minutesInto(b.end, d));
	}
	let fromMin = Math.max(0, Math.floor(low / 60) * 60);
	let untilMin = Math.min(1440, Math.ceil(high / 60) * 60);
	if (!Number.isFinite(low) || low < 0 || high > 1440) {
		fromMin = 0;
		untilMin = 1440;
	} else if (untilMin - fromMin < FEWEST_MIN) {
		fromMin = Math.max(0, Math.min(fromMin, 1440 - FEWEST_MIN));
		untilMin = Math.max(untilMin, fromMin + FEWEST_MIN);
	}
	const days = midnights.slice(0, 7).map((midnight, i): AxisDay => {
		const date = addDays(monday, i);
		return { date, midnight, from: instantOf(date, fromMin, zone), until: instantOf(date, untilMin, zone) };
	});
	return { zone, days, fromMin, untilMin };
}

export const fractionOf = (day: AxisDay, at: number): number => (at - day.from) / (day.until - day.from);

/** Place on the whole axis, 0..7 in day columns. */
export function placeOf(axis: Axis, at: number): number {
	let d = axis.days.length - 1;
	while (d > 0 && (axis.days[d]?.midnight ?? 0) > at) d--;
	const day = axis.days[d];
	return day ? d + Math.min(1, Math.max(0, fractionOf(day, at))) : 0;
}

/** Hours to write on the axis, as minutes after local midnight. */
export function hourTicks(axis: Axis, everyMin: number): number[] {
	const ticks: number[] = [];
	for (let m = Math.ceil(axis.fromMin / everyMin) * everyMin; m < axis.untilMin; m += everyMin) ticks.push(m);
	return ticks;
}
