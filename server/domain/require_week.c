/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/require_week.h"

#include <math.h>

#include "server/domain/queue_staffing.h"
#include "server/domain/week_deferred.h"

enum { O = FIELD_OPTIONAL };

static const struct field query_rows[] = {
	F_INT(struct requirement_query, queue_id, 0, 1, 1e15, "queue of the forecast's site"),
	F_WEEK(struct requirement_query, week, 0, "ISO week that the forecast covers"),
	STAFFING_CHOICE_ROWS(struct requirement_query, choice),
};
const struct fields requirement_query_fields =
	FIELDS("RequirementQuery", struct requirement_query, query_rows);

static const struct field totals_rows[] = {
	F_REAL(struct requirement_totals, agent_hours, 0, 0, 0, "hours on the work"),
	F_REAL(struct requirement_totals, roster_hours, 0, 0, 0, "hours to plan, unplanned absence included"),
	F_REAL(struct requirement_totals, cost_cents, 0, 0, 0, "of the hours to plan, at the mean hour's cost"),
	F_REAL(struct requirement_totals, peak, 0, 0, 0, "most people at once"),
	F_REAL(struct requirement_totals, service_level, O, 0, 0,
	       "answered in time / offered, over the scenarios"),
	F_REAL(struct requirement_totals, p_target, O, 0, 1,
	       "probability that a day reaches its targets, mean of the days"),
	F_REAL(struct requirement_totals, p_least, O, 0, 1, "the same of the day that is least sure"),
};
static const struct fields totals_fields =
	FIELDS("RequirementTotals", struct requirement_totals, totals_rows);

#define OF_DAY(m, h)                                                                             \
	{ .name = #m, .type = FIELD_REAL, .offset = offsetof(struct required_day, chosen.m),     \
	  .flags = O, .help = (h) }
static const struct field day_rows[] = {
	F_DATE(struct required_day, day, 0, "local date"),
	OF_DAY(offered, "contacts, mean over the scenarios"),
	OF_DAY(agent_hours, "hours on the work"),
	OF_DAY(roster_hours, "hours to plan, unplanned absence included"),
	OF_DAY(service_level, "answered in time / offered, of all scenarios"),
	OF_DAY(abandoned_share, "abandoned / offered"),
	OF_DAY(asa_s, "mean wait of those answered"),
	OF_DAY(p_target, "probability that the day reaches its targets"),
	OF_DAY(sl_p10, "one day in ten is worse"),
	OF_DAY(sl_p50, "the median day"),
	OF_DAY(sl_p90, "one day in ten is better"),
	F_REAL(struct required_day, point_agent_hours, 0, 0, 0, "hours on the work at the point forecast"),
	F_REAL(struct required_day, point_p_target, O, 0, 1, "p_target of those"),
};
static const struct fields day_fields = FIELDS("RequiredDay", struct required_day, day_rows);

static const struct field unmet_rows[] = {
	F_INT(struct requirement_unmet, count, 0, 0, 0,
	      "intervals (over a day or week: days) whose targets no allowed number meets"),
	F_INT(struct requirement_unmet, of, 0, 0, 0, "intervals or days with contacts"),
	F_INSTANT(struct requirement_unmet, start, O, "the worst of them"),
	F_INT(struct requirement_unmet, agents, O, 0, 0, "interval: as many as there can be then"),
	F_REAL(struct requirement_unmet, p_target, O, 0, 1, "day: probability that it reaches its targets"),
	F_REAL(struct requirement_unmet, service_level, O, 0, 0, "the best that they reach"),
	F_REAL(struct requirement_unmet, abandoned_share, O, 0, 0, "abandoned / offered"),
	F_REAL(struct requirement_unmet, asa_s, O, 0, 0, "mean wait; null: without end"),
	F_TEXT(struct requirement_unmet, note, O, 0, 0, "the same as a sentence"),
};
static const struct fields unmet_fields =
	FIELDS("RequirementUnmet", struct requirement_unmet, unmet_rows);

