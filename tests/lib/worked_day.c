/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/worked_day.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int32_t spans_fill(const struct worked_day *d, int32_t agents, struct wfm_sim_span *spans)
{
	double seconds = d->options->interval_s;
	int32_t n = 0;
	for (int32_t j = 0; j < agents; j++)
		for (int32_t i = 0; i < d->intervals; i++) {
			if (d->requirements[i].agents <= j)
				continue;
			if (n > 0 && spans[n - 1].agent == j && spans[n - 1].end_s == i * seconds)
				spans[n - 1].end_s += seconds;
			else
				spans[n++] = (struct wfm_sim_span){ j, 0, i * seconds,
								    (i + 1) * seconds, false };
		}
	return n;
}

struct wfm_simulation *worked_day_play(const struct worked_day *d)
{
	const struct wfm_staffing_options *o = d->options;
	size_t n = (size_t)d->intervals;
	int32_t agents = 0;
	for (size_t i = 0; i < n; i++)
		agents = d->requirements[i].agents > agents ? d->requirements[i].agents : agents;
	double *numbers = calloc(2 * n, sizeof *numbers);
	struct wfm_sim_span *spans = calloc((size_t)agents * n + 1, sizeof *spans);
	struct wfm_simulation *s = NULL;
	if (numbers == NULL || spans == NULL)
		goto out;
	for (size_t i = 0; i < n; i++) {
		numbers[i] = d->loads[i].open ? d->loads[i].volume : 0.0;
		numbers[n + i] = d->loads[i].aht_s;
	}
	struct wfm_sim_queue queue = { .volume = numbers, .aht_s = numbers + n,
				       .lobby = o->lobby_limited ? o->lobby : -1,
				       .patience_s = o->patience_s, .within_s = o->target.within_s,
				       .definition = o->target.definition,
				       .target = o->target.service_level };
	struct wfm_sim_skill skill = { 0, 1, 0.0, 1.0 };
	struct wfm_sim_set set = { &skill, 1 };
	struct wfm_sim_problem p = { .interval_s = o->interval_s, .interval_count = d->intervals,
				     .queues = &queue, .queue_count = 1, .sets = &set, .set_count = 1,
				     .spans = spans, .agent_count = agents };
	p.span_count = spans_fill(d, agents, spans);
	struct wfm_sim_options so = { .seed = d->seed, .replications = d->replications, .threads = 1,
				      .trace_replication = -1 };
	struct wfm_error e;
	if (wfm_simulate(&p, &so, &s, &e) != WFM_OK) {
		(void)fprintf(stderr, "%s %s\n", e.path, e.message);
		s = NULL;
	}
out:
	free(spans);
	free(numbers);
	return s;
}

/* In time of one who finds i there, n at work from then on. */
static double in_time(int i, int n, double mu, double theta, double within_s)
{
	if (i < n)
		return 1.0;
	if (n == 0)
		return 0.0;
	double a = n * mu / theta, q = i - n;
	return a / (a + q + 1.0) * gsl_cdf_beta_Q(exp(-theta * within_s), a + 1.0, q + 1.0);
}

/* States between which probability lies, and their service level, as far as it has been asked for. */
enum { STATES = 6000 };
struct chain {
	double p[STATES + 2], level[STATES + 1];
	int low, high, known_low, known_high;
};

static void chain_span(struct chain *c, int n, double mu, double theta, double within_s)
{
	if (c->high < STATES && c->p[c->high] > 1e-13)
		c->high++;
	if (c->low > 0 && c->p[c->low] > 1e-13)
		c->low--;
	for (int i = c->low; i <= c->high; i++)
		if (i < c->known_low || i > c->known_high)
			c->level[i] = in_time(i, n, mu, theta, within_s);
	c->known_low = c->low < c->known_low ? c->low : c->known_low;
	c->known_high = c->high > c->known_high ? c->high : c->known_high;
	while (c->low < c->high && c->p[c->low] < 1e-16 && c->p[c->low + 1] < 1e-14)
		c->p[c->low++] = 0.0;
	while (c->high > c->low && c->p[c->high] < 1e-16 && c->p[c->high - 1] < 1e-14)
		c->p[c->high--] = 0.0;
}

/* Euler steps in which no state loses more than a quarter of itself. */
void worked_day_exact(const struct worked_day *d, double *level)
{
	static struct chain c;
	const struct wfm_staffing_options *o = d->options;
	double theta = 1.0 / o->patience_s;
	c = (struct chain){ .p = { 1.0 } };
	for (int32_t k = 0; k < d->intervals; k++) {
		const struct wfm_load *v = &d->loads[k];
		int n = d->requirements[k].agents;
		double lambda = v->open ? v->volume / o->interval_s : 0.0;
		double mu = v->aht_s > 0.0 ? 1.0 / v->aht_s : 0.0, sum = 0.0;
		double queue = fmax(c.high - n, 0.5 * n + 12.0 * sqrt(n) + 60.0);
		int steps = (int)ceil(4.0 * o->interval_s * (lambda + n * mu + queue * theta));
		double dt = (double)o->interval_s / steps;
		c.known_low = STATES + 1;
		c.known_high = -1;
		for (int t = 0; t < steps; t++) {
			double below = 0.0; /* what flowed up from the state before */
			chain_span(&c, n, mu, theta, o->target.within_s);
			for (int i = c.low; i <= c.high; i++) {
				sum += c.p[i] * c.level[i];
				double up = i < c.high ? c.p[i] * lambda * dt : 0.0;
				double down = i > c.low ? c.p[i] * dt * ((i < n ? i : n) * mu +
									 (i > n ? i - n : 0) * theta)
							: 0.0;
				c.p[i] += below - up - down;
				if (i > c.low)
					c.p[i - 1] += down;
				below = up;
			}
		}
		level[k] = sum / steps;
	}
}

struct worked_day_worst worked_day_worst(const struct worked_day *d, const struct wfm_simulation *s,
					 double short_by)
{
	struct worked_day_worst w = { .level = 1.0, .interval = -1 };
	for (int32_t i = 0; i < d->intervals; i++) {
		w.hours += d->requirements[i].agents * d->options->interval_s / 3600.0;
		if (!d->loads[i].open || !(d->loads[i].volume > 0.0))
			continue;
		double level = s->interval[i].service_level;
		w.short_count += level < d->options->target.service_level - short_by;
		if (w.interval < 0 || level < w.level) {
			w.level = level;
			w.interval = i;
		}
	}
	return w;
}
