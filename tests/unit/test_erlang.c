/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erlang B, C, A against exact values, independent long double oracles and the shared tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wfm/erlang.h"
#include "solver/staffing/erlang_impl.h"

/* Relative to the size of `want`; an absolute floor only for exact zeros. */
static void near_rel(const char *what, double got, double want, double tolerance)
{
	double error = fabs(got - want) / fmax(fabs(want), 1e-300);
	if (!(error <= tolerance))
		fail_msg("%s: got %.17g, want %.17g (relative error %.2e)", what, got, want, error);
}

static void test_b_exact(void **state)
{
	(void)state;
	assert_true(wfm_erlang_b(0, 1.0) == 1.0);
	near_rel("B(1,1)", wfm_erlang_b(1, 1.0), 0.5, 1e-15);
	near_rel("B(2,1/2)", wfm_erlang_b(2, 0.5), 1.0 / 13.0, 1e-15);
	/* 5^5/5! over the sum of 5^k/k!: 3125/120 ÷ 10970/120. */
	near_rel("B(5,5)", wfm_erlang_b(5, 5.0), 3125.0 / 10970.0, 1e-15);
	assert_true(wfm_erlang_b(10, 0.0) == 0.0);
	assert_true(isnan(wfm_erlang_b(-1, 1.0)));
	assert_true(isnan(wfm_erlang_b(1, -1.0)));
	assert_true(isnan(wfm_erlang_b(1, NAN)));
}

/* ln x_n in long double by the recursion: nothing in common with the integral. */
static double log_inverse_b_slow(int32_t n, double a)
{
	long double x = 1.0L;
	for (int32_t k = 1; k <= n; k++)
		x = 1.0L + x * k / (long double)a; /* range 1e4932 */
	return (double)logl(x);
}

static void test_b_integral_meets_recursion(void **state)
{
	(void)state;
	const int32_t servers[] = { 1001, 1500, 5000, 20000, 100000 };
	const double ratios[] = { 0.93, 0.98, 0.999, 1.0, 1.001, 1.05, 1.5, 30.0 };
	for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++)
		for (size_t j = 0; j < sizeof ratios / sizeof ratios[0]; j++) {
			double a = servers[i] * ratios[j];
			double want = log_inverse_b_slow(servers[i], a);
			double got = wfm_log_inverse_b(servers[i], a);
			if (fabs(got - want) > 3e-13 * fmax(1.0, want))
				fail_msg("n=%d a=%g: ln 1/B %.17g, want %.17g", servers[i], a, got,
					 want);
		}
}

struct oracle {
	double p_wait, p_abandon, queue;
};

/*
 * Stationary birth-death chain of M/M/n+M: no integral in it.
 */
static struct oracle birth_death(const struct wfm_station *st)
{
	enum { STATES = 6000 };
	static long double p[STATES];
	int n = st->servers;
	long double lambda = st->arrivals_per_s, mu = 1.0L / st->aht_s;
	long double theta = 1.0L / st->patience_s, total = 1.0L;
	p[0] = 1.0L;
	for (int k = 1; k < STATES; k++) {
		p[k] = p[k - 1] * lambda / (k <= n ? k * mu : n * mu + (k - n) * theta);
		total += p[k];
		if (total > 1e3000L) {
			for (int i = 0; i <= k; i++)
				p[i] *= 1e-3000L;
			total *= 1e-3000L;
		}
	}
	struct oracle o = { 0 };
	long double wait = 0, queue = 0;
	for (int k = n; k < STATES; k++) {
		wait += p[k];
		queue += p[k] * (k - n);
	}
	o.p_wait = (double)(wait / total);
	o.queue = (double)(queue / total);
	o.p_abandon = (double)(queue / total * theta / lambda);
	return o;
}

