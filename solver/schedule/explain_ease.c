/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What could be eased, by one natural unit each, and the problem with it eased. */
#include "solver/schedule/explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR = 60, PERSONAL_MAX = 300 };

/* ---- natural units of rules ---- */

/* How far each side of a rule moves; 0: easing it there means nothing. drop: the rule goes. */
static const struct {
	int32_t low, high;
	bool drop;
} units[WFM_RULE_COUNT] = {
	[WFM_RULE_WEEK_MINUTES] = { HOUR, HOUR, false },
	[WFM_RULE_WEEK_SHIFTS] = { 1, 1, false },
	[WFM_RULE_SHIFT_MINUTES] = { HOUR, HOUR, false },
	[WFM_RULE_START_WINDOW] = { HOUR, HOUR, false },
	[WFM_RULE_START_STEP] = { 1, 0, false }, /* halved */
	[WFM_RULE_START_SPREAD] = { 0, HOUR, false },
	[WFM_RULE_REST] = { HOUR, 0, false },
	[WFM_RULE_CONSECUTIVE_DAYS] = { 1, 1, false },
	[WFM_RULE_DAYS_OFF_TOGETHER] = { 1, 0, false },
	[WFM_RULE_DAYS_OFF_BLOCKS] = { 0, 1, false },
	[WFM_RULE_NIGHT_SHIFTS] = { 0, 1, false },
	[WFM_RULE_SUNDAYS] = { 0, 1, false },
	[WFM_RULE_WEEKENDS_OFF] = { 1, 0, false },
	[WFM_RULE_DAYS_OFF_IN_A_ROW] = { 1, 1, false },
	[WFM_RULE_PLAN_MINUTES] = { HOUR, HOUR, false },
	[WFM_RULE_PLAN_SHIFTS] = { 1, 1, false },
	[WFM_RULE_WINDOW_SHIFTS] = { 1, 1, false },
	[WFM_RULE_WINDOW_MINUTES] = { HOUR, HOUR, false },
	[WFM_RULE_WEEKENDS_WORKED] = { 1, 1, false },
	[WFM_RULE_WEEKENDS_IN_A_ROW] = { 1, 1, false },
	[WFM_RULE_WEEKENDS_WHOLE] = { 0, 0, true },
	[WFM_RULE_WEEKENDS_SAME] = { 0, 0, true },
	[WFM_RULE_DUTIES_IN_A_ROW] = { 1, 1, false },
	[WFM_RULE_PATTERN] = { 0, 0, true },
	[WFM_RULE_OTHER_SKILL] = { 0, 1, false },
};

/* Paid minutes of the shortest shift of the contract; *several: it has shifts of several lengths. Of
 * duties it is the shortest that counts: less than a shift more is none. */
static int32_t shortest_paid(const struct wfm_problem *p, const struct wfm_contract *c, bool *several)
{
	int32_t shortest = INT32_MAX, longest = 0;
	for (int32_t d = 0; d < p->duty_count; d++)
		shortest = longest = p->duties[d].minutes < shortest ? p->duties[d].minutes : shortest;
	for (int32_t i = 0; i < c->rule_count; i++)
		if (p->duty_count == 0 && c->rules[i].rule == WFM_RULE_SHIFT_MINUTES &&
		    c->rules[i].mode == WFM_HARD) {
			shortest = c->rules[i].low < shortest ? c->rules[i].low : shortest;
			longest = c->rules[i].high > longest ? c->rules[i].high : longest;
		}
	*several = shortest < longest;
	if (shortest > longest)
		return HOUR;
	int32_t paid = shortest;
	for (int32_t i = 0; i < c->break_count; i++)
		if (!c->breaks[i].paid && shortest >= c->breaks[i].shift_low &&
		    shortest <= c->breaks[i].shift_high)
			paid -= c->breaks[i].minutes;
	return paid;
}

static const struct wfm_rule_row *hard_minutes(const struct wfm_contract *c)
{
	for (int32_t i = 0; i < c->rule_count; i++)
		if (c->rules[i].rule == WFM_RULE_WEEK_MINUTES && c->rules[i].mode == WFM_HARD &&
		    c->rules[i].high < INT32_MAX)
			return &c->rules[i];
	return NULL;
}

/* A unit of minutes: an hour, or one shift where all are of one length. */
static int32_t unit_of(const struct wfm_problem *p, const struct wfm_contract *c, const struct wfm_rule_row *r, enum wfm_side side)
{
	bool several = true;
	int32_t paid = shortest_paid(p, c, &several);
	if (r->rule == WFM_RULE_START_STEP)
		return r->low - r->low / 2;
	bool minutes = r->rule == WFM_RULE_WEEK_MINUTES || r->rule == WFM_RULE_PLAN_MINUTES ||
		       r->rule == WFM_RULE_WINDOW_MINUTES;
	if (minutes && !several)
		return paid;
	return side == WFM_SIDE_LOW ? units[r->rule].low : units[r->rule].high;
}

