/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "server/domain/make_network.h"
#include "server/jobs/kinds.h"

static bool progress(void *context, double fraction, const char *queue)
{
	struct job_status s = { fraction, queue, NAN, NAN, NAN };
	return job_progress(context, &s);
}

bool job_network_run(struct job_context *jc, const void *request, struct err *e)
{
	struct forecast_watch w = { .progress = progress, .context = jc };
	struct network_result r;

	if (!db_begin(jc->db, e))
		return false;
	if (network_make(jc->db, jc->arena, request, jc->user_id, jc->job_id, &w,
			 &r.network_forecast_id, e) &&
	    job_save(jc, &r, e))
		return db_commit(jc->db, e);
	db_rollback(jc->db);
	return false;
}
