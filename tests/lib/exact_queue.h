/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * M/M/n+M by its states, in long double: no integral, no logarithm of Erlang B, nothing that the
 * library computes with. Slow (a step for each server and each place in the queue), thread safe.
 */
#ifndef TESTS_EXACT_QUEUE_H
#define TESTS_EXACT_QUEUE_H

#include "wfm/erlang.h"

/* servers, arrivals and patience above 0, patience finite. */
void exact_queue_figures(const struct wfm_station *st, struct wfm_station_figures *f);

#endif
