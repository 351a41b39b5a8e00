/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/subscribe_calendar.h"

#include <qrencode.h>
#include <string.h>
#include "server/base/secret.h"

static const struct field request_rows[] = {
	F_TEXT(struct calendar_request, name, 0, 1, 60, "the device, as its owner calls it"),
};
const struct fields calendar_request_fields =
	FIELDS("CalendarRequest", struct calendar_request, request_rows);

static const struct field subscription_rows[] = {
	F_INT(struct calendar_subscription, id, 0, 0, 0, "permanent id"),
	F_TEXT(struct calendar_subscription, name, 0, 0, 0, "the device"),
	F_INSTANT(struct calendar_subscription, created_at, 0, "when its present URL was made"),
	F_INSTANT(struct calendar_subscription, last_used_at, FIELD_OPTIONAL,
		  "last poll, to the hour; null: never"),
};
const struct fields calendar_subscription_fields =
	FIELDS("CalendarSubscription", struct calendar_subscription, subscription_rows);

static const struct field secret_rows[] = {
	F_INT(struct calendar_secret, id, 0, 0, 0, "permanent id"),
	F_TEXT(struct calendar_secret, name, 0, 0, 0, "the device"),
	F_TEXT(struct calendar_secret, url, 0, 0, 0, "secret address of the feed, shown this once"),
	F_TEXT(struct calendar_secret, webcal_url, 0, 0, 0, "the same for Apple Calendar"),
	F_TEXT(struct calendar_secret, activities_url, 0, 0, 0,
	       "a second feed with one event an activity"),
	F_TEXT(struct calendar_secret, qr_svg, 0, 0, 0, "QR code of webcal_url as an SVG image"),
};
const struct fields calendar_secret_fields =
	FIELDS("CalendarSecret", struct calendar_secret, secret_rows);

static const struct field state_rows[] = {
	F_INT(struct calendar_state, token_id, 0, 0, 0, ""),
	F_INT(struct calendar_state, agent_id, 0, 0, 0, ""),
	F_INT(struct calendar_state, feed_version, 0, 0, 0, ""),
	F_INSTANT(struct calendar_state, changed_at, 0, ""),
	F_TEXT(struct calendar_state, locale, 0, 0, 0, ""),
	F_TEXT(struct calendar_state, zone_name, 0, 0, 0, ""),
	F_BOOL(struct calendar_state, note_use, 0, ""),
};
static const struct fields state_fields =
	FIELDS("CalendarState", struct calendar_state, state_rows);

/* ---- subscriptions ---- */

