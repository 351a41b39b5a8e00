/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "server/http/auth.h"
#include "server/http/openapi.h"
#include "server/http/reply_build.h"
#include "server/http/route_match.h"
#include "server/jobs/queue.h"

enum { SCHEMAS_MAX = 256, DOCUMENT_MAX = 8 << 20 };
static const char REF[] = "#/components/schemas/";

struct writer {
	struct strbuf *s;
	const struct fields *schemas[SCHEMAS_MAX];
	size_t schema_count;
};

/* ---------------------------------------------------------------- schemas */

static void collect(struct writer *w, const struct fields *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < w->schema_count; i++)
		if (w->schemas[i] == f)
			return;
	for (size_t i = 0; i < w->schema_count; i++)
		assert(strcmp(w->schemas[i]->name, f->name) != 0 && "two field tables of one name");
	assert(w->schema_count < SCHEMAS_MAX);
	w->schemas[w->schema_count++] = f;
	for (size_t i = 0; i < f->count; i++)
		collect(w, f->rows[i].sub);
}

static void write_problem_schema(struct strbuf *s)
{
	strbuf_puts(s, "\"Problem\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":["
		       "\"type\",\"title\",\"status\",\"detail\",\"request_id\",\"errors\",\"errors_found\"],"
		       "\"properties\":{\"type\":{\"type\":\"string\",\"enum\":[");
	for (int code = ERR_MALFORMED; code <= ERR_UNAVAILABLE; code++)
		strbuf_printf(s, "%s\"/docs#problem-%s\"", code > ERR_MALFORMED ? "," : "",
			      err_type((enum err_code)code));
	strbuf_puts(s, "]},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
		       "\"detail\":{\"type\":\"string\"},"
		       "\"request_id\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"},"
		       "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
		       "\"additionalProperties\":false,\"required\":[\"pointer\",\"message\"],"
		       "\"properties\":{\"pointer\":{\"type\":\"string\"},"
		       "\"message\":{\"type\":\"string\"}}}},"
		       "\"errors_found\":{\"type\":\"integer\"}}}");
}

static void write_components(struct writer *w)
{
	struct strbuf *s = w->s;
	strbuf_puts(s, "\"components\":{\"securitySchemes\":{"
		       "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-cuadrante\","
		       "\"description\":\"From POST /api/v1/session. Unsafe methods also need the "
		       "X-CSRF-Token header that it returned.\"},"
		       "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}},\"schemas\":{");
	write_problem_schema(s);
	for (size_t i = 0; i < w->schema_count; i++) {
		strbuf_putc(s, ',');
		strbuf_json_text(s, w->schemas[i]->name);
		strbuf_putc(s, ':');
		field_schema(w->schemas[i], REF, s);
	}
	strbuf_puts(s, "}}");
}

/* ---------------------------------------------------------------- parameters */

static void write_path_params(const struct route *r, struct strbuf *s, bool *first)
{
	static const char *const schemas[] = {
		[PARAM_INT] = "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740992}",
		[PARAM_TEXT] = "{\"type\":\"string\",\"minLength\":1}",
		[PARAM_TOKEN] = "{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_-]{43}$\"}",
	};
	char name[32];
	enum param_type type;
	size_t at = 0;
	while (route_template_param(r->path, &at, name, &type)) {
		strbuf_printf(s, "%s{\"name\":\"%s\",\"in\":\"path\",\"required\":true,\"schema\":%s}",
			      *first ? "" : ",", name, schemas[type]);
		*first = false;
	}
}

