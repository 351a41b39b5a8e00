/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training and meetings in plans of duties.
 *
 * A sit (one time that one session asks of an agent) lies in one duty of the agent, not over its breaks, which
 * stand where they are. It takes the agent off the duty's queue; covers count who works the duty and do not
 * feel it. The plan is found without sessions first. Then, agent by agent, the tour that answers the others
 * best is sought again by pricing, with the price of missing a session taken off each duty in which it could
 * be had, and the sits are put where the rows lose least; a meeting is moved with all its members. Every move
 * is judged by the cents of the whole plan.
 *
 * Bound: a sit changes each row it is taken from by no less than minus the row's surplus price, and missing it
 * costs its price, so a plan with sessions costs at least the bound without them plus, for each sit,
 * min { miss, - slots x largest surplus x largest speed }.
 */
#include "solver/schedule/duty_session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Above what its slots may be worth: what must not be missed is not left out for cents; cf. session_model.c. */
static const double MUST_CENTS = 1e6, MUST_SURE = 2, LESS = 1e-6;

static int32_t slots_of(const struct duty_seats *x, int32_t session)
{
	return x->m->p->sessions[session].minutes / x->m->p->slot_min;
}

static int32_t times_of(const struct wfm_session *w)
{
	return w->times > 1 ? w->times : 1;
}

const struct duty_kind *duty_seats_kind(const struct duty_seats *x, int32_t agent)
{
	return &x->m->kinds[x->m->types[x->m->type_of[agent]].kind];
}

double duty_seats_cents(const struct duty_seats *x)
{
	return x->tours + x->rows + x->missed;
}

/* ---- storage ---- */

static void mark_starts(struct duty_seats *x, int32_t session)
{
	const struct wfm_session *w = &x->m->p->sessions[session];
	const int32_t all = x->m->p->slot_count, n = slots_of(x, session);
	const bool round = x->m->p->cyclic;
	uint8_t *ok = &x->ok[session * all];
	for (int32_t t = 0; t < all; t++)
		ok[t] = w->window_count == 0 && (round || t + n <= all);
	for (int32_t k = 0; k < w->window_count; k++) {
		/* Windows may reach far outside the plan. */
		const int64_t from = w->windows[k].start, starts = w->windows[k].end - from - n + 1;
		for (int64_t i = round || from > 0 ? 0 : -from; i < starts && (round ? i < all : from + i + n <= all); i++)
			ok[((from + i) % all + all) % all] = 1;
	}
}

/* Meetings stand first: their time is given. */
static void list_sits(struct duty_seats *x)
{
	const struct wfm_problem *p = x->m->p;
	for (int32_t i = 0; i < p->session_count; i++)
		for (int32_t k = 0; k < p->sessions[i].agent_count; k++)
			x->first[p->sessions[i].agents[k] + 1] += times_of(&p->sessions[i]);
	for (int32_t a = 0; a < p->agent_count; a++)
		x->first[a + 1] += x->first[a];
	for (int32_t pass = 0; pass < 2; pass++)
		for (int32_t i = 0; i < p->session_count; i++)
			for (int32_t k = 0; k < p->sessions[i].agent_count && p->sessions[i].together == !pass; k++)
				for (int32_t c = times_of(&p->sessions[i]); c > 0; c--)
					x->sit[x->first[p->sessions[i].agents[k]]++] = i;
	/* Each agent's first has gone on to the next one's. */
	memmove(x->first + 1, x->first, (size_t)p->agent_count * sizeof *x->first);
	x->first[0] = 0;
}

static double must_cents(const struct duty_seats *x, int32_t i)
{
	double fastest = 1;
	for (int32_t k = 0; k < x->m->kind_count; k++)
		for (int32_t d = 0; d < x->m->duties; d++)
			fastest = fmax(fastest, x->m->kinds[k].speed[d]);
	return fmax(MUST_CENTS, MUST_SURE * slots_of(x, i) * fastest * x->m->rows_top);
}

