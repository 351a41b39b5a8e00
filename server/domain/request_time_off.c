/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/request_time_off.h"

#include "server/base/clock.h"
#include "server/calendar/zones.h"

enum { DAY_S = 86400, LONGEST_DAYS = 400, RECORD_BACK_DAYS = 3 * 366, NOTE_MAX = 1000 };

const char *const absence_kind_names[] = { "vacation", "sickness",    "maternity", "paternity",
					   "accident", "unjustified", "training",  "unpaid", NULL };
const char *const absence_state_names[] = { "asked",	"approved",  "rejected",
					    "recorded", "withdrawn", NULL };

/* What each kind is for the reports, in the order of enum absence_kind. */
static const struct {
	bool planned, paid, excused;
} kind_rules[] = {
	{ true, true, true },   /* vacation */
	{ false, true, true },  /* sickness */
	{ true, true, true },   /* maternity */
	{ true, true, true },   /* paternity */
	{ false, true, true },  /* accident */
	{ false, false, false }, /* unjustified */
	{ true, true, true },   /* training */
	{ true, false, true },  /* unpaid */
};

#define REQUEST_ROWS                                                                               \
	F_ENUM(struct absence_request, kind, 0, absence_kind_names, "kind of leave"),              \
	F_DATE(struct absence_request, first_day, FIELD_OPTIONAL, "first whole local day absent"), \
	F_DATE(struct absence_request, last_day, FIELD_OPTIONAL, "last whole local day absent"),   \
	F_INSTANT(struct absence_request, start, FIELD_OPTIONAL,                                \
		  "exact start, instead of days"),                                                 \
	F_INSTANT(struct absence_request, end, FIELD_OPTIONAL, "exact end, instead of days"),   \
	F_TEXT(struct absence_request, note, FIELD_OPTIONAL, 0, NOTE_MAX, "in the asker's words")

static const struct field ask_rows[] = { REQUEST_ROWS };
const struct fields absence_ask_fields = FIELDS("AbsenceAsk", struct absence_request, ask_rows);

static const struct field record_rows[] = {
	F_INT(struct absence_request, agent_id, 0, 1, 9e15, "who is absent"),
	REQUEST_ROWS,
};
const struct fields absence_record_fields =
	FIELDS("AbsenceRecord", struct absence_request, record_rows);

static const struct field decision_rows[] = {
	F_BOOL(struct absence_decision, approve, 0, "false: rejected"),
	F_TEXT(struct absence_decision, note, FIELD_OPTIONAL, 0, NOTE_MAX, "told to the agent"),
};
const struct fields absence_decision_fields =
	FIELDS("AbsenceDecision", struct absence_decision, decision_rows);

#define WHO_ROWS                                                                               \
	F_INT(struct absence, id, 0, 0, 0, "permanent id"),                                    \
	F_INT(struct absence, agent_id, 0, 0, 0, "who"),                                       \
	F_TEXT(struct absence, agent_code, 0, 0, 0, "who, as the company knows them"),         \
	F_TEXT(struct absence, agent_name, 0, 0, 0, "who, by name"),                           \
	F_INT(struct absence, site_id, 0, 0, 0, "the agent's site"),                           \
	F_TEXT(struct absence, zone, 0, 0, 0, "its time zone"),                                \
	F_ENUM(struct absence, state, 0, absence_state_names, "asked, approved, ..."),         \
	F_INSTANT(struct absence, start, 0, "first instant absent"),                        \
	F_INSTANT(struct absence, end, 0, "first instant back")

static const struct field absence_rows[] = {
	WHO_ROWS,
	F_ENUM(struct absence, kind, FIELD_OPTIONAL, absence_kind_names, "null: not for this role"),
	F_BOOL(struct absence, planned, FIELD_OPTIONAL, "known before the roster was made"),
	F_BOOL(struct absence, paid, FIELD_OPTIONAL, "paid leave"),
	F_BOOL(struct absence, excused, FIELD_OPTIONAL, "with a reason that counts"),
	F_INT(struct absence, planned_minutes, FIELD_OPTIONAL, 0, 0,
	      "rostered minutes it took away"),
	F_TEXT(struct absence, note, FIELD_OPTIONAL, 0, 0, "in the asker's words"),
	F_TEXT(struct absence, decision_note, FIELD_OPTIONAL, 0, 0, "in the decider's words"),
	F_INSTANT(struct absence, created_at, FIELD_OPTIONAL, "when it was asked or recorded"),
	F_INSTANT(struct absence, changed_at, FIELD_OPTIONAL, "last change"),
};
const struct fields absence_fields = FIELDS("Absence", struct absence, absence_rows);

