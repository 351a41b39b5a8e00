// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes of /api/v1 replies, as the service's OpenAPI document states them.

import type { TrialOutcome } from "./types-trial";

export type Role = "planner" | "site_manager" | "agent" | "hr" | "admin";

export interface User {
	id: number;
	login: string;
	name: string;
	role: Role;
	agent_id: number | null;
	locale: string;
	site_ids: number[];
}
export interface Session { user: User; csrf: string }

export interface Problem {
	type?: string;
	title?: string;
	status?: number;
	detail?: string;
	request_id?: string;
	errors?: { pointer: string; message: string }[];
}

export interface Region { id: number; code: string; name: string }
export interface Site {
	id: number;
	code: string;
	name: string;
	region_id: number;
	region: string;
	kind: "contact_centre" | "branch";
	country: string;
	zone: string;
	counters: number | null;
	agents: number;
}
export interface Queue {
	id: number;
	code: string;
	name: string;
	site_id: number;
	channel: string;
	interval_min: number;
	target_share: number | null;
	target_s: number | null;
	aht_s?: number | null;
	patience_s?: number | null;
	concurrency?: number;
}
export interface SpecialDay {
	day: string;
	country: string | null;
	site_id: number | null;
	queue_id: number | null;
	kind: string;
	name: string;
	closed: boolean;
}
export interface Agent {
	id: number;
	code: string;
	name: string;
	site_id: number;
	team?: string | null;
	contract: string;
	hired: string;
	left_on: string | null;
	elsewhere: { site_id: number; site: string; travel_min: number }[];
}
/** An agent who may work at another site than the own. */
export interface AwayShift { id: number; agent_id: number; agent: string; day: string; start: string; end: string; site: string }
export interface Lending { agent_id: number; agent: string; home_id: number; home: string; site_id: number; site: string; travel_min: number }

export interface Contract { id: number; code: string; name: string; currency: string }

export interface HistoryRow {
	start: string;
	offered: number;
	handled: number | null;
	abandoned: number | null;
	answered_in_target: number | null;
	handle_time_s: number | null;
	wait_time_s: number | null;
}
export interface ImportReport {
	rows: number;
	inserted: number;
	updated: number;
	unchanged: number;
	rejected: number;
	dry_run: boolean;
	reasons?: { line: number; column: string; reason: string }[];
}

export interface Forecast {
	id: number;
	site_id: number;
	first_day: string;
	last_day: string;
	created_at: string;
	author?: string | null;
	queues?: ForecastQueue[];
}
export interface ForecastQueue {
	queue_id: number;
	code: string;
	name: string;
	channel: string;
	method: string;
	history_days: number;
	origins: number;
	wape: number | null;
	bias: number | null;
	coverage80: number | null;
	coverage95: number | null;
	naive_wape: number | null;
	mean4_wape: number | null;
	warning: string;
	report?: ForecastReport | null;
}
export interface ForecastInterval {
	queue_id: number;
	start: string;
	mean: number;
	q05: number;
	q10: number;
	q25: number;
	q50: number;
	q75: number;
	q90: number;
	q95: number;
	aht_s: number;
	/** As the planners' adjustments leave it; the mean itself without any. */
	adjusted_mean?: number | null;
	adjustment_factor?: number | null;
}

