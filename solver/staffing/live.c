/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Live channels (voice, walk_in, chat): figures of n agents, and the fewest agents that meet
 * every target at once. Each target is monotone in n, so the search brackets from a
 * square-root guess n = a + β√a (β from the interval before), in either direction, and narrows by
 * secants: with impatient callers the answer is often below the offered load.
 *
 * Chat: n agents share i chats evenly, so r of them have q+1 and the others q; an agent with
 * c chats finishes c/(AHT(1+s(c−1))) a second. ε is the birth-death sum with those rates and
 * the capacity is the rate with all n·k slots busy.
 */
#include "staffing_impl.h"

#include <assert.h>
#include <math.h>

/* Chats finished a second with i under way. */
static double chat_rate(int64_t i, int32_t agents, double aht_s, double stretch)
{
	int64_t q = i / agents, rest = i % agents;
	double low = q > 0 ? (double)q / (1.0 + stretch * (double)(q - 1)) : 0.0;
	double high = (double)(q + 1) / (1.0 + stretch * (double)q);
	return ((double)(agents - rest) * low + (double)rest * high) / aht_s;
}

static struct wfm_line chat_line(const struct wfm_station *st,
				 const struct wfm_staffing_options *o)
{
	int64_t slots = (int64_t)st->servers * (int64_t)o->concurrency;
	double x = 1.0, one = 1.0, log_scale = 0.0;
	for (int64_t i = 1; i < slots; i++) {
		x = one + x * chat_rate(i, st->servers, st->aht_s, o->stretch) / st->arrivals_per_s;
		if (x > 1e250) {
			x *= 0x1p-800;
			one *= 0x1p-800;
			log_scale += 800.0 * M_LN2;
		}
	}
	struct wfm_line line = {
		.lambda = st->arrivals_per_s,
		.capacity = chat_rate(slots, st->servers, st->aht_s, o->stretch),
		.log_eps = log(x) + log_scale,
		.theta = wfm_leaving_rate(st->patience_s),
		.within_s = st->within_s,
		.lobby = o->lobby_limited ? o->lobby : -1,
	};
	line.spare = line.capacity - line.lambda;
	return line;
}

static void point_figures(const struct wfm_station *st, const struct wfm_staffing_options *o,
			  struct wfm_station_figures *f)
{
	bool chat = o->channel == WFM_CHAT && o->concurrency > 1.0;
	if (chat && st->servers > 0 && st->arrivals_per_s > 0.0) {
		struct wfm_line line = chat_line(st, o);
		wfm_line_figures(&line, f);
		return;
	}
	enum wfm_status status = o->lobby_limited ? wfm_lobby_figures(st, o->lobby, f, NULL)
						  : wfm_station_figures(st, f, NULL);
	assert(status == WFM_OK); /* every field was checked at the door */
	(void)status;
}

/* Gave up or was turned away. */
static double lost(const struct wfm_station_figures *f)
{
	return f->p_abandon + f->p_blocked;
}

/* As point_figures with redials: the root of λ(1 − p·P(lost)) = λ0 on [λ0, λ0/(1−p)]. */
void wfm_live_point(struct wfm_station *st, const struct wfm_staffing_options *o,
		    struct wfm_station_figures *f)
{
	double fresh = st->arrivals_per_s, p = o->redial;
	point_figures(st, o, f);
	if (!(p > 0.0) || lost(f) < 1e-9)
		return;
	double low = fresh, f_low = -p * lost(f) * fresh;
	double high = fresh / (1.0 - p), f_high = 0.0;
	st->arrivals_per_s = high;
	point_figures(st, o, f);
	f_high = high * (1.0 - p * lost(f)) - fresh;
	for (int i = 0; i < 60 && high - low > 1e-13 * fresh && f_high > 0.0; i++) {
		double x = i % 3 == 2 ? 0.5 * (low + high)
				      : low - f_low * (high - low) / (f_high - f_low);
		st->arrivals_per_s = x;
		point_figures(st, o, f);
		double y = x * (1.0 - p * lost(f)) - fresh;
		if (fabs(y) <= 1e-12 * fresh)
			return;
		if (y < 0.0) {
			low = x;
			f_low = y;
		} else {
			high = x;
			f_high = y;
		}
	}
}

