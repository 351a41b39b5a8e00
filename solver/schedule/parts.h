/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dives round: columns and the parts of people they have above whole ones. */
#ifndef WFM_SCHEDULE_PARTS_H
#define WFM_SCHEDULE_PARTS_H

#include <stdint.h>

struct part {
	double fraction;
	int32_t column;
};

/* The largest first, then by column. */
void parts_sort(struct part *parts, int32_t n);

#endif
