/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/forecast_accuracy.h"

#include <stdlib.h>

#include "server/base/clock.h"
#include "server/domain/site_calendar.h"

enum { DEFAULT_DAYS = 91, RANGE_DAYS_MAX = 740, FLAG_WEEKS = 26 };

static const char *const horizon_names[] = { "1", "2", "3-4", "5+", NULL };

static const struct field query_rows[] = {
	F_INT(struct accuracy_query, site_id, 0, 1, 1e15, "site"),
	F_INT(struct accuracy_query, queue_id, FIELD_OPTIONAL, 1, 1e15, "only of this queue"),
	F_DATE(struct accuracy_query, from, FIELD_OPTIONAL, "first local date; 13 weeks before `to`"),
	F_DATE(struct accuracy_query, to, FIELD_OPTIONAL, "last local date, included; today"),
};
const struct fields accuracy_query_fields =
	FIELDS("ForecastAccuracyQuery", struct accuracy_query, query_rows);

static const struct field accuracy_rows[] = {
	F_INT(struct accuracy, queue_id, 0, 1, 1e15, "queue"),
	F_ENUM(struct accuracy, horizon, 0, horizon_names, "weeks ahead when the forecast was made"),
	F_INT(struct accuracy, n, 0, 0, 1e15, "intervals scored"),
	F_REAL(struct accuracy, wape, FIELD_OPTIONAL, 0, 0, "sum of |error| / sum of offered"),
	F_REAL(struct accuracy, bias, FIELD_OPTIONAL, 0, 0, "sum of error / sum of offered"),
	F_REAL(struct accuracy, coverage80, FIELD_OPTIONAL, 0, 0, "share within the 80 % interval"),
	F_REAL(struct accuracy, naive_wape, FIELD_OPTIONAL, 0, 0,
	       "WAPE of the same interval in the last week that was known then"),
	F_REAL(struct accuracy, poisson_floor, FIELD_OPTIONAL, 0, 0, "WAPE below which nobody can go"),
	F_REAL(struct accuracy, adjusted_wape, FIELD_OPTIONAL, 0, 0,
	       "WAPE with the adjustments in force when each interval began"),
	F_REAL(struct accuracy, promised_wape, FIELD_OPTIONAL, 0, 0, "WAPE that the backtests promised"),
	F_BOOL(struct accuracy, flag, 0, "the accuracy of the last weeks has broken down"),
	F_DATE(struct accuracy, flag_since, FIELD_OPTIONAL, "Monday of the first bad week"),
	F_TEXT(struct accuracy, flag_reason, 0, 0, 0, "the evidence; empty: no flag"),
};
const struct fields accuracy_fields = FIELDS("ForecastAccuracy", struct accuracy, accuracy_rows);

