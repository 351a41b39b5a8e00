/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is computed and kept of forecasts in the database: the Poisson floor, adjusted forecasts, what
 * backtests promised, joint scenarios. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/calendar/zones.h"
#include "server/domain/forecast_accuracy.h"
#include "server/domain/stored_joint.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/pgcluster.h"

static double number(const char *url, const char *sql)
{
	return strtod(pgcluster_sql(url, sql), NULL);
}

static void test_poisson_deviation(void **state)
{
	const char *url = pgcluster_fresh();
	char sql[100];
	(void)state;
	for (double m = 0.013; m < 400; m *= 1.07) {
		double k = floor(m), exact = 2 * exp((k + 1) * log(m) - m - lgamma(k + 1));
		(void)snprintf(sql, sizeof sql, "SELECT poisson_deviation(%.12g)", m);
		double got = number(url, sql);
		if (fabs(got / exact - 1) > (m < 20 ? 1e-9 : 1e-3))
			fail_msg("of %g: %g, not %g", m, got, exact);
	}
	assert_true(number(url, "SELECT poisson_deviation(0) + poisson_deviation(-1)") == 0);
}

/* One queue in New York over the clock change of 2026-11-01, a week of half-hours of 10 contacts. */
static const char week[] =
	"INSERT INTO region (code, name) VALUES ('R', 'Region');"
	"INSERT INTO site (code, name, region_id, kind, country, zone)"
	" SELECT 'S', 'S', id, 'contact_centre', 'US', 'America/New_York' FROM region;"
	"INSERT INTO skill (code, name) VALUES ('v', 'V');"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, aht_s) SELECT c, c, s.id, k.id, 'voice', 100"
	" FROM site s, skill k, (VALUES ('a'), ('b')) AS x(c);"
	"INSERT INTO forecast (site_id, first_day, last_day) SELECT id, '2026-10-26', '2026-11-01' FROM site;"
	"INSERT INTO forecast_queue (forecast_id, queue_id, method, history_days, origins)"
	" SELECT f.id, q.id, 'x', 1, 1 FROM forecast f, queue q;"
	"INSERT INTO forecast_interval SELECT f.id, q.id, t, 10, 1, 2, 3, 4, 5, 6, 7, 100 FROM forecast f, queue q,"
	" generate_series(timestamptz '2026-10-26 00:00-04', '2026-11-01 23:30-05', interval '30 minutes') AS t";

static void adjust(const char *url, const char *values)
{
	char sql[400];
	(void)snprintf(sql, sizeof sql, "INSERT INTO forecast_adjustment (queue_id, from_at, until_at, kind, value,"
		       " reason, author) SELECT min(id), %s, 'why', 'me' FROM queue", values);
	pgcluster_sql(url, sql);
}

static void test_adjusted_in_any_order(void **state)
{
	static const char *const given[] = {
		"'2026-10-27 09:00-04', '2026-10-27 12:00-04', 'count', 120",
		"'2026-10-27 09:00-04', '2026-10-27 10:00-04', 'percent', 100",
		"'2026-10-27 09:30-04', '2026-10-27 11:00-04', 'percent', -100",
		"'2026-10-27 11:00-04', '2026-10-27 11:30-04', 'count', -30",
	};
	static const char figures[] = "SELECT md5(string_agg(round(adjusted::numeric, 9)::text, ',' ORDER BY start_at))"
				      " FROM forecast_adjusted(1, NULL, false)";
	char first[64] = "";
	(void)state;
	for (int turn = 0; turn < 4; turn++) {
		const char *url = pgcluster_fresh();
		pgcluster_sql(url, week);
		assert_string_equal(pgcluster_sql(url, "SELECT count(*) FROM forecast_adjusted(1, NULL, false)"), "0");
		for (int i = 0; i < 4; i++)
			adjust(url, given[(i * (turn % 2 ? 3 : 1) + turn) % 4]);
		if (turn == 0)
			(void)snprintf(first, sizeof first, "%s", pgcluster_sql(url, figures));
		assert_string_equal(pgcluster_sql(url, figures), first);
		/* The percentages leave 20, 0, 0, 0, 10, 10. In proportion 60 come on top of the first and 30 on
		 * top of each of the last two; then 30 go from the one at 11:00. */
		assert_string_equal(pgcluster_sql(url, "SELECT string_agg(round(adjusted)::text, ',' ORDER BY start_at)"
						       " FROM forecast_adjusted(1, NULL, false)"), "80,0,0,0,10,40");
		assert_string_equal(pgcluster_sql(url, "SELECT count(*) FROM forecast_adjusted(1, 2, false)"), "0");
	}
}

