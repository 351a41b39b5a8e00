/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/network_series.h"

#include <math.h>

/* LATE_DAYS: so long an import may lag before its branch is taken to have ended. */
enum { HISTORY_DAYS = 1096, HOURS = 24, LATE_DAYS = 28 };

void network_series_start(struct arena *a, int32_t forecast_day, int32_t forecast_days,
			  struct network_series *out)
{
	*out = (struct network_series){ .first_day = forecast_day - HISTORY_DAYS,
					.ahead = HISTORY_DAYS,
					.days = HISTORY_DAYS + forecast_days };
	size_t days = (size_t)out->days;
	out->offered = arena_array(a, days * HOURS, sizeof *out->offered);
	for (size_t i = 0; i < days * HOURS; i++)
		out->offered[i] = NAN;
	out->unknown = arena_array(a, days, sizeof *out->unknown);
	out->special = arena_array(a, days, sizeof *out->special);
	out->closed = arena_array(a, days, sizeof *out->closed);
}

static void add_specials(const struct wfm_series *queue, uint8_t *counted,
			 struct network_series *sum)
{
	for (size_t i = 0; i < queue->n_special_days; i++) {
		const struct wfm_special_day *s = &queue->special_days[i];
		int32_t d = s->day - sum->first_day;
		if (d < 0 || d >= sum->days)
			continue;
		if ((counted[d] & 1) == 0)
			sum->special[d]++;
		if ((counted[d] & 2) == 0 && s->kind == WFM_DAY_CLOSED && s->slots == 0)
			sum->closed[d]++;
		counted[d] |= s->kind == WFM_DAY_CLOSED && s->slots == 0 ? 3 : 1;
	}
}

/* A day without a row, between weeks with one; after the last row, whatever weekday had some in
 * the weeks before. */
static void find_holes(const uint8_t *seen, struct network_series *sum)
{
	int32_t last = sum->ahead - 1;

	while (last >= 0 && seen[last] == 0)
		last--;
	for (int32_t d = last + 1; last >= 0 && d < sum->ahead && d <= last + LATE_DAYS; d++)
		for (int32_t back = 7; back <= LATE_DAYS && back <= d; back += 7)
			sum->unknown[d] |= seen[d - back];
	for (int32_t d = 0; d < sum->ahead; d++) {
		bool before = d >= 7 && seen[d - 7] != 0, after = d + 7 < sum->ahead && seen[d + 7] != 0;
		if (seen[d] == 0 && (before || after))
			sum->unknown[d] = 1;
	}
}

void network_series_add(struct arena *scratch, const struct wfm_series *queue,
			struct network_series *sum)
{
	size_t slots = (size_t)wfm_series_slots(queue), days = (size_t)sum->days;
	uint8_t *seen = arena_array(scratch, days, 1), *counted = arena_array(scratch, days, 1);
	/* The repeated hour of a clock change is one hour, at the mean of both. */
	float *offered = arena_array(scratch, days * slots, sizeof *offered);
	uint8_t *times = arena_array(scratch, days * slots, 1);

	for (size_t i = 0; i < queue->n_observations; i++) {
		const struct wfm_observation *o = &queue->observations[i];
		int32_t d = o->day - sum->first_day;
		if (d < 0 || d >= sum->ahead || isnan(o->offered))
			continue;
		size_t c = (size_t)d * slots + (size_t)o->slot;
		offered[c] += (float)o->offered;
		times[c]++;
		seen[d] = 1;
	}
	for (size_t c = 0; c < days * slots; c++) {
		double *to = &sum->offered[c / slots * HOURS + c % slots * HOURS / slots];
		if (times[c] > 0)
			*to = (isnan(*to) ? 0.0 : *to) + (double)offered[c] / times[c];
	}
	find_holes(seen, sum);
	add_specials(queue, counted, sum);
	sum->queues++;
}

bool network_series_usual(const struct network_series *sum, int32_t day)
{
	return sum->special[sum->ahead + day] == 0;
}

struct wfm_series network_series_of(struct arena *a, const struct network_series *sum)
{
	size_t hours = (size_t)sum->ahead * HOURS, n = 0, specials = 0;
	struct wfm_observation *o = arena_array(a, hours, sizeof *o);
	struct wfm_special_day *s = arena_array(a, (size_t)sum->days, sizeof *s);

	for (int32_t d = 0; d < sum->days; d++)
		if (sum->special[d] > 0)
			s[specials++] = (struct wfm_special_day){
				.day = sum->first_day + d, .group = -1, .factor = NAN,
				.kind = sum->closed[d] == sum->queues ? WFM_DAY_CLOSED : WFM_DAY_OUTAGE,
			};
	for (size_t i = 0; i < hours; i++) {
		size_t d = i / HOURS;
		if (isnan(sum->offered[i]) || sum->unknown[d] != 0 || sum->special[d] > 0)
			continue;
		o[n++] = (struct wfm_observation){ .day = sum->first_day + (int32_t)d,
						   .slot = (int16_t)(i % HOURS),
						   .offered = sum->offered[i],
						   .handled = NAN, .handle_time_s = NAN };
	}
	return (struct wfm_series){ .interval_min = 60, .observations = o, .n_observations = n,
				    .special_days = s, .n_special_days = specials };
}
