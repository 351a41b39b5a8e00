/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a connection, for server/store/db*.c and migrate.c only.
 *
 * db.c opens and pools connections, db_query.c binds arguments and reads rows, db_transaction.c
 * begins and ends, db_copy.c streams and listens, db_error.c turns SQLSTATEs into struct err.
 */
#ifndef STORE_DB_PRIVATE_H
#define STORE_DB_PRIVATE_H

#include <libpq-fe.h>
#include "server/store/db.h"
#include "server/store/sql.h"

struct sentence {
	const char *constraint;
	const char *text;
};

struct db {
	PGconn *conn;
	struct arena *arena; /* sentences; lives as long as the connection */
	const struct sentence *sentences;
	size_t sentence_count;
	int depth;      /* of db_begin; 0: no transaction of ours */
	bool retryable; /* the last failure was a serialization failure or a deadlock */
	bool prepared[SQL_COUNT + 1];
};

/* Fills e from a failed result (NULL: from the connection). Always returns false. */
bool db_fail(struct db *db, const PGresult *res, const char *what, struct err *e);

/* Runs a statement without arguments by the simple protocol; the caller clears *res. */
bool db_simple(struct db *db, enum sql_id id, PGresult **res, struct err *e);

/* Ends a COPY or single-row fetch that its user left in the middle. */
void db_drain(struct db *db);

#endif
