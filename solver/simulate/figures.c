/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From tallies to figures. A share R = Σx ÷ Σy over n replications has, by the ratio estimator
 * (Cochran 1977, 6.3), the variance  n/(n−1) · Σ(x_i − R·y_i)² ÷ (Σy)².
 *
 * Blocks of a fixed number of replications are merged in order, so that rounding, too, is the same
 * for any number of threads.
 */
#include "sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double Z95 = 1.959963984540054;

static size_t cells_of(const struct sim_tables *t)
{
	return (size_t)t->p->queue_count * (size_t)t->p->interval_count;
}

bool sim_block_alloc(struct sim_block *b, const struct sim_tables *t)
{
	size_t queues = (size_t)t->p->queue_count, days = (size_t)t->day_count * queues;
	*b = (struct sim_block){ 0 };
	b->interval = calloc(cells_of(t), sizeof *b->interval);
	b->day = calloc(days, sizeof *b->day);
	b->total = calloc(queues, sizeof *b->total);
	b->load = calloc((size_t)(t->p->set_count + 1) * (size_t)t->p->interval_count,
			 sizeof *b->load);
	b->handled_s = calloc((size_t)(t->p->set_count + 1) * queues, sizeof *b->handled_s);
	b->day_service_level = calloc(SIM_BLOCK * days, sizeof *b->day_service_level);
	b->day_tally = calloc(days + queues, sizeof *b->day_tally);
	return b->interval != NULL && b->day != NULL && b->total != NULL && b->load != NULL &&
	       b->handled_s != NULL && b->day_service_level != NULL && b->day_tally != NULL;
}

void sim_block_free(struct sim_block *b)
{
	free(b->interval);
	free(b->day);
	free(b->total);
	free(b->load);
	free(b->handled_s);
	free(b->day_service_level);
	free(b->day_tally);
	*b = (struct sim_block){ 0 };
}

void sim_block_clear(struct sim_block *b, const struct sim_tables *t)
{
	size_t queues = (size_t)t->p->queue_count, days = (size_t)t->day_count * queues;
	memset(b->interval, 0, cells_of(t) * sizeof *b->interval);
	memset(b->day, 0, days * sizeof *b->day);
	memset(b->total, 0, queues * sizeof *b->total);
	memset(b->load, 0, (size_t)t->p->set_count * (size_t)t->p->interval_count * sizeof *b->load);
	memset(b->handled_s, 0, (size_t)t->p->set_count * queues * sizeof *b->handled_s);
	b->contacts = 0;
}

static void ratio_add(struct sim_ratio *r, double x, double y)
{
	r->x += x;
	r->y += y;
	r->xx += x * x;
	r->xy += x * y;
	r->yy += y * y;
}

static void sums_add(struct sim_sums *s, const struct sim_tally *k)
{
	s->offered += k->offered;
	s->wait_s += k->wait_s;
	ratio_add(&s->service, k->good, k->judged);
	ratio_add(&s->abandoned, k->abandoned, k->offered);
	ratio_add(&s->asa, k->wait_answered_s, k->answered);
}

static void tally_add(struct sim_tally *to, const struct sim_tally *k)
{
	to->offered += k->offered;
	to->good += k->good;
	to->judged += k->judged;
	to->answered += k->answered;
	to->abandoned += k->abandoned;
	to->wait_answered_s += k->wait_answered_s;
	to->wait_s += k->wait_s;
}

void sim_block_add(struct sim_block *b, const struct sim_tables *t, const struct sim_tally *tally,
		   int32_t at)
{
	size_t queues = (size_t)t->p->queue_count, day_count = (size_t)t->day_count;
	size_t days = queues * day_count;
	struct sim_tally *total = b->day_tally + days;
	memset(b->day_tally, 0, (days + queues) * sizeof *b->day_tally);
	for (size_t q = 0; q < queues; q++)
		for (int32_t i = 0; i < t->p->interval_count; i++) {
			size_t cell = q * (size_t)t->p->interval_count + (size_t)i;
			size_t day = t->p->day != NULL ? (size_t)t->p->day[i] : 0;
			if (!(tally[cell].offered > 0.0))
				continue;
			sums_add(&b->interval[cell], &tally[cell]);
			tally_add(&b->day_tally[q * day_count + day], &tally[cell]);
			tally_add(&total[q], &tally[cell]);
		}
	for (size_t i = 0; i < days; i++) {
		const struct sim_tally *k = &b->day_tally[i];
		sums_add(&b->day[i], k);
		b->day_service_level[(size_t)at * days + i] =
			(float)(k->judged > 0.0 ? k->good / k->judged : NAN);
	}
	for (size_t q = 0; q < queues; q++)
		sums_add(&b->total[q], &total[q]);
}

