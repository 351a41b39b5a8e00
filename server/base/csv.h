/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streaming CSV in, over libcsv: BOM, ';' or ',' (found in the header line), CRLF, UTF-8 or
 * Windows-1252, quoted cells. Rows arrive as arrays of cells matched to wanted columns by header name.
 *
 * The reader owns its buffers; cells are valid only during the callback. Thread rule: one thread.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/err.h"

struct csv_column {
	const char *name;
	bool required;
};

/* cells[i] belongs to columns[i]; NULL when the file lacks that column, "" when empty.
 * line is the physical line on which the row starts (header = 1). Return false to stop the reader. */
typedef bool (*csv_row_fn)(void *ctx, int64_t line, const char *const *cells, struct err *e);

/* A row that cannot be matched to the header, and why. Return true to go on with the next. */
typedef bool (*csv_bad_fn)(void *ctx, int64_t line, const char *why, struct err *e);

struct csv_reader;

/* NULL when memory is short. Column names match without regard to ASCII case. */
struct csv_reader *csv_reader_new(const struct csv_column *columns, size_t count, csv_row_fn row,
				  void *ctx);
/* Without it, such a row ends the reading with an error. */
void csv_reader_on_bad(struct csv_reader *r, csv_bad_fn bad);
void csv_reader_free(struct csv_reader *r); /* accepts NULL */
/* Feeds bytes in any split. ERR_INVALID on missing/unknown/duplicate header, NUL bytes, a row with
 * the wrong number of cells, a row over 64 KiB; the pointer says "line N" or "line N, column NAME". */
bool csv_reader_feed(struct csv_reader *r, const char *bytes, size_t n, struct err *e);
bool csv_reader_finish(struct csv_reader *r, struct err *e);

#endif