/* One row of the statement. A week that the asked range cuts comes in two. */
struct week_sums {
	int64_t queue_id, horizon, week, n, within80;
	bool asked;
	double absolute, error, offered, naive_absolute, naive_offered, adjusted_absolute, floor, promised;
};
static const struct field sums_rows[] = {
	F_INT(struct week_sums, queue_id, 0, 0, 0, ""),
	F_ENUM(struct week_sums, horizon, 0, horizon_names, ""),
	F_DATE(struct week_sums, week, 0, ""),
	F_BOOL(struct week_sums, asked, 0, ""),
	F_INT(struct week_sums, n, 0, 0, 0, ""),
	F_INT(struct week_sums, within80, 0, 0, 0, ""),
	F_REAL(struct week_sums, absolute, 0, 0, 0, ""),
	F_REAL(struct week_sums, error, 0, 0, 0, ""),
	F_REAL(struct week_sums, offered, 0, 0, 0, ""),
	F_REAL(struct week_sums, naive_absolute, 0, 0, 0, ""),
	F_REAL(struct week_sums, naive_offered, 0, 0, 0, ""),
	F_REAL(struct week_sums, adjusted_absolute, 0, 0, 0, ""),
	F_REAL(struct week_sums, floor, 0, 0, 0, ""),
	F_REAL(struct week_sums, promised, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields sums_fields = FIELDS("AccuracyWeek", struct week_sums, sums_rows);

static void add(struct week_sums *sum, const struct week_sums *s)
{
	sum->n += s->n;
	sum->within80 += s->within80;
	sum->absolute += s->absolute;
	sum->error += s->error;
	sum->offered += s->offered;
	sum->naive_absolute += s->naive_absolute;
	sum->naive_offered += s->naive_offered;
	sum->adjusted_absolute += s->adjusted_absolute;
	sum->floor += s->floor;
	sum->promised += s->promised;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

static int by_count(const void *x, const void *y)
{
	const struct week_sums *a = x, *b = y;
	return (a->n > b->n) - (a->n < b->n);
}

/* The rows of one queue and horizon as weeks for the judge, the last half-year of them. Weeks that are
 * known by less than half say little and are left out. */
static size_t whole_weeks(struct arena *a, const struct week_sums *s, size_t n, int64_t since,
			  struct accuracy_week *out)
{
	struct week_sums *weeks = arena_array(a, n, sizeof *weeks), *sorted;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i].week < since)
			continue;
		if (count > 0 && weeks[count - 1].week == s[i].week)
			add(&weeks[count - 1], &s[i]);
		else
			weeks[count++] = s[i];
	}
	if (count == 0)
		return 0;
	sorted = arena_array(a, count, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = weeks[i];
	qsort(sorted, count, sizeof *sorted, by_count);
	int64_t usual = sorted[count / 2].n;
	for (size_t i = 0; i < count; i++)
		if (2 * weeks[i].n >= usual)
			out[kept++] = (struct accuracy_week){
				weeks[i].week, ratio(weeks[i].absolute, weeks[i].offered),
				ratio(weeks[i].promised, weeks[i].offered)
			};
	return kept;
}

static void flag(struct arena *a, const struct week_sums *s, size_t n, int64_t since,
		 struct accuracy *out)
{
	struct accuracy_week *weeks = arena_array(a, n, sizeof *weeks);
	char day[11];

	out->flag_since = FIELD_NULL;
	out->flag_reason = "";
	struct accuracy_verdict v = accuracy_judge(weeks, whole_weeks(a, s, n, since, weeks),
						   (enum accuracy_horizon)out->horizon);
	if (!v.flag)
		return;
	out->flag = true;
	out->flag_since = v.since;
	date_format(v.since, day);
	out->flag_reason = arena_printf(
		a, "off by %.1f %% a week since %s, where %.1f %% was %s (CUSUM %.1f, alarm above %.0f)",
		100 * v.wape, day, 100 * v.promised,
		out->horizon >= AHEAD_3_4 ? "usual before" : "promised by the backtest", v.sum,
		ACCURACY_ALARM);
}

static void fill(struct arena *a, const struct week_sums *s, size_t n, int64_t flag_from,
		 struct accuracy *out)
{
	struct week_sums sum = { 0 };

	for (size_t i = 0; i < n; i++)
		if (s[i].asked)
			add(&sum, &s[i]);
	*out = (struct accuracy){
		.queue_id = s->queue_id, .horizon = s->horizon, .n = sum.n,
		.wape = ratio(sum.absolute, sum.offered), .bias = ratio(sum.error, sum.offered),
		.coverage80 = ratio((double)sum.within80, (double)sum.n),
		.naive_wape = ratio(sum.naive_absolute, sum.naive_offered),
		.poisson_floor = ratio(sum.floor, sum.offered),
		.adjusted_wape = ratio(sum.adjusted_absolute, sum.offered),
		.promised_wape = ratio(sum.promised, sum.offered),
	};
	flag(a, s, n, flag_from, out);
}

static bool resolve_range(struct db *db, struct arena *a, struct accuracy_query *q, struct err *e)
{
	struct site_calendar site;
	int minute;

	if (!site_calendar_load(db, a, q->site_id, &site, e))
		return false;
	if (q->to == FIELD_NULL)
		zone_to_local(site.zone, clock_now(), &q->to, &minute);
	if (q->from == FIELD_NULL)
		q->from = q->to - DEFAULT_DAYS + 1;
	if (q->from > q->to)
		return err_at(e, ERR_INVALID, "?from", "must not come after to");
	return q->to - q->from <= RANGE_DAYS_MAX ||
	       err_at(e, ERR_INVALID, "?from", "lies more than %d days before to", RANGE_DAYS_MAX);
}

bool forecast_accuracy(struct db *db, struct arena *a, const struct accuracy_query *asked,
		       struct accuracy **rows, size_t *count, struct err *e)
{
	struct accuracy_query q = *asked;
	struct week_sums *s;
	size_t n;

	*count = 0;
	if (!resolve_range(db, a, &q, e))
		return false;
	int64_t flag_from = q.to - 7 * FLAG_WEEKS + 1;
	if (!db_rows(db, SQL_ACCURACY_WEEKS,
		     DB_ARGS(db_int("site_id", q.site_id), db_int("queue_id", q.queue_id),
			     db_date("since", q.from < flag_from ? q.from : flag_from),
			     db_date("from", q.from), db_date("to", q.to)),
		     NULL, &sums_fields, a, (void **)&s, &n, e))
		return false;
	*rows = arena_array(a, n, sizeof **rows);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && s[end].queue_id == s[i].queue_id &&
				  s[end].horizon == s[i].horizon; end++)
			;
		fill(a, &s[i], end - i, flag_from, &(*rows)[(*count)++]);
	}
	return true;
}

void accuracy_warn(struct arena *a, const struct accuracy *rows, size_t n, int64_t queue_id,
		   struct forecast_warnings *w)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].queue_id != queue_id || !rows[i].flag)
			continue;
		forecast_warn(a, w, (struct forecast_warning){
			.code = "accuracy_broke_down",
			.text = arena_printf(a, "past forecasts went %s", rows[i].flag_reason),
			.from = rows[i].flag_since, .to = FIELD_NULL, .count = FIELD_NULL });
		return;
	}
}
