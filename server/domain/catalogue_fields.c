/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/catalogue.h"

#define ID_MAX 9007199254740992.0
#define OPT FIELD_OPTIONAL

const char *const site_kind_names[] = { "contact_centre", "branch", NULL };
const char *const channel_names[] = { "voice", "chat", "walk_in", "email", "back_office", "outbound", NULL };
const char *const rule_mode_names[] = { "hard", "soft", "off", NULL };
const char *const special_kind_names[] = { "holiday", "campaign", "billing", "outage", "closure",
					   "payday", "observance", NULL };
const char *const leave_reason_names[] = { "voluntary", "involuntary", NULL };
const char *const locale_names[] = { "en", "es", "pt", NULL };
const char *const break_kind_names[] = { "meal", "break", NULL };

static const struct field region_rows[] = {
	F_INT(struct region, id, 0, 1, ID_MAX, "permanent id"),
	F_TEXT(struct region, code, 0, 1, 40, "short code"),
	F_TEXT(struct region, name, 0, 1, 200, "name"),
};
const struct fields region_fields = FIELDS("Region", struct region, region_rows);

/* ---------------------------------------------------------------- sites */

static const struct field site_hours_rows[] = {
	F_INT(struct opening_hours, weekday, 0, 1, 7, "1 Monday .. 7 Sunday"),
	F_CLOCK(struct opening_hours, open, 0, "opening, wall clock"),
	F_CLOCK(struct opening_hours, close, 0, "closing; past 24:00 on the next day"),
};
const struct fields opening_hours_fields = FIELDS("SiteHours", struct opening_hours, site_hours_rows);

#define SITE_COMMON                                                                            \
	F_TEXT(struct site, code, 0, 1, 40, "short code, unique"),                             \
	F_TEXT(struct site, name, 0, 1, 200, "name"),                                          \
	F_INT(struct site, region_id, 0, 1, ID_MAX, "its region"),                             \
	F_ENUM(struct site, kind, 0, site_kind_names, "contact centre or branch"),             \
	F_TEXT(struct site, country, 0, 2, 2, "ISO 3166 code, two capitals"),                  \
	F_TEXT(struct site, zone, 0, 1, 64, "IANA time zone"),                                 \
	F_INT(struct site, counters, OPT, 1, 10000, "counters of a branch: no more people serve its walk-in queues at once, all of them together"), \
	{ .name = "shrinkage_planned", .type = FIELD_REAL,                                     \
	  .offset = offsetof(struct site, shrinkage_planned), .flags = OPT, .min = 0, .max = 0.95, \
	  .fallback = "0", .help = "share of time for breaks, training, leave" },              \
	{ .name = "shrinkage_unplanned", .type = FIELD_REAL,                                   \
	  .offset = offsetof(struct site, shrinkage_unplanned), .flags = OPT, .min = 0, .max = 0.95, \
	  .fallback = "0", .help = "measured absence, applied after the planned" },            \
	F_LIST(struct site, hours, hours_count, OPT, &opening_hours_fields, 0, 70,                 \
	       "opening hours in force today")

static const struct field site_new_rows[] = { SITE_COMMON };
static const struct field site_rows[] = {
	F_INT(struct site, id, 0, 1, ID_MAX, "permanent id"),
	SITE_COMMON,
	F_TEXT(struct site, region, 0, 1, 200, "name of its region"),
	F_INT(struct site, agents, 0, 0, 1e9, "people employed today"),
};
static const struct field site_counters_rows[] = {
	F_INT(struct site, counters, OPT | FIELD_GIVEN, 1, 10000,
	      "people who can serve its walk-in queues at once; null: no limit"),
};
const struct fields site_counters_fields = FIELDS("SiteCounters", struct site, site_counters_rows);
const struct fields site_new_fields = FIELDS("SiteNew", struct site, site_new_rows);
const struct fields site_fields = FIELDS("Site", struct site, site_rows);

/* ---------------------------------------------------------------- queues, skills, teams */

