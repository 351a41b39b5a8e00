/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that may wait, over weeks drawn at random (fixed seed): nothing is late where people enough
 * could be had, the cost is what trying everything finds, and the answer adds up when recounted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wfm/deferred.h"

enum { MOST_N = 672, MOST_QUEUES = 3, MOST_CLASSES = 4, MOST_BATCHES = 40, UNIT = 900 };

static uint64_t state_ = 20261123;

static double uniform(double low, double high)
{
	state_ = state_ * 6364136223846793005u + 1442695040888963407u;
	return low + (high - low) * (double)(state_ >> 11) * 0x1p-53;
}

static int whole(int low, int high)
{
	return (int)floor(uniform(low, high + 1));
}

/* A problem with room for all that it points to. */
struct drawn {
	struct wfm_deferred_problem p;
	struct wfm_deferred_queue queue[MOST_QUEUES];
	struct wfm_load load[MOST_QUEUES][MOST_N];
	struct wfm_deferred_batch batch[MOST_QUEUES][MOST_BATCHES];
	struct wfm_deferred_class class[MOST_CLASSES];
	uint8_t can[MOST_CLASSES][MOST_QUEUES];
	double free_s[MOST_CLASSES][MOST_N];
	int32_t most[MOST_CLASSES][MOST_N];
};

static void frame(struct drawn *d, size_t n, size_t queues, size_t classes)
{
	memset(d, 0, sizeof *d);
	d->p = (struct wfm_deferred_problem){ n, UNIT, d->queue, queues, d->class, classes, 0 };
	for (size_t q = 0; q < queues; q++)
		d->queue[q] = (struct wfm_deferred_queue){ .loads = d->load[q], .batches = d->batch[q],
							   .turnaround_s = UNIT, .end_backlog_s = NAN };
	for (size_t c = 0; c < classes; c++)
		d->class[c] = (struct wfm_deferred_class){ .queues = d->can[c], .free_s = d->free_s[c],
							   .max_extra = d->most[c], .cost = 1 };
}

/* Open some hours of some days, each queue a little otherwise. */
static void open_hours(struct drawn *d)
{
	for (size_t q = 0; q < d->p.queue_count; q++) {
		size_t opens = (size_t)whole(0, 8), closes = (size_t)whole(12, 24);
		size_t shut = (size_t)whole(0, 9);
		for (size_t i = 0; i < d->p.n; i++)
			d->load[q][i].open = i % 24 >= opens && i % 24 < closes && i / 24 != shut;
	}
}