static bool allocate(struct duty_seats *x)
{
	const struct wfm_problem *p = x->m->p;
	size_t n = (size_t)p->session_count + 1, agents = (size_t)p->agent_count + 1, sits = 1;
	for (int32_t i = 0; i < p->session_count; i++)
		sits += (size_t)(p->sessions[i].agent_count * times_of(&p->sessions[i]));
	x->tour = calloc(agents, sizeof *x->tour);
	x->has = calloc(agents, sizeof *x->has);
	x->first = calloc(agents + 1, sizeof *x->first);
	x->sit = calloc(sits, sizeof *x->sit);
	x->start = calloc(sits, sizeof *x->start);
	x->ok = calloc(n * (size_t)p->slot_count, 1);
	x->busy = calloc(n * (size_t)p->slot_count, sizeof *x->busy);
	x->at = calloc(n, sizeof *x->at);
	x->present = calloc(n, sizeof *x->present);
	x->price = calloc(n, sizeof *x->price);
	x->people = calloc((size_t)x->m->row_count + 1, sizeof *x->people);
	x->cents = calloc((size_t)x->m->days * (size_t)(x->m->duties + 1) + 1, sizeof *x->cents);
	x->saved = calloc((size_t)p->slot_count, sizeof *x->saved);
	return x->tour && x->has && x->first && x->sit && x->start && x->ok && x->busy && x->at && x->present &&
	       x->price && x->people && x->cents && x->saved;
}

static void move_people(struct duty_seats *x, int32_t row, double by)
{
	const struct duty_row *r = &x->m->rows[row];
	x->rows += duty_row_cents(r, x->people[row] + by) - duty_row_cents(r, x->people[row]);
	x->people[row] += by;
}

void duty_seats_tour(struct duty_seats *x, int32_t agent, int32_t sign)
{
	const struct duty_kind *k = duty_seats_kind(x, agent);
	const struct duty_tour *t = &x->tour[agent];
	x->tours += sign * t->cents;
	for (int32_t d = 0; d < x->m->days; d++) {
		if (t->duty[d] < 0)
			continue;
		const int32_t *first = &k->first[d * x->m->duties + t->duty[d]];
		for (int32_t i = first[0]; i < first[1]; i++)
			move_people(x, k->take[i].row, sign * k->take[i].amount);
	}
}

bool duty_seats_open(struct duty_seats *x, struct duty_solve *s, const struct duty_tour *const *of)
{
	const struct wfm_problem *p = s->m->p;
	*x = (struct duty_seats){ .s = s, .m = s->m };
	if (!allocate(x))
		return false;
	for (int32_t r = 0; r < x->m->row_count; r++)
		x->rows += duty_row_cents(&x->m->rows[r], 0);
	list_sits(x);
	for (int32_t i = 0; i < p->session_count; i++) {
		mark_starts(x, i);
		x->at[i] = -1;
		x->price[i] = p->sessions[i].miss_cents + (p->sessions[i].must ? must_cents(x, i) : 0);
	}
	for (int32_t a = 0; a < p->agent_count; a++) {
		x->has[a] = of[a] != NULL;
		if (x->has[a]) {
			x->tour[a] = *of[a];
			x->tour[a].type = x->m->type_of[a];
			duty_seats_tour(x, a, 1);
		}
		for (int32_t i = x->first[a]; i < x->first[a + 1]; i++) {
			x->start[i] = -1;
			x->missed += x->has[a] ? x->price[x->sit[i]] : 0;
		}
	}
	return true;
}

void duty_seats_close(struct duty_seats *x)
{
	void *all[] = { x->tour, x->has, x->first, x->sit, x->start, x->ok, x->busy, x->at, x->present, x->price,
			x->people, x->cents, x->saved };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(all[i]);
}

/* ---- places ---- */

int32_t duty_seats_start(const struct duty_seats *x, int32_t agent, int32_t day, int32_t duty)
{
	const struct duty_kind *k = duty_seats_kind(x, agent);
	return x->m->p->calendars[k->calendar].days[day].first_slot + k->start[day * x->m->duties + duty];
}

/* Row that slot t of the duty's queue is, -1: nobody is counted there. */
static int32_t row_at(const struct duty_seats *x, const struct duty_kind *k, int32_t duty, int32_t t)
{
	const struct wfm_problem *p = x->m->p;
	const int32_t q = p->duties[duty].queue, v = t % p->slot_count;
	if (q == WFM_NONE || k->speed[duty] <= 0 || (p->queues[q].open && !p->queues[q].open[v]))
		return -1;
	return x->m->row_of_slot[q * p->slot_count + v];
}

/* May session i begin at t in the duty, breaks, margins and windows kept? */
bool duty_seats_fit(const struct duty_seats *x, int32_t agent, int32_t day, int32_t duty, int32_t i, int32_t t)
{
	const struct wfm_problem *p = x->m->p;
	const struct duty_kind *k = duty_seats_kind(x, agent);
	const struct wfm_contract *c = &p->contracts[k->contract];
	const int32_t start = duty_seats_start(x, agent, day, duty), n = slots_of(x, i), u = p->slot_min;
	const int32_t margin = (p->sessions[i].margin_min + u - 1) / u;
	int32_t row[MODEL_MAX_BREAKS], at[MODEL_MAX_BREAKS];
	if (t < start + margin || t + n + margin > start + k->classes[duty].slots ||
	    !x->ok[i * p->slot_count + t % p->slot_count])
		return false;
	int32_t breaks = duty_breaks(p, c, k->classes[duty].slots, row, at);
	for (int32_t b = 0; b < breaks; b++)
		if (start + at[b] < t + n && t < start + at[b] + c->breaks[row[b]].minutes / u)
			return false;
	return true;
}

