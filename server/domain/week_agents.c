/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_problem.h"

#include <assert.h>

#include "server/base/clock.h"
#include "server/domain/week_fairness.h"

enum { AFTER_REST_MIN = 12 * 60 }; /* kept free beside a shift that is published already, unless the contract says */

static const struct field skill_rows[] = {
	F_INT(struct week_skill_row, skill_id, 0, 0, 0, ""),
	F_REAL(struct week_skill_row, proficiency, 0, 0, 0, ""),
};
const struct fields week_skill_fields = FIELDS("PlanningSkill", struct week_skill_row, skill_rows);

struct available_row {
	int64_t weekday, from_min, until_min;
};
static const struct field available_rows[] = {
	F_INT(struct available_row, weekday, 0, 0, 0, ""),
	F_INT(struct available_row, from_min, 0, 0, 0, ""),
	F_INT(struct available_row, until_min, 0, 0, 0, ""),
};
static const struct fields available_fields =
	FIELDS("PlanningAvailability", struct available_row, available_rows);

struct span_row {
	int64_t day, start, end, paid_minutes; /* day and minutes: of neighbouring shifts only */
};
static const struct field absent_rows[] = {
	F_INSTANT(struct span_row, start, 0, ""),
	F_INSTANT(struct span_row, end, 0, ""),
};
static const struct fields absent_fields = FIELDS("PlanningAbsence", struct span_row, absent_rows);
static const struct field neighbour_rows[] = {
	F_DATE(struct span_row, day, 0, ""),
	F_INSTANT(struct span_row, start, 0, ""),
	F_INSTANT(struct span_row, end, 0, ""),
	F_INT(struct span_row, paid_minutes, 0, 0, 0, ""),
};
static const struct fields neighbour_fields =
	FIELDS("PlanningNeighbour", struct span_row, neighbour_rows);

static const struct field away_rows[] = {
	F_INT(struct week_away, site_id, 0, 0, 0, ""),
	F_INT(struct week_away, travel_min, 0, 0, 0, ""),
};
static const struct fields away_fields = FIELDS("PlanningElsewhere", struct week_away, away_rows);

struct agent_row {
	int64_t id, site_id, contract_id, hired, left_on;
	const char *code, *name;
	struct week_skill_row *skills;
	size_t skill_count;
	struct available_row *availability;
	size_t availability_count;
	struct span_row *absences, *neighbours;
	size_t absence_count, neighbour_count;
	struct week_away *elsewhere;
	size_t elsewhere_count;
};
static const struct field agent_rows[] = {
	F_INT(struct agent_row, id, 0, 0, 0, ""),
	F_TEXT(struct agent_row, code, 0, 0, 0, ""),
	F_TEXT(struct agent_row, name, 0, 0, 0, ""),
	F_INT(struct agent_row, site_id, 0, 0, 0, ""),
	F_LIST(struct agent_row, elsewhere, elsewhere_count, 0, &away_fields, 0, 0, ""),
	F_INT(struct agent_row, contract_id, 0, 0, 0, ""),
	F_DATE(struct agent_row, hired, 0, ""),
	F_DATE(struct agent_row, left_on, FIELD_OPTIONAL, ""),
	F_LIST(struct agent_row, skills, skill_count, 0, &week_skill_fields, 0, 0, ""),
	F_LIST(struct agent_row, availability, availability_count, 0, &available_fields, 0, 0, ""),
	F_LIST(struct agent_row, absences, absence_count, 0, &absent_fields, 0, 0, ""),
	F_LIST(struct agent_row, neighbours, neighbour_count, 0, &neighbour_fields, 0, 0, ""),
};
static const struct fields agent_fields = FIELDS("PlanningAgent", struct agent_row, agent_rows);

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int32_t slot_floor(const struct week_problem *w, int64_t utc)
{
	return (int32_t)floor_div(utc - w->from, SLOT_MIN * 60);
}

static int32_t slot_ceil(const struct week_problem *w, int64_t utc)
{
	return (int32_t)-floor_div(w->from - utc, SLOT_MIN * 60);
}

/* Collects an agent's unavailable spans; at most one allocation's worth is known beforehand. */
struct spans {
	struct wfm_span *items;
	int32_t count;
};

static void span_add(struct spans *s, int32_t start, int32_t end)
{
	if (end > start)
		s->items[s->count++] = (struct wfm_span){ start, end };
}

/* The complement of the availability windows over the week and its tail. */
static void span_outside_availability(const struct week_problem *w, const struct agent_row *r,
				      struct spans *s)
{
	int32_t free_from = 0; /* first slot not yet known to be available */

	if (r->availability_count == 0)
		return;
	for (int64_t date = w->monday - 1; date <= w->monday + WEEK_DAYS; date++)
		for (size_t i = 0; i < r->availability_count; i++) {
			const struct available_row *v = &r->availability[i];
			if (v->weekday != date_weekday(date))
				continue;
			int32_t from = slot_ceil(w, zone_to_utc(w->site.zone, date, (int)v->from_min));
			int32_t until = slot_floor(w, zone_to_utc(w->site.zone, date, (int)v->until_min));
			span_add(s, free_from, from);
			if (until > free_from)
				free_from = until;
		}
	span_add(s, free_from, w->problem.slot_count);
}

