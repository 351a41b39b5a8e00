/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/plan_sessions.h"

#include "server/base/clock.h"

enum { O = FIELD_OPTIONAL, SESSION_STEP_MIN = 15, DAY_MIN = 1440, MEMBERS_MAX = 2000 };

static const char *const kinds[] = { "training", "meeting", NULL };

#define SESSION_INT(m, lo, hi, d, h)                                                               \
	{ .name = #m, .type = FIELD_INT, .offset = offsetof(struct planned_session, m), .flags = O,        \
	  .min = (lo), .max = (hi), .fallback = (d), .help = (h) }
#define SESSION_CLOCK(m, d, h)                                                                     \
	{ .name = #m, .type = FIELD_CLOCK, .offset = offsetof(struct planned_session, m), .flags = O,      \
	  .max = 2880, .fallback = (d), .help = (h) }

#define GIVEN_ROWS                                                                                 \
	F_INT(struct planned_session, site_id, 0, 1, 1e15, "site whose agents they are"),                  \
	F_WEEK(struct planned_session, week, 0, "ISO week, e.g. 2026-W48"),                                \
	F_TEXT(struct planned_session, name, 0, 1, 80, "as the roster and the calendars say it"),          \
	F_ENUM(struct planned_session, kind, 0, kinds, "training or meeting"),                             \
	F_INT(struct planned_session, minutes, 0, 15, 1440, "how long; quarters of an hour"),              \
	F_LIST_OF(struct planned_session, agent_ids, agent_count, 0, FIELD_INT, 1, MEMBERS_MAX, "who"),    \
	F_LIST_OF(struct planned_session, days, day_count, O, FIELD_INT, 0, 7,                             \
		  "weekdays on which it may be, 1 Monday to 7 Sunday; empty: any"),                        \
	SESSION_CLOCK(from, "\"00:00\"", "not before this local time"),                                    \
	SESSION_CLOCK(until, "\"24:00\"", "over by this local time; after 24:00: of the next day"),         \
	F_BOOL(struct planned_session, together, O, "all at one time; else everybody at a time of his own"), \
	SESSION_INT(quorum, 0, MEMBERS_MAX, "0", "together: with fewer it is not held"),                   \
	SESSION_INT(at_once, 0, MEMBERS_MAX, "0", "not together: at most so many at a time; 0: no limit"), \
	SESSION_INT(times, 1, WFM_MAX_SEATS, "1", "each agent so often, at most once a shift"),            \
	SESSION_INT(margin_min, 0, 1440, "0", "minutes from either end of a shift"),                       \
	F_BOOL(struct planned_session, must, O, "missed only by who cannot be placed"),                    \
	{ .name = "miss_cents", .type = FIELD_REAL, .offset = offsetof(struct planned_session, miss_cents), \
	  .flags = O, .max = 1e8, .fallback = "5000", .help = "price each time an agent misses it" }

static const struct field new_rows[] = { GIVEN_ROWS };
const struct fields planned_session_new_fields = FIELDS("PlannedSessionNew", struct planned_session, new_rows);

static const struct field rows[] = {
	F_INT(struct planned_session, id, 0, 1, 1e15, "permanent id"),
	GIVEN_ROWS,
	F_TEXT(struct planned_session, author, 0, 0, 0, "login of whoever made it"),
	F_INSTANT(struct planned_session, created_at, 0, "when it was made"),
};
const struct fields planned_session_fields = FIELDS("PlannedSession", struct planned_session, rows);

/* ---- made and removed ---- */

static bool check_numbers(const struct planned_session *in, struct err *e)
{
	bool ok = true;
	if (in->minutes % SESSION_STEP_MIN != 0)
		ok = err_at(e, ERR_INVALID, "/minutes", "must be quarters of an hour");
	if (in->from % SESSION_STEP_MIN != 0 || in->from > DAY_MIN)
		ok = err_at(e, ERR_INVALID, "/from", "must be a quarter of an hour, up to 24:00");
	if (in->until % SESSION_STEP_MIN != 0)
		ok = err_at(e, ERR_INVALID, "/until", "must be a quarter of an hour");
	if (in->until - in->from < in->minutes)
		ok = err_at(e, ERR_INVALID, "/until", "leaves less than %d minutes after from", (int)in->minutes);
	if (in->together && in->at_once > 0)
		ok = err_at(e, ERR_INVALID, "/at_once", "is for sessions that are not held together");
	if (in->together && in->times > 1)
		ok = err_at(e, ERR_INVALID, "/times", "a session held together is held once");
	if (!in->together && in->quorum > 0)
		ok = err_at(e, ERR_INVALID, "/quorum", "is for sessions held together");
	if (in->quorum > (int64_t)in->agent_count)
		ok = err_at(e, ERR_INVALID, "/quorum", "is more than its %d agents", (int)in->agent_count);
	for (size_t i = 0; i < in->day_count; i++)
		if (in->days[i] < 1 || in->days[i] > 7)
			ok = err_at(e, ERR_INVALID, "/days", "are 1 Monday to 7 Sunday");
	for (size_t i = 0; i < in->agent_count; i++)
		for (size_t k = 0; k < i && ok; k++)
			if (in->agent_ids[i] == in->agent_ids[k])
				ok = err_at(e, ERR_INVALID, "/agent_ids", "agent %lld stands twice",
					    (long long)in->agent_ids[i]);
	return ok;
}

