/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One staffing of a part in steady state, by simulation: constant rates, a start from empty that is
 * not counted, and an end that is not either, so that nobody counted is cut off. Arrivals, handling
 * and patience are drawn by contact whoever takes it, so two staffings meet the same contacts.
 */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CONTACTS = 60000, PIECES_MOST = 4000, REPLICATIONS = 8, REPLICATIONS_PROVE = 32 };
/* After so many handling times the empty start is forgotten. */
static const double WARM_HANDLINGS = 5.0;
static const double REDIAL_AFTER_S = 300.0;

void sk_bench_open(struct sk_bench *b, const struct sk_part *part, const struct wfm_skills_options *o,
		   struct wfm_error *e)
{
	*b = (struct sk_bench){ .part = part, .o = o, .e = e };
}

void sk_bench_close(struct sk_bench *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->points[i]);
	free(b->points);
	b->points = NULL;
}

double sk_worst(const struct sk_bench *b, const struct sk_point *point)
{
	double worst = INFINITY;
	for (int32_t i = 0; i < b->part->limit_count; i++)
		worst = fmin(worst, point->slack[i] - b->margin[i]);
	return worst;
}

double sk_cost(const struct sk_part *part, const int32_t *n)
{
	double cost = 0.0;
	for (int32_t g = 0; g < part->group_count; g++)
		cost += part->cost[g] * n[g];
	return cost;
}

/* What the simulator reads, in memory of its own. */
struct stage {
	struct wfm_sim_problem p;
	struct wfm_sim_options o;
	struct wfm_sim_queue queues[WFM_SKILLS_QUEUES];
	struct wfm_sim_set sets[WFM_SKILLS_GROUPS];
	struct wfm_sim_span *spans;
	double *rows; /* [queue x 2 x pieces] volumes and handling times */
};

struct wfm_sim_queue sk_sim_queue(const struct wfm_staffing_options *o, const double *volume,
				  const double *aht_s)
{
	return (struct wfm_sim_queue){
		.volume = volume,
		.aht_s = aht_s,
		.patience_s = o->patience_s,
		.lobby = o->lobby_limited ? o->lobby : -1,
		.redial = o->redial,
		.redial_after_s = REDIAL_AFTER_S,
		.concurrency = o->channel == WFM_CHAT ? (int32_t)o->concurrency : 1,
		.stretch = o->channel == WFM_CHAT ? o->stretch : 0.0,
		.within_s = o->target.within_s,
		.definition = o->target.definition,
		.target = o->target.service_level,
	};
}

static void set_queue(const struct sk_part *part, int32_t i, struct stage *s)
{
	const struct wfm_staffing_options *o = &part->p->queues[part->queue[i]].staffing;
	int32_t pieces = s->p.interval_count;
	double *volume = s->rows + 2 * (size_t)i * (size_t)pieces, *aht_s = volume + pieces;
	for (int32_t k = 0; k < pieces; k++) {
		volume[k] = part->per_s[i] * s->p.interval_s;
		aht_s[k] = part->aht_s[i];
	}
	s->queues[i] = sk_sim_queue(o, volume, aht_s);
}

static bool set_people(const struct sk_part *part, const int32_t *n, struct stage *s)
{
	int32_t agents = 0;
	double end = s->p.interval_s * s->p.interval_count;
	for (int32_t g = 0; g < part->group_count; g++) {
		s->sets[g] = (struct wfm_sim_set){ part->skills[g], part->skill_count[g] };
		agents += n[g];
	}
	s->spans = calloc((size_t)agents + 1, sizeof *s->spans);
	if (s->spans == NULL)
		return false;
	for (int32_t g = 0; g < part->group_count; g++)
		for (int32_t k = 0; k < n[g]; k++) {
			int32_t a = s->p.agent_count++;
			s->spans[a] = (struct wfm_sim_span){ a, g, 0.0, end, false };
		}
	s->p.spans = s->spans;
	s->p.span_count = s->p.agent_count;
	return true;
}

