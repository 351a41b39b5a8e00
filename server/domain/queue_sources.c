/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which queues a queue was merged or split from. */
#include <stdio.h>

#include "server/domain/catalogue.h"
#include "server/domain/queue_history.h"

#define ID_MAX 9007199254740992.0
#define SOURCE_COMMON                                                                          \
	F_INT(struct queue_source, source_queue_id, 0, 1, ID_MAX, "queue whose history counts"), \
	{ .name = "weight", .type = FIELD_REAL, .offset = offsetof(struct queue_source, weight), \
	  .flags = FIELD_OPTIONAL, .min = 0.0001, .max = 1, .fallback = "1",                   \
	  .help = "share of its contacts: 1 all of them (merged), 0.6 of a split queue" },     \
	F_DATE(struct queue_source, until, FIELD_OPTIONAL,                                     \
	       "first local date from which it no longer counts; none: it goes on")

static const struct field source_new_rows[] = { SOURCE_COMMON };
static const struct field source_rows[] = {
	SOURCE_COMMON,
	F_TEXT(struct queue_source, code, 0, 0, 0, "code of the source"),
	F_TEXT(struct queue_source, name, 0, 0, 0, "name of the source"),
	F_INT(struct queue_source, interval_min, 0, 0, 1440, "interval of the source, minutes"),
};
static const struct fields source_new_fields =
	FIELDS("QueueSourceNew", struct queue_source, source_new_rows);
static const struct fields source_fields = FIELDS("QueueSource", struct queue_source, source_rows);

static const struct field sources_new_rows[] = {
	F_LIST(struct queue_sources, sources, source_count, 0, &source_new_fields, 0, 20,
	       "all of them; an empty list: its own history alone"),
};
static const struct field sources_rows[] = {
	F_INT(struct queue_sources, queue_id, 0, 1, ID_MAX, "queue"),
	F_LIST(struct queue_sources, sources, source_count, 0, &source_fields, 0, 0,
	       "queues whose history counts as part of its own"),
};
const struct fields queue_sources_new_fields =
	FIELDS("QueueSourcesNew", struct queue_sources, sources_new_rows);
const struct fields queue_sources_fields = FIELDS("QueueSources", struct queue_sources, sources_rows);

struct known_queue {
	int64_t interval_min;
	bool circular; /* made of the queue that is to be made of it */
};
static const struct field known_rows[] = {
	F_INT(struct known_queue, interval_min, 0, 0, 0, ""),
	F_BOOL(struct known_queue, circular, 0, ""),
};
static const struct fields known_fields = FIELDS("SourceCheck", struct known_queue, known_rows);

bool queue_sources_get(struct db *db, struct arena *a, int64_t queue_id, struct queue_sources *out,
		       struct err *e)
{
	struct queue q;

	*out = (struct queue_sources){ .queue_id = queue_id };
	return queue_get(db, a, queue_id, &q, e) &&
	       db_rows(db, SQL_QUEUE_SOURCE_LIST, DB_ARGS(db_int("queue_id", queue_id)), NULL,
		       &source_fields, a, (void **)&out->sources, &out->source_count, e);
}

static bool check_source(struct db *db, struct arena *a, const struct queue *q,
			 const struct queue_sources *in, size_t i, struct err *e)
{
	const struct queue_source *s = &in->sources[i];
	struct known_queue *known;
	size_t n;
	char place[60];

	snprintf(place, sizeof place, "/sources/%zu/source_queue_id", i);
	if (s->source_queue_id == q->id)
		return err_at(e, ERR_INVALID, place, "a queue cannot be its own source");
	for (size_t k = 0; k < i; k++)
		if (in->sources[k].source_queue_id == s->source_queue_id)
			return err_at(e, ERR_INVALID, place, "is given twice");
	if (!db_rows(db, SQL_QUEUE_SOURCE_CHECK,
		     DB_ARGS(db_int("queue_id", q->id), db_int("source_queue_id", s->source_queue_id)),
		     NULL, &known_fields, a, (void **)&known, &n, e))
		return false;
	if (n == 0)
		return err_at(e, ERR_INVALID, place, "there is no queue %lld",
			      (long long)s->source_queue_id);
	if (known->circular)
		return err_at(e, ERR_INVALID, place, "is itself made of queue %s", q->code);
	if (q->interval_min % known->interval_min != 0)
		return err_at(e, ERR_INVALID, place,
			      "has intervals of %lld minutes, which do not add up to the %lld of queue %s",
			      (long long)known->interval_min, (long long)q->interval_min, q->code);
	return true;
}

bool queue_sources_put(struct db *db, struct arena *a, int64_t queue_id,
		       const struct queue_sources *in, struct err *e)
{
	const struct db_arg *own = DB_ARGS(db_int("queue_id", queue_id));
	const struct db_from from = { &queue_sources_new_fields, in };
	struct queue q;
	bool ok = true;

	/* Two changes at once could close a circle that neither sees. */
	if (!queue_get(db, a, queue_id, &q, e) || !db_run(db, SQL_QUEUE_SOURCE_LOCK, DB_NONE, NULL, NULL, e))
		return false;
	for (size_t i = 0; i < in->source_count; i++)
		ok = check_source(db, a, &q, in, i, e) && ok;
	return ok && db_run(db, SQL_QUEUE_SOURCE_DELETE, own, NULL, NULL, e) &&
	       db_run(db, SQL_QUEUE_SOURCE_INSERT, own, &from, NULL, e);
}
