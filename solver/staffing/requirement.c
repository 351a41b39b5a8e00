/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to staffing: names, checks of options and loads, and one branch per channel.
 * People on the roster: ⌈required ÷ Π(1−s_i)⌉, the s_i being successive shares (each of
 * what the one before leaves).
 */
#include "staffing_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const channel_names[WFM_CHANNELS] = {
	"voice", "chat", "walk_in", "email", "back_office", "outbound", "portfolio", "trunks",
};

const char *wfm_channel_name(enum wfm_channel channel)
{
	return (unsigned)channel < WFM_CHANNELS ? channel_names[channel] : NULL;
}

int wfm_channel_from_name(const char *name)
{
	for (int i = 0; i < WFM_CHANNELS; i++)
		if (strcmp(name, channel_names[i]) == 0)
			return i;
	return -1;
}

const char *wfm_binding_name(enum wfm_binding binding)
{
	static const char *const names[] = { "none",      "service_level", "abandoned",
					     "asa",       "occupancy",     "minimum",
					     "cap",       "workload",      "blocking" };
	return (unsigned)binding < sizeof names / sizeof names[0] ? names[binding] : "unknown";
}

int32_t wfm_roster_size(int32_t agents, const double *shrinkage, int n)
{
	double left = 1.0;
	for (int i = 0; i < n; i++)
		left *= 1.0 - shrinkage[i];
	/* 7 ÷ 0.7 must be 10, not 11. */
	double people = ceil(agents / left * (1.0 - 1e-12));
	return people < INT32_MAX ? (int32_t)people : INT32_MAX;
}

int32_t wfm_staffing_cap(const struct wfm_staffing_options *o)
{
	int32_t cap = o->max_agents > 0 ? o->max_agents : INT32_MAX;
	if (o->channel == WFM_WALK_IN && o->counters > 0 && o->counters < cap)
		cap = o->counters;
	return cap;
}

static bool is_live(enum wfm_channel c)
{
	return c == WFM_VOICE || c == WFM_CHAT || c == WFM_WALK_IN;
}

static bool is_deferrable(enum wfm_channel c)
{
	return c == WFM_EMAIL || c == WFM_BACK_OFFICE || c == WFM_OUTBOUND;
}

/* 0 (off) or within (0, below): NaN fails too. */
static bool share_ok(double v, double below)
{
	return v >= 0.0 && v < below;
}

static enum wfm_status target_check(const struct wfm_staffing_options *o, struct wfm_error *e)
{
	const struct wfm_target *t = &o->target;
	if (!share_ok(t->service_level, 1.0))
		return wfm_fail(e, WFM_INVALID, "/target/service_level",
				"must be at least 0 and below 1: no staffing answers every contact "
				"in time for certain");
	if (!(t->within_s >= 0.0 && t->within_s <= 1e12))
		return wfm_fail(e, WFM_INVALID, "/target/within_s",
				"must be between 0 and 1e12 seconds");
	if ((unsigned)t->definition >= WFM_SL_DEFINITIONS)
		return wfm_fail(e, WFM_INVALID, "/target/definition", "unknown definition");
	if (!share_ok(t->max_abandoned, 1.0))
		return wfm_fail(e, WFM_INVALID, "/target/max_abandoned",
				"must be at least 0 and below 1");
	if (!(t->max_asa_s >= 0.0) || isinf(t->max_asa_s))
		return wfm_fail(e, WFM_INVALID, "/target/max_asa_s", "must be a finite number >= 0");
	if (t->max_occupancy != 0.0 && !(t->max_occupancy >= 0.001 && t->max_occupancy <= 1.0))
		return wfm_fail(e, WFM_INVALID, "/target/max_occupancy",
				"must be 0, to ask for none, or between 0.001 and 1");
	if (!share_ok(t->max_blocking, 1.0))
		return wfm_fail(e, WFM_INVALID, "/target/max_blocking",
				"must be at least 0 and below 1");
	if (is_live(o->channel) && t->service_level == 0.0 && t->max_abandoned == 0.0 &&
	    t->max_asa_s == 0.0 && t->max_occupancy == 0.0)
		return wfm_fail(e, WFM_INVALID, "/target", "at least one target must be set");
	if (o->channel == WFM_TRUNKS && t->max_blocking == 0.0)
		return wfm_fail(e, WFM_INVALID, "/target/max_blocking", "must be above 0");
	return WFM_OK;
}

