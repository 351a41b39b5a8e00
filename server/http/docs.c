/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readable page of the interface: plain HTML, no script, one style sheet of our own. */
#include <string.h>
#include "server/http/auth.h"
#include "server/http/openapi.h"
#include "server/http/reply_build.h"
#include "server/http/route_match.h"

static const char css[] =
	":root{color-scheme:light dark;--line:#8884;--dim:#777}"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
	"h1{font-size:1.8rem}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}"
	"section{margin:1.2rem 0;padding:.8rem 1rem;border:1px solid var(--line);border-radius:.5rem}"
	"section h3{margin:0;font-size:1rem}code{font:.92em ui-monospace,monospace}"
	".method{display:inline-block;min-width:4.5rem;font-weight:700}"
	"p{margin:.4rem 0}.roles{color:var(--dim);font-size:.9rem}"
	"table{border-collapse:collapse;width:100%;font-size:.92rem}"
	"th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-top:1px solid var(--line)}"
	".skip{position:absolute;left:-99rem}.skip:focus{left:1rem}";

static void put_text(struct strbuf *s, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			strbuf_puts(s, "&amp;");
			break;
		case '<':
			strbuf_puts(s, "&lt;");
			break;
		case '>':
			strbuf_puts(s, "&gt;");
			break;
		case '"':
			strbuf_puts(s, "&quot;");
			break;
		default:
			strbuf_putc(s, *text);
		}
	}
}

static const char *type_word(const struct field *f)
{
	static const char *const words[] = {
		[FIELD_BOOL] = "true or false", [FIELD_INT] = "whole number", [FIELD_REAL] = "number",
		[FIELD_TEXT] = "text", [FIELD_INSTANT] = "instant", [FIELD_DATE] = "date",
		[FIELD_WEEK] = "ISO week", [FIELD_CLOCK] = "HH:MM", [FIELD_ENUM] = "one of",
		[FIELD_RAW] = "JSON", [FIELD_OBJECT] = "object", [FIELD_LIST] = "list",
	};
	return words[f->type];
}

static void put_field(struct strbuf *s, const struct field *f)
{
	strbuf_puts(s, "<tr><td><code>");
	put_text(s, f->name);
	strbuf_puts(s, f->flags & FIELD_OPTIONAL ? "</code></td><td>" : "</code> *</td><td>");
	put_text(s, type_word(f));
	if (f->type == FIELD_ENUM)
		for (size_t i = 0; f->names[i]; i++) {
			strbuf_puts(s, i ? ", <code>" : " <code>");
			put_text(s, f->names[i]);
			strbuf_puts(s, "</code>");
		}
	if (f->sub) {
		strbuf_puts(s, " of <a href=\"#schema-");
		put_text(s, f->sub->name);
		strbuf_puts(s, "\">");
		put_text(s, f->sub->name);
		strbuf_puts(s, "</a>");
	} else if (f->type == FIELD_LIST) {
		const struct field element = { .type = f->element };
		strbuf_printf(s, " of %s", type_word(&element));
	}
	strbuf_puts(s, "</td><td>");
	put_text(s, f->help ? f->help : "");
	strbuf_puts(s, "</td></tr>\n");
}

