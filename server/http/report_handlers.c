/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/report_handlers.h"

#include "server/base/clock.h"

static int64_t today(void)
{
	return clock_now() / 86400;
}

/* Of people, a site manager sees own sites (the statements see to it); of sites, the whole league. */
static struct report_reader reader(const struct request *rq)
{
	return (struct report_reader){ rq->user.id, rq->user.role == ROLE_SITE_MANAGER ? "site_manager" :
									  "other" };
}

bool report_branches_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct branch_report *rows;
	size_t n;

	return report_branches(rq->db, rq->arena, rq->query, today(), &rows, &n, e) &&
	       reply_list(rp, &branch_report_fields, rows, n, NULL, e);
}

bool report_trend_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct branch_report *rows;
	size_t n;

	return report_branch_trend(rq->db, rq->arena, request_path_int(rq, "site_id"), rq->query, today(),
				   &rows, &n, e) &&
	       reply_list(rp, &branch_report_fields, rows, n, NULL, e);
}

bool report_absenteeism_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct report_reader who = reader(rq);
	const struct people_query *q = rq->query;
	struct absenteeism_row *rows;
	size_t n;

	/* A day's kinds of a small site tell why one known person was away. */
	if (q->by == ABSENTEEISM_BY_KIND && rq->user.role == ROLE_SITE_MANAGER)
		return err_set(e, ERR_FORBIDDEN, "why people are absent is for HR to read");
	return report_absenteeism(rq->db, rq->arena, rq->query, &who, &rows, &n, e) &&
	       reply_list(rp, &absenteeism_row_fields, rows, n, NULL, e);
}

bool report_turnover_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct report_reader who = reader(rq);
	struct turnover_row *rows;
	size_t n;

	return report_turnover(rq->db, rq->arena, rq->query, &who, &rows, &n, e) &&
	       reply_list(rp, &turnover_row_fields, rows, n, NULL, e);
}
