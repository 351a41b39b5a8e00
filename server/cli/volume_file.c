/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/volume_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/csv.h"
#include "server/cli/cli.h"

enum { QUEUE_NAME_MAX = 200, HISTORY_QUEUES_MAX = 20000 };

enum history_column { H_QUEUE, H_START, H_OFFERED, H_HANDLED, H_HANDLE_TIME, H_ABANDONED,
		      H_IN_TARGET, H_WAIT_TIME };
static const struct csv_column history_columns[] = {
	{ "queue", true },	  { "start", true },	 { "offered", true },
	{ "handled", false },	  { "handle_time_s", false }, { "abandoned", false },
	{ "answered_in_target", false }, { "wait_time_s", false },
};

struct history_reading {
	struct arena *arena;
	struct volume_file *file;
	struct csv_reader *csv;
	struct volume_queue *last; /* rows of a queue usually follow each other */
	struct err found;	   /* mistakes so far; the whole file is read before it is refused */
	bool skip_bad;
};

static void place(char out[80], int64_t line, const char *column)
{
	(void)snprintf(out, 80, "line %lld, column %s", (long long)line, column);
}

bool volume_number(const char *text, double min, double max, int64_t line, const char *column,
		   double *out, struct err *e)
{
	char at[80], *end;
	place(at, line, column);
	double v = strtod(text, &end);
	if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text) || *end != '\0' ||
	    !isfinite(v))
		return err_at(e, ERR_INVALID, at, "\"%.40s\" is not a number", text);
	if (v < min || v > max)
		return err_at(e, ERR_INVALID, at, "%.40s must be between %.10g and %.10g", text, min,
			      max);
	*out = v;
	return true;
}

static struct volume_queue *queue_named(struct history_reading *r, const char *name)
{
	if (r->last != NULL && strcmp(r->last->name, name) == 0)
		return r->last;
	struct volume_file *f = r->file;
	for (size_t i = 0; i < f->queue_count; i++)
		if (strcmp(f->queues[i].name, name) == 0)
			return r->last = &f->queues[i];
	struct volume_queue *q = arena_grow(r->arena, (void **)&f->queues, &f->queue_cap,
					    f->queue_count, sizeof *q);
	f->queue_count++;
	q->name = arena_strdup(r->arena, name);
	return r->last = q;
}

static bool optional(const char *cell, double most, int64_t line, const char *column, double *out,
		     struct err *e)
{
	*out = NAN;
	return cell == NULL || cell[0] == '\0' ||
	       volume_number(cell, 0, most, line, column, out, e);
}

/* Keeps reading after a mistake, so that one run names them all (up to the list's end). */
static bool history_row(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct history_reading *r = ctx;
	struct volume_row row = { .line = line };
	char at[80];
	double ignored;
	int offset;

	if (cells[H_QUEUE][0] == '\0' || strlen(cells[H_QUEUE]) > QUEUE_NAME_MAX) {
		place(at, line, "queue");
		err_at(&r->found, ERR_INVALID, at, "must have 1 to %d bytes", QUEUE_NAME_MAX);
		return true;
	}
	if (!instant_parse_offset(cells[H_START], &row.start, &offset)) {
		place(at, line, "start");
		err_at(&r->found, ERR_INVALID, at,
		       "\"%.40s\" is not an RFC 3339 instant like 2026-11-23T08:00:00-03:00",
		       cells[H_START]);
		return true;
	}
	row.offset_s = offset;
	if (!optional(cells[H_OFFERED], 1e9, line, "offered", &row.offered, &r->found) ||
	    !optional(cells[H_HANDLED], 1e9, line, "handled", &row.handled, &r->found) ||
	    !optional(cells[H_HANDLE_TIME], 1e12, line, "handle_time_s", &row.handle_time_s, &r->found) ||
	    !optional(cells[H_ABANDONED], 1e9, line, "abandoned", &row.abandoned, &r->found) ||
	    !optional(cells[H_IN_TARGET], 1e9, line, "answered_in_target", &ignored, &r->found) ||
	    !optional(cells[H_WAIT_TIME], 1e12, line, "wait_time_s", &row.wait_s, &r->found))
		return true;
	if (isnan(row.offered))
		row.offered = row.handled + row.abandoned;
	if (!(row.offered <= 1e9)) {
		place(at, line, "offered");
		err_at(&r->found, ERR_INVALID, at,
		       "is empty, and handled and abandoned do not tell it");
		return true;
	}
	struct volume_queue *q = queue_named(r, cells[H_QUEUE]);
	if (r->file->queue_count > HISTORY_QUEUES_MAX)
		return err_set(e, ERR_TOO_LARGE, "more than %d queues", HISTORY_QUEUES_MAX);
	struct volume_row *kept = arena_grow(r->arena, (void **)&q->rows, &q->row_cap,
					     q->row_count, sizeof *kept);
	q->row_count++;
	*kept = row;
	return true;
}

