/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Staffing against the scenarios of a forecast file. JSON carries the joint scenarios themselves.
 * CSV has quantiles of intervals only: then a day is taken to be high or low as a whole, all that
 * an interval's quantiles spread beyond Poisson being the day's (comonotone: the widest days, and
 * so the most people, that the quantiles allow).
 */
#include "server/cli/staff_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SCENARIOS = 1000, FEWEST = 200, MAX_NUMBERS = 2000000, SEED = 1 };

bool staff_risk_parse(const char *risk, const char *over, struct staff_risk *out, struct err *e)
{
	static const char *const names[] = { "interval", "day", "week" };
	out->over = STAFF_INTERVAL;
	for (int i = 0; over != NULL && i < 3; i++)
		if (strcmp(over, names[i]) == 0)
			out->over = (enum staff_over)i;
	if (over != NULL && strcmp(names[out->over], over) != 0)
		return err_at(e, ERR_INVALID, "--over", "must be interval, day or week");
	if (strcmp(risk, "point") == 0) {
		out->risk = WFM_RISK_POINT;
	} else if (strcmp(risk, "expected") == 0) {
		out->risk = WFM_RISK_EXPECTED;
	} else if (strncmp(risk, "day:", 4) == 0) {
		char *end;
		out->risk = WFM_RISK_CHANCE;
		out->probability = strtod(risk + 4, &end);
		if (end == risk + 4 || *end != '\0' ||
		    !(out->probability > 0.0 && out->probability < 1.0))
			return err_at(e, ERR_INVALID, "--risk",
				      "day: needs a probability above 0 and below 1, like day:0.8");
		if (over != NULL && out->over != STAFF_DAY)
			return err_at(e, ERR_INVALID, "--over", "is day with --risk day:%g",
				      out->probability);
		out->over = STAFF_DAY;
	} else {
		return err_at(e, ERR_INVALID, "--risk", "must be point, expected or like day:0.8");
	}
	return true;
}

bool staff_risk_plain(const struct staff_risk *risk)
{
	return risk->risk == WFM_RISK_POINT && risk->over == STAFF_INTERVAL;
}

/* Local date of an instant. */
static int32_t date_of(int64_t start, int offset_s)
{
	int64_t local = start + offset_s;
	return (int32_t)(local >= 0 ? local / 86400 : -((86399 - local) / 86400));
}

static int64_t second_of_day(int64_t start, int offset_s)
{
	int64_t s = (start + offset_s) % 86400;
	return s < 0 ? s + 86400 : s;
}

/* The offset of each interval: of its own row, or of the row before. */
static int *offsets_of(struct arena *a, const struct staff_queue *q, size_t n, int64_t seconds)
{
	int *offset = arena_array(a, n, sizeof *offset);
	size_t row = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t start = q->rows[0].start + (int64_t)i * seconds;
		while (row + 1 < q->count && q->rows[row + 1].start <= start)
			row++;
		offset[i] = q->rows[row].offset_s;
	}
	return offset;
}

/* Spread of the root of a count by its quantiles, widest pair first; NaN without any. */
static double root_sd(const double *quantile)
{
	static const double z[3] = { 1.6448536269514722, 1.2815515655446004, 0.6744897501960817 };
	for (int i = 0; i < 3; i++) {
		double low = quantile[i], high = quantile[WFM_QUANTILES - 1 - i];
		if (!isnan(low) && !isnan(high))
			return fmax(sqrt(high + 0.25) - sqrt(low + 0.25), 0.0) / (2.0 * z[i]);
	}
	return NAN;
}

static bool slot_of(const struct wfm_joint *j, int64_t start, int offset_s, int64_t seconds,
		    size_t *at)
{
	int64_t day = (int64_t)date_of(start, offset_s) - j->first_day;
	int64_t within = second_of_day(start, offset_s);
	if (day < 0 || day >= j->days || j->slots * seconds != 86400 || within % seconds != 0)
		return false;
	*at = (size_t)(day * j->slots + within / seconds);
	return true;
}

