/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields table: every type in, out, refused; pointers exact; the schema sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/field.h"

struct pause {
	int64_t minutes;
	bool paid;
};

struct place {
	const char *town;
	int64_t counters;
};

struct sample {
	int64_t id;
	bool active;
	double factor;
	const char *name;
	int64_t at;
	int64_t day;
	int64_t week;
	int64_t opens;
	int64_t channel;
	const char *extra;
	struct place place;
	struct pause *breaks;
	size_t n_breaks;
	int64_t *lengths;
	size_t n_lengths;
	const char **skills;
	size_t n_skills;
	const char *password;
	int64_t step;
};

static const char *const channels[] = { "voice", "chat", NULL };

static const struct field pause_rows[] = {
	F_INT(struct pause, minutes, 0, 5, 240, "length"),
	F_BOOL(struct pause, paid, FIELD_OPTIONAL, "counts as work"),
};
static const struct fields pause_fields = FIELDS("Pause", struct pause, pause_rows);

static const struct field place_rows[] = {
	F_TEXT(struct place, town, 0, 1, 40, "town"),
	F_INT(struct place, counters, FIELD_OPTIONAL, 0, 99, "counters"),
};
static const struct fields place_fields = FIELDS("Place", struct place, place_rows);

static const struct field sample_rows[] = {
	F_INT(struct sample, id, 0, 1, 1e15, "permanent id"),
	F_BOOL(struct sample, active, FIELD_OPTIONAL, "in use"),
	F_REAL(struct sample, factor, FIELD_OPTIONAL, 0, 10, "factor"),
	F_TEXT(struct sample, name, 0, 1, 5, "name"),
	F_INSTANT(struct sample, at, FIELD_OPTIONAL, "instant"),
	F_DATE(struct sample, day, FIELD_OPTIONAL, "day"),
	F_WEEK(struct sample, week, FIELD_OPTIONAL, "week"),
	F_CLOCK(struct sample, opens, FIELD_OPTIONAL, "opening"),
	F_ENUM(struct sample, channel, FIELD_OPTIONAL, channels, "channel"),
	F_RAW(struct sample, extra, FIELD_OPTIONAL, "anything"),
	F_OBJECT(struct sample, place, FIELD_OPTIONAL, &place_fields, "where"),
	F_LIST(struct sample, breaks, n_breaks, FIELD_OPTIONAL, &pause_fields, 0, 3, "breaks"),
	F_LIST_OF(struct sample, lengths, n_lengths, FIELD_OPTIONAL, FIELD_CLOCK, 0, 9, "lengths"),
	F_LIST_OF(struct sample, skills, n_skills, FIELD_OPTIONAL, FIELD_TEXT, 0, 9, "skills"),
	{ .name = "password", .type = FIELD_TEXT, .offset = offsetof(struct sample, password),
	  .flags = FIELD_OPTIONAL | FIELD_SECRET, .help = "never shown" },
	{ .name = "step", .type = FIELD_INT, .offset = offsetof(struct sample, step), .min = 5,
	  .max = 60, .flags = FIELD_OPTIONAL, .fallback = "15", .help = "grid" },
};
static const struct fields sample_fields = FIELDS("Sample", struct sample, sample_rows);

static const char full[] =
	"{\"id\":7,\"active\":true,\"factor\":0.1,\"name\":\"Jose\xCC\x81\",\"at\":"
	"\"2026-11-23T08:00:00-03:00\",\"day\":\"2026-11-23\",\"week\":\"2026-W48\",\"opens\":\"08:30\","
	"\"channel\":\"chat\",\"extra\":{\"a\":[1,9007199254740992,0.25,null,\"x\"]},"
	"\"place\":{\"town\":\"Lebu\",\"counters\":3},\"breaks\":[{\"minutes\":15,\"paid\":true},"
	"{\"minutes\":30}],\"lengths\":[\"06:00\",\"48:00\"],\"skills\":[\"es\",\"en\"],"
	"\"password\":\"hidden\"}";

