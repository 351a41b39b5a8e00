/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: bring a file of contact history into the database.
 *
 * history.csv: queue,start,offered[,handled,abandoned,answered_in_target,handle_time_s,wait_time_s].
 * Rows are checked one by one, staged by COPY, checked against each other, then merged; all of it in one
 * transaction, so a file is in wholly, or (partial) wholly but for the rows told, or not at all.
 * Results point into the arena. Thread rule: one connection, one thread.
 */
#ifndef DOMAIN_IMPORT_HISTORY_H
#define DOMAIN_IMPORT_HISTORY_H

#include "server/store/db.h"

enum { IMPORT_REASONS_MAX = 10000 }; /* bad rows told one by one; the rest are only counted */

struct import_options {
	bool dry_run; /* check everything, change nothing */
	bool partial; /* let good rows in although others are bad */
};

struct import_reason {
	int64_t line; /* physical line, the header is 1 */
	const char *column;
	const char *reason;
};

struct import_result {
	int64_t rows, inserted, updated, unchanged, rejected;
	bool dry_run, saved;
	struct import_reason *reasons;
	size_t reason_count;
};

extern const struct fields import_reason_fields, import_result_fields;

/* False only when the file as a whole cannot be read or the database fails; bad rows are in *out,
 * and then out->saved is false unless partial. */
bool import_history(struct db *db, struct arena *a, const char *bytes, size_t n,
		    const struct import_options *o, struct import_result *out, struct err *e);

#endif
