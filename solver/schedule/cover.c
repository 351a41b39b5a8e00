/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/cover.h"
#include "solver/schedule/desk.h"
#include "solver/schedule/pricing.h"
#include "solver/schedule/service.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 64, EXCHANGES = 64, FEW_EXCHANGES = 8 };

static const double TINY = 1e-9;

/* What shortage and surplus rise by when so many go. */
static double own_loss(const struct cover *c, int32_t q, int32_t t, double people)
{
	double have = c->have[q * c->m->slots + t];
	return model_slot_cost(c->m, q, t, have - people) - model_slot_cost(c->m, q, t, have);
}

/* The same with contacts at their prices. */
double cover_loss_of(const struct cover *c, int32_t q, int32_t t, double people)
{
	if (c->m->stock_of[q] >= 0) {
		int32_t at = c->m->stock_of[q] * c->m->slots + t;
		return people * (people > 0 ? c->stock.less[at] : c->stock.more[at]);
	}
	double loss = own_loss(c, q, t, people), have = c->have[q * c->m->slots + t];
	for (int32_t k = 0, s; (s = service_next(c->m, q, t, &k)) >= 0;)
		loss += c->mu[s] *
			(service_hull(c->m, s, t, have) - service_hull(c->m, s, t, have - people));
	return loss;
}

double cover_cents(const struct cover *c)
{
	double cents = c->cents + cover_stock_cents(c);
	for (int32_t s = 0; s < c->m->p->service_count; s++)
		cents += service_cents(c->m, s, c->served[s]);
	return cents;
}

static int32_t *people_at(const struct cover *c, int32_t kind, int32_t j, int32_t t)
{
	return &c->count[(c->first[kind] + j) * c->m->slots + t];
}

/* Someone of unit speed on queue `from` who may also serve `to`: kind and places, or false. */
bool cover_find_mover(const struct cover *c, int32_t t, int32_t from, int32_t to, int32_t *kind,
		       int32_t *jf, int32_t *jt)
{
	if (!c->m->open[to * c->m->slots + t])
		return false;
	for (int32_t k = 0; k < c->m->kind_count; k++) {
		const struct kind *x = &c->m->kinds[k];
		int32_t a = -1, b = -1;
		for (int32_t j = 0; x->queue_count > 1 && j < x->queue_count; j++) {
			a = x->queue[j] == from && x->speed[j] == 1 ? j : a;
			b = x->queue[j] == to && x->speed[j] == 1 ? j : b;
		}
		if (a >= 0 && b >= 0 && *people_at(c, k, a, t) > 0) {
			*kind = k;
			*jf = a;
			*jt = b;
			return true;
		}
	}
	return false;
}

/* ---- counters ---- */

bool cover_is_full(const struct cover *c, int32_t desk, int32_t t)
{
	return desk >= 0 && c->seated[desk * c->m->slots + t] >= c->m->desks[desk].seats[t];
}

/* Someone who leaves the counter: of a kind, from a queue to another one or to wait (queue_count). */
struct leaver {
	int32_t kind, from, to;
};

/* What one of the kind costs who has to go elsewhere than to the desk. */
static double next_best(const struct cover *c, int32_t kind, int32_t desk, int32_t t, int32_t *to)
{
	const struct kind *x = &c->m->kinds[kind];
	double least = x->wait[t];
	*to = x->queue_count;
	for (int32_t j = 0; j < x->queue_count; j++) {
		int32_t q = x->queue[j], other = desk_of(c->m, q);
		if (other == desk || cover_is_full(c, other, t) || !c->m->open[q * c->m->slots + t])
			continue;
		double v = cover_loss_of(c, q, t, -x->speed[j]);
		if (v < least) {
			least = v;
			*to = j;
		}
	}
	return least;
}

/* Who costs least when sent from the desk; INFINITY: nobody is there. */
static double find_leaver(const struct cover *c, int32_t desk, int32_t t, struct leaver *out)
{
	double least = INFINITY;
	for (int32_t k = 0; k < c->m->kind_count; k++) {
		const struct kind *x = &c->m->kinds[k];
		double elsewhere = INFINITY;
		int32_t to = -1;
		for (int32_t j = 0; j < x->queue_count; j++) {
			if (c->m->desk_of[x->queue[j]] != desk || *people_at(c, k, j, t) == 0)
				continue;
			if (to < 0)
				elsewhere = next_best(c, k, desk, t, &to);
			double v = cover_loss_of(c, x->queue[j], t, x->speed[j]) + elsewhere;
			if (v < least) {
				least = v;
				*out = (struct leaver){ k, j, to };
			}
		}
	}
	return least;
}

