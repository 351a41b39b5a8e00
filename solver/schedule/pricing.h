/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The best tour of a type for given worths of slots.
 *
 * Given w_t (cents that one slot of an agent's work at t is worth; kinds of several queues: the
 * best of them), the value of a tour is sum of w over its working slots minus its cost. Exact:
 *   1. per start and break set, the cheapest places of the breaks (a small DP over the breaks);
 *   2. per day, class and start wall the best shift, personal costs included;
 *   3. per band of start walls the longest path through the rule automaton, with the time of the
 *      last end carried along where bands and lengths do not imply the rest; in a plan that repeats
 *      its end also leaves the rest before its beginning (pricing_bands.c).
 * Since the tours priced are exactly the legal ones, cost + bound statements hold for any w.
 *
 * A pricer is scratch memory for one thread; it borrows the model.
 */
#ifndef WFM_SCHEDULE_PRICING_H
#define WFM_SCHEDULE_PRICING_H

#include "solver/schedule/model.h"

struct pricer;

struct pricer *pricer_new(const struct model *m);
void pricer_free(struct pricer *p);

/* Sets the worths w[places x horizon] for the following calls with types of this profile. */
void pricer_set(struct pricer *p, int32_t profile, const double *w);

/* Value of the best tour of the type, written to *out; -INFINITY: there is none. */
double pricer_best(struct pricer *p, int32_t type, struct tour *out);

/* Up to `max` tours of the type worth more than `floor`, one a band, best first; *best gets the
 * best value of all (a bound), whether above the floor or not. Returns how many. */
int32_t pricer_several(struct pricer *p, int32_t type, double floor, int32_t max, struct tour *out,
		       double *values, double *best);

/* Prepares pricer_pattern for the type, at the worths set. */
void pricer_look(struct pricer *p, int32_t type);
/* The best tour that works exactly those days (bits) and starts in that band, for plans of one week whose
 * rest follows from the starts; -INFINITY: there is none. */
double pricer_pattern(struct pricer *p, int32_t band, uint64_t days, struct tour *out);

/* Cheapest places of a set's breaks in a shift starting at `start`, for prefix sums of the worths; the
 * worth lost, and the offsets when places is not NULL. */
double breaks_place(const double *prefix, const struct break_set *s, int32_t start,
		    int16_t *places);

/* Calls visit(context, slot, kind) for each slot of work (no break) of the tour, slots wrapped. */
void tour_visit(const struct model *m, const struct tour *t, void (*visit)(void *, int32_t, int32_t),
		void *context);

#endif
