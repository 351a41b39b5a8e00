/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/import_history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/csv.h"

static const struct field reason_rows[] = {
	F_INT(struct import_reason, line, 0, 1, 1e15, "physical line of the file, the header is 1"),
	F_TEXT(struct import_reason, column, 0, 0, 0, "column at fault"),
	F_TEXT(struct import_reason, reason, 0, 0, 0, "what is wrong with it"),
};
const struct fields import_reason_fields =
	FIELDS("ImportReason", struct import_reason, reason_rows);

static const struct field result_rows[] = {
	F_INT(struct import_result, rows, 0, 0, 1e15, "data rows in the file"),
	F_INT(struct import_result, inserted, 0, 0, 1e15, "intervals that were new"),
	F_INT(struct import_result, updated, 0, 0, 1e15, "intervals whose figures changed"),
	F_INT(struct import_result, unchanged, 0, 0, 1e15, "intervals already known so"),
	F_INT(struct import_result, rejected, 0, 0, 1e15, "rows with a mistake"),
	F_BOOL(struct import_result, dry_run, 0, "checked only, nothing changed"),
	F_BOOL(struct import_result, saved, 0, "the good rows are in the database"),
	F_LIST(struct import_result, reasons, reason_count, 0, &import_reason_fields, 0,
	       IMPORT_REASONS_MAX, "the mistakes, in file order"),
};
const struct fields import_result_fields =
	FIELDS("ImportResult", struct import_result, result_rows);

enum column { QUEUE, START, OFFERED, HANDLED, ABANDONED, ANSWERED, HANDLE_TIME, WAIT_TIME, COLUMNS };
static const struct csv_column columns[COLUMNS] = {
	{ "queue", true },	{ "start", true },		{ "offered", true },
	{ "handled", false },	{ "abandoned", false },		{ "answered_in_target", false },
	{ "handle_time_s", false }, { "wait_time_s", false },
};

struct queue_row {
	int64_t id, interval_min;
	const char *code;
};
static const struct field queue_rows[] = {
	F_INT(struct queue_row, id, 0, 0, 0, ""),
	F_TEXT(struct queue_row, code, 0, 0, 0, ""),
	F_INT(struct queue_row, interval_min, 0, 0, 0, ""),
};
static const struct fields queue_row_fields = FIELDS("ImportQueue", struct queue_row, queue_rows);

struct import {
	struct db *db;
	struct arena *arena;
	struct import_result *out;
	size_t reason_cap;
	struct queue_row *queues;
	size_t queue_count;
	const struct queue_row *last; /* files come queue by queue: try the last one first */
	struct strbuf staged;
	int64_t bad_line; /* last line counted as rejected */
	int64_t within;   /* rows that begin within an interval: staged, for what else is wrong there */
};

enum { STAGE_BYTES = 1 << 20, STAGE_FLUSH = STAGE_BYTES - 4096 };

static void reject(struct import *im, int64_t line, enum column c, const char *reason)
{
	struct import_result *r = im->out;

	if (line != im->bad_line)
		r->rejected++;
	im->bad_line = line;
	if (r->reason_count >= IMPORT_REASONS_MAX)
		return;
	struct import_reason *slot = arena_grow(im->arena, (void **)&r->reasons, &im->reason_cap,
						r->reason_count, sizeof *slot);
	*slot = (struct import_reason){ line, columns[c].name, reason };
	r->reason_count++;
}

static int queue_compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct queue_row *)row)->code);
}

static const struct queue_row *find_queue(struct import *im, const char *code)
{
	if (im->last == NULL || strcmp(im->last->code, code) != 0)
		im->last = bsearch(code, im->queues, im->queue_count, sizeof *im->queues,
				   queue_compare);
	return im->last;
}

static bool cell_present(const char *cell)
{
	return cell != NULL && *cell != '\0';
}

