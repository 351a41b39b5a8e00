/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "server/http/negotiate.h"

static const char *skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* One element of a comma-separated header: its value (trimmed) and its q in thousandths. */
struct element {
	const char *text;
	size_t len;
	int q;
};

static int read_q(const char *p)
{
	int q = *p == '1' ? 1000 : 0;
	if ((*p != '0' && *p != '1') || p[1] != '.')
		return q;
	p += 2;
	for (int scale = 100; scale > 0 && *p >= '0' && *p <= '9'; scale /= 10, p++)
		q += (*p - '0') * scale;
	return q > 1000 ? 1000 : q;
}

/* Moves *p past one element. False at the end. */
static bool next_element(const char **p, struct element *out)
{
	const char *s = skip_space(*p);
	while (*s == ',')
		s = skip_space(s + 1);
	if (*s == '\0')
		return false;
	size_t whole = strcspn(s, ",");
	*p = s + whole;
	size_t len = strcspn(s, ",;");
	out->text = s;
	out->q = 1000;
	for (const char *semi = s + len; semi < s + whole; semi += strcspn(semi + 1, ",;") + 1) {
		const char *name = skip_space(semi + 1);
		if ((name[0] == 'q' || name[0] == 'Q') && name[1] == '=')
			out->q = read_q(name + 2);
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	out->len = len;
	return true;
}

/* 3 exact, 2 type/star, 1 star/star, 0 no match. */
static int precision(const struct element *el, const char *type)
{
	size_t slash = strcspn(type, "/");
	if (el->len == strlen(type) && strncasecmp(el->text, type, el->len) == 0)
		return 3;
	if (el->len == slash + 2 && strncasecmp(el->text, type, slash + 1) == 0 &&
	    el->text[slash + 1] == '*')
		return 2;
	if (el->len == 3 && memcmp(el->text, "*/*", 3) == 0)
		return 1;
	return 0;
}

static int wish(const char *accept, const char *type)
{
	struct element el;
	int q = 0, best = 0;
	while (next_element(&accept, &el)) {
		int p = precision(&el, type);
		if (p > best) {
			best = p;
			q = el.q;
		}
	}
	return q;
}

int accept_choose(const char *accept, const char *const *offered, int count)
{
	if (!accept || *skip_space(accept) == '\0')
		return 0;
	int chosen = -1, best = 0;
	for (int i = 0; i < count; i++) {
		int q = wish(accept, offered[i]);
		if (q > best) {
			best = q;
			chosen = i;
		}
	}
	return chosen;
}

bool accept_coding(const char *accept_encoding, const char *coding)
{
	struct element el;
	if (!accept_encoding)
		return false;
	while (next_element(&accept_encoding, &el))
		if (el.len == strlen(coding) && strncasecmp(el.text, coding, el.len) == 0)
			return el.q > 0;
	return false;
}

bool media_type_is(const char *content_type, const char *type)
{
	struct element el;
	return content_type && next_element(&content_type, &el) && el.len == strlen(type) &&
	       strncasecmp(el.text, type, el.len) == 0;
}

bool etag_in_list(const char *list, const char *etag, bool weak)
{
	size_t n = strlen(etag);
	for (const char *p = list; p && *p;) {
		p = skip_space(p);
		if (*p == '*')
			return true;
		bool is_weak = p[0] == 'W' && p[1] == '/';
		if (is_weak)
			p += 2;
		if (*p != '"')
			return false;
		const char *end = strchr(p + 1, '"');
		if (!end)
			return false;
		if ((weak || !is_weak) && (size_t)(end + 1 - p) == n && memcmp(p, etag, n) == 0)
			return true;
		p = skip_space(end + 1);
		if (*p == ',')
			p++;
	}
	return false;
}
