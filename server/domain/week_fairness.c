/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_fairness.h"

#include <assert.h>

#include "server/domain/wishes.h"

/* Four hours off the wished start weigh as much as a day's wish not granted. */
static const double START_SHARE = 0.25, YEAR_DAYS = 365.25;

struct past_row {
	int64_t agent_id, hired, burden, weeks;
};
static const struct field past_rows[] = {
	F_INT(struct past_row, agent_id, 0, 0, 0, ""),
	F_DATE(struct past_row, hired, 0, ""),
	F_INT(struct past_row, burden, 0, 0, 0, ""),
	F_INT(struct past_row, weeks, 0, 0, 0, ""),
};
static const struct fields past_fields = FIELDS("PlanningPast", struct past_row, past_rows);

struct wish_row {
	int64_t agent_id, day, kind, start;
	double weight;
};
static const struct field wish_rows[] = {
	F_INT(struct wish_row, agent_id, 0, 0, 0, ""),
	F_DATE(struct wish_row, day, 0, ""),
	F_ENUM(struct wish_row, kind, 0, wish_kind_names, ""),
	F_CLOCK(struct wish_row, start, FIELD_OPTIONAL, ""),
	F_REAL(struct wish_row, weight, 0, 0, 0, ""),
};
static const struct fields wish_fields_of_week = FIELDS("PlanningWish", struct wish_row, wish_rows);

static struct wfm_agent *agent_of(const struct week_problem *w, struct wfm_agent *agents, int64_t id)
{
	for (int32_t i = 0; i < w->problem.agent_count; i++)
		if (w->agent_ids[i] == id)
			return &agents[i];
	return NULL;
}

static double mean_burden(const struct past_row *rows, size_t n)
{
	double points = 0, weeks = 0;
	for (size_t i = 0; i < n; i++) {
		points += rows[i].weeks > 0 ? (double)rows[i].burden : 0;
		weeks += (double)rows[i].weeks;
	}
	return weeks > 0 ? points / weeks * FAIR_WEEKS : 0;
}

static bool load_past(struct db *db, struct arena *a, const struct week_problem *w, struct wfm_agent *agents,
		      struct err *e)
{
	struct past_row *rows;
	size_t n;
	if (!db_rows(db, SQL_SCHEDULE_FAIRNESS,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday),
			     db_int("weeks", FAIR_WEEKS)),
		     NULL, &past_fields, a, (void **)&rows, &n, e))
		return false;
	double mean = mean_burden(rows, n);
	for (size_t i = 0; i < n; i++) {
		struct wfm_agent *g = agent_of(w, agents, rows[i].agent_id);
		if (g == NULL)
			continue; /* hired meanwhile */
		g->burden = rows[i].weeks > 0 ? (double)rows[i].burden / (double)rows[i].weeks * FAIR_WEEKS : mean;
		g->seniority = rows[i].hired < w->monday ? (double)(w->monday - rows[i].hired) / YEAR_DAYS : 0;
	}
	return true;
}

static struct wfm_wish wish_of(const struct week_problem *w, const struct wish_row *r, double cents)
{
	static const enum wfm_wish_kind kinds[] = { WFM_WISH_DAY_OFF, WFM_WISH_DAY_ON, WFM_WISH_START };
	_Static_assert(WISH_START == 2, "in the order of enum wish_kind");
	return (struct wfm_wish){
		.kind = kinds[r->kind],
		.day = (int32_t)(r->day - w->monday),
		.minute = r->kind == WISH_START ? (int32_t)r->start : 0,
		.weight_cents = r->weight * cents * (r->kind == WISH_START ? START_SHARE : 1),
	};
}

static bool load_wishes(struct db *db, struct arena *a, const struct week_problem *w, double cents,
			struct wfm_agent *agents, struct err *e)
{
	struct wish_row *rows;
	size_t n;
	if (!db_rows(db, SQL_SCHEDULE_WISHES,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday)), NULL,
		     &wish_fields_of_week, a, (void **)&rows, &n, e))
		return false;
	struct wfm_wish *wishes = arena_array(a, n + 1, sizeof *wishes);
	for (size_t i = 0; i < n; i++) { /* by agent */
		struct wfm_agent *g = agent_of(w, agents, rows[i].agent_id);
		if (g == NULL)
			continue;
		wishes[i] = wish_of(w, &rows[i], cents);
		if (g->wish_count == 0)
			g->wishes = &wishes[i];
		assert(&g->wishes[g->wish_count] == &wishes[i]);
		g->wish_count++;
	}
	return true;
}

bool week_fairness(struct db *db, struct arena *a, struct week_problem *w, struct wfm_agent *agents,
		   struct err *e)
{
	struct wish_rule rule;
	if (!wish_rule_get(db, a, w->site.site_id, &rule, e) || !load_past(db, a, w, agents, e))
		return false;
	w->problem.seniority = (struct wfm_seniority){ rule.seniority_most, rule.seniority_years };
	return rule.hours == 0 || load_wishes(db, a, w, rule.hours * week_hour_cents(w), agents, e);
}
