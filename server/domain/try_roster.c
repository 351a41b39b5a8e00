/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/try_roster.h"
#include "server/domain/week_counters.h"
#include "server/domain/week_service.h"

#include <math.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/domain/play_week.h"
#include "wfm/staffing.h"

/* Enough when every queue's service level is known to this, or after so many weeks. */
static const double HALF_WIDTH = 0.0025;
enum { THREADS = 2, TRIAL_BYTES = 8 << 20 };
/* A correction answers to a point of service level and is never more than a fifth of the people. */
static const double POINT = 0.01, CORRECTION_MOST = 0.2, SLOPE_STEP = 0.05;

static const struct field row_rows[] = {
	F_INT(struct trial_row, queue_id, 0, 0, 0, "queue"),
	F_DATE(struct trial_row, day, 0, "local date of arrival"),
	F_REAL(struct trial_row, offered, 0, 0, 0, "contacts, on the mean"),
	F_REAL(struct trial_row, target, FIELD_OPTIONAL, 0, 0, "service level wanted"),
	F_REAL(struct trial_row, promised, FIELD_OPTIONAL, 0, 0,
	       "by formula, of the people planned less expected absence, and of those with e-mail and "
	       "the like while none of it is there"),
	F_REAL(struct trial_row, simulated, FIELD_OPTIONAL, 0, 0, "mean of the played days"),
	F_REAL(struct trial_row, low, FIELD_OPTIONAL, 0, 0, "95 % interval of that mean"),
	F_REAL(struct trial_row, high, FIELD_OPTIONAL, 0, 0, "95 % interval of that mean"),
	F_REAL(struct trial_row, sl_p10, FIELD_OPTIONAL, 0, 0, "one day in ten is worse"),
	F_REAL(struct trial_row, sl_p50, FIELD_OPTIONAL, 0, 0, "the median day"),
	F_REAL(struct trial_row, sl_p90, FIELD_OPTIONAL, 0, 0, "one day in ten is better"),
	F_REAL(struct trial_row, p_target, FIELD_OPTIONAL, 0, 0, "share of days at the target"),
	F_REAL(struct trial_row, abandoned_share, FIELD_OPTIONAL, 0, 0, "abandoned / offered"),
	F_REAL(struct trial_row, asa_s, FIELD_OPTIONAL, 0, 0, "mean wait of those answered"),
	F_INT(struct trial_row, replications, 0, 0, 0, "weeks played"),
	F_REAL(struct trial_row, abandoned_low, FIELD_OPTIONAL, 0, 0, "95 % interval of abandoned_share"),
	F_REAL(struct trial_row, abandoned_high, FIELD_OPTIONAL, 0, 0, "95 % interval of abandoned_share"),
	F_REAL(struct trial_row, asa_low_s, FIELD_OPTIONAL, 0, 0, "95 % interval of asa_s"),
	F_REAL(struct trial_row, asa_high_s, FIELD_OPTIONAL, 0, 0, "95 % interval of asa_s"),
	F_INSTANT(struct trial_row, worst_start, FIELD_OPTIONAL, "quarter-hour of the lowest service level"),
	F_REAL(struct trial_row, worst_level, FIELD_OPTIONAL, 0, 0, "that service level"),
	F_REAL(struct trial_row, correction, 0, 0, 0,
	       "share by which the day's requirement was changed after a first draft was tried"),
};
const struct fields trial_row_fields = FIELDS("RosterTrialRow", struct trial_row, row_rows);

static const struct field group_rows[] = {
	F_DATE(struct trial_group, day, 0, "local date"),
	F_LIST_OF(struct trial_group, queue_ids, queue_count, 0, FIELD_INT, 0, 0, "queues they may take"),
	F_REAL(struct trial_group, present_hours, 0, 0, 0, "hours at work between breaks, on the mean"),
	F_REAL(struct trial_group, busy_hours, 0, 0, 0, "of them with a contact in hand: busy / present is occupancy"),
};
const struct fields trial_group_fields = FIELDS("RosterTrialGroup", struct trial_group, group_rows);

const char *const trial_outcome_names[] = { "agrees", "corrected", "kept", "no_time", "unshared", NULL };

struct trial {
	struct week_play k;
	double *people; /* [queue x slot] planned on the work */
	double *help;   /* [queue x slot] of those planned for work that may wait, with none of it */
};

static double or_value(double v, double otherwise)
{
	return isnan(v) ? otherwise : v;
}