void wfm_live_figures(const struct wfm_load_course *as_offered, int32_t agents,
		      const struct wfm_staffing_options *o, struct wfm_requirement *r)
{
	struct wfm_load_course staffed = *as_offered, *course = &staffed;
	(void)wfm_load_course_staff(course, agents, o);
	double patience = o->patience_s > 0.0 ? o->patience_s : INFINITY;
	double answered_wait = 0.0, answered = 0.0;
	r->agents = agents;
	r->load_erl = course->mean_erl;
	r->service_level = r->abandoned_share = r->asa_s = r->occupancy = r->backlog_s = 0.0;
	for (int i = 0; i < course->points; i++) {
		struct wfm_station st = { agents, course->load_erl[i] / course->aht_s,
					  course->aht_s, patience, o->target.within_s };
		struct wfm_station_figures f;
		wfm_live_point(&st, o, &f);
		double w = course->weight[i], taken = w * (1.0 - lost(&f));
		r->service_level += w * f.service_level[o->target.definition];
		r->abandoned_share += w * lost(&f);
		r->occupancy += w * f.occupancy;
		answered += taken;
		if (taken > 0.0)
			answered_wait += taken * f.asa_answered_s;
	}
	r->asa_s = answered > 0.0 ? answered_wait / answered : INFINITY;
}

/* The first target that fails, or WFM_BINDS_NONE. Rounding must not ask for one more agent. */
enum wfm_binding wfm_live_failing(const struct wfm_requirement *r, const struct wfm_target *t)
{
	const double slack = 1e-12;
	if (isinf(r->asa_s))
		return WFM_BINDS_WORKLOAD;
	if (t->service_level > 0.0 && r->service_level < t->service_level - slack)
		return WFM_BINDS_SERVICE_LEVEL;
	if (t->max_abandoned > 0.0 && r->abandoned_share > t->max_abandoned + slack)
		return WFM_BINDS_ABANDONED;
	if (t->max_asa_s > 0.0 && r->asa_s > t->max_asa_s * (1.0 + slack))
		return WFM_BINDS_ASA;
	if (t->max_occupancy > 0.0 && r->occupancy > t->max_occupancy + slack)
		return WFM_BINDS_OCCUPANCY;
	return WFM_BINDS_NONE;
}

/*
 * How far the nearest target is from failing, for the search to interpolate: about linear in the
 * agents, negative where a target fails, NAN where a figure is beyond a finite scale.
 */
static double margin(const struct wfm_requirement *r, const struct wfm_target *t)
{
	double least = INFINITY;
	if (t->service_level > 0.0)
		least = log(r->service_level / fmax(1.0 - r->service_level, 1e-300) /
			    (t->service_level / (1.0 - t->service_level)));
	if (t->max_abandoned > 0.0)
		least = fmin(least, log(t->max_abandoned / r->abandoned_share));
	if (t->max_asa_s > 0.0)
		least = fmin(least, log(t->max_asa_s / r->asa_s));
	if (t->max_occupancy > 0.0)
		least = fmin(least, 10.0 * (t->max_occupancy - r->occupancy));
	return isfinite(least) ? least : NAN;
}

struct search {
	const struct wfm_load_course *course;
	const struct wfm_staffing_options *options;
	struct wfm_requirement best; /* figures at the least n known to be enough */
	enum wfm_binding why;        /* what failed at the greatest n known to be too few */
	int32_t low, high;           /* low fails (or is 0), high is enough */
	double low_margin, high_margin, last_margin;
};

