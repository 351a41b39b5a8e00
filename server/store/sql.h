/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generated tables: named statements (scripts/sqlgen.awk) and migrations (scripts/migrationgen.awk).
 *
 * Only server/store and its tests read them; everyone else names a statement by its enum sql_id.
 * Constant data, safe from any thread.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "sql_ids.h" /* generated */

struct sql_statement {
	const char *name;
	int arg_count;
	const char *const *args; /* names of $1, $2, ... */
	const char *text;
};

extern const struct sql_statement sql_statements[]; /* indexed by enum sql_id */

struct sql_migration {
	int number;
	const char *name; /* "0001_schema" */
	const char *text;
};

extern const struct sql_migration sql_migrations[]; /* ends with number 0 */

#endif
