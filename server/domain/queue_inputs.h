/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a queue's history says besides volume: how long callers wait before they give up, whether
 * they try again, how long contacts take by weekday and interval; each with its own uncertainty
 * (wfm/demand.h). Computed from the history on every call; rows point into the arena.
 * One connection, one thread.
 */
#ifndef DOMAIN_QUEUE_INPUTS_H
#define DOMAIN_QUEUE_INPUTS_H

#include "server/store/db.h"

struct inputs_query {
	int64_t from, to; /* local dates, both included; FIELD_NULL: the half year up to today */
};
extern const struct fields inputs_query_fields;

struct queue_patience {
	int64_t queue_id, from, to;
	bool known;
	double mean_s, low_s, high_s, low_days_s, high_days_s, abandons, waiting_s;
	int64_t days;
	const char *reason;
	double planned_s; /* the queue's setting; NaN: none */
	bool redial_known;
	double redial_probability, redial_low, redial_high;
	const char *redial_reason;
};
extern const struct fields queue_patience_fields;

struct handling_interval {
	int64_t weekday, at; /* 1 Monday .. 7 Sunday; minutes after midnight */
	double aht_s, sd_s;
};

struct queue_handling {
	int64_t queue_id, from, to;
	double level_s, contact_sd_s, discount, contacts;
	int64_t outliers, origins;
	double wape, wape_constant, wape_four_weeks, floor, bias, coverage_80;
	struct handling_interval *intervals;
	size_t interval_count;
};
extern const struct fields queue_handling_fields;

/* Calls again, as the half year up to today has them. */
struct queue_redials_seen {
	bool known; /* false: the data cannot tell; probability is 0 */
	double probability, low, high;
	const char *reason;
	double discount; /* share of all contacts that are calls again at that probability */
};

/* given: a probability to reckon with in place of the estimate; NaN: none. ERR_NOT_FOUND. */
bool queue_redials_look(struct db *db, struct arena *a, int64_t queue_id, double given,
			struct queue_redials_seen *out, struct err *e);

/* ERR_NOT_FOUND; ERR_INVALID when to lies before from, or the span is over ten years. */
bool queue_patience_estimate(struct db *db, struct arena *a, int64_t queue_id,
			     const struct inputs_query *q, struct queue_patience *out, struct err *e);
bool queue_handling_estimate(struct db *db, struct arena *a, int64_t queue_id,
			     const struct inputs_query *q, struct queue_handling *out, struct err *e);

#endif
