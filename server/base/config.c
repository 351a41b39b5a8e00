/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, INT, BOOL };

struct setting {
	enum kind kind;
	const char *flag;
	const char *fallback;
	int64_t least, most; /* INT only */
	const char *help;
	size_t offset;
};

static const struct setting settings[] = {
#define X(type, member, flag, fallback, least, most, help) \
	{ type, flag, fallback, least, most, help, offsetof(struct config, member) },
	CONFIG_TABLE(X)
#undef X
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

static const struct setting *find(const char *flag, size_t n)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		if (strlen(settings[i].flag) == n && memcmp(settings[i].flag, flag, n) == 0)
			return &settings[i];
	}
	return NULL;
}

static bool read_int(const struct setting *s, const char *text, int64_t *out, struct err *e,
		     const char *where)
{
	char *end;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || isspace((unsigned char)text[0]) || errno != 0)
		return err_at(e, ERR_INVALID, where, "\"%s\" is not a whole number", text);
	if (v < s->least || v > s->most)
		return err_at(e, ERR_INVALID, where, "must be between %lld and %lld",
			      (long long)s->least, (long long)s->most);
	*out = v;
	return true;
}

static bool read_bool(const char *text, bool *out, struct err *e, const char *where)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };
	for (size_t i = 0; i < 4; i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*out = strcmp(text, yes[i]) == 0;
			return true;
		}
	}
	return err_at(e, ERR_INVALID, where, "\"%s\" is neither true nor false", text);
}

static bool check_text(const struct setting *s, const char *text, struct err *e, const char *where)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	if (strcmp(s->flag, "log-level") != 0)
		return true;
	for (size_t i = 0; i < 4; i++) {
		if (strcmp(text, levels[i]) == 0)
			return true;
	}
	return err_at(e, ERR_INVALID, where, "must be debug, info, warn or error");
}

static bool assign(struct arena *a, struct config *c, const struct setting *s, const char *text,
		   const char *where, struct err *e)
{
	void *slot = (unsigned char *)c + s->offset;
	if (s->kind == INT)
		return read_int(s, text, slot, e, where);
	if (s->kind == BOOL)
		return read_bool(text, slot, e, where);
	if (!check_text(s, text, e, where))
		return false;
	*(const char **)slot = arena_strdup(a, text);
	return true;
}

struct ini_load {
	struct arena *a;
	struct config *c;
	struct err *e;
	const char *path;
	FILE *file;
	int line;
	bool failed;
	bool seen[SETTINGS];
};

/* inih reads through this, which is how the line number of each setting is known. */
static char *ini_line(char *text, int size, void *stream)
{
	struct ini_load *load = stream;
	if (load->failed || fgets(text, size, load->file) == NULL)
		return NULL;
	load->line++;
	/* inih would take what it cannot hold as a line of its own. */
	size_t n = strlen(text);
	if (n + 1 == (size_t)size && text[n - 1] != '\n') {
		char where[160];
		(void)snprintf(where, sizeof where, "%s line %d", load->path, load->line);
		(void)err_at(load->e, ERR_INVALID, where, "is longer than %d bytes", size - 1);
		load->failed = true;
		return NULL;
	}
	return text;
}

static int ini_row(void *user, const char *section, const char *name, const char *value)
{
	struct ini_load *load = user;
	char where[160];
	(void)snprintf(where, sizeof where, "%s line %d", load->path, load->line);
	const struct setting *s = find(name, strlen(name));
	bool ok = false;
	if (section[0] != '\0')
		(void)err_at(load->e, ERR_INVALID, where, "sections are not used: [%s]", section);
	else if (s == NULL)
		(void)err_at(load->e, ERR_INVALID, where, "%s is not a known setting", name);
	else if (load->seen[s - settings])
		(void)err_at(load->e, ERR_INVALID, where, "%s stands twice", name);
	else
		ok = assign(load->a, load->c, s, value, where, load->e);
	if (s != NULL)
		load->seen[s - settings] = true;
	load->failed = !ok;
	return ok;
}

