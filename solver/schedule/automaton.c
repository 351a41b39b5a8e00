/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that couple days, compiled to a layered graph (see model.h). A state is the vector of
 * counters that the contract's rules need (counters.h). States from which the plan cannot be finished
 * are removed, so the graph stays small: a few dozen states a day for usual contracts.
 */
#include "solver/schedule/counters.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LAYER = 60000 };

struct build {
	struct pool *pool;
	const struct automaton_spec *spec;
	struct counters counters;
	uint16_t *state; /* of two layers, cell_count each */
	int32_t *hash, hash_size, *used; /* used: places taken, to clear them again */
	struct edge *edges;
	int32_t edge_count, edge_cap;
	uint16_t *takes; /* [edges x totals] */
	int32_t take_cap;
};

static size_t state_bytes(const struct build *b)
{
	return (size_t)b->counters.cell_count * sizeof(uint16_t);
}

static int32_t intern(struct build *b, uint16_t *layer, int32_t *count, const uint16_t *c)
{
	uint64_t h = 1469598103934665603u;
	const int32_t n = b->counters.cell_count;
	for (int32_t i = 0; i < n; i++)
		h = (h ^ c[i]) * 1099511628211u;
	h ^= h >> 29;
	int32_t at = (int32_t)(h & (uint64_t)(b->hash_size - 1));
	for (; b->hash[at] >= 0; at = (at + 1) & (b->hash_size - 1))
		if (memcmp(&layer[b->hash[at] * n], c, state_bytes(b)) == 0)
			return b->hash[at];
	if (*count >= MAX_LAYER)
		return -1;
	memcpy(&layer[*count * n], c, state_bytes(b));
	b->hash[at] = *count;
	b->used[*count] = at;
	return (*count)++;
}

static bool add_edge(struct build *b, struct edge e, const uint16_t *take)
{
	const int32_t n = b->counters.total_count;
	if (!mem_reserve(&b->edges, &b->edge_cap, b->edge_count + 1, sizeof e) ||
	    !mem_reserve(&b->takes, &b->take_cap, (b->edge_count + 1) * n + 1, sizeof *take))
		return false;
	if (n > 0)
		memcpy(&b->takes[b->edge_count * n], take, (size_t)n * sizeof *take);
	b->edges[b->edge_count++] = e;
	return true;
}

static enum wfm_status add_step(struct build *b, int32_t day, int32_t cls, const uint16_t *from,
				int32_t from_i, uint16_t *to, int32_t *to_count, struct wfm_error *e)
{
	uint16_t c[COUNTER_CELLS], take[COUNTER_TOTALS];
	double penalty = 0;
	struct day_event ev = { .day = day, .work = cls >= 0 };
	if (cls >= 0) {
		const struct shift_class *x = &b->spec->classes[cls];
		ev.duty = x->duty;
		ev.which = cls;
		ev.paid_min = x->paid_min;
		ev.night = x->night;
		ev.other_skill = x->other_skill;
		if (b->spec->start) {
			ev.start = b->spec->start[day * b->spec->class_count + cls];
			ev.end = ev.start + x->slots;
		}
	}
	memcpy(c, from, state_bytes(b));
	if (!counters_day(&b->counters, c, &ev, &penalty, take))
		return WFM_OK;
	int32_t k = intern(b, to, to_count, c);
	if (k < 0)
		return wfm_fail(e, WFM_INVALID, "/contracts",
				"the rules of one contract need more than %d states a day; use a coarser "
				"step of shift_minutes", MAX_LAYER);
	if (!add_edge(b, (struct edge){ from_i, k, cls, (float)penalty }, take))
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the rules");
	return WFM_OK;
}

static enum wfm_status expand_day(struct build *b, int32_t day, const uint16_t *from,
				  int32_t from_count, uint16_t *to, int32_t *to_count,
				  struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	*to_count = 0;
	for (int32_t i = 0; i < from_count && s == WFM_OK; i++)
		for (int32_t cls = -1; cls < b->spec->class_count && s == WFM_OK; cls++)
			if (cls < 0 || b->spec->offered(b->spec, day, cls))
				s = add_step(b, day, cls, from + i * b->counters.cell_count, i, to,
					     to_count, e);
	for (int32_t i = 0; i < *to_count; i++)
		b->hash[b->used[i]] = -1;
	return s;
}

