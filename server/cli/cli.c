/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/cli.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct cli_usage *u)
{
	static const char *const forms[] = { "", " N", " X", " TEXT" };
	(void)printf("usage: cuadrante %s\n\n%s\n", u->synopsis, u->purpose);
	for (size_t i = 0; i < u->option_count; i++) {
		const struct cli_option *o = &u->options[i];
		char left[40];
		(void)snprintf(left, sizeof left, "--%s%s", o->name, forms[o->type]);
		(void)printf("%s  %-24s %s\n", i == 0 ? "\n" : "", left, o->help);
	}
	(void)printf("\nexit codes: 0 done, 1 the answer is no, 2 bad use or input, "
		     "3 limit reached with the best found written, 4 failed for no fault of the input\n");
}

static enum cli_parse misuse(const char *command, const char *arg, const char *why)
{
	(void)fprintf(stderr, "cuadrante %s: %s %s (see cuadrante %s --help)\n", command, arg, why,
		      command);
	return CLI_MISUSED;
}

static const struct cli_option *find_option(const struct cli_usage *u, const char *name, size_t n)
{
	for (size_t i = 0; i < u->option_count; i++) {
		if (strlen(u->options[i].name) == n && memcmp(u->options[i].name, name, n) == 0)
			return &u->options[i];
	}
	return NULL;
}

static bool read_number(const struct cli_option *o, const char *text, char why[120])
{
	char *end;
	double v = strtod(text, &end);
	if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text) || *end != '\0' ||
	    !isfinite(v)) {
		(void)snprintf(why, 120, "needs a number");
		return false;
	}
	if (o->type == CLI_INT && (v != floor(v) || fabs(v) > 9007199254740992.0)) {
		(void)snprintf(why, 120, "needs a whole number");
		return false;
	}
	if ((o->min != 0 || o->max != 0) && (v < o->min || v > o->max)) {
		(void)snprintf(why, 120, "must be between %.10g and %.10g", o->min, o->max);
		return false;
	}
	if (o->type == CLI_INT)
		*(int64_t *)o->value = (int64_t)v;
	else
		*(double *)o->value = v;
	return true;
}

/* At an argument that begins with "--"; moves *i past what belongs to it. */
static enum cli_parse take_option(const struct cli_usage *u, int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *equals = strchr(arg, '=');
	size_t n = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
	if (strcmp(arg, "--help") == 0) {
		print_help(u);
		return CLI_HELPED;
	}
	const struct cli_option *o = find_option(u, arg + 2, n - 2);
	if (o == NULL)
		return misuse(argv[0], arg, "is not an option here");
	(*i)++;
	if (o->type == CLI_FLAG) {
		if (equals != NULL)
			return misuse(argv[0], arg, "takes no value");
		*(bool *)o->value = true;
		return CLI_GO;
	}
	if (equals == NULL && *i >= argc)
		return misuse(argv[0], arg, "needs a value");
	const char *text = equals != NULL ? equals + 1 : argv[(*i)++];
	char why[120];
	if (o->type == CLI_TEXT)
		*(const char **)o->value = text;
	else if (!read_number(o, text, why))
		return misuse(argv[0], arg, why);
	return CLI_GO;
}

enum cli_parse cli_parse(const struct cli_usage *u, int argc, char **argv,
			 const char *args[CLI_ARGS_MAX], size_t *arg_count)
{
	assert(argc >= 1 && u->args_max <= CLI_ARGS_MAX);
	bool options = true;
	*arg_count = 0;
	for (int i = 1; i < argc;) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			i++;
		} else if (options && strncmp(argv[i], "--", 2) == 0) {
			enum cli_parse p = take_option(u, argc, argv, &i);
			if (p != CLI_GO)
				return p;
		} else if (*arg_count == u->args_max) {
			return misuse(argv[0], argv[i], "is one argument too many");
		} else {
			args[(*arg_count)++] = argv[i++];
		}
	}
	if (*arg_count < u->args_min)
		return misuse(argv[0], u->synopsis, "needs more arguments");
	return CLI_GO;
}

bool cli_stream_file(const char *path,
		     bool (*feed)(void *ctx, const char *bytes, size_t n, struct err *e), void *ctx,
		     struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? stdin : fopen(path, "rbe");
	if (f == NULL)
		return err_set(e, ERR_INVALID, "%s", strerror(errno));
	static char piece[64 * 1024];
	bool ok = true;
	size_t n;
	while (ok && (n = fread(piece, 1, sizeof piece, f)) > 0)
		ok = feed(ctx, piece, n, e);
	if (ok && ferror(f))
		ok = err_set(e, ERR_INVALID, "%s", strerror(errno));
	if (!standard)
		(void)fclose(f);
	return ok;
}

static bool collect(void *ctx, const char *bytes, size_t n, struct err *e)
{
	struct strbuf *s = ctx;
	strbuf_add(s, bytes, n);
	return !s->overflow || err_set(e, ERR_TOO_LARGE, "longer than %zu bytes", s->cap);
}

bool cli_read_file(struct arena *a, const char *path, size_t max_bytes, const char **text,
		   size_t *len, struct err *e)
{
	struct strbuf s;
	strbuf_init(&s, max_bytes);
	bool ok = cli_stream_file(path, collect, &s, e);
	if (ok) {
		/* Not arena_strndup: a NUL inside must reach the parser and be refused there. */
		char *copy = arena_alloc(a, s.len + 1);
		memcpy(copy, s.data, s.len + 1);
		*text = copy;
		*len = s.len;
	}
	strbuf_free(&s);
	return ok;
}

int cli_write(const struct strbuf *s, int done)
{
	if (s->overflow) {
		(void)fprintf(stderr, "cuadrante: the result is longer than %zu bytes\n", s->cap);
		return CLI_FAILED;
	}
	if (fwrite(s->data, 1, s->len, stdout) != s->len || fflush(stdout) != 0) {
		(void)fprintf(stderr, "cuadrante: standard output: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return done;
}

int cli_fail(const char *command, const char *file, const struct err *e)
{
	const char *colon = file != NULL ? ": " : "";
	if (file == NULL)
		file = "";
	if (e->items_kept == 0)
		(void)fprintf(stderr, "cuadrante %s: %s%s%s\n", command, file, colon, e->message);
	for (size_t i = 0; i < e->items_kept; i++)
		(void)fprintf(stderr, "cuadrante %s: %s%s%s%s%s\n", command, file, colon,
			      e->items[i].pointer, e->items[i].pointer[0] != '\0' ? ": " : "",
			      e->items[i].message);
	if (e->item_count > e->items_kept)
		(void)fprintf(stderr, "cuadrante %s: %s%sand %zu more\n", command, file, colon,
			      e->item_count - e->items_kept);
	return e->code == ERR_INTERNAL || e->code == ERR_UNAVAILABLE ? CLI_FAILED : CLI_BAD;
}