static bool load_file(struct arena *a, struct config *c, const char *path, struct err *e)
{
	struct ini_load load = { .a = a, .c = c, .e = e, .path = path };
	load.file = fopen(path, "re");
	if (load.file == NULL)
		return err_set(e, ERR_INVALID, "%s: %s", path, strerror(errno));
	int line = ini_parse_stream(ini_line, &load, ini_row, &load);
	(void)fclose(load.file);
	if (load.failed || line == 0)
		return !load.failed;
	if (line < 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: out of memory", path);
	char where[160];
	(void)snprintf(where, sizeof where, "%s line %d", path, line);
	return err_at(e, ERR_INVALID, where, "a line like \"name = value\" expected");
}

static bool load_environment(struct arena *a, struct config *c, struct err *e)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		char name[64] = "CUADRANTE_";
		size_t n = strlen(name);
		for (const char *p = settings[i].flag; *p != '\0'; p++) {
			assert(n + 1 < sizeof name);
			name[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
		}
		name[n] = '\0';
		const char *text = getenv(name);
		if (text != NULL && !assign(a, c, &settings[i], text, name, e))
			return false;
	}
	return true;
}

/* Splits "--name=value" or "--name value"; value stays NULL for a lone BOOL. Moves *i past it. */
static bool take_flag(int argc, char **argv, int *i, const struct setting **s, const char **value,
		      struct err *e)
{
	const char *arg = argv[*i];
	const char *equals = strchr(arg, '=');
	size_t n = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
	bool config = n == strlen("--config") && memcmp(arg, "--config", n) == 0;
	*s = config ? NULL : find(arg + 2, n - 2);
	if (*s == NULL && !config)
		return err_at(e, ERR_INVALID, arg, "is not a known flag");
	(*i)++;
	*value = equals != NULL ? equals + 1 : NULL;
	if (equals != NULL || (*s != NULL && (*s)->kind == BOOL))
		return true;
	if (*i >= argc)
		return err_at(e, ERR_INVALID, arg, "needs a value");
	*value = argv[(*i)++];
	return true;
}

static bool is_flag(const char *arg)
{
	return arg[0] == '-' && arg[1] == '-' && arg[2] != '\0';
}

/* The file comes first in precedence though its name is a flag, so flags are walked twice. */
static bool walk_flags(struct arena *a, struct config *c, int argc, char **argv, const char **file,
		       struct err *e)
{
	for (int i = 1; i < argc;) {
		const struct setting *s;
		const char *value;
		char where[80];
		if (strcmp(argv[i], "--") == 0)
			break;
		if (!is_flag(argv[i])) {
			i++;
			continue;
		}
		(void)snprintf(where, sizeof where, "%s", argv[i]);
		if (!take_flag(argc, argv, &i, &s, &value, e))
			return false;
		if (s == NULL)
			*file = value;
		else if (c != NULL && !assign(a, c, s, value != NULL ? value : "true", where, e))
			return false;
	}
	return true;
}

static void drop_flags(int *argc, char **argv)
{
	int kept = *argc > 0 ? 1 : 0;
	for (int i = 1; i < *argc;) {
		const struct setting *s;
		const char *value;
		if (strcmp(argv[i], "--") == 0) {
			for (i++; i < *argc; i++)
				argv[kept++] = argv[i];
		} else if (is_flag(argv[i])) {
			(void)take_flag(*argc, argv, &i, &s, &value, NULL);
		} else {
			argv[kept++] = argv[i++];
		}
	}
	argv[kept] = NULL;
	*argc = kept;
}

bool config_load(struct arena *a, struct config *c, int *argc, char **argv, struct err *e)
{
	const char *file = NULL;
	*c = (struct config){ 0 };
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!assign(a, c, &settings[i], settings[i].fallback, settings[i].flag, e))
			return false;
	}
	if (!walk_flags(a, NULL, *argc, argv, &file, e))
		return false;
	if (file != NULL && !load_file(a, c, file, e))
		return false;
	if (!load_environment(a, c, e) || !walk_flags(a, c, *argc, argv, &file, e))
		return false;
	drop_flags(argc, argv);
	return true;
}

void config_print(const struct config *c, struct strbuf *s)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *row = &settings[i];
		const void *slot = (const unsigned char *)c + row->offset;
		strbuf_printf(s, "%s# %s\n", i == 0 ? "" : "\n", row->help);
		if (row->fallback[0] != '\0')
			strbuf_printf(s, "# default: %s\n", row->fallback);
		strbuf_printf(s, "%s = ", row->flag);
		if (row->kind == INT)
			strbuf_printf(s, "%lld", (long long)*(const int64_t *)slot);
		else if (row->kind == BOOL)
			strbuf_puts(s, *(const bool *)slot ? "true" : "false");
		else
			strbuf_puts(s, *(const char *const *)slot);
		strbuf_putc(s, '\n');
	}
}