static void merge_ratio(struct sim_ratio *to, const struct sim_ratio *r)
{
	to->x += r->x;
	to->y += r->y;
	to->xx += r->xx;
	to->xy += r->xy;
	to->yy += r->yy;
}

static void merge_sums(struct sim_sums *to, const struct sim_sums *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		to[i].offered += s[i].offered;
		to[i].wait_s += s[i].wait_s;
		merge_ratio(&to[i].service, &s[i].service);
		merge_ratio(&to[i].abandoned, &s[i].abandoned);
		merge_ratio(&to[i].asa, &s[i].asa);
	}
}

void sim_result_merge(struct wfm_simulation *r, struct sim_block *all, const struct sim_block *b,
		      const struct sim_tables *t, int32_t count)
{
	size_t queues = (size_t)t->p->queue_count, days = queues * (size_t)t->day_count;
	size_t loads = (size_t)t->p->set_count * (size_t)t->p->interval_count;
	merge_sums(all->interval, b->interval, cells_of(t));
	merge_sums(all->day, b->day, days);
	merge_sums(all->total, b->total, queues);
	for (size_t i = 0; i < loads; i++) {
		all->load[i].present_s += b->load[i].present_s;
		all->load[i].busy_s += b->load[i].busy_s;
	}
	for (size_t i = 0; i < (size_t)t->p->set_count * queues; i++)
		all->handled_s[i] += b->handled_s[i];
	memcpy(r->day_service_level + (size_t)r->replications * days, b->day_service_level,
	       (size_t)count * days * sizeof *r->day_service_level);
	r->replications += count;
	r->contacts += b->contacts;
}

static double ratio_width(const struct sim_ratio *r, double n)
{
	double share = r->x / r->y;
	double squares = r->xx - 2.0 * share * r->xy + share * share * r->yy;
	return n < 2.0 ? INFINITY : Z95 * sqrt(n / (n - 1.0) * fmax(squares, 0.0)) / r->y;
}

double sim_half_width(const struct sim_block *all, const struct sim_tables *t, int32_t replications)
{
	double worst = 0.0;
	for (int32_t q = 0; q < t->p->queue_count; q++)
		if (all->total[q].service.y > 0.0)
			worst = fmax(worst, ratio_width(&all->total[q].service, replications));
	return worst;
}

static void write_ratio(const struct sim_ratio *r, double n, double most, double *mean, double *low,
			double *high)
{
	*mean = *low = *high = NAN;
	if (!(r->y > 0.0))
		return;
	double width = ratio_width(r, n);
	*mean = r->x / r->y;
	*low = fmax(0.0, *mean - width);
	*high = fmin(most, *mean + width);
}

