/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/make_outlook.h"

#include <stdlib.h>

#include "server/base/clock.h"
#include "server/calendar/holidays.h"
#include "server/domain/forecast_series.h"
#include "wfm/forecast.h"
#include "wfm/outlook.h"
#include "wfm/scenarios.h"

enum {
	WEEKS_MAX = 78,
	SEASON_DAYS = 400,     /* of history, before the year's shape is learnt */
	HOLIDAY_GAP_DAYS = 90, /* without any holiday: they were not entered */
	SEED = 20260105,       /* the same history gives the same outlook */
};

static const struct field request_rows[] = {
	F_INT(struct outlook_request, site_id, 0, 1, 1e15, "site whose queues are looked at"),
	{ .name = "weeks", .type = FIELD_INT, .offset = offsetof(struct outlook_request, weeks),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = WEEKS_MAX, .fallback = "52",
	  .help = "number of weeks, from next Monday on" },
};
const struct fields outlook_request_fields =
	FIELDS("OutlookRequest", struct outlook_request, request_rows);

static const struct field result_rows[] = {
	F_INT(struct outlook_result, outlook_id, 0, 1, 1e15, "the outlook that was made"),
};
const struct fields outlook_result_fields =
	FIELDS("OutlookResult", struct outlook_result, result_rows);

struct week_row {
	int64_t week;
	double mean, q05, q10, q25, q50, q75, q90, q95, load_hours;
};
static const struct field week_rows[] = {
	F_DATE(struct week_row, week, 0, ""),
	F_REAL(struct week_row, mean, 0, 0, 0, ""),
	F_REAL(struct week_row, q05, 0, 0, 0, ""),
	F_REAL(struct week_row, q10, 0, 0, 0, ""),
	F_REAL(struct week_row, q25, 0, 0, 0, ""),
	F_REAL(struct week_row, q50, 0, 0, 0, ""),
	F_REAL(struct week_row, q75, 0, 0, 0, ""),
	F_REAL(struct week_row, q90, 0, 0, 0, ""),
	F_REAL(struct week_row, q95, 0, 0, 0, ""),
	F_REAL(struct week_row, load_hours, 0, 0, 0, ""),
};
static const struct fields week_fields = FIELDS("OutlookWeekRow", struct week_row, week_rows);

struct looking {
	struct db *db;
	struct arena *arena;
	struct site_calendar site;
	struct site_queue *queues;
	size_t queue_count;
	const struct forecast_watch *watch;
	int64_t outlook_id, now;
	struct site_span ahead;
	size_t weeks;
	int32_t *week_of_day;
	const struct site_queue *queue; /* being forecast */
	double done, share; /* of the whole: before this step, and of it */
	struct wfm_forecast *forecasts;    /* of each queue */
	struct forecast_warnings *warnings; /* of each queue */
	double *load_hours;             /* queues x weeks */
	double *width;                  /* queues x weeks: how much wider the weeks are in truth */
};

static int64_t next_monday(const struct site_calendar *s, int64_t now)
{
	int64_t today;
	int minute;
	zone_to_local(s->zone, now, &today, &minute);
	return today + 8 - date_weekday(today);
}

bool outlook_check(struct db *db, struct arena *a, const struct outlook_request *r, struct err *e)
{
	struct site_calendar site;

	if (!site_calendar_load(db, a, r->site_id, &site, e))
		return false;
	struct forecast_request f = { r->site_id, next_monday(&site, clock_now()), r->weeks };
	return forecast_check(db, a, &f, e);
}

static bool progress(void *user, double done)
{
	const struct looking *l = user;
	return l->watch != NULL && l->watch->progress != NULL &&
	       l->watch->progress(l->watch->context, l->done + l->share * done, l->queue->code);
}

/* ---------------------------------------------------------------- warnings */

static void warn(const struct looking *l, struct forecast_warnings *w, const char *code,
		 const char *text, int64_t from)
{
	forecast_warn(l->arena, w, (struct forecast_warning){ code, text, from, FIELD_NULL, FIELD_NULL });
}

/* The last holiday that is known; FIELD_NULL: none at all is. */
static int64_t last_holiday(const struct site_calendar *s)
{
	int64_t last = FIELD_NULL;
	for (size_t i = 0; i < s->specials_count; i++)
		if (s->specials[i].kind == SPECIAL_HOLIDAY && s->specials[i].day > last)
			last = s->specials[i].day;
	return last;
}

static void warn_of_calendar(const struct looking *l, const struct wfm_forecast *f,
			     struct forecast_warnings *w)
{
	int64_t last = last_holiday(&l->site);
	char day[11];

	if (f->report.days_used < SEASON_DAYS && l->weeks > 13)
		warn(l, w, "no_seasons", "too little history to know the seasons of the year", FIELD_NULL);
	if (last == FIELD_NULL || last + HOLIDAY_GAP_DAYS >= l->ahead.until ||
	    holiday_country_find(holiday_book(), l->site.country) != NULL)
		return; /* where the rules are known, the series itself tells what is missing */
	date_format(last, day);
	warn(l, w, "holidays_end", arena_printf(l->arena, "no holidays are entered after %s", day), last + 1);
}

