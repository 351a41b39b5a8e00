/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks of a series, each with the place of the offending row. */
#include "wfm/series.h"

#include <math.h>
#include <stdio.h>

static enum wfm_status row_fail(struct wfm_error *e, const char *array, size_t i,
				const char *field, const char *why)
{
	enum wfm_status status = wfm_fail(e, WFM_INVALID, "", "%s", why);
	if (e != NULL)
		(void)snprintf(e->path, sizeof e->path, "/%s/%zu/%s", array, i, field);
	return status;
}

/* Roughly years 1770 to 2516: far enough for any history, safe to subtract. */
static bool day_ok(int32_t day)
{
	return day >= -73000 && day <= 200000;
}

static enum wfm_status observation_check(const struct wfm_observation *o, size_t i, int slots,
					 struct wfm_error *e)
{
	if (!day_ok(o->day))
		return row_fail(e, "observations", i, "day", "is not a date within reach");
	if (o->slot < 0 || o->slot >= slots)
		return row_fail(e, "observations", i, "slot", "is outside the day");
	if (isinf(o->offered) || o->offered < 0.0 || o->offered > 1e9)
		return row_fail(e, "observations", i, "offered", "must be between 0 and 1e9");
	if (isinf(o->handled) || o->handled < 0.0)
		return row_fail(e, "observations", i, "handled", "must be >= 0");
	if (isinf(o->handle_time_s) || o->handle_time_s < 0.0)
		return row_fail(e, "observations", i, "handle_time_s", "must be >= 0");
	return WFM_OK;
}

static enum wfm_status special_check(const struct wfm_special_day *s, size_t i, int slots,
				     struct wfm_error *e)
{
	if (!day_ok(s->day))
		return row_fail(e, "special_days", i, "day", "is not a date within reach");
	if ((unsigned)s->kind > WFM_DAY_OUTAGE)
		return row_fail(e, "special_days", i, "kind", "unknown kind");
	if (s->factor < 0.0 || s->factor > 1000.0)
		return row_fail(e, "special_days", i, "factor", "must be between 0 and 1000");
	if (s->first_slot < 0 || s->slots < 0 || s->first_slot + s->slots > slots)
		return row_fail(e, "special_days", i, "first_slot", "is outside the day");
	return WFM_OK;
}

enum wfm_status wfm_series_check(const struct wfm_series *s, struct wfm_error *e)
{
	const int allowed[] = { 5, 6, 10, 15, 20, 30, 60 };
	bool ok = false;
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		ok = ok || s->interval_min == allowed[i];
	if (!ok)
		return wfm_fail(e, WFM_INVALID, "/interval_min",
				"must be 5, 6, 10, 15, 20, 30 or 60");
	int slots = wfm_series_slots(s);
	for (size_t i = 0; i < s->n_observations; i++) {
		enum wfm_status status = observation_check(&s->observations[i], i, slots, e);
		if (status != WFM_OK)
			return status;
	}
	for (size_t i = 0; i < s->n_special_days; i++) {
		enum wfm_status status = special_check(&s->special_days[i], i, slots, e);
		if (status != WFM_OK)
			return status;
	}
	return WFM_OK;
}
