/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few words of the calendar feed in each language. Constant data, safe from any thread. */
#ifndef CALENDAR_FEED_TEXT_H
#define CALENDAR_FEED_TEXT_H

#include "server/calendar/feed.h"

struct feed_words {
	const char *locale;
	const char *calendar[2]; /* by enum feed_variant */
	const char *kinds[6];    /* by enum feed_kind */
	const char *time_off;
};

const struct feed_words *feed_words_for(const char *locale);

#endif