export interface Plan {
	id: number;
	site_id: number;
	week: string;
	forecast_id: number;
	created_at: string;
	job_id: number | null;
	risk: "point" | "expected" | "chance";
	over: "interval" | "day" | "week";
	probability: number | null;
}
export interface RequirementTotals {
	agent_hours: number;
	roster_hours: number;
	cost_cents: number;
	peak: number;
	service_level: number | null;
	p_target: number | null;
	p_least: number | null;
}
export interface RequiredDay {
	day: string;
	offered: number;
	agent_hours: number;
	roster_hours: number;
	service_level: number | null;
	p_target: number | null;
	sl_p10: number | null;
	sl_p90: number | null;
	point_agent_hours: number;
	point_p_target: number | null;
}
/** A queue's week as its risk is taken, beside the point forecast. */
export interface RequiredWeek {
	risk: "point" | "expected" | "chance";
	over: "interval" | "day" | "week";
	probability: number | null;
	least: number | null;
	/** Why it is staffed at the point forecast all the same, or cannot be judged; "asked": it is as asked. */
	reason: "asked" | "deferred" | "no_target" | "no_scenarios";
	discount: number;
	unplanned: number;
	hour_cents: number;
	currency: string | null;
	chosen: RequirementTotals;
	point: RequirementTotals;
	unmet: { count: number; of: number; start: string | null; agents: number | null; service_level: number | null; p_target: number | null };
	/** Work that may wait, in the idle time of live queues; null for those. */
	deferred: {
		in_time: number | null; late_hours: number; carried_hours: number; backlog_hours: number;
		idle_share: number; idle_hours: number; idle_used_hours: number; alone_agent_hours: number;
	} | null;
	days: RequiredDay[];
	intervals: Omit<Requirement, "queue_id">[];
}
export interface ShrinkageWeekday {
	weekday: number;
	days: number;
	unplanned_s: number;
	base_s: number;
	unplanned: number | null;
	low: number | null;
	high: number | null;
	used: number;
	few: boolean;
}
export interface Shrinkage {
	use: "own" | "measured";
	own_planned: number;
	own_unplanned: number;
	from: string;
	to: string;
	days: number;
	known: boolean;
	scheduled_s: number;
	planned_s: number;
	unplanned_s: number;
	planned: number | null;
	unplanned: number | null;
	unplanned_common: number | null;
	total: number | null;
	duties: number | null;
	adherence: number | null;
	weekdays: ShrinkageWeekday[];
}
export interface QueueStaffing {
	redials: "none" | "given" | "estimated";
	redial_share: number | null;
	chat_stretch: number | null;
	again: number;
	discount: number;
	stretch: number | null;
	redial_known: boolean;
	redial_probability: number | null;
	redial_low: number | null;
	redial_high: number | null;
}
export interface Requirement {
	queue_id: number;
	start: string;
	volume: number;
	aht_s: number;
	agents: number;
	agents_on_roster: number;
	service_level: number | null;
	abandoned_share: number | null;
	asa_s: number | null;
	occupancy: number | null;
	/** Seconds of work that may wait: waiting at the end, done in idle time; null for live queues. */
	backlog_s: number | null;
	idle_s: number | null;
}

