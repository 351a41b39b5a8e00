/* SPDX-License-Identifier: GPL-3.0-or-later */
/* COPY in, and LISTEN. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/store/db_private.h"

enum { COPY_CHUNK = 1 << 20 };

bool db_copy_begin(struct db *db, enum sql_id id, struct err *e)
{
	PGresult *res = NULL;
	if (PQstatus(db->conn) != CONNECTION_OK)
		return db_fail(db, NULL, sql_statements[id].name, e);
	if (!db_simple(db, id, &res, e))
		return false;
	bool ok = PQresultStatus(res) == PGRES_COPY_IN;
	PQclear(res);
	if (!ok)
		return err_set(e, ERR_INTERNAL, "statement %s is no COPY FROM STDIN",
			       sql_statements[id].name);
	return true;
}

bool db_copy_put(struct db *db, const char *bytes, size_t n, struct err *e)
{
	while (n > 0) {
		size_t part = n < COPY_CHUNK ? n : COPY_CHUNK;
		if (PQputCopyData(db->conn, bytes, (int)part) != 1)
			return db_fail(db, NULL, "COPY", e);
		bytes += part;
		n -= part;
	}
	return true;
}

bool db_copy_end(struct db *db, int64_t *rows, struct err *e)
{
	if (PQputCopyEnd(db->conn, NULL) != 1)
		return db_fail(db, NULL, "COPY", e);
	bool ok = true;
	PGresult *res;
	while ((res = PQgetResult(db->conn))) {
		if (PQresultStatus(res) != PGRES_COMMAND_OK)
			ok = db_fail(db, res, "COPY", e);
		else if (rows)
			*rows = strtoll(PQcmdTuples(res), NULL, 10);
		PQclear(res);
	}
	return ok;
}

bool db_listen(struct db *db, enum sql_id listen, struct err *e)
{
	PGresult *res = NULL;
	if (!db_simple(db, listen, &res, e))
		return false;
	PQclear(res);
	return true;
}

/* Takes all notifications that have arrived. */
static bool take_notifications(struct db *db, bool *got, struct err *e)
{
	PGnotify *note;
	if (!PQconsumeInput(db->conn))
		return db_fail(db, NULL, "wait", e);
	while ((note = PQnotifies(db->conn))) {
		*got = true;
		PQfreemem(note);
	}
	return true;
}

bool db_wait_notify(struct db *db, int timeout_ms, bool *got, struct err *e)
{
	double until = clock_monotonic_s() + timeout_ms / 1000.0;
	*got = false;
	for (;;) {
		if (!take_notifications(db, got, e))
			return false;
		double left_s = until - clock_monotonic_s();
		if (*got || left_s <= 0)
			return true;
		struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };
		int n = poll(&p, 1, (int)(left_s * 1000) + 1);
		if (n < 0 && errno == EINTR) /* a signal: the caller looks whether to stop */
			return true;
		if (n < 0)
			return err_set(e, ERR_INTERNAL, "poll: errno %d", errno);
	}
}
