/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deadlines for connections. The library's own timeout restarts with every byte, so a client that
 * drips one header byte a second would stay for ever; here each stage has a fixed end, and a thread
 * shuts down the socket of whoever passes it.
 *
 * reaper_watch and reaper_forget bracket a socket's life (forget before it is closed), so a shutdown
 * never hits a descriptor that was reused. Thread rule: safe from any thread.
 */
#ifndef HTTP_REAPER_H
#define HTTP_REAPER_H

#include <stdbool.h>
#include <stddef.h>
#include "server/base/err.h"

struct reaper;
struct watched;

/* Seconds that a stage may last. */
enum { REAPER_HEADERS_S = 15, REAPER_IDLE_S = 25, REAPER_BODY_S = 300, REAPER_REPLY_S = 300, REAPER_NEVER = 0 };

bool reaper_start(struct reaper **out, struct err *e);
void reaper_stop(struct reaper *r); /* accepts NULL; every socket must be forgotten by then */

struct watched *reaper_watch(struct reaper *r, int fd); /* NULL when out of memory */
void reaper_stage(struct watched *w, int seconds);      /* accepts NULL */
void reaper_forget(struct watched *w);                  /* accepts NULL */
size_t reaper_count(struct reaper *r);

#endif
