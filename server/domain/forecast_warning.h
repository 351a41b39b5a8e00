/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a planner should know of a history or a forecast: shown with the report card of the queue.
 * Lists and texts are owned by the arena. */
#ifndef DOMAIN_FORECAST_WARNING_H
#define DOMAIN_FORECAST_WARNING_H

#include "server/base/field.h"

struct forecast_warning {
	const char *code; /* stable, for translations */
	const char *text; /* a plain sentence without a full stop */
	int64_t from, to; /* local dates concerned; FIELD_NULL: none */
	int64_t count;    /* rows or days concerned; FIELD_NULL: none */
};
extern const struct fields forecast_warning_fields;

struct forecast_warnings {
	struct forecast_warning *items;
	size_t count, cap;
};

void forecast_warn(struct arena *a, struct forecast_warnings *w, struct forecast_warning warning);

/* All of them in one line, "; " between. */
const char *forecast_warnings_text(struct arena *a, const struct forecast_warnings *w);

#endif