static const struct field masked_rows[] = {
	WHO_ROWS,
	F_ENUM(struct absence, kind, FIELD_OPTIONAL, absence_kind_names, "null: not for this role"),
};
const struct fields absence_masked_fields = FIELDS("Absence", struct absence, masked_rows);

struct absence_roster {
	int64_t id, site_id, week, version, shifts, first_day;
};
static const struct field roster_rows[] = {
	F_INT(struct absence_roster, id, 0, 1, 1e15, "published roster"),
	F_INT(struct absence_roster, site_id, 0, 1, 1e15, "its site"),
	F_WEEK(struct absence_roster, week, 0, "its ISO week"),
	F_INT(struct absence_roster, version, 0, 1, 1e9, "its version"),
	F_INT(struct absence_roster, shifts, 0, 1, 1e6, "shifts not begun that stand in the absence"),
	F_DATE(struct absence_roster, first_day, 0, "local date of the first of them"),
};
const struct fields absence_roster_fields = FIELDS("AbsenceRoster", struct absence_roster, roster_rows);

/* ---- reading ---- */

bool absence_get(struct db *db, struct arena *a, int64_t id, struct absence *out, struct err *e)
{
	return db_one(db, SQL_ABSENCE_GET, DB_ARGS(db_int("absence_id", id)), NULL, &absence_fields, a,
		      out, e);
}

bool absence_list(struct db *db, struct arena *a, const struct absence_filter *f,
		  struct absence **rows, size_t *count, struct err *e)
{
	return db_rows(db, SQL_ABSENCE_LIST,
		       DB_ARGS(db_int("site_id", f->site_id), db_int("own_sites_of", f->own_sites_of),
			       db_date("from", f->from), db_date("to", f->to),
			       db_text("state", f->state == FIELD_NULL ? NULL
								       : absence_state_names[f->state]),
			       db_instant("after_at", f->after_at), db_int("after_id", f->after_id),
			       db_int("rows", f->rows)),
		       NULL, &absence_fields, a, (void **)rows, count, e);
}

bool absence_of_agent(struct db *db, struct arena *a, int64_t agent_id, int64_t from, int64_t to,
		      struct absence **rows, size_t *count, struct err *e)
{
	return db_rows(db, SQL_ABSENCE_OF_AGENT,
		       DB_ARGS(db_int("agent_id", agent_id), db_date("from", from), db_date("to", to)),
		       NULL, &absence_fields, a, (void **)rows, count, e);
}

struct employment {
	int64_t agent_id, site_id;
	const char *zone;
	int64_t hired, left_on;
};
static const struct field employment_rows[] = {
	F_INT(struct employment, agent_id, 0, 0, 0, ""),
	F_INT(struct employment, site_id, 0, 0, 0, ""),
	F_TEXT(struct employment, zone, 0, 0, 0, ""),
	F_DATE(struct employment, hired, 0, ""),
	F_DATE(struct employment, left_on, FIELD_OPTIONAL, ""),
};
static const struct fields employment_fields =
	FIELDS("Employment", struct employment, employment_rows);

static bool employment_get(struct db *db, struct arena *a, int64_t agent_id, struct employment *out,
			   struct err *e)
{
	if (db_one(db, SQL_ABSENCE_AGENT, DB_ARGS(db_int("agent_id", agent_id)), NULL,
		   &employment_fields, a, out, e))
		return true;
	if (e->code != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return err_at(e, ERR_INVALID, "/agent_id", "no such agent");
}

bool absence_agent_site(struct db *db, struct arena *a, int64_t agent_id, int64_t *site_id,
			struct err *e)
{
	struct employment m;

