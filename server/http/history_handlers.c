/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/history_handlers.h"

#include <stdio.h>
#include <string.h>

#include "server/domain/import_history.h"

struct import_query {
	bool dry_run, partial;
};
static const struct field import_query_rows[] = {
	{ .name = "dry_run", .type = FIELD_BOOL, .offset = offsetof(struct import_query, dry_run),
	  .flags = FIELD_OPTIONAL, .help = "check the file and change nothing" },
	{ .name = "partial", .type = FIELD_BOOL, .offset = offsetof(struct import_query, partial),
	  .flags = FIELD_OPTIONAL, .help = "let good rows in although others are bad" },
};
const struct fields history_import_query_fields =
	FIELDS("HistoryImportQuery", struct import_query, import_query_rows);

struct history_query {
	int64_t queue_id, from, to;
};
static const struct field history_query_rows[] = {
	F_INT(struct history_query, queue_id, 0, 1, 1e15, "queue"),
	F_DATE(struct history_query, from, 0, "first local date"),
	F_DATE(struct history_query, to, 0, "last local date, included"),
};
const struct fields history_query_fields =
	FIELDS("HistoryQuery", struct history_query, history_query_rows);

struct history_interval {
	int64_t start;
	double offered, handled, abandoned, answered_in_target, handle_time_s, wait_time_s;
};
static const struct field history_rows[] = {
	F_INSTANT(struct history_interval, start, 0, "interval"),
	F_REAL(struct history_interval, offered, 0, 0, 0, "contacts that arrived"),
	F_REAL(struct history_interval, handled, FIELD_OPTIONAL, 0, 0, "contacts answered"),
	F_REAL(struct history_interval, abandoned, FIELD_OPTIONAL, 0, 0, "contacts that gave up"),
	F_REAL(struct history_interval, answered_in_target, FIELD_OPTIONAL, 0, 0,
	       "contacts answered within the target time"),
	F_REAL(struct history_interval, handle_time_s, FIELD_OPTIONAL, 0, 0,
	       "seconds of handling, in all"),
	F_REAL(struct history_interval, wait_time_s, FIELD_OPTIONAL, 0, 0, "seconds of waiting, in all"),
};
const struct fields history_fields = FIELDS("HistoryInterval", struct history_interval, history_rows);

/* The bad rows as problem+json; ERR_ITEMS_MAX of them, the CSV form has them all. */
static bool refuse(const struct import_result *r, struct err *e)
{
	for (size_t i = 0; i < r->reason_count; i++) {
		char place[96];
		(void)snprintf(place, sizeof place, "line %lld, column %s",
			       (long long)r->reasons[i].line, r->reasons[i].column);
		err_at(e, ERR_INVALID, place, "%s", r->reasons[i].reason);
	}
	(void)snprintf(e->message, sizeof e->message,
		       "%lld of %lld rows have a mistake; nothing was imported",
		       (long long)r->rejected, (long long)r->rows);
	return false;
}

/* The audit log keeps the counts, not a reason a row. */
static bool commit(struct request *rq, struct import_result counts, struct err *e)
{
	counts.reason_count = 0;
	return request_audit(rq, "import", "history", FIELD_NULL, &import_result_fields, NULL, &counts,
			     e) &&
	       db_commit(rq->db, e);
}

bool history_import_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct import_query *q = rq->query;
	struct import_options o = { q->dry_run, q->partial };
	struct import_result r;

	if (!db_begin(rq->db, e) ||
	    !import_history(rq->db, rq->arena, rq->raw_body, rq->raw_len, &o, &r, e))
		return false;
	if (r.rows == 0)
		return err_set(e, ERR_INVALID, "the file has no rows below its header");
	if (r.saved && !commit(rq, r, e))
		return false;
	if (r.saved || o.dry_run)
		return reply_one(rp, &import_result_fields, &r, e);
	if (rq->accept == NULL || strstr(rq->accept, "text/csv") == NULL)
		return refuse(&r, e);
	reply_status(rp, 422);
	return reply_list(rp, &import_reason_fields, r.reasons, r.reason_count, NULL, e);
}
