/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deferrable work. Time is cut at the ends of open intervals, k = 0..K:
 *
 *   A_k  work arrived by then, the initial backlog included (seconds of handling)
 *   D_k  work that must be done before the next open interval starts, D_k <= A_k
 *   H_k  work done: D_k <= H_k <= A_k, H_0 = 0, H_K = the work to be left done
 *
 * The shortest path from (0,0) to (K,H_K) between D and A (taut string) minimises Σ f(slope)
 * for every convex f at once, so both the peak and the variance of the staffing. Whole
 * agents: n_k = ⌈(H_k − done_{k−1})/I⌉ with done_k = min(done_{k−1} + n_k·I, A_k), which by
 * induction never falls below H_k; a cap may, and then the work is late and said to be.
 */
#include "deferred_impl.h"
#include "staffing_impl.h"

#include <math.h>
#include <stdlib.h>

struct string_problem {
	size_t points;  /* open intervals + 1 */
	double *lower, *upper; /* D and A by point */
	double *height; /* the answer H */
	size_t *interval; /* interval that ends at point k >= 1 */
};

static void fluid_fill(struct wfm_fluid *f, const struct wfm_load *loads,
		       const struct wfm_staffing_options *o)
{
	f->arrived[0] = o->initial_backlog_s;
	f->open_time[0] = 0.0;
	for (size_t i = 0; i < f->n; i++) {
		/* Where nothing comes no handling time was asked for. */
		double work = loads[i].volume > 0.0 ? loads[i].volume * loads[i].aht_s : 0.0;
		f->arrived[i + 1] = f->arrived[i] + work;
		f->open_time[i + 1] = f->open_time[i] + (loads[i].open ? f->seconds : 0.0);
	}
}

/* Points of the string; the due share scales what must be done by each due time. */
static void string_fill(struct string_problem *s, const struct wfm_fluid *f,
			const struct wfm_load *loads, const struct wfm_staffing_options *o)
{
	double share = o->due_share > 0.0 ? o->due_share : 1.0;
	s->points = 1;
	s->lower[0] = s->upper[0] = 0.0;
	for (size_t i = 0; i < f->n; i++) {
		if (!loads[i].open)
			continue;
		size_t next = i + 1; /* the next moment at which anybody works */
		while (next < f->n && !loads[next].open)
			next++;
		size_t k = s->points++;
		s->interval[k] = i;
		s->upper[k] = f->arrived[i + 1];
		double due = wfm_fluid_due(f, next, o->turnaround_s, o->turnaround_open_hours);
		s->lower[k] = fmin(share * due, s->upper[k]);
		s->lower[k] = fmax(s->lower[k], s->lower[k - 1]);
	}
	size_t last = s->points - 1;
	double leave = fmax(f->arrived[f->n] - o->initial_backlog_s, s->lower[last]);
	s->lower[last] = s->upper[last] = fmin(leave, s->upper[last]);
}

/* Age of the work being finished when `done` has been done, at clock time t. */
static double age_at(const struct wfm_fluid *f, double done, double t)
{
	size_t low = 0, high = f->n;
	if (done <= f->arrived[0])
		return t;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (f->arrived[mid] < done)
			low = mid;
		else
			high = mid;
	}
	double gain = f->arrived[low + 1] - f->arrived[low];
	double part = gain > 0.0 ? fmin((done - f->arrived[low]) / gain, 1.0) : 0.0;
	return fmax(0.0, t - ((double)low + part) * f->seconds);
}

static void whole_agents(const struct string_problem *s, const struct wfm_fluid *f,
			 const struct wfm_staffing_options *o, struct wfm_requirement *r)
{
	int32_t cap = wfm_staffing_cap(o);
	double done = 0.0, due_before = 0.0, busy_cap = o->target.max_occupancy;
	double useful = f->seconds * (busy_cap > 0.0 ? busy_cap : 1.0);
	double share = o->due_share > 0.0 ? o->due_share : 1.0;
	for (size_t k = 1; k < s->points; k++) {
		size_t i = s->interval[k], next = k + 1 < s->points ? s->interval[k + 1] : f->n;
		double need = fmax(0.0, s->height[k] - done) / useful;
		double agents = ceil(need - 1e-9 * (1.0 + need));
		struct wfm_requirement *q = &r[i];
		q->binding = agents > 0.0 ? WFM_BINDS_WORKLOAD : WFM_BINDS_NONE;
		if (agents < o->min_agents && f->arrived[i + 1] > done) {
			agents = o->min_agents;
			q->binding = WFM_BINDS_MINIMUM;
		}
		bool capped = agents > cap;
		if (capped) {
			agents = cap;
			q->binding = WFM_BINDS_CAP;
		}
		double before = done;
		double due = wfm_fluid_due(f, next, o->turnaround_s, o->turnaround_open_hours);
		done = fmin(done + agents * useful, f->arrived[i + 1]);
		q->agents = (int32_t)agents;
		q->load_erl = fmax(0.0, s->height[k] - s->height[k - 1]) / f->seconds;
		q->occupancy = agents > 0.0 ? (done - before) / (agents * f->seconds) : 0.0;
		q->service_level = 1.0;
		if (due > due_before)
			q->service_level = fmax(0.0, fmin(done, due) - due_before) /
					   (due - due_before);
		q->met = done >= share * due - 1e-6 * (1.0 + due);
		q->asa_s = done > before ? age_at(f, 0.5 * (before + done),
						  ((double)i + 0.5) * f->seconds)
					 : 0.0;
		due_before = fmax(due, due_before);
		for (size_t j = i; j < next; j++)
			r[j].backlog_s = f->arrived[j + 1] - done;
	}
}

enum wfm_status wfm_backlog_requirement(const struct wfm_load *loads, size_t n,
					const struct wfm_staffing_options *o,
					struct wfm_requirement *requirements, struct wfm_error *e)
{
	enum wfm_status status = WFM_NO_MEMORY;
	double *numbers = calloc(5 * (n + 1), sizeof *numbers);
	size_t *interval = calloc(n + 1, sizeof *interval);
	if (numbers == NULL || interval == NULL) {
		(void)wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	struct wfm_fluid f = { n, numbers, numbers + (n + 1), o->interval_s };
	struct string_problem s = { 1, numbers + 2 * (n + 1), numbers + 3 * (n + 1),
				    numbers + 4 * (n + 1), interval };
	fluid_fill(&f, loads, o);
	double backlog = o->initial_backlog_s;
	for (size_t i = 0; i < n; i++) {
		backlog = f.arrived[i + 1];
		requirements[i] = (struct wfm_requirement){ .met = true,
							    .service_level = 1.0,
							    .backlog_s = backlog };
	}
	string_fill(&s, &f, loads, o);
	if (s.points > 1) {
		struct wfm_string taut = { s.points, s.lower, s.upper, s.height };
		wfm_string_pull(&taut);
		whole_agents(&s, &f, o, requirements);
	} else if (backlog > 0.0) {
		status = wfm_fail(e, WFM_INVALID, "/loads", "there is work but no open interval");
		goto out;
	}
	status = WFM_OK;
out:
	free(numbers);
	free(interval);
	return status;
}
