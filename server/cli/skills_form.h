/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of `cuadrante skills`: queues and skill groups in, people and what training saves out. */
#ifndef CLI_SKILLS_FORM_H
#define CLI_SKILLS_FORM_H

#include "server/base/field.h"

struct skills_form_queue {
	const char *name;
	int64_t channel, definition, concurrency;
	double aht_s, patience_s, within_s, service_level, max_abandoned, max_asa_s, max_occupancy, stretch;
	double *volumes;
	size_t volume_count;
};

struct skills_form_skill {
	const char *queue;
	int64_t priority;
	double speed;
};

struct skills_form_group {
	const char *name;
	struct skills_form_skill *skills;
	size_t skill_count;
	double cost;
	int64_t least, most;
};

struct skills_form {
	const char *comment;
	int64_t start, interval_min;
	double shrinkage;
	struct skills_form_queue *queues;
	size_t queue_count;
	struct skills_form_group *groups;
	size_t group_count;
};
extern const struct fields skills_form_fields;

struct skills_out_queue {
	const char *queue;
	double load_erl, people;
	bool met;
	double service_level, low, high, abandoned_share, asa_s;
};

struct skills_out_group {
	const char *group;
	int64_t people, people_on_roster;
};

struct skills_out_interval {
	int64_t start;
	struct skills_out_queue *queues;
	size_t queue_count;
	struct skills_out_group *groups;
	size_t group_count;
};

struct skills_out_horizon {
	const char *queue;
	double service_level, low, high, abandoned_share, asa_s;
};

struct skills_out_training {
	const char *training;
	double people, person_hours, cost_hours;
	int64_t unmet;
};

struct skills_out_pair {
	const char *queue, *other;
	double saved_people, saved_person_hours, saved_cost_hours;
};

struct skills_out {
	int64_t interval_min, seed, unmet, plays, cuts, contacts;
	double person_hours, cost_hours;
	struct skills_out_interval *intervals;
	size_t interval_count;
	struct skills_out_horizon *horizon;
	size_t horizon_count;
	struct skills_out_training *training;
	size_t training_count;
	struct skills_out_pair *pairs;
	size_t pair_count;
};
extern const struct fields skills_out_fields;

#endif
