/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions in the model: whose they are, when they may begin, and who can never have them. */
#include "solver/schedule/session.h"
#include "solver/schedule/stock.h"

#include <math.h>

/* Hours of the dearest shortage that one would pay to have a session that must not be missed, at least. */
static const double MUST_HOURS = 48;
/* Its price over all that its slots may be worth to the cover. */
static const double MUST_SURE = 2;

static void mark_starts(struct model *m, int32_t x)
{
	const struct wfm_session *s = &m->p->sessions[x];
	const int32_t n = session_slots(m, x);
	uint8_t *ok = &m->sit_ok[x * m->slots];
	const bool round = m->p->cyclic;
	for (int32_t t = 0; s->window_count == 0 && t < m->slots; t++)
		ok[t] = round || t + n <= m->slots;
	for (int32_t k = 0; round && k < s->window_count; k++) {
		const struct wfm_span *w = &s->windows[k];
		int32_t at = w->start % m->slots + (w->start < 0 && w->start % m->slots != 0 ? m->slots : 0);
		int64_t starts = (int64_t)w->end - w->start - n + 1;
		for (int32_t i = 0; i < starts && i < m->slots; i++)
			ok[(at + i) % m->slots] = 1;
	}
	for (int32_t k = 0; !round && k < s->window_count; k++)
		for (int32_t t = s->windows[k].start > 0 ? s->windows[k].start : 0;
		     t + n <= s->windows[k].end && t + n <= m->slots; t++)
			ok[t] = 1;
}

static int32_t times_of(const struct wfm_session *s)
{
	return s->times > 1 ? s->times : 1;
}

/* Meetings first, since their time is given; then what is longest. */
static bool comes_before(const struct wfm_problem *p, int32_t x, int32_t y)
{
	const struct wfm_session *a = &p->sessions[x], *b = &p->sessions[y];
	if (a->together != b->together)
		return a->together;
	if (a->minutes != b->minutes)
		return a->minutes > b->minutes;
	return x < y;
}

static void add_sit(struct model *m, int32_t *count, int32_t agent, int32_t x)
{
	int32_t *list = &m->sit[m->sit_first[agent]], at = count[agent]++;
	for (; at > 0 && comes_before(m->p, x, list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = x;
}

/* Contacts that one person more may answer in a slot, at their price. */
static double steepest_cents(const struct model *m, int32_t service)
{
	const struct wfm_service *s = &m->p->services[service];
	const size_t width = (size_t)s->people_max + 1;
	double most = 0;
	for (int32_t t = s->first_slot; t < s->end_slot; t++) {
		const double *row = &s->served[(size_t)t * width], *hull = &m->hull[service][(size_t)t * width];
		for (int32_t n = 0; n < s->people_max; n++)
			most = fmax(most, fmax(row[n + 1] - row[n], hull[n + 1] - hull[n]));
	}
	return most * s->short_cents;
}

/* No slot of any agent is worth more to the cover. */
static double dearest_slot(const struct model *m)
{
	const struct wfm_problem *p = m->p;
	double fastest = 1, dearest = 0;
	for (int32_t a = 0; a < p->agent_count; a++)
		for (int32_t k = 0; k < p->agents[a].skill_count; k++)
			fastest = fmax(fastest, p->agents[a].skills[k].speed);
	for (int32_t q = 0; q < p->queue_count; q++) {
		double cents = p->queues[q].short2_cents * m->slot_h;
		for (int32_t s = 0; s < p->service_count; s++)
			cents += p->services[s].queue == q ? steepest_cents(m, s) : 0;
		if (m->stock_of[q] >= 0)
			cents += stock_dearest(&m->stocks[m->stock_of[q]]);
		dearest = fmax(dearest, cents);
	}
	return fastest * dearest;
}

/* So much that the search never leaves out for a price what must not be missed: the judge refuses that. */
static double must_cents(const struct model *m, int32_t x, double slot_cents)
{
	double dearest = 0;
	for (int32_t q = 0; q < m->p->queue_count; q++)
		dearest = fmax(dearest, m->p->queues[q].short2_cents);
	return fmax(fmin(1e8, fmax(1e4, MUST_HOURS * dearest)), MUST_SURE * session_slots(m, x) * slot_cents);
}

bool session_model(struct model *m)
{
	const struct wfm_problem *p = m->p;
	if (p->session_count == 0)
		return true;
	const double slot_cents = dearest_slot(m);
	int32_t total = 0;
	m->sit_first = pool_alloc(&m->pool, (size_t)p->agent_count + 1, sizeof *m->sit_first);
	m->sit_ok = pool_alloc(&m->pool, (size_t)p->session_count * (size_t)m->slots, 1);
	m->sit_cents = pool_alloc(&m->pool, (size_t)p->session_count, sizeof *m->sit_cents);
	int32_t *count = pool_alloc(&m->pool, (size_t)p->agent_count + 1, sizeof *count);
	if (!m->sit_first || !m->sit_ok || !m->sit_cents || !count)
		return false;
	for (int32_t x = 0; x < p->session_count; x++) {
		const struct wfm_session *s = &p->sessions[x];
		mark_starts(m, x);
		m->sit_cents[x] = s->miss_cents + (s->must ? must_cents(m, x, slot_cents) : 0);
		total += s->agent_count * times_of(s);
		for (int32_t k = 0; k < s->agent_count; k++)
			m->sit_first[s->agents[k] + 1] += times_of(s);
	}
	for (int32_t a = 0; a < p->agent_count; a++)
		m->sit_first[a + 1] += m->sit_first[a];
	m->sit = pool_alloc(&m->pool, (size_t)total, sizeof *m->sit);
	if (!m->sit)
		return false;
	for (int32_t x = 0; x < p->session_count; x++)
		for (int32_t k = 0; k < p->sessions[x].agent_count; k++)
			for (int32_t n = times_of(&p->sessions[x]); n > 0; n--)
				add_sit(m, count, p->sessions[x].agents[k], x);
	return true;
}

/* Can the session begin anywhere in that shift, breaks apart? */
static bool reaches(const struct model *m, const struct profile *pr, int32_t opt, int32_t x)
{
	const struct opt *o = &pr->opts[opt];
	const int32_t n = session_slots(m, x), u = m->p->slot_min;
	const int32_t margin = (m->p->sessions[x].margin_min + u - 1) / u;
	for (int32_t t = o->start + margin; session_at(pr, opt) && t + n + margin <= o->end; t++)
		if (session_may(m, x, t))
			return true;
	return false;
}

int32_t session_list(struct model *m, int32_t agent, const struct profile *pr, const float *row,
		     int32_t sit[WFM_MAX_SEATS])
{
	int32_t n = 0;
	if (m->p->session_count == 0)
		return 0;
	for (int32_t k = m->sit_first[agent]; k < m->sit_first[agent + 1]; k++) {
		int32_t x = m->sit[k], i = 0;
		while (i < pr->opt_count && (isinf(row[i]) || !reaches(m, pr, i, x)))
			i++;
		if (i < pr->opt_count)
			sit[n++] = x;
		else
			m->missed_cents += m->p->sessions[x].miss_cents;
	}
	return n;
}

double session_lost(const struct model *m)
{
	double sum = m->missed_cents;
	for (int32_t k = 0; k < m->type_count; k++)
		for (int32_t j = 0; !m->types[k].has_tour && j < m->types[k].sit_count; j++)
			sum += m->types[k].count * m->p->sessions[m->types[k].sit[j]].miss_cents;
	return sum;
}