static int setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static bool read_sample(struct arena *a, const char *text, struct sample *x, struct err *e)
{
	err_clear(e);
	return field_from_text_json(&sample_fields, text, strlen(text), 1 << 20, a, x, e);
}

static void reads_every_type(void **state)
{
	struct sample x;
	struct err e = ERR_INIT;
	if (!read_sample(*state, full, &x, &e))
		fail_msg("%s %s", e.items[0].pointer, e.items[0].message);
	assert_int_equal(x.id, 7);
	assert_true(x.active);
	assert_true(x.factor == 0.1);
	assert_string_equal(x.name, "Jos\xC3\xA9"); /* composed: four characters */
	assert_int_equal(x.at, date_from_ymd(2026, 11, 23) * 86400 + 11 * 3600);
	assert_int_equal(x.day, date_from_ymd(2026, 11, 23));
	assert_int_equal(x.week, date_from_ymd(2026, 11, 23));
	assert_int_equal(x.opens, 510);
	assert_int_equal(x.channel, 1);
	assert_string_equal(x.extra, "{\"a\":[1,9007199254740992,0.25,null,\"x\"]}");
	assert_string_equal(x.place.town, "Lebu");
	assert_int_equal(x.place.counters, 3);
	assert_int_equal(x.n_breaks, 2);
	assert_int_equal(x.breaks[1].minutes, 30);
	assert_false(x.breaks[1].paid);
	assert_int_equal(x.n_lengths, 2);
	assert_int_equal(x.lengths[1], 2880);
	assert_string_equal(x.skills[1], "en");
	assert_string_equal(x.password, "hidden");
	assert_int_equal(x.step, 15);
}

static void absent_values_are_null(void **state)
{
	struct sample x;
	struct err e = ERR_INIT;
	assert_true(read_sample(*state, "{\"id\":1,\"name\":\"a\",\"at\":null,\"step\":null}", &x, &e));
	assert_int_equal(x.at, FIELD_NULL);
	assert_int_equal(x.day, FIELD_NULL);
	assert_int_equal(x.channel, FIELD_NULL);
	assert_true(isnan(x.factor));
	assert_null(x.extra);
	assert_null(x.place.town);
	assert_int_equal(x.place.counters, FIELD_NULL);
	assert_int_equal(x.n_breaks, 0);
	assert_int_equal(x.step, 15);
}

static void writes_what_it_read(void **state)
{
	struct sample x, y;
	struct err e = ERR_INIT;
	struct strbuf first, second;
	strbuf_init(&first, 1 << 16);
	strbuf_init(&second, 1 << 16);
	assert_true(read_sample(*state, full, &x, &e));
	field_to_json(&sample_fields, &x, &first);
	assert_null(strstr(first.data, "hidden"));
	assert_non_null(strstr(first.data, "\"at\":\"2026-11-23T11:00:00Z\""));
	assert_non_null(strstr(first.data, "\"lengths\":[\"06:00\",\"48:00\"]"));
	assert_true(read_sample(*state, first.data, &y, &e));
	field_to_json(&sample_fields, &y, &second);
	assert_string_equal(first.data, second.data);

	strbuf_reset(&first);
	assert_true(read_sample(*state, "{\"id\":1,\"name\":\"a\"}", &x, &e));
	field_to_json(&sample_fields, &x, &first);
	assert_non_null(strstr(first.data, "\"place\":null,\"breaks\":[]"));
	assert_non_null(strstr(first.data, "\"factor\":null"));
	strbuf_free(&first);
	strbuf_free(&second);
}

