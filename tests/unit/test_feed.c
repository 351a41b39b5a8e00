/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calendar document: exact bytes, folding, caps, and the instants a reader gets back from it. */
#include <libical/ical.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "server/base/clock.h"
#include "server/calendar/feed.h"

static int64_t at(const char *text)
{
	int64_t t;

	assert_true(instant_parse(text, &t));
	return t;
}

static const struct zone *zone(const char *name)
{
	const struct zone *z = NULL;
	struct err e = ERR_INIT;

	assert_true(zone_find(name, &z, &e));
	return z;
}

static void render(const struct feed *f, enum feed_variant variant, struct strbuf *out)
{
	struct err e = ERR_INIT;

	strbuf_init(out, FEED_BYTES_MAX + 1);
	if (!feed_render(f, variant, out, &e))
		fail_msg("%s", e.message);
	strbuf_putc(out, '\0');
	assert_false(out->overflow);
	out->len--;
}

static void test_exact_bytes(void **state)
{
	const struct feed_activity overnight[] = {
		{ FEED_WORK, "Voz; ventas, A", at("2026-11-25T01:00:00Z"), at("2026-11-25T05:00:00Z") },
		{ FEED_MEAL, NULL, at("2026-11-25T05:00:00Z"), at("2026-11-25T05:30:00Z") },
		{ FEED_WORK, "Chat", at("2026-11-25T05:30:00Z"), at("2026-11-25T09:00:00Z") },
	};
	const struct feed_shift shifts[] = {
		{ .uid = "6f1c", .sequence = 3, .changed_at = at("2026-11-20T12:00:00Z"),
		  .start = overnight[0].start, .end = overnight[2].end, .site = "Santiago",
		  .activities = overnight, .activity_count = 3 },
	};
	const struct feed_time_off off[] = {
		{ .uid = "absence-7", .sequence = 1, .changed_at = at("2026-11-20T13:00:00Z"),
		  .start = at("2026-12-24T03:00:00Z"), .end = at("2026-12-26T03:00:00Z") },
	};
	const struct feed f = { .locale = "es", .zone = zone("America/Santiago"), .shifts = shifts,
				.shift_count = 1, .time_off = off, .time_off_count = 1 };
	static const char expected[] =
		"BEGIN:VCALENDAR\r\nPRODID:-//Cuadrante//Shift feed//EN\r\nVERSION:2.0\r\n"
		"CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nNAME:Mis turnos\r\n"
		"X-WR-CALNAME:Mis turnos\r\nX-WR-TIMEZONE:America/Santiago\r\n"
		"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\nCOLOR:steelblue\r\n"
		"BEGIN:VTIMEZONE\r\nTZID:America/Santiago\r\n"
		"BEGIN:STANDARD\r\nDTSTART:19700404T235959\r\nTZOFFSETFROM:-0300\r\n"
		"TZOFFSETTO:-0400\r\nTZNAME:-04\r\nRRULE:FREQ=YEARLY;BYDAY=1SA;BYMONTH=4\r\n"
		"END:STANDARD\r\n"
		"BEGIN:DAYLIGHT\r\nDTSTART:19700905T235959\r\nTZOFFSETFROM:-0400\r\n"
		"TZOFFSETTO:-0300\r\nTZNAME:-03\r\nRRULE:FREQ=YEARLY;BYDAY=1SA;BYMONTH=9\r\n"
		"END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
		"BEGIN:VEVENT\r\nUID:6f1c\r\nDTSTAMP:20261120T120000Z\r\n"
		"LAST-MODIFIED:20261120T120000Z\r\nSEQUENCE:3\r\n"
		"DTSTART;TZID=America/Santiago:20261124T220000\r\n"
		"DTEND;TZID=America/Santiago:20261125T060000\r\n"
		"SUMMARY:Voz\\; ventas\\, A\\, Chat · Santiago\r\n"
		"DESCRIPTION:22:00–02:00 Voz\\; ventas\\, A\\n02:00–02:30 Comida\\n02:\r\n"
		" 30–06:00 Chat\r\n"
		"LOCATION:Santiago\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n"
		"BEGIN:VEVENT\r\nUID:absence-7\r\nDTSTAMP:20261120T130000Z\r\n"
		"LAST-MODIFIED:20261120T130000Z\r\nSEQUENCE:1\r\n"
		"DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261226\r\n"
		"SUMMARY:Tiempo libre\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
		"END:VCALENDAR\r\n";
	struct strbuf once, again;

	(void)state;
	render(&f, FEED_SHIFTS, &once);
	render(&f, FEED_SHIFTS, &again);
	assert_string_equal(once.data, expected);
	assert_int_equal(once.len, again.len);
	assert_memory_equal(once.data, again.data, once.len);
	strbuf_free(&once);
	strbuf_free(&again);

	render(&f, FEED_ACTIVITIES, &once);
	assert_non_null(strstr(once.data, "UID:6f1c-work-1\r\n"));
	assert_non_null(strstr(once.data, "UID:6f1c-meal-1\r\n"));
	assert_non_null(strstr(once.data, "UID:6f1c-work-2\r\n"));
	assert_null(strstr(once.data, "UID:6f1c\r\n"));
	assert_non_null(strstr(once.data, "SUMMARY:Comida\r\n"));
	strbuf_free(&once);
}