/* Drops states that reach no end, renumbers the rest, copies the edges into the pool. */
static bool prune(struct build *b, struct automaton *a, const int32_t *counts,
		  const int32_t *first_edge)
{
	int32_t n = a->day_count, total = 0;
	int32_t *base = pool_alloc(b->pool, (size_t)n + 2, sizeof *base);
	for (int32_t d = 0; base && d <= n; d++)
		base[d + 1] = total += counts[d];
	int32_t *id = calloc((size_t)total + 1, sizeof *id);
	const int32_t totals = a->total_count;
	a->edges = pool_alloc(b->pool, (size_t)b->edge_count, sizeof *a->edges);
	a->take = pool_alloc(b->pool, (size_t)(b->edge_count * totals) + 1, sizeof *a->take);
	if (!base || !id || !a->edges || !a->take) {
		free(id);
		return false;
	}
	for (int32_t i = base[n]; i < total; i++)
		id[i] = 1;
	for (int32_t d = n - 1; d >= 0; d--)
		for (int32_t k = first_edge[d]; k < first_edge[d + 1]; k++)
			if (id[base[d + 1] + b->edges[k].to])
				id[base[d] + b->edges[k].from] = 1;
	for (int32_t d = 0; d <= n; d++) {
		int32_t next = 0;
		for (int32_t i = base[d]; i < base[d + 1]; i++)
			id[i] = id[i] ? next++ : -1;
		a->state_count[d] = next;
		if (next > a->max_states)
			a->max_states = next;
	}
	int32_t out = 0;
	for (int32_t d = 0; d < n; d++) {
		a->edge_first[d] = out;
		for (int32_t k = first_edge[d]; k < first_edge[d + 1]; k++) {
			struct edge x = b->edges[k];
			x.from = id[base[d] + x.from];
			x.to = id[base[d + 1] + x.to];
			if (x.from < 0 || x.to < 0)
				continue;
			for (int32_t t = 0; t < totals; t++)
				a->take[out * totals + t] = b->takes[k * totals + t];
			a->edges[out++] = x;
		}
	}
	a->edge_first[n] = out;
	free(id);
	return true;
}

/* Fewest and most working days on any path: longest paths over the layers. */
static bool count_work(struct automaton *a)
{
	size_t n = (size_t)a->max_states + 1;
	int32_t *range = calloc(4 * n, sizeof *range);
	if (!range)
		return false;
	int32_t *low = range, *high = range + n, *low2 = range + 2 * n, *high2 = range + 3 * n;
	for (int32_t d = 0; d < a->day_count; d++) {
		for (int32_t i = 0; i < a->state_count[d + 1]; i++) {
			low2[i] = INT32_MAX;
			high2[i] = 0;
		}
		for (int32_t k = a->edge_first[d]; k < a->edge_first[d + 1]; k++) {
			const struct edge *x = &a->edges[k];
			int32_t work = x->cls >= 0;
			low2[x->to] = low[x->from] + work < low2[x->to] ? low[x->from] + work : low2[x->to];
			high2[x->to] = high[x->from] + work > high2[x->to] ? high[x->from] + work :
									     high2[x->to];
		}
		int32_t *swap = low;
		low = low2;
		low2 = swap;
		swap = high;
		high = high2;
		high2 = swap;
	}
	a->work_low = low[0];
	a->work_high = high[0];
	free(range);
	return true;
}

static enum wfm_status fill(struct build *b, struct automaton *a, struct wfm_error *e)
{
	int32_t counts[MODEL_MAX_DAYS + 1] = { 1 }, first_edge[MODEL_MAX_DAYS + 1] = { 0 };
	uint16_t *from = b->state, *to = b->state + MAX_LAYER * b->counters.cell_count;
	counters_start(&b->counters, from);
	for (int32_t d = 0; d < a->day_count; d++) {
		first_edge[d] = b->edge_count;
		enum wfm_status s = expand_day(b, d, from, counts[d], to, &counts[d + 1], e);
		if (s != WFM_OK)
			return s;
		uint16_t *swap = from;
		from = to;
		to = swap;
	}
	first_edge[a->day_count] = b->edge_count;
	if (!prune(b, a, counts, first_edge) || !count_work(a))
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the rules");
	return WFM_OK;
}

