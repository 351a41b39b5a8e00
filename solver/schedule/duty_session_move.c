/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Search over tours and places of sessions in plans of duties; see duty_session.c. */
#include "solver/schedule/duty_session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 30, IDLE_ROUNDS = 4, TRIES = 3, GROUP = 3 };

static const double LESS = 1e-6;

struct was {
	struct duty_tour tour;
	int32_t start[WFM_MAX_SEATS];
};

static void save(const struct duty_seats *x, int32_t agent, struct was *w)
{
	w->tour = x->tour[agent];
	memcpy(w->start, &x->start[x->first[agent]],
	       (size_t)(x->first[agent + 1] - x->first[agent]) * sizeof *w->start);
}

static void put_back(struct duty_seats *x, int32_t agent, const struct was *w)
{
	x->tour[agent] = w->tour;
	memcpy(&x->start[x->first[agent]], w->start,
	       (size_t)(x->first[agent + 1] - x->first[agent]) * sizeof *w->start);
	duty_seats_tour(x, agent, 1);
	for (int32_t j = x->first[agent]; j < x->first[agent + 1]; j++)
		duty_seats_sit(x, agent, j, 1);
}

/* Some time in the duty at which the session could be had; together: its time. */
static bool could_be(const struct duty_seats *x, int32_t agent, int32_t day, int32_t duty, int32_t i)
{
	const struct wfm_session *w = &x->m->p->sessions[i];
	const struct duty_kind *k = duty_seats_kind(x, agent);
	if (k->start[day * x->m->duties + duty] < 0 || (w->together && x->at[i] < 0))
		return false;
	int32_t start = duty_seats_start(x, agent, day, duty);
	for (int32_t t = start; t < start + k->classes[duty].slots; t++)
		if ((!w->together || t % x->m->p->slot_count == x->at[i]) && duty_seats_fit(x, agent, day, duty, i, t) &&
		    duty_seats_room(x, i, t))
			return true;
	return false;
}

/* Takes the price of missing it off the duties of one day drawn in which the sit could be had. */
static void reward(struct duty_seats *x, int32_t agent, int32_t j)
{
	const int32_t width = x->m->duties + 1, i = x->sit[j];
	int32_t days = 0, chosen[MODEL_MAX_DAYS];
	for (int32_t d = 0; d < duty_days(x->m, x->m->type_of[agent]); d++) {
		bool can = false;
		for (int32_t k = 0; k < x->m->duties && !can; k++)
			can = x->cents[d * width + k] < INFINITY && could_be(x, agent, d, k, i);
		if (can)
			chosen[days++] = d;
	}
	if (days == 0)
		return;
	int32_t day = chosen[rng_below(&x->s->run.rng, (uint32_t)days)];
	for (int32_t k = 0; k < x->m->duties; k++)
		if (could_be(x, agent, day, k, i))
			x->cents[day * width + k] -= x->price[i];
}

/* Prices a random bit off, so that who comes first does not always take the same. */
static void shake(struct duty_seats *x)
{
	struct rng *r = &x->s->run.rng;
	const double scale = x->m->rows_top * rng_unit(r) * rng_unit(r);
	for (int32_t i = 0; i < x->m->days * (x->m->duties + 1); i++)
		x->cents[i] += scale * rng_unit(r);
}

/* The agent out of the plan gets the best tour for what it lacks, with the sits in mind or not. NAN: no memory. */
static double find_tour(struct duty_seats *x, int32_t agent, bool mind, bool shaken)
{
	struct duty_type *type = &x->m->types[x->m->type_of[agent]];
	double *own = type->cents, most;
	struct duty_tour t = x->tour[agent];
	memcpy(x->cents, own, (size_t)x->m->days * (size_t)(x->m->duties + 1) * sizeof *own);
	for (int32_t j = x->first[agent]; mind && j < x->first[agent + 1]; j++)
		reward(x, agent, j);
	if (shaken)
		shake(x);
	for (int32_t r = 0; r < x->m->row_count; r++)
		x->s->worth[r] = duty_row_cents(&x->m->rows[r], x->people[r]) -
				 duty_row_cents(&x->m->rows[r], x->people[r] + 1);
	type->cents = x->cents;
	double v = duty_price(x->s->pricer, t.type, x->s->worth, &t, &most);
	type->cents = own;
	if (v > -INFINITY && duty_measure(x->m, &t))
		x->tour[agent] = t;
	return v;
}

