/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the parts of the pricer (pricing.c: worths and the path through the automaton; pricing_bands.c:
 * bands, weeks and plans that repeat). Nobody else includes this. See pricing.h.
 */
#ifndef WFM_SCHEDULE_PRICING_PATH_H
#define WFM_SCHEDULE_PRICING_PATH_H

#include "solver/schedule/pricing.h"

struct band_value {
	double bound;
	int32_t band;
};

struct range {
	int32_t low, high;
};

struct pricer {
	const struct model *m;
	int32_t profile;
	double *prefix;  /* [places x (horizon + 1)] */
	double *loss;    /* [starts x sets] worth lost to breaks; filled on demand per set */
	double *value;   /* [opts] */
	double *best;    /* [cells] best of the type */
	int32_t *arg;    /* [cells] */
	double *row;     /* [days x classes] of a band */
	int32_t *row_arg;
	double *score;   /* [(days + 1) x states x span] */
	double *start;   /* [weeks x states x span] scores at week starts */
	int32_t *band_of; /* same shape: band that led there */
	double *running; /* [span] prefix maxima of a state */
	struct band_value *bands;
	/* of the current type */
	const struct type *type;
	const struct profile *pr;
	const struct automaton *au;
	const struct wfm_calendar *cal;
	int32_t span, stride;
	/* of plans that repeat, where rest is carried: first slot into the first day at which the plan may
	 * begin, and the last one that its end may keep free of starts */
	bool ring;
	int32_t low, high;
	uint64_t days; /* with masked: exactly these are worked */
	bool masked;
	struct range *ranges; /* [span + 1] still to be searched */
};

void path_select(struct pricer *p, int32_t type);
/* Best shift of every cell for the type. */
void path_cells(struct pricer *p);
/* Nothing done yet, in that layer. */
void path_seed(struct pricer *p, double *layer, int32_t states);
/* Runs days [first, last) in the band from the scores in layer `first`. */
void path_days(struct pricer *p, int32_t band, int32_t first, int32_t last);
/* Days [0, last) when there is no shift on offer. */
void path_idle(struct pricer *p, int32_t last);
/* The best of the last layer of scores, an index into it. */
int32_t path_end(const struct pricer *p, const double *layer);
/* Walks the days back, prepending their shifts (collected in reverse: path_turn). */
void path_back(struct pricer *p, int32_t band, int32_t first, int32_t last, int32_t *state, int32_t *x,
	       struct tour *reversed);
void path_turn(struct tour *t);
void path_clear(struct tour *t, int32_t type);

#endif
