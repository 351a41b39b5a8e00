/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions by hand and by callback with retry. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server/store/db_private.h"

enum { ATTEMPTS_MAX = 5 };

bool db_begin(struct db *db, struct err *e)
{
	PGresult *res = NULL;
	if (db->depth > 0) {
		db->depth++;
		return true;
	}
	if (!db_simple(db, SQL_TRANSACTION_BEGIN, &res, e))
		return false;
	PQclear(res);
	db->depth = 1;
	return true;
}

bool db_commit(struct db *db, struct err *e)
{
	PGresult *res = NULL;
	if (db->depth == 0)
		return err_set(e, ERR_INTERNAL, "commit of a transaction that was rolled back");
	if (--db->depth > 0)
		return true;
	if (!db_simple(db, SQL_TRANSACTION_COMMIT, &res, e))
		return false;
	/* A failed transaction answers COMMIT with ROLLBACK and no error. */
	bool kept = strcmp(PQcmdStatus(res), "COMMIT") == 0;
	PQclear(res);
	if (!kept)
		return err_set(e, ERR_INTERNAL, "commit after a failed statement: nothing was saved");
	return true;
}

void db_rollback(struct db *db)
{
	db->depth = 0;
	db_drain(db);
	if (PQtransactionStatus(db->conn) == PQTRANS_IDLE ||
	    PQtransactionStatus(db->conn) == PQTRANS_UNKNOWN)
		return;
	PQclear(PQexec(db->conn, sql_statements[SQL_TRANSACTION_ROLLBACK].text));
}

/* 1, 2, 4, ... ms and up to as much again, so that two who collided do not collide anew. */
static void back_off(int attempt)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long base_ns = 1000000L << attempt;
	struct timespec wait = { 0, base_ns + now.tv_nsec % base_ns };
	nanosleep(&wait, NULL);
}

bool db_transact(struct db *db, bool (*body)(struct db *db, void *ctx, struct err *e), void *ctx,
		 struct err *e)
{
	if (db->depth > 0)
		return body(db, ctx, e);
	for (int attempt = 0;; attempt++) {
		db->retryable = false;
		if (!db_begin(db, e))
			return false;
		if (body(db, ctx, e) && db_commit(db, e))
			return true;
		bool again = db->retryable && attempt + 1 < ATTEMPTS_MAX;
		db_rollback(db);
		if (!again)
			return false;
		err_clear(e);
		back_off(attempt);
	}
}
