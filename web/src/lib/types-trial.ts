// SPDX-License-Identifier: GPL-3.0-or-later
// What the service tells of rosters that were played.
export interface TrialRow {
	queue_id: number;
	day: string;
	offered: number;
	target: number | null;
	promised: number | null;
	simulated: number | null;
	low: number | null;
	high: number | null;
	sl_p10: number | null;
	sl_p50: number | null;
	sl_p90: number | null;
	p_target: number | null;
	abandoned_share: number | null;
	asa_s: number | null;
	replications: number;
	abandoned_low: number | null;
	abandoned_high: number | null;
	asa_low_s: number | null;
	asa_high_s: number | null;
	worst_start: string | null;
	worst_level: number | null;
	correction: number;
}
export interface TrialGroup { day: string; queue_ids: number[]; present_hours: number; busy_hours: number }
export type TrialOutcome = "agrees" | "corrected" | "kept" | "no_time" | "unshared";
/** GET /rosters/{id}/replay: one simulated day; events are parallel lists by time. */
export interface Replay {
	roster_id: number;
	day: string;
	seed: number;
	from: string;
	until: string;
	queues: {
		queue_id: number; name: string; live: boolean; within_s: number; target: number | null;
		offered: number; in_time: number; answered: number; lost: number;
	}[];
	people: { agent_id: number | null; name: string | null; absent: boolean }[];
	at_ms: number[];
	kind: string[];
	queue: number[];
	person: number[];
	contact: number[];
}
export interface ComparedRoster {
	id: number;
	version: number;
	state: "draft" | "published" | "superseded";
	agents: number;
	shifts: number;
	paid_minutes: number;
	pay_cents: number;
	short_hours: number;
}
export interface ComparedRow {
	queue_id: number;
	day: string;
	offered: number;
	target: number | null;
	first: number | null;
	second: number | null;
	difference: number | null;
	low: number | null;
	high: number | null;
	first_abandoned: number | null;
	second_abandoned: number | null;
	first_p_target: number | null;
	second_p_target: number | null;
}
export interface RosterChange {
	agent_id: number;
	agent: string;
	day: string;
	change: "added" | "removed" | "moved" | "activities";
	first_start: string | null;
	first_end: string | null;
	second_start: string | null;
	second_end: string | null;
}
export interface RosterComparison {
	first: ComparedRoster;
	second: ComparedRoster;
	seed: number;
	weeks: number;
	rows: ComparedRow[];
	changes: RosterChange[];
}
