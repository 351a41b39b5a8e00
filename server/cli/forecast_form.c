/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/forecast_form.h"

#define QUANTILES(s)                                              \
	F_REAL(s, q05, 0, 0, 1e12, "5 % quantile"),               \
		F_REAL(s, q10, 0, 0, 1e12, "10 % quantile"),      \
		F_REAL(s, q25, 0, 0, 1e12, "25 % quantile"),      \
		F_REAL(s, q50, 0, 0, 1e12, "median"),             \
		F_REAL(s, q75, 0, 0, 1e12, "75 % quantile"),      \
		F_REAL(s, q90, 0, 0, 1e12, "90 % quantile"),      \
		F_REAL(s, q95, 0, 0, 1e12, "95 % quantile")

static const struct field interval_rows[] = {
	F_INSTANT(struct forecast_interval, start, 0, "start of the interval"),
	F_REAL(struct forecast_interval, mean, 0, 0, 1e12, "expected contacts"),
	QUANTILES(struct forecast_interval),
	F_REAL(struct forecast_interval, aht_s, 0, 0, 1e9, "handling time of one contact, seconds"),
};
static const struct fields interval_fields =
	FIELDS("ForecastInterval", struct forecast_interval, interval_rows);

static const struct field day_rows[] = {
	F_DATE(struct forecast_day, date, 0, "local date"),
	F_REAL(struct forecast_day, mean, 0, 0, 1e12, "expected contacts of the day"),
	QUANTILES(struct forecast_day),
};
static const struct fields day_fields = FIELDS("ForecastDay", struct forecast_day, day_rows);

static const struct field score_rows[] = {
	F_TEXT(struct forecast_score, method, 0, 1, 40, "forecasting method"),
	F_REAL(struct forecast_score, wape, FIELD_OPTIONAL, 0, 0, "sum |y-f| / sum y, null: not scored"),
	F_REAL(struct forecast_score, wape_week1, FIELD_OPTIONAL, 0, 0, "the same, first week only"),
	F_REAL(struct forecast_score, bias, FIELD_OPTIONAL, 0, 0, "sum (f-y) / sum y"),
	F_REAL(struct forecast_score, wql, FIELD_OPTIONAL, 0, 0, "weighted quantile loss of the deciles"),
	F_REAL(struct forecast_score, mase, FIELD_OPTIONAL, 0, 0, "mean error / that of last week's value"),
	F_REAL(struct forecast_score, coverage_80, FIELD_OPTIONAL, 0, 1, "share inside the 80 % interval"),
	F_REAL(struct forecast_score, coverage_95, FIELD_OPTIONAL, 0, 1, "share inside the 95 % interval"),
	F_REAL(struct forecast_score, coverage_80_day, FIELD_OPTIONAL, 0, 1, "the same of day totals"),
	F_INT(struct forecast_score, origins, 0, 0, 1000, "past origins it was tried at"),
	F_INT(struct forecast_score, scored, 0, 0, 1e12, "intervals scored"),
};
static const struct fields score_fields = FIELDS("ForecastScore", struct forecast_score, score_rows);

static const struct field effect_rows[] = {
	F_TEXT(struct forecast_effect, name, 0, 1, 40, "calendar effect"),
	F_REAL(struct forecast_effect, factor, 0, 0, 0, "1.14 = 14 % more"),
	F_REAL(struct forecast_effect, sd, 0, 0, 0, "standard deviation of its logarithm"),
};
static const struct fields effect_fields =
	FIELDS("ForecastEffect", struct forecast_effect, effect_rows);

static const struct field queue_rows[] = {
	F_TEXT(struct forecast_queue, queue, 0, 1, 200, "queue"),
	F_TEXT(struct forecast_queue, method, 0, 1, 40, "the method that made the forecast"),
	F_REAL(struct forecast_queue, poisson_floor, 0, 0, 0, "WAPE below which nobody can go"),
	F_INT(struct forecast_queue, weeks, 0, 0, 1e6, "weeks of history"),
	F_INT(struct forecast_queue, days_used, 0, 0, 1e6, "days learnt from"),
	F_INT(struct forecast_queue, outliers, 0, 0, 1e9, "intervals replaced as outliers"),
	F_LIST(struct forecast_queue, scores, score_count, 0, &score_fields, 0, 20,
	       "the report card: every method tried on past origins"),
	F_LIST(struct forecast_queue, effects, effect_count, 0, &effect_fields, 0, 200,
	       "calendar effects"),
	F_LIST(struct forecast_queue, days, day_count, 0, &day_fields, 0, 1000, "by day"),
	F_LIST(struct forecast_queue, intervals, interval_count, 0, &interval_fields, 0, 1000000,
	       "by open interval"),
};
static const struct fields queue_fields = FIELDS("ForecastQueue", struct forecast_queue, queue_rows);

static const struct field document_rows[] = {
	F_INT(struct forecast_document, interval_min, 0, 5, 60, "minutes of an interval"),
	F_LIST(struct forecast_document, queues, queue_count, 0, &queue_fields, 0, 100000, "queues"),
};
const struct fields forecast_document_fields =
	FIELDS("Forecast", struct forecast_document, document_rows);

static void fill_days(struct arena *a, const struct wfm_forecast *f, struct forecast_queue *out)
{
	out->days = arena_array(a, f->n_days, sizeof *out->days);
	for (size_t i = 0; i < f->n_days; i++) {
		const struct wfm_forecast_day *d = &f->days[i];
		const double *q = d->quantile;
		if (d->open)
			out->days[out->day_count++] = (struct forecast_day){
				d->day, d->mean, q[0], q[1], q[2], q[3], q[4], q[5], q[6],
			};
	}
}

static void fill_scores(struct arena *a, const struct wfm_report_card *r, struct forecast_queue *out)
{
	out->scores = arena_array(a, (size_t)r->n_scores, sizeof *out->scores);
	for (int i = 0; i < r->n_scores; i++) {
		const struct wfm_method_score *s = &r->score[i];
		out->scores[out->score_count++] = (struct forecast_score){
			arena_strdup(a, s->method), s->wape,	    s->wape_week1,
			s->bias,		    s->wql,	    s->mase,
			s->coverage_80,		    s->coverage_95, s->coverage_80_day,
			s->origins,		    s->scored,
		};
	}
}

void forecast_form_fill(struct arena *a, const char *queue, int interval_min, int offset_s,
			const struct wfm_forecast *f, struct forecast_queue *out)
{
	*out = (struct forecast_queue){
		.queue = queue,
		.method = arena_strdup(a, f->method),
		.poisson_floor = f->report.poisson_floor,
		.weeks = f->report.weeks,
		.days_used = f->report.days_used,
		.outliers = f->report.outliers,
	};
	out->intervals = arena_array(a, f->n_slots, sizeof *out->intervals);
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *s = &f->slots[i];
		const double *q = s->quantile;
		if (s->open)
			out->intervals[out->interval_count++] = (struct forecast_interval){
				(int64_t)s->day * 86400 + s->slot * interval_min * 60 - offset_s,
				s->mean, q[0], q[1], q[2], q[3], q[4], q[5], q[6], s->aht_s,
			};
	}
	fill_days(a, f, out);
	fill_scores(a, &f->report, out);
	out->effects = arena_array(a, (size_t)f->n_effects, sizeof *out->effects);
	for (int i = 0; i < f->n_effects; i++)
		out->effects[out->effect_count++] = (struct forecast_effect){
			arena_strdup(a, f->effects[i].name), f->effects[i].factor, f->effects[i].sd,
		};
}
