/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of `cuadrante staff` that are more than a number. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/staff_rows.h"

bool staff_parse_target(const char *text, struct wfm_target *t, struct err *e)
{
	char *end;
	double share = strtod(text, &end);
	if (end == text || *end != '/')
		return err_at(e, ERR_INVALID, "--target", "must be like 80/20: percent/seconds");
	const char *rest = end + 1;
	double within = strtod(rest, &end);
	if (end != rest && *end == '\0' && share >= 100)
		return err_at(e, ERR_INVALID, "--target",
			      "no staffing answers every contact in time for certain: ask for less than "
			      "100 percent, 99.9 for instance");
	if (end == rest || *end != '\0' || !(share > 0 && share < 100) || !(within >= 0) ||
	    !isfinite(within))
		return err_at(e, ERR_INVALID, "--target",
			      "needs a percentage above 0 and below 100, and seconds from 0");
	t->service_level = share / 100;
	t->within_s = within;
	return true;
}

bool staff_parse_shrinkage(const char *text, struct wfm_staffing_options *o, struct err *e)
{
	const char *p = text;
	for (;;) {
		char *end;
		double s = strtod(p, &end);
		if (end == p || !(s >= 0 && s < 1) || (*end != ',' && *end != '\0'))
			return err_at(e, ERR_INVALID, "--shrinkage",
				      "must be shares from 0 to below 1, like 0.3 or 0.1,0.2");
		if (o->n_shrinkage == WFM_MAX_SHRINKAGE)
			return err_at(e, ERR_INVALID, "--shrinkage", "has more than %d factors",
				      WFM_MAX_SHRINKAGE);
		o->shrinkage[o->n_shrinkage++] = s;
		if (*end == '\0')
			return true;
		p = end + 1;
	}
}

bool staff_parse_pace(const struct staff_pace *pace, int64_t seconds, double *per_interval, struct err *e)
{
	static const char *const names[] = { "", "/hour", "/day", "/month" };
	char *end;
	double units = strtod(pace->text, &end);
	enum wfm_pace per = WFM_PACE_INTERVAL;
	while (per <= WFM_PACE_MONTH && strcmp(names[per], end) != 0)
		per++;
	if (end == pace->text || per > WFM_PACE_MONTH || !(units > 0) || !isfinite(units))
		return err_at(e, ERR_INVALID, "--per-person",
			      "must be like 20/day, 300/month, 2.5/hour, or a number an interval");
	*per_interval = wfm_portfolio_pace(units, per, pace->day_hours, pace->month_days, (int)seconds);
	return true;
}
