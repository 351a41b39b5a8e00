/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/wishes.h"

#include "wfm/schedule.h"

enum { AHEAD_DAYS = 200, QUARTER_MIN = 15 };

const char *const wish_kind_names[] = { "day_off", "day_on", "start", NULL };
static const char *const state_names[] = { "open", "granted", "missed", NULL };

#define WISH_ROWS                                                                                          \
	F_DATE(struct wish_request, day, 0, "local date"),                                                 \
	F_ENUM(struct wish_request, kind, 0, wish_kind_names, "the day off, a shift, or a shift from start on"), \
	F_CLOCK(struct wish_request, start, FIELD_OPTIONAL, "of kind start: when the shift should begin"), \
	{ .name = "weight", .type = FIELD_REAL, .offset = offsetof(struct wish_request, weight),           \
	  .flags = FIELD_OPTIONAL, .min = 0.1, .max = 3, .fallback = "1",                                  \
	  .help = "beside the agent's other wishes and everybody else's" }

static const struct field new_rows[] = { WISH_ROWS };
const struct fields wish_new_fields = FIELDS("WishNew", struct wish_request, new_rows);
static const struct field noted_rows[] = {
	F_INT(struct wish_request, agent_id, 0, 1, 9e15, "who wishes it"),
	WISH_ROWS,
};
const struct fields wish_noted_fields = FIELDS("WishNoted", struct wish_request, noted_rows);

static const struct field rows[] = {
	F_INT(struct wish, id, 0, 1, 1e15, "permanent id"),
	F_INT(struct wish, agent_id, 0, 1, 1e15, "who"),
	F_TEXT(struct wish, agent, 0, 0, 0, "who, by name"),
	F_DATE(struct wish, day, 0, "local date"),
	F_ENUM(struct wish, kind, 0, wish_kind_names, "the day off, a shift, or a shift from start on"),
	F_CLOCK(struct wish, start, FIELD_OPTIONAL, "of kind start: when the shift should begin"),
	F_REAL(struct wish, weight, 0, 0, 0, "beside others"),
	F_ENUM(struct wish, state, 0, state_names, "open until its week is published"),
};
const struct fields wish_fields = FIELDS("Wish", struct wish, rows);

#define RULE_ROWS                                                                                          \
	F_REAL(struct wish_rule, hours, 0, 0, 40,                                                          \
	       "a wish of weight 1 not granted costs as much as so many hours of pay; 0: wishes do not count"), \
	F_REAL(struct wish_rule, seniority_most, 0, 1, WFM_SENIORITY_MOST,                                 \
	       "wishes of those seniority_years in service or longer count so many times; 1: seniority does not count"), \
	F_REAL(struct wish_rule, seniority_years, 0, 1, 50, "years; before, it grows evenly from one time")

static const struct field rule_new_rows[] = { RULE_ROWS };
const struct fields wish_rule_new_fields = FIELDS("WishRuleNew", struct wish_rule, rule_new_rows);
static const struct field rule_rows[] = {
	F_INT(struct wish_rule, site_id, 0, 1, 1e15, "site"),
	RULE_ROWS,
};
const struct fields wish_rule_fields = FIELDS("WishRule", struct wish_rule, rule_rows);

struct about {
	int64_t agent_id, hired, left_on, today, wishes;
	bool published;
};
static const struct field about_rows[] = {
	F_INT(struct about, agent_id, 0, 0, 0, ""),
	F_DATE(struct about, hired, 0, ""),
	F_DATE(struct about, left_on, FIELD_OPTIONAL, ""),
	F_DATE(struct about, today, 0, ""),
	F_BOOL(struct about, published, 0, ""),
	F_INT(struct about, wishes, 0, 0, 0, ""),
};
static const struct fields about_fields = FIELDS("WishAbout", struct about, about_rows);

bool wish_get(struct db *db, struct arena *a, int64_t id, struct wish *out, struct err *e)
{
	return db_one(db, SQL_WISH_GET, DB_ARGS(db_int("wish_id", id)), NULL, &wish_fields, a, out, e);
}