/* What is saved by someone of that speed on the queue, in another's place where there is none free. */
static double gain_of(const struct cover *c, int32_t q, int32_t t, double speed)
{
	int32_t desk = desk_of(c->m, q);
	struct leaver leaver;
	double gain = -cover_loss_of(c, q, t, -speed);
	return cover_is_full(c, desk, t) ? gain - find_leaver(c, desk, t, &leaver) : gain;
}

/* Recomputes what one more person saves in slot t, directly and through chains. */
void cover_refresh(struct cover *c, int32_t t)
{
	const struct model *m = c->m;
	int32_t n = m->p->queue_count, k, a, b;
	for (int32_t q = 0; q < n; q++) {
		int32_t at = q * m->slots + t;
		c->gain[at] = m->open[at] ? gain_of(c, q, t, 1) : -INFINITY;
		c->reach[at] = c->gain[at];
		c->hop[at] = -1;
	}
	for (bool changed = c->shared; changed;) {
		changed = false;
		for (int32_t q = 0; q < n; q++)
			for (int32_t r = 0; r < n; r++) {
				int32_t at = q * m->slots + t, to = r * m->slots + t;
				if (q == r || !m->open[at] || c->reach[to] <= c->reach[at] + TINY ||
				    !cover_find_mover(c, t, q, r, &k, &a, &b))
					continue;
				c->reach[at] = c->reach[to];
				c->hop[at] = (int16_t)r;
				changed = true;
			}
	}
	cover_stock_look(c, t);
}

void cover_shift_people(struct cover *c, int32_t kind, int32_t j, int32_t t, int32_t people)
{
	const struct kind *x = &c->m->kinds[kind];
	if (j == x->queue_count) { /* they wait */
		c->cents += people * x->wait[t];
		*people_at(c, kind, j, t) += people;
		return;
	}
	int32_t q = x->queue[j];
	if (desk_of(c->m, q) >= 0)
		c->seated[desk_of(c->m, q) * c->m->slots + t] += people;
	double *have = &c->have[q * c->m->slots + t], now = *have + people * x->speed[j];
	c->cents += own_loss(c, q, t, -people * x->speed[j]);
	for (int32_t k = 0, s; (s = service_next(c->m, q, t, &k)) >= 0;)
		c->served[s] += service_answered(c->m, s, t, now) - service_answered(c->m, s, t, *have);
	*have = now;
	*people_at(c, kind, j, t) += people;
}

/* What one of that speed more (less: negative) costs the queue beside what one of speed 1 does. */
static double unlike(const struct cover *c, int32_t q, int32_t t, double speed)
{
	double one = speed < 0 ? -1 : 1;
	return speed == one ? 0 : cover_loss_of(c, q, t, -speed) - cover_loss_of(c, q, t, -one);
}

/* Moves that the slot allows now, of one person a pair of places. */
static void list_moves(struct cover *c, int32_t t)
{
	const int32_t nq = c->m->p->queue_count;
	struct desk_graph *g = c->graph;
	desk_graph_begin(g);
	for (int32_t k = 0; k < c->m->kind_count; k++) {
		const struct kind *x = &c->m->kinds[k];
		for (int32_t i = 0; i < x->queue_count + (x->wait != NULL); i++) {
			bool waits = i == x->queue_count;
			if (*people_at(c, k, i, t) == 0)
				continue;
			double off = waits ? -x->wait[t] : unlike(c, x->queue[i], t, -x->speed[i]);
			for (int32_t j = 0; j < x->queue_count; j++)
				if (i != j && c->m->open[x->queue[j] * c->m->slots + t])
					desk_graph_offer(g, waits ? nq : x->queue[i], x->queue[j], k,
							 off + unlike(c, x->queue[j], t, x->speed[j]));
			if (!waits && x->wait)
				desk_graph_offer(g, x->queue[i], nq, k, off + x->wait[t]);
		}
	}
	for (int32_t q = 0; q < nq; q++) {
		g->more[q] = cover_loss_of(c, q, t, -1);
		g->fewer[q] = cover_loss_of(c, q, t, 1);
		g->room[q] = !cover_is_full(c, desk_of(c->m, q), t);
	}
}