static bool keep_queue(const struct looking *l, const struct wfm_forecast *f,
		       struct forecast_warnings *w, struct err *e)
{
	struct strbuf json;

	warn_of_calendar(l, f, w);
	strbuf_init(&json, 1 << 16);
	field_list_to_json(&forecast_warning_fields, w->items, w->count, &json);
	bool ok = !json.overflow
			  ? db_run(l->db, SQL_OUTLOOK_QUEUE_INSERT,
				   DB_ARGS(db_int("outlook_id", l->outlook_id),
					   db_int("queue_id", l->queue->id), db_text("method", f->method),
					   db_int("history_days", f->report.days_used),
					   db_text("warnings", json.data)),
				   NULL, NULL, e)
			  : err_set(e, ERR_INTERNAL, "the warnings overflow their buffer");
	strbuf_free(&json);
	return ok;
}

/* ---------------------------------------------------------------- one queue */

/* Slots are many and needed no longer once their hours are added up. */
static void add_load(struct looking *l, size_t q, struct wfm_forecast *f)
{
	double *hours = l->load_hours + q * l->weeks;

	for (size_t i = 0; i < f->n_slots; i++)
		if (f->slots[i].open)
			hours[l->week_of_day[f->slots[i].day - l->ahead.from]] +=
				f->slots[i].mean * f->slots[i].aht_s / 3600;
	free(f->slots);
	f->slots = NULL;
	f->n_slots = 0;
}

static bool forecast_one(struct looking *l, size_t q, struct err *e)
{
	struct forecast_series history;
	struct wfm_error we;

	l->queue = &l->queues[q];
	l->share = 0.5 / (double)l->queue_count;
	l->done = 2 * (double)q * l->share;
	if (!forecast_series_load(l->db, l->arena, &l->site, l->queue, l->now, &l->ahead, &history, e))
		return false;
	struct wfm_forecast_options o = {
		.first_day = (int32_t)l->ahead.from,
		.days = (int32_t)(l->ahead.until - l->ahead.from),
		.default_aht_s = l->queue->aht_s,
		.progress = progress,
		.user = l,
	};
	enum wfm_status status = wfm_forecast_run(&history.series, &o, &l->forecasts[q], &we);
	if (status != WFM_OK)
		return forecast_failed(l->queue, status, &we, e);
	add_load(l, q, &l->forecasts[q]);
	l->done += l->share;
	status = wfm_outlook_widths(&history.series, &o, (int)l->weeks, l->width + q * l->weeks, &we);
	if (status != WFM_OK)
		return forecast_failed(l->queue, status, &we, e);
	l->warnings[q] = history.warnings;
	return true;
}

/* ---------------------------------------------------------------- weeks */

static bool keep_weeks(const struct looking *l, int64_t queue_id, const struct wfm_total *totals,
		       const double *load_hours, struct err *e)
{
	struct week_row *rows = arena_array(l->arena, l->weeks, sizeof *rows);
	struct strbuf json;

	for (size_t w = 0; w < l->weeks; w++) {
		const double *q = totals[w].quantile;
		rows[w] = (struct week_row){
			.week = l->ahead.from + 7 * (int64_t)w, .mean = totals[w].mean,
			.q05 = q[0], .q10 = q[1], .q25 = q[2], .q50 = q[3], .q75 = q[4],
			.q90 = q[5], .q95 = q[6], .load_hours = load_hours[w],
		};
	}
	strbuf_init(&json, 512 * (l->weeks + 1));
	field_list_to_json(&week_fields, rows, l->weeks, &json);
	bool ok = !json.overflow
			  ? db_run(l->db, SQL_OUTLOOK_WEEKS_INSERT,
				   DB_ARGS(db_int("outlook_id", l->outlook_id),
					   db_int("queue_id", queue_id), db_text("weeks", json.data)),
				   NULL, NULL, e)
			  : err_set(e, ERR_INTERNAL, "the weeks overflow their buffer");
	strbuf_free(&json);
	return ok;
}

static bool add_up(const struct looking *l, const struct wfm_joint *const *joints, size_t n,
		   const double *correlation, struct wfm_total *totals, struct err *e)
{
	struct wfm_error we;
	struct wfm_sums sums = {
		.joints = joints, .n_joints = n, .correlation = correlation,
		.sum_of_day = l->week_of_day, .n_sums = l->weeks, .seed = SEED, .scenarios = 2000,
	};
	return wfm_scenarios_total(&sums, totals, &we) == WFM_OK || err_from_wfm(e, &we);
}

/* The mean of the queues' widths, by the work they bring. */
static double site_width(const struct looking *l, size_t week)
{
	double sum = 0, weight = 0;

	for (size_t q = 0; q < l->queue_count; q++) {
		double hours = l->load_hours[q * l->weeks + week] + 1e-9;
		sum += hours * l->width[q * l->weeks + week];
		weight += hours;
	}
	return sum / weight;
}

