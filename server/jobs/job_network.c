/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "server/domain/make_network.h"
#include "server/jobs/kinds.h"

static bool progress(void *context, double fraction, const char *queue)
{
	struct job_status s = { fraction, queue, NAN, NAN, NAN };
	return job_progress(context, &s);
}

/* The forecasts and the job's end are written together, once all is computed. */
static bool saved(void *context, int64_t id, struct err *e)
{
	struct network_result r = { id };
	return job_save(context, &r, e);
}

bool job_network_run(struct job_context *jc, const void *request, struct err *e)
{
	struct forecast_watch w = { progress, jc, saved };
	int64_t id;
	return network_make(jc->db, jc->arena, request, jc->user_id, jc->job_id, &w, &id, e);
}
