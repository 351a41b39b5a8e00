/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that couple days, compiled to a layered graph (see model.h). A state is the vector of
 * counters that the contract's rules need; two partial tours with equal counters have the same
 * completions. Counters that can no longer bind are folded (a run of working days that the rest of
 * the plan cannot make too long), and states from which the plan cannot be finished are removed,
 * so the graph stays small: a few dozen states a day for usual contracts.
 */
#include "solver/schedule/model.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LAYER = 60000, FREE_RUN = -1 };

struct counters {
	int16_t minutes;
	int8_t shifts, run;            /* of the week; working days in a row */
	int8_t off_run, off_best, lead; /* days off in a row: now, best of the week, at its start */
	int8_t blocks, first_off, last_off;
	int8_t nights, sundays, weekends_off, saturday;
	int8_t pad[2];
};

struct build {
	struct model *m;
	const struct wfm_contract *contract;
	const struct wfm_calendar *cal;
	const struct profile *pr;
	bool on[WFM_RULE_COUNT];
	int32_t run_high;  /* smallest high of consecutive days */
	int32_t off_low;   /* largest low of days off together */
	int32_t week_of[MODEL_MAX_DAYS], week_count;
	int32_t credit_minutes[MODEL_MAX_WEEKS], credit_shifts[MODEL_MAX_WEEKS];
	bool cyclic_week;
	struct counters *state; /* of two layers */
	int32_t *hash, hash_size, *used; /* used: places taken, to clear them again */
	struct edge *edges;
	int32_t edge_count, edge_cap;
};

static double above(double v, double low, double high)
{
	return v < low ? low - v : v > high ? v - high : 0;
}

/* Adds a row's verdict for a violation of `amount` units; false: hard and violated. */
static bool charge(const struct wfm_rule_row *r, double amount, double *penalty)
{
	if (amount <= 0)
		return true;
	if (r->mode == WFM_HARD)
		return false;
	*penalty += amount * r->weight_cents;
	return true;
}

static double row_amount_at_week_end(const struct build *b, const struct wfm_rule_row *r,
				     const struct counters *c, int32_t week)
{
	int off = c->off_best, blocks = c->blocks;
	switch (r->rule) {
	case WFM_RULE_WEEK_MINUTES:
		return !b->pr->minutes_matter ? 0 : above(c->minutes + b->credit_minutes[week], r->low, r->high) / 60.0;
	case WFM_RULE_WEEK_SHIFTS:
		return above(c->shifts + b->credit_shifts[week], r->low, r->high);
	case WFM_RULE_DAYS_OFF_TOGETHER:
		if (b->cyclic_week && c->off_run + c->lead > off)
			off = c->off_run + c->lead;
		return off < r->low ? 1 : 0;
	case WFM_RULE_DAYS_OFF_BLOCKS:
		if (b->cyclic_week && c->first_off && c->last_off && blocks > 1)
			blocks--;
		return above(blocks, 0, r->high);
	case WFM_RULE_NIGHT_SHIFTS:
		return above(c->nights, 0, r->high);
	case WFM_RULE_SHIFT_MINUTES:
	case WFM_RULE_START_WINDOW:
	case WFM_RULE_START_STEP:
	case WFM_RULE_START_SPREAD:
	case WFM_RULE_REST:
	case WFM_RULE_CONSECUTIVE_DAYS:
	case WFM_RULE_SUNDAYS:
	case WFM_RULE_WEEKENDS_OFF:
	case WFM_RULE_COUNT:
		break;
	}
	return 0;
}

static bool end_week(const struct build *b, struct counters *c, int32_t week, double *penalty)
{
	for (int32_t k = 0; k < b->contract->rule_count; k++) {
		const struct wfm_rule_row *r = &b->contract->rules[k];
		if (r->mode != WFM_OFF &&
		    !charge(r, row_amount_at_week_end(b, r, c, week), penalty))
			return false;
	}
	c->minutes = 0;
	c->shifts = c->off_run = c->off_best = c->lead = c->blocks = c->first_off = c->last_off = 0;
	c->nights = 0;
	return true;
}

