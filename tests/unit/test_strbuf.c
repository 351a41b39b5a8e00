/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text buffer: its cap, and the escapes of JSON and CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/strbuf.h"

static void grows_to_the_cap_and_stops(void **state)
{
	(void)state;
	struct strbuf s;
	strbuf_init(&s, 1000);
	assert_string_equal(s.data, "");
	for (int i = 0; i < 1000; i++)
		strbuf_putc(&s, 'x');
	assert_false(s.overflow);
	assert_int_equal(strlen(s.data), 1000);
	strbuf_putc(&s, 'y');
	assert_true(s.overflow);
	strbuf_puts(&s, "");
	assert_int_equal(s.len, 1000);
	assert_int_equal(s.data[1000], 0);
	strbuf_reset(&s);
	assert_false(s.overflow);
	assert_string_equal(s.data, "");
	/* What does not fit whole is not added in part. */
	strbuf_puts(&s, "abc");
	strbuf_printf(&s, "%998d", 1);
	assert_true(s.overflow);
	assert_string_equal(s.data, "abc");
	strbuf_puts(&s, "d");
	assert_string_equal(s.data, "abc");
	strbuf_free(&s);
	strbuf_free(&s);
	struct strbuf zero = { 0 };
	strbuf_free(&zero);
}

static void prints_short_and_long(void **state)
{
	(void)state;
	struct strbuf s;
	strbuf_init(&s, 1 << 20);
	for (int width = 1; width < 600; width++) {
		strbuf_reset(&s);
		strbuf_puts(&s, "<");
		strbuf_printf(&s, "%*d>", width, 7);
		assert_int_equal(s.len, width + 2);
		assert_int_equal(s.data[s.len - 2], '7');
	}
	strbuf_free(&s);
}

static void json_texts(void **state)
{
	(void)state;
	struct strbuf s;
	strbuf_init(&s, 1000);
	strbuf_json_text(&s, NULL);
	strbuf_json_text(&s, "");
	strbuf_json_text(&s, "a\"b\\c\n\r\t\x01\x7F\xC3\xA9</script>");
	assert_string_equal(s.data, "null\"\"\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\xC3\xA9</script>\"");
	strbuf_free(&s);
}

static void json_numbers_round_trip(void **state)
{
	(void)state;
	static const struct {
		double v;
		const char *text;
	} known[] = {
		{ 0, "0" }, { -0.0, "0" }, { 1, "1" }, { -1.5, "-1.5" }, { 0.1, "0.1" },
		{ 1e15, "1000000000000000" }, { 9007199254740992.0, "9007199254740992" },
		{ 1e100, "1e+100" }, { 20502100000000004.0, "20502100000000004.0" }, { 1e-7, "1e-07" }, { INFINITY, "null" }, { -INFINITY, "null" },
	};
	struct strbuf s;
	strbuf_init(&s, 1000);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		strbuf_reset(&s);
		strbuf_json_real(&s, known[i].v);
		assert_string_equal(s.data, known[i].text);
	}
	strbuf_reset(&s);
	strbuf_json_real(&s, (double)NAN);
	assert_string_equal(s.data, "null");
	uint64_t bits = 88172645463325252u; /* xorshift over all bit patterns */
	for (int i = 0; i < 20000; i++) {
		double v;
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&v, &bits, sizeof v);
		if (!isfinite(v))
			continue;
		strbuf_reset(&s);
		strbuf_json_real(&s, v);
		assert_true(strtod(s.data, NULL) == v);
	}
	strbuf_free(&s);
}

static void csv_cells(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cells[] = {
		{ "", "" }, { "plain", "plain" }, { "a,b", "\"a,b\"" }, { "a;b", "\"a;b\"" },
		{ "a\"b", "\"a\"\"b\"" }, { "a\nb", "\"a\nb\"" }, { "=1+1", "'=1+1" },
		{ "+a", "'+a" }, { "-a", "'-a" }, { "@a", "'@a" }, { "\ta", "\"'\ta\"" },
		{ "=a,\"b\"", "\"'=a,\"\"b\"\"\"" }, { "a=b", "a=b" },
	};
	struct strbuf s;
	strbuf_init(&s, 1000);
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		strbuf_reset(&s);
		strbuf_csv_text(&s, cells[i].in);
		assert_string_equal(s.data, cells[i].out);
	}
	strbuf_reset(&s);
	strbuf_csv_text(&s, NULL);
	assert_string_equal(s.data, "");
	strbuf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_the_cap_and_stops), cmocka_unit_test(prints_short_and_long),
		cmocka_unit_test(json_texts), cmocka_unit_test(json_numbers_round_trip),
		cmocka_unit_test(csv_cells),
	};
	return cmocka_run_group_tests_name("strbuf", tests, NULL, NULL);
}