static int64_t rest_s(const struct wfm_contract *c)
{
	int64_t minutes = AFTER_REST_MIN;
	for (int32_t i = 0; i < c->rule_count; i++)
		if (c->rules[i].rule == WFM_RULE_REST && c->rules[i].mode == WFM_HARD)
			minutes = c->rules[i].low;
	return minutes * 60;
}

static void agent_spans(const struct week_problem *w, const struct agent_row *r, struct arena *a,
			struct wfm_agent *out)
{
	const struct zone *z = w->site.zone;
	size_t most = r->absence_count + r->neighbour_count + 3 + 9 * r->availability_count;
	struct spans s = { arena_array(a, most + 1, sizeof *s.items), 0 };

	for (size_t i = 0; i < r->absence_count; i++)
		span_add(&s, slot_floor(w, r->absences[i].start), slot_ceil(w, r->absences[i].end));
	int64_t rest = rest_s(&w->problem.contracts[out->contract]);
	for (size_t i = 0; i < r->neighbour_count; i++) {
		const struct span_row *n = &r->neighbours[i];
		if (n->day >= w->monday) /* next week's, or this week's elsewhere */
			span_add(&s, slot_floor(w, n->start - rest), slot_ceil(w, n->end + rest));
	}
	if (r->hired > w->monday)
		span_add(&s, 0, slot_ceil(w, zone_to_utc(z, r->hired, 0)));
	if (r->left_on != FIELD_NULL && r->left_on < w->monday + WEEK_DAYS)
		span_add(&s, slot_floor(w, zone_to_utc(z, r->left_on + 1, 0)),
			 w->problem.slot_count);
	span_outside_availability(w, r, &s);
	out->unavailable = s.items;
	out->unavailable_count = s.count;
}

/* Days off that count as worked: each its share of what the contract asks of a week. */
struct crediting {
	int32_t minutes, shifts, step; /* a week's; step of the shifts' lengths */
	struct wfm_credit *items;
	int32_t count;
	bool has[WEEK_DAYS];
};

static void week_duty(const struct wfm_contract *c, struct crediting *out)
{
	out->shifts = 5;
	out->step = 1;
	for (int32_t i = 0; i < c->rule_count; i++) {
		const struct wfm_rule_row *r = &c->rules[i];
		if (r->mode == WFM_OFF)
			continue;
		if (r->rule == WFM_RULE_SHIFT_MINUTES && r->step > 0)
			out->step = r->step;
		if (r->rule == WFM_RULE_WEEK_MINUTES)
			out->minutes = r->low;
		if (r->rule == WFM_RULE_WEEK_SHIFTS)
			out->shifts = r->low > 0 ? r->low : r->high < WEEK_DAYS ? r->high : out->shifts;
	}
}

/* The first n days' shares together: whole steps, so that shifts can make up what is left of a week of
 * which every minute is asked for. */
static int32_t share_of(const struct crediting *c, int32_t n)
{
	if (n >= c->shifts)
		return c->minutes;
	return (2 * n * c->minutes / c->shifts + c->step) / (2 * c->step) * c->step;
}

static void credit_day(struct crediting *c, int32_t day, int32_t minutes)
{
	c->items[c->count++] = (struct wfm_credit){ day, minutes, 1 };
	c->has[day] = true;
}

static void credit_share(struct crediting *c, int32_t day)
{
	if (!c->has[day] && c->count < c->shifts)
		credit_day(c, day, share_of(c, c->count + 1) - share_of(c, c->count));
}

/* Shifts that other sites have published for the week. */
static void credit_worked_away(const struct week_problem *w, const struct agent_row *r, struct crediting *c)
{
	for (int32_t d = 0; d < WEEK_DAYS; d++)
		for (size_t i = 0; i < r->neighbour_count; i++)
			if (r->neighbours[i].day == w->monday + d && !c->has[d])
				credit_day(c, d, (int32_t)r->neighbours[i].paid_minutes);
}

/* Whether more than half of a day is leave or outside the employment. */
static bool is_away(const struct week_problem *w, const struct agent_row *r, int64_t date)
{
	int64_t start = zone_to_utc(w->site.zone, date, 0);
	int64_t end = zone_to_utc(w->site.zone, date + 1, 0);
	int64_t away = date < r->hired || (r->left_on != FIELD_NULL && date > r->left_on) ? end - start : 0;

	for (size_t i = 0; i < r->absence_count; i++) {
		int64_t from = r->absences[i].start > start ? r->absences[i].start : start;
		int64_t until = r->absences[i].end < end ? r->absences[i].end : end;
		away += until > from ? until - from : 0;
	}
	return 2 * away > end - start;
}

static bool may_work_on(const struct agent_row *r, int64_t date)
{
	for (size_t i = 0; i < r->availability_count; i++)
		if (r->availability[i].weekday == date_weekday(date))
			return true;
	return r->availability_count == 0;
}

