/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/rest_of_day.h"

#include "server/base/clock.h"
#include "server/calendar/zones.h"
#include "server/domain/stored_joint.h"
#include "wfm/intraday.h"

static const struct field query_rows[] = {
	F_INT(struct rest_query, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct rest_query, at, FIELD_OPTIONAL,
		  "what came in before is known; its interval is the first of the rest; now"),
};
const struct fields rest_query_fields = FIELDS("RestOfDayQuery", struct rest_query, query_rows);

static const struct field interval_rows[] = {
	F_INT(struct rest_interval, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct rest_interval, start, 0, "interval"),
	F_REAL(struct rest_interval, mean, 0, 0, 0, "contacts expected, knowing the day so far"),
	F_REAL(struct rest_interval, q05, 0, 0, 0, "5 % quantile"),
	F_REAL(struct rest_interval, q10, 0, 0, 0, "10 % quantile"),
	F_REAL(struct rest_interval, q25, 0, 0, 0, "25 % quantile"),
	F_REAL(struct rest_interval, q50, 0, 0, 0, "median"),
	F_REAL(struct rest_interval, q75, 0, 0, 0, "75 % quantile"),
	F_REAL(struct rest_interval, q90, 0, 0, 0, "90 % quantile"),
	F_REAL(struct rest_interval, q95, 0, 0, 0, "95 % quantile"),
	F_REAL(struct rest_interval, aht_s, 0, 0, 0, "average handling time, seconds"),
	F_REAL(struct rest_interval, planned, 0, 0, 0, "adjusted mean of the forecast, before the day began"),
};
const struct fields rest_interval_fields =
	FIELDS("RestOfDayInterval", struct rest_interval, interval_rows);

struct rest_queue {
	int64_t queue_id, interval_min, first_day, last_day;
	const char *zone;
};
static const struct field queue_rows[] = {
	F_INT(struct rest_queue, queue_id, 0, 0, 0, ""),
	F_INT(struct rest_queue, interval_min, 0, 0, 0, ""),
	F_TEXT(struct rest_queue, zone, 0, 0, 0, ""),
	F_DATE(struct rest_queue, first_day, 0, ""),
	F_DATE(struct rest_queue, last_day, 0, ""),
};
static const struct fields queue_fields = FIELDS("RestQueue", struct rest_queue, queue_rows);

struct day_row {
	int64_t start;
	double aht_s, planned, factor, offered;
};
static const struct field day_rows[] = {
	F_INSTANT(struct day_row, start, 0, ""),
	F_REAL(struct day_row, aht_s, 0, 0, 0, ""),
	F_REAL(struct day_row, planned, 0, 0, 0, ""),
	F_REAL(struct day_row, factor, 0, 0, 0, ""),
	F_REAL(struct day_row, offered, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields day_fields = FIELDS("RestDayRow", struct day_row, day_rows);

struct resting {
	struct arena *arena;
	const struct zone *zone;
	const struct rest_queue *queue;
	int64_t day;
	int now; /* slot */
	struct day_row *rows;
	size_t count;
};

static int slot_of(const struct resting *r, int64_t start)
{
	int64_t day;
	int minute;
	zone_to_local(r->zone, start, &day, &minute);
	return minute / (int)r->queue->interval_min;
}

/* The forecast's belief of the day, adjusted; and of each slot before now what came, NaN: not known.
 * Of a repeated hour the second counts: it is the one that is over last. */
static bool believe(const struct resting *r, struct wfm_joint *j, double *observed,
		    struct wfm_day_belief *belief, struct err *e)
{
	struct wfm_error we;

	for (int s = 0; s < WFM_MAX_SLOTS; s++)
		observed[s] = NAN;
	for (size_t i = 0; i < r->count; i++) {
		const struct day_row *d = &r->rows[i];
		int slot = slot_of(r, d->start);
		bool again = i > 0 && slot_of(r, r->rows[i - 1].start) == slot;
		if (slot < r->now)
			observed[slot] = d->offered;
		if (d->factor != 1 && !again)
			wfm_joint_scale_slots(j, (int32_t)r->day, slot, 1, d->factor);
	}
	return wfm_day_belief_from_joint(j, (int32_t)r->day, belief, &we) == WFM_OK ||
	       err_from_wfm(e, &we);
}

static void write_rest(const struct resting *r, const struct wfm_intraday *w,
		       struct rest_interval **rows, size_t *count)
{
	*rows = arena_array(r->arena, r->count, sizeof **rows);
	*count = 0;
	for (size_t i = 0; i < r->count; i++) {
		int slot = slot_of(r, r->rows[i].start);
		const double *q = w->slot[slot].quantile;
		if (slot < r->now)
			continue;
		(*rows)[(*count)++] = (struct rest_interval){
			r->queue->queue_id, r->rows[i].start, w->slot[slot].mean,
			q[0], q[1], q[2], q[3], q[4], q[5], q[6],
			r->rows[i].aht_s, r->rows[i].planned
		};
	}
}

static bool find_day(struct resting *r, int64_t at, struct err *e)
{
	char day[11], first[11], last[11];
	int minute;

	zone_to_local(r->zone, at, &r->day, &minute);
	r->now = minute / (int)r->queue->interval_min;
	if (r->day >= r->queue->first_day && r->day <= r->queue->last_day)
		return true;
	date_format(r->day, day);
	date_format(r->queue->first_day, first);
	date_format(r->queue->last_day, last);
	return err_at(e, ERR_INVALID, "?at", "is on %s, and the forecast covers %s to %s", day, first,
		      last);
}

bool rest_of_day(struct db *db, struct arena *a, int64_t forecast_id, const struct rest_query *q,
		 struct rest_interval **rows, size_t *count, struct err *e)
{
	struct rest_queue queue;
	struct stored_joint *joint;
	struct wfm_day_belief belief;
	struct wfm_intraday updated;
	struct wfm_error we;
	double observed[WFM_MAX_SLOTS];
	struct resting r = { .arena = a, .queue = &queue };
	size_t n;

	if (!db_one(db, SQL_REST_QUEUE,
		    DB_ARGS(db_int("forecast_id", forecast_id), db_int("queue_id", q->queue_id)), NULL,
		    &queue_fields, a, &queue, e) ||
	    !zone_find(queue.zone, &r.zone, e) ||
	    !find_day(&r, q->at == FIELD_NULL ? clock_now() : q->at, e) ||
	    !joint_load(db, a, forecast_id, q->queue_id, &joint, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT,
			       "this forecast was made before its scenarios were kept; make a new one");
	if (!db_rows(db, SQL_REST_INTERVALS,
		     DB_ARGS(db_int("forecast_id", forecast_id), db_int("queue_id", q->queue_id),
			     db_instant("from", zone_to_utc(r.zone, r.day, 0)),
			     db_instant("until", zone_to_utc(r.zone, r.day + 1, 0))),
		     NULL, &day_fields, a, (void **)&r.rows, &r.count, e) ||
	    !believe(&r, &joint->joint, observed, &belief, e))
		return false;
	if (wfm_intraday_update(&belief, observed, r.now, &updated, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	write_rest(&r, &updated, rows, count);
	return true;
}
