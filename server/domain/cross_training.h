/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: what a site's week needs of each skill group when its people share the live queues as they
 * can, and what more cross-training would save. Nothing is stored but in the job's result.
 *
 * Groups are the sets of live queues that the week's agents can take; a group is never asked for more
 * than a quarter over its part of the people an interval needs. All work is of people on it: breaks and
 * absence come on top as for any requirement. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_CROSS_TRAINING_H
#define DOMAIN_CROSS_TRAINING_H

#include "server/domain/week_problem.h"

struct training_request {
	int64_t site_id, week, forecast_id;
};
extern const struct fields training_request_fields;

struct training_queue {
	int64_t queue_id;
	double alone_hours, shared_hours; /* people on the work x hours */
	double alone_peak, shared_peak;
};

struct training_group {
	int64_t *queues; /* ids */
	size_t queue_count;
	int64_t agents; /* of the site in that week */
	int64_t peak;   /* people needed in the interval that needs most of them */
	double person_hours;
};

struct training_interval {
	int64_t start;
	int64_t *people; /* by group */
	size_t people_count;
};

struct training_scenario {
	int64_t training; /* enum wfm_training */
	double people, person_hours;
	int64_t unmet;
};

struct training_pair {
	int64_t queue_id, other_id;
	double saved_people, saved_person_hours;
};

struct training_result {
	int64_t site_id, week, forecast_id, interval_min, unmet;
	double alone_hours, shared_hours;
	struct training_queue *queues;
	size_t queue_count;
	struct training_group *groups;
	size_t group_count;
	struct training_scenario *scenarios;
	size_t scenario_count;
	struct training_pair *pairs;
	size_t pair_count;
	struct training_interval *intervals;
	size_t interval_count;
};
extern const struct fields training_result_fields;

struct training_watch {
	bool (*progress)(void *context, double fraction);
	void *context;
};

/* What can be refused before a job is queued: no such site or forecast, fewer than two live queues. */
bool training_check(struct db *db, struct arena *a, const struct training_request *r, struct err *e);

/* A stop is ERR_CONFLICT "cancelled". */
bool training_find(struct db *db, struct arena *a, const struct training_request *r,
		   const struct training_watch *watch, struct training_result *out, struct err *e);

#endif
