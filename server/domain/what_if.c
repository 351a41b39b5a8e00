/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/what_if.h"

#include <math.h>

#include "server/domain/check_target.h"
#include "wfm/staffing.h"

enum { POINTS_MOST = 80 };
static const double CHAT_STRETCH = 0.1;
static const double blocked_shares[] = { 0.001, 0.005, 0.01, 0.02, 0.05 };
enum { LINES = sizeof blocked_shares / sizeof blocked_shares[0] };

static const char *const channels[] = { "voice", "chat", "walk_in", NULL }; /* enum wfm_channel */
static const char *const bindings[] = { "none", "service_level", "abandoned", "asa", "occupancy",
					"minimum", "cap", "workload", "blocking", NULL };

enum { O = FIELD_OPTIONAL };
#define WITH(m, lo, hi, d, h)                                                                   \
	{ .name = #m, .type = FIELD_REAL, .offset = offsetof(struct what_if_query, m), .flags = O, \
	  .min = (lo), .max = (hi), .fallback = (d), .help = (h) }
#define WITH_INT(m, lo, hi, d, h)                                                               \
	{ .name = #m, .type = FIELD_INT, .offset = offsetof(struct what_if_query, m), .flags = O, \
	  .min = (lo), .max = (hi), .fallback = (d), .help = (h) }

static const struct field query_rows[] = {
	{ .name = "channel", .type = FIELD_ENUM, .offset = offsetof(struct what_if_query, channel),
	  .flags = O, .names = channels, .fallback = "\"voice\"", .help = "how contacts wait" },
	F_REAL(struct what_if_query, volume, 0, 0, 100000, "contacts in the interval"),
	WITH_INT(interval_min, 5, 1440, "30", "length of the interval"),
	F_REAL(struct what_if_query, aht_s, 0, 0, 86400, "average handling time"),
	F_REAL(struct what_if_query, patience_s, O, 0, 86400, "mean patience; absent: nobody gives up"),
	WITH(within_s, 0, 86400, "20", "answered within"),
	WITH(target, 0.01, 1, "0.8", "share answered within, below 1"),
	F_REAL(struct what_if_query, max_abandoned_share, O, 0, 1, "abandoned at most"),
	F_REAL(struct what_if_query, max_occupancy, O, 0.05, 1, "handling / productive time at most"),
	WITH_INT(concurrency, 1, 10, "1", "chats a person has at once"),
	F_INT(struct what_if_query, counters, O, 1, 10000, "people who can serve at once at most"),
	WITH(shrinkage, 0, 0.95, "0", "share of rostered time that is not productive"),
	WITH(hour_cents, 0, 10000000, "0", "cost of a rostered hour"),
};
const struct fields what_if_query_fields =
	FIELDS("WhatIfQuery", struct what_if_query, query_rows);

static const struct field point_rows[] = {
	F_INT(struct what_if_point, agents, 0, 0, 0, "people on the work"),
	F_INT(struct what_if_point, on_roster, 0, 0, 0, "people to roster"),
	F_REAL(struct what_if_point, service_level, O, 0, 0, "answered in time / offered"),
	F_REAL(struct what_if_point, abandoned_share, O, 0, 0, "abandoned / offered"),
	F_REAL(struct what_if_point, asa_s, O, 0, 0, "mean wait of those answered; null: without end"),
	F_REAL(struct what_if_point, occupancy, O, 0, 0, "handling / productive time"),
	F_REAL(struct what_if_point, cost_cents, 0, 0, 0, "of the interval's rostered time"),
};
static const struct fields point_fields = FIELDS("WhatIfPoint", struct what_if_point, point_rows);

static const struct field lines_rows[] = {
	F_REAL(struct what_if_lines, blocked_share, 0, 0, 0, "callers who find every line busy"),
	F_INT(struct what_if_lines, lines, 0, 0, 0, "lines needed"),
};
static const struct fields lines_fields = FIELDS("WhatIfLines", struct what_if_lines, lines_rows);

static const struct field what_if_rows[] = {
	F_REAL(struct what_if, load_erl, 0, 0, 0, "offered load, erlangs"),
	F_INT(struct what_if, agents, 0, 0, 0, "people who meet every target, or as many as there can be"),
	F_INT(struct what_if, on_roster, 0, 0, 0, "people to roster for that"),
	F_BOOL(struct what_if, met, 0, "every target holds"),
	F_ENUM(struct what_if, binding, 0, bindings, "which target decided"),
	F_LIST(struct what_if, points, point_count, 0, &point_fields, 0, 0, "figures by number of people"),
	F_REAL(struct what_if, lines_load_erl, 0, 0, 0,
	       "lines in use on the mean with those people: waiting and talking, erlangs"),
	F_LIST(struct what_if, lines, line_count, 0, &lines_fields, 0, 0, "lines by Erlang B"),
};
const struct fields what_if_fields = FIELDS("WhatIf", struct what_if, what_if_rows);

static double or_zero(double v)
{
	return isnan(v) ? 0 : v;
}