static void test_languages(void **state)
{
	static const struct { const char *locale, *meal; } cases[] = {
		{ "en", "Meal" }, { "es", "Comida" }, { "pt", "Refeição" }, { "xx", "Meal" },
		{ NULL, "Meal" },
	};
	const struct feed_activity meal = { FEED_MEAL, NULL, 1790000000 / 60 * 60, 1790003600 / 60 * 60 };
	const struct feed_shift shift = { .uid = "u", .changed_at = 1780000000, .start = meal.start,
					  .end = meal.end, .site = "X", .activities = &meal,
					  .activity_count = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct feed f = { .locale = cases[i].locale, .zone = zone("UTC"), .shifts = &shift,
				  .shift_count = 1 };
		struct strbuf out;
		char want[64];

		snprintf(want, sizeof want, "SUMMARY:%s · X\r\n", cases[i].meal);
		render(&f, FEED_SHIFTS, &out);
		assert_non_null(strstr(out.data, want));
		strbuf_free(&out);
	}
}

/* No line over 75 octets, no code point cut, CRLF only, nothing below a space. */
static void assert_lines_sound(const struct strbuf *s)
{
	size_t line = 0;

	for (size_t i = 0; i < s->len; i++) {
		unsigned char c = (unsigned char)s->data[i];

		if (c == '\n') {
			assert_true(i > 0 && s->data[i - 1] == '\r');
			assert_true(line - 1 <= 75);
			line = 0;
			if (i + 2 < s->len && s->data[i + 1] == ' ')
				assert_true(((unsigned char)s->data[i + 2] & 0xc0) != 0x80);
			continue;
		}
		assert_true(c >= ' ' || c == '\r');
		line++;
	}
	assert_int_equal(line, 0);
}

