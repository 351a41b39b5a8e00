/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door: intervals one after the other. A few that lie far apart (by the root of each queue's load,
 * which people beyond the load go with) are solved from the start. For the others each queue gets
 * a_q + β_q √a_q people with the β of the solved intervals nearest, groups take the parts of a queue's
 * work that they take in the nearest, and what that gives is tried and put right.
 */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SOLVED = 4, SOLVED_MOST = 64, CONTACTS_BESIDE = 30000 };
static const double ALIKE = 0.25; /* distance below which one solved interval stands for another */

struct run {
	const struct wfm_skills_problem *p;
	struct wfm_skills_options o;
	const struct wfm_skills_options *asked;
	struct sk_horizon h;
	struct wfm_skills_result *r;
	struct sk_part *part;
	struct sk_answer *answer;
	double *distance; /* [interval] to the nearest solved */
	int32_t solved[SOLVED_MOST];
	int32_t solved_count, done, busy;
	struct wfm_error *e;
};

static bool pass_on(void *context, double ignored)
{
	struct run *u = context;
	(void)ignored;
	return u->asked->progress(u->asked->context, (double)u->done / (u->busy + 1));
}

static size_t cell(const struct run *u, int32_t interval, int32_t group, int32_t queue)
{
	return ((size_t)interval * (size_t)u->p->group_count + (size_t)group) *
		       (size_t)u->p->queue_count + (size_t)queue;
}

static struct wfm_skills_queue *queue_at(const struct run *u, int32_t interval, int32_t queue)
{
	return &u->r->queue[(size_t)interval * (size_t)u->p->queue_count + (size_t)queue];
}

/* What the queue's people can be fewer by than its load: chats at once. */
static double pace_of(const struct run *u, int32_t q)
{
	const struct wfm_staffing_options *o = &u->p->queues[q].staffing;
	if (o->channel != WFM_CHAT)
		return 1.0;
	return o->concurrency / (1.0 + o->stretch * (o->concurrency - 1.0));
}

/* ---- a part's answer into the result -------------------------------------------------------- */

static void take_people(struct run *u, const struct sk_part *part, const int32_t *n,
			double (*worked)[WFM_SKILLS_QUEUES])
{
	for (int32_t g = 0; g < part->group_count; g++) {
		u->r->people[(size_t)part->interval * (size_t)u->p->group_count +
			     (size_t)part->group[g]] = n[g];
		for (int32_t q = 0; q < part->queue_count; q++) {
			u->r->worked[cell(u, part->interval, part->group[g], part->queue[q])] =
				worked[g][q];
			queue_at(u, part->interval, part->queue[q])->people += worked[g][q];
		}
	}
}

static void take_answer(struct run *u)
{
	const struct sk_part *part = u->part;
	const struct sk_answer *a = u->answer;
	take_people(u, part, a->n, u->answer->figures.worked);
	for (int32_t q = 0; q < part->queue_count; q++) {
		struct wfm_skills_queue *out = queue_at(u, part->interval, part->queue[q]);
		out->met = a->met[q];
		out->exact = a->exact;
		out->tried = true;
		out->service_level = a->figures.service_level[q];
		out->low = a->figures.low[q];
		out->high = a->figures.high[q];
		out->abandoned_share = a->figures.abandoned[q];
		out->asa_s = a->figures.asa_s[q];
		u->r->unmet += !a->met[q];
	}
	u->r->plays += a->plays;
	u->r->cuts += a->cuts;
	u->r->contacts += a->contacts;
}

/* ---- intervals that stand for others --------------------------------------------------------- */

static double apart(const struct run *u, int32_t i, int32_t k)
{
	double sum = 0.0;
	for (int32_t q = 0; q < u->p->queue_count; q++)
		sum += fabs(sqrt(sk_load(&u->h, q, i)) - sqrt(sk_load(&u->h, q, k)));
	return sum;
}

static double load_of(const struct run *u, int32_t i)
{
	double sum = 0.0;
	for (int32_t q = 0; q < u->p->queue_count; q++)
		sum += sk_load(&u->h, q, i);
	return sum;
}

/* The busiest, then ever the one farthest from those chosen. */
static void choose(struct run *u)
{
	int32_t most = u->o.solved > 0 ? u->o.solved : SOLVED, next = -1;
	most = most < SOLVED_MOST ? most : SOLVED_MOST;
	for (int32_t i = 0; i < u->p->interval_count; i++) {
		double load = load_of(u, i);
		u->distance[i] = INFINITY;
		u->busy += load > 0.0;
		if (load > 0.0 && (next < 0 || load > load_of(u, next)))
			next = i;
	}
	while (next >= 0 && u->solved_count < most) {
		int32_t chosen = next;
		u->solved[u->solved_count++] = chosen;
		next = -1;
		for (int32_t i = 0; i < u->p->interval_count; i++) {
			u->distance[i] = fmin(u->distance[i], apart(u, i, chosen));
			if (load_of(u, i) > 0.0 && u->distance[i] > ALIKE &&
			    (next < 0 || u->distance[i] > u->distance[next]))
				next = i;
		}
	}
}