static void names_the_place_of_each_mistake(void **state)
{
	static const struct {
		const char *text, *pointer, *words;
	} bad[] = {
		{ "[]", "", "must be an object" },
		{ "{\"name\":\"a\"}", "/id", "is missing" },
		{ "{\"id\":null,\"name\":\"a\"}", "/id", "must not be null" },
		{ "{\"id\":0,\"name\":\"a\"}", "/id", "must be between 1 and 1000000000000000" },
		{ "{\"id\":1.5,\"name\":\"a\"}", "/id", "whole number" },
		{ "{\"id\":\"1\",\"name\":\"a\"}", "/id", "must be a number" },
		{ "{\"id\":1e17,\"name\":\"a\"}", "/id", "beyond 2^53" },
		{ "{\"id\":1,\"name\":\"abcdef\"}", "/name", "must have 1 to 5 characters" },
		{ "{\"id\":1,\"name\":\"  \"}", "/name", "blank" },
		{ "{\"id\":1,\"name\":\"a\\u0007\"}", "/name", "control" },
		{ "{\"id\":1,\"name\":\"a\",\"factor\":10.5}", "/factor", "must be between 0 and 10" },
		{ "{\"id\":1,\"name\":\"a\",\"active\":1}", "/active", "true or false" },
		{ "{\"id\":1,\"name\":\"a\",\"at\":\"2026-11-23T08:00:00\"}", "/at", "offset" },
		{ "{\"id\":1,\"name\":\"a\",\"day\":\"2026-02-29\"}", "/day", "date" },
		{ "{\"id\":1,\"name\":\"a\",\"week\":\"2026-W54\"}", "/week", "ISO week" },
		{ "{\"id\":1,\"name\":\"a\",\"week\":\"2026-11-23\"}", "/week", "ISO week" },
		{ "{\"id\":1,\"name\":\"a\",\"opens\":\"48:01\"}", "/opens", "between 00:00 and 48:00" },
		{ "{\"id\":1,\"name\":\"a\",\"opens\":\"8:30\"}", "/opens", "time of day" },
		{ "{\"id\":1,\"name\":\"a\",\"channel\":\"fax\"}", "/channel", "must be one of voice, chat" },
		{ "{\"id\":1,\"name\":\"a\",\"breaks\":[{\"minutes\":9},{\"minutes\":3}]}",
		  "/breaks/1/minutes", "must be between 5 and 240" },
		{ "{\"id\":1,\"name\":\"a\",\"breaks\":[{},{},{},{}]}", "/breaks", "0 to 3 entries, has 4" },
		{ "{\"id\":1,\"name\":\"a\",\"breaks\":{}}", "/breaks", "must be a list" },
		{ "{\"id\":1,\"name\":\"a\",\"skills\":[\"x\",null]}", "/skills/1", "must not be null" },
		{ "{\"id\":1,\"name\":\"a\",\"place\":{}}", "/place/town", "is missing" },
		{ "{\"id\":1,\"name\":\"a\",\"q/~\":1}", "/q~1~0", "not a known name" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct sample x;
		struct err e = ERR_INIT;
		if (read_sample(*state, bad[i].text, &x, &e))
			fail_msg("%s taken", bad[i].text);
		assert_int_equal(e.code, ERR_INVALID);
		assert_int_equal(e.item_count, 1);
		assert_string_equal(e.items[0].pointer, bad[i].pointer);
		if (strstr(e.items[0].message, bad[i].words) == NULL)
			fail_msg("\"%s\" lacks \"%s\"", e.items[0].message, bad[i].words);
	}
	struct sample x;
	struct err e = ERR_INIT;
	assert_false(read_sample(*state, "{\"id\":0,\"name\":\"\",\"z\":1,\"opens\":5}", &x, &e));
	assert_int_equal(e.item_count, 4);
}

static const struct field *row(const char *name)
{
	const struct field *f = field_find(&sample_fields, name);
	assert_non_null(f);
	return f;
}

static void text_forms_of_the_database(void **state)
{
	struct arena *a = *state;
	static const struct {
		const char *name, *in, *out; /* out NULL: refused */
	} forms[] = {
		{ "id", "12", "12" }, { "id", "12x", NULL }, { "id", "", NULL }, { "id", " 1", NULL },
		{ "id", "9007199254740993", NULL }, { "id", "99999999999999999999", NULL },
		{ "active", "t", "true" }, { "active", "0", "false" }, { "active", "yes", NULL },
		{ "factor", "2.5", "2.5" }, { "factor", "nan", NULL }, { "factor", "0x1", NULL },
		{ "factor", "1e999", NULL }, { "name", "abc", "abc" }, { "name", "\xFF", NULL },
		{ "at", "2026-11-22 20:00:00+00", "2026-11-22T20:00:00Z" },
		{ "at", "2026-11-22 20:00:00.123-03:30", "2026-11-22T23:30:00Z" },
		{ "at", "2026-11-22T20:00:00+05:30", "2026-11-22T14:30:00Z" },
		{ "at", "2026-11-22", NULL }, { "day", "2024-02-29", "2024-02-29" },
		{ "week", "2026-W48", "2026-11-23" }, { "week", "2026-11-29", "2026-11-23" },
		{ "week", "2026-W60", NULL }, { "opens", "08:30", "510" }, { "opens", "510", "510" },
		{ "opens", "08:30:00", "510" }, { "opens", "2881", NULL }, { "opens", "-1", NULL },
		{ "channel", "voice", "voice" }, { "channel", "1", NULL },
		{ "extra", "{\"b\": 1}", "{\"b\":1}" }, { "extra", "{", NULL },
		{ "lengths", "[\"07:00\"]", "[\"07:00\"]" }, { "lengths", "[7]", NULL },
		{ "place", "{\"town\":\"X\"}", "{\"town\":\"X\",\"counters\":null}" },
	};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct sample x;
		struct err e = ERR_INIT;
		const struct field *f = row(forms[i].name);
		field_init(&sample_fields, &x);
		bool ok = field_from_text(f, forms[i].in, a, &x, "query x", &e);
		if (ok != (forms[i].out != NULL))
			fail_msg("%s \"%s\": %s", forms[i].name, forms[i].in, ok ? "taken" : "refused");
		if (ok)
			assert_string_equal(field_to_text(f, &x, a), forms[i].out);
		else
			assert_non_null(strstr(e.items[0].pointer, "query x"));
	}
}

