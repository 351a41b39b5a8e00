/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/calendar_rules.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/calendar/holidays.h"
#include "server/domain/site_calendar.h"

enum { YEARS_MAX = 30, PAYDAYS_MAX = 8 };
#define ID_MAX 9007199254740992.0
#define OPT FIELD_OPTIONAL
#define F_YEARS(type)                                                                          \
	F_INT(type, from_year, 0, 1990, 2100, "first year"),                                   \
	F_INT(type, to_year, OPT, 1990, 2100, "last year; none: the first alone")

static const struct field query_rows[] = {
	F_TEXT(struct holiday_query, country, 0, 2, 2, "ISO 3166 code, two capitals"),
	F_INT(struct holiday_query, year, 0, HOLIDAY_YEAR_MIN, HOLIDAY_YEAR_MAX, "year"),
};
const struct fields holiday_query_fields = FIELDS("HolidayQuery", struct holiday_query, query_rows);

static const struct field day_rows[] = {
	F_DATE(struct holiday_day, day, 0, "date"),
	F_ENUM(struct holiday_day, kind, 0, special_kind_names,
	       "holiday; observance: unlike other days, but no day off by law in the whole country"),
	F_TEXT(struct holiday_day, name, 0, 0, 200, "name in the country"),
	F_TEXT(struct holiday_day, group, 0, 0, 60, "the same every year: what it is learnt with"),
	F_BOOL(struct holiday_day, substitute, 0, "given for one that fell on another day"),
};
const struct fields holiday_day_fields = FIELDS("Holiday", struct holiday_day, day_rows);

static const struct field land_rows[] = {
	F_TEXT(struct holiday_land, code, 0, 2, 2, "ISO 3166 code"),
	F_TEXT(struct holiday_land, name, 0, 0, 200, "name"),
};
const struct fields holiday_land_fields = FIELDS("HolidayCountry", struct holiday_land, land_rows);

enum { DOORS_OPEN, DOORS_CLOSED };
static const char *const doors_names[] = { "open", "closed", NULL };
static const struct field holiday_request_rows[] = {
	F_TEXT(struct holiday_request, country, 0, 2, 2, "country with sites"),
	F_YEARS(struct holiday_request),
	F_ENUM(struct holiday_request, doors, OPT, doors_names,
	       "closed: nobody works on holidays; none: open, but what was written before stays as it is"),
	{ .name = "observances", .type = FIELD_BOOL,
	  .offset = offsetof(struct holiday_request, observances), .flags = OPT, .fallback = "true",
	  .help = "also days that are unlike others but no day off by law: carnival, Christmas Eve" },
};
const struct fields holiday_request_fields =
	FIELDS("HolidaysNew", struct holiday_request, holiday_request_rows);

enum { MOVED_BEFORE, MOVED_AFTER, MOVED_NEVER };
static const char *const moved_names[] = { "before", "after", "never", NULL };
static const struct field payday_request_rows[] = {
	F_TEXT(struct payday_request, country, OPT, 2, 2, "for all sites of a country"),
	F_INT(struct payday_request, site_id, OPT, 1, ID_MAX, "or for one site"),
	F_INT(struct payday_request, queue_id, OPT, 1, ID_MAX, "or for one queue"),
	F_YEARS(struct payday_request),
	F_LIST_OF(struct payday_request, days, day_count, 0, FIELD_INT, 1, PAYDAYS_MAX,
		  "days of the month, 1 to 31; past its end: its last day"),
	{ .name = "moved", .type = FIELD_ENUM, .offset = offsetof(struct payday_request, moved),
	  .flags = OPT, .names = moved_names, .fallback = "\"before\"",
	  .help = "when it falls on a weekend or holiday: to the working day before, after, or never" },
	{ .name = "name", .type = FIELD_TEXT, .offset = offsetof(struct payday_request, name),
	  .flags = OPT, .max = 100, .fallback = "\"\"", .help = "what the days are called" },
};
const struct fields payday_request_fields =
	FIELDS("PaydaysNew", struct payday_request, payday_request_rows);

static const struct field written_rows[] = {
	F_INT(struct rules_written, days, 0, 0, 1e9, "days that the rules give"),
	F_INT(struct rules_written, inserted, 0, 0, 1e9, "new ones"),
	F_INT(struct rules_written, changed, 0, 0, 1e9, "changed ones"),
	F_INT(struct rules_written, removed, 0, 0, 1e9, "written before, no longer given"),
};
const struct fields rules_written_fields = FIELDS("RulesWritten", struct rules_written, written_rows);

/* What is written of a day. */
static const struct field row_rows[] = {
	F_DATE(struct holiday_day, day, 0, ""),
	F_ENUM(struct holiday_day, kind, 0, special_kind_names, ""),
	F_TEXT(struct holiday_day, name, 0, 0, 0, ""),
	F_TEXT(struct holiday_day, group, 0, 0, 0, ""),
};
static const struct fields row_fields = FIELDS("RuleDay", struct holiday_day, row_rows);

