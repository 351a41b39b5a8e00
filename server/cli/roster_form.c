/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/roster_form.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/calendar/zones.h"
#include "server/cli/deferrable_form.h"
#include "server/cli/name_index.h"
#include "server/cli/report_form.h"
#include "server/cli/service_form.h"
#include "server/cli/session_form.h"

struct form_activity {
	int64_t kind, start, end;
	const char *queue, *session;
	bool paid;
};

struct form_shift {
	const char *agent, *duty, *site;
	int64_t date, start, end;
	struct form_activity *activities;
	size_t activity_count;
};

struct form_shortage {
	const char *queue;
	int64_t start, end, reason;
	double people, cents, value_cents;
};

struct form_unplanned {
	const char *agent;
	int64_t *conflicts;
	size_t conflict_count;
};

struct form_changes {
	int64_t shifts, added, removed, moved;
	double cents;
};

struct roster_form {
	const char *comment;
	int64_t status;
	struct form_cost cost;
	struct form_changes changes;
	double bound, gap, variable_gap, seconds, session_cents;
	int64_t seed, iterations, columns, classes;
	struct form_shift *shifts;
	size_t shift_count;
	struct form_service_figures *services;
	size_t service_count;
	struct form_deferrable_figures *deferrable;
	size_t deferrable_count;
	struct form_shortage *shortages;
	size_t shortage_count;
	struct form_unplanned *unplanned;
	size_t unplanned_count;
	struct form_missed *missed;
	size_t missed_count;
};

enum { O = FIELD_OPTIONAL };

/* Orders of enum wfm_activity_kind, wfm_short_reason; a unit test compares. */
static const char *const activity_kinds[] = { "work", "meal", "break", "training", "meeting", "travel", NULL };
static const char *const reasons[] = { "no_skill", "away",  "no_shift", "all_at_work",
				       "counters", "hours", "price",    NULL };
static const char *const states[] = { "finished", "limit", "cancelled", NULL };

_Static_assert(sizeof activity_kinds / sizeof activity_kinds[0] == WFM_ACTIVITY_KINDS + 1 &&
		       sizeof reasons / sizeof reasons[0] == WFM_SHORT_REASONS + 1,
	       "every word has a name");

static const struct field activity_rows[] = {
	F_ENUM(struct form_activity, kind, 0, activity_kinds, "what the agent does"),
	F_INSTANT(struct form_activity, start, 0, "beginning"),
	F_INSTANT(struct form_activity, end, 0, "first instant after"),
	F_TEXT(struct form_activity, queue, O, 1, 80, "work: the queue; null while all are closed, or waiting for a counter"),
	F_TEXT(struct form_activity, session, O, 1, 80, "training and meeting: which one"),
	F_BOOL(struct form_activity, paid, 0, "counts as paid time"),
};
static const struct fields activity_fields =
	FIELDS("RosterActivity", struct form_activity, activity_rows);

static const struct field shift_rows[] = {
	F_TEXT(struct form_shift, agent, 0, 1, 80, "name in the problem"),
	F_DATE(struct form_shift, date, 0, "local date on which the shift starts"),
	F_TEXT(struct form_shift, duty, O, 1, 80, "which one, in problems with duties"),
	F_TEXT(struct form_shift, site, O, 1, 80, "where, when it is not the agent's own"),
	F_INSTANT(struct form_shift, start, 0, "beginning"),
	F_INSTANT(struct form_shift, end, 0, "first instant after"),
	F_LIST(struct form_shift, activities, activity_count, 0, &activity_fields, 1, 2000,
	       "cover the shift without hole or overlap"),
};
static const struct fields shift_fields = FIELDS("RosterShift", struct form_shift, shift_rows);

static const struct field shortage_rows[] = {
	F_TEXT(struct form_shortage, queue, 0, 1, 80, "name in the problem"),
	F_INSTANT(struct form_shortage, start, 0, "beginning"),
	F_INSTANT(struct form_shortage, end, 0, "first instant after"),
	F_REAL(struct form_shortage, people, 0, 0, 0, "mean people short"),
	F_REAL(struct form_shortage, cents, 0, 0, 0, "its cost"),
	F_REAL(struct form_shortage, value_cents, O, 0, 0, "worth of one more agent-hour there"),
	F_ENUM(struct form_shortage, reason, 0, reasons, "why"),
};
static const struct fields shortage_fields =
	FIELDS("RosterShortage", struct form_shortage, shortage_rows);