/* Can that side be eased to `to` at all? */
static bool makes_sense(const struct wfm_problem *p, const struct wfm_rule_row *r, enum wfm_side side,
			int32_t to)
{
	if (r->rule == WFM_RULE_SHIFT_MINUTES)
		return to >= p->slot_min && to <= 1440 && p->duty_count == 0;
	if (r->rule == WFM_RULE_START_WINDOW)
		return to >= 0 && to <= 1440 && p->duty_count == 0 &&
		       (r->low <= r->high || (side == WFM_SIDE_LOW ? to > r->high : to < r->low));
	if (r->rule == WFM_RULE_START_STEP)
		return to >= p->slot_min && p->duty_count == 0;
	if (r->rule == WFM_RULE_START_SPREAD)
		return r->high < 1440 && p->duty_count == 0;
	return side == WFM_SIDE_LOW ? r->low > 0 && to >= 0 : r->high < INT32_MAX - HOUR;
}

static bool add(struct ease_list *out, struct wfm_relaxation x)
{
	if (!mem_reserve(&out->list, &out->capacity, out->count + 1, sizeof x))
		return false;
	out->list[out->count++] = x;
	return true;
}

static bool add_rule(const struct wfm_problem *p, int32_t contract, int32_t row, enum wfm_side side,
		     struct ease_list *out)
{
	const struct wfm_contract *c = &p->contracts[contract];
	const struct wfm_rule_row *r = &c->rules[row];
	struct wfm_relaxation x = { .side = side };
	x.item = (struct wfm_item){ WFM_ITEM_RULE, contract, WFM_NONE, row, r->rule, "" };
	(void)snprintf(x.item.place, sizeof x.item.place, "/contracts/%d/rules/%d", contract, row);
	if (side != WFM_SIDE_DROP) {
		bool low = side == WFM_SIDE_LOW;
		if ((low ? units[r->rule].low : units[r->rule].high) == 0)
			return true;
		int32_t unit = unit_of(p, c, r, side);
		x.from = low ? r->low : r->high;
		if (!low && x.from >= INT32_MAX - unit)
			return true;
		x.to = low ? x.from - unit : x.from + unit;
		if (low && x.to < 0 && r->rule != WFM_RULE_START_WINDOW)
			x.to = 0;
		if (!makes_sense(p, r, side, x.to))
			return true;
		bool several;
		if (!low && r->rule == WFM_RULE_WEEK_SHIFTS && hard_minutes(c))
			x.minutes = shortest_paid(p, c, &several);
	}
	return add(out, x);
}

static bool is_used(const struct wfm_problem *p, int32_t contract)
{
	for (int32_t a = 0; a < p->agent_count; a++)
		if (p->agents[a].contract == contract)
			return true;
	return false;
}

bool explain_list_rules(const struct wfm_problem *p, struct ease_list *out)
{
	bool ok = true;
	for (int32_t c = 0; c < p->contract_count; c++)
		for (int32_t i = 0; is_used(p, c) && i < p->contracts[c].rule_count; i++) {
			const struct wfm_rule_row *r = &p->contracts[c].rules[i];
			if (r->mode == WFM_OFF || (r->mode == WFM_SOFT && r->weight_cents == 0))
				continue;
			if (units[r->rule].drop) {
				ok = ok && add_rule(p, c, i, WFM_SIDE_DROP, out);
				continue;
			}
			ok = ok && add_rule(p, c, i, WFM_SIDE_LOW, out);
			ok = ok && add_rule(p, c, i, WFM_SIDE_HIGH, out);
		}
	return ok;
}

/* ---- personal items ---- */

static bool add_personal(struct ease_list *out, enum wfm_item_kind kind, const char *list, int32_t agent,
			 int32_t index, int32_t *room)
{
	struct wfm_relaxation x = { .side = WFM_SIDE_DROP };
	if ((*room)-- <= 0)
		return true;
	x.item = (struct wfm_item){ kind, WFM_NONE, agent, index, WFM_RULE_COUNT, "" };
	(void)snprintf(x.item.place, sizeof x.item.place, "/agents/%d/%s/%d", agent, list, index);
	return add(out, x);
}

static bool meets(const struct wfm_span *s, const struct short_list *shorts)
{
	for (int32_t i = 0; i < shorts->count; i++)
		if (s->start < shorts->list[i].start + shorts->list[i].slots &&
		    s->end > shorts->list[i].start)
			return true;
	return false;
}

bool explain_list_personal(const struct wfm_problem *p, const struct short_list *shorts,
			   struct ease_list *out)
{
	int32_t room = PERSONAL_MAX;
	bool ok = true;
	for (int32_t a = 0; a < p->agent_count; a++) {
		const struct wfm_agent *x = &p->agents[a];
		for (int32_t i = 0; ok && i < x->unavailable_count; i++)
			if (p->duty_count > 0 || meets(&x->unavailable[i], shorts))
				ok = add_personal(out, WFM_ITEM_UNAVAILABLE, "unavailable", a, i, &room);
		for (int32_t i = 0; ok && i < x->lock_count; i++)
			ok = add_personal(out, WFM_ITEM_LOCK, "locks", a, i, &room);
		for (int32_t i = 0; ok && i < x->wish_count; i++)
			if (x->wishes[i].weight_cents > 0)
				ok = add_personal(out, WFM_ITEM_WISH, "wishes", a, i, &room);
	}
	return ok;
}

