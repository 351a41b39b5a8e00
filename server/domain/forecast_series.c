/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/forecast_series.h"

static const struct field warning_rows[] = {
	F_TEXT(struct forecast_warning, code, 0, 0, 0, "what kind of warning"),
	F_TEXT(struct forecast_warning, text, 0, 0, 0, "the warning as a sentence"),
	F_DATE(struct forecast_warning, from, FIELD_OPTIONAL, "first local date concerned"),
	F_DATE(struct forecast_warning, to, FIELD_OPTIONAL, "last local date concerned"),
	F_INT(struct forecast_warning, count, FIELD_OPTIONAL, 0, 1e15, "rows or days concerned"),
};
const struct fields forecast_warning_fields =
	FIELDS("ForecastWarning", struct forecast_warning, warning_rows);

struct history_row {
	int64_t start;
	double offered, handled, handle_time_s;
};
static const struct field history_rows[] = {
	F_INSTANT(struct history_row, start, 0, ""),
	F_REAL(struct history_row, offered, 0, 0, 0, ""),
	F_REAL(struct history_row, handled, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct history_row, handle_time_s, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields history_fields = FIELDS("ForecastHistory", struct history_row, history_rows);

void forecast_warn(struct arena *a, struct forecast_warnings *w, struct forecast_warning warning)
{
	struct forecast_warning *slot =
		arena_grow(a, (void **)&w->items, &w->cap, w->count, sizeof *slot);
	*slot = warning;
	w->count++;
}

bool forecast_series_load(struct db *db, struct arena *a, const struct site_calendar *site,
			  const struct site_queue *q, int64_t until, struct forecast_series *out,
			  struct err *e)
{
	struct history_row *rows;
	size_t n;

	*out = (struct forecast_series){ 0 };
	if (!db_rows(db, SQL_FORECAST_HISTORY,
		     DB_ARGS(db_int("queue_id", q->id), db_instant("until", until)), NULL,
		     &history_fields, a, (void **)&rows, &n, e))
		return false;
	struct wfm_observation *o = arena_array(a, n, sizeof *o);
	for (size_t i = 0; i < n; i++) {
		int64_t date;
		int minute;
		zone_to_local(site->zone, rows[i].start, &date, &minute);
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
	s->special_days = site_special_days(site, q, a, &s->n_special_days);
	/* NULL: learnt, for mail arrives while the doors are shut. */
	s->open = site_queue_is_mail(q) ? NULL : site_open_mask(site, (int)q->interval_min, a);
	return true;
}