static const struct field unplanned_rows[] = {
	F_TEXT(struct form_unplanned, agent, 0, 1, 80, "who has no tour"),
	{ .name = "conflicts", .type = FIELD_LIST, .flags = O, .element = FIELD_ENUM,
	  .offset = offsetof(struct form_unplanned, conflicts), .names = problem_rule_names,
	  .count_offset = offsetof(struct form_unplanned, conflict_count), .max = WFM_RULE_COUNT,
	  .help = "dropping all of these makes a tour possible" },
};
static const struct fields unplanned_fields =
	FIELDS("RosterUnplanned", struct form_unplanned, unplanned_rows);

static const struct field changes_rows[] = {
	F_INT(struct form_changes, shifts, 0, 0, 1000000, "added, removed and moved"),
	F_INT(struct form_changes, added, 0, 0, 1000000, "days on which an agent now works"),
	F_INT(struct form_changes, removed, 0, 0, 1000000, "days on which an agent is now free"),
	F_INT(struct form_changes, moved, 0, 0, 1000000, "shifts at other times"),
	F_REAL(struct form_changes, cents, 0, 0, 0, "their price, among the wishes of cost"),
};
static const struct fields changes_fields = FIELDS("RosterChanges", struct form_changes, changes_rows);

static const struct field roster_rows[] = {
	F_TEXT(struct roster_form, comment, O, 0, 4000, "for the reader; not used"),
	F_ENUM(struct roster_form, status, O, states, "why the solver stopped"),
	F_OBJECT(struct roster_form, cost, O, &cost_fields, "null: the roster makes no claims"),
	F_OBJECT(struct roster_form, changes, O, &changes_fields, "against the roster it was made from"),
	F_REAL(struct roster_form, bound, O, 0, 0, "no roster costs less"),
	F_REAL(struct roster_form, gap, O, 0, 0, "(total - bound) / total"),
	F_REAL(struct roster_form, variable_gap, O, 0, 0, "the same without fixed pay"),
	F_REAL(struct roster_form, session_cents, O, 0, 0,
	       "of the cost, what training and meetings take: missed ones, and cover lost to them"),
	F_INT(struct roster_form, seed, O, 0, 9007199254740992.0, "of the random numbers"),
	F_INT(struct roster_form, iterations, O, 0, 0, "work done"),
	F_INT(struct roster_form, columns, O, 0, 0, "tours generated"),
	F_INT(struct roster_form, classes, O, 0, 0, "groups of interchangeable agents"),
	F_REAL(struct roster_form, seconds, O, 0, 0, "wall time"),
	F_LIST(struct roster_form, shifts, shift_count, 0, &shift_fields, 0, 1000000, "by agent, then start"),
	F_LIST(struct roster_form, services, service_count, O, &service_figures_fields, 0, WFM_MAX_SERVICES,
	       "contacts answered in time, by the problem's services"),
	F_LIST(struct roster_form, deferrable, deferrable_count, O, &deferrable_figures_fields, 0,
	       WFM_MAX_DEFERRABLE, "what is done of the problem's deferrable work"),
	F_LIST(struct roster_form, shortages, shortage_count, O, &shortage_fields, 0, 1000000,
	       "where people are missing, and why"),
	F_LIST(struct roster_form, unplanned, unplanned_count, O, &unplanned_fields, 0, 100000,
	       "agents for whom no tour satisfies every hard rule"),
	F_LIST(struct roster_form, missed, missed_count, O, &missed_fields, 0, 100000,
	       "who misses which session, and why"),
};
const struct fields roster_form_fields = FIELDS("Roster", struct roster_form, roster_rows);

/* ---- out --------------------------------------------------------------------------------- */

