/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the problem form to slots: zones, clock changes, spans and locks land where they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/cli/roster_form.h"

#define TAIL_PART                                                                              \
	"\"queues\":[{\"name\":\"q\",\"required\":[],\"short1_cents\":1,\"short2_cents\":1}],"     \
	"\"contracts\":[{\"name\":\"c\",\"hour_cents\":1,\"rules\":[{\"rule\":\"shift_minutes\","   \
	"\"low\":240,\"high\":480,\"step\":60},{\"rule\":\"start_window\",\"from\":\"22:00\","      \
	"\"to\":\"02:00\",\"days\":[\"mon\",\"sun\"]},{\"rule\":\"night_shifts\",\"high\":2,"        \
	"\"from\":\"22:00\",\"to\":\"06:00\"}]}],"

static int setup(void **state)
{
	struct err e = ERR_INIT;
	*state = arena_new(256 << 20);
	return zones_start(&e) ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void read_ok(struct arena *a, const char *text, struct problem *p)
{
	struct err e = ERR_INIT;
	if (!problem_read(a, text, strlen(text), p, &e))
		fail_msg("%s %s %s", e.message, e.items[0].pointer, e.items[0].message);
}

static void one_zone(struct arena *a, const char *zone, const char *start, struct problem *p)
{
	char text[2000];
	(void)snprintf(text, sizeof text,
		       "{\"start\":\"%s\",\"days\":7,\"tail_min\":0,\"sites\":[{\"name\":\"s\",\"zone\":"
		       "\"%s\"}]," TAIL_PART "\"agents\":[{\"name\":\"a\",\"contract\":\"c\",\"site\":\"s\"}]}",
		       start, zone);
	read_ok(a, text, p);
}

static void weeks_have_their_true_length(void **state)
{
	static const struct {
		const char *zone, *start;
		int slots, day, change_slot, change_min;
	} weeks[] = {
		{ "America/Santiago", "2026-11-23", 672, -1, -1, 0 },
		{ "America/Santiago", "2026-08-31", 668, 6, 0, 60 },   /* 24:00 of Saturday to 01:00 */
		{ "America/Santiago", "2026-03-30", 676, 5, 96, -60 }, /* Saturday has 23:00 twice */
		{ "Europe/Madrid", "2026-03-23", 668, 6, 8, 60 },
		{ "Europe/Madrid", "2026-10-19", 676, 6, 12, -60 },
		{ "America/Guatemala", "2026-08-31", 672, -1, -1, 0 },
	};
	for (size_t i = 0; i < sizeof weeks / sizeof weeks[0]; i++) {
		struct problem p;
		one_zone(*state, weeks[i].zone, weeks[i].start, &p);
		assert_int_equal(p.wfm.slot_count, weeks[i].slots);
		for (int32_t d = 0; d < 7; d++) {
			const struct wfm_day *day = &p.wfm.calendars[0].days[d];
			assert_int_equal(day->weekday, d);
			assert_int_equal(day->change_slot, d == weeks[i].day ? weeks[i].change_slot : -1);
			if (d == weeks[i].day)
				assert_int_equal(day->change_min, weeks[i].change_min);
		}
	}
}

/* Every slot's wall minute against the zone itself. */
static void wall_minutes_agree_with_the_zone(void **state)
{
	static const char *const weeks[] = { "2026-08-31", "2026-03-30", "2026-11-23" };
	const struct zone *z;
	struct err e = ERR_INIT;
	assert_true(zone_find("America/Santiago", &z, &e));
	for (size_t i = 0; i < 3; i++) {
		struct problem p;
		one_zone(*state, "America/Santiago", weeks[i], &p);
		for (int32_t d = 0; d < 7; d++) {
			const struct wfm_day *day = &p.wfm.calendars[0].days[d];
			for (int32_t t = day->first_slot; t < day->first_slot + day->slots; t++) {
				int64_t date;
				int minute;
				zone_to_local(z, problem_instant(&p, t), &date, &minute);
				assert_int_equal(date, day->date);
				assert_int_equal(wfm_wall_minute(&p.wfm, p.wfm.calendars, d, t), minute);
			}
		}
	}
}

static void zones_share_one_row_of_slots(void **state)
{
	struct problem p;
	read_ok(*state,
		"{\"start\":\"2026-11-23\",\"days\":2,\"slot_min\":30,\"tail_min\":60,\"sites\":["
		"{\"name\":\"far\",\"zone\":\"America/Guatemala\"},{\"name\":\"near\",\"zone\":"
		"\"America/Santiago\",\"holidays\":[\"2026-11-24\"]}]," TAIL_PART
		"\"agents\":[{\"name\":\"a\",\"contract\":\"c\",\"site\":\"far\"}]}",
		&p);
	/* Santiago (-3) begins the plan, Guatemala (-6) three hours later ends it, an hour of tail. */
	assert_int_equal(p.origin, date_from_ymd(2026, 11, 23) * 86400 + 3 * 3600);
	assert_int_equal(p.wfm.calendars[1].days[0].first_slot, 0);
	assert_int_equal(p.wfm.calendars[0].days[0].first_slot, 6);
	assert_int_equal(p.wfm.slot_count, 96 + 6 + 2);
	assert_int_equal(p.wfm.agents[0].calendar, 0);
	assert_false(p.wfm.calendars[1].days[0].holiday);
	assert_true(p.wfm.calendars[1].days[1].holiday);
	assert_false(p.wfm.calendars[0].days[1].holiday);
}

static void agents_rows_become_slots(void **state)
{
	struct problem p;
	read_ok(*state,
		"{\"start\":\"2026-11-23\",\"days\":7,\"sites\":[{\"name\":\"s\",\"zone\":\"UTC\"}]," TAIL_PART
		"\"agents\":[{\"name\":\"a\",\"contract\":\"c\",\"site\":\"s\",\"unavailable\":["
		"{\"start\":\"2026-11-23T10:05:00Z\",\"end\":\"2026-11-23T10:16:00Z\"},"
		"{\"start\":\"1990-01-01T00:00:00Z\",\"end\":\"2190-01-01T00:00:00Z\"}],"
		"\"locks\":[{\"date\":\"2026-11-24\"},{\"date\":\"2026-11-25\",\"start\":"
		"\"2026-11-25T22:00:00Z\",\"end\":\"2026-11-26T02:00:00Z\"}],"
		"\"wishes\":[{\"kind\":\"start\",\"time\":\"08:30\",\"weight_cents\":5}],"
		"\"previous_end\":\"2026-11-22T22:10:00Z\",\"previous_days_worked\":3,\"seniority\":2.5}],"
		"\"seniority\":{\"most\":3,\"full\":8}}",
		&p);
	const struct wfm_agent *g = &p.wfm.agents[0];
	assert_int_equal(g->unavailable[0].start, 40); /* a slot touched at all is taken */
	assert_int_equal(g->unavailable[0].end, 42);
	assert_true(g->unavailable[1].start < 0 && g->unavailable[1].end > p.wfm.slot_count);
	assert_int_equal(g->locks[0].day, 1);
	assert_int_equal(g->locks[0].end, 0);
	assert_int_equal(g->locks[1].start, 2 * 96 + 88);
	assert_int_equal(g->locks[1].end, 3 * 96 + 8);
	assert_int_equal(g->wishes[0].day, WFM_NONE);
	assert_int_equal(g->wishes[0].minute, 510);
	assert_int_equal(g->previous_end, -7); /* 22:10 rounds up to 22:15 */
	assert_int_equal(g->previous_days_worked, 3);
	assert_true(g->seniority == 2.5 && p.wfm.seniority.most == 3 && p.wfm.seniority.full == 8);
	const struct wfm_rule_row *rules = p.wfm.contracts[0].rules;
	assert_int_equal(rules[1].low, 1320);
	assert_int_equal(rules[1].high, 120);
	assert_int_equal(rules[1].days, 1 | 64);
	assert_int_equal(rules[2].high, 2);
	assert_int_equal(rules[2].low, 0);
	assert_int_equal(rules[2].from, 1320);
	assert_int_equal(rules[0].mode, WFM_HARD);
}

static void names_are_those_of_the_library(void **state)
{
	(void)state;
	for (int i = 0; i < WFM_RULE_COUNT; i++) {
		assert_string_equal(problem_rule_names[i], wfm_rules[i].name);
		assert_int_equal(wfm_rule_by_name(problem_rule_names[i]), i);
	}
	struct strbuf s;
	strbuf_init(&s, 1 << 16);
	field_schema_document(&roster_form_fields, "x", &s);
	char words[1000] = "\"enum\":[";
	size_t n = strlen(words);
	for (int i = 0; i < WFM_SHORT_REASONS; i++)
		n += (size_t)snprintf(words + n, sizeof words - n, "%s\"%s\"", i > 0 ? "," : "",
				      wfm_short_reason_name((enum wfm_short_reason)i));
	assert_non_null(strstr(s.data, words));
	n = 8;
	for (int i = 0; i < WFM_ACTIVITY_KINDS; i++)
		n += (size_t)snprintf(words + n, sizeof words - n, "%s\"%s\"", i > 0 ? "," : "",
				      wfm_activity_kind_name((enum wfm_activity_kind)i));
	assert_non_null(strstr(s.data, words));
	n = 8;
	for (int i = 0; i < WFM_MISS_REASONS; i++)
		n += (size_t)snprintf(words + n, sizeof words - n, "%s\"%s\"", i > 0 ? "," : "",
				      wfm_miss_reason_name((enum wfm_miss_reason)i));
	assert_non_null(strstr(s.data, words));
	strbuf_reset(&s);
	field_schema_document(&report_form_fields, "x", &s);
	n = 8;
	for (int i = 0; i < WFM_BREACH_KINDS; i++)
		n += (size_t)snprintf(words + n, sizeof words - n, "%s\"%s\"", i > 0 ? "," : "",
				      wfm_breach_kind_name((enum wfm_breach_kind)i));
	assert_non_null(strstr(s.data, words));
	strbuf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weeks_have_their_true_length),
		cmocka_unit_test(wall_minutes_agree_with_the_zone),
		cmocka_unit_test(zones_share_one_row_of_slots),
		cmocka_unit_test(agents_rows_become_slots),
		cmocka_unit_test(names_are_those_of_the_library),
	};
	return cmocka_run_group_tests_name("problem_form", tests, setup, teardown);
}
