/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/parts.h"

#include <stdlib.h>

static int by_fraction(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	if (x->fraction != y->fraction)
		return x->fraction > y->fraction ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

void parts_sort(struct part *parts, int32_t n)
{
	if (n > 1)
		qsort(parts, (size_t)n, sizeof *parts, by_fraction);
}