static void test_folding(void **state)
{
	char name[400];
	struct feed_activity work = { FEED_WORK, name, 1790000000 / 60 * 60, 1790003600 / 60 * 60 };
	const struct feed_shift shift = { .uid = "u", .changed_at = 1780000000, .start = work.start,
					  .end = work.end, .site = name, .activities = &work,
					  .activity_count = 1 };
	const struct feed f = { .locale = "en", .zone = zone("UTC"), .shifts = &shift, .shift_count = 1 };

	(void)state;
	for (size_t pad = 0; pad < 12; pad++) {
		size_t n = 0;
		struct strbuf out;
		icalcomponent *c;
		char want[900];

		for (size_t i = 0; i < pad; i++)
			name[n++] = 'x';
		for (int i = 0; i < 20; i++) {
			memcpy(name + n, i % 3 == 0 ? "ñ" : i % 3 == 1 ? "🗓" : "\\;,\"", i % 3 == 0 ? 2 : 4);
			n += i % 3 == 0 ? 2 : 4;
		}
		name[n] = '\0';
		render(&f, FEED_SHIFTS, &out);
		assert_lines_sound(&out);
		c = icalcomponent_new_from_string(out.data);
		assert_non_null(c);
		icalcomponent *event = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT);
		snprintf(want, sizeof want, "%s · %s", name, name);
		assert_string_equal(icalcomponent_get_summary(event), want);
		assert_string_equal(icalcomponent_get_location(event), name);
		icalcomponent_free(c);
		strbuf_free(&out);
	}
	memcpy(name, "a\x01" "b\rc\x7f", 7);
	struct strbuf out;
	render(&f, FEED_SHIFTS, &out);
	assert_lines_sound(&out);
	strbuf_free(&out);
}

/* The instant a client computes from the property and the document's own VTIMEZONE. */
static int64_t read_instant(icalcomponent *calendar, icalproperty *p)
{
	icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	icalvalue *v = icalproperty_get_value(p);
	struct icaltimetype t = icalvalue_get_datetime(v);
	icaltimezone *z = icaltimezone_get_utc_timezone();

	if (tzid) {
		z = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(tzid));
		assert_non_null(z);
	}
	return (int64_t)icaltime_as_timet_with_zone(t, z);
}

struct span_case {
	const char *zone, *from, *until;
	bool all_utc; /* the footer's rule does not hold there */
};

/* Half-hour events through a whole span: each must be read back at its own instants. */
static void test_instants_survive(void **state)
{
	static const struct span_case cases[] = {
		{ "America/Santiago", "2026-04-03T00:00:00Z", "2026-04-07T00:00:00Z", false },
		{ "America/Santiago", "2026-09-04T00:00:00Z", "2026-09-08T00:00:00Z", false },
		{ "America/Santiago", "2030-08-31T00:00:00Z", "2030-09-10T00:00:00Z", false },
		{ "America/Santiago", "2029-03-31T00:00:00Z", "2029-04-09T00:00:00Z", false },
		{ "America/New_York", "2003-04-05T00:00:00Z", "2003-04-09T00:00:00Z", false },
		{ "America/New_York", "2003-03-20T00:00:00Z", "2003-03-22T00:00:00Z", true },
		{ "America/New_York", "2026-10-31T00:00:00Z", "2026-11-03T00:00:00Z", false },
		{ "Europe/Madrid", "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z", false },
		{ "Europe/Dublin", "2027-03-27T00:00:00Z", "2027-03-30T00:00:00Z", false },
		{ "Asia/Jerusalem", "1999-04-01T00:00:00Z", "1999-04-04T00:00:00Z", false },
		{ "Asia/Jerusalem", "2026-03-22T00:00:00Z", "2026-03-30T00:00:00Z", false },
		{ "America/Nuuk", "2026-03-26T00:00:00Z", "2026-03-30T00:00:00Z", false },
		{ "America/El_Salvador", "2026-04-03T00:00:00Z", "2026-04-07T00:00:00Z", false },
		{ "Africa/Cairo", "2026-10-28T00:00:00Z", "2026-11-01T00:00:00Z", false },
		{ "Australia/Lord_Howe", "2026-04-03T00:00:00Z", "2026-04-07T00:00:00Z", false },
		{ "Asia/Tehran", "2021-09-20T00:00:00Z", "2021-09-21T00:00:00Z", true },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		static struct feed_shift shifts[FEED_EVENTS_MAX];
		static char uids[FEED_EVENTS_MAX][16];
		int64_t from = at(cases[k].from), until = at(cases[k].until);
		size_t n = 0, read = 0, in_utc = 0;
		struct strbuf out;

		for (int64_t t = from; t < until; t += 1800, n++) {
			snprintf(uids[n], sizeof uids[n], "u%zu", n);
			shifts[n] = (struct feed_shift){ .uid = uids[n], .changed_at = from, .start = t,
							 .end = t + 1800, .site = "S" };
		}
		struct feed f = { .locale = "en", .zone = zone(cases[k].zone), .shifts = shifts,
				  .shift_count = n };
		render(&f, FEED_SHIFTS, &out);
		icalcomponent *c = icalcomponent_new_from_string(out.data);
		assert_non_null(c);
		for (icalcomponent *v = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT); v;
		     v = icalcomponent_get_next_component(c, ICAL_VEVENT_COMPONENT), read++) {
			icalproperty *s = icalcomponent_get_first_property(v, ICAL_DTSTART_PROPERTY);
			icalproperty *e = icalcomponent_get_first_property(v, ICAL_DTEND_PROPERTY);

			if (read_instant(c, s) != shifts[read].start || read_instant(c, e) != shifts[read].end)
				fail_msg("%s from %s: event %zu moved", cases[k].zone, cases[k].from, read);
			in_utc += !icalproperty_get_first_parameter(s, ICAL_TZID_PARAMETER);
		}
		assert_int_equal(read, n);
		if (cases[k].all_utc ? in_utc != n : in_utc > n * 9 / 10)
			fail_msg("%s from %s: %zu of %zu in UTC", cases[k].zone, cases[k].from, in_utc, n);
		icalcomponent_free(c);
		strbuf_free(&out);
	}
}

