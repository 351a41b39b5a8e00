/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People for a week of bank-us-2003: contracts as those of the tours, paid by the hour, nobody must work.
 *
 *   full      5 x 8 h, two rests of 15 minutes, a meal of 30 or 60; pool for 80 % of the hours
 *   part 5    5 x 4-6 h, a rest; for 35 %          part 4   4 x 6 h, a rest; for 25 %
 */
#ifndef TESTS_BANK_STAFF_H
#define TESTS_BANK_STAFF_H

#include "wfm/schedule.h"

enum { BANK_CONTRACTS = 3, BANK_RULES = 8 };

struct bank_staff {
	struct wfm_rule_row rules[BANK_CONTRACTS][BANK_RULES];
	struct wfm_contract contracts[BANK_CONTRACTS];
	struct wfm_agent *agents; /* to be freed */
	int32_t agent_count;
};

/* For so many agent-hours of work; the struct must stay where it is. Aborts without memory. */
void bank_staff_fill(struct bank_staff *b, double hour_cents, double hours);

#endif
