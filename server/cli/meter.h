/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a solve goes, on standard error: a bar that moves in place where that is a terminal, lines where
 * they were asked for, else nothing. Holds nothing to free. One thread at a time.
 */
#ifndef CLI_METER_H
#define CLI_METER_H

#include <stdbool.h>

#include "wfm/schedule.h"

struct cli_meter {
	bool lines; /* asked for; then no bar */
	bool bar;
	double begun_s, last_s, share; /* share of the work, which a bar shows growing only */
};

void cli_meter_start(struct cli_meter *m, bool lines);
/* Twice a second at most (a bar: five times), and at the end. */
void cli_meter_show(struct cli_meter *m, const struct wfm_progress *p);
/* Wipes the bar; before anything else is written there. */
void cli_meter_end(struct cli_meter *m);

#endif
