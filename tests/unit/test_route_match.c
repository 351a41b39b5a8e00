/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "server/http/route_match.h"

#define TOKEN43 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_0"

static const struct route table[] = {
	{ .method = METHOD_GET, .path = "/" },
	{ .method = METHOD_GET, .path = "/api/v1/sites" },
	{ .method = METHOD_POST, .path = "/api/v1/sites" },
	{ .method = METHOD_GET, .path = "/api/v1/sites/{site_id:int}" },
	{ .method = METHOD_PATCH, .path = "/api/v1/sites/{site_id:int}" },
	{ .method = METHOD_GET, .path = "/api/v1/names/{name:text}" },
	{ .method = METHOD_DELETE, .path = "/api/v1/names/own" },
	{ .method = METHOD_GET, .path = "/cal/v1/{token:token}/shifts.ics" },
	{ .method = METHOD_GET, .path = "/p/{a:int}/q/{b:int}" },
};

/* What each line must give: result, path of the row found, Allow, first parameter. */
static const struct {
	const char *method, *path;
	enum route_result result;
	const char *template, *allow, *param;
} cases[] = {
	{ "GET", "/", ROUTE_FOUND, "/", "GET, HEAD", NULL },
	{ "GET", "/api/v1/sites", ROUTE_FOUND, "/api/v1/sites", "GET, HEAD, POST", NULL },
	{ "HEAD", "/api/v1/sites", ROUTE_FOUND, "/api/v1/sites", "GET, HEAD, POST", NULL },
	{ "DELETE", "/api/v1/sites", ROUTE_NO_METHOD, NULL, "GET, HEAD, POST", NULL },
	{ "get", "/api/v1/sites", ROUTE_NO_METHOD, NULL, "GET, HEAD, POST", NULL },
	{ "GET", "/api/v1/sites/", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1//sites", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "//api/v1/sites", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/./sites", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/x/../sites", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "*", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/%73ites", ROUTE_FOUND, "/api/v1/sites", "GET, HEAD, POST", NULL },
	{ "GET", "/api/v1/sites/17", ROUTE_FOUND, "/api/v1/sites/{site_id:int}", "GET, HEAD, PATCH", "17" },
	{ "GET", "/api/v1/sites/0", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/sites/017", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/sites/-1", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/sites/9007199254740992", ROUTE_FOUND, "/api/v1/sites/{site_id:int}", "GET, HEAD, PATCH", "9007199254740992" },
	{ "GET", "/api/v1/sites/9007199254740993", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/sites/99999999999999999999", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/names/Ana%20Mar%C3%ADa", ROUTE_FOUND, "/api/v1/names/{name:text}", "GET, HEAD", "Ana María" },
	{ "GET", "/api/v1/names/a%2Fb", ROUTE_FOUND, "/api/v1/names/{name:text}", "GET, HEAD", "a/b" },
	{ "GET", "/api/v1/names/a+b", ROUTE_FOUND, "/api/v1/names/{name:text}", "GET, HEAD", "a+b" },
	{ "GET", "/api/v1/names/a%00b", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/names/a%0Ab", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/names/%FF", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/names/%4", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/api/v1/names/%zz", ROUTE_NO_PATH, NULL, "", NULL },
	{ "DELETE", "/api/v1/names/own", ROUTE_FOUND, "/api/v1/names/own", "DELETE", NULL },
	{ "GET", "/api/v1/names/own", ROUTE_NO_METHOD, NULL, "DELETE", NULL },
	{ "GET", "/cal/v1/" TOKEN43 "/shifts.ics", ROUTE_FOUND, "/cal/v1/{token:token}/shifts.ics", "GET, HEAD", TOKEN43 },
	{ "GET", "/cal/v1/" TOKEN43 "x/shifts.ics", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/cal/v1/short/shifts.ics", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/p/1/q/2", ROUTE_FOUND, "/p/{a:int}/q/{b:int}", "GET, HEAD", "1" },
	{ "GET", "/p/1/q", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/p/1/q/2/3", ROUTE_NO_PATH, NULL, "", NULL },
	{ "GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13", ROUTE_NO_PATH, NULL, "", NULL },
};

static void finds_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new(0);
		struct route_match m;
		enum route_result r =
			route_match(table, sizeof(table) / sizeof(table[0]), cases[i].method,
				    cases[i].path, strlen(cases[i].path), a, &m);
		if (r != cases[i].result)
			fail_msg("%s %s gave %d", cases[i].method, cases[i].path, (int)r);
		if (cases[i].template)
			assert_string_equal(m.route->path, cases[i].template);
		assert_string_equal(route_allow_text(m.allow, a), cases[i].allow);
		if (cases[i].param)
			assert_string_equal(m.params[0].text, cases[i].param);
		arena_free(a);
	}
}

static void gives_parameters_in_order(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	struct route_match m;
	assert_int_equal(route_match(table, sizeof(table) / sizeof(table[0]), "GET", "/p/31/q/42", 10,
				     a, &m),
			 ROUTE_FOUND);
	assert_int_equal(m.count, 2);
	assert_string_equal(m.params[0].name, "a");
	assert_int_equal(m.params[0].number, 31);
	assert_string_equal(m.params[1].name, "b");
	assert_int_equal(m.params[1].number, 42);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_the_table_says),
		cmocka_unit_test(gives_parameters_in_order),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
