/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/make_forecast.h"

#include "server/base/clock.h"
#include "server/domain/forecast_accuracy.h"
#include "server/domain/keep_forecast.h"
#include "server/domain/stored_joint.h"

enum { FORECAST_WEEKS_MAX = 12 };

static const struct field request_rows[] = {
	F_INT(struct forecast_request, site_id, 0, 1, 1e15, "site whose queues are forecast"),
	F_WEEK(struct forecast_request, week, 0, "first ISO week, e.g. 2026-W48"),
	{ .name = "weeks", .type = FIELD_INT, .offset = offsetof(struct forecast_request, weeks),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = FORECAST_WEEKS_MAX, .fallback = "1",
	  .help = "number of weeks" },
};
const struct fields forecast_request_fields =
	FIELDS("ForecastRequest", struct forecast_request, request_rows);

static const struct field result_rows[] = {
	F_INT(struct forecast_result, forecast_id, 0, 1, 1e15, "the forecast that was made"),
};
const struct fields forecast_result_fields =
	FIELDS("ForecastResult", struct forecast_result, result_rows);

struct code_row {
	const char *code;
};
static const struct field code_rows[] = { F_TEXT(struct code_row, code, 0, 0, 0, "") };
static const struct fields code_fields = FIELDS("QueueCode", struct code_row, code_rows);

struct making {
	struct db *db;
	struct arena *arena;
	const struct site_calendar *site;
	const struct forecast_request *request;
	const struct forecast_watch *watch;
	const struct site_queue *queue;
	double done, share; /* of the whole job: before this queue, and of this queue */
	int64_t as_of;      /* FIELD_NULL: now */
	int64_t until;      /* history ends here: the first day's midnight, or now */
	const struct accuracy *accuracy; /* of past versions, for their flags */
	size_t accuracy_count;
	struct made { /* of one queue */
		struct wfm_forecast f; /* not own: of nothing */
		struct forecast_warnings warnings;
		bool own;
	} *made;
	const char *why; /* queues were left out */
};

static bool check_at(struct db *db, struct arena *a, const struct forecast_request *r, int64_t now,
		     struct err *e)
{
	struct site_calendar site;
	struct site_queue *queues;
	struct code_row *unknown;
	size_t queue_count, unknown_count;

	if (!site_calendar_load(db, a, r->site_id, &site, e) ||
	    !site_queues_load(db, a, r->site_id, &queues, &queue_count, e))
		return false;
	if (queue_count == 0)
		return err_at(e, ERR_INVALID, "/site_id", "site %s has no queues", site.code);
	if (r->week + 7 * r->weeks <= now / 86400)
		return err_at(e, ERR_INVALID, "/week", "lies in the past");
	if (r->week > now / 86400 + 546)
		return err_at(e, ERR_INVALID, "/week", "lies more than 78 weeks ahead");
	int64_t until = zone_to_utc(site.zone, r->week, 0);
	if (!db_rows(db, SQL_FORECAST_UNKNOWN,
		     DB_ARGS(db_int("site_id", r->site_id), db_instant("until", until)), NULL,
		     &code_fields, a, (void **)&unknown, &unknown_count, e))
		return false;
	/* With some others the job leaves it out, and says so. */
	for (size_t i = 0; i < unknown_count && unknown_count == queue_count; i++)
		err_at(e, ERR_INVALID, "/site_id", "queue %s has no history to forecast from",
		       unknown[i].code);
	return unknown_count < queue_count;
}

bool forecast_check(struct db *db, struct arena *a, const struct forecast_request *r, struct err *e)
{
	return check_at(db, a, r, clock_now(), e);
}

static bool making_progress(void *user, double done)
{
	struct making *m = user;
	return m->watch != NULL && m->watch->progress != NULL &&
	       m->watch->progress(m->watch->context, m->done + m->share * done, m->queue->code);
}

static bool run_queue(struct making *m, struct forecast_series *history, struct wfm_forecast *f, struct err *e)
{
	struct wfm_error we;

	/* A day more than the weeks: nights run past Sunday. */
	struct site_span ahead = { .from = m->request->week,
				   .until = m->request->week + 7 * m->request->weeks + 1 };
	if (!forecast_series_load(m->db, m->arena, m->site, m->queue, m->until, &ahead, history, e))
		return false;
	struct wfm_forecast_options o = {
		.first_day = (int32_t)ahead.from,
		.days = (int32_t)(ahead.until - ahead.from),
		.default_aht_s = m->queue->aht_s,
		.progress = making_progress,
		.user = m,
	};
	enum wfm_status status = wfm_forecast_run(&history->series, &o, f, &we);
	return status == WFM_OK || forecast_failed(m->queue, status, &we, e);
}

