/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/make_schedule.h"
#include "server/jobs/kinds.h"

static bool progress(void *context, double fraction, const char *phase, double objective,
		     double bound, double gap)
{
	struct job_status s = { fraction, phase, objective, bound, gap };
	return job_progress(context, &s);
}

static bool saved(void *context, const struct schedule_result *r, struct err *e)
{
	return job_save(context, r, e);
}

bool job_schedule_run(struct job_context *jc, const void *request, struct err *e)
{
	struct schedule_watch w = { progress, saved, jc };
	struct schedule_result r;

	return schedule_make(jc->db, jc->arena, request, jc->user_id, jc->job_id, &w, &r, e);
}
