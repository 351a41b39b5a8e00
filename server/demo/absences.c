/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time away: leave agreed beforehand, and spells nobody planned, drawn per agent on a row of days so
 * that no two overlap. Rates per site come from network.c; who is away often stays so (frailty).
 */
#include "server/demo/model.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/base/field.h"

/* Calendar days of an unplanned spell: cumulative probability, from, to. */
struct length {
	double until;
	int from, to;
};

static const struct length sick_lengths[] = {
	{ .46, 1, 1 }, { .69, 2, 2 }, { .84, 3, 3 }, { .94, 4, 7 }, { .985, 8, 14 }, { 1, 15, 25 },
};
static const struct length accident_lengths[] = { { .4, 2, 4 }, { .8, 5, 10 }, { 1, 11, 21 } };
static const struct length unjustified_lengths[] = { { .88, 1, 1 }, { 1, 2, 2 } };

static const double weekday_risk[7] = { 1.90, .90, .80, .80, 1.15, .90, .90 };
/* Mean working days that one unplanned spell costs, with the table above: turns a rate of time lost
 * into a rate of spells. */
static const double mean_spell_days = 2.05;

static int draw_length(const struct length *table, gsl_rng *r)
{
	double u = gsl_rng_uniform(r);
	while (u > table->until)
		table++;
	return table->from + (int)gsl_rng_uniform_int(r, (unsigned long)(table->to - table->from + 1));
}

/* First and last day t on which the agent is employed, within what the demo knows. */
static bool span_of(const struct demo *d, const struct demo_agent *g, int *first, int *last)
{
	int64_t from = g->hired - d->first_day;
	*first = from < 0 ? 0 : (int)from;
	*last = d->all_days - 1;
	if (g->left != FIELD_NULL && g->left - d->first_day < *last)
		*last = (int)(g->left - d->first_day);
	return *first <= *last;
}

static bool free_between(const struct demo_agent *g, int first, int last)
{
	for (int t = first; t <= last; t++)
		if (g->away[t])
			return false;
	return true;
}

/* Puts the absence in the agent's row of days; cut at the end of employment. */
static struct demo_absence *put(struct demo *d, int agent, enum demo_absence_kind kind, int first,
				int days)
{
	struct demo_agent *g = &d->agents.items[agent];
	int from, last;
	if (!span_of(d, g, &from, &last) || first < from || first > last)
		return NULL;
	if (first + days - 1 < last)
		last = first + days - 1;
	if (!free_between(g, first, last))
		return NULL;
	struct demo_absence *x = DEMO_PUSH(d, absences);
	*x = (struct demo_absence){ .agent = agent, .kind = kind, .state = "approved", .first = first,
				    .last = last, .planned = true, .paid = true, .excused = true };
	for (int t = first; t <= last; t++)
		g->away[t] = (int32_t)d->absences.count;
	return x;
}

static bool works_on(const struct demo *d, const struct demo_agent *g, int t)
{
	bool closed;
	demo_special_factor(d, g->unit * DEMO_QUEUES_PER_SITE, d->first_day + t, &closed);
	return !closed && g->minutes[date_weekday(d->first_day + t) - 1] > 0;
}

/* Weeks of leave begin on Mondays, more often in the holidays of the country. */
static void draw_vacations(struct demo *d, int agent, gsl_rng *r)
{
	static const double south[12] = { 1.5, 1.7, .9, .8, .7, .7, 1.0, .7, 1.0, .8, .8, 1.1 };
	static const double north[12] = { .9, .8, 1.1, 1.4, .8, .9, .9, 1.2, .8, .8, .9, 1.6 };
	const struct demo_agent *g = &d->agents.items[agent];
	const double *months = g->site <= VAL ? south : north;
	int first, last;
	if (!span_of(d, g, &first, &last))
		return;
	for (int t = first + (8 - date_weekday(d->first_day + first)) % 7; t <= last; t += 7) {
		int year, month, day;
		date_to_ymd(d->first_day + t, &year, &month, &day);
		double chance = 1.12 / 26 * months[month - 1];
		double u = gsl_rng_uniform(r);
		int weeks = gsl_rng_uniform(r) < .5 ? 1 : 2;
		if (d->first_day + t - g->hired < 180 || u > chance)
			continue;
		struct demo_absence *x = put(d, agent, AWAY_VACATION, t, weeks * 7);
		if (!x)
			continue;
		if (t > d->days + 14 && gsl_rng_uniform(r) < .5)
			x->state = "asked";
	}
}

