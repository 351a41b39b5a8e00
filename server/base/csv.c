/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/csv.h"

#include <assert.h>
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/utf8.h"

enum {
	ROW_BYTES_MAX = 64 * 1024,
	CELLS_MAX = 256,
	TEXT_MAX = 3 * ROW_BYTES_MAX + CELLS_MAX, /* a Windows-1252 byte can become three */
};

struct csv_reader {
	const struct csv_column *columns;
	size_t count;
	csv_row_fn row;
	csv_bad_fn bad;
	void *ctx;

	struct csv_parser parser;
	bool parser_ready;
	bool failed;
	struct err *e; /* of the feed that is running */

	char *head; /* the bytes up to the first line end, until the separator is known */
	size_t head_len;
	bool header_read;
	size_t wanted[CELLS_MAX]; /* of each cell in the file: index into columns */
	size_t width;             /* cells in the header */

	char *cell_bytes; /* the row being read: cells one after the other, NUL-terminated */
	size_t cell_used;
	size_t cell_at[CELLS_MAX];
	size_t cells;
	char *decoded; /* the same in UTF-8, when it had to be converted */
	const char **out;

	int64_t line;      /* physical line being fed */
	int64_t row_line;  /* on which the row began */
	bool row_open;
	bool row_ended;    /* by the bytes just fed */
	bool after_cr;
	size_t row_bytes;
};

struct csv_reader *csv_reader_new(const struct csv_column *columns, size_t count, csv_row_fn row,
				  void *ctx)
{
	assert(count > 0 && count <= CELLS_MAX && row != NULL);
	struct csv_reader *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	*r = (struct csv_reader){
		.columns = columns, .count = count, .row = row, .ctx = ctx, .line = 1,
		.row_line = 1,
	};
	r->head = malloc(ROW_BYTES_MAX);
	r->cell_bytes = malloc(ROW_BYTES_MAX + CELLS_MAX);
	r->decoded = malloc(TEXT_MAX);
	r->out = calloc(count, sizeof *r->out);
	r->parser_ready = csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
	if (r->head == NULL || r->cell_bytes == NULL || r->decoded == NULL || r->out == NULL ||
	    !r->parser_ready) {
		csv_reader_free(r);
		return NULL;
	}
	return r;
}

void csv_reader_free(struct csv_reader *r)
{
	if (r == NULL)
		return;
	if (r->parser_ready)
		csv_free(&r->parser);
	free(r->head);
	free(r->cell_bytes);
	free(r->decoded);
	free(r->out);
	free(r);
}

void csv_reader_on_bad(struct csv_reader *r, csv_bad_fn bad)
{
	r->bad = bad;
}

static bool fail_line(struct csv_reader *r, int64_t line, const char *why)
{
	char where[40];
	(void)snprintf(where, sizeof where, "line %lld", (long long)line);
	r->failed = true;
	return err_at(r->e, ERR_INVALID, where, "%s", why);
}

/* A cell arrives from libcsv. Its length is bounded by ROW_BYTES_MAX, watched while feeding. */
static void take_cell(void *bytes, size_t n, void *data)
{
	struct csv_reader *r = data;
	if (r->failed)
		return;
	if (r->cells == CELLS_MAX || r->cell_used + n + 1 > ROW_BYTES_MAX + CELLS_MAX) {
		(void)fail_line(r, r->row_line, "more cells than are taken");
		return;
	}
	r->cell_at[r->cells++] = r->cell_used;
	if (n > 0)
		memcpy(r->cell_bytes + r->cell_used, bytes, n);
	r->cell_used += n;
	r->cell_bytes[r->cell_used++] = '\0';
}

static bool bad_row(struct csv_reader *r, const char *why)
{
	if (r->bad == NULL)
		return fail_line(r, r->row_line, why);
	if (r->bad(r->ctx, r->row_line, why, r->e))
		return true;
	r->failed = true;
	return false;
}

