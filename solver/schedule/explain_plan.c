/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The explanation of a roster: its shortages, then questions to the plan's relaxation (relaxed.h) in the
 * order of their use, so that a limit costs the least: one more agent of each kind, eased rules, one
 * more person through the dearest shortages, and how far each of these values holds.
 */
#include "solver/schedule/explain.h"
#include "solver/schedule/relaxed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RELAXATIONS = 12, FARTHEST = 64, NEAR = 2 };

/* A saving of such a part of the cost is what rounding leaves. */
static const double NOTHING = 1e-9;

struct explaining {
	const struct wfm_problem *p;
	const struct wfm_roster *r; /* its shifts by agent */
	struct wfm_explain_options o;
	struct wfm_explanation *out;
	struct wfm_error *e;
	struct relaxed relaxed;
	struct eased eased;
	struct short_list shorts;
	struct ease_list eases;
	struct conflict_list conflicts;
	struct cover_list covers;
	struct wfm_cover *wanted; /* [covers] with other people wanted */
	double *short_cover;      /* [covers] in the answer at hand */
	double *people;   /* [queues x slots] short in the answer at hand */
	double *required; /* [slots] of a queue with people added */
	struct wfm_queue *queues;
	bool cancelled;
};

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
}

static double told_time(void *context)
{
	struct explaining *x = context;
	return x->o.now_s(x->o.context);
}

static bool told_to_stop(void *context, const struct wfm_progress *progress)
{
	struct explaining *x = context;
	(void)progress;
	x->cancelled = x->cancelled || x->o.cancel(x->o.context);
	return x->cancelled;
}

/* A stop by a limit ends the questions, not the explanation. */
static enum wfm_status go_on(struct explaining *x, enum wfm_status s)
{
	if (s != WFM_LIMIT)
		return s;
	x->out->complete = false;
	return WFM_OK;
}

/* ---- one more agent ---- */

static bool same_skills(const struct wfm_agent *a, const struct wfm_agent *b)
{
	bool same = a->skill_count == b->skill_count;
	for (int32_t i = 0; same && i < a->skill_count; i++) {
		bool has = false;
		for (int32_t k = 0; k < b->skill_count; k++)
			has |= a->skills[i].skill == b->skills[k].skill &&
			       a->skills[i].speed == b->skills[k].speed;
		same = has;
	}
	return same;
}

static bool same_sites(const struct wfm_agent *a, const struct wfm_agent *b)
{
	bool same = a->elsewhere_count == b->elsewhere_count;
	for (int32_t i = 0; same && i < a->elsewhere_count; i++)
		same = a->elsewhere[i].site == b->elsewhere[i].site &&
		       a->elsewhere[i].travel_min == b->elsewhere[i].travel_min;
	return same;
}

static bool same_kind(const struct wfm_agent *a, const struct wfm_agent *b)
{
	return a->contract == b->contract && a->site == b->site && a->calendar == b->calendar &&
	       same_skills(a, b) && same_sites(a, b);
}

static bool list_kinds(struct explaining *x)
{
	int32_t cap = 0;
	for (int32_t a = 0; a < x->p->agent_count; a++) {
		int32_t k = 0;
		while (k < x->out->agent_count &&
		       !same_kind(&x->p->agents[x->out->agents[k].like], &x->p->agents[a]))
			k++;
		if (k == x->out->agent_count) {
			if (!mem_reserve(&x->out->agents, &cap, k + 1, sizeof *x->out->agents))
				return false;
			x->out->agents[k] = (struct wfm_marginal_agent){ .like = a };
			x->out->agent_count++;
		}
		x->out->agents[k].agents++;
	}
	return true;
}

/* In large plans values that the duals tell from near by. */
static int32_t farthest(const struct explaining *x)
{
	return x->relaxed.dual.x ? NEAR : FARTHEST;
}