static bool end_plan(const struct build *b, struct counters *c, double *penalty)
{
	for (int32_t k = 0; k < b->contract->rule_count; k++) {
		const struct wfm_rule_row *r = &b->contract->rules[k];
		if (r->mode == WFM_OFF)
			continue;
		if (r->rule == WFM_RULE_SUNDAYS && !charge(r, c->sundays - (double)r->high, penalty))
			return false;
		if (r->rule == WFM_RULE_WEEKENDS_OFF &&
		    !charge(r, r->low - (double)c->weekends_off, penalty))
			return false;
	}
	memset(c, 0, sizeof *c);
	return true;
}

/* Early refusal of what week and plan ends would refuse anyway keeps the layers small. */
static bool within_highs(const struct build *b, const struct counters *c, int32_t week)
{
	for (int32_t k = 0; k < b->contract->rule_count; k++) {
		const struct wfm_rule_row *r = &b->contract->rules[k];
		if (r->mode != WFM_HARD)
			continue;
		int32_t spare = b->cyclic_week ? 1 : 0;
		if ((r->rule == WFM_RULE_WEEK_MINUTES &&
		     c->minutes > r->high - b->credit_minutes[week]) ||
		    (r->rule == WFM_RULE_WEEK_SHIFTS && c->shifts > r->high - b->credit_shifts[week]) ||
		    (r->rule == WFM_RULE_NIGHT_SHIFTS && c->nights > r->high) ||
		    (r->rule == WFM_RULE_SUNDAYS && c->sundays > r->high) ||
		    (r->rule == WFM_RULE_DAYS_OFF_BLOCKS && c->blocks - spare > r->high))
			return false;
	}
	return true;
}

static void note_off(const struct build *b, struct counters *c, bool week_start, bool all_off)
{
	c->run = c->run == FREE_RUN ? FREE_RUN : 0;
	if (b->on[WFM_RULE_DAYS_OFF_TOGETHER]) {
		if (c->off_run < b->off_low)
			c->off_run++;
		if (c->off_run > c->off_best)
			c->off_best = c->off_run;
		if (b->cyclic_week && all_off)
			c->lead = c->off_run;
		if (c->off_best >= b->off_low && !b->cyclic_week)
			c->off_run = 0;
	}
	if (b->on[WFM_RULE_DAYS_OFF_BLOCKS]) {
		if (!c->last_off)
			c->blocks++;
		c->last_off = 1;
		if (week_start && b->cyclic_week)
			c->first_off = 1;
	}
}

static bool note_work(const struct build *b, struct counters *c, int32_t cls, int32_t day,
		      double *penalty)
{
	const struct shift_class *sc = &b->pr->classes[cls];
	const struct wfm_day *d = &b->cal->days[day];
	if (b->pr->minutes_matter)
		c->minutes = (int16_t)(c->minutes + sc->paid_min);
	if (b->on[WFM_RULE_WEEK_SHIFTS])
		c->shifts++;
	if (c->run != FREE_RUN) {
		c->run++;
		for (int32_t k = 0; k < b->contract->rule_count; k++) {
			const struct wfm_rule_row *r = &b->contract->rules[k];
			if (r->rule == WFM_RULE_CONSECUTIVE_DAYS && r->mode != WFM_OFF &&
			    !charge(r, c->run > r->high ? 1 : 0, penalty))
				return false;
		}
	}
	c->off_run = c->last_off = 0;
	if (sc->night && b->on[WFM_RULE_NIGHT_SHIFTS])
		c->nights++;
	if (b->on[WFM_RULE_SUNDAYS] && (d->weekday == 6 || d->holiday))
		c->sundays++;
	return true;
}

/* The run of working days stops mattering once the rest of the plan cannot make it too long. */
static void fold_run(const struct build *b, struct counters *c, int32_t days_left)
{
	if (!b->on[WFM_RULE_CONSECUTIVE_DAYS] || c->run == FREE_RUN ||
	    c->run + days_left <= b->run_high)
		c->run = FREE_RUN;
}