/* A holiday that shuts the site takes a working day from whoever works on most of its days: of the agent's
 * shifts as many as fall on shut days when they spread evenly over the days that the site has hours, and
 * those for which no day is left. */
static void credit_shut_days(const struct week_problem *w, const struct agent_row *r, struct crediting *c)
{
	int32_t days = 0, shut = 0, given = 0;
	bool is_shut[WEEK_DAYS] = { false };

	for (int32_t d = 0; d < WEEK_DAYS; d++) {
		int64_t date = w->monday + d;
		if (!site_has_hours(&w->site, date) || !may_work_on(r, date))
			continue;
		days++;
		is_shut[d] = site_is_shut(&w->site, date);
		shut += is_shut[d];
		given += is_shut[d] && c->has[d];
	}
	if (shut == 0)
		return;
	int32_t even = (2 * c->shifts * shut + days) / (2 * days), left = c->shifts - (days - shut);
	for (int32_t d = 0; d < WEEK_DAYS && given < (even > left ? even : left); d++)
		if (is_shut[d] && !c->has[d]) {
			credit_share(c, d);
			given++;
		}
}

/* Never more days of leave and holidays than the contract asks shifts of a week; what was worked at another
 * site counts always. */
static void agent_credits(const struct week_problem *w, const struct agent_row *r, struct arena *a,
			  struct wfm_agent *out)
{
	struct crediting c = { .items = arena_array(a, WEEK_DAYS, sizeof *c.items) };

	week_duty(&w->problem.contracts[out->contract], &c);
	credit_worked_away(w, r, &c);
	for (int32_t d = 0; d < WEEK_DAYS; d++)
		if (is_away(w, r, w->monday + d))
			credit_share(&c, d);
	credit_shut_days(w, r, &c);
	out->credits = c.items;
	out->credit_count = c.count;
}

/* The end of the last shift published before Monday, and the days worked in a row up to Sunday. */
static void agent_last_week(const struct week_problem *w, const struct agent_row *r,
			    struct wfm_agent *out)
{
	int64_t expect = w->monday - 1;

	out->previous_end = WFM_NONE;
	for (size_t i = 0; i < r->neighbour_count; i++) { /* newest day first */
		const struct span_row *s = &r->neighbours[i];
		if (s->day >= w->monday)
			continue;
		int32_t end = slot_ceil(w, s->end);
		if (out->previous_end == WFM_NONE || end > out->previous_end)
			out->previous_end = end;
		if (s->day == expect) {
			out->previous_days_worked++;
			expect--;
		}
	}
}

/* Skills become dense indices: those of the site's queues; others do not matter here. */
static void agent_skills(const struct week_problem *w, const struct agent_row *r, struct arena *a,
			 struct wfm_agent *out)
{
	struct wfm_agent_skill *skills = arena_array(a, r->skill_count, sizeof *skills);

	for (size_t i = 0; i < r->skill_count; i++)
		for (size_t q = 0; q < w->queue_count; q++)
			if (w->queues[q].skill_id == r->skills[i].skill_id) {
				skills[out->skill_count++] = (struct wfm_agent_skill){
					w->problem.queues[q].skill, r->skills[i].proficiency
				};
				break;
			}
	out->skills = skills;
}

bool week_agents(struct db *db, struct arena *a, struct week_problem *w, struct err *e)
{
	struct agent_row *rows;
	size_t n;

	if (!db_rows(db, SQL_SCHEDULE_AGENTS,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday),
			     db_instant("from", w->from), db_instant("until", w->until),
			     db_text("with", w->with), db_int("kept", w->kept)),
		     NULL, &agent_fields, a, (void **)&rows, &n, e))
		return false;
	if (n == 0)
		return err_at(e, ERR_INVALID, "/site_id", "site %s has no agents in that week",
			      w->site.code);
	struct wfm_agent *agents = arena_array(a, n, sizeof *agents);
	w->agent_ids = arena_array(a, n, sizeof *w->agent_ids);
	w->agent_names = arena_array(a, n, sizeof *w->agent_names);
	w->homes = arena_array(a, n, sizeof *w->homes);
	for (size_t i = 0; i < n; i++) {
		struct wfm_agent *g = &agents[i];
		w->agent_ids[i] = rows[i].id;
		w->agent_names[i] = rows[i].name;
		w->homes[i] = (struct week_home){ rows[i].site_id, rows[i].elsewhere, rows[i].elsewhere_count };
		g->name = rows[i].code;
		while ((size_t)g->contract < w->contracts.count &&
		       w->contracts.ids[g->contract] != rows[i].contract_id)
			g->contract++;
		if ((size_t)g->contract == w->contracts.count)
			return err_set(e, ERR_UNAVAILABLE, "the agents changed meanwhile; try again");
		agent_skills(w, &rows[i], a, g);
		agent_spans(w, &rows[i], a, g);
		agent_credits(w, &rows[i], a, g);
		agent_last_week(w, &rows[i], g);
	}
	w->problem.agents = agents;
	w->problem.agent_count = (int32_t)n;
	return week_fairness(db, a, w, agents, e);
}
