/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What no number of people can do, said in words instead of a range. Each returns whether the value is
 * possible (NaN: not given) and adds a place to the error otherwise. Pure, thread safe.
 */
#ifndef DOMAIN_CHECK_TARGET_H
#define DOMAIN_CHECK_TARGET_H

#include <stdint.h>

#include "server/base/err.h"

bool check_target_share(double share, const char *pointer, struct err *e);
bool check_max_abandoned(double share, const char *pointer, struct err *e);
bool check_max_asa(double seconds, const char *pointer, struct err *e);
bool check_patience(double seconds, const char *pointer, struct err *e);
bool check_aht(double seconds, const char *pointer, struct err *e);
/* Chats at once: a whole number, for agents have no half chats. */
bool check_concurrency(double chats, const char *pointer, struct err *e);
/* Work counted by the interval cannot be due within one. FIELD_NULL: not given. */
bool check_turnaround(int64_t minutes, int64_t interval_min, const char *pointer, struct err *e);

#endif
