/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates per second: λ, c = nμ, θ. State n+q weighs λ/c·Π_{j<=q} λ/(c+jθ) of state n−1. Who finds n+q
 * has q+1 stages of rates c, c+θ, ..., c+qθ before their turn, V; e^{−θV} is Beta(c/θ, q+1)
 * distributed, so P(V > T) = I_x(c/θ, q+1) with x = e^{−θT} and, among those still patient then,
 * I_x(c/θ+1, q+1): sums of positive terms, one more for each q.
 */
#include "exact_queue.h"

#include <math.h>

typedef long double real;

static const real LN2 = 0.693147180559945309417232121458176568L;
static const real HIGH = 0x1p+10000L, DOWN = 0x1p-10000L;

/* P(V_q > T) for q = 0, 1, ...; sum and term times e^{log_scale}. */
struct tail {
	real a, term, sum, log_scale, scale, up;
};

static struct tail tail_start(real a, real theta, real within)
{
	struct tail t = { .a = a, .term = 1, .sum = 1, .log_scale = -a * theta * within };
	t.scale = expl(t.log_scale);
	t.up = -expm1l(-theta * within);
	return t;
}

static void tail_next(struct tail *t, int64_t q)
{
	t->term *= t->up * (t->a + (real)(q - 1)) / (real)q;
	t->sum += t->term;
	if (t->sum > HIGH) {
		t->sum *= DOWN;
		t->term *= DOWN;
		t->log_scale += 10000 * LN2;
		t->scale = expl(t->log_scale);
	}
}

struct line {
	real wait, lost, answered, answered_late, late, moment, log_scale;
};

static struct line line_sums(real lambda, real c, real theta, real within)
{
	struct tail any = tail_start(c / theta, theta, within);
	struct tail own = tail_start(c / theta + 1, theta, within);
	struct line s = { 0 };
	real w = 1, mean = 0;
	for (int64_t q = 0;; q++) {
		if (q > 0) {
			tail_next(&any, q);
			tail_next(&own, q);
		}
		real rate = c + (real)(q + 1) * theta, answered = w * (c / rate);
		mean += 1 / rate;
		s.wait += w;
		s.lost += w * ((real)(q + 1) * theta / rate);
		s.answered += answered;
		s.answered_late += answered * (own.sum * own.scale);
		s.late += w * (any.sum * any.scale);
		s.moment += answered * mean;
		w *= lambda / rate;
		if (lambda < rate && w * rate < 1e-24L * s.wait * (rate - lambda))
			return s;
		if (w > HIGH) {
			w *= DOWN;
			s.wait *= DOWN;
			s.lost *= DOWN;
			s.answered *= DOWN;
			s.answered_late *= DOWN;
			s.late *= DOWN;
			s.moment *= DOWN;
			s.log_scale += 10000 * LN2;
		}
	}
}

void exact_queue_figures(const struct wfm_station *st, struct wfm_station_figures *f)
{
	real lambda = st->arrivals_per_s, theta = 1 / (real)st->patience_s;
	real c = st->servers / (real)st->aht_s, a = lambda * (real)st->aht_s;
	real eps = 1, one = 1, log_eps = 0;
	for (int32_t k = 1; k < st->servers; k++) {
		eps = one + eps * (real)k / a;
		if (eps > HIGH) {
			eps *= DOWN;
			one *= DOWN;
			log_eps += 10000 * LN2;
		}
	}
	struct line s = line_sums(lambda, c, theta, st->within_s);
	real l = lambda / c, shift = log_eps - s.log_scale;
	if (shift > 0)
		l *= expl(-shift);
	else
		eps *= expl(shift);
	real d = eps + l * s.wait, answered = eps + l * s.answered;
	real in_time = eps + l * (s.answered - s.answered_late);
	real late = l * s.late * expl(-theta * (real)st->within_s);
	real lost = l * s.lost / d;
	*f = (struct wfm_station_figures){ .stable = true };
	f->p_wait = (double)(l * s.wait / d);
	f->p_abandon = (double)lost;
	f->mean_wait_s = (double)(lost / theta);
	f->asa_answered_s = (double)(l * s.moment / answered);
	f->service_level[WFM_SL_OFFERED] = (double)(in_time / d);
	f->service_level[WFM_SL_EXCLUDING_SHORT] = (double)(in_time / (in_time + late));
	f->service_level[WFM_SL_WAIT] = (double)((d - late) / d);
	f->service_level[WFM_SL_ANSWERED] = (double)(in_time / answered);
	f->occupancy = (double)(lambda * (answered / d) / c);
	f->queue_length = (double)(lambda * lost / theta); /* by balance: θ·E[queue] = λ·P(lost) */
}
