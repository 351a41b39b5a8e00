/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: what if? One interval of one live queue in steady state: the people it needs, every
 * figure for fewer and for more, what they cost, and the lines into the house. Nothing is stored.
 */
#ifndef DOMAIN_WHAT_IF_H
#define DOMAIN_WHAT_IF_H

#include "server/base/field.h"

struct what_if_query {
	int64_t channel, interval_min, concurrency, counters;
	double volume, aht_s, patience_s, within_s, target, max_abandoned_share, max_occupancy;
	double shrinkage, hour_cents;
};
extern const struct fields what_if_query_fields;

struct what_if_point {
	int64_t agents, on_roster;
	double service_level, abandoned_share, asa_s, occupancy, cost_cents;
};

struct what_if_lines {
	double blocked_share;
	int64_t lines;
};

struct what_if {
	double load_erl, lines_load_erl;
	int64_t agents, on_roster, binding;
	bool met;
	struct what_if_point *points; /* by agents */
	struct what_if_lines *lines;
	size_t point_count, line_count;
};
extern const struct fields what_if_fields;

/* ERR_INVALID names the query parameter. */
bool what_if(struct arena *a, const struct what_if_query *q, struct what_if *out, struct err *e);

#endif
