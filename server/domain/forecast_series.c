/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/forecast_series.h"

#include "server/base/clock.h"
#include "server/calendar/holidays.h"
#include "server/domain/queue_history.h"
#include "server/domain/sound_history.h"

struct future_rows {
	int64_t count, from, to;
};
static const struct field future_rows_rows[] = {
	F_INT(struct future_rows, count, 0, 0, 0, ""),
	F_DATE(struct future_rows, from, FIELD_OPTIONAL, ""),
	F_DATE(struct future_rows, to, FIELD_OPTIONAL, ""),
};
static const struct fields future_fields =
	FIELDS("FutureHistory", struct future_rows, future_rows_rows);

/* An import refuses rows of the future; they come by other ways, or when the clock was wrong. */
static bool warn_of_future(struct db *db, struct arena *a, const struct site_queue *q,
			   struct forecast_warnings *w, struct err *e)
{
	struct future_rows f;
	char from[11], to[11];

	if (!db_one(db, SQL_FORECAST_FUTURE,
		    DB_ARGS(db_int("queue_id", q->id), db_instant("now", clock_now())), NULL,
		    &future_fields, a, &f, e))
		return false;
	if (f.count == 0)
		return true;
	date_format(f.from, from);
	date_format(f.to, to);
	forecast_warn(a, w, (struct forecast_warning){
		.code = "future_rows", .from = f.from, .to = f.to, .count = f.count,
		.text = arena_printf(a, "left out: %lld row%s of the future, from %s to %s",
				     (long long)f.count, f.count == 1 ? "" : "s", from, to) });
	return true;
}

static bool day_is_entered(const struct site_calendar *site, const struct site_queue *q, int64_t day)
{
	for (size_t i = 0; i < site->specials_count; i++)
		if (site->specials[i].day == day &&
		    (site->specials[i].queue_id == FIELD_NULL || site->specials[i].queue_id == q->id))
			return true;
	return false;
}

/* A holiday nobody entered would be forecast as any other day. */
static void warn_of_holidays(struct arena *a, const struct site_calendar *site,
			     const struct site_queue *q, const struct site_span *ahead,
			     struct forecast_warnings *w)
{
	const struct holiday_country *c = holiday_country_find(holiday_book(), site->country);
	struct forecast_warning v = { .code = "holidays_missing", .from = FIELD_NULL, .to = FIELD_NULL };
	const char *first = "";
	char day[11];
	int from, until, m, d;

	date_to_ymd(ahead->from, &from, &m, &d);
	date_to_ymd(ahead->until - 1, &until, &m, &d);
	for (int year = from; c != NULL && year <= until; year++) {
		struct holiday *h;
		size_t n;
		holidays_of_year(c, year, a, &h, &n);
		for (size_t i = 0; i < n; i++) {
			if (h[i].optional || h[i].date < ahead->from || h[i].date >= ahead->until ||
			    day_is_entered(site, q, h[i].date))
				continue;
			first = v.count == 0 ? h[i].name : first;
			v.from = v.count == 0 ? h[i].date : v.from;
			v.to = h[i].date;
			v.count++;
		}
	}
	if (v.count == 0)
		return;
	date_format(v.from, day);
	v.text = v.count == 1 ? arena_printf(a, "%s (%s) is not entered as a special day", first, day)
			      : arena_printf(a, "%lld holidays from %s (%s) on are not entered as special days",
					     (long long)v.count, first, day);
	forecast_warn(a, w, v);
}

/* Hours that were never open before are guessed, and the planner should know. */
static void warn_of_new_hours(struct arena *a, const struct site_calendar *site,
			      const struct site_queue *q, const struct site_span *span,
			      struct forecast_warnings *w)
{
	char day[11];
	int64_t from = site_queue_is_mail(q) ? FIELD_NULL
					     : site_hours_unseen_from(site, (int)q->interval_min, span);

	if (from == FIELD_NULL)
		return;
	date_format(from, day);
	forecast_warn(a, w, (struct forecast_warning){
		.code = "new_hours",
		.text = arena_printf(a, "open from %s on at hours without history, which are taken like the nearest ones", day),
		.from = from, .to = FIELD_NULL, .count = FIELD_NULL });
}

bool forecast_series_load(struct db *db, struct arena *a, const struct site_calendar *site,
			  const struct site_queue *q, int64_t until, const struct site_span *ahead,
			  struct forecast_series *out, struct err *e)
{
	struct queue_history_row *rows;
	struct site_span span = *ahead;
	size_t n;

	*out = (struct forecast_series){ 0 };
	if (!queue_history_load(db, a, site, q, until, &rows, &n, &out->warnings, e) ||
	    !warn_of_future(db, a, q, &out->warnings, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_INVALID, "queue %s has no history to forecast from", q->code);
	history_warn_of_holes(a, site->zone, rows, n, until, &out->warnings);
	struct wfm_observation *o = arena_array(a, n, sizeof *o);
	for (size_t i = 0; i < n; i++) {
		int64_t date;
		int minute;
		zone_to_local(site->zone, rows[i].start, &date, &minute);
		span.first = i == 0 || date < span.first ? date : span.first;
		o[i] = (struct wfm_observation){
			.day = (int32_t)date,
			.slot = (int16_t)(minute / (int)q->interval_min),
			.offered = rows[i].offered,
			.handled = rows[i].handled,
			.handle_time_s = rows[i].handle_time_s,
		};
	}
	struct wfm_series *s = &out->series;
	s->interval_min = (int)q->interval_min;
	s->observations = o;
	s->n_observations = n;
	s->special_days = site_special_days(site, q, &span, a, &s->n_special_days);
	/* NULL: learnt, for mail arrives while the doors are shut. */
	s->open = site_queue_is_mail(q) ? NULL : site_open_mask(site, (int)q->interval_min, &span, a);
	warn_of_new_hours(a, site, q, &span, &out->warnings);
	warn_of_holidays(a, site, q, ahead, &out->warnings);
	return true;
}

bool forecast_failed(const struct site_queue *q, enum wfm_status status, const struct wfm_error *we,
		     struct err *e)
{
	switch (status) {
	case WFM_CANCELLED:
		return err_set(e, ERR_CONFLICT, "cancelled");
	case WFM_INFEASIBLE:
		return err_set(e, ERR_INVALID, "queue %s: it has no usable history", q->code);
	case WFM_INVALID:
		return err_set(e, ERR_INVALID, "queue %s: %s %s", q->code, we->path, we->message);
	case WFM_OK:
	case WFM_LIMIT:
	case WFM_NO_MEMORY:
	case WFM_INTERNAL:
	default:
		return err_from_wfm(e, we);
	}
}