static void go(struct cover *c, int32_t kind, int32_t from, int32_t to, int32_t t)
{
	const struct kind *x = &c->m->kinds[kind];
	int32_t i = x->queue_count, j = x->queue_count;
	for (int32_t k = 0; k < x->queue_count; k++) {
		i = x->queue[k] == from ? k : i;
		j = x->queue[k] == to ? k : j;
	}
	cover_shift_people(c, kind, i, t, -1);
	cover_shift_people(c, kind, j, t, 1);
}

static double slot_cents(const struct cover *c, int32_t t)
{
	double sum = c->cents + cover_stock_cents(c);
	for (int32_t q = 0; q < c->m->p->queue_count; q++)
		for (int32_t k = 0, s; (s = service_next(c->m, q, t, &k)) >= 0;)
			sum -= c->mu[s] * service_hull(c->m, s, t, c->have[q * c->m->slots + t]);
	return sum;
}

/* Where somebody waits or counters are all taken, the division is made as good as it can be. */
static void divide_anew(struct cover *c, int32_t t)
{
	struct desk_graph *g = c->graph;
	bool tight = false;
	for (int32_t d = 0; d < c->m->desk_count; d++)
		tight |= cover_is_full(c, d, t);
	for (int32_t k = 0; k < c->m->kind_count && !tight; k++)
		tight |= c->m->kinds[k].wait && *people_at(c, k, c->m->kinds[k].queue_count, t) > 0;
	for (int32_t i = 0, n = 1; tight && n > 0 && i < ROUNDS; i++) {
		double before = slot_cents(c, t);
		list_moves(c, t);
		n = desk_cycle(g);
		for (int32_t j = 0; j < n; j++)
			go(c, g->who[g->from[j]][g->to[j]], g->from[j], g->to[j], t);
		bool better = slot_cents(c, t) < before - TINY;
		for (int32_t d = 0; d < c->m->desk_count; d++)
			better &= c->seated[d * c->m->slots + t] <= c->m->desks[d].seats[t];
		for (; !better && n > 0; n--) /* unlike speeds */
			go(c, g->who[g->from[n - 1]][g->to[n - 1]], g->to[n - 1], g->from[n - 1], t);
	}
	cover_refresh(c, t);
}

/* What one more of the kind saves in slot t, and where: queue_count, waiting; -1: nothing is open. */
static double best_place(const struct cover *c, const struct kind *x, int32_t t, int32_t *place)
{
	double value = -INFINITY;
	*place = -1;
	for (int32_t j = 0; j < x->queue_count; j++) {
		int32_t at = x->queue[j] * c->m->slots + t;
		if (!c->m->open[at])
			continue;
		double v = x->speed[j] == 1 ? c->reach[at] : gain_of(c, x->queue[j], t, x->speed[j]);
		if (*place < 0 || v > value) {
			value = v;
			*place = j;
		}
	}
	if (x->wait == NULL || *place < 0 || value > -x->wait[t])
		return value;
	*place = x->queue_count;
	return -x->wait[t];
}

static void add_slot(void *context, int32_t t, int32_t whose)
{
	struct cover *c = context;
	const struct kind *x = &c->m->kinds[whose];
	int32_t best;
	(void)best_place(c, x, t, &best);
	if (best < 0)
		return; /* a locked shift outside the opening hours */
	if (best == x->queue_count) {
		cover_shift_people(c, whose, best, t, 1);
		divide_anew(c, t);
		return;
	}
	int32_t q = x->queue[best], kind, from, to;
	bool chain = x->speed[best] == 1;
	for (int32_t steps = 0; chain && steps < c->m->p->queue_count; steps++) {
		int32_t next = c->hop[q * c->m->slots + t];
		if (next < 0 || !cover_find_mover(c, t, q, next, &kind, &from, &to))
			break;
		cover_shift_people(c, kind, from, t, -1);
		cover_shift_people(c, kind, to, t, 1);
		q = next;
	}
	cover_shift_people(c, whose, best, t, 1);
	/* The chain's last queue has one more, the others as many as before. */
	int32_t desk = desk_of(c->m, q);
	if (desk >= 0 && c->seated[desk * c->m->slots + t] > c->m->desks[desk].seats[t]) {
		struct leaver l = { 0 };
		(void)find_leaver(c, desk, t, &l);
		cover_shift_people(c, l.kind, l.from, t, -1);
		cover_shift_people(c, l.kind, l.to, t, 1);
	}
	if (c->m->desk_count > 0)
		divide_anew(c, t);
	else
		cover_refresh(c, t);
}

