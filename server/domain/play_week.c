/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/play_week.h"

#include <math.h>

#include "server/base/clock.h"
#include "server/domain/queue_staffing.h"
#include "server/domain/stored_joint.h"
#include "wfm/staffing.h"

/* Handling times scatter more than exponentially: standard deviation ÷ mean, lognormal. The call
 * records of a bank's month gave 1.2 (218 s on 179 s). */
static const double HANDLING_CV = 1.2;
/* Who calls again does so after ten minutes on the mean (wfm/demand.h). */
static const double REDIAL_AFTER_S = 600;
static const double NEVER_DUE_S = 90 * 86400.0;

static double or_value(double v, double otherwise)
{
	return isnan(v) ? otherwise : v;
}

/* What a quarter-hour can hold in the simulator. */
static const double SLOT_MOST = 1e6;

static bool too_many(const struct week_play *t, size_t q, int32_t slot, double contacts, struct err *e)
{
	char at[26];
	instant_format(week_slot_instant(t->w, slot), 0, at);
	return err_set(e, ERR_INVALID,
		       "queue %s: %.0f contacts in the quarter-hour of %s are more than the %.0f that can be "
		       "played: look at the forecast's adjustments there",
		       t->w->queues[q].code, contacts, at, SLOT_MOST);
}

/* The requirement's intervals as quarter-hours: contacts in equal parts. */
static bool fill_volumes(struct week_play *t, struct err *e)
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

/* The roster's people, copied; and last week's nights, who still do Monday's first hours: people of
 * their own, one a stretch. */
static void add_people(struct week_play *t, const struct wfm_sim_people *people)
{
	const struct week_problem *w = t->w;
	size_t spans = (size_t)people->span_count + w->covered_count;
	struct wfm_sim_span *all = arena_array(t->a, spans, sizeof *all);
	struct wfm_sim_set *sets = arena_array(t->a, (size_t)people->set_count + w->queue_count,
					       sizeof *sets);
	int32_t n = people->span_count, agents = t->w->problem.agent_count;
	for (int32_t i = 0; i < people->span_count; i++)
		all[i] = people->spans[i];
	for (int32_t i = 0; i < people->set_count; i++) {
		size_t skills = (size_t)people->sets[i].skill_count;
		struct wfm_sim_skill *copy = arena_array(t->a, skills, sizeof *copy);
		for (size_t k = 0; k < skills; k++)
			copy[k] = people->sets[i].skills[k];
		sets[i] = (struct wfm_sim_set){ copy, people->sets[i].skill_count };
	}
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
	double *absence = arena_array(t->a, (size_t)agents * WEEK_DAYS, sizeof *absence);
	for (int32_t i = 0; i < t->w->problem.agent_count * WEEK_DAYS; i++)
		absence[i] = week_unplanned(w, w->monday + i % WEEK_DAYS);
	t->p.absence = absence;
	t->p.absence_days = WEEK_DAYS;
	t->p.spans = all;
	t->p.span_count = n;
	t->p.sets = sets;
	t->p.set_count = people->set_count + (int32_t)w->queue_count;
	t->p.agent_count = agents;
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
static bool place_scenarios(const struct week_play *t, size_t q, const struct wfm_joint *j,
			    const double *drawn, double *out, struct err *e)
{
	size_t cells = (size_t)j->days * (size_t)j->slots, slots = (size_t)t->slots;
	size_t row = t->w->queue_count * slots;
	double *mean = arena_array(t->a, slots, sizeof *mean);
	for (size_t k = 0; k < WEEK_SCENARIOS; k++)
		for (int32_t s = 0; s < t->slots; s++) {
			int64_t date;
			int minute;
			zone_to_local(t->w->site.zone, week_slot_instant(t->w, s), &date, &minute);
			out[k * row + q * slots + (size_t)s] =
				scenario_part(j, drawn + k * cells, date, minute);
			mean[s] += out[k * row + q * slots + (size_t)s] / WEEK_SCENARIOS;
		}
	for (size_t k = 0; k < WEEK_SCENARIOS; k++)
		for (size_t s = 0; s < slots; s++) {
			double *v = &out[k * row + q * slots + s], turn = 0.618 * (double)(k + s);
			double times = mean[s] > 0 ? t->p.queues[q].volume[s] / mean[s] : 0;
			*v = floor(*v * times + turn - floor(turn));
			if (!(*v <= SLOT_MOST))
				return too_many(t, q, (int32_t)s, *v, e);
		}
	return true;
}

bool week_play_scenarios(struct db *db, const struct week_play *t, uint64_t seed, double **out,
			 struct err *e)
{
	struct stored_joint *joints;
	struct wfm_error we;
	size_t count, placed = 0, row = t->w->queue_count * (size_t)t->slots;
	if (!joint_load(db, t->a, t->w->forecast_id, FIELD_NULL, &joints, &count, e))
		return false;
	*out = arena_array(t->a, WEEK_SCENARIOS * row, sizeof **out);
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
			double *drawn = arena_array(scratch, WEEK_SCENARIOS * (size_t)j->days * (size_t)j->slots,
						    sizeof *drawn);
			bool ok = wfm_scenarios_draw_queue(&all, i, seed, WEEK_SCENARIOS, drawn, &we) == WFM_OK
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

bool week_play_open(struct arena *a, const struct week_problem *w, const struct wfm_roster *r,
		    struct week_play *out, struct err *e)
{
	struct wfm_sim_people people;
	struct wfm_error we;
	int32_t slots = w->problem.slot_count - SLOT_TAIL, *day = arena_array(a, (size_t)slots, sizeof *day);
	uint8_t *alone = arena_array(a, w->queue_count, 1);
	for (int32_t d = 0; d < WEEK_DAYS; d++)
		for (int32_t i = 0; i < w->problem.calendars[0].days[d].slots; i++)
			day[w->problem.calendars[0].days[d].first_slot + i] = d;
	*out = (struct week_play){ .a = a, .w = w, .r = r, .slots = slots,
				   .p = { .interval_s = SLOT_MIN * 60, .interval_count = slots, .day = day } };
	if (!fill_volumes(out, e))
		return false;
	for (size_t q = 0; q < w->queue_count; q++)
		alone[q] = !site_queue_is_live(&w->queues[q]);
	if (wfm_sim_people_from_roster(&w->problem, r, alone, &people, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	add_people(out, &people);
	wfm_sim_people_free(&people);
	return true;
}