/* What n more agents of the kind save together, where that is more than worth_it. */
static enum wfm_status ask_agents(struct explaining *x, const struct wfm_marginal_agent *m, int32_t n,
				  double worth_it, struct relaxed_answer *a)
{
	eased_add_agent(&x->eased, x->p, m->like);
	struct relaxed_question q = { .p = &x->eased.p, .worth_it = worth_it, .near = n <= NEAR };
	q.agent[0] = x->p->agent_count;
	q.change[0] = n - 1;
	return relaxed_ask(&x->relaxed, &q, a, x->e);
}

static int by_promise(const void *a, const void *b)
{
	const struct wfm_marginal_agent *x = a, *y = b;
	return x->most_cents != y->most_cents ? (x->most_cents > y->most_cents ? -1 : 1) : x->like - y->like;
}

/* First those that may save most, should time run out. */
static enum wfm_status value_agents(struct explaining *x)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->out->agent_count && s == WFM_OK; i++) {
		struct relaxed_answer a = { 0 };
		s = go_on(x, ask_agents(x, &x->out->agents[i], 1, HUGE_VAL, &a));
		x->out->agents[i].most_cents = a.most_cents;
	}
	if (x->out->agent_count > 0)
		qsort(x->out->agents, (size_t)x->out->agent_count, sizeof *x->out->agents, by_promise);
	for (int32_t i = 0; i < x->out->agent_count && s == WFM_OK; i++) {
		struct wfm_marginal_agent *m = &x->out->agents[i];
		struct relaxed_answer a = { 0 };
		s = go_on(x, ask_agents(x, m, 1, -HUGE_VAL, &a));
		m->most_cents = a.solved ? a.most_cents : m->most_cents;
		m->solved = a.solved;
		m->saved_cents = a.saved_cents;
		m->fixed_pay_cents = a.fixed_pay_cents;
	}
	return s;
}

/* Savings are concave: from n/2 to n each still saves half of the first, or no more. */
static enum wfm_status range_agents(struct explaining *x)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->out->agent_count && s == WFM_OK; i++) {
		struct wfm_marginal_agent *m = &x->out->agents[i];
		if (!m->solved || m->saved_cents <= x->out->precision_cents)
			continue;
		m->good_for = 1;
		m->good_for_cents = m->saved_cents;
		for (int32_t n = 2; n <= x->p->agent_count && n <= farthest(x) && s == WFM_OK; n *= 2) {
			struct relaxed_answer a = { 0 };
			s = go_on(x, ask_agents(x, m, n, -HUGE_VAL, &a));
			if (!a.solved || a.saved_cents - m->good_for_cents < n / 2 * m->saved_cents / 2)
				break;
			m->good_for = n;
			m->good_for_cents = a.saved_cents;
		}
	}
	return s;
}

/* ---- one more hour ---- */

static double run_hours(const struct explaining *x, const struct wfm_marginal_hour *h,
			const double *people)
{
	double sum = 0;
	for (int32_t t = h->start; t < h->start + h->slots; t++)
		sum += people[h->queue * x->p->slot_count + t];
	return sum * x->relaxed.slot_h;
}

static enum wfm_status list_hours(struct explaining *x)
{
	struct wfm_shortage dearest[WFM_EXPLAIN_RUNS];
	const int32_t *stock_of = x->relaxed.duty ? NULL : x->relaxed.m.stock_of;
	if (!explain_pick_dearest(x->p, stock_of, &x->shorts, dearest, &x->out->hour_count))
		return no_memory(x->e);
	for (int32_t i = 0; i < x->out->hour_count; i++) {
		struct wfm_marginal_hour *h = &x->out->hours[i];
		*h = (struct wfm_marginal_hour){ .queue = dearest[i].queue, .start = dearest[i].start,
						 .slots = dearest[i].slots,
						 .value_cents = dearest[i].value_cents };
		h->short_hours = dearest[i].people * dearest[i].slots * x->relaxed.slot_h;
		h->relaxed_hours = run_hours(x, h, x->relaxed.short_people);
	}
	return WFM_OK;
}

