/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outlook in the database: nothing is held while it is forecast, and nothing is left of one that stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/calendar/zones.h"
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

static void test_nothing_is_held_while_forecasting(void **state)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct watching w = { .url = pgcluster_fresh(), .stop = true };
	struct outlook_request r = { .site_id = 1, .weeks = 8 };
	struct forecast_watch watch = { .progress = look, .context = &w };
	int64_t id;
	(void)state;
	small_site_load(w.url);
	struct db *db = db_open(w.url, &e);
	assert_non_null(db);
	assert_false(outlook_make(db, a, &r, FIELD_NULL, FIELD_NULL, &watch, &id, &e));
	assert_true(w.words > 2);
	assert_string_equal(pgcluster_sql(w.url, "SELECT count(*) FROM outlook"), "0");
	w.stop = false;
	err_clear(&e);
	if (!outlook_make(db, a, &r, FIELD_NULL, FIELD_NULL, &watch, &id, &e))
		fail_msg("no outlook: %s", e.message);
	assert_int_equal(w.in_transaction, 0);
	/* The queue's weeks and the site's. */
	assert_string_equal(pgcluster_sql(w.url, "SELECT concat_ws(' ', (SELECT count(*) FROM outlook),"
					  " (SELECT count(*) FROM outlook_queue), (SELECT count(*) FROM outlook_week))"),
			    "1 1 16");
	db_close(db);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_held_while_forecasting),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
