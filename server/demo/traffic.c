/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came in, and what became of it. The people really at work that day are spread over queues and
 * half hours as a planner would (square-root staffing of the expected load); Erlang A then says who
 * waits and who gives up, so that volumes, waits, losses and the agents' own days agree.
 */
#include "server/demo/model.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/base/field.h"
#include "wfm/erlang.h"

enum { SLOTS_MAX = 50, MEMO = 1 << 15, LOAD_STEPS = 60 };

struct memo {
	uint32_t key; /* 0: empty */
	float abandoned, in_target, wait_s;
};

struct traffic {
	struct demo *d;
	gsl_rng *r;
	struct memo *memo;
	int slots;
	int64_t start[SLOTS_MAX];
	int minute[SLOTS_MAX];
	double mean[DEMO_QUEUES_PER_SITE][SLOTS_MAX];   /* contacts expected */
	double people[DEMO_QUEUES_PER_SITE][SLOTS_MAX]; /* wanted, then given */
};

static double handling_s(const struct demo_queue *q)
{
	return q->aht_s * demo_sites[q->site].handling;
}

/* Erlang A figures, remembered by queue, servers and load in steps of 1/60 of a power of e. */
static bool figures(struct traffic *x, int queue, int servers, double mean, struct memo *out,
		    struct err *e)
{
	const struct demo_queue *q = &demo_queues[queue];
	double aht = handling_s(q);
	int step = (int)lround(log(mean * aht / DEMO_STEP_S) * LOAD_STEPS);
	uint32_t key = ((uint32_t)queue << 26 | (uint32_t)servers << 13 | (uint32_t)(step + 3000)) + 1;
	struct memo *m = &x->memo[(key * 2654435761u) >> 17];
	if (m->key != key) {
		struct wfm_station_figures f;
		struct wfm_error w;
		struct wfm_station s = { .servers = servers,
					 .arrivals_per_s = exp((double)step / LOAD_STEPS) / aht,
					 .aht_s = aht, .patience_s = q->patience_s, .within_s = q->target_s };
		if (wfm_station_figures(&s, &f, &w) != WFM_OK)
			return err_from_wfm(e, &w);
		double answered = 1 - f.p_abandon;
		*m = (struct memo){ key, (float)f.p_abandon,
				    (float)(answered > 0 ? f.service_level[WFM_SL_OFFERED] / answered : 0),
				    (float)f.mean_wait_s };
	}
	*out = *m;
	return true;
}