/* 0x80..0x9F of Windows-1252; 0 where it has no character. */
static const unsigned short windows_1252[32] = {
	0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* Rewrites the whole row from Windows-1252 and its offsets with it. */
static bool decode_row(struct csv_reader *r)
{
	size_t used = 0;
	for (size_t i = 0; i < r->cells; i++) {
		const unsigned char *p = (unsigned char *)r->cell_bytes + r->cell_at[i];
		r->cell_at[i] = used;
		for (; *p != '\0'; p++) {
			unsigned code = *p >= 0x80 && *p < 0xA0 ? windows_1252[*p - 0x80] : *p;
			if (code == 0)
				return false;
			if (code < 0x80) {
				r->decoded[used++] = (char)code;
			} else if (code < 0x800) {
				r->decoded[used++] = (char)(0xC0 | code >> 6);
				r->decoded[used++] = (char)(0x80 | (code & 0x3F));
			} else {
				r->decoded[used++] = (char)(0xE0 | code >> 12);
				r->decoded[used++] = (char)(0x80 | (code >> 6 & 0x3F));
				r->decoded[used++] = (char)(0x80 | (code & 0x3F));
			}
		}
		r->decoded[used++] = '\0';
	}
	return true;
}

static size_t find_column(const struct csv_reader *r, const char *name)
{
	size_t i = 0;
	while (i < r->count && strcasecmp(r->columns[i].name, name) != 0)
		i++;
	return i;
}

static bool fail_header(struct csv_reader *r, const char *name, const char *why)
{
	char where[120];
	(void)snprintf(where, sizeof where, "line %lld, column %.80s", (long long)r->row_line, name);
	r->failed = true;
	return err_at(r->e, ERR_INVALID, where, "%s", why);
}

static bool read_header(struct csv_reader *r, const char *text)
{
	bool seen[CELLS_MAX] = { false };
	for (size_t i = 0; i < r->cells; i++) {
		const char *name = text + r->cell_at[i];
		size_t column = find_column(r, name);
		if (column == r->count)
			(void)fail_header(r, name, "is not a known column");
		else if (seen[column])
			(void)fail_header(r, name, "stands twice");
		else
			seen[column] = true;
		r->wanted[i] = column;
	}
	for (size_t i = 0; i < r->count; i++) {
		if (r->columns[i].required && !seen[i])
			(void)fail_header(r, r->columns[i].name, "is missing");
	}
	r->width = r->cells;
	r->header_read = true;
	return !r->failed;
}

static bool read_row(struct csv_reader *r)
{
	const char *text = r->cell_bytes;
	size_t offset;
	/* Every byte of the row at once: the NULs between the cells are sound UTF-8 too. */
	if (!utf8_check(text, r->cell_used, &offset)) {
		if (!decode_row(r))
			return bad_row(r, "is neither UTF-8 nor Windows-1252");
		text = r->decoded;
	}
	if (!r->header_read)
		return read_header(r, text);
	if (r->cells != r->width) {
		char why[80];
		(void)snprintf(why, sizeof why, "has %zu cells where the header has %zu", r->cells,
			       r->width);
		return bad_row(r, why);
	}
	for (size_t i = 0; i < r->count; i++)
		r->out[i] = NULL;
	for (size_t i = 0; i < r->cells; i++)
		r->out[r->wanted[i]] = text + r->cell_at[i];
	if (r->row(r->ctx, r->row_line, r->out, r->e))
		return true;
	r->failed = true;
	return false;
}

static void end_row(int end_byte, void *data)
{
	(void)end_byte;
	struct csv_reader *r = data;
	r->row_ended = true;
	if (!r->failed)
		(void)read_row(r);
	r->cells = 0;
	r->cell_used = 0;
}

static bool is_blank(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (memchr(" \t\r\n", bytes[i], 4) == NULL)
			return false;
	}
	return true;
}