static bool is_solved(const struct run *u, int32_t interval)
{
	for (int32_t k = 0; k < u->solved_count; k++)
		if (u->solved[k] == interval)
			return true;
	return false;
}

/* People a queue needs beyond its work, in roots of it: from the solved intervals near. */
static double beta(const struct run *u, int32_t interval, int32_t q, double otherwise)
{
	double sum = 0.0, weights = 0.0;
	for (int32_t k = 0; k < u->solved_count; k++) {
		int32_t i = u->solved[k];
		double work = sk_load(&u->h, q, i) / pace_of(u, q), d = apart(u, interval, i);
		double weight = 1.0 / (0.01 + d * d);
		if (!(work > 0.0))
			continue;
		sum += weight * (queue_at(u, i, q)->people - work) / sqrt(work);
		weights += weight;
	}
	return weights > 0.0 ? sum / weights : otherwise;
}

/* Parts of the queue's work by group: those of the nearest solved interval that has the queue. */
static void parts_of(const struct run *u, int32_t q, double *part_of_group)
{
	const struct sk_part *part = u->part;
	int32_t nearest = -1;
	for (int32_t k = 0; k < u->solved_count; k++)
		if (queue_at(u, u->solved[k], part->queue[q])->people > 0.0 &&
		    (nearest < 0 || apart(u, part->interval, u->solved[k]) <
					    apart(u, part->interval, nearest)))
			nearest = u->solved[k];
	for (int32_t g = 0; g < part->group_count; g++) {
		part_of_group[g] = 0.0;
		if (nearest >= 0)
			part_of_group[g] = u->r->worked[cell(u, nearest, part->group[g], part->queue[q])] /
					   queue_at(u, nearest, part->queue[q])->people;
	}
	for (int32_t g = 0; g < part->group_count && nearest < 0; g++)
		if (part->takes[g] >> q & 1) {
			part_of_group[g] = 1.0;
			return;
		}
}

/* Whole people: all but a little of the sum, the greatest remainders first. */
static void round_people(const struct sk_part *part, const double *wanted, int32_t *n)
{
	double sum = 0.0, rest[WFM_SKILLS_GROUPS];
	int32_t total = 0;
	for (int32_t g = 0; g < part->group_count; g++) {
		sum += wanted[g];
		n[g] = (int32_t)floor(wanted[g]);
		rest[g] = wanted[g] - n[g];
		total += n[g];
	}
	for (; total < (int32_t)ceil(sum - 0.25); total++) {
		int32_t best = 0;
		for (int32_t g = 1; g < part->group_count; g++)
			if (rest[g] > rest[best])
				best = g;
		n[best]++;
		rest[best] -= 1.0;
	}
	for (int32_t g = 0; g < part->group_count; g++) {
		n[g] = n[g] < part->most[g] ? n[g] : part->most[g];
		n[g] = n[g] > part->least[g] ? n[g] : part->least[g];
	}
}

static void guess(struct run *u, int32_t *n, double (*worked)[WFM_SKILLS_QUEUES])
{
	const struct sk_part *part = u->part;
	double wanted[WFM_SKILLS_GROUPS] = { 0.0 }, share[WFM_SKILLS_GROUPS];
	memset(worked, 0, WFM_SKILLS_GROUPS * sizeof *worked);
	for (int32_t q = 0; q < part->queue_count; q++) {
		double work = part->per_s[q] * part->aht_s[q] / part->pace[q];
		double alone = (part->alone[q] - work) / sqrt(work);
		double people = work + beta(u, part->interval, part->queue[q], alone) * sqrt(work);
		people = fmin(fmax(people, 0.0), part->alone[q]);
		parts_of(u, q, share);
		for (int32_t g = 0; g < part->group_count; g++) {
			worked[g][q] = people * share[g];
			wanted[g] += worked[g][q];
		}
	}
	round_people(part, wanted, n);
	for (int32_t g = 0; g < part->group_count; g++)
		for (int32_t q = 0; q < part->queue_count; q++)
			worked[g][q] *= wanted[g] > 0.0 ? n[g] / wanted[g] : 0.0;
}

/* ---- intervals ------------------------------------------------------------------------------- */

static void take_guess(struct run *u, const int32_t *n, double (*worked)[WFM_SKILLS_QUEUES])
{
	take_people(u, u->part, n, worked);
	for (int32_t q = 0; q < u->part->queue_count; q++) {
		struct wfm_skills_queue *out = queue_at(u, u->part->interval, u->part->queue[q]);
		out->met = true;
		out->service_level = out->low = out->high = NAN;
		out->abandoned_share = out->asa_s = NAN;
	}
}

static void take_begin(const struct run *u, int32_t interval, int32_t *n)
{
	const struct sk_part *part = u->part;
	const int32_t *begin = u->o.begin + (size_t)interval * (size_t)u->p->group_count;
	for (int32_t g = 0; g < part->group_count; g++) {
		int32_t wanted = begin[part->group[g]];
		wanted = wanted < part->most[g] ? wanted : part->most[g];
		n[g] = wanted > part->least[g] ? wanted : part->least[g];
	}
}

