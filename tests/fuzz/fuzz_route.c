/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any path against a table of every template shape: no crash, and what is found obeys its type. */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include "server/http/route_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct route table[] = {
	{ .method = METHOD_GET, .path = "/" },
	{ .method = METHOD_GET, .path = "/api/v1/sites" },
	{ .method = METHOD_POST, .path = "/api/v1/sites" },
	{ .method = METHOD_GET, .path = "/api/v1/sites/{site_id:int}" },
	{ .method = METHOD_GET, .path = "/api/v1/sites/own" },
	{ .method = METHOD_PATCH, .path = "/a/{x:text}/b/{y:int}" },
	{ .method = METHOD_GET, .path = "/cal/v1/{token:token}/shifts.ics" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "X" };
	if (size < 1)
		return 0;
	struct arena *a = arena_new(0);
	struct route_match m;
	enum route_result r = route_match(table, sizeof(table) / sizeof(table[0]),
					  methods[data[0] % 7], (const char *)data + 1, size - 1, a, &m);
	assert((r == ROUTE_FOUND) == (m.route != NULL));
	assert((r == ROUTE_NO_PATH) == (m.allow == 0));
	for (size_t i = 0; i < m.count; i++) {
		const struct route_param *p = &m.params[i];
		assert(p->text && *p->text);
		assert(p->type != PARAM_INT || (p->number > 0 && p->number <= INT64_C(1) << 53));
		assert(p->type != PARAM_TOKEN || strlen(p->text) == 43);
	}
	route_allow_text(m.allow, a);
	arena_free(a);
	return 0;
}
