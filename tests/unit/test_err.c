/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error form: codes, places, cuts that keep UTF-8 whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/err.h"
#include "server/base/utf8.h"

static void every_code_has_a_status(void **state)
{
	(void)state;
	for (int c = ERR_NONE; c <= ERR_UNAVAILABLE; c++) {
		enum err_code code = (enum err_code)c;
		assert_true(err_http_status(code) >= 200 && err_http_status(code) < 600);
		assert_true(strlen(err_type(code)) > 0 && strlen(err_title(code)) > 0);
	}
	assert_int_equal(err_http_status(ERR_STALE), 412);
	assert_string_equal(err_type(ERR_INVALID), "invalid");
}

static void set_replaces_and_at_collects(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	assert_false(err_at(&e, ERR_INVALID, "/a", "must be %d", 3));
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.message, "The input is not valid");
	assert_false(err_at(&e, ERR_MALFORMED, "/b", "no"));
	assert_int_equal(e.code, ERR_INVALID);
	assert_int_equal(e.item_count, 2);
	assert_string_equal(e.items[1].pointer, "/b");
	assert_string_equal(e.items[0].message, "must be 3");
	/* Wrapping its own words must work. */
	assert_false(err_set(&e, ERR_CONFLICT, "%s: %s", e.items[0].pointer, e.items[0].message));
	assert_string_equal(e.message, "/a: must be 3");
	assert_int_equal(e.item_count, 0);
	err_clear(&e);
	assert_int_equal(e.code, ERR_NONE);
	assert_false(err_set(NULL, ERR_INTERNAL, "x"));
	assert_false(err_at(NULL, ERR_INTERNAL, "x", "y"));
}

static void more_places_than_fit_are_counted(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	for (int i = 0; i < 1000; i++)
		(void)err_at(&e, ERR_INVALID, "/x", "place %d", i);
	assert_int_equal(e.item_count, 1000);
	assert_int_equal(e.items_kept, ERR_ITEMS_MAX);
	assert_string_equal(e.items[ERR_ITEMS_MAX - 1].message, "place 23");
}

static void cuts_keep_characters_whole(void **state)
{
	(void)state;
	static const char *const letters[] = { "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "a" };
	for (size_t k = 0; k < 4; k++) {
		for (size_t lead = 0; lead < 5; lead++) {
			char text[1200];
			size_t n = lead, bad;
			memset(text, 'x', lead);
			while (n < 1000) {
				memcpy(text + n, letters[k], strlen(letters[k]));
				n += strlen(letters[k]);
			}
			text[n] = '\0';
			struct err e = ERR_INIT;
			(void)err_set(&e, ERR_INTERNAL, "%s", text);
			assert_true(utf8_check(e.message, strlen(e.message), &bad));
			assert_true(strlen(e.message) >= sizeof e.message - 5);
			(void)err_at(&e, ERR_INVALID, text, "%s", text);
			assert_true(utf8_check(e.items[0].pointer, strlen(e.items[0].pointer), &bad));
			assert_true(utf8_check(e.items[0].message, strlen(e.items[0].message), &bad));
		}
	}
}

static void translates_the_library(void **state)
{
	(void)state;
	static const struct {
		enum wfm_status status;
		enum err_code code;
	} pairs[] = {
		{ WFM_INVALID, ERR_INVALID }, { WFM_INFEASIBLE, ERR_INVALID },
		{ WFM_NO_MEMORY, ERR_UNAVAILABLE }, { WFM_INTERNAL, ERR_INTERNAL },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct wfm_error w;
		struct err e = ERR_INIT;
		(void)wfm_fail(&w, pairs[i].status, "/agents/1", "why");
		assert_false(err_from_wfm(&e, &w));
		assert_int_equal(e.code, pairs[i].code);
		if (pairs[i].status == WFM_INVALID)
			assert_string_equal(e.items[0].pointer, "/agents/1");
		else
			assert_string_equal(e.message, "why");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_a_status), cmocka_unit_test(set_replaces_and_at_collects),
		cmocka_unit_test(more_places_than_fit_are_counted),
		cmocka_unit_test(cuts_keep_characters_whole), cmocka_unit_test(translates_the_library),
	};
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