static void null_text_is_null(void **state)
{
	struct sample x;
	struct err e = ERR_INIT;
	memset(&x, 0x5A, sizeof x);
	for (size_t i = 0; i < sample_fields.count; i++) {
		const struct field *f = &sample_fields.rows[i];
		assert_true(field_from_text(f, NULL, *state, &x, "", &e));
		if (f->type != FIELD_BOOL && f->type != FIELD_LIST)
			assert_null(field_to_text(f, &x, *state));
	}
	assert_int_equal(x.n_breaks, 0);
	assert_false(x.active);
}

static void csv_holds_scalars_and_flat_objects_and_no_secrets(void **state)
{
	struct sample x;
	struct err e = ERR_INIT;
	struct strbuf s;
	strbuf_init(&s, 4096);
	assert_true(read_sample(*state, "{\"id\":3,\"name\":\"=a,b\",\"opens\":\"07:05\",\"password\":\"q\"}",
				&x, &e));
	field_csv_header(&sample_fields, &s);
	field_csv_row(&sample_fields, &x, &s);
	assert_string_equal(s.data, "id,active,factor,name,at,day,week,opens,channel,place_town,place_counters,step\n"
				    "3,false,,\"'=a,b\",,,,07:05,,,,15\n");
	strbuf_free(&s);
}

static void schema_is_json_and_complete(void **state)
{
	struct strbuf s;
	struct err e = ERR_INIT;
	const struct json *j;
	strbuf_init(&s, 1 << 16);
	field_schema_document(&sample_fields, "Sample", &s);
	if (!json_parse(*state, s.data, s.len, 1 << 16, &j, &e))
		fail_msg("%s in %s", e.message, s.data);
	static const char *const parts[] = {
		"\"required\":[\"id\",\"name\"]",
		"\"id\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000000000000000,",
		"\"enum\":[\"voice\",\"chat\",null]", "\"$ref\":\"#/$defs/Pause\"", "\"writeOnly\":true",
		"\"default\":15", "\"$defs\":{\"Place\":{", "\"maxItems\":3", "\"format\":\"date-time\"",
		"\"minLength\":1,\"maxLength\":5",
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (strstr(s.data, parts[i]) == NULL)
			fail_msg("%s lacks %s", s.data, parts[i]);
	}
	strbuf_free(&s);
}

