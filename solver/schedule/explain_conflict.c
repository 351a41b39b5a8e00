/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why an agent has no tour. All items (hard rules, leave, locks; wishes made hard) are taken off and put
 * back one at a time as long as a tour remains, again from the first after a lock (which makes room as
 * well as taking it). Those that could not be put back form a minimal set: without them there is a tour,
 * with any one of them there is none. What is put back first is spared first, so each order of items
 * gives its own set.
 */
#include "solver/schedule/assign.h"
#include "solver/schedule/duty.h"
#include "solver/schedule/explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A wish made hard costs more than everything else together; less than NEAR counts as had. */
static const double HARD_CENTS = 1e12, NEAR_CENTS = 1e10;

enum { MAX_ITEMS = 400, WISHERS = 40, SUSPECTS = 200 };

struct trial {
	const struct wfm_problem *p;
	int32_t agent;
	struct wfm_item *items; /* in the order of putting back */
	bool *keep;
	int32_t count;
	/* the problem of one agent, as kept */
	struct wfm_problem one;
	struct wfm_contract contract;
	struct wfm_agent a;
	struct wfm_rule_row *rows;
	struct wfm_span *spans;
	struct wfm_lock *locks;
	struct wfm_wish *wishes;
};

/* The cheapest tour of the one agent, soft rules and wishes included; INFINITY: none. */
static enum wfm_status least_cents(const struct wfm_problem *one, double *cents, struct wfm_error *e)
{
	*cents = INFINITY;
	if (one->duty_count > 0)
		return duty_least_cents(one, cents, e);
	struct model m;
	enum wfm_status s = model_build(&m, one, e);
	struct pricer *pricer = s == WFM_OK ? pricer_new(&m) : NULL;
	double *w = calloc((size_t)m.max_places * (size_t)m.horizon + 1, sizeof *w);
	if (s == WFM_OK && (!pricer || !w))
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
	if (s == WFM_OK) {
		struct tour t;
		pricer_set(pricer, m.types[0].profile, w);
		*cents = m.idle_cents - pricer_best(pricer, 0, &t);
	}
	free(w);
	pricer_free(pricer);
	model_free(&m);
	return s;
}

/* ---- the items of an agent ---- */

static void trial_free(struct trial *t)
{
	free(t->items);
	free(t->keep);
	free(t->rows);
	free(t->spans);
	free(t->locks);
	free(t->wishes);
}

static bool trial_new(struct trial *t, const struct wfm_problem *p, int32_t agent)
{
	const struct wfm_agent *a = &p->agents[agent];
	*t = (struct trial){ .p = p, .agent = agent };
	t->items = calloc(MAX_ITEMS, sizeof *t->items);
	t->keep = calloc(MAX_ITEMS, sizeof *t->keep);
	t->rows = calloc((size_t)p->contracts[a->contract].rule_count + 1, sizeof *t->rows);
	t->spans = calloc((size_t)a->unavailable_count + 1, sizeof *t->spans);
	t->locks = calloc((size_t)a->lock_count + 1, sizeof *t->locks);
	t->wishes = calloc((size_t)a->wish_count + 1, sizeof *t->wishes);
	return t->items && t->keep && t->rows && t->spans && t->locks && t->wishes;
}

static void add_item(struct trial *t, enum wfm_item_kind kind, int32_t index)
{
	static const char *const lists[] = { "", "unavailable", "locks", "wishes" };
	if (t->count == MAX_ITEMS)
		return; /* stays off: what cannot be named is not blamed */
	struct wfm_item *x = &t->items[t->count++];
	*x = (struct wfm_item){ kind, WFM_NONE, t->agent, index, WFM_RULE_COUNT, "" };
	if (kind == WFM_ITEM_RULE) {
		x->contract = t->p->agents[t->agent].contract;
		x->rule = t->p->contracts[x->contract].rules[index].rule;
		(void)snprintf(x->place, sizeof x->place, "/contracts/%d/rules/%d", x->contract, index);
	} else {
		(void)snprintf(x->place, sizeof x->place, "/agents/%d/%s/%d", t->agent, lists[kind], index);
	}
}

