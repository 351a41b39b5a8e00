// SPDX-License-Identifier: GPL-3.0-or-later
// GET /rosters/{id}/explanation: what stands behind a shortage, and what would help.
export interface HelpfulHour {
	queue_id: number;
	start: string;
	end: string;
	short_hours: number;
	hour_cents: number;
	good_for: number;
	avoidable: boolean;
}
export interface HelpfulAgent {
	contract: string;
	agent_id: number;
	agent: string;
	agents: number;
	saved_cents: number;
	fixed_pay_cents: number;
	good_for: number;
	good_for_cents: number;
}
export interface BindingItem {
	kind: "rule" | "unavailable" | "lock" | "wish";
	rule: string | null;
	contract: string | null;
	agent_id: number | null;
	agent: string | null;
	day: string | null;
	start: string | null;
	end: string | null;
}
export interface HelpfulRelaxation {
	item: BindingItem;
	side: "low" | "high" | "drop";
	from: number | null;
	to: number | null;
	minutes: number;
	saved_cents: number;
	short_hours: number;
}
export interface ConflictSet { agent_id: number; agent: string; planned: boolean; items: BindingItem[] }
export interface Explanation {
	roster_id: number;
	known: boolean;
	complete: boolean;
	precision_cents: number | null;
	tried: number;
	untried: number;
	hours: HelpfulHour[];
	agents: HelpfulAgent[];
	relaxations: HelpfulRelaxation[];
	conflicts: ConflictSet[];
}