/* Another tour for the agent, kept when the plan is cheaper. *better: it is. False: no memory. */
static bool try_tour(struct duty_seats *x, int32_t agent, bool mind, bool *better)
{
	const double before = duty_seats_cents(x);
	struct was w;
	save(x, agent, &w);
	duty_seats_leave(x, agent);
	bool ok = !isnan(find_tour(x, agent, mind, false));
	duty_seats_enter(x, agent);
	if (duty_seats_cents(x) < before - LESS) {
		*better = true;
		return ok;
	}
	duty_seats_leave(x, agent);
	put_back(x, agent, &w);
	return ok;
}

/* A start of the session by chance; -1: there is none. */
static int32_t draw_start(struct duty_seats *x, int32_t i)
{
	const int32_t all = x->m->p->slot_count;
	int32_t n = 0, t = 0;
	for (int32_t v = 0; v < all; v++)
		n += x->ok[i * all + v];
	if (n == 0)
		return -1;
	int32_t nth = (int32_t)rng_below(&x->s->run.rng, (uint32_t)n);
	while (nth >= x->ok[i * all + t])
		nth -= x->ok[i * all + t++];
	return t;
}

/* What the member saves by each start of the session with the tour it has. */
static void add_savings(struct duty_seats *x, int32_t agent, int32_t i)
{
	const int32_t all = x->m->p->slot_count;
	for (int32_t d = 0; d < x->m->days; d++) {
		const int32_t duty = x->tour[agent].duty[d];
		if (duty < 0)
			continue;
		const int32_t start = duty_seats_start(x, agent, d, duty);
		const int32_t end = start + duty_seats_kind(x, agent)->classes[duty].slots;
		for (int32_t t = start; t < end; t++)
			if (duty_seats_fit(x, agent, d, duty, i, t) && duty_seats_free(x, agent, d, i, t, true))
				x->saved[t % all] += fmax(0, x->price[i] - duty_seats_loss(x, agent, duty, i, t));
	}
}

/* The start that suits most members as their tours are, -1: none. */
static int32_t best_start(struct duty_seats *x, int32_t i)
{
	const struct wfm_session *w = &x->m->p->sessions[i];
	const int32_t all = x->m->p->slot_count;
	int32_t best = -1;
	double top = 0;
	memset(x->saved, 0, (size_t)all * sizeof *x->saved);
	for (int32_t n = 0; n < w->agent_count; n++)
		if (x->has[w->agents[n]])
			add_savings(x, w->agents[n], i);
	for (int32_t t = 0; t < all; t++)
		if (x->saved[t] > top) {
			top = x->saved[t];
			best = t;
		}
	return best;
}

/* The meeting at another time, its members as they are or with other tours. False: no memory. */
static bool try_meeting(struct duty_seats *x, int32_t i, int32_t t, bool tours, bool *better)
{
	const struct wfm_session *w = &x->m->p->sessions[i];
	const double before = duty_seats_cents(x);
	const int32_t at = x->at[i];
	bool ok = true;
	struct was *was = calloc((size_t)w->agent_count + 1, sizeof *was);
	if (!was)
		return false;
	for (int32_t n = 0; n < w->agent_count; n++)
		if (x->has[w->agents[n]]) {
			save(x, w->agents[n], &was[n]);
			duty_seats_leave(x, w->agents[n]);
		}
	x->at[i] = t;
	for (int32_t n = 0; n < w->agent_count; n++)
		if (x->has[w->agents[n]]) {
			ok = ok && (!tours || !run_poll(&x->s->run) ||
				    !isnan(find_tour(x, w->agents[n], true, rng_below(&x->s->run.rng, 2))));
			duty_seats_enter(x, w->agents[n]);
		}
	if (duty_seats_cents(x) < before - LESS) {
		*better = true;
	} else {
		for (int32_t n = 0; n < w->agent_count; n++)
			if (x->has[w->agents[n]])
				duty_seats_leave(x, w->agents[n]);
		x->at[i] = at;
		for (int32_t n = 0; n < w->agent_count; n++)
			if (x->has[w->agents[n]])
				put_back(x, w->agents[n], &was[n]);
	}
	free(was);
	return ok;
}