/* Moves c over a day (cls -1: off). False: a hard rule forbids it. */
static bool step(const struct build *b, struct counters *c, int32_t day, int32_t cls,
		 double *penalty)
{
	const struct wfm_day *d = &b->cal->days[day];
	bool week_start = day == 0 || b->week_of[day] != b->week_of[day - 1];
	bool last = day + 1 == b->cal->day_count;
	int32_t week = b->week_of[day];
	if (cls < 0) {
		bool all_off = week_start || (c->lead > 0 && c->off_run == c->lead);
		note_off(b, c, week_start, all_off);
	} else if (!note_work(b, c, cls, day, penalty)) {
		return false;
	}
	if (b->on[WFM_RULE_WEEKENDS_OFF]) {
		if (d->weekday == 5)
			c->saturday = cls >= 0;
		else if (d->weekday == 6) {
			if (!c->saturday && cls < 0 && c->weekends_off < 100)
				c->weekends_off++;
			c->saturday = 0;
		}
	}
	if (!within_highs(b, c, week))
		return false;
	fold_run(b, c, b->cal->day_count - day - 1);
	if ((last || b->week_of[day + 1] != week) && !end_week(b, c, week, penalty))
		return false;
	return !last || end_plan(b, c, penalty);
}

static int32_t intern(struct build *b, struct counters *layer, int32_t *count,
		      const struct counters *c)
{
	uint64_t h = 1469598103934665603u;
	for (size_t i = 0; i < sizeof *c; i++)
		h = (h ^ ((const unsigned char *)c)[i]) * 1099511628211u;
	int32_t at = (int32_t)(h & (uint64_t)(b->hash_size - 1));
	for (; b->hash[at] >= 0; at = (at + 1) & (b->hash_size - 1))
		if (memcmp(&layer[b->hash[at]], c, sizeof *c) == 0)
			return b->hash[at];
	if (*count >= MAX_LAYER)
		return -1;
	layer[*count] = *c;
	b->hash[at] = *count;
	b->used[*count] = at;
	return (*count)++;
}

static bool add_edge(struct build *b, struct edge e)
{
	if (!mem_reserve(&b->edges, &b->edge_cap, b->edge_count + 1, sizeof e))
		return false;
	b->edges[b->edge_count++] = e;
	return true;
}

static enum wfm_status expand_day(struct build *b, int32_t day, const struct counters *from,
				  int32_t from_count, struct counters *to, int32_t *to_count,
				  struct wfm_error *e)
{
	*to_count = 0;
	const struct profile *pr = b->pr;
	for (int32_t i = 0; i < from_count; i++) {
		for (int32_t cls = -1; cls < pr->class_count; cls++) {
			const int32_t *first = &pr->class_first[day * pr->class_count];
			if (cls >= 0 && first[cls] == first[cls + 1])
				continue;
			struct counters c = from[i];
			double penalty = 0;
			if (!step(b, &c, day, cls, &penalty))
				continue;
			int32_t k = intern(b, to, to_count, &c);
			if (k < 0)
				return wfm_fail(e, WFM_INVALID, "/contracts",
						"the rules of one contract need more than %d states "
						"a day; use a coarser step of shift_minutes",
						MAX_LAYER);
			if (!add_edge(b, (struct edge){ i, k, cls, (float)penalty }))
				return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the rules");
		}
	}
	for (int32_t i = 0; i < *to_count; i++)
		b->hash[b->used[i]] = -1;
	return WFM_OK;
}

