/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "server/domain/cross_training.h"
#include "server/jobs/kinds.h"

static bool progress(void *context, double fraction)
{
	struct job_status s = { fraction, "training", NAN, NAN, NAN };
	return job_progress(context, &s);
}

bool job_training_run(struct job_context *jc, const void *request, struct err *e)
{
	struct training_watch w = { progress, jc };
	struct training_result r;

	if (!training_find(jc->db, jc->arena, request, &w, &r, e) || !db_begin(jc->db, e))
		return false;
	if (job_save(jc, &r, e))
		return db_commit(jc->db, e);
	db_rollback(jc->db);
	return false;
}
