/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named statements: arguments by name in, rows into structs out. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/db_private.h"

enum { ARGS_MAX = 64, COLUMNS_MAX = 96, ROWS_PER_ARENA = 512 };

/* ---------------------------------------------------------------- arguments */

struct db_arg db_int(const char *name, int64_t v)
{
	struct db_arg arg = { .name = name, .is_number = v != FIELD_NULL };
	if (arg.is_number)
		snprintf(arg.number, sizeof(arg.number), "%lld", (long long)v);
	return arg;
}

struct db_arg db_real(const char *name, double v)
{
	struct db_arg arg = { .name = name, .is_number = !isnan(v) };
	if (arg.is_number)
		snprintf(arg.number, sizeof(arg.number), "%.17g", v);
	return arg;
}

struct db_arg db_bool(const char *name, bool v)
{
	return (struct db_arg){ .name = name, .is_number = true, .number = { v ? 't' : 'f' } };
}

struct db_arg db_text(const char *name, const char *v)
{
	return (struct db_arg){ .name = name, .text = v };
}

struct db_arg db_instant(const char *name, int64_t utc)
{
	struct db_arg arg = { .name = name, .is_number = utc != FIELD_NULL };
	if (arg.is_number)
		instant_format(utc, 0, arg.number);
	return arg;
}

struct db_arg db_date(const char *name, int64_t date)
{
	struct db_arg arg = { .name = name, .is_number = date != FIELD_NULL };
	if (arg.is_number)
		date_format(date, arg.number);
	return arg;
}

struct bound {
	const char *values[ARGS_MAX];
	int count;
	struct arena *arena; /* text made from `from`; NULL when none was */
};

static void bind_one(struct bound *b, int i, enum sql_id id, const struct db_arg *args,
		     const struct db_from *from)
{
	const char *name = sql_statements[id].args[i];
	for (const struct db_arg *arg = args; arg && arg->name; arg++)
		if (strcmp(arg->name, name) == 0) {
			b->values[i] = arg->is_number ? arg->number : arg->text;
			return;
		}
	const struct field *f = from && from->obj ? field_find(from->fields, name) : NULL;
	if (!f) {
		log_error("statement %s: no value for :%s", sql_statements[id].name, name);
		abort(); /* a bug in the caller */
	}
	if (!b->arena)
		b->arena = arena_new(0);
	b->values[i] = field_to_text(f, from->obj, b->arena);
}

static void bind(struct bound *b, enum sql_id id, const struct db_arg *args,
		 const struct db_from *from)
{
	b->count = sql_statements[id].arg_count;
	b->arena = NULL;
	assert(b->count <= ARGS_MAX);
	for (int i = 0; i < b->count; i++)
		bind_one(b, i, id, args, from);
}

/* ---------------------------------------------------------------- execution */

static bool prepare(struct db *db, enum sql_id id, struct err *e)
{
	const struct sql_statement *s = &sql_statements[id];
	if (PQstatus(db->conn) != CONNECTION_OK)
		return db_fail(db, NULL, s->name, e);
	if (db->prepared[id])
		return true;
	PGresult *res = PQprepare(db->conn, s->name, s->text, 0, NULL);
	bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;
	if (ok)
		db->prepared[id] = true;
	else
		db_fail(db, res, s->name, e);
	PQclear(res);
	return ok;
}

static bool run(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
		PGresult **out, struct err *e)
{
	struct bound b;
	if (!prepare(db, id, e))
		return false;
	bind(&b, id, args, from);
	PGresult *res = PQexecPrepared(db->conn, sql_statements[id].name, b.count, b.values, NULL, NULL,
				       0);
	arena_free(b.arena);
	ExecStatusType status = PQresultStatus(res);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		*out = res;
		return true;
	}
	db_fail(db, res, sql_statements[id].name, e);
	PQclear(res);
	return false;
}

/* ---------------------------------------------------------------- rows */

struct columns {
	const struct field *field[COLUMNS_MAX];
	int count;
};

/* Pairs columns with fields. A mismatch is our bug, but one that must not take the server down. */
static bool match_columns(enum sql_id id, const struct fields *row, const PGresult *res,
			  struct columns *c, struct err *e)
{
	const char *statement = sql_statements[id].name;
	c->count = PQnfields(res);
	assert(c->count <= COLUMNS_MAX);
	for (int i = 0; i < c->count; i++) {
		c->field[i] = field_find(row, PQfname(res, i));
		if (!c->field[i])
			return err_set(e, ERR_INTERNAL, "statement %s: column %s is no field of %s",
				       statement, PQfname(res, i), row->name);
	}
	for (size_t k = 0; k < row->count; k++) {
		const struct field *f = &row->rows[k];
		bool found = f->flags & FIELD_OPTIONAL;
		for (int i = 0; i < c->count && !found; i++)
			found = c->field[i] == f;
		if (!found)
			return err_set(e, ERR_INTERNAL, "statement %s: field %s of %s has no column",
				       statement, f->name, row->name);
	}
	return true;
}

static bool read_row(enum sql_id id, const struct columns *c, const PGresult *res, int n,
		     const struct fields *row, struct arena *a, void *obj, struct err *e)
{
	field_init(row, obj);
	for (int i = 0; i < c->count; i++) {
		const char *text = PQgetisnull(res, n, i) ? NULL : PQgetvalue(res, n, i);
		const char *name = c->field[i]->name;
		if (!text && !(c->field[i]->flags & FIELD_OPTIONAL))
			return err_set(e, ERR_INTERNAL, "statement %s: column %s is null",
				       sql_statements[id].name, name);
		struct err inner = ERR_INIT;
		if (!field_from_text(c->field[i], text, a, obj, name, &inner))
			return err_set(e, ERR_INTERNAL, "statement %s: column %s holds '%.60s': %s",
				       sql_statements[id].name, name, text ? text : "NULL",
				       inner.items_kept ? inner.items[0].message : inner.message);
	}
	return true;
}

