/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a schedule is asked for: people on queues slot by slot, contacts answered in time over many
 * slots, and work that may wait; and what a roster does for the last two. Part of wfm/schedule.h, whose
 * words on slots, money, ownership and threads hold here too.
 */
#ifndef WFM_SCHEDULE_DEMAND_H
#define WFM_SCHEDULE_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

/* No previous shift known, no such day, no such queue. */
#define WFM_NONE INT32_MIN

/*
 * A place of work. Where a site says how many counters it has, so many people at most are on its queues
 * with `counter` set in a slot, all of these together; who is at work there beyond that waits: paid, on
 * no queue, a surplus. So counters cap cover, not shifts.
 */
struct wfm_site {
	const char *name;        /* for messages; may be NULL */
	const int32_t *counters; /* [slot_count] >= 0; NULL: no limit */
};

/* Work of one kind. People on it in a slot = sum of the speeds of the agents assigned to it. */
struct wfm_queue {
	const char *name;         /* for messages; may be NULL */
	int32_t skill;            /* agents need this skill; WFM_NONE: everybody can */
	int32_t site;             /* only agents of this site; WFM_NONE: of any site */
	const double *required;   /* [slot_count] people on the work, >= 0 */
	const uint8_t *open;      /* [slot_count] 1: can be worked; NULL: always */
	const double *step1;      /* [slot_count] people short at the first price; NULL: see next */
	double step1_share;       /* used when step1 is NULL: max(1, ceil(share x required)) */
	double short1_cents;      /* an agent-hour, first step */
	double short2_cents;      /* an agent-hour, beyond it; >= short1_cents */
	double surplus_cents;     /* an agent-hour above the requirement, >= 0 */
	bool counter;             /* who serves it is at a counter of its site; not with duties */
};

/*
 * A target over many slots in place of one in each: of the contacts that come to a queue in a stretch
 * (a day, a week) so many are to be answered in time. The queue's requirement stays as the floor of
 * each slot. Slots share the target as is cheapest, so the same service level takes fewer hours.
 * `served` says what people do: contacts of the slot answered in time on the mean with n on the
 * queue, n = 0..people_max, not falling with n; straight lines in between, no more beyond.
 * wfm_staffing_served fills it. Where it is not concave above the requirement the bound is weaker.
 */
struct wfm_service {
	const char *name;       /* for messages; may be NULL */
	int32_t queue;
	int32_t first_slot, end_slot; /* contacts that come in [first, end) count */
	double offered;         /* contacts expected there, for shares in reports; 0: not said */
	double target;          /* contacts to be answered in time there, >= 0 */
	double short_cents;     /* a contact below the target */
	const double *served;   /* [slot_count x (people_max + 1)], slot after slot */
	int32_t people_max;     /* 1..WFM_SERVICE_PEOPLE */
};

enum { WFM_MAX_SERVICES = 512, WFM_SERVICE_PEOPLE = 5000 };

/*
 * Work of a queue that may wait: e-mail, back office, a list to call. Nobody is required in a
 * particular slot; whoever is on the queue does the oldest work there is, and the plan says when that
 * is. Work of other terms is another queue, which may ask for the same skill.
 */
struct wfm_batch {
	double hours;   /* agent-hours at speed 1, >= 0 */
	int32_t from;   /* slot from which it can be done; <= 0: there at the beginning */
	int32_t due;    /* to be done before this slot, > from; past the plan's end: not due in it */
};

struct wfm_deferrable {
	const char *name; /* for messages; may be NULL */
	int32_t queue;    /* requires nobody in any slot, and has no service */
	const struct wfm_batch *batches; /* neither from nor due falls from one to the next */
	int32_t batch_count;
	double due_share;  /* of what has fallen due so far, late only when less is done; 0: all of it */
	double late_cents; /* an agent-hour still to be done, for each open hour past due */
	double left_cents; /* an agent-hour due by the plan's end and not done in it */
	const double *spare; /* [slot_count] people's worth of it that others get done in the slot between
				their own work, while there is any; NULL: none */
};

enum { WFM_MAX_DEFERRABLE = 64, WFM_MAX_BATCHES = 20000 };

/* What a roster does for a service. */
struct wfm_service_figures {
	double answered; /* contacts in time, by the table */
	double missing;  /* below the target, >= 0 */
	double cents;
};

/* What a roster does of a deferrable work, the oldest first; agent-hours. */
struct wfm_deferrable_figures {
	double done;
	double due;     /* falls due in the plan */
	double in_time; /* of that, done when due */
	double left;    /* of that, never done */
	double waiting; /* there at the plan's end and not due in it */
	double idle;    /* of people on the queue: without them as much would get done */
	double cents;   /* late and left */
};

#endif
