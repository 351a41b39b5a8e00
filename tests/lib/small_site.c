/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/small_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "server/base/clock.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/pgcluster.h"

static const char *const statements[] = {
	"INSERT INTO region (code, name) VALUES ('RM', 'Metropolitana')",
	"INSERT INTO site (code, name, region_id, kind, country, zone, shrinkage_unplanned)"
	" SELECT 'SCL', 'Santiago', id, 'contact_centre', 'CL', 'America/Santiago', 0.05 FROM region",
	"INSERT INTO site_hours SELECT id, w, 0, 1440 FROM site, generate_series(1, 7) AS w",
	"INSERT INTO skill (code, name) VALUES ('voice', 'Voice')",
	"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s,"
	" patience_s, aht_s) SELECT 'voice', 'Voice', s.id, k.id, 'voice', 30, 0.8, 20, 180, 240"
	" FROM site s, skill k",
	"INSERT INTO contract (code, name, cost_cents_hour, shift_min_minutes, shift_max_minutes,"
	" shift_step_minutes, start_earliest_min, start_latest_min, start_step_minutes)"
	" VALUES ('day', 'Day', 900, 480, 540, 30, 360, 900, 30), ('night', 'Night', 1100, 480, 540, 30, 1260, 1410, 30)",
	"INSERT INTO contract_rule (contract_id, rule, mode, low, high)"
	" SELECT c.id, r.rule, 'hard', r.low, r.high FROM contract c, (VALUES"
	" ('week_minutes', 0, 2700), ('week_shifts', 0, 5), ('rest', 720, NULL),"
	" ('consecutive_days', NULL, 6)) AS r(rule, low, high)",
	"INSERT INTO contract_break (contract_id, position, kind, minutes, paid, earliest_min, latest_min)"
	" SELECT id, 1, 'meal', 30, false, 180, 300 FROM contract",
	"INSERT INTO agent (code, name, site_id, contract_id, hired)"
	" SELECT 'A' || n, 'Agent ' || n, s.id, c.id, date '2020-01-01' FROM site s, generate_series(1, 20) AS n"
	" JOIN contract c ON c.code = CASE WHEN n % 4 = 0 THEN 'night' ELSE 'day' END",
	"INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k",
	"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
	" SELECT q.id, t, v, v, v * 240 FROM queue q, generate_series(date_trunc('hour', now()) - interval '56 days',"
	" date_trunc('hour', now()) - interval '30 minutes', interval '30 minutes') AS t,"
	" LATERAL (SELECT round(14 + 10 * sin((extract(hour FROM t AT TIME ZONE 'America/Santiago') - 8) * pi() / 12)"
	" + 3 * sin(extract(epoch FROM t) * 0.7)) AS v) AS x",
};

void small_site_load(const char *url)
{
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
		pgcluster_sql(url, statements[i]);
}

void *small_site_open(size_t size)
{
	struct db_fixture *f = calloc(1, size);
	assert_non_null(f);
	db_fixture_open(f);
	small_site_load(f->url);
	return f;
}

int small_site_begin(void **state)
{
	*state = small_site_open(sizeof(struct db_fixture));
	return 0;
}

int small_site_end(void **state)
{
	struct db_fixture *f = *state;
	db_fixture_close(f);
	free(f);
	return 0;
}

int64_t small_site_change_week(int month)
{
	int year, m, d;
	int64_t today = clock_now() / 86400;

	date_to_ymd(today, &year, &m, &d);
	for (;; year++) {
		int64_t sunday = date_from_ymd(year, month, 2); /* first Sunday on or after the 2nd */
		sunday += (7 - date_weekday(sunday)) % 7;
		if (sunday - 6 > today + 1)
			return sunday - 6;
	}
}