static bool keep_site(const struct looking *l, const struct wfm_joint *const *joints,
		      struct wfm_total *totals, struct err *e)
{
	size_t n = l->queue_count;
	struct wfm_day_errors *errors = arena_array(l->arena, n, sizeof *errors);
	double *correlation = arena_array(l->arena, n * n, sizeof *correlation);
	double *hours = arena_array(l->arena, l->weeks, sizeof *hours);
	struct wfm_error we;

	for (size_t q = 0; q < n; q++) {
		errors[q] = (struct wfm_day_errors){ l->forecasts[q].backtest,
						     l->forecasts[q].n_backtest };
		for (size_t w = 0; w < l->weeks; w++)
			hours[w] += l->load_hours[q * l->weeks + w];
	}
	if (wfm_day_correlation(errors, n, correlation, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	if (!add_up(l, joints, n, correlation, totals, e))
		return false;
	for (size_t w = 0; w < l->weeks; w++)
		wfm_outlook_widen(&totals[w], site_width(l, w));
	return keep_weeks(l, FIELD_NULL, totals, hours, e);
}

static bool keep_totals(const struct looking *l, struct err *e)
{
	const struct wfm_joint **joints =
		arena_array(l->arena, l->queue_count, sizeof *joints);
	struct wfm_total *totals = arena_array(l->arena, l->weeks, sizeof *totals);

	for (size_t q = 0; q < l->queue_count; q++) {
		joints[q] = l->forecasts[q].joint;
		if (!add_up(l, &joints[q], 1, NULL, totals, e))
			return false;
		for (size_t w = 0; w < l->weeks; w++)
			wfm_outlook_widen(&totals[w], l->width[q * l->weeks + w]);
		if (!keep_weeks(l, l->queues[q].id, totals, l->load_hours + q * l->weeks, e))
			return false;
	}
	return keep_site(l, joints, totals, e);
}

/* ---------------------------------------------------------------- all */

static bool keep(struct looking *l, int64_t user_id, int64_t job_id, struct err *e)
{
	if (!db_int_value(l->db, SQL_OUTLOOK_INSERT,
			  DB_ARGS(db_int("site_id", l->site.site_id), db_date("first_week", l->ahead.from),
				  db_int("week_count", (int64_t)l->weeks), db_int("user_id", user_id),
				  db_int("job_id", job_id)),
			  NULL, &l->outlook_id, e))
		return false;
	for (size_t q = 0; q < l->queue_count; q++) {
		l->queue = &l->queues[q];
		if (!keep_queue(l, &l->forecasts[q], &l->warnings[q], e))
			return false;
	}
	return keep_totals(l, e);
}

/* Forecasting takes minutes: nothing is written, and no lock held, before it is done. */
static bool look(struct looking *l, int64_t user_id, int64_t job_id, struct err *e)
{
	for (size_t q = 0; q < l->queue_count; q++)
		if (!forecast_one(l, q, e))
			return false;
	if (!db_begin(l->db, e))
		return false;
	if (keep(l, user_id, job_id, e) &&
	    (l->watch == NULL || l->watch->saved == NULL ||
	     l->watch->saved(l->watch->context, l->outlook_id, e)))
		return db_commit(l->db, e);
	db_rollback(l->db);
	return false;
}

bool outlook_make(struct db *db, struct arena *a, const struct outlook_request *r, int64_t user_id,
		  int64_t job_id, const struct forecast_watch *w, int64_t *outlook_id, struct err *e)
{
	struct looking l = { .db = db, .arena = a, .watch = w, .now = clock_now(),
			     .weeks = (size_t)r->weeks };
	bool ok;

	if (!outlook_check(db, a, r, e) || !site_calendar_load(db, a, r->site_id, &l.site, e) ||
	    !site_queues_load(db, a, r->site_id, &l.queues, &l.queue_count, e))
		return false;
	l.ahead.from = next_monday(&l.site, l.now);
	l.ahead.until = l.ahead.from + 7 * r->weeks;
	l.week_of_day = arena_array(a, 7 * l.weeks, sizeof *l.week_of_day);
	for (size_t d = 0; d < 7 * l.weeks; d++)
		l.week_of_day[d] = (int32_t)(d / 7);
	l.forecasts = arena_array(a, l.queue_count, sizeof *l.forecasts);
	l.warnings = arena_array(a, l.queue_count, sizeof *l.warnings);
	l.load_hours = arena_array(a, l.queue_count * l.weeks, sizeof *l.load_hours);
	l.width = arena_array(a, l.queue_count * l.weeks, sizeof *l.width);
	ok = look(&l, user_id, job_id, e);
	for (size_t q = 0; q < l.queue_count; q++)
		wfm_forecast_free(&l.forecasts[q]);
	*outlook_id = l.outlook_id;
	return ok;
}
