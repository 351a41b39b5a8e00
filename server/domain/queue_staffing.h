/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: what a requirement reckons with for one queue besides its targets: callers who gave up and
 * try again, taken off the forecast and put back by the formulas as many as then give up; and how
 * much longer chats take side by side. The history's own word on redials stands beside the setting.
 * One connection, one thread.
 */
#ifndef DOMAIN_QUEUE_STAFFING_H
#define DOMAIN_QUEUE_STAFFING_H

#include "server/domain/queue_inputs.h"
#include "server/domain/site_calendar.h"

struct queue_staffing {
	int64_t queue_id, redials; /* enum queue_redials */
	double redial_share, chat_stretch; /* as set; NaN: not */
	double again, discount, stretch;   /* as reckoned with; stretch NaN: no chat */
	bool redial_known;
	double redial_probability, redial_low, redial_high;
	const char *redial_reason;
};
extern const struct fields queue_staffing_fields, queue_staffing_new_fields;

/* ERR_NOT_FOUND. */
bool queue_staffing_get(struct db *db, struct arena *a, int64_t queue_id, struct queue_staffing *out,
			struct err *e);
/* ERR_INVALID names the member that does not fit the queue or the others. */
bool queue_staffing_put(struct db *db, struct arena *a, int64_t queue_id, const struct queue_staffing *in,
			struct queue_staffing *before, struct queue_staffing *after, struct err *e);

/* Fills in q->again and q->discount of a queue about to be staffed. */
bool queue_redials_used(struct db *db, struct arena *a, struct site_queue *q, struct err *e);

/* Each further chat at once lengthens handling by this share. */
static inline double queue_chat_stretch(const struct site_queue *q)
{
	return isnan(q->chat_stretch) ? 0.1 : q->chat_stretch;
}

#endif
