/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/try_roster.h"

#include <math.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/domain/queue_staffing.h"
#include "server/domain/stored_joint.h"
#include "wfm/simulate.h"
#include "wfm/staffing.h"

/* Handling times scatter more than exponentially: standard deviation ÷ mean, lognormal. The call
 * records of a bank's month gave 1.2 (218 s on 179 s). */
static const double HANDLING_CV = 1.2;
/* Enough when every queue's service level is known to this, or after so many weeks. */
static const double HALF_WIDTH = 0.0025;
enum { WEEKS_MOST = 240, SCENARIOS = 200, THREADS = 2, TRIAL_BYTES = 8 << 20 };
/* A correction answers to a point of service level and is never more than a fifth of the people. */
static const double POINT = 0.01, CORRECTION_MOST = 0.2, SLOPE_STEP = 0.05;
/* Who calls again does so after ten minutes on the mean (wfm/demand.h). */
static const double REDIAL_AFTER_S = 600;
static const double NEVER_DUE_S = 90 * 86400.0;

static const struct field row_rows[] = {
	F_INT(struct trial_row, queue_id, 0, 0, 0, "queue"),
	F_DATE(struct trial_row, day, 0, "local date of arrival"),
	F_REAL(struct trial_row, offered, 0, 0, 0, "contacts, on the mean"),
	F_REAL(struct trial_row, target, FIELD_OPTIONAL, 0, 0, "service level wanted"),
	F_REAL(struct trial_row, promised, FIELD_OPTIONAL, 0, 0,
	       "by formula, of the people planned less expected absence"),
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
};
const struct fields trial_row_fields = FIELDS("RosterTrialRow", struct trial_row, row_rows);

struct trial {
	struct arena *a;
	const struct week_problem *w;
	const struct wfm_roster *r;
	int32_t slots; /* of the week, without its tail */
	struct wfm_sim_problem p;
	double *people; /* [queue x slot] planned on the work */
};

static double or_value(double v, double otherwise)
{
	return isnan(v) ? otherwise : v;
}

/* What a quarter-hour can hold in the simulator. */
static const double SLOT_MOST = 1e6;

static bool too_many(const struct trial *t, size_t q, int32_t slot, double contacts, struct err *e)
{
	char at[26];
	instant_format(week_slot_instant(t->w, slot), 0, at);
	return err_set(e, ERR_INVALID,
		       "queue %s: %.0f contacts in the quarter-hour of %s are more than the %.0f that can be "
		       "played: look at the forecast's adjustments there",
		       t->w->queues[q].code, contacts, at, SLOT_MOST);
}

/* The requirement's intervals as quarter-hours: contacts in equal parts. */
static bool fill_volumes(struct trial *t, struct err *e)
{
	const struct week_problem *w = t->w;
	struct wfm_sim_queue *queues = arena_array(t->a, w->queue_count, sizeof *queues);
	for (size_t i = 0; i < w->queue_count; i++) {
		const struct site_queue *q = &w->queues[i];
		double *volume = arena_array(t->a, (size_t)t->slots, sizeof *volume);
		double *aht_s = arena_array(t->a, (size_t)t->slots, sizeof *aht_s);
		for (int32_t s = 0; s < t->slots; s++)
			aht_s[s] = q->aht_s;
		for (size_t k = 0; k < w->requirements[i].count; k++) {
			const struct requirement_row *r = &w->requirements[i].rows[k];
			int64_t first = (r->start - w->from) / (SLOT_MIN * 60), n = r->minutes / SLOT_MIN;
			for (int64_t s = first; s < first + n && s < t->slots; s++) {
				volume[s] = r->volume / (double)n;
				if (!(volume[s] <= SLOT_MOST))
					return too_many(t, i, (int32_t)s, volume[s], e);
				aht_s[s] = r->volume > 0 ? r->aht_s : q->aht_s;
			}
		}
		queues[i] = (struct wfm_sim_queue){
			.volume = volume,
			.aht_s = aht_s,
			.handling = { .spread = WFM_SPREAD_LOGNORMAL, .cv = HANDLING_CV },
			.patience_s = or_value(q->patience_s, 0),
			.lobby = -1,
			.concurrency = q->channel == WFM_CHAT ? (int32_t)q->concurrency : 1,
			.stretch = q->channel == WFM_CHAT ? queue_chat_stretch(q) : 0,
			.redial = q->again,
			.redial_after_s = REDIAL_AFTER_S,
			.due_s = site_queue_is_live(q) ? 0 : NEVER_DUE_S,
			.within_s = or_value(q->target_s, 20),
			.target = or_value(q->target_share, 0),
		};
	}
	t->p.queues = queues;
	t->p.queue_count = (int32_t)w->queue_count;
	return true;
}

