/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/forecast_series.h"

#include "server/base/clock.h"
#include "server/domain/queue_history.h"

static const struct field warning_rows[] = {
	F_TEXT(struct forecast_warning, code, 0, 0, 0, "what kind of warning"),
	F_TEXT(struct forecast_warning, text, 0, 0, 0, "the warning as a sentence"),
	F_DATE(struct forecast_warning, from, FIELD_OPTIONAL, "first local date concerned"),
	F_DATE(struct forecast_warning, to, FIELD_OPTIONAL, "last local date concerned"),
	F_INT(struct forecast_warning, count, FIELD_OPTIONAL, 0, 1e15, "rows or days concerned"),
};
const struct fields forecast_warning_fields =
	FIELDS("ForecastWarning", struct forecast_warning, warning_rows);

void forecast_warn(struct arena *a, struct forecast_warnings *w, struct forecast_warning warning)
{
	struct forecast_warning *slot =
		arena_grow(a, (void **)&w->items, &w->cap, w->count, sizeof *slot);
	*slot = warning;
	w->count++;
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
	if (!queue_history_load(db, a, site, q, until, &rows, &n, e))
		return false;
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
	if (n == 0)
		span.first = span.from;
	s->special_days = site_special_days(site, q, &span, a, &s->n_special_days);
	/* NULL: learnt, for mail arrives while the doors are shut. */
	s->open = site_queue_is_mail(q) ? NULL : site_open_mask(site, (int)q->interval_min, &span, a);
	warn_of_new_hours(a, site, q, &span, &out->warnings);
	return true;
}

bool forecast_failed(const struct site_queue *q, enum wfm_status status, const struct wfm_error *we,
		     struct err *e)
{
	switch (status) {
	case WFM_CANCELLED:
		return err_set(e, ERR_CONFLICT, "cancelled");
	case WFM_INVALID:
	case WFM_INFEASIBLE:
		return err_set(e, ERR_INVALID, "queue %s: %s %s", q->code, we->path, we->message);
	case WFM_OK:
	case WFM_LIMIT:
	case WFM_NO_MEMORY:
	case WFM_INTERNAL:
	default:
		return err_from_wfm(e, we);
	}
}
