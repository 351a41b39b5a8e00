/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `cuadrante staff` for work that may wait: all queues of the file together, beside the live queues
 * whose requirement is given, in whose idle time they are done. Owned by the arena.
 */
#ifndef CLI_STAFF_DEFERRED_H
#define CLI_STAFF_DEFERRED_H

#include "server/base/strbuf.h"
#include "server/cli/staff_rows.h"

struct staff_deferred_args {
	const char *beside;  /* requirement.csv of live queues */
	const char *may;     /* "sales=mail+cases,service=mail"; NULL: everyone everything */
	const char *carried; /* CSV queue,due,hours: work waiting at the start */
	const char *finish;  /* instant by which all is due, in place of the turnaround */
	double idle_share;
};

struct staff_deferred {
	const struct staff_deferred_args *args;
	const struct wfm_staffing_options *options;
	struct staff_queue *queues;
	size_t count;
	int64_t seconds; /* of an interval */
	/* Names a queue's row for a message: "line 7, column aht_s". */
	const char *(*place)(const struct staff_queue *q, const struct staff_row *row, const char *column,
			     char *at, size_t size);
	/* Put here: the file at fault when it is not the forecast; whether anything is late. */
	const char *file;
	bool late;
};

static inline bool staff_is_deferrable(enum wfm_channel c)
{
	return c == WFM_EMAIL || c == WFM_BACK_OFFICE || c == WFM_OUTBOUND;
}

/* Writes requirement.csv with its own columns at the end, and a line a queue to standard error. */
bool staff_deferred_run(struct arena *a, struct staff_deferred *d, struct strbuf *out, struct err *e);

/* staff_beside.c: idle seconds of live queues by interval of the horizon. */
struct staff_beside {
	const char *queue;
	double *free_s; /* [n]: idle time × idle_share, and whoever is staffed beyond the requirement */
};
bool staff_beside_read(struct arena *a, const char *path, double idle_share, int64_t from,
		       int64_t seconds, size_t n, struct staff_beside **out, size_t *count, struct err *e);

struct staff_carried {
	const char *queue;
	int64_t due, line;
	double hours;
};
bool staff_carried_read(struct arena *a, const char *path, struct staff_carried **out, size_t *count,
			struct err *e);

#endif
