/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/keep_forecast.h"

#include <math.h>

#include "server/domain/stored_joint.h"

/* ---------------------------------------------------------------- the report card */

static const struct field score_rows[] = {
	F_TEXT(struct forecast_score, method, 0, 0, 0, "method"),
	F_REAL(struct forecast_score, wape, FIELD_OPTIONAL, 0, 0, "sum of |error| / sum of offered, two weeks ahead"),
	F_REAL(struct forecast_score, wape_week1, FIELD_OPTIONAL, 0, 0, "the same of the first week"),
	F_REAL(struct forecast_score, bias, FIELD_OPTIONAL, 0, 0, "sum of error / sum of offered"),
	F_REAL(struct forecast_score, wql, FIELD_OPTIONAL, 0, 0, "weighted quantile loss"),
	F_REAL(struct forecast_score, mase, FIELD_OPTIONAL, 0, 0, "error beside the weekly naive's"),
	F_REAL(struct forecast_score, coverage80, FIELD_OPTIONAL, 0, 0, "share within the 80 % interval"),
	F_REAL(struct forecast_score, coverage95, FIELD_OPTIONAL, 0, 0, "share within the 95 % interval"),
	F_REAL(struct forecast_score, coverage80_day, FIELD_OPTIONAL, 0, 0, "the same of day totals, 80 %"),
	F_INT(struct forecast_score, origins, 0, 0, 1e9, "past weeks on which it was tried; 0: not tried"),
	F_REAL(struct forecast_score, weight, FIELD_OPTIONAL, 0, 0, "its share in this forecast"),
	F_BOOL(struct forecast_score, chosen, 0, "whether the judge preferred it"),
};
static const struct fields score_fields = FIELDS("ForecastScore", struct forecast_score, score_rows);

static const struct field effect_rows[] = {
	F_TEXT(struct forecast_effect, name, 0, 0, 0, "weekday, month position, closure or kind of special day"),
	F_TEXT(struct forecast_effect, group, FIELD_OPTIONAL, 0, 0, "special days: kind and group, as holiday:christmas"),
	F_TEXT(struct forecast_effect, label, FIELD_OPTIONAL, 0, 0, "special days: what they are called"),
	F_REAL(struct forecast_effect, factor, FIELD_OPTIONAL, 0, 0, "1.14: 14 % more than usual"),
	F_REAL(struct forecast_effect, sd, FIELD_OPTIONAL, 0, 0, "standard deviation of its logarithm"),
};
static const struct fields effect_fields = FIELDS("ForecastEffect", struct forecast_effect, effect_rows);

static const struct field report_rows[] = {
	F_TEXT(struct forecast_report, reason, 0, 0, 0, "why this method, or these"),
	F_TEXT(struct forecast_report, history, 0, 0, 0, "what of the history was used"),
	F_REAL(struct forecast_report, wape_week1, FIELD_OPTIONAL, 0, 0, "WAPE of the first week of the backtest"),
	F_REAL(struct forecast_report, wql, FIELD_OPTIONAL, 0, 0, "weighted quantile loss of the backtest"),
	F_REAL(struct forecast_report, coverage80_day, FIELD_OPTIONAL, 0, 0, "day totals within the 80 % interval"),
	F_REAL(struct forecast_report, poisson_floor, FIELD_OPTIONAL, 0, 0, "WAPE below which nobody can go"),
	F_INT(struct forecast_report, weeks, 0, 0, 1e9, "weeks of history used"),
	F_INT(struct forecast_report, outliers, 0, 0, 1e9, "intervals replaced before learning"),
	F_DATE(struct forecast_report, first_day, FIELD_OPTIONAL, "first local date learnt from"),
	F_DATE(struct forecast_report, last_day, FIELD_OPTIONAL, "last local date learnt from"),
	F_INT(struct forecast_report, longest_gap_days, 0, 0, 1e9, "open days in a row without data, at most"),
	F_LIST(struct forecast_report, scores, score_count, 0, &score_fields, 0, 0, "every method tried"),
	F_LIST(struct forecast_report, effects, effect_count, 0, &effect_fields, 0, 0, "calendar effects"),
	F_LIST(struct forecast_report, warnings, warning_count, 0, &forecast_warning_fields, 0, 0,
	       "what is wrong with the history or the forecast"),
};
const struct fields forecast_report_fields = FIELDS("ForecastReport", struct forecast_report, report_rows);

struct outlier {
	int64_t start;
	double offered, usual;
};
static const struct field outlier_rows[] = {
	F_INSTANT(struct outlier, start, 0, ""),
	F_REAL(struct outlier, offered, 0, 0, 0, ""),
	F_REAL(struct outlier, usual, 0, 0, 0, ""),
};
static const struct fields outlier_fields = FIELDS("OutlierRow", struct outlier, outlier_rows);

struct keeping {
	struct db *db;
	struct arena *arena;
	const struct site_calendar *site;
	const struct site_queue *queue;
	int64_t forecast_id;
	const struct wfm_forecast *f;
};

