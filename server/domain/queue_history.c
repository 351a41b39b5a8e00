/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/queue_history.h"

#include <math.h>
#include <stdlib.h>

#include "server/domain/sound_history.h"

static const struct field row_rows[] = {
	F_INSTANT(struct queue_history_row, start, 0, ""),
	F_REAL(struct queue_history_row, offered, FIELD_OPTIONAL, 0, 0, ""), /* null: no number */
	F_REAL(struct queue_history_row, handled, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct queue_history_row, handle_time_s, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields row_fields = FIELDS("QueueHistory", struct queue_history_row, row_rows);

/* A queue of the lineage: the queue itself first. */
struct member {
	int64_t queue_id, until, interval_min;
	double weight;
	const char *code;
	int64_t first, last;   /* local dates with rows; first > last: none */
	uint8_t *seen;         /* by date - first */
};
static const struct field member_rows[] = {
	F_INT(struct member, queue_id, 0, 0, 0, ""),
	F_DATE(struct member, until, FIELD_OPTIONAL, ""),
	F_INT(struct member, interval_min, 0, 0, 0, ""),
	F_REAL(struct member, weight, 0, 0, 0, ""),
	F_TEXT(struct member, code, 0, 0, 0, ""),
};
static const struct fields member_fields = FIELDS("QueueLineage", struct member, member_rows);

struct part {
	struct queue_history_row row; /* weighted, at the target's interval */
	int64_t date;
};

struct merging {
	struct db *db;
	struct arena *arena;
	const struct site_calendar *site;
	const struct site_queue *queue;
	int64_t until;
	struct forecast_warnings *warnings;
	struct member *members;
	size_t member_count;
	struct part *parts;
	size_t part_count, part_cap;
};

/* What is sound of a queue's rows; when nothing is, the reasons are the error. */
static bool load_rows(const struct merging *m, const struct member *k, int64_t until,
		      struct queue_history_row **rows, size_t *count, struct err *e)
{
	struct forecast_warnings found = { 0 };
	size_t n;

	if (!db_rows(m->db, SQL_FORECAST_HISTORY,
		     DB_ARGS(db_int("queue_id", k->queue_id), db_instant("until", until)), NULL,
		     &row_fields, m->arena, (void **)rows, &n, e))
		return false;
	*count = history_keep_sound(m->arena, m->site->zone, k->code, (int)k->interval_min, *rows, n,
				    &found);
	for (size_t i = 0; i < found.count; i++)
		forecast_warn(m->arena, m->warnings, found.items[i]);
	return n == 0 || *count > 0 ||
	       err_set(e, ERR_INVALID, "queue %s: nothing of its history can be used: %.300s", k->code,
		       forecast_warnings_text(m->arena, &found));
}

static bool add_part(struct merging *m, const struct member *k, const struct queue_history_row *r,
		     struct err *e)
{
	int64_t date;
	int minute, into;

	zone_to_local(m->site->zone, r->start, &date, &minute);
	into = minute % (int)m->queue->interval_min;
	if (k->queue_id != m->queue->id && into + k->interval_min > m->queue->interval_min)
		return err_set(e, ERR_INVALID,
			       "queue %s: an interval of %s that begins at %02d:%02d does not fit into one of %lld minutes",
			       m->queue->code, k->code, minute / 60, minute % 60,
			       (long long)m->queue->interval_min);
	if (k->queue_id == m->queue->id)
		into = 0; /* its own rows stay as they are */
	struct part *p = arena_grow(m->arena, (void **)&m->parts, &m->part_cap, m->part_count, sizeof *p);
	p->date = date;
	p->row = (struct queue_history_row){
		.start = r->start - into * 60,
		.offered = k->weight * r->offered,
		.handled = k->weight * r->handled,
		.handle_time_s = k->weight * r->handle_time_s,
	};
	m->part_count++;
	return true;
}

static void note_days(struct merging *m, struct member *k, size_t from)
{
	k->first = 0;
	k->last = -1;
	if (from == m->part_count)
		return;
	k->first = m->parts[from].date; /* rows come by start, so dates never fall by more than one */
	k->last = k->first;
	for (size_t i = from; i < m->part_count; i++) {
		k->first = m->parts[i].date < k->first ? m->parts[i].date : k->first;
		k->last = m->parts[i].date > k->last ? m->parts[i].date : k->last;
	}
	k->seen = arena_array(m->arena, (size_t)(k->last - k->first + 1), 1);
	for (size_t i = from; i < m->part_count; i++)
		k->seen[m->parts[i].date - k->first] = 1;
}

static bool load_member(struct merging *m, struct member *k, struct err *e)
{
	struct queue_history_row *rows;
	size_t n, from = m->part_count;
	int64_t until = m->until;

	if (k->until != FIELD_NULL) {
		int64_t ends = zone_to_utc(m->site->zone, k->until, 0);
		until = ends < until ? ends : until;
	}
	if (!load_rows(m, k, until, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!add_part(m, k, &rows[i], e))
			return false;
	note_days(m, k, from);
	return true;
}

static bool has(const struct member *k, int64_t date)
{
	return date >= k->first && date <= k->last && k->seen[date - k->first];
}

/* A day within a queue's history without a row, though that weekday has some beside it. */
static bool day_is_hole(const struct merging *m, int64_t date)
{
	for (size_t i = 0; i < m->member_count; i++) {
		const struct member *k = &m->members[i];
		if (date > k->first && date < k->last && !has(k, date) &&
		    (has(k, date - 7) || has(k, date + 7)))
			return true;
	}
	return false;
}

static int by_start(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	return (x->row.start > y->row.start) - (x->row.start < y->row.start);
}

/* x + y where each may be unknown. */
static double sum_known(double x, double y)
{
	return isnan(x) ? y : isnan(y) ? x : x + y;
}

static void add_up(struct merging *m, struct queue_history_row **rows, size_t *count)
{
	struct queue_history_row *out = arena_array(m->arena, m->part_count, sizeof *out);
	size_t n = 0;

	qsort(m->parts, m->part_count, sizeof *m->parts, by_start);
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *p = &m->parts[i];
		/* Handling time counts only where the number handled is known too. */
		bool known = !isnan(p->row.handled) && !isnan(p->row.handle_time_s);
		struct queue_history_row r = p->row;
		if (!known)
			r.handled = r.handle_time_s = NAN;
		if (n > 0 && out[n - 1].start == r.start) {
			out[n - 1].offered += r.offered;
			out[n - 1].handled = sum_known(out[n - 1].handled, r.handled);
			out[n - 1].handle_time_s = sum_known(out[n - 1].handle_time_s, r.handle_time_s);
		} else if (!day_is_hole(m, p->date)) {
			out[n++] = r;
		}
	}
	*rows = out;
	*count = n;
}

bool queue_history_load(struct db *db, struct arena *a, const struct site_calendar *site,
			const struct site_queue *q, int64_t until, struct queue_history_row **rows,
			size_t *count, struct forecast_warnings *w, struct err *e)
{
	struct merging m = { .db = db, .arena = a, .site = site, .queue = q, .until = until,
			     .warnings = w };

	if (!db_rows(db, SQL_QUEUE_LINEAGE, DB_ARGS(db_int("queue_id", q->id)), NULL, &member_fields, a,
		     (void **)&m.members, &m.member_count, e))
		return false;
	if (m.member_count == 0)
		return err_set(e, ERR_CONFLICT, "queue %s has been deleted meanwhile", q->code);
	if (m.member_count == 1)
		return load_rows(&m, &m.members[0], until, rows, count, e);
	for (size_t i = 0; i < m.member_count; i++)
		if (!load_member(&m, &m.members[i], e))
			return false;
	add_up(&m, rows, count);
	return true;
}
