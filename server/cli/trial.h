/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A roster's trial: the problem's work and the roster's people as the simulator wants them, and what
 * the simulation found as JSON. Everything lives in the arena but the people, which the caller frees.
 * Thread rule: one arena, one thread.
 */
#ifndef CLI_TRIAL_H
#define CLI_TRIAL_H

#include "server/base/strbuf.h"
#include "server/cli/problem_form.h"
#include "wfm/simulate.h"

extern const struct fields simulation_form_fields;

/* The work of the problem: queues, intervals, days, absences; no people yet. ERR_INVALID with JSON
 * pointers; a problem in which no queue has work is refused. */
bool trial_work(struct arena *a, const struct problem *p, struct wfm_sim_problem *out, struct err *e);

/* Contacts and handling time by slot of a queue with work; nothing arrives in slots of no run. */
bool trial_arrivals(const struct problem *p, size_t queue, double *volume, double *aht_s, struct err *e);

struct trial_result {
	const struct wfm_simulation *simulation;
	const struct wfm_sim_difference *difference; /* [queue x day] against another roster, or NULL */
	int64_t seed;
};
void simulation_write(struct arena *a, const struct problem *p, const struct wfm_sim_problem *work,
		      const struct trial_result *r, struct strbuf *s);

#endif
