/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the public tables. */
#include "wfm/schedule.h"

#include <string.h>

const struct wfm_rule_info wfm_rules[WFM_RULE_COUNT] = {
#define ROW(id, name, traits, soft, many, meaning, unit) \
	{ WFM_RULE_##id, #name, meaning, unit, soft, many, traits },
	WFM_RULES(ROW)
#undef ROW
};

enum wfm_rule wfm_rule_by_name(const char *name)
{
	for (int i = 0; i < WFM_RULE_COUNT; i++)
		if (name && strcmp(wfm_rules[i].name, name) == 0)
			return wfm_rules[i].rule;
	return WFM_RULE_COUNT;
}

const char *wfm_activity_kind_name(enum wfm_activity_kind k)
{
	static const char *const names[] = { "work", "meal", "break", "training", "meeting", "travel" };
	return (unsigned)k < WFM_ACTIVITY_KINDS ? names[k] : "unknown";
}

const char *wfm_short_reason_name(enum wfm_short_reason r)
{
	static const char *const names[] = { "no_skill",    "away",  "no_shift",
					     "all_at_work", "counters", "hours", "price" };
	return (unsigned)r < WFM_SHORT_REASONS ? names[r] : "unknown";
}

const char *wfm_miss_reason_name(enum wfm_miss_reason r)
{
	static const char *const names[] = { "never", "not_held", "off", "full", "breaks", "price" };
	return (unsigned)r < WFM_MISS_REASONS ? names[r] : "unknown";
}

const char *wfm_breach_kind_name(enum wfm_breach_kind k)
{
	static const char *const names[] = { "rule",  "break",  "shape", "overlap",   "unavailable", "lock",
					     "closed", "skill", "unplanned", "cost", "bound", "duty", "session",
					     "counters", "travel" };
	return (unsigned)k < WFM_BREACH_KINDS ? names[k] : "unknown";
}

const char *wfm_phase_name(enum wfm_phase p)
{
	static const char *const names[] = { "start", "bound", "integer", "improve", "done" };
	return (unsigned)p <= WFM_PHASE_DONE ? names[p] : "unknown";
}
