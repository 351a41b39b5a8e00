/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo/demo.h"

#include "server/base/clock.h"
#include "server/calendar/zones.h"
#include "server/domain/make_forecast.h"

enum { SANTIAGO_ID = 1, WEEKS = 4, MADE_DAYS_BEFORE = 4, MADE_AT_MIN = 16 * 60 };

bool demo_forecast_past_weeks(struct db *db, int64_t today, struct err *e)
{
	int64_t monday = today - (date_weekday(today) - 1), id;
	const struct zone *zone;
	bool ok = zone_find("America/Santiago", &zone, e);

	for (int back = WEEKS; back > 0 && ok; back--) {
		struct forecast_request r = { SANTIAGO_ID, monday - 7 * back, 1 };
		int64_t made = zone_to_utc(zone, r.week - MADE_DAYS_BEFORE, MADE_AT_MIN);
		struct arena *a = arena_new(0);
		ok = forecast_make_as_of(db, a, &r, made, FIELD_NULL, FIELD_NULL, NULL, &id, e);
		arena_free(a);
	}
	return ok;
}
