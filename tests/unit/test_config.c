/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: precedence, forms of flags, words of refusal, and that the printed file reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/base/config.h"

static char path[] = "/tmp/cuadrante-config-XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);
	if (fd < 0 || close(fd) != 0)
		return -1;
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return unlink(path);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Loads with the words of `line` as argv; what is left comes back joined by spaces. */
static bool load(struct arena *a, const char *line, struct config *c, char left[200], struct err *e)
{
	char *argv[20] = { NULL };
	char *words = arena_strdup(a, line), *rest = NULL;
	int argc = 0;
	for (char *w = strtok_r(words, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		argv[argc++] = w;
	err_clear(e);
	bool ok = config_load(a, c, &argc, argv, e);
	left[0] = '\0';
	for (int i = 0, n = 0; ok && i < argc; i++)
		n += snprintf(left + n, 200 - (size_t)n, "%s%s", i > 0 ? " " : "", argv[i]);
	return ok;
}

static void defaults_file_environment_flags(void **state)
{
	struct config c;
	struct err e = ERR_INIT;
	char left[200], line[300];
	assert_true(load(*state, "cuadrante serve", &c, left, &e));
	assert_int_equal(c.port, 8080);
	assert_string_equal(c.listen, "127.0.0.1");
	assert_false(c.insecure_cookies);
	assert_string_equal(left, "cuadrante serve");

	write_file("; comment\n\nport = 1\nworkers=2\nlease-s = 7\n");
	(void)snprintf(line, sizeof line, "cuadrante serve --config %s", path);
	assert_true(load(*state, line, &c, left, &e));
	assert_int_equal(c.port, 1);
	assert_int_equal(c.workers, 2);

	assert_int_equal(setenv("CUADRANTE_PORT", "2", 1), 0);
	assert_int_equal(setenv("CUADRANTE_LEASE_S", "8", 1), 0);
	(void)snprintf(line, sizeof line, "cuadrante --lease-s=9 serve x --config=%s y -- --z", path);
	assert_true(load(*state, line, &c, left, &e));
	assert_int_equal(c.port, 2);
	assert_int_equal(c.workers, 2);
	assert_int_equal(c.lease_s, 9);
	assert_string_equal(left, "cuadrante serve x y --z");
	assert_int_equal(setenv("CUADRANTE_PORT", "x", 1), 0);
	assert_false(load(*state, "cuadrante", &c, left, &e));
	assert_string_equal(e.items[0].pointer, "CUADRANTE_PORT");
	assert_int_equal(unsetenv("CUADRANTE_PORT"), 0);
	assert_int_equal(unsetenv("CUADRANTE_LEASE_S"), 0);
}

static void flags_of_yes_and_no(void **state)
{
	struct config c;
	struct err e = ERR_INIT;
	char left[200];
	assert_true(load(*state, "cuadrante --insecure-cookies serve", &c, left, &e));
	assert_true(c.insecure_cookies);
	assert_string_equal(left, "cuadrante serve");
	assert_true(load(*state, "cuadrante --insecure-cookies=no serve", &c, left, &e));
	assert_false(c.insecure_cookies);
}

static void refusals_name_the_place(void **state)
{
	static const struct {
		const char *line, *pointer, *words;
	} bad[] = {
		{ "cuadrante --prot 1", "--prot", "not a known flag" },
		{ "cuadrante --port", "--port", "needs a value" },
		{ "cuadrante --port 70000", "--port", "between 0 and 65535" },
		{ "cuadrante --port 1x", "--port", "not a whole number" },
		{ "cuadrante --port=", "--port=", "not a whole number" },
		{ "cuadrante --insecure-cookies=maybe", "--insecure-cookies=maybe", "neither" },
		{ "cuadrante --log-level loud", "--log-level", "debug, info" },
	};
	static const struct {
		const char *text;
		int line;
		const char *words;
	} files[] = {
		{ "port = 1\nprot = 2\n", 2, "prot is not a known setting" },
		{ "\n\nport = x\nworkers = y\n", 3, "not a whole number" },
		{ "port = 1\n\nport = 2\n", 3, "stands twice" },
		{ "[server]\nport = 2\n", 2, "sections" },
		{ "port\n", 1, "name = value" },
	};
	struct config c;
	char left[200], line[300];
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = ERR_INIT;
		assert_false(load(*state, bad[i].line, &c, left, &e));
		assert_string_equal(e.items[0].pointer, bad[i].pointer);
		assert_non_null(strstr(e.items[0].message, bad[i].words));
	}
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct err e = ERR_INIT;
		char where[100];
		write_file(files[i].text);
		(void)snprintf(line, sizeof line, "cuadrante --config %s", path);
		(void)snprintf(where, sizeof where, "%s line %d", path, files[i].line);
		assert_false(load(*state, line, &c, left, &e));
		assert_int_equal(e.item_count, 1);
		assert_string_equal(e.items[0].pointer, where);
		assert_non_null(strstr(e.items[0].message, files[i].words));
	}
	struct err e = ERR_INIT;
	assert_false(load(*state, "cuadrante --config /nonexistent/file", &c, left, &e));
	assert_non_null(strstr(e.message, "/nonexistent/file: No such file"));
}

static void a_line_too_long_is_refused_not_cut(void **state)
{
	struct config c;
	struct err e = ERR_INIT;
	char left[200], line[300], text[1000];
	memset(text, 'x', sizeof text);
	memcpy(text, "database-url = ", 15);
	text[sizeof text - 2] = '\n';
	text[sizeof text - 1] = '\0';
	write_file(text);
	(void)snprintf(line, sizeof line, "cuadrante --config %s", path);
	assert_false(load(*state, line, &c, left, &e));
	assert_non_null(strstr(e.items[0].message, "longer than"));
}

static void printed_file_reads_back(void **state)
{
	struct config c, d;
	struct err e = ERR_INIT;
	struct strbuf first, second;
	char left[200], line[300];
	strbuf_init(&first, 1 << 16);
	strbuf_init(&second, 1 << 16);
	assert_true(load(*state, "cuadrante --port 81 --listen ::1 --insecure-cookies", &c, left, &e));
	config_print(&c, &first);
	assert_non_null(strstr(first.data, "# TCP port; 0 picks a free one\n# default: 8080\nport = 81\n"));
	write_file(first.data);
	(void)snprintf(line, sizeof line, "cuadrante --config %s", path);
	if (!load(*state, line, &d, left, &e))
		fail_msg("%s: %s", e.items[0].pointer, e.items[0].message);
	config_print(&d, &second);
	assert_string_equal(first.data, second.data);
	assert_int_equal(d.port, 81);
	strbuf_free(&first);
	strbuf_free(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_file_environment_flags),
		cmocka_unit_test(flags_of_yes_and_no),
		cmocka_unit_test(refusals_name_the_place),
		cmocka_unit_test(a_line_too_long_is_refused_not_cut),
		cmocka_unit_test(printed_file_reads_back),
	};
	return cmocka_run_group_tests_name("config", tests, setup, teardown);
}
