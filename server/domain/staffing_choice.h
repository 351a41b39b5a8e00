/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a planner takes the risk of a forecast when it becomes people: at its mean, on the average of
 * its scenarios, or so that a day reaches its target with a probability; and over what the targets
 * hold. A member of requests and queries (STAFFING_CHOICE_ROWS). Plain values; thread rule: none needed.
 */
#ifndef DOMAIN_STAFFING_CHOICE_H
#define DOMAIN_STAFFING_CHOICE_H

#include "server/base/field.h"
#include "wfm/staffing.h"

enum staffing_over { OVER_INTERVAL, OVER_DAY, OVER_WEEK };

struct staffing_choice {
	int64_t risk; /* enum wfm_risk */
	int64_t over; /* enum staffing_over; FIELD_NULL: each interval, with a chance each day */
	double probability, least;
	double idle_share; /* of live queues' idle time in which work that may wait gets done */
};

/* At the point forecast, interval by interval. */
#define STAFFING_CHOICE_PLAIN { .least = NAN, .idle_share = 0.5 }

extern const char *const staffing_risk_names[], *const staffing_over_names[];

/* Rows for the field table of a struct whose member `m` is a struct staffing_choice. */
#define STAFFING_CHOICE_ROWS(s, m)                                                               \
	{ .name = "risk", .type = FIELD_ENUM, .offset = offsetof(s, m.risk),                     \
	  .flags = FIELD_OPTIONAL, .names = staffing_risk_names, .fallback = "\"point\"",         \
	  .help = "staffed for: the point forecast, the average over its scenarios (expected), or a " \
		  "probability that the target is reached (chance)" },                           \
	{ .name = "over", .type = FIELD_ENUM, .offset = offsetof(s, m.over),                     \
	  .flags = FIELD_OPTIONAL, .names = staffing_over_names,                                 \
	  .help = "targets hold in each interval, day or week; absent: interval, with chance day" }, \
	{ .name = "probability", .type = FIELD_REAL, .offset = offsetof(s, m.probability),       \
	  .flags = FIELD_OPTIONAL, .min = 0.05, .max = 0.99, .fallback = "0.8",                  \
	  .help = "chance: of reaching the target" },                                            \
	{ .name = "least_service_level", .type = FIELD_REAL, .offset = offsetof(s, m.least),     \
	  .flags = FIELD_OPTIONAL, .min = 0, .max = 0.99,                                        \
	  .help = "over a day or week: no interval below this; absent: half of the target" },     \
	{ .name = "idle_share", .type = FIELD_REAL, .offset = offsetof(s, m.idle_share),         \
	  .flags = FIELD_OPTIONAL, .min = 0, .max = 1, .fallback = "0.5",                        \
	  .help = "share of the idle time of those who wait for contacts in which they do work that may " \
		  "wait, put aside when a contact comes; 0: they do none" }

/* Puts in what is absent. ERR_INVALID where the parts contradict each other; prefix "/" or "?". */
bool staffing_choice_resolve(struct staffing_choice *c, const char *prefix, struct err *e);

/* Each interval for itself, at the point forecast: what every channel has always had. */
static inline bool staffing_choice_plain(const struct staffing_choice *c)
{
	return c->risk == WFM_RISK_POINT && (c->over == OVER_INTERVAL || c->over == FIELD_NULL);
}

#endif