struct id_row {
	int64_t agent_id;
};
static const struct field id_rows[] = { F_INT(struct id_row, agent_id, 0, 0, 0, "") };
static const struct fields id_fields = FIELDS("SessionAgent", struct id_row, id_rows);

/* A week with more than the solver takes could not be planned at all. */
static bool check_room(struct db *db, struct arena *a, const struct planned_session *in, struct err *e)
{
	const struct db_from from = { &planned_session_new_fields, in };
	struct id_row *crowded;
	size_t n;
	if (!db_rows(db, SQL_PLANNED_SESSION_CROWDED,
		     DB_ARGS(db_int("seats_max", WFM_MAX_SEATS), db_int("sessions_max", WFM_MAX_SESSIONS)), &from,
		     &id_fields, a, (void **)&crowded, &n, e))
		return false;
	if (n > 0 && crowded[0].agent_id == 0)
		return err_at(e, ERR_INVALID, "/week", "has %d sessions already, as many as a plan can hold",
			      WFM_MAX_SESSIONS);
	return n == 0 || err_at(e, ERR_INVALID, "/agent_ids",
				"agent %lld would have more than %d sessions in the week",
				(long long)crowded[0].agent_id, WFM_MAX_SEATS);
}

bool planned_session_create(struct db *db, struct arena *a, const struct planned_session *in, int64_t user_id,
		    struct planned_session *out, struct err *e)
{
	const struct db_from from = { &planned_session_new_fields, in };
	struct site_calendar site;
	struct id_row *strangers;
	int64_t id;
	size_t n;

	if (!check_numbers(in, e) || !site_calendar_load(db, a, in->site_id, &site, e))
		return false;
	if (in->week + WEEK_DAYS <= clock_now() / 86400)
		return err_at(e, ERR_INVALID, "/week", "is past");
	if (!db_rows(db, SQL_PLANNED_SESSION_STRANGERS, NULL, &from, &id_fields, a, (void **)&strangers, &n, e))
		return false;
	if (n > 0)
		return err_at(e, ERR_INVALID, "/agent_ids", "agent %lld is not of site %s in that week",
			      (long long)strangers[0].agent_id, site.code);
	return db_run(db, SQL_ROSTER_LOCK_WEEK, DB_ARGS(db_int("site_id", in->site_id), db_date("monday", in->week)),
		      NULL, NULL, e) &&
	       check_room(db, a, in, e) &&
	       db_int_value(db, SQL_PLANNED_SESSION_ADD, DB_ARGS(db_int("user_id", user_id)), &from, &id, e) &&
	       db_one(db, SQL_PLANNED_SESSION_ROW, DB_ARGS(db_int("session_id", id)), NULL, &planned_session_fields, a, out, e);
}

bool planned_session_delete(struct db *db, struct arena *a, int64_t id, struct planned_session *before,
		    struct err *e)
{
	const struct db_arg *args = DB_ARGS(db_int("session_id", id));
	return db_one(db, SQL_PLANNED_SESSION_ROW, args, NULL, &planned_session_fields, a, before, e) &&
	       db_run(db, SQL_PLANNED_SESSION_REMOVE, args, NULL, NULL, e);
}

/* ---- in a week's problem ---- */

/* A session for all who need it as often: `part` of so many. */
struct week_row {
	struct planned_session s; /* first: most rows are its */
	int64_t part, parts;
};
static const struct field week_rows[] = {
	F_INT(struct planned_session, id, 0, 0, 0, ""),
	F_TEXT(struct planned_session, name, 0, 0, 0, ""),
	F_ENUM(struct planned_session, kind, 0, kinds, ""),
	F_INT(struct planned_session, minutes, 0, 0, 0, ""),
	F_LIST_OF(struct planned_session, days, day_count, 0, FIELD_INT, 0, 0, ""),
	{ .name = "from_min", .type = FIELD_INT, .offset = offsetof(struct planned_session, from), .help = "" },
	{ .name = "until_min", .type = FIELD_INT, .offset = offsetof(struct planned_session, until), .help = "" },
	F_BOOL(struct planned_session, together, 0, ""),
	F_INT(struct planned_session, quorum, 0, 0, 0, ""),
	F_INT(struct planned_session, at_once, 0, 0, 0, ""),
	F_INT(struct planned_session, times, 0, 0, 0, ""),
	F_INT(struct planned_session, margin_min, 0, 0, 0, ""),
	F_BOOL(struct planned_session, must, 0, ""),
	F_REAL(struct planned_session, miss_cents, 0, 0, 0, ""),
	F_LIST_OF(struct planned_session, agent_ids, agent_count, 0, FIELD_INT, 0, 0, ""),
	F_INT(struct week_row, part, 0, 0, 0, ""),
	F_INT(struct week_row, parts, 0, 0, 0, ""),
};
static const struct fields week_fields = FIELDS("WeekSession", struct week_row, week_rows);

