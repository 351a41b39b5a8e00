/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/forecast_warning.h"

static const struct field warning_rows[] = {
	F_TEXT(struct forecast_warning, code, 0, 0, 0, "what kind of warning"),
	F_TEXT(struct forecast_warning, text, 0, 0, 0, "the warning as a sentence"),
	F_DATE(struct forecast_warning, from, FIELD_OPTIONAL, "first local date concerned"),
	F_DATE(struct forecast_warning, to, FIELD_OPTIONAL, "last local date concerned"),
	F_INT(struct forecast_warning, count, FIELD_OPTIONAL, 0, 1e15, "rows or days concerned"),
};
const struct fields forecast_warning_fields =
	FIELDS("ForecastWarning", struct forecast_warning, warning_rows);

void forecast_warn(struct arena *a, struct forecast_warnings *w, struct forecast_warning warning)
{
	struct forecast_warning *slot =
		arena_grow(a, (void **)&w->items, &w->cap, w->count, sizeof *slot);
	*slot = warning;
	w->count++;
}

const char *forecast_warnings_text(struct arena *a, const struct forecast_warnings *w)
{
	const char *all = "";

	for (size_t i = 0; i < w->count; i++)
		all = arena_printf(a, "%s%s%s", all, i > 0 ? "; " : "", w->items[i].text);
	return all;
}
