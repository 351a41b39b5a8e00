/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes -> json_parse -> field_from_json -> field_to_json. Never a crash; what is read must be
 * written as JSON that reads back and is then written the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/field.h"

struct leaf {
	int64_t minutes;
	bool paid;
	double share;
};

struct branch {
	const char *name;
	int64_t at, day, week, opens, kind;
	const char *extra;
	struct leaf leaf;
	struct leaf *leaves;
	size_t n_leaves;
	double *figures;
	size_t n_figures;
	const char **words;
	size_t n_words;
	bool *flags;
	size_t n_flags;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const kinds[] = { "voice", "chat", "walk_in", NULL };

static const struct field leaf_rows[] = {
	F_INT(struct leaf, minutes, 0, 5, 240, "minutes"),
	F_BOOL(struct leaf, paid, FIELD_OPTIONAL, "paid"),
	F_REAL(struct leaf, share, FIELD_OPTIONAL, -1, 1, "share"),
};
static const struct fields leaf_fields = FIELDS("Leaf", struct leaf, leaf_rows);

static const struct field branch_rows[] = {
	F_TEXT(struct branch, name, FIELD_OPTIONAL, 1, 20, "name"),
	F_INSTANT(struct branch, at, FIELD_OPTIONAL, "instant"),
	F_DATE(struct branch, day, FIELD_OPTIONAL, "day"),
	F_WEEK(struct branch, week, FIELD_OPTIONAL, "week"),
	F_CLOCK(struct branch, opens, FIELD_OPTIONAL, "clock"),
	F_ENUM(struct branch, kind, FIELD_OPTIONAL, kinds, "kind"),
	F_RAW(struct branch, extra, FIELD_OPTIONAL, "extra"),
	F_OBJECT(struct branch, leaf, FIELD_OPTIONAL, &leaf_fields, "leaf"),
	F_LIST(struct branch, leaves, n_leaves, FIELD_OPTIONAL, &leaf_fields, 0, 100, "leaves"),
	F_LIST_OF(struct branch, figures, n_figures, FIELD_OPTIONAL, FIELD_REAL, 0, 0, "figures"),
	F_LIST_OF(struct branch, words, n_words, FIELD_OPTIONAL, FIELD_TEXT, 0, 0, "words"),
	F_LIST_OF(struct branch, flags, n_flags, FIELD_OPTIONAL, FIELD_BOOL, 0, 0, "flags"),
};
static const struct fields branch_fields = FIELDS("Branch", struct branch, branch_rows);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void round_trip(struct arena *a, const struct branch *b)
{
	struct strbuf first, second;
	struct branch again;
	struct err e = ERR_INIT;
	strbuf_init(&first, 64 << 20);
	strbuf_init(&second, 64 << 20);
	field_to_json(&branch_fields, b, &first);
	check(!first.overflow);
	check(field_from_text_json(&branch_fields, first.data, first.len, first.len, a, &again, &e));
	field_to_json(&branch_fields, &again, &second);
	check(strcmp(first.data, second.data) == 0);
	strbuf_free(&first);
	strbuf_free(&second);
}

static void texts(struct arena *a, const char *text)
{
	for (size_t i = 0; i < branch_fields.count; i++) {
		struct branch b;
		struct err e = ERR_INIT;
		const struct field *f = &branch_fields.rows[i];
		field_init(&branch_fields, &b);
		if (!field_from_text(f, text, a, &b, "x", &e))
			continue;
		const char *out = field_to_text(f, &b, a);
		struct branch c;
		field_init(&branch_fields, &c);
		check(field_from_text(f, out, a, &c, "x", &e));
		const char *twice = field_to_text(f, &c, a);
		check((out == NULL && twice == NULL) ||
		      (out != NULL && twice != NULL && strcmp(out, twice) == 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16 << 20);
	struct err e = ERR_INIT;
	struct branch b;
	if (field_from_text_json(&branch_fields, (const char *)data, size, 1 << 16, a, &b, &e))
		round_trip(a, &b);
	else
		check(e.code != ERR_NONE);
	if (size < 1 << 12)
		texts(a, arena_strndup(a, (const char *)data, size));
	arena_free(a);
	return 0;
}
