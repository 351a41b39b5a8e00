/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of the problem form, which are also its JSON Schema. */
#include "server/cli/problem_form.h"
#include "server/cli/deferrable_form.h"
#include "server/cli/form_rows.h"
#include "server/cli/service_form.h"
#include "server/cli/session_form.h"

const char *const problem_rule_names[] = {
#define NAME(id, name, traits, soft, many, meaning, unit) #name,
	WFM_RULES(NAME)
#undef NAME
	NULL,
};

static const char *const modes[] = { "off", "hard", "soft", NULL };     /* enum wfm_mode */
static const char *const break_kinds[] = { "meal", "break", NULL };     /* WFM_MEAL, WFM_REST_BREAK */
static const char *const wish_kinds[] = { "day_off", "start", "day_on", "keep", NULL }; /* enum wfm_wish_kind */
static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };

enum { O = FIELD_OPTIONAL, CENTS_MAX = 1000000000 };

static const struct field counters_rows[] = {
	F_INSTANT(struct form_counters, start, 0, "first instant"),
	F_INSTANT(struct form_counters, end, 0, "first instant after"),
	F_INT(struct form_counters, counters, 0, 0, 100000, "that many here"),
};
static const struct fields counters_fields = FIELDS("ProblemCounters", struct form_counters, counters_rows);

static const struct field site_rows[] = {
	F_TEXT(struct form_site, name, 0, 1, 80, "referred to by queues and agents"),
	F_TEXT(struct form_site, zone, 0, 1, 64, "IANA time zone, e.g. America/Santiago"),
	F_LIST_OF(struct form_site, holidays, holiday_count, O, FIELD_DATE, 0, 366,
		  "local dates the sundays rule counts beside Sundays"),
	F_INT(struct form_site, counters, O, 0, 100000,
	      "people that can be at counters at once, over all queues that need one; null: no limit"),
	{ .name = "counter_changes", .type = FIELD_LIST, .offset = offsetof(struct form_site, changes),
	  .count_offset = offsetof(struct form_site, change_count), .flags = O, .sub = &counters_fields,
	  .max = 5000, .help = "stretches with another number; the last that holds a slot counts" },
};
static const struct fields site_fields = FIELDS("ProblemSite", struct form_site, site_rows);

static const struct field people_rows[] = {
	F_INSTANT(struct form_people, start, 0, "beginning of the first slot of this run"),
	F_LIST_OF(struct form_people, people, people_count, 0, FIELD_REAL, 1, 20000,
		  "people needed on the work, slot after slot"),
};
const struct fields problem_people_fields = FIELDS("ProblemPeople", struct form_people, people_rows);

static const struct field span_rows[] = {
	F_INSTANT(struct form_span, start, 0, "first instant"),
	F_INSTANT(struct form_span, end, 0, "first instant after"),
};
const struct fields span_fields = FIELDS("ProblemSpan", struct form_span, span_rows);

static const struct field arrivals_rows[] = {
	F_INSTANT(struct form_arrivals, start, 0, "beginning of the first slot of this run"),
	F_LIST_OF(struct form_arrivals, contacts, contact_count, 0, FIELD_REAL, 1, 20000,
		  "contacts expected, slot after slot"),
	F_REAL(struct form_arrivals, aht_s, O, 0.1, 1e6, "handling time in this run; null: that of the work"),
};
static const struct fields arrivals_fields = FIELDS("ProblemArrivals", struct form_arrivals, arrivals_rows);

