/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PostgreSQL as the rest of the service sees it: named statements, arguments by name, rows into structs.
 *
 * Statements live in sql/queries/<aggregate>.sql as
 *     -- name: agent_get
 *     SELECT id, code FROM agent WHERE id = :agent_id;
 * scripts/sqlgen.awk turns them into `enum sql_id { SQL_AGENT_GET, ... }` (sql_ids.h) and a table with
 * the text in $n form and the argument names. Columns land in the fields whose names they bear; a
 * column without a field, or a required field without a column, is a bug caught by the first run.
 *
 * A struct db is one connection, used by one thread at a time; a struct db_pool is shared.
 * Connections run with TimeZone UTC, and a statement is prepared on first use. Rows and
 * their text are owned by the arena passed in.
 * Errors: a unique or exclusion violation, a failed check or foreign key becomes ERR_CONFLICT or
 * ERR_INVALID with the constraint's sentence (from its COMMENT when it has one); lost connection ERR_UNAVAILABLE.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/field.h"
#include "sql_ids.h" /* generated */

struct db;
struct db_pool;

struct db_pool *db_pool_open(const char *url, int size, struct err *e);
void db_pool_close(struct db_pool *p); /* accepts NULL */
struct db *db_take(struct db_pool *p, struct err *e); /* waits up to 5 s; reconnects a broken one */
void db_give(struct db_pool *p, struct db *db);       /* accepts NULL; rolls back what was left open */
void db_pool_counts(struct db_pool *p, int *size, int *open, int *idle); /* for the figures */
struct db *db_open(const char *url, struct err *e);   /* one connection without a pool */
void db_close(struct db *db);

/* One argument of a statement. Strings are borrowed until the call returns. */
struct db_arg {
	const char *name;
	const char *text; /* NULL with is_number false: SQL NULL */
	bool is_number;
	char number[40];
};
struct db_arg db_int(const char *name, int64_t v);         /* FIELD_NULL -> NULL */
struct db_arg db_real(const char *name, double v);         /* NaN -> NULL */
struct db_arg db_bool(const char *name, bool v);
struct db_arg db_text(const char *name, const char *v);    /* NULL -> NULL */
struct db_arg db_instant(const char *name, int64_t utc);   /* for timestamptz parameters */
struct db_arg db_date(const char *name, int64_t date);
#define DB_ARGS(...) ((const struct db_arg[]){ __VA_ARGS__, { 0 } })
#define DB_NONE ((const struct db_arg[]){ { 0 } })

/* Arguments may also come from a struct: each statement argument is looked up first in args, then as a
 * field of `from` (which may be NULL). A statement argument found in neither is a bug (assert). */
struct db_from {
	const struct fields *fields;
	const void *obj;
};

/* Whether the statement has an argument of that name. */
bool db_takes(enum sql_id id, const char *name);

/* All rows into an arena array of row->size. */
bool db_rows(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	     const struct fields *row, struct arena *a, void **rows, size_t *count, struct err *e);
/* Exactly one row into out; ERR_NOT_FOUND when none. */
bool db_one(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	    const struct fields *row, struct arena *a, void *out, struct err *e);
/* One value of one row as int64 (a new id, a count); ERR_NOT_FOUND when no row. NULL -> FIELD_NULL. */
bool db_int_value(struct db *db, enum sql_id id, const struct db_arg *args,
		  const struct db_from *from, int64_t *value, struct err *e);
/* No rows wanted; affected may be NULL. */
bool db_run(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	    int64_t *affected, struct err *e);
/* Row by row (libpq single-row mode), for results that must not sit in memory. The obj is reused. */
bool db_each(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	     const struct fields *row, bool (*each)(void *ctx, const void *obj, struct err *e),
	     void *ctx, struct err *e);

/* Runs body in a transaction; retries it whole on serialization failure or deadlock (at most 5 times).
 * False from body rolls back. Nesting joins the outer transaction. */
bool db_transact(struct db *db, bool (*body)(struct db *db, void *ctx, struct err *e), void *ctx,
		 struct err *e);
/* The same by hand, for code that reads better so. db_rollback is safe when nothing is open. */
bool db_begin(struct db *db, struct err *e);
bool db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);

/* COPY ... FROM STDIN (FORMAT csv or text) named like any statement; bytes in any split. */
bool db_copy_begin(struct db *db, enum sql_id id, struct err *e);
bool db_copy_put(struct db *db, const char *bytes, size_t n, struct err *e);
bool db_copy_end(struct db *db, int64_t *rows, struct err *e);

/* LISTEN/NOTIFY: waits up to timeout_ms for a notification on the listened channels; *got tells. */
bool db_listen(struct db *db, enum sql_id listen, struct err *e);
bool db_wait_notify(struct db *db, int timeout_ms, bool *got, struct err *e);
int db_socket(struct db *db);

#endif
