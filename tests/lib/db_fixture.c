/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/db_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/calendar/zones.h"
#include "tests/lib/pgcluster.h"

bool db_fixture_start(void)
{
	struct err e = ERR_INIT;
	if (!zones_start(&e)) {
		print_error("zones: %s\n", e.message);
		return false;
	}
	pgcluster_start();
	return true;
}

void db_fixture_open(struct db_fixture *f)
{
	f->arena = arena_new(0);
	f->url = pgcluster_fresh();
	f->db = db_open(f->url, &f->err);
	assert_non_null(f->db);
}

void db_fixture_close(struct db_fixture *f)
{
	db_close(f->db);
	arena_free(f->arena);
}

const char *db_fixture_ask(const struct db_fixture *f, const char *sql)
{
	return pgcluster_sql(f->url, sql);
}
