/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/forecast_form.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "wfm/scenarios.h"

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

static const struct field week_rows[] = {
	F_DATE(struct forecast_week, monday, 0, "Monday of the week"),
	F_INT(struct forecast_week, days, 0, 1, 7, "how many of its open days were forecast"),
	F_REAL(struct forecast_week, mean, 0, 0, 1e12, "expected contacts of those days"),
	QUANTILES(struct forecast_week),
};
static const struct fields week_fields = FIELDS("ForecastWeek", struct forecast_week, week_rows);

static const struct field outlier_rows[] = {
	F_INSTANT(struct forecast_outlier, start, 0, "start of the interval"),
	F_REAL(struct forecast_outlier, offered, 0, 0, 1e12, "as the history has it"),
	F_REAL(struct forecast_outlier, usual, 0, 0, 1e12, "what was learnt from in its place"),
};
static const struct fields outlier_fields =
	FIELDS("ForecastOutlier", struct forecast_outlier, outlier_rows);

static const struct field aht_rows[] = {
	F_REAL(struct forecast_aht, level_s, FIELD_OPTIONAL, 0, 1e9, "mean handling time now, seconds"),
	F_REAL(struct forecast_aht, contact_sd_s, FIELD_OPTIONAL, 0, 1e9, "scatter of one contact"),
	F_REAL(struct forecast_aht, wape, FIELD_OPTIONAL, 0, 0,
	       "on past origins: sum n |h-f| / sum n h, null: not scored"),
	F_REAL(struct forecast_aht, wape_constant, FIELD_OPTIONAL, 0, 0, "of one mean of all history"),
	F_REAL(struct forecast_aht, wape_four_weeks, FIELD_OPTIONAL, 0, 0, "of the last four weeks' mean"),
	F_REAL(struct forecast_aht, floor, FIELD_OPTIONAL, 0, 0, "what nobody gets below"),
};
static const struct fields aht_fields = FIELDS("ForecastAht", struct forecast_aht, aht_rows);

static const struct field patience_rows[] = {
	F_REAL(struct forecast_patience, mean_s, FIELD_OPTIONAL, 0, 0, "null: the data cannot tell"),
	F_REAL(struct forecast_patience, low_s, FIELD_OPTIONAL, 0, 0, "95 % from"),
	F_REAL(struct forecast_patience, high_s, FIELD_OPTIONAL, 0, 0, "95 % to"),
	F_REAL(struct forecast_patience, abandons, FIELD_OPTIONAL, 0, 0, "seen"),
	F_TEXT(struct forecast_patience, reason, FIELD_OPTIONAL, 0, 200, "what it rests on"),
};
static const struct fields patience_fields =
	FIELDS("ForecastPatience", struct forecast_patience, patience_rows);

static const struct field redial_rows[] = {
	F_REAL(struct forecast_redials, probability, FIELD_OPTIONAL, 0, 1, "as given"),
	F_REAL(struct forecast_redials, offered, FIELD_OPTIONAL, 0, 0, "attempts in the history"),
	F_REAL(struct forecast_redials, fresh, FIELD_OPTIONAL, 0, 0, "without those who tried again"),
	F_REAL(struct forecast_redials, unplaced, FIELD_OPTIONAL, 0, 0,
	       "redials that no interval could hold: much of it says the probability is too high"),
};
static const struct fields redial_fields =
	FIELDS("ForecastRedials", struct forecast_redials, redial_rows);

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
	F_REAL(struct forecast_score, weight, FIELD_OPTIONAL, 0, 1, "its share in this forecast"),
	F_INT(struct forecast_score, origins, 0, 0, 1000, "past origins it was tried at"),
	F_INT(struct forecast_score, scored, 0, 0, 1e12, "intervals scored"),
};
static const struct fields score_fields = FIELDS("ForecastScore", struct forecast_score, score_rows);

static const struct field effect_rows[] = {
	F_TEXT(struct forecast_effect, name, 0, 1, 200, "calendar effect"),
	F_REAL(struct forecast_effect, factor, 0, 0, 0, "1.14 = 14 % more"),
	F_REAL(struct forecast_effect, sd, 0, 0, 0, "standard deviation of its logarithm"),
};
static const struct fields effect_fields =
	FIELDS("ForecastEffect", struct forecast_effect, effect_rows);

#define NUMBERS(member, i, h)                                                                     \
	{ .name = #member, .type = FIELD_LIST, .offset = offsetof(struct forecast_joint, member), \
	  .count_offset = offsetof(struct forecast_joint, count) + (i) * sizeof(size_t),          \
	  .flags = FIELD_OPTIONAL, .element = FIELD_REAL, .max = 10000000, .help = (h) }