/* Start windows are alternatives, so one of them alone can forbid more when another goes. */
static bool is_item(const struct wfm_contract *c, int32_t row)
{
	const struct wfm_rule_row *r = &c->rules[row];
	if (r->mode != WFM_HARD || r->rule == WFM_RULE_SHIFT_MINUTES)
		return false;
	for (int32_t i = 0; r->rule == WFM_RULE_START_WINDOW && i < row; i++)
		if (c->rules[i].rule == r->rule && c->rules[i].mode == WFM_HARD)
			return false;
	return true;
}

static void add_kind(struct trial *t, enum wfm_item_kind kind)
{
	const struct wfm_agent *a = &t->p->agents[t->agent];
	const struct wfm_contract *c = &t->p->contracts[a->contract];
	int32_t n = kind == WFM_ITEM_RULE	? c->rule_count :
		    kind == WFM_ITEM_UNAVAILABLE ? a->unavailable_count :
		    kind == WFM_ITEM_LOCK	? a->lock_count :
						  a->wish_count;
	for (int32_t i = 0; i < n; i++)
		if (kind != WFM_ITEM_RULE || is_item(c, i))
			add_item(t, kind, i);
}

/* ---- a tour with what is kept ---- */

static bool rule_is_kept(const struct trial *t, const struct wfm_rule_row *r, int32_t row)
{
	if (r->mode != WFM_HARD)
		return false;
	if (r->rule == WFM_RULE_SHIFT_MINUTES)
		return true;
	for (int32_t i = 0; i < t->count; i++) {
		const struct wfm_item *x = &t->items[i];
		if (x->kind == WFM_ITEM_RULE && x->rule == r->rule && t->keep[i] &&
		    (x->index == row || r->rule == WFM_RULE_START_WINDOW))
			return true;
	}
	return false;
}

static void keep_personal(struct trial *t)
{
	const struct wfm_agent *a = &t->p->agents[t->agent];
	t->a.unavailable_count = t->a.lock_count = t->a.wish_count = 0;
	for (int32_t i = 0; i < t->count; i++) {
		int32_t k = t->items[i].index;
		if (!t->keep[i] || t->items[i].kind == WFM_ITEM_RULE)
			continue;
		if (t->items[i].kind == WFM_ITEM_UNAVAILABLE) {
			t->spans[t->a.unavailable_count++] = a->unavailable[k];
		} else if (t->items[i].kind == WFM_ITEM_LOCK) {
			t->locks[t->a.lock_count++] = a->locks[k];
		} else {
			t->wishes[t->a.wish_count] = a->wishes[k];
			t->wishes[t->a.wish_count++].weight_cents = HARD_CENTS;
		}
	}
	t->a.unavailable = t->spans;
	t->a.locks = t->locks;
	t->a.wishes = t->wishes;
}

static enum wfm_status has_tour(struct trial *t, bool *yes, struct wfm_error *e)
{
	double cents;
	t->a = t->p->agents[t->agent];
	t->contract = t->p->contracts[t->a.contract];
	for (int32_t i = 0; i < t->contract.rule_count; i++) {
		t->rows[i] = t->contract.rules[i];
		if (!rule_is_kept(t, &t->rows[i], i))
			t->rows[i].mode = WFM_OFF;
	}
	t->contract.rules = t->rows;
	t->a.contract = 0;
	keep_personal(t);
	t->one = *t->p;
	t->one.contracts = &t->contract;
	t->one.agents = &t->a;
	t->one.contract_count = t->one.agent_count = 1;
	t->one.session_count = 0; /* they name agents of the whole plan, and none makes a tour impossible */
	enum wfm_status s = least_cents(&t->one, &cents, e);
	*yes = cents < NEAR_CENTS;
	return s;
}