static struct wfm_staffing_options options_of(const struct what_if_query *q)
{
	struct wfm_staffing_options o = {
		.channel = (enum wfm_channel)q->channel,
		.interval_s = (int)q->interval_min * 60,
		.target = { .service_level = q->target, .within_s = q->within_s,
			    .max_abandoned = or_zero(q->max_abandoned_share),
			    .max_occupancy = or_zero(q->max_occupancy) },
		.patience_s = or_zero(q->patience_s),
		.load_model = WFM_LOAD_STATIONARY,
		.counters = q->channel == WFM_WALK_IN && q->counters != FIELD_NULL ? (int32_t)q->counters : 0,
		.max_agents = q->channel != WFM_WALK_IN && q->counters != FIELD_NULL ? (int32_t)q->counters : 0,
		.concurrency = q->channel == WFM_CHAT ? (double)q->concurrency : 1,
		.stretch = q->channel == WFM_CHAT ? CHAT_STRETCH : 0,
	};
	if (q->shrinkage > 0)
		o.shrinkage[o.n_shrinkage++] = q->shrinkage;
	return o;
}

static double finite_or_null(double v)
{
	return isfinite(v) ? v : NAN;
}

static bool point(const struct what_if_query *q, const struct wfm_staffing_options *o, int32_t agents,
		  struct what_if_point *out, struct err *e)
{
	struct wfm_requirement r;
	struct wfm_error we;
	if (wfm_staffing_figures(q->volume, q->aht_s, agents, o, &r, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	int64_t roster = wfm_roster_size(agents, o->shrinkage, o->n_shrinkage);
	*out = (struct what_if_point){
		.agents = agents, .on_roster = roster,
		.service_level = finite_or_null(r.service_level),
		.abandoned_share = finite_or_null(r.abandoned_share),
		.asa_s = finite_or_null(r.asa_s), .occupancy = finite_or_null(r.occupancy),
		.cost_cents = (double)roster * q->hour_cents * (double)q->interval_min / 60,
	};
	return true;
}

/* From three fifths of what is needed to as much above it, evenly spaced when that is far. */
static bool points(struct arena *a, const struct what_if_query *q, const struct wfm_staffing_options *o,
		   int32_t required, struct what_if *out, struct err *e)
{
	int32_t low = (int32_t)(0.6 * required), high = required + (required - low) + 4;
	low = low < 1 ? 1 : low;
	int32_t step = (high - low) / POINTS_MOST + 1;
	out->points = arena_array(a, POINTS_MOST + 2, sizeof *out->points);
	low = required - (required - low) / step * step; /* the required number is one of them */
	low = low < 1 ? low + step : low;
	for (int32_t n = low; n <= high && out->point_count < POINTS_MOST + 2; n += step)
		if (!point(q, o, n, &out->points[out->point_count++], e))
			return false;
	return true;
}

/* Every contact holds a line while it waits and while it talks. A queue all but overloaded waits for
 * ages in the formulas; nobody has in one interval. */
static void lines(struct arena *a, const struct what_if_query *q, const struct wfm_requirement *r,
		  struct what_if *out)
{
	double per_s = q->volume / ((double)q->interval_min * 60);
	double wait_s = isfinite(r->asa_s) ? fmin(r->asa_s, (double)q->interval_min * 60) : 0;
	out->lines_load_erl = per_s * (wait_s + (1 - or_zero(r->abandoned_share)) * q->aht_s);
	out->lines = arena_array(a, LINES, sizeof *out->lines);
	out->line_count = LINES;
	for (size_t i = 0; i < LINES; i++) {
		int32_t low = 0, high = (int32_t)(out->lines_load_erl * 1.5) + 40;
		while (low < high) { /* blocking falls with every line */
			int32_t n = (low + high) / 2;
			if (wfm_erlang_b(n, out->lines_load_erl) <= blocked_shares[i])
				high = n;
			else
				low = n + 1;
		}
		out->lines[i] = (struct what_if_lines){ blocked_shares[i], low };
	}
}

bool what_if(struct arena *a, const struct what_if_query *q, struct what_if *out, struct err *e)
{
	struct wfm_staffing_options o = options_of(q);
	struct wfm_load load = { q->volume, q->aht_s, true };
	struct wfm_requirement r;
	struct wfm_error we;

	*out = (struct what_if){ 0 };
	bool possible = check_aht(q->aht_s, "?aht_s", e);
	possible = check_patience(q->patience_s, "?patience_s", e) && possible;
	possible = check_target_share(q->target, "?target", e) && possible;
	possible = check_max_abandoned(q->max_abandoned_share, "?max_abandoned_share", e) && possible;
	if (!possible)
		return false;
	if (q->volume * q->aht_s / ((double)q->interval_min * 60) > 50000)
		return err_at(e, ERR_INVALID, "?volume", "makes a load of more than 50,000 erlangs");
	if (wfm_staffing_run(&load, 1, &o, &r, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	out->load_erl = r.load_erl;
	out->agents = r.agents;
	out->on_roster = r.on_roster;
	out->met = r.met;
	out->binding = (int64_t)r.binding;
	if (!points(a, q, &o, r.agents, out, e))
		return false;
	lines(a, q, &r, out);
	return true;
}