/* Dark modules as one path of unit squares, with the quiet zone of four modules. */
static bool qr_svg(struct arena *a, const char *text, const char **out, struct err *e)
{
	enum { QUIET = 4, SVG_MAX = 1 << 18 };
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	struct strbuf s;

	if (!qr)
		return err_set(e, ERR_INTERNAL, "cannot draw the QR code");
	strbuf_init(&s, SVG_MAX);
	int side = qr->width + 2 * QUIET;
	strbuf_printf(&s,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		      "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
		      "<path d=\"",
		      side, side, side, side);
	for (int y = 0; y < qr->width; y++) {
		for (int x = 0; x < qr->width; x++) {
			int run = 0;

			while (x + run < qr->width && (qr->data[y * qr->width + x + run] & 1))
				run++;
			if (run == 0)
				continue;
			strbuf_printf(&s, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
			x += run - 1;
		}
	}
	strbuf_puts(&s, "\"/></svg>");
	QRcode_free(qr);
	bool ok = !s.overflow;
	if (ok)
		*out = arena_strndup(a, s.data, s.len);
	strbuf_free(&s);
	return ok || err_set(e, ERR_INTERNAL, "the QR code outgrew its buffer");
}

static bool secret_urls(struct arena *a, const struct calendar_subscription *row,
			const char *origin, const char *token, struct calendar_secret *out,
			struct err *e)
{
	const char *host = strstr(origin, "://");

	if (!host)
		return err_set(e, ERR_INTERNAL, "public-url must begin with https:// or http://");
	out->id = row->id;
	out->name = row->name;
	out->url = arena_printf(a, "%s/cal/v1/%s/shifts.ics", origin, token);
	out->activities_url = arena_printf(a, "%s/cal/v1/%s/activities.ics", origin, token);
	out->webcal_url = arena_printf(a, "webcal%s/cal/v1/%s/shifts.ics", host, token);
	return qr_svg(a, out->webcal_url, &out->qr_svg, e);
}

static bool issue(struct db *db, struct arena *a, enum sql_id statement, const struct db_arg *args,
		  const char *token, const char *origin, struct calendar_secret *out,
		  struct calendar_subscription *logged, struct err *e)
{
	return db_one(db, statement, args, NULL, &calendar_subscription_fields, a, logged, e) &&
	       secret_urls(a, logged, origin, token, out, e);
}

static bool new_token(char token[SECRET_TOKEN_TEXT], char hash[SECRET_HASH_HEX], struct err *e)
{
	secret_token(token);
	return secret_hash(token, hash) || err_set(e, ERR_INTERNAL, "cannot hash a new token");
}

bool calendar_subscribe(struct db *db, struct arena *a, int64_t agent_id, const char *name,
			const char *origin, struct calendar_secret *out,
			struct calendar_subscription *logged, struct err *e)
{
	char token[SECRET_TOKEN_TEXT], hash[SECRET_HASH_HEX];
	int64_t have;

	if (!db_int_value(db, SQL_FEED_COUNT, DB_ARGS(db_int("agent_id", agent_id)), NULL, &have, e))
		return false;
	if (have >= CALENDAR_SUBSCRIPTIONS_MAX)
		return err_set(e, ERR_CONFLICT, "at most %d calendars can subscribe; remove one first",
			       CALENDAR_SUBSCRIPTIONS_MAX);
	return new_token(token, hash, e) &&
	       issue(db, a, SQL_FEED_INSERT,
		     DB_ARGS(db_int("agent_id", agent_id), db_text("token_hash", hash),
			     db_text("name", name)),
		     token, origin, out, logged, e);
}

bool calendar_rotate(struct db *db, struct arena *a, int64_t agent_id, int64_t id,
		     const char *origin, struct calendar_secret *out,
		     struct calendar_subscription *logged, struct err *e)
{
	char token[SECRET_TOKEN_TEXT], hash[SECRET_HASH_HEX];

	return new_token(token, hash, e) &&
	       issue(db, a, SQL_FEED_ROTATE,
		     DB_ARGS(db_int("agent_id", agent_id), db_int("feed_id", id),
			     db_text("token_hash", hash)),
		     token, origin, out, logged, e);
}

bool calendar_revoke(struct db *db, struct arena *a, int64_t agent_id, int64_t id,
		     struct calendar_subscription *logged, struct err *e)
{
	return db_one(db, SQL_FEED_REVOKE, DB_ARGS(db_int("agent_id", agent_id), db_int("feed_id", id)),
		      NULL, &calendar_subscription_fields, a, logged, e);
}

/* ---- polls ---- */

static bool no_such_feed(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "no such calendar");
}

bool calendar_state_get(struct db *db, struct arena *a, const char *token,
			struct calendar_state *out, struct err *e)
{
	char hash[SECRET_HASH_HEX];

	if (!secret_hash(token, hash))
		return no_such_feed(e);
	if (!db_one(db, SQL_FEED_STATE, DB_ARGS(db_text("token_hash", hash)), NULL, &state_fields, a,
		    out, e))
		return e->code == ERR_NOT_FOUND ? no_such_feed(e) : false;
	return zone_find(out->zone_name, &out->zone, e);
}

const char *calendar_tag(struct arena *a, const struct calendar_state *s, enum feed_variant v)
{
	return arena_printf(a, "%d%c-%lld-%lld-%08x", FEED_FORM, v == FEED_SHIFTS ? 's' : 'a',
			    (long long)s->feed_version, (long long)s->changed_at,
			    (unsigned)zone_digest(s->zone));
}

bool calendar_note_use(struct db *db, const struct calendar_state *s, struct err *e)
{
	return !s->note_use ||
	       db_run(db, SQL_FEED_NOTE_USE, DB_ARGS(db_int("token_id", s->token_id)), NULL, NULL, e);
}

/* ---- the document ---- */

struct shift_row {
	int64_t id;
	const char *uid;
	int64_t sequence, changed_at, start_at, end_at;
	const char *site;
};
static const struct field shift_rows[] = {
	F_INT(struct shift_row, id, 0, 0, 0, ""),
	F_TEXT(struct shift_row, uid, 0, 0, 0, ""),
	F_INT(struct shift_row, sequence, 0, 0, 0, ""),
	F_INSTANT(struct shift_row, changed_at, 0, ""),
	F_INSTANT(struct shift_row, start_at, 0, ""),
	F_INSTANT(struct shift_row, end_at, 0, ""),
	F_TEXT(struct shift_row, site, FIELD_OPTIONAL, 0, 0, ""), /* time off has none */
};
static const struct fields shift_row_fields = FIELDS("FeedShift", struct shift_row, shift_rows);

