/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tours of a plan given anew to those who could work each other's: see exchange.c. */
#ifndef WFM_SCHEDULE_EXCHANGE_H
#define WFM_SCHEDULE_EXCHANGE_H

#include "solver/schedule/run.h"

/* Never dearer, cover as it was. False: no memory, and the plan as it was. */
bool exchange_tours(const struct model *m, struct plan *p);

#endif