static enum wfm_status channel_check(const struct wfm_staffing_options *o, struct wfm_error *e)
{
	if (o->channel == WFM_CHAT &&
	    !(o->concurrency >= 1.0 && o->concurrency <= 10.0 &&
	      o->concurrency == floor(o->concurrency)))
		return wfm_fail(e, WFM_INVALID, "/concurrency",
				"must be a whole number between 1 and 10");
	/* Beyond 1 an agent would finish fewer chats the more they take. */
	if (!(o->stretch >= 0.0 && o->stretch < 1.0))
		return wfm_fail(e, WFM_INVALID, "/stretch", "must be at least 0 and below 1");
	if (is_deferrable(o->channel)) {
		if (!(o->turnaround_s >= o->interval_s) || isinf(o->turnaround_s))
			return wfm_fail(e, WFM_INVALID, "/turnaround_s",
					"must be at least one interval of %d s", o->interval_s);
		if (!(o->initial_backlog_s >= 0.0 && o->initial_backlog_s <= 1e15))
			return wfm_fail(e, WFM_INVALID, "/initial_backlog_s",
					"must be between 0 and 1e15 seconds");
		if (!(o->due_share >= 0.0 && o->due_share <= 1.0))
			return wfm_fail(e, WFM_INVALID, "/due_share", "must be between 0 and 1");
	}
	if (o->channel == WFM_PORTFOLIO && !(o->per_person > 0.0))
		return wfm_fail(e, WFM_INVALID, "/per_person", "must be above 0");
	return WFM_OK;
}

static enum wfm_status options_check(const struct wfm_staffing_options *o, struct wfm_error *e)
{
	if ((unsigned)o->channel >= WFM_CHANNELS)
		return wfm_fail(e, WFM_INVALID, "/channel", "unknown channel");
	if (o->interval_s <= 0)
		return wfm_fail(e, WFM_INVALID, "/interval_s", "must be above 0");
	bool patient = o->patience_s == 0.0 || (o->patience_s > 0.0 && isinf(o->patience_s));
	if (!patient && !wfm_time_ok(o->patience_s))
		return wfm_fail(e, WFM_INVALID, "/patience_s",
				"must be 0, when nobody abandons, or between 1e-9 and 1e12 seconds");
	if (!share_ok(o->redial, 1.0))
		return wfm_fail(e, WFM_INVALID, "/redial", "must be at least 0 and below 1");
	if ((unsigned)o->load_model > WFM_LOAD_STATIONARY)
		return wfm_fail(e, WFM_INVALID, "/load_model", "unknown load model");
	if (o->min_agents < 0 || o->min_agents > WFM_MAX_SERVERS)
		return wfm_fail(e, WFM_INVALID, "/min_agents", "must be between 0 and %d",
				WFM_MAX_SERVERS);
	if (o->max_agents < 0)
		return wfm_fail(e, WFM_INVALID, "/max_agents", "must be >= 0");
	if (o->counters < 0)
		return wfm_fail(e, WFM_INVALID, "/counters", "must be >= 0");
	if (o->lobby_limited && (o->lobby < 0 || o->lobby > WFM_MAX_SERVERS))
		return wfm_fail(e, WFM_INVALID, "/lobby", "must be between 0 and %d",
				WFM_MAX_SERVERS);
	if (o->n_shrinkage < 0 || o->n_shrinkage > WFM_MAX_SHRINKAGE)
		return wfm_fail(e, WFM_INVALID, "/shrinkage", "at most %d factors",
				WFM_MAX_SHRINKAGE);
	for (int i = 0; i < o->n_shrinkage; i++)
		if (!share_ok(o->shrinkage[i], 1.0))
			return wfm_fail(e, WFM_INVALID, "/shrinkage",
					"factor %d must be at least 0 and below 1", i + 1);
	enum wfm_status status = target_check(o, e);
	return status != WFM_OK ? status : channel_check(o, e);
}

