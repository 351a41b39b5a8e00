/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Published rostering instances as problems in the general form: employee shift scheduling (Curtois
 * and Qu), the first nurse rostering competition, minimum shift design. A penalty of 1 is 100 cents.
 * Everything of a problem lives in its arena.
 */
#ifndef TESTS_PUBLISHED_H
#define TESTS_PUBLISHED_H

#include <stdbool.h>

#include "server/base/arena.h"
#include "wfm/schedule.h"

struct published {
	struct arena *arena;
	struct wfm_problem p;
};

/* False: the file is not there or not such a file. Free with published_free in either case. */
bool published_read_shifts(struct published *x, const char *path);
bool published_read_nurses(struct published *x, const char *path);
bool published_read_design(struct published *x, const char *path);
void published_free(struct published *x);

/* A roster of duties, without claims, from a row of duty indices (-1: off) per agent: days a row. */
struct wfm_roster *published_roster(const struct published *x, const int *duty, int days);

/* The first roster of a file of reference rosters and the penalty stated there. */
struct wfm_roster *published_read_roster(const struct published *x, const char *path, double *penalty);

/* ---- for the readers ---- */

/* The whole file, ended by 0; NULL: not there. */
char *published_text(struct published *x, const char *path);
/* Cuts the text at each of the characters, blanks at the ends of pieces trimmed; returns how many. */
int published_split(char *text, const char *cuts, char **out, int most);
/* One calendar of that many days, days[0] on that weekday; slots of slot_min, a day of tail. */
void published_calendar(struct published *x, int days, int weekday, int slot_min);
/* Index among the names; -1. */
int published_find(char *const *names, int n, const char *name);

#endif