#define QUEUE_COMMON                                                                           \
	F_TEXT(struct queue, code, 0, 1, 40, "short code, unique"),                            \
	F_TEXT(struct queue, name, 0, 1, 200, "name"),                                         \
	F_INT(struct queue, site_id, 0, 1, ID_MAX, "its site"),                                \
	F_INT(struct queue, skill_id, 0, 1, ID_MAX, "what an agent needs to take it"),         \
	F_ENUM(struct queue, channel, 0, channel_names, "how volume becomes people"),          \
	{ .name = "interval_min", .type = FIELD_INT, .offset = offsetof(struct queue, interval_min), \
	  .flags = OPT, .min = 5, .max = 60, .fallback = "30", .help = "5, 6, 10, 15, 30 or 60" }, \
	F_REAL(struct queue, target_share, OPT, 0.0001, 1, "share answered in target_s, below 1"), \
	F_REAL(struct queue, target_s, OPT, 0, 1e6, "seconds"),                                \
	F_REAL(struct queue, max_abandoned_share, OPT, 0, 0.9999, "of contacts offered, above 0"), \
	F_REAL(struct queue, max_asa_s, OPT, 0, 1e6, "mean wait, seconds"),                    \
	F_REAL(struct queue, max_occupancy, OPT, 0.0001, 1, "share of time an agent may be busy"), \
	F_REAL(struct queue, patience_s, OPT, 0, 1e6, "mean time until a caller gives up"),    \
	{ .name = "concurrency", .type = FIELD_REAL, .offset = offsetof(struct queue, concurrency), \
	  .flags = OPT, .min = 1, .max = 10, .fallback = "1", .help = "chats an agent has at once" }, \
	F_INT(struct queue, turnaround_min, OPT, 1, 1e6, "deferred work: minutes until due, an interval at least"),  \
	F_REAL(struct queue, aht_s, 0, 0, 1e6, "handling time where history is silent")

static const struct field queue_new_rows[] = { QUEUE_COMMON };
static const struct field queue_rows[] = {
	F_INT(struct queue, id, 0, 1, ID_MAX, "permanent id"),
	QUEUE_COMMON,
	F_TEXT(struct queue, skill, 0, 1, 200, "name of its skill"),
};
const struct fields queue_new_fields = FIELDS("QueueNew", struct queue, queue_new_rows);
const struct fields queue_fields = FIELDS("Queue", struct queue, queue_rows);

static const struct field skill_rows[] = {
	F_INT(struct skill, id, 0, 1, ID_MAX, "permanent id"),
	F_TEXT(struct skill, code, 0, 1, 40, "short code"),
	F_TEXT(struct skill, name, 0, 0, 200, "name"),
	F_INT(struct skill, agents, 0, 0, 1e9, "people employed today who have it"),
};
const struct fields skill_fields = FIELDS("Skill", struct skill, skill_rows);

static const struct field team_rows[] = {
	F_INT(struct team, id, 0, 1, ID_MAX, "permanent id"),
	F_INT(struct team, site_id, 0, 1, ID_MAX, "its site"),
	F_TEXT(struct team, code, 0, 1, 40, "short code"),
	F_TEXT(struct team, name, 0, 0, 200, "name"),
	F_INT(struct team, agents, 0, 0, 1e9, "people employed today"),
};
const struct fields team_fields = FIELDS("Team", struct team, team_rows);

/* ---------------------------------------------------------------- contracts */

static const struct field rule_rows[] = {
	F_TEXT(struct contract_rule, rule, 0, 1, 60, "name of the rule, as the problem form lists them"),
	{ .name = "mode", .type = FIELD_ENUM, .offset = offsetof(struct contract_rule, mode),
	  .flags = OPT, .names = rule_mode_names, .fallback = "\"hard\"", .help = "hard, soft or off" },
	F_REAL(struct contract_rule, low, OPT, 0, 1e6, "at least; none: no lower bound"),
	F_REAL(struct contract_rule, high, OPT, 0, 1e6, "at most; none: no upper bound"),
	{ .name = "weight", .type = FIELD_REAL, .offset = offsetof(struct contract_rule, weight),
	  .flags = OPT, .min = 0, .max = 1e9, .fallback = "0",
	  .help = "soft: cents for each unit by which it is broken" },
};
static const struct fields contract_rule_fields =
	FIELDS("ContractRule", struct contract_rule, rule_rows);

