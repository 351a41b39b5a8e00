/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document is sound JSON, complete, and every reference in it leads somewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "server/base/json.h"
#include "server/http/openapi.h"
#include "server/http/route_match.h"

static struct strbuf document;

static int make_document(void **state)
{
	(void)state;
	strbuf_init(&document, 8 << 20);
	openapi_write(routes, routes_count, &document);
	return document.overflow;
}

static int free_document(void **state)
{
	(void)state;
	strbuf_free(&document);
	return 0;
}

static void is_sound_json(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	struct err e = ERR_INIT;
	const struct json *j;
	if (!json_parse(a, document.data, document.len, document.len, &j, &e))
		fail_msg("%s", e.message); /* also refuses duplicate keys */
	arena_free(a);
}

static void names_every_route(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes_count; i++) {
		char summary[400];
		struct strbuf s;
		strbuf_init(&s, sizeof(summary));
		strbuf_json_text(&s, routes[i].summary);
		if (!strstr(document.data, s.data))
			fail_msg("%s is missing", routes[i].path);
		strbuf_free(&s);
	}
}

static void has_a_schema_for_every_reference(void **state)
{
	(void)state;
	static const char start[] = "\"$ref\":\"#/components/schemas/";
	char wanted[120];
	size_t found = 0;
	for (const char *p = document.data; (p = strstr(p, start)); found++) {
		p += sizeof(start) - 1;
		size_t n = strcspn(p, "\"");
		assert_true(n < 100);
		wanted[0] = '"';
		memcpy(wanted + 1, p, n);
		memcpy(wanted + 1 + n, "\":{", 4);
		if (!strstr(document.data, wanted))
			fail_msg("no schema %.*s", (int)n, p);
	}
	assert_true(found > 50);
}

/* Rules of the table that no compiler checks. */
static void rows_make_sense(void **state)
{
	(void)state;
	for (size_t i = 0; i < routes_count; i++) {
		const struct route *r = &routes[i];
		char name[32];
		enum param_type type;
		size_t at = 0;
		if ((r->handle == NULL) == (r->sql == 0))
			fail_msg("%s needs a handler or a statement, not both", r->path);
		if (!r->summary || r->path[0] != '/')
			fail_msg("%s needs a summary", r->path);
		if (r->sql && (r->method != METHOD_GET || !r->reply ||
			       (r->shape != REPLY_ONE && r->shape != REPLY_LIST)))
			fail_msg("%s: a statement answers a GET of one or a list", r->path);
		if ((r->shape == REPLY_ONE || r->shape == REPLY_LIST) && !r->reply)
			fail_msg("%s needs reply fields", r->path);
		if (r->raw_max && !r->body && !r->raw_type)
			fail_msg("%s needs raw_type", r->path);
		if (r->method == METHOD_GET && (r->body || r->raw_max))
			fail_msg("%s: a GET takes no body", r->path);
		if (strncmp(r->path, "/api/", 5) == 0 && r->roles == ROLE_NOBODY &&
		    strcmp(r->path, "/api/v1/session") != 0)
			fail_msg("%s is open to everybody", r->path);
		while (route_template_param(r->path, &at, name, &type))
			; /* asserts on a broken template */
		for (size_t k = 0; k < i; k++)
			if (r->method == routes[k].method && strcmp(r->path, routes[k].path) == 0)
				fail_msg("%s %s twice", method_name(r->method), r->path);
	}
}

static void escapes_the_readable_page(void **state)
{
	(void)state;
	static const struct route table[] = {
		{ .method = METHOD_GET, .path = "/x", .shape = REPLY_NONE, .summary = "a <b> & \"c\"" },
	};
	struct strbuf s;
	strbuf_init(&s, 1 << 20);
	docs_write(table, 1, &s);
	assert_non_null(strstr(s.data, "a &lt;b&gt; &amp; &quot;c&quot;"));
	assert_null(strstr(s.data, "<b>"));
	assert_null(strstr(s.data, "<script"));
	assert_null(strstr(s.data, "style="));
	strbuf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_sound_json),
		cmocka_unit_test(names_every_route),
		cmocka_unit_test(has_a_schema_for_every_reference),
		cmocka_unit_test(rows_make_sense),
		cmocka_unit_test(escapes_the_readable_page),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_document, free_document);
}
