/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes through the CSV reader: whole and split must give the same rows or the same refusal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/csv.h"
#include "server/base/strbuf.h"
#include "server/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct csv_column columns[] = { { "a", true }, { "b", false }, { "c", false } };

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool on_row(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct strbuf *s = ctx;
	(void)e;
	strbuf_printf(s, "%lld", (long long)line);
	for (size_t i = 0; i < 3; i++) {
		size_t bad;
		check(cells[i] == NULL || utf8_check(cells[i], strlen(cells[i]), &bad));
		strbuf_printf(s, "|%s", cells[i] != NULL ? cells[i] : "-");
	}
	strbuf_putc(s, '\n');
	return true;
}

static bool on_bad(void *ctx, int64_t line, const char *why, struct err *e)
{
	(void)e;
	strbuf_printf(ctx, "%lld %s\n", (long long)line, why);
	return true;
}

static void run(const uint8_t *data, size_t size, size_t piece, bool collect, struct strbuf *s)
{
	struct csv_reader *r = csv_reader_new(columns, 3, on_row, s);
	struct err e = ERR_INIT;
	bool ok = true;
	check(r != NULL);
	if (collect)
		csv_reader_on_bad(r, on_bad);
	for (size_t at = 0; ok && at < size; at += piece)
		ok = csv_reader_feed(r, (const char *)data + at, size - at < piece ? size - at : piece,
				     &e);
	ok = ok && csv_reader_finish(r, &e);
	if (!ok) {
		check(e.code != ERR_NONE);
		strbuf_printf(s, "%s: %s", e.items[0].pointer, e.items[0].message);
	}
	csv_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf whole, split;
	if (size < 1)
		return 0;
	bool collect = data[0] & 1;
	size_t piece = 1 + (data[0] >> 1) % 7;
	strbuf_init(&whole, 16 << 20);
	strbuf_init(&split, 16 << 20);
	run(data + 1, size - 1, size, collect, &whole);
	run(data + 1, size - 1, piece, collect, &split);
	check(strcmp(whole.data, split.data) == 0);
	strbuf_free(&whole);
	strbuf_free(&split);
	return 0;
}