/* ---- the problem eased ---- */

bool eased_new(struct eased *x, const struct wfm_problem *p)
{
	int32_t rules = 0, spans = 0, locks = 0, wishes = 0;
	for (int32_t c = 0; c < p->contract_count; c++)
		rules = p->contracts[c].rule_count > rules ? p->contracts[c].rule_count : rules;
	for (int32_t a = 0; a < p->agent_count; a++) {
		const struct wfm_agent *y = &p->agents[a];
		spans = y->unavailable_count > spans ? y->unavailable_count : spans;
		locks = y->lock_count > locks ? y->lock_count : locks;
		wishes = y->wish_count > wishes ? y->wish_count : wishes;
	}
	memset(x, 0, sizeof *x);
	x->contracts = calloc((size_t)p->contract_count + 1, sizeof *x->contracts);
	x->rows = calloc((size_t)rules + 2, sizeof *x->rows);
	x->agents = calloc((size_t)p->agent_count + 1, sizeof *x->agents);
	x->spans = calloc((size_t)spans + 1, sizeof *x->spans);
	x->locks = calloc((size_t)locks + 1, sizeof *x->locks);
	x->wishes = calloc((size_t)wishes + 1, sizeof *x->wishes);
	return x->contracts && x->rows && x->agents && x->spans && x->locks && x->wishes;
}

void eased_free(struct eased *x)
{
	free(x->contracts);
	free(x->rows);
	free(x->agents);
	free(x->spans);
	free(x->locks);
	free(x->wishes);
}

static void set_rule(struct eased *x, const struct wfm_problem *p, const struct wfm_relaxation *what)
{
	const struct wfm_contract *from = &p->contracts[what->item.contract];
	struct wfm_contract *c = &x->contracts[what->item.contract];
	memcpy(x->contracts, p->contracts, (size_t)p->contract_count * sizeof *c);
	memcpy(x->rows, from->rules, (size_t)from->rule_count * sizeof *x->rows);
	c->rules = x->rows;
	x->p.contracts = x->contracts;
	struct wfm_rule_row *r = &x->rows[what->item.index];
	if (what->side == WFM_SIDE_DROP) {
		r->mode = WFM_OFF;
	} else if (r->rule == WFM_RULE_SHIFT_MINUTES) { /* one more length beside those there are */
		x->rows[c->rule_count++] = (struct wfm_rule_row){ .rule = r->rule, .mode = WFM_HARD,
								  .low = what->to, .high = what->to };
	} else {
		*(what->side == WFM_SIDE_LOW ? &r->low : &r->high) = what->to;
	}
	for (int32_t i = 0; what->minutes > 0 && i < from->rule_count; i++)
		if (&from->rules[i] == hard_minutes(from))
			x->rows[i].high += what->minutes;
}

/* The agents, and a copy of one of them behind. */
static struct wfm_agent *append(struct eased *x, const struct wfm_problem *p, int32_t like)
{
	size_t n = (size_t)p->agent_count;
	memcpy(x->agents, p->agents, n * sizeof *x->agents);
	x->agents[n] = p->agents[like];
	x->p.agents = x->agents;
	x->p.agent_count = p->agent_count + 1;
	return &x->agents[n];
}

static int32_t without(void *to, const void *from, int32_t n, int32_t index, size_t item)
{
	char *out = to;
	const char *in = from;
	size_t before = (size_t)index * item, behind = (size_t)(n - index - 1) * item;
	memcpy(out, in, before);
	memcpy(out + before, in + before + item, behind);
	return n - 1;
}

void eased_set(struct eased *x, const struct wfm_problem *p, const struct wfm_relaxation *what)
{
	x->p = *p;
	if (what->item.kind == WFM_ITEM_RULE) {
		set_rule(x, p, what);
		return;
	}
	struct wfm_agent *a = append(x, p, what->item.agent);
	int32_t k = what->item.index;
	if (what->item.kind == WFM_ITEM_UNAVAILABLE) {
		a->unavailable_count = without(x->spans, a->unavailable, a->unavailable_count, k,
					       sizeof *x->spans);
		a->unavailable = x->spans;
	} else if (what->item.kind == WFM_ITEM_LOCK) {
		a->lock_count = without(x->locks, a->locks, a->lock_count, k, sizeof *x->locks);
		a->locks = x->locks;
	} else {
		a->wish_count = without(x->wishes, a->wishes, a->wish_count, k, sizeof *x->wishes);
		a->wishes = x->wishes;
	}
}

void eased_add_agent(struct eased *x, const struct wfm_problem *p, int32_t like)
{
	x->p = *p;
	struct wfm_agent *a = append(x, p, like);
	*a = (struct wfm_agent){ .contract = a->contract, .site = a->site, .calendar = a->calendar,
				 .skills = a->skills, .skill_count = a->skill_count,
				 .previous_end = WFM_NONE };
}
