/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema's history: sql/migrations/NNNN_name.sql, embedded, applied one way and in order, each
 * in its own transaction, under an advisory lock, and recorded with a checksum of its text.
 *
 * A database that holds a migration this program does not know, or one whose text has changed since,
 * is refused (ERR_CONFLICT) with a sentence that says which. Safe from several processes at once.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdbool.h>
#include "server/base/err.h"
#include "server/store/db.h"
#include "server/store/sql.h"

/* Brings the database to the newest schema; *applied (may be NULL) counts the migrations run. */
bool migrate_apply(struct db *db, int *applied, struct err *e);
/* As migrate_apply with another table of migrations (tests). */
bool migrate_apply_table(struct db *db, const struct sql_migration *table, int *applied,
			 struct err *e);
/* ERR_CONFLICT unless the database is exactly at the newest schema. */
bool migrate_check(struct db *db, struct err *e);

#endif
