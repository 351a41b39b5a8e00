/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the staffing files share: options already checked. Pure, thread safe. */
#ifndef WFM_STAFFING_IMPL_H
#define WFM_STAFFING_IMPL_H

#include "erlang_impl.h"
#include "wfm/staffing.h"

enum { WFM_MAX_LOAD_POINTS = 5 };

/* An interval's load as moments to average over: loads in erlangs with weights summing to 1. */
struct wfm_load_course {
	double lambda; /* arrivals per second as offered, before redials */
	double aht_s;
	double seconds;
	double mean_erl; /* modified offered load, whoever is there to serve it */
	double present;  /* contacts there at the start, served or waiting; NAN: as many as ever */
	bool moves;      /* the points depend on the agents: wfm_load_course_staff */
	int points;
	double load_erl[WFM_MAX_LOAD_POINTS];
	double weight[WFM_MAX_LOAD_POINTS];
};

/* The courses of n intervals by the options' load model; courses has n. agents, if not NULL, are
   who serves in each: only where loads move does it matter. */
void wfm_load_courses(const struct wfm_load *loads, size_t n,
		      const struct wfm_staffing_options *options, const int32_t *agents,
		      struct wfm_load_course *courses);

/* The same one interval after the other. *present, at first NAN, is carried from one to the next:
   wfm_load_course_staff with the agents chosen says how many remain. */
void wfm_load_course_next(const struct wfm_load *load, const struct wfm_staffing_options *options,
			  double *load_erl, double *present, struct wfm_load_course *course);
double wfm_load_course_staff(struct wfm_load_course *course, int32_t agents,
			     const struct wfm_staffing_options *options);

/* Steady-state figures of `agents` on a course; agents >= 0, lambda > 0. */
void wfm_live_figures(const struct wfm_load_course *course, int32_t agents,
		      const struct wfm_staffing_options *options, struct wfm_requirement *r);

/* The first target that does not hold, or WFM_BINDS_NONE. */
enum wfm_binding wfm_live_failing(const struct wfm_requirement *r, const struct wfm_target *t);

/* Fewest agents for a course. *beta (square-root staffing's safety) is the warm start, updated. */
void wfm_live_requirement(const struct wfm_load_course *course,
			  const struct wfm_staffing_options *options, double *beta,
			  struct wfm_requirement *r);

/* Deferrable channels: see staffing.h. */
enum wfm_status wfm_backlog_requirement(const struct wfm_load *loads, size_t n,
					const struct wfm_staffing_options *options,
					struct wfm_requirement *requirements,
					struct wfm_error *e);

/* Steady state of one station of the options' channel, redials included; st is used up. */
void wfm_live_point(struct wfm_station *st, const struct wfm_staffing_options *options,
		    struct wfm_station_figures *f);

/* What wfm_staffing_run checks before anything else. */
enum wfm_status wfm_staffing_check(const struct wfm_load *loads, size_t n,
				   const struct wfm_staffing_options *options,
				   struct wfm_error *e);

/*
 * What a contact offered to n agents at a load comes to, as functions of the load: tables of
 * Chebyshev polynomials, refined until new nodes agree. Erlang C, cheap and not smooth where it
 * ceases to be stable, is computed directly.
 */
enum wfm_part {
	WFM_PART_GOOD, /* in time, of the service level's definition, ÷ offered */
	WFM_PART_BASE, /* what it is divided by ÷ offered: 1 by default */
	WFM_PART_LOST, /* abandoned */
	WFM_PART_WAIT, /* seconds waited by those answered ÷ offered */
	WFM_PARTS,
};
enum { WFM_CURVE_DEGREE = 64 };
struct wfm_curve {
	const struct wfm_staffing_options *options;
	int32_t agents;
	double aht_s, low, high; /* loads covered */
	unsigned parts;          /* bits of the parts wanted */
	int degree;              /* 0: computed directly */
	double coefficient[WFM_PARTS][WFM_CURVE_DEGREE + 1];
};
void wfm_curve_build(struct wfm_curve *c);
void wfm_curve_at(const struct wfm_curve *c, double load_erl, double part[WFM_PARTS]);

/* The cap in force, INT32_MAX when none. */
int32_t wfm_staffing_cap(const struct wfm_staffing_options *options);

#endif