/* What r gains by someone from q: at one desk nobody need make room, at another that is full none is made. */
static double gain_of_move(const struct cover *c, int32_t q, int32_t r, int32_t t)
{
	int32_t desk = desk_of(c->m, r);
	if (!cover_is_full(c, desk, t))
		return c->gain[r * c->m->slots + t];
	return desk == desk_of(c->m, q) && c->m->open[r * c->m->slots + t] ? -cover_loss_of(c, r, t, -1) : -INFINITY;
}

/* Fills holes of slot t from queues that lose less by it. */
static void rebalance(struct cover *c, int32_t t)
{
	int32_t n = c->m->p->queue_count, kind, from, to;
	for (int32_t rounds = 0; rounds < 8; rounds++) {
		double best = TINY;
		int32_t bf = -1, bt = -1;
		for (int32_t q = 0; q < n; q++)
			for (int32_t r = 0; r < n; r++) {
				int32_t at = q * c->m->slots + t;
				if (q == r || !c->m->open[at])
					continue;
				double v = gain_of_move(c, q, r, t) - cover_loss_of(c, q, t, 1);
				if (v > best && cover_find_mover(c, t, q, r, &kind, &from, &to)) {
					best = v;
					bf = q;
					bt = r;
				}
			}
		if (bf < 0 || !cover_find_mover(c, t, bf, bt, &kind, &from, &to))
			return;
		cover_shift_people(c, kind, from, t, -1);
		cover_shift_people(c, kind, to, t, 1);
		cover_refresh(c, t);
	}
}

static void remove_slot(void *context, int32_t t, int32_t whose)
{
	struct cover *c = context;
	const struct kind *x = &c->m->kinds[whose];
	int32_t best = -1;
	double loss = INFINITY;
	if (x->wait && *people_at(c, whose, x->queue_count, t) > 0) {
		best = x->queue_count;
		loss = -x->wait[t];
	}
	for (int32_t j = 0; j < x->queue_count; j++) {
		if (*people_at(c, whose, j, t) == 0)
			continue;
		double v = cover_loss_of(c, x->queue[j], t, x->speed[j]);
		if (v < loss) {
			loss = v;
			best = j;
		}
	}
	if (best < 0)
		return;
	cover_shift_people(c, whose, best, t, -1);
	cover_refresh(c, t);
	if (c->shared)
		rebalance(c, t);
	if (c->m->desk_count > 0)
		divide_anew(c, t);
}

void cover_add(struct cover *c, const struct tour *t)
{
	tour_visit(c->m, t, add_slot, c);
	cover_stock_settle(c, EXCHANGES);
}

void cover_remove(struct cover *c, const struct tour *t)
{
	tour_visit(c->m, t, remove_slot, c);
	cover_stock_settle(c, EXCHANGES);
}

void cover_take(struct cover *c, int32_t kind, int32_t t)
{
	remove_slot(c, t, kind);
	cover_stock_settle(c, FEW_EXCHANGES);
}

void cover_give(struct cover *c, int32_t kind, int32_t t)
{
	add_slot(c, t, kind);
	cover_stock_settle(c, FEW_EXCHANGES);
}

void cover_loss(const struct cover *c, int32_t kind, double *w)
{
	const struct kind *x = &c->m->kinds[kind];
	for (int32_t t = 0; t < c->m->slots; t++) {
		double least = INFINITY;
		if (x->wait && *people_at(c, kind, x->queue_count, t) > 0)
			least = -x->wait[t];
		for (int32_t j = 0; j < x->queue_count; j++)
			if (*people_at(c, kind, j, t) > 0)
				least = fmin(least, cover_loss_of(c, x->queue[j], t, x->speed[j]));
		w[t] = least < INFINITY ? least : 0;
	}
}

void cover_worth(const struct cover *c, int32_t kind, double *w)
{
	const struct kind *x = &c->m->kinds[kind];
	const int32_t n = c->m->slots;
	for (int32_t t = 0; t < n; t++) {
		int32_t place;
		double best = best_place(c, x, t, &place);
		w[t] = place >= 0 && best > -INFINITY ? best : 0;
	}
	for (int32_t t = n; t < c->m->horizon; t++)
		w[t] = w[t - n];
}

void cover_worths(const struct cover *c, const struct profile *pr, double *w)
{
	for (int32_t i = 0; i < pr->place_count; i++)
		cover_worth(c, pr->place[i].kind, w + (size_t)i * (size_t)c->m->horizon);
}

