/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training and meetings in plans of duties; see duty_session.c. Owned by the caller; one thread.
 */
#ifndef WFM_SCHEDULE_DUTY_SESSION_H
#define WFM_SCHEDULE_DUTY_SESSION_H

#include "solver/schedule/duty.h"

struct duty_seats {
	struct duty_solve *s;
	const struct duty_model *m;
	struct duty_tour *tour; /* [agents] theirs, when has */
	bool *has;              /* [agents] has a tour */
	int32_t *first, *sit;   /* [agents + 1] into sit and start: sessions, one entry a time */
	int32_t *start;         /* slot of the agent's shift; -1: missed */
	uint8_t *ok;            /* [sessions x slots] it may begin there */
	int32_t *busy;          /* [sessions x slots] who is there */
	int32_t *at, *present;  /* [sessions] together: when, -1 not at all; how many */
	double *price;          /* [sessions] of missing it once, as the search sees it */
	double *people;         /* [rows] */
	double tours, rows, missed; /* cents: tours, demand, sessions missed as the search sees them */
	double *cents;          /* [days x (duties + 1)] scratch */
	double *saved;          /* [slots] scratch */
};

/* Opens with the tours of the best plan, nobody in a session. False: no memory; close in any case. */
bool duty_seats_open(struct duty_seats *x, struct duty_solve *s, const struct duty_tour *const *of);
void duty_seats_close(struct duty_seats *x);
/* Places for all, better ones and other tours as long as they help and the run goes on. False: no memory. */
bool duty_seats_search(struct duty_seats *x);
/* What sessions change at least: to be added to the bound of the plan without them. */
double duty_seats_least(const struct duty_seats *x);
/* Who misses what and why, and what it costs. False: no memory. */
bool duty_seats_tell(const struct duty_seats *x, struct wfm_roster *r);

/* ---- of the search: duty_session_move.c ---- */

/* Of the whole plan, as the search sees them. */
double duty_seats_cents(const struct duty_seats *x);
const struct duty_kind *duty_seats_kind(const struct duty_seats *x, int32_t agent);
/* Slot at which the agent's shift on that duty begins. */
int32_t duty_seats_start(const struct duty_seats *x, int32_t agent, int32_t day, int32_t duty);
/* May session i begin at t in the duty, breaks, margins and windows kept? */
bool duty_seats_fit(const struct duty_seats *x, int32_t agent, int32_t day, int32_t duty,
			int32_t i, int32_t t);
/* Is the agent's time from t free of sits, and the shift of session i? anew: as if none of i stood. */
bool duty_seats_free(const struct duty_seats *x, int32_t agent, int32_t day, int32_t i, int32_t t,
			bool anew);
bool duty_seats_room(const struct duty_seats *x, int32_t i, int32_t t);
/* What the rows lose by the sit. */
double duty_seats_loss(const struct duty_seats *x, int32_t agent, int32_t duty, int32_t i, int32_t t);
/* The best place for sit j of the agent, who is in the plan, in x->start. */
void duty_seats_choose(struct duty_seats *x, int32_t agent, int32_t j);
/* The agent sits down at the place of sit j (sign 1) or gets up (-1). */
void duty_seats_sit(struct duty_seats *x, int32_t agent, int32_t j, int32_t sign);
/* The agent's tour comes into the plan or goes out of it. */
void duty_seats_tour(struct duty_seats *x, int32_t agent, int32_t sign);
/* The same with its sits, at the best places. */
void duty_seats_enter(struct duty_seats *x, int32_t agent);
void duty_seats_leave(struct duty_seats *x, int32_t agent);

#endif