static void test_a_against_chain(void **state)
{
	(void)state;
	const struct wfm_station cases[] = {
		{ 1, 0.01, 180, 60, 20 },     { 1, 3.0, 180, 60, 20 },
		{ 3, 0.02, 200, 20, 5 },      { 10, 100 / 3600.0, 300, 180, 20 },
		{ 10, 150 / 3600.0, 300, 180, 20 }, { 40, 0.1, 300, 3600, 60 },
		{ 100, 1300 / 3600.0, 300, 180, 20 }, { 100, 1.0, 300, 3, 20 },
		{ 200, 2400 / 3600.0, 300, 120, 20 }, { 500, 5.0, 300, 30, 20 },
		{ 30, 0.5, 2, 1, 0.5 },       { 300, 0.9, 300, 86400, 20 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct wfm_station_figures f;
		struct wfm_error e;
		assert_int_equal(wfm_station_figures(&cases[i], &f, &e), WFM_OK);
		struct oracle o = birth_death(&cases[i]);
		near_rel("P(wait)", f.p_wait, o.p_wait, 1e-12);
		near_rel("P(abandon)", f.p_abandon, o.p_abandon, 1e-12);
		near_rel("queue", f.queue_length, o.queue, 1e-12);
		double a = cases[i].arrivals_per_s * cases[i].aht_s;
		near_rel("occupancy", f.occupancy, a * (1 - o.p_abandon) / cases[i].servers, 1e-12);
	}
}

/* Service levels against Simpson's rule in long double on Palm's integrals, 400,000 steps. */
static void test_a_service_level_by_simpson(void **state)
{
	(void)state;
	const struct wfm_station cases[] = {
		{ 10, 100 / 3600.0, 300, 180, 20 },
		{ 12, 180 / 3600.0, 180, 90, 15 },
		{ 100, 1300 / 3600.0, 300, 180, 20 },
		{ 8, 50 / 3600.0, 600, 1800, 900 },
		{ 50, 5000 / 3600.0, 300, 180, 20 }, /* eight times overloaded */
	};
	enum { STEPS = 400000 };
	for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
		const struct wfm_station *st = &cases[c];
		long double l = st->arrivals_per_s, th = 1.0L / st->patience_s;
		long double cap = st->servers / (long double)st->aht_s;
		long double mode = l > cap ? logl(l / cap) / th : 0.0L;
		long double peak = l / th * (1 - expl(-th * mode)) - cap * mode;
		long double part[2][3] = { { 0 } };
		for (int late = 0; late < 2; late++) {
			long double from = late ? st->within_s : 0.0L;
			long double to = late ? st->within_s + 60.0L * st->patience_s
					      : (long double)st->within_s;
			long double h = (to - from) / STEPS;
			for (int i = 0; i <= STEPS; i++) {
				long double v = from + h * i;
				long double w = (i == 0 || i == STEPS) ? 1 : i % 2 ? 4 : 2;
				w *= h / 3 *
				     expl(l / th * (1 - expl(-th * v)) - cap * v - peak);
				part[late][0] += w;
				part[late][1] += w * expl(-th * v);
				part[late][2] += w * v * expl(-th * v);
			}
		}
		long double x = 1.0L, a = l * st->aht_s;
		for (int k = 1; k < st->servers; k++)
			x = 1.0L + x * k / a;
		x *= expl(-peak);
		long double d = x + l * (part[0][0] + part[1][0]);
		long double answered = x + l * (part[0][1] + part[1][1]);
		long double in_time = x + l * part[0][1];
		long double later = expl(-th * st->within_s) * part[1][0] * l;
		struct wfm_station_figures f;
		assert_int_equal(wfm_station_figures(st, &f, NULL), WFM_OK);
		near_rel("SL offered", f.service_level[WFM_SL_OFFERED], (double)(in_time / d), 1e-11);
		near_rel("SL excluding", f.service_level[WFM_SL_EXCLUDING_SHORT],
			 (double)(in_time / (x + l * part[0][1] + later)), 1e-11);
		near_rel("SL wait", f.service_level[WFM_SL_WAIT], (double)((d - later) / d), 1e-11);
		near_rel("SL answered", f.service_level[WFM_SL_ANSWERED],
			 (double)(in_time / answered), 1e-11);
		near_rel("ASA", f.asa_answered_s, (double)(l * (part[0][2] + part[1][2]) / answered),
			 1e-11);
	}
}

