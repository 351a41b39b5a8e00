/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/session_form.h"
#include "server/cli/form_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/name_index.h"

enum { O = FIELD_OPTIONAL, CENTS_MAX = 1000000000 };

static const char *const session_kinds[] = { "training", "meeting", NULL }; /* WFM_TRAINING, WFM_MEETING */
/* Order of enum wfm_miss_reason; a unit test compares. */
static const char *const miss_reasons[] = { "never", "not_held", "off", "full", "breaks", "price", NULL };

_Static_assert(sizeof miss_reasons / sizeof miss_reasons[0] == WFM_MISS_REASONS + 1, "every word has a name");
_Static_assert(offsetof(struct form_session, name) == 0, "name_index_build reads the first member");

static const struct field session_rows[] = {
	F_TEXT(struct form_session, name, 0, 1, 80, "unique"),
	F_ENUM(struct form_session, kind, 0, session_kinds, "what it is called on the roster"),
	F_INT(struct form_session, minutes, 0, 5, 1440, "length"),
	F_LIST_OF(struct form_session, agents, agent_count, 0, FIELD_TEXT, 1, 20000, "who"),
	F_LIST(struct form_session, windows, window_count, O, &span_fields, 0, 500,
	       "it lies wholly in one of these; empty: any time of the plan"),
	F_BOOL(struct form_session, together, O, "all at one time; else everybody at a time of his own"),
	D_INT(struct form_session, quorum, 0, 20000, "0", "together: with fewer it is not held"),
	D_INT(struct form_session, at_once, 0, 20000, "0", "not together: at most so many at a time; 0: no limit"),
	D_INT(struct form_session, times, 1, WFM_MAX_SEATS, "1", "each so often, at most once a shift"),
	D_INT(struct form_session, margin_min, 0, 1440, "0", "minutes from either end of the shift"),
	F_BOOL(struct form_session, must, O, "missed only by who cannot be placed"),
	{ .name = "miss_cents", .type = FIELD_REAL, .offset = offsetof(struct form_session, miss_cents),
	  .flags = O, .max = CENTS_MAX, .fallback = "0", .help = "price each time an agent misses it" },
};
const struct fields session_fields = FIELDS("ProblemSession", struct form_session, session_rows);

static const struct field missed_rows[] = {
	F_TEXT(struct form_missed, session, 0, 1, 80, "name in the problem"),
	F_TEXT(struct form_missed, agent, 0, 1, 80, "who has it less often than asked"),
	F_INT(struct form_missed, times, 0, 1, WFM_MAX_SEATS, "how often less"),
	F_ENUM(struct form_missed, reason, 0, miss_reasons,
	       "never: no shift reaches its time; not_held: too few can be there; off: not at work then; full: no "
	       "place left; breaks: no stretch as long; price: dearer than missing it"),
};
const struct fields missed_fields = FIELDS("RosterMissed", struct form_missed, missed_rows);

/* ---- in ---------------------------------------------------------------------------------- */

static bool refuse(struct err *e, size_t i, const char *list, size_t k, const char *why)
{
	char place[80];
	(void)snprintf(place, sizeof place, "/sessions/%zu/%s/%zu", i, list, k);
	return err_at(e, ERR_INVALID, place, "%s", why);
}

/* First slot that begins at the instant or after it; far off is as good as just outside. */
static int32_t slot_after(const struct problem *p, int64_t utc)
{
	int64_t s = (int64_t)p->wfm.slot_min * 60, d = utc - p->origin, at = d / s + (d % s > 0);
	int64_t far = p->wfm.slot_count + 10000;
	return (int32_t)(at < -far ? -far : at > far ? far : at);
}

/* Only slots wholly inside the span count. */
static bool map_windows(struct arena *a, const struct problem *p, size_t i, struct wfm_session *to,
			struct err *e)
{
	const struct form_session *x = &p->form.sessions[i];
	const int64_t slot_s = (int64_t)p->wfm.slot_min * 60;
	struct wfm_span *spans = arena_array(a, x->window_count + 1, sizeof *spans);
	for (size_t k = 0; k < x->window_count; k++) {
		spans[k] = (struct wfm_span){ slot_after(p, x->windows[k].start),
					      slot_after(p, x->windows[k].end - slot_s + 1) };
		if (spans[k].start >= spans[k].end)
			return refuse(e, i, "windows", k, "must hold a slot at least");
	}
	to->windows = spans;
	to->window_count = (int32_t)x->window_count;
	return true;
}