static void write_figures(struct wfm_sim_figures *f, const struct sim_sums *s, double n)
{
	f->offered = s->offered / n;
	f->wait_s = s->offered > 0.0 ? s->wait_s / s->offered : NAN;
	write_ratio(&s->service, n, 1.0, &f->service_level, &f->service_level_low,
		    &f->service_level_high);
	write_ratio(&s->abandoned, n, 1.0, &f->abandoned_share, &f->abandoned_low,
		    &f->abandoned_high);
	write_ratio(&s->asa, n, INFINITY, &f->asa_s, &f->asa_low_s, &f->asa_high_s);
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

/* Quantile of n sorted values by linear interpolation (type 7). */
static double quantile(const float *v, int32_t n, double p)
{
	double at = p * (n - 1);
	int32_t i = (int32_t)at;
	if (n == 0)
		return NAN;
	return i + 1 < n ? (double)v[i] + (at - i) * ((double)v[i + 1] - (double)v[i]) : (double)v[i];
}

static void write_day(struct wfm_simulation *r, size_t i, size_t days, double target, float *work)
{
	struct wfm_sim_day *d = &r->day[i];
	int32_t n = 0, good = 0;
	for (int32_t k = 0; k < r->replications; k++) {
		float v = r->day_service_level[(size_t)k * days + i];
		if (isnan(v))
			continue;
		work[n++] = v;
		good += (double)v >= target - 1e-6; /* kept as float */
	}
	qsort(work, (size_t)n, sizeof *work, ascending);
	d->sl_p10 = quantile(work, n, 0.1);
	d->sl_p50 = quantile(work, n, 0.5);
	d->sl_p90 = quantile(work, n, 0.9);
	d->p_target = target > 0.0 && n > 0 ? (double)good / n : NAN;
}

struct wfm_simulation *sim_result_new(const struct sim_tables *t, int32_t replications)
{
	size_t queues = (size_t)t->p->queue_count, days = queues * (size_t)t->day_count;
	struct wfm_simulation *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	r->queue_count = t->p->queue_count;
	r->interval_count = t->p->interval_count;
	r->day_count = t->day_count;
	r->set_count = t->p->set_count;
	r->interval = calloc(cells_of(t), sizeof *r->interval);
	r->day = calloc(days, sizeof *r->day);
	r->total = calloc(queues, sizeof *r->total);
	r->load = calloc((size_t)(t->p->set_count + 1) * (size_t)t->p->interval_count,
			 sizeof *r->load);
	r->handled_s = calloc((size_t)(t->p->set_count + 1) * queues, sizeof *r->handled_s);
	r->day_service_level = calloc((size_t)replications * days, sizeof *r->day_service_level);
	if (r->interval != NULL && r->day != NULL && r->total != NULL && r->load != NULL &&
	    r->handled_s != NULL && r->day_service_level != NULL)
		return r;
	wfm_simulation_free(r);
	return NULL;
}

bool sim_result_finish(struct wfm_simulation *r, const struct sim_block *all,
		       const struct sim_tables *t)
{
	size_t queues = (size_t)t->p->queue_count, day_count = (size_t)t->day_count;
	size_t loads = (size_t)t->p->set_count * (size_t)t->p->interval_count;
	double n = r->replications;
	float *work = calloc((size_t)r->replications + 1, sizeof *work);
	if (work == NULL)
		return false;
	for (size_t i = 0; i < cells_of(t); i++)
		write_figures(&r->interval[i], &all->interval[i], n);
	for (size_t q = 0; q < queues; q++) {
		write_figures(&r->total[q], &all->total[q], n);
		for (size_t d = 0; d < day_count; d++) {
			size_t i = q * day_count + d;
			write_figures(&r->day[i].figures, &all->day[i], n);
			write_day(r, i, queues * day_count, t->p->queues[q].target, work);
		}
	}
	for (size_t i = 0; i < loads; i++)
		r->load[i] = (struct wfm_sim_load){ all->load[i].present_s / n,
						    all->load[i].busy_s / n };
	for (size_t i = 0; i < (size_t)t->p->set_count * queues; i++)
		r->handled_s[i] = all->handled_s[i] / n;
	free(work);
	return true;
}

void wfm_simulation_free(struct wfm_simulation *s)
{
	if (s == NULL)
		return;
	free(s->interval);
	free(s->day);
	free(s->total);
	free(s->load);
	free(s->handled_s);
	free(s->day_service_level);
	free(s->trace);
	free(s);
}

enum wfm_status wfm_simulation_compare(const struct wfm_simulation *a, const struct wfm_simulation *b,
				       struct wfm_sim_difference *out, struct wfm_error *e)
{
	if (a->replications != b->replications || a->queue_count != b->queue_count ||
	    a->day_count != b->day_count)
		return wfm_fail(e, WFM_INVALID, "/replications",
				"both must have the same replications, queues and days");
	size_t cells = (size_t)a->queue_count * (size_t)a->day_count;
	for (size_t i = 0; i < cells; i++) {
		double n = 0.0, sum = 0.0, squares = 0.0;
		for (int32_t k = 0; k < a->replications; k++) {
			size_t at = (size_t)k * cells + i;
			double d = (double)b->day_service_level[at] - (double)a->day_service_level[at];
			if (isnan(d))
				continue;
			n += 1.0;
			sum += d;
			squares += d * d;
		}
		double mean = sum / n;
		double variance = n > 1.0 ? fmax(squares - n * mean * mean, 0.0) / (n - 1.0) : INFINITY;
		double width = Z95 * sqrt(variance / n);
		out[i] = (struct wfm_sim_difference){ mean, mean - width, mean + width };
	}
	return WFM_OK;
}
