/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/publish_roster.h"

#include "server/base/clock.h"

const char *const roster_state_names[] = { "draft", "published", "superseded", NULL };

static const struct field roster_rows[] = {
	F_INT(struct roster, id, 0, 1, 1e15, "permanent id"),
	F_INT(struct roster, plan_id, 0, 1, 1e15, "the plan it answers"),
	F_INT(struct roster, site_id, 0, 1, 1e15, "site"),
	F_WEEK(struct roster, week, 0, "ISO week"),
	F_INT(struct roster, version, 0, 1, 1e9, "counts the rosters of a site and week"),
	F_ENUM(struct roster, state, 0, roster_state_names, "only one of a site and week is published"),
	F_INT(struct roster, revision, 0, 1, 1e9, "raised by every change of state; part of the ETag"),
	F_TEXT(struct roster, zone, 0, 0, 0, "time zone of the site"),
	F_INSTANT(struct roster, created_at, 0, "when it was drawn"),
	F_INSTANT(struct roster, published_at, FIELD_OPTIONAL, "when agents got to see it"),
	F_RAW(struct roster, evidence, 0,
	      "objective and parts in cents, proven bound, gap, seed, verdict, risk taken, targets out of reach, "
	      "changes against the roster planned again from"),
	F_INT(struct roster, agents, 0, 0, 1e9, "agents with a shift"),
	F_INT(struct roster, shifts, 0, 0, 1e9, "shifts"),
	F_REAL(struct roster, people_short, 0, 0, 0, "people short in the worst quarter-hour"),
};
const struct fields roster_fields = FIELDS("Roster", struct roster, roster_rows);

struct absent_row {
	const char *agent;
	int64_t day;
	bool gone, absent; /* neither: not of this site */
};
static const struct field absent_rows[] = {
	F_TEXT(struct absent_row, agent, 0, 0, 0, ""),
	F_DATE(struct absent_row, day, 0, ""),
	F_BOOL(struct absent_row, gone, 0, ""),
	F_BOOL(struct absent_row, absent, 0, ""),
};
static const struct fields absent_fields = FIELDS("PublishAbsent", struct absent_row, absent_rows);

const char *roster_etag(const struct roster *r, struct arena *a)
{
	return arena_printf(a, "\"r%lld-%lld\"", (long long)r->id, (long long)r->revision);
}

bool roster_get(struct db *db, struct arena *a, int64_t roster_id, struct roster *out, struct err *e)
{
	return db_one(db, SQL_ROSTER_GET, DB_ARGS(db_int("roster_id", roster_id)), NULL,
		      &roster_fields, a, out, e);
}

bool roster_lock(struct db *db, struct arena *a, int64_t roster_id, struct roster *out, struct err *e)
{
	const struct db_arg *id = DB_ARGS(db_int("roster_id", roster_id));
	return db_run(db, SQL_ROSTER_LOCK_DRAWN, id, NULL, NULL, e) &&
	       db_one(db, SQL_ROSTER_LOCK, id, NULL, &roster_fields, a, out, e);
}