static void test_c_closed_forms(void **state)
{
	(void)state;
	/* M/M/1: C = ρ, E[W] = ρ/(μ−λ), P(W > T) = ρ·e^{−(μ−λ)T}. */
	struct wfm_station st = { 1, 0.005, 100, INFINITY, 30 };
	struct wfm_station_figures f;
	assert_int_equal(wfm_station_figures(&st, &f, NULL), WFM_OK);
	near_rel("C", f.p_wait, 0.5, 1e-14);
	near_rel("ASA", f.mean_wait_s, 100.0, 1e-14);
	near_rel("SL", f.service_level[WFM_SL_OFFERED], 1 - 0.5 * exp(-0.15), 1e-14);
	/* M/M/2: C = 2ρ²/(1+ρ). */
	near_rel("C2", wfm_erlang_c(2, 1.5), 2 * 0.75 * 0.75 / 1.75, 1e-14);
	/* Published: 100 calls in 30 min, AHT 180 s, 14 agents, T 20 s. */
	st = (struct wfm_station){ 14, 100 / 1800.0, 180, INFINITY, 20 };
	assert_int_equal(wfm_station_figures(&st, &f, NULL), WFM_OK);
	assert_true(fabs(f.p_wait - 0.174) < 5e-4);
	assert_true(fabs(f.service_level[0] - 0.888) < 5e-4);
	assert_true(fabs(f.occupancy - 0.714) < 5e-4);
	/* Overload. */
	st.servers = 9;
	assert_int_equal(wfm_station_figures(&st, &f, NULL), WFM_OK);
	assert_false(f.stable);
	assert_true(f.service_level[0] == 0.0 && isinf(f.mean_wait_s) && f.p_wait == 1.0);
}

/* Garnett, Mandelbaum, Reiman (2002): 50 agents, 48 calls/min, AHT 1 min, patience 2 min. */
static void test_a_published(void **state)
{
	(void)state;
	struct wfm_station st = { 50, 48 / 60.0, 60, 120, 12.5 };
	struct wfm_station_figures f;
	assert_int_equal(wfm_station_figures(&st, &f, NULL), WFM_OK);
	assert_true(fabs(f.p_abandon - 0.031) < 5e-4);
	assert_true(fabs(f.mean_wait_s - 3.7) < 0.05);
	assert_true(fabs(f.queue_length - 3.0) < 0.05);
	assert_true(fabs(f.occupancy - 0.93) < 5e-4);
	assert_true(fabs(f.service_level[WFM_SL_WAIT] - 0.90) < 2e-3);
}

/* From one to 100,000 servers, from nothing to 100 times overloaded: finite, in range, monotone. */
static void test_a_everywhere(void **state)
{
	(void)state;
	const double loads[] = { 1e-6, 0.01, 0.5, 0.9, 0.99, 1.0, 1.01, 1.2, 3.0, 100.0 };
	const double patience[] = { 1e-2, 1.0, 30.0, 180.0, 3600.0, 1e7 };
	for (int32_t n = 1; n <= 100000; n = n * 7 + 1)
		for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
			for (size_t j = 0; j < sizeof patience / sizeof patience[0]; j++) {
				double a = loads[i] * n;
				if (a > 2.0 * WFM_MAX_SERVERS)
					continue;
				struct wfm_station st = { n, a / 300, 300, patience[j], 20 };
				struct wfm_station_figures f, g;
				assert_int_equal(wfm_station_figures(&st, &f, NULL), WFM_OK);
				st.servers++;
				assert_int_equal(wfm_station_figures(&st, &g, NULL), WFM_OK);
				for (int k = 0; k < WFM_SL_DEFINITIONS; k++) {
					assert_true(f.service_level[k] >= 0.0);
					assert_true(f.service_level[k] <= 1.0 + 1e-12);
				}
				/* Only these two are monotone in n for every parameter. */
				assert_true(g.service_level[0] >= f.service_level[0] * (1 - 1e-12));
				assert_true(g.p_abandon <= f.p_abandon * (1 + 1e-12) + 1e-300);
				assert_true(f.occupancy <= 1.0 + 1e-12 && f.occupancy > 0.0);
				/* What comes in goes out: a(1 − P(ab)) ≤ n, and Little's law. */
				near_rel("Little", f.queue_length, a / 300 * f.mean_wait_s, 1e-12);
				assert_true(f.p_abandon >= fmax(0.0, 1 - n / a) * (1 - 1e-12));
			}
}