/* An end in the repeated hour makes the whole event UTC, and its description says which hour. */
static void test_repeated_hour(void **state)
{
	const struct feed_activity work = { FEED_WORK, "Voz", at("2026-04-04T20:00:00Z"),
					    at("2026-04-05T03:30:00Z") };
	const struct feed_shift shift = { .uid = "u", .changed_at = 1780000000, .start = work.start,
					  .end = work.end, .activities = &work, .activity_count = 1 };
	const struct feed f = { .locale = "es", .zone = zone("America/Santiago"), .shifts = &shift,
				.shift_count = 1 };
	struct strbuf out;

	(void)state;
	render(&f, FEED_SHIFTS, &out);
	assert_non_null(strstr(out.data, "DTSTART:20260404T200000Z\r\nDTEND:20260405T033000Z\r\n"));
	assert_non_null(strstr(out.data, "DESCRIPTION:17:00–23:30 (UTC-4) Voz\r\n"));
	strbuf_free(&out);
}

/* Time off that is not whole local days keeps its hours; whole days across a change stay dates. */
static void test_time_off(void **state)
{
	const struct feed_time_off off[] = {
		{ "a", 0, 1780000000, at("2026-09-05T04:00:00Z"), at("2026-09-07T03:00:00Z") },
		{ "b", 0, 1780000000, at("2026-09-10T13:00:00Z"), at("2026-09-10T15:00:00Z") },
	};
	const struct feed f = { .locale = "es", .zone = zone("America/Santiago"), .time_off = off,
				.time_off_count = 2 };
	struct strbuf out;

	(void)state;
	render(&f, FEED_SHIFTS, &out);
	assert_non_null(strstr(out.data, "DTSTART;VALUE=DATE:20260905\r\nDTEND;VALUE=DATE:20260907\r\n"));
	assert_non_null(strstr(out.data, "DTSTART;TZID=America/Santiago:20260910T100000\r\n"));
	assert_null(strstr(out.data, "OPAQUE"));
	strbuf_free(&out);
}

