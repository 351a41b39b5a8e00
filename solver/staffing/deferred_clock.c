/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When work is due, by the clock or in open hours, and the taut string. See deferred_impl.h. */
#include "deferred_impl.h"

#include <math.h>

/* Work arrived by clock time t (seconds from the start); what was there counts from 0 on. */
static double arrived_at(const struct wfm_fluid *f, double t)
{
	if (t < 0.0)
		return 0.0;
	double x = t / f->seconds;
	if (x >= (double)f->n)
		return f->arrived[f->n];
	size_t i = (size_t)x;
	return f->arrived[i] + (x - (double)i) * (f->arrived[i + 1] - f->arrived[i]);
}

/* The last clock time with at most `open` open seconds behind it; −1 when open < 0. */
static double clock_of_open(const struct wfm_fluid *f, double open)
{
	if (open < 0.0)
		return -1.0;
	size_t low = 0, high = f->n; /* greatest i with open_time[i] <= open */
	if (f->open_time[high] <= open)
		return (double)high * f->seconds;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (f->open_time[mid] <= open)
			low = mid;
		else
			high = mid;
	}
	return (double)low * f->seconds + (open - f->open_time[low]);
}

double wfm_fluid_due(const struct wfm_fluid *f, size_t i, double turnaround_s, bool open_hours)
{
	double t = open_hours ? clock_of_open(f, f->open_time[i] - turnaround_s)
			      : (double)i * f->seconds - turnaround_s;
	return arrived_at(f, t);
}

/* The first clock time with `open` open seconds behind it. */
static double first_clock_of_open(const struct wfm_fluid *f, double open)
{
	size_t low = 0, high = f->n; /* least i with open_time[i] >= open */
	if (f->open_time[high] < open)
		return INFINITY;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->open_time[mid] >= open)
			high = mid;
		else
			low = mid + 1;
	}
	if (low == 0)
		return 0.0;
	return (double)low * f->seconds - (f->open_time[low] - open);
}

double wfm_fluid_due_time(const struct wfm_fluid *f, double t, double turnaround_s, bool open_hours)
{
	double end = (double)f->n * f->seconds, due = t + turnaround_s;
	if (open_hours) {
		double x = fmin(t / f->seconds, (double)f->n);
		size_t i = (size_t)x < f->n ? (size_t)x : f->n - 1;
		double open = f->open_time[i] +
			      (x - (double)i) * (f->open_time[i + 1] - f->open_time[i]);
		due = first_clock_of_open(f, open + turnaround_s);
	}
	return due <= end ? due : INFINITY;
}

/* The funnel algorithm: from each corner as far as one straight line stays inside. */
void wfm_string_pull(struct wfm_string *s)
{
	size_t from = 0, last = s->points - 1;
	s->height[0] = s->lower[0];
	while (from < last) {
		double steepest = INFINITY, flattest = -INFINITY, base = s->height[from], slope = 0.0;
		size_t at_steepest = from, at_flattest = from, to = 0;
		for (size_t k = from + 1; k <= last && to == 0; k++) {
			double run = (double)(k - from);
			double up = (s->upper[k] - base) / run, down = (s->lower[k] - base) / run;
			if (down > steepest) { /* the string bends upwards at an upper corner */
				to = at_steepest;
				slope = steepest;
			} else if (up < flattest) { /* downwards at a lower corner */
				to = at_flattest;
				slope = flattest;
			}
			if (up <= steepest) {
				steepest = up;
				at_steepest = k;
			}
			if (down >= flattest) {
				flattest = down;
				at_flattest = k;
			}
		}
		if (to == 0) { /* straight to the last point, where lower = upper */
			to = last;
			slope = (s->lower[last] - base) / (double)(last - from);
		}
		for (size_t k = from + 1; k <= to; k++)
			s->height[k] = base + slope * (double)(k - from);
		from = to;
	}
}
