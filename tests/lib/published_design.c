/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Minimum shift design: how many start each shift each day, of as few different shifts as may be. Every
 * start and length a shift type allows is a duty on one queue; the agents are alike, free of rules and
 * as many as the work can use. A minute short or too many costs 1.
 */
#include "tests/lib/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SLOTS = 7 * 96, CENTS_AN_HOUR = 6000 };

/* The numbers after "name = ": one, or a list in brackets; returns how many. */
static int numbers(const char *text, const char *name, int *out, int most)
{
	const char *p = strstr(text, name);
	int n = 0;
	if (!p || !(p = strchr(p, '=')))
		return 0;
	p += strspn(p, "= [");
	while (n < most) {
		char *end;
		long v = strtol(p, &end, 10);
		if (end == p)
			break;
		out[n++] = (int)v;
		p = end + strspn(end, " ,");
	}
	return n;
}

static int list_duties(struct published *x, const char *text, int interval, int used)
{
	int from[8], to[8], shortest[8], longest[8], n = 0;
	int types = numbers(text, "minStart", from, 8);
	(void)numbers(text, "maxStart", to, 8);
	(void)numbers(text, "minLength", shortest, 8);
	(void)numbers(text, "maxLength", longest, 8);
	struct wfm_duty *d = arena_array(x->arena, WFM_MAX_DUTIES, sizeof *d);
	for (int k = 0; k < types; k++)
		for (int s = from[k]; s <= to[k]; s++)
			for (int l = shortest[k]; l <= longest[k]; l++) {
				if (n == WFM_MAX_DUTIES)
					return 0;
				d[n++] = (struct wfm_duty){ .start = s * interval % 1440, .minutes = l * interval,
							    .skill = WFM_NONE, .queue = 0,
							    .used_cents = 100.0 * used };
			}
	x->p.duties = d;
	x->p.duty_count = n;
	return n;
}

bool published_read_design(struct published *x, const char *path)
{
	int interval = 0, days = 0, used = 0, demand[MOST_SLOTS], top = 0;
	*x = (struct published){ .arena = arena_new(0) };
	const char *text = published_text(x, path);
	if (!text || numbers(text, "interval", &interval, 1) < 1 || numbers(text, "days", &days, 1) < 1 ||
	    numbers(text, "weightShiftInstances", &used, 1) < 1)
		return false;
	int slots = numbers(text, "demand", demand, MOST_SLOTS);
	if (slots != days * 1440 / interval || list_duties(x, text, interval, used) == 0)
		return false;
	published_calendar(x, days, 0, interval);
	x->p.cyclic = true;
	x->p.slot_count = slots;
	double *required = arena_array(x->arena, (size_t)slots, sizeof *required);
	for (int t = 0; t < slots; t++) {
		required[t] = demand[t];
		top = demand[t] > top ? demand[t] : top;
	}
	struct wfm_queue *q = arena_alloc(x->arena, sizeof *q);
	*q = (struct wfm_queue){ .skill = WFM_NONE, .site = WFM_NONE, .required = required,
				 .short1_cents = CENTS_AN_HOUR, .short2_cents = CENTS_AN_HOUR,
				 .surplus_cents = CENTS_AN_HOUR };
	x->p.queues = q;
	x->p.queue_count = 1;
	struct wfm_contract *c = arena_alloc(x->arena, sizeof *c);
	*c = (struct wfm_contract){ .name = "free" };
	x->p.contracts = c;
	x->p.contract_count = 1;
	int agents = 3 * top;
	struct wfm_agent *a = arena_array(x->arena, (size_t)agents, sizeof *a);
	for (int i = 0; i < agents; i++)
		a[i] = (struct wfm_agent){ .site = WFM_NONE, .previous_end = WFM_NONE };
	x->p.agents = a;
	x->p.agent_count = agents;
	return true;
}
