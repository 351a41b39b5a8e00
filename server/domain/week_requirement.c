/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_staffing.h"

#include <math.h>

#include "server/domain/queue_staffing.h"
#include "server/domain/week_counters.h"
#include "server/domain/week_deferred.h"
#include "wfm/staffing.h"

/* In the order of enum wfm_binding. */
const char *const requirement_binding_names[] = { "none", "service_level", "abandoned", "asa",
						  "occupancy", "minimum", "cap", "workload",
						  "blocking", NULL };
static const struct field row_rows[] = {
	F_INSTANT(struct requirement_row, start, 0, "interval"),
	F_INT(struct requirement_row, minutes, 0, 5, 1440, "length of the interval"),
	F_REAL(struct requirement_row, volume, 0, 0, 0, "contacts expected"),
	F_REAL(struct requirement_row, aht_s, 0, 0, 0, "average handling time, seconds"),
	F_REAL(struct requirement_row, agents, 0, 0, 0, "people on the work"),
	F_REAL(struct requirement_row, agents_on_roster, 0, 0, 0, "people to plan, unplanned absence included; in a walk-in queue at most one a counter"),
	F_REAL(struct requirement_row, service_level, FIELD_OPTIONAL, 0, 0, "answered in time / offered, with these agents"),
	F_REAL(struct requirement_row, abandoned_share, FIELD_OPTIONAL, 0, 0, "abandoned / offered"),
	F_REAL(struct requirement_row, asa_s, FIELD_OPTIONAL, 0, 0, "mean wait of those answered"),
	F_REAL(struct requirement_row, occupancy, FIELD_OPTIONAL, 0, 0, "handling / productive time"),
	F_REAL(struct requirement_row, backlog_s, FIELD_OPTIONAL, 0, 0, "work that may wait, waiting at the end: seconds of handling"),
	F_REAL(struct requirement_row, late_s, FIELD_OPTIONAL, 0, 0, "of which is past its turnaround"),
	F_REAL(struct requirement_row, idle_s, FIELD_OPTIONAL, 0, 0, "work done in the idle time of live queues"),
	F_BOOL(struct requirement_row, met, 0, "every target holds; false: a cap is in the way"),
	F_ENUM(struct requirement_row, binding, 0, requirement_binding_names, "which target decided"),
};
const struct fields requirement_row_fields =
	FIELDS("RequirementRow", struct requirement_row, row_rows);

struct volume_row {
	int64_t start;
	double mean, aht_s;
};
static const struct field volume_rows[] = {
	F_INSTANT(struct volume_row, start, 0, ""),
	F_REAL(struct volume_row, mean, 0, 0, 0, ""),
	F_REAL(struct volume_row, aht_s, 0, 0, 0, ""),
};
static const struct fields volume_fields = FIELDS("VolumeRow", struct volume_row, volume_rows);

static double or_zero(double v)
{
	return isnan(v) ? 0 : v;
}

struct wfm_staffing_options week_staffing_options(const struct week_problem *w,
						  const struct site_queue *q, int minutes)
{
	bool deferrable = site_queue_is_mail(q) || q->channel == WFM_OUTBOUND;
	return (struct wfm_staffing_options){
		.channel = (enum wfm_channel)q->channel,
		.interval_s = minutes * 60,
		.target = { .service_level = or_zero(q->target_share),
			    .within_s = or_zero(q->target_s),
			    .max_abandoned = or_zero(q->max_abandoned_share),
			    .max_asa_s = or_zero(q->max_asa_s),
			    .max_occupancy = or_zero(q->max_occupancy) },
		.patience_s = or_zero(q->patience_s),
		.counters = w->site.counters == FIELD_NULL ? 0 : (int32_t)w->site.counters,
		.concurrency = q->channel == WFM_CHAT ? q->concurrency : 1,
		.stretch = q->channel == WFM_CHAT ? queue_chat_stretch(q) : 0,
		.redial = q->again,
		.turnaround_s = !deferrable			? 0
				: q->turnaround_min == FIELD_NULL ? 24 * 3600
								  : (double)q->turnaround_min * 60,
		.turnaround_open_hours = deferrable,
	};
}