static const char *const reason_names[] = { "asked", "deferred", "no_target", "no_scenarios", NULL };
static const struct field week_rows[] = {
	F_INT(struct required_week, forecast_id, 0, 1, 1e15, "forecast"),
	F_INT(struct required_week, queue_id, 0, 1, 1e15, "queue"),
	F_WEEK(struct required_week, week, 0, "ISO week"),
	F_ENUM(struct required_week, risk, 0, staffing_risk_names, "as staffed"),
	F_ENUM(struct required_week, over, 0, staffing_over_names, "as staffed"),
	F_REAL(struct required_week, probability, O, 0, 1, "chance: of reaching the target"),
	F_REAL(struct required_week, least, O, 0, 1, "over a day or week: no interval below it"),
	F_ENUM(struct required_week, reason, 0, reason_names,
	       "asked: as asked; else why it is staffed at the point forecast all the same (deferred work, "
	       "no target over a day), or why no day can be judged (no scenarios kept)"),
	F_REAL(struct required_week, again, 0, 0, 1, "share of the abandoned taken to call again"),
	F_REAL(struct required_week, discount, 0, 0, 1, "share of the forecast taken for calls again"),
	F_REAL(struct required_week, stretch, O, 0, 1, "chat: each further one lengthens handling by this"),
	F_REAL(struct required_week, unplanned, 0, 0, 1, "unplanned absence reckoned with, of the week"),
	F_REAL(struct required_week, hour_cents, 0, 0, 0, "mean cost of a rostered hour"),
	F_TEXT(struct required_week, currency, O, 0, 0, "of the cost; null: the site has several"),
	F_OBJECT(struct required_week, chosen, 0, &totals_fields, "as chosen"),
	F_OBJECT(struct required_week, point, 0, &totals_fields,
		 "at the point forecast, each interval by itself"),
	F_OBJECT(struct required_week, unmet, 0, &unmet_fields, "where targets cannot be met"),
	F_OBJECT(struct required_week, deferred, O, &requirement_deferred_fields,
		 "work that may wait, planned beside the site's other queues; null for live queues"),
	F_LIST(struct required_week, days, day_count, 0, &day_fields, 0, 0, "by day, where scenarios are kept"),
	F_LIST(struct required_week, intervals, interval_count, 0, &requirement_row_fields, 0, 0,
	       "by interval, as chosen"),
};
const struct fields required_week_fields = FIELDS("RequiredWeek", struct required_week, week_rows);

struct forecast_span {
	int64_t site_id, first_day, last_day;
	double hour_cents;
	const char *currency;
};
static const struct field span_rows[] = {
	F_INT(struct forecast_span, site_id, 0, 0, 0, ""),
	F_DATE(struct forecast_span, first_day, 0, ""),
	F_DATE(struct forecast_span, last_day, 0, ""),
	F_REAL(struct forecast_span, hour_cents, 0, 0, 0, ""),
	F_TEXT(struct forecast_span, currency, O, 0, 0, ""),
};
static const struct fields span_fields = FIELDS("RequirementSpan", struct forecast_span, span_rows);

/* ---------------------------------------------------------------- one way to take the risk */

/* The week with this queue's requirement at w->requirements[*at]. Deferred work fits itself around the
 * site's other queues, so it is staffed beside all of them. */
static bool require(struct db *db, struct arena *a, const struct forecast_span *f, int64_t forecast_id,
		    const struct requirement_query *q, const struct staffing_choice *choice,
		    struct week_problem *w, size_t *at, struct err *e)
{
	if (!week_open(db, a, f->site_id, q->week, forecast_id, choice, w, e))
		return false;
	*at = 0;
	while (*at < w->queue_count && w->queues[*at].id != q->queue_id)
		++*at;
	if (*at == w->queue_count)
		return err_at(e, ERR_INVALID, "?queue_id", "site %s has no queue %lld", w->site.code,
			      (long long)q->queue_id);
	if (site_queue_is_live(&w->queues[*at])) {
		w->queues += *at;
		w->queue_count = 1;
		*at = 0;
	}
	return week_requirements(db, a, forecast_id, w, e);
}