static void count_people(struct trial *t)
{
	const struct week_problem *w = t->k.w;
	t->people = arena_array(t->k.a, w->queue_count * (size_t)t->k.slots, sizeof *t->people);
	for (int32_t i = 0; i < t->k.r->shift_count; i++) {
		double comes = 1 - week_unplanned(w, w->monday + t->k.r->shifts[i].day);
		for (int32_t k = 0; k < t->k.r->shifts[i].activity_count; k++) {
			const struct wfm_activity *v =
				&t->k.r->activities[t->k.r->shifts[i].first_activity + k];
			for (int32_t s = v->start; s < v->start + v->slots && s < t->k.slots; s++)
				if (v->kind == WFM_WORK && v->queue != WFM_NONE && s >= 0)
					t->people[(size_t)v->queue * (size_t)t->k.slots + (size_t)s] += comes;
		}
	}
	for (size_t i = 0; i < w->covered_count; i++)
		for (size_t q = 0; q < w->queue_count; q++)
			for (int64_t at = w->covered[i].start; at < w->covered[i].end; at += SLOT_MIN * 60) {
				int64_t s = (at - w->from) / (SLOT_MIN * 60);
				if (w->queues[q].id == w->covered[i].queue_id && at >= w->from && s < t->k.slots)
					t->people[q * (size_t)t->k.slots + (size_t)s] += 1;
			}
}

/* Share of the slot in which those on work that may wait have none: it comes and is done evenly. */
static void fill_idle(const struct trial *t, size_t queue, double *idle)
{
	const struct wfm_sim_queue *q = &t->k.p.queues[queue];
	double backlog = 0;
	for (int32_t s = 0; s < t->k.slots; s++) {
		double able = t->people[queue * (size_t)t->k.slots + (size_t)s] * SLOT_MIN * 60;
		double work = backlog + q->volume[s] * q->aht_s[s];
		idle[s] = able > work ? 1 - work / able : 0;
		backlog = fmax(0, work - able);
	}
}

/* What the set's people are planned for, −1 for nothing. */
static int32_t queue_planned(const struct wfm_sim_set *set)
{
	for (int32_t k = 0; k < set->skill_count; k++)
		if (set->skills[k].priority == 1)
			return set->skills[k].queue;
	return -1;
}

static bool helps(const struct trial *t, const struct wfm_sim_skill *skill, int32_t slot)
{
	return skill->priority > 1 && site_queue_is_live(&t->k.w->queues[skill->queue]) &&
	       t->k.p.queues[skill->queue].volume[slot] > 0;
}

/* Who may take contacts of several queues then is shared among them. */
static void help_slot(struct trial *t, const struct wfm_sim_set *set, int32_t slot, double people)
{
	int32_t n = 0;
	for (int32_t k = 0; k < set->skill_count; k++)
		n += helps(t, &set->skills[k], slot);
	for (int32_t k = 0; k < set->skill_count; k++)
		if (helps(t, &set->skills[k], slot))
			t->help[(size_t)set->skills[k].queue * (size_t)t->k.slots + (size_t)slot] +=
				people / n;
}

static void count_help(struct trial *t)
{
	const struct week_problem *w = t->k.w;
	const struct wfm_sim_problem *p = &t->k.p;
	size_t slots = (size_t)t->k.slots;
	double *idle = arena_array(t->k.a, w->queue_count * slots, sizeof *idle);
	t->help = arena_array(t->k.a, w->queue_count * slots, sizeof *t->help);
	for (size_t q = 0; q < w->queue_count; q++)
		fill_idle(t, q, idle + q * slots);
	for (int32_t i = 0; i < p->span_count; i++) {
		const struct wfm_sim_span *v = &p->spans[i];
		int32_t planned = queue_planned(&p->sets[v->set]), end = (int32_t)(v->end_s / (SLOT_MIN * 60));
		if (planned < 0 || site_queue_is_live(&w->queues[planned]))
			continue;
		int32_t first = (int32_t)(v->start_s / (SLOT_MIN * 60));
		for (int32_t s = first; s < end && s < t->k.slots; s++)
			help_slot(t, &p->sets[v->set], s,
				  (1 - wfm_sim_absence(p, v->agent, p->day[first])) *
					  idle[(size_t)planned * slots + (size_t)s]);
	}
}

/* The formulas' service level of a fraction of people: between the whole numbers beside it. */
static double promised_level(const struct wfm_staffing_options *o, double volume, double aht_s,
			     double people)
{
	struct wfm_requirement below, above;
	struct wfm_error we;
	int32_t n = (int32_t)floor(people + 1e-9);
	if (wfm_staffing_figures(volume, aht_s, n, o, &below, &we) != WFM_OK ||
	    wfm_staffing_figures(volume, aht_s, n + 1, o, &above, &we) != WFM_OK)
		return NAN;
	return below.service_level + (people - n) * (above.service_level - below.service_level);
}