static bool enough(struct search *s, int32_t n)
{
	struct wfm_requirement r = { 0 };
	wfm_live_figures(s->course, n, s->options, &r);
	enum wfm_binding why = wfm_live_failing(&r, &s->options->target);
	s->last_margin = margin(&r, &s->options->target);
	if (why == WFM_BINDS_NONE) {
		s->best = r;
		s->high = n;
		s->high_margin = s->last_margin;
		return true;
	}
	s->low = n;
	s->low_margin = s->last_margin;
	s->why = why;
	return false;
}

/* How far to go from a point with this margin: where the line through the last two meets 0, not
   less than one further and not more than `most`. */
static int32_t stride(double at, double slope, int32_t most)
{
	double far = slope > 0.0 ? ceil(fabs(at) / slope) : NAN;
	return far >= 1.0 && far < most ? (int32_t)far : most;
}

/* Brackets the answer in (low, high]; false when even the ceiling fails. */
static bool bracket(struct search *s, int32_t guess, int32_t ceiling)
{
	double root = sqrt(s->course->mean_erl), slope = 2.5 / (1.0 + root);
	int32_t most = 2 + (int32_t)root;
	s->low = 0; /* nobody serves nobody: every target fails at 0 */
	s->why = WFM_BINDS_WORKLOAD;
	s->low_margin = NAN;
	bool down = enough(s, guess), met = down;
	int32_t n = guess;
	while (met == down) {
		double before = s->last_margin;
		int32_t step = stride(before, slope, most);
		if (down ? n == 1 : n >= ceiling)
			return down;
		int32_t next = down ? (n - step > 1 ? n - step : 1)
				    : (ceiling - n > step ? n + step : ceiling);
		met = enough(s, next);
		slope = (s->last_margin - before) / (next - n);
		n = next;
		most = most < WFM_MAX_SERVERS ? 2 * most : most;
	}
	return true;
}

/* Narrows (low, high] to one. A straight line's guess, and each third time the middle, so that no
   shape of the targets makes it slow. */
static void narrow(struct search *s)
{
	for (int i = 1; s->high - s->low > 1; i++) {
		int32_t n = s->low + (s->high - s->low) / 2;
		double share = s->low_margin / (s->low_margin - s->high_margin);
		if (i % 3 != 0 && share >= 0.0 && share <= 1.0)
			n = s->low + (int32_t)ceil(share * (s->high - s->low));
		n = n >= s->high ? s->high - 1 : n <= s->low ? s->low + 1 : n;
		(void)enough(s, n);
	}
}

/* n agents that are not the search's answer: a cap or a minimum. */
static void settle(struct search *s, int32_t n, enum wfm_binding why)
{
	wfm_live_figures(s->course, n, s->options, &s->best);
	s->why = why;
}

void wfm_live_requirement(const struct wfm_load_course *course,
			  const struct wfm_staffing_options *o, double *beta,
			  struct wfm_requirement *r)
{
	struct search s = { .course = course, .options = o };
	double slots = o->channel == WFM_CHAT ? o->concurrency : 1.0;
	double a = course->mean_erl / slots, root = sqrt(a);
	int32_t cap = wfm_staffing_cap(o), most = (int32_t)(WFM_MAX_SERVERS / slots);
	int32_t ceiling = cap < most ? cap : most;
	double guess = fmin(fmax(a + *beta * root, 1.0), ceiling);
	bool met = bracket(&s, (int32_t)guess, ceiling);
	if (met)
		narrow(&s);
	if (!met) {
		settle(&s, ceiling, WFM_BINDS_CAP);
	} else {
		*beta = fmin(fmax((s.best.agents - a) / root, -3.0), 3.0);
		int32_t least = o->min_agents < cap ? o->min_agents : cap;
		if (s.best.agents < least)
			settle(&s, least, WFM_BINDS_MINIMUM);
	}
	*r = s.best;
	r->met = met;
	r->binding = s.why;
}