	if (!employment_get(db, a, agent_id, &m, e))
		return false;
	*site_id = m.site_id;
	return true;
}

/* ---- checking ---- */

struct span {
	int64_t start, end;
	const char *start_pointer, *end_pointer; /* where the request says them */
};

static bool span_of(const struct absence_request *r, const struct zone *z, struct span *s,
		    struct err *e)
{
	bool days = r->first_day != FIELD_NULL || r->last_day != FIELD_NULL;
	bool instants = r->start != FIELD_NULL || r->end != FIELD_NULL;

	if (days && instants)
		return err_at(e, ERR_INVALID, "/start",
			      "give either first_day and last_day, or start and end");
	if (instants) {
		*s = (struct span){ r->start, r->end, "/start", "/end" };
		if (r->start == FIELD_NULL)
			return err_at(e, ERR_INVALID, "/start", "is required beside end");
		if (r->end == FIELD_NULL)
			return err_at(e, ERR_INVALID, "/end", "is required beside start");
		if (r->end <= r->start)
			return err_at(e, ERR_INVALID, "/end", "must be after start");
		return true;
	}
	if (r->first_day == FIELD_NULL)
		return err_at(e, ERR_INVALID, "/first_day", "is required");
	int64_t last = r->last_day == FIELD_NULL ? r->first_day : r->last_day;
	if (last < r->first_day)
		return err_at(e, ERR_INVALID, "/last_day", "must not be before first_day");
	*s = (struct span){ zone_to_utc(z, r->first_day, 0), zone_to_utc(z, last + 1, 0),
			    "/first_day", "/last_day" };
	if (s->end <= s->start)
		return err_at(e, ERR_INVALID, "/first_day", "this date does not exist at the site");
	return true;
}

static bool check_dates(const struct employment *m, const struct zone *z, const struct span *s,
			enum absence_state state, int64_t now, struct err *e)
{
	int64_t first, last, today;
	int minute;

	zone_to_local(z, s->start, &first, &minute);
	zone_to_local(z, s->end - 1, &last, &minute);
	zone_to_local(z, now, &today, &minute);
	if (last - first >= LONGEST_DAYS)
		return err_at(e, ERR_INVALID, s->end_pointer, "at most %d days at once", LONGEST_DAYS);
	if (state == ABSENCE_ASKED && first < today)
		return err_at(e, ERR_INVALID, s->start_pointer, "is in the past");
	if (first < today - RECORD_BACK_DAYS || first > today + RECORD_BACK_DAYS)
		return err_at(e, ERR_INVALID, s->start_pointer, "must be within three years of today");
	if (first < m->hired)
		return err_at(e, ERR_INVALID, s->start_pointer, "is before the agent was hired");
	if (m->left_on != FIELD_NULL && last > m->left_on)
		return err_at(e, ERR_INVALID, s->end_pointer, "is after the agent's last day");
	return true;
}

struct overlap {
	int64_t id, start, end, state;
};
static const struct field overlap_rows[] = {
	F_INT(struct overlap, id, 0, 0, 0, ""),
	F_INSTANT(struct overlap, start, 0, ""),
	F_INSTANT(struct overlap, end, 0, ""),
	F_ENUM(struct overlap, state, 0, absence_state_names, ""),
};
static const struct fields overlap_fields = FIELDS("Overlap", struct overlap, overlap_rows);

/* Says which one is in the way; the exclusion constraint stands behind it for the race. */
static bool check_overlap(struct db *db, struct arena *a, int64_t agent_id, const struct zone *z,
			  const struct span *s, struct err *e)
{
	struct overlap *o;
	size_t count;
	char from[26], until[26];

	if (!db_rows(db, SQL_ABSENCE_OVERLAP,
		     DB_ARGS(db_int("agent_id", agent_id), db_instant("start", s->start),
			     db_instant("end", s->end)),
		     NULL, &overlap_fields, a, (void **)&o, &count, e))
		return false;
	if (count == 0)
		return true;
	instant_format(o->start, zone_offset_s(z, o->start), from);
	instant_format(o->end, zone_offset_s(z, o->end), until);
	return err_at(e, ERR_CONFLICT, s->start_pointer,
		      "overlaps absence %lld (%s) of this agent, from %s to %s", (long long)o->id,
		      absence_state_names[o->state], from, until);
}

/* ---- changing ---- */

bool absence_add(struct db *db, struct arena *a, const struct absence_request *r,
		 enum absence_state state, int64_t now, struct absence *out, struct err *e)
{
	struct employment m;
	const struct zone *z;
	struct span s = { 0 };
	int64_t id;