/* Part of one physical line, its line end (CR or LF) included when it has come. */
static bool feed_piece(struct csv_reader *r, const char *bytes, size_t n)
{
	if (!r->row_open) {
		r->row_line = r->line;
		r->row_open = !is_blank(bytes, n);
	}
	r->row_bytes += n;
	if (r->row_bytes > ROW_BYTES_MAX)
		return fail_line(r, r->row_line, "is longer than 64 KiB");
	r->row_ended = false;
	if (csv_parse(&r->parser, bytes, n, take_cell, end_row, r) != n && !r->failed) {
		if (csv_error(&r->parser) == CSV_ENOMEM) {
			r->failed = true;
			return err_set(r->e, ERR_UNAVAILABLE, "out of memory");
		}
		return fail_line(r, r->line, "has a quotation mark inside a cell");
	}
	if (r->row_ended || !r->row_open) {
		r->row_open = false;
		r->row_bytes = 0;
	}
	return !r->failed;
}

static bool feed_lines(struct csv_reader *r, const char *bytes, size_t n)
{
	while (n > 0) {
		size_t take = 0;
		while (take < n && bytes[take] != '\r' && bytes[take] != '\n' && bytes[take] != '\0')
			take++;
		if (take == 0 && bytes[0] == '\0')
			return fail_line(r, r->line, "holds a NUL byte");
		bool more = take < n && bytes[take] != '\0';
		char end = more ? bytes[take++] : '\0';
		/* The LF of a CRLF belongs to the line that the CR ended. */
		bool second_half = end == '\n' && take == 1 && r->after_cr;
		if (second_half)
			r->line--;
		if (!feed_piece(r, bytes, take))
			return false;
		r->after_cr = end == '\r';
		r->line += end != '\0';
		bytes += take;
		n -= take;
	}
	return true;
}

/* The separator is whichever of ';' and ',' the header has more of outside quotes. */
static void choose_separator(struct csv_reader *r, size_t header_len)
{
	size_t commas = 0, semicolons = 0;
	bool quoted = false;
	for (size_t i = 0; i < header_len; i++) {
		quoted ^= r->head[i] == '"';
		commas += !quoted && r->head[i] == ',';
		semicolons += !quoted && r->head[i] == ';';
	}
	csv_set_delim(&r->parser, semicolons > commas ? ';' : ',');
}

static bool start(struct csv_reader *r, size_t header_len)
{
	choose_separator(r, header_len);
	size_t bom = r->head_len >= 3 && memcmp(r->head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	char *head = r->head;
	r->head = NULL;
	bool ok = feed_lines(r, head + bom, r->head_len - bom);
	free(head);
	return ok;
}

bool csv_reader_feed(struct csv_reader *r, const char *bytes, size_t n, struct err *e)
{
	r->e = e;
	if (r->failed)
		return err_set(e, ERR_INVALID, "the file was already refused");
	while (n > 0 && r->head != NULL) {
		if (r->head_len == ROW_BYTES_MAX)
			return fail_line(r, 1, "is longer than 64 KiB");
		char c = *bytes++;
		n--;
		r->head[r->head_len++] = c;
		bool leading = is_blank(r->head, r->head_len);
		if (!leading && (c == '\n' || c == '\r') && !start(r, r->head_len - 1))
			return false;
	}
	return n == 0 || feed_lines(r, bytes, n);
}

bool csv_reader_finish(struct csv_reader *r, struct err *e)
{
	r->e = e;
	if (r->failed)
		return err_set(e, ERR_INVALID, "the file was already refused");
	if (r->head != NULL && !start(r, r->head_len))
		return false;
	if (csv_fini(&r->parser, take_cell, end_row, r) != 0 && !r->failed)
		return fail_line(r, r->row_line, "has a quotation mark that is never closed");
	if (!r->failed && !r->header_read)
		return fail_line(r, 1, "the file is empty: it has no header");
	return !r->failed;
}
