/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job kinds' run functions, for the one table in kinds.c. A new kind is one file and one row. */
#ifndef JOBS_KINDS_H
#define JOBS_KINDS_H

#include "server/jobs/worker.h"

bool job_forecast_run(struct job_context *jc, const void *request, struct err *e);
bool job_network_run(struct job_context *jc, const void *request, struct err *e);
bool job_outlook_run(struct job_context *jc, const void *request, struct err *e);
bool job_schedule_run(struct job_context *jc, const void *request, struct err *e);
bool job_training_run(struct job_context *jc, const void *request, struct err *e);

#endif
