/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `cuadrante staff` reads beside a forecast of work that may wait. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/csv.h"
#include "server/cli/cli.h"
#include "server/cli/staff_deferred.h"
#include "server/cli/volume_file.h"

enum { B_QUEUE, B_START, B_AGENTS, B_OCCUPANCY, B_STAFFED };
/* requirement.csv as this command writes it; staffed is the reader's own. */
static const struct csv_column beside_columns[] = {
	{ "queue", true },	    { "start", true },		 { "agents", true },
	{ "occupancy", true },	    { "staffed", false },	 { "agents_on_roster", false },
	{ "service_level", false }, { "abandoned_share", false }, { "asa_s", false },
	{ "backlog_s", false },	    { "late_s", false },	 { "idle_s", false },
};
enum { C_QUEUE, C_DUE, C_HOURS };
static const struct csv_column carried_columns[] = { { "queue", true }, { "due", true }, { "hours", true } };

struct live_row {
	const char *queue;
	int64_t start, line;
	double agents, occupancy, staffed;
};

struct reading {
	struct arena *arena;
	struct live_row *rows;
	struct staff_carried *carried;
	size_t count, cap;
	struct err found;
};

static bool bad_instant(struct reading *r, int64_t line, const char *column, const char *cell)
{
	char at[80];
	(void)snprintf(at, sizeof at, "line %lld, column %s", (long long)line, column);
	err_at(&r->found, ERR_INVALID, at, "\"%.40s\" is not an RFC 3339 instant", cell);
	return true;
}

static bool read_live(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct reading *r = ctx;
	struct live_row row = { .line = line, .staffed = NAN };
	const char *staffed = cells[B_STAFFED];
	(void)e;
	if (!instant_parse(cells[B_START], &row.start))
		return bad_instant(r, line, "start", cells[B_START]);
	if (!volume_number(cells[B_AGENTS], 0, WFM_MAX_SERVERS, line, "agents", &row.agents, &r->found) ||
	    !volume_number(cells[B_OCCUPANCY], 0, 1, line, "occupancy", &row.occupancy, &r->found) ||
	    (staffed != NULL && staffed[0] != '\0' &&
	     !volume_number(staffed, 0, WFM_MAX_SERVERS, line, "staffed", &row.staffed, &r->found)))
		return true;
	row.queue = arena_strdup(r->arena, cells[B_QUEUE]);
	struct live_row *kept = arena_grow(r->arena, (void **)&r->rows, &r->cap, r->count, sizeof *kept);
	r->count++;
	*kept = row;
	return true;
}

static bool read_carried(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct reading *r = ctx;
	struct staff_carried row = { .line = line };
	(void)e;
	if (!instant_parse(cells[C_DUE], &row.due))
		return bad_instant(r, line, "due", cells[C_DUE]);
	if (!volume_number(cells[C_HOURS], 0, 1e8, line, "hours", &row.hours, &r->found))
		return true;
	row.queue = arena_strdup(r->arena, cells[C_QUEUE]);
	struct staff_carried *kept = arena_grow(r->arena, (void **)&r->carried, &r->cap, r->count,
						sizeof *kept);
	r->count++;
	*kept = row;
	return true;
}

static bool read_csv(const char *path, const struct csv_column *columns, size_t column_count,
		     csv_row_fn row, struct reading *r, struct err *e)
{
	const char *text;
	size_t len;
	if (!cli_read_file(r->arena, path, CLI_FILE_MAX, &text, &len, e))
		return false;
	struct csv_reader *csv = csv_reader_new(columns, column_count, row, r);
	if (csv == NULL)
		return err_set(e, ERR_INTERNAL, "out of memory");
	bool ok = csv_reader_feed(csv, text, len, e) && csv_reader_finish(csv, e);
	csv_reader_free(csv);
	if (ok && r->found.code != ERR_NONE) {
		*e = r->found;
		return false;
	}
	return ok;
}

static int by_queue_then_start(const void *a, const void *b)
{
	const struct live_row *x = a, *y = b;
	int c = strcmp(x->queue, y->queue);
	if (c != 0)
		return c;
	return (x->start > y->start) - (x->start < y->start);
}

/* A row's free time falls to the intervals that it overlaps. */
static void spread(const struct live_row *v, double idle_share, int64_t step, int64_t from, int64_t seconds,
		   size_t n, double *free_s)
{
	double people = idle_share * v->agents * (1 - v->occupancy);
	if (!isnan(v->staffed))
		people += fmax(0, v->staffed - v->agents);
	for (int64_t t = v->start; t < v->start + step;) {
		int64_t at = t - from, next = t + seconds - ((at % seconds) + seconds) % seconds;
		int64_t until = next < v->start + step ? next : v->start + step;
		if (at >= 0 && at / seconds < (int64_t)n)
			free_s[at / seconds] += people * (double)(until - t);
		t = until;
	}
}

bool staff_beside_read(struct arena *a, const char *path, double idle_share, int64_t from,
		       int64_t seconds, size_t n, struct staff_beside **out, size_t *count, struct err *e)
{
	struct reading r = { .arena = a, .found = ERR_INIT };
	size_t cap = 0;
	char at[80];
	*out = NULL;
	*count = 0;
	if (!read_csv(path, beside_columns, sizeof beside_columns / sizeof beside_columns[0], read_live,
		      &r, e))
		return false;
	if (r.count > 0)
		qsort(r.rows, r.count, sizeof *r.rows, by_queue_then_start);
	for (size_t i = 0, end; i < r.count; i = end) {
		int64_t step = INT64_MAX;
		for (end = i + 1; end < r.count && strcmp(r.rows[end].queue, r.rows[i].queue) == 0; end++) {
			int64_t gap = r.rows[end].start - r.rows[end - 1].start;
			step = gap < step ? gap : step;
			(void)snprintf(at, sizeof at, "line %lld, column start", (long long)r.rows[end].line);
			if (gap == 0)
				return err_at(e, ERR_INVALID, at, "queue %.60s has this interval on line %lld already",
					      r.rows[i].queue, (long long)r.rows[end - 1].line);
		}
		struct staff_beside *b = arena_grow(a, (void **)out, &cap, *count, sizeof *b);
		++*count;
		*b = (struct staff_beside){ r.rows[i].queue, arena_array(a, n, sizeof *b->free_s) };
		for (size_t j = i; j < end; j++)
			spread(&r.rows[j], idle_share, step == INT64_MAX ? seconds : step, from, seconds, n,
			       b->free_s);
	}
	return true;
}

bool staff_carried_read(struct arena *a, const char *path, struct staff_carried **out, size_t *count,
			struct err *e)
{
	struct reading r = { .arena = a, .found = ERR_INIT };
	if (!read_csv(path, carried_columns, sizeof carried_columns / sizeof carried_columns[0],
		      read_carried, &r, e))
		return false;
	*out = r.carried;
	*count = r.count;
	return true;
}