/* The day's promise with so many times the people planned. */
static double promised_day(const struct trial *t, size_t queue, int32_t day, double times)
{
	const struct wfm_sim_queue *q = &t->k.p.queues[queue];
	struct wfm_staffing_options o = week_staffing_options(t->k.w, &t->k.w->queues[queue], SLOT_MIN);
	double good = 0, all = 0;
	for (int32_t s = 0; s < t->k.slots; s++) {
		if (t->k.p.day[s] != day || !(q->volume[s] > 0))
			continue;
		size_t at = queue * (size_t)t->k.slots + (size_t)s;
		double people = times * t->people[at] + t->help[at];
		good += q->volume[s] * promised_level(&o, q->volume[s], q->aht_s[s], people);
		all += q->volume[s];
	}
	return all > 0 ? good / all : NAN;
}

/* Whether anyone is expected that day. Not whether anyone came in the play: two trials play different
 * numbers of weeks, and their rows must match. */
static bool is_expected(const struct trial *t, size_t queue, int32_t day)
{
	for (int32_t s = 0; s < t->k.slots; s++)
		if (t->k.p.day[s] == day && t->k.p.queues[queue].volume[s] > 0)
			return true;
	return false;
}

/* Intervals in which hardly anyone came say little. */
static const double WORST_CONTACTS = 200;

static void find_worst(const struct trial *t, const struct wfm_simulation *s, size_t queue, int32_t day,
		       struct trial_row *out)
{
	out->worst_start = FIELD_NULL;
	out->worst_level = NAN;
	for (int32_t i = 0; i < t->k.slots; i++) {
		const struct wfm_sim_figures *f = &s->interval[queue * (size_t)s->interval_count + (size_t)i];
		if (t->k.p.day[i] != day || !(f->offered * s->replications >= WORST_CONTACTS) ||
		    f->service_level >= or_value(out->worst_level, INFINITY))
			continue;
		out->worst_start = week_slot_instant(t->k.w, i);
		out->worst_level = f->service_level;
	}
}

/* The share by which a row's requirement is off; 0: it is right, or nobody can tell. */
static double correction(const struct trial_row *r, double slope)
{
	double off = r->promised - r->simulated;
	bool sure = r->promised < r->low || r->promised > r->high;
	if (!(fabs(off) > POINT) || !sure || !(slope > 0.05))
		return 0;
	/* What is spare in one queue helps another: half of it is left. */
	double share = off > 0 ? off / slope : 0.5 * off / slope;
	return fmin(fmax(share, -CORRECTION_MOST), CORRECTION_MOST);
}

/* The queues of a set in the site's order, whatever its people are planned for. */
static size_t list_queues(const struct trial *t, const struct wfm_sim_set *set, int64_t *ids)
{
	size_t n = 0;
	for (size_t q = 0; q < t->k.w->queue_count; q++)
		for (int32_t k = 0; k < set->skill_count; k++)
			if (set->skills[k].queue == (int32_t)q)
				ids[n++] = t->k.w->queues[q].id;
	return n;
}

static struct trial_group *group_of(struct trial *t, struct roster_trial *out, int64_t day,
				    const struct wfm_sim_set *set)
{
	size_t room = t->k.w->queue_count;
	int64_t *ids = arena_array(t->k.a, room, sizeof *ids);
	size_t n = list_queues(t, set, ids);
	for (size_t i = 0; i < out->group_count; i++) {
		struct trial_group *g = &out->groups[i];
		if (g->day == day && g->queue_count == n && memcmp(g->queue_ids, ids, n * sizeof *ids) == 0)
			return g;
	}
	out->groups[out->group_count] = (struct trial_group){ .day = day, .queue_ids = ids, .queue_count = n };
	return &out->groups[out->group_count++];
}

static void write_groups(struct trial *t, const struct wfm_simulation *s, struct roster_trial *out)
{
	out->groups = arena_array(t->k.a, (size_t)s->set_count * WEEK_DAYS, sizeof *out->groups);
	for (int32_t set = 0; set < s->set_count; set++)
		for (int32_t d = 0; d < s->day_count; d++) {
			double present = 0, busy = 0;
			for (int32_t i = 0; i < t->k.slots; i++)
				if (t->k.p.day[i] == d) {
					const struct wfm_sim_load *l = &s->load[set * s->interval_count + i];
					present += l->present_s / 3600;
					busy += l->busy_s / 3600;
				}
			if (!(present > 0) || t->k.p.sets[set].skill_count == 0)
				continue;
			struct trial_group *g = group_of(t, out, t->k.w->monday + d, &t->k.p.sets[set]);
			g->present_hours += present;
			g->busy_hours += busy;
		}
}