/* A joint of the quantiles alone: one factor a day, none between days. */
static struct wfm_joint *from_quantiles(const struct staff_queue *q, int64_t seconds,
					struct wfm_error *e)
{
	const struct staff_row *first = &q->rows[0], *last = &q->rows[q->count - 1];
	struct wfm_joint sizes = { .first_day = date_of(first->start, first->offset_s) };
	sizes.days = date_of(last->start, last->offset_s) - sizes.first_day + 1;
	sizes.slots = (int32_t)(86400 / seconds);
	if (sizes.days > 546) {
		(void)wfm_fail(e, WFM_INVALID, "/scenarios", "more than 546 days at once");
		return NULL;
	}
	struct wfm_joint *j = wfm_joint_alloc(&sizes);
	if (j == NULL) {
		(void)wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < q->count; i++) {
		const struct staff_row *r = &q->rows[i];
		double sd = root_sd(r->quantile);
		size_t at;
		if (isnan(sd) || !slot_of(j, r->start, r->offset_s, seconds, &at)) {
			(void)wfm_fail(e, WFM_INVALID, "/scenarios", isnan(sd) ?
				       "--risk needs how uncertain the forecast is: columns q10 and q90 "
				       "on every line, or the JSON of forecast --json" :
				       "--risk needs intervals on a grid that divides the day");
			wfm_joint_free(j);
			return NULL;
		}
		j->mean[at] = r->volume;
		j->variance[at] = sd * sd;
	}
	for (int32_t d = 0; d < j->days; d++) {
		double sum = 0.0, weight = 0.0;
		for (int32_t s = 0; s < j->slots; s++) {
			double m = j->mean[d * j->slots + s], v = j->variance[d * j->slots + s];
			sum += m * 2.0 * sqrt(fmax(v - 0.25, 0.0) / (m + 0.25));
			weight += m;
		}
		j->day_own[3 * d] = weight > 0.0 ? sum / weight : 0.0;
	}
	return j;
}

/* scenario_count × n volumes of the intervals; NULL with e filled. */
static double *volumes_of(struct arena *a, const struct staff_queue *q, const struct wfm_load *loads,
			  const int *offset, struct wfm_risk_problem *p, int64_t seconds,
			  struct staff_periods *out, struct wfm_error *e)
{
	struct wfm_joint *made = NULL;
	const struct wfm_joint *j = q->joint;
	double *drawn = NULL, *volume = NULL;
	out->from_quantiles = j == NULL;
	if (j == NULL && (j = made = from_quantiles(q, seconds, e)) == NULL)
		return NULL;
	size_t cells = (size_t)j->days * (size_t)j->slots, most = MAX_NUMBERS / (p->n + 1);
	p->scenario_count = most < SCENARIOS ? (int32_t)most : SCENARIOS;
	if (p->scenario_count < FEWEST) {
		(void)wfm_fail(e, WFM_INVALID, "/scenarios",
			       "the forecast is too long for --risk: staff fewer weeks at once");
		goto out;
	}
	drawn = malloc((size_t)p->scenario_count * cells * sizeof *drawn);
	if (drawn == NULL) {
		(void)wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	if (wfm_scenarios_draw(j, SEED, p->scenario_count, drawn, e) != WFM_OK)
		goto out;
	volume = arena_array(a, (size_t)p->scenario_count * p->n, sizeof *volume);
	for (size_t i = 0; i < p->n; i++) {
		size_t at;
		bool known = loads[i].open && slot_of(j, q->rows[0].start + (int64_t)i * seconds,
						      offset[i], seconds, &at);
		for (size_t s = 0; s < (size_t)p->scenario_count && known; s++)
			volume[s * p->n + i] = drawn[s * cells + at];
	}
out:
	free(drawn);
	wfm_joint_free(made);
	return volume;
}

static int32_t *periods_of(struct arena *a, const struct staff_queue *q, const int *offset, size_t n,
			   int64_t seconds, enum staff_over over)
{
	int32_t *period = arena_array(a, n, sizeof *period);
	int32_t before = 0;
	for (size_t i = 0; i < n; i++) {
		int32_t date = date_of(q->rows[0].start + (int64_t)i * seconds, offset[i]);
		int32_t key = over == STAFF_WEEK ? date - wfm_weekday(date) : date;
		/* A clock going back at midnight must not open yesterday again. */
		period[i] = i == 0 ? 0 : period[i - 1] + (key > before);
		before = i == 0 || key > before ? key : before;
	}
	return period;
}

bool staff_risk_run(struct arena *a, const struct staff_queue *q, const struct wfm_load *loads,
		    size_t n, const struct staff_risk *risk, const struct wfm_staffing_options *o,
		    struct wfm_requirement *r, struct staff_periods *out, struct wfm_error *e)
{
	int64_t seconds = o->interval_s;
	int *offset = offsets_of(a, q, n, seconds);
	struct wfm_risk_problem p = { .loads = loads, .n = n, .risk = risk->risk,
				      .probability = risk->probability,
				      .least_service_level = risk->least };
	*out = (struct staff_periods){ .count = n };
	if (risk->over != STAFF_INTERVAL) {
		int32_t *period = periods_of(a, q, offset, n, seconds, risk->over);
		p.period = period;
		out->count = (size_t)period[n - 1] + 1;
	}
	out->period = arena_array(a, out->count, sizeof *out->period);
	if (p.risk != WFM_RISK_POINT) {
		p.scenarios = volumes_of(a, q, loads, offset, &p, seconds, out, e);
		if (p.scenarios == NULL)
			return false;
	}
	return wfm_staffing_risk(&p, o, r, out->period, e) == WFM_OK;
}
