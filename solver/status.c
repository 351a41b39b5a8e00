/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wfm/status.h"

#include <stdarg.h>
#include <stdio.h>

enum wfm_status wfm_fail(struct wfm_error *e, enum wfm_status status, const char *path,
			 const char *fmt, ...)
{
	if (e == NULL)
		return status;
	e->status = status;
	(void)snprintf(e->path, sizeof e->path, "%s", path ? path : "");
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof e->message, fmt, ap);
	va_end(ap);
	return status;
}

const char *wfm_status_name(enum wfm_status status)
{
	static const char *const names[] = { "ok",        "invalid",   "infeasible", "limit",
					     "cancelled", "no memory", "internal" };
	return (unsigned)status < sizeof names / sizeof names[0] ? names[status] : "unknown";
}