static struct forecast_score *scores_of(const struct keeping *k)
{
	const struct wfm_report_card *r = &k->f->report;
	struct forecast_score *out = arena_array(k->arena, (size_t)r->n_scores, sizeof *out);

	for (int i = 0; i < r->n_scores; i++) {
		const struct wfm_method_score *s = &r->score[i];
		out[i] = (struct forecast_score){
			.method = s->method, .wape = s->wape, .wape_week1 = s->wape_week1,
			.bias = s->bias, .wql = s->wql, .mase = s->mase,
			.coverage80 = s->coverage_80, .coverage95 = s->coverage_95,
			.coverage80_day = s->coverage_80_day, .weight = s->weight,
			.origins = s->origins, .chosen = i == r->chosen,
		};
	}
	return out;
}

static struct forecast_effect *effects_of(const struct keeping *k)
{
	struct forecast_effect *out = arena_array(k->arena, (size_t)k->f->n_effects, sizeof *out);

	for (int i = 0; i < k->f->n_effects; i++) {
		const struct wfm_forecast_effect *w = &k->f->effects[i];
		const struct site_special_group *g = site_effect_group(k->site, w->name);
		out[i] = (struct forecast_effect){ .name = w->name, .factor = w->factor, .sd = w->sd,
						   .group = g != NULL ? g->key : NULL,
						   .label = g != NULL ? g->name : NULL };
	}
	return out;
}

/* What the backtest itself says against the forecast. */
static void warn_of_backtest(struct arena *a, const struct wfm_report_card *r,
			     struct forecast_warnings *w)
{
	const struct wfm_method_score *c = &r->score[r->chosen];
	const struct wfm_method_score *naive = &r->score[r->seasonal_naive];
	struct forecast_warning v = { .from = FIELD_NULL, .to = FIELD_NULL, .count = FIELD_NULL };

	if (r->n_scores == 0) {
		return; /* left out: nothing was forecast */
	} else if (c->origins == 0) {
		v.code = "unchecked";
		v.text = "too little history to check the forecast against the past";
	} else if (c->wape > naive->wape) {
		v.code = "no_better_than_naive";
		v.text = "no better than the same interval of last week";
	} else if (fabs(c->bias) > 0.1) {
		v.code = "biased";
		v.text = "the past was forecast more than 10 % too high or too low";
	} else {
		return;
	}
	forecast_warn(a, w, v);
}

static const char *report_json(const struct keeping *k, const struct forecast_warnings *w)
{
	const struct wfm_report_card *r = &k->f->report;
	const struct wfm_method_score *c = &r->score[r->chosen];
	bool dated = r->last_day_used != 0;
	struct forecast_report report = {
		.reason = r->reason, .history = r->history, .wape_week1 = c->wape_week1,
		.wql = c->wql, .coverage80_day = c->coverage_80_day,
		.poisson_floor = r->poisson_floor, .weeks = r->weeks, .outliers = r->outliers,
		.first_day = dated ? r->first_day_used : FIELD_NULL,
		.last_day = dated ? r->last_day_used : FIELD_NULL,
		.longest_gap_days = r->longest_gap_days,
		.scores = scores_of(k), .score_count = (size_t)r->n_scores,
		.effects = effects_of(k), .effect_count = (size_t)k->f->n_effects,
		.warnings = w->items, .warning_count = w->count,
	};
	struct strbuf s;
	strbuf_init(&s, 1 << 18);
	field_to_json(&forecast_report_fields, &report, &s);
	const char *text = s.overflow ? NULL : arena_strdup(k->arena, s.data);
	strbuf_free(&s);
	return text;
}

static const char *outliers_json(const struct keeping *k)
{
	size_t n = k->f->n_outliers;
	struct outlier *rows = arena_array(k->arena, n, sizeof *rows);
	struct strbuf s;

	for (size_t i = 0; i < n; i++) {
		const struct wfm_outlier *o = &k->f->outliers[i];
		rows[i] = (struct outlier){
			zone_to_utc(k->site->zone, o->day, o->slot * (int)k->queue->interval_min),
			o->offered, o->usual
		};
	}
	strbuf_init(&s, 160 * (n + 1));
	field_list_to_json(&outlier_fields, rows, n, &s);
	const char *text = s.overflow ? NULL : arena_strdup(k->arena, s.data);
	strbuf_free(&s);
	return text;
}

static bool keep_report(const struct keeping *k, const struct forecast_warnings *known,
			struct err *e)
{
	const struct wfm_report_card *r = &k->f->report;
	const struct wfm_method_score *c = &r->score[r->chosen];
	struct forecast_warnings w = { 0 };