static void put_fields(struct strbuf *s, const char *caption, const struct fields *f)
{
	strbuf_puts(s, "<table><caption>");
	put_text(s, caption);
	strbuf_puts(s, "</caption><thead><tr><th>Name</th><th>Type</th><th>Meaning</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < f->count; i++)
		put_field(s, &f->rows[i]);
	strbuf_puts(s, "</tbody></table>\n");
}

static void put_link(struct strbuf *s, const char *before, const struct fields *f)
{
	strbuf_printf(s, "<p>%s <a href=\"#schema-", before);
	put_text(s, f->name);
	strbuf_puts(s, "\">");
	put_text(s, f->name);
	strbuf_puts(s, "</a></p>\n");
}

static void put_route(struct strbuf *s, const struct route *r)
{
	strbuf_printf(s, "<section><h3><span class=\"method\">%s</span> <code>", method_name(r->method));
	put_text(s, r->path);
	strbuf_puts(s, "</code></h3>\n<p>");
	put_text(s, r->summary);
	strbuf_puts(s, "</p>\n<p class=\"roles\">For: ");
	if (r->roles == ROLE_NOBODY)
		strbuf_puts(s, "everyone");
	for (int i = 0, n = 0; role_names[i]; i++)
		if (r->roles & (1u << i))
			strbuf_printf(s, "%s%s", n++ ? ", " : "", role_names[i]);
	strbuf_puts(s, "</p>\n");
	if (r->query)
		put_fields(s, "Parameters (* needed)", r->query);
	if (r->body)
		put_link(s, "Takes", r->body);
	else if (r->raw_max)
		strbuf_printf(s, "<p>Takes <code>%s</code>, at most %zu bytes</p>\n", r->raw_type, r->raw_max);
	if (r->reply)
		put_link(s, r->shape == REPLY_LIST ? "Gives a list (JSON or CSV) of" : "Gives", r->reply);
	strbuf_puts(s, "</section>\n");
}

static void put_schema(struct strbuf *s, const struct fields *f, const struct fields **seen, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		if (seen[i] == f)
			return;
	if (*n == 256)
		return;
	seen[(*n)++] = f;
	strbuf_puts(s, "<section id=\"schema-");
	put_text(s, f->name);
	strbuf_puts(s, "\"><h3>");
	put_text(s, f->name);
	strbuf_puts(s, "</h3>\n");
	put_fields(s, "Members (* always there)", f);
	strbuf_puts(s, "</section>\n");
	for (size_t i = 0; i < f->count; i++)
		if (f->rows[i].sub)
			put_schema(s, f->rows[i].sub, seen, n);
}

void docs_write(const struct route *table, size_t count, struct strbuf *s)
{
	const struct fields *seen[256];
	size_t n = 0;
	strbuf_puts(s, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		       "<meta name=\"viewport\" content=\"width=device-width\">"
		       "<title>Cuadrante: HTTP interface</title>"
		       "<link rel=\"stylesheet\" href=\"/docs.css\"></head><body>\n"
		       "<a class=\"skip\" href=\"#schemas\">Skip to the schemas</a>\n"
		       "<h1>Cuadrante: HTTP interface</h1>\n"
		       "<p>Machine-readable: <a href=\"/openapi.json\">openapi.json</a> (OpenAPI 3.1). "
		       "Log in with <code>POST /api/v1/session</code> and send the reply's "
		       "<code>csrf</code> as <code>X-CSRF-Token</code> with every change, or use a "
		       "token as <code>Authorization: Bearer</code>. Lists go on with "
		       "<code>?cursor=</code> the reply's <code>next</code>, and come as CSV with "
		       "<code>?format=csv</code>. Instants are RFC 3339, weeks ISO "
		       "(<code>2026-W48</code>).</p>\n<h2>Routes</h2>\n");
	for (size_t i = 0; i < count; i++)
		put_route(s, &table[i]);
	strbuf_puts(s, "<h2 id=\"schemas\">Schemas</h2>\n");
	for (size_t i = 0; i < count; i++) {
		if (table[i].body)
			put_schema(s, table[i].body, seen, &n);
		if (table[i].reply)
			put_schema(s, table[i].reply, seen, &n);
	}
	strbuf_puts(s, "<h2>Problems</h2>\n<table><thead><tr><th>Type</th><th>Status</th><th>Meaning</th>"
		       "</tr></thead><tbody>\n");
	for (int code = ERR_MALFORMED; code <= ERR_UNAVAILABLE; code++) {
		strbuf_printf(s, "<tr id=\"problem-%s\"><td><code>%s</code></td><td>%d</td><td>",
			      err_type((enum err_code)code), err_type((enum err_code)code),
			      err_http_status((enum err_code)code));
		put_text(s, err_title((enum err_code)code));
		strbuf_puts(s, "</td></tr>\n");
	}
	strbuf_puts(s, "</tbody></table>\n</body></html>\n");
}

bool docs_css_handle(struct request *rq, struct reply *rp, struct err *e)
{
	(void)rq;
	(void)e;
	reply_header(rp, "Cache-Control", "public, max-age=3600");
	reply_borrow(rp, "text/css; charset=utf-8", css, sizeof(css) - 1);
	return true;
}