static void draw_agreed(struct demo *d, int agent, gsl_rng *r)
{
	static const struct {
		enum demo_absence_kind kind;
		double a_year;
		int from, to;
		bool paid;
	} table[] = {
		{ AWAY_MATERNITY, .022, 112, 126, false }, { AWAY_PATERNITY, .020, 5, 5, true },
		{ AWAY_TRAINING, .22, 2, 4, true }, { AWAY_UNPAID, .14, 1, 5, false },
	};
	int first, last;
	if (!span_of(d, &d->agents.items[agent], &first, &last))
		return;
	for (size_t k = 0; k < sizeof table / sizeof *table; k++)
		for (int t = first; t <= last; t++) {
			if (gsl_rng_uniform(r) > table[k].a_year / 365)
				continue;
			int days = table[k].from +
				   (int)gsl_rng_uniform_int(r, (unsigned long)(table[k].to - table[k].from + 1));
			struct demo_absence *x = put(d, agent, table[k].kind, t, days);
			if (x)
				x->paid = table[k].paid;
		}
}

static enum demo_absence_kind draw_kind(gsl_rng *r, int *days)
{
	double u = gsl_rng_uniform(r);
	if (u < .79) {
		*days = draw_length(sick_lengths, r);
		return AWAY_SICKNESS;
	}
	if (u < .82) {
		*days = draw_length(accident_lengths, r);
		return AWAY_ACCIDENT;
	}
	*days = draw_length(unjustified_lengths, r);
	return AWAY_UNJUSTIFIED;
}

/* Winter in the south, the rains in the north: half as many again at the worst. */
static double season(const struct demo_agent *g, int64_t date)
{
	int year, month, day;
	date_to_ymd(date, &year, &month, &day);
	double peak = g->site <= VAL ? 6.8 : 8.8;
	return 1 + .28 * cos(2 * M_PI * (month - 1 + day / 31.0 - peak) / 12);
}

static void draw_unplanned(struct demo *d, int agent, gsl_rng *r)
{
	struct demo_agent *g = &d->agents.items[agent];
	int first, last;
	if (!span_of(d, g, &first, &last))
		return;
	for (int t = first; t <= last && t < d->days; t++) {
		int64_t date = d->first_day + t;
		double rate = demo_sites[demo_agent_site(g, date)].unplanned / mean_spell_days;
		rate *= weekday_risk[date_weekday(date) - 1] * season(g, date) * g->frailty;
		int days;
		double u = gsl_rng_uniform(r);
		if (u > rate || g->away[t] || !works_on(d, g, t))
			continue;
		enum demo_absence_kind kind = draw_kind(r, &days);
		struct demo_absence *x = put(d, agent, kind, t, days);
		if (!x)
			continue;
		x->state = "recorded";
		x->planned = false;
		x->excused = kind != AWAY_UNJUSTIFIED;
		x->paid = x->excused;
		if (days == 1 && gsl_rng_uniform(r) < .22) { /* came late or left early */
			int open, close;
			if (!demo_open(demo_agent_site(g, date), date_weekday(date), &open, &close))
				continue;
			int start = open < 480 ? 540 : open;
			x->from_min = start;
			x->until_min = start + 60 * (1 + (int)gsl_rng_uniform_int(r, 3));
		}
	}
}

bool demo_make_absences(struct demo *d, struct err *e)
{
	for (size_t i = 0; i < d->agents.count; i++) {
		gsl_rng *r = demo_rng(d->seed, STREAM_ABSENCE, i);
		if (!r)
			return err_set(e, ERR_UNAVAILABLE, "out of memory");
		d->agents.items[i].away = arena_array(d->arena, (size_t)d->all_days, sizeof(int32_t));
		draw_agreed(d, (int)i, r);
		draw_vacations(d, (int)i, r);
		draw_unplanned(d, (int)i, r);
		gsl_rng_free(r);
	}
	return true;
}