static const struct field joint_rows[] = {
	F_DATE(struct forecast_joint, first_day, 0, "local date of the first"),
	F_INT(struct forecast_joint, days, 0, 1, 546, "days"),
	F_INT(struct forecast_joint, slots, 0, 24, 288, "intervals of a day, open or not"),
	F_INT(struct forecast_joint, factors, 0, 0, WFM_JOINT_FACTORS, "factors that days share"),
	F_INT(struct forecast_joint, shapes, 0, 0, WFM_JOINT_SHAPES, "shapes within a day"),
	NUMBERS(mean, 0, "days x slots: expected contacts"),
	NUMBERS(variance, 1, "days x slots: of the root of the count"),
	NUMBERS(day_load, 2, "days x factors: loading of the logarithm of the day's volume"),
	NUMBERS(day_own, 3, "days x 3: its own spread, tie to the day before, share taken back"),
	NUMBERS(shape, 4, "shapes x slots, then days x shapes: spread of the scores"),
};
static const struct fields joint_fields = FIELDS("ForecastJoint", struct forecast_joint, joint_rows);

static const struct field queue_rows[] = {
	F_TEXT(struct forecast_queue, queue, 0, 1, 200, "queue"),
	F_TEXT(struct forecast_queue, method, 0, 1, 40, "the method that made the forecast"),
	F_TEXT(struct forecast_queue, reason, 0, 0, 200, "why it did, beside the others"),
	F_TEXT(struct forecast_queue, history, 0, 0, 200, "what of the history was used"),
	F_REAL(struct forecast_queue, poisson_floor, 0, 0, 0, "WAPE below which nobody can go"),
	F_INT(struct forecast_queue, weeks, 0, 0, 1e6, "weeks of history"),
	F_INT(struct forecast_queue, days_used, 0, 0, 1e6, "days learnt from"),
	F_INT(struct forecast_queue, outliers, 0, 0, 1e9, "intervals replaced as outliers"),
	F_INT(struct forecast_queue, offset_s, FIELD_OPTIONAL, -86400, 86400,
	      "local time less UTC, seconds: what local dates are of"),
	F_OBJECT(struct forecast_queue, aht, FIELD_OPTIONAL, &aht_fields,
		 "handling time, null: the history has none"),
	F_OBJECT(struct forecast_queue, patience, FIELD_OPTIONAL, &patience_fields,
		 "from abandoned and wait_time_s, null: the history has them not"),
	F_OBJECT(struct forecast_queue, redials, FIELD_OPTIONAL, &redial_fields,
		 "what --redial took off, null: nothing"),
	F_LIST(struct forecast_queue, scores, score_count, 0, &score_fields, 0, 20,
	       "the report card: every method tried on past origins"),
	F_LIST(struct forecast_queue, effects, effect_count, 0, &effect_fields, 0, 200,
	       "calendar effects"),
	F_LIST(struct forecast_queue, outlier_list, outlier_count, 0, &outlier_fields, 0, 1000000,
	       "intervals replaced as outliers"),
	F_LIST(struct forecast_queue, week_totals, week_total_count, 0, &week_fields, 0, 100,
	       "by week, Monday to Sunday"),
	F_LIST(struct forecast_queue, days, day_count, 0, &day_fields, 0, 1000, "by day"),
	F_LIST(struct forecast_queue, intervals, interval_count, 0, &interval_fields, 0, 1000000,
	       "by open interval"),
	F_OBJECT(struct forecast_queue, joint, FIELD_OPTIONAL, &joint_fields,
		 "whole futures, from which staff --risk draws"),
};
static const struct fields queue_fields = FIELDS("ForecastQueue", struct forecast_queue, queue_rows);

static const struct field document_rows[] = {
	F_INT(struct forecast_document, interval_min, 0, 5, 60, "minutes of an interval"),
	F_LIST_OF(struct forecast_document, notes, note_count, 0, FIELD_TEXT, 0, 1000000,
		  "what is odd in the history, and what of it was left out"),
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
			s->weight,		    s->origins,	    s->scored,
		};
	}
}

static bool fill_weeks(struct arena *a, const struct wfm_forecast *f, struct forecast_queue *out,
		       struct err *e)
{
	int32_t *sum_of_day = arena_array(a, f->n_days, sizeof *sum_of_day);
	struct wfm_total *totals = arena_array(a, f->n_days / 7 + 2, sizeof *totals);
	struct wfm_error w;
	out->week_totals = arena_array(a, f->n_days / 7 + 2, sizeof *out->week_totals);
	for (size_t i = 0; i < f->n_days; i++) {
		sum_of_day[i] = -1;
		if (!f->days[i].open)
			continue;
		int64_t monday = f->days[i].day - (date_weekday(f->days[i].day) - 1);
		size_t n = out->week_total_count;
		if (n == 0 || out->week_totals[n - 1].monday != monday)
			out->week_totals[out->week_total_count++].monday = monday;
		out->week_totals[out->week_total_count - 1].days++;
		sum_of_day[i] = (int32_t)(out->week_total_count - 1);
	}
	const struct wfm_joint *joint = f->joint;
	struct wfm_sums sums = { .joints = &joint,
				 .n_joints = 1,
				 .sum_of_day = sum_of_day,
				 .n_sums = out->week_total_count,
				 .seed = 1 };
	if (wfm_scenarios_total(&sums, totals, &w) != WFM_OK)
		return err_from_wfm(e, &w);
	for (size_t i = 0; i < out->week_total_count; i++) {
		struct forecast_week *k = &out->week_totals[i];
		const double *q = totals[i].quantile;
		*k = (struct forecast_week){ k->monday, k->days, totals[i].mean, q[0], q[1],
					     q[2],	q[3],	 q[4],		 q[5], q[6] };
	}
	return true;
}