/* Is the agent's time t .. t + n free of sits, and the shift of session i? anew: as if none of i stood. */
bool duty_seats_free(const struct duty_seats *x, int32_t agent, int32_t day, int32_t i, int32_t t, bool anew)
{
	const int32_t duty = x->tour[agent].duty[day], start = duty_seats_start(x, agent, day, duty);
	const int32_t end = start + duty_seats_kind(x, agent)->classes[duty].slots;
	for (int32_t j = x->first[agent]; j < x->first[agent + 1]; j++) {
		int32_t v = x->start[j];
		if (v < 0 || (anew && x->sit[j] == i))
			continue;
		if (v < t + slots_of(x, i) && t < v + slots_of(x, x->sit[j]))
			return false;
		if (x->sit[j] == i && v >= start && v < end)
			return false;
	}
	return true;
}

bool duty_seats_room(const struct duty_seats *x, int32_t i, int32_t t)
{
	const int32_t most = x->m->p->sessions[i].at_once, all = x->m->p->slot_count;
	for (int32_t v = t; most > 0 && v < t + slots_of(x, i); v++)
		if (x->busy[i * all + v % all] >= most)
			return false;
	return true;
}

/* What the rows lose by the sit. */
double duty_seats_loss(const struct duty_seats *x, int32_t agent, int32_t duty, int32_t i, int32_t t)
{
	const struct duty_kind *k = duty_seats_kind(x, agent);
	double sum = 0;
	for (int32_t v = t; v < t + slots_of(x, i); v++) {
		int32_t r = row_at(x, k, duty, v);
		if (r >= 0)
			sum += duty_row_cents(&x->m->rows[r], x->people[r] - k->speed[duty]) -
			       duty_row_cents(&x->m->rows[r], x->people[r]);
	}
	return sum;
}

static double in_vain(const struct duty_seats *x, int32_t i)
{
	return x->present[i] < x->m->p->sessions[i].quorum ? x->present[i] * x->price[i] : 0;
}

/* The agent sits down at the places in x->start, or gets up. */
void duty_seats_sit(struct duty_seats *x, int32_t agent, int32_t j, int32_t sign)
{
	const int32_t i = x->sit[j], t = x->start[j], all = x->m->p->slot_count;
	const struct duty_kind *k = duty_seats_kind(x, agent);
	if (t < 0) {
		x->missed += sign * x->price[i];
		return;
	}
	for (int32_t d = 0; d < x->m->days; d++) {
		int32_t duty = x->tour[agent].duty[d];
		if (duty < 0 || t < duty_seats_start(x, agent, d, duty) ||
		    t >= duty_seats_start(x, agent, d, duty) + k->classes[duty].slots)
			continue;
		for (int32_t v = t; v < t + slots_of(x, i); v++) {
			int32_t r = row_at(x, k, duty, v);
			if (r >= 0)
				move_people(x, r, -sign * k->speed[duty]);
		}
	}
	for (int32_t v = t; v < t + slots_of(x, i); v++)
		x->busy[i * all + v % all] += sign;
	x->missed -= in_vain(x, i);
	x->present[i] += sign;
	x->missed += in_vain(x, i);
}

void duty_seats_choose(struct duty_seats *x, int32_t agent, int32_t j)
{
	const int32_t i = x->sit[j], all = x->m->p->slot_count;
	const struct wfm_session *w = &x->m->p->sessions[i];
	double best = x->price[i];
	x->start[j] = -1;
	int32_t at = -1;
	for (int32_t d = 0; d < x->m->days; d++) {
		int32_t duty = x->tour[agent].duty[d];
		if (duty < 0)
			continue;
		int32_t start = duty_seats_start(x, agent, d, duty);
		for (int32_t t = start; t < start + duty_seats_kind(x, agent)->classes[duty].slots; t++) {
			if ((w->together && t % all != x->at[i]) || !duty_seats_fit(x, agent, d, duty, i, t) ||
			    !duty_seats_free(x, agent, d, i, t, false) || !duty_seats_room(x, i, t))
				continue;
			double loss = duty_seats_loss(x, agent, duty, i, t);
			if (loss < best - LESS) {
				best = loss;
				at = t;
			}
		}
	}
	x->start[j] = at;
}

