/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `cuadrante staff` reads, and staffing it against an uncertain forecast. Owned by the arena. */
#ifndef CLI_STAFF_ROWS_H
#define CLI_STAFF_ROWS_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "wfm/scenarios.h"
#include "wfm/staffing.h"

struct staff_row {
	int64_t start, line; /* line: of the CSV, or which interval of the queue in JSON */
	int offset_s;
	double volume, aht_s;
	double quantile[WFM_QUANTILES]; /* NaN: not given */
};

struct staff_queue {
	const char *name;
	struct staff_row *rows; /* by start */
	size_t count, cap;
	bool json;
	struct wfm_joint *joint; /* NULL: the file has none */
};

/* A forecast's rows by queue, sorted, with the interval in seconds (wanted_min: 0: the smallest step). */
bool staff_forecast_read(struct arena *a, const char *path, int64_t wanted_min, struct staff_queue **out,
			 size_t *count, int64_t *seconds, struct err *e);

/* "80/20": a share in percent answered within seconds. */
bool staff_parse_target(const char *text, struct wfm_target *t, struct err *e);
/* "0.1,0.2": successive shares. */
bool staff_parse_shrinkage(const char *text, struct wfm_staffing_options *o, struct err *e);

/* What one person does of a portfolio: "20/day". */
struct staff_pace {
	const char *text;
	double day_hours, month_days;
};
bool staff_parse_pace(const struct staff_pace *pace, int64_t seconds, double *per_interval, struct err *e);

enum staff_over { STAFF_INTERVAL, STAFF_DAY, STAFF_WEEK };

struct staff_risk {
	enum wfm_risk risk;
	enum staff_over over;
	double probability, least;
};

/* "point", "expected", "day:0.8"; over: "interval", "day", "week" or NULL. */
bool staff_risk_parse(const char *risk, const char *over, struct staff_risk *out, struct err *e);
/* Whether wfm_staffing_run alone is what is asked for. */
bool staff_risk_plain(const struct staff_risk *risk);

struct staff_periods {
	struct wfm_period_figures *period;
	size_t count;
	bool from_quantiles; /* the file has no joint scenarios */
};

/* As wfm_staffing_run over the n intervals from the queue's first row on. */
bool staff_risk_run(struct arena *a, const struct staff_queue *q, const struct wfm_load *loads,
		    size_t n, const struct staff_risk *risk, const struct wfm_staffing_options *o,
		    struct wfm_requirement *r, struct staff_periods *out, struct wfm_error *e);

#endif
