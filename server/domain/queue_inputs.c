/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/queue_inputs.h"

#include "server/calendar/zones.h"
#include "wfm/demand.h"

enum { DEFAULT_DAYS = 182, DAYS_MAX = 3660, REDIAL_DELAY_S = 600 };

static const struct field query_rows[] = {
	F_DATE(struct inputs_query, from, FIELD_OPTIONAL, "first local date; half a year before to"),
	F_DATE(struct inputs_query, to, FIELD_OPTIONAL, "last local date, included; today"),
};
const struct fields inputs_query_fields = FIELDS("QueueInputsQuery", struct inputs_query, query_rows);

static const struct field patience_rows[] = {
	F_INT(struct queue_patience, queue_id, 0, 1, 1e15, "queue"),
	F_DATE(struct queue_patience, from, 0, "first local date looked at"),
	F_DATE(struct queue_patience, to, 0, "last"),
	F_BOOL(struct queue_patience, known, 0, "false: the data cannot tell"),
	F_REAL(struct queue_patience, mean_s, FIELD_OPTIONAL, 0, 0,
	       "mean patience, seconds: all waiting / abandons"),
	F_REAL(struct queue_patience, low_s, FIELD_OPTIONAL, 0, 0, "95 % interval from"),
	F_REAL(struct queue_patience, high_s, FIELD_OPTIONAL, 0, 0, "95 % interval to"),
	F_REAL(struct queue_patience, low_days_s, FIELD_OPTIONAL, 0, 0, "the same, allowing days to differ"),
	F_REAL(struct queue_patience, high_days_s, FIELD_OPTIONAL, 0, 0, "the same, allowing days to differ"),
	F_REAL(struct queue_patience, abandons, 0, 0, 0, "contacts that gave up"),
	F_REAL(struct queue_patience, waiting_s, 0, 0, 0, "seconds waited, in all"),
	F_INT(struct queue_patience, days, 0, 0, 1e6, "days with waiting"),
	F_TEXT(struct queue_patience, reason, 0, 0, 200, "what it rests on"),
	F_REAL(struct queue_patience, planned_s, FIELD_OPTIONAL, 0, 0,
	       "patience the queue is planned with, null: none"),
	F_BOOL(struct queue_patience, redial_known, 0, "whether the history tells who tries again"),
	F_REAL(struct queue_patience, redial_probability, FIELD_OPTIONAL, 0, 1,
	       "share of the abandoned who call again"),
	F_REAL(struct queue_patience, redial_low, FIELD_OPTIONAL, 0, 1, "95 % interval from"),
	F_REAL(struct queue_patience, redial_high, FIELD_OPTIONAL, 0, 1, "95 % interval to"),
	F_TEXT(struct queue_patience, redial_reason, 0, 0, 200, "what it rests on"),
};
const struct fields queue_patience_fields =
	FIELDS("QueuePatience", struct queue_patience, patience_rows);

static const struct field interval_rows[] = {
	F_INT(struct handling_interval, weekday, 0, 1, 7, "1 Monday to 7 Sunday"),
	F_CLOCK(struct handling_interval, at, 0, "start of the interval, local time"),
	F_REAL(struct handling_interval, aht_s, 0, 0, 0, "expected handling time, seconds"),
	F_REAL(struct handling_interval, sd_s, 0, 0, 0, "its standard deviation, a week or two ahead"),
};
static const struct fields interval_fields =
	FIELDS("HandlingInterval", struct handling_interval, interval_rows);

static const struct field handling_rows[] = {
	F_INT(struct queue_handling, queue_id, 0, 1, 1e15, "queue"),
	F_DATE(struct queue_handling, from, 0, "first local date looked at"),
	F_DATE(struct queue_handling, to, 0, "last"),
	F_REAL(struct queue_handling, level_s, 0, 0, 0, "mean handling time now, seconds"),
	F_REAL(struct queue_handling, contact_sd_s, 0, 0, 0, "scatter of one contact"),
	F_REAL(struct queue_handling, discount, 0, 0, 1,
	       "how fast the level forgets, a day: 1 = there is no trend"),
	F_REAL(struct queue_handling, contacts, 0, 0, 0, "contacts learnt from; 0: the queue's setting"),
	F_INT(struct queue_handling, outliers, 0, 0, 1e9, "impossible intervals, pulled in or left out"),
	F_INT(struct queue_handling, origins, 0, 0, 1000, "past weeks it was tried on"),
	F_REAL(struct queue_handling, wape, FIELD_OPTIONAL, 0, 0, "error by contacts, null: not scored"),
	F_REAL(struct queue_handling, wape_constant, FIELD_OPTIONAL, 0, 0, "of one mean of all history"),
	F_REAL(struct queue_handling, wape_four_weeks, FIELD_OPTIONAL, 0, 0, "of the last four weeks' mean"),
	F_REAL(struct queue_handling, floor, FIELD_OPTIONAL, 0, 0, "what nobody gets below"),
	F_REAL(struct queue_handling, bias, FIELD_OPTIONAL, 0, 0, "too much (+) or too little (-)"),
	F_REAL(struct queue_handling, coverage_80, FIELD_OPTIONAL, 0, 1, "share inside the 80 % band"),
	F_LIST(struct queue_handling, intervals, interval_count, 0, &interval_fields, 0, 2016,
	       "by weekday and interval, where contacts were seen"),
};
const struct fields queue_handling_fields =
	FIELDS("QueueHandling", struct queue_handling, handling_rows);