static double piece_s(const struct sk_part *part)
{
	double aht_s = 0.0;
	for (int32_t q = 0; q < part->queue_count; q++)
		aht_s = fmax(aht_s, part->aht_s[q]);
	return fmin(86400.0, fmax(60.0, WARM_HANDLINGS * aht_s));
}

/* Pieces as long as the warm-up: the first and the last are not counted. */
static void set_length(const struct sk_part *part, int64_t contacts, int32_t replications, struct stage *s)
{
	double per_s = 0.0, piece = piece_s(part);
	for (int32_t q = 0; q < part->queue_count; q++)
		per_s += part->per_s[q];
	double counted = ceil((double)contacts / (per_s * replications * piece));
	s->p.interval_s = piece;
	s->p.interval_count = (int32_t)fmin(PIECES_MOST, fmax(4.0, counted)) + 2;
	s->o.replications = replications;
	s->o.count_from_s = piece;
	s->o.count_to_s = piece * (s->p.interval_count - 1);
}

static struct wfm_simulation *play(struct sk_bench *b, const int32_t *n, enum sk_effort effort)
{
	const struct sk_part *part = b->part;
	int64_t contacts = b->o->contacts > 0 ? b->o->contacts : CONTACTS;
	struct wfm_simulation *result = NULL;
	struct stage *s = calloc(1, sizeof *s);
	if (b->o->progress != NULL && b->o->progress(b->o->context, 0.0)) {
		b->status = wfm_fail(b->e, WFM_CANCELLED, "", "cancelled");
		goto out;
	}
	b->status = WFM_NO_MEMORY;
	if (s == NULL)
		goto out;
	contacts = effort == SK_SKETCH ? contacts / 3 : effort == SK_PROVE ? 4 * contacts : contacts;
	set_length(part, contacts, effort == SK_PROVE ? REPLICATIONS_PROVE : REPLICATIONS, s);
	s->rows = calloc(2 * (size_t)part->queue_count * (size_t)s->p.interval_count, sizeof *s->rows);
	if (s->rows == NULL || !set_people(part, n, s))
		goto out;
	for (int32_t q = 0; q < part->queue_count; q++)
		set_queue(part, q, s);
	s->p.queues = s->queues;
	s->p.queue_count = part->queue_count;
	s->p.sets = s->sets;
	s->p.set_count = part->group_count;
	s->o.seed = 2 * b->o->seed + (effort == SK_PROVE);
	s->o.trace_replication = -1;
	b->status = wfm_simulate(&s->p, &s->o, &result, b->e);
	b->plays++;
	b->contacts += result != NULL ? result->contacts : 0;
out:
	if (b->status == WFM_NO_MEMORY)
		(void)wfm_fail(b->e, WFM_NO_MEMORY, "", "out of memory");
	if (s != NULL) {
		free(s->spans);
		free(s->rows);
		free(s);
	}
	return result;
}

/* Handling time a person of the group could give a queue counts by what one does at once. */
static double work_of(const struct sk_part *part, const struct wfm_simulation *r, int32_t g, int32_t q)
{
	return r->handled_s[g * part->queue_count + q] / part->pace[q];
}

static double occupancy(const struct sk_part *part, const struct wfm_simulation *r, const int32_t *n,
			int32_t q)
{
	double counted = piece_s(part) * (r->interval_count - 2), work = 0.0, people = 0.0;
	for (int32_t g = 0; g < part->group_count; g++) {
		if (!(part->takes[g] >> q & 1))
			continue;
		people += n[g];
		for (int32_t k = 0; k < part->queue_count; k++)
			work += work_of(part, r, g, k);
	}
	return people > 0.0 ? work / (people * counted) : 1.0;
}

/*
 * How far on the good side, in fifths of what the target lets pass: a point of service level at a
 * target of .80, a quarter of a point at .95.
 */
