/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What master.c and integer.c share; see bound.h for the interface. */
#ifndef WFM_SCHEDULE_MASTER_H
#define WFM_SCHEDULE_MASTER_H

#include "solver/lp.h"
#include "solver/schedule/bound.h"

struct column {
	struct tour *tour;
	int32_t low; /* fixed by the dive */
};

struct master {
	struct run *run;
	const struct model *m;
	struct lp *lp;
	double unit;       /* cents of one LP cost unit */
	double constant;   /* cents of slots nobody can serve */
	int32_t *row;      /* [queues x slots] LP row, -1 none */
	uint8_t *joined;   /* [queues x slots] its row is the difference to the slot before */
	int32_t *type_row; /* [types] */
	int32_t slack_count;
	struct column *columns;
	int32_t column_count, column_cap;
	double *pi, *centre, *at; /* [queues x slots] LP units: duals, best centre, point priced */
	double *sigma;     /* [types] */
	bool has_centre;
	double *worth;     /* [horizon] LP units x unit: cents */
	int16_t *choice;   /* [horizon] queue index the kind serves at the point priced */
	double *take;      /* [queues x slots] scratch of a column */
	int32_t *stamp;    /* [rows] */
	int32_t stamp_now, rows;
	int *entry_row;
	double *entry;
	struct tour *found; /* scratch of pricing */
	int32_t *fixed;     /* [types] agents fixed by the dive */
	int32_t *by_profile; /* types in order of profile */
	int32_t age;
};

/* Solves the LP and reads the duals. */
enum wfm_status master_solve(struct master *m, enum lp_method method, struct wfm_error *e);
/* Prices every type at m->at; adds improving columns (at m->pi), *added of them; *bound in cents,
 * valid when no type was skipped (skip_fixed false). */
enum wfm_status master_price(struct master *m, bool skip_fixed, double *bound, int32_t *added,
			     struct wfm_error *e);

#endif