static bool map_session(struct arena *a, const struct problem *p, const struct name_index *names, size_t i,
			struct wfm_session *to, struct err *e)
{
	const struct form_session *x = &p->form.sessions[i];
	int32_t *agents = arena_array(a, x->agent_count, sizeof *agents);
	for (size_t k = 0; k < x->agent_count; k++) {
		size_t at = 0;
		if (!name_index_find(names, x->agents[k], &at))
			return refuse(e, i, "agents", k, "is not one of the agents");
		agents[k] = (int32_t)at;
	}
	*to = (struct wfm_session){
		.name = x->name, .kind = x->kind == 0 ? WFM_TRAINING : WFM_MEETING,
		.minutes = (int32_t)x->minutes,
		.agents = agents, .agent_count = (int32_t)x->agent_count,
		.together = x->together, .quorum = (int32_t)x->quorum,
		.at_once = (int32_t)x->at_once, .times = (int32_t)x->times,
		.margin_min = (int32_t)x->margin_min, .must = x->must, .miss_cents = x->miss_cents,
	};
	return map_windows(a, p, i, to, e);
}

bool sessions_map(struct arena *a, struct problem *p, struct err *e)
{
	const struct problem_form *f = &p->form;
	struct name_index agents, sessions; /* the latter only for the names to be unique */
	struct wfm_session *to = arena_array(a, f->session_count + 1, sizeof *to);
	if (f->session_count == 0)
		return true;
	(void)name_index_build(&agents, a, f->agents, sizeof *f->agents, f->agent_count, "", false, NULL);
	bool ok = name_index_build(&sessions, a, f->sessions, sizeof *f->sessions, f->session_count,
				   "/sessions", false, e);
	for (size_t i = 0; ok && i < f->session_count; i++)
		ok = map_session(a, p, &agents, i, &to[i], e);
	p->wfm.sessions = to;
	p->wfm.session_count = (int32_t)f->session_count;
	return ok;
}

/* ---- rosters ----------------------------------------------------------------------------- */

bool session_find(const struct problem *p, const char *name, int32_t *x)
{
	for (size_t i = 0; i < p->form.session_count; i++)
		if (strcmp(p->form.sessions[i].name, name) == 0) {
			*x = (int32_t)i;
			return true;
		}
	return false;
}

struct form_missed *missed_write(struct arena *a, const struct problem *p, const struct wfm_roster *r,
				 size_t *n)
{
	*n = (size_t)r->missed_count;
	struct form_missed *out = arena_array(a, *n + 1, sizeof *out);
	for (size_t i = 0; i < *n; i++)
		out[i] = (struct form_missed){
			.session = p->form.sessions[r->missed[i].session].name,
			.agent = p->form.agents[r->missed[i].agent].name,
			.times = r->missed[i].times,
			.reason = (int64_t)r->missed[i].reason,
		};
	return out;
}

bool missed_read(struct arena *a, const struct problem *p, const struct form_missed *f, size_t n,
		 struct wfm_roster *r, struct err *e)
{
	if (n == 0)
		return true;
	r->missed = calloc(n, sizeof *r->missed);
	if (r->missed == NULL)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	r->missed_count = (int32_t)n;
	struct name_index agents;
	(void)name_index_build(&agents, a, p->form.agents, sizeof *p->form.agents, p->form.agent_count, "",
			       false, NULL);
	for (size_t i = 0; i < n; i++) {
		struct wfm_missed *to = &r->missed[i];
		char place[60];
		size_t agent = 0;
		*to = (struct wfm_missed){ .times = (int32_t)f[i].times,
					   .reason = (enum wfm_miss_reason)f[i].reason };
		(void)snprintf(place, sizeof place, "/missed/%zu", i);
		if (!session_find(p, f[i].session, &to->session) || !name_index_find(&agents, f[i].agent, &agent))
			return err_at(e, ERR_INVALID, place, "names no session or no agent of the problem");
		to->agent = (int32_t)agent;
	}
	return true;
}