static enum wfm_status load_fail(struct wfm_error *e, size_t i, const char *field, const char *why)
{
	enum wfm_status status = wfm_fail(e, WFM_INVALID, "", "%s", why);
	if (e != NULL)
		(void)snprintf(e->path, sizeof e->path, "/loads/%zu/%s", i, field);
	return status;
}

static enum wfm_status load_check(const struct wfm_load *l, size_t i,
				  const struct wfm_staffing_options *o, struct wfm_error *e)
{
	if (!(l->volume >= 0.0) || isinf(l->volume))
		return load_fail(e, i, "volume", "must be a finite number >= 0");
	if (l->volume == 0.0 || o->channel == WFM_PORTFOLIO)
		return WFM_OK;
	if (!wfm_time_ok(l->aht_s))
		return load_fail(e, i, "aht_s",
				 "must be between 1e-9 and 1e12 seconds where there is volume");
	if (l->volume * l->aht_s / o->interval_s > (1.0 - o->redial) * WFM_MAX_SERVERS / 2.0)
		return load_fail(e, i, "volume", "is more than 100,000 agents could ever handle");
	return WFM_OK;
}

static void trunks_requirement(double load, const struct wfm_staffing_options *o,
			       struct wfm_requirement *r)
{
	int32_t n = 0, cap = wfm_staffing_cap(o);
	double blocking = 0.0;
	/* The load is within range, so this cannot reach its limit. */
	(void)wfm_trunks_required(load, o->target.max_blocking, &n, &blocking, NULL);
	r->met = n <= cap;
	r->binding = r->met ? WFM_BINDS_BLOCKING : WFM_BINDS_CAP;
	r->agents = r->met ? n : cap;
	blocking = wfm_erlang_b(r->agents, load);
	r->service_level = 1.0 - blocking;
	r->abandoned_share = blocking;
	r->occupancy = load * (1.0 - blocking) / r->agents;
}

double wfm_portfolio_pace(double units, enum wfm_pace per, double day_hours, double month_days,
			  int interval_s)
{
	double day_s = day_hours * 3600.0;
	double days = interval_s >= 86400 ? interval_s / 86400.0 : interval_s / day_s;
	switch (per) {
	case WFM_PACE_INTERVAL:
		return units;
	case WFM_PACE_HOUR:
		return units * days * day_hours;
	case WFM_PACE_DAY:
		return units * days;
	case WFM_PACE_MONTH:
		return units * days / month_days;
	}
	return units;
}

static void portfolio_requirement(double volume, const struct wfm_staffing_options *o,
				  struct wfm_requirement *r)
{
	double busy = o->target.max_occupancy > 0.0 ? o->target.max_occupancy : 1.0;
	double need = volume / o->per_person / busy, people = ceil(need * (1.0 - 1e-12));
	int32_t cap = wfm_staffing_cap(o);
	r->binding = WFM_BINDS_WORKLOAD;
	if (people < o->min_agents) {
		people = o->min_agents;
		r->binding = WFM_BINDS_MINIMUM;
	}
	r->met = people <= cap;
	if (!r->met) {
		people = cap;
		r->binding = WFM_BINDS_CAP;
	}
	r->agents = (int32_t)people;
	r->load_erl = volume / o->per_person;
	r->occupancy = fmin(r->load_erl / people, 1.0);
	r->service_level = fmin(people / need, 1.0);
}

static void live_run(const struct wfm_load *loads, size_t n, const struct wfm_staffing_options *o,
		     struct wfm_requirement *requirements)
{
	double beta = o->patience_s > 0.0 && !isinf(o->patience_s) ? 0.0 : 0.5;
	double load = NAN, present = NAN;
	for (size_t i = 0; i < n; i++) {
		struct wfm_load_course c;
		wfm_load_course_next(&loads[i], o, &load, &present, &c);
		if (c.points == 0 || !(c.lambda > 0.0))
			continue;
		wfm_live_requirement(&c, o, &beta, &requirements[i]);
		if (c.moves)
			present = wfm_load_course_staff(&c, requirements[i].agents, o);
	}
}

