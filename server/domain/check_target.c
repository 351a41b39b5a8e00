/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/check_target.h"

#include <math.h>

#include "server/domain/site_calendar.h"

bool check_target_share(double share, const char *pointer, struct err *e)
{
	return isnan(share) || share <= 0.9999 ||
	       err_at(e, ERR_INVALID, pointer,
		      "no number of people answers every contact in time: ask for at most 0.9999");
}

bool check_max_abandoned(double share, const char *pointer, struct err *e)
{
	return isnan(share) || share >= 0.0001 ||
	       err_at(e, ERR_INVALID, pointer,
		      "as long as callers can give up some will: ask for at least 0.0001");
}

bool check_max_asa(double seconds, const char *pointer, struct err *e)
{
	return isnan(seconds) || seconds > 0 ||
	       err_at(e, ERR_INVALID, pointer,
		      "must be above 0: with any number of people somebody waits a moment");
}

bool check_patience(double seconds, const char *pointer, struct err *e)
{
	return isnan(seconds) || seconds >= 0.1 ||
	       err_at(e, ERR_INVALID, pointer,
		      "must be at least 0.1 seconds; leave it out where nobody gives up");
}

bool check_aht(double seconds, const char *pointer, struct err *e)
{
	return isnan(seconds) || seconds >= 1 ||
	       err_at(e, ERR_INVALID, pointer,
		      "must be at least 1 second: contacts that take no time need nobody");
}

bool check_concurrency(double chats, const char *pointer, struct err *e)
{
	return isnan(chats) || chats == floor(chats) ||
	       err_at(e, ERR_INVALID, pointer, "must be a whole number: an agent has no half chats");
}

bool check_turnaround(int64_t minutes, int64_t interval_min, const char *pointer, struct err *e)
{
	int least = site_staffing_minutes(interval_min);
	return minutes == FIELD_NULL || minutes >= least ||
	       err_at(e, ERR_INVALID, pointer,
		      "must be at least %d minutes: work counted in intervals of %lld cannot be due sooner", least,
		      (long long)interval_min);
}
