/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/make_forecast.h"

#include <math.h>

#include "server/base/clock.h"
#include "wfm/forecast.h"

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

/* One row of forecast_interval, and the report card of forecast_queue. */
struct interval_row {
	int64_t start;
	double mean, q05, q10, q25, q50, q75, q90, q95, aht_s;
};
static const struct field interval_rows[] = {
	F_INSTANT(struct interval_row, start, 0, ""),
	F_REAL(struct interval_row, mean, 0, 0, 0, ""),
	F_REAL(struct interval_row, q05, 0, 0, 0, ""),
	F_REAL(struct interval_row, q10, 0, 0, 0, ""),
	F_REAL(struct interval_row, q25, 0, 0, 0, ""),
	F_REAL(struct interval_row, q50, 0, 0, 0, ""),
	F_REAL(struct interval_row, q75, 0, 0, 0, ""),
	F_REAL(struct interval_row, q90, 0, 0, 0, ""),
	F_REAL(struct interval_row, q95, 0, 0, 0, ""),
	F_REAL(struct interval_row, aht_s, 0, 0, 0, ""),
};
static const struct fields interval_fields =
	FIELDS("ForecastIntervalRow", struct interval_row, interval_rows);

struct history_row {
	int64_t start;
	double offered, handled, handle_time_s;
};
static const struct field history_rows[] = {
	F_INSTANT(struct history_row, start, 0, ""),
	F_REAL(struct history_row, offered, 0, 0, 0, ""),
	F_REAL(struct history_row, handled, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct history_row, handle_time_s, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields history_fields = FIELDS("ForecastHistory", struct history_row, history_rows);

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
	int64_t until;      /* history ends here: the first day's midnight, or now */
};

bool forecast_check(struct db *db, struct arena *a, const struct forecast_request *r, struct err *e)
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
	if (r->week + 7 * r->weeks <= clock_now() / 86400)
		return err_at(e, ERR_INVALID, "/week", "lies in the past");
	if (r->week > clock_now() / 86400 + 546)
		return err_at(e, ERR_INVALID, "/week", "lies more than 78 weeks ahead");
	int64_t until = zone_to_utc(site.zone, r->week, 0);
	if (!db_rows(db, SQL_FORECAST_UNKNOWN,
		     DB_ARGS(db_int("site_id", r->site_id), db_instant("until", until)), NULL,
		     &code_fields, a, (void **)&unknown, &unknown_count, e))
		return false;
	for (size_t i = 0; i < unknown_count; i++)
		err_at(e, ERR_INVALID, "/site_id", "queue %s has no history to forecast from",
		       unknown[i].code);
	return unknown_count == 0;
}

static bool making_progress(void *user, double done)
{
	struct making *m = user;
	return m->watch != NULL && m->watch->progress != NULL &&
	       m->watch->progress(m->watch->context, m->done + m->share * done, m->queue->code);
}

/* Instants become (local date, wall-clock slot); libwfm knows no zones. */
static bool load_series(const struct making *m, struct wfm_series *s, struct err *e)
{
	struct history_row *rows;
	size_t n;
	const struct site_queue *q = m->queue;

	if (!db_rows(m->db, SQL_FORECAST_HISTORY,
		     DB_ARGS(db_int("queue_id", q->id), db_instant("until", m->until)), NULL,
		     &history_fields, m->arena, (void **)&rows, &n, e))
		return false;
	struct wfm_observation *o = arena_array(m->arena, n, sizeof *o);
	for (size_t i = 0; i < n; i++) {
		int64_t date;
		int minute;
		zone_to_local(m->site->zone, rows[i].start, &date, &minute);
		o[i] = (struct wfm_observation){
			.day = (int32_t)date,
			.slot = (int16_t)(minute / (int)q->interval_min),
			.offered = rows[i].offered,
			.handled = rows[i].handled,
			.handle_time_s = rows[i].handle_time_s,
		};
	}
	*s = (struct wfm_series){
		.interval_min = (int)q->interval_min,
		.observations = o,
		.n_observations = n,
		.special_days = site_special_days(m->site, q, m->arena, &s->n_special_days),
		.n_special_days = s->n_special_days,
		/* NULL: learnt, for mail arrives while the doors are shut. */
		.open = site_queue_is_mail(q) ? NULL
					      : site_open_mask(m->site, (int)q->interval_min, m->arena),
	};
	return true;
}

static const char *warning_of(const struct wfm_report_card *r)
{
	const struct wfm_method_score *c = &r->score[r->chosen];
	const struct wfm_method_score *naive = &r->score[r->seasonal_naive];

	if (c->origins == 0)
		return "too little history to check the forecast against the past";
	if (c->wape > naive->wape)
		return "no better than the same interval of last week";
	if (fabs(c->bias) > 0.1)
		return "the past was forecast more than 10 % too high or too low";
	return "";
}

static bool save_report(const struct making *m, int64_t id, const struct wfm_forecast *f,
			struct err *e)
{
	const struct wfm_report_card *r = &f->report;
	const struct wfm_method_score *c = &r->score[r->chosen];

