/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A station with K waiting places, M/M/n/n+K+M: who finds them taken is turned away. Rates per
 * second: λ, c = nμ, θ. With P(n−1) = 1 the states below n weigh ε, state n+q weighs
 *
 *   w_q = λ/c · Π_{j=1..q} λ/(c+jθ),  q = 0..K,      D = ε + Σ w_q,   P(turned away) = w_K/D
 *
 * Who finds n+q, q < K, waits for q+1 stages of rates c, c+θ, ..., c+qθ, a time V_q. With θ > 0
 * e^{−θV_q} is Beta(c/θ, q+1) distributed (a sum of exponentials of arithmetic rates, Rényi 1953),
 * so that patience of its own leaves
 *
 *   P(answered) = E e^{−θV} = c/(c+(q+1)θ)
 *   P(answered, V > T) = P(answered) · I_x(c/θ+1, q+1),   P(V > T) = I_x(c/θ, q+1),  x = e^{−θT}
 *   E[V; answered] = P(answered) · Σ_{j=1..q+1} 1/(c+jθ)
 *
 * and I_x(a, b+1) = I_x(a, b) + x^a (1−x)^b Γ(a+b)/(Γ(a)Γ(b+1)) from I_x(a, 1) = x^a: sums of
 * positive terms. θ = 0: the terms are Poisson's, e^{−cT}(cT)^q/q!.
 */
#include "erlang_impl.h"

#include <math.h>

/* P(V_q > T) for q = 0, 1, ...: the logarithm of the next term and the sum so far. */
struct late {
	double log_term, sum, a, log_up;
};

static struct late late_start(double a, double theta, double capacity, double within_s)
{
	/* θ = 0: a is not used, and log_up is ln(cT). */
	struct late l = { .log_term = -(theta > 0.0 ? a * theta : capacity) * within_s, .a = a };
	l.log_up = theta > 0.0 ? log(-expm1(-theta * within_s)) : log(capacity * within_s);
	l.sum = exp(l.log_term);
	return l;
}

static void late_next(struct late *l, int32_t q, double theta)
{
	l->log_term += l->log_up + (theta > 0.0 ? log((l->a + q - 1) / q) : -log((double)q));
	l->sum += exp(l->log_term);
}

/* What those who wait come to, weighted; on the scale of w_0 = 1 times e^{−log_scale}. */
struct sums {
	double wait, answered, answered_late, late, moment, last, log_scale;
};

static void rescale(struct sums *s, double *w)
{
	const double down = 0x1p-800;
	s->wait *= down;
	s->answered *= down;
	s->answered_late *= down;
	s->late *= down;
	s->moment *= down;
	*w *= down;
	s->log_scale += 800.0 * M_LN2;
}

static struct sums sum_up(const struct wfm_line *line)
{
	double c = line->capacity, theta = line->theta, w = 1.0, mean = 0.0;
	double a = theta > 0.0 ? c / theta : 0.0;
	struct late any = late_start(a, theta, c, line->within_s);
	struct late own = late_start(a + 1.0, theta, c, line->within_s);
	struct sums s = { 0 };
	for (int32_t q = 0; q < line->lobby; q++) {
		if (q > 0) {
			late_next(&any, q, theta);
			late_next(&own, q, theta);
		}
		double rate = c + (q + 1) * theta, answered = w * (c / rate);
		mean += 1.0 / rate;
		s.wait += w;
		s.answered += answered;
		s.answered_late += answered * fmin(own.sum, 1.0);
		s.late += w * fmin(any.sum, 1.0);
		s.moment += answered * mean;
		w *= line->lambda / rate;
		if (w > 1e200)
			rescale(&s, &w);
		if (line->lambda < rate && w < 1e-22 * s.wait) /* the places are as good as endless */
			break;
	}
	s.last = w;
	return s;
}

void wfm_line_lobby(const struct wfm_line *line, struct wfm_station_figures *f)
{
	struct sums s = sum_up(line);
	double log_full = log(line->lambda / line->capacity) + s.log_scale;
	double scale = fmax(line->log_eps, log_full);
	double eps = exp(line->log_eps - scale), l = exp(log_full - scale);
	double d = eps + l * (s.wait + s.last);
	double answered = eps + l * s.answered, in_time = eps + l * (s.answered - s.answered_late);
	double stay = exp(-line->theta * line->within_s);
	/* Gone within T: all who wait but those whom neither their turn nor their patience took. */
	double left_late = l * s.late * stay;
	double gave_up_late = left_late - l * s.answered_late;
	*f = (struct wfm_station_figures){
		.stable = true,
		.p_wait = l * s.wait / d,
		.p_blocked = l * s.last / d,
		.p_abandon = l * (s.wait - s.answered) / d,
		.asa_answered_s = l * s.moment / answered,
		.occupancy = line->lambda * (answered / d) / line->capacity,
	};
	f->mean_wait_s = line->theta > 0.0 ? f->p_abandon / line->theta : l * s.moment / d;
	f->queue_length = line->lambda * f->mean_wait_s;
	f->service_level[WFM_SL_OFFERED] = in_time / d;
	f->service_level[WFM_SL_WAIT] = (eps + l * s.wait - left_late) / d;
	f->service_level[WFM_SL_ANSWERED] = in_time / answered;
	f->service_level[WFM_SL_EXCLUDING_SHORT] =
		in_time / (answered + fmax(gave_up_late, 0.0) + l * s.last);
}
