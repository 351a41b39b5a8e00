/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What duty_master.c and duty_tree.c share; see duty_master.c for the relaxation. */
#ifndef WFM_SCHEDULE_DUTY_MASTER_H
#define WFM_SCHEDULE_DUTY_MASTER_H

#include "solver/schedule/duty.h"

struct duty_column {
	struct duty_tour tour;
	int32_t low;
	bool shut; /* not compatible with what is barred */
};

struct duty_master {
	struct duty_solve *s;
	const struct duty_model *m;
	struct lp *lp;
	double unit; /* cents of an LP cost unit */
	int32_t *type_row, slack_count;
	struct duty_column *columns;
	int32_t column_count, column_cap;
	double *pi, *at; /* [rows] cents: the LP's duals, the point priced */
	double *sigma;   /* [types] cents */
	int32_t *fixed;  /* [types] */
	bool has_centre;
	double lagrange; /* best bound priced, not rounded up to a step */
	double noise;
	int *entry_row;
	double *entry, *sum; /* [rows] */
	bool *free_agent;
};

/* What a column too few of a type costs: enough that no tour there is would be left out for it. */
double duty_gap_cents(const struct duty_master *m);
enum wfm_status duty_lp(struct duty_master *m, enum lp_method method, struct wfm_error *e);
/* Prices and solves until nothing improves, or the relaxation is as low as the bound. */
enum wfm_status duty_reprice(struct duty_master *m, int32_t rounds, struct wfm_error *e);
enum wfm_status duty_add_tour(struct duty_master *m, const struct duty_tour *t, struct wfm_error *e);
enum wfm_status duty_fix(struct duty_master *m, int32_t column, int32_t low, struct wfm_error *e);
enum wfm_status duty_trim(struct duty_master *m, struct wfm_error *e);
double duty_lp_cents(const struct duty_master *m);
/* Lagrange's bound at those duals, which become the centre of what is priced next; its tours become columns. */
enum wfm_status duty_bound_at(struct duty_master *m, const double *pi, struct wfm_error *e);
/* [rows] people short in the solved LP. */
void duty_read_short(const struct duty_master *m, double *people);

#endif