/* What n more people through the run save together. */
static enum wfm_status ask_people(struct explaining *x, const struct wfm_marginal_hour *h, int32_t n,
				  struct relaxed_answer *a)
{
	const struct wfm_queue *q = &x->p->queues[h->queue];
	size_t slots = (size_t)x->p->slot_count;
	memcpy(x->queues, x->p->queues, (size_t)x->p->queue_count * sizeof *x->queues);
	memcpy(x->required, q->required, slots * sizeof *x->required);
	for (int32_t t = h->start; t < h->start + h->slots; t++)
		x->required[t] = fmax(0, x->required[t] - n);
	x->queues[h->queue].required = x->required;
	x->queues[h->queue].step1 = &x->relaxed.step1[(size_t)h->queue * slots];
	struct wfm_problem p = *x->p;
	p.queues = x->queues;
	struct relaxed_question question = { .p = &p, .worth_it = -HUGE_VAL, .near = n <= NEAR };
	return relaxed_ask(&x->relaxed, &question, a, x->e);
}

static enum wfm_status value_hours(struct explaining *x)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->out->hour_count && s == WFM_OK; i++) {
		struct wfm_marginal_hour *h = &x->out->hours[i];
		double hours = h->slots * x->relaxed.slot_h, before = 0, first = 0;
		for (int32_t n = 1; n <= farthest(x) && s == WFM_OK; n *= 2) {
			struct relaxed_answer a = { 0 };
			s = go_on(x, ask_people(x, h, n, &a));
			if (!a.solved)
				break;
			if (n == 1) {
				h->solved = true;
				first = a.saved_cents;
				h->saved_cents = first / hours;
				if (first <= x->out->precision_cents)
					break;
			} else if (a.saved_cents - before < n / 2 * first / 2) {
				break;
			}
			h->good_for = n;
			before = a.saved_cents;
		}
	}
	return s;
}

/* ---- one person more on a cover ---- */

static enum wfm_status ask_cover(struct explaining *x, const struct wfm_marginal_cover *c, int32_t n,
				 struct relaxed_answer *a)
{
	memcpy(x->wanted, x->p->covers, (size_t)x->p->cover_count * sizeof *x->wanted);
	x->wanted[c->cover].required = fmax(0, x->wanted[c->cover].required - n);
	struct wfm_problem p = *x->p;
	p.covers = x->wanted;
	struct relaxed_question question = { .p = &p, .worth_it = -HUGE_VAL, .near = n <= NEAR };
	return relaxed_ask(&x->relaxed, &question, a, x->e);
}

/* No more people than are wanted there. */
static enum wfm_status value_cover(struct explaining *x, struct wfm_marginal_cover *c)
{
	enum wfm_status s = WFM_OK;
	double before = 0;
	for (int32_t n = 1; n <= FARTHEST && n <= x->p->covers[c->cover].required && s == WFM_OK; n *= 2) {
		struct relaxed_answer a = { 0 };
		s = go_on(x, ask_cover(x, c, n, &a));
		if (!a.solved)
			break;
		if (n == 1) {
			c->solved = true;
			c->saved_cents = a.saved_cents;
			if (a.saved_cents <= x->out->precision_cents)
				break;
		} else if (a.saved_cents - before < n / 2 * c->saved_cents / 2) {
			break;
		}
		c->good_for = n;
		before = a.saved_cents;
	}
	return s;
}

/* Those short as they stand, then those met by what they save. */
static int by_worth(const void *a, const void *b)
{
	const struct wfm_marginal_cover *x = a, *y = b;
	if (x->cents != y->cents)
		return x->cents > y->cents ? -1 : 1;
	if (x->saved_cents != y->saved_cents)
		return x->saved_cents > y->saved_cents ? -1 : 1;
	return x->cover - y->cover;
}

/* The dearest of those short, and all listed for their value. */
static enum wfm_status value_covers(struct explaining *x)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->covers.count && s == WFM_OK; i++)
		if (i < WFM_EXPLAIN_RUNS || x->covers.list[i].people == 0)
			s = value_cover(x, &x->covers.list[i]);
	if (x->covers.count > 0)
		qsort(x->covers.list, (size_t)x->covers.count, sizeof *x->covers.list, by_worth);
	return s;
}