static const struct field work_rows[] = {
	F_LIST(struct form_work, arrivals, arrival_count, 0, &arrivals_fields, 1, 5000,
	       "runs of slots; in slots in no run nothing arrives"),
	F_REAL(struct form_work, aht_s, 0, 0.1, 1e6, "mean handling time"),
	D_REAL(struct form_work, handling_cv, 0, 20, "1",
	       "standard deviation of handling over its mean (lognormal); 0: constant"),
	F_REAL(struct form_work, patience_s, O, 1, 1e6, "mean patience; null: nobody gives up"),
	{ .name = "definition", .type = FIELD_ENUM, .offset = offsetof(struct form_work, definition),
	  .flags = O, .names = form_definitions, .fallback = "\"offered\"",
	  .help = "what the service level divides by" },
	D_REAL(struct form_work, within_s, 0, 1e6, "20", "answered within this is good"),
	F_REAL(struct form_work, target, O, 0.01, 1, "service level of a good day"),
	F_INT(struct form_work, lobby, O, 0, 1000000, "contacts that may wait; null: no limit"),
	D_INT(struct form_work, concurrency, 1, 16, "1", "contacts a person has at once"),
	D_REAL(struct form_work, stretch, 0, 10, "0", "each further contact at once slows all by this share"),
	D_REAL(struct form_work, redial, 0, 0.99, "0", "share of those who gave up that come again"),
	D_REAL(struct form_work, redial_after_s, 1, 1e6, "300", "after this long on the mean"),
	D_REAL(struct form_work, callback_after_s, 0, 1e6, "0", "offered a callback after so long; 0: never"),
	D_REAL(struct form_work, callback_share, 0, 1, "0", "share that accepts it"),
	D_REAL(struct form_work, due_s, 0, 1e7, "0", "work that may wait: to be done within; 0: live"),
	D_REAL(struct form_work, backlog, 0, 1e6, "0", "work that may wait: items there at the start"),
};
static const struct fields work_fields = FIELDS("ProblemWork", struct form_work, work_rows);

static const struct field queue_rows[] = {
	F_TEXT(struct form_queue, name, 0, 1, 80, "unique"),
	F_TEXT(struct form_queue, skill, O, 1, 80, "needed to take it; null: everybody can"),
	F_TEXT(struct form_queue, site, O, 1, 80, "only agents of this site; null: of any"),
	F_LIST(struct form_queue, required, required_count, 0, &problem_people_fields, 0, 5000,
	       "runs of slots; slots in no run need nobody"),
	F_LIST(struct form_queue, open, open_count, O, &span_fields, 0, 5000,
	       "when it can be worked; empty: always"),
	D_REAL(struct form_queue, step1_share, 0, 1000, "0.05",
	       "share of the requirement that may be short at the first price, at least one person"),
	F_REAL(struct form_queue, short1_cents, 0, 0, CENTS_MAX, "price of an agent-hour short, first step"),
	F_REAL(struct form_queue, short2_cents, 0, 0, CENTS_MAX, "price of an agent-hour short beyond it"),
	D_REAL(struct form_queue, surplus_cents, 0, CENTS_MAX, "0", "price of an agent-hour too many"),
	F_BOOL(struct form_queue, counter, O, "who serves it is at a counter of its site"),
	F_OBJECT(struct form_queue, work, O, &work_fields, "what cuadrante simulate plays"),
};
static const struct fields queue_fields = FIELDS("ProblemQueue", struct form_queue, queue_rows);

static const struct field duty_rows[] = {
	F_TEXT(struct form_duty, name, 0, 1, 80, "unique"),
	F_CLOCK(struct form_duty, start, 0, "when it begins"),
	F_INT(struct form_duty, minutes, 0, 5, 1440, "start to end"),
	F_TEXT(struct form_duty, skill, O, 1, 80, "needed to take it; null: everybody can"),
	F_TEXT(struct form_duty, queue, O, 1, 80, "the work done; null: none, covers count it"),
	D_REAL(struct form_duty, used_cents, 0, CENTS_MAX, "0", "once a plan when anybody works it"),
};
static const struct fields duty_fields = FIELDS("ProblemDuty", struct form_duty, duty_rows);

static const struct field cover_rows[] = {
	F_DATE(struct form_cover, date, 0, "local date"),
	F_LIST_OF(struct form_cover, duties, duty_count, 0, FIELD_TEXT, 1, WFM_NAMED_DUTIES,
		  "any of these counts"),
	F_REAL(struct form_cover, required, 0, 0, 100000, "people wanted"),
	F_REAL(struct form_cover, short_cents, 0, 0, CENTS_MAX, "price of a person short"),
	D_REAL(struct form_cover, surplus_cents, 0, CENTS_MAX, "0", "price of a person too many"),
};
static const struct fields cover_fields = FIELDS("ProblemCover", struct form_cover, cover_rows);

