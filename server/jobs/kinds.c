/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/jobs/kinds.h"

#include <string.h>

#include "server/domain/cross_training.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_network.h"
#include "server/domain/make_outlook.h"
#include "server/domain/make_schedule.h"

const struct job_kind job_kinds[] = {
	{ "forecast", &forecast_request_fields, &forecast_result_fields, job_forecast_run,
	  "forecast every queue of a site" },
	{ "network", &network_request_fields, &network_result_fields, job_network_run,
	  "forecast every queue of a region or of the network" },
	{ "outlook", &outlook_request_fields, &outlook_result_fields, job_outlook_run,
	  "look up to 78 weeks ahead at a site's queues" },
	{ "schedule", &schedule_request_fields, &schedule_result_fields, job_schedule_run,
	  "draw a site's weekly roster" },
	{ "cross_training", &training_request_fields, &training_result_fields, job_training_run,
	  "people per skill group of a site's week, and what cross-training would save" },
};
const size_t job_kinds_count = sizeof job_kinds / sizeof job_kinds[0];

const struct job_kind *job_kind_find(const char *name)
{
	for (size_t i = 0; i < job_kinds_count; i++)
		if (strcmp(job_kinds[i].name, name) == 0)
			return &job_kinds[i];
	return NULL;
}
