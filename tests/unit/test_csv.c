/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CSV reader, fed whole and byte by byte: the split must never matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/csv.h"
#include "server/base/strbuf.h"

static const struct csv_column columns[] = { { "queue", true }, { "offered", true },
					     { "note", false } };

struct seen {
	struct strbuf rows; /* "line:queue|offered|note\n", - for an absent cell */
	struct strbuf bad;
	int64_t stop_at;
};

static bool on_row(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct seen *s = ctx;
	strbuf_printf(&s->rows, "%lld:%s|%s|%s\n", (long long)line, cells[0], cells[1],
		      cells[2] != NULL ? cells[2] : "-");
	if (line == s->stop_at)
		return err_at(e, ERR_INVALID, "line 3, column offered", "no");
	return true;
}

static bool on_bad(void *ctx, int64_t line, const char *why, struct err *e)
{
	struct seen *s = ctx;
	(void)e;
	strbuf_printf(&s->bad, "%lld:%s\n", (long long)line, why);
	return true;
}

static bool run(const char *text, size_t len, size_t piece, bool keep_bad, struct seen *s,
		struct err *e)
{
	strbuf_init(&s->rows, 1 << 20);
	strbuf_init(&s->bad, 1 << 20);
	err_clear(e);
	struct csv_reader *r = csv_reader_new(columns, 3, on_row, s);
	assert_non_null(r);
	if (keep_bad)
		csv_reader_on_bad(r, on_bad);
	bool ok = true;
	for (size_t at = 0; ok && at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;
		char *copy = malloc(n); /* exact, so that a sanitizer sees reads past it */
		assert_non_null(copy);
		memcpy(copy, text + at, n);
		ok = csv_reader_feed(r, copy, n, e);
		free(copy);
	}
	ok = ok && csv_reader_finish(r, e);
	csv_reader_free(r);
	return ok;
}

static void drop(struct seen *s)
{
	strbuf_free(&s->rows);
	strbuf_free(&s->bad);
}

static void reads_all_dialects(void **state)
{
	(void)state;
	static const struct {
		const char *text, *rows;
	} good[] = {
		{ "queue,offered\nq1,5\nq2,6\n", "2:q1|5|-\n3:q2|6|-\n" },
		{ "\xEF\xBB\xBFqueue;offered\r\nq1;5,5\r\nq2;6", "2:q1|5,5|-\n3:q2|6|-\n" },
		{ "Offered,NOTE,queue\r5,n,q1\r6,,q2\r", "2:q1|5|n\n3:q2|6|\n" },
		{ "queue,offered,note\n\n \nq1,5,\"a \"\"b\"\"\n;c\"\n\nq2,6,x\n",
		  "4:q1|5|a \"b\"\n;c\n7:q2|6|x\n" },
		{ "queue,offered,note\nq1,5,\"a\r\nb\"\r\nq2,6,x\r\n",
		  "2:q1|5|a\r\nb\n4:q2|6|x\n" },
		{ "queue,offered,note\nq1,5,caf\xC3\xA9\nq2,6,caf\xE9 \x80\n",
		  "2:q1|5|caf\xC3\xA9\n3:q2|6|caf\xC3\xA9 \xE2\x82\xAC\n" },
		{ "\n\nqueue,offered\nq1,5\n", "4:q1|5|-\n" },
		{ " queue , offered \n q1 ,\t5\n", "2:q1|5|-\n" },
		{ "queue,offered\n", "" },
		{ "queue,offered", "" },
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		for (size_t piece = 1; piece < 40; piece++) {
			struct seen s = { .stop_at = -1 };
			struct err e = ERR_INIT;
			if (!run(good[i].text, strlen(good[i].text), piece, false, &s, &e))
				fail_msg("case %zu: %s %s", i, e.items[0].pointer, e.items[0].message);
			assert_string_equal(s.rows.data, good[i].rows);
			drop(&s);
		}
	}
}

