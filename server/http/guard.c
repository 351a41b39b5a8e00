/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "server/http/guard.h"

struct walk {
	int hosts, lengths, encodings;
	const char *problem;
	const char *length, *encoding;
};

static bool is_token_char(unsigned char c)
{
	return isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static enum MHD_Result walk_header(void *cls, enum MHD_ValueKind kind, const char *key,
				   size_t key_size, const char *value, size_t value_size)
{
	struct walk *w = cls;
	(void)kind;
	if (key_size == 0 || !key)
		w->problem = "a header without a name";
	for (size_t i = 0; i < key_size && !w->problem; i++)
		if (!is_token_char((unsigned char)key[i]))
			w->problem = "a header name with a character that no name may have";
	for (size_t i = 0; i < value_size && !w->problem; i++)
		if (value[i] == '\0' || value[i] == '\r' || value[i] == '\n')
			w->problem = "a header value with a control character";
	if (w->problem)
		return MHD_NO;
	if (strcasecmp(key, "Host") == 0) {
		w->hosts++;
	} else if (strcasecmp(key, "Content-Length") == 0) {
		w->lengths++;
		w->length = value ? value : "";
	} else if (strcasecmp(key, "Transfer-Encoding") == 0) {
		w->encodings++;
		w->encoding = value ? value : "";
	}
	return MHD_YES;
}

static bool read_length(const char *text, int64_t *out)
{
	int64_t v = 0;
	size_t n = strlen(text);
	if (n == 0 || n > 15)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (text[i] - '0');
	}
	*out = v;
	return true;
}

void guard_check(struct MHD_Connection *c, const char *version, struct guard_result *out)
{
	struct walk w = { 0 };
	*out = (struct guard_result){ .content_length = -1 };
	MHD_get_connection_values_n(c, MHD_HEADER_KIND, walk_header, &w);
	out->problem = w.problem;
	if (out->problem)
		return;
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
		out->problem = "an HTTP version that is not spoken here";
	else if (w.hosts > 1 || (w.hosts == 0 && strcmp(version, "HTTP/1.1") == 0))
		out->problem = "exactly one Host header is needed";
	else if (w.lengths > 1)
		out->problem = "more than one Content-Length";
	else if (w.encodings > 1)
		out->problem = "more than one Transfer-Encoding";
	else if (w.lengths && w.encodings)
		out->problem = "Content-Length and Transfer-Encoding together";
	else if (w.encoding && strcasecmp(w.encoding, "chunked") != 0)
		out->problem = "a Transfer-Encoding other than chunked";
	else if (w.encoding && strcmp(version, "HTTP/1.1") != 0)
		out->problem = "Transfer-Encoding outside HTTP/1.1";
	else if (w.length && !read_length(w.length, &out->content_length))
		out->problem = "a Content-Length that is no plain number";
	out->has_body = w.encodings > 0 || out->content_length > 0;
}

const char *guard_check_target(const char *target)
{
	if (target[0] != '/')
		return "the request target must begin with /";
	for (const char *p = target; *p; p++) {
		unsigned char ch = (unsigned char)*p;
		if (ch <= 0x20 || ch >= 0x7f)
			return "the request target holds a character that must be percent-encoded";
		if (*p == '#')
			return "the request target holds a fragment";
		if (*p != '%')
			continue;
		if (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2]))
			return "the request target holds a broken percent escape";
		if (p[1] == '0' && p[2] == '0')
			return "the request target holds %00";
	}
	return NULL;
}
