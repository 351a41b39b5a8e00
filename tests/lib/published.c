/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/published.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *published_text(struct published *x, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	enum { CAP = 1 << 20 };
	char *text = arena_alloc(x->arena, CAP);
	size_t n = fread(text, 1, CAP - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

int published_split(char *text, const char *cuts, char **out, int most)
{
	int n = 0;
	for (char *p = text; n < most;) {
		size_t len = strcspn(p, cuts);
		char *end = p + len;
		bool last = *end == '\0';
		*end = '\0';
		while (isspace((unsigned char)*p))
			p++;
		for (char *q = p + strlen(p); q > p && isspace((unsigned char)q[-1]);)
			*--q = '\0';
		out[n++] = p;
		if (last)
			break;
		p = end + 1;
	}
	return n;
}

int published_find(char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

void published_calendar(struct published *x, int days, int weekday, int slot_min)
{
	int per_day = 1440 / slot_min;
	struct wfm_day *d = arena_array(x->arena, (size_t)days, sizeof *d);
	struct wfm_calendar *c = arena_alloc(x->arena, sizeof *c);
	for (int i = 0; i < days; i++)
		d[i] = (struct wfm_day){ .date = 14610 + i, .weekday = (weekday + i) % 7,
					 .first_slot = i * per_day, .slots = per_day,
					 .change_slot = -1 };
	*c = (struct wfm_calendar){ d, days };
	x->p.calendars = c;
	x->p.calendar_count = 1;
	x->p.slot_min = slot_min;
	x->p.slot_count = (days + 1) * per_day;
}

void published_free(struct published *x)
{
	arena_free(x->arena);
	x->arena = NULL;
}

struct wfm_roster *published_roster(const struct published *x, const int *duty, int days)
{
	const struct wfm_problem *p = &x->p;
	int n = 0;
	for (int i = 0; i < p->agent_count * days; i++)
		n += duty[i] >= 0;
	struct wfm_roster *r = wfm_roster_new(n, n, 0);
	if (!r)
		abort();
	n = 0;
	for (int i = 0; i < p->agent_count * days; i++) {
		if (duty[i] < 0)
			continue;
		const struct wfm_duty *d = &p->duties[duty[i]];
		int day = i % days, start = p->calendars[0].days[day].first_slot + d->start / p->slot_min;
		int slots = d->minutes / p->slot_min;
		r->shifts[n] = (struct wfm_shift){ i / days, day, start, start + slots, n, 1, duty[i], 0 };
		r->activities[n++] = (struct wfm_activity){ WFM_WORK, d->queue, start, slots, true, 0 };
	}
	return r;
}
