/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who works where and since when. Each seat is held by one person after another: a hazard of leaving
 * that falls with tenure, a few weeks until the seat is filled, and nobody missing at the end.
 */
#include "server/demo/model.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/base/field.h"

/* Leaving is likeliest in the first months: tenure in days below, times the site's turnover. */
static const struct {
	int below;
	double times;
} tenure_hazard[] = { { 90, 1.9 }, { 365, 1.35 }, { 1095, .85 }, { INT32_MAX, .50 } };

gsl_rng *demo_rng(uint64_t seed, enum demo_stream stream, uint64_t index)
{
	/* splitmix64 spreads neighbouring seeds */
	uint64_t z = seed * 0x9E3779B97F4A7C15u + (uint64_t)stream * 0xD1B54A32D192ED03u + index + 1;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	z ^= z >> 31;
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
	if (r)
		gsl_rng_set(r, (unsigned long)(z & 0xFFFFFFFFu));
	return r;
}

int demo_agent_site(const struct demo_agent *g, int64_t date)
{
	return g->moved != FIELD_NULL && date < g->moved ? SCL : g->site;
}

bool demo_agent_employed(const struct demo_agent *g, int64_t date)
{
	return date >= g->hired && (g->left == FIELD_NULL || date <= g->left);
}

/* About 19 people a team, numbered within the site; the last three of Santiago are those that moved. */
static void make_teams(struct demo *d)
{
	static const int per_site[DEMO_SITES] = { 8, 6, 2, 1, 2, 1, 2, 1 };
	for (int site = 0; site < DEMO_SITES; site++)
		for (int i = 0; i < per_site[site] + (site == SCL ? DEMO_WAVES : 0); i++)
			d->teams[d->team_count++] = (struct demo_team){ site, i + 1 };
}

static int team_of(const struct demo *d, int site, int seat)
{
	int first = 0, count = 0;
	for (int i = 0; i < d->team_count; i++) {
		if (d->teams[i].site != site)
			continue;
		if (count++ == 0)
			first = i;
	}
	if (site == SCL)
		count -= DEMO_WAVES;
	return first + seat % count;
}

static double hazard_a_day(const struct demo_agent *g, int64_t date)
{
	int64_t tenure = date - g->hired;
	size_t band = 0;
	while (tenure >= tenure_hazard[band].below)
		band++;
	return demo_sites[demo_agent_site(g, date)].turnover * tenure_hazard[band].times / 365.25;
}

/* The last day worked, or FIELD_NULL when still there at the reference date. */
static int64_t draw_leaving(const struct demo *d, struct demo_agent *g, gsl_rng *r)
{
	int64_t from = g->hired > d->first_day ? g->hired + 7 : d->first_day;
	for (int64_t date = from; date < d->until; date++)
		if (date_weekday(date) <= 5 && gsl_rng_uniform(r) < hazard_a_day(g, date) * 7 / 5)
			return date;
	return FIELD_NULL;
}

static void mark_move(const struct demo *d, struct demo_agent *g)
{
	g->moved = FIELD_NULL;
	int wave = g->team % DEMO_WAVES;
	if (g->site != VAL || g->hired >= d->wave[wave])
		return;
	g->moved = d->wave[wave];
	for (int i = 0, left = 8 + wave; i < d->team_count; i++)
		if (d->teams[i].site == SCL && left-- == 0)
			g->old_team = i;
}

static void forget_move(struct demo_agent *g)
{
	if (g->moved == FIELD_NULL || g->left == FIELD_NULL || g->left >= g->moved)
		return;
	g->site = SCL; /* left before the move */
	g->team = g->old_team;
	g->moved = FIELD_NULL;
}

/* Not everybody wants to move 800 km south. */
static void refuse_move(struct demo_agent *g, gsl_rng *r)
{
	if (g->moved == FIELD_NULL || gsl_rng_uniform(r) > .11)
		return;
	if (g->left != FIELD_NULL && g->left < g->moved)
		return;
	g->left = g->moved - 1 - (int64_t)gsl_rng_uniform_int(r, 12);
	g->voluntary = true;
}