/* The agent with that tour comes into the plan, at the best places for the sits. */
void duty_seats_enter(struct duty_seats *x, int32_t agent)
{
	duty_seats_tour(x, agent, 1);
	for (int32_t j = x->first[agent]; j < x->first[agent + 1]; j++)
		x->start[j] = -1;
	for (int32_t j = x->first[agent]; j < x->first[agent + 1]; j++) {
		duty_seats_choose(x, agent, j);
		duty_seats_sit(x, agent, j, 1);
	}
}

void duty_seats_leave(struct duty_seats *x, int32_t agent)
{
	for (int32_t j = x->first[agent]; j < x->first[agent + 1]; j++)
		duty_seats_sit(x, agent, j, -1);
	duty_seats_tour(x, agent, -1);
}

double duty_seats_least(const struct duty_seats *x)
{
	const struct wfm_problem *p = x->m->p;
	double surplus = 0, speed = 0, sum = 0;
	for (int32_t i = 0; i < p->queue_count * p->slot_count; i++)
		if (x->m->row_of_slot[i] >= 0)
			surplus = fmax(surplus, x->m->rows[x->m->row_of_slot[i]].surplus);
	for (int32_t a = 0; a < p->agent_count; a++) {
		speed = 0;
		for (int32_t d = 0; d < x->m->duties; d++)
			speed = fmax(speed, duty_seats_kind(x, a)->speed[d]);
		for (int32_t j = x->first[a]; j < x->first[a + 1]; j++) {
			double miss = p->sessions[x->sit[j]].miss_cents;
			sum += x->has[a] ? fmin(miss, -slots_of(x, x->sit[j]) * speed * surplus) : miss;
		}
	}
	return sum;
}

/* ---- who misses what ---- */

static enum wfm_miss_reason reason_of(const struct duty_seats *x, int32_t agent, int32_t i)
{
	const struct wfm_session *w = &x->m->p->sessions[i];
	const struct duty_type *type = &x->m->types[x->m->type_of[agent]];
	const int32_t width = x->m->duties + 1, all = x->m->p->slot_count;
	bool able = false, reached = false, room = false, free_time = false;
	for (int32_t d = 0; x->has[agent] && d < duty_days(x->m, x->m->type_of[agent]); d++)
		for (int32_t k = 0; k < x->m->duties && !able; k++) {
			if (isinf(type->cents[d * width + k]))
				continue;
			int32_t start = duty_seats_start(x, agent, d, k);
			for (int32_t t = start; t < start + duty_seats_kind(x, agent)->classes[k].slots; t++)
				able |= duty_seats_fit(x, agent, d, k, i, t);
		}
	if (!able)
		return WFM_MISS_NEVER;
	if (w->together && x->at[i] < 0)
		return WFM_MISS_NOT_HELD;
	for (int32_t d = 0; d < x->m->days; d++) {
		int32_t duty = x->tour[agent].duty[d], start = duty < 0 ? 0 : duty_seats_start(x, agent, d, duty);
		for (int32_t t = start; duty >= 0 && t < start + duty_seats_kind(x, agent)->classes[duty].slots; t++) {
			if ((w->together && t % all != x->at[i]) || !duty_seats_fit(x, agent, d, duty, i, t))
				continue;
			reached = true;
			room |= duty_seats_room(x, i, t);
			free_time |= duty_seats_room(x, i, t) && duty_seats_free(x, agent, d, i, t, false);
		}
	}
	return !reached ? WFM_MISS_OFF : !room ? WFM_MISS_FULL : !free_time ? WFM_MISS_BREAKS : WFM_MISS_PRICE;
}

bool duty_seats_tell(const struct duty_seats *x, struct wfm_roster *r)
{
	const struct wfm_problem *p = x->m->p;
	int32_t room = 0;
	for (int32_t i = 0; i < p->session_count; i++)
		for (int32_t a = 0; a < p->agent_count; a++) {
			int32_t missing = 0;
			for (int32_t j = x->first[a]; j < x->first[a + 1]; j++)
				missing += x->sit[j] == i && x->start[j] < 0;
			if (missing == 0)
				continue;
			if (!mem_reserve(&r->missed, &room, r->missed_count + 1, sizeof *r->missed))
				return false;
			r->missed[r->missed_count++] = (struct wfm_missed){ i, a, missing, reason_of(x, a, i) };
			r->cost.sessions += missing * p->sessions[i].miss_cents;
		}
	return true;
}
