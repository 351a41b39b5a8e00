/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/site_hours.h"

#include "server/base/clock.h"

static const struct field new_rows[] = {
	F_DATE(struct site_hours_set, valid_from, FIELD_OPTIONAL,
	       "local date from which they hold; none: from the beginning"),
	F_LIST(struct site_hours_set, hours, hours_count, 0, &opening_hours_fields, 0, 70,
	       "the whole week; empty: the change of that date is taken back"),
};
static const struct field set_rows[] = {
	F_DATE(struct site_hours_set, valid_from, FIELD_OPTIONAL,
	       "local date from which they hold; none: from the beginning"),
	F_BOOL(struct site_hours_set, in_force, 0, "whether they hold today"),
	F_LIST(struct site_hours_set, hours, hours_count, 0, &opening_hours_fields, 0, 70,
	       "the whole week"),
};
const struct fields site_hours_new_fields = FIELDS("SiteHoursNew", struct site_hours_set, new_rows);
const struct fields site_hours_set_fields = FIELDS("SiteHoursSet", struct site_hours_set, set_rows);

/* How the database says "from the beginning". */
static int64_t beginning(void)
{
	return date_from_ymd(1900, 1, 1);
}

bool site_hours_list(struct db *db, struct arena *a, int64_t site_id, struct site_hours_set **out,
		     size_t *count, struct err *e)
{
	struct site site;

	if (!site_get(db, a, site_id, &site, e) ||
	    !db_rows(db, SQL_SITE_HOURS_LIST, DB_ARGS(db_int("site_id", site_id)), NULL,
		     &site_hours_set_fields, a, (void **)out, count, e))
		return false;
	for (size_t i = 0; i < *count; i++)
		if ((*out)[i].valid_from == beginning())
			(*out)[i].valid_from = FIELD_NULL;
	return true;
}

static bool set_find(struct db *db, struct arena *a, int64_t site_id, int64_t valid_from,
		     struct site_hours_set *out, struct err *e)
{
	struct site_hours_set *all;
	size_t n;

	*out = (struct site_hours_set){ .valid_from = valid_from };
	if (!site_hours_list(db, a, site_id, &all, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (all[i].valid_from == valid_from)
			*out = all[i];
	return true;
}

bool site_hours_put(struct db *db, struct arena *a, int64_t site_id, const struct site_hours_set *in,
		    struct site_hours_set *before, struct site_hours_set *after, struct err *e)
{
	const struct db_from from = { &site_hours_new_fields, in };
	const struct db_arg *args = DB_ARGS(
		db_int("site_id", site_id),
		db_date("valid_from", in->valid_from == FIELD_NULL ? beginning() : in->valid_from));

	int64_t valid_from = in->valid_from == beginning() ? FIELD_NULL : in->valid_from;

	return set_find(db, a, site_id, valid_from, before, e) &&
	       opening_hours_check(a, in->hours, in->hours_count, e) &&
	       db_run(db, SQL_SITE_HOURS_DELETE, args, NULL, NULL, e) &&
	       db_run(db, SQL_SITE_HOURS_INSERT, args, &from, NULL, e) &&
	       set_find(db, a, site_id, valid_from, after, e);
}