static void write_shifts(struct arena *a, const struct problem *p, const struct wfm_roster *r,
			 struct roster_form *f)
{
	f->shift_count = (size_t)r->shift_count;
	f->shifts = arena_array(a, f->shift_count, sizeof *f->shifts);
	for (size_t i = 0; i < f->shift_count; i++) {
		const struct wfm_shift *x = &r->shifts[i];
		struct form_shift *to = &f->shifts[i];
		*to = (struct form_shift){
			.agent = p->form.agents[x->agent].name,
			.duty = p->form.duty_count > 0 ? p->form.duties[x->duty].name : NULL,
			.site = x->elsewhere == 0 ? NULL : p->form.agents[x->agent].elsewhere[x->elsewhere - 1].site,
			.date = p->form.start + x->day,
			.start = problem_instant(p, x->start),
			.end = problem_instant(p, x->end),
			.activity_count = (size_t)x->activity_count,
		};
		to->activities = arena_array(a, to->activity_count, sizeof *to->activities);
		for (size_t k = 0; k < to->activity_count; k++) {
			const struct wfm_activity *y = &r->activities[(size_t)x->first_activity + k];
			to->activities[k] = (struct form_activity){
				.kind = (int64_t)y->kind,
				.start = problem_instant(p, y->start),
				.end = problem_instant(p, y->start + y->slots),
				.queue = y->queue == WFM_NONE ? NULL : p->form.queues[y->queue].name,
				.session = y->kind == WFM_TRAINING || y->kind == WFM_MEETING ?
						   p->form.sessions[y->session].name :
						   NULL,
				.paid = y->paid,
			};
		}
	}
}

static void write_evidence(struct arena *a, const struct problem *p, const struct wfm_roster *r,
			   struct roster_form *f)
{
	f->shortage_count = (size_t)r->shortage_count;
	f->shortages = arena_array(a, f->shortage_count, sizeof *f->shortages);
	for (size_t i = 0; i < f->shortage_count; i++) {
		const struct wfm_shortage *x = &r->shortages[i];
		f->shortages[i] = (struct form_shortage){
			.queue = p->form.queues[x->queue].name,
			.start = problem_instant(p, x->start),
			.end = problem_instant(p, x->start + x->slots),
			.reason = (int64_t)x->reason,
			.people = x->people,
			.cents = x->cents,
			.value_cents = x->value_cents,
		};
	}
	f->unplanned_count = (size_t)r->unplanned_count;
	f->unplanned = arena_array(a, f->unplanned_count, sizeof *f->unplanned);
	for (size_t i = 0; i < f->unplanned_count; i++) {
		const struct wfm_unplanned *x = &r->unplanned[i];
		struct form_unplanned *to = &f->unplanned[i];
		to->agent = p->form.agents[x->agent].name;
		to->conflict_count = (size_t)x->conflict_count;
		to->conflicts = arena_array(a, to->conflict_count, sizeof *to->conflicts);
		for (size_t k = 0; k < to->conflict_count; k++)
			to->conflicts[k] = (int64_t)x->conflicts[k];
	}
}

void roster_write(struct arena *a, const struct problem *p, const struct wfm_roster *r,
		  enum wfm_status status, const struct wfm_changes *changes, struct strbuf *s)
{
	struct roster_form f;
	field_init(&roster_form_fields, &f);
	if (changes != NULL)
		f.changes = (struct form_changes){
			(int64_t)changes->added + changes->removed + changes->moved, changes->added,
			changes->removed, changes->moved, changes->cents
		};
	f.status = status == WFM_OK ? 0 : status == WFM_LIMIT ? 1 : 2;
	f.cost = cost_form(&r->cost);
	f.bound = isfinite(r->bound) ? r->bound : (double)NAN;
	f.gap = isfinite(r->bound) ? r->gap : (double)NAN;
	f.variable_gap = isfinite(r->bound) ? r->variable_gap : (double)NAN;
	f.seconds = r->seconds;
	f.missed = missed_write(a, p, r, &f.missed_count);
	f.session_cents = p->wfm.session_count > 0 ? r->session_cents : (double)NAN;
	f.seed = (int64_t)r->seed;
	f.iterations = r->iterations;
	f.columns = r->columns;
	f.classes = r->classes;
	write_shifts(a, p, r, &f);
	write_evidence(a, p, r, &f);
	f.services = services_write(a, p, r->services, &f.service_count);
	f.deferrable = deferrable_write(a, p, r->deferrable, &f.deferrable_count);
	field_to_json(&roster_form_fields, &f, s);
	strbuf_putc(s, '\n');
}