static void test_caps(void **state)
{
	enum { MANY = 1200 };
	static struct feed_shift shifts[MANY];
	static struct feed_activity work;
	static char uids[MANY][16], name[1700];
	struct strbuf out;
	size_t events = 0;

	(void)state;
	memset(name, 'x', sizeof name - 1);
	work = (struct feed_activity){ FEED_WORK, "Short", 1790000040, 1790003640 };
	for (size_t i = 0; i < MANY; i++) {
		snprintf(uids[i], sizeof uids[i], "u%zu", i);
		shifts[i] = (struct feed_shift){ .uid = uids[i], .changed_at = 1780000000,
						 .start = 1790000040 + (int64_t)i * 7200,
						 .end = 1790003640 + (int64_t)i * 7200,
						 .activities = &work, .activity_count = 1 };
	}
	struct feed f = { .locale = "en", .zone = zone("UTC"), .shifts = shifts, .shift_count = MANY };
	render(&f, FEED_SHIFTS, &out);
	for (const char *p = out.data; (p = strstr(p, "BEGIN:VEVENT")) != NULL; p++)
		events++;
	assert_int_equal(events, FEED_EVENTS_MAX);
	assert_non_null(strstr(out.data, "UID:u0\r\n"));
	strbuf_free(&out);

	work.queue = name;
	render(&f, FEED_SHIFTS, &out);
	assert_true(out.len <= FEED_BYTES_MAX);
	assert_true(out.len > FEED_BYTES_MAX - 8000);
	static const char tail[] = "END:VEVENT\r\nEND:VCALENDAR\r\n";
	assert_string_equal(out.data + out.len - (sizeof tail - 1), tail);
	strbuf_free(&out);
}

static void test_empty(void **state)
{
	const struct feed f = { .locale = "en", .zone = zone("America/Guatemala") };
	struct strbuf out;

	(void)state;
	render(&f, FEED_SHIFTS, &out);
	icalcomponent *c = icalcomponent_new_from_string(out.data);
	assert_non_null(c);
	assert_int_equal(icalcomponent_count_components(c, ICAL_VTIMEZONE_COMPONENT), 1);
	assert_int_equal(icalcomponent_count_components(c, ICAL_VEVENT_COMPONENT), 0);
	assert_null(strstr(out.data, "RRULE"));
	icalcomponent_free(c);
	strbuf_free(&out);
}

/* test_feed --print ZONE FROM UNTIL STEP_MIN LENGTH_MIN: a document for other programs to read. */
static int print_document(char **argv)
{
	static struct feed_shift shifts[FEED_EVENTS_MAX];
	static struct feed_activity work[FEED_EVENTS_MAX];
	static char uids[FEED_EVENTS_MAX][24];
	int64_t from, until, step = strtol(argv[3], NULL, 10), length = strtol(argv[4], NULL, 10);
	const struct zone *z;
	struct strbuf out;
	struct err e = ERR_INIT;
	size_t n = 0;

	if (!zone_find(argv[0], &z, &e) || !instant_parse(argv[1], &from) ||
	    !instant_parse(argv[2], &until) || step <= 0 || length <= 0) {
		fprintf(stderr, "test_feed: bad arguments %s\n", e.message);
		return 2;
	}
	for (int64_t t = from; t < until && n < FEED_EVENTS_MAX; t += 60 * step, n++) {
		snprintf(uids[n], sizeof uids[n], "%lld", (long long)t);
		work[n] = (struct feed_activity){ FEED_WORK, "Voz", t, t + 60 * length };
		shifts[n] = (struct feed_shift){ .uid = uids[n], .sequence = 2, .changed_at = from, .start = t,
						 .end = t + 60 * length, .site = "Site",
						 .activities = &work[n], .activity_count = 1 };
	}
	struct feed f = { .locale = "es", .zone = z, .shifts = shifts, .shift_count = n };
	strbuf_init(&out, FEED_BYTES_MAX + 1);
	bool ok = feed_render(&f, FEED_SHIFTS, &out, &e) && fwrite(out.data, 1, out.len, stdout) == out.len;
	strbuf_free(&out);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_bytes), cmocka_unit_test(test_languages),
		cmocka_unit_test(test_folding),     cmocka_unit_test(test_instants_survive),
		cmocka_unit_test(test_repeated_hour), cmocka_unit_test(test_time_off),
		cmocka_unit_test(test_caps),        cmocka_unit_test(test_empty),
	};

	if (argc == 7 && strcmp(argv[1], "--print") == 0)
		return print_document(argv + 2);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