static const struct field break_rows[] = {
	F_ENUM(struct contract_break, kind, 0, break_kind_names, "meal or break"),
	F_INT(struct contract_break, minutes, 0, 5, 240, "length"),
	F_BOOL(struct contract_break, paid, 0, "whether it is paid"),
	F_INT(struct contract_break, earliest_min, 0, 0, 960, "first start, minutes into the shift"),
	F_INT(struct contract_break, latest_min, 0, 0, 960, "last start, minutes into the shift"),
	{ .name = "shift_from_minutes", .type = FIELD_INT,
	  .offset = offsetof(struct contract_break, shift_from_minutes), .flags = OPT, .min = 0,
	  .max = 960, .fallback = "0", .help = "only in shifts at least this long" },
	F_INT(struct contract_break, shift_to_minutes, OPT, 0, 960, "only in shifts at most this long"),
	{ .name = "gap_minutes", .type = FIELD_INT,
	  .offset = offsetof(struct contract_break, gap_minutes), .flags = OPT, .min = 0, .max = 960,
	  .fallback = "0", .help = "at least so long after the end of the break before" },
};
static const struct fields contract_break_fields =
	FIELDS("ContractBreak", struct contract_break, break_rows);

#define CONTRACT_COMMON                                                                        \
	F_TEXT(struct contract, code, 0, 1, 40, "short code, unique"),                         \
	F_TEXT(struct contract, name, 0, 1, 200, "name"),                                      \
	F_INT(struct contract, cost_cents_hour, 0, 0, 1e9, "cost of an hour, cents"),          \
	{ .name = "currency", .type = FIELD_TEXT, .offset = offsetof(struct contract, currency), \
	  .flags = OPT, .min = 3, .max = 3, .fallback = "\"USD\"", .help = "ISO 4217 code" },  \
	F_INT(struct contract, shift_min_minutes, 0, 60, 960, "shortest shift"),               \
	F_INT(struct contract, shift_max_minutes, 0, 60, 960, "longest shift"),                \
	{ .name = "shift_step_minutes", .type = FIELD_INT,                                     \
	  .offset = offsetof(struct contract, shift_step_minutes), .flags = OPT, .min = 15, .max = 60, \
	  .fallback = "30", .help = "15, 30 or 60" },                                          \
	{ .name = "start_earliest", .type = FIELD_CLOCK,                                       \
	  .offset = offsetof(struct contract, start_earliest), .flags = OPT, .max = 1439,      \
	  .fallback = "\"00:00\"", .help = "no shift starts before" },                         \
	{ .name = "start_latest", .type = FIELD_CLOCK,                                         \
	  .offset = offsetof(struct contract, start_latest), .flags = OPT, .max = 1439,        \
	  .fallback = "\"23:45\"", .help = "no shift starts after" },                          \
	{ .name = "start_step_minutes", .type = FIELD_INT,                                     \
	  .offset = offsetof(struct contract, start_step_minutes), .flags = OPT, .min = 15, .max = 60, \
	  .fallback = "30", .help = "15, 30 or 60" }

#define CONTRACT_LISTS                                                                         \
	F_LIST(struct contract, rules, rule_count, OPT, &contract_rule_fields, 0, 60, "its rules"), \
	F_LIST(struct contract, breaks, break_count, OPT, &contract_break_fields, 0, 8, "meals and breaks, in order")

static const struct field contract_new_rows[] = { CONTRACT_COMMON, CONTRACT_LISTS };
static const struct field contract_row_rows[] = {
	F_INT(struct contract, id, 0, 1, ID_MAX, "permanent id"),
	CONTRACT_COMMON,
	F_INT(struct contract, agents, 0, 0, 1e9, "people employed today under it"),
};
static const struct field contract_rows[] = {
	F_INT(struct contract, id, 0, 1, ID_MAX, "permanent id"),
	CONTRACT_COMMON,
	F_INT(struct contract, agents, 0, 0, 1e9, "people employed today under it"),
	CONTRACT_LISTS,
};
const struct fields contract_new_fields = FIELDS("ContractNew", struct contract, contract_new_rows);
const struct fields contract_row_fields = FIELDS("ContractSummary", struct contract, contract_row_rows);
const struct fields contract_fields = FIELDS("Contract", struct contract, contract_rows);