static double clamp01(double v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* The open half hours of a unit's local date; none when it is shut. */
static void find_slots(struct traffic *x, int unit, int64_t date)
{
	const struct zone *z = x->d->zones[unit];
	int open, close;
	x->slots = 0;
	if (!demo_open(unit, date_weekday(date), &open, &close))
		return;
	int64_t end = zone_to_utc(z, date + 1, 0);
	for (int64_t utc = zone_to_utc(z, date, 0); utc < end; utc += DEMO_STEP_S) {
		int64_t local;
		int minute;
		zone_to_local(z, utc, &local, &minute);
		if (local != date || minute < open || minute >= close)
			continue;
		x->start[x->slots] = utc;
		x->minute[x->slots++] = minute;
	}
}

/* People a planner wants for the load: square-root staffing. */
static double wanted(const struct demo_queue *q, double load)
{
	if (load <= 0)
		return 0;
	if (q->turnaround_min)
		return load / .93;
	double extra = strcmp(q->channel, "walk_in") == 0 ? .50 : .60;
	return load + extra * sqrt(load) + .25;
}

/* Fills mean and people; false when nothing comes or nobody is there. */
static bool spread_people(struct traffic *x, int unit, int64_t date, double work_s)
{
	double live = 0, deferred = 0;
	for (int k = 0; k < DEMO_QUEUES_PER_SITE; k++) {
		int queue = unit * DEMO_QUEUES_PER_SITE + k;
		const struct demo_queue *q = &demo_queues[queue];
		bool closed;
		double factor = demo_special_factor(x->d, queue, date, &closed);
		for (int i = 0; i < x->slots; i++) {
			x->mean[k][i] = demo_expected(x->d, queue, date, x->minute[i]) * factor;
			double load = x->mean[k][i] * handling_s(q) / DEMO_STEP_S / q->concurrency;
			x->people[k][i] = wanted(q, load);
			*(q->turnaround_min ? &deferred : &live) += x->people[k][i] * DEMO_STEP_S;
		}
	}
	if (live <= 0 || work_s <= 0)
		return false;
	deferred = fmin(deferred, work_s * .5); /* waits when people are short */
	for (int k = 0; k < DEMO_QUEUES_PER_SITE; k++) {
		double owed = .5, times = (work_s - deferred) / live;
		if (demo_queues[unit * DEMO_QUEUES_PER_SITE + k].turnaround_min)
			times = 1;
		for (int i = 0; i < x->slots; i++) { /* whole people; the rounding is carried on */
			owed += x->people[k][i] * times * exp(.09 * gsl_ran_ugaussian(x->r));
			int n = (int)floor(owed);
			owed -= n;
			x->people[k][i] = n;
		}
	}
	return true;
}

static int binomial(gsl_rng *r, double p, int n)
{
	return n > 0 ? (int)gsl_ran_binomial(r, clamp01(p), (unsigned)n) : 0;
}

static bool draw_live(struct traffic *x, int k, int i, struct demo_interval *v, struct err *e)
{
	const struct demo_queue *q = &demo_queues[v->queue];
	struct memo m = { .abandoned = 1 };
	int servers = (int)(x->people[k][i] * q->concurrency);
	if (v->offered == 0)
		return true;
	/* Intervals are not islands: someone is always near enough to pick up. */
	if (servers < 1)
		servers = 1;
	if (!figures(x, v->queue, servers, fmax(v->offered, .5), &m, e))
		return false;
	v->abandoned = binomial(x->r, m.abandoned, v->offered);
	v->handled = v->offered - v->abandoned;
	v->in_target = binomial(x->r, m.in_target, v->handled);
	v->wait_s = round((double)v->offered * (double)m.wait_s * exp(.3 * gsl_ran_ugaussian(x->r) - .045));
	return true;
}

static void draw_deferred(struct traffic *x, double share_in_time, struct demo_interval *v)
{
	const struct demo_queue *q = &demo_queues[v->queue];
	v->handled = v->offered;
	v->in_target = binomial(x->r, share_in_time, v->handled);
	v->wait_s = round(v->handled * (q->turnaround_min * 60.0) * .3 *
			  exp(.25 * gsl_ran_ugaussian(x->r) - .03));
}

/* Contacts against expectation in the hours of the outage: silence, then the rush. */
static double outage(const struct demo *d, int site, int64_t date, int minute)
{
	for (size_t i = 0; i < d->specials.count; i++) {
		const struct demo_special *s = &d->specials.items[i];
		if (s->day != date || s->site != site || strcmp(s->kind, "outage") != 0)
			continue;
		if (minute >= 600 && minute < 840)
			return .08;
		return minute >= 840 && minute < 1020 ? 1.3 : 1;
	}
	return 1;
}

static bool draw_queue(struct traffic *x, int unit, int k, int64_t date, double day_times,
		       double *agent_s, struct err *e)
{
	struct demo *d = x->d;
	int queue = unit * DEMO_QUEUES_PER_SITE + k;
	const struct demo_queue *q = &demo_queues[queue];
	double times = day_times * exp(.03 * gsl_ran_ugaussian(x->r));
	double aht = handling_s(q) * exp(.012 * gsl_ran_ugaussian(x->r));
	double in_time = clamp01(.985 - .9 * fmax(0, times - 1.06));
	for (int i = 0; i < x->slots; i++) {
		double mean = x->mean[k][i] * times;
		if (x->mean[k][i] <= 0)
			continue;
		mean *= gsl_ran_gamma(x->r, 160, 1 / 160.0) * outage(d, unit, date, x->minute[i]);
		struct demo_interval *v = DEMO_PUSH(d, intervals);
		*v = (struct demo_interval){ .queue = queue, .start = x->start[i] };
		v->offered = (int)gsl_ran_poisson(x->r, mean);
		if (q->turnaround_min)
			draw_deferred(x, in_time, v);
		else if (!draw_live(x, k, i, v, e))
			return false;
		if (v->handled == 0)
			continue;
		double mean_s = aht * (1 + .025 * cos(2 * M_PI * (x->minute[i] - 1200) / 1440.0));
		mean_s *= 1 + .4 * gsl_ran_ugaussian(x->r) / sqrt(v->handled);
		v->handle_s = round(v->handled * fmax(mean_s, aht * .3));
		*agent_s += v->handle_s / q->concurrency;
	}
	return true;
}

static void draw_outcome(struct traffic *x, struct demo_handled *h)
{
	const struct demo_site *s = &demo_sites[h->site];
	int skill = demo_queues[h->queue].skill;
	h->resolved = binomial(x->r, s->resolved, h->handled);
	h->satisfaction_count = binomial(x->r, .13, h->handled);
	double sum = h->satisfaction_count * s->satisfied +
		     .9 * sqrt(h->satisfaction_count) * gsl_ran_ugaussian(x->r);
	h->satisfaction_sum = (int)lround(fmin(fmax(sum, h->satisfaction_count),
					       5.0 * h->satisfaction_count));
	double sold = skill == ADVICE ? .11 : skill == SERVICE ? .035 : 0;
	h->sales = binomial(x->r, sold, h->handled);
}

/* A queue's day by the site that did the work: while Valdivia was moving, both did a part. */
static void sum_day(struct traffic *x, int queue, int t, size_t first, double away_share)
{
	struct demo *d = x->d;
	struct demo_handled all = { .queue = queue, .t = t, .site = demo_queues[queue].site };
	for (size_t i = first; i < d->intervals.count; i++) {
		const struct demo_interval *v = &d->intervals.items[i];
		if (v->queue != queue)
			continue;
		all.offered += v->offered;
		all.handled += v->handled;
		all.abandoned += v->abandoned;
		all.in_target += v->in_target;
		all.handle_s += v->handle_s;
	}
	struct demo_handled there = { .queue = queue, .t = t, .site = SCL };
	there.handled = (int)lround(all.handled * away_share);
	there.abandoned = (int)lround(all.abandoned * away_share);
	there.offered = there.handled + there.abandoned;
	there.in_target = (int)lround(fmin(all.in_target * away_share, there.handled));
	there.handle_s = round(all.handle_s * away_share);
	if (there.offered > 0) {
		draw_outcome(x, &there);
		*DEMO_PUSH(d, handled) = there;
	}
	all.offered -= there.offered;
	all.handled -= there.handled;
	all.abandoned -= there.abandoned;
	all.in_target -= there.in_target;
	all.handle_s -= there.handle_s;
	if (all.offered > 0) {
		draw_outcome(x, &all);
		*DEMO_PUSH(d, handled) = all;
	}
}

/* Nobody handles for longer than they worked: a day too full is a day of shorter contacts. */
static double hurry(struct demo *d, size_t first, double agent_s, double work_s)
{
	double most = work_s * .955;
	if (agent_s <= most)
		return agent_s;
	double sum = 0;
	for (size_t i = first; i < d->intervals.count; i++) {
		struct demo_interval *v = &d->intervals.items[i];
		v->handle_s = floor(v->handle_s * most / agent_s);
		sum += v->handle_s / demo_queues[v->queue].concurrency;
	}
	return sum;
}

/* Share of the unit's work done by people who still sit in Santiago. */
static double share_away(const struct demo *d, const struct demo_shift_day *s)
{
	double there = 0;
	for (size_t i = s->first; i < s->first + s->count; i++) {
		const struct demo_agent_day *a = &d->agent_days.items[i];
		if (a->site != s->unit)
			there += a->waiting;
	}
	return s->work_s > 0 ? there / s->work_s : 0;
}

static bool make_day(struct traffic *x, int unit, int t, struct err *e)
{
	struct demo *d = x->d;
	int64_t date = d->first_day + t;
	bool closed;
	struct demo_shift_day s;
	find_slots(x, unit, date);
	demo_special_factor(d, unit * DEMO_QUEUES_PER_SITE, date, &closed);
	if (x->slots == 0 || closed)
		return true;
	demo_day_begin(d, unit, t, x->r, &s);
	size_t first = d->intervals.count;
	double agent_s = 0, times = exp(.055 * gsl_ran_ugaussian(x->r));
	if (!spread_people(x, unit, date, s.work_s))
		return err_set(e, ERR_INTERNAL, "demo: nobody at work at %s", demo_sites[unit].code);
	for (int k = 0; k < DEMO_QUEUES_PER_SITE; k++)
		if (!draw_queue(x, unit, k, date, times, &agent_s, e))
			return false;
	agent_s = hurry(d, first, agent_s, s.work_s);
	double away = share_away(d, &s);
	for (int k = 0; k < DEMO_QUEUES_PER_SITE; k++)
		sum_day(x, unit * DEMO_QUEUES_PER_SITE + k, t, first, away);
	demo_day_finish(d, &s, agent_s, x->r);
	return true;
}

bool demo_make_traffic(struct demo *d, struct err *e)
{
	struct traffic x = { .d = d };
	bool ok = false;
	x.r = demo_rng(d->seed, STREAM_TRAFFIC, 0);
	x.memo = calloc(MEMO, sizeof *x.memo);
	if (!x.r || !x.memo) {
		err_set(e, ERR_UNAVAILABLE, "out of memory");
		goto out;
	}
	for (int unit = 0; unit < DEMO_SITES; unit++)
		for (int t = 0; t < d->days; t++)
			if (!make_day(&x, unit, t, e))
				goto out;
	ok = true;
out:
	free(x.memo);
	if (x.r)
		gsl_rng_free(x.r);
	return ok;
}