static const struct field limit_rows[] = {
	F_INT(struct place, counters, FIELD_OPTIONAL | FIELD_GIVEN, 0, 99, "null: none"),
};
static const struct fields limit_fields = FIELDS("Limit", struct place, limit_rows);

static void null_must_be_said_where_absence_would_be_a_slip(void **state)
{
	struct place x;
	struct err e = ERR_INIT;
	struct strbuf s;
	assert_true(field_from_text_json(&limit_fields, "{\"counters\":null}", 17, 99, *state, &x, &e));
	assert_true(x.counters == FIELD_NULL);
	assert_false(field_from_text_json(&limit_fields, "{}", 2, 99, *state, &x, &e));
	assert_string_equal(e.items[0].pointer, "/counters");
	assert_string_equal(e.items[0].message, "is missing");
	strbuf_init(&s, 4096);
	field_schema(&limit_fields, "", &s);
	assert_non_null(strstr(s.data, "\"required\":[\"counters\"]"));
	assert_non_null(strstr(s.data, "\"type\":[\"integer\",\"null\"]"));
	strbuf_free(&s);
}

struct many {
	struct pause *breaks;
	size_t n_breaks;
	const char **words;
	size_t n_words;
	const char *extra;
};
static const struct field many_rows[] = {
	F_LIST(struct many, breaks, n_breaks, FIELD_OPTIONAL, &pause_fields, 0, 0, "no limit"),
	F_LIST_OF(struct many, words, n_words, FIELD_OPTIONAL, FIELD_TEXT, 0, 0, "no limit"),
	F_RAW(struct many, extra, FIELD_OPTIONAL, "any"),
};
static const struct fields many_fields = FIELDS("Many", struct many, many_rows);

/* Whatever a body holds, a capped arena must end in a refusal, never in the arena's abort. */
static void no_body_can_exhaust_a_capped_arena(void **state)
{
	(void)state;
	static const struct {
		const char *list, *entry;
	} kinds[] = {
		{ "breaks", "{\"minutes\":15}" }, { "breaks", "{}" }, { "words", "\"a word of some length\"" },
		{ "words", "\"a\"" }, { "words", "\"e\xCC\x81\xE1\xBB\x87\"" }, { "extra", "[1,{\"a\":\"b\"}]" },
	};
	enum { ROOM = 1 << 19 };
	char *text = malloc(ROOM);
	assert_non_null(text);
	size_t refused = 0, taken = 0;
	for (size_t count = 1; count < 6000; count += 1 + count / 3) {
		for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
			size_t n = (size_t)snprintf(text, ROOM, "{\"%s\":[", kinds[k].list);
			for (size_t i = 0; i < count; i++)
				n += (size_t)snprintf(text + n, ROOM - n, "%s%s", i > 0 ? "," : "",
						      kinds[k].entry);
			n += (size_t)snprintf(text + n, ROOM - n, "]}");
			for (size_t cap = 20 << 10; cap <= 2 << 20; cap *= 2) {
				struct arena *a = arena_new(cap);
				struct err e = ERR_INIT;
				struct many x;
				if (field_from_text_json(&many_fields, text, n, ROOM, a, &x, &e))
					taken++;
				else
					refused++;
				arena_free(a);
			}
		}
	}
	assert_true(taken > 100 && refused > 100);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_every_type, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_values_are_null, setup, teardown),
		cmocka_unit_test_setup_teardown(writes_what_it_read, setup, teardown),
		cmocka_unit_test_setup_teardown(names_the_place_of_each_mistake, setup, teardown),
		cmocka_unit_test_setup_teardown(text_forms_of_the_database, setup, teardown),
		cmocka_unit_test_setup_teardown(null_text_is_null, setup, teardown),
		cmocka_unit_test_setup_teardown(csv_holds_scalars_and_flat_objects_and_no_secrets, setup, teardown),
		cmocka_unit_test_setup_teardown(schema_is_json_and_complete, setup, teardown),
		cmocka_unit_test_setup_teardown(null_must_be_said_where_absence_would_be_a_slip, setup, teardown),
		cmocka_unit_test(no_body_can_exhaust_a_capped_arena),
	};
	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