static const struct field pattern_rows[] = {
	F_BOOL(struct form_pattern_day, work, O, "any shift fits"),
	F_LIST_OF(struct form_pattern_day, duties, duty_count, O, FIELD_TEXT, 0, WFM_NAMED_DUTIES,
		  "any of these fits"),
	F_BOOL(struct form_pattern_day, off, O, "a day off fits"),
};
static const struct fields pattern_fields =
	FIELDS("ProblemPatternDay", struct form_pattern_day, pattern_rows);

static const struct field rule_rows[] = {
	F_ENUM(struct form_rule, rule, 0, problem_rule_names, "what is limited"),
	{ .name = "mode", .type = FIELD_ENUM, .offset = offsetof(struct form_rule, mode), .flags = O,
	  .names = modes, .fallback = "\"hard\"", .help = "soft: at weight_cents a unit" },
	F_INT(struct form_rule, low, O, 0, 100000, "least; minutes where the rule is about time"),
	F_INT(struct form_rule, high, O, 0, 100000, "most; null: no limit"),
	D_INT(struct form_rule, step, 0, 1440, "0", "shift_minutes: low, low + step, ... high"),
	F_CLOCK(struct form_rule, from, O, "start_window: earliest start; night_shifts: the night begins"),
	F_CLOCK(struct form_rule, to, O, "start_window: latest start; night_shifts: the night ends"),
	{ .name = "days", .type = FIELD_LIST, .offset = offsetof(struct form_rule, days),
	  .count_offset = offsetof(struct form_rule, day_count), .flags = O, .element = FIELD_ENUM,
	  .names = weekdays, .max = 7,
	  .help = "start_window, first day of pattern: on these weekdays; empty: every day" },
	F_INT(struct form_rule, window, O, 2, WFM_MAX_WINDOW, "window_*: days in a row"),
	F_BOOL(struct form_rule, edges, O, "*_in_a_row, consecutive_days: low holds at the plan's ends too"),
	F_LIST_OF(struct form_rule, duties, duty_count, O, FIELD_TEXT, 0, WFM_NAMED_DUTIES,
		  "only shifts on these duties count; empty: all"),
	F_LIST(struct form_rule, pattern, pattern_count, O, &pattern_fields, 0, WFM_MAX_PATTERN,
	       "pattern: days that must not follow each other like this"),
	D_REAL(struct form_rule, weight_cents, 0, CENTS_MAX, "0", "soft: price of one unit of violation"),
};
static const struct fields rule_fields = FIELDS("ProblemRule", struct form_rule, rule_rows);

static const struct field break_rows[] = {
	F_ENUM(struct form_break, kind, 0, break_kinds, "what it is called on the roster"),
	F_INT(struct form_break, minutes, 0, 5, 480, "length"),
	F_BOOL(struct form_break, paid, O, "counts as paid time"),
	D_INT(struct form_break, earliest, 0, 1440, "0", "begins this many minutes into the shift"),
	D_INT(struct form_break, latest, 0, 1440, "1440", "at the latest"),
	D_INT(struct form_break, gap, 0, 1440, "0", "minutes after the end of the break before"),
	D_INT(struct form_break, shift_low, 0, 1440, "0", "in shifts of at least this length"),
	D_INT(struct form_break, shift_high, 0, 1440, "1440", "and at most this length"),
};
static const struct fields break_fields = FIELDS("ProblemBreak", struct form_break, break_rows);