struct day_list {
	struct holiday_day *rows;
	size_t count, cap;
};

/* ---------------------------------------------------------------- holidays */

static bool country_find(const char *code, const char *pointer, const struct holiday_country **out,
			 struct err *e)
{
	*out = holiday_country_find(holiday_book(), code);
	return *out != NULL ||
	       err_at(e, ERR_INVALID, pointer, "the holidays of %s are not known", code);
}

static struct holiday_day *day_push(struct arena *a, struct day_list *l)
{
	struct holiday_day *d = arena_grow(a, (void **)&l->rows, &l->cap, l->count, sizeof *d);
	l->count++;
	return d;
}

/* Holidays come by date; those of one date become one. */
static void add_year(const struct holiday_country *c, int year, bool observances, struct arena *a,
		     struct day_list *l)
{
	struct holiday *h;
	size_t n;

	holidays_of_year(c, year, a, &h, &n);
	for (size_t i = 0; i < n; i++) {
		int64_t kind = h[i].optional ? SPECIAL_OBSERVANCE : SPECIAL_HOLIDAY;
		struct holiday_day *last = l->count > 0 ? &l->rows[l->count - 1] : NULL;
		if (h[i].optional && !observances)
			continue;
		if (last != NULL && last->day == h[i].date && last->kind < kind)
			continue;
		if (last != NULL && last->day == h[i].date && last->kind == kind) {
			last->name = arena_printf(a, "%s / %s", last->name, h[i].name);
			continue;
		}
		if (last == NULL || last->day != h[i].date)
			last = day_push(a, l);
		*last = (struct holiday_day){ h[i].date, kind, h[i].key, h[i].name, h[i].substitute };
	}
}

bool holidays_list(struct arena *a, const struct holiday_query *q, struct holiday_day **out,
		   size_t *count, struct err *e)
{
	const struct holiday_country *c;
	struct day_list l = { 0 };

	if (!country_find(q->country, "?country", &c, e))
		return false;
	add_year(c, (int)q->year, true, a, &l);
	*out = l.rows;
	*count = l.count;
	return true;
}

void holiday_lands(struct arena *a, struct holiday_land **out, size_t *count)
{
	const struct holiday_book *b = holiday_book();

	*count = b->country_count;
	*out = arena_array(a, b->country_count, sizeof **out);
	for (size_t i = 0; i < b->country_count; i++)
		(*out)[i] = (struct holiday_land){ b->countries[i].code, b->countries[i].name };
}

static bool check_years(int64_t from, int64_t to, struct err *e)
{
	if (to < from)
		return err_at(e, ERR_INVALID, "/to_year", "must not come before from_year");
	return to - from < YEARS_MAX ||
	       err_at(e, ERR_INVALID, "/to_year", "at most %d years at once", (int)YEARS_MAX);
}

struct scope {
	const char *country;
	int64_t site_id, queue_id, from_year, to_year;
	const char *kinds; /* that the rules write, as a PostgreSQL array */
	bool closed;       /* new holidays are */
	bool keep_closed;  /* those written before stay as they are */
};

static bool write_days(struct db *db, struct arena *a, const struct scope *s, const struct day_list *l,
		       struct rules_written *out, struct err *e)
{
	struct strbuf json;

	strbuf_init(&json, 1024 * (l->count + 1));
	field_list_to_json(&row_fields, l->rows, l->count, &json);
	bool ok = !json.overflow
			  ? db_one(db, SQL_HOLIDAYS_WRITE,
				   DB_ARGS(db_text("days", json.data), db_text("kinds", s->kinds),
					   db_text("country", s->country), db_int("site_id", s->site_id),
					   db_int("queue_id", s->queue_id),
					   db_int("from_year", s->from_year),
					   db_int("to_year", s->to_year), db_bool("closed", s->closed),
					   db_bool("keep_closed", s->keep_closed)),
				   NULL, &rules_written_fields, a, out, e)
			  : err_set(e, ERR_INTERNAL, "special days overflow their buffer");
	strbuf_free(&json);
	return ok;
}

/* The country of what the days are for; ERR_INVALID at `pointer` when it is not there. */
static bool scope_country(struct db *db, struct arena *a, const struct scope *s, const char *pointer,
			  const char **country, struct err *e)
{
	struct holiday_query row;
	static const struct field rows[] = { F_TEXT(struct holiday_query, country, 0, 0, 0, "") };
	static const struct fields fields = FIELDS("ScopeCountry", struct holiday_query, rows);
	struct err why = ERR_INIT;

	if (db_one(db, SQL_SPECIAL_SCOPE_COUNTRY,
		   DB_ARGS(db_text("country", s->country), db_int("site_id", s->site_id),
			   db_int("queue_id", s->queue_id)),
		   NULL, &fields, a, &row, &why)) {
		*country = row.country;
		return true;
	}
	if (why.code != ERR_NOT_FOUND)
		return err_set(e, why.code, "%s", why.message);
	if (s->country != NULL)
		return err_at(e, ERR_INVALID, pointer, "no site is in %s", s->country);
	return err_at(e, ERR_INVALID, pointer, "there is no %s %lld",
		      s->site_id != FIELD_NULL ? "site" : "queue",
		      (long long)(s->site_id != FIELD_NULL ? s->site_id : s->queue_id));
}