static struct requirement_totals add_up(const struct queue_requirement *r, double hour_cents)
{
	struct requirement_totals t = { .service_level = NAN, .p_target = NAN, .p_least = NAN };
	double good = 0, offered = 0, p = 0, days = 0;
	for (size_t i = 0; i < r->count; i++) {
		double hours = (double)r->rows[i].minutes / 60;
		t.agent_hours += r->rows[i].agents * hours;
		t.roster_hours += r->rows[i].agents_on_roster * hours;
		t.peak = fmax(t.peak, r->rows[i].agents);
	}
	t.cost_cents = t.roster_hours * hour_cents;
	for (size_t i = 0; i < r->day_count; i++) {
		const struct requirement_day *d = &r->days[i];
		if (isnan(d->p_target))
			continue;
		good += d->offered * d->service_level;
		offered += d->offered;
		p += d->p_target;
		days++;
		t.p_least = fmin(isnan(t.p_least) ? 1 : t.p_least, d->p_target);
	}
	if (days > 0) {
		t.service_level = good / offered;
		t.p_target = p / days;
	}
	return t;
}

/* ---------------------------------------------------------------- targets out of reach */

/* "with the 4 counters there are" where those are the cap. */
static const char *cap_words(struct arena *a, const struct week_problem *w, const struct site_queue *q)
{
	return q->channel == WFM_WALK_IN && w->site.counters != FIELD_NULL
		       ? arena_printf(a, " with the %lld counters there are", (long long)w->site.counters)
		       : "";
}

static const char *served_words(struct arena *a, const struct site_queue *q, double level)
{
	return arena_printf(a, "%.1f %% are served within %.0f s", 100 * level,
			    isnan(q->target_s) ? 0 : q->target_s);
}

static double finite_or_null(double v)
{
	return isfinite(v) ? v : NAN;
}

static void find_intervals(struct arena *a, const struct week_problem *w, size_t at,
			   struct requirement_unmet *u)
{
	const struct queue_requirement *r = &w->requirements[at];
	const struct requirement_row *worst = NULL;
	char when[26];
	for (size_t i = 0; i < r->count; i++) {
		const struct requirement_row *row = &r->rows[i];
		u->of += row->volume > 0;
		if (row->met || (!(row->volume > 0) && !(row->late_s > 0)))
			continue;
		u->count++;
		if (worst == NULL || row->service_level < worst->service_level)
			worst = row;
	}
	if (worst == NULL)
		return;
	u->start = worst->start;
	u->agents = (int64_t)worst->agents;
	u->service_level = worst->service_level;
	u->abandoned_share = worst->abandoned_share;
	u->asa_s = finite_or_null(worst->asa_s);
	instant_format(u->start, 0, when);
	if (!site_queue_is_live(&w->queues[at])) {
		u->note = arena_printf(a, "work waits past its turnaround in %lld intervals; least is done in time "
				       "in that of %s", (long long)u->count, when);
		return;
	}
	u->note = arena_printf(a, "%lld of %lld intervals miss their target%s: at worst %s, with %lld people (%s)",
			       (long long)u->count, (long long)u->of, cap_words(a, w, &w->queues[at]),
			       served_words(a, &w->queues[at], u->service_level), (long long)u->agents, when);
}

/* Whether a local date's period, and so all of its intervals, got what was asked for. */
static bool date_met(const struct week_problem *w, const struct queue_requirement *r, int64_t date)
{
	for (size_t i = 0; i < r->count; i++) {
		int64_t day;
		int minute;
		zone_to_local(w->site.zone, r->rows[i].start, &day, &minute);
		if (day == date && !r->rows[i].met)
			return false;
	}
	return true;
}

static void find_days(struct arena *a, const struct week_problem *w, size_t at, struct requirement_unmet *u)
{
	const struct queue_requirement *r = &w->requirements[at];
	const struct requirement_day *worst = NULL;
	char when[11];
	for (size_t i = 0; i < r->day_count; i++) {
		const struct requirement_day *d = &r->days[i];
		u->of += d->offered > 0;
		if (!(d->offered > 0) || date_met(w, r, d->day))
			continue;
		u->count++;
		if (worst == NULL || d->service_level < worst->service_level)
			worst = d;
	}
	if (worst == NULL)
		return;
	u->start = zone_to_utc(w->site.zone, worst->day, 0);
	u->service_level = worst->service_level;
	u->abandoned_share = worst->abandoned_share;
	u->asa_s = worst->asa_s;
	u->p_target = worst->p_target;
	date_format(worst->day, when);
	u->note = arena_printf(a, "%lld of %lld days miss what is asked of them%s: at worst %s, and %.0f %% of "
			       "such days reach the target (%s)", (long long)u->count, (long long)u->of,
			       cap_words(a, w, &w->queues[at]),
			       served_words(a, &w->queues[at], u->service_level), 100 * u->p_target, when);
}