static const struct field contract_rows[] = {
	F_TEXT(struct form_contract, name, 0, 1, 80, "unique"),
	F_REAL(struct form_contract, hour_cents, 0, 0, CENTS_MAX, "pay of an hour"),
	F_BOOL(struct form_contract, salaried, O, "paid whatever is planned"),
	D_INT(struct form_contract, late_start_min, 0, 360, "0",
	      "a shift starting so many minutes after midnight may count to the day before"),
	F_BOOL(struct form_contract, optional, O, "an agent may be left without any shift"),
	F_LIST(struct form_contract, rules, rule_count, 0, &rule_fields, 0, 100,
	       "at least one shift_minutes, unless there are duties"),
	F_LIST(struct form_contract, breaks, break_count, O, &break_fields, 0, 6,
	       "in the order in which they are taken"),
};
static const struct fields contract_fields =
	FIELDS("ProblemContract", struct form_contract, contract_rows);

static const struct field skill_rows[] = {
	F_TEXT(struct form_skill, skill, 0, 1, 80, "one of the skills"),
	D_REAL(struct form_skill, speed, 0.01, 10, "1", "people this agent is worth on it"),
};
static const struct fields skill_fields = FIELDS("ProblemSkill", struct form_skill, skill_rows);

static const struct field lock_rows[] = {
	F_DATE(struct form_lock, date, 0, "local date"),
	F_INSTANT(struct form_lock, start, O, "null: the day must stay free"),
	F_INSTANT(struct form_lock, end, O, "end of the shift that must stand"),
	F_TEXT(struct form_lock, site, O, 1, 80, "where it is worked; null: at the agent's own site"),
};
static const struct fields lock_fields = FIELDS("ProblemLock", struct form_lock, lock_rows);

static const struct field wish_rows[] = {
	F_ENUM(struct form_wish, kind, 0, wish_kinds, "day_off, day_on, start near a time, or keep a shift"),
	F_DATE(struct form_wish, date, O, "null: every day"),
	F_CLOCK(struct form_wish, time, O, "start: the wished time"),
	F_LIST_OF(struct form_wish, duties, duty_count, O, FIELD_TEXT, 0, WFM_NAMED_DUTIES,
		  "day_off, day_on: of these duties; empty: any shift"),
	F_INSTANT(struct form_wish, start, O, "keep: beginning of the shift; null: the day stays free"),
	F_INSTANT(struct form_wish, end, O, "keep: end of the shift"),
	F_TEXT(struct form_wish, site, O, 1, 80, "keep: where it is worked; null: at the agent's own site"),
	F_REAL(struct form_wish, weight_cents, 0, 0, CENTS_MAX,
	       "price when it is not granted; start: of an hour between start and time"),
};
static const struct fields wish_fields = FIELDS("ProblemWish", struct form_wish, wish_rows);

static const struct field credit_rows[] = {
	F_DATE(struct form_credit, date, 0, "local date of the leave"),
	F_INT(struct form_credit, minutes, 0, 0, 1440, "counted towards the week's minutes"),
	D_INT(struct form_credit, shifts, 0, 1, "1", "counted towards the week's shifts"),
};
static const struct fields credit_fields = FIELDS("ProblemCredit", struct form_credit, credit_rows);

static const struct field elsewhere_rows[] = {
	F_TEXT(struct form_elsewhere, site, 0, 1, 80, "one of the sites"),
	D_INT(struct form_elsewhere, travel_min, 0, 720, "0",
	      "minutes each way, the first and last of the shift: paid, off the queue"),
};
static const struct fields elsewhere_fields = FIELDS("ProblemElsewhere", struct form_elsewhere, elsewhere_rows);

