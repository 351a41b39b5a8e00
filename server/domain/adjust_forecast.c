/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/adjust_forecast.h"

#include <math.h>

#include "server/base/clock.h"
#include "server/domain/site_calendar.h"

enum { DAY_S = 86400, SPAN_DAYS_MAX = 366, AHEAD_DAYS_MAX = 560 };
static const double PERCENT_MAX = 1900; /* twenty times as much */

enum adjustment_kind { ADJUST_PERCENT, ADJUST_COUNT };
static const char *const kind_names[] = { "percent", "count", NULL };

#define GIVEN_ROWS                                                                                   \
	F_INT(struct adjustment, queue_id, 0, 1, 1e15, "queue"),                                     \
	F_INSTANT(struct adjustment, from, 0, "start of the first interval adjusted"),            \
	F_INSTANT(struct adjustment, to, 0, "end of the last, excluded"),                         \
	F_ENUM(struct adjustment, kind, 0, kind_names,                                              \
	       "percent: times 1 + value / 100; count: contacts added, spread as the forecast is"),  \
	F_REAL(struct adjustment, value, 0, -1e9, 1e9, "percent, or contacts over the whole span"), \
	F_TEXT(struct adjustment, reason, 0, 3, 300, "why, for whoever reads the forecast later")

static const struct field new_rows[] = { GIVEN_ROWS };
const struct fields adjustment_new_fields =
	FIELDS("ForecastAdjustmentNew", struct adjustment, new_rows);

#define KEPT_ROWS                                                                                    \
	F_INT(struct adjustment, id, 0, 1, 1e15, "permanent id"),                                    \
	F_INT(struct adjustment, site_id, 0, 1, 1e15, "site of the queue"), GIVEN_ROWS,              \
	F_TEXT(struct adjustment, author, 0, 0, 0, "login of whoever made it"),                      \
	F_INSTANT(struct adjustment, created_at, 0, "when it was made"),                             \
	F_TEXT(struct adjustment, revoked_by, FIELD_OPTIONAL, 0, 0, "login of whoever revoked it"),  \
	F_INSTANT(struct adjustment, revoked_at, FIELD_OPTIONAL, "when it was revoked")

static const struct field rows[] = { KEPT_ROWS };
const struct fields adjustment_fields = FIELDS("ForecastAdjustment", struct adjustment, rows);

static const struct field made_rows[] = {
	KEPT_ROWS,
	F_INT(struct adjustment, forecast_id, FIELD_OPTIONAL, 1, 1e15,
	      "newest forecast that reaches into its span; null: none yet"),
	F_INT(struct adjustment, intervals, 0, 0, 1e9, "intervals of that forecast in the span"),
	F_INT(struct adjustment, closed_intervals, 0, 0, 1e9, "intervals of the span outside opening"),
	F_REAL(struct adjustment, before, FIELD_OPTIONAL, 0, 0, "contacts there without any adjustment"),
	F_REAL(struct adjustment, after, FIELD_OPTIONAL, 0, 0, "contacts there with all adjustments"),
	F_TEXT(struct adjustment, warning, 0, 0, 0, "what part of it has no effect; empty: none"),
};
const struct fields adjustment_made_fields =
	FIELDS("ForecastAdjustmentMade", struct adjustment, made_rows);

struct adjustment_effect {
	int64_t forecast_id, from_at, until_at, intervals;
	double before, after, most; /* most: of one interval, after */
};
static const struct field effect_rows[] = {
	F_INT(struct adjustment_effect, forecast_id, 0, 0, 0, ""),
	F_INSTANT(struct adjustment_effect, from_at, 0, ""),
	F_INSTANT(struct adjustment_effect, until_at, 0, ""),
	F_INT(struct adjustment_effect, intervals, 0, 0, 0, ""),
	F_REAL(struct adjustment_effect, before, 0, 0, 0, ""),
	F_REAL(struct adjustment_effect, after, 0, 0, 0, ""),
	F_REAL(struct adjustment_effect, most, 0, 0, 0, ""),
};
static const struct fields effect_fields =
	FIELDS("AdjustmentEffect", struct adjustment_effect, effect_rows);

struct queue_site {
	int64_t id, site_id;
};
static const struct field queue_site_rows[] = {
	F_INT(struct queue_site, id, 0, 0, 0, ""),
	F_INT(struct queue_site, site_id, 0, 0, 0, ""),
};
static const struct fields queue_site_fields =
	FIELDS("AdjustmentQueue", struct queue_site, queue_site_rows);

