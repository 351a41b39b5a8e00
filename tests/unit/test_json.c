/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What json_parse takes, and the words with which it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/json.h"

static bool parse(const char *text, size_t len, struct err *e)
{
	/* An exact copy, so that a sanitizer sees any read past the end. */
	char *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	struct arena *a = arena_new(0);
	const struct json *j = NULL;
	bool ok = json_parse(a, copy, len, 1 << 20, &j, e);
	assert_true(!ok || j != NULL);
	arena_free(a);
	free(copy);
	return ok;
}

static void takes_sound_json(void **state)
{
	(void)state;
	static const char *const sound[] = {
		"0", "-0", "1.5e3", "9007199254740992", "-9007199254740992", "1e300", "1e-999",
		"true", "null", "\"\"", "\"\\u00e9\\ud83d\\ude00\\n\"", " [ ] ", "{}", "[1,2,[3]]",
		"{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}", "\xEF\xBB\xBF{\"a\":1}", "\"\xC3\xA9\"",
		"{\"a\":1,\"A\":2}",
	};
	for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
		struct err e = ERR_INIT;
		if (!parse(sound[i], strlen(sound[i]), &e))
			fail_msg("%s refused: %s", sound[i], e.message);
	}
}

static void refuses_the_rest(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} bad[] = {
		{ "", "byte 0 (line 1, column 1): the text ends where a value should follow" },
		{ "{\n  \"a\": }", "byte 9 (line 2, column 8): a value expected, found '}'" },
		{ "[1,]", "byte 3" }, { "[1 2]", "',' or ']' expected" }, { "{\"a\" 1}", "':' expected" },
		{ "{a:1}", "a quoted name expected" }, { "{\"a\":1,}", "a quoted name expected" },
		{ "01", "leading zero" }, { "-", "the text ends where a digit" }, { "1.", "a digit" },
		{ "1e", "a digit" }, { ".5", "a value expected" }, { "+1", "a value expected" },
		{ "NaN", "a value expected" }, { "Infinity", "a value expected" },
		{ "1e999", "too large for a number" }, { "-1e999", "too large for a number" },
		{ "9007199254740993", "beyond 2^53" }, { "-9007199254740993", "beyond 2^53" },
		{ "12345678901234567890", "beyond 2^53" },
		{ "0.1111111111111111111111111111111111111111111111111111111111111", "60 characters" },
		{ "1 1", "something follows" }, { "{} x", "something follows" }, { "tru", "a value" },
		{ "\"abc", "never closed" }, { "\"\n\"", "control character" }, { "\"\\x\"", "an escape" },
		{ "\"\\u00g0\"", "hexadecimal" }, { "\"\\u0000\"", "\\u0000" },
		{ "\"\\ud800\"", "surrogate" }, { "\"\\udc00\"", "surrogate" },
		{ "\"\\ud800\\u0041\"", "surrogate" }, { "\"\xFF\"", "byte 1 (line 1, column 2): not UTF-8" },
		{ "\"\xC0\x80\"", "not UTF-8" }, { "\"\xED\xA0\x80\"", "not UTF-8" },
		{ "{\"a\":1,\"a\":2}", "/a: this name stands twice" },
		{ "{\"x\":[0,{\"b\":1,\"c\":{},\"\\u0062\":2}]}", "/x/1/b: this name stands twice" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;
		if (parse(bad[i].text, strlen(bad[i].text), &e))
			fail_msg("%s taken", bad[i].text);
		assert_int_equal(e.code, ERR_MALFORMED);
		if (strstr(e.message, bad[i].words) == NULL)
			fail_msg("%s: \"%s\" lacks \"%s\"", bad[i].text, e.message, bad[i].words);
	}
	struct err e = ERR_INIT;
	assert_false(parse("\"a\0b\"", 5, &e));
	assert_int_equal(e.code, ERR_MALFORMED);
}

static void bounds_depth(void **state)
{
	(void)state;
	char text[200];
	for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		struct err e = ERR_INIT;
		assert_int_equal(parse(text, 2 * depth, &e), depth == JSON_DEPTH_MAX);
	}
	/* A million brackets must cost neither stack nor time. */
	char *many = malloc(1 << 20);
	assert_non_null(many);
	memset(many, '[', 1 << 20);
	struct err e = ERR_INIT;
	assert_false(parse(many, 1 << 20, &e));
	assert_non_null(strstr(e.message, "deeper than 32"));
	free(many);
}

static void bounds_size(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	struct arena *a = arena_new(1 << 20);
	const struct json *j;
	assert_false(json_parse(a, "[1]", 3, 2, &j, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	/* More nodes than the arena may hold are refused, not died of. */
	size_t n = 200000;
	char *zeros = malloc(2 * n + 1);
	assert_non_null(zeros);
	zeros[0] = '[';
	for (size_t i = 0; i < n; i++) {
		zeros[1 + 2 * i] = '0';
		zeros[2 + 2 * i] = i + 1 < n ? ',' : ']';
	}
	err_clear(&e);
	assert_false(json_parse(a, zeros, 2 * n + 1, 1 << 20, &j, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	free(zeros);
	arena_free(a);
}

static void duplicates_in_a_huge_object_are_found_quickly(void **state)
{
	(void)state;
	size_t n = 60000, len = 0;
	char *text = malloc(n * 16 + 2);
	assert_non_null(text);
	text[len++] = '{';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, 17, "\"k%zu\":0,", i == n - 1 ? 7 : i);
	text[len - 1] = '}';
	struct err e = ERR_INIT;
	assert_false(parse(text, len, &e));
	assert_non_null(strstr(e.message, "/k7: this name stands twice"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_sound_json),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(bounds_depth),
		cmocka_unit_test(bounds_size),
		cmocka_unit_test(duplicates_in_a_huge_object_are_found_quickly),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
