/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Branches compared. One statement gives each site's days; here they are summed by period, the
 * uncertainty of productivity is drawn from them (bootstrap over days), and the league is ranked.
 */
#include "server/domain/report.h"

#include <math.h>
#include <stdlib.h>
#include "server/base/clock.h"

enum { REPLICATES = 1000, DAYS_FOR_INTERVAL = 3, TREND_ROWS = 13, TREND_ROWS_MAX = 400 };

static const char service_definition[] =
	"answered within the queue's target time / offered, of queues with a target time";
static const char *const period_words[] = { "day", "week", "month" };

struct site_row {
	int64_t site_id, region_id;
	const char *site, *region, *kind;
};
static const struct field site_rows[] = {
	F_INT(struct site_row, site_id, 0, 0, 0, ""),
	F_TEXT(struct site_row, site, 0, 0, 0, ""),
	F_INT(struct site_row, region_id, 0, 0, 0, ""),
	F_TEXT(struct site_row, region, 0, 0, 0, ""),
	F_TEXT(struct site_row, kind, 0, 0, 0, ""),
};
static const struct fields site_fields = FIELDS("ReportSite", struct site_row, site_rows);

struct day_row {
	int64_t site_id, day, bucket;
	double contacts, standard_s, handle_s, offered, in_target, abandoned, resolved, resolvable;
	double satisfaction_sum, satisfaction_count, a_s, b_s, c_s, d_s, in_state_s, present_s;
};
#define DAY(m) F_REAL(struct day_row, m, 0, 0, 0, "")
static const struct field day_rows[] = {
	F_INT(struct day_row, site_id, 0, 0, 0, ""),
	F_DATE(struct day_row, day, 0, ""),
	F_DATE(struct day_row, bucket, 0, ""),
	DAY(contacts),
	DAY(standard_s),
	DAY(handle_s),
	DAY(offered),
	DAY(in_target),
	DAY(abandoned),
	DAY(resolved),
	DAY(resolvable),
	DAY(satisfaction_sum),
	DAY(satisfaction_count),
	DAY(a_s),
	DAY(b_s),
	DAY(c_s),
	DAY(d_s),
	DAY(in_state_s),
	DAY(present_s),
};
static const struct fields day_fields = FIELDS("ReportDay", struct day_row, day_rows);

static int64_t month_start(int64_t date, int step)
{
	int year, month, day;
	date_to_ymd(date, &year, &month, &day);
	int months = year * 12 + (month - 1) + step;
	return date_from_ymd(months / 12, months % 12 + 1, 1);
}

/* First day of the period that lies `step` periods after the one that holds date. */
static int64_t period_start(enum report_period period, int64_t date, int step)
{
	if (period == REPORT_DAY)
		return date + step;
	if (period == REPORT_WEEK)
		return date - (date_weekday(date) - 1) + 7 * step;
	return month_start(date, step);
}

/* The last period that is over today. */
static int64_t last_whole(enum report_period period, int64_t today)
{
	return period_start(period, today, -1);
}

static struct ratio ratio_of(double numerator, double denominator)
{
	return (struct ratio){ denominator > 0 ? numerator / denominator : NAN, numerator, denominator };
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Linear between order statistics. */
static double quantile(const double *sorted, int n, double p)
{
	double at = p * (n - 1);
	int low = (int)at;
	return low + 1 < n ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[n - 1];
}

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* Percentile bootstrap of a ratio of sums: days drawn with replacement. The seed is a constant, so the
 * same days always give the same interval. */
static void interval(struct arena *a, const double *standard_s, const double *productive_s, int days,
		     struct productivity *p)
{
	p->low = p->high = NAN;
	if (days < DAYS_FOR_INTERVAL)
		return;
	uint64_t state = 20260301;
	double *draws = arena_array(a, REPLICATES, sizeof *draws);
	for (int i = 0; i < REPLICATES; i++) {
		double numerator = 0, denominator = 0;
		for (int k = 0; k < days; k++) {
			uint64_t at = (next_random(&state) >> 32) * (uint64_t)days >> 32;
			numerator += standard_s[at];
			denominator += productive_s[at];
		}
		draws[i] = numerator / denominator;
	}
	qsort(draws, REPLICATES, sizeof *draws, by_value);
	p->low = quantile(draws, REPLICATES, .025);
	p->high = quantile(draws, REPLICATES, .975);
}

/* Which rows a figure is about. */
struct scope {
	const struct day_row *days;
	size_t count;
	int64_t site_id;   /* FIELD_NULL: by region */
	int64_t region_id;
	int64_t bucket;
	const struct site_row *sites; /* by id, to find a site's region */
	size_t site_count;
};

static bool in_scope(const struct scope *s, const struct day_row *d)
{
	if (d->bucket != s->bucket)
		return false;
	if (s->site_id != FIELD_NULL)
		return d->site_id == s->site_id;
	for (size_t i = 0; i < s->site_count; i++)
		if (s->sites[i].site_id == d->site_id)
			return s->sites[i].region_id == s->region_id;
	return false;
}

static struct day_row sum_days(const struct scope *s)
{
	struct day_row t = { 0 };
	for (size_t i = 0; i < s->count; i++) {
		const struct day_row *d = &s->days[i];
		if (!in_scope(s, d))
			continue;
		for (size_t k = 3; k < day_fields.count; k++) { /* past site_id, day, bucket */
			size_t at = day_rows[k].offset;
			*(double *)(void *)((char *)&t + at) +=
				*(const double *)(const void *)((const char *)d + at);
		}
	}
	return t;
}

static int by_day(const void *a, const void *b)
{
	const struct day_row *x = *(const struct day_row *const *)a;
	const struct day_row *y = *(const struct day_row *const *)b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->site_id > y->site_id) - (x->site_id < y->site_id);
}