/* Two or three agents out, and in again one after the other, some of them with sessions in mind. */
static bool try_group(struct duty_seats *x, bool *better)
{
	const double before = duty_seats_cents(x);
	int32_t who[GROUP], n = 0;
	struct was was[GROUP];
	bool ok = true;
	for (int32_t i = 0; i < GROUP; i++) {
		int32_t a = (int32_t)rng_below(&x->s->run.rng, (uint32_t)x->m->p->agent_count);
		bool again = !x->has[a];
		for (int32_t k = 0; k < n; k++)
			again |= who[k] == a;
		if (!again)
			who[n++] = a;
	}
	for (int32_t k = 0; k < n; k++) {
		save(x, who[k], &was[k]);
		duty_seats_leave(x, who[k]);
	}
	for (int32_t k = n - 1; k >= 0; k--) {
		ok = ok && !isnan(find_tour(x, who[k], rng_below(&x->s->run.rng, 3) > 0, rng_below(&x->s->run.rng, 2)));
		duty_seats_enter(x, who[k]);
	}
	if (duty_seats_cents(x) < before - LESS) {
		*better = true;
		return ok;
	}
	for (int32_t k = 0; k < n; k++)
		duty_seats_leave(x, who[k]);
	for (int32_t k = 0; k < n; k++)
		put_back(x, who[k], &was[k]);
	return ok;
}

/* Everybody's places again as the best answer to all others, in the tours there are. */
static void place_all(struct duty_seats *x)
{
	for (int32_t a = 0; a < x->m->p->agent_count; a++)
		if (x->has[a] && x->first[a] < x->first[a + 1]) {
			const double before = duty_seats_cents(x);
			struct was w;
			save(x, a, &w);
			duty_seats_leave(x, a);
			duty_seats_enter(x, a);
			if (duty_seats_cents(x) < before - LESS)
				continue;
			duty_seats_leave(x, a);
			put_back(x, a, &w);
		}
}

static bool one_round(struct duty_seats *x, bool tours, bool *better)
{
	const struct wfm_problem *p = x->m->p;
	bool ok = true;
	for (int32_t i = 0; ok && i < p->session_count; i++) {
		if (!p->sessions[i].together)
			continue;
		ok = try_meeting(x, i, best_start(x, i), false, better);
		for (int32_t n = 0; ok && tours && n < TRIES && run_step(&x->s->run); n++) {
			int32_t t = draw_start(x, i);
			ok = t < 0 || try_meeting(x, i, t, true, better);
		}
	}
	place_all(x);
	for (int32_t a = 0; ok && tours && a < p->agent_count; a++)
		for (int32_t n = 0; ok && x->has[a] && n < (x->first[a] < x->first[a + 1] ? TRIES : 1) &&
				    run_step(&x->s->run);
		     n++)
			ok = try_tour(x, a, n < TRIES - 1, better);
	for (int32_t n = 0; ok && tours && n < TRIES * p->agent_count && run_step(&x->s->run); n++)
		ok = try_group(x, better);
	return ok;
}

/* What fewer attend than must is not held, and what must not be missed is had wherever there is room. */
static void settle(struct duty_seats *x)
{
	const struct wfm_problem *p = x->m->p;
	for (int32_t i = 0; i < p->session_count; i++) {
		if (!p->sessions[i].together || x->present[i] >= p->sessions[i].quorum)
			continue;
		x->at[i] = -1;
		for (int32_t n = 0; n < p->sessions[i].agent_count; n++) {
			const int32_t a = p->sessions[i].agents[n];
			for (int32_t j = x->first[a]; x->has[a] && j < x->first[a + 1]; j++)
				if (x->sit[j] == i) {
					duty_seats_sit(x, a, j, -1);
					x->start[j] = -1;
					duty_seats_sit(x, a, j, 1);
				}
		}
	}
	for (int32_t a = 0; a < p->agent_count; a++)
		for (int32_t j = x->first[a]; x->has[a] && j < x->first[a + 1]; j++)
			if (x->start[j] < 0) {
				duty_seats_sit(x, a, j, -1);
				duty_seats_choose(x, a, j);
				duty_seats_sit(x, a, j, 1);
			}
}

bool duty_seats_search(struct duty_seats *x)
{
	/* Prices of duties used at all are in no tour: there tours stay as they are. */
	const bool tours = !duty_list_applies(x->m);
	bool ok = true;
	for (int32_t round = 0, idle = 0; ok && idle < IDLE_ROUNDS && round < ROUNDS; round++) {
		const bool stopped = !run_poll(&x->s->run), go_on = tours && !stopped;
		bool better = false;
		if (stopped && round > 0)
			break; /* everybody has had a place */
		ok = one_round(x, go_on, &better);
		idle = better ? 0 : go_on ? idle + 1 : IDLE_ROUNDS;
	}
	settle(x);
	return ok;
}