static enum wfm_status list_duty_shortages(struct explaining *x)
{
	if (!explain_list_duty_shortages(&x->relaxed.duty->m, x->relaxed.duty->s.duals, x->r, &x->shorts,
					 &x->covers))
		return no_memory(x->e);
	for (int32_t i = 0; i < x->covers.count; i++) {
		struct wfm_marginal_cover *c = &x->covers.list[i];
		c->relaxed_people = fmin(c->people, x->relaxed.short_cover[c->cover]);
	}
	return WFM_OK;
}

/* ---- eased rules ---- */

static enum wfm_status ask_eased(struct explaining *x, struct wfm_relaxation *w, double worth_it,
				 struct relaxed_answer *a)
{
	eased_set(&x->eased, x->p, w);
	struct relaxed_question q = { .p = &x->eased.p, .worth_it = worth_it,
				      .near = w->item.kind != WFM_ITEM_RULE };
	if (w->item.kind != WFM_ITEM_RULE) {
		q.agent[0] = x->p->agent_count;
		q.agent[1] = w->item.agent;
		q.change[1] = -1;
	}
	return relaxed_ask(&x->relaxed, &q, a, x->e);
}

/* The eased agent alone against the duals: sorts out most of what is personal for next to nothing. */
static enum wfm_status bound_personal(struct explaining *x, struct wfm_relaxation *w)
{
	double now = 0, then = 0;
	struct wfm_problem one = *x->p;
	one.agent_count = 1;
	one.agents = &x->p->agents[w->item.agent];
	enum wfm_status s = relaxed_value_of_one(&x->relaxed, &one, &now, x->e);
	eased_set(&x->eased, x->p, w);
	one.agents = &x->eased.agents[x->p->agent_count];
	if (s == WFM_OK)
		s = relaxed_value_of_one(&x->relaxed, &one, &then, x->e);
	w->most_cents = isinf(now) || x->relaxed.unsettled ? HUGE_VAL : then - now;
	return s;
}

static enum wfm_status bound_rule(struct explaining *x, struct wfm_relaxation *w)
{
	struct relaxed_answer a = { 0 };
	enum wfm_status s = go_on(x, ask_eased(x, w, HUGE_VAL, &a));
	w->most_cents = a.most_cents;
	return s;
}

static int by_saving(const void *a, const void *b)
{
	const struct wfm_relaxation *x = a, *y = b;
	if (x->solved != y->solved)
		return x->solved ? -1 : 1;
	double u = x->solved ? x->saved_cents : x->most_cents;
	double v = y->solved ? y->saved_cents : y->most_cents;
	return u != v ? (u > v ? -1 : 1) : strcmp(x->item.place, y->item.place) ?
				 strcmp(x->item.place, y->item.place) :
				 (int)x->side - (int)y->side;
}

static void sort_eases(struct explaining *x)
{
	if (x->eases.count > 0)
		qsort(x->eases.list, (size_t)x->eases.count, sizeof *x->eases.list, by_saving);
}

static enum wfm_status solve_eased(struct explaining *x, struct wfm_relaxation *w)
{
	struct relaxed_answer a = { .short_people = x->people, .short_cover = x->short_cover };
	enum wfm_status s = go_on(x, ask_eased(x, w, x->out->precision_cents, &a));
	if (s != WFM_OK || !a.solved)
		return s;
	w->solved = true;
	w->most_cents = a.most_cents;
	w->saved_cents = fmax(0, a.saved_cents);
	for (int32_t i = 0; i < x->p->queue_count * x->p->slot_count; i++)
		w->short_hours += (x->relaxed.short_people[i] - x->people[i]) * x->relaxed.slot_h;
	for (int32_t i = 0; i < x->p->cover_count; i++)
		w->short_people += x->relaxed.short_cover[i] - x->short_cover[i];
	for (int32_t i = 0; i < x->out->hour_count; i++)
		w->run_hours[i] = run_hours(x, &x->out->hours[i], x->relaxed.short_people) -
				  run_hours(x, &x->out->hours[i], x->people);
	return s;
}

