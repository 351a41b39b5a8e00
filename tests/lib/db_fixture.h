/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a database test begins with: a fresh database with the schema, a connection and an arena. Tests
 * that need more have it as the member `at` of a fixture of their own.
 */
#ifndef TESTS_LIB_DB_FIXTURE_H
#define TESTS_LIB_DB_FIXTURE_H

#include <stdbool.h>

#include "server/base/arena.h"
#include "server/store/db.h"

struct db_fixture {
	struct db *db;
	struct arena *arena;
	const char *url;
	struct err err;
};

/* Time zones and the server of the test program; false, and said, when there are none. */
bool db_fixture_start(void);

/* Fails the test when it cannot. The caller then loads what it needs by url. */
void db_fixture_open(struct db_fixture *f);
void db_fixture_close(struct db_fixture *f);

/* The first value of the first row. */
const char *db_fixture_ask(const struct db_fixture *f, const char *sql);

#endif