static enum wfm_status do_interval(struct run *u, int32_t interval, bool from_start)
{
	enum wfm_status status = WFM_OK;
	struct wfm_skills_options beside = u->o;
	uint32_t seen = 0;
	if (beside.contacts == 0)
		beside.contacts = CONTACTS_BESIDE;
	while (status == WFM_OK && sk_part_next(&u->h, interval, &seen, u->part)) {
		int32_t n[WFM_SKILLS_GROUPS] = { 0 };
		bool guessed = !from_start && !sk_part_is_plain(u->part);
		if (guessed)
			guess(u, n, u->answer->figures.worked);
		if (guessed && u->o.rough) {
			take_guess(u, n, u->answer->figures.worked);
			continue;
		}
		bool begun = from_start && u->o.begin != NULL;
		if (begun)
			take_begin(u, interval, n);
		status = sk_solve(&u->h, u->part, guessed ? &beside : &u->o, guessed || begun ? n : NULL, !guessed,
				  u->answer, u->e);
		if (status == WFM_OK)
			take_answer(u);
	}
	u->done += load_of(u, interval) > 0.0;
	return status;
}

static void add_up(struct run *u)
{
	double hours = u->p->interval_s / 3600.0;
	for (int32_t i = 0; i < u->p->interval_count; i++)
		for (int32_t g = 0; g < u->p->group_count; g++) {
			int32_t n = u->r->people[(size_t)i * (size_t)u->p->group_count + (size_t)g];
			u->r->person_hours += hours * n;
			u->r->cost_hours += hours * n * u->p->groups[g].cost;
		}
	for (int32_t i = 0; i < u->p->interval_count; i++)
		for (int32_t q = 0; q < u->p->queue_count; q++)
			queue_at(u, i, q)->load_erl = sk_load(&u->h, q, i);
}

/* Intervals without work meet everything with nobody. */
static struct wfm_skills_result *result_new(const struct wfm_skills_problem *p)
{
	size_t intervals = (size_t)p->interval_count, queues = (size_t)p->queue_count;
	size_t groups = (size_t)p->group_count;
	struct wfm_skills_result *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	r->interval_count = p->interval_count;
	r->queue_count = p->queue_count;
	r->group_count = p->group_count;
	r->people = calloc(intervals * groups, sizeof *r->people);
	r->worked = calloc(intervals * groups * queues, sizeof *r->worked);
	r->queue = calloc(intervals * queues, sizeof *r->queue);
	if (r->people == NULL || r->worked == NULL || r->queue == NULL) {
		wfm_skills_free(r);
		return NULL;
	}
	for (size_t i = 0; i < intervals * queues; i++)
		r->queue[i] = (struct wfm_skills_queue){ .met = true, .exact = true, .tried = true,
							 .service_level = 1.0, .low = 1.0, .high = 1.0 };
	return r;
}

static enum wfm_status run_all(struct run *u)
{
	enum wfm_status status = sk_horizon_open(&u->h, u->p, u->e);
	if (status != WFM_OK)
		return status;
	choose(u);
	for (int32_t k = 0; k < u->solved_count && status == WFM_OK; k++)
		status = do_interval(u, u->solved[k], true);
	for (int32_t i = 0; i < u->p->interval_count && status == WFM_OK; i++)
		if (!is_solved(u, i))
			status = do_interval(u, i, false);
	if (status == WFM_OK)
		add_up(u);
	if (status == WFM_OK && u->p->interval_count > 1 && !u->o.rough)
		status = sk_play_horizon(u->p, &u->o, u->r, u->e);
	return status;
}

enum wfm_status wfm_skills_run(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
			       struct wfm_skills_result **out, struct wfm_error *e)
{
	struct run u = { .p = p, .o = *o, .asked = o, .e = e };
	*out = NULL;
	enum wfm_status status = sk_check(p, o, e);
	if (status != WFM_OK)
		return status;
	u.o.progress = o->progress != NULL ? pass_on : NULL;
	u.o.context = &u;
	u.r = result_new(p);
	u.part = malloc(sizeof *u.part);
	u.answer = malloc(sizeof *u.answer);
	u.distance = calloc((size_t)p->interval_count, sizeof *u.distance);
	if (u.r == NULL || u.part == NULL || u.answer == NULL || u.distance == NULL)
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	else
		status = run_all(&u);
	if (status == WFM_OK) {
		*out = u.r;
		u.r = NULL;
	}
	wfm_skills_free(u.r);
	free(u.part);
	free(u.answer);
	free(u.distance);
	sk_horizon_close(&u.h);
	return status;
}

void wfm_skills_free(struct wfm_skills_result *r)
{
	if (r == NULL)
		return;
	free(r->people);
	free(r->worked);
	free(r->queue);
	free(r->horizon);
	free(r);
}
