/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several sites' weeks planned again in one, each from a roster of its own: what stands at any of them is
 * locked, and a change costs what the site says at which the agent is at home.
 *
 * Everything lives in the arena but the priced problem: replan_close. One thread.
 */
#ifndef DOMAIN_JOINT_REPLAN_H
#define DOMAIN_JOINT_REPLAN_H

#include "server/domain/joint_week.h"
#include "server/domain/replan_week.h"

/* again: by week, each loaded. The whole's start, locks and prices into *whole, in the numbers of j, whose
 * problem it changes; those frozen are counted for their own sites. Also again, after joint_week_make. ERR_INVALID with
 * pointer /with when somebody stands at two of the sites at once. */
bool joint_replan_open(struct arena *a, struct joint_week *j, struct replan *again, struct replan *whole,
		       struct err *e);

#endif