static double slack(const struct sk_part *part, const struct wfm_simulation *r, const int32_t *n,
		    const struct sk_limit *limit)
{
	const double fifth = 0.2, most = 1.0;
	const struct wfm_sim_figures *f = &r->total[limit->queue];
	double s = -INFINITY;
	switch (limit->measure) {
	case SK_SERVICE_LEVEL:
		s = (f->service_level - limit->bound) / (1.0 - limit->bound);
		break;
	case SK_ABANDONED:
		s = (limit->bound - f->abandoned_share) / limit->bound;
		break;
	case SK_ASA:
		s = (limit->bound - f->asa_s) / limit->bound;
		break;
	case SK_OCCUPANCY:
		s = (limit->bound - occupancy(part, r, n, limit->queue)) / fmax(0.02, 1.0 - limit->bound);
		break;
	}
	return isnan(s) ? -most : fmax(-most, fifth * s); /* NaN: nobody was answered */
}

static void fill_point(const struct sk_bench *b, const struct wfm_simulation *r, const int32_t *n,
		       enum sk_effort effort, struct sk_point *point)
{
	memset(point, 0, sizeof *point);
	memcpy(point->n, n, (size_t)b->part->group_count * sizeof *n);
	point->effort = effort;
	for (int32_t i = 0; i < b->part->limit_count; i++)
		point->slack[i] = slack(b->part, r, n, &b->part->limits[i]);
}

static struct sk_point *point_new(struct sk_bench *b)
{
	if (b->count == b->room) {
		size_t room = b->room > 0 ? 2 * b->room : 64;
		struct sk_point **more = realloc(b->points, room * sizeof *more);
		if (more == NULL)
			return NULL;
		b->points = more;
		b->room = room;
	}
	struct sk_point *p = malloc(sizeof *p);
	if (p != NULL)
		b->points[b->count++] = p;
	return p;
}

const struct sk_point *sk_try(struct sk_bench *b, const int32_t *n, enum sk_effort effort)
{
	size_t bytes = (size_t)b->part->group_count * sizeof *n;
	if (b->status != WFM_OK)
		return NULL;
	for (size_t i = b->count; i-- > 0;)
		if (b->points[i]->effort == effort && memcmp(b->points[i]->n, n, bytes) == 0)
			return b->points[i];
	struct wfm_simulation *r = play(b, n, effort);
	struct sk_point *point = r != NULL ? point_new(b) : NULL;
	if (r != NULL && point == NULL)
		b->status = wfm_fail(b->e, WFM_NO_MEMORY, "", "out of memory");
	if (point != NULL)
		fill_point(b, r, n, effort, point);
	wfm_simulation_free(r);
	return point;
}

bool sk_prove(struct sk_bench *b, const int32_t *n, struct sk_point *point, struct sk_figures *f)
{
	const struct sk_part *part = b->part;
	struct wfm_simulation *r = b->status == WFM_OK ? play(b, n, SK_PROVE) : NULL;
	if (r == NULL)
		return false;
	fill_point(b, r, n, SK_PROVE, point);
	for (int32_t q = 0; q < part->queue_count; q++) {
		f->service_level[q] = r->total[q].service_level;
		f->low[q] = r->total[q].service_level_low;
		f->high[q] = r->total[q].service_level_high;
		f->abandoned[q] = r->total[q].abandoned_share;
		f->asa_s[q] = r->total[q].asa_s;
	}
	for (int32_t g = 0; g < part->group_count; g++) {
		double all = 0.0;
		for (int32_t q = 0; q < part->queue_count; q++)
			all += work_of(part, r, g, q);
		for (int32_t q = 0; q < part->queue_count; q++)
			f->worked[g][q] = all > 0.0 ? n[g] * work_of(part, r, g, q) / all
						    : (part->skills[g][0].queue == q ? n[g] : 0.0);
	}
	wfm_simulation_free(r);
	return true;
}