static bool feed(void *ctx, const char *bytes, size_t n, struct err *e)
{
	return csv_reader_feed(ctx, bytes, n, e);
}

/* A row that does not fit the header: a mistake like any other. */
static bool history_bad_row(void *ctx, int64_t line, const char *why, struct err *e)
{
	struct history_reading *r = ctx;
	char at[80];
	(void)snprintf(at, sizeof at, "line %lld", (long long)line);
	if (!r->skip_bad)
		return err_at(e, ERR_INVALID, at, "%s", why);
	(void)err_at(&r->found, ERR_INVALID, at, "%s", why);
	return true;
}

bool volume_file_read(struct arena *a, const char *path, const struct volume_options *options,
		      struct volume_file *out, struct err *e)
{
	*out = (struct volume_file){ .left_out = ERR_INIT };
	struct history_reading r = { .arena = a, .file = out, .found = ERR_INIT,
				     .skip_bad = options->skip_bad };
	r.csv = csv_reader_new(history_columns,
			       sizeof history_columns / sizeof history_columns[0], history_row, &r);
	if (r.csv == NULL)
		return err_set(e, ERR_INTERNAL, "out of memory");
	csv_reader_on_bad(r.csv, history_bad_row);
	bool ok = cli_stream_file(path, feed, r.csv, e) && csv_reader_finish(r.csv, e);
	csv_reader_free(r.csv);
	if (!ok)
		return false;
	if (r.found.code != ERR_NONE && !options->skip_bad) {
		*e = r.found;
		return false;
	}
	out->left_out = r.found;
	if (out->queue_count == 0) {
		*e = r.found;
		return e->code != ERR_NONE ? false : err_set(e, ERR_INVALID, "has no rows");
	}
	return volume_check(a, options, out, e);
}

enum special_column { S_DATE, S_KIND, S_QUEUE, S_FACTOR, S_FROM, S_TO, S_NAME };
static const struct csv_column special_columns[] = {
	{ "date", true },   { "kind", true }, { "queue", false },
	{ "factor", false }, { "from", false }, { "to", false }, { "name", false },
};

struct special_reading {
	struct arena *arena;
	int interval_min;
	struct special_file *file;
	struct err found;
};

static int32_t group_of(struct special_reading *r, const char *kind)
{
	struct special_file *f = r->file;
	for (size_t i = 0; i < f->group_count; i++)
		if (strcmp(f->groups[i], kind) == 0)
			return (int32_t)i;
	const char **g = arena_grow(r->arena, (void **)&f->groups, &f->group_cap, f->group_count,
				    sizeof *g);
	*g = arena_strdup(r->arena, kind);
	return (int32_t)f->group_count++;
}

/* "holiday:christmas" is learnt from its like and leans on other holidays, "campaign" on its like. */
static void group_read(struct special_reading *r, const char *kind, struct wfm_special_day *d)
{
	const char *colon = strchr(kind, ':');
	d->group = group_of(r, kind);
	if (colon == NULL)
		return;
	const char *family = arena_strndup(r->arena, kind, (size_t)(colon - kind));
	d->family = group_of(r, family) + 1;
	d->neighbours = strcmp(family, "holiday") == 0;
}