/* Puts back what can be; *hopeless: not even nothing leaves a tour. */
static enum wfm_status put_back(struct trial *t, bool *hopeless, struct wfm_error *e)
{
	bool yes = false;
	memset(t->keep, 0, MAX_ITEMS * sizeof *t->keep);
	enum wfm_status s = has_tour(t, &yes, e);
	*hopeless = !yes;
	for (bool changed = !*hopeless; s == WFM_OK && changed;) {
		changed = false;
		for (int32_t i = 0; s == WFM_OK && i < t->count; i++) {
			if (t->keep[i])
				continue;
			t->keep[i] = true;
			s = has_tour(t, &yes, e);
			t->keep[i] = yes;
			/* Only a lock can make room for others: it stands against leave and windows. */
			changed |= yes && t->items[i].kind == WFM_ITEM_LOCK;
		}
	}
	return s;
}

/* ---- sets ---- */

static bool same_set(const struct wfm_conflict *a, const struct wfm_conflict *b)
{
	int32_t found = 0;
	for (int32_t i = 0; i < a->item_count; i++)
		for (int32_t k = 0; k < b->item_count; k++)
			found += strcmp(a->items[i].place, b->items[k].place) == 0;
	return a->item_count == b->item_count && found == a->item_count;
}

/* A set too large to be listed is left out: it would not be one. */
static bool append(struct conflict_list *out, const struct trial *t, bool planned)
{
	struct wfm_conflict c = { .agent = t->agent, .planned = planned };
	for (int32_t i = 0; i < t->count; i++) {
		if (t->keep[i])
			continue;
		if (c.item_count == WFM_CONFLICT_ITEMS)
			return true;
		c.items[c.item_count++] = t->items[i];
	}
	if (out->count > 0 && out->list[out->count - 1].agent == c.agent &&
	    same_set(&out->list[out->count - 1], &c))
		return true;
	if (!mem_reserve(&out->list, &out->capacity, out->count + 1, sizeof c))
		return false;
	out->list[out->count++] = c;
	return true;
}

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
}

static bool all_kept(const struct trial *t)
{
	for (int32_t i = 0; i < t->count; i++)
		if (!t->keep[i])
			return false;
	return true;
}

/* The set for items put back in the order of these kinds. */
static enum wfm_status one_set(const struct wfm_problem *p, int32_t agent, bool planned,
			       const enum wfm_item_kind *kinds, int32_t kind_count,
			       struct conflict_list *out, struct wfm_error *e)
{
	struct trial t;
	bool hopeless = false;
	enum wfm_status s = trial_new(&t, p, agent) ? WFM_OK : no_memory(e);
	for (int32_t i = 0; s == WFM_OK && i < kind_count; i++)
		add_kind(&t, kinds[i]);
	if (s == WFM_OK)
		s = put_back(&t, &hopeless, e);
	if (s == WFM_OK && hopeless)
		t.count = 0;
	if (s == WFM_OK && (hopeless || !all_kept(&t)) && !append(out, &t, planned))
		s = no_memory(e);
	trial_free(&t);
	return s;
}

enum wfm_status explain_impossible(const struct wfm_problem *p, int32_t agent, struct conflict_list *out,
				   struct wfm_error *e)
{
	static const enum wfm_item_kind orders[2][3] = {
		{ WFM_ITEM_LOCK, WFM_ITEM_UNAVAILABLE, WFM_ITEM_RULE },
		{ WFM_ITEM_RULE, WFM_ITEM_LOCK, WFM_ITEM_UNAVAILABLE },
	};
	enum wfm_status s = one_set(p, agent, false, orders[0], 3, out, e);
	return s == WFM_OK ? one_set(p, agent, false, orders[1], 3, out, e) : s;
}