static void write_rows(struct trial *t, const struct wfm_simulation *s,
		       const struct wfm_simulation *spread, struct roster_trial *out)
{
	out->rows = arena_array(t->k.a, t->k.w->queue_count * WEEK_DAYS, sizeof *out->rows);
	out->slope = arena_array(t->k.a, t->k.w->queue_count * WEEK_DAYS, sizeof *out->slope);
	out->share = arena_array(t->k.a, t->k.w->queue_count * WEEK_DAYS, sizeof *out->share);
	out->count = 0;
	count_people(t);
	count_help(t);
	for (size_t q = 0; q < t->k.w->queue_count; q++)
		for (int32_t d = 0; d < s->day_count; d++) {
			size_t at = q * (size_t)s->day_count + (size_t)d;
			const struct wfm_sim_figures *f = &s->day[at].figures;
			const struct wfm_sim_day *day = &spread->day[at];
			if (!site_queue_is_live(&t->k.w->queues[q]) || !is_expected(t, q, d))
				continue;
			double promised = promised_day(t, q, d, 1);
			out->slope[out->count] =
				(promised_day(t, q, d, 1 + SLOPE_STEP) - promised) / SLOPE_STEP;
			out->rows[out->count++] = (struct trial_row){
				.queue_id = t->k.w->queues[q].id, .day = t->k.w->monday + d,
				.replications = s->replications, .offered = f->offered,
				.target = t->k.w->queues[q].target_share,
				.promised = promised,
				.simulated = f->service_level, .low = f->service_level_low,
				.high = f->service_level_high, .sl_p10 = day->sl_p10,
				.sl_p50 = day->sl_p50, .sl_p90 = day->sl_p90,
				.p_target = day->p_target, .abandoned_share = f->abandoned_share,
				.asa_s = f->asa_s, .abandoned_low = f->abandoned_low,
				.abandoned_high = f->abandoned_high,
				.asa_low_s = f->asa_low_s, .asa_high_s = f->asa_high_s,
			};
			find_worst(t, s, q, d, &out->rows[out->count - 1]);
			out->share[out->count - 1] =
				correction(&out->rows[out->count - 1], out->slope[out->count - 1]);
		}
	write_groups(t, s, out);
}

static bool play(struct db *db, struct trial *t, uint64_t seed, int32_t weeks, struct roster_trial *out,
		 struct err *e)
{
	struct wfm_simulation *s = NULL, *spread = NULL;
	struct wfm_error we;
	struct wfm_sim_options o = { .seed = seed, .replications = weeks, .threads = THREADS,
				     .half_width = HALF_WIDTH, .trace_replication = -1 };
	double *scenarios;
	if (!week_play_scenarios(db, &t->k, seed, &scenarios, e))
		return false;
	bool ok = wfm_simulate(&t->k.p, &o, &s, &we) == WFM_OK;
	if (ok && scenarios != NULL) {
		t->k.p.scenarios = scenarios;
		o.replications = weeks < WEEK_SCENARIOS ? weeks : WEEK_SCENARIOS;
		t->k.p.scenario_count = o.replications;
		o.half_width = 0;
		ok = wfm_simulate(&t->k.p, &o, &spread, &we) == WFM_OK;
	}
	if (ok)
		write_rows(t, s, spread != NULL ? spread : s, out);
	else
		(void)err_from_wfm(e, &we);
	wfm_simulation_free(s);
	wfm_simulation_free(spread);
	return ok;
}

bool roster_try(struct db *db, struct arena *a, const struct week_problem *w,
		const struct wfm_roster *r, uint64_t seed, int64_t weeks, struct roster_trial *out,
		struct err *e)
{
	struct trial t = { 0 };
	*out = (struct roster_trial){ 0 };
	if (!week_play_open(a, w, r, &t.k, e) ||
	    !play(db, &t, seed, (int32_t)(weeks > 0 ? weeks : TRIAL_WEEKS), out, e))
		return false;
	out->outcome = roster_trial_off(out) > 0 ? TRIAL_NO_TIME : TRIAL_AGREES;
	return true;
}