static void refuses_with_line_and_column(void **state)
{
	(void)state;
	static const struct {
		const char *text, *where, *words;
	} bad[] = {
		{ "", "line 1", "empty" },
		{ "\n\n", "line 1", "empty" },
		{ "queue\nq1\n", "line 1, column offered", "is missing" },
		{ "queue,offered,other\n", "line 1, column other", "not a known column" },
		{ "queue,offered,Queue\n", "line 1, column Queue", "stands twice" },
		{ "queue,offered\nq1,5\nq2,6,7\n", "line 3", "has 3 cells where the header has 2" },
		{ "queue,offered\nq1\n", "line 2", "has 1 cells" },
		{ "queue,offered\n\"a\"b,5\n", "line 2", "quotation mark inside" },
		{ "queue,offered\nq1,\"5\nq2,6\n", "line 2", "never closed" },
		{ "queue,offered\n\x81\xFF,5\n", "line 2", "neither UTF-8" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		for (size_t piece = 1; piece < 40; piece += 3) {
			struct seen s = { .stop_at = -1 };
			struct err e = ERR_INIT;
			assert_false(run(bad[i].text, strlen(bad[i].text), piece, false, &s, &e));
			assert_int_equal(e.code, ERR_INVALID);
			assert_string_equal(e.items[0].pointer, bad[i].where);
			if (strstr(e.items[0].message, bad[i].words) == NULL)
				fail_msg("%s lacks %s", e.items[0].message, bad[i].words);
			drop(&s);
		}
	}
	struct seen s = { .stop_at = -1 };
	struct err e = ERR_INIT;
	assert_false(run("queue,offered\nq\0,5\n", 19, 100, false, &s, &e));
	assert_string_equal(e.items[0].pointer, "line 2");
	drop(&s);
}

static void endless_lines_are_refused(void **state)
{
	(void)state;
	size_t n = 200000;
	char *text = malloc(n);
	assert_non_null(text);
	for (int quoted = 0; quoted < 3; quoted++) {
		struct seen s = { .stop_at = -1 };
		struct err e = ERR_INIT;
		memset(text, quoted == 2 ? ',' : 'x', n);
		if (quoted == 1)
			memcpy(text, "queue,offered\n\"\n\n\n", 18);
		else
			memcpy(text, quoted == 2 ? "queue,offered\n" : "queue,offered,", 14);
		assert_false(run(text, n, 4096, false, &s, &e));
		assert_string_equal(e.items[0].pointer, quoted == 0 ? "line 1" : "line 2");
		drop(&s);
	}
	free(text);
}

static void bad_rows_can_be_collected(void **state)
{
	(void)state;
	const char *text = "queue,offered\nq1\nq2,6\n\x81\xFF,6\nq3,7,8\nq4,9\n";
	struct seen s = { .stop_at = -1 };
	struct err e = ERR_INIT;
	assert_true(run(text, strlen(text), 7, true, &s, &e));
	assert_string_equal(s.rows.data, "3:q2|6|-\n6:q4|9|-\n");
	assert_string_equal(s.bad.data, "2:has 1 cells where the header has 2\n"
					"4:is neither UTF-8 nor Windows-1252\n"
					"5:has 3 cells where the header has 2\n");
	drop(&s);
}

static void the_caller_can_stop(void **state)
{
	(void)state;
	const char *text = "queue,offered\nq1,1\nq2,2\nq3,3\n";
	struct seen s = { .stop_at = 3 };
	struct err e = ERR_INIT;
	assert_false(run(text, strlen(text), 100, false, &s, &e));
	assert_string_equal(s.rows.data, "2:q1|1|-\n3:q2|2|-\n");
	assert_string_equal(e.items[0].message, "no");
	drop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_dialects),
		cmocka_unit_test(refuses_with_line_and_column),
		cmocka_unit_test(endless_lines_are_refused),
		cmocka_unit_test(bad_rows_can_be_collected),
		cmocka_unit_test(the_caller_can_stop),
	};
	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