export type RosterState = "draft" | "published" | "superseded";
export interface RosterSummary {
	id: number;
	plan_id: number;
	site_id: number;
	week: string;
	version: number;
	state: RosterState;
	created_at: string;
	published_at: string | null;
	objective: number | null;
	bound: number | null;
	gap: number | null;
}
/** What a roster does for a queue whose target holds over a day or the week, in contacts. */
export interface ServiceRow { queue_id: number; start: string; end: string; offered: number; target: number; answered: number }
export interface WaitingRow { queue_id: number; due_hours: number; in_time_hours: number; late_hours: number; backlog_hours: number; idle_used_hours: number }
export interface Evidence {
	objective: number;
	parts?: Record<string, number>;
	bound: number | null;
	gap: number | null;
	seed?: number;
	risk?: "point" | "expected" | "chance";
	over?: "interval" | "day" | "week";
	probability?: number | null;
	unmet?: number;
	seconds?: number;
	columns?: number;
	verified?: boolean;
	trial?: TrialOutcome;
	services?: ServiceRow[];
	/** What the roster does of work that may wait, in hours of handling. */
	waiting?: WaitingRow[];
	/** Against the version that the week was planned again from. */
	changes?: { roster_id: number; version: number; from: string; shifts: number; added: number; removed: number; moved: number; frozen: number; cents: number; notice_cents?: number } | null;
	/** Sites planned in one with this roster's, it included; cost and bound are of all. */
	together?: number[];
	together_shifts?: number | null;
	borrowed?: number;
	missed?: { session_id: number; session: string; agent_id: number; agent: string; times: number; reason: string }[];
}
export interface PlannedSession {
	id: number;
	name: string;
	kind: "training" | "meeting";
	minutes: number;
	agent_ids: number[];
	days: number[];
	from: string;
	until: string;
	together: boolean;
}
export interface Roster {
	id: number;
	plan_id: number;
	site_id: number;
	week: string;
	version: number;
	state: RosterState;
	zone: string;
	created_at: string;
	published_at: string | null;
	evidence: Evidence;
	agents: number;
	shifts: number;
	people_short: number;
}
/** A roster's trial by simulation, of one queue and day. */
export interface WhatIfPoint {
	agents: number;
	on_roster: number;
	service_level: number | null;
	abandoned_share: number | null;
	asa_s: number | null;
	occupancy: number | null;
	cost_cents: number;
}
export interface WhatIf {
	load_erl: number;
	agents: number;
	on_roster: number;
	met: boolean;
	points: WhatIfPoint[];
	lines_load_erl: number;
	lines: { blocked_share: number; lines: number }[];
}
export interface CrossTraining {
	site_id: number;
	week: string;
	forecast_id: number;
	interval_min: number;
	unmet: number;
	alone_hours: number;
	shared_hours: number;
	queues: { queue_id: number; alone_hours: number; shared_hours: number; alone_peak: number; shared_peak: number }[];
	groups: { queues: number[]; agents: number; peak: number; person_hours: number }[];
	scenarios: { training: "dedicated" | "present" | "chain" | "all"; people: number; person_hours: number; unmet: number }[];
	pairs: { queue_id: number; other_id: number; saved_people: number; saved_person_hours: number }[];
}
export type ActivityKind = "work" | "break" | "meal" | "training" | "meeting" | "travel";
export interface Activity {
	kind: ActivityKind;
	queue_id: number | null;
	queue: string | null;
	label: string | null;
	start: string;
	end: string;
	paid: boolean;
}
export interface Shift {
	id: number;
	agent_id: number;
	agent: string;
	team: string | null;
	contract: string;
	day: string;
	start: string;
	end: string;
	paid_minutes: number;
	/** Leave agreed or recorded since touches it, or its agent has left. */
	away: boolean;
	activities: Activity[];
}
export interface Coverage { start: string; queue_id: number; required: number; scheduled: number }
export interface Shortage {
	queue_id: number;
	start: string;
	people: number;
	reason: string;
	hour_value_cents: number | null;
}
export interface Change {
	agent_id: number;
	agent: string;
	day: string;
	change: "added" | "removed" | "moved";
	before_start: string | null;
	before_end: string | null;
	after_start: string | null;
	after_end: string | null;
}

export interface Job {
	id: number;
	kind: string;
	state: "queued" | "running" | "done" | "failed" | "cancelled";
	progress: number;
	phase: string;
	objective: number | null;
	bound: number | null;
	gap: number | null;
	result: Record<string, number> | null;
	problem: Problem | null;
}

export interface MyShift {
	id: number;
	day: string;
	start: string;
	end: string;
	zone: string;
	site: string;
	activities: Activity[];
}
export interface Feed { id: number; name: string; created_at: string; last_used_at: string | null }
export interface NewFeed {
	id: number;
	name: string;
	url: string;
	webcal_url: string;
	activities_url: string;
	qr_svg: string;
}
export interface Absence {
	id: number;
	agent_id: number;
	agent_name: string;
	zone: string;
	/** Not told to every role. */
	kind?: string | null;
	state: string;
	start: string;
	end: string;
	note?: string | null;
	decision_note?: string | null;
}

/** Cents a shift changed on the day itself, falling evenly to nothing so many days ahead. */
export interface ShortNotice { days: number; cents: number }

/** A published week in which shifts stand in an absence. */
export interface AbsenceRoster { id: number; site_id: number; week: string; version: number; shifts: number; first_day: string }

