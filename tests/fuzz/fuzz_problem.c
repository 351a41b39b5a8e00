/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a problem file and, after a NUL byte, a roster file for it. What the form lets
 * through, the library's own check must accept; any roster must be judged without a crash.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/roster_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void judge(struct arena *a, const struct problem *p, const char *text, size_t len)
{
	struct err e = ERR_INIT;
	struct wfm_roster *r = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error w;
	struct roster_claims claims;
	if (!roster_read(a, p, text, len, &r, &claims, &e)) {
		check(e.code != ERR_NONE);
		return;
	}
	enum wfm_status status = wfm_schedule_verify(&p->wfm, r, claims.cost, &report, &w);
	if (status == WFM_OK) {
		struct strbuf s;
		const struct json *j;
		strbuf_init(&s, 16 << 20);
		report_write(a, p, report, &s);
		check(!s.overflow && json_parse(a, s.data, s.len, s.len, &j, &e));
		if (report->breach_count == 0) { /* what is sound can be written again */
			strbuf_reset(&s);
			roster_write(a, p, r, WFM_OK, claims.changed ? &claims.changes : NULL, &s);
			check(!s.overflow && json_parse(a, s.data, s.len, s.len, &j, &e));
		}
		strbuf_free(&s);
	}
	wfm_report_free(report);
	wfm_roster_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct err e = ERR_INIT;
	struct problem p;
	if (!started)
		check(zones_start(&e));
	started = true;
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	size_t len = nul != NULL ? (size_t)(nul - data) : size;
	struct arena *a = arena_new(64 << 20);
	if (problem_read(a, (const char *)data, len, &p, &e)) {
		struct wfm_error w;
		check(wfm_problem_check(&p.wfm, &w) == WFM_OK);
		if (nul != NULL)
			judge(a, &p, (const char *)nul + 1, size - len - 1);
	} else {
		check(e.code != ERR_NONE);
	}
	arena_free(a);
	return 0;
}