struct inputs_queue {
	int64_t queue_id, interval_min, today;
	double aht_s, patience_s;
	const char *zone;
};
static const struct field queue_rows[] = {
	F_INT(struct inputs_queue, queue_id, 0, 0, 0, ""),
	F_INT(struct inputs_queue, interval_min, 0, 0, 0, ""),
	F_REAL(struct inputs_queue, aht_s, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct inputs_queue, patience_s, FIELD_OPTIONAL, 0, 0, ""),
	F_TEXT(struct inputs_queue, zone, 0, 0, 0, ""),
	F_DATE(struct inputs_queue, today, 0, ""),
};
static const struct fields queue_fields = FIELDS("InputsQueue", struct inputs_queue, queue_rows);

struct inputs_row {
	int64_t start;
	double offered, handled, abandoned, handle_time_s, wait_time_s;
};
static const struct field row_rows[] = {
	F_INSTANT(struct inputs_row, start, 0, ""),
	F_REAL(struct inputs_row, offered, 0, 0, 0, ""),
	F_REAL(struct inputs_row, handled, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct inputs_row, abandoned, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct inputs_row, handle_time_s, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct inputs_row, wait_time_s, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields row_fields = FIELDS("InputsRow", struct inputs_row, row_rows);

struct inputs {
	struct inputs_queue queue;
	const struct zone *zone;
	int64_t from, to;
	struct inputs_row *rows;
	size_t count;
};

static bool load(struct db *db, struct arena *a, int64_t queue_id, const struct inputs_query *q,
		 struct inputs *in, struct err *e)
{
	if (!db_one(db, SQL_QUEUE_INPUTS_QUEUE, DB_ARGS(db_int("queue_id", queue_id)), NULL,
		    &queue_fields, a, &in->queue, e) ||
	    !zone_find(in->queue.zone, &in->zone, e))
		return false;
	in->to = q->to == FIELD_NULL ? in->queue.today : q->to;
	in->from = q->from == FIELD_NULL ? in->to - DEFAULT_DAYS + 1 : q->from;
	if (in->to < in->from)
		return err_at(e, ERR_INVALID, "?to", "must not lie before from");
	if (in->to - in->from >= DAYS_MAX)
		return err_at(e, ERR_INVALID, "?from", "must lie within %d days of to", DAYS_MAX);
	return db_rows(db, SQL_QUEUE_INPUTS_ROWS,
		       DB_ARGS(db_int("queue_id", queue_id),
			       db_instant("from", zone_to_utc(in->zone, in->from, 0)),
			       db_instant("until", zone_to_utc(in->zone, in->to + 1, 0))),
		       NULL, &row_fields, a, (void **)&in->rows, &in->count, e);
}

static struct wfm_attempts *attempts_of(struct arena *a, const struct inputs *in, bool local, size_t *n)
{
	struct wfm_attempts *rows = arena_array(a, in->count, sizeof *rows);
	int64_t interval_s = in->queue.interval_min * 60;

	*n = 0;
	for (size_t i = 0; i < in->count; i++) {
		const struct inputs_row *h = &in->rows[i];
		int64_t start = h->start, date;
		int minute;
		if (local) {
			zone_to_local(in->zone, h->start, &date, &minute);
			start = date * 86400 + minute * 60;
		}
		if (*n == 0 || start >= rows[*n - 1].start_s + interval_s)
			rows[(*n)++] = (struct wfm_attempts){ start, h->offered, h->handled,
							      h->abandoned };
	}
	return rows;
}

/* By the site's clock: what is usual at an interval, and of a day, is so there. The hour that a
 * clock change repeats counts once. */
static enum wfm_status redials_from(struct arena *a, const struct inputs *in,
				    struct wfm_redial_estimate *out, struct wfm_error *we)
{
	size_t n;
	const struct wfm_attempts *rows = attempts_of(a, in, true, &n);

	return wfm_redial_from_intervals(rows, n, (int)in->queue.interval_min * 60, REDIAL_DELAY_S,
					 out, we);
}

static bool estimate_redials(struct arena *a, const struct inputs *in, struct queue_patience *out,
			     struct err *e)
{
	struct wfm_redial_estimate r;
	struct wfm_error we;

	if (redials_from(a, in, &r, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	out->redial_known = r.known;
	out->redial_probability = r.known ? r.redial.probability : NAN;
	out->redial_low = r.low;
	out->redial_high = r.high;
	out->redial_reason = arena_strdup(a, r.reason);
	return true;
}

bool queue_redials_look(struct db *db, struct arena *a, int64_t queue_id, double given,
			struct queue_redials_seen *out, struct err *e)
{
	static const struct inputs_query half_year = { FIELD_NULL, FIELD_NULL };
	struct inputs in;
	struct wfm_redial_estimate r;
	struct wfm_offered_load totals;
	struct wfm_error we;
	size_t n;

	if (!load(db, a, queue_id, &half_year, &in, e))
		return false;
	if (redials_from(a, &in, &r, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	const struct wfm_attempts *rows = attempts_of(a, &in, false, &n);
	int interval_s = (int)in.queue.interval_min * 60;
	double *fresh = arena_array(a, n, sizeof *fresh);
	*out = (struct queue_redials_seen){ .known = r.known, .low = r.low, .high = r.high,
					    .probability = r.redial.probability,
					    .reason = arena_strdup(a, r.reason) };
	if (!isnan(given))
		r.redial.probability = given;
	if (wfm_offered_load(rows, n, interval_s, &r.redial, fresh, &totals, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	out->discount = totals.offered > 0 ? totals.redials / totals.offered : 0;
	return true;
}

bool queue_patience_estimate(struct db *db, struct arena *a, int64_t queue_id,
			     const struct inputs_query *q, struct queue_patience *out, struct err *e)
{
	struct inputs in;
	struct wfm_patience p;
	struct wfm_error we;
	size_t n = 0;

	if (!load(db, a, queue_id, q, &in, e))
		return false;
	struct wfm_wait_sums *rows = arena_array(a, in.count, sizeof *rows);
	for (size_t i = 0; i < in.count; i++) {
		int64_t date;
		int minute;
		zone_to_local(in.zone, in.rows[i].start, &date, &minute);
		rows[n++] = (struct wfm_wait_sums){ (int32_t)date, in.rows[i].abandoned,
						    in.rows[i].wait_time_s };
	}
	if (wfm_patience_from_sums(rows, n, &p, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	*out = (struct queue_patience){
		.queue_id = queue_id, .from = in.from, .to = in.to, .known = p.known,
		.mean_s = p.known ? p.mean_s : NAN, .low_s = p.low_s,
		.high_s = isinf(p.high_s) ? NAN : p.high_s,
		.low_days_s = p.low_days_s, .high_days_s = p.high_days_s,
		.abandons = p.abandons, .waiting_s = p.waiting_s, .days = p.days,
		.reason = arena_strdup(a, p.reason), .planned_s = in.queue.patience_s,
	};
	return estimate_redials(a, &in, out, e);
}

/* The cells with contacts; seen has 7 x slots marks. */
static void fill_intervals(struct arena *a, const struct inputs *in, const struct wfm_aht *aht,
			   const bool *seen, struct queue_handling *out)
{
	int slots = aht->slots;
	out->intervals = arena_array(a, (size_t)(7 * slots), sizeof *out->intervals);
	for (int c = 0; c < 7 * slots; c++)
		if (seen[c])
			out->intervals[out->interval_count++] = (struct handling_interval){
				c / slots + 1, c % slots * in->queue.interval_min, aht->aht_s[c],
				aht->sd_s[c],
			};
}

bool queue_handling_estimate(struct db *db, struct arena *a, int64_t queue_id,
			     const struct inputs_query *q, struct queue_handling *out, struct err *e)
{
	struct inputs in;
	struct wfm_aht aht;
	struct wfm_error we;

	if (!load(db, a, queue_id, q, &in, e))
		return false;
	struct wfm_observation *rows = arena_array(a, in.count, sizeof *rows);
	struct wfm_series s = { .interval_min = (int)in.queue.interval_min, .observations = rows,
				.n_observations = in.count };
	bool *seen = arena_array(a, 7 * (size_t)wfm_series_slots(&s), sizeof *seen);
	for (size_t i = 0; i < in.count; i++) {
		const struct inputs_row *h = &in.rows[i];
		int64_t date;
		int minute;
		zone_to_local(in.zone, h->start, &date, &minute);
		rows[i] = (struct wfm_observation){ (int32_t)date, (int16_t)(minute / s.interval_min),
						    h->offered, h->handled, h->handle_time_s };
		if (h->handled > 0 && h->handle_time_s > 0)
			seen[wfm_weekday((int32_t)date) * wfm_series_slots(&s) + rows[i].slot] = true;
	}
	struct wfm_aht_options o = { .default_aht_s = in.queue.aht_s > 0 ? in.queue.aht_s : 0 };
	if (wfm_aht_forecast(&s, &o, &aht, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	const struct wfm_aht_score *k = &aht.score;
	*out = (struct queue_handling){
		.queue_id = queue_id, .from = in.from, .to = in.to, .level_s = aht.level_s,
		.contact_sd_s = aht.contact_sd_s, .discount = aht.discount, .contacts = aht.contacts,
		.outliers = aht.outliers, .origins = k->origins, .wape = k->wape,
		.wape_constant = k->wape_constant, .wape_four_weeks = k->wape_four_weeks,
		.floor = k->floor, .bias = k->bias, .coverage_80 = k->coverage_80,
	};
	fill_intervals(a, &in, &aht, seen, out);
	wfm_aht_free(&aht);
	return true;
}
