/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forecasts in the database: nothing is held while it is forecast, and nothing is left of one that stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/calendar/zones.h"
#include "server/base/clock.h"
#include "server/domain/make_network.h"
#include "server/domain/make_outlook.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/pgcluster.h"
#include "tests/lib/small_site.h"

struct watching {
	const char *url;
	int words, in_transaction;
	bool stop;
};

static bool look(void *context, double fraction, const char *queue)
{
	struct watching *w = context;
	(void)fraction, (void)queue;
	w->words++;
	w->in_transaction += strcmp(pgcluster_sql(w->url, "SELECT count(*) FROM pg_stat_activity"
						  " WHERE state = 'idle in transaction'"
						  " AND datname = current_database()"), "0") != 0;
	return w->stop && w->words > 2;
}

static bool refuse(void *context, int64_t id, struct err *e)
{
	(void)context, (void)id;
	return err_set(e, ERR_UNAVAILABLE, "not now");
}

typedef bool maker(struct db *db, struct arena *a, const struct forecast_watch *w, struct err *e);

static bool make_outlook(struct db *db, struct arena *a, const struct forecast_watch *w, struct err *e)
{
	struct outlook_request r = { .site_id = 1, .weeks = 8 };
	int64_t id;
	return outlook_make(db, a, &r, FIELD_NULL, FIELD_NULL, w, &id, e);
}

static int64_t next_monday(void)
{
	int64_t today = clock_now() / 86400;
	return today + 8 - date_weekday(today);
}

static bool make_forecast(struct db *db, struct arena *a, const struct forecast_watch *w, struct err *e)
{
	struct forecast_request r = { .site_id = 1, .week = next_monday(), .weeks = 1 };
	int64_t id;
	return forecast_make(db, a, &r, FIELD_NULL, FIELD_NULL, w, &id, e);
}

static bool make_network(struct db *db, struct arena *a, const struct forecast_watch *w, struct err *e)
{
	struct network_request r = { .region_id = FIELD_NULL, .week = next_monday(), .weeks = 1 };
	int64_t id;
	return network_make(db, a, &r, FIELD_NULL, FIELD_NULL, w, &id, e);
}

/* Stopped in its midst, refused at its end, and let through; how many rows each kind then has. */
static void judge(maker *make, const char *count, const char *whole)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct watching w = { .url = pgcluster_fresh(), .stop = true };
	struct forecast_watch watch = { .progress = look, .context = &w };
	small_site_load(w.url);
	struct db *db = db_open(w.url, &e);
	assert_non_null(db);
	assert_false(make(db, a, &watch, &e));
	assert_true(w.words > 2);
	assert_string_equal(pgcluster_sql(w.url, count), "0 0 0");
	w.stop = false;
	watch.saved = refuse;
	err_clear(&e);
	assert_false(make(db, a, &watch, &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_string_equal(pgcluster_sql(w.url, count), "0 0 0");
	watch.saved = NULL;
	err_clear(&e);
	if (!make(db, a, &watch, &e))
		fail_msg("nothing made: %s", e.message);
	assert_int_equal(w.in_transaction, 0);
	assert_string_equal(pgcluster_sql(w.url, count), whole);
	db_close(db);
	arena_free(a);
}

static void test_an_outlook(void **state)
{
	(void)state;
	/* The queue's weeks and the site's. */
	judge(make_outlook, "SELECT concat_ws(' ', (SELECT count(*) FROM outlook),"
	      " (SELECT count(*) FROM outlook_queue), (SELECT count(*) FROM outlook_week))", "1 1 16");
}

static void test_a_forecast(void **state)
{
	(void)state;
	judge(make_forecast, "SELECT concat_ws(' ', (SELECT count(*) FROM forecast),"
	      " (SELECT count(*) FROM forecast_queue), (SELECT count(*) FROM network_forecast))", "1 1 0");
}

static void test_a_network(void **state)
{
	(void)state;
	judge(make_network, "SELECT concat_ws(' ', (SELECT count(*) FROM forecast),"
	      " (SELECT count(*) FROM forecast_queue), (SELECT count(*) FROM network_forecast))", "1 1 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_outlook),
		cmocka_unit_test(test_a_forecast),
		cmocka_unit_test(test_a_network),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
