/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every statement of sql/queries must be one that PostgreSQL accepts against the migrated schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include <string.h>
#include "server/http/routes.h"
#include "server/store/sql.h"
#include "tests/lib/pgcluster.h"

static void test_every_statement_prepares(void **state)
{
	(void)state;
	PGconn *conn = PQconnectdb(pgcluster_url());
	int refused = 0;
	assert_int_equal(PQstatus(conn), CONNECTION_OK);
	assert_true(SQL_COUNT > 0);
	for (int i = 0; i < SQL_COUNT; i++) {
		const struct sql_statement *s = &sql_statements[i];
		PGresult *res = PQprepare(conn, s->name, s->text, 0, NULL);
		if (PQresultStatus(res) != PGRES_COMMAND_OK) {
			print_error("# %s: %s", s->name, PQresultErrorMessage(res));
			refused++;
		}
		PQclear(res);
	}
	PQfinish(conn);
	assert_int_equal(refused, 0);
}

/* Columns land in fields by name: two of one name would overwrite each other. */
static void test_no_two_columns_share_a_name(void **state)
{
	(void)state;
	PGconn *conn = PQconnectdb(pgcluster_url());
	int doubled = 0;
	for (int i = 0; i < SQL_COUNT; i++) {
		const struct sql_statement *s = &sql_statements[i];
		PQclear(PQprepare(conn, s->name, s->text, 0, NULL));
		PGresult *res = PQdescribePrepared(conn, s->name);
		for (int c = 0; PQnfields(res) > 1 && c < PQnfields(res); c++)
			for (int d = 0; d < c; d++)
				if (strcmp(PQfname(res, c), PQfname(res, d)) == 0 &&
				    strcmp(s->name, "session_settings") != 0) {
					print_error("# %s: two columns are called %s\n", s->name,
						    PQfname(res, c));
					doubled++;
				}
		PQclear(res);
	}
	PQfinish(conn);
	assert_int_equal(doubled, 0);
}

/* A reply read straight from a statement: a field without a column would fail the first time it is asked. */
static void test_every_reply_has_its_columns(void **state)
{
	(void)state;
	PGconn *conn = PQconnectdb(pgcluster_url());
	int missing = 0, read = 0;
	for (size_t i = 0; i < routes_count; i++) {
		if (!routes[i].sql)
			continue;
		const struct sql_statement *s = &sql_statements[routes[i].sql - 1];
		PQclear(PQprepare(conn, s->name, s->text, 0, NULL));
		PGresult *res = PQdescribePrepared(conn, s->name);
		for (size_t k = 0; k < routes[i].reply->count; k++) {
			const struct field *f = &routes[i].reply->rows[k];
			if (!(f->flags & FIELD_OPTIONAL) && PQfnumber(res, f->name) < 0) {
				print_error("# %s: no column %s of %s\n", s->name, f->name,
					    routes[i].reply->name);
				missing++;
			}
		}
		for (int c = 0; c < PQnfields(res); c++)
			if (!field_find(routes[i].reply, PQfname(res, c))) {
				print_error("# %s: %s is no field of %s\n", s->name, PQfname(res, c),
					    routes[i].reply->name);
				missing++;
			}
		PQclear(res);
		read++;
	}
	PQfinish(conn);
	assert_true(read > 20);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_statement_prepares),
		cmocka_unit_test(test_no_two_columns_share_a_name),
		cmocka_unit_test(test_every_reply_has_its_columns),
	};
	pgcluster_start();
	return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}