/* Can anybody there answer contacts that count? */
static bool is_priced(const struct model *m, int32_t t)
{
	for (int32_t q = 0, k = 0; q < m->p->queue_count; q++, k = 0)
		if (m->in_service[q] && m->open[q * m->slots + t] && service_next(m, q, t, &k) >= 0)
			return true;
	return false;
}

void cover_price(struct cover *c, const double *mu)
{
	if (c->m->p->service_count == 0)
		return;
	memcpy(c->mu, mu, (size_t)c->m->p->service_count * sizeof *c->mu);
	for (int32_t t = 0; t < c->m->slots; t++)
		if (is_priced(c->m, t))
			cover_refresh(c, t);
}

void cover_reset(struct cover *c)
{
	const struct model *m = c->m;
	c->cents = 0;
	for (int32_t s = 0; s < m->p->service_count; s++) {
		c->served[s] = 0;
		for (int32_t t = m->p->services[s].first_slot; t < m->p->services[s].end_slot; t++)
			c->served[s] += service_answered(m, s, t, 0);
	}
	memset(c->have, 0, (size_t)m->p->queue_count * (size_t)m->slots * sizeof *c->have);
	memset(c->count, 0, (size_t)c->rows * (size_t)m->slots * sizeof *c->count);
	memset(c->seated, 0, (size_t)m->desk_count * (size_t)m->slots * sizeof *c->seated);
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++)
			if (m->open[q * m->slots + t])
				c->cents += model_slot_cost(m, q, t, 0);
	for (int32_t t = 0; t < m->slots; t++)
		cover_refresh(c, t);
	cover_stock_settle(c, 0);
}

struct cover *cover_new(const struct model *m)
{
	struct cover *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->m = m;
	c->first = calloc((size_t)m->kind_count + 1, sizeof *c->first);
	for (int32_t k = 0; c->first && k < m->kind_count; k++) {
		c->first[k] = c->rows;
		c->rows += m->kinds[k].queue_count + (m->kinds[k].wait != NULL);
		c->shared |= m->kinds[k].queue_count > 1;
	}
	size_t n = (size_t)m->p->queue_count * (size_t)m->slots + 1;
	c->mu = calloc((size_t)m->p->service_count + 1, sizeof *c->mu);
	c->served = calloc((size_t)m->p->service_count + 1, sizeof *c->served);
	c->have = calloc(n, sizeof *c->have);
	c->gain = calloc(n, sizeof *c->gain);
	c->reach = calloc(n, sizeof *c->reach);
	c->hop = calloc(n, sizeof *c->hop);
	c->count = calloc((size_t)c->rows * (size_t)m->slots + 1, sizeof *c->count);
	c->seated = calloc((size_t)m->desk_count * (size_t)m->slots + 1, sizeof *c->seated);
	c->graph = m->desk_count > 0 ? desk_graph_new(m) : NULL;
	if (!cover_stock_new(c) || (m->desk_count > 0 && !c->graph) || !c->seated || !c->mu || !c->served || !c->first || !c->have || !c->gain || !c->reach || !c->hop || !c->count) {
		cover_free(c);
		return NULL;
	}
	cover_reset(c);
	return c;
}

void cover_free(struct cover *c)
{
	if (!c)
		return;
	free(c->first);
	cover_stock_free(c);
	free(c->seated);
	free(c->graph);
	free(c->mu);
	free(c->served);
	free(c->have);
	free(c->gain);
	free(c->reach);
	free(c->hop);
	free(c->count);
	free(c);
}

void cover_copy(struct cover *to, const struct cover *from)
{
	size_t n = (size_t)from->m->p->queue_count * (size_t)from->m->slots;
	size_t services = (size_t)from->m->p->service_count;
	to->cents = from->cents;
	cover_stock_copy(to, from);
	memcpy(to->seated, from->seated,
	       (size_t)from->m->desk_count * (size_t)from->m->slots * sizeof *to->seated);
	memcpy(to->mu, from->mu, services * sizeof *to->mu);
	memcpy(to->served, from->served, services * sizeof *to->served);
	memcpy(to->have, from->have, n * sizeof *to->have);
	memcpy(to->gain, from->gain, n * sizeof *to->gain);
	memcpy(to->reach, from->reach, n * sizeof *to->reach);
	memcpy(to->hop, from->hop, n * sizeof *to->hop);
	memcpy(to->count, from->count, (size_t)from->rows * (size_t)from->m->slots * sizeof *to->count);
}
