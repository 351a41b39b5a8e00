/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_problem.h"

#include <math.h>

#include "server/base/clock.h"
#include "server/domain/check_target.h"
#include "server/domain/measure_shrinkage.h"
#include "server/domain/queue_staffing.h"
#include "server/domain/week_counters.h"
#include "server/domain/week_service.h"
#include "server/domain/week_waiting.h"

/* Prices in multiples of the mean hour's cost: a person missing is dear, a second one dearer, a
 * spare one costs a little beside the pay. */
static const double SHORT1_HOURS = 3, SHORT2_HOURS = 12, SURPLUS_HOURS = 0.2, STEP1_SHARE = 0.05;

static const struct field covered_rows[] = {
	F_INT(struct week_covered, queue_id, 0, 0, 0, ""),
	F_INSTANT(struct week_covered, start, 0, ""),
	F_INSTANT(struct week_covered, end, 0, ""),
};
static const struct fields covered_fields = FIELDS("PlanningCovered", struct week_covered, covered_rows);

int64_t week_slot_instant(const struct week_problem *w, int32_t slot)
{
	return w->from + (int64_t)slot * SLOT_MIN * 60;
}

/* Local days with their true lengths: 23, 24 or 25 hours. */
void week_calendar(struct arena *a, struct week_problem *w)
{
	struct wfm_day *days = arena_array(a, WEEK_DAYS, sizeof *days);
	struct wfm_calendar *calendar = arena_alloc(a, sizeof *calendar);
	int32_t slot = 0;

	for (int32_t d = 0; d < WEEK_DAYS; d++) {
		int64_t date = w->monday + d, changed_at;
		int minutes;
		days[d] = (struct wfm_day){
			.date = (int32_t)date,
			.weekday = date_weekday(date) - 1,
			.first_slot = slot,
			.slots = zone_day_minutes(w->site.zone, date) / SLOT_MIN,
			.change_slot = -1,
		};
		if (zone_day_change(w->site.zone, date, &changed_at, &minutes)) {
			days[d].change_slot =
				(int32_t)((changed_at - week_slot_instant(w, slot)) / (SLOT_MIN * 60));
			days[d].change_min = minutes;
		}
		for (size_t i = 0; i < w->site.specials_count; i++)
			days[d].holiday |= w->site.specials[i].day == date &&
					   w->site.specials[i].kind == SPECIAL_HOLIDAY;
		slot += days[d].slots;
	}
	*calendar = (struct wfm_calendar){ days, WEEK_DAYS };
	w->problem.calendars = calendar;
	w->problem.calendar_count = 1;
	w->problem.slot_min = SLOT_MIN;
	w->problem.slot_count = slot + SLOT_TAIL;
}

double week_hour_cents(const struct week_problem *w)
{
	double sum = 0;
	for (int32_t i = 0; i < w->problem.contract_count; i++)
		sum += w->problem.contracts[i].hour_cents;
	return fmax(100, sum / w->problem.contract_count);
}

/* Skills as dense indices in the order in which queues first name them. */
void week_number_skills(struct week_problem *w, struct wfm_queue *queues)
{
	for (size_t i = 0; i < w->queue_count; i++) {
		queues[i].skill = w->problem.skill_count;
		for (size_t j = 0; j < i; j++)
			if (w->queues[j].skill_id == w->queues[i].skill_id)
				queues[i].skill = queues[j].skill;
		if (queues[i].skill == w->problem.skill_count)
			w->problem.skill_count++;
	}
}

/* The first wall minute at which a shift may start on a Monday. */
static int32_t first_monday_start(const struct week_problem *w)
{
	int32_t first = 24 * 60;
	for (int32_t i = 0; i < w->problem.contract_count; i++) {
		const struct wfm_contract *c = &w->problem.contracts[i];
		bool any = false;
		for (int32_t k = 0; k < c->rule_count; k++) {
			const struct wfm_rule_row *r = &c->rules[k];
			if (r->rule != WFM_RULE_START_WINDOW || r->mode != WFM_HARD)
				continue;
			any = true;
			int32_t low = r->low > r->high ? 0 : r->low;
			if ((r->days == 0 || r->days & 1) && low < first)
				first = low;
		}
		if (!any)
			first = 0;
	}
	return first;
}

/* The hours of the next Monday that only Sunday's nights can reach need people as this Monday's do, or
 * no week would ever staff them. */
static void extend_past_sunday(const struct week_problem *w, double *required)
{
	int32_t week = w->problem.slot_count - SLOT_TAIL;
	int32_t reach = first_monday_start(w) / SLOT_MIN;
	for (int32_t t = 0; t < SLOT_TAIL && t < reach; t++)
		required[week + t] = required[t];
}

/* Returns the requirement by slot, still open to change. */
static double *fill_queue(const struct week_problem *w, size_t i, struct arena *a,
			  struct wfm_queue *q)
{
	double *required = arena_array(a, (size_t)w->problem.slot_count, sizeof *required);
	uint8_t *open = arena_array(a, (size_t)w->problem.slot_count, 1);
	const struct queue_requirement *r = &w->requirements[i];

	/* Work that may wait asks for nobody in a slot: week_waiting.h. */
	for (size_t k = 0; k < r->count && site_queue_is_live(&w->queues[i]); k++)
		for (int64_t m = 0; m < r->rows[k].minutes; m += SLOT_MIN)
			required[(r->rows[k].start - w->from) / (SLOT_MIN * 60) + m / SLOT_MIN] =
				r->rows[k].agents_on_roster;
	extend_past_sunday(w, required);
	for (int32_t t = 0; t < w->problem.slot_count; t++) {
		int64_t date;
		int minute;
		zone_to_local(w->site.zone, week_slot_instant(w, t), &date, &minute);
		open[t] = site_is_open(&w->site, w->queues[i].id, date, minute);
	}
	double hour = week_hour_cents(w);
	q->name = w->queues[i].code;
	q->site = WFM_NONE;
	q->required = required;
	q->open = open;
	q->step1_share = STEP1_SHARE;
	q->short1_cents = SHORT1_HOURS * hour;
	q->short2_cents = SHORT2_HOURS * hour;
	q->surplus_cents = SURPLUS_HOURS * hour;
	return required;
}

