/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One error form for the whole service: a code, a sentence, and the places it is about.
 *
 * The caller owns the struct (usually on the stack) and starts it with ERR_INIT. A fallible
 * function returns false after filling it; callers pass it up untouched. ERR_TABLE is the only
 * place that knows how a code becomes an HTTP status and a problem type.
 * Thread rule: no shared state.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include "wfm/status.h"

/*    code                 HTTP  problem type          title */
#define ERR_TABLE(X)                                                                             \
	X(ERR_NONE,             200, "none",               "No error")                           \
	X(ERR_MALFORMED,        400, "malformed",          "The request cannot be read")         \
	X(ERR_UNAUTHENTICATED,  401, "unauthenticated",    "Log in first")                       \
	X(ERR_FORBIDDEN,        403, "forbidden",          "Not allowed for this role")          \
	X(ERR_NOT_FOUND,        404, "not-found",          "Not found")                          \
	X(ERR_METHOD,           405, "method-not-allowed", "Method not allowed")                 \
	X(ERR_NOT_ACCEPTABLE,   406, "not-acceptable",     "No such representation")             \
	X(ERR_CONFLICT,         409, "conflict",           "In conflict with the present state") \
	X(ERR_STALE,            412, "stale",              "Changed by someone else meanwhile")  \
	X(ERR_TOO_LARGE,        413, "too-large",          "Too large")                          \
	X(ERR_MEDIA_TYPE,       415, "media-type",         "Unsupported media type")             \
	X(ERR_INVALID,          422, "invalid",            "The input is not valid")             \
	X(ERR_PRECONDITION,     428, "precondition",       "If-Match is required")               \
	X(ERR_THROTTLED,        429, "throttled",          "Too many attempts")                  \
	X(ERR_INTERNAL,         500, "internal",           "Internal error")                     \
	X(ERR_UNAVAILABLE,      503, "unavailable",        "Temporarily unavailable")

enum err_code {
#define X(code, status, type, title) code,
	ERR_TABLE(X)
#undef X
};

enum { ERR_ITEMS_MAX = 24 };

struct err_item {
	char pointer[160]; /* JSON pointer, "line 7, column offered", or flag name */
	char message[240];
};

struct err {
	enum err_code code;
	char message[400];
	size_t item_count; /* places found; those past ERR_ITEMS_MAX are counted, not kept */
	size_t items_kept;
	struct err_item items[ERR_ITEMS_MAX];
};

#define ERR_INIT { .code = ERR_NONE }

/* Replaces whatever e holds. Returns false so callers can `return err_set(...)`. e may be NULL. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds a place; sets code (and a general message) when e has none yet. Always returns false. */
bool err_at(struct err *e, enum err_code code, const char *pointer, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Translates a libwfm failure; WFM_INVALID -> ERR_INVALID with its path as pointer. Returns false. */
bool err_from_wfm(struct err *e, const struct wfm_error *w);

void err_clear(struct err *e);

int err_http_status(enum err_code code);
const char *err_type(enum err_code code);
const char *err_title(enum err_code code);

#endif
