/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deferrable work in a plan: what a person more or less on its queue is worth, and who goes there when.
 *
 * The worth of a person in a slot is that of the work done by it, or of someone on the work in another
 * slot who then goes back to a queue where people are short: work done earlier frees who would do it
 * later while it is there to be done, work put off frees who does it now while it is not yet due. After
 * each change of the plan such exchanges are made as long as they save anything. They move one person
 * at a time, so the division is near the best and not always it.
 */
#ifndef WFM_SCHEDULE_COVER_STOCK_H
#define WFM_SCHEDULE_COVER_STOCK_H

#include "solver/schedule/model.h"

struct cover;

struct cover_stock {
	double *more, *less;    /* [stocks x slots] cents saved by one more there, lost by one less */
	double *free_, *fetch;  /* [stocks x slots] saved by one from the work to another queue of the slot,
				   lost by one from another queue to it; -INFINITY, INFINITY: nobody can */
	double suppose;         /* person-slots taken as done beyond those that are */
	double *done, *spare;   /* [slots] scratch */
};

bool cover_stock_new(struct cover *c);
void cover_stock_free(struct cover *c);
void cover_stock_copy(struct cover *to, const struct cover *from);
/* Cents of all stocks as the people stand. */
double cover_stock_cents(const struct cover *c);
/* Sets free_ and fetch of the slot. */
void cover_stock_look(struct cover *c, int32_t t);
/* Worths as if that many person-slots more were done of each stock; 0: as it is. For cover_worth. */
void cover_stock_suppose(struct cover *c, double more);
/* Makes exchanges until none saves anything, at most that many; then all worths are fresh. */
void cover_stock_settle(struct cover *c, int32_t most);

#endif
