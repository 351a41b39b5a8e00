/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running PostgreSQL's own programs: where they are, as whom they run, and that they die with us.
 *
 * As root a program runs as an unprivileged user, because initdb and postgres refuse root.
 * A child gets its death signal from the kernel when the *thread* that spawned it ends: spawn from
 * the main thread only.
 */
#ifndef STORE_PG_PROCESS_H
#define STORE_PG_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include "server/base/err.h"

enum { PG_PATH_MAX = 512 };

struct pg_user {
	bool drop; /* we are root and must become uid first */
	uid_t uid;
	gid_t gid;
	char name[64];
};

/* Ourselves; as root the owner of `owned` if it exists and is not root's, else postgres, else nobody. */
bool pg_user_choose(const char *owned, struct pg_user *user, struct err *e);
/* Can this user enter the folder? ERR_INVALID with what to do when not. */
bool pg_user_may_enter(const struct pg_user *user, const char *folder, struct err *e);

/* The folder of initdb, postgres, psql, pg_dump, ... : major version `major`, 0 for the newest. */
bool pg_bin_find(int major, char dir[PG_PATH_MAX], struct err *e);

/* Starts argv[0] in a session of its own. stdout and stderr go to log_fd. -1 on failure. */
pid_t pg_spawn(const struct pg_user *user, char *const argv[], int log_fd, int death_signal,
	       struct err *e);

#endif
