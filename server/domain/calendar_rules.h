/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: special days that rules give: a country's public holidays, and paydays.
 *
 * Written days may be written again at any time: the same request changes nothing, and a rule that
 * was corrected moves its days. Days that somebody entered by hand are never changed or removed.
 * Writes join the caller's transaction. One connection, one thread.
 */
#ifndef DOMAIN_CALENDAR_RULES_H
#define DOMAIN_CALENDAR_RULES_H

#include "server/domain/catalogue.h"

struct holiday_query {
	const char *country;
	int64_t year;
};

struct holiday_day {
	int64_t day, kind; /* kind: holiday, or observance when it is no day off by law */
	const char *group, *name;
	bool substitute;
};

struct holiday_land {
	const char *code, *name;
};

struct holiday_request {
	const char *country;
	int64_t from_year, to_year; /* to_year FIELD_NULL: from_year alone */
	int64_t doors;              /* FIELD_NULL: those written before stay as they are */
	bool observances;
};

struct payday_request {
	const char *country, *name;
	int64_t site_id, queue_id, from_year, to_year, moved;
	int64_t *days;
	size_t day_count;
};

struct rules_written {
	int64_t days, inserted, changed, removed;
};

extern const struct fields holiday_query_fields, holiday_day_fields, holiday_land_fields,
	holiday_request_fields, payday_request_fields, rules_written_fields;

/* ERR_INVALID at ?country when no rules are known for it. Of two on one day the statutory one, else the
 * first, stands; its name names both. */
bool holidays_list(struct arena *a, const struct holiday_query *q, struct holiday_day **out,
		   size_t *count, struct err *e);
void holiday_lands(struct arena *a, struct holiday_land **out, size_t *count);

bool holidays_write(struct db *db, struct arena *a, const struct holiday_request *r,
		    struct rules_written *out, struct err *e);
bool paydays_write(struct db *db, struct arena *a, const struct payday_request *r,
		   struct rules_written *out, struct err *e);

#endif