static enum wfm_status find_relaxations(struct explaining *x)
{
	int32_t most = x->o.relaxation_limit > 0 ? x->o.relaxation_limit : RELAXATIONS;
	if (!explain_list_rules(x->p, &x->eases) ||
	    !explain_list_personal(x->p, &x->shorts, &x->eases))
		return no_memory(x->e);
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->eases.count && s == WFM_OK; i++) {
		struct wfm_relaxation *w = &x->eases.list[i];
		s = w->item.kind == WFM_ITEM_RULE ? bound_rule(x, w) : bound_personal(x, w);
	}
	sort_eases(x);
	const double least = x->out->precision_cents + NOTHING * fabs(x->relaxed.cents);
	for (int32_t i = 0; i < x->eases.count && i < most && s == WFM_OK; i++)
		if (x->eases.list[i].most_cents > least)
			s = solve_eased(x, &x->eases.list[i]);
	sort_eases(x);
	return s;
}

/* ---- the whole ---- */

static int by_agent(const void *a, const void *b)
{
	const struct wfm_marginal_agent *x = a, *y = b;
	if (x->saved_cents != y->saved_cents)
		return x->saved_cents > y->saved_cents ? -1 : 1;
	return x->most_cents != y->most_cents ? (x->most_cents > y->most_cents ? -1 : 1) :
						x->like - y->like;
}

static enum wfm_status prepare(struct explaining *x)
{
	size_t slots = (size_t)x->p->slot_count, cells = slots * (size_t)x->p->queue_count;
	x->people = calloc(cells + 1, sizeof *x->people);
	x->required = calloc(slots + 1, sizeof *x->required);
	x->queues = calloc((size_t)x->p->queue_count + 1, sizeof *x->queues);
	x->wanted = calloc((size_t)x->p->cover_count + 1, sizeof *x->wanted);
	x->short_cover = calloc((size_t)x->p->cover_count + 1, sizeof *x->short_cover);
	if (!x->people || !x->required || !x->queues || !x->wanted || !x->short_cover || !eased_new(&x->eased, x->p) || !list_kinds(x))
		return no_memory(x->e);
	struct wfm_solve_options limits = {
		.iteration_limit = x->o.iteration_limit, .seed = 1, .context = x,
		.time_limit_s = x->o.now_s ? x->o.time_limit_s : 0,
		.now_s = x->o.now_s ? told_time : NULL,
		.progress = x->o.cancel ? told_to_stop : NULL,
	};
	return relaxed_open(&x->relaxed, x->p, &limits, x->e);
}

static enum wfm_status explain(struct explaining *x)
{
	enum wfm_status s = go_on(x, prepare(x));
	if (s != WFM_OK)
		return s;
	x->out->relaxed_cents = x->relaxed.cents;
	x->out->precision_cents = fmax(x->relaxed.widest, x->relaxed.cents - x->relaxed.bound);
	if (x->relaxed.duty)
		s = list_duty_shortages(x);
	else if (!explain_list_shortages(&x->relaxed.m, x->relaxed.run.duals, x->r, &x->shorts))
		s = no_memory(x->e);
	if (s == WFM_OK)
		s = list_hours(x);
	if (s == WFM_OK)
		s = explain_conflicts(x->p, x->r, &x->conflicts, &x->out->complete, x->e);
	if (s == WFM_OK)
		s = value_agents(x);
	/* In large plans a rule takes as long as all the rest. */
	bool large = x->relaxed.dual.x != NULL;
	if (s == WFM_OK)
		s = value_covers(x);
	if (s == WFM_OK)
		s = large ? value_hours(x) : find_relaxations(x);
	if (s == WFM_OK)
		s = large ? find_relaxations(x) : value_hours(x);
	if (s == WFM_OK)
		s = range_agents(x);
	x->out->precision_cents += large ? 0 : x->relaxed.widest;
	if (x->out->agent_count > 0)
		qsort(x->out->agents, (size_t)x->out->agent_count, sizeof *x->out->agents, by_agent);
	return s;
}

