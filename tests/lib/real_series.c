/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/real_series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const struct source {
	const char *name, *file;
	int interval_min;
	int closed[REAL_SPECIALS][3];
} sources[] = {
	{ "A30", "bank-us-2003/history.csv.gz", 30,
	  { { 2003, 5, 26 }, { 2003, 7, 4 }, { 2003, 9, 1 } } },
	{ "A5", "bank-us-2003/history.csv.gz", 5,
	  { { 2003, 5, 26 }, { 2003, 7, 4 }, { 2003, 9, 1 } } },
	{ "B30", "bank-il-1999/history.csv", 30,
	  { { 1999, 4, 1 }, { 1999, 4, 7 }, { 1999, 4, 21 }, { 1999, 5, 21 }, { 1999, 9, 11 },
	    { 1999, 9, 12 }, { 1999, 9, 20 }, { 1999, 9, 25 }, { 1999, 10, 2 } } },
	{ "ED", "ed-arrivals/history.csv", 60, { { 0 } } },
};

int32_t real_date(int y, int m, int d)
{
	y -= m <= 2;
	int era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Finer rows of the same slot are summed; hourly ones are whole already (clocks go back). */
static bool add_row(struct real_series *s, size_t *room, int interval_min, int32_t day, int minute,
		    double offered)
{
	int16_t slot = (int16_t)(minute / interval_min);
	struct wfm_observation *last = s->n > 0 ? &s->rows[s->n - 1] : NULL;
	if (last != NULL && last->day == day && last->slot == slot && interval_min != 60) {
		last->offered += offered;
		return true;
	}
	if (s->n == *room) {
		*room = *room ? 2 * *room : 4096;
		struct wfm_observation *rows = realloc(s->rows, *room * sizeof *rows);
		if (rows == NULL)
			return false;
		s->rows = rows;
	}
	s->rows[s->n++] = (struct wfm_observation){ day, slot, offered, NAN, NAN };
	return true;
}

static bool read_rows(const char *path, int interval_min, struct real_series *out)
{
	char line[256];
	size_t room = 0;
	bool ok = true;
	gzFile f = gzopen(path, "rb");
	if (f == NULL)
		return false;
	while (ok && gzgets(f, line, sizeof line) != NULL) {
		const char *p = strchr(line, ',');
		int y, m, d, hh, mm;
		if (p == NULL || sscanf(p + 1, "%d-%d-%dT%d:%d", &y, &m, &d, &hh, &mm) != 5)
			continue;
		const char *q = strchr(p + 1, ',');
		ok = q != NULL && add_row(out, &room, interval_min, real_date(y, m, d),
					  hh * 60 + mm, strtod(q + 1, NULL));
	}
	(void)gzclose(f);
	return ok;
}

bool real_series_load(const char *name, struct real_series *out)
{
	const char *dir = getenv("CUADRANTE_SHARED_DATA");
	char path[512];
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
		const struct source *s = &sources[i];
		if (strcmp(s->name, name) != 0)
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", dir ? dir : "../shared/data", s->file);
		for (; s->closed[out->n_special][0] != 0; out->n_special++)
			out->special[out->n_special] = (struct wfm_special_day){
				.day = real_date(s->closed[out->n_special][0],
						 s->closed[out->n_special][1],
						 s->closed[out->n_special][2]),
				.kind = WFM_DAY_CLOSED,
			};
		if (!read_rows(path, s->interval_min, out)) {
			free(out->rows);
			out->rows = NULL;
			return false;
		}
		out->series = (struct wfm_series){ .interval_min = s->interval_min,
						   .observations = out->rows,
						   .n_observations = out->n,
						   .special_days = out->special,
						   .n_special_days = out->n_special };
		return true;
	}
	return false;
}

const struct wfm_observation *real_series_at(const struct real_series *s, int32_t day, int slot)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct wfm_observation *o = &s->rows[mid];
		if (o->day < day || (o->day == day && o->slot < slot))
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->rows[low].day == day && s->rows[low].slot == slot ? &s->rows[low]
										   : NULL;
}

double real_series_total(const struct real_series *s, int32_t day)
{
	double total = NAN;
	for (int slot = 0; slot < wfm_series_slots(&s->series); slot++) {
		const struct wfm_observation *o = real_series_at(s, day, slot);
		if (o != NULL)
			total = isnan(total) ? o->offered : total + o->offered;
	}
	return total;
}