static bool nobody_absent(struct db *db, struct arena *a, int64_t roster_id, struct err *e)
{
	struct absent_row *rows;
	size_t n;

	if (!db_rows(db, SQL_PUBLISH_ABSENT, DB_ARGS(db_int("roster_id", roster_id)), NULL,
		     &absent_fields, a, (void **)&rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		char day[11];
		date_format(rows[i].day, day);
		err_at(e, ERR_CONFLICT, arena_printf(a, "%s, %s", rows[i].agent, day),
		       "%s after the roster was drawn; build the schedule again",
		       rows[i].gone	? "left the company"
		       : rows[i].absent ? "is on leave that was approved"
					: "was moved to another site or is no longer lent to this one");
	}
	return n == 0;
}

struct collision_row {
	const char *agent, *site;
	int64_t day;
};
static const struct field collision_rows[] = {
	F_TEXT(struct collision_row, agent, 0, 0, 0, ""),
	F_DATE(struct collision_row, day, 0, ""),
	F_TEXT(struct collision_row, site, 0, 0, 0, ""),
};
static const struct fields collision_fields = FIELDS("PublishCollision", struct collision_row, collision_rows);

/* Rosters drawn at different times know nothing of each other. */
static bool nobody_collides(struct db *db, struct arena *a, const char *rosters, struct err *e)
{
	struct collision_row *rows;
	size_t n;
	const struct db_arg *args = DB_ARGS(db_text("rosters", rosters));
	if (!db_rows(db, SQL_PUBLISH_COLLIDES, args, NULL, &collision_fields, a, (void **)&rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		char day[11];
		date_format(rows[i].day, day);
		err_at(e, ERR_CONFLICT, arena_printf(a, "%s, %s", rows[i].agent, day),
		       "has a published shift at %s too near; build the schedule again", rows[i].site);
	}
	return n == 0;
}

struct id_row {
	int64_t id;
};
static const struct field id_rows[] = { F_INT(struct id_row, id, 0, 0, 0, "") };
static const struct fields id_fields = FIELDS("RosterTogether", struct id_row, id_rows);

/* The roster and the other drafts drawn in one with it, by site and locked. */
static bool load_together(struct db *db, struct arena *a, const struct roster *r, struct roster **out, size_t *count,
			  const char **json, struct err *e)
{
	struct id_row *ids;
	const char *list = "";
	if (!db_rows(db, SQL_ROSTER_TOGETHER, DB_ARGS(db_int("roster_id", r->id)), NULL, &id_fields, a, (void **)&ids,
		     count, e))
		return false;
	*out = arena_array(a, *count + 1, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		if (!roster_lock(db, a, ids[i].id, &(*out)[i], e))
			return false;
		list = arena_printf(a, "%s%s%lld", list, i > 0 ? "," : "", (long long)ids[i].id);
	}
	if (*count == 0) { /* drawn alone */
		(*out)[(*count)++] = *r;
		list = arena_printf(a, "%lld", (long long)r->id);
	}
	*json = arena_printf(a, "[%s]", list);
	return true;
}

static const struct db_arg *publish_args(struct arena *a, const struct roster *r, int64_t user_id)
{
	struct db_arg *args = arena_array(a, 5, sizeof *args);
	args[0] = db_int("roster_id", r->id);
	args[1] = db_int("site_id", r->site_id);
	args[2] = db_date("monday", r->week);
	args[3] = db_int("user_id", user_id);
	return args;
}

bool roster_publish(struct db *db, struct arena *a, const struct roster *r, int64_t user_id,
		    struct err *e)
{
	struct roster *all;
	size_t count;
	return roster_publish_together(db, a, r, user_id, &all, &count, e);
}

bool roster_publish_together(struct db *db, struct arena *a, const struct roster *r, int64_t user_id,
			     struct roster **drafts, size_t *draft_count, struct err *e)
{
	static const enum sql_id steps[] = {
		SQL_PUBLISH_MARK_TOUCHED, SQL_PUBLISH_CARRY_IDENTITY, SQL_PUBLISH_SUPERSEDE,
		SQL_PUBLISH_SUPERSEDE_ROSTER, SQL_PUBLISH_SHIFTS, SQL_PUBLISH_ROSTER,
	};
	struct roster *all;
	const char *ids;
	size_t count;

	if (r->state != ROSTER_DRAFT)
		return err_set(e, ERR_CONFLICT, "version %lld is already %s", (long long)r->version,
			       roster_state_names[r->state]);
	if (r->week + 7 <= clock_now() / 86400)
		return err_set(e, ERR_CONFLICT, "the week of this roster is over");
	if (!load_together(db, a, r, &all, &count, &ids, e))
		return false;
	*drafts = all;
	*draft_count = count;
	if (!db_run(db, SQL_PUBLISH_LOCK_PEOPLE, DB_ARGS(db_text("rosters", ids)), NULL, NULL, e))
		return false;
	for (size_t k = 0; k < count; k++)
		if (!db_run(db, SQL_ROSTER_LOCK_WEEK, publish_args(a, &all[k], user_id), NULL, NULL, e) ||
		    !nobody_absent(db, a, all[k].id, e))
			return false;
	if (!nobody_collides(db, a, ids, e))
		return false;
	/* Step by step for all: a shift may take the place of one at another site. */
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		for (size_t k = 0; k < count; k++)
			if (!db_run(db, steps[i], publish_args(a, &all[k], user_id), NULL, NULL, e))
				return false;
	return true;
}