/* A count or a time: finite and not negative. False after rejecting. */
static bool check_number(struct import *im, int64_t line, enum column c, const char *cell, double *v)
{
	*v = NAN;
	if (!cell_present(cell)) {
		if (!columns[c].required)
			return true;
		reject(im, line, c, "is empty");
		return false;
	}
	char *end;
	errno = 0;
	*v = strtod(cell, &end);
	const char *reason = NULL;
	if (end == cell || *end != '\0' || !isfinite(*v) || strpbrk(cell, "xXpP \t") != NULL)
		reason = "is not a number";
	else if (*v < 0)
		reason = "must not be negative";
	else if (*v > 1e9)
		reason = "is beyond 1,000,000,000";
	if (reason != NULL)
		reject(im, line, c, arena_printf(im->arena, "%s: %.40s", reason, cell));
	return reason == NULL;
}

/* within: the one mistake is that it begins within an interval. */
static bool check_start(struct import *im, int64_t line, const char *cell,
			const struct queue_row *q, int64_t *utc, bool *within)
{
	*within = false;
	if (!instant_parse(cell, utc)) {
		reject(im, line, START,
		       arena_printf(im->arena,
				    "is not an RFC 3339 instant with offset: %.40s", cell));
		return false;
	}
	if (q != NULL && *utc % (q->interval_min * 60) != 0) {
		reject(im, line, START,
		       arena_printf(im->arena, "does not begin an interval of %d minutes: %.40s",
				    (int)q->interval_min, cell));
		*within = *utc <= clock_now();
		return false;
	}
	if (*utc > clock_now()) {
		reject(im, line, START,
		       arena_printf(im->arena, "lies in the future: %.40s", cell));
		return false;
	}
	return true;
}

/* Counts that contradict each other are wrong even when each alone is possible. */
static bool check_together(struct import *im, int64_t line, const double v[COLUMNS])
{
	if (v[ABANDONED] > v[OFFERED]) {
		reject(im, line, ABANDONED, "exceeds offered");
		return false;
	}
	if (v[ANSWERED] > v[HANDLED]) {
		reject(im, line, ANSWERED, "exceeds handled");
		return false;
	}
	return true;
}

static bool stage(struct import *im, int64_t line, int64_t queue_id, int64_t utc,
		  const double v[COLUMNS], struct err *e)
{
	char start[26];
	instant_format(utc, 0, start);
	strbuf_printf(&im->staged, "%lld,%lld,%s", (long long)line, (long long)queue_id, start);
	for (int c = OFFERED; c < COLUMNS; c++) {
		if (isnan(v[c]))
			strbuf_putc(&im->staged, ',');
		else
			strbuf_printf(&im->staged, ",%.15g", v[c]);
	}
	strbuf_putc(&im->staged, '\n');
	if (im->staged.len < STAGE_FLUSH)
		return true;
	bool ok = db_copy_put(im->db, im->staged.data, im->staged.len, e);
	strbuf_reset(&im->staged);
	return ok;
}

static bool import_row(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct import *im = ctx;
	double v[COLUMNS] = { 0 };
	int64_t utc = 0;

	im->out->rows++;
	const struct queue_row *q = find_queue(im, cells[QUEUE]);
	bool good = q != NULL;
	if (!good)
		reject(im, line, QUEUE,
		       arena_printf(im->arena, "no queue has the code %.60s", cells[QUEUE]));
	bool within, aligned = check_start(im, line, cells[START], q, &utc, &within);
	good &= aligned || within;
	for (enum column c = OFFERED; c < COLUMNS; c++)
		good &= check_number(im, line, c, cells[c], &v[c]);
	if (good)
		good = check_together(im, line, v);
	im->within += good && within;
	return !good || stage(im, line, q->id, utc, v, e);
}

struct twice_row {
	int64_t line, first_line, start;
};
static const struct field twice_rows[] = {
	F_INT(struct twice_row, line, 0, 0, 0, ""),
	F_INT(struct twice_row, first_line, 0, 0, 0, ""),
	F_INSTANT(struct twice_row, start, 0, ""),
};
static const struct fields twice_fields = FIELDS("ImportTwice", struct twice_row, twice_rows);

static bool import_twice(void *ctx, const void *obj, struct err *e)
{
	struct import *im = ctx;
	const struct twice_row *t = obj;
	(void)e;
	reject(im, t->line, START,
	       arena_printf(im->arena, "the same queue and interval as line %lld",
			    (long long)t->first_line));
	return true;
}

