// SPDX-License-Identifier: GPL-3.0-or-later
// What the forecast page computes itself: which forecast to show, rows of the chart, what an adjustment does.
import { list, query } from "./api";
import { addDays, instant, instantOf, localOf, mondayOfWeek } from "./time";
import type { AdjustmentKind, Forecast, ForecastEffect, ForecastInterval, HistoryRow, Outlier, Site } from "./types";

/** The service lists what touches the week; only what covers all of it will do. Newest first. */
export async function forecastsOf(site: Site, week: string, abort?: AbortSignal): Promise<Forecast[]> {
	const monday = mondayOfWeek(week);
	const all = await list<Forecast>(`/forecasts${query({ site_id: site.id, week })}`, abort);
	return all.filter((f) => f.first_day <= monday && f.last_day >= addDays(monday, 6)).sort((a, b) => b.id - a.id);
}

export async function newestForecast(site: Site, week: string): Promise<Forecast | undefined> {
	return (await forecastsOf(site, week))[0];
}

/** A line must not bridge the hours in which a queue is closed. */
export function withGaps<T extends { at: number }>(rows: T[], empty: (at: number) => T): T[] {
	const step = stepOf(rows.map((r) => r.at));
	return rows.flatMap((r, i) => {
		const next = rows[i + 1];
		return next && next.at - r.at > step * 1.5 ? [r, empty(r.at + step)] : [r];
	});
}

/** The interval of a queue's rows, in milliseconds. */
export function stepOf(at: number[]): number {
	let least = Infinity;
	for (let i = 1; i < at.length; i++) {
		const d = (at[i] ?? 0) - (at[i - 1] ?? 0);
		if (d > 0 && d < least) least = d;
	}
	return Number.isFinite(least) ? least : 1_800_000;
}

export interface ForecastRow {
	at: number;
	offered: number | null;
	forecast: ForecastInterval | undefined;
	outlier: Outlier | undefined;
}
const emptyRow = (at: number): ForecastRow => ({ at, offered: null, forecast: undefined, outlier: undefined });

export function mergeRows(history: HistoryRow[], forecast: ForecastInterval[], outliers: Outlier[]): ForecastRow[] {
	const rows = new Map<number, ForecastRow>();
	const rowAt = (start: string): ForecastRow => {
		const at = instant(start);
		let row = rows.get(at);
		if (!row) rows.set(at, (row = emptyRow(at)));
		return row;
	};
	for (const h of history) rowAt(h.start).offered = h.offered;
	for (const f of forecast) rowAt(f.start).forecast = f;
	for (const o of outliers) {
		const row = rows.get(instant(o.start));
		if (row) row.outlier = o;
	}
	return withGaps([...rows.values()].sort((a, b) => a.at - b.at), emptyRow);
}

/** The height that shows everything but freaks: those may be many times the rest. */
export function topOf(rows: ForecastRow[]): number {
	const offered = rows.flatMap((r) => (r.offered != null && !r.outlier ? [r.offered] : [])).sort((a, b) => a - b);
	const usual = offered[Math.floor(offered.length * 0.99)] ?? 0;
	const ahead = rows.reduce((m, r) => Math.max(m, r.forecast ? Math.max(r.forecast.q95, adjustedOf(r.forecast)) : 0), 0);
	const most = offered[offered.length - 1] ?? 0;
	const top = Math.max(usual, ahead);
	return Math.max(1, most > 2 * top ? 1.3 * top : Math.max(most, ahead));
}

export const adjustedOf = (f: ForecastInterval): number => f.adjusted_mean ?? f.mean;
export const isAdjusted = (f: ForecastInterval): boolean => Math.abs(adjustedOf(f) - f.mean) > 1e-9 * Math.max(1, f.mean);

// ---- an adjustment being made

/** Half-open, in epoch milliseconds. */
export interface Span { from: number; to: number }
export interface Draft extends Span { kind: AdjustmentKind; value: number }

