/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first international nurse rostering competition, text form. Cover is exact there: a person short or
 * too many costs 1000. Runs count at the ends of the plan as they stand. */
#include "tests/lib/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 24, ROWS = 60, EXACT_CENTS = 100000, MOST_WISHES = 100 };

static const char *const weekdays[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
					"Friday", "Saturday", "Sunday" };

struct reader {
	struct published *x;
	char *text;
	char *skill[32], *duty[WFM_MAX_DUTIES];
	int skills, first_weekday, days;
	struct wfm_duty *duties;
	struct wfm_contract *contracts;
	struct wfm_agent *agents;
	struct wfm_rule_row pattern[32];
	int patterns;
};

static int number(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

/* The rows after "NAME = n;" or "NAME n;", each without its semicolon; returns how many. */
static int rows_of(struct reader *r, const char *name, char **out, int most)
{
	char *copy = arena_strdup(r->x->arena, r->text), *p = strstr(copy, name);
	if (!p || !(p = strchr(p, ';')))
		return 0;
	int n = 0;
	for (p++; n < most;) {
		p += strspn(p, "/\r\n \t");
		char *end = strchr(p, ';');
		/* The next heading has "NAME = n" or a single word. */
		if (!end || *p == '\0' || memchr(p, ',', (size_t)(end - p)) == NULL) {
			bool plain = end && memchr(p, '=', (size_t)(end - p)) == NULL &&
				     strncmp(p, "EMPLOYEES", 9) != 0 && strcmp(name, "SKILLS") == 0;
			if (!plain)
				break;
		}
		*end = '\0';
		out[n++] = p;
		p = end + 1;
	}
	return n;
}

static int clock_minutes(const char *s)
{
	return 60 * number(s) + number(strchr(s, ':') + 1);
}

static int days_from_2000(const char *date)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int y = number(date), m = number(date + 5), d = number(date + 8);
	int leap = (y % 4 == 0) && m > 2;
	return 365 * (y - 2000) + (y - 2000 + 3) / 4 + before[m - 1] + leap + d - 1;
}

static int first_day(struct reader *r, char **row)
{
	char *field[3];
	if (rows_of(r, "SCHEDULING_PERIOD", row, 1) < 1 || published_split(row[0], ",", field, 3) < 3)
		abort();
	int first = days_from_2000(field[1]);
	r->days = days_from_2000(field[2]) - first + 1;
	r->first_weekday = (first + 5) % 7; /* 2000-01-01 was a Saturday */
	return first;
}

static void read_duties(struct reader *r)
{
	char *row[WFM_MAX_DUTIES], *field[6];
	r->skills = rows_of(r, "SKILLS", r->skill, 32);
	int n = rows_of(r, "SHIFT_TYPES", row, WFM_MAX_DUTIES);
	r->duties = arena_array(r->x->arena, (size_t)n, sizeof *r->duties);
	for (int i = 0; i < n; i++) {
		if (published_split(row[i], ",", field, 6) < 6)
			abort();
		int start = clock_minutes(field[2]), end = clock_minutes(field[3]);
		r->duty[i] = field[0];
		r->duties[i] = (struct wfm_duty){ .name = field[0], .start = start,
						  .minutes = (end - start + 1440) % 1440,
						  .skill = published_find(r->skill, r->skills, field[5]),
						  .queue = WFM_NONE };
	}
	r->x->p.duties = r->duties;
	r->x->p.duty_count = n;
	r->x->p.skill_count = r->skills;
}

static struct wfm_rule_row soft(enum wfm_rule rule, int low, int high, int weight)
{
	return (struct wfm_rule_row){ .rule = rule, .mode = WFM_SOFT, .low = low, .high = high,
				      .weight_cents = 100.0 * weight, .edges = true };
}

