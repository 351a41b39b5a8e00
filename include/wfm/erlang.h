/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queueing formulas: Erlang B (M/M/n/n), C (M/M/n) and A (M/M/n+M, Palm 1957), the last
 * two with a finite lobby too, to about 1e-13 relative from 1 to 100,000 servers and in far overload.
 *
 * a = arrivals × handling time is the offered load in erlangs, n the servers.
 * All functions are pure and thread safe; nothing is allocated.
 */
#ifndef WFM_ERLANG_H
#define WFM_ERLANG_H

#include <stdbool.h>
#include <stdint.h>

#include "wfm/status.h"

enum { WFM_MAX_SERVERS = 200000 };

/* What "service level" divides. T is the target wait. */
enum wfm_service_level {
	WFM_SL_OFFERED,            /* answered within T ÷ offered (the default) */
	WFM_SL_EXCLUDING_SHORT,    /* answered within T ÷ (offered − abandoned within T) */
	WFM_SL_WAIT,               /* left the queue (either way) within T ÷ offered */
	WFM_SL_ANSWERED,           /* answered within T ÷ answered */
	WFM_SL_DEFINITIONS,
};

/* A station in steady state. */
struct wfm_station {
	int32_t servers;      /* 0 .. WFM_MAX_SERVERS */
	double arrivals_per_s; /* >= 0 */
	double aht_s;          /* 1e-9 .. 1e12 */
	double patience_s;     /* mean, 1e-9 .. 1e12; INFINITY = nobody abandons (Erlang C) */
	double within_s;       /* T, 0 .. 1e12 */
};

struct wfm_station_figures {
	bool stable;          /* false: Erlang C with a >= n; the figures are the limits
				 (service level 0, waits INFINITY, occupancy 1) */
	double p_wait;        /* P(W > 0) */
	double p_abandon;     /* share abandoned; 0 in Erlang C */
	double p_blocked;     /* share turned away by a full lobby: offered, never in time */
	double mean_wait_s;   /* over all who arrive: the ASA of Erlang C */
	double asa_answered_s; /* over those answered: the ASA of Erlang A */
	double service_level[WFM_SL_DEFINITIONS];
	double occupancy;
	double queue_length;  /* mean number waiting */
};

/* Erlang B blocking of n servers offered a erlangs: x_k = 1 + x_{k-1}·k/a, B = 1/x_n.
   n >= 0, a >= 0 and finite, else NaN. B(0, a) = 1. */
double wfm_erlang_b(int32_t servers, double load_erl);

/* Erlang C waiting probability, C = 1/(x_n(1−ρ)+ρ); 1 when a >= n. NaN when out of range. */
double wfm_erlang_c(int32_t servers, double load_erl);

/*
 * Every figure of the station: Erlang C when patience is INFINITY, else Erlang A by
 * quadrature of Palm's integrals (Mandelbaum & Zeltyn 2007). WFM_INVALID names the
 * field. Zero arrivals: nobody waits, service level 1. Zero servers with arrivals:
 * nobody is answered (all abandon in Erlang A; unstable in Erlang C).
 */
enum wfm_status wfm_station_figures(const struct wfm_station *station,
				    struct wfm_station_figures *figures, struct wfm_error *e);

/*
 * The same where only `lobby` contacts may wait, 0 .. WFM_MAX_SERVERS, and who comes then is turned
 * away (M/M/n/n+K, M/M/n/n+K+M): always stable.
 */
enum wfm_status wfm_lobby_figures(const struct wfm_station *station, int32_t lobby,
				  struct wfm_station_figures *figures, struct wfm_error *e);

/* Fewest trunks with Erlang B blocking <= max_blocking (0 < max_blocking < 1); WFM_LIMIT
   beyond WFM_MAX_SERVERS. */
enum wfm_status wfm_trunks_required(double load_erl, double max_blocking, int32_t *trunks,
				    double *blocking, struct wfm_error *e);

#endif
