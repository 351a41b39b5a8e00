/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/volume_series.h"

#include <math.h>

/* One slot of one local day; days on which the clock goes back keep both of the hour's. */
struct bin {
	int64_t day;
	int slot, offset_s, minutes;
	double offered, handled, handle_time_s;
};

static int64_t local_day(const struct volume_row *r, int64_t *second)
{
	int64_t local = r->start + r->offset_s;
	int64_t day = (local >= 0 ? local : local - 86399) / 86400;
	*second = local - day * 86400;
	return day;
}

static bool same_bin(const struct bin *a, const struct bin *b)
{
	return a->day == b->day && a->slot == b->slot && a->offset_s == b->offset_s;
}

static struct bin bin_of(const struct volume_row *r, int interval_min)
{
	int64_t second, day = local_day(r, &second);
	return (struct bin){ .day = day,
			     .slot = (int)(second / 60 / interval_min),
			     .offset_s = r->offset_s,
			     .minutes = r->minutes,
			     .offered = r->offered,
			     .handled = r->handled,
			     .handle_time_s = r->handle_time_s };
}

static struct wfm_observation observation(const struct bin *b, int interval_min)
{
	double scale = (double)interval_min / b->minutes;
	return (struct wfm_observation){
		.day = (int32_t)b->day,
		.slot = (int16_t)b->slot,
		.offered = b->minutes * 2 >= interval_min ? b->offered * scale : NAN,
		.handled = b->handled,
		.handle_time_s = b->handle_time_s,
	};
}

struct wfm_observation *volume_observations(struct arena *a, const struct volume_queue *q,
					    int interval_min, size_t *count)
{
	struct wfm_observation *rows = arena_array(a, q->row_count, sizeof *rows);
	struct bin now = { 0 };
	*count = 0;
	for (size_t i = 0; i < q->row_count; i++) {
		struct bin b = bin_of(&q->rows[i], interval_min);
		if (i > 0 && same_bin(&b, &now)) {
			now.minutes += b.minutes;
			now.offered += b.offered;
			now.handled += b.handled;
			now.handle_time_s += b.handle_time_s;
			continue;
		}
		if (i > 0)
			rows[(*count)++] = observation(&now, interval_min);
		now = b;
	}
	rows[(*count)++] = observation(&now, interval_min);
	return rows;
}

bool volume_without_redials(struct arena *a, struct volume_queue *q, const struct wfm_redial *redial,
			    struct wfm_offered_load *totals, struct err *e)
{
	struct wfm_attempts *rows = arena_array(a, q->row_count, sizeof *rows);
	double *fresh = arena_array(a, q->row_count, sizeof *fresh);
	struct wfm_offered_load part;
	struct wfm_error w;
	*totals = (struct wfm_offered_load){ 0 };
	/* Stretches of rows of one length, and a clock that went back starts a new one too. */
	for (size_t from = 0, to; from < q->row_count; from = to) {
		int seconds = q->rows[from].minutes * 60;
		for (to = from; to < q->row_count && q->rows[to].minutes * 60 == seconds &&
				(to == from || q->rows[to].start >= q->rows[to - 1].start + seconds);
		     to++)
			rows[to] = (struct wfm_attempts){ q->rows[to].start, q->rows[to].offered,
							  q->rows[to].handled,
							  q->rows[to].abandoned };
		if (wfm_offered_load(rows + from, to - from, seconds, redial, fresh, &part, &w) !=
		    WFM_OK)
			return err_from_wfm(e, &w);
		for (size_t i = from; i < to; i++)
			q->rows[i].offered = fresh[i - from];
		totals->offered += part.offered;
		totals->fresh += part.fresh;
		totals->redials += part.redials;
		totals->unplaced += part.unplaced;
	}
	return true;
}

bool volume_patience(struct arena *a, const struct volume_queue *q, struct wfm_patience *patience)
{
	struct wfm_wait_sums *rows = arena_array(a, q->row_count, sizeof *rows);
	struct wfm_error w;
	size_t n = 0;
	for (size_t i = 0; i < q->row_count; i++) {
		const struct volume_row *r = &q->rows[i];
		int64_t second;
		if (!isnan(r->abandoned) && !isnan(r->wait_s))
			rows[n++] = (struct wfm_wait_sums){ (int32_t)local_day(r, &second),
							    r->abandoned, r->wait_s };
	}
	return n > 0 && wfm_patience_from_sums(rows, n, patience, &w) == WFM_OK;
}