	return db_run(m->db, SQL_FORECAST_QUEUE_INSERT,
		      DB_ARGS(db_int("forecast_id", id), db_int("queue_id", m->queue->id),
			      db_text("method", f->method), db_int("history_days", r->days_used),
			      db_int("origins", c->origins), db_real("wape", c->wape),
			      db_real("bias", c->bias), db_real("coverage80", c->coverage_80),
			      db_real("coverage95", c->coverage_95),
			      db_real("naive_wape", r->score[r->seasonal_naive].wape),
			      db_real("mean4_wape", r->score[r->four_week_mean].wape),
			      db_text("warning", warning_of(r))),
		      NULL, NULL, e);
}

static void interval_fill(struct interval_row *row, int64_t start, const struct wfm_forecast_slot *s,
			  double default_aht_s)
{
	const double *q = s->quantile;
	*row = (struct interval_row){
		.start = start, .mean = s->mean,
		.q05 = q[0], .q10 = q[1], .q25 = q[2], .q50 = q[3], .q75 = q[4], .q90 = q[5], .q95 = q[6],
		.aht_s = s->aht_s > 0 ? s->aht_s : default_aht_s,
	};
}

/* One row an instant: a skipped wall-clock slot has none, a repeated one has two. */
static bool save_intervals(const struct making *m, int64_t id, const struct wfm_forecast *f,
			   struct err *e)
{
	struct interval_row *rows = arena_array(m->arena, 2 * f->n_slots, sizeof *rows);
	struct strbuf json;
	size_t n = 0;

	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *s = &f->slots[i];
		int minute = s->slot * (int)m->queue->interval_min, back_minute;
		int64_t start = zone_to_utc(m->site->zone, s->day, minute), back_day;
		if (!s->open)
			continue;
		zone_to_local(m->site->zone, start, &back_day, &back_minute);
		if (back_day != s->day || back_minute != minute)
			continue;
		interval_fill(&rows[n++], start, s, m->queue->aht_s);
		int64_t again = zone_to_utc_second(m->site->zone, s->day, minute);
		if (again != start)
			interval_fill(&rows[n++], again, s, m->queue->aht_s);
	}
	strbuf_init(&json, 512 * (n + 1));
	field_list_to_json(&interval_fields, rows, n, &json);
	bool ok = !json.overflow
			  ? db_run(m->db, SQL_FORECAST_INTERVALS_INSERT,
				   DB_ARGS(db_int("forecast_id", id), db_int("queue_id", m->queue->id),
					   db_text("intervals", json.data)),
				   NULL, NULL, e)
			  : err_set(e, ERR_INTERNAL, "forecast rows overflow their buffer");
	strbuf_free(&json);
	return ok;
}

static bool forecast_one(struct making *m, int64_t forecast_id, struct err *e)
{
	struct wfm_series series;
	struct wfm_forecast f = { 0 };
	struct wfm_error we;
	bool ok = false;

	if (!load_series(m, &series, e))
		return false;
	struct wfm_forecast_options o = {
		.first_day = (int32_t)m->request->week,
		.days = (int32_t)(7 * m->request->weeks + 1), /* a day more: nights run past Sunday */
		.default_aht_s = m->queue->aht_s,
		.progress = making_progress,
		.user = m,
	};
	switch (wfm_forecast_run(&series, &o, &f, &we)) {
	case WFM_OK:
		break;
	case WFM_CANCELLED:
		err_set(e, ERR_CONFLICT, "cancelled");
		goto out;
	case WFM_INVALID:
	case WFM_INFEASIBLE:
		err_set(e, ERR_INVALID, "queue %s: %s %s", m->queue->code, we.path, we.message);
		goto out;
	case WFM_LIMIT:
	case WFM_NO_MEMORY:
	case WFM_INTERNAL:
	default:
		err_from_wfm(e, &we);
		goto out;
	}
	ok = save_report(m, forecast_id, &f, e) && save_intervals(m, forecast_id, &f, e);
out:
	wfm_forecast_free(&f);
	return ok;
}

static bool forecast_body(struct making *m, const struct site_queue *queues, size_t count,
			  int64_t user_id, int64_t job_id, int64_t *forecast_id, struct err *e)
{
	const struct forecast_request *r = m->request;

	if (!db_int_value(m->db, SQL_FORECAST_INSERT,
			  DB_ARGS(db_int("site_id", r->site_id), db_date("first_day", r->week),
				  db_date("last_day", r->week + 7 * r->weeks),
				  db_int("user_id", user_id), db_int("job_id", job_id)),
			  NULL, forecast_id, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		m->queue = &queues[i];
		m->share = 1.0 / (double)count;
		m->done = (double)i / (double)count;
		if (!forecast_one(m, *forecast_id, e))
			return false;
	}
	return true;
}

bool forecast_make(struct db *db, struct arena *a, const struct forecast_request *r,
		   int64_t user_id, int64_t job_id, const struct forecast_watch *w,
		   int64_t *forecast_id, struct err *e)
{
	struct site_calendar site;
	struct site_queue *queues;
	size_t count;

	if (!forecast_check(db, a, r, e) || !site_calendar_load(db, a, r->site_id, &site, e) ||
	    !site_queues_load(db, a, r->site_id, &queues, &count, e))
		return false;
	struct making m = { .db = db, .arena = a, .site = &site, .request = r, .watch = w };
	int64_t now = clock_now(), monday = zone_to_utc(site.zone, r->week, 0);
	m.until = now < monday ? now : monday;
	if (!db_begin(db, e))
		return false;
	if (forecast_body(&m, queues, count, user_id, job_id, forecast_id, e))
		return db_commit(db, e);
	db_rollback(db);
	return false;
}
