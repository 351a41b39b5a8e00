/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/replan_week.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/domain/week_waiting.h"

struct head_row {
	int64_t site_id, week, version, forecast_id, notice_days, beside;
	double notice_cents;
	bool seen;
};
static const struct field head_rows[] = {
	F_INT(struct head_row, site_id, 0, 0, 0, ""),
	F_WEEK(struct head_row, week, 0, ""),
	F_INT(struct head_row, version, 0, 0, 0, ""),
	F_INT(struct head_row, forecast_id, 0, 0, 0, ""),
	F_BOOL(struct head_row, seen, 0, ""),
	F_INT(struct head_row, notice_days, 0, 0, 0, ""),
	F_REAL(struct head_row, notice_cents, 0, 0, 0, ""),
	F_INT(struct head_row, beside, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields head_fields = FIELDS("Roster", struct head_row, head_rows);

struct part_row {
	int64_t start, end, queue_id;
	bool work, paid;
};
static const struct field part_rows[] = {
	F_INSTANT(struct part_row, start, 0, ""),
	F_INSTANT(struct part_row, end, 0, ""),
	F_INT(struct part_row, queue_id, FIELD_OPTIONAL, 0, 0, ""),
	F_BOOL(struct part_row, work, 0, ""),
	F_BOOL(struct part_row, paid, 0, ""),
};
static const struct fields part_fields = FIELDS("ReplanActivity", struct part_row, part_rows);

struct shift_row {
	int64_t agent_id, day, start, end;
	bool stands; /* had begun, or its agent is there */
	struct part_row *activities;
	size_t activity_count;
};
static const struct field shift_rows[] = {
	F_INT(struct shift_row, agent_id, 0, 0, 0, ""),
	F_DATE(struct shift_row, day, 0, ""),
	F_INSTANT(struct shift_row, start, 0, ""),
	F_INSTANT(struct shift_row, end, 0, ""),
	F_BOOL(struct shift_row, stands, 0, ""),
	F_LIST(struct shift_row, activities, activity_count, 0, &part_fields, 0, 0, ""),
};
static const struct fields shift_fields = FIELDS("ReplanShift", struct shift_row, shift_rows);

/* ---- what can be refused ---- */

static bool is_given(int64_t date)
{
	return date != FIELD_NULL && date != 0;
}

static bool check_from(int64_t week, int64_t today, int64_t asked, int64_t *from, struct err *e)
{
	int64_t first = week > today ? week : today + 1;
	if (first > week + WEEK_DAYS - 1)
		return err_at(e, ERR_INVALID, "/week", "has no day left that has not begun");
	*from = is_given(asked) ? asked : first;
	if (*from < first)
		return err_at(e, ERR_INVALID, "/from", "lies before the first day that has not begun");
	return *from < week + WEEK_DAYS || err_at(e, ERR_INVALID, "/from", "lies after the week");
}

bool replan_check(struct db *db, struct arena *a, int64_t site_id, int64_t week, int64_t today,
		  const struct replan_request *r, struct replan *out, struct err *e)
{
	struct head_row *heads;
	size_t n;
	*out = (struct replan){ .forecast_id = FIELD_NULL, .beside = FIELD_NULL };
	if (!replan_asked(r)) {
		if (is_given(r->from))
			return err_at(e, ERR_INVALID, "/from", "needs keep: the roster to plan again from");
		return r->change_cents <= 0 || err_at(e, ERR_INVALID, "/change_cost_cents",
						      "needs keep: the roster to plan again from");
	}
	if (!db_rows(db, SQL_REPLAN_HEAD, DB_ARGS(db_int("roster_id", r->roster_id)), NULL, &head_fields, a,
		     (void **)&heads, &n, e))
		return false;
	if (n == 0 || heads[0].site_id != site_id || heads[0].week != week)
		return err_at(e, ERR_INVALID, "/keep", "no roster of this site and week has the id %lld",
			      (long long)r->roster_id);
	out->roster_id = r->roster_id;
	out->version = heads[0].version;
	out->forecast_id = heads[0].forecast_id;
	out->beside = heads[0].beside;
	if (heads[0].seen || week <= today)
		out->cost = (struct wfm_change_cost){ .notice_cents = heads[0].notice_cents,
						      .notice_days = (int32_t)heads[0].notice_days,
						      .first_day = (int32_t)(today - week) };
	out->cost.shift_cents = r->change_cents;
	return check_from(week, today, r->from, &out->from, e);
}

/* ---- the roster kept ---- */

static int32_t slot_of(const struct week_problem *w, int64_t utc)
{
	return (int32_t)((utc - w->from) / (SLOT_MIN * 60));
}

static int32_t agent_index(const struct week_problem *w, int64_t agent_id)
{
	int32_t i = 0;
	while (i < w->problem.agent_count && w->agent_ids[i] != agent_id)
		i++;
	return i < w->problem.agent_count ? i : -1;
}

static int32_t queue_index(const struct week_problem *w, int64_t queue_id)
{
	for (size_t q = 0; q < w->queue_count; q++)
		if (w->queues[q].id == queue_id)
			return (int32_t)q;
	return WFM_NONE;
}

/* People who are no longer of the site's week have nothing to keep. */
static void make_start(const struct week_problem *w, struct arena *a, const struct shift_row *rows, size_t n,
		       struct replan *x)
{
	struct wfm_roster *r = arena_alloc(a, sizeof *r);
	bool *stands = arena_array(a, n, sizeof *stands);
	size_t parts = 0;
	for (size_t i = 0; i < n; i++)
		parts += rows[i].activity_count;
	*r = (struct wfm_roster){ 0 };
	r->shifts = arena_array(a, n, sizeof *r->shifts);
	r->activities = arena_array(a, parts, sizeof *r->activities);
	for (size_t i = 0; i < n; i++) {
		int32_t agent = agent_index(w, rows[i].agent_id);
		if (agent < 0 || rows[i].start < w->from)
			continue;
		stands[r->shift_count] = rows[i].stands;
		struct wfm_shift *s = &r->shifts[r->shift_count++];
		*s = (struct wfm_shift){ .agent = agent, .day = (int32_t)(rows[i].day - w->monday),
					 .start = slot_of(w, rows[i].start), .end = slot_of(w, rows[i].end),
					 .first_activity = r->activity_count,
					 .activity_count = (int32_t)rows[i].activity_count, .duty = WFM_NONE };
		for (size_t k = 0; k < rows[i].activity_count; k++) {
			const struct part_row *p = &rows[i].activities[k];
			r->activities[r->activity_count++] = (struct wfm_activity){
				.kind = p->work ? WFM_WORK : WFM_MEAL, .queue = queue_index(w, p->queue_id), .paid = p->paid,
				.start = slot_of(w, p->start), .slots = slot_of(w, p->end) - slot_of(w, p->start) };
		}
	}
	x->start = r;
	x->stands = stands;
}

bool replan_beside(struct db *db, int64_t roster_id, int64_t site_id, int64_t *out, struct err *e)
{
	return db_int_value(db, SQL_REPLAN_BESIDE, DB_ARGS(db_int("roster_id", roster_id), db_int("site_id", site_id)),
			    NULL, out, e);
}

bool replan_load(struct db *db, struct arena *a, struct week_problem *w, struct replan *x, struct err *e)
{
	struct shift_row *rows;
	size_t n;
	if (!db_rows(db, SQL_REPLAN_SHIFTS, DB_ARGS(db_int("roster_id", x->roster_id)), NULL, &shift_fields, a,
		     (void **)&rows, &n, e))
		return false;
	make_start(w, a, rows, n, x);
	const int32_t locked = (int32_t)(x->from - w->monday);
	if (locked > 0)
		week_waiting_begin(a, w, x->start, x->stands, w->problem.calendars[0].days[locked].first_slot);
	return true;
}

/* ---- locks ---- */

static const struct wfm_calendar *calendar_of(const struct wfm_problem *p, int32_t agent)
{
	return &p->calendars[p->agents[agent].calendar];
}

/* The shift of that agent and day if it can be locked; NULL: none. */
static const struct wfm_shift *standing(const struct wfm_problem *p, const struct replan *x, int32_t agent, int32_t day)
{
	const struct wfm_day *d = &calendar_of(p, agent)->days[day];
	for (int32_t i = 0; i < x->start->shift_count; i++) {
		const struct wfm_shift *s = &x->start->shifts[i];
		if (s->agent != agent || s->day != day || !x->stands[i])
			continue;
		bool fits = s->start >= d->first_slot && s->start < d->first_slot + d->slots && s->end <= p->slot_count;
		return fits ? s : NULL;
	}
	return NULL;
}

/* What stands is past reach: leave and availability there no longer matter, and a day worked is no
 * day of leave as well. */
static void clip(struct wfm_agent *g, struct arena *a, int32_t until)
{
	struct wfm_span *spans = arena_array(a, (size_t)g->unavailable_count, sizeof *spans);
	struct wfm_credit *credits = arena_array(a, (size_t)g->credit_count, sizeof *credits);
	int32_t n = 0, c = 0;
	for (int32_t i = 0; i < g->unavailable_count; i++) {
		struct wfm_span s = g->unavailable[i];
		s.start = s.start < until ? until : s.start;
		if (s.end > s.start)
			spans[n++] = s;
	}
	for (int32_t i = 0; i < g->credit_count; i++) {
		bool worked = false;
		for (int32_t k = 0; k < g->lock_count; k++)
			worked |= g->locks[k].day == g->credits[i].day && g->locks[k].end > 0;
		if (!worked)
			credits[c++] = g->credits[i];
	}
	g->unavailable = spans;
	g->unavailable_count = n;
	g->credits = credits;
	g->credit_count = c;
}

static void lock_days(const struct wfm_problem *p, struct arena *a, const struct replan *x, int32_t agent,
		      int32_t days, struct wfm_agent *g)
{
	struct wfm_lock *locks = arena_array(a, (size_t)days, sizeof *locks);
	int32_t until = days < WEEK_DAYS ? calendar_of(p, agent)->days[days].first_slot : 0;
	for (int32_t d = 0; d < days; d++) {
		const struct wfm_shift *s = standing(p, x, agent, d);
		locks[d] = (struct wfm_lock){ .day = d };
		if (s == NULL)
			continue;
		locks[d].start = s->start;
		locks[d].end = s->end;
		locks[d].elsewhere = s->elsewhere;
		until = s->end > until ? s->end : until;
	}
	g->locks = locks;
	g->lock_count = days;
	clip(g, a, until);
}

/* ---- those for whom no plan keeps the rules around what stands ---- */

/* A contract that asks for nothing: shifts that stand are locked, all other days are free. */
static int32_t freed_contract(struct wfm_problem *p, struct arena *a, int32_t of)
{
	const int32_t n = p->contract_count;
	struct wfm_contract *all = arena_array(a, (size_t)n + 1, sizeof *all);
	memcpy(all, p->contracts, (size_t)n * sizeof *all);
	struct wfm_rule_row *rules = arena_array(a, (size_t)all[of].rule_count, sizeof *rules);
	all[n] = all[of];
	all[n].rule_count = 0;
	for (int32_t i = 0; i < all[of].rule_count; i++)
		if (all[of].rules[i].rule == WFM_RULE_SHIFT_MINUTES)
			rules[all[n].rule_count++] = all[of].rules[i];
	all[n].rules = rules;
	p->contracts = all;
	p->contract_count = n + 1;
	return n;
}

static bool freeze(struct wfm_problem *p, struct arena *a, struct wfm_agent *agents, struct replan *x, struct err *e)
{
	const struct wfm_solve_options quick = { .iteration_limit = 1, .start = x->start };
	struct wfm_roster *r = NULL;
	struct wfm_error we;
	enum wfm_status s = wfm_schedule_solve(p, &quick, &r, &we);
	if (s != WFM_OK && s != WFM_LIMIT)
		return err_from_wfm(e, &we);
	for (int32_t i = 0; i < r->unplanned_count; i++) {
		const int32_t agent = r->unplanned[i].agent;
		struct wfm_agent *g = &agents[agent];
		bool any = false;
		for (int32_t d = 0; d < WEEK_DAYS; d++)
			any |= standing(p, x, agent, d) != NULL;
		if (!any)
			continue;
		g->contract = freed_contract(p, a, g->contract);
		g->previous_end = WFM_NONE;
		lock_days(p, a, x, agent, WEEK_DAYS, g);
		x->frozen++;
	}
	wfm_roster_free(r);
	return true;
}

/* ---- all ---- */

bool replan_open(struct arena *a, struct wfm_problem *p, struct replan *x, int64_t monday, struct err *e)
{
	struct wfm_error we;
	const size_t agents = (size_t)p->agent_count;
	const int32_t locked = (int32_t)(x->from - monday);
	struct wfm_agent *own = arena_array(a, agents, sizeof *own);
	memcpy(own, p->agents, agents * sizeof *own);
	p->agents = own;
	for (int32_t i = 0; i < p->agent_count && locked > 0; i++)
		lock_days(p, a, x, i, locked, &own[i]);
	x->frozen = 0;
	if (!freeze(p, a, own, x, e))
		return false;
	replan_close(x);
	return wfm_replan_open(p, x->start, &x->cost, &x->priced, &we) == WFM_OK || err_from_wfm(e, &we);
}

void replan_close(struct replan *x)
{
	wfm_replan_close(x->priced);
	x->priced = NULL;
}

bool replan_restore(struct db *db, const struct replan *x, const char *with, int64_t to_roster, struct err *e)
{
	struct db_arg to = db_int("roster_id", to_roster), from = db_date("from", x->from);
	struct db_arg kept = db_int("from_roster", x->roster_id);
	return db_run(db, SQL_REPLAN_DROP, DB_ARGS(to, from), NULL, NULL, e) &&
	       db_run(db, SQL_REPLAN_COPY, DB_ARGS(to, from, kept), NULL, NULL, e) &&
	       db_run(db, SQL_REPLAN_COPY_GUESTS, DB_ARGS(to, from, kept, db_text("with", with)), NULL, NULL, e);
}
