/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of methods; the first two are the baselines of every report card, the last mixes
 * the others. Shares before evidence: the day-level models alike, the state-space model more
 * with every month whose calendar it has seen, the baselines a twentieth.
 */
#include "fc.h"

static const struct fc_method *const methods[] = {
	&fc_seasonal_naive,
	&fc_four_week_mean,
	&fc_day_profile_ar,
	&fc_state_space,
	&fc_svd_scores,
	&fc_croston,
	&fc_weighted,
};

const struct fc_method *fc_method_at(int index)
{
	if (index < 0 || index >= (int)(sizeof methods / sizeof methods[0]))
		return NULL;
	return methods[index];
}

const char *wfm_forecast_method_name(int index)
{
	const struct fc_method *m = fc_method_at(index);
	return m != NULL ? m->name : NULL;
}
