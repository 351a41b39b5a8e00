/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/queue_staffing.h"

static const struct field staffing_rows[] = {
	F_INT(struct queue_staffing, queue_id, 0, 1, 1e15, "queue"),
	F_ENUM(struct queue_staffing, redials, 0, queue_redials_names,
	       "none: every contact counts; given: by redial_share; estimated: by the history"),
	F_REAL(struct queue_staffing, redial_share, FIELD_OPTIONAL, 0, 0.95,
	       "given: share of the abandoned who call again"),
	F_REAL(struct queue_staffing, chat_stretch, FIELD_OPTIONAL, 0, 1,
	       "chat: each further one at once lengthens handling by this share; null: not known"),
	F_REAL(struct queue_staffing, again, 0, 0, 1, "share of the abandoned reckoned to call again"),
	F_REAL(struct queue_staffing, discount, 0, 0, 1, "share of the forecast that is taken off for it"),
	F_REAL(struct queue_staffing, stretch, FIELD_OPTIONAL, 0, 1, "stretch reckoned with; null: no chat"),
	F_BOOL(struct queue_staffing, redial_known, 0, "whether the last half year tells who calls again"),
	F_REAL(struct queue_staffing, redial_probability, FIELD_OPTIONAL, 0, 1, "its estimate"),
	F_REAL(struct queue_staffing, redial_low, FIELD_OPTIONAL, 0, 1, "95 % interval from"),
	F_REAL(struct queue_staffing, redial_high, FIELD_OPTIONAL, 0, 1, "95 % interval to"),
	F_TEXT(struct queue_staffing, redial_reason, 0, 0, 200, "what it rests on"),
};
const struct fields queue_staffing_fields =
	FIELDS("QueueStaffing", struct queue_staffing, staffing_rows);

static const struct field new_rows[] = {
	F_ENUM(struct queue_staffing, redials, 0, queue_redials_names,
	       "none: every contact counts; given: by redial_share; estimated: by the history"),
	F_REAL(struct queue_staffing, redial_share, FIELD_OPTIONAL, 0, 0.95,
	       "given: share of the abandoned who call again"),
	F_REAL(struct queue_staffing, chat_stretch, FIELD_OPTIONAL, 0, 0.99,
	       "chat: each further one at once lengthens handling by this share; absent: not known"),
};
const struct fields queue_staffing_new_fields =
	FIELDS("QueueStaffingNew", struct queue_staffing, new_rows);

struct queue_setting {
	int64_t channel, redials;
	double redial_share, chat_stretch, patience_s;
	const char *code;
};
static const char *const channels[] = { "voice",    "chat",	 "walk_in", "email",
					"back_office", "outbound", NULL }; /* enum wfm_channel */
static const struct field setting_rows[] = {
	F_TEXT(struct queue_setting, code, 0, 0, 0, ""),
	F_ENUM(struct queue_setting, channel, 0, channels, ""),
	F_ENUM(struct queue_setting, redials, 0, queue_redials_names, ""),
	F_REAL(struct queue_setting, redial_share, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct queue_setting, chat_stretch, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct queue_setting, patience_s, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields setting_fields = FIELDS("QueueSetting", struct queue_setting, setting_rows);

/* Who never gives up never calls again, and mail does not call. */
static bool may_call_again(const struct site_queue *q)
{
	return q->redials != REDIALS_NONE && site_queue_is_live(q) && !isnan(q->patience_s);
}

/* Calls again are no demand of their own: what the forecast counts of them comes off, and the formulas
 * put back as many as then give up. */
static void use_redials(struct site_queue *q, const struct queue_redials_seen *seen)
{
	q->again = q->redials == REDIALS_GIVEN ? q->redial_share : seen->probability;
	q->discount = q->again > 0 ? seen->discount : 0;
}

static double given_share(const struct site_queue *q)
{
	return q->redials == REDIALS_GIVEN ? q->redial_share : NAN;
}

bool queue_redials_used(struct db *db, struct arena *a, struct site_queue *q, struct err *e)
{
	struct queue_redials_seen seen;

	if (!may_call_again(q))
		return true;
	if (!queue_redials_look(db, a, q->id, given_share(q), &seen, e))
		return false;
	use_redials(q, &seen);
	return true;
}

static bool find_setting(struct db *db, struct arena *a, int64_t queue_id, struct queue_setting *s,
			 struct err *e)
{
	return db_one(db, SQL_QUEUE_STAFFING_GET, DB_ARGS(db_int("queue_id", queue_id)), NULL,
		      &setting_fields, a, s, e);
}

bool queue_staffing_get(struct db *db, struct arena *a, int64_t queue_id, struct queue_staffing *out,
			struct err *e)
{
	struct queue_setting s;
	struct queue_redials_seen seen;

	if (!find_setting(db, a, queue_id, &s, e))
		return false;
	struct site_queue q = { .id = queue_id, .channel = s.channel, .redials = s.redials,
				.redial_share = s.redial_share, .chat_stretch = s.chat_stretch,
				.patience_s = s.patience_s };
	if (!queue_redials_look(db, a, queue_id, given_share(&q), &seen, e))
		return false;
	if (may_call_again(&q))
		use_redials(&q, &seen);
	*out = (struct queue_staffing){
		.queue_id = queue_id, .redials = s.redials, .redial_share = s.redial_share,
		.chat_stretch = s.chat_stretch, .again = q.again, .discount = q.discount,
		.stretch = s.channel == WFM_CHAT ? queue_chat_stretch(&q) : NAN,
		.redial_known = seen.known, .redial_probability = seen.known ? seen.probability : NAN,
		.redial_low = seen.low, .redial_high = seen.high, .redial_reason = seen.reason,
	};
	return true;
}

static bool check(const struct queue_setting *s, const struct queue_staffing *in, struct err *e)
{
	bool ok = true;
	if ((in->redials == REDIALS_GIVEN) != !isnan(in->redial_share))
		ok = err_at(e, ERR_INVALID, "/redial_share",
			    in->redials == REDIALS_GIVEN ? "is needed with redials given"
							 : "belongs to redials given only");
	if (in->redials != REDIALS_NONE && isnan(s->patience_s))
		ok = err_at(e, ERR_INVALID, "/redials",
			    "queue %s has no patience: nobody gives up there, so nobody calls again", s->code);
	if (!isnan(in->chat_stretch) && s->channel != WFM_CHAT)
		ok = err_at(e, ERR_INVALID, "/chat_stretch", "queue %s is no chat", s->code);
	return ok;
}

bool queue_staffing_put(struct db *db, struct arena *a, int64_t queue_id, const struct queue_staffing *in,
			struct queue_staffing *before, struct queue_staffing *after, struct err *e)
{
	const struct db_from from = { &queue_staffing_new_fields, in };
	struct queue_setting s;

	return find_setting(db, a, queue_id, &s, e) && check(&s, in, e) &&
	       queue_staffing_get(db, a, queue_id, before, e) &&
	       db_run(db, SQL_QUEUE_STAFFING_SET, DB_ARGS(db_int("queue_id", queue_id)), &from, NULL, e) &&
	       queue_staffing_get(db, a, queue_id, after, e);
}