static bool forecast_one(struct making *m, struct made *one, struct err *e)
{
	struct forecast_series history = { 0 };

	one->own = run_queue(m, &history, &one->f, e);
	if (!one->own) {
		wfm_forecast_free(&one->f);
		one->f = forecast_of_nothing();
		m->why = arena_printf(m->arena, "%s%s%s", m->why != NULL ? m->why : "",
				      m->why != NULL ? "; " : "", e->message);
		if (!forecast_leave_out(m->arena, &history.warnings, e))
			return false;
	}
	accuracy_warn(m->arena, m->accuracy, m->accuracy_count, m->queue->id, &history.warnings);
	one->warnings = history.warnings;
	return true;
}

static bool forecast_all(struct making *m, const struct site_queue *queues, size_t count, struct err *e)
{
	size_t own = 0;

	for (size_t i = 0; i < count; i++) {
		m->queue = &queues[i];
		m->share = 1.0 / (double)count;
		m->done = (double)i / (double)count;
		if (!forecast_one(m, &m->made[i], e))
			return false;
		own += m->made[i].own;
	}
	return own > 0 || err_set(e, ERR_INVALID, "%s", m->why);
}

static bool keep_all(struct making *m, const struct site_queue *queues, size_t count, int64_t id, struct err *e)
{
	/* Of each queue's backtest, for how they move together. */
	struct wfm_day_errors *errors = arena_array(m->arena, count, sizeof *errors);
	int64_t *queue_ids = arena_array(m->arena, count, sizeof *queue_ids);
	size_t own = 0;

	for (size_t i = 0; i < count; i++) {
		struct made *one = &m->made[i];
		if (!forecast_keep_queue(m->db, m->arena, m->site, &queues[i], id, &one->f, &one->warnings, e))
			return false;
		if (!one->own)
			continue;
		errors[own] = (struct wfm_day_errors){ one->f.backtest, one->f.n_backtest };
		queue_ids[own++] = queues[i].id;
	}
	return correlation_keep(m->db, m->arena, id, queue_ids, errors, own, e);
}

static bool keep(struct making *m, const struct site_queue *queues, size_t count, int64_t user_id,
		 int64_t job_id, int64_t *forecast_id, struct err *e)
{
	const struct forecast_request *r = m->request;

	return db_int_value(m->db, SQL_FORECAST_INSERT,
			    DB_ARGS(db_int("site_id", r->site_id), db_date("first_day", r->week),
				    db_date("last_day", r->week + 7 * r->weeks),
				    db_int("user_id", user_id), db_int("job_id", job_id),
				    db_instant("created_at", m->as_of)),
			    NULL, forecast_id, e) &&
	       keep_all(m, queues, count, *forecast_id, e) &&
	       (m->watch == NULL || m->watch->saved == NULL ||
		m->watch->saved(m->watch->context, *forecast_id, e));
}

/* Forecasting takes seconds to minutes: nothing is written, and no lock held, before it is done. */
static bool make(struct making *m, const struct site_queue *queues, size_t count, int64_t user_id,
		 int64_t job_id, int64_t *forecast_id, struct err *e)
{
	if (!forecast_all(m, queues, count, e) || !db_begin(m->db, e))
		return false;
	if (keep(m, queues, count, user_id, job_id, forecast_id, e))
		return db_commit(m->db, e);
	db_rollback(m->db);
	return false;
}

bool forecast_make_as_of(struct db *db, struct arena *a, const struct forecast_request *r,
			 int64_t as_of, int64_t user_id, int64_t job_id,
			 const struct forecast_watch *w, int64_t *forecast_id, struct err *e)
{
	int64_t now = as_of == FIELD_NULL ? clock_now() : as_of;
	struct site_calendar site;
	struct site_queue *queues;
	struct accuracy_query past = { r->site_id, FIELD_NULL, FIELD_NULL, FIELD_NULL };
	struct accuracy *rows = NULL;
	size_t count;
	int minute;

	if (!check_at(db, a, r, now, e) || !site_calendar_load(db, a, r->site_id, &site, e) ||
	    !site_queues_load(db, a, r->site_id, &queues, &count, e))
		return false;
	struct making m = { .db = db, .arena = a, .site = &site, .request = r, .watch = w,
			    .as_of = as_of };
	zone_to_local(site.zone, now, &past.to, &minute);
	if (!forecast_accuracy(db, a, &past, &rows, &m.accuracy_count, e))
		return false;
	m.accuracy = rows;
	int64_t monday = zone_to_utc(site.zone, r->week, 0);
	m.until = now < monday ? now : monday;
	m.made = arena_array(a, count, sizeof *m.made);
	bool ok = make(&m, queues, count, user_id, job_id, forecast_id, e);
	for (size_t i = 0; i < count; i++)
		wfm_forecast_free(&m.made[i].f);
	return ok;
}

bool forecast_make(struct db *db, struct arena *a, const struct forecast_request *r,
		   int64_t user_id, int64_t job_id, const struct forecast_watch *w,
		   int64_t *forecast_id, struct err *e)
{
	return forecast_make_as_of(db, a, r, FIELD_NULL, user_id, job_id, w, forecast_id, e);
}