bool wish_list(struct db *db, struct arena *a, const struct wish_filter *f, struct wish **list, size_t *count,
	       struct err *e)
{
	return db_rows(db, SQL_WISH_LIST,
		       DB_ARGS(db_int("of_agent", f->agent_id), db_int("site_id", f->site_id), db_date("from", f->from),
			       db_date("to", f->to), db_date("after_day", f->after_day),
			       db_text("after_name", f->after_name), db_int("after_id", f->after_id),
			       db_int("rows", f->rows)),
		       NULL, &wish_fields, a, (void **)list, count, e);
}

static bool check(const struct wish_request *r, const struct about *x, bool own, struct err *e)
{
	if ((r->kind == WISH_START) != (r->start != FIELD_NULL))
		return err_at(e, ERR_INVALID, "/start",
			      r->kind == WISH_START ? "is missing" : "belongs to a wished start only");
	if (r->start != FIELD_NULL && (r->start >= 1440 || r->start % QUARTER_MIN != 0))
		return err_at(e, ERR_INVALID, "/start", "must be a quarter-hour before 24:00");
	if (r->day <= x->today)
		return err_at(e, ERR_INVALID, "/day", "must lie ahead");
	if (r->day > x->today + AHEAD_DAYS)
		return err_at(e, ERR_INVALID, "/day", "must be within %d days", AHEAD_DAYS);
	if (r->day < x->hired || (x->left_on != FIELD_NULL && r->day > x->left_on))
		return err_at(e, ERR_INVALID, "/day", "lies outside the employment");
	if (own && x->published)
		return err_at(e, ERR_CONFLICT, "/day", "its week is published already; ask for time off");
	if (x->wishes >= WISHES_A_WEEK)
		return err_at(e, ERR_CONFLICT, "/day", "there are %d wishes for that week already", WISHES_A_WEEK);
	return true;
}

bool wish_add(struct db *db, struct arena *a, const struct wish_request *r, bool own, struct wish *out,
	      struct err *e)
{
	const struct db_from from = { &wish_noted_fields, r };
	struct about x;
	struct err why = ERR_INIT;
	int64_t id;
	if (!db_run(db, SQL_WISH_LOCK_AGENT, DB_ARGS(db_int("agent_id", r->agent_id)), NULL, NULL, e))
		return false;
	if (!db_one(db, SQL_WISH_ABOUT, DB_ARGS(db_int("agent_id", r->agent_id), db_date("day", r->day)), NULL,
		    &about_fields, a, &x, &why))
		return why.code == ERR_NOT_FOUND ? err_at(e, ERR_INVALID, "/agent_id", "there is no such agent") :
						   err_at(e, why.code, "", "%s", why.message);
	return check(r, &x, own, e) && db_int_value(db, SQL_WISH_INSERT, DB_ARGS(db_int("agent_id", r->agent_id)), &from, &id, e) &&
	       wish_get(db, a, id, out, e);
}

bool wish_take_back(struct db *db, struct arena *a, int64_t id, int64_t agent_id, struct wish *before,
		    struct err *e)
{
	bool found = wish_get(db, a, id, before, e);
	if (!found && e->code != ERR_NOT_FOUND)
		return false;
	if (!found || (agent_id != FIELD_NULL && before->agent_id != agent_id)) /* nobody learns of others' */
		return err_set(e, ERR_NOT_FOUND, "there is no such wish");
	if (agent_id != FIELD_NULL && before->state != WISH_OPEN)
		return err_set(e, ERR_CONFLICT, "its week is published already");
	return db_run(db, SQL_WISH_DELETE, DB_ARGS(db_int("wish_id", id)), NULL, NULL, e);
}

bool wish_rule_get(struct db *db, struct arena *a, int64_t site_id, struct wish_rule *out, struct err *e)
{
	return db_one(db, SQL_WISH_RULE_GET, DB_ARGS(db_int("site_id", site_id)), NULL, &wish_rule_fields, a, out, e);
}

bool wish_rule_put(struct db *db, struct arena *a, int64_t site_id, const struct wish_rule *in,
		   struct wish_rule *before, struct wish_rule *after, struct err *e)
{
	const struct db_from from = { &wish_rule_new_fields, in };
	return wish_rule_get(db, a, site_id, before, e) &&
	       db_run(db, SQL_WISH_RULE_SET, DB_ARGS(db_int("site_id", site_id)), &from, NULL, e) &&
	       wish_rule_get(db, a, site_id, after, e);
}
