/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the planning routes take and give; the statements of the same names fill them. */
#include "server/http/planning_handlers.h"

#include "server/domain/publish_roster.h"
#include "server/domain/week_staffing.h"

struct site_week_query {
	int64_t site_id, week;
};
static const struct field site_week_rows[] = {
	F_INT(struct site_week_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site"),
	F_WEEK(struct site_week_query, week, FIELD_OPTIONAL, "only of this ISO week"),
};
const struct fields site_week_query_fields =
	FIELDS("SiteWeekQuery", struct site_week_query, site_week_rows);

struct queue_query {
	int64_t queue_id;
};
static const struct field queue_query_rows[] = {
	F_INT(struct queue_query, queue_id, FIELD_OPTIONAL, 1, 1e15, "only of this queue"),
};
const struct fields queue_query_fields = FIELDS("QueueQuery", struct queue_query, queue_query_rows);

struct plan {
	int64_t id, site_id, week, forecast_id, created_at, job_id, risk, over;
	double probability;
};
static const struct field plan_rows[] = {
	F_INT(struct plan, id, 0, 1, 1e15, "permanent id"),
	F_INT(struct plan, site_id, 0, 1, 1e15, "site"),
	F_WEEK(struct plan, week, 0, "ISO week"),
	F_INT(struct plan, forecast_id, 0, 1, 1e15, "forecast it is for"),
	F_INSTANT(struct plan, created_at, 0, "when it was made"),
	F_INT(struct plan, job_id, FIELD_OPTIONAL, 1, 1e15, "job that made it"),
	F_ENUM(struct plan, risk, 0, staffing_risk_names, "what it was staffed for"),
	F_ENUM(struct plan, over, 0, staffing_over_names, "over what its targets hold"),
	F_REAL(struct plan, probability, FIELD_OPTIONAL, 0, 1, "chance: of reaching the target"),
};
const struct fields plan_fields = FIELDS("Plan", struct plan, plan_rows);

struct plan_requirement {
	int64_t queue_id, start, minutes;
	double volume, aht_s, agents, agents_on_roster;
	double service_level, abandoned_share, asa_s, occupancy, backlog_s, late_s, idle_s;
};
static const struct field plan_requirement_rows[] = {
	F_INT(struct plan_requirement, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct plan_requirement, start, 0, "interval"),
	F_INT(struct plan_requirement, minutes, 0, 5, 1440, "its length"),
	F_REAL(struct plan_requirement, volume, 0, 0, 0, "contacts expected"),
	F_REAL(struct plan_requirement, aht_s, 0, 0, 0, "average handling time, seconds"),
	F_REAL(struct plan_requirement, agents, 0, 0, 0,
	       "people on the work; of work that may wait: for whom the roster has some there"),
	F_REAL(struct plan_requirement, agents_on_roster, 0, 0, 0,
	       "people to plan: agents / (1 - unplanned shrinkage)"),
	F_REAL(struct plan_requirement, service_level, FIELD_OPTIONAL, 0, 0,
	       "answered in time / offered"),
	F_REAL(struct plan_requirement, abandoned_share, FIELD_OPTIONAL, 0, 0, "abandoned / offered"),
	F_REAL(struct plan_requirement, asa_s, FIELD_OPTIONAL, 0, 0, "mean wait of those answered"),
	F_REAL(struct plan_requirement, occupancy, FIELD_OPTIONAL, 0, 0, "handling / productive time"),
	F_REAL(struct plan_requirement, backlog_s, FIELD_OPTIONAL, 0, 0,
	       "work that may wait, waiting at the end: seconds of handling"),
	F_REAL(struct plan_requirement, late_s, FIELD_OPTIONAL, 0, 0, "of which is past its turnaround"),
	F_REAL(struct plan_requirement, idle_s, FIELD_OPTIONAL, 0, 0,
	       "work done in the idle time of live queues"),
};
const struct fields plan_requirement_fields =
	FIELDS("Requirement", struct plan_requirement, plan_requirement_rows);

struct plan_day {
	int64_t queue_id, day;
	double offered, agent_hours, roster_hours;
	double service_level, abandoned_share, asa_s, p_target, sl_p10, sl_p50, sl_p90;
};
static const struct field plan_day_rows[] = {
	F_INT(struct plan_day, queue_id, 0, 1, 1e15, "queue whose contacts wait on the line"),
	REQUIREMENT_DAY_ROWS(struct plan_day),
};
const struct fields plan_day_fields = FIELDS("PlanDay", struct plan_day, plan_day_rows);

struct roster_summary {
	int64_t id, plan_id, site_id, week, version, state, created_at, published_at;
	double objective, bound, gap;
};
static const struct field roster_summary_rows[] = {
	F_INT(struct roster_summary, id, 0, 1, 1e15, "permanent id"),
	F_INT(struct roster_summary, plan_id, 0, 1, 1e15, "plan"),
	F_INT(struct roster_summary, site_id, 0, 1, 1e15, "site"),
	F_WEEK(struct roster_summary, week, 0, "ISO week"),
	F_INT(struct roster_summary, version, 0, 1, 1e9, "version"),
	F_ENUM(struct roster_summary, state, 0, roster_state_names, "state"),
	F_INSTANT(struct roster_summary, created_at, 0, "when it was drawn"),
	F_INSTANT(struct roster_summary, published_at, FIELD_OPTIONAL, "when it was published"),
	F_REAL(struct roster_summary, objective, FIELD_OPTIONAL, 0, 0, "cost in cents"),
	F_REAL(struct roster_summary, bound, FIELD_OPTIONAL, 0, 0, "proven lower bound of the cost"),
	F_REAL(struct roster_summary, gap, FIELD_OPTIONAL, 0, 0, "(objective - bound) / objective"),
};
const struct fields roster_summary_fields =
	FIELDS("RosterSummary", struct roster_summary, roster_summary_rows);

struct activity {
	int64_t queue_id, start, end;
	const char *kind, *queue, *label;
	bool paid;
};
static const struct field activity_rows[] = {
	F_TEXT(struct activity, kind, 0, 0, 0, "work, break, meal, training, meeting or travel"),
	F_INT(struct activity, queue_id, FIELD_OPTIONAL, 1, 1e15, "queue worked on"),
	F_TEXT(struct activity, queue, FIELD_OPTIONAL, 0, 0, "its name"),
	F_TEXT(struct activity, label, FIELD_OPTIONAL, 0, 0, "what a training or meeting is called"),
	F_INSTANT(struct activity, start, 0, "start"),
	F_INSTANT(struct activity, end, 0, "end"),
	F_BOOL(struct activity, paid, 0, "whether it is paid"),
};
static const struct fields activity_fields = FIELDS("Activity", struct activity, activity_rows);

struct roster_shift {
	int64_t id, agent_id, day, start, end, paid_minutes;
	const char *agent, *team, *contract;
	bool away;
	struct activity *activities;
	size_t activity_count;
};
static const struct field roster_shift_rows[] = {
	F_INT(struct roster_shift, id, 0, 1, 1e15, "permanent id"),
	F_INT(struct roster_shift, agent_id, 0, 1, 1e15, "agent"),
	F_TEXT(struct roster_shift, agent, 0, 0, 0, "agent's name"),
	F_TEXT(struct roster_shift, team, FIELD_OPTIONAL, 0, 0, "agent's team"),
	F_TEXT(struct roster_shift, contract, 0, 0, 0, "agent's contract"),
	F_DATE(struct roster_shift, day, 0, "local date on which it starts"),
	F_INSTANT(struct roster_shift, start, 0, "start"),
	F_INSTANT(struct roster_shift, end, 0, "end"),
	F_INT(struct roster_shift, paid_minutes, 0, 0, 1e6, "paid minutes"),
	F_BOOL(struct roster_shift, away, 0, "leave agreed or recorded since touches it, or its agent has left"),
	F_LIST(struct roster_shift, activities, activity_count, 0, &activity_fields, 0, 0,
	       "what is done, in order"),
};
const struct fields roster_shift_fields = FIELDS("RosterShift", struct roster_shift, roster_shift_rows);

struct away_shift {
	int64_t id, agent_id, day, start, end, paid_minutes, site_id;
	const char *agent, *site;
};
static const struct field away_shift_rows[] = {
	F_INT(struct away_shift, id, 0, 1, 1e15, "permanent id"),
	F_INT(struct away_shift, agent_id, 0, 1, 1e15, "agent"),
	F_TEXT(struct away_shift, agent, 0, 0, 0, "agent's name"),
	F_DATE(struct away_shift, day, 0, "local date on which it starts"),
	F_INSTANT(struct away_shift, start, 0, "start, travel included"),
	F_INSTANT(struct away_shift, end, 0, "end, travel included"),
	F_INT(struct away_shift, paid_minutes, 0, 0, 1e6, "paid minutes, travel included"),
	F_INT(struct away_shift, site_id, 0, 1, 1e15, "where"),
	F_TEXT(struct away_shift, site, 0, 0, 0, "its name"),
};
const struct fields roster_away_fields = FIELDS("AwayShift", struct away_shift, away_shift_rows);

struct coverage {
	int64_t start, queue_id, scheduled;
	double required;
};
static const struct field coverage_rows[] = {
	F_INSTANT(struct coverage, start, 0, "quarter-hour"),
	F_INT(struct coverage, queue_id, 0, 1, 1e15, "queue"),
	F_REAL(struct coverage, required, 0, 0, 0, "people to plan"),
	F_INT(struct coverage, scheduled, 0, 0, 1e9, "people planned"),
};
const struct fields roster_coverage_fields = FIELDS("Coverage", struct coverage, coverage_rows);

struct short_row {
	int64_t queue_id, start;
	double people, hour_value_cents;
	const char *reason;
};
static const struct field short_rows[] = {
	F_INT(struct short_row, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct short_row, start, 0, "quarter-hour"),
	F_REAL(struct short_row, people, 0, 0, 0, "people short"),
	F_TEXT(struct short_row, reason, 0, 0, 0, "why nobody fills it"),
	F_REAL(struct short_row, hour_value_cents, FIELD_OPTIONAL, 0, 0,
	       "what one more hour of work there would save"),
};
const struct fields roster_shortage_fields = FIELDS("Shortage", struct short_row, short_rows);

struct change {
	int64_t agent_id, day, before_start, before_end, after_start, after_end;
	const char *agent, *change;
};
static const struct field change_rows[] = {
	F_INT(struct change, agent_id, 0, 1, 1e15, "agent"),
	F_TEXT(struct change, agent, 0, 0, 0, "agent's name"),
	F_DATE(struct change, day, 0, "local date"),
	F_TEXT(struct change, change, 0, 0, 0, "added, removed or moved"),
	F_INSTANT(struct change, before_start, FIELD_OPTIONAL, "published start"),
	F_INSTANT(struct change, before_end, FIELD_OPTIONAL, "published end"),
	F_INSTANT(struct change, after_start, FIELD_OPTIONAL, "start in this version"),
	F_INSTANT(struct change, after_end, FIELD_OPTIONAL, "end in this version"),
};
const struct fields roster_change_fields = FIELDS("RosterChange", struct change, change_rows);

struct planned_session_query {
	int64_t site_id, week, limit;
	const char *cursor;
};
static const struct field planned_session_query_rows[] = {
	F_INT(struct planned_session_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site"),
	F_WEEK(struct planned_session_query, week, FIELD_OPTIONAL, "only of this ISO week"),
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct planned_session_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" },
	F_TEXT(struct planned_session_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields planned_session_query_fields =
	FIELDS("PlannedSessionQuery", struct planned_session_query, planned_session_query_rows);

struct fairness_query {
	int64_t weeks;
};
static const struct field fairness_query_rows[] = {
	{ .name = "weeks", .type = FIELD_INT, .offset = offsetof(struct fairness_query, weeks),
	  .flags = FIELD_OPTIONAL, .min = 0, .max = 52, .fallback = "8",
	  .help = "how many weeks before the roster's are looked at; of them, what was published" },
};
const struct fields fairness_query_fields =
	FIELDS("FairnessQuery", struct fairness_query, fairness_query_rows);

struct fairness {
	int64_t agent_id, weeks, shifts, paid_minutes, weekend_shifts, early_shifts, late_shifts;
	int64_t wishes, wishes_missed, burden, roster_burden;
	double seniority_years, fair_burden, difference;
	const char *agent, *team, *contract;
};
static const struct field fairness_rows[] = {
	F_INT(struct fairness, agent_id, 0, 1, 1e15, "agent"),
	F_TEXT(struct fairness, agent, 0, 0, 0, "agent's name"),
	F_TEXT(struct fairness, team, FIELD_OPTIONAL, 0, 0, "agent's team"),
	F_TEXT(struct fairness, contract, 0, 0, 0, "agent's contract"),
	F_REAL(struct fairness, seniority_years, 0, 0, 0, "years from the hiring to the roster's week"),
	F_INT(struct fairness, weeks, 0, 1, 1e4, "weeks looked at in which the agent was there, this one included"),
	F_INT(struct fairness, shifts, 0, 0, 1e6, "shifts in them"),
	F_INT(struct fairness, paid_minutes, 0, 0, 1e9, "their paid minutes"),
	F_INT(struct fairness, weekend_shifts, 0, 0, 1e6, "of them, on a Saturday, Sunday or holiday"),
	F_INT(struct fairness, early_shifts, 0, 0, 1e6, "of them, begun before 07:00"),
	F_INT(struct fairness, late_shifts, 0, 0, 1e6, "of them, ended after 22:00, nights included"),
	F_INT(struct fairness, wishes, 0, 0, 1e6, "wishes for days in them"),
	F_INT(struct fairness, wishes_missed, 0, 0, 1e6, "of them, not granted"),
	F_INT(struct fairness, burden, 0, 0, 1e6, "points: 2 a weekend shift, and 1 an early or late one"),
	F_INT(struct fairness, roster_burden, 0, 0, 1e6, "of them, by this roster"),
	F_REAL(struct fairness, fair_burden, 0, 0, 0, "points if each week of that contract asked the same"),
	F_REAL(struct fairness, difference, 0, 0, 0, "burden less fair_burden; above 0: asked more than the others"),
};
const struct fields roster_fairness_fields = FIELDS("RosterFairness", struct fairness, fairness_rows);
