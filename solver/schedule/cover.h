/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People on each queue in each slot, and what one more would save.
 *
 * An agent of a kind serves one of its queues per slot. Per slot the best division is a transport
 * problem with convex costs; this keeps it good by chains: whoever joins queue a may free someone
 * who moves a -> b -> c. With one queue, or queues nobody shares, it is exact. Contacts answered in
 * time towards a service's target are worth the price `mu`; what they cost in truth is cover_cents.
 * Where the counters of a site are all taken (desk.h), who joins takes the place of the one whose work
 * is worth least, or waits. Not thread safe; one per plan.
 */
#ifndef WFM_SCHEDULE_COVER_H
#define WFM_SCHEDULE_COVER_H

#include "solver/schedule/cover_stock.h"

struct cover {
	const struct model *m;
	double cents;   /* shortage and surplus of open slots */
	double *mu;     /* [services] cents a contact; set by cover_price */
	double *served; /* [services] contacts answered in time */
	double *have;   /* [queues x slots] */
	double *gain;   /* [queues x slots] saved by one more normal agent there */
	double *reach;  /* [queues x slots] the same with chains */
	int16_t *hop;   /* [queues x slots] next queue of the chain, -1 none */
	int32_t *first; /* [kinds]: rows of count */
	int32_t *count; /* [(kind, its j-th queue) x slots] agents; behind them who waits, if the kind does */
	int32_t *seated; /* [desks x slots] */
	struct desk_graph *graph; /* scratch; NULL without desks */
	int32_t rows;
	bool shared;    /* some kind has several queues */
	struct cover_stock stock;
};

struct cover *cover_new(const struct model *m);
void cover_free(struct cover *c);
/* Takes other prices of contacts. */
void cover_price(struct cover *c, const double *mu);
/* Shortage, surplus and what is missing of the services. */
double cover_cents(const struct cover *c);
/* Nobody anywhere. */
void cover_reset(struct cover *c);
void cover_copy(struct cover *to, const struct cover *from);

/* w[t] = cents saved by one more agent of the kind in slot t. */
void cover_worth(const struct cover *c, int32_t kind, double *w);
/* The same for each place of the profile: w[places x horizon]. */
void cover_worths(const struct cover *c, const struct profile *pr, double *w);
void cover_add(struct cover *c, const struct tour *t);
void cover_remove(struct cover *c, const struct tour *t);
/* One agent of the kind less, or more, in one slot. */
void cover_take(struct cover *c, int32_t kind, int32_t t);
void cover_give(struct cover *c, int32_t kind, int32_t t);
/* The parts that the division of deferrable work needs: what shortage and the like rise by when so many go,
 * someone of unit speed who may change queues, the change itself, and worths of the slot anew. */
double cover_loss_of(const struct cover *c, int32_t q, int32_t t, double people);
bool cover_find_mover(const struct cover *c, int32_t t, int32_t from, int32_t to, int32_t *kind, int32_t *jf,
		      int32_t *jt);
void cover_shift_people(struct cover *c, int32_t kind, int32_t j, int32_t t, int32_t people);
void cover_refresh(struct cover *c, int32_t t);
bool cover_is_full(const struct cover *c, int32_t desk, int32_t t);
/* w[t] = cents lost by one agent of the kind less in slot t, where there is one. */
void cover_loss(const struct cover *c, int32_t kind, double *w);

#endif