/* ---------------------------------------------------------------- agents */

static const struct field skill_held_rows[] = {
	F_INT(struct skill_held, skill_id, 0, 1, ID_MAX, "skill"),
	{ .name = "proficiency", .type = FIELD_REAL, .offset = offsetof(struct skill_held, proficiency),
	  .flags = OPT, .min = 0.01, .max = 2, .fallback = "1", .help = "speed against the queue's usual" },
};
static const struct fields skill_held_fields = FIELDS("SkillHeld", struct skill_held, skill_held_rows);

static const struct field available_rows[] = {
	F_INT(struct available, weekday, 0, 1, 7, "1 Monday .. 7 Sunday"),
	F_CLOCK(struct available, from, 0, "may work from"),
	F_CLOCK(struct available, until, 0, "until; past 24:00 on the next day"),
};
static const struct fields available_fields = FIELDS("Availability", struct available, available_rows);

#define OTHER_SITE_COMMON                                                                      \
	F_INT(struct other_site, site_id, 0, 1, ID_MAX, "the other site"),                     \
	{ .name = "travel_min", .type = FIELD_INT, .offset = offsetof(struct other_site, travel_min), \
	  .flags = OPT, .min = 0, .max = 720, .fallback = "0",                                 \
	  .help = "minutes there and again back, in quarter-hours: paid, at either end of the shift" }

static const struct field other_site_new_rows[] = { OTHER_SITE_COMMON };
static const struct fields other_site_new_fields =
	FIELDS("OtherSiteNew", struct other_site, other_site_new_rows);
static const struct field other_site_rows[] = {
	OTHER_SITE_COMMON,
	F_TEXT(struct other_site, site, 0, 1, 200, "its name"),
};
static const struct fields other_site_fields = FIELDS("OtherSite", struct other_site, other_site_rows);

static const struct field lending_rows[] = {
	F_INT(struct lending, agent_id, 0, 1, ID_MAX, "who"),
	F_TEXT(struct lending, agent, 0, 1, 200, "name"),
	F_INT(struct lending, home_id, 0, 1, ID_MAX, "own site"),
	F_TEXT(struct lending, home, 0, 1, 200, "its name"),
	F_INT(struct lending, site_id, 0, 1, ID_MAX, "the other site"),
	F_TEXT(struct lending, site, 0, 1, 200, "its name"),
	F_INT(struct lending, travel_min, 0, 0, 720, "minutes each way"),
};
const struct fields lending_fields = FIELDS("Lending", struct lending, lending_rows);

/* WFM_MAX_ELSEWHERE of them. */
#define AGENT_ELSEWHERE(f)                                                                     \
	F_LIST(struct agent, elsewhere, elsewhere_count, OPT, &f, 0, 8,                        \
	       "other sites at which the agent may work, a whole shift at a time")

#define AGENT_LISTS                                                                            \
	F_LIST(struct agent, skills, skill_count, OPT, &skill_held_fields, 0, 100, "skills"),   \
	F_LIST(struct agent, availability, available_count, OPT, &available_fields, 0, 50,     \
	       "when the agent may work; none: whenever the contract allows")