export const within = (s: Span, at: number): boolean => at >= s.from && at < s.to;

/** What one interval would become: percent multiplies, a count is spread in proportion to the forecast. */
export function drafted(draft: Draft, rows: { at: number; mean: number }[]): Map<number, number> {
	const inside = rows.filter((r) => within(draft, r.at));
	const sum = inside.reduce((s, r) => s + r.mean, 0);
	const factor = draft.kind === "percent" ? 1 + draft.value / 100 : sum > 0 ? 1 + draft.value / sum : 1;
	return new Map(inside.map((r) => [r.at, Math.max(0, r.mean * factor)]));
}

/** Ends of a dragged stretch on the queue's own intervals, at least one of them, inside the limits. */
export function snapSpan(a: number, b: number, step: number, limits: Span): Span {
	const clamp = (v: number) => Math.min(limits.to, Math.max(limits.from, v));
	const down = (v: number) => limits.from + Math.floor((v - limits.from) / step) * step;
	const from = Math.min(down(clamp(Math.min(a, b))), limits.to - step);
	const to = limits.from + Math.ceil((clamp(Math.max(a, b)) - limits.from) / step) * step;
	return { from, to: Math.min(limits.to, Math.max(to, from + step)) };
}

export const PERCENT_MIN = -95;
export const PERCENT_MAX = 500;
/** So that the curve's peak follows the pointer: lift is how far it went, in contacts. */
export function percentOfLift(base: number, lift: number, peak: number): number {
	const raw = peak > 0 ? base + (100 * lift) / peak : base;
	return Math.round(Math.min(PERCENT_MAX, Math.max(PERCENT_MIN, raw)));
}

/** "2026-11-23T09:30" as a form's field has it, and back. */
export function toField(at: number, zone: string): string {
	const l = localOf(at, zone);
	const pad = (n: number) => String(n).padStart(2, "0");
	return `${l.date}T${pad(Math.floor(l.minutes / 60))}:${pad(l.minutes % 60)}`;
}
export function fromField(text: string, zone: string): number | undefined {
	const m = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})/.exec(text);
	return m ? instantOf(m[1] as string, Number(m[2]) * 60 + Number(m[3]), zone) : undefined;
}

// ---- days

export interface DaySums { day: string; mean: number; adjusted: number; offered: number | null }

/** Sums by local date of what the intervals say. */
export function sumDays(rows: ForecastInterval[], zone: string): Map<string, DaySums> {
	const days = new Map<string, DaySums>();
	for (const r of rows) {
		const day = localOf(instant(r.start), zone).date;
		let d = days.get(day);
		if (!d) days.set(day, (d = { day, mean: 0, adjusted: 0, offered: null }));
		d.mean += r.mean;
		d.adjusted += adjustedOf(r);
	}
	return days;
}

// ---- calendar effects

export type EffectGroup = "weekday" | "month" | "closure" | "special";
const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** A name of the library taken apart: its family, and the number in it. */
export function effectOf(name: string): { group: EffectGroup; stem: string; n: number } {
	if (WEEKDAYS.includes(name)) return { group: "weekday", stem: "weekday", n: WEEKDAYS.indexOf(name) + 1 };
	const m = /^(.*)_(\d+)$/.exec(name);
	const stem = m?.[1] ?? name;
	const group = /closure/.test(stem) ? "closure" : /special/.test(stem) ? "special" : "month";
	return { group, stem, n: Number(m?.[2] ?? 0) };
}

const Z80 = 1.2815515655446004;
/** The factor and where it likely lies (80 %), each as a change: 0.14 for +14 %. sd is of the log. */
export function effectChange(e: ForecastEffect): { change: number; low: number | null; high: number | null } {
	const at = (z: number) => e.factor * Math.exp(z * (e.sd ?? 0)) - 1;
	return { change: e.factor - 1, low: e.sd == null ? null : at(-Z80), high: e.sd == null ? null : at(Z80) };
}