/* "2 (L|Any) (D|Any)": what the days are, the first perhaps a weekday. */
static void read_patterns(struct reader *r)
{
	char *row[32], *field[3], *part[16];
	r->patterns = rows_of(r, "PATTERNS", row, 32);
	for (int i = 0; i < r->patterns; i++) {
		if (published_split(row[i], ",", field, 3) < 3)
			abort();
		int n = published_split(field[2], "(", part, 16) - 1;
		struct wfm_pattern_day *p = arena_array(r->x->arena, (size_t)n, sizeof *p);
		struct wfm_rule_row *rule = &r->pattern[i];
		*rule = soft(WFM_RULE_PATTERN, 0, 0, number(field[1]));
		for (int k = 0; k < n; k++) {
			char *side[2];
			*strchr(part[k + 1], ')') = '\0';
			if (published_split(part[k + 1], "|", side, 2) < 2)
				abort();
			int d = published_find(r->duty, r->x->p.duty_count, side[0]);
			p[k].off = strcmp(side[0], "None") == 0;
			p[k].duties = d >= 0 ? UINT64_C(1) << d : p[k].off ? 0 : UINT64_MAX;
			for (int w = 0; k == 0 && w < 7; w++)
				if (strcmp(side[1], weekdays[w]) == 0)
					rule->days = (uint8_t)(1u << w);
		}
		rule->pattern = p;
		rule->pattern_count = n;
	}
}

/* "(on|weight|value)" */
static bool figures(char *field, int *weight, int *value)
{
	char *part[3];
	int n = published_split(strchr(field, '(') + 1, "|)", part, 3);
	*weight = number(part[1]);
	*value = n > 2 ? number(part[2]) : 0;
	return number(part[0]) != 0;
}

static void add_rows(struct reader *r, struct wfm_contract *c, char **field)
{
	static const struct {
		int field;
		enum wfm_rule rule;
		bool most;
	} ranges[] = {
		{ 3, WFM_RULE_PLAN_SHIFTS, true },	 { 4, WFM_RULE_PLAN_SHIFTS, false },
		{ 5, WFM_RULE_CONSECUTIVE_DAYS, true },	 { 6, WFM_RULE_CONSECUTIVE_DAYS, false },
		{ 7, WFM_RULE_DAYS_OFF_IN_A_ROW, true }, { 8, WFM_RULE_DAYS_OFF_IN_A_ROW, false },
		{ 9, WFM_RULE_WEEKENDS_IN_A_ROW, true }, { 10, WFM_RULE_WEEKENDS_IN_A_ROW, false },
		{ 11, WFM_RULE_WEEKENDS_WORKED, true },	 { 13, WFM_RULE_WEEKENDS_WHOLE, true },
		{ 14, WFM_RULE_WEEKENDS_SAME, true },
	};
	struct wfm_rule_row *rows = arena_array(r->x->arena, ROWS, sizeof *rows);
	char *id[16];
	int n = 0, weight, value;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (figures(field[ranges[i].field], &weight, &value))
			rows[n++] = soft(ranges[i].rule, ranges[i].most ? 0 : value,
					 ranges[i].most ? value : INT32_MAX, weight);
	int patterns = published_split(field[19], " ", id, 16);
	for (int i = 0; i < patterns; i++)
		rows[n++] = r->pattern[number(id[i])];
	*c = (struct wfm_contract){ .rules = rows, .rule_count = n };
}

