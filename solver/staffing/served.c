/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contacts answered in time as a function of the people, for targets over a day or a week inside the
 * schedule (Koole & van der Sluis 2003). One number of agents at a time over all intervals: their loads
 * lie close together, so one Chebyshev table (risk_curve.c) answers for all of them.
 */
#include "staffing_impl.h"

#include "wfm/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NOBODY = 1e-4, EVERYBODY = 1e-7; /* shares not worth following further */
static const double FINE = 8;                        /* steps to a standard deviation */
static const double WIDTH = 6;                       /* standard deviations of the load */

struct serving {
	const struct wfm_load *loads;
	const struct wfm_staffing_options *o;
	struct wfm_load_course *courses;
	bool *done; /* nobody waits any more */
	size_t n;
	double aht_s; /* of all intervals; 0: they differ, and no table serves two of them */
	struct wfm_curve curve;
};

static bool has_work(const struct wfm_load_course *c)
{
	return c->points > 0 && c->lambda > 0.0;
}

/* Below so many, next to nobody is answered in time. */
static bool is_hopeless(const struct serving *s, size_t i, int32_t agents)
{
	double least = s->courses[i].mean_erl;
	for (int k = 0; k < s->courses[i].points; k++)
		least = fmin(least, s->courses[i].load_erl[k]);
	return s->o->channel != WFM_CHAT && agents < least - WIDTH * sqrt(least) - 1.0;
}

static void set_courses(struct serving *s)
{
	double beta = s->o->patience_s > 0.0 && !isinf(s->o->patience_s) ? 0.0 : 0.5;
	double load = NAN, present = NAN;
	s->aht_s = -1.0;
	for (size_t i = 0; i < s->n; i++) {
		struct wfm_requirement r = { 0 };
		struct wfm_load_course *c = &s->courses[i];
		wfm_load_course_next(&s->loads[i], s->o, &load, &present, c);
		if (has_work(c))
			s->aht_s = s->aht_s < 0.0 || s->aht_s == c->aht_s ? c->aht_s : 0.0;
		if (!has_work(c) || !c->moves)
			continue;
		struct wfm_load_course staffed = *c;
		wfm_live_requirement(c, s->o, &beta, &r);
		present = wfm_load_course_staff(&staffed, r.agents, s->o);
	}
}

/* A table over the loads near the number of agents; others are computed one by one. */
static void open_curve(struct serving *s, int32_t agents)
{
	double far = (WIDTH + 2) * sqrt(agents + 1.0) + 2, low = HUGE_VAL, high = 0.0;
	for (size_t i = 0; i < s->n; i++)
		for (int k = 0; !s->done[i] && k < s->courses[i].points; k++) {
			double load = s->courses[i].load_erl[k];
			if (fabs(load - agents) > far)
				continue;
			low = fmin(low, load);
			high = fmax(high, load);
		}
	s->curve = (struct wfm_curve){ .options = s->o, .agents = agents, .aht_s = s->aht_s,
				       .low = low, .high = high, .parts = 1u << WFM_PART_GOOD };
	if (s->aht_s > 0.0 && low <= high)
		wfm_curve_build(&s->curve);
}

static double share_in_time(struct serving *s, const struct wfm_load_course *as_offered, int32_t agents)
{
	struct wfm_load_course c = *as_offered;
	double sum = 0.0;
	(void)wfm_load_course_staff(&c, agents, s->o);
	for (int k = 0; k < c.points; k++) {
		double part[WFM_PARTS];
		struct wfm_curve one = { .options = s->o, .agents = agents, .aht_s = c.aht_s };
		bool inside = s->aht_s > 0.0 && c.load_erl[k] >= s->curve.low &&
			      c.load_erl[k] <= s->curve.high;
		wfm_curve_at(inside ? &s->curve : &one, c.load_erl[k], part);
		sum += c.weight[k] * part[WFM_PART_GOOD];
	}
	return fmin(fmax(sum, 0.0), 1.0);
}