	for (size_t i = 0; i < known->count; i++)
		forecast_warn(k->arena, &w, known->items[i]);
	warn_of_backtest(k->arena, r, &w);
	const char *report = report_json(k, &w), *outliers = outliers_json(k);
	if (report == NULL || outliers == NULL)
		return err_set(e, ERR_INTERNAL, "the report card overflows its buffer");
	return db_run(k->db, SQL_FORECAST_QUEUE_INSERT,
		      DB_ARGS(db_int("forecast_id", k->forecast_id),
			      db_int("queue_id", k->queue->id), db_text("method", k->f->method),
			      db_int("history_days", r->days_used), db_int("origins", c->origins),
			      db_real("wape", c->wape), db_real("bias", c->bias),
			      db_real("coverage80", c->coverage_80),
			      db_real("coverage95", c->coverage_95),
			      db_real("naive_wape", r->score[r->seasonal_naive].wape),
			      db_real("mean4_wape", r->score[r->four_week_mean].wape),
			      db_text("warning", forecast_warnings_text(k->arena, &w)),
			      db_text("report", report), db_text("outliers", outliers)),
		      NULL, NULL, e);
}

/* ---------------------------------------------------------------- intervals */

struct interval_row {
	int64_t start;
	double mean, q05, q10, q25, q50, q75, q90, q95, aht_s;
};
static const struct field interval_rows[] = {
	F_INSTANT(struct interval_row, start, 0, ""),
	F_REAL(struct interval_row, mean, 0, 0, 0, ""),
	F_REAL(struct interval_row, q05, 0, 0, 0, ""),
	F_REAL(struct interval_row, q10, 0, 0, 0, ""),
	F_REAL(struct interval_row, q25, 0, 0, 0, ""),
	F_REAL(struct interval_row, q50, 0, 0, 0, ""),
	F_REAL(struct interval_row, q75, 0, 0, 0, ""),
	F_REAL(struct interval_row, q90, 0, 0, 0, ""),
	F_REAL(struct interval_row, q95, 0, 0, 0, ""),
	F_REAL(struct interval_row, aht_s, 0, 0, 0, ""),
};
static const struct fields interval_fields =
	FIELDS("ForecastIntervalRow", struct interval_row, interval_rows);

static void interval_fill(struct interval_row *row, int64_t start, const struct wfm_forecast_slot *s,
			  double default_aht_s)
{
	const double *q = s->quantile;
	*row = (struct interval_row){
		.start = start, .mean = s->mean,
		.q05 = q[0], .q10 = q[1], .q25 = q[2], .q50 = q[3], .q75 = q[4], .q90 = q[5], .q95 = q[6],
		.aht_s = s->aht_s > 0 ? s->aht_s : default_aht_s,
	};
}

/* One row an instant: a skipped wall-clock slot has none, a repeated one has two. */
static bool keep_intervals(const struct keeping *k, struct err *e)
{
	const struct wfm_forecast *f = k->f;
	struct interval_row *rows = arena_array(k->arena, 2 * f->n_slots, sizeof *rows);
	struct strbuf json;
	size_t n = 0;

	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *s = &f->slots[i];
		int minute = s->slot * (int)k->queue->interval_min, back_minute;
		int64_t start = zone_to_utc(k->site->zone, s->day, minute), back_day;
		if (!s->open)
			continue;
		zone_to_local(k->site->zone, start, &back_day, &back_minute);
		if (back_day != s->day || back_minute != minute)
			continue;
		interval_fill(&rows[n++], start, s, k->queue->aht_s);
		int64_t again = zone_to_utc_second(k->site->zone, s->day, minute);
		if (again != start)
			interval_fill(&rows[n++], again, s, k->queue->aht_s);
	}
	strbuf_init(&json, 512 * (n + 1));
	field_list_to_json(&interval_fields, rows, n, &json);
	bool ok = !json.overflow
			  ? db_run(k->db, SQL_FORECAST_INTERVALS_INSERT,
				   DB_ARGS(db_int("forecast_id", k->forecast_id),
					   db_int("queue_id", k->queue->id),
					   db_text("intervals", json.data)),
				   NULL, NULL, e)
			  : err_set(e, ERR_INTERNAL, "forecast rows overflow their buffer");
	strbuf_free(&json);
	return ok;
}

bool forecast_keep_queue(struct db *db, struct arena *a, const struct site_calendar *site,
			 const struct site_queue *q, int64_t forecast_id,
			 const struct wfm_forecast *f, const struct forecast_warnings *w,
			 struct err *e)
{
	struct keeping k = { db, a, site, q, forecast_id, f };

	return keep_report(&k, w, e) && keep_intervals(&k, e) &&
	       (f->joint == NULL || joint_keep(db, a, forecast_id, q->id, f->joint, e));
}

struct wfm_forecast forecast_of_nothing(void)
{
	return (struct wfm_forecast){
		.method = "none",
		.report = { .poisson_floor = NAN, .reason = "nothing of its history can be used",
			    .score[0] = { .wape = NAN, .wape_week1 = NAN, .bias = NAN, .wql = NAN,
					  .mase = NAN, .coverage_80 = NAN, .coverage_95 = NAN,
					  .coverage_80_day = NAN } },
	};
}

bool forecast_leave_out(struct arena *a, struct forecast_warnings *w, struct err *why)
{
	if (why->code != ERR_INVALID)
		return false;
	forecast_warn(a, w, (struct forecast_warning){
		.code = "left_out", .from = FIELD_NULL, .to = FIELD_NULL, .count = FIELD_NULL,
		.text = arena_printf(a, "left out of the forecast: %s", why->message) });
	err_clear(why);
	return true;
}