/* Drops states that reach no end, renumbers the rest, copies the edges into the pool. */
static bool prune(struct build *b, struct automaton *a, const int32_t *counts,
		  const int32_t *first_edge)
{
	int32_t n = a->day_count, total = 0;
	int32_t *base = pool_alloc(&b->m->pool, (size_t)n + 2, sizeof *base);
	for (int32_t d = 0; base && d <= n; d++)
		base[d + 1] = total += counts[d];
	int32_t *id = calloc((size_t)total + 1, sizeof *id);
	a->edges = pool_alloc(&b->m->pool, (size_t)b->edge_count, sizeof *a->edges);
	if (!base || !id || !a->edges) {
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
			if (x.from >= 0 && x.to >= 0)
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

static void read_rules(struct build *b, int32_t credit_agent)
{
	b->run_high = INT32_MAX / 2;
	for (int32_t k = 0; k < b->contract->rule_count; k++) {
		const struct wfm_rule_row *r = &b->contract->rules[k];
		if (r->mode == WFM_OFF)
			continue;
		b->on[r->rule] = true;
		if (r->rule == WFM_RULE_CONSECUTIVE_DAYS && r->high < b->run_high)
			b->run_high = r->high;
		if (r->rule == WFM_RULE_DAYS_OFF_TOGETHER && r->low > b->off_low)
			b->off_low = r->low;
	}
	int32_t first[MODEL_MAX_WEEKS + 1];
	b->week_count = model_weeks(b->cal, first);
	for (int32_t w = 0; w < b->week_count; w++)
		for (int32_t d = first[w]; d < first[w + 1]; d++)
			b->week_of[d] = w;
	b->cyclic_week = b->m->p->cyclic && b->week_count == 1;
	if (credit_agent < 0)
		return;
	const struct wfm_agent *a = &b->m->p->agents[credit_agent];
	for (int32_t k = 0; k < a->credit_count; k++) {
		b->credit_minutes[b->week_of[a->credits[k].day]] += a->credits[k].minutes;
		b->credit_shifts[b->week_of[a->credits[k].day]] += a->credits[k].shifts;
	}
}

static enum wfm_status fill(struct build *b, struct automaton *a, struct wfm_error *e)
{
	int32_t counts[MODEL_MAX_DAYS + 1] = { 1 }, first_edge[MODEL_MAX_DAYS + 1] = { 0 };
	struct counters *from = b->state, *to = b->state + MAX_LAYER;
	memset(from, 0, sizeof *from);
	from->run = (int8_t)(a->previous_days_worked < 100 ? a->previous_days_worked : 100);
	fold_run(b, from, a->day_count);
	for (int32_t d = 0; d < a->day_count; d++) {
		first_edge[d] = b->edge_count;
		enum wfm_status s = expand_day(b, d, from, counts[d], to, &counts[d + 1], e);
		if (s != WFM_OK)
			return s;
		struct counters *swap = from;
		from = to;
		to = swap;
	}
	first_edge[a->day_count] = b->edge_count;
	if (!prune(b, a, counts, first_edge) || !count_work(a))
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the rules");
	return WFM_OK;
}

enum wfm_status automaton_build(struct model *m, int32_t profile, int32_t previous_days_worked,
				int32_t credit_agent, int32_t *out, struct wfm_error *e)
{
	const struct profile *pr = &m->profiles[profile];
	for (int32_t i = 0; credit_agent < 0 && i < m->automaton_count; i++) {
		const struct automaton *x = &m->automata[i];
		if (x->profile == profile && x->credit_agent < 0 &&
		    x->previous_days_worked == previous_days_worked) {
			*out = i;
			return WFM_OK;
		}
	}
	struct build b = { .m = m,
			   .contract = &m->p->contracts[pr->contract],
			   .cal = &m->p->calendars[pr->calendar],
			   .pr = pr,
			   
			   .hash_size = 1 << 17 };
	read_rules(&b, credit_agent);
	struct automaton a = { .profile = profile,
			       .previous_days_worked = previous_days_worked,
			       .credit_agent = credit_agent,
			       .day_count = b.cal->day_count };
	size_t n = (size_t)a.day_count + 1;
	a.state_count = pool_alloc(&m->pool, n, sizeof *a.state_count);
	a.edge_first = pool_alloc(&m->pool, n, sizeof *a.edge_first);
	b.state = malloc(2 * (size_t)MAX_LAYER * sizeof *b.state);
	b.hash = malloc((size_t)b.hash_size * sizeof *b.hash);
	b.used = malloc((size_t)MAX_LAYER * sizeof *b.used);
	enum wfm_status s = WFM_NO_MEMORY;
	if (!a.state_count || !a.edge_first || !b.state || !b.hash || !b.used ||
	    !mem_reserve(&m->automata, &m->automaton_cap, m->automaton_count + 1, sizeof a)) {
		(void)wfm_fail(e, s, "", "no memory for the rules");
		goto out;
	}
	memset(b.hash, 0xff, (size_t)b.hash_size * sizeof *b.hash);
	s = fill(&b, &a, e);
	if (s != WFM_OK)
		goto out;
	if (a.max_states > m->max_states)
		m->max_states = a.max_states;
	*out = m->automaton_count;
	m->automata[m->automaton_count++] = a;
out:
	free(b.state);
	free(b.hash);
	free(b.used);
	free(b.edges);
	return s;
}
