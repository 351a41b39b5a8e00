/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that no clock measures: instructions of one function, counted by running this program again under
 * callgrind. Thread rule: one at a time. */
#ifndef TESTS_LIB_INSTRUCTIONS_H
#define TESTS_LIB_INSTRUCTIONS_H

/* Of the function and what it calls, when this program runs with those arguments; NAN: valgrind is not
 * installed or said nothing, which is told on a "# skipped" line. */
double instructions_of(const char *function, const char *arguments);

#endif