bool week_covered_load(struct db *db, struct arena *a, struct week_problem *w, struct err *e)
{
	struct week_covered *rows;
	if (!db_rows(db, SQL_SCHEDULE_COVERED_BEFORE,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday),
			     db_instant("from", w->from), db_int("kept", w->kept), db_text("with", w->with)),
		     NULL, &covered_fields, a, (void **)&rows, &w->covered_count, e))
		return false;
	w->covered = rows;
	return true;
}

/* Nights of last week's roster that end in this one already do part of Monday's work. */
static void subtract_covered(const struct week_problem *w, double *const *required)
{
	const struct week_covered *rows = w->covered;
	size_t n = w->covered_count;
	for (size_t i = 0; i < n; i++)
		for (size_t q = 0; q < w->queue_count; q++) {
			if (w->queues[q].id != rows[i].queue_id)
				continue;
			for (int64_t t = rows[i].start; t < rows[i].end; t += SLOT_MIN * 60) {
				int64_t slot = (t - w->from) / (SLOT_MIN * 60);
				if (t >= w->from && slot < w->problem.slot_count)
					required[q][slot] = fmax(0, required[q][slot] - 1);
			}
		}
}

static bool build_queues(struct db *db, struct arena *a, struct week_problem *w, struct err *e)
{
	struct wfm_queue *queues = arena_array(a, w->queue_count, sizeof *queues);
	double **required = arena_array(a, w->queue_count, sizeof *required);

	week_number_skills(w, queues);
	for (size_t i = 0; i < w->queue_count; i++)
		required[i] = fill_queue(w, i, a, &queues[i]);
	w->problem.queues = queues;
	w->problem.queue_count = (int32_t)w->queue_count;
	w->required = required;
	if (!week_covered_load(db, a, w, e))
		return false;
	week_counters(a, w, queues);
	subtract_covered(w, required);
	return week_waiting_ask(a, w, e) && week_services(a, w, e);
}

/* Queues from before this was asked where it is set. */
static bool check_due(const struct site_queue *q, struct err *e)
{
	struct err why = ERR_INIT;
	return site_queue_is_live(q) || check_turnaround(q->turnaround_min, q->interval_min, "", &why) ||
	       err_at(e, ERR_INVALID, "/site_id", "queue %s: its turnaround %s", q->code, why.items[0].message);
}

bool week_open(struct db *db, struct arena *a, int64_t site_id, int64_t monday, int64_t forecast_id,
	       const struct staffing_choice *choice, struct week_problem *w, struct err *e)
{
	static const struct staffing_choice plain = STAFFING_CHOICE_PLAIN;

	*w = (struct week_problem){ .with = "[]", .kept = FIELD_NULL, .monday = monday, .forecast_id = forecast_id,
				    .choice = choice != NULL ? *choice : plain };
	if (!site_calendar_load(db, a, site_id, &w->site, e) ||
	    !site_shrinkage_used(db, a, site_id, w->unplanned, &w->site.shrinkage_unplanned, e) ||
	    !site_queues_load(db, a, site_id, &w->queues, &w->queue_count, e))
		return false;
	if (w->queue_count == 0)
		return err_at(e, ERR_INVALID, "/site_id", "site %s has no queues", w->site.code);
	for (size_t i = 0; i < w->queue_count; i++)
		if (!queue_redials_used(db, a, &w->queues[i], e) || !check_due(&w->queues[i], e))
			return false;
	w->from = zone_to_utc(w->site.zone, monday, 0);
	w->until = zone_to_utc(w->site.zone, monday + WEEK_DAYS, 0);
	return true;
}

bool week_problem_build(struct db *db, struct arena *a, int64_t site_id, int64_t monday,
			int64_t forecast_id, struct week_problem *w, struct err *e)
{
	return week_open(db, a, site_id, monday, forecast_id, NULL, w, e) && week_problem_fill(db, a, w, e);
}

bool week_problem_fill(struct db *db, struct arena *a, struct week_problem *w, struct err *e)
{
	struct wfm_error we;

	w->problem.site_count = 1;
	week_calendar(a, w);
	if (!contracts_load(db, a, w->site.site_id, w->with, FIELD_NULL, &w->contracts, e))
		return false;
	w->problem.contracts = w->contracts.contracts;
	w->problem.contract_count = (int32_t)w->contracts.count;
	if (w->contracts.count == 0)
		return err_at(e, ERR_INVALID, "/site_id", "site %s has no agents", w->site.code);
	if (!week_requirements(db, a, w->forecast_id, w, e) || !build_queues(db, a, w, e) ||
	    !week_agents(db, a, w, e))
		return false;
	week_waiting_price(w);
	if (wfm_problem_check(&w->problem, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	return true;
}

bool week_is_pooled(const struct week_problem *w)
{
	for (int32_t i = 0; i < w->problem.agent_count; i++) {
		const struct wfm_agent *g = &w->problem.agents[i];
		int live = 0;
		for (int32_t k = 0; k < g->skill_count; k++)
			for (size_t q = 0; q < w->queue_count; q++)
				live += w->problem.queues[q].skill == g->skills[k].skill &&
					site_queue_is_live(&w->queues[q]);
		if (live > 1)
			return true;
	}
	return false;
}
