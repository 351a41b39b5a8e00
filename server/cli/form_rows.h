/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the field tables of several forms share. Constants only; thread rule: none needed. */
#ifndef CLI_FORM_ROWS_H
#define CLI_FORM_ROWS_H

#include "server/base/field.h"

/* An optional value with a default. */
#define D_INT(s, m, lo, hi, d, h)                                                               \
	{ .name = #m, .type = FIELD_INT, .offset = offsetof(s, m), .flags = FIELD_OPTIONAL,     \
	  .min = (lo), .max = (hi), .fallback = (d), .help = (h) }
#define D_REAL(s, m, lo, hi, d, h)                                                              \
	{ .name = #m, .type = FIELD_REAL, .offset = offsetof(s, m), .flags = FIELD_OPTIONAL,    \
	  .min = (lo), .max = (hi), .fallback = (d), .help = (h) }

/* Names of what a service level divides by, in the order of libwfm's enum. */
static const char *const form_definitions[] = { "offered", "excluding_short", "wait", "answered", NULL };

#endif
