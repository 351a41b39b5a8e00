/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened on a queue as one row an interval, with the share of what happened on the queues it
 * was merged or split from: own + Σ weight × source, at the queue's own intervals.
 *
 * A source with finer intervals is added up; one whose intervals do not fit is ERR_INVALID. Where a
 * queue that counts has no row at all on a day, and has some a week before or after, nothing is known
 * of that day and it is left out, lest a hole look like a quiet day. One connection, one thread.
 */
#ifndef DOMAIN_QUEUE_HISTORY_H
#define DOMAIN_QUEUE_HISTORY_H

#include "server/domain/forecast_warning.h"
#include "server/domain/site_calendar.h"

struct queue_history_row {
	int64_t start;
	double offered, handled, handle_time_s; /* the last two NaN: not known */
};

/* Sound rows by start, before the instant `until`; at a repeated hour two of one wall-clock interval.
 * What was not sound is told in w; ERR_INVALID with the reasons when nothing was. */
bool queue_history_load(struct db *db, struct arena *a, const struct site_calendar *site,
			const struct site_queue *q, int64_t until, struct queue_history_row **rows,
			size_t *count, struct forecast_warnings *w, struct err *e);

/* ---------------------------------------------------------------- which queues */

struct queue_source {
	int64_t source_queue_id, until; /* until: first local date that no longer counts; FIELD_NULL */
	double weight;
	const char *code, *name;        /* of the source; read only */
	int64_t interval_min;
};

struct queue_sources {
	int64_t queue_id;
	struct queue_source *sources;
	size_t source_count;
};
extern const struct fields queue_sources_fields, queue_sources_new_fields;

bool queue_sources_get(struct db *db, struct arena *a, int64_t queue_id, struct queue_sources *out,
		       struct err *e);

/* Replaces them all, in the caller's transaction. ERR_INVALID with the place: no such queue, the
 * queue itself, a circle, intervals that do not fit, the same source twice. */
bool queue_sources_put(struct db *db, struct arena *a, int64_t queue_id,
		       const struct queue_sources *in, struct err *e);

#endif
