/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal and Poisson numbers from a struct rng. The caller owns the state; no globals.
 */
#ifndef WFM_NUM_DRAW_H
#define WFM_NUM_DRAW_H

#include "solver/num/rng.h"

/* Standard normal numbers come in pairs; the second waits here. */
struct draw {
	struct rng rng;
	double kept;
	int has_kept;
};

void draw_seed(struct draw *d, uint64_t seed);
/* The index-th of many streams of one seed; neighbours have nothing to do with each other. */
void draw_seed_stream(struct draw *d, uint64_t seed, uint64_t index);
double draw_normal(struct draw *d);
/* A Poisson count; mean >= 0 and at most 1e12. */
double draw_poisson(struct draw *d, double mean);

#endif