static int by_place(const void *a, const void *b)
{
	const struct wfm_shift *x = a, *y = b;
	return x->agent != y->agent ? (x->agent < y->agent ? -1 : 1) :
	       x->start != y->start ? (x->start < y->start ? -1 : 1) :
				      0;
}

/* A shift or activity outside the problem: it could not be counted. */
static const struct wfm_breach *misfit(const struct wfm_report *report)
{
	for (int32_t i = 0; i < report->breach_count; i++)
		if (report->breaches[i].kind == WFM_BREACH_SHAPE || report->breaches[i].kind == WFM_BREACH_DUTY)
			return &report->breaches[i];
	return NULL;
}

enum wfm_status wfm_schedule_explain(const struct wfm_problem *p, const struct wfm_roster *r,
				     const struct wfm_explain_options *o,
				     struct wfm_explanation **out, struct wfm_error *e)
{
	struct wfm_report *report = NULL;
	struct wfm_roster sorted = *r;
	/* The relaxation knows no sessions: who is in one is told by the roster. */
	struct wfm_problem plain = *p;
	plain.session_count = 0;
	struct explaining x = { .p = &plain, .r = &sorted, .e = e };
	*out = NULL;
	enum wfm_status s = wfm_problem_check(p, e);
	if (s == WFM_OK)
		s = wfm_schedule_verify(p, r, false, &report, e);
	if (s != WFM_OK)
		return s;
	if (o)
		x.o = *o;
	sorted.shifts = malloc(((size_t)r->shift_count + 1) * sizeof *sorted.shifts);
	x.out = calloc(1, sizeof *x.out);
	if (!sorted.shifts || !x.out) {
		s = no_memory(e);
	} else if (misfit(report)) {
		s = wfm_fail(e, WFM_INVALID, "/shifts", "the roster's shifts do not fit the problem: %s",
			     misfit(report)->message);
	} else {
		memcpy(sorted.shifts, r->shifts, (size_t)r->shift_count * sizeof *sorted.shifts);
		if (r->shift_count > 0)
			qsort(sorted.shifts, (size_t)r->shift_count, sizeof *sorted.shifts, by_place);
		x.out->complete = true;
		x.out->cost_cents = report->cost.total;
		s = explain(&x);
		x.out->relaxed_cents += report->cost.fixed_pay;
		x.out->shortages = x.shorts.list;
		x.out->shortage_count = x.shorts.count;
		x.out->covers = x.covers.list;
		x.out->cover_count = x.covers.count;
		x.out->relaxations = x.eases.list;
		x.out->relaxation_count = x.eases.count;
		x.out->conflicts = x.conflicts.list;
		x.out->conflict_count = x.conflicts.count;
	}
	relaxed_close(&x.relaxed);
	eased_free(&x.eased);
	free(x.people);
	free(x.wanted);
	free(x.short_cover);
	free(x.required);
	free(x.queues);
	free(sorted.shifts);
	wfm_report_free(report);
	if (s != WFM_OK) {
		wfm_explanation_free(x.out);
		return s;
	}
	*out = x.out;
	return x.cancelled ? WFM_CANCELLED : x.out->complete ? WFM_OK : WFM_LIMIT;
}

void wfm_explanation_free(struct wfm_explanation *x)
{
	if (!x)
		return;
	free(x->shortages);
	free(x->covers);
	free(x->agents);
	free(x->relaxations);
	free(x->conflicts);
	free(x);
}

const char *wfm_item_kind_name(enum wfm_item_kind k)
{
	static const char *const names[] = { "rule", "unavailable", "lock", "wish" };
	return (unsigned)k < WFM_ITEM_KINDS ? names[k] : "?";
}

const char *wfm_side_name(enum wfm_side s)
{
	static const char *const names[] = { "low", "high", "drop" };
	return (unsigned)s <= WFM_SIDE_DROP ? names[s] : "?";
}