	if (state == ABSENCE_ASKED && r->kind == ABSENCE_UNJUSTIFIED)
		return err_at(e, ERR_INVALID, "/kind", "cannot be asked for");
	if (!employment_get(db, a, r->agent_id, &m, e) || !zone_find(m.zone, &z, e) ||
	    !span_of(r, z, &s, e) || !check_dates(&m, z, &s, state, now, e) ||
	    !check_overlap(db, a, r->agent_id, z, &s, e))
		return false;
	return db_int_value(db, SQL_ABSENCE_INSERT,
			    DB_ARGS(db_int("agent_id", r->agent_id),
				    db_text("kind", absence_kind_names[r->kind]),
				    db_text("state", absence_state_names[state]),
				    db_instant("start", s.start), db_instant("end", s.end),
				    db_bool("planned", kind_rules[r->kind].planned),
				    db_bool("paid", kind_rules[r->kind].paid),
				    db_bool("excused", kind_rules[r->kind].excused),
				    db_text("note", r->note ? r->note : "")),
			    NULL, &id, e) &&
	       absence_get(db, a, id, out, e);
}

/* Reads the row and holds it, so that two deciders cannot both find it open. */
static bool absence_hold(struct db *db, struct arena *a, int64_t id, struct absence *out,
			 struct err *e)
{
	int64_t held;

	return db_int_value(db, SQL_ABSENCE_LOCK, DB_ARGS(db_int("absence_id", id)), NULL, &held, e) &&
	       absence_get(db, a, id, out, e);
}

static bool absence_move(struct db *db, struct arena *a, enum sql_id statement,
			 const struct db_arg *args, const struct absence *before,
			 struct absence *after, struct err *e)
{
	int64_t id;

	if (db_int_value(db, statement, args, NULL, &id, e))
		return absence_get(db, a, id, after, e);
	if (e->code != ERR_NOT_FOUND)
		return false;
	return err_set(e, ERR_CONFLICT, "this absence is already %s%s",
		       absence_state_names[before->state],
		       before->state == ABSENCE_APPROVED ? " and has begun" : "");
}

bool absence_decide(struct db *db, struct arena *a, int64_t id, const struct absence_decision *d,
		    struct absence *before, struct absence *after, struct err *e)
{
	if (!absence_hold(db, a, id, before, e))
		return false;
	if (before->state != ABSENCE_ASKED)
		return err_set(e, ERR_CONFLICT, "this absence is already %s",
			       absence_state_names[before->state]);
	enum absence_state state = d->approve ? ABSENCE_APPROVED : ABSENCE_REJECTED;
	return absence_move(db, a, SQL_ABSENCE_DECIDE,
			    DB_ARGS(db_int("absence_id", id),
				    db_text("state", absence_state_names[state]),
				    db_text("note", d->note ? d->note : "")),
			    before, after, e);
}

bool absence_withdraw(struct db *db, struct arena *a, int64_t id, int64_t agent_id,
		      struct absence *before, struct absence *after, struct err *e)
{
	bool held = absence_hold(db, a, id, before, e);
	if (!held && e->code != ERR_NOT_FOUND)
		return false;
	if (!held || before->agent_id != agent_id) /* in the same words: nobody learns of others' */
		return err_set(e, ERR_NOT_FOUND, "no such absence");
	return absence_move(db, a, SQL_ABSENCE_WITHDRAW, DB_ARGS(db_int("absence_id", id)), before,
			    after, e);
}