static int64_t week_day_of(const struct week_problem *w, int64_t at)
{
	int64_t date;
	int minute;
	zone_to_local(w->site.zone, at, &date, &minute);
	return date;
}

static void correct_day(struct week_problem *w, size_t q, int64_t date, double times)
{
	const struct wfm_day *day = &w->problem.calendars[0].days[date - w->monday];
	for (int32_t s = 0; s < day->slots; s++) {
		double *people = &w->required[q][day->first_slot + s];
		*people = week_counter_people(w, &w->queues[q], *people * times);
	}
	for (size_t k = 0; k < w->requirements[q].count; k++) {
		struct requirement_row *r = &w->requirements[q].rows[k];
		if (week_day_of(w, r->start) == date)
			r->agents_on_roster = week_counter_people(w, &w->queues[q], r->agents_on_roster * times);
	}
}

struct week_required week_required_copy(const struct week_problem *w, struct arena *a)
{
	struct week_required c = { arena_array(a, w->queue_count, sizeof *c.slots),
				   arena_array(a, w->queue_count, sizeof *c.rows) };
	for (size_t q = 0; q < w->queue_count; q++) {
		size_t slots = (size_t)w->problem.slot_count, rows = w->requirements[q].count;
		c.slots[q] = arena_array(a, slots, sizeof *c.slots[q]);
		memcpy(c.slots[q], w->required[q], slots * sizeof *c.slots[q]);
		c.rows[q] = arena_array(a, rows, sizeof *c.rows[q]);
		for (size_t k = 0; k < rows; k++)
			c.rows[q][k] = w->requirements[q].rows[k].agents_on_roster;
	}
	return c;
}

void week_required_restore(struct week_problem *w, const struct week_required *c)
{
	for (size_t q = 0; q < w->queue_count; q++) {
		memcpy(w->required[q], c->slots[q],
		       (size_t)w->problem.slot_count * sizeof *c->slots[q]);
		for (size_t k = 0; k < w->requirements[q].count; k++)
			w->requirements[q].rows[k].agents_on_roster = c->rows[q][k];
	}
	week_services_aim(w);
}

int64_t roster_trial_correct(struct week_problem *w, const struct roster_trial *t)
{
	int64_t corrected = 0;
	for (size_t i = 0; i < t->count; i++) {
		double share = t->share[i];
		for (size_t q = 0; q < w->queue_count && share != 0; q++)
			if (w->queues[q].id == t->rows[i].queue_id)
				correct_day(w, q, t->rows[i].day, 1 + share);
		corrected += share != 0;
	}
	week_services_aim(w);
	return corrected;
}

int64_t roster_trial_off(const struct roster_trial *t)
{
	int64_t off = 0;
	for (size_t i = 0; i < t->count; i++)
		off += t->share[i] != 0;
	return off;
}

void roster_trial_follow(struct roster_trial *second, const struct roster_trial *first)
{
	for (size_t i = 0; i < second->count; i++) {
		second->rows[i].promised = first->rows[i].promised;
		second->rows[i].correction = first->share[i];
	}
}

double roster_trial_shortfall(const struct roster_trial *t, const struct roster_trial *promise)
{
	double contacts = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct trial_row *r = &t->rows[i];
		double promised = promise != NULL ? promise->rows[i].promised : r->promised;
		double wanted = fmin(or_value(r->target, 1), promised);
		contacts += r->offered * fmax(0, wanted - POINT - or_value(r->simulated, 0));
	}
	return contacts;
}

static bool keep_list(struct db *db, enum sql_id id, const struct fields *f, const void *rows, size_t count,
		      int64_t roster_id, struct err *e)
{
	struct strbuf json;
	strbuf_init(&json, TRIAL_BYTES);
	field_list_to_json(f, rows, count, &json);
	bool ok = json.overflow
			  ? err_set(e, ERR_TOO_LARGE, "the trial has too many rows to keep")
			  : db_run(db, id, DB_ARGS(db_int("roster_id", roster_id), db_text("rows", json.data)),
				   NULL, NULL, e);
	strbuf_free(&json);
	return ok;
}

bool roster_trial_keep(struct db *db, const struct roster_trial *t, int64_t roster_id, struct err *e)
{
	return keep_list(db, SQL_ROSTER_TRIAL_INSERT, &trial_row_fields, t->rows, t->count, roster_id, e) &&
	       keep_list(db, SQL_ROSTER_TRIAL_GROUPS_INSERT, &trial_group_fields, t->groups, t->group_count,
			 roster_id, e);
}