/* Forecast rows into the row of staffing intervals; volumes add, handling times weigh by volume. */
static void fill_loads(const struct week_problem *w, const struct site_queue *q, int minutes,
		       const struct volume_row *v, size_t n, struct wfm_load *loads, size_t load_count)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)((v[i].start - w->from) / (minutes * 60));
		loads[at].volume += v[i].mean * (1 - q->discount);
		loads[at].aht_s += v[i].mean * (1 - q->discount) * v[i].aht_s;
	}
	for (size_t i = 0; i < load_count; i++) {
		int64_t date;
		int minute;
		zone_to_local(w->site.zone, w->from + (int64_t)i * minutes * 60, &date, &minute);
		loads[i].open = site_is_open(&w->site, q->id, date, minute);
		loads[i].aht_s = loads[i].volume > 0 ? loads[i].aht_s / loads[i].volume : q->aht_s;
	}
}

static int64_t local_date(const struct week_problem *w, size_t interval, int minutes)
{
	int64_t date;
	int minute;
	zone_to_local(w->site.zone, w->from + (int64_t)interval * minutes * 60, &date, &minute);
	return date;
}

static bool require_queue(struct db *db, struct arena *a, int64_t forecast_id,
			  const struct week_problem *w, const struct site_queue *q,
			  struct queue_requirement *out, struct err *e)
{
	int minutes = site_staffing_minutes(q->interval_min);
	size_t n = (size_t)((w->until - w->from) / (minutes * 60)), volume_count;
	struct volume_row *v;
	struct wfm_load *loads = arena_array(a, n, sizeof *loads);
	struct wfm_requirement *r = arena_array(a, n, sizeof *r);
	struct wfm_staffing_options o = week_staffing_options(w, q, minutes);
	struct week_scenarios scenarios;

	if (!db_rows(db, SQL_SCHEDULE_VOLUMES,
		     DB_ARGS(db_int("forecast_id", forecast_id), db_int("queue_id", q->id),
			     db_instant("from", w->from),
			     db_instant("until", w->from + (int64_t)n * minutes * 60)),
		     NULL, &volume_fields, a, (void **)&v, &volume_count, e))
		return false;
	fill_loads(w, q, minutes, v, volume_count, loads, n);
	if (!week_staff(db, a, w, q, loads, n, &o, r, &scenarios, e) ||
	    !week_judge_days(a, w, loads, n, &o, r, &scenarios, &out->days, &out->day_count, e))
		return false;
	out->rows = arena_array(a, n, sizeof *out->rows);
	out->count = n;
	for (size_t i = 0; i < n; i++)
		out->rows[i] = (struct requirement_row){
			.start = w->from + (int64_t)i * minutes * 60,
			.minutes = minutes,
			.volume = loads[i].volume,
			.aht_s = loads[i].aht_s,
			.agents = r[i].agents,
			.agents_on_roster = week_counter_people(
				w, q, r[i].agents / (1 - week_unplanned(w, local_date(w, i, minutes)))),
			.service_level = r[i].service_level,
			.abandoned_share = r[i].abandoned_share,
			.asa_s = r[i].asa_s,
			.occupancy = r[i].occupancy,
			.met = r[i].met,
			.binding = (int64_t)r[i].binding,
			.backlog_s = NAN, .late_s = NAN, .idle_s = NAN,
		};
	return true;
}

bool week_requirements(struct db *db, struct arena *a, int64_t forecast_id, struct week_problem *w,
		       struct err *e)
{
	w->requirements = arena_array(a, w->queue_count, sizeof *w->requirements);
	for (size_t i = 0; i < w->queue_count; i++)
		if (!require_queue(db, a, forecast_id, w, &w->queues[i], &w->requirements[i], e))
			return false;
	return week_defer(db, a, w, e);
}
