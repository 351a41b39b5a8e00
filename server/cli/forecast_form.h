/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The public form of a forecast: what `cuadrante forecast --json` writes and `cuadrante schema
 * forecast` describes. Filled from struct wfm_forecast; strings and lists live in the arena.
 */
#ifndef CLI_FORECAST_FORM_H
#define CLI_FORECAST_FORM_H

#include "server/base/field.h"
#include "server/cli/volume_file.h"
#include "wfm/demand.h"
#include "wfm/forecast.h"

struct forecast_interval {
	int64_t start; /* UTC; written with the offset_s of its queue only in CSV */
	double mean, q05, q10, q25, q50, q75, q90, q95, aht_s;
};

struct forecast_day {
	int64_t date;
	double mean, q05, q10, q25, q50, q75, q90, q95;
};

struct forecast_week {
	int64_t monday, days;
	double mean, q05, q10, q25, q50, q75, q90, q95;
};

struct forecast_outlier {
	int64_t start;
	double offered, usual;
};

struct forecast_aht {
	double level_s, contact_sd_s, wape, wape_constant, wape_four_weeks, floor;
};

struct forecast_patience {
	double mean_s, low_s, high_s, abandons;
	const char *reason;
};

struct forecast_redials {
	double probability, offered, fresh, unplaced;
};

struct forecast_score {
	const char *method;
	double wape, wape_week1, bias, wql, mase, coverage_80, coverage_95, coverage_80_day, weight;
	int64_t origins, scored;
};

struct forecast_effect {
	const char *name;
	double factor, sd;
};

/* struct wfm_joint, as numbers. */
struct forecast_joint {
	int64_t first_day, days, slots, factors, shapes;
	double *mean, *variance, *day_load, *day_own, *shape;
	size_t count[5];
};

struct forecast_queue {
	const char *queue, *method, *reason, *history;
	double poisson_floor;
	int64_t weeks, days_used, outliers, offset_s;
	struct forecast_aht aht;
	struct forecast_patience patience; /* null: the file has no waiting times */
	struct forecast_redials redials;   /* null: not asked for */
	struct forecast_score *scores;
	size_t score_count;
	struct forecast_effect *effects;
	size_t effect_count;
	struct forecast_outlier *outlier_list;
	size_t outlier_count;
	struct forecast_week *week_totals;
	size_t week_total_count;
	struct forecast_day *days;
	size_t day_count;
	struct forecast_interval *intervals;
	size_t interval_count;
	struct forecast_joint joint;
};

struct forecast_document {
	int64_t interval_min;
	const char **notes;
	size_t note_count;
	struct forecast_queue *queues;
	size_t queue_count;
};

extern const struct fields forecast_document_fields;

/*
 * Open slots only; instants are local times less offset_s (seconds east of UTC). Effects of special
 * days bear the names of the file's groups. aht, patience and redials are not touched: set them
 * before or after, or leave them null. False when memory is short.
 */
struct forecast_source {
	const char *queue;
	int interval_min, offset_s;
	const struct special_file *special;
};
bool forecast_form_fill(struct arena *a, const struct forecast_source *source,
			const struct wfm_forecast *f, struct forecast_queue *out, struct err *e);
void forecast_form_aht(const struct wfm_aht *aht, struct forecast_aht *out);

#endif
