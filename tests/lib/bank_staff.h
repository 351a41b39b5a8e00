/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A week of bank-us-2003 in quarters of an hour, and people for it: contracts as those of the tours, paid by
 * the hour, nobody must work.
 *
 *   full      5 x 8 h, two rests of 15 minutes, a meal of 30 or 60; pool for 80 % of the hours
 *   part 5    5 x 4-6 h, a rest; for 35 %          part 4   4 x 6 h, a rest; for 25 %
 */
#ifndef TESTS_BANK_STAFF_H
#define TESTS_BANK_STAFF_H

#include "tests/lib/real_series.h"
#include "wfm/schedule.h"

enum { BANK_CONTRACTS = 3, BANK_RULES = 8, BANK_DAY = 96, BANK_SLOTS = 7 * BANK_DAY };

struct bank_week {
	struct wfm_day days[7];
	struct wfm_calendar calendar; /* points into this struct: do not copy it */
	double volume[BANK_SLOTS];    /* calls */
	uint8_t open[BANK_SLOTS];     /* there were any */
};

/* From the series of five minutes, so many times its calls. False: a day from Monday to Friday is closed at noon. */
bool bank_week_fill(struct bank_week *w, const struct real_series *s, int32_t monday, double scale);

/* The breaks of the tours' full and part time, by length of shift. */
enum { BANK_FULL_BREAKS = 4, BANK_PART_BREAKS = 1 };
extern const struct wfm_break bank_full_breaks[BANK_FULL_BREAKS], bank_part_breaks[BANK_PART_BREAKS];
struct wfm_rule_row bank_rule(enum wfm_rule rule, int32_t low, int32_t high, int32_t step);

struct bank_staff {
	struct wfm_rule_row rules[BANK_CONTRACTS][BANK_RULES];
	struct wfm_contract contracts[BANK_CONTRACTS];
	struct wfm_agent *agents; /* to be freed */
	int32_t agent_count;
};

/* For so many agent-hours of work; the struct must stay where it is. Aborts without memory. */
void bank_staff_fill(struct bank_staff *b, double hour_cents, double hours);

#endif