/* Productivity with its interval; a region's sites are added up by day first. */
static void measure_productivity(const struct scope *s, struct arena *a, struct productivity *p)
{
	const struct day_row **mine = arena_array(a, s->count + 1, sizeof(const struct day_row *));
	double *standard_s = arena_array(a, s->count + 1, sizeof *standard_s);
	double *productive_s = arena_array(a, s->count + 1, sizeof *productive_s);
	size_t n = 0;
	int days = 0;
	for (size_t i = 0; i < s->count; i++)
		if (in_scope(s, &s->days[i]))
			mine[n++] = &s->days[i];
	qsort(mine, n, sizeof *mine, by_day);
	for (size_t i = 0, next; i < n; i = next) {
		standard_s[days] = productive_s[days] = 0;
		for (next = i; next < n && mine[next]->day == mine[i]->day; next++) {
			standard_s[days] += mine[next]->standard_s;
			productive_s[days] += mine[next]->b_s;
		}
		days += productive_s[days] > 0;
	}
	p->days = days;
	interval(a, standard_s, productive_s, days, p);
}

static void fill_figures(const struct scope *s, struct arena *a, struct branch_report *b)
{
	struct day_row t = sum_days(s);
	struct ratio p = ratio_of(t.standard_s, t.b_s), sl = ratio_of(t.in_target, t.offered);
	b->contacts_handled = t.contacts;
	b->productivity = (struct productivity){ .value = p.value, .numerator = p.numerator,
						 .denominator = p.denominator };
	b->service_level = (struct service_level){ sl.value, sl.numerator, sl.denominator,
						   service_definition };
	b->abandonment = ratio_of(t.abandoned, t.offered);
	b->aht = ratio_of(t.handle_s, t.contacts);
	b->resolution = ratio_of(t.resolved, t.resolvable);
	b->satisfaction = ratio_of(t.satisfaction_sum, t.satisfaction_count);
	b->utilisation = ratio_of(t.b_s, t.d_s);
	b->occupancy = ratio_of(t.a_s, t.b_s);
	b->planned_use = ratio_of(t.b_s, t.c_s);
	b->availability = ratio_of(t.c_s, t.d_s);
	b->adherence = ratio_of(t.in_state_s, t.present_s);
	b->ladder = (struct ladder){ t.a_s, t.b_s, t.c_s, t.d_s };
	measure_productivity(s, a, &b->productivity);
}

static void fill_before(struct scope s, int64_t bucket, struct branch_report *b)
{
	s.bucket = bucket;
	struct day_row t = sum_days(&s);
	b->previous = (struct branch_before){
		.productivity = ratio_of(t.standard_s, t.b_s).value,
		.service_level = ratio_of(t.in_target, t.offered).value,
		.contacts_handled = t.contacts,
		.rank = FIELD_NULL,
	};
}

/* 1 + how many do better; equals share a place. */
static void rank_all(struct branch_report *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct branch_report *b = &rows[i];
		bool now = !isnan(b->productivity.value), before = !isnan(b->previous.productivity);
		b->rank = b->rank_in_region = now ? 1 : FIELD_NULL;
		b->previous.rank = before ? 1 : FIELD_NULL;
		for (size_t k = 0; k < n; k++) {
			const struct branch_report *o = &rows[k];
			if (now && o->productivity.value > b->productivity.value) {
				b->rank++;
				b->rank_in_region += o->region_id == b->region_id;
			}
			if (before && o->previous.productivity > b->previous.productivity)
				b->previous.rank++;
		}
	}
}

static int by_rank(const void *a, const void *b)
{
	const struct branch_report *x = a, *y = b;
	if (x->rank != y->rank) { /* FIELD_NULL is the least integer; it goes last */
		if (x->rank == FIELD_NULL || y->rank == FIELD_NULL)
			return x->rank == FIELD_NULL ? 1 : -1;
		return x->rank < y->rank ? -1 : 1;
	}
	if (x->region_id != y->region_id)
		return x->region_id < y->region_id ? -1 : 1;
	return (x->site_id > y->site_id) - (x->site_id < y->site_id);
}

