/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int status;
	const char *type;
	const char *title;
} table[] = {
#define X(code, http, kind, heading) [code] = { http, kind, heading },
	ERR_TABLE(X)
#undef X
};

/* A message cut by its buffer must not end in half a character: it travels as JSON. */
static void trim_to_whole_characters(char *text, size_t size, int wanted)
{
	if (wanted < 0 || (size_t)wanted < size)
		return;
	size_t n = strlen(text);
	size_t back = 0;
	while (back < 3 && back < n && ((unsigned char)text[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back >= n)
		return;
	unsigned char lead = (unsigned char)text[n - 1 - back];
	size_t need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
	if (need > back)
		text[n - 1 - back] = '\0';
}

__attribute__((format(printf, 3, 0))) static void fill(char *out, size_t size, const char *fmt,
						       va_list ap)
{
	int wanted = vsnprintf(out, size, fmt, ap);
	trim_to_whole_characters(out, size, wanted);
}

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	assert(code != ERR_NONE);
	if (e == NULL)
		return false;
	/* The arguments may point into e itself, so print before clearing. */
	char message[sizeof e->message];
	va_list ap;
	va_start(ap, fmt);
	fill(message, sizeof message, fmt, ap);
	va_end(ap);
	err_clear(e);
	e->code = code;
	memcpy(e->message, message, sizeof message);
	return false;
}

bool err_at(struct err *e, enum err_code code, const char *pointer, const char *fmt, ...)
{
	assert(code != ERR_NONE);
	if (e == NULL)
		return false;
	if (e->code == ERR_NONE) {
		e->code = code;
		(void)snprintf(e->message, sizeof e->message, "%s", err_title(code));
	}
	e->item_count++;
	if (e->items_kept == ERR_ITEMS_MAX)
		return false;
	struct err_item *item = &e->items[e->items_kept++];
	int wanted = snprintf(item->pointer, sizeof item->pointer, "%s", pointer ? pointer : "");
	trim_to_whole_characters(item->pointer, sizeof item->pointer, wanted);
	va_list ap;
	va_start(ap, fmt);
	fill(item->message, sizeof item->message, fmt, ap);
	va_end(ap);
	return false;
}

static enum err_code code_from_wfm(enum wfm_status status)
{
	switch (status) {
	case WFM_INVALID:
	case WFM_INFEASIBLE:
		return ERR_INVALID;
	case WFM_NO_MEMORY:
		return ERR_UNAVAILABLE;
	case WFM_OK:
	case WFM_LIMIT:
	case WFM_CANCELLED:
	case WFM_INTERNAL:
		break;
	}
	return ERR_INTERNAL;
}

bool err_from_wfm(struct err *e, const struct wfm_error *w)
{
	enum err_code code = code_from_wfm(w->status);
	if (w->status == WFM_INVALID && w->path[0] != '\0')
		return err_at(e, code, w->path, "%s", w->message);
	return err_set(e, code, "%s",
		       w->message[0] != '\0' ? w->message : wfm_status_name(w->status));
}

void err_clear(struct err *e)
{
	if (e != NULL)
		memset(e, 0, sizeof *e);
}

int err_http_status(enum err_code code)
{
	assert((size_t)code < sizeof table / sizeof table[0]);
	return table[code].status;
}

const char *err_type(enum err_code code)
{
	assert((size_t)code < sizeof table / sizeof table[0]);
	return table[code].type;
}

const char *err_title(enum err_code code)
{
	assert((size_t)code < sizeof table / sizeof table[0]);
	return table[code].title;
}
