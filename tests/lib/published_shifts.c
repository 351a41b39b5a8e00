/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Employee shift scheduling, text form: sections of comma-separated rows. */
#include "tests/lib/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 4000, MAX_FIELDS = 64, STAFF_FIELDS = 8 };

struct section {
	char **line;
	int count;
};

struct reader {
	struct published *x;
	char *line[MAX_LINES];
	int lines, days;
	char *duty[WFM_MAX_DUTIES], *agent[200];
	struct wfm_duty *duties;
	struct wfm_contract *contracts;
	char *contract_text[200];
	struct wfm_agent *agents;
};

static struct section section(struct reader *r, const char *name)
{
	struct section s = { NULL, 0 };
	for (int i = 0; i < r->lines; i++) {
		if (strcmp(r->line[i], name) != 0)
			continue;
		s.line = &r->line[i + 1];
		while (i + 1 + s.count < r->lines && strncmp(s.line[s.count], "SECTION_", 8) != 0)
			s.count++;
		break;
	}
	return s;
}

static int number(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

static void list_lines(struct reader *r, char *text)
{
	char *all[MAX_LINES];
	int n = published_split(text, "\n", all, MAX_LINES);
	for (int i = 0; i < n; i++)
		if (all[i][0] != '#' && all[i][0] != '\0')
			r->line[r->lines++] = all[i];
}

static struct wfm_rule_row hard(enum wfm_rule rule, int low, int high)
{
	return (struct wfm_rule_row){ .rule = rule, .mode = WFM_HARD, .low = low, .high = high };
}

/* Duties first, so that successions can name them; returns the patterns they forbid. */
static int read_duties(struct reader *r, struct wfm_rule_row *rows)
{
	struct section s = section(r, "SECTION_SHIFTS");
	char *field[WFM_MAX_DUTIES][3], *next[WFM_MAX_DUTIES];
	int n = 0;
	r->duties = arena_array(r->x->arena, (size_t)s.count, sizeof *r->duties);
	for (int i = 0; i < s.count; i++) {
		if (published_split(s.line[i], ",", field[i], 3) < 3)
			field[i][2] = arena_strdup(r->x->arena, "");
		r->duty[i] = field[i][0];
		r->duties[i] = (struct wfm_duty){ .name = field[i][0], .minutes = number(field[i][1]),
						  .skill = WFM_NONE, .queue = WFM_NONE };
	}
	for (int i = 0; i < s.count; i++) {
		uint64_t after = 0;
		int k = published_split(field[i][2], "|", next, WFM_MAX_DUTIES);
		for (int j = 0; j < k; j++) {
			int d = published_find(r->duty, s.count, next[j]);
			after |= d >= 0 ? UINT64_C(1) << d : 0;
		}
		if (after == 0)
			continue;
		struct wfm_pattern_day *p = arena_array(r->x->arena, 2, sizeof *p);
		p[0].duties = UINT64_C(1) << i;
		p[1].duties = after;
		rows[n] = hard(WFM_RULE_PATTERN, 0, 0);
		rows[n].pattern = p;
		rows[n++].pattern_count = 2;
	}
	r->x->p.duties = r->duties;
	r->x->p.duty_count = s.count;
	return n;
}

static void read_contract(struct reader *r, struct wfm_contract *c, char *const *field,
			  const struct wfm_rule_row *patterns, int pattern_count)
{
	struct wfm_rule_row *rows = arena_array(r->x->arena, 100, sizeof *rows);
	char *most[WFM_MAX_DUTIES], *text = arena_strdup(r->x->arena, field[1]);
	int n = 0, k = published_split(text, "|", most, WFM_MAX_DUTIES);
	for (int i = 0; i < k; i++) {
		char *part[2];
		int d = published_split(most[i], "=", part, 2) == 2 ?
				published_find(r->duty, r->x->p.duty_count, part[0]) : -1;
		if (d < 0)
			continue;
		rows[n] = hard(WFM_RULE_PLAN_SHIFTS, 0, number(part[1]));
		rows[n++].duties = UINT64_C(1) << d;
	}
	rows[n++] = hard(WFM_RULE_PLAN_MINUTES, number(field[3]), number(field[2]));
	rows[n++] = hard(WFM_RULE_CONSECUTIVE_DAYS, number(field[5]), number(field[4]));
	rows[n++] = hard(WFM_RULE_DAYS_OFF_IN_A_ROW, number(field[6]), INT32_MAX);
	rows[n++] = hard(WFM_RULE_WEEKENDS_WORKED, 0, number(field[7]));
	for (int i = 0; i < pattern_count; i++)
		rows[n++] = patterns[i];
	*c = (struct wfm_contract){ .rules = rows, .rule_count = n };
}

/* Staff with the same figures share a contract. */
static void read_staff(struct reader *r, const struct wfm_rule_row *patterns, int pattern_count)
{
	struct section s = section(r, "SECTION_STAFF");
	int contracts = 0;
	r->agents = arena_array(r->x->arena, (size_t)s.count, sizeof *r->agents);
	r->contracts = arena_array(r->x->arena, (size_t)s.count, sizeof *r->contracts);
	for (int i = 0; i < s.count; i++) {
		char *figures = arena_strdup(r->x->arena, strchr(s.line[i], ','));
		char *field[STAFF_FIELDS];
		if (published_split(s.line[i], ",", field, STAFF_FIELDS) < STAFF_FIELDS)
			abort();
		int c = published_find(r->contract_text, contracts, figures);
		if (c < 0) {
			c = contracts++;
			r->contract_text[c] = figures;
			read_contract(r, &r->contracts[c], field, patterns, pattern_count);
		}
		r->agent[i] = field[0];
		r->agents[i] = (struct wfm_agent){ .name = field[0], .contract = c, .site = WFM_NONE,
						   .previous_end = WFM_NONE };
	}
	r->x->p.contracts = r->contracts;
	r->x->p.contract_count = contracts;
	r->x->p.agents = r->agents;
	r->x->p.agent_count = s.count;
}

static void read_days_off(struct reader *r)
{
	struct section s = section(r, "SECTION_DAYS_OFF");
	for (int i = 0; i < s.count; i++) {
		char *field[MAX_FIELDS];
		int n = published_split(s.line[i], ",", field, MAX_FIELDS);
		int a = published_find(r->agent, r->x->p.agent_count, field[0]);
		struct wfm_lock *locks = arena_array(r->x->arena, (size_t)n, sizeof *locks);
		for (int k = 1; k < n; k++)
			locks[k - 1].day = number(field[k]);
		r->agents[a].locks = locks;
		r->agents[a].lock_count = n - 1;
	}
}

static void read_requests(struct reader *r, const char *name, enum wfm_wish_kind kind)
{
	enum { MOST = 100 };
	struct section s = section(r, name);
	for (int i = 0; i < s.count; i++) {
		char *field[4];
		if (published_split(s.line[i], ",", field, 4) < 4)
			abort();
		struct wfm_agent *a = &r->agents[published_find(r->agent, r->x->p.agent_count, field[0])];
		int d = published_find(r->duty, r->x->p.duty_count, field[2]);
		struct wfm_wish *w;
		if (a->wishes) {
			memcpy(&w, &a->wishes, sizeof w);
		} else {
			w = arena_array(r->x->arena, MOST, sizeof *w);
			a->wishes = w;
		}
		if (a->wish_count == MOST)
			abort();
		w[a->wish_count++] = (struct wfm_wish){ .kind = kind, .day = number(field[1]),
							.weight_cents = 100.0 * number(field[3]),
							.duties = UINT64_C(1) << d };
	}
}

static void read_cover(struct reader *r)
{
	struct section s = section(r, "SECTION_COVER");
	struct wfm_cover *c = arena_array(r->x->arena, (size_t)s.count, sizeof *c);
	for (int i = 0; i < s.count; i++) {
		char *field[5];
		if (published_split(s.line[i], ",", field, 5) < 5)
			abort();
		c[i] = (struct wfm_cover){
			.day = number(field[0]),
			.duties = UINT64_C(1) << published_find(r->duty, r->x->p.duty_count, field[1]),
			.required = number(field[2]),
			.short_cents = 100.0 * number(field[3]),
			.surplus_cents = 100.0 * number(field[4]),
		};
	}
	r->x->p.covers = c;
	r->x->p.cover_count = s.count;
}

bool published_read_shifts(struct published *x, const char *path)
{
	*x = (struct published){ .arena = arena_new(0) };
	char *text = published_text(x, path);
	if (!text || !strstr(text, "SECTION_COVER"))
		return false;
	struct reader *r = arena_alloc(x->arena, sizeof *r);
	struct wfm_rule_row patterns[WFM_MAX_DUTIES];
	r->x = x;
	list_lines(r, text);
	r->days = number(section(r, "SECTION_HORIZON").line[0]);
	published_calendar(x, r->days, 0, 60);
	int n = read_duties(r, patterns);
	read_staff(r, patterns, n);
	read_days_off(r);
	read_requests(r, "SECTION_SHIFT_ON_REQUESTS", WFM_WISH_DAY_ON);
	read_requests(r, "SECTION_SHIFT_OFF_REQUESTS", WFM_WISH_DAY_OFF);
	read_cover(r);
	return true;
}

/* "  A:  .D=D=": two characters a day, of one or two letters a duty. */
struct wfm_roster *published_read_roster(const struct published *x, const char *path, double *penalty)
{
	struct published scratch = { .arena = x->arena };
	char *text = published_text(&scratch, path), *rest = text;
	int days = x->p.calendars[0].day_count, agents = x->p.agent_count;
	int *duty = arena_array(x->arena, (size_t)(agents * days), sizeof *duty);
	const char *stated = text ? strstr(text, "Final solution (checked for feasibility): ") : NULL;
	if (!stated)
		return NULL;
	*penalty = strtod(strchr(stated, ':') + 1, NULL);
	for (int a = 0; a < agents; a++) {
		char *colon = strchr(rest, ':'), *end = colon ? strchr(colon, '\n') : NULL;
		if (!end || end - colon - 2 < 2 * days)
			return NULL;
		for (int d = 0; d < days; d++) {
			const char *cell = colon + 2 + 2 * d;
			char name[3] = { cell[0], cell[1] == '=' ? '\0' : cell[1], '\0' };
			duty[a * days + d] = -1;
			for (int k = 0; k < x->p.duty_count; k++)
				if (strcmp(x->p.duties[k].name, name) == 0)
					duty[a * days + d] = k;
			if (duty[a * days + d] < 0 && strcmp(name, " .") != 0)
				return NULL;
		}
		rest = end + 1;
	}
	return published_roster(x, duty, days);
}