bool holidays_write(struct db *db, struct arena *a, const struct holiday_request *r,
		    struct rules_written *out, struct err *e)
{
	const struct holiday_country *c;
	const char *country;
	struct day_list l = { 0 };
	struct scope s = { r->country, FIELD_NULL, FIELD_NULL, r->from_year,
			   r->to_year == FIELD_NULL ? r->from_year : r->to_year,
			   "{holiday,observance}", r->doors == DOORS_CLOSED, r->doors == FIELD_NULL };

	bool ok = check_years(s.from_year, s.to_year, e);
	ok = country_find(r->country, "/country", &c, e) && ok;
	if (!ok || !scope_country(db, a, &s, "/country", &country, e))
		return false;
	for (int64_t year = s.from_year; year <= s.to_year; year++)
		add_year(c, (int)year, r->observances, a, &l);
	return write_days(db, a, &s, &l, out, e);
}

/* ---------------------------------------------------------------- paydays */

static bool is_holiday(const struct day_list *holidays, int64_t date)
{
	for (size_t i = 0; i < holidays->count; i++)
		if (holidays->rows[i].day == date)
			return true;
	return false;
}

static int64_t payday_of(const struct payday_request *r, const struct day_list *holidays, int year,
			 int month, int64_t day)
{
	int64_t last = date_from_ymd(month == 12 ? year + 1 : year, month % 12 + 1, 1) - 1;
	int64_t date = date_from_ymd(year, month, 1) + day - 1;
	int step = r->moved == MOVED_BEFORE ? -1 : 1;

	date = date > last ? last : date;
	while (r->moved != MOVED_NEVER && (date_weekday(date) > 5 || is_holiday(holidays, date)))
		date += step;
	return date;
}

static bool known_day(const struct day_list *l, int64_t date)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->rows[i].day == date)
			return true;
	return false;
}

static void add_paydays(struct arena *a, const struct payday_request *r, const struct scope *s,
			const struct day_list *holidays, struct day_list *l)
{
	for (int64_t year = s->from_year - 1; year <= s->to_year + 1; year++)
		for (int month = 1; month <= 12; month++)
			for (size_t i = 0; i < r->day_count; i++) {
				int64_t date = payday_of(r, holidays, (int)year, month, r->days[i]);
				int y, m, d;
				date_to_ymd(date, &y, &m, &d);
				/* A payday moved over New Year belongs to the year where it falls. */
				if (y < s->from_year || y > s->to_year || known_day(l, date))
					continue;
				*day_push(a, l) = (struct holiday_day){
					.day = date, .kind = SPECIAL_PAYDAY,
					.group = r->days[i] >= 28
							 ? "payday_last"
							 : arena_printf(a, "payday_%lld",
									(long long)r->days[i]),
					.name = r->name,
				};
			}
}

bool paydays_write(struct db *db, struct arena *a, const struct payday_request *r,
		   struct rules_written *out, struct err *e)
{
	int scopes = (r->country != NULL) + (r->site_id != FIELD_NULL) + (r->queue_id != FIELD_NULL);
	const char *pointer = r->country != NULL	 ? "/country"
			      : r->site_id != FIELD_NULL ? "/site_id"
							 : "/queue_id";
	const char *code;
	struct day_list holidays = { 0 }, l = { 0 };
	struct scope s = { r->country, r->site_id, r->queue_id, r->from_year,
			   r->to_year == FIELD_NULL ? r->from_year : r->to_year, "{payday}", false, true };

	bool ok = check_years(s.from_year, s.to_year, e);
	if (scopes != 1)
		ok = err_at(e, ERR_INVALID, scopes == 0 ? "" : pointer,
			    "paydays belong to exactly one of country, site_id, queue_id");
	for (size_t i = 0; i < r->day_count; i++)
		if (r->days[i] < 1 || r->days[i] > 31)
			ok = err_at(e, ERR_INVALID, arena_printf(a, "/days/%zu", i),
				    "must be between 1 and 31");
	if (!ok || !scope_country(db, a, &s, pointer, &code, e))
		return false;
	/* A country without rules has weekends all the same. */
	const struct holiday_country *c = holiday_country_find(holiday_book(), code);
	for (int64_t year = s.from_year - 1; c != NULL && year <= s.to_year + 1; year++)
		add_year(c, (int)year, false, a, &holidays);
	add_paydays(a, r, &s, &holidays, &l);
	return write_days(db, a, &s, &l, out, e);
}