/* ---- in ---------------------------------------------------------------------------------- */

struct reading {
	struct arena *a;
	const struct problem *p;
	struct err *e;
	struct name_index agents, queues, duties;
	bool bad;
};

static void refuse(struct reading *in, const char *why, const char *list, size_t i, const char *member)
{
	char pointer[100];
	(void)snprintf(pointer, sizeof pointer, "/%s/%zu%s", list, i, member);
	in->bad = true;
	(void)err_at(in->e, ERR_INVALID, pointer, "%s", why);
}

static int32_t find_agent(struct reading *in, const char *name, const char *list, size_t i)
{
	size_t at;
	if (name_index_find(&in->agents, name, &at))
		return (int32_t)at;
	refuse(in, "is no agent of the problem", list, i, "/agent");
	return 0;
}

static int32_t find_duty(struct reading *in, const char *name, size_t i)
{
	size_t at;
	if (name == NULL)
		return WFM_NONE;
	if (name_index_find(&in->duties, name, &at))
		return (int32_t)at;
	refuse(in, "is no duty of the problem", "shifts", i, "/duty");
	return WFM_NONE;
}

/* Any instant may stand here; what is wrong about the place is the judge's to say. */
static int32_t slot_of(struct reading *in, int64_t utc, size_t i, const char *member)
{
	int32_t slot = 0;
	if (!problem_slot(in->p, utc, &slot))
		refuse(in, "is not the beginning of a slot", "shifts", i, member);
	return slot;
}

static void read_activity(struct reading *in, size_t i, size_t k, const struct form_activity *x,
			  struct wfm_activity *to)
{
	char member[60];
	size_t queue = 0;
	(void)snprintf(member, sizeof member, "/activities/%zu/start", k);
	to->kind = (enum wfm_activity_kind)x->kind;
	to->start = slot_of(in, x->start, i, member);
	(void)snprintf(member, sizeof member, "/activities/%zu/end", k);
	to->slots = slot_of(in, x->end, i, member) - to->start;
	to->paid = x->paid;
	to->queue = WFM_NONE;
	bool sits = to->kind == WFM_TRAINING || to->kind == WFM_MEETING;
	(void)snprintf(member, sizeof member, "/activities/%zu/session", k);
	if (sits != (x->session != NULL))
		refuse(in, "training and meetings, and only these, have one", "shifts", i, member);
	else if (sits && !session_find(in->p, x->session, &to->session))
		refuse(in, "is no session of the problem", "shifts", i, member);
	if (x->queue == NULL)
		return;
	(void)snprintf(member, sizeof member, "/activities/%zu/queue", k);
	if (name_index_find(&in->queues, x->queue, &queue))
		to->queue = (int32_t)queue;
	else
		refuse(in, "is no queue of the problem", "shifts", i, member);
}

static void read_shifts(struct reading *in, const struct roster_form *f, struct wfm_roster *r)
{
	int32_t used = 0;
	for (size_t i = 0; i < f->shift_count; i++) {
		const struct form_shift *x = &f->shifts[i];
		int64_t day = x->date - in->p->form.start;
		r->shifts[i] = (struct wfm_shift){
			.agent = find_agent(in, x->agent, "shifts", i),
			.day = (int32_t)day, /* dates span three centuries: fits */
			.start = slot_of(in, x->start, i, "/start"),
			.end = slot_of(in, x->end, i, "/end"),
			.first_activity = used,
			.activity_count = (int32_t)x->activity_count,
			.duty = find_duty(in, x->duty, i),
		};
		if (x->site != NULL && !in->bad)
			r->shifts[i].elsewhere = problem_place(in->p, r->shifts[i].agent, x->site);
		if (r->shifts[i].elsewhere < 0)
			refuse(in, "is no site of the agent", "shifts", i, "/site");
		for (size_t k = 0; k < x->activity_count; k++)
			read_activity(in, i, k, &x->activities[k], &r->activities[used++]);
	}
}

