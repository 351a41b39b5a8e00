/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any rows as a history: what the checks let through is in order, on its grid and without twins,
 * makes a series that the library accepts, and where nothing was left out is let through again.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/volume_series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Five bytes a row: how far on, by how much off the grid, and figures. */
static void rows_of(struct arena *a, const uint8_t *data, size_t size, struct volume_file *f)
{
	static const int32_t units[] = { 300, 360, 900, 1200, 1800, 3600, 86400, 30 * 86400 };
	static const char *const names[] = { "a", "b", "c" };
	int64_t at = 1700000000 / 3600 * 3600, line = 2;
	f->queues = arena_array(a, 3, sizeof *f->queues);
	f->queue_count = 3;
	for (size_t i = 0; i < 3; i++)
		f->queues[i] = (struct volume_queue){ .name = names[i] };
	for (size_t i = 0; i + 5 <= size; i += 5) {
		const uint8_t *b = data + i;
		at += units[b[0] & 7] * ((b[0] >> 3) & 7) - (b[0] == 255 ? 86400 : 0);
		struct volume_queue *q = &f->queues[b[1] % 3];
		struct volume_row *r = arena_grow(a, (void **)&q->rows, &q->row_cap, q->row_count,
						  sizeof *r);
		q->row_count++;
		*r = (struct volume_row){ .start = at + (b[1] > 250 ? b[1] : 0),
					  .offset_s = (b[2] % 5 - 2) * 1800,
					  .line = line++,
					  .offered = b[3],
					  .handled = b[4] & 1 ? NAN : b[3] / 2.0,
					  .handle_time_s = b[4] & 2 ? NAN : b[3] * 60.0,
					  .abandoned = b[4] & 4 ? NAN : b[3] / 4.0,
					  .wait_s = b[4] & 8 ? NAN : b[4] };
	}
	size_t kept = 0; /* a file's queues have rows */
	for (size_t i = 0; i < 3; i++)
		if (f->queues[i].row_count > 0)
			f->queues[kept++] = f->queues[i];
	f->queue_count = kept;
}

static void check_queue(struct arena *a, const struct volume_file *f, struct volume_queue *q)
{
	check(q->row_count > 0);
	for (size_t i = 0; i < q->row_count; i++) {
		const struct volume_row *r = &q->rows[i], *p = i > 0 ? &q->rows[i - 1] : NULL;
		check(r->minutes >= 5 && r->minutes <= 60 && f->interval_min % r->minutes == 0);
		check((r->start + r->offset_s) % (q->interval_min * 60) == 0);
		check(p == NULL || p->start < r->start ||
		      (p->start == r->start && p->offset_s < r->offset_s));
	}
	struct wfm_series s = { .interval_min = f->interval_min };
	struct wfm_error e;
	struct wfm_patience patience;
	s.observations = volume_observations(a, q, f->interval_min, &s.n_observations);
	check(wfm_series_check(&s, &e) == WFM_OK);
	if (volume_patience(a, q, &patience))
		check(patience.low_s >= 0 && patience.mean_s >= patience.low_s);
	struct wfm_redial redial = { 0.5, 600 };
	struct wfm_offered_load totals;
	struct err problem = ERR_INIT;
	check(volume_without_redials(a, q, &redial, &totals, &problem));
	check(totals.fresh >= 0 && totals.fresh <= totals.offered);
}

static void run(const uint8_t *data, size_t size, bool skip, int interval_min)
{
	struct arena *a = arena_new(0);
	struct volume_file f = { .left_out = ERR_INIT };
	struct volume_options o = { interval_min, skip, 1800000000 };
	struct err e = ERR_INIT;
	rows_of(a, data, size, &f);
	if (f.queue_count > 0) {
		bool ok = volume_check(a, &o, &f, &e);
		check(ok == (e.code == ERR_NONE) && (ok || e.message[0] != '\0'));
		if (ok && !skip) /* nothing was left out, so nothing is to be found again */
			check(volume_check(a, &o, &f, &e));
		for (size_t i = 0; ok && i < f.queue_count; i++)
			check_queue(a, &f, &f.queues[i]);
	}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int intervals[] = { 0, 30, 60, 15 };
	if (size < 6 || size > 50000)
		return 0;
	run(data + 1, size - 1, data[0] & 1, intervals[(data[0] >> 1) & 3]);
	return 0;
}
