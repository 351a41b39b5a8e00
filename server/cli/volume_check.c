/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a history sound? Duplicates, intervals, stretches of coarser rows, the future, long gaps. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/cli/volume_file.h"

enum { DAY_S = 86400, COARSE_RUN_DAYS = 5, COARSE_DAY_ROWS = 6, GAP_DAYS = 28, FUTURE_GAP_DAYS = 31,
       GAP_NOTES = 5, OUT = -1 };

static const int allowed[] = { 60, 30, 20, 15, 10, 6, 5 };
enum { ALLOWED = sizeof allowed / sizeof allowed[0] };

struct check {
	struct arena *arena;
	const struct volume_options *options;
	struct volume_file *file;
	struct err *found; /* the refusal, or what is left out */
};

static void bad_row(const struct check *c, const struct volume_row *r, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void bad_row(const struct check *c, const struct volume_row *r, const char *fmt, ...)
{
	char at[80], text[240];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)snprintf(at, sizeof at, "line %lld, column start", (long long)r->line);
	(void)err_at(c->found, ERR_INVALID, at, "%s", text);
}

static void note(const struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(const struct check *c, const char *fmt, ...)
{
	char text[400];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct volume_file *f = c->file;
	const char **kept = arena_grow(c->arena, (void **)&f->notes, &f->note_cap, f->note_count,
				       sizeof *kept);
	f->note_count++;
	*kept = arena_strdup(c->arena, text);
}

static int by_start(const void *a, const void *b)
{
	const struct volume_row *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->offset_s != y->offset_s)
		return x->offset_s < y->offset_s ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static int64_t local_of(const struct volume_row *r)
{
	return r->start + r->offset_s;
}

static int64_t day_of(const struct volume_row *r)
{
	int64_t local = local_of(r);
	return (local >= 0 ? local : local - (DAY_S - 1)) / DAY_S;
}

static void drop_marked(struct volume_queue *q)
{
	size_t kept = 0;
	for (size_t i = 0; i < q->row_count; i++)
		if (q->rows[i].minutes != OUT)
			q->rows[kept++] = q->rows[i];
	q->row_count = kept;
}

static bool same(double a, double b)
{
	return (isnan(a) && isnan(b)) || (a <= b && a >= b);
}

static bool same_figures(const struct volume_row *a, const struct volume_row *b)
{
	return same(a->offered, b->offered) && same(a->handled, b->handled) &&
	       same(a->handle_time_s, b->handle_time_s) && same(a->abandoned, b->abandoned) &&
	       same(a->wait_s, b->wait_s);
}

/*
 * Two rows of one instant under different offsets stay: a clock that did not go forward when its
 * zone did, and two wall-clock slots as far as the forecast is concerned.
 */
static void find_duplicates(const struct check *c, struct volume_queue *q)
{
	qsort(q->rows, q->row_count, sizeof *q->rows, by_start);
	for (size_t i = 0, end; i < q->row_count; i = end) {
		struct volume_row *first = &q->rows[i];
		bool equal = true;
		for (end = i + 1; end < q->row_count && q->rows[end].start == first->start &&
				  q->rows[end].offset_s == first->offset_s;
		     end++) {
			bool twin = same_figures(first, &q->rows[end]);
			equal = equal && twin;
			bad_row(c, &q->rows[end],
				"queue %.60s has this interval on line %lld already, with %s figures",
				q->name, (long long)first->line, twin ? "the same" : "other");
			q->rows[end].minutes = OUT;
		}
		if (!equal) { /* nobody knows which is right */
			bad_row(c, first, "queue %.60s has this interval again with other figures",
				q->name);
			first->minutes = OUT;
		}
	}
	drop_marked(q);
}

struct steps {
	size_t gaps; /* between neighbours of one day */
	size_t of[1440]; /* by whole minutes */
	int64_t least_s; /* 0: none */
};

static void count_steps(const struct volume_queue *q, struct steps *s)
{
	*s = (struct steps){ 0 };
	for (size_t i = 1; i < q->row_count; i++) {
		int64_t gap = q->rows[i].start - q->rows[i - 1].start;
		if (gap <= 0 || day_of(&q->rows[i]) != day_of(&q->rows[i - 1]))
			continue;
		s->gaps++;
		if (s->least_s == 0 || gap < s->least_s)
			s->least_s = gap;
		if (gap % 60 == 0 && gap < 1440 * 60)
			s->of[gap / 60]++;
	}
}

static int interval_within(int64_t step_s)
{
	for (int i = 0; i < ALLOWED; i++)
		if (step_s >= allowed[i] * 60 && step_s % (allowed[i] * 60) == 0)
			return allowed[i];
	return 0;
}

/* The least step that is no accident: a row off the grid has two steps of its own, no more. */
static int64_t step_of(const struct steps *s)
{
	size_t enough = s->gaps / 100 > 2 ? s->gaps / 100 : 2;
	for (int m = 1; m < 1440; m++)
		if (s->of[m] >= enough)
			return m * 60;
	return s->least_s;
}

/* Most neighbours lie one step apart: the rows say for themselves what their interval is. */
static bool regular(const struct steps *s, int64_t step_s)
{
	return s->gaps >= 20 && step_s % 60 == 0 && step_s < 1440 * 60 &&
	       5 * s->of[step_s / 60] >= 3 * s->gaps;
}

/* A queue whose rows lie at no interval that is understood. */
static void bad_step(const struct check *c, struct volume_queue *q, int64_t step)
{
	bad_row(c, &q->rows[0],
		"queue %.60s: the rows lie %lld seconds apart; intervals of 5, 6, 10, 15, 20, 30 or 60 "
		"minutes are understood",
		q->name, (long long)step);
	for (size_t i = 0; i < q->row_count; i++)
		q->rows[i].minutes = OUT;
	drop_marked(q);
}

/* Each queue's own interval; those that do not say take the finest of the others. */
static void find_intervals(const struct check *c)
{
	struct volume_file *f = c->file;
	int finest = 0, unsure = 0;
	struct steps *s = arena_array(c->arena, 1, sizeof *s);
	for (size_t i = 0; i < f->queue_count; i++) {
		struct volume_queue *q = &f->queues[i];
		count_steps(q, s);
		int64_t step = step_of(s);
		int own = step > 0 ? interval_within(step) : 0;
		q->interval_min = own > 0 && regular(s, step) ? own : 0;
		if (step > 0 && own == 0)
			bad_step(c, q, step);
		if (q->interval_min > 0 && (finest == 0 || own < finest))
			finest = own;
		if (own > 0 && (unsure == 0 || own < unsure))
			unsure = own;
	}
	int wanted = c->options->interval_min > 0 ? c->options->interval_min : 30;
	for (size_t i = 0; i < f->queue_count; i++)
		if (f->queues[i].interval_min == 0)
			f->queues[i].interval_min = finest > 0 ? finest : unsure > 0 ? unsure : wanted;
}

static int together(int a, int b)
{
	int m = a;
	while (m % b != 0)
		m += a;
	return m;
}

/* The interval wanted, or the finest to which every queue's rows add up. */
static bool choose_interval(const struct check *c, struct err *e)
{
	struct volume_file *f = c->file;
	int all = 1, wanted = c->options->interval_min;
	bool differ = false;
	for (size_t i = 0; i < f->queue_count; i++) {
		int own = f->queues[i].interval_min;
		if (wanted > 0 && (wanted < own || wanted % own != 0))
			return err_set(e, ERR_INVALID,
				       "--interval %d cannot be made of %d-minute rows (queue %.60s)",
				       wanted, own, f->queues[i].name);
		differ = differ || own != f->queues[0].interval_min;
		all = together(all, own);
	}
	f->interval_min = wanted > 0 ? wanted : all;
	if (all > 60 && wanted == 0)
		return err_set(e, ERR_INVALID,
			       "the queues' intervals have nothing in common up to an hour; forecast "
			       "them from files of their own");
	if (differ && wanted == 0)
		note(c, "the queues come at different intervals; all are forecast by %d minutes",
		     all);
	return true;
}

static void check_grid(const struct check *c, struct volume_queue *q)
{
	for (size_t i = 0; i < q->row_count; i++) {
		struct volume_row *r = &q->rows[i];
		r->minutes = q->interval_min;
		if (local_of(r) % (q->interval_min * 60) == 0)
			continue;
		bad_row(c, r, "is not on the %d-minute grid of the other rows", q->interval_min);
		r->minutes = OUT;
	}
	drop_marked(q);
}

/* The interval of one day's rows [from, to) when it is plainly coarser than the queue's, else 0. */
static int coarse_day(const struct volume_queue *q, size_t from, size_t to)
{
	size_t exact = 0;
	int64_t least = INT64_MAX;
	if (to - from < COARSE_DAY_ROWS)
		return 0;
	for (size_t i = from + 1; i < to; i++) {
		int64_t gap = q->rows[i].start - q->rows[i - 1].start;
		least = gap > 0 && gap < least ? gap : least;
	}
	int own = least < INT64_MAX ? interval_within(least) : 0;
	if (own <= q->interval_min || own * 60 != least)
		return 0;
	for (size_t i = from; i < to; i++) {
		if (local_of(&q->rows[i]) % (own * 60) != 0)
			return 0;
		exact += i > from && q->rows[i].start - q->rows[i - 1].start == least;
	}
	return 5 * exact >= 4 * (to - from - 1) ? own : 0;
}

/* Rows [from, to) of a run of coarse days: usable in a coarser forecast, else unsound. */
static void coarse_run(const struct check *c, struct volume_queue *q, size_t from, size_t to,
		       int minutes)
{
	char first[11], last[11];
	date_format(day_of(&q->rows[from]), first);
	date_format(day_of(&q->rows[to - 1]), last);
	bool usable = c->file->interval_min % minutes == 0;
	if (usable)
		note(c, "queue %.60s: rows of %d minutes from %s to %s (line %lld on) among rows of %d",
		     q->name, minutes, first, last, (long long)q->rows[from].line, q->interval_min);
	else
		bad_row(c, &q->rows[from],
			"queue %.60s has rows of %d minutes from %s to %s, of %d otherwise (with "
			"--interval %d both can be used)",
			q->name, minutes, first, last, q->interval_min,
			together(minutes, q->interval_min) <= 60 ? together(minutes, q->interval_min) :
								   60);
	for (size_t i = from; i < to; i++)
		q->rows[i].minutes = usable ? minutes : OUT;
}

static void find_coarse(const struct check *c, struct volume_queue *q)
{
	size_t from = 0, days = 0;
	int run = 0;
	for (size_t i = 0, end = 0; i <= q->row_count; i = end) {
		int own = 0;
		for (end = i; end < q->row_count && day_of(&q->rows[end]) == day_of(&q->rows[i]); end++)
			;
		if (i < q->row_count)
			own = coarse_day(q, i, end);
		if (own != run || i == q->row_count) {
			if (run > 0 && days >= COARSE_RUN_DAYS)
				coarse_run(c, q, from, i, run);
			from = i;
			days = 0;
			run = own;
		}
		days++;
		if (i == q->row_count)
			break;
	}
	drop_marked(q);
}

/* Rows beyond tomorrow that a month or more without rows cuts off from the rest. */
static void find_future(const struct check *c, struct volume_queue *q)
{
	int64_t limit = c->options->now + DAY_S;
	char date[11];
	if (c->options->now == 0 || q->row_count == 0 || q->rows[q->row_count - 1].start <= limit)
		return;
	size_t first = q->row_count;
	while (first > 0 && q->rows[first - 1].start > limit)
		first--;
	for (size_t i = first; i < q->row_count; i++) {
		int64_t before = i > 0 ? q->rows[i - 1].start : c->options->now;
		if (q->rows[i].start - before <= FUTURE_GAP_DAYS * (int64_t)DAY_S)
			continue;
		date_format(day_of(&q->rows[i]), date);
		bad_row(c, &q->rows[i],
			"queue %.60s: %s lies in the future, %lld days after the row before; %zu rows "
			"from there on",
			q->name, date, (long long)((q->rows[i].start - before) / DAY_S),
			q->row_count - i);
		for (size_t j = i; j < q->row_count; j++)
			q->rows[j].minutes = OUT;
		drop_marked(q);
		break;
	}
	if (first < q->row_count) {
		date_format(day_of(&q->rows[q->row_count - 1]), date);
		note(c, "queue %.60s: rows up to %s lie in the future; they are taken as they stand",
		     q->name, date);
	}
}

static void find_gaps(const struct check *c, const struct volume_queue *q)
{
	int told = 0;
	for (size_t i = 1; i < q->row_count; i++) {
		const struct volume_row *a = &q->rows[i - 1], *b = &q->rows[i];
		int64_t days = day_of(b) - day_of(a) - 1;
		char from[11], to[11];
		if (days < GAP_DAYS || told++ >= GAP_NOTES)
			continue;
		date_format(day_of(a) + 1, from);
		date_format(day_of(b) - 1, to);
		note(c, "queue %.60s: no rows from %s to %s (%lld days, between lines %lld and %lld); "
			"they are holes, not zeros",
		     q->name, from, to, (long long)days, (long long)a->line, (long long)b->line);
	}
}

static void drop_empty_queues(const struct check *c)
{
	struct volume_file *f = c->file;
	size_t kept = 0;
	for (size_t i = 0; i < f->queue_count; i++) {
		if (f->queues[i].row_count > 0)
			f->queues[kept++] = f->queues[i];
		else
			note(c, "queue %.60s: nothing of it can be used; it is not forecast",
			     f->queues[i].name);
	}
	f->queue_count = kept;
}

bool volume_check(struct arena *a, const struct volume_options *options, struct volume_file *file,
		  struct err *e)
{
	struct check c = { a, options, file, options->skip_bad ? &file->left_out : e };
	for (size_t i = 0; i < file->queue_count; i++)
		find_duplicates(&c, &file->queues[i]);
	if (e->code != ERR_NONE)
		return false;
	drop_empty_queues(&c);
	find_intervals(&c);
	for (size_t i = 0; i < file->queue_count; i++)
		check_grid(&c, &file->queues[i]);
	if (e->code != ERR_NONE)
		return false;
	drop_empty_queues(&c);
	if (!choose_interval(&c, e))
		return false;
	for (size_t i = 0; i < file->queue_count; i++) {
		find_coarse(&c, &file->queues[i]);
		find_future(&c, &file->queues[i]);
		find_gaps(&c, &file->queues[i]);
	}
	if (e->code != ERR_NONE)
		return false;
	drop_empty_queues(&c);
	if (file->queue_count == 0) {
		*e = file->left_out;
		return e->code != ERR_NONE ? false : err_set(e, ERR_INVALID, "has no rows");
	}
	return true;
}
