/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to json.c and field.c: what struct json really is, and how it is written back as text. */
#ifndef BASE_JSON_CJSON_H
#define BASE_JSON_CJSON_H

#include <cJSON.h>
#include "server/base/json.h"
#include "server/base/strbuf.h"

static inline const cJSON *json_node(const struct json *j)
{
	return (const cJSON *)(const void *)j;
}

static inline const struct json *json_of_node(const cJSON *node)
{
	return (const struct json *)(const void *)node;
}

/* The value as compact JSON text that reads back to the same value. */
void json_node_write(const cJSON *node, struct strbuf *s);

#endif