static void write_query_params(const struct route *r, struct strbuf *s, bool *first)
{
	bool pages = r->sql && db_takes((enum sql_id)(r->sql - 1), "limit");
	const struct fields *q = r->query ? r->query : pages ? &page_fields : NULL;
	for (size_t i = 0; q && i < q->count; i++) {
		const struct field *f = &q->rows[i];
		bool required = !(f->flags & FIELD_OPTIONAL) && f->type != FIELD_BOOL;
		strbuf_printf(s, "%s{\"name\":\"%s\",\"in\":\"query\",\"required\":%s,",
			      *first ? "" : ",", f->name, required ? "true" : "false");
		if (f->help) {
			strbuf_puts(s, "\"description\":");
			strbuf_json_text(s, f->help);
			strbuf_putc(s, ',');
		}
		strbuf_puts(s, "\"schema\":");
		field_schema_of(f, REF, s);
		strbuf_putc(s, '}');
		*first = false;
	}
	if (r->shape != REPLY_LIST)
		return;
	strbuf_printf(s, "%s{\"name\":\"format\",\"in\":\"query\",\"required\":false,\"schema\":"
			 "{\"type\":\"string\",\"enum\":[\"json\",\"csv\"]}}", *first ? "" : ",");
	*first = false;
}

/* ---------------------------------------------------------------- operations */

/* "GET /api/v1/sites/{site_id}" -> getSitesSiteId */
static void write_operation_id(const struct route *r, struct strbuf *s)
{
	const char *method = method_name(r->method);
	for (; *method; method++)
		strbuf_putc(s, (char)tolower((unsigned char)*method));
	const char *p = strncmp(r->path, "/api/v1", 7) == 0 ? r->path + 7 : r->path;
	bool upper = true, in_type = false;
	for (; *p; p++) {
		if (*p == ':')
			in_type = true;
		else if (*p == '}')
			in_type = false;
		if (in_type)
			continue;
		if (!isalnum((unsigned char)*p)) {
			upper = true;
			continue;
		}
		strbuf_putc(s, upper ? (char)toupper((unsigned char)*p) : *p);
		upper = false;
	}
}

static void write_roles(unsigned roles, struct strbuf *s)
{
	bool first = true;
	strbuf_puts(s, "\"x-roles\":[");
	for (int i = 0; role_names[i]; i++) {
		if (!(roles & (1u << i)))
			continue;
		strbuf_printf(s, "%s\"%s\"", first ? "" : ",", role_names[i]);
		first = false;
	}
	strbuf_puts(s, "]");
}

static void write_body(const struct route *r, struct strbuf *s)
{
	if (r->body)
		strbuf_printf(s, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
				 "{\"schema\":{\"$ref\":\"%s%s\"}}}}", REF, r->body->name);
	else if (r->raw_max)
		strbuf_printf(s, ",\"requestBody\":{\"required\":true,\"content\":{\"%s\":"
				 "{\"schema\":{\"type\":\"string\"}}}}", r->raw_type);
}

static void write_content(const struct route *r, struct strbuf *s)
{
	const char *name = r->reply ? r->reply->name : "";
	switch (r->shape) {
	case REPLY_ONE:
	case REPLY_JOB:
		strbuf_printf(s, ",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"%s%s\"}}}",
			      REF, r->shape == REPLY_JOB ? "Job" : name);
		return;
	case REPLY_LIST:
		strbuf_printf(s, ",\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\","
				 "\"additionalProperties\":false,\"required\":[\"items\",\"next\"],"
				 "\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
				 "{\"$ref\":\"%s%s\"}},\"next\":{\"type\":[\"string\",\"null\"]}}}},"
				 "\"text/csv\":{\"schema\":{\"type\":\"string\"}}}", REF, name);
		return;
	case REPLY_EVENTS:
		strbuf_puts(s, ",\"content\":{\"text/event-stream\":{\"schema\":{\"type\":\"string\"}}}");
		return;
	case REPLY_BYTES:
		strbuf_printf(s, ",\"content\":{\"%s\":{\"schema\":{\"type\":\"%s\"}}}",
			      r->reply_type ? r->reply_type : "application/octet-stream",
			      r->reply_type && strstr(r->reply_type, "json") ? "object" : "string");
		return;
	case REPLY_NONE:
		return;
	}
}

static int success_status(const struct route *r)
{
	if (r->flags & ROUTE_CREATES)
		return 201;
	if (r->shape == REPLY_NONE)
		return 204;
	return r->shape == REPLY_JOB ? 202 : 200;
}

