/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers from an explicit seed: xoshiro256** (Blackman & Vigna 2018), seeded by
 * splitmix64. The same seed gives the same stream on every machine. The caller owns the state;
 * no globals, so one state per thread.
 */
#ifndef WFM_NUM_RNG_H
#define WFM_NUM_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Uniform in [0, 1), 53 bits. */
double rng_unit(struct rng *r);
/* Uniform in 0..n-1 without bias; n > 0. */
uint32_t rng_below(struct rng *r, uint32_t n);

#endif