static void read_people(struct reader *r)
{
	char *row[200], *field[FIELDS], *skill[32];
	int n = rows_of(r, "CONTRACTS", row, 200);
	r->contracts = arena_array(r->x->arena, (size_t)n, sizeof *r->contracts);
	for (int i = 0; i < n; i++) {
		if (published_split(row[i], ",", field, FIELDS) < 20)
			abort();
		add_rows(r, &r->contracts[i], field);
	}
	r->x->p.contracts = r->contracts;
	r->x->p.contract_count = n;
	n = rows_of(r, "EMPLOYEES", row, 200);
	r->agents = arena_array(r->x->arena, (size_t)n, sizeof *r->agents);
	for (int i = 0; i < n; i++) {
		if (published_split(row[i], ",", field, 5) < 5)
			abort();
		int k = published_split(field[4], " ", skill, 32);
		struct wfm_agent_skill *has = arena_array(r->x->arena, (size_t)k, sizeof *has);
		for (int j = 0; j < k; j++)
			has[j] = (struct wfm_agent_skill){ published_find(r->skill, r->skills, skill[j]), 1 };
		r->agents[i] = (struct wfm_agent){ .name = field[1], .contract = number(field[2]),
						   .site = WFM_NONE, .skills = has, .skill_count = k,
						   .wishes = arena_array(r->x->arena, MOST_WISHES,
									 sizeof(struct wfm_wish)),
						   .previous_end = WFM_NONE };
	}
	r->x->p.agents = r->agents;
	r->x->p.agent_count = n;
}

static void read_requests(struct reader *r, const char *name, enum wfm_wish_kind kind, bool shifts,
			  int first)
{
	char *row[2000], *field[4];
	int n = rows_of(r, name, row, 2000);
	for (int i = 0; i < n; i++) {
		int k = published_split(row[i], ",", field, 4);
		struct wfm_agent *a = &r->agents[number(field[0])];
		struct wfm_wish *w;
		memcpy(&w, &a->wishes, sizeof w);
		if (k != (shifts ? 4 : 3) || a->wish_count == MOST_WISHES)
			abort();
		w[a->wish_count++] = (struct wfm_wish){
			.kind = kind, .day = days_from_2000(field[1]) - first,
			.weight_cents = 100.0 * number(field[k - 1]),
			.duties = shifts ? UINT64_C(1) << published_find(r->duty, r->x->p.duty_count, field[2]) : 0,
		};
	}
}

static void read_cover(struct reader *r, int first)
{
	int duties = r->x->p.duty_count;
	struct wfm_cover *c = arena_array(r->x->arena, (size_t)(r->days * duties), sizeof *c);
	char *row[400], *field[3];
	for (int i = 0; i < r->days * duties; i++)
		c[i] = (struct wfm_cover){ .day = i / duties, .duties = UINT64_C(1) << i % duties,
					   .short_cents = EXACT_CENTS, .surplus_cents = EXACT_CENTS };
	for (int pass = 0; pass < 2; pass++) {
		int n = rows_of(r, pass == 0 ? "DAY_OF_WEEK_COVER" : "DATE_SPECIFIC_COVER", row, 400);
		for (int i = 0; i < n; i++) {
			if (published_split(row[i], ",", field, 3) < 3)
				abort();
			int duty = published_find(r->duty, duties, field[1]);
			for (int d = 0; d < r->days; d++)
				if (pass == 0 ? strcmp(field[0], weekdays[(r->first_weekday + d) % 7]) == 0 :
						days_from_2000(field[0]) == first + d)
					c[d * duties + duty].required = number(field[2]);
		}
	}
	r->x->p.covers = c;
	r->x->p.cover_count = r->days * duties;
}

bool published_read_nurses(struct published *x, const char *path)
{
	*x = (struct published){ .arena = arena_new(0) };
	struct reader *r = arena_alloc(x->arena, sizeof *r);
	char *row[1];
	r->x = x;
	r->text = published_text(x, path);
	if (!r->text || !strstr(r->text, "SCHEDULING_PERIOD"))
		return false;
	int first = first_day(r, row);
	published_calendar(x, r->days, r->first_weekday, 30);
	read_duties(r);
	read_patterns(r);
	read_people(r);
	read_requests(r, "DAY_OFF_REQUESTS", WFM_WISH_DAY_OFF, false, first);
	read_requests(r, "DAY_ON_REQUESTS", WFM_WISH_DAY_ON, false, first);
	read_requests(r, "SHIFT_OFF_REQUESTS", WFM_WISH_DAY_OFF, true, first);
	read_requests(r, "SHIFT_ON_REQUESTS", WFM_WISH_DAY_ON, true, first);
	read_cover(r, first);
	return true;
}