enum wfm_status explain_wishes(const struct wfm_problem *p, int32_t agent, struct conflict_list *out,
			       struct wfm_error *e)
{
	static const enum wfm_item_kind order[] = { WFM_ITEM_RULE, WFM_ITEM_LOCK, WFM_ITEM_UNAVAILABLE,
						    WFM_ITEM_WISH };
	return one_set(p, agent, true, order, 4, out, e);
}

bool explain_wants_more(const struct wfm_problem *p, const struct wfm_roster *r, int32_t agent)
{
	const struct wfm_agent *a = &p->agents[agent];
	int32_t days = p->calendars[a->calendar].day_count;
	double cents = 0;
	for (int32_t d = 0; a->wish_count > 0 && d < days; d++) {
		const struct wfm_shift *s = NULL;
		for (int32_t i = 0; i < r->shift_count && !s; i++)
			if (r->shifts[i].agent == agent && r->shifts[i].day == d)
				s = &r->shifts[i];
		uint64_t duty = s && p->duty_count > 0 ? duty_bit(s->duty) : UINT64_MAX;
		int32_t wall = s ? model_start_minute(p, a->calendar, d, s->start) : 0;
		cents += model_wish_cents(p, a, d, wall, s ? s->start : 0, s ? s->end : 0,
					  s ? s->elsewhere : 0, duty);
	}
	return cents > 0;
}

/* ---- all of a roster ---- */

static bool has_shifts(const struct wfm_roster *r, int32_t agent)
{
	int32_t low = 0, high = r->shift_count;
	while (low < high) {
		int32_t mid = low + (high - low) / 2;
		if (r->shifts[mid].agent < agent)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->shift_count && r->shifts[low].agent == agent;
}

/* Who has shifts and nothing locked is taken to have a tour: a roster that keeps the rules says so. */
enum wfm_status explain_conflicts(const struct wfm_problem *p, const struct wfm_roster *r,
				  struct conflict_list *out, bool *complete, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	int32_t wishers = 0, suspects = 0;
	for (int32_t a = 0; a < p->agent_count && s == WFM_OK; a++) {
		int32_t before = out->count;
		bool suspect = !has_shifts(r, a) || p->agents[a].lock_count > 0;
		if (suspect && suspects++ < SUSPECTS)
			s = explain_impossible(p, a, out, e);
		else if (suspect)
			*complete = false;
		if (s == WFM_OK && out->count == before && wishers < WISHERS && explain_wants_more(p, r, a) &&
		    wishers++ < WISHERS)
			s = explain_wishes(p, a, out, e);
	}
	return s;
}

/* ---- the roster's own list, of rules alone ---- */

static enum wfm_status name_rules(const struct wfm_problem *p, struct wfm_unplanned *u,
				  struct conflict_list *scratch)
{
	static const enum wfm_item_kind order[] = { WFM_ITEM_LOCK, WFM_ITEM_UNAVAILABLE, WFM_ITEM_RULE };
	struct wfm_error e;
	bool named[WFM_RULE_COUNT] = { false }, personal = false;
	scratch->count = 0;
	enum wfm_status s = one_set(p, u->agent, false, order, 3, scratch, &e);
	for (int32_t i = 0; s == WFM_OK && scratch->count > 0 && i < scratch->list[0].item_count; i++) {
		const struct wfm_item *x = &scratch->list[0].items[i];
		if (x->kind == WFM_ITEM_RULE)
			named[x->rule] = true;
		else
			personal = true;
	}
	for (int32_t k = 0; !personal && k < WFM_RULE_COUNT; k++)
		if (named[k])
			u->conflicts[u->conflict_count++] = (enum wfm_rule)k;
	return s;
}

bool explain_unplanned(const struct wfm_problem *p, struct wfm_roster *roster)
{
	struct conflict_list scratch = { 0 };
	bool ok = true;
	for (int32_t i = 0; ok && i < roster->unplanned_count; i++)
		ok = name_rules(p, &roster->unplanned[i], &scratch) != WFM_NO_MEMORY;
	free(scratch.list);
	return ok;
}
