/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The JSON form of a scheduling problem, and its translation into include/wfm/schedule.h.
 *
 * Sites, skills, queues, contracts and agents are named once and referred to by name. Times are
 * instants with an offset; dates are the site's local dates. Slot 0 of the translated problem begins
 * at the earliest local midnight of `start` among the sites. Indices of queues, contracts, rules,
 * breaks and agents are those of the form, so libwfm's paths are pointers into the form.
 * Everything lives in the arena. Call zones_start before. Thread rule: one arena, one thread.
 */
#ifndef CLI_PROBLEM_FORM_H
#define CLI_PROBLEM_FORM_H

#include "server/base/field.h"
#include "server/calendar/zones.h"
#include "wfm/schedule.h"

struct form_counters {
	int64_t start, end, counters;
};

struct form_site {
	const char *name, *zone;
	int64_t *holidays;
	size_t holiday_count;
	int64_t counters;
	struct form_counters *changes;
	size_t change_count;
};

extern const struct fields problem_people_fields;
struct form_people {
	int64_t start;
	double *people;
	size_t people_count;
};

struct form_span {
	int64_t start, end;
};

struct form_arrivals {
	int64_t start;
	double *contacts;
	size_t contact_count;
	double aht_s;
};

/* What `cuadrante simulate` needs to know of a queue's work; no arrivals: not simulated. */
struct form_work {
	struct form_arrivals *arrivals;
	size_t arrival_count;
	double aht_s, handling_cv, patience_s;
	int64_t definition, lobby, concurrency;
	double within_s, target, stretch, redial, redial_after_s;
	double callback_after_s, callback_share, due_s, backlog;
};

struct form_queue {
	const char *name, *skill, *site;
	struct form_work work;
	struct form_people *required;
	size_t required_count;
	struct form_span *open;
	size_t open_count;
	double step1_share, short1_cents, short2_cents, surplus_cents;
	bool counter;
};

struct form_duty {
	const char *name, *skill, *queue;
	int64_t start, minutes;
	double used_cents;
};

struct form_cover {
	int64_t date;
	const char **duties;
	size_t duty_count;
	double required, short_cents, surplus_cents;
};

struct form_pattern_day {
	bool work, off;
	const char **duties;
	size_t duty_count;
};

struct form_rule {
	int64_t rule, mode, low, high, step, from, to, window;
	int64_t *days;
	size_t day_count;
	double weight_cents;
	bool edges;
	const char **duties;
	size_t duty_count;
	struct form_pattern_day *pattern;
	size_t pattern_count;
};

struct form_break {
	int64_t kind, minutes, earliest, latest, gap, shift_low, shift_high;
	bool paid;
};

struct form_contract {
	const char *name;
	double hour_cents;
	bool salaried, optional;
	int64_t late_start_min;
	struct form_rule *rules;
	size_t rule_count;
	struct form_break *breaks;
	size_t break_count;
};

struct form_skill {
	const char *skill;
	double speed;
};

struct form_lock {
	int64_t date, start, end;
	const char *site;
};

struct form_wish {
	int64_t kind, date, time, start, end;
	double weight_cents;
	const char **duties, *site;
	size_t duty_count;
};

struct form_credit {
	int64_t date, minutes, shifts;
};

struct form_elsewhere {
	const char *site;
	int64_t travel_min;
};

struct form_agent {
	const char *name, *contract, *site;
	struct form_elsewhere *elsewhere;
	size_t elsewhere_count;
	struct form_skill *skills;
	size_t skill_count;
	struct form_span *unavailable;
	size_t unavailable_count;
	struct form_lock *locks;
	size_t lock_count;
	struct form_wish *wishes;
	size_t wish_count;
	struct form_credit *credits;
	size_t credit_count;
	int64_t previous_end, previous_days_worked;
	double burden, absence, seniority;
};

struct form_seniority {
	double most, full;
};

struct form_service; /* service_form.h */
struct form_session; /* session_form.h */
struct form_deferrable; /* deferrable_form.h */

struct problem_form {
	const char *comment;
	int64_t start, days, slot_min, tail_min;
	bool cyclic;
	struct form_site *sites;
	size_t site_count;
	const char **skills;
	size_t skill_count;
	struct form_queue *queues;
	size_t queue_count;
	struct form_duty *duties;
	size_t duty_count;
	struct form_cover *covers;
	size_t cover_count;
	struct form_service *services;
	size_t service_count;
	struct form_deferrable *deferrable;
	size_t deferrable_count;
	struct form_contract *contracts;
	size_t contract_count;
	struct form_agent *agents;
	size_t agent_count;
	struct form_session *sessions;
	size_t session_count;
	struct form_seniority seniority;
};

extern const struct fields problem_form_fields, span_fields;
extern const char *const problem_rule_names[]; /* by enum wfm_rule, NULL-terminated */

struct problem {
	struct problem_form form;
	struct wfm_problem wfm;
	int64_t origin; /* UTC seconds at which slot 0 begins */
};

enum { PROBLEM_BYTES_MAX = 64 << 20 };

/* ERR_MALFORMED or ERR_INVALID with JSON pointers. The result has passed wfm_problem_check. */
bool problem_read(struct arena *a, const char *text, size_t len, struct problem *out, struct err *e);

/* What the form says of sites, into p->wfm.sites; needs the slots and site names. ERR_INVALID with JSON
 * pointers. */
bool sites_map(struct arena *a, struct problem *p, struct err *e);
/* The place of that site among those where the agent works: 0 its own, i + 1 its i-th other; -1: none. */
int32_t problem_place(const struct problem *p, int32_t agent, const char *site);

static inline int64_t problem_instant(const struct problem *p, int32_t slot)
{
	return p->origin + (int64_t)slot * p->wfm.slot_min * 60;
}

/* The slot that begins at the instant; false when none does. May lie outside the horizon. */
bool problem_slot(const struct problem *p, int64_t utc, int32_t *slot);

#endif