static bool import_part(void *ctx, const void *obj, struct err *e)
{
	struct import *im = ctx;
	const struct twice_row *t = obj;
	(void)e;
	reject(im, t->line, START,
	       arena_printf(im->arena, "holds a part of its interval only: line %lld begins within it",
			    (long long)t->first_line));
	return true;
}

/* Rows finer than the queue's intervals: those that begin one are no more right than the others. */
static bool leave_out_parts(struct import *im, struct err *e)
{
	return im->within == 0 ||
	       (db_each(im->db, SQL_HISTORY_STAGED_PARTS, DB_NONE, NULL, &twice_fields, import_part, im,
			e) &&
		db_run(im->db, SQL_HISTORY_UNSTAGE_PARTS, DB_NONE, NULL, NULL, e));
}

struct merged {
	int64_t inserted, updated;
};
static const struct field merged_rows[] = {
	F_INT(struct merged, inserted, 0, 0, 0, ""),
	F_INT(struct merged, updated, 0, 0, 0, ""),
};
static const struct fields merged_fields = FIELDS("ImportMerged", struct merged, merged_rows);

static bool read_and_stage(struct import *im, const char *bytes, size_t n, struct err *e)
{
	struct csv_reader *reader = csv_reader_new(columns, COLUMNS, import_row, im);
	int64_t staged;
	bool ok = db_copy_begin(im->db, SQL_HISTORY_STAGE, e) &&
		  csv_reader_feed(reader, bytes, n, e) && csv_reader_finish(reader, e) &&
		  db_copy_put(im->db, im->staged.data, im->staged.len, e) &&
		  db_copy_end(im->db, &staged, e);
	csv_reader_free(reader);
	return ok;
}

static int reason_order(const void *x, const void *y)
{
	const struct import_reason *a = x, *b = y;
	return (a->line > b->line) - (a->line < b->line);
}

/* Everything up to the commit; the caller commits when out->saved, else rolls back. */
static bool import_body(struct import *im, const char *bytes, size_t n,
			const struct import_options *o, struct err *e)
{
	struct import_result *out = im->out;
	struct merged m;

	if (!read_and_stage(im, bytes, n, e) || !leave_out_parts(im, e) ||
	    !db_each(im->db, SQL_HISTORY_STAGED_TWICE, DB_NONE, NULL, &twice_fields, import_twice,
		     im, e))
		return false;
	if (out->reason_count > 1)
		qsort(out->reasons, out->reason_count, sizeof *out->reasons, reason_order);
	if (out->rejected > 0 && !o->partial && !o->dry_run)
		return true;
	if (out->rejected > 0 && !db_run(im->db, SQL_HISTORY_UNSTAGE_TWICE, DB_NONE, NULL, NULL, e))
		return false;
	if (!db_one(im->db, SQL_HISTORY_MERGE, DB_NONE, NULL, &merged_fields, im->arena, &m, e) ||
	    !db_run(im->db, SQL_HISTORY_UNSTAGE, DB_NONE, NULL, NULL, e))
		return false;
	out->inserted = m.inserted;
	out->updated = m.updated;
	out->unchanged = out->rows - out->rejected - m.inserted - m.updated;
	out->saved = !o->dry_run;
	return true;
}

bool import_history(struct db *db, struct arena *a, const char *bytes, size_t n,
		    const struct import_options *o, struct import_result *out, struct err *e)
{
	struct import im = { .db = db, .arena = a, .out = out };
	bool ok = false;

	*out = (struct import_result){ .dry_run = o->dry_run };
	strbuf_init(&im.staged, STAGE_BYTES);
	if (!db_rows(db, SQL_HISTORY_QUEUES, DB_NONE, NULL, &queue_row_fields, a,
		     (void **)&im.queues, &im.queue_count, e) ||
	    !db_begin(db, e))
		goto out;
	ok = import_body(&im, bytes, n, o, e) && (!out->saved || db_commit(db, e));
out:
	if (!ok || !out->saved)
		db_rollback(db);
	strbuf_free(&im.staged);
	return ok;
}