/* Last week's nights still do Monday's first hours: people of their own, one a stretch. */
static void add_covered(struct trial *t, const struct wfm_sim_people *people)
{
	const struct week_problem *w = t->w;
	size_t spans = (size_t)people->span_count + w->covered_count;
	struct wfm_sim_span *all = arena_array(t->a, spans, sizeof *all);
	struct wfm_sim_set *sets = arena_array(t->a, (size_t)people->set_count + w->queue_count,
					       sizeof *sets);
	int32_t n = people->span_count, agents = t->w->problem.agent_count;
	for (int32_t i = 0; i < people->span_count; i++)
		all[i] = people->spans[i];
	for (int32_t i = 0; i < people->set_count; i++)
		sets[i] = people->sets[i];
	for (size_t q = 0; q < w->queue_count; q++) {
		struct wfm_sim_skill *one = arena_alloc(t->a, sizeof *one);
		*one = (struct wfm_sim_skill){ (int32_t)q, 1, 0.0, 1.0 };
		sets[people->set_count + (int32_t)q] = (struct wfm_sim_set){ one, 1 };
	}
	for (size_t i = 0; i < w->covered_count; i++)
		for (size_t q = 0; q < w->queue_count; q++)
			if (w->queues[q].id == w->covered[i].queue_id)
				all[n++] = (struct wfm_sim_span){
					agents++, people->set_count + (int32_t)q,
					fmax(0, (double)(w->covered[i].start - w->from)),
					(double)(w->covered[i].end - w->from), false };
	double *absence = arena_array(t->a, (size_t)agents, sizeof *absence);
	for (int32_t i = 0; i < t->w->problem.agent_count; i++)
		absence[i] = w->site.shrinkage_unplanned;
	t->p.absence = absence;
	t->p.spans = all;
	t->p.span_count = n;
	t->p.sets = sets;
	t->p.set_count = people->set_count + (int32_t)w->queue_count;
	t->p.agent_count = agents;
}