struct requirement_unmet requirement_unmet_find(struct arena *a, const struct week_problem *w, size_t at)
{
	struct requirement_unmet u = { .start = FIELD_NULL, .agents = FIELD_NULL, .service_level = NAN,
				       .abandoned_share = NAN, .asa_s = NAN, .p_target = NAN };
	if (w->choice.over == OVER_INTERVAL || w->requirements[at].day_count == 0)
		find_intervals(a, w, at, &u);
	else
		find_days(a, w, at, &u);
	return u;
}

/* ---------------------------------------------------------------- all */

static bool find_span(struct db *db, struct arena *a, int64_t forecast_id,
		      const struct requirement_query *q, struct forecast_span *f, struct err *e)
{
	char first[11], last[11];
	if (!db_one(db, SQL_REQUIREMENT_SPAN,
		    DB_ARGS(db_int("forecast_id", forecast_id), db_date("monday", q->week)), NULL,
		    &span_fields, a, f, e))
		return false;
	if (q->week >= f->first_day && q->week + WEEK_DAYS - 1 <= f->last_day)
		return true;
	date_format(f->first_day, first);
	date_format(f->last_day, last);
	return err_at(e, ERR_INVALID, "?week", "is not in the forecast, which covers %s to %s", first, last);
}

static void compare_days(struct arena *a, const struct queue_requirement *chosen,
			 const struct queue_requirement *point, struct required_week *out)
{
	out->day_count = chosen->day_count;
	out->days = arena_array(a, out->day_count, sizeof *out->days);
	for (size_t i = 0; i < out->day_count; i++)
		out->days[i] = (struct required_day){ chosen->days[i].day, chosen->days[i],
						      point->days[i].agent_hours,
						      point->days[i].p_target };
}

bool require_week(struct db *db, struct arena *a, int64_t forecast_id, const struct requirement_query *q,
		  struct required_week *out, struct err *e)
{
	static const struct staffing_choice plain = STAFFING_CHOICE_PLAIN;
	struct staffing_choice c = q->choice;
	struct week_problem chosen, point;
	struct forecast_span f;
	size_t at, point_at;

	if (!staffing_choice_resolve(&c, "?", e) || !find_span(db, a, forecast_id, q, &f, e) ||
	    !require(db, a, &f, forecast_id, q, &c, &chosen, &at, e))
		return false;
	point = chosen;
	point_at = at;
	const struct site_queue *queue = &chosen.queues[at];
	struct wfm_staffing_options o = week_staffing_options(&chosen, queue, SLOT_MIN);
	enum staffing_plain_reason why = week_plain_reason(queue, &o);
	if (why == PLAIN_ASKED && !staffing_choice_plain(&c) &&
	    !require(db, a, &f, forecast_id, q, &plain, &point, &point_at, e))
		return false;
	if (why != PLAIN_ASKED)
		c = plain;
	const struct queue_requirement *r = &chosen.requirements[at];
	const struct queue_requirement *p = &point.requirements[point_at];
	*out = (struct required_week){
		.forecast_id = forecast_id, .queue_id = q->queue_id, .week = q->week,
		.risk = c.risk, .over = c.over,
		.probability = c.risk == WFM_RISK_CHANCE ? c.probability : NAN,
		.least = c.over == OVER_INTERVAL ? NAN : week_least_level(&c, &o),
		.reason = why == PLAIN_ASKED && r->day_count == 0 ? PLAIN_NO_SCENARIOS : why,
		.again = queue->again, .discount = queue->discount,
		.stretch = queue->channel == WFM_CHAT ? queue_chat_stretch(queue) : NAN,
		.unplanned = chosen.site.shrinkage_unplanned,
		.hour_cents = f.hour_cents, .currency = f.currency,
		.chosen = add_up(r, f.hour_cents), .point = add_up(p, f.hour_cents),
		.unmet = requirement_unmet_find(a, &chosen, at), .deferred = r->deferred,
		.intervals = r->rows, .interval_count = r->count,
	};
	compare_days(a, r, p, out);
	return true;
}