struct activity_row {
	int64_t shift_id, kind, start_at, end_at;
	const char *queue;
};
/* In the order of enum feed_kind. */
static const char *const kinds[] = { "work", "break", "meal", "training", "meeting", "travel", NULL };
static const struct field activity_rows[] = {
	F_INT(struct activity_row, shift_id, 0, 0, 0, ""),
	F_ENUM(struct activity_row, kind, 0, kinds, ""),
	F_TEXT(struct activity_row, queue, FIELD_OPTIONAL, 0, 0, ""),
	F_INSTANT(struct activity_row, start_at, 0, ""),
	F_INSTANT(struct activity_row, end_at, 0, ""),
};
static const struct fields activity_row_fields =
	FIELDS("FeedActivity", struct activity_row, activity_rows);

static struct feed_activity *activities_of(struct arena *a, const struct activity_row *rows,
					   size_t count)
{
	struct feed_activity *out = arena_array(a, count + 1, sizeof *out);

	for (size_t i = 0; i < count; i++)
		out[i] = (struct feed_activity){ .kind = (enum feed_kind)rows[i].kind,
						 .queue = rows[i].queue,
						 .start = rows[i].start_at,
						 .end = rows[i].end_at };
	return out;
}

/* Activities come in the order of their shifts, so each shift takes the next stretch. */
static bool load_shifts(struct db *db, struct arena *a, const struct db_arg *args, struct feed *f,
			struct err *e)
{
	struct shift_row *rows;
	struct activity_row *acts;
	size_t count, act_count, next = 0;

	if (!db_rows(db, SQL_FEED_SHIFTS, args, NULL, &shift_row_fields, a, (void **)&rows, &count, e) ||
	    !db_rows(db, SQL_FEED_ACTIVITIES, args, NULL, &activity_row_fields, a, (void **)&acts,
		     &act_count, e))
		return false;
	struct feed_activity *activities = activities_of(a, acts, act_count);
	struct feed_shift *shifts = arena_array(a, count + 1, sizeof *shifts);
	for (size_t i = 0; i < count; i++) {
		size_t first = next;

		while (next < act_count && acts[next].shift_id == rows[i].id)
			next++;
		shifts[i] = (struct feed_shift){ .uid = rows[i].uid,
						 .sequence = rows[i].sequence,
						 .changed_at = rows[i].changed_at,
						 .start = rows[i].start_at,
						 .end = rows[i].end_at,
						 .site = rows[i].site,
						 .activities = activities + first,
						 .activity_count = next - first };
	}
	f->shifts = shifts;
	f->shift_count = count;
	return true;
}

static bool load_time_off(struct db *db, struct arena *a, const struct db_arg *args, struct feed *f,
			  struct err *e)
{
	struct shift_row *rows;
	size_t count;

	if (!db_rows(db, SQL_FEED_TIME_OFF, args, NULL, &shift_row_fields, a, (void **)&rows, &count, e))
		return false;
	struct feed_time_off *off = arena_array(a, count + 1, sizeof *off);
	for (size_t i = 0; i < count; i++)
		off[i] = (struct feed_time_off){ .uid = rows[i].uid,
						 .sequence = rows[i].sequence,
						 .changed_at = rows[i].changed_at,
						 .start = rows[i].start_at,
						 .end = rows[i].end_at };
	f->time_off = off;
	f->time_off_count = count;
	return true;
}

bool calendar_document(struct db *db, struct arena *a, const char *token, enum feed_variant v,
		       struct calendar_state *state, struct strbuf *out, struct err *e)
{
	struct feed f = { 0 };
	bool ok;

	/* The tag and the bytes must be of one moment, or a strong ETag would lie. */
	if (!db_begin(db, e))
		return false;
	ok = db_run(db, SQL_FEED_SNAPSHOT, DB_NONE, NULL, NULL, e) &&
	     calendar_state_get(db, a, token, state, e);
	if (ok) {
		const struct db_arg *args = DB_ARGS(db_int("agent_id", state->agent_id),
						    db_int("events_max", FEED_EVENTS_MAX));

		f.locale = state->locale;
		f.zone = state->zone;
		ok = load_shifts(db, a, args, &f, e) && load_time_off(db, a, args, &f, e) &&
		     feed_render(&f, v, out, e);
	}
	if (ok)
		return db_commit(db, e);
	db_rollback(db);
	return false;
}