static void write_operation(const struct route *r, struct strbuf *s)
{
	bool first = true;
	char method[8];
	snprintf(method, sizeof(method), "%s", method_name(r->method));
	for (char *p = method; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	strbuf_printf(s, "\"%s\":{\"operationId\":\"", method);
	write_operation_id(r, s);
	strbuf_puts(s, "\",\"summary\":");
	strbuf_json_text(s, r->summary);
	strbuf_putc(s, ',');
	write_roles(r->roles, s);
	strbuf_puts(s, r->roles == ROLE_NOBODY ? ",\"security\":[]"
					       : ",\"security\":[{\"session\":[]},{\"token\":[]}]");
	strbuf_puts(s, ",\"parameters\":[");
	write_path_params(r, s, &first);
	write_query_params(r, s, &first);
	strbuf_puts(s, "]");
	write_body(r, s);
	strbuf_printf(s, ",\"responses\":{\"%d\":{\"description\":\"Success\"", success_status(r));
	write_content(r, s);
	strbuf_printf(s, "},\"default\":{\"description\":\"Any problem\",\"content\":"
			 "{\"application/problem+json\":{\"schema\":{\"$ref\":\"%sProblem\"}}}}}}", REF);
}

/* OpenAPI writes {site_id} where the table has {site_id:int}. */
static void write_path(const char *template, struct strbuf *s)
{
	bool in_type = false;
	for (const char *p = template; *p; p++) {
		if (*p == ':')
			in_type = true;
		else if (*p == '}')
			in_type = false;
		if (!in_type)
			strbuf_putc(s, *p);
	}
}

static bool seen_before(const struct route *table, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(table[k].path, table[i].path) == 0)
			return true;
	return false;
}

static void write_paths(const struct route *table, size_t count, struct strbuf *s)
{
	bool first_path = true;
	strbuf_puts(s, "\"paths\":{");
	for (size_t i = 0; i < count; i++) {
		bool first = true;
		if (seen_before(table, i))
			continue;
		strbuf_puts(s, first_path ? "\"" : ",\"");
		first_path = false;
		write_path(table[i].path, s);
		strbuf_puts(s, "\":{");
		for (size_t k = i; k < count; k++) {
			if (strcmp(table[k].path, table[i].path) != 0)
				continue;
			if (!first)
				strbuf_putc(s, ',');
			first = false;
			write_operation(&table[k], s);
		}
		strbuf_putc(s, '}');
	}
	strbuf_puts(s, "},");
}

void openapi_write(const struct route *table, size_t count, struct strbuf *s)
{
	struct writer w = { .s = s };
	for (size_t i = 0; i < count; i++) {
		collect(&w, table[i].body);
		collect(&w, table[i].shape == REPLY_JOB ? &job_fields : table[i].reply);
		for (size_t k = 0; table[i].query && k < table[i].query->count; k++)
			collect(&w, table[i].query->rows[k].sub);
	}
	strbuf_puts(s, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Cuadrante\",\"version\":\"" CUADRANTE_VERSION
		       "\",\"description\":\"Workforce management: from call history to a published "
		       "roster in an agent's calendar.\",\"license\":{\"name\":\"GPL-3.0-or-later\","
		       "\"identifier\":\"GPL-3.0-or-later\"}},"
		       "\"jsonSchemaDialect\":\"https://json-schema.org/draft/2020-12/schema\",");
	write_paths(table, count, s);
	write_components(&w);
	strbuf_putc(s, '}');
}

/* ---------------------------------------------------------------- made once, served often */

static struct strbuf document, page;

bool openapi_start(struct err *e)
{
	strbuf_init(&document, DOCUMENT_MAX);
	strbuf_init(&page, DOCUMENT_MAX);
	openapi_write(routes, routes_count, &document);
	docs_write(routes, routes_count, &page);
	if (document.overflow || page.overflow)
		return err_set(e, ERR_INTERNAL, "the OpenAPI document does not fit");
	return true;
}

void openapi_stop(void)
{
	strbuf_free(&document);
	strbuf_free(&page);
}

bool openapi_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	(void)rq;
	(void)e;
	reply_borrow(rp, "application/json", document.data, document.len);
	return true;
}

bool docs_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	(void)rq;
	(void)e;
	reply_borrow(rp, "text/html; charset=utf-8", page.data, page.len);
	return true;
}
