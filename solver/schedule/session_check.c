/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refuses sessions that make no sense; see problem.c. */
#include "solver/schedule/session.h"

#include <stdio.h>
#include <stdlib.h>

#define REFUSE(e, path, ...) return wfm_fail(e, WFM_INVALID, path, __VA_ARGS__)

static enum wfm_status check_form(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_session *x = &p->sessions[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/sessions/%d", i);
	if (x->kind != WFM_TRAINING && x->kind != WFM_MEETING)
		REFUSE(e, path, "kind must be training or meeting");
	if (x->minutes < p->slot_min || x->minutes % p->slot_min || x->minutes > 1440)
		REFUSE(e, path, "minutes must be a multiple of the slot of %d, up to 24 hours", p->slot_min);
	if (x->minutes / p->slot_min > p->slot_count)
		REFUSE(e, path, "longer than the plan");
	if (x->agent_count < 0 || x->quorum < 0 || x->at_once < 0 || x->times < 0 ||
	    x->margin_min < 0 || x->margin_min > 1440)
		REFUSE(e, path, "numbers must not be negative, nor the margin above 24 hours");
	if (x->times > WFM_MAX_SEATS || (x->together && x->times > 1))
		REFUSE(e, path, "at most %d times, and once when together", WFM_MAX_SEATS);
	if (x->together ? x->at_once > 0 : x->quorum > 0)
		REFUSE(e, path, "quorum is for sessions held together, at_once for others");
	if (x->quorum > x->agent_count)
		REFUSE(e, path, "the quorum of %d is more than its %d agents", x->quorum, x->agent_count);
	if (!(x->miss_cents >= 0 && x->miss_cents <= 1e9))
		REFUSE(e, path, "miss_cents must not be negative");
	for (int32_t k = 0; k < x->window_count; k++) {
		(void)snprintf(path, sizeof path, "/sessions/%d/windows/%d", i, k);
		if (x->windows[k].start >= x->windows[k].end)
			REFUSE(e, path, "must end after it starts");
	}
	return WFM_OK;
}

static enum wfm_status count_agents(const struct wfm_problem *p, int32_t i, int32_t *sits,
				    int32_t *seen, struct wfm_error *e)
{
	const struct wfm_session *x = &p->sessions[i];
	char path[96];
	for (int32_t k = 0; k < x->agent_count; k++) {
		int32_t a = x->agents[k];
		(void)snprintf(path, sizeof path, "/sessions/%d/agents/%d", i, k);
		if (a < 0 || a >= p->agent_count)
			REFUSE(e, path, "agent %d does not exist", a);
		if (seen[a] == i + 1)
			REFUSE(e, path, "agent %d stands twice", a);
		seen[a] = i + 1;
		sits[a] += x->times > 1 ? x->times : 1;
		if (sits[a] > WFM_MAX_SEATS)
			REFUSE(e, path, "at most %d sessions for an agent", WFM_MAX_SEATS);
	}
	return WFM_OK;
}

enum wfm_status session_check(const struct wfm_problem *p, struct wfm_error *e)
{
	if (p->session_count < 0 || p->session_count > WFM_MAX_SESSIONS)
		REFUSE(e, "/sessions", "at most %d sessions", WFM_MAX_SESSIONS);
	if (p->session_count == 0)
		return WFM_OK;
	int32_t *sits = calloc(2 * (size_t)p->agent_count + 1, sizeof *sits);
	if (!sits)
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the sessions");
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; s == WFM_OK && i < p->session_count; i++) {
		s = check_form(p, i, e);
		if (s == WFM_OK)
			s = count_agents(p, i, sits, sits + p->agent_count, e);
	}
	free(sits);
	return s;
}
