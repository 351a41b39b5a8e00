/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Absenteeism and turnover: the statements of report.sql do the counting. */
#include "server/domain/report.h"

static bool span_ok(const struct people_query *q, struct err *e)
{
	if (q->from != FIELD_NULL && q->to != FIELD_NULL && q->from > q->to)
		return err_at(e, ERR_INVALID, "?from", "must not come after `to`");
	return true;
}

bool report_absenteeism(struct db *db, struct arena *a, const struct people_query *q,
			const struct report_reader *who, struct absenteeism_row **rows, size_t *count,
			struct err *e)
{
	enum sql_id id = q->by == ABSENTEEISM_BY_KIND ? SQL_REPORT_ABSENTEEISM_KIND :
							SQL_REPORT_ABSENTEEISM;
	struct db_from from = { &absenteeism_query_fields, q };
	return span_ok(q, e) &&
	       db_rows(db, id, DB_ARGS(db_int("user_id", who->user_id), db_text("user_role", who->role)),
		       &from, &absenteeism_row_fields, a, (void **)rows, count, e);
}

bool report_turnover(struct db *db, struct arena *a, const struct people_query *q,
		     const struct report_reader *who, struct turnover_row **rows, size_t *count,
		     struct err *e)
{
	struct db_from from = { &turnover_query_fields, q };
	return span_ok(q, e) &&
	       db_rows(db, SQL_REPORT_TURNOVER,
		       DB_ARGS(db_int("user_id", who->user_id), db_text("user_role", who->role)), &from,
		       &turnover_row_fields, a, (void **)rows, count, e);
}