static double or_zero(double v)
{
	return isnan(v) ? 0 : v;
}

static void read_claims(const struct roster_form *f, struct wfm_roster *r, struct roster_claims *claims)
{
	claims->cost = !isnan(f->cost.total);
	claims->changed = f->changes.added != FIELD_NULL;
	if (claims->changed)
		claims->changes = (struct wfm_changes){ (int32_t)f->changes.added, (int32_t)f->changes.removed,
							(int32_t)f->changes.moved, f->changes.cents };
	r->cost = (struct wfm_cost){
		.pay = or_zero(f->cost.pay),	     .fixed_pay = or_zero(f->cost.fixed_pay),
		.shortage = or_zero(f->cost.shortage), .surplus = or_zero(f->cost.surplus),
		.rules = or_zero(f->cost.rules),     .wishes = or_zero(f->cost.wishes),
		.duties = or_zero(f->cost.duties),   .service = or_zero(f->cost.service),
		.sessions = or_zero(f->cost.sessions), .deferred = or_zero(f->cost.deferred), .total = or_zero(f->cost.total),
	};
	r->bound = isnan(f->bound) ? -HUGE_VAL : f->bound;
	r->session_cents = or_zero(f->session_cents);
	r->gap = or_zero(f->gap);
	r->variable_gap = or_zero(f->variable_gap);
}

/* Parses the form and makes room for the roster; NULL: said in e. */
static struct wfm_roster *open_form(struct reading *in, struct arena *a, const struct problem *p,
				    const char *text, size_t len, struct roster_form *f, struct err *e)
{
	*in = (struct reading){ .a = a, .p = p, .e = e };
	if (!field_from_text_json(&roster_form_fields, text, len, ROSTER_BYTES_MAX, a, f, e))
		return NULL;
	(void)name_index_build(&in->agents, a, p->form.agents, sizeof *p->form.agents,
			       p->form.agent_count, "", false, NULL);
	(void)name_index_build(&in->queues, a, p->form.queues, sizeof *p->form.queues,
			       p->form.queue_count, "", false, NULL);
	(void)name_index_build(&in->duties, a, p->form.duties, sizeof *p->form.duties,
			       p->form.duty_count, "", false, NULL);
	size_t activities = 0;
	for (size_t i = 0; i < f->shift_count; i++)
		activities += f->shifts[i].activity_count;
	struct wfm_roster *r = NULL;
	if (activities > INT32_MAX)
		(void)err_set(e, ERR_TOO_LARGE, "too many activities");
	else if ((r = wfm_roster_new((int32_t)f->shift_count, (int32_t)activities,
				     (int32_t)f->unplanned_count)) == NULL)
		(void)err_set(e, ERR_UNAVAILABLE, "out of memory");
	return r;
}

bool roster_read(struct arena *a, const struct problem *p, const char *text, size_t len,
		 struct wfm_roster **out, struct roster_claims *claims, struct err *e)
{
	struct roster_form f;
	struct reading in;
	*claims = (struct roster_claims){ 0 };
	struct wfm_roster *r = open_form(&in, a, p, text, len, &f, e);
	if (r == NULL)
		return false;
	read_shifts(&in, &f, r);
	read_claims(&f, r, claims);
	for (size_t i = 0; i < f.unplanned_count; i++) {
		r->unplanned[i].agent = find_agent(&in, f.unplanned[i].agent, "unplanned", i);
		for (size_t k = 0; k < f.unplanned[i].conflict_count; k++)
			r->unplanned[i].conflicts[k] = (enum wfm_rule)f.unplanned[i].conflicts[k];
		r->unplanned[i].conflict_count = (int32_t)f.unplanned[i].conflict_count;
	}
	if (!services_read(f.services, f.service_count, r) ||
	    !deferrable_read(f.deferrable, f.deferrable_count, r)) {
		wfm_roster_free(r);
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	}
	if (!missed_read(a, p, f.missed, f.missed_count, r, e) || in.bad) {
		wfm_roster_free(r);
		return false;
	}
	*out = r;
	return true;
}

