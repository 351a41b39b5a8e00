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
	int32_t minutes; /* that it covers: its queue's interval, or more where older rows were coarser */
	int64_t line;
	double offered; /* handled + abandoned where the cell is empty */
	double handled, handle_time_s, abandoned, wait_s; /* NaN: not given */
};

struct volume_queue {
	const char *name;
	struct volume_row *rows; /* by start */
	size_t row_count, row_cap;
	int interval_min; /* of its finest rows */
};

struct volume_file {
	struct volume_queue *queues; /* in order of first appearance */
	size_t queue_count, queue_cap;
	int interval_min; /* asked for, or the finest that every queue's rows add up to */
	struct err left_out; /* with skip_bad: what was not used and why, place by place */
	const char **notes;  /* what is odd but usable: sentences for the user */
	size_t note_count, note_cap;
};

struct volume_options {
	int interval_min; /* wanted: 5, 6, 10, 15, 20, 30 or 60; 0 = find it */
	bool skip_bad;	  /* leave out what is unsound, and say so, instead of refusing the file */
	int64_t now;	  /* rows far beyond it are unsound; 0 = not looked at */
};

/*
 * Reads history.csv ("-": standard input). Unsound, and so refused or left out place by place:
 * cells that cannot be read, two rows of one interval (with skip_bad the first of equal ones
 * stays, of unequal ones none), starts off the grid of the queue's other rows, a stretch of rows
 * coarser than the interval wanted, rows in the future that are cut off from the rest.
 */
bool volume_file_read(struct arena *a, const char *path, const struct volume_options *options,
		      struct volume_file *out, struct err *e);

/* volume_check.c: all of that but the cells. Rows in any order. */
bool volume_check(struct arena *a, const struct volume_options *options, struct volume_file *file,
		  struct err *e);

struct special_row {
	const char *queue; /* NULL: every queue */
	struct wfm_special_day day;
};

struct special_file {
	struct special_row *rows;
	size_t count, cap;
	const char **groups; /* names of kinds of days, by wfm_special_day.group */
	size_t group_count, group_cap;
};

/* Reads days.csv: date,kind[,queue,factor,from,to,name]. kind "closed" and "outage" are themselves; any
 * other word is a group of days alike, "holiday:christmas" one that leans on other holidays while it
 * is seldom seen. from and to are HH:MM, name is for the reader. */
bool special_file_read(struct arena *a, const char *path, int interval_min, struct special_file *out,
		       struct err *e);

/* "12.5" -> 12.5; false (with a place in e) unless finite and within [min, max]. */
bool volume_number(const char *text, double min, double max, int64_t line, const char *column,
		   double *out, struct err *e);

#endif