enum wfm_status wfm_staffing_check(const struct wfm_load *loads, size_t n,
				   const struct wfm_staffing_options *o, struct wfm_error *e)
{
	enum wfm_status status = options_check(o, e);
	for (size_t i = 0; i < n && status == WFM_OK; i++) {
		status = load_check(&loads[i], i, o, e);
		if (status == WFM_OK && o->channel == WFM_PORTFOLIO && loads[i].open &&
		    loads[i].volume / o->per_person > WFM_MAX_SERVERS)
			status = load_fail(e, i, "volume", "is more than 200,000 people could do");
	}
	return status;
}

enum wfm_status wfm_staffing_run(const struct wfm_load *loads, size_t n,
				 const struct wfm_staffing_options *o,
				 struct wfm_requirement *requirements, struct wfm_error *e)
{
	enum wfm_status status = wfm_staffing_check(loads, n, o, e);
	if (status != WFM_OK)
		return status;
	for (size_t i = 0; i < n; i++)
		requirements[i] = (struct wfm_requirement){ .met = true, .service_level = 1.0 };
	if (is_live(o->channel))
		live_run(loads, n, o, requirements);
	else if (is_deferrable(o->channel))
		status = wfm_backlog_requirement(loads, n, o, requirements, e);
	else
		for (size_t i = 0; i < n; i++) {
			struct wfm_requirement *r = &requirements[i];
			if (!loads[i].open || loads[i].volume == 0.0)
				continue;
			r->load_erl = loads[i].volume * loads[i].aht_s / o->interval_s;
			if (o->channel == WFM_TRUNKS)
				trunks_requirement(r->load_erl, o, r);
			else
				portfolio_requirement(loads[i].volume, o, r);
		}
	for (size_t i = 0; i < n && status == WFM_OK; i++)
		requirements[i].on_roster =
			wfm_roster_size(requirements[i].agents, o->shrinkage, o->n_shrinkage);
	return status;
}

enum wfm_status wfm_staffing_figures(double volume, double aht_s, int32_t agents,
				     const struct wfm_staffing_options *o,
				     struct wfm_requirement *figures, struct wfm_error *e)
{
	struct wfm_load load = { volume, aht_s, true };
	enum wfm_status status = options_check(o, e);
	if (status == WFM_OK)
		status = load_check(&load, 0, o, e);
	if (status != WFM_OK)
		return status;
	if (agents < 0 || agents > WFM_MAX_SERVERS)
		return wfm_fail(e, WFM_INVALID, "/agents", "must be between 0 and %d",
				WFM_MAX_SERVERS);
	*figures = (struct wfm_requirement){ .agents = agents, .met = true, .service_level = 1.0 };
	figures->on_roster = wfm_roster_size(agents, o->shrinkage, o->n_shrinkage);
	if (volume == 0.0)
		return WFM_OK;
	double a = volume * aht_s / o->interval_s;
	if (o->channel == WFM_TRUNKS) {
		double blocking = wfm_erlang_b(agents, a);
		figures->load_erl = a;
		figures->service_level = 1.0 - blocking;
		figures->abandoned_share = blocking;
		figures->occupancy = agents > 0 ? a * (1.0 - blocking) / agents : 1.0;
		figures->met = blocking <= o->target.max_blocking;
		return WFM_OK;
	}
	if (!is_live(o->channel))
		return wfm_fail(e, WFM_INVALID, "/channel",
				"%s has no steady state of its own: run the whole period",
				wfm_channel_name(o->channel));
	struct wfm_load_course course = { .lambda = volume / o->interval_s, .aht_s = aht_s,
					  .mean_erl = a, .points = 1, .load_erl = { a },
					  .weight = { 1.0 } };
	wfm_live_figures(&course, agents, o, figures);
	figures->met = wfm_live_failing(figures, &o->target) == WFM_BINDS_NONE;
	return WFM_OK;
}