static bool find_queue(struct db *db, struct arena *a, int64_t queue_id, struct site_calendar *site,
		       struct site_queue *out, struct err *e)
{
	struct queue_site *found;
	struct site_queue *queues;
	size_t n;

	if (!db_rows(db, SQL_ADJUSTMENT_QUEUE, DB_ARGS(db_int("queue_id", queue_id)), NULL,
		     &queue_site_fields, a, (void **)&found, &n, e))
		return false;
	if (n == 0)
		return err_at(e, ERR_INVALID, "/queue_id", "there is no queue %lld",
			      (long long)queue_id);
	if (!site_calendar_load(db, a, found->site_id, site, e) ||
	    !site_queues_load(db, a, found->site_id, &queues, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (queues[i].id == queue_id)
			*out = queues[i];
	return true;
}

static bool check_value(const struct adjustment *in, struct err *e)
{
	if (in->value == 0)
		return err_at(e, ERR_INVALID, "/value", "0 changes nothing");
	if (in->kind != ADJUST_PERCENT)
		return true;
	if (in->value < -100)
		return err_at(e, ERR_INVALID, "/value", "no more than 100 %% can be taken away");
	return in->value <= PERCENT_MAX ||
	       err_at(e, ERR_INVALID, "/value", "must be at most %.0f %%", PERCENT_MAX);
}

/* Intervals are counted from local midnight, which in some zones is no full hour of UTC. */
static bool is_on_grid(const struct site_calendar *site, const struct site_queue *q, int64_t at)
{
	int64_t date;
	int minute;
	zone_to_local(site->zone, at, &date, &minute);
	return at % 60 == 0 && minute % q->interval_min == 0;
}

static bool check_span(const struct adjustment *in, const struct site_calendar *site,
		       const struct site_queue *q, struct err *e)
{
	int64_t now = clock_now();
	bool ok = true;

	if (!is_on_grid(site, q, in->from))
		ok = err_at(e, ERR_INVALID, "/from", "does not begin an interval of %d minutes",
			    (int)q->interval_min);
	if (!is_on_grid(site, q, in->to))
		ok = err_at(e, ERR_INVALID, "/to", "does not end an interval of %d minutes",
			    (int)q->interval_min);
	if (in->to <= in->from)
		ok = err_at(e, ERR_INVALID, "/to", "must come after from");
	else if (in->to <= now)
		ok = err_at(e, ERR_INVALID, "/to", "is past: what has happened cannot be adjusted");
	else if (in->to - in->from > (int64_t)SPAN_DAYS_MAX * DAY_S)
		ok = err_at(e, ERR_INVALID, "/to", "lies more than %d days after from", SPAN_DAYS_MAX);
	if (in->from > now + (int64_t)AHEAD_DAYS_MAX * DAY_S)
		ok = err_at(e, ERR_INVALID, "/from", "lies more than %d days ahead", AHEAD_DAYS_MAX);
	return ok;
}

/* Intervals of the span in which the queue takes no work. Mail comes at any hour. */
static int64_t count_closed(const struct adjustment *in, const struct site_calendar *site,
			    const struct site_queue *q)
{
	int64_t closed = 0;

	if (site_queue_is_mail(q))
		return 0;
	for (int64_t t = in->from; t < in->to; t += q->interval_min * 60) {
		int64_t date;
		int minute;
		zone_to_local(site->zone, t, &date, &minute);
		closed += !site_is_open(site, q->id, date, minute);
	}
	return closed;
}

static bool read_effect(struct db *db, struct arena *a, const struct adjustment *in,
			struct adjustment_effect **out, size_t *n, struct err *e)
{
	return db_rows(db, SQL_ADJUSTMENT_EFFECT,
		       DB_ARGS(db_int("queue_id", in->queue_id), db_instant("from", in->from),
			       db_instant("to", in->to)),
		       NULL, &effect_fields, a, (void **)out, n, e);
}

/* The most that a count can come to without a forecast to spread it by: all open intervals alike. */
static bool check_count(const struct adjustment *in, int64_t open, struct err *e)
{
	if (in->kind != ADJUST_COUNT || in->value <= ADJUSTED_MOST * (double)open)
		return true;
	return err_at(e, ERR_INVALID, "/value",
		      "adds more than %.0f contacts to an interval: the %lld open ones take %.0f at most",
		      ADJUSTED_MOST, (long long)open, ADJUSTED_MOST * (double)open);
}

/* With all adjustments, and spread as the forecast is. What takes away is never too much. */
static bool check_effect(const struct adjustment *in, const struct adjustment_effect *f, struct err *e)
{
	if (in->value < 0 || f->most <= ADJUSTED_MOST)
		return true;
	return err_at(e, ERR_INVALID, "/value",
		      "with it an interval would have %.0f contacts: must be at most %.0f", f->most,
		      ADJUSTED_MOST);
}

/* Sentences on what of it has no effect, worst first; empty: all of it has. */
static const char *warning_of(struct arena *a, const struct adjustment *in,
			      const struct adjustment_effect *f, int64_t closed, int64_t all)
{
	const char *shut = closed > 0 ? arena_printf(a, "%lld of its %lld intervals are outside "
						     "opening hours and stay as they are",
						     (long long)closed, (long long)all)
				      : "";
	const char *word = "";

	if (f == NULL)
		word = "no forecast reaches into this time yet: it will apply to the first that does";
	else if (f->intervals == 0)
		word = "the newest forecast has no open interval in this time";
	else if (f->before <= 0 && in->kind == ADJUST_PERCENT)
		word = "the forecast is zero there: a percentage of it changes nothing";
	else if (f->until_at < in->to || f->from_at > in->from)
		word = "the newest forecast covers a part of this time only: the rest applies to the next";
	else if (f->after <= 0 && f->before > 0)
		word = "with it, nothing is left of the forecast there";
	return *word != '\0' && *shut != '\0' ? arena_printf(a, "%s; %s", word, shut)
	       : *word != '\0'		      ? word
					      : shut;
}

bool adjustment_create(struct db *db, struct arena *a, const struct adjustment *in, int64_t user_id,
		       struct adjustment *out, struct err *e)
{
	const struct db_from from = { &adjustment_new_fields, in };
	struct site_calendar site;
	struct site_queue q = { 0 };
	struct adjustment_effect *f;
	int64_t id;
	size_t n;

	if (!find_queue(db, a, in->queue_id, &site, &q, e))
		return false;
	bool ok = check_value(in, e);
	if (!check_span(in, &site, &q, e) || !ok)
		return false;
	int64_t all = (in->to - in->from) / (q.interval_min * 60), closed = count_closed(in, &site, &q);
	if (closed == all)
		return err_at(e, ERR_INVALID, "/from", "queue %s is closed in all of this time",
			      q.code);
	if (!check_count(in, all - closed, e))
		return false;
	if (!db_int_value(db, SQL_ADJUSTMENT_INSERT, DB_ARGS(db_int("user_id", user_id)), &from, &id, e) ||
	    !db_one(db, SQL_ADJUSTMENT_GET, DB_ARGS(db_int("adjustment_id", id)), NULL,
		    &adjustment_fields, a, out, e) ||
	    !read_effect(db, a, in, &f, &n, e) || (n > 0 && !check_effect(in, f, e)))
		return false;
	out->forecast_id = n > 0 ? f->forecast_id : FIELD_NULL;
	out->intervals = n > 0 ? f->intervals : 0;
	out->closed_intervals = closed;
	out->before = n > 0 ? f->before : NAN;
	out->after = n > 0 ? f->after : NAN;
	out->warning = warning_of(a, in, n > 0 ? f : NULL, closed, all);
	return true;
}

bool adjustment_revoke(struct db *db, struct arena *a, int64_t id, int64_t user_id,
		       struct adjustment *before, struct adjustment *after, struct err *e)
{
	const struct db_arg *args = DB_ARGS(db_int("adjustment_id", id), db_int("user_id", user_id));
	int64_t changed;

	if (!db_one(db, SQL_ADJUSTMENT_GET, args, NULL, &adjustment_fields, a, before, e) ||
	    !db_run(db, SQL_ADJUSTMENT_REVOKE, args, NULL, &changed, e))
		return false;
	if (changed == 0)
		return err_set(e, ERR_CONFLICT, "adjustment %lld was revoked already", (long long)id);
	return db_one(db, SQL_ADJUSTMENT_GET, args, NULL, &adjustment_fields, a, after, e);
}