static bool load_days(struct db *db, struct arena *a, enum report_period period, int64_t first,
		      int64_t last, int64_t site_id, struct day_row **days, size_t *count, struct err *e)
{
	return db_rows(db, SQL_REPORT_SITE_DAYS,
		       DB_ARGS(db_text("period", period_words[period]), db_date("first", first),
			       db_date("last", last), db_int("site_id", site_id)),
		       NULL, &day_fields, a, (void **)days, count, e);
}

/* One row a region: the first site of each stands for it. */
static bool first_of_region(const struct site_row *sites, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (sites[k].region_id == sites[i].region_id)
			return false;
	return true;
}

bool report_branches(struct db *db, struct arena *a, const struct branch_query *q, int64_t today,
		     struct branch_report **rows, size_t *count, struct err *e)
{
	enum report_period period = (enum report_period)q->period;
	int64_t date = q->date == FIELD_NULL ? last_whole(period, today) : q->date;
	int64_t first = period_start(period, date, 0), next = period_start(period, date, 1);
	int64_t before = period_start(period, date, -1);
	bool regions = q->by == BRANCH_BY_REGION;
	struct site_row *sites;
	struct day_row *days;
	size_t site_count, day_count, n = 0;

	if (!db_rows(db, SQL_REPORT_SITES, DB_NONE, NULL, &site_fields, a, (void **)&sites, &site_count,
		     e) ||
	    !load_days(db, a, period, before, next - 1, FIELD_NULL, &days, &day_count, e))
		return false;
	struct branch_report *out = arena_array(a, site_count + 1, sizeof *out);
	for (size_t i = 0; i < site_count; i++) {
		if (regions && !first_of_region(sites, i))
			continue;
		const struct site_row *s = &sites[i];
		struct branch_report *b = &out[n++];
		*b = (struct branch_report){ .site_id = regions ? FIELD_NULL : s->site_id,
					     .region_id = s->region_id, .region = s->region,
					     .site = regions ? NULL : s->site,
					     .kind = regions ? NULL : s->kind,
					     .first_day = first, .last_day = next - 1 };
		struct scope scope = { days, day_count, b->site_id, b->region_id, first, sites, site_count };
		fill_figures(&scope, a, b);
		fill_before(scope, before, b);
	}
	rank_all(out, n);
	qsort(out, n, sizeof *out, by_rank);
	if (q->site_id != FIELD_NULL) {
		size_t kept = 0;
		for (size_t i = 0; i < n; i++)
			if (out[i].site_id == q->site_id)
				out[kept++] = out[i];
		n = kept;
	}
	*rows = out;
	*count = n;
	return true;
}

static bool trend_span(const struct trend_query *q, enum report_period period, int64_t today,
		       int64_t *first, int64_t *last, struct err *e)
{
	int64_t to = q->to == FIELD_NULL ? last_whole(period, today) : q->to;
	*last = period_start(period, to, 0);
	*first = q->from == FIELD_NULL ? period_start(period, to, 1 - TREND_ROWS) :
					 period_start(period, q->from, 0);
	if (*first > *last)
		return err_at(e, ERR_INVALID, "?from", "must not come after `to`");
	int n = 1;
	for (int64_t at = *first; at < *last; at = period_start(period, at, 1))
		if (++n > TREND_ROWS_MAX)
			return err_at(e, ERR_INVALID, "?from", "more than %d periods", TREND_ROWS_MAX);
	return true;
}

bool report_branch_trend(struct db *db, struct arena *a, int64_t site_id, const struct trend_query *q,
			 int64_t today, struct branch_report **rows, size_t *count, struct err *e)
{
	enum report_period period = (enum report_period)q->period;
	int64_t first, last;
	struct site_row *sites;
	struct day_row *days;
	size_t site_count, day_count, at = 0;

	if (!trend_span(q, period, today, &first, &last, e) ||
	    !db_rows(db, SQL_REPORT_SITES, DB_NONE, NULL, &site_fields, a, (void **)&sites, &site_count,
		     e))
		return false;
	while (at < site_count && sites[at].site_id != site_id)
		at++;
	if (at == site_count)
		return err_set(e, ERR_NOT_FOUND, "there is no such site");
	if (!load_days(db, a, period, period_start(period, first, -1),
		       period_start(period, last, 1) - 1, site_id, &days, &day_count, e))
		return false;
	struct branch_report *out = arena_array(a, TREND_ROWS_MAX, sizeof *out);
	const struct site_row *s = &sites[at];
	size_t n = 0;
	for (int64_t start = first; start <= last; start = period_start(period, start, 1)) {
		struct branch_report *b = &out[n++];
		*b = (struct branch_report){ .site_id = site_id, .region_id = s->region_id,
					     .region = s->region, .site = s->site, .kind = s->kind,
					     .first_day = start,
					     .last_day = period_start(period, start, 1) - 1,
					     .rank = FIELD_NULL, .rank_in_region = FIELD_NULL };
		struct scope scope = { days, day_count, site_id, s->region_id, start, sites, site_count };
		fill_figures(&scope, a, b);
		fill_before(scope, period_start(period, start, -1), b);
	}
	*rows = out;
	*count = n;
	return true;
}