bool db_rows(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	     const struct fields *row, struct arena *a, void **rows, size_t *count, struct err *e)
{
	PGresult *res = NULL;
	struct columns c;
	bool ok = false;
	*rows = NULL;
	*count = 0;
	if (!run(db, id, args, from, &res, e))
		return false;
	if (!match_columns(id, row, res, &c, e))
		goto out;
	int n = PQntuples(res);
	char *list = arena_array(a, (size_t)n, row->size);
	for (int i = 0; i < n; i++)
		if (!read_row(id, &c, res, i, row, a, list + (size_t)i * row->size, e))
			goto out;
	*rows = list;
	*count = (size_t)n;
	ok = true;
out:
	PQclear(res);
	return ok;
}

bool db_one(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	    const struct fields *row, struct arena *a, void *out, struct err *e)
{
	PGresult *res = NULL;
	struct columns c;
	bool ok = false;
	if (!run(db, id, args, from, &res, e))
		return false;
	int n = PQntuples(res);
	if (n == 0)
		err_set(e, ERR_NOT_FOUND, "no such %s", row->name);
	else if (n > 1)
		err_set(e, ERR_INTERNAL, "statement %s: %d rows where one was wanted",
			sql_statements[id].name, n);
	else
		ok = match_columns(id, row, res, &c, e) && read_row(id, &c, res, 0, row, a, out, e);
	PQclear(res);
	return ok;
}

bool db_int_value(struct db *db, enum sql_id id, const struct db_arg *args,
		  const struct db_from *from, int64_t *value, struct err *e)
{
	PGresult *res = NULL;
	bool ok = false;
	if (!run(db, id, args, from, &res, e))
		return false;
	const char *name = sql_statements[id].name;
	if (PQntuples(res) == 0 && PQnfields(res) == 1) {
		err_set(e, ERR_NOT_FOUND, "not found");
		goto out;
	}
	if (PQntuples(res) != 1 || PQnfields(res) != 1) {
		err_set(e, ERR_INTERNAL, "statement %s: one value wanted", name);
		goto out;
	}
	*value = FIELD_NULL;
	ok = true;
	if (!PQgetisnull(res, 0, 0)) {
		const char *text = PQgetvalue(res, 0, 0);
		char *end;
		*value = strtoll(text, &end, 10);
		if (end == text || *end != '\0')
			ok = err_set(e, ERR_INTERNAL, "statement %s: '%.40s' is no integer", name, text);
	}
out:
	PQclear(res);
	return ok;
}

bool db_run(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	    int64_t *affected, struct err *e)
{
	PGresult *res = NULL;
	if (!run(db, id, args, from, &res, e))
		return false;
	if (affected)
		*affected = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return true;
}

/* ---------------------------------------------------------------- row by row */

static void cancel_query(struct db *db)
{
	char said[256];
	PGcancel *cancel = PQgetCancel(db->conn);
	if (cancel && !PQcancel(cancel, said, sizeof(said)))
		log_warn("cannot cancel a query: %s", said);
	PQfreeCancel(cancel);
}

void db_drain(struct db *db)
{
	if (PQtransactionStatus(db->conn) != PQTRANS_ACTIVE)
		return;
	PGresult *res;
	while ((res = PQgetResult(db->conn))) {
		ExecStatusType status = PQresultStatus(res);
		PQclear(res);
		if (status == PGRES_COPY_IN && PQputCopyEnd(db->conn, "given up") < 0)
			return; /* connection lost */
	}
}

bool db_each(struct db *db, enum sql_id id, const struct db_arg *args, const struct db_from *from,
	     const struct fields *row, bool (*each)(void *ctx, const void *obj, struct err *e),
	     void *ctx, struct err *e)
{
	const char *name = sql_statements[id].name;
	struct bound b;
	if (!prepare(db, id, e))
		return false;
	bind(&b, id, args, from);
	int sent = PQsendQueryPrepared(db->conn, name, b.count, b.values, NULL, NULL, 0);
	arena_free(b.arena);
	if (!sent)
		return db_fail(db, NULL, name, e);
	PQsetSingleRowMode(db->conn);

	struct columns c = { .count = 0 };
	struct arena *a = arena_new(0);
	void *obj = arena_alloc(a, row->size);
	bool ok = true, matched = false;
	PGresult *res;
	for (size_t n = 1; ok && (res = PQgetResult(db->conn)); n++) {
		ExecStatusType status = PQresultStatus(res);
		if (n % ROWS_PER_ARENA == 0) { /* bounds what the rows' text may take */
			arena_free(a);
			a = arena_new(0);
			obj = arena_alloc(a, row->size);
		}
		if (!matched && (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK))
			ok = matched = match_columns(id, row, res, &c, e);
		if (ok && status == PGRES_SINGLE_TUPLE)
			ok = read_row(id, &c, res, 0, row, a, obj, e) && each(ctx, obj, e);
		else if (ok && status != PGRES_TUPLES_OK)
			ok = db_fail(db, res, name, e);
		PQclear(res);
	}
	if (!ok && PQtransactionStatus(db->conn) == PQTRANS_ACTIVE)
		cancel_query(db);
	db_drain(db);
	arena_free(a);
	return ok;
}

bool db_takes(enum sql_id id, const char *name)
{
	const struct sql_statement *s = &sql_statements[id];
	for (int i = 0; i < s->arg_count; i++)
		if (strcmp(s->args[i], name) == 0)
			return true;
	return false;
}
