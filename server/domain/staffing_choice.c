/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/staffing_choice.h"

#include <stdio.h>

const char *const staffing_risk_names[] = { "point", "expected", "chance", NULL };
const char *const staffing_over_names[] = { "interval", "day", "week", NULL };

bool staffing_choice_resolve(struct staffing_choice *c, const char *prefix, struct err *e)
{
	char at[24];

	if (c->over == FIELD_NULL)
		c->over = c->risk == WFM_RISK_CHANCE ? OVER_DAY : OVER_INTERVAL;
	if (c->risk != WFM_RISK_CHANCE || c->over != OVER_INTERVAL)
		return true;
	(void)snprintf(at, sizeof at, "%sover", prefix);
	return err_at(e, ERR_INVALID, at, "must be day or week with risk chance");
}
