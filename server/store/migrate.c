/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store/migrate.h"
#include <sodium.h>
#include <string.h>
#include "server/base/log.h"
#include "server/store/db_private.h"

enum { CHECKSUM_BYTES = 16, CHECKSUM_HEX = 2 * CHECKSUM_BYTES + 1 };

struct applied_migration {
	int64_t number;
	const char *name;
	const char *checksum;
};

static const struct field applied_rows[] = {
	F_INT(struct applied_migration, number, 0, 1, 9999, "number"),
	F_TEXT(struct applied_migration, name, 0, 0, 0, "name"),
	F_TEXT(struct applied_migration, checksum, 0, 0, 0, "checksum"),
};
static const struct fields applied_fields =
	FIELDS("Migration", struct applied_migration, applied_rows);

static void checksum(const char *text, char hex[CHECKSUM_HEX])
{
	unsigned char hash[CHECKSUM_BYTES];
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text, strlen(text), NULL, 0);
	sodium_bin2hex(hex, CHECKSUM_HEX, hash, sizeof(hash));
}

static const struct sql_migration *find(const struct sql_migration *table, int64_t number)
{
	for (const struct sql_migration *m = table; m->number; m++)
		if (m->number == number)
			return m;
	return NULL;
}

/* What the database has must be a beginning of what we have. */
static bool compare(const struct sql_migration *table, const struct applied_migration *have,
		    size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		const struct sql_migration *m = find(table, have[i].number);
		char hex[CHECKSUM_HEX];
		if (!m)
			return err_set(e, ERR_CONFLICT,
				       "the database has migration %s, which this program (%s) does not "
				       "know: it belongs to a newer version of Cuadrante",
				       have[i].name, CUADRANTE_VERSION);
		checksum(m->text, hex);
		if (strcmp(hex, have[i].checksum) != 0 || strcmp(m->name, have[i].name) != 0)
			return err_set(e, ERR_CONFLICT,
				       "migration %s was applied to this database with other text "
				       "(here %s, checksum %s; there %s): this program and the database "
				       "come from different histories",
				       have[i].name, m->name, hex, have[i].checksum);
		if (have[i].number != (int64_t)i + 1)
			return err_set(e, ERR_CONFLICT, "migration %zu is missing in the database",
				       i + 1);
	}
	return true;
}

static bool run_text(struct db *db, const struct sql_migration *m, struct err *e)
{
	PGresult *res = PQexec(db->conn, m->text); /* the simple protocol takes many statements */
	bool ok = PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK;
	if (!ok)
		err_set(e, ERR_INTERNAL, "migration %s: %s", m->name, PQresultErrorMessage(res));
	PQclear(res);
	return ok;
}

static bool apply_one(struct db *db, const struct sql_migration *m, struct err *e)
{
	char hex[CHECKSUM_HEX];
	checksum(m->text, hex);
	if (db_begin(db, e) && run_text(db, m, e) &&
	    db_run(db, SQL_MIGRATION_RECORD,
		   DB_ARGS(db_int("number", m->number), db_text("name", m->name),
			   db_text("checksum", hex)),
		   NULL, NULL, e) &&
	    db_commit(db, e)) {
		log_info("migration applied name=%s", m->name);
		return true;
	}
	db_rollback(db);
	return false;
}

static bool list_applied(struct db *db, struct arena *a, struct applied_migration **have,
			 size_t *count, struct err *e)
{
	void *rows;
	if (!db_rows(db, SQL_MIGRATION_LIST, DB_NONE, NULL, &applied_fields, a, &rows, count, e))
		return false;
	*have = rows;
	return true;
}

static bool run_simple(struct db *db, enum sql_id id, struct err *e)
{
	PGresult *res = NULL;
	if (!db_simple(db, id, &res, e))
		return false;
	PQclear(res);
	return true;
}

bool migrate_apply_table(struct db *db, const struct sql_migration *table, int *applied,
			 struct err *e)
{
	struct arena *a = arena_new(0);
	struct applied_migration *have;
	size_t count;
	bool ok = false;
	if (applied)
		*applied = 0;
	if (!run_simple(db, SQL_MIGRATION_LOCK, e))
		goto out;
	if (!run_simple(db, SQL_MIGRATION_TABLE_CREATE, e) || !list_applied(db, a, &have, &count, e) ||
	    !compare(table, have, count, e))
		goto unlock;
	ok = true;
	for (const struct sql_migration *m = table; ok && m->number; m++) {
		if (m->number <= (int64_t)count)
			continue;
		ok = apply_one(db, m, e);
		if (ok && applied)
			(*applied)++;
	}
unlock:
	if (ok)
		ok = run_simple(db, SQL_MIGRATION_UNLOCK, e);
	else
		(void)run_simple(db, SQL_MIGRATION_UNLOCK, NULL); /* the first error is the one told */
out:
	arena_free(a);
	return ok;
}

bool migrate_apply(struct db *db, int *applied, struct err *e)
{
	return migrate_apply_table(db, sql_migrations, applied, e);
}

bool migrate_check(struct db *db, struct err *e)
{
	struct arena *a = arena_new(0);
	struct applied_migration *have;
	size_t count = 0;
	int64_t exists, newest = 0;
	bool ok = db_int_value(db, SQL_MIGRATION_TABLE_EXISTS, DB_NONE, NULL, &exists, e) &&
		  (!exists || (list_applied(db, a, &have, &count, e) &&
			       compare(sql_migrations, have, count, e)));
	for (const struct sql_migration *m = sql_migrations; m->number; m++)
		newest = m->number;
	if (ok && (int64_t)count < newest)
		ok = err_set(e, ERR_CONFLICT,
			     "the database is at migration %zu of %lld: run `cuadrante migrate`", count,
			     (long long)newest);
	arena_free(a);
	return ok;
}