/* special_group_2 is the file's third kind: "campaign", "after_campaign". */
static const char *effect_name(struct arena *a, const char *name, const struct special_file *special)
{
	static const char part[] = "special_group_";
	const char *at = strstr(name, part), *digits = at != NULL ? at + sizeof part - 1 : NULL;
	size_t group = 0, n = digits != NULL ? strspn(digits, "0123456789") : 0;
	if (n == 0 || n > 6 || digits[n] != '\0' || special == NULL)
		return arena_strdup(a, name);
	for (size_t i = 0; i < n; i++)
		group = group * 10 + (size_t)(digits[i] - '0');
	if (group >= special->group_count)
		return arena_strdup(a, name);
	char text[200];
	(void)snprintf(text, sizeof text, "%.*s%.160s", (int)(at - name), name,
		       special->groups[group]);
	return arena_strdup(a, text);
}

static void fill_effects(struct arena *a, const struct forecast_source *from,
			 const struct wfm_forecast *f, struct forecast_queue *out)
{
	out->effects = arena_array(a, (size_t)f->n_effects, sizeof *out->effects);
	for (int i = 0; i < f->n_effects; i++)
		out->effects[out->effect_count++] = (struct forecast_effect){
			effect_name(a, f->effects[i].name, from->special), f->effects[i].factor,
			f->effects[i].sd,
		};
}

static void fill_joint(struct arena *a, const struct wfm_joint *j, struct forecast_joint *out)
{
	const double *from[5] = { j->mean, j->variance, j->day_load, j->day_own, j->shape };
	double **to[5] = { &out->mean, &out->variance, &out->day_load, &out->day_own, &out->shape };
	out->first_day = j->first_day;
	out->days = j->days;
	out->slots = j->slots;
	out->factors = j->factors;
	out->shapes = j->shapes;
	wfm_joint_counts(j, out->count);
	for (int i = 0; i < 5; i++) {
		*to[i] = arena_array(a, out->count[i], sizeof(double));
		for (size_t k = 0; k < out->count[i]; k++)
			(*to[i])[k] = from[i][k];
	}
}

static int64_t instant_of(const struct forecast_source *from, int32_t day, int slot)
{
	return (int64_t)day * 86400 + slot * from->interval_min * 60 - from->offset_s;
}

bool forecast_form_fill(struct arena *a, const struct forecast_source *from,
			const struct wfm_forecast *f, struct forecast_queue *out, struct err *e)
{
	field_init(&queue_fields, out);
	out->queue = from->queue;
	out->method = arena_strdup(a, f->method);
	out->reason = arena_strdup(a, f->report.reason);
	out->history = arena_strdup(a, f->report.history);
	out->poisson_floor = f->report.poisson_floor;
	out->weeks = f->report.weeks;
	out->days_used = f->report.days_used;
	out->outliers = f->report.outliers;
	out->intervals = arena_array(a, f->n_slots, sizeof *out->intervals);
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *s = &f->slots[i];
		const double *q = s->quantile;
		if (s->open)
			out->intervals[out->interval_count++] = (struct forecast_interval){
				instant_of(from, s->day, s->slot),
				s->mean, q[0], q[1], q[2], q[3], q[4], q[5], q[6], s->aht_s,
			};
	}
	out->outlier_list = arena_array(a, f->n_outliers, sizeof *out->outlier_list);
	for (size_t i = 0; i < f->n_outliers; i++)
		out->outlier_list[out->outlier_count++] = (struct forecast_outlier){
			instant_of(from, f->outliers[i].day, f->outliers[i].slot),
			f->outliers[i].offered, f->outliers[i].usual,
		};
	fill_days(a, f, out);
	fill_scores(a, &f->report, out);
	fill_effects(a, from, f, out);
	fill_joint(a, f->joint, &out->joint);
	out->offset_s = from->offset_s;
	return fill_weeks(a, f, out, e);
}

void forecast_form_aht(const struct wfm_aht *aht, struct forecast_aht *out)
{
	const struct wfm_aht_score *s = &aht->score;
	*out = (struct forecast_aht){ aht->level_s,	   aht->contact_sd_s,  s->wape,
				      s->wape_constant, s->wape_four_weeks, s->floor };
}