enum wfm_status automaton_make(struct pool *pool, const struct automaton_spec *spec,
			       struct automaton *out, struct wfm_error *e)
{
	struct build b = { .pool = pool, .spec = spec, .hash_size = 1 << 17 };
	if (!counters_init(&b.counters, spec->p, spec->contract, spec->cal, spec->credit_of,
			   spec->previous_days_worked, spec->minutes_matter, spec->split_totals))
		return wfm_fail(e, WFM_INVALID, "/contracts", "a contract has too many rules over days");
	struct automaton a = { .day_count = spec->cal->day_count,
			       .total_count = b.counters.total_count };
	for (int32_t i = 0; i < a.total_count; i++)
		a.total[i] = b.counters.row[b.counters.total_row[i]].r;
	size_t n = (size_t)a.day_count + 1;
	a.state_count = pool_alloc(pool, n, sizeof *a.state_count);
	a.edge_first = pool_alloc(pool, n, sizeof *a.edge_first);
	b.state = malloc(2 * (size_t)MAX_LAYER * (state_bytes(&b) + 1));
	b.hash = malloc((size_t)b.hash_size * sizeof *b.hash);
	b.used = malloc((size_t)MAX_LAYER * sizeof *b.used);
	enum wfm_status s = WFM_NO_MEMORY;
	if (!a.state_count || !a.edge_first || !b.state || !b.hash || !b.used) {
		(void)wfm_fail(e, s, "", "no memory for the rules");
		goto out;
	}
	memset(b.hash, 0xff, (size_t)b.hash_size * sizeof *b.hash);
	s = fill(&b, &a, e);
	if (s == WFM_OK)
		*out = a;
out:
	free(b.state);
	free(b.hash);
	free(b.used);
	free(b.edges);
	free(b.takes);
	return s;
}

static bool profile_offers(const struct automaton_spec *spec, int32_t day, int32_t cls)
{
	const struct profile *pr = spec->context;
	const int32_t *first = &pr->class_first[day * pr->class_count + cls];
	return first[0] < first[1];
}

static bool same_credits(const struct model *m, const struct profile *pr, int32_t a, int32_t b)
{
	return a < 0 || b < 0 ? a == b
			      : counters_same_credits(&m->p->calendars[pr->calendar], &m->p->agents[a],
						      &m->p->agents[b]);
}

enum wfm_status automaton_build(struct model *m, int32_t profile, int32_t previous_days_worked,
				int32_t credit_agent, int32_t *out, struct wfm_error *e)
{
	const struct profile *pr = &m->profiles[profile];
	for (int32_t i = 0; i < m->automaton_count; i++) {
		const struct automaton *x = &m->automata[i];
		if (x->profile == profile && x->previous_days_worked == previous_days_worked &&
		    same_credits(m, pr, x->credit_agent, credit_agent)) {
			*out = i;
			return WFM_OK;
		}
	}
	struct automaton_spec spec = {
		.p = m->p,
		.contract = &m->p->contracts[pr->contract],
		.cal = &m->p->calendars[pr->calendar],
		.credit_of = credit_agent < 0 ? NULL : &m->p->agents[credit_agent],
		.previous_days_worked = previous_days_worked,
		.minutes_matter = pr->minutes_matter,
		.classes = pr->classes,
		.class_count = pr->class_count,
		.offered = profile_offers,
		.context = pr,
	};
	struct automaton a;
	enum wfm_status s = automaton_make(&m->pool, &spec, &a, e);
	if (s != WFM_OK)
		return s;
	if (!mem_reserve(&m->automata, &m->automaton_cap, m->automaton_count + 1, sizeof a))
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the rules");
	a.profile = profile;
	a.previous_days_worked = previous_days_worked;
	a.credit_agent = credit_agent;
	if (a.max_states > m->max_states)
		m->max_states = a.max_states;
	*out = m->automaton_count;
	m->automata[m->automaton_count++] = a;
	return WFM_OK;
}
