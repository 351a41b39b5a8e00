/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A staffing worked in simulation: person j is there while the interval asks for more than j. */
#ifndef TESTS_WORKED_DAY_H
#define TESTS_WORKED_DAY_H

#include "wfm/simulate.h"
#include "wfm/staffing.h"

struct worked_day {
	const struct wfm_load *loads; /* volumes are Poisson means */
	const struct wfm_requirement *requirements;
	int32_t intervals;
	const struct wfm_staffing_options *options;
	int32_t replications;
	uint64_t seed;
};

/* One queue, exponential handling; the caller frees. NULL: it failed, and said why on stderr. */
struct wfm_simulation *worked_day_play(const struct worked_day *d);

/*
 * The service level of each interval (answered in time ÷ offered) without chance: the transient
 * M(t)/M/n(t)+M chain from an empty day, never more than n(t) at work: where n falls, people leave
 * their contacts to the others. Up to 400 in the station. level: [intervals].
 */
void worked_day_exact(const struct worked_day *d, double *level);

/* Over intervals with volume: the lowest service level, how many are `short_by` below the target. */
struct worked_day_worst {
	double level;
	int32_t interval, short_count;
	double hours; /* of people */
};
struct worked_day_worst worked_day_worst(const struct worked_day *d, const struct wfm_simulation *s,
					 double short_by);

#endif
