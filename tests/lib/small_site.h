/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small 24-hour site in America/Santiago for database tests: one voice queue with eight weeks of
 * half-hour history, twenty full-time agents who work days, evenings or nights.
 */
#ifndef TESTS_LIB_SMALL_SITE_H
#define TESTS_LIB_SMALL_SITE_H

#include <stddef.h>
#include <stdint.h>

void small_site_load(const char *url);

/* A fixture of that size, zero but for its first member, a struct db_fixture with the site. */
void *small_site_open(size_t size);

/* Set-up and tear-down of a test: *state is a struct db_fixture with the site, or what begins with one. */
int small_site_begin(void **state);
int small_site_end(void **state);

/* The Monday of the next week that holds Santiago's clock change: month 4 (back) or 9 (forward). */
int64_t small_site_change_week(int month);

#endif