/* ---- a roster to start from ---------------------------------------------------------------- */

/* Weeks by which it must move. */
static int64_t weeks_to_plan(const struct problem *p, const struct roster_form *f)
{
	int64_t first = INT64_MAX;
	for (size_t i = 0; i < f->shift_count; i++)
		first = f->shifts[i].date < first ? f->shifts[i].date : first;
	if (f->shift_count == 0 || (first >= p->form.start && first < p->form.start + p->form.days))
		return 0;
	int64_t late = p->form.start - first; /* rounded up to whole weeks, towards the later date */
	return late > 0 ? (late + 6) / 7 : late / 7;
}

/* The instant so many weeks on by the clocks of the zone. */
static int64_t move_weeks(const struct zone *z, int64_t utc, int64_t weeks)
{
	int64_t date;
	int minute;
	if (weeks == 0)
		return utc;
	zone_to_local(z, utc, &date, &minute);
	return zone_to_utc(z, date + 7 * weeks, minute) + (utc % 60 + 60) % 60;
}

static const struct zone *zone_of(const struct problem *p, int32_t agent)
{
	const struct zone *z = NULL;
	struct err ignored = ERR_INIT;
	for (size_t i = 0; i < p->form.site_count; i++)
		if (strcmp(p->form.sites[i].name, p->form.agents[agent].site) == 0 &&
		    zone_find(p->form.sites[i].zone, &z, &ignored)) /* else problem_read had refused it */
			break;
	return z;
}

/* False: nobody of the problem, or not on its slots. Durations stay; the start moves. */
static bool start_shift(const struct reading *in, const struct form_shift *x, int64_t weeks,
			struct wfm_roster *r)
{
	size_t agent, duty = 0;
	struct wfm_shift s = { .first_activity = r->activity_count, .duty = WFM_NONE };
	if (!name_index_find(&in->agents, x->agent, &agent))
		return false;
	if (x->duty != NULL && name_index_find(&in->duties, x->duty, &duty))
		s.duty = (int32_t)duty;
	int64_t by = move_weeks(zone_of(in->p, (int32_t)agent), x->start, weeks) - x->start;
	s.agent = (int32_t)agent;
	s.elsewhere = x->site == NULL ? 0 : problem_place(in->p, s.agent, x->site);
	s.day = (int32_t)(x->date + 7 * weeks - in->p->form.start);
	if (!problem_slot(in->p, x->start + by, &s.start) || !problem_slot(in->p, x->end + by, &s.end) ||
	    s.end <= s.start)
		return false;
	for (size_t k = 0; k < x->activity_count; k++) {
		const struct form_activity *y = &x->activities[k];
		struct wfm_activity *to = &r->activities[r->activity_count];
		int32_t end;
		*to = (struct wfm_activity){ .kind = (enum wfm_activity_kind)y->kind, .queue = WFM_NONE, .paid = y->paid };
		if (!problem_slot(in->p, y->start + by, &to->start) || !problem_slot(in->p, y->end + by, &end))
			continue; /* breaks are placed anew then */
		to->slots = end - to->start;
		r->activity_count++;
		s.activity_count++;
	}
	r->shifts[r->shift_count++] = s;
	return true;
}

bool roster_read_start(struct arena *a, const struct problem *p, const char *text, size_t len,
		       struct roster_start *out, struct err *e)
{
	struct roster_form f;
	struct reading in;
	struct wfm_roster *r = open_form(&in, a, p, text, len, &f, e);
	*out = (struct roster_start){ 0 };
	if (r == NULL)
		return false;
	out->weeks = weeks_to_plan(p, &f);
	r->shift_count = r->activity_count = r->unplanned_count = 0;
	for (size_t i = 0; i < f.shift_count; i++)
		out->left_out += !start_shift(&in, &f.shifts[i], out->weeks, r);
	if (r->shift_count == 0) {
		wfm_roster_free(r);
		return err_at(e, ERR_INVALID, "/shifts", "has no shift of anybody in the problem");
	}
	out->roster = r;
	return true;
}
