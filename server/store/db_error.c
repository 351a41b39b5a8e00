/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLSTATE -> struct err: what the user did wrong, what is only temporary, and what is our bug. */
#include <string.h>
#include "server/store/db_private.h"

enum verdict {
	VERDICT_UNIQUE,   /* somebody else already has it, or it overlaps */
	VERDICT_FOREIGN,  /* refers to something that is not there, or is referred to */
	VERDICT_CHECK,    /* a value outside what the schema allows */
	VERDICT_MISSING,  /* NULL where a value is needed */
	VERDICT_VALUE,    /* text that is no value of its type */
	VERDICT_RETRY,    /* serialization failure or deadlock */
	VERDICT_RAISED,   /* a trigger of ours refused, with its own sentence */
	VERDICT_DOWN,     /* connection, shutdown, resources, cancelled */
	VERDICT_INTERNAL,
};

static const struct {
	const char *prefix;
	enum verdict verdict;
} verdicts[] = {
	{ "23505", VERDICT_UNIQUE },  { "23P01", VERDICT_UNIQUE },  { "23503", VERDICT_FOREIGN },
	{ "23514", VERDICT_CHECK },   { "23502", VERDICT_MISSING }, { "23001", VERDICT_RAISED },
	{ "P0001", VERDICT_RAISED },  { "22001", VERDICT_VALUE },   { "22003", VERDICT_VALUE },
	{ "22007", VERDICT_VALUE },   { "22008", VERDICT_VALUE },   { "22021", VERDICT_VALUE },
	{ "22P02", VERDICT_VALUE },   { "22P04", VERDICT_VALUE },   { "22P05", VERDICT_VALUE },
	{ "22009", VERDICT_VALUE },   { "22023", VERDICT_VALUE },   { "40001", VERDICT_RETRY },
	{ "40P01", VERDICT_RETRY },   { "08", VERDICT_DOWN },       { "53", VERDICT_DOWN },
	{ "57", VERDICT_DOWN },       { "55P03", VERDICT_DOWN },    { "25P03", VERDICT_DOWN },
};

static enum verdict verdict_of(const char *state)
{
	for (size_t i = 0; state && i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (strncmp(state, verdicts[i].prefix, strlen(verdicts[i].prefix)) == 0)
			return verdicts[i].verdict;
	return VERDICT_INTERNAL;
}

static const char *sentence_of(const struct db *db, const char *constraint)
{
	for (size_t i = 0; constraint && i < db->sentence_count; i++)
		if (strcmp(db->sentences[i].constraint, constraint) == 0)
			return db->sentences[i].text;
	return NULL;
}

/* The first of libpq's lines; the others only guess at reasons. */
static void fail_with_line(struct err *e, enum err_code code, const char *what, const char *said)
{
	err_set(e, code, "%s: %.*s", what, (int)strcspn(said, "\n"), said);
}

static bool fail_constraint(struct db *db, const PGresult *res, enum verdict verdict, struct err *e)
{
	const char *constraint = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
	const char *detail = PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL);
	const char *primary = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *sentence = sentence_of(db, constraint);
	enum err_code code = verdict == VERDICT_UNIQUE ? ERR_CONFLICT : ERR_INVALID;

	/* What refuses to go away because others refer to it is a conflict; the other way, bad input. */
	if (verdict == VERDICT_FOREIGN && primary && strncmp(primary, "update or delete", 16) == 0)
		code = ERR_CONFLICT;
	if (sentence)
		return err_set(e, code, "%s", sentence);
	if (detail && verdict != VERDICT_CHECK) /* a failed check's detail is the whole row: private */
		return err_set(e, code, "%s (%s)", detail, constraint ? constraint : "");
	return err_set(e, code, "%s", primary ? primary : "a constraint of the database failed");
}

bool db_fail(struct db *db, const PGresult *res, const char *what, struct err *e)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *column = res ? PQresultErrorField(res, PG_DIAG_COLUMN_NAME) : NULL;
	enum verdict verdict = verdict_of(state);

	db->retryable = verdict == VERDICT_RETRY;
	if (PQstatus(db->conn) == CONNECTION_BAD) {
		fail_with_line(e, ERR_UNAVAILABLE, "database connection lost",
			       primary ? primary : PQerrorMessage(db->conn));
		return false;
	}
	if (!state) {
		fail_with_line(e, ERR_INTERNAL, what, PQerrorMessage(db->conn));
		return false;
	}
	switch (verdict) {
	case VERDICT_UNIQUE:
	case VERDICT_FOREIGN:
	case VERDICT_CHECK:
		return fail_constraint(db, res, verdict, e);
	case VERDICT_MISSING: {
		char pointer[80] = "/";
		strncat(pointer, column ? column : "", sizeof(pointer) - 2);
		return err_at(e, ERR_INVALID, pointer, "must be given");
	}
	case VERDICT_VALUE:
		return err_set(e, ERR_INVALID, "%s", primary);
	case VERDICT_RAISED:
		return err_set(e, ERR_CONFLICT, "%s", primary);
	case VERDICT_RETRY:
	case VERDICT_DOWN:
		return err_set(e, ERR_UNAVAILABLE, "database: %s", primary);
	case VERDICT_INTERNAL:
		break;
	}
	return err_set(e, ERR_INTERNAL, "%s: %s (SQLSTATE %s)", what, primary, state);
}
