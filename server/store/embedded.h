/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The private PostgreSQL under the data directory: made once, started and stopped with the service,
 * reachable only over a unix socket by this user and root, gone when the service is killed.
 *
 *     DIR/postgres          the cluster (data checksums, UTF-8)
 *     DIR/run               the socket, mode 0700
 *     DIR/pg_hba.conf, DIR/pg_ident.conf   peer authentication, written at each start
 *     DIR/postgres.log, DIR/lock
 *
 * The struct is owned by the caller and ended by embedded_stop. Thread rule: main thread only (the
 * server's life hangs on the thread that started it).
 */
#ifndef STORE_EMBEDDED_H
#define STORE_EMBEDDED_H

#include <stdbool.h>
#include <sys/types.h>
#include "server/base/err.h"
#include "server/store/pg_process.h"

struct embedded;

struct embedded_setup {
	const char *data_dir; /* made when missing */
	bool throwaway;       /* no fsync: for tests */
};

/* initdb if needed, start, wait until it answers, make the database. ERR_CONFLICT when another
 * cuadrante holds the data directory or the cluster's version is not installed. */
bool embedded_start(const struct embedded_setup *setup, struct embedded **out, struct err *e);
void embedded_stop(struct embedded *p); /* accepts NULL; waits for a clean shutdown */

const char *embedded_url(const struct embedded *p);
/* The server ended by itself: to be asked after SIGCHLD. */
bool embedded_died(struct embedded *p);

/* The URL of the private cluster of a data directory, running or not (`db shell`, `work`, ...). */
bool embedded_url_of(const char *data_dir, char *url, size_t size, struct err *e);
/* Where its client programs are: of the cluster's version, or the newest when there is no cluster. */
bool embedded_bin_of(const char *data_dir, char dir[PG_PATH_MAX], struct err *e);

#endif
