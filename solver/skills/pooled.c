/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the search begins. For a set S of queues, the people of all groups that take any of them are
 * no better than if each took every queue of S and nothing else, which is one Erlang A station:
 *
 *     Σ_{g takes some of S} (best speed in S) n_g  >=  n(S)
 *
 * n(S) for mixed targets is the station's that has their volume-weighted mean, the longest of their
 * waits, and their mean patience; where chat or nothing comparable is in S, the work alone that may
 * not be lost. For one queue it is the queue's own requirement. With equal queues these rows hold
 * exactly; else the station is a little too good a guess, so a little less is asked for.
 */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>

enum { ALL_SETS_QUEUES = 7 };
static const double SPARE = 0.03;

bool sk_rows_add(struct sk_rows *rows, const struct sk_row *row)
{
	if (rows->count == rows->room) {
		size_t room = rows->room > 0 ? 2 * rows->room : 64;
		struct sk_row *more = realloc(rows->rows, room * sizeof *more);
		if (more == NULL)
			return false;
		rows->rows = more;
		rows->room = room;
	}
	rows->rows[rows->count++] = *row;
	return true;
}

struct pool {
	double per_s, work, served_work; /* erlangs; served: what may not be lost */
	double good, lost, occupancy, asa_s, leaving, within_s;
	bool alike, all_asa;
	enum wfm_service_level definition;
};

static void add_queue(const struct sk_part *part, int32_t i, struct pool *s)
{
	const struct wfm_staffing_options *o = &part->p->queues[part->queue[i]].staffing;
	const struct wfm_target *t = &o->target;
	double per_s = part->per_s[i], work = per_s * part->aht_s[i] / part->pace[i], lost = 1.0;
	if (t->service_level > 0.0 && t->definition == WFM_SL_OFFERED)
		lost = 1.0 - t->service_level;
	if (t->max_abandoned > 0.0)
		lost = fmin(lost, t->max_abandoned);
	if (!(o->patience_s > 0.0) || isinf(o->patience_s))
		lost = 0.0;
	else
		s->leaving += per_s / o->patience_s;
	if (s->per_s > 0.0 && s->definition != t->definition)
		s->alike = false;
	s->alike = s->alike && o->channel != WFM_CHAT && !o->lobby_limited && o->redial == 0.0;
	s->definition = t->definition;
	s->per_s += per_s;
	s->work += work;
	s->served_work += work * (1.0 - lost);
	s->good += per_s * t->service_level;
	s->lost += per_s * (t->max_abandoned > 0.0 ? t->max_abandoned : 1.0);
	s->occupancy = fmax(s->occupancy, t->max_occupancy > 0.0 ? t->max_occupancy : 1.0);
	s->asa_s += per_s * t->max_asa_s;
	s->all_asa = s->all_asa && t->max_asa_s > 0.0;
	if (t->service_level > 0.0)
		s->within_s = fmax(s->within_s, t->within_s);
}

static double people_of(const struct sk_part *part, uint32_t bits)
{
	struct pool s = { .alike = true, .all_asa = true };
	for (int32_t i = 0; i < part->queue_count; i++) {
		if (bits == UINT32_C(1) << i)
			return part->alone[i];
		if (bits >> i & 1)
			add_queue(part, i, &s);
	}
	double fluid = fmax(1.0, s.served_work);
	struct wfm_staffing_options o = {
		.channel = WFM_VOICE,
		.interval_s = part->p->interval_s,
		.target = { .service_level = fmin(s.good / s.per_s, 0.9999), .within_s = s.within_s,
			    .definition = s.definition,
			    .max_abandoned = s.lost / s.per_s < 0.999 ? s.lost / s.per_s : 0.0,
			    .max_asa_s = s.all_asa ? s.asa_s / s.per_s : 0.0,
			    .max_occupancy = s.occupancy < 1.0 ? s.occupancy : 0.0 },
		.patience_s = s.leaving > 0.0 ? s.per_s / s.leaving : 0.0,
	};
	const struct wfm_target *t = &o.target;
	bool any = t->service_level > 0.0 || t->max_abandoned > 0.0 || t->max_asa_s > 0.0 ||
		   t->max_occupancy > 0.0;
	if (!s.alike || !any)
		return fluid;
	struct wfm_load_course c = { .lambda = s.per_s, .aht_s = s.work / s.per_s, .points = 1,
				     .load_erl = { s.work }, .weight = { 1.0 }, .mean_erl = s.work };
	struct wfm_requirement r;
	double beta = 0.5;
	wfm_live_requirement(&c, &o, &beta, &r);
	return fmax(fluid, r.agents);
}

static bool add_set(const struct sk_part *part, uint32_t bits, struct sk_rows *rows)
{
	struct sk_row row = { .least = people_of(part, bits) };
	double dearest = 0.0;
	if (bits & (bits - 1)) /* unlike queues: the station they make is not quite a bound */
		row.least -= fmax(1.0, SPARE * row.least);
	for (int32_t g = 0; g < part->group_count; g++) {
		for (int32_t k = 0; k < part->skill_count[g]; k++)
			if (bits >> part->skills[g][k].queue & 1)
				row.coef[g] = fmax(row.coef[g], part->skills[g][k].speed);
		dearest = fmax(dearest, part->cost[g]);
	}
	row.penalty = 100.0 * dearest;
	return sk_rows_add(rows, &row);
}

enum wfm_status sk_pooled_rows(const struct sk_part *part, struct sk_rows *rows, struct wfm_error *e)
{
	uint32_t all = (uint32_t)((UINT64_C(1) << part->queue_count) - 1);
	bool ok = true;
	if (part->queue_count <= ALL_SETS_QUEUES) {
		for (uint32_t bits = 1; bits <= all && ok; bits++)
			ok = add_set(part, bits, rows);
	} else {
		ok = add_set(part, all, rows);
		for (int32_t q = 0; q < part->queue_count && ok; q++)
			ok = add_set(part, UINT32_C(1) << q, rows);
		for (int32_t g = 0; g < part->group_count && ok; g++)
			if (part->skill_count[g] > 1)
				ok = add_set(part, part->takes[g], rows);
	}
	return ok ? WFM_OK : wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
}
