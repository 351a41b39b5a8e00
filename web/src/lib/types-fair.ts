// SPDX-License-Identifier: GPL-3.0-or-later
// How evenly a roster divides what nobody likes, and what agents wish.
export interface FairnessRow {
	agent_id: number;
	agent: string;
	team: string | null;
	contract: string;
	seniority_years: number;
	weeks: number;
	shifts: number;
	paid_minutes: number;
	weekend_shifts: number;
	early_shifts: number;
	late_shifts: number;
	wishes: number;
	wishes_missed: number;
	burden: number;
	roster_burden: number;
	fair_burden: number;
	difference: number;
}
export interface WishRule { site_id: number; hours: number; seniority_most: number; seniority_years: number }
export type WishKind = "day_off" | "day_on" | "start";
export interface Wish {
	id: number;
	agent_id: number;
	agent: string;
	day: string;
	kind: WishKind;
	start: string | null;
	weight: number;
	state: "open" | "granted" | "missed";
}
