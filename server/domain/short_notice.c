/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/short_notice.h"

#define NOTICE_ROWS                                                                                    \
	F_INT(struct short_notice, days, 0, 0, 60, "a change so many days ahead costs nothing more; 0: none does"), \
	F_REAL(struct short_notice, cents, 0, 0, 1e8, "a shift changed on the day itself; it falls evenly until then")

static const struct field new_rows[] = { NOTICE_ROWS };
static const struct field rows[] = {
	F_INT(struct short_notice, site_id, 0, 1, 1e15, "site"),
	NOTICE_ROWS,
};
const struct fields short_notice_new_fields = FIELDS("ShortNoticeNew", struct short_notice, new_rows);
const struct fields short_notice_fields = FIELDS("ShortNotice", struct short_notice, rows);

static bool get(struct db *db, struct arena *a, int64_t site_id, struct short_notice *out, struct err *e)
{
	return db_one(db, SQL_SHORT_NOTICE_GET, DB_ARGS(db_int("site_id", site_id)), NULL, &short_notice_fields, a,
		      out, e);
}

bool short_notice_put(struct db *db, struct arena *a, int64_t site_id, const struct short_notice *in,
		      struct short_notice *before, struct short_notice *after, struct err *e)
{
	const struct db_from from = { &short_notice_new_fields, in };
	if (!get(db, a, site_id, before, e))
		return false;
	if ((in->days > 0) != (in->cents > 0))
		return err_at(e, ERR_INVALID, in->days > 0 ? "/cents" : "/days", "must be above 0 when %s is, or both 0",
			      in->days > 0 ? "days" : "cents");
	return db_run(db, SQL_SHORT_NOTICE_SET, DB_ARGS(db_int("site_id", site_id)), &from, NULL, e) &&
	       get(db, a, site_id, after, e);
}