static const struct field agent_new_rows[] = {
	F_TEXT(struct agent, code, 0, 1, 40, "personnel number, unique"),
	F_TEXT(struct agent, name, 0, 1, 200, "name"),
	F_INT(struct agent, site_id, 0, 1, ID_MAX, "site"),
	F_INT(struct agent, team_id, OPT, 1, ID_MAX, "team, of the same site"),
	F_INT(struct agent, contract_id, 0, 1, ID_MAX, "contract"),
	F_DATE(struct agent, hired, 0, "first day"),
	{ .name = "locale", .type = FIELD_ENUM, .offset = offsetof(struct agent, locale), .flags = OPT,
	  .names = locale_names, .fallback = "\"es\"", .help = "language of the calendar feed" },
	AGENT_LISTS,
	AGENT_ELSEWHERE(other_site_new_fields),
};
static const struct field agent_change_rows[] = {
	F_TEXT(struct agent, name, OPT, 1, 200, "name"),
	F_INT(struct agent, site_id, OPT, 1, ID_MAX, "site"),
	F_INT(struct agent, team_id, OPT, 1, ID_MAX, "team, of the same site; null: none"),
	F_INT(struct agent, contract_id, OPT, 1, ID_MAX, "contract"),
	F_DATE(struct agent, left_on, OPT, "last day worked; needs leave_reason; both null: stays after all"),
	F_ENUM(struct agent, leave_reason, OPT, leave_reason_names, "why; needs left_on"),
	F_ENUM(struct agent, locale, OPT, locale_names, "language of the calendar feed"),
	AGENT_LISTS,
	AGENT_ELSEWHERE(other_site_new_fields),
};
static const struct field agent_rows[] = {
	F_INT(struct agent, id, 0, 1, ID_MAX, "permanent id"),
	F_TEXT(struct agent, code, 0, 1, 40, "personnel number"),
	F_TEXT(struct agent, name, 0, 1, 200, "name"),
	F_INT(struct agent, site_id, 0, 1, ID_MAX, "site"),
	F_TEXT(struct agent, site, 0, 1, 200, "name of the site"),
	F_INT(struct agent, team_id, OPT, 1, ID_MAX, "team"),
	F_TEXT(struct agent, team, OPT, 0, 200, "name of the team"),
	F_INT(struct agent, contract_id, 0, 1, ID_MAX, "contract"),
	F_TEXT(struct agent, contract, 0, 1, 200, "name of the contract"),
	F_DATE(struct agent, hired, 0, "first day"),
	F_DATE(struct agent, left_on, OPT, "last day worked"),
	F_ENUM(struct agent, leave_reason, OPT, leave_reason_names, "why"),
	F_ENUM(struct agent, locale, 0, locale_names, "language of the calendar feed"),
	AGENT_LISTS,
	AGENT_ELSEWHERE(other_site_fields),
};
const struct fields agent_new_fields = FIELDS("AgentNew", struct agent, agent_new_rows);
const struct fields agent_change_fields = FIELDS_PATCH("AgentChange", struct agent, agent_change_rows);
const struct fields agent_fields = FIELDS("Agent", struct agent, agent_rows);

/* ---------------------------------------------------------------- special days */

#define SPECIAL_COMMON                                                                         \
	F_DATE(struct special_day, day, 0, "local date"),                                      \
	F_TEXT(struct special_day, country, OPT, 2, 2, "for all sites of a country"),          \
	F_INT(struct special_day, site_id, OPT, 1, ID_MAX, "or for one site"),                 \
	F_INT(struct special_day, queue_id, OPT, 1, ID_MAX, "or for one queue"),               \
	F_ENUM(struct special_day, kind, 0, special_kind_names, "what it is"),                 \
	{ .name = "name", .type = FIELD_TEXT, .offset = offsetof(struct special_day, name),    \
	  .flags = OPT, .max = 200, .fallback = "\"\"", .help = "name" },                      \
	F_BOOL(struct special_day, closed, OPT, "nobody works"),                               \
	F_REAL(struct special_day, factor, OPT, 0, 20, "of the usual volume; none: learnt"),          \
	F_TEXT(struct special_day, group, OPT, 1, 60,                                          \
	       "days of one group are learnt from one another; none: those of the same kind and name")

static const struct field special_new_rows[] = { SPECIAL_COMMON };
static const struct field special_rows[] = {
	F_INT(struct special_day, id, 0, 1, ID_MAX, "permanent id"),
	SPECIAL_COMMON,
};
const struct fields special_day_new_fields =
	FIELDS("SpecialDayNew", struct special_day, special_new_rows);
const struct fields special_day_fields = FIELDS("SpecialDay", struct special_day, special_rows);