static void fill_seat(struct demo *d, const struct demo_seats *seats, int seat, gsl_rng *r)
{
	int64_t hired = d->first_day - 10 - (int64_t)gsl_ran_exponential(r, 620);
	int64_t oldest = date_from_ymd(2015, 3, 2);
	if (hired < oldest)
		hired = oldest + (int64_t)gsl_rng_uniform_int(r, 300);
	for (;;) {
		hired -= date_weekday(hired) - 1; /* people start on Mondays */
		struct demo_agent *g = DEMO_PUSH(d, agents);
		g->unit = g->site = seats->site;
		g->contract = seats->contract;
		g->skills = seats->skills;
		g->team = team_of(d, seats->site, seat);
		g->hired = hired;
		g->frailty = fmin(.40 + .60 * gsl_ran_gamma(r, 1.4, 1 / 1.4), 2.2);
		mark_move(d, g);
		g->left = draw_leaving(d, g, r);
		g->voluntary = gsl_rng_uniform(r) < .76;
		refuse_move(g, r);
		forget_move(g);
		if (g->left == FIELD_NULL)
			return;
		int64_t next = g->left + 7 + (int64_t)gsl_rng_uniform_int(r, 21);
		int64_t latest = d->until - 1;
		hired = next > latest ? latest : next;
		if (hired - (date_weekday(hired) - 1) <= g->left)
			hired += 7;
	}
}

/* Numbers in order of hiring, so that "Santiago 014" is an old hand. */
static void number_agents(struct demo *d)
{
	int next[DEMO_SITES] = { 0 };
	for (size_t i = 1; i < d->agents.count; i++) {
		struct demo_agent g = d->agents.items[i];
		size_t j = i;
		for (; j > 0 && d->agents.items[j - 1].hired > g.hired; j--)
			d->agents.items[j] = d->agents.items[j - 1];
		d->agents.items[j] = g;
	}
	for (size_t i = 0; i < d->agents.count; i++) {
		struct demo_agent *g = &d->agents.items[i];
		g->number = ++next[g->site];
	}
}

/* Two of those present have given notice. */
static void give_notice(struct demo *d, gsl_rng *r)
{
	for (int i = 0; i < 2;) {
		struct demo_agent *g = &d->agents.items[gsl_rng_uniform_int(r, d->agents.count)];
		if (g->left != FIELD_NULL)
			continue;
		g->left = d->until + 12 + 7 * i;
		g->voluntary = true;
		i++;
	}
}

/* Demand of an operating unit by weekday, as shares of the week. */
static void unit_week(int unit, double share[7])
{
	for (int w = 0; w < 7; w++) {
		share[w] = 0;
		for (int q = 0; q < DEMO_QUEUES; q++) {
			const struct demo_queue *queue = &demo_queues[q];
			if (queue->site == unit)
				share[w] += queue->week_load_h * demo_shapes[queue->shape].weekday[w];
		}
	}
}

/* Days off together where the week has most people for its work so far. */
static void place_days(struct demo_agent *g, const double share[7], double have[7])
{
	const struct demo_contract *c = &demo_contracts[g->contract];
	int off = 7 - c->days, best = 0;
	double best_slack = -HUGE_VAL;
	if (g->contract == FT44 || g->contract == PT24)
		best = 6; /* branches close on Sunday */
	else if (g->contract == WE18)
		best = 0; /* off Monday to Friday */
	else if (g->contract == PT20)
		best = 5;
	else
		for (int first = 0; first < 7; first++) {
			double slack = 0;
			for (int i = 0; i < off; i++)
				slack += have[(first + i) % 7] / share[(first + i) % 7];
			if (slack > best_slack + 1e-9) {
				best_slack = slack;
				best = first;
			}
		}
	for (int w = 0; w < 7; w++)
		g->minutes[w] = c->day_minutes;
	for (int i = 0; i < off; i++)
		g->minutes[(best + i) % 7] = 0;
	if (g->contract == FT44)
		g->minutes[5] = 240;
	for (int w = 0; w < 7; w++)
		have[w] += g->minutes[w];
}

static void place_all_days(struct demo *d)
{
	for (int unit = 0; unit < DEMO_SITES; unit++) {
		double share[7], have[7] = { 0 };
		unit_week(unit, share);
		for (int fixed = 1; fixed >= 0; fixed--) /* those without a choice first */
			for (size_t i = 0; i < d->agents.count; i++) {
				struct demo_agent *g = &d->agents.items[i];
				bool no_choice = g->contract == WE18 || g->contract == PT20;
				if (g->unit == unit && no_choice == (fixed == 1))
					place_days(g, share, have);
			}
	}
}

bool demo_make_people(struct demo *d, struct err *e)
{
	gsl_rng *r = demo_rng(d->seed, STREAM_PEOPLE, 0);
	if (!r)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	make_teams(d);
	int seat[DEMO_SITES] = { 0 };
	for (size_t i = 0; i < demo_seats_count; i++)
		for (int n = 0; n < demo_seats[i].count; n++)
			fill_seat(d, &demo_seats[i], seat[demo_seats[i].site]++, r);
	give_notice(d, r);
	number_agents(d);
	place_all_days(d);
	gsl_rng_free(r);
	return true;
}
