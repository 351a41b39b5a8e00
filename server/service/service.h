/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands that need settings and a database: serve, work, migrate, db shell, backup, restore,
 * demo, config, user. Each is `int service_NAME(int argc, char **argv)` with argv[0] its own name; it
 * prints its own errors and returns the exit code (0 done, 1 no, 2 bad use or input).
 *
 * What they share is a struct service: settings first, then a database, closed in reverse.
 * Thread rule: main thread only, before any other thread is started.
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <stdbool.h>
#include "server/base/arena.h"
#include "server/base/config.h"
#include "server/base/err.h"
#include "server/store/db.h"
#include "server/store/embedded.h"

int service_serve(int argc, char **argv);
int service_work(int argc, char **argv);
int service_migrate(int argc, char **argv);
int service_db(int argc, char **argv);
int service_backup(int argc, char **argv);
int service_restore(int argc, char **argv);
int service_demo(int argc, char **argv);
int service_config(int argc, char **argv);
int service_user(int argc, char **argv);

/* ---- shared by them ---- */

struct service {
	struct arena *arena;
	struct config config;      /* data_dir is absolute */
	const char *url;           /* of the database, once there is one */
	struct embedded *embedded; /* NULL: not ours to stop */
};

/* Settings, log level, secrets, zones. Takes what it knows out of argv. */
bool service_open(struct service *s, int *argc, char **argv, struct err *e);
/* The database that --database-url names, or the private cluster: the running one if it runs; else,
 * with `start`, started for as long as this process lives, without it ERR_UNAVAILABLE. */
bool service_find_database(struct service *s, bool start, struct err *e);
/* Starts the private cluster, or takes --database-url; ERR_CONFLICT when it already runs. */
bool service_start_database(struct service *s, struct err *e);
void service_close(struct service *s);

/* Prints e as "cuadrante COMMAND: ..." and returns the exit code. */
int service_fail(const char *command, const struct err *e);
/* Takes `flag` out of argv; true when it was there. */
bool service_take_flag(int *argc, char **argv, const char *flag);
/* Exactly `wanted` arguments after the command's name? Prints the usage when not. */
bool service_check_args(int argc, char **argv, int wanted, const char *usage);

/* Brings the schema up to date. */
bool service_migrate_now(const char *url, int *applied, struct err *e);
enum { SERVICE_DEMO_SEED = 1 };
/* Loads the demo network up to the day before `until` (FIELD_NULL: today) unless it is there; *loaded
 * tells. */
bool service_load_demo(const char *url, uint64_t seed, int64_t until, bool *loaded, struct err *e);
void service_print_logins(void);

#endif
