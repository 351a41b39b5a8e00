// SPDX-License-Identifier: GPL-3.0-or-later
// A roster made ready for the board: rows of agents, seven cells each, and coverage by interval.
import type { Activity, Agent, Coverage, Shift, Shortage } from "./types";
import { addDays, instant } from "./time";

export interface BoardActivity { kind: Activity["kind"]; queueId: number | null; queue: string | null; label: string | null; start: number; end: number; paid: boolean }
export interface BoardShift { id: number; day: string; start: number; end: number; paidMinutes: number; away: boolean; activities: BoardActivity[] }
export interface BoardRow {
	agentId: number;
	name: string;
	team: string;
	contract: string;
	minutes: number;
	/** First start of the week as an instant; null without shifts. */
	firstStart: number | null;
	cells: BoardShift[][];
}

function boardShift(s: Shift): BoardShift {
	return {
		id: s.id, day: s.day, start: instant(s.start), end: instant(s.end), paidMinutes: s.paid_minutes, away: s.away,
		activities: s.activities.map((a) => ({
			kind: a.kind, queueId: a.queue_id, queue: a.queue, label: a.label, start: instant(a.start), end: instant(a.end), paid: a.paid,
		})),
	};
}

export function makeRows(monday: string, shifts: Shift[], agents: Agent[]): BoardRow[] {
	const column = new Map(Array.from({ length: 7 }, (_, i) => [addDays(monday, i), i]));
	const rows = new Map<number, BoardRow>();
	const rowOf = (id: number, name: string, team: string, contract: string): BoardRow => {
		let row = rows.get(id);
		if (!row) {
			row = { agentId: id, name, team, contract, minutes: 0, firstStart: null, cells: [[], [], [], [], [], [], []] };
			rows.set(id, row);
		}
		return row;
	};
	for (const a of agents) {
		if (a.left_on != null && a.left_on < monday) continue;
		if (a.hired > addDays(monday, 6)) continue;
		rowOf(a.id, a.name, a.team ?? "", a.contract);
	}
	for (const s of shifts) {
		const row = rowOf(s.agent_id, s.agent, s.team ?? "", s.contract);
		const at = column.get(s.day);
		if (at === undefined) continue;
		const own = boardShift(s);
		row.cells[at]?.push(own);
		row.minutes += own.paidMinutes;
		row.firstStart = Math.min(row.firstStart ?? Infinity, own.start);
	}
	return [...rows.values()];
}

export type RowOrder = "name" | "team" | "contract" | "hours" | "start";

export function sortRows(rows: BoardRow[], order: RowOrder, tag: string): BoardRow[] {
	const collator = new Intl.Collator(tag);
	const byName = (a: BoardRow, b: BoardRow) => collator.compare(a.name, b.name);
	const by: Record<RowOrder, (a: BoardRow, b: BoardRow) => number> = {
		name: byName,
		team: (a, b) => collator.compare(a.team, b.team) || byName(a, b),
		contract: (a, b) => collator.compare(a.contract, b.contract) || byName(a, b),
		hours: (a, b) => b.minutes - a.minutes || byName(a, b),
		start: (a, b) => (a.firstStart ?? Infinity) - (b.firstStart ?? Infinity) || byName(a, b),
	};
	return [...rows].sort(by[order]);
}

/** People of one interval; short and over are summed by queue, so that queues do not cancel out. */
export interface CoverPoint { start: number; end: number; required: number; scheduled: number; short: number; over: number }

const EPSILON = 1e-6;

export function makeCoverage(all: Coverage[], queueId: number): CoverPoint[] {
	const points = new Map<number, CoverPoint>();
	for (const c of all) {
		if (queueId !== 0 && c.queue_id !== queueId) continue;
		const start = instant(c.start);
		let p = points.get(start);
		if (!p) points.set(start, (p = { start, end: start, required: 0, scheduled: 0, short: 0, over: 0 }));
		p.required += c.required;
		p.scheduled += c.scheduled;
		const lack = c.required - c.scheduled;
		if (lack > EPSILON) p.short += lack;
		else if (lack < -EPSILON) p.over -= lack;
	}
	const sorted = [...points.values()].sort((a, b) => a.start - b.start);
	const step = sorted.reduce((least, p, i) => Math.min(least, i > 0 ? p.start - (sorted[i - 1]?.start ?? 0) : Infinity), Infinity);
	for (const p of sorted) p.end = p.start + (Number.isFinite(step) ? step : 900_000);
	return sorted;
}

export interface ShortSpan { queueId: number; start: number; end: number; people: number; personMinutes: number; reason: string }

/** Neighbouring intervals of one queue and reason as one line; people is the most that lack at once. */
export function mergeShortages(all: Shortage[], stepMs: number): ShortSpan[] {
	const sorted = all.map((s) => ({ ...s, at: instant(s.start) })).sort((a, b) => a.queue_id - b.queue_id || a.at - b.at);
	const spans: ShortSpan[] = [];
	for (const s of sorted) {
		const last = spans[spans.length - 1];
		const minutes = (s.people * stepMs) / 60_000;
		if (last && last.queueId === s.queue_id && last.reason === s.reason && last.end === s.at) {
			last.end += stepMs;
			last.people = Math.max(last.people, s.people);
			last.personMinutes += minutes;
		} else {
			spans.push({ queueId: s.queue_id, start: s.at, end: s.at + stepMs, people: s.people, personMinutes: minutes, reason: s.reason });
		}
	}
	return spans.sort((a, b) => b.personMinutes - a.personMinutes);
}