static void count_people(struct trial *t)
{
	const struct week_problem *w = t->w;
	t->people = arena_array(t->a, w->queue_count * (size_t)t->slots, sizeof *t->people);
	for (int32_t i = 0; i < t->r->shift_count; i++)
		for (int32_t k = 0; k < t->r->shifts[i].activity_count; k++) {
			const struct wfm_activity *v =
				&t->r->activities[t->r->shifts[i].first_activity + k];
			for (int32_t s = v->start; s < v->start + v->slots && s < t->slots; s++)
				if (v->kind == WFM_WORK && v->queue != WFM_NONE && s >= 0)
					t->people[(size_t)v->queue * (size_t)t->slots + (size_t)s] +=
						1 - w->site.shrinkage_unplanned;
		}
	for (size_t i = 0; i < w->covered_count; i++)
		for (size_t q = 0; q < w->queue_count; q++)
			for (int64_t at = w->covered[i].start; at < w->covered[i].end; at += SLOT_MIN * 60) {
				int64_t s = (at - w->from) / (SLOT_MIN * 60);
				if (w->queues[q].id == w->covered[i].queue_id && at >= w->from && s < t->slots)
					t->people[q * (size_t)t->slots + (size_t)s] += 1;
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
	const struct wfm_sim_queue *q = &t->p.queues[queue];
	struct wfm_staffing_options o = week_staffing_options(t->w, &t->w->queues[queue], SLOT_MIN);
	double good = 0, all = 0;
	for (int32_t s = 0; s < t->slots; s++) {
		if (t->p.day[s] != day || !(q->volume[s] > 0))
			continue;
		double people = times * t->people[queue * (size_t)t->slots + (size_t)s];
		good += q->volume[s] * promised_level(&o, q->volume[s], q->aht_s[s], people);
		all += q->volume[s];
	}
	return all > 0 ? good / all : NAN;
}

/* Contacts of a scenario in a quarter-hour: part of its interval's, or of several finer ones. */
static double scenario_part(const struct wfm_joint *j, const double *counts, int64_t date, int minute)
{
	int interval = 1440 / j->slots;
	int64_t day = date - j->first_day;
	if (day < 0 || day >= j->days)
		return 0;
	const double *row = counts + (size_t)day * (size_t)j->slots;
	double sum = 0;
	if (interval >= SLOT_MIN) /* parts of one count add up to it */
		return floor((row[minute / interval] + (minute % interval) / SLOT_MIN) * SLOT_MIN / interval);
	for (int m = minute; m < minute + SLOT_MIN; m += interval)
		sum += row[m / interval];
	return sum;
}

/* Scaled to the volumes planned for, which users may have adjusted; whole by turns up and down. */
static bool place_scenarios(const struct trial *t, size_t q, const struct wfm_joint *j,
			    const double *drawn, double *out, struct err *e)
{
	size_t cells = (size_t)j->days * (size_t)j->slots, slots = (size_t)t->slots;
	size_t row = t->w->queue_count * slots;
	double *mean = arena_array(t->a, slots, sizeof *mean);
	for (size_t k = 0; k < SCENARIOS; k++)
		for (int32_t s = 0; s < t->slots; s++) {
			int64_t date;
			int minute;
			zone_to_local(t->w->site.zone, week_slot_instant(t->w, s), &date, &minute);
			out[k * row + q * slots + (size_t)s] =
				scenario_part(j, drawn + k * cells, date, minute);
			mean[s] += out[k * row + q * slots + (size_t)s] / SCENARIOS;
		}
	for (size_t k = 0; k < SCENARIOS; k++)
		for (size_t s = 0; s < slots; s++) {
			double *v = &out[k * row + q * slots + s], turn = 0.618 * (double)(k + s);
			double times = mean[s] > 0 ? t->p.queues[q].volume[s] / mean[s] : 0;
			*v = floor(*v * times + turn - floor(turn));
			if (!(*v <= SLOT_MOST))
				return too_many(t, q, (int32_t)s, *v, e);
		}
	return true;
}

/* NULL in *out: the forecast was made before scenarios were kept. */
static bool draw_scenarios(struct db *db, struct trial *t, uint64_t seed, double **out, struct err *e)
{
	struct stored_joint *joints;
	struct wfm_error we;
	size_t count, placed = 0, row = t->w->queue_count * (size_t)t->slots;
	if (!joint_load(db, t->a, t->w->forecast_id, FIELD_NULL, &joints, &count, e))
		return false;
	*out = arena_array(t->a, SCENARIOS * row, sizeof **out);
	const struct wfm_joint **together = arena_array(t->a, count, sizeof *together);
	struct wfm_queues all = { together, count, NULL };
	double *correlation;
	for (size_t i = 0; i < count; i++)
		together[i] = &joints[i].joint;
	if (!correlation_load(db, t->a, t->w->forecast_id, joints, count, &correlation, e))
		return false;
	all.correlation = correlation;
	for (size_t q = 0; q < t->w->queue_count; q++)
		for (size_t i = 0; i < count; i++) {
			const struct wfm_joint *j = &joints[i].joint;
			if (joints[i].queue_id != t->w->queues[q].id)
				continue;
			/* Of a forecast of twelve weeks these are many megabytes a queue. */
			struct arena *scratch = arena_new(0);
			double *drawn = arena_array(scratch, SCENARIOS * (size_t)j->days * (size_t)j->slots,
						    sizeof *drawn);
			bool ok = wfm_scenarios_draw_queue(&all, i, seed, SCENARIOS, drawn, &we) == WFM_OK
					  ? place_scenarios(t, q, j, drawn, *out, e)
					  : err_from_wfm(e, &we);
			arena_free(scratch);
			if (!ok)
				return false;
			placed++;
		}
	if (placed < t->w->queue_count)
		*out = NULL;
	return true;
}

/* Whether anyone is expected that day. Not whether anyone came in the play: two trials play different
 * numbers of weeks, and their rows must match. */
static bool is_expected(const struct trial *t, size_t queue, int32_t day)
{
	for (int32_t s = 0; s < t->slots; s++)
		if (t->p.day[s] == day && t->p.queues[queue].volume[s] > 0)
			return true;
	return false;
}

static void write_rows(struct trial *t, const struct wfm_simulation *s,
		       const struct wfm_simulation *spread, struct roster_trial *out)
{
	out->rows = arena_array(t->a, t->w->queue_count * WEEK_DAYS, sizeof *out->rows);
	out->slope = arena_array(t->a, t->w->queue_count * WEEK_DAYS, sizeof *out->slope);
	out->count = 0;
	count_people(t);
	for (size_t q = 0; q < t->w->queue_count; q++)
		for (int32_t d = 0; d < s->day_count; d++) {
			size_t at = q * (size_t)s->day_count + (size_t)d;
			const struct wfm_sim_figures *f = &s->day[at].figures;
			const struct wfm_sim_day *day = &spread->day[at];
			if (!site_queue_is_live(&t->w->queues[q]) || !is_expected(t, q, d))
				continue;
			double promised = promised_day(t, q, d, 1);
			out->slope[out->count] =
				(promised_day(t, q, d, 1 + SLOPE_STEP) - promised) / SLOPE_STEP;
			out->rows[out->count++] = (struct trial_row){
				.queue_id = t->w->queues[q].id, .day = t->w->monday + d,
				.replications = s->replications, .offered = f->offered,
				.target = t->w->queues[q].target_share,
				.promised = promised,
				.simulated = f->service_level, .low = f->service_level_low,
				.high = f->service_level_high, .sl_p10 = day->sl_p10,
				.sl_p50 = day->sl_p50, .sl_p90 = day->sl_p90,
				.p_target = day->p_target, .abandoned_share = f->abandoned_share,
				.asa_s = f->asa_s,
			};
		}
}

static bool play(struct db *db, struct trial *t, uint64_t seed, struct roster_trial *out, struct err *e)
{
	struct wfm_simulation *s = NULL, *spread = NULL;
	struct wfm_error we;
	struct wfm_sim_options o = { .seed = seed, .replications = WEEKS_MOST, .threads = THREADS,
				     .half_width = HALF_WIDTH, .trace_replication = -1 };
	double *scenarios;
	if (!draw_scenarios(db, t, seed, &scenarios, e))
		return false;
	bool ok = wfm_simulate(&t->p, &o, &s, &we) == WFM_OK;
	if (ok && scenarios != NULL) {
		t->p.scenarios = scenarios;
		t->p.scenario_count = SCENARIOS;
		o.replications = SCENARIOS;
		o.half_width = 0;
		ok = wfm_simulate(&t->p, &o, &spread, &we) == WFM_OK;
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
		const struct wfm_roster *r, uint64_t seed, struct roster_trial *out, struct err *e)
{
	struct trial t = { .a = a, .w = w, .r = r,
			   .slots = w->problem.slot_count - SLOT_TAIL };
	struct wfm_sim_people people;
	struct wfm_error we;
	int32_t *day = arena_array(a, (size_t)t.slots, sizeof *day);
	for (int32_t d = 0; d < WEEK_DAYS; d++)
		for (int32_t i = 0; i < w->problem.calendars[0].days[d].slots; i++)
			day[w->problem.calendars[0].days[d].first_slot + i] = d;
	*out = (struct roster_trial){ 0 };
	t.p = (struct wfm_sim_problem){ .interval_s = SLOT_MIN * 60, .interval_count = t.slots,
					.day = day };
	if (!fill_volumes(&t, e))
		return false;
	uint8_t *alone = arena_array(a, w->queue_count, 1);
	for (size_t q = 0; q < w->queue_count; q++)
		alone[q] = !site_queue_is_live(&w->queues[q]);
	if (wfm_sim_people_from_roster(&w->problem, r, alone, &people, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	add_covered(&t, &people);
	bool ok = play(db, &t, seed, out, e);
	wfm_sim_people_free(&people);
	return ok;
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
	for (int32_t s = 0; s < day->slots; s++)
		w->required[q][day->first_slot + s] *= times;
	for (size_t k = 0; k < w->requirements[q].count; k++)
		if (week_day_of(w, w->requirements[q].rows[k].start) == date)
			w->requirements[q].rows[k].agents_on_roster *= times;
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
}

int64_t roster_trial_correct(struct week_problem *w, const struct roster_trial *t)
{
	int64_t corrected = 0;
	for (size_t i = 0; i < t->count; i++) {
		double share = correction(&t->rows[i], t->slope[i]);
		for (size_t q = 0; q < w->queue_count && share != 0; q++)
			if (w->queues[q].id == t->rows[i].queue_id)
				correct_day(w, q, t->rows[i].day, 1 + share);
		corrected += share != 0;
	}
	return corrected;
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

bool roster_trial_keep(struct db *db, const struct roster_trial *t, int64_t roster_id, struct err *e)
{
	struct strbuf json;
	strbuf_init(&json, TRIAL_BYTES);
	field_list_to_json(&trial_row_fields, t->rows, t->count, &json);
	bool ok = json.overflow ? err_set(e, ERR_TOO_LARGE, "the trial has too many rows to keep")
				: db_run(db, SQL_ROSTER_TRIAL_INSERT,
					 DB_ARGS(db_int("roster_id", roster_id),
						 db_text("rows", json.data)),
					 NULL, NULL, e);
	strbuf_free(&json);
	return ok;
}