static struct wfm_deferred *solve(const struct drawn *d)
{
	struct wfm_deferred *r;
	struct wfm_error e = { 0 };
	if (wfm_deferred_solve(&d->p, &r, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return r;
}

/* Open seconds of a queue before time t. */
static double open_before(const struct drawn *d, size_t q, double t)
{
	double sum = 0;
	for (size_t i = 0; i < d->p.n && (double)i * UNIT < t; i++)
		if (d->load[q][i].open)
			sum += fmin(UNIT, t - (double)i * UNIT);
	return sum;
}

/* Everything told is recounted from the people and the work done. */
static void recount(const struct drawn *d, const struct wfm_deferred *r)
{
	double free_used = 0, free_done = 0, paid_done = 0, paid = 0, cost = 0;
	for (size_t i = 0; i < d->p.n; i++) {
		double done = 0, can = 0;
		for (size_t c = 0; c < d->p.class_count; c++) {
			const struct wfm_deferred_class *k = &d->class[c];
			int32_t extra = r->extra[c * r->n + i];
			double rate = (k->useful > 0 ? k->useful : 1) * UNIT;
			assert_true(extra >= 0 && (k->max_extra == NULL || extra <= k->max_extra[i]));
			assert_true(r->free_used_s[c * r->n + i] <= k->free_s[i] + 1e-6);
			free_used += r->free_used_s[c * r->n + i];
			can += k->free_s[i] + extra * rate;
			paid += extra * rate;
			cost += extra * k->cost;
		}
		for (size_t q = 0; q < d->p.queue_count; q++) {
			const struct wfm_deferred_figures *f = &r->figures[q * r->n + i];
			assert_true(d->load[q][i].open || f->done_s < 1e-6);
			assert_true(f->backlog_s > -1e-6 && f->late_s <= f->backlog_s + 1e-6);
			assert_true(f->in_time_s <= f->due_s + 1e-6);
			done += f->done_s;
			free_done += f->free_s;
			paid_done += f->done_s - f->free_s;
		}
		assert_true(done <= can + 1e-6);
	}
	for (size_t q = 0; q < d->p.queue_count; q++) {
		double there = 0, done = 0;
		for (size_t b = 0; b < d->queue[q].batch_count; b++)
			there += d->batch[q][b].work_s;
		for (size_t i = 0; i < d->p.n; i++) {
			there += d->load[q][i].volume * d->load[q][i].aht_s;
			done += r->figures[q * r->n + i].done_s;
		}
		double left = r->figures[q * r->n + d->p.n - 1].backlog_s;
		assert_true(fabs(there - done - left) < 1e-4 * (1 + there));
	}
	assert_true(fabs(free_used - free_done) < 1e-4 * (1 + free_used));
	assert_true(paid_done <= paid + 1e-4);
	assert_true(fabs(cost - r->cost) < 1e-6 * (1 + cost));
}

/* Items by a clock of our own: nothing begins to be done after it was due. */
static void check_items(const struct drawn *d, const struct wfm_deferred *r)
{
	double end = (double)d->p.n * UNIT;
	for (size_t k = 0; k < r->item_count; k++) {
		const struct wfm_deferred_item *v = &r->items[k];
		size_t q = (size_t)v->queue;
		double due = INFINITY;
		assert_true(v->late_s < 1e-3);
		if (v->batch >= 0) {
			due = d->batch[q][v->batch].due_s;
		} else if (!d->queue[q].open_hours) {
			due = (v->interval + 1.0) * UNIT + d->queue[q].turnaround_s;
		} else {
			double open = open_before(d, q, (v->interval + 1.0) * UNIT) +
				      d->queue[q].turnaround_s;
			for (size_t i = 0; i < d->p.n && isinf(due); i++)
				if (open_before(d, q, (double)(i + 1) * UNIT) >= open - 1e-6)
					due = (double)i * UNIT + open - open_before(d, q, (double)i * UNIT);
		}
		if (due <= end) {
			assert_true(fabs(v->due_s - due) < 1e-3);
			assert_true(v->done_last >= 0);
			assert_true(v->done_last * (double)UNIT < due);
		} else {
			assert_true(v->due_s > end);
		}
		assert_true(v->done_first < 0 || v->done_first >= v->interval);
		assert_true(v->done_last < 0 || v->done_first <= v->done_last);
	}
}

/* E-mail and the like: without a cap nothing is late, whatever the hours, the backlog, the idle time. */
static void test_never_late_without_a_cap(void **state)
{
	(void)state;
	static struct drawn d;
	double cost = 0, exact = 0;
	for (int t = 0; t < 150; t++) {
		frame(&d, (size_t)whole(60, 240), (size_t)whole(1, 3), (size_t)whole(1, 4));
		open_hours(&d);
		for (size_t q = 0; q < d.p.queue_count; q++) {
			d.queue[q].turnaround_s = UNIT * whole(1, 40);
			d.queue[q].open_hours = true;
			for (size_t i = 0; i < d.p.n; i++) {
				d.load[q][i].volume = uniform(0, 1) < 0.3 ? 0 : uniform(0, 4);
				d.load[q][i].aht_s = uniform(100, 900);
			}
			/* Due from the end of the first open day on. */
			d.queue[q].batch_count = (size_t)whole(0, 4);
			for (size_t b = 0; b < d.queue[q].batch_count; b++)
				d.batch[q][b] = (struct wfm_deferred_batch){
					uniform(0, 40000), 0, UNIT * whole(48, (int)d.p.n + 40) };
			d.can[0][q] = 1;
		}
		for (size_t c = 0; c < d.p.class_count; c++) {
			d.class[c].max_extra = c == 0 ? NULL : d.most[c];
			d.class[c].cost = c == 0 ? 2 : uniform(0.5, 2);
			d.class[c].useful = uniform(0.5, 1);
			for (size_t i = 0; i < d.p.n; i++) {
				d.free_s[c][i] = uniform(0, 1) < 0.5 ? 0 : uniform(0, 2.0 * UNIT);
				d.most[c][i] = whole(0, 2);
			}
			for (size_t q = 0; q < d.p.queue_count; q++)
				d.can[c][q] |= uniform(0, 1) < 0.5;
		}
		struct wfm_deferred *r = solve(&d);
		if (r->late_s > 0)
			fail_msg("case %d is late by %g s, %g with fractions", t, r->late_s, r->exact_late_s);
		recount(&d, r);
		check_items(&d, r);
		assert_true(fabs(r->due_s - r->in_time_s) < 1e-3);
		assert_true(r->left_over_s < 1e-3);
		cost += r->cost;
		exact += r->exact_cost;
		wfm_deferred_free(r);
	}
	print_message("# whole people cost %.2f %% more than fractions\n", 100 * (cost / exact - 1));
	assert_true(cost < exact * 1.06);
}

/* Work put where people have time for it, class by class: so they can, and must be found to. */
static void test_never_late_within_caps(void **state)
{
	(void)state;
	static struct drawn d;
	for (int t = 0; t < 300; t++) {
		frame(&d, (size_t)whole(20, 120), (size_t)whole(1, 3), (size_t)whole(1, 4));
		open_hours(&d);
		for (size_t q = 0; q < d.p.queue_count; q++)
			for (size_t c = 0; c < d.p.class_count; c++)
				d.can[c][q] = c == q || uniform(0, 1) < 0.4;
		for (size_t c = 0; c < d.p.class_count; c++)
			for (size_t i = 0; i < d.p.n; i++) {
				d.most[c][i] = whole(0, 3);
				d.free_s[c][i] = uniform(0, 1) < 0.5 ? 0 : uniform(0, UNIT);
			}
		static double room[MOST_CLASSES][MOST_N];
		for (size_t c = 0; c < d.p.class_count; c++)
			for (size_t i = 0; i < d.p.n; i++)
				room[c][i] = d.free_s[c][i] + d.most[c][i] * (double)UNIT;
		for (size_t q = 0; q < d.p.queue_count; q++) {
			d.queue[q].end_backlog_s = 0;
			for (int b = 0; b < MOST_BATCHES; b++) {
				int from = whole(0, (int)d.p.n - 2), due = whole(from + 1, (int)d.p.n);
				double work = 0;
				for (int i = from; i < due; i++)
					for (size_t c = 0; c < d.p.class_count; c++) {
						if (!d.load[q][i].open || !d.can[c][q] || uniform(0, 1) < 0.7)
							continue;
						double part = room[c][i] * (uniform(0, 1) < 0.5 ? 1 : uniform(0, 1));
						room[c][i] -= part;
						work += part;
					}
				d.batch[q][d.queue[q].batch_count++] = (struct wfm_deferred_batch){
					work, from * (double)UNIT, due * (double)UNIT };
			}
		}
		bool any[MOST_QUEUES] = { false };
		for (size_t q = 0; q < d.p.queue_count; q++)
			for (size_t i = 0; i < d.p.n; i++)
				any[q] |= d.load[q][i].open;
		for (size_t q = 0; q < d.p.queue_count; q++)
			if (!any[q])
				d.queue[q].batch_count = 0;
		struct wfm_deferred *r = solve(&d);
		if (r->late_s > 1e-3 || r->left_over_s > 1e-3)
			fail_msg("case %d: late %g s, left %g s; fractions late %g s", t, r->late_s,
				 r->left_over_s, r->exact_late_s);
		recount(&d, r);
		check_items(&d, r);
		wfm_deferred_free(r);
	}
}

/* A week of quarter-hours is planned by blocks of them: no later for it, and hardly dearer. */
static void test_a_week_in_blocks(void **state)
{
	(void)state;
	static struct drawn d;
	double ours = 0, exact = 0;
	for (int t = 0; t < 4; t++) {
		bool capped = t % 4 == 3;
		frame(&d, MOST_N, 3, 4);
		for (size_t q = 0; q < 3; q++) {
			d.queue[q].turnaround_s = UNIT * whole(8, 60);
			d.queue[q].open_hours = t % 2 == 0;
			for (size_t i = 0; i < MOST_N; i++)
				d.load[q][i] = (struct wfm_load){
					uniform(0, 6) * (1.2 + sin((double)i * 0.0654)), 400, true };
			d.can[0][q] = d.can[q + 1][q] = 1;
			d.class[q + 1].max_extra = capped ? d.most[q + 1] : NULL;
		}
		for (size_t i = 0; i < MOST_N; i++)
			d.free_s[0][i] = uniform(0, 3.0 * UNIT);
		if (capped) { /* as many as are enough by themselves, moving within the blocks */
			struct wfm_deferred *r;
			for (size_t q = 0; q < 3; q++)
				d.class[q + 1].max_extra = NULL;
			r = solve(&d);
			for (size_t q = 0; q < 3; q++) {
				memcpy(d.most[q + 1], r->extra + (q + 1) * r->n, r->n * sizeof d.most[0][0]);
				d.class[q + 1].max_extra = d.most[q + 1];
			}
			wfm_deferred_free(r);
		}
		struct wfm_deferred *r = solve(&d);
		if (r->late_s > 0)
			fail_msg("case %d is late by %g s", t, r->late_s);
		recount(&d, r);
		check_items(&d, r);
		ours += r->cost;
		exact += r->exact_cost;
		wfm_deferred_free(r);
	}
	print_message("# weeks in blocks: whole people cost %.2f %% more than fractions\n", 100 * (ours / exact - 1));
	assert_true(ours < 1.05 * exact);
}

/* One pool of people for queues open alike: earliest due first is as good as it gets. */
static double edf_late(const struct drawn *d)
{
	enum { Q = MOST_QUEUES };
	static double waits[Q][2 * MOST_N];
	size_t n = d->p.n;
	double late = 0;
	memset(waits, 0, sizeof waits);
	for (size_t i = 0; i < n; i++) {
		double left = d->free_s[0][i] + d->most[0][i] * (double)UNIT;
		for (size_t q = 0; q < d->p.queue_count; q++)
			waits[q][i] += d->load[q][i].volume * d->load[q][i].aht_s;
		for (size_t due = 0; due <= 2 * (size_t)MOST_N && left > 0; due++)
			for (size_t q = 0; q < d->p.queue_count; q++) {
				size_t wait = (size_t)(d->queue[q].turnaround_s / UNIT);
				if (due < wait || due - wait > i)
					continue;
				double part = fmin(left, waits[q][due - wait]);
				waits[q][due - wait] -= part;
				left -= part;
			}
		/* What arrived in interval a is all due by the start of a + 1 + turnaround. */
		for (size_t q = 0; q < d->p.queue_count; q++) {
			size_t wait = (size_t)(d->queue[q].turnaround_s / UNIT);
			for (size_t a = 0; a <= i; a++)
				if (a + wait < i + 1)
					late += waits[q][a];
		}
	}
	return late;
}

static void test_least_late_where_people_are_too_few(void **state)
{
	(void)state;
	static struct drawn d;
	int late_cases = 0, good_cases = 0;
	for (int t = 0; t < 300; t++) {
		frame(&d, (size_t)whole(20, 100), (size_t)whole(1, 3), 1);
		double load = uniform(0.5, 1.1);
		for (size_t q = 0; q < d.p.queue_count; q++) {
			d.can[0][q] = 1;
			d.queue[q].turnaround_s = UNIT * whole(1, 12);
			d.queue[q].end_backlog_s = 1e9;
			for (size_t i = 0; i < d.p.n; i++)
				d.load[q][i] = (struct wfm_load){ whole(0, 4) / (double)d.p.queue_count * load,
								  UNIT, true };
		}
		for (size_t i = 0; i < d.p.n; i++) {
			d.most[0][i] = whole(0, 3);
			d.free_s[0][i] = whole(0, 2) * 0.5 * UNIT;
		}
		double least = edf_late(&d);
		struct wfm_deferred *r = solve(&d);
		if (least < 1e-6 ? r->late_s > 1e-3 : fabs(r->exact_late_s - least) > 1e-4 * least)
			fail_msg("case %d: %g s late, %g with fractions, where earliest due first is %g",
				 t, r->late_s, r->exact_late_s, least);
		assert_true(fabs(r->late_s - r->exact_late_s) < 1e-4 * (1 + least));
		late_cases += least > 1e-6;
		good_cases += least < 1e-6;
		double told = 0;
		for (size_t i = 0; i < d.p.n * d.p.queue_count; i++)
			told += r->figures[i].late_s;
		assert_true(fabs(told - r->late_s) < 1e-4 * (1 + least));
		recount(&d, r);
		wfm_deferred_free(r);
	}
	assert_true(late_cases > 50 && good_cases > 50);
}

/*
 * Trying everything: two queues, a class for both and one for the second, whole units of work. The
 * states are the units done of each by each interval.
 */
enum { SMALL_N = 7, SMALL_WORK = 14 };

struct small {
	int arrive[2][SMALL_N], wait[2], free_units[2][SMALL_N], most[2][SMALL_N], cost[2];
	int allowed[2];
	bool open[2][SMALL_N];
};

/* People for a units of queue 0 and b of queue 1 in interval i; −1: too many. */
static int price(const struct small *s, int i, int a, int b)
{
	int best = -1;
	for (int by_second = 0; by_second <= b; by_second++) {
		int x = a + b - by_second - s->free_units[0][i], y = by_second - s->free_units[1][i];
		x = x > 0 ? x : 0;
		y = y > 0 ? y : 0;
		if (x > s->most[0][i] || y > s->most[1][i])
			continue;
		int cost = x * s->cost[0] + y * s->cost[1];
		if (best < 0 || cost < best)
			best = cost;
	}
	return best;
}

static int due_by(const struct small *s, int q, int i)
{
	int next = i + 1, sum = 0;
	while (next < SMALL_N && !s->open[q][next])
		next++;
	for (int a = 0; a < SMALL_N; a++)
		if (a + 1 + s->wait[q] <= next)
			sum += s->arrive[q][a];
	return sum;
}

static double try_everything(const struct small *s, double dearest)
{
	static double best[SMALL_N + 1][SMALL_WORK + 1][SMALL_WORK + 1];
	int there[2] = { 0, 0 };
	for (int t = 0; t <= SMALL_N; t++)
		for (int a = 0; a <= SMALL_WORK; a++)
			for (int b = 0; b <= SMALL_WORK; b++)
				best[t][a][b] = INFINITY;
	best[0][0][0] = 0;
	for (int i = 0; i < SMALL_N; i++) {
		there[0] += s->arrive[0][i];
		there[1] += s->arrive[1][i];
		for (int a = 0; a <= there[0]; a++)
			for (int b = 0; b <= there[1]; b++)
				for (int c = a; c <= (s->open[0][i] ? there[0] : a); c++)
					for (int d = b; d <= (s->open[1][i] ? there[1] : b); d++) {
						int people = price(s, i, c - a, d - b);
						if (people < 0 || isinf(best[i][a][b]))
							continue;
						double late = 0;
						if (s->open[0][i])
							late += fmax(0, fmin(due_by(s, 0, i), there[0]) - c);
						if (s->open[1][i])
							late += fmax(0, fmin(due_by(s, 1, i), there[1]) - d);
						best[i + 1][c][d] = fmin(best[i + 1][c][d], best[i][a][b] +
									 people + 100 * dearest * late);
					}
	}
	double least = INFINITY;
	for (int a = 0; a <= there[0]; a++)
		for (int b = 0; b <= there[1]; b++)
			least = fmin(least, best[SMALL_N][a][b] +
				     10 * dearest * (fmax(0, there[0] - a - s->allowed[0]) +
						     fmax(0, there[1] - b - s->allowed[1])));
	return least;
}

static void draw_small(struct small *s, bool shut)
{
	int work[2] = { 0, 0 };
	memset(s, 0, sizeof *s);
	for (int q = 0; q < 2; q++) {
		s->wait[q] = whole(1, 4);
		s->allowed[q] = whole(0, 2);
		s->cost[q] = whole(1, 3);
		for (int i = 0; i < SMALL_N; i++) {
			int units = whole(0, 3);
			s->open[q][i] = !shut || i == SMALL_N - 1 || uniform(0, 1) < 0.8;
			s->arrive[q][i] = work[q] + units <= SMALL_WORK ? units : 0;
			work[q] += s->arrive[q][i];
			s->free_units[q][i] = whole(0, 2) * whole(0, 1);
			s->most[q][i] = whole(0, 3);
		}
	}
}

static void fill_small(struct drawn *d, const struct small *s)
{
	frame(d, SMALL_N, 2, 2);
	d->can[0][0] = d->can[0][1] = d->can[1][1] = 1;
	for (size_t q = 0; q < 2; q++) {
		d->queue[q].turnaround_s = UNIT * s->wait[q];
		d->queue[q].end_backlog_s = UNIT * s->allowed[q];
		d->class[q].cost = s->cost[q];
		for (size_t i = 0; i < SMALL_N; i++) {
			d->load[q][i] = (struct wfm_load){ s->arrive[q][i], UNIT, s->open[q][i] };
			d->free_s[q][i] = UNIT * s->free_units[q][i];
			d->most[q][i] = s->most[q][i];
		}
	}
}

static void test_cost_is_that_of_trying_everything(void **state)
{
	(void)state;
	static struct drawn d;
	int late_cases = 0, paid_cases = 0;
	for (int t = 0; t < 400; t++) {
		struct small s;
		draw_small(&s, t % 2 == 1);
		fill_small(&d, &s);
		double dearest = s.cost[0] > s.cost[1] ? s.cost[0] : s.cost[1];
		double least = try_everything(&s, dearest);
		struct wfm_deferred *r = solve(&d);
		double exact = r->exact_cost + 100 * dearest * r->exact_late_s / UNIT +
			       10 * dearest * r->exact_left_over_s / UNIT;
		double ours = r->cost + 100 * dearest * r->late_s / UNIT +
			      10 * dearest * r->left_over_s / UNIT;
		if (fabs(exact - least) > 1e-6 * (1 + least) || fabs(ours - least) > 1e-6 * (1 + least))
			fail_msg("case %d costs %g, %g with fractions; the least is %g", t, ours, exact, least);
		late_cases += r->late_s > 0;
		paid_cases += r->cost > 0 && !(r->late_s > 0);
		recount(&d, r);
		wfm_deferred_free(r);
	}
	assert_true(late_cases > 50 && paid_cases > 50);
}

/* People who do no whole number of units: what rounding costs beside the best whole people. */
static bool in_time(const struct drawn *d, const int *people)
{
	static struct drawn c;
	c = *d;
	for (size_t i = 0; i < d->p.n; i++)
		c.most[0][i] = people[i];
	return edf_late(&c) < 1e-6;
}

static void test_whole_people_cost_little_more(void **state)
{
	(void)state;
	enum { N = 6, PEOPLE = 4 };
	static struct drawn d;
	double ours = 0, best = 0;
	for (int t = 0; t < 60; t++) {
		frame(&d, N, 2, 1);
		for (size_t q = 0; q < 2; q++) {
			d.can[0][q] = 1;
			d.queue[q].turnaround_s = UNIT * whole(1, 3);
			d.queue[q].end_backlog_s = 1e9;
			for (size_t i = 0; i < N; i++)
				d.load[q][i] = (struct wfm_load){ uniform(0, 1), UNIT, true };
		}
		for (size_t i = 0; i < N; i++) {
			d.free_s[0][i] = uniform(0, 0.5 * UNIT);
			d.most[0][i] = PEOPLE - 1;
		}
		int least = N * PEOPLE, people[N] = { 0 };
		for (int k = 0; k < PEOPLE * PEOPLE * PEOPLE * PEOPLE * PEOPLE * PEOPLE; k++) {
			int sum = 0;
			for (int i = 0, rest = k; i < N; i++, rest /= PEOPLE)
				sum += people[i] = rest % PEOPLE;
			if (sum < least && in_time(&d, people))
				least = sum;
		}
		struct wfm_deferred *r = solve(&d);
		assert_true(r->late_s < 1e-3);
		assert_true(r->cost >= least - 1e-9);
		ours += r->cost;
		best += least;
		wfm_deferred_free(r);
	}
	print_message("# whole people: %.0f person-intervals, the best %.0f\n", ours, best);
	assert_true(ours <= 1.1 * best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_late_without_a_cap),
		cmocka_unit_test(test_never_late_within_caps),
		cmocka_unit_test(test_a_week_in_blocks),
		cmocka_unit_test(test_least_late_where_people_are_too_few),
		cmocka_unit_test(test_cost_is_that_of_trying_everything),
		cmocka_unit_test(test_whole_people_cost_little_more),
	};
	return cmocka_run_group_tests_name("deferred work properties", tests, NULL, NULL);
}