static void test_a_count_beyond_the_forecast_is_shared(void **state)
{
	const char *url = pgcluster_fresh();
	(void)state;
	pgcluster_sql(url, week);
	/* The last local day has 25 hours; 25 more lie beyond it. */
	adjust(url, "'2026-11-01 00:00-04', '2026-11-03 01:00-05', 'count', 1000");
	assert_true(fabs(number(url, "SELECT sum(adjusted - 10) FROM forecast_adjusted(1, NULL, false)") - 500) < 1e-6);
	assert_string_equal(pgcluster_sql(url, "SELECT count(*) FROM forecast_adjusted(1, NULL, false)"), "50");
	/* Where nothing is forecast, a count is spread evenly. */
	pgcluster_sql(url, "UPDATE forecast_interval SET mean = 0");
	assert_string_equal(pgcluster_sql(url, "SELECT min(adjusted) || ' ' || max(adjusted)"
					       " FROM forecast_adjusted(1, NULL, false)"), "10 10");
}

static void test_as_it_was(void **state)
{
	const char *url = pgcluster_fresh();
	(void)state;
	pgcluster_sql(url, week);
	adjust(url, "'2026-10-27 09:00-04', '2026-10-27 12:00-04', 'percent', 50");
	pgcluster_sql(url, "UPDATE forecast_adjustment SET created_at = '2026-10-27 09:45-04',"
			   " revoked_at = '2026-10-27 11:15-04', revoker = 'me'");
	assert_string_equal(pgcluster_sql(url, "SELECT string_agg(adjusted::text, ',' ORDER BY start_at)"
					       " FROM forecast_adjusted(1, NULL, true)"), "10,10,15,15,15,10");
	assert_string_equal(pgcluster_sql(url, "SELECT count(*) FROM forecast_adjusted(1, NULL, false)"), "0");
}

/* Three days of the week by a version with a backtest, four by one without. */
static void test_promises_of_some_versions_stand_for_all(void **state)
{
	const char *url = pgcluster_fresh();
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct db *db;
	struct accuracy *rows;
	size_t n;
	(void)state;
	pgcluster_sql(url, week);
	pgcluster_sql(url,
		      "UPDATE forecast SET created_at = '2026-10-25 06:00-04';"
		      "UPDATE forecast_queue SET wape = 0.1;"
		      "INSERT INTO forecast (site_id, first_day, last_day, created_at)"
		      " SELECT id, '2026-10-29', '2026-11-01', '2026-10-25 12:00-04' FROM site;"
		      "INSERT INTO forecast_queue (forecast_id, queue_id, method, history_days, origins)"
		      " SELECT 2, id, 'x', 1, 0 FROM queue;"
		      "INSERT INTO forecast_interval SELECT 2, queue_id, start_at, mean, q05, q10, q25, q50, q75,"
		      " q90, q95, aht_s FROM forecast_interval WHERE start_at >= '2026-10-29 00:00-04';"
		      "INSERT INTO history (queue_id, start_at, offered) SELECT queue_id, start_at, 12"
		      " FROM forecast_interval WHERE forecast_id = 1");
	db = db_open(url, &e);
	assert_non_null(db);
	const struct accuracy_query q = { 1, FIELD_NULL, date_from_ymd(2026, 10, 26),
					  date_from_ymd(2026, 11, 1) };
	assert_true(forecast_accuracy(db, a, &q, &rows, &n, &e));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].n, 7 * 48 + 2);
		assert_true(fabs(rows[i].wape - 1.0 / 6) < 1e-9);
		assert_true(fabs(rows[i].promised_wape - 0.1) < 1e-9);
	}
	db_close(db);
	arena_free(a);
}

/* Covariances fade with distance until a single-precision column refuses them. */
static void test_a_joint_of_next_to_nothing_is_kept(void **state)
{
	const char *url = pgcluster_fresh();
	double mean[] = { 1e-50 }, variance[] = { 3e-60 }, load[] = { -1e-80 }, own[] = { 0.25, 0, 0 };
	struct wfm_joint j = { .first_day = 20000, .days = 1, .slots = 1, .factors = 1, .mean = mean,
			       .variance = variance, .day_load = load, .day_own = own, .shape = own };
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct stored_joint *kept = NULL;
	struct db *db;
	size_t n = 0;
	(void)state;
	pgcluster_sql(url, week);
	db = db_open(url, &e);
	assert_non_null(db);
	if (!joint_keep(db, a, 1, 1, &j, &e) || !joint_load(db, a, 1, 1, &kept, &n, &e))
		fail_msg("%s", e.message);
	assert_int_equal(n, 1);
	assert_true(fabs(kept->joint.mean[0]) + fabs(kept->joint.variance[0]) +
			    fabs(kept->joint.day_load[0]) <= 0);
	assert_true(fabs(kept->joint.day_own[0] - 0.25) < 1e-12);
	db_close(db);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_poisson_deviation),
		cmocka_unit_test(test_adjusted_in_any_order),
		cmocka_unit_test(test_a_count_beyond_the_forecast_is_shared),
		cmocka_unit_test(test_as_it_was),
		cmocka_unit_test(test_promises_of_some_versions_stand_for_all),
		cmocka_unit_test(test_a_joint_of_next_to_nothing_is_kept),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