static const struct field agent_rows[] = {
	F_TEXT(struct form_agent, name, 0, 1, 80, "unique"),
	F_TEXT(struct form_agent, contract, 0, 1, 80, "one of the contracts"),
	F_TEXT(struct form_agent, site, 0, 1, 80, "one of the sites"),
	F_LIST(struct form_agent, elsewhere, elsewhere_count, O, &elsewhere_fields, 0, WFM_MAX_ELSEWHERE,
	       "other sites where whole shifts may be worked"),
	F_LIST(struct form_agent, skills, skill_count, O, &skill_fields, 0, 64, "what the agent can do"),
	F_LIST(struct form_agent, unavailable, unavailable_count, O, &span_fields, 0, 500, "no shift there"),
	F_LIST(struct form_agent, locks, lock_count, O, &lock_fields, 0, 42, "shifts or free days that stand"),
	F_LIST(struct form_agent, wishes, wish_count, O, &wish_fields, 0, 100, "at a price"),
	F_LIST(struct form_agent, credits, credit_count, O, &credit_fields, 0, 42, "leave that counts as worked"),
	F_INSTANT(struct form_agent, previous_end, O, "end of the last shift before the plan"),
	D_INT(struct form_agent, previous_days_worked, 0, 366, "0",
	      "working days in a row just before the plan"),
	D_REAL(struct form_agent, absence, 0, 1, "0", "probability that a day's shift fails, for simulate"),
	D_REAL(struct form_agent, burden, 0, 1e9, "0",
	       "weekends, nights and early starts of the past; who has more gets fewer"),
	D_REAL(struct form_agent, seniority, 0, 1e9, "0", "years of service, or a rank that grows"),
};
static const struct fields agent_fields = FIELDS("ProblemAgent", struct form_agent, agent_rows);

static const struct field seniority_rows[] = {
	D_REAL(struct form_seniority, most, 1, WFM_SENIORITY_MOST, "1",
	       "so many times the weight of a newcomer's wish; 1: seniority does not count"),
	F_REAL(struct form_seniority, full, 0, 0.01, 1e9,
	       "an agent's seniority from which it counts most; in between by proportion"),
};
static const struct fields seniority_fields =
	FIELDS("ProblemSeniority", struct form_seniority, seniority_rows);

static const struct field form_rows[] = {
	F_TEXT(struct problem_form, comment, O, 0, 4000, "for the reader; not used"),
	F_DATE(struct problem_form, start, 0, "first local date of the plan"),
	F_INT(struct problem_form, days, 0, 1, 42, "local dates in the plan"),
	D_INT(struct problem_form, slot_min, 5, 60, "15", "length of a slot; divides 60"),
	D_INT(struct problem_form, tail_min, 0, 1440, "720",
	      "room after the last day for shifts that run past midnight; 0 when cyclic"),
	F_BOOL(struct problem_form, cyclic, O, "the plan repeats: its end joins its beginning"),
	F_LIST(struct problem_form, sites, site_count, 0, &site_fields, 1, 500, "where agents work"),
	F_LIST_OF(struct problem_form, skills, skill_count, O, FIELD_TEXT, 0, 1000, "names, unique"),
	F_LIST(struct problem_form, queues, queue_count, 0, &queue_fields, 0, 64, "the work"),
	F_LIST(struct problem_form, duties, duty_count, O, &duty_fields, 0, WFM_MAX_DUTIES,
	       "named shifts; with any, every shift is one of them"),
	F_LIST(struct problem_form, covers, cover_count, O, &cover_fields, 0, 5000,
	       "people wanted on duties, a day each"),
	F_LIST(struct problem_form, services, service_count, O, &service_fields, 0, WFM_MAX_SERVICES,
	       "targets over days or the whole plan; the queue's requirement is then the floor of each slot"),
	F_LIST(struct problem_form, deferrable, deferrable_count, O, &deferrable_fields, 0, WFM_MAX_DEFERRABLE,
	       "work that may wait, placed where it fits best before it is due"),
	F_LIST(struct problem_form, contracts, contract_count, 0, &contract_fields, 1, 1000, "the rules"),
	F_LIST(struct problem_form, agents, agent_count, 0, &agent_fields, 1, 50000, "the people"),
	F_LIST(struct problem_form, sessions, session_count, O, &session_fields, 0, WFM_MAX_SESSIONS,
	       "training and meetings, placed where they cost least cover"),
	F_OBJECT(struct problem_form, seniority, O, &seniority_fields,
		 "how much more the wishes of those long in service count; null: all alike"),
};
const struct fields problem_form_fields = FIELDS("Problem", struct problem_form, form_rows);
