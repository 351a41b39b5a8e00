/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/http/guard.h"
#include "server/http/negotiate.h"

static const char *const offered[] = { "application/json", "text/csv" };

static void chooses_by_wish(void **state)
{
	(void)state;
	static const struct {
		const char *accept;
		int chosen;
	} cases[] = {
		{ NULL, 0 }, { "", 0 }, { "*/*", 0 }, { "text/csv", 1 }, { "TEXT/CSV", 1 },
		{ "text/*", 1 }, { "application/*", 0 }, { "image/png", -1 },
		{ "application/json;q=0.5, text/csv", 1 },
		{ "application/json;q=0.5,text/csv;q=0.4", 0 },
		{ "text/csv;q=0, */*;q=0.1", 0 }, { "application/json;q=0", -1 },
		{ "*/*;q=0", -1 }, { "text/html, application/xhtml+xml, */*;q=0.8", 0 },
		{ "text/csv ; charset=utf-8 ; q=1.000", 1 }, { ",,, text/csv", 1 },
		{ "text/csvx", -1 }, { "text", -1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (accept_choose(cases[i].accept, offered, 2) != cases[i].chosen)
			fail_msg("Accept: %s", cases[i].accept);
}

static void reads_codings_and_media_types(void **state)
{
	(void)state;
	assert_true(accept_coding("gzip, br", "br"));
	assert_false(accept_coding("gzip, br;q=0", "br"));
	assert_false(accept_coding(NULL, "br"));
	assert_false(accept_coding("brr", "br"));
	assert_true(media_type_is("application/json; charset=utf-8", "application/json"));
	assert_true(media_type_is("Text/CSV", "text/csv"));
	assert_false(media_type_is("application/jsonx", "application/json"));
	assert_false(media_type_is(NULL, "application/json"));
}

static void compares_entity_tags(void **state)
{
	(void)state;
	assert_true(etag_in_list("\"a\"", "\"a\"", false));
	assert_true(etag_in_list("\"b\", \"a\"", "\"a\"", false));
	assert_true(etag_in_list("*", "\"a\"", false));
	assert_false(etag_in_list("W/\"a\"", "\"a\"", false));
	assert_true(etag_in_list("W/\"a\"", "\"a\"", true));
	assert_false(etag_in_list("\"a", "\"a\"", true));
	assert_false(etag_in_list("a", "\"a\"", true));
	assert_false(etag_in_list("", "\"a\"", true));
	assert_false(etag_in_list("\"ab\"", "\"a\"", true));
}

static void refuses_bad_targets(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "x", "*", "http://h/", "/a b", "/a\x01", "/a\xc3\xa9",
					   "/%", "/%4", "/%zz", "/%00", "/a?b=%00", "/a#b" };
	static const char *const good[] = { "/", "/a?b=c&d=%20", "/%41%2F", "/a%010" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!guard_check_target(bad[i]))
			fail_msg("%s let through", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (guard_check_target(good[i]))
			fail_msg("%s refused", good[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_by_wish),
		cmocka_unit_test(reads_codings_and_media_types),
		cmocka_unit_test(compares_entity_tags),
		cmocka_unit_test(refuses_bad_targets),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