/* Of large loads not every number is computed: a line between neighbours is right to a thousandth. */
static int32_t stride_of(const struct serving *s, size_t i)
{
	double wide = floor(sqrt(fmax(0.0, s->courses[i].mean_erl)) / FINE);
	return wide > 1.0 ? (int32_t)wide : 1;
}

static void draw_lines(double *row, int32_t people_max)
{
	for (int32_t n = 1, from = 0; n <= people_max; n++) {
		if (isnan(row[n]))
			continue;
		for (int32_t k = from + 1; k < n; k++)
			row[k] = row[from] + (row[n] - row[from]) * (k - from) / (n - from);
		from = n;
	}
}

static void serve(struct serving *s, int32_t people_max, double *served)
{
	size_t width = (size_t)people_max + 1;
	for (int32_t agents = 1; agents <= people_max; agents++) {
		open_curve(s, agents);
		for (size_t i = 0; i < s->n; i++) {
			double *row = &served[i * width];
			row[agents] = s->done[i] ? row[agents - 1] : 0.0;
			if (s->done[i] || is_hopeless(s, i, agents))
				continue;
			row[agents] = NAN;
			if (agents % stride_of(s, i) != 0 && agents < people_max)
				continue;
			double share = share_in_time(s, &s->courses[i], agents);
			row[agents] = share > NOBODY ? share * s->loads[i].volume : 0.0;
			s->done[i] = share >= 1.0 - EVERYBODY;
		}
	}
	int32_t cap = wfm_staffing_cap(s->o);
	for (size_t i = 0; i < s->n; i++) {
		double *row = &served[i * width];
		draw_lines(row, people_max);
		for (int32_t n = 1; n <= people_max; n++) /* to the last digit; beyond the cap nobody serves */
			row[n] = n > cap ? row[cap] : fmax(row[n], row[n - 1]);
	}
}

int32_t wfm_staffing_served_people(const struct wfm_load *loads, size_t n,
				   const struct wfm_staffing_options *o)
{
	double most = 0.0, each = o->channel == WFM_CHAT ? fmax(1.0, o->concurrency) : 1.0;
	for (size_t i = 0; i < n; i++)
		if (loads[i].open && loads[i].volume > 0.0)
			most = fmax(most, loads[i].volume * loads[i].aht_s / o->interval_s / (1.0 - o->redial));
	double people = most / (each > 1.0 ? 1.0 : each) + WIDTH * sqrt(most) + 5.0;
	return people > WFM_SERVICE_PEOPLE ? WFM_SERVICE_PEOPLE : (int32_t)ceil(people);
}

enum wfm_status wfm_staffing_served(const struct wfm_load *loads, size_t n,
				    const struct wfm_staffing_options *o, int32_t people_max,
				    double *served, struct wfm_error *e)
{
	enum wfm_status status = wfm_staffing_check(loads, n, o, e);
	if (status != WFM_OK)
		return status;
	if (o->channel != WFM_VOICE && o->channel != WFM_CHAT && o->channel != WFM_WALK_IN)
		return wfm_fail(e, WFM_INVALID, "/channel", "only live contacts are answered in time");
	if (o->target.definition != WFM_SL_OFFERED && o->target.definition != WFM_SL_WAIT)
		return wfm_fail(e, WFM_INVALID, "/target/definition",
				"a sum of contacts needs a share of those offered");
	if (people_max < 1 || people_max > WFM_SERVICE_PEOPLE)
		return wfm_fail(e, WFM_INVALID, "/people_max", "must be between 1 and %d",
				WFM_SERVICE_PEOPLE);
	struct serving s = { .loads = loads, .o = o, .n = n };
	s.courses = calloc(n + 1, sizeof *s.courses);
	s.done = calloc(n + 1, sizeof *s.done);
	if (s.courses != NULL && s.done != NULL) {
		memset(served, 0, n * ((size_t)people_max + 1) * sizeof *served);
		set_courses(&s);
		for (size_t i = 0; i < n; i++)
			s.done[i] = !has_work(&s.courses[i]);
		serve(&s, people_max, served);
	} else {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the table");
	}
	free(s.courses);
	free(s.done);
	return status;
}