/* "HH:MM" on the interval's grid, 24:00 allowed. */
static bool clock_slot(struct special_reading *r, const char *text, int64_t line,
		       const char *column, int16_t *slot)
{
	int hour, minute, used = 0;
	char at[80];
	place(at, line, column);
	if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || text[used] != '\0' ||
	    hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > 1440)
		return err_at(&r->found, ERR_INVALID, at, "\"%.20s\" is not a time HH:MM", text);
	if ((hour * 60 + minute) % r->interval_min != 0)
		return err_at(&r->found, ERR_INVALID, at, "is not on the %d-minute grid",
			      r->interval_min);
	*slot = (int16_t)((hour * 60 + minute) / r->interval_min);
	return true;
}

static bool stretch(struct special_reading *r, int64_t line, const char *from, const char *to,
		    struct wfm_special_day *d)
{
	int16_t first = 0, end = (int16_t)(1440 / r->interval_min);
	bool whole = (from == NULL || from[0] == '\0') && (to == NULL || to[0] == '\0');
	if (whole)
		return true;
	if (from != NULL && from[0] != '\0' && !clock_slot(r, from, line, "from", &first))
		return false;
	if (to != NULL && to[0] != '\0' && !clock_slot(r, to, line, "to", &end))
		return false;
	char at[80];
	place(at, line, "to");
	if (end <= first)
		return err_at(&r->found, ERR_INVALID, at, "must be later than from");
	d->first_slot = first;
	d->slots = (int16_t)(end - first);
	return true;
}

static bool special_row_read(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct special_reading *r = ctx;
	struct special_row row = { .day = { .group = -1, .factor = NAN } };
	const char *kind = cells[S_KIND], *factor = cells[S_FACTOR];
	int64_t date;
	char at[80];
	(void)e;

	if (!date_parse(cells[S_DATE], &date)) {
		place(at, line, "date");
		err_at(&r->found, ERR_INVALID, at, "\"%.20s\" is not a date like 2026-12-25",
		       cells[S_DATE]);
		return true;
	}
	if (kind[0] == '\0') {
		place(at, line, "kind");
		err_at(&r->found, ERR_INVALID, at, "must name the kind of day");
		return true;
	}
	row.day.day = (int32_t)date;
	if (strcmp(kind, "closed") == 0)
		row.day.kind = WFM_DAY_CLOSED;
	else if (strcmp(kind, "outage") == 0)
		row.day.kind = WFM_DAY_OUTAGE;
	else
		group_read(r, kind, &row.day);
	if (factor != NULL && factor[0] != '\0' &&
	    !volume_number(factor, 0, 1000, line, "factor", &row.day.factor, &r->found))
		return true;
	if (!stretch(r, line, cells[S_FROM], cells[S_TO], &row.day))
		return true;
	if (cells[S_QUEUE] != NULL && cells[S_QUEUE][0] != '\0')
		row.queue = arena_strdup(r->arena, cells[S_QUEUE]);
	struct special_file *f = r->file;
	struct special_row *kept = arena_grow(r->arena, (void **)&f->rows, &f->cap, f->count,
					      sizeof *kept);
	f->count++;
	*kept = row;
	return true;
}

bool special_file_read(struct arena *a, const char *path, int interval_min, struct special_file *out,
		       struct err *e)
{
	*out = (struct special_file){ 0 };
	struct special_reading r = { .arena = a, .interval_min = interval_min, .file = out,
				     .found = ERR_INIT };
	struct csv_reader *csv = csv_reader_new(
		special_columns, sizeof special_columns / sizeof special_columns[0],
		special_row_read, &r);
	if (csv == NULL)
		return err_set(e, ERR_INTERNAL, "out of memory");
	bool ok = cli_stream_file(path, feed, csv, e) && csv_reader_finish(csv, e);
	csv_reader_free(csv);
	if (ok && r.found.code != ERR_NONE) {
		*e = r.found;
		ok = false;
	}
	return ok;
}
