/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/forecast_totals.h"

#include "server/base/clock.h"
#include "server/domain/stored_joint.h"

static const char *const by_names[] = { "day", "week", NULL };

static const struct field query_rows[] = {
	{ .name = "by", .type = FIELD_ENUM, .offset = offsetof(struct totals_query, by),
	  .flags = FIELD_OPTIONAL, .names = by_names, .fallback = "\"day\"", .help = "what is added up" },
	F_INT(struct totals_query, queue_id, FIELD_OPTIONAL, 1, 1e15,
	      "only of this queue; without it every queue and the site"),
};
const struct fields totals_query_fields =
	FIELDS("ForecastTotalsQuery", struct totals_query, query_rows);

static const struct field total_rows[] = {
	F_INT(struct forecast_total, queue_id, FIELD_OPTIONAL, 1, 1e15, "queue; null: the whole site"),
	F_DATE(struct forecast_total, day, 0, "local date; of a week, its Monday"),
	F_REAL(struct forecast_total, mean, 0, 0, 0, "contacts expected, without adjustments"),
	F_REAL(struct forecast_total, q05, 0, 0, 0, "5 % quantile"),
	F_REAL(struct forecast_total, q10, 0, 0, 0, "10 % quantile"),
	F_REAL(struct forecast_total, q25, 0, 0, 0, "25 % quantile"),
	F_REAL(struct forecast_total, q50, 0, 0, 0, "median"),
	F_REAL(struct forecast_total, q75, 0, 0, 0, "75 % quantile"),
	F_REAL(struct forecast_total, q90, 0, 0, 0, "90 % quantile"),
	F_REAL(struct forecast_total, q95, 0, 0, 0, "95 % quantile"),
};
const struct fields forecast_total_fields =
	FIELDS("ForecastTotal", struct forecast_total, total_rows);

struct totalling {
	struct arena *arena;
	int64_t first_day, days;
	int32_t *sum_of_day;
	int64_t *day_of_sum;
	size_t sums;
	struct forecast_total *rows;
	size_t count;
};

/* Every day by itself; of weeks only whole ones: the day after the last Sunday is in none. */
static void choose_sums(struct totalling *t, enum total_by by)
{
	t->sum_of_day = arena_array(t->arena, (size_t)t->days, sizeof *t->sum_of_day);
	t->day_of_sum = arena_array(t->arena, (size_t)t->days, sizeof *t->day_of_sum);
	for (int64_t d = 0; d < t->days; d++) {
		int64_t date = t->first_day + d, monday = date - date_weekday(date) + 1;
		bool whole = monday >= t->first_day && monday + 7 <= t->first_day + t->days;
		bool begins = by == TOTAL_BY_DAY || date == monday;
		t->sum_of_day[d] = -1;
		if (by == TOTAL_BY_WEEK && !whole)
			continue;
		if (begins)
			t->day_of_sum[t->sums++] = date;
		t->sum_of_day[d] = (int32_t)t->sums - 1;
	}
}

static bool add_totals(struct totalling *t, int64_t queue_id, const struct wfm_joint *const *joints,
		       size_t n, const double *correlation, struct err *e)
{
	struct wfm_total *totals = arena_array(t->arena, t->sums, sizeof *totals);
	const struct wfm_sums what = {
		.joints = joints, .n_joints = n, .correlation = correlation,
		.sum_of_day = t->sum_of_day, .n_sums = t->sums, .seed = 1,
	};
	struct wfm_error we;

	if (t->sums == 0)
		return true;
	if (wfm_scenarios_total(&what, totals, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	for (size_t i = 0; i < t->sums; i++) {
		const double *q = totals[i].quantile;
		t->rows[t->count++] = (struct forecast_total){
			queue_id, t->day_of_sum[i], totals[i].mean,
			q[0], q[1], q[2], q[3], q[4], q[5], q[6]
		};
	}
	return true;
}

static bool total_all(struct db *db, struct totalling *t, int64_t forecast_id,
		      const struct stored_joint *queues, size_t n, bool site, struct err *e)
{
	const struct wfm_joint **joints = arena_array(t->arena, n, sizeof *joints);
	double *correlation;

	t->rows = arena_array(t->arena, (n + 1) * t->sums, sizeof *t->rows);
	for (size_t i = 0; i < n; i++) {
		joints[i] = &queues[i].joint;
		if (!add_totals(t, queues[i].queue_id, &joints[i], 1, NULL, e))
			return false;
	}
	return !site || (correlation_load(db, t->arena, forecast_id, queues, n, &correlation, e) &&
			 add_totals(t, FIELD_NULL, joints, n, correlation, e));
}

bool forecast_totals(struct db *db, struct arena *a, int64_t forecast_id,
		     const struct totals_query *q, struct forecast_total **rows, size_t *count,
		     struct err *e)
{
	struct totalling t = { .arena = a };
	struct stored_joint *queues;
	int64_t known;
	size_t n;

	if (!db_int_value(db, SQL_FORECAST_EXISTS,
			  DB_ARGS(db_int("forecast_id", forecast_id), db_int("queue_id", q->queue_id)),
			  NULL, &known, e) ||
	    !joint_load(db, a, forecast_id, q->queue_id, &queues, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT,
			       "this forecast was made before its scenarios were kept; make a new one");
	t.first_day = queues->joint.first_day;
	t.days = queues->joint.days;
	choose_sums(&t, (enum total_by)q->by);
	if (!total_all(db, &t, forecast_id, queues, n, q->queue_id == FIELD_NULL, e))
		return false;
	*rows = t.rows;
	*count = t.count;
	return true;
}