export interface Ratio {
	value: number | null;
	numerator: number;
	denominator: number;
	low?: number | null;
	high?: number | null;
	definition?: string;
}
export interface Branch {
	site_id: number;
	site: string;
	region: string;
	kind: string;
	contacts_handled: number;
	productivity: Ratio;
	service_level: Ratio;
	abandonment: Ratio;
	aht: Ratio;
	utilisation: Ratio;
	occupancy: Ratio;
	planned_use: Ratio;
	availability: Ratio;
	adherence: Ratio;
	ladder: { a_s: number; b_s: number; c_s: number; d_s: number };
	rank: number | null;
	rank_in_region: number | null;
	previous: { productivity: number | null; service_level: number | null } | null;
}
export interface TrendPoint {
	first_day: string;
	contacts_handled: number;
	productivity: Ratio;
	service_level: Ratio;
}
export interface AbsenteeismRow { key: string; label: string; total: Ratio; unplanned: Ratio }
export interface TurnoverRow {
	key: string;
	label: string;
	turnover: Ratio;
	annualised: number | null;
	voluntary: Ratio;
}
export interface BradfordRow {
	agent_id: number;
	agent: string;
	site: string;
	team: string | null;
	spells: number;
	days: number;
	bradford: number;
}

/** What the judge found for one method on past origins of a queue. */
export interface MethodScore {
	method: string;
	wape: number | null;
	wape_week1: number | null;
	bias: number | null;
	wql: number | null;
	coverage80: number | null;
	coverage95: number | null;
	origins: number;
	weight: number | null;
	chosen: boolean;
}
/** Special days have the name of their group besides. */
export interface ForecastEffect { name: string; factor: number; sd: number | null; label?: string | null }
export interface ForecastWarning { code: string; text: string; from: string | null; to: string | null; count: number | null }
export interface ForecastReport {
	reason: string | null;
	first_day?: string | null;
	last_day?: string | null;
	longest_gap_days?: number | null;
	warnings?: ForecastWarning[];
	wql: number | null;
	coverage80_day: number | null;
	poisson_floor: number | null;
	weeks: number | null;
	outliers: number | null;
	scores: MethodScore[];
	effects: ForecastEffect[];
}
export interface Outlier { queue_id: number; start: string; offered: number; usual: number }
export interface ForecastTotal {
	/** null: the site. */
	queue_id: number | null;
	day: string;
	mean: number;
	q05: number;
	q10: number;
	q25: number;
	q50: number;
	q75: number;
	q90: number;
	q95: number;
}
export type AdjustmentKind = "percent" | "count";
export interface Adjustment {
	id: number;
	queue_id: number;
	from: string;
	to: string;
	kind: AdjustmentKind;
	value: number;
	reason: string;
	author: string | null;
	created_at: string;
	revoked_at: string | null;
	revoked_by: string | null;
}
export interface HorizonAccuracy {
	queue_id: number;
	horizon: string;
	n: number;
	wape: number | null;
	bias: number | null;
	coverage80: number | null;
	naive_wape: number | null;
	poisson_floor: number | null;
	adjusted_wape: number | null;
	promised_wape?: number | null;
	flag: boolean;
	flag_since?: string | null;
	flag_reason: string | null;
}
export interface OutlookWeek {
	/** null: the site. */
	queue_id: number | null;
	load_hours: number;
	week: string;
	mean: number;
	q05: number;
	q10: number;
	q25: number;
	q50: number;
	q75: number;
	q90: number;
	q95: number;
}
export interface Outlook { id: number; site_id: number; created_at: string; author?: string | null; queues?: { queue_id: number; method: string; warnings: ForecastWarning[] }[]; weeks?: OutlookWeek[] }
export interface ComparedDay {
	queue_id: number;
	day: string;
	mean: number;
	other_mean: number;
	difference: number;
	change: number | null;
	actual: number | null;
}
