/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/make_schedule.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/domain/make_forecast.h"

/* A site's own forecast of the week, or that one can be made. */
static bool check_forecast(struct db *db, struct arena *a, int64_t site_id, int64_t week, int64_t forecast_id,
			   struct err *e)
{
	struct forecast_request f = { site_id, week, 1 };
	int64_t covers;
	if (forecast_id == FIELD_NULL)
		return forecast_check(db, a, &f, e);
	if (!db_int_value(db, SQL_SCHEDULE_FORECAST_COVERS,
			  DB_ARGS(db_int("site_id", site_id), db_date("monday", week),
				  db_int("forecast_id", forecast_id)),
			  NULL, &covers, e))
		return false;
	return covers > 0 || err_at(e, ERR_INVALID, "/forecast_id",
				    "no forecast of this site and week has the id %lld", (long long)forecast_id);
}

static bool check_people(struct db *db, int64_t site_id, int64_t week, const char *place, const char *code,
			 struct err *e)
{
	int64_t agents;
	if (!db_int_value(db, SQL_SCHEDULE_AGENT_COUNT, DB_ARGS(db_int("site_id", site_id), db_date("monday", week)),
			  NULL, &agents, e))
		return false;
	return agents > 0 || err_at(e, ERR_INVALID, place, "site %s has no agents in that week", code);
}

bool schedule_newest_forecast(struct db *db, int64_t site_id, int64_t week, int64_t *out, struct err *e)
{
	if (!db_int_value(db, SQL_SCHEDULE_NEWEST_FORECAST, DB_ARGS(db_int("site_id", site_id), db_date("monday", week)),
			  NULL, out, e))
		return false;
	*out = *out > 0 ? *out : FIELD_NULL;
	return true;
}

/* What is wrong with another site is said of its place in the request. */
static bool blame(const struct err *inner, const char *place, struct err *e)
{
	for (size_t i = 0; i < inner->items_kept; i++) {
		const struct err_item *v = &inner->items[i];
		err_at(e, inner->code, strcmp(v->pointer, "/site_id") == 0 ? place : v->pointer, "%s", v->message);
	}
	return inner->items_kept == 0 ? err_set(e, inner->code, "%s", inner->message) : false;
}

/* The other site's roster to plan again from. */
static bool check_beside(struct db *db, struct arena *a, const struct schedule_request *r, size_t i,
			 const struct site_calendar *site, struct replan *again, struct err *e)
{
	const char *place = arena_printf(a, "/with/%zu", i);
	struct replan_request own = r->keep;
	struct err inner = ERR_INIT;
	int64_t today;
	int minute;
	if (!replan_beside(db, r->keep.roster_id, r->with[i], &own.roster_id, e))
		return false;
	if (own.roster_id == 0)
		return err_at(e, ERR_INVALID, place, "site %s has no roster of that week to plan again from", site->code);
	zone_to_local(site->zone, clock_now(), &today, &minute);
	return replan_check(db, a, r->with[i], r->week, today, &own, again, &inner) || blame(&inner, place, e);
}

/* A week planned again may have been shut meanwhile: then everybody is free. */
static bool check_open(const struct site_calendar *s, int64_t week, struct err *e)
{
	for (int64_t date = week; date < week + WEEK_DAYS; date++)
		if (site_has_hours(s, date) && !site_is_shut(s, date))
			return true;
	return err_at(e, ERR_INVALID, "/week", "site %s is shut on every day of that week", s->code);
}

/* As joint_week_make asks of weeks. */
static bool check_clocks(const struct site_calendar *s, const struct site_calendar *other, int64_t week, struct err *e)
{
	for (int64_t date = week; date <= week + WEEK_DAYS; date++)
		if (zone_to_utc(s->zone, date, 0) != zone_to_utc(other->zone, date, 0))
			return err_at(e, ERR_INVALID, "/with", "the clocks of %s and %s differ in that week; plan each by itself",
				      s->code, other->code);
	return true;
}

static bool check_other(struct db *db, struct arena *a, const struct schedule_request *r,
			const struct site_calendar *own, size_t i, struct replan *again, struct err *e)
{
	const char *place = arena_printf(a, "/with/%zu", i);
	struct site_calendar site;
	struct err inner = ERR_INIT;
	int64_t forecast;
	*again = (struct replan){ .forecast_id = FIELD_NULL, .beside = FIELD_NULL };
	for (size_t k = 0; k <= i; k++)
		if (r->with[i] == (k == 0 ? r->site_id : r->with[k - 1]))
			return err_at(e, ERR_INVALID, place, k == 0 ? "is the site itself" : "is given twice");
	if (!site_calendar_load(db, a, r->with[i], &site, &inner))
		return inner.code == ERR_INVALID ? err_at(e, ERR_INVALID, place, "there is no site %lld", (long long)r->with[i])
						 : err_set(e, inner.code, "%s", inner.message);
	if (replan_asked(&r->keep) && !check_beside(db, a, r, i, &site, again, e))
		return false;
	return check_clocks(own, &site, r->week, e) && (replan_asked(&r->keep) || check_open(&site, r->week, e)) &&
	       check_people(db, r->with[i], r->week, place, site.code, e) &&
	       schedule_newest_forecast(db, r->with[i], r->week, &forecast, e) &&
	       (check_forecast(db, a, r->with[i], r->week,
			       again->forecast_id != FIELD_NULL ? again->forecast_id : forecast, &inner) ||
		blame(&inner, place, e));
}

/* Days that have begun at any of the sites stand at all of them. */
static bool check_with(struct db *db, struct arena *a, const struct schedule_request *r,
		       const struct site_calendar *own, struct replan *again, struct err *e)
{
	for (size_t i = 0; i < r->with_count; i++)
		if (!check_other(db, a, r, own, i, &again[i + 1], e))
			return false;
	for (size_t i = 1; i <= r->with_count; i++)
		again[0].from = again[i].from > again[0].from ? again[i].from : again[0].from;
	for (size_t i = 1; i <= r->with_count; i++)
		again[i].from = again[0].from;
	return true;
}

bool schedule_check_replan(struct db *db, struct arena *a, const struct schedule_request *r, struct replan *again,
			   struct err *e)
{
	struct staffing_choice choice = r->choice;
	struct site_calendar site;
	if (!staffing_choice_resolve(&choice, "/", e) ||
	    !site_calendar_load(db, a, r->site_id, &site, e))
		return false;
	int64_t today;
	int minute;
	zone_to_local(site.zone, clock_now(), &today, &minute);
	if (r->week <= today && !replan_asked(&r->keep))
		return err_at(e, ERR_INVALID, "/week",
			      "has begun or is past; plan a week that begins after today, or again from a "
			      "roster of this one (keep)");
	if (!replan_check(db, a, r->site_id, r->week, today, &r->keep, again, e))
		return false;
	return (replan_asked(&r->keep) || check_open(&site, r->week, e)) &&
	       check_people(db, r->site_id, r->week, "/site_id", site.code, e) &&
	       check_forecast(db, a, r->site_id, r->week,
			      r->forecast_id != FIELD_NULL ? r->forecast_id : again->forecast_id, e) &&
	       check_with(db, a, r, &site, again, e);
}

bool schedule_check(struct db *db, struct arena *a, const struct schedule_request *r, struct err *e)
{
	struct replan *again = arena_array(a, 1 + r->with_count, sizeof *again);
	return schedule_check_replan(db, a, r, again, e);
}