/* Erlang A with almost endless patience is Erlang C. */
static void test_a_tends_to_c(void **state)
{
	(void)state;
	struct wfm_station c = { 25, 0.08, 280, INFINITY, 20 }, a = c;
	a.patience_s = 1e9;
	struct wfm_station_figures fc, fa;
	assert_int_equal(wfm_station_figures(&c, &fc, NULL), WFM_OK);
	assert_int_equal(wfm_station_figures(&a, &fa, NULL), WFM_OK);
	near_rel("SL", fa.service_level[0], fc.service_level[0], 1e-5);
	near_rel("wait", fa.mean_wait_s, fc.mean_wait_s, 1e-5);
}

static void test_domain_errors(void **state)
{
	(void)state;
	const struct {
		struct wfm_station st;
		const char *path;
	} cases[] = {
		{ { -1, 1, 1, 1, 1 }, "/servers" },
		{ { WFM_MAX_SERVERS + 1, 1, 1, 1, 1 }, "/servers" },
		{ { 1, -1, 1, 1, 1 }, "/arrivals_per_s" },
		{ { 1, NAN, 1, 1, 1 }, "/arrivals_per_s" },
		{ { 1, INFINITY, 1, 1, 1 }, "/arrivals_per_s" },
		{ { 1, 1, 0, 1, 1 }, "/aht_s" },
		{ { 1, 1, NAN, 1, 1 }, "/aht_s" },
		{ { 1, 1, 1, 0, 1 }, "/patience_s" },
		{ { 1, 1, 1, NAN, 1 }, "/patience_s" },
		{ { 1, 1, 1, 1, -1 }, "/within_s" },
		{ { 1, 1e5, 1e5, 1, 1 }, "/arrivals_per_s" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct wfm_station_figures f;
		struct wfm_error e = { 0 };
		assert_int_equal(wfm_station_figures(&cases[i].st, &f, &e), WFM_INVALID);
		assert_string_equal(e.path, cases[i].path);
		assert_true(e.message[0] != '\0');
	}
}

static void test_trunks(void **state)
{
	(void)state;
	const struct {
		double load;
		int32_t trunks;
	} one_percent[] = { { 10, 18 }, { 20, 30 }, { 50, 64 }, { 100, 117 }, { 200, 221 }, { 500, 527 } };
	for (size_t i = 0; i < 6; i++) {
		int32_t n;
		double b;
		assert_int_equal(wfm_trunks_required(one_percent[i].load, 0.01, &n, &b, NULL), WFM_OK);
		assert_int_equal(n, one_percent[i].trunks);
		assert_true(b <= 0.01 && wfm_erlang_b(n - 1, one_percent[i].load) > 0.01);
	}
	int32_t n;
	assert_int_equal(wfm_trunks_required(0, 0.01, &n, NULL, NULL), WFM_OK);
	assert_int_equal(n, 1); /* B(0, 0) is 1 by definition: one line */
	assert_int_equal(wfm_trunks_required(1e9, 0.01, &n, NULL, NULL), WFM_LIMIT);
	assert_int_equal(wfm_trunks_required(1, 0, &n, NULL, NULL), WFM_INVALID);
}

/* The shared 15-digit tables, when they are there. */
static FILE *shared_open(const char *name)
{
	const char *root = getenv("CUADRANTE_SHARED_DATA");
	char path[512];
	(void)snprintf(path, sizeof path, "%s/erlang/%s", root ? root : "../shared/data", name);
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	return f;
}

/* Reads numbers of the next line; returns how many, 0 at the end. The header is skipped. */
static int read_row(FILE *f, double *v, int max)
{
	char line[1024];
	while (fgets(line, sizeof line, f) != NULL) {
		int n = 0;
		char *p = line, *end;
		for (; n < max; n++) {
			v[n] = strtod(p, &end);
			if (end == p)
				break;
			p = end + (*end == ',');
		}
		if (n > 0)
			return n;
	}
	return 0;
}

static void test_table_b(void **state)
{
	(void)state;
	FILE *f = shared_open("erlang_b.csv");
	double v[3];
	int rows = 0;
	while (read_row(f, v, 3) == 3) {
		near_rel("B", wfm_erlang_b((int32_t)v[0], v[1]), v[2], 1e-12);
		rows++;
	}
	(void)fclose(f);
	assert_int_equal(rows, 19);
}

static void test_table_trunks(void **state)
{
	(void)state;
	FILE *f = shared_open("trunks.csv");
	double v[4];
	int rows = 0;
	while (read_row(f, v, 4) == 4) {
		int32_t n;
		double b;
		assert_int_equal(wfm_trunks_required(v[0], v[1], &n, &b, NULL), WFM_OK);
		assert_int_equal(n, (int32_t)v[2]);
		near_rel("B at n", b, v[3], 1e-12);
		rows++;
	}
	(void)fclose(f);
	assert_int_equal(rows, 68);
}

static void test_table_c(void **state)
{
	(void)state;
	FILE *f = shared_open("erlang_c.csv");
	double v[10];
	int rows = 0;
	while (read_row(f, v, 10) == 10) {
		struct wfm_station st = { (int32_t)v[0], v[1] / 3600, v[2], INFINITY, v[3] };
		struct wfm_station_figures g;
		assert_int_equal(wfm_station_figures(&st, &g, NULL), WFM_OK);
		near_rel("occupancy", g.occupancy, v[5], 1e-12);
		near_rel("C", g.p_wait, v[6], 1e-12);
		near_rel("ASA", g.mean_wait_s, v[7], 1e-12);
		near_rel("SL", g.service_level[WFM_SL_OFFERED], v[8], 1e-12);
		near_rel("Lq", g.queue_length, v[9], 1e-12);
		rows++;
	}
	(void)fclose(f);
	assert_int_equal(rows, 15);
}

static void test_table_a(void **state)
{
	(void)state;
	FILE *f = shared_open("erlang_a.csv");
	double v[17];
	int rows = 0;
	while (read_row(f, v, 17) == 17) {
		struct wfm_station st = { (int32_t)v[0], v[1] / 3600, v[2], v[3], v[4] };
		struct wfm_station_figures g;
		assert_int_equal(wfm_station_figures(&st, &g, NULL), WFM_OK);
		near_rel("P(wait)", g.p_wait, v[6], 1e-12);
		near_rel("P(ab)", g.p_abandon, v[7], 1e-12);
		near_rel("P(ab|wait)", g.p_abandon / g.p_wait, v[8], 1e-12);
		near_rel("E[W]", g.mean_wait_s, v[9], 1e-12);
		near_rel("ASA", g.asa_answered_s, v[10], 1e-12);
		near_rel("SL offered", g.service_level[WFM_SL_OFFERED], v[11], 1e-12);
		near_rel("SL excluding", g.service_level[WFM_SL_EXCLUDING_SHORT], v[12], 1e-12);
		near_rel("SL wait", g.service_level[WFM_SL_WAIT], v[13], 1e-12);
		near_rel("SL answered", g.service_level[WFM_SL_ANSWERED], v[14], 1e-12);
		near_rel("occupancy", g.occupancy, v[15], 1e-12);
		near_rel("Lq", g.queue_length, v[16], 1e-12);
		rows++;
	}
	(void)fclose(f);
	assert_int_equal(rows, 20);
}

/* M/M/1/2+M written out, and the limits: no place is Erlang B, endless places Erlang A or C. */
static void test_lobby(void **state)
{
	(void)state;
	struct wfm_station_figures f, g;
	struct wfm_station st = { 1, 0.01, 80, 200, 25 };
	double mu = 1.0 / 80, theta = 1.0 / 200, rho = 0.8, w = rho * 0.01 / (mu + theta);
	double d = 1 + rho + w, served = mu / (mu + theta), both = mu + theta;
	assert_int_equal(wfm_lobby_figures(&st, 1, &f, NULL), WFM_OK);
	near_rel("blocked", f.p_blocked, w / d, 1e-14);
	near_rel("abandoned", f.p_abandon, rho * (1 - served) / d, 1e-14);
	near_rel("in time", f.service_level[WFM_SL_OFFERED],
		 (1 + rho * served * -expm1(-both * 25)) / d, 1e-14);
	near_rel("gone", f.service_level[WFM_SL_WAIT], (1 + rho * -expm1(-both * 25)) / d, 1e-14);
	near_rel("without short", f.service_level[WFM_SL_EXCLUDING_SHORT],
		 (1 + rho * served * -expm1(-both * 25)) /
			 (d - rho * (1 - served) * -expm1(-both * 25)), 1e-14);
	near_rel("mean wait", f.mean_wait_s, rho / both / d, 1e-14);
	near_rel("occupancy", f.occupancy, 1 - 1 / d, 1e-14);
	const int32_t servers[] = { 1, 7, 60, 900 };
	const double ratio[] = { 0.6, 0.95, 1.3 }, patience[] = { 15, 200, INFINITY };
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 3; j++)
			for (int k = 0; k < 3; k++) {
				st = (struct wfm_station){ servers[i], servers[i] * ratio[j] / 240, 240,
							   patience[k], 20 };
				assert_int_equal(wfm_lobby_figures(&st, 0, &f, NULL), WFM_OK);
				near_rel("Erlang B", f.p_blocked,
					 wfm_erlang_b(servers[i], servers[i] * ratio[j]), 1e-12);
				assert_true(f.p_wait == 0.0 && f.p_abandon == 0.0);
				assert_int_equal(wfm_lobby_figures(&st, 6, &g, NULL), WFM_OK);
				assert_true(g.p_blocked < f.p_blocked && g.asa_answered_s > 0.0);
				if (isinf(patience[k]) && ratio[j] > 1.0)
					continue;
				assert_int_equal(wfm_lobby_figures(&st, 100000, &f, NULL), WFM_OK);
				assert_int_equal(wfm_station_figures(&st, &g, NULL), WFM_OK);
				assert_true(f.p_blocked < 1e-15);
				for (int s = 0; s < WFM_SL_DEFINITIONS; s++)
					assert_true(fabs(f.service_level[s] -
							 g.service_level[s]) < 1e-13);
				near_rel("P(W>0)", f.p_wait, g.p_wait, 3e-12);
				near_rel("mean wait", f.mean_wait_s, g.mean_wait_s, 3e-12);
				near_rel("ASA", f.asa_answered_s, g.asa_answered_s, 3e-12);
				near_rel("occupancy", f.occupancy, g.occupancy, 1e-12);
			}
	struct wfm_error e;
	assert_int_equal(wfm_lobby_figures(&st, -1, &f, &e), WFM_INVALID);
	assert_string_equal(e.path, "/lobby");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_b_exact),
		cmocka_unit_test(test_b_integral_meets_recursion),
		cmocka_unit_test(test_a_against_chain),
		cmocka_unit_test(test_a_service_level_by_simpson),
		cmocka_unit_test(test_c_closed_forms),
		cmocka_unit_test(test_a_published),
		cmocka_unit_test(test_a_everywhere),
		cmocka_unit_test(test_a_tends_to_c),
		cmocka_unit_test(test_lobby),
		cmocka_unit_test(test_domain_errors),
		cmocka_unit_test(test_trunks),
		cmocka_unit_test(test_table_b),
		cmocka_unit_test(test_table_trunks),
		cmocka_unit_test(test_table_c),
		cmocka_unit_test(test_table_a),
	};
	return cmocka_run_group_tests_name("erlang", tests, NULL, NULL);
}