static bool is_on(const struct planned_session *s, int64_t date)
{
	for (size_t i = 0; i < s->day_count; i++)
		if (s->days[i] == date_weekday(date))
			return true;
	return s->day_count == 0;
}

static int32_t slot_at(const struct week_problem *w, int64_t date, int64_t minute, bool up)
{
	int64_t s = zone_to_utc(w->site.zone, date, (int)minute) - w->from, step = SLOT_MIN * 60;
	return (int32_t)((s + (up ? step - 1 : 0)) / step);
}

/* The parts of a session take no more places together than it has: they share them, or else the days. */
static bool is_days_turn(const struct week_row *x, int64_t date)
{
	return x->s.at_once == 0 || x->s.at_once >= x->parts || date % x->parts == x->part;
}

static int64_t share_places(const struct week_row *x)
{
	if (x->s.at_once < x->parts)
		return x->s.at_once;
	return x->s.at_once / x->parts + (x->part < x->s.at_once % x->parts);
}

/* The days' hours as spans. None left: one after the plan, so that all are told that they miss it. */
static void add_windows(const struct week_problem *w, const struct week_row *row, int64_t from,
			struct arena *a, struct wfm_session *out)
{
	const struct planned_session *s = &row->s;
	struct wfm_span *spans = arena_array(a, WEEK_DAYS, sizeof *spans);
	for (int64_t date = w->monday > from ? w->monday : from; date < w->monday + WEEK_DAYS; date++) {
		struct wfm_span x = { slot_at(w, date, s->from, true), slot_at(w, date, s->until, false) };
		if (is_on(s, date) && is_days_turn(row, date) && x.start < x.end)
			spans[out->window_count++] = x;
	}
	if (out->window_count == 0)
		spans[out->window_count++] = (struct wfm_span){ w->problem.slot_count, w->problem.slot_count + 1 };
	out->windows = spans;
}

/* Guests have theirs at their own site. */
static void add_members(const struct week_problem *w, const struct planned_session *s, struct arena *a,
			struct wfm_session *out)
{
	int32_t *agents = arena_array(a, s->agent_count, sizeof *agents);
	for (size_t i = 0; i < s->agent_count; i++)
		for (int32_t k = 0; k < w->problem.agent_count; k++)
			if (w->agent_ids[k] == s->agent_ids[i] && w->homes[k].site_id == w->site.site_id)
				agents[out->agent_count++] = k;
	out->agents = agents;
}

bool week_sessions(struct db *db, struct arena *a, struct week_problem *w, int64_t keep, int64_t from,
		   struct err *e)
{
	struct week_row *list;
	size_t n;

	if (!db_rows(db, SQL_PLANNED_SESSION_WEEK,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday),
			     db_int("keep", keep), db_date("from", from)),
		     NULL, &week_fields, a, (void **)&list, &n, e))
		return false;
	struct wfm_session *sessions = arena_array(a, n, sizeof *sessions);
	w->session_ids = arena_array(a, n, sizeof *w->session_ids);
	w->problem.sessions = sessions;
	w->problem.session_count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct planned_session *s = &list[i].s;
		struct wfm_session x = {
			.name = s->name, .kind = s->kind == 0 ? WFM_TRAINING : WFM_MEETING,
			.minutes = (int32_t)s->minutes, .together = s->together,
			.quorum = (int32_t)s->quorum, .at_once = (int32_t)share_places(&list[i]),
			.times = (int32_t)s->times, .margin_min = (int32_t)s->margin_min,
			.must = s->must, .miss_cents = s->miss_cents,
		};
		add_windows(w, &list[i], keep == FIELD_NULL ? w->monday : from, a, &x);
		add_members(w, s, a, &x);
		if (x.agent_count == 0)
			continue; /* those it is for have gone */
		x.quorum = x.quorum < x.agent_count ? x.quorum : x.agent_count;
		w->session_ids[w->problem.session_count] = s->id;
		sessions[w->problem.session_count++] = x;
	}
	return true;
}
