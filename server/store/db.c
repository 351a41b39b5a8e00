/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections and the pool that shares them. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server/base/log.h"
#include "server/store/db_private.h"

enum { TAKE_WAIT_S = 5 };

/* ---------------------------------------------------------------- one connection */

static void note_notice(void *unused, const PGresult *res)
{
	(void)unused;
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	log_debug("database notice: %s", text ? text : "");
}

bool db_simple(struct db *db, enum sql_id id, PGresult **res, struct err *e)
{
	*res = PQexec(db->conn, sql_statements[id].text);
	ExecStatusType status = PQresultStatus(*res);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN)
		return true;
	db_fail(db, *res, sql_statements[id].name, e);
	PQclear(*res);
	*res = NULL;
	return false;
}

/* Read at once because nothing can be asked inside the transaction that a violation has broken. */
static bool load_sentences(struct db *db, struct err *e)
{
	PGresult *res = NULL;
	if (!db_simple(db, SQL_CONSTRAINT_SENTENCES, &res, e))
		return false;
	size_t n = (size_t)PQntuples(res);
	struct sentence *list = arena_array(db->arena, n, sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		list[i].constraint = arena_strdup(db->arena, PQgetvalue(res, (int)i, 0));
		list[i].text = arena_strdup(db->arena, PQgetvalue(res, (int)i, 1));
	}
	db->sentences = list;
	db->sentence_count = n;
	PQclear(res);
	return true;
}

struct db *db_open(const char *url, struct err *e)
{
	const char *const keys[] = { "connect_timeout", "fallback_application_name",
				     "client_encoding", "dbname", NULL };
	const char *const values[] = { "5", "cuadrante", "UTF8", url, NULL };
	struct db *db = calloc(1, sizeof(*db));
	if (!db) {
		err_set(e, ERR_INTERNAL, "out of memory");
		return NULL;
	}
	db->arena = arena_new(0);
	db->conn = PQconnectdbParams(keys, values, 1);
	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK) {
		const char *said = db->conn ? PQerrorMessage(db->conn) : "out of memory";
		size_t n = strcspn(said, "\n");
		err_set(e, ERR_UNAVAILABLE, "cannot reach the database: %.*s", (int)n, said);
		goto fail;
	}
	PQsetNoticeReceiver(db->conn, note_notice, NULL);
	PGresult *res = NULL;
	if (!db_simple(db, SQL_SESSION_SETTINGS, &res, e))
		goto fail;
	PQclear(res);
	if (!load_sentences(db, e))
		goto fail;
	return db;
fail:
	db_close(db);
	return NULL;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	PQfinish(db->conn);
	arena_free(db->arena);
	free(db);
}

int db_socket(struct db *db)
{
	return PQsocket(db->conn);
}

/* An idle connection whose server went away shows it when its socket is read: the first read may
 * give the server's last words, the next one the end. */
static bool is_alive(struct db *db)
{
	return PQstatus(db->conn) == CONNECTION_OK && PQconsumeInput(db->conn) &&
	       PQconsumeInput(db->conn) && PQstatus(db->conn) == CONNECTION_OK;
}

/* ---------------------------------------------------------------- the pool */

struct db_pool {
	pthread_mutex_t lock;
	pthread_cond_t given;
	char *url;
	int size;
	int open;         /* connections that exist or are being opened */
	int idle_count;
	struct db **idle; /* the last given is taken first: few stay warm */
};

struct db_pool *db_pool_open(const char *url, int size, struct err *e)
{
	assert(size > 0);
	pthread_condattr_t attr;
	struct db_pool *p = calloc(1, sizeof(*p));
	if (!p || !(p->idle = calloc((size_t)size, sizeof(struct db *))) || !(p->url = strdup(url))) {
		err_set(e, ERR_INTERNAL, "out of memory");
		goto fail;
	}
	p->size = size;
	struct db *first = db_open(url, e);
	if (!first)
		goto fail;
	p->idle[p->idle_count++] = first;
	p->open = 1;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->given, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&p->lock, NULL);
	return p;
fail:
	if (p) {
		free(p->idle);
		free(p->url);
	}
	free(p);
	return NULL;
}

void db_pool_close(struct db_pool *p)
{
	if (!p)
		return;
	assert(p->idle_count == p->open); /* all given back */
	for (int i = 0; i < p->idle_count; i++)
		db_close(p->idle[i]);
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->lock);
	free(p->idle);
	free(p->url);
	free(p);
}

/* An idle connection, or NULL with the right to open one (open already counts it); false: timed out. */
static bool take_slot(struct db_pool *p, struct db **db)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TAKE_WAIT_S;
	bool got = true;
	pthread_mutex_lock(&p->lock);
	while (p->idle_count == 0 && p->open == p->size)
		if (pthread_cond_timedwait(&p->given, &p->lock, &until) == ETIMEDOUT)
			break;
	*db = NULL;
	if (p->idle_count > 0)
		*db = p->idle[--p->idle_count];
	else if (p->open < p->size)
		p->open++;
	else
		got = false;
	pthread_mutex_unlock(&p->lock);
	return got;
}

static void drop_slot(struct db_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->open--;
	pthread_cond_signal(&p->given);
	pthread_mutex_unlock(&p->lock);
}

struct db *db_take(struct db_pool *p, struct err *e)
{
	struct db *db;
	if (!take_slot(p, &db)) {
		err_set(e, ERR_UNAVAILABLE, "all %d database connections are busy", p->size);
		return NULL;
	}
	if (db && !is_alive(db)) {
		db_close(db);
		db = NULL;
	}
	if (!db)
		db = db_open(p->url, e);
	if (!db)
		drop_slot(p);
	return db;
}

void db_give(struct db_pool *p, struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		db_close(db);
		drop_slot(p);
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->idle[p->idle_count++] = db;
	pthread_cond_signal(&p->given);
	pthread_mutex_unlock(&p->lock);
}

void db_pool_counts(struct db_pool *p, int *size, int *open, int *idle)
{
	pthread_mutex_lock(&p->lock);
	*size = p->size;
	*open = p->open;
	*idle = p->idle_count;
	pthread_mutex_unlock(&p->lock);
}
