/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CSV files of the offline commands: call history and special days in, grouped by queue.
 *
 * Local time is the wall clock of each row's own RFC 3339 offset, so no zone database is needed.
 * Everything is owned by the arena passed in. Every mistake is collected as "line N, column C".
 * Thread rule: one thread.
 */
#ifndef CLI_VOLUME_FILE_H
#define CLI_VOLUME_FILE_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "wfm/series.h"

struct volume_row {
	int64_t start; /* UTC seconds */
	int32_t offset_s;
	int64_t line;
	double offered, handled, handle_time_s; /* NaN: not given */
};

struct volume_queue {
	const char *name;
	struct volume_row *rows; /* by start */
	size_t row_count, row_cap;
};

struct volume_file {
	struct volume_queue *queues; /* in order of first appearance */
	size_t queue_count, queue_cap;
	int interval_min; /* the finest spacing found: 5, 6, 10, 15, 20, 30 or 60 */
};

/* Reads history.csv ("-": standard input). Refuses duplicate intervals, negative or unreadable
 * numbers, starts off the grid of their own spacing. interval_min 0: find it. */
bool volume_file_read(struct arena *a, const char *path, int interval_min, struct volume_file *out,
		      struct err *e);

struct special_row {
	const char *queue; /* NULL: every queue */
	struct wfm_special_day day;
};

/* Reads days.csv: date,kind[,queue,factor,from,to]. kind "closed" and "outage" are themselves; any
 * other word is a group of days alike. from and to are HH:MM. */
bool special_file_read(struct arena *a, const char *path, int interval_min, struct special_row **rows,
		       size_t *count, struct err *e);

/* "12.5" -> 12.5; false (with a place in e) unless finite and within [min, max]. */
bool volume_number(const char *text, double min, double max, int64_t line, const char *column,
		   double *out, struct err *e);

#endif
