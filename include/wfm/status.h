/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every fallible libwfm function tells its caller.
 *
 * A function returns an enum wfm_status and, when it takes a struct wfm_error,
 * fills it on anything but WFM_OK. The caller owns the struct; it holds no
 * pointers. Thread rule: no shared state, one struct per call.
 */
#ifndef WFM_STATUS_H
#define WFM_STATUS_H

enum wfm_status {
	WFM_OK = 0,
	WFM_INVALID,    /* the input breaks a documented condition; path names it */
	WFM_INFEASIBLE, /* well formed, but no answer exists; message says why */
	WFM_LIMIT,      /* stopped at a limit; the best found is returned */
	WFM_CANCELLED,  /* the callback asked to stop; the best found is returned */
	WFM_NO_MEMORY,
	WFM_INTERNAL,   /* a library below failed; message has its words */
};

struct wfm_error {
	enum wfm_status status;
	char path[160];    /* JSON-pointer-like place, e.g. /contracts/2/lengths */
	char message[320];
};

/* Fills e (which may be NULL) and returns status, so callers can `return wfm_fail(...)`. */
enum wfm_status wfm_fail(struct wfm_error *e, enum wfm_status status, const char *path,
			 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

const char *wfm_status_name(enum wfm_status status);

#endif
