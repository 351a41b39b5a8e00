/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handling time of day d, weekday w, slot s with n contacts:
 *
 *   h = ℓ_d · φ_ws · (1 + ε),  Var ε = v + c²/n     v: of days, c²: of one contact, both relative
 *
 * φ by hierarchical credibility (Bühlmann & Straub 1970; Jewell 1975), layer under layer: hour of
 * day, slot, and weekday × slot under slot × weekday factor. A group i with n_i contacts and mean
 * X_i lies z_i = n_i/(n_i + k) of the way from its parent's estimate μ to X_i, k = c²/τ²,
 *   τ² = max(0, Σ n_i(X_i − μ)² − (I − 1)·c²) / (Σ n_i − Σ n_i²/Σ n_i).
 * Contacts count ω = 2^{−age/8 weeks}; n_i is the effective (Σωn)²/Σω²n.
 *
 * ℓ by discounting: m += A(y_d − m), P/δ^gap before an observation of variance v + c²/n_d; δ and v
 * are those that foretold the days best (West & Harrison 1997, ch. 6). Shape and level are fitted
 * in turn, three times, the level two-sided while the shape is fitted.
 */
#include "solver/demand/aht.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { PASSES = 3 };
static const double HALF_LIFE_DAYS = 56.0;
static const double DEFAULT_CONTACT_VAR = 1.0; /* handling scatters about as much as it lasts */

/* Groups of one layer: Σωn, Σω²n, Σωn·ratio. */
struct layer {
	int n;
	double *weight, *squares, *sum;
	double *out, *var; /* estimate and its variance */
	double k;
};

static double effective(const struct layer *l, int i)
{
	return l->squares[i] > 0.0 ? l->weight[i] * l->weight[i] / l->squares[i] : 0.0;
}

/* parent and parent_var: what each group is drawn to. */
static void credibility(struct layer *l, const double *parent, const double *parent_var,
			double contact_var)
{
	double between = 0.0, all = 0.0, squares = 0.0, groups = 0.0;
	for (int i = 0; i < l->n; i++) {
		double n = effective(l, i);
		if (!(n > 0.0))
			continue;
		double x = l->sum[i] / l->weight[i] - parent[i];
		between += n * x * x;
		all += n;
		squares += n * n;
		groups += 1.0;
	}
	double room = all > 0.0 ? all - squares / all : 0.0;
	double tau2 = groups > 1.0 && room > 1e-9 * all ?
			      fmax(0.0, (between - (groups - 1.0) * contact_var) / room) :
			      0.0;
	tau2 = fmin(tau2, 4.0);
	l->k = tau2 > 1e-12 ? contact_var / tau2 : INFINITY;
	for (int i = 0; i < l->n; i++) {
		double n = effective(l, i);
		double z = n > 0.0 && tau2 > 1e-12 ? n / (n + l->k) : 0.0;
		double x = n > 0.0 ? l->sum[i] / l->weight[i] : parent[i];
		l->out[i] = fmax(0.05, parent[i] + z * (x - parent[i]));
		l->var[i] = tau2 * (1.0 - z) + (1.0 - z) * (1.0 - z) * parent_var[i];
	}
}

static void layer_add(struct layer *l, int i, double omega, double contacts, double ratio)
{
	l->weight[i] += omega * contacts;
	l->squares[i] += omega * omega * contacts;
	l->sum[i] += omega * contacts * ratio;
}

/* Contacts-weighted mean of the estimates is 1: the level carries the rest. */
static void centre(struct layer *l, const struct layer *by)
{
	double sum = 0.0, weight = 0.0;
	for (int i = 0; i < l->n; i++) {
		sum += by->weight[i] * l->out[i];
		weight += by->weight[i];
	}
	double mean = weight > 0.0 ? sum / weight : 1.0;
	for (int i = 0; i < l->n && mean > 0.0; i++)
		l->out[i] /= mean;
}

struct fit {
	const struct aht_cell *cells;
	size_t n;
	int32_t origin, first;
	int days, pass;
	double mean;
	double *level;      /* by day, two-sided */
	double *day_sum, *day_contacts; /* Σ handle/φ and Σ n */
	struct aht_model *m;
	double *spare; /* four arrays of 7 × slots, `stride` apart */
	size_t stride;
};

/*
 * What a cell counts for: its mean, but not farther from what the last pass expects of it than six
 * times the scatter of its contacts and a tenth (a fault of counting, or a day out of the ordinary).
 */
static double counted(const struct fit *f, const struct aht_cell *c)
{
	if (f->pass == 0)
		return c->mean_s;
	double usual = f->level[c->day - f->first] *
		       f->m->factor[c->weekday * f->m->slots + c->slot];
	double reach = 6.0 * sqrt(f->m->contact_var / c->contacts + 0.01);
	return fmin(fmax(c->mean_s, usual * fmax(0.05, 1.0 - reach)), usual * (1.0 + reach));
}

static double omega(const struct fit *f, int32_t day)
{
	return exp2((day - f->origin) / HALF_LIFE_DAYS);
}

/*
 * c²: contacts-weighted squares of the ratios around their own cell's mean, where a cell was seen
 * on several days; around 1 where none was. No square counts for more than twenty times the mean
 * of all, found in three rounds: one impossible figure must not pass for scatter.
 */
static double contact_variance(const struct fit *f, double *weight, double *sum)
{
	const struct aht_model *m = f->m;
	size_t groups = 7 * (size_t)m->slots;
	double seen = 0.0, variance = INFINITY;
	memset(weight, 0, groups * sizeof *weight);
	memset(sum, 0, groups * sizeof *sum);
	for (size_t i = 0; i < f->n; i++) {
		const struct aht_cell *c = &f->cells[i];
		int g = c->weekday * m->slots + c->slot;
		seen += weight[g] > 0.0 ? 0.0 : 1.0;
		weight[g] += c->contacts;
		sum[g] += c->contacts * counted(f, c) / f->level[c->day - f->first];
	}
	double n = (double)f->n;
	bool repeated = n - seen >= 10.0;
	for (int round = 0; round < 3; round++) {
		double squares = 0.0;
		for (size_t i = 0; i < f->n; i++) {
			const struct aht_cell *c = &f->cells[i];
			int g = c->weekday * m->slots + c->slot;
			double mean = repeated ? sum[g] / weight[g] : 1.0;
			double r = counted(f, c) / f->level[c->day - f->first] - mean;
			squares += fmin(c->contacts * r * r, 20.0 * variance);
		}
		/* Few repeats: half data, half what handling times usually do. */
		variance = repeated ? squares / (n - seen) :
				      (squares + 10.0 * DEFAULT_CONTACT_VAR) / (n + 10.0);
		variance = fmax(variance, 1e-9);
	}
	return variance;
}

static void group_sums(const struct fit *f, struct layer *l, int (*group)(const struct aht_cell *, int),
		       int of)
{
	memset(l->weight, 0, (size_t)l->n * sizeof *l->weight);
	memset(l->squares, 0, (size_t)l->n * sizeof *l->squares);
	memset(l->sum, 0, (size_t)l->n * sizeof *l->sum);
	for (size_t i = 0; i < f->n; i++) {
		const struct aht_cell *c = &f->cells[i];
		layer_add(l, group(c, of), omega(f, c->day), c->contacts,
			  counted(f, c) / f->level[c->day - f->first]);
	}
}

static int group_slot(const struct aht_cell *c, int per)
{
	return c->slot / per;
}

static int group_weekday(const struct aht_cell *c, int unused)
{
	(void)unused;
	return c->weekday;
}

static int group_cell(const struct aht_cell *c, int slots)
{
	return c->weekday * slots + c->slot;
}

/* Weekday factors around 1, of ratios already rid of the slot's: parent 1. */
static void weekday_layer(const struct fit *f, const double *slot, struct layer *l)
{
	static const double one[7] = { 1, 1, 1, 1, 1, 1, 1 }, none[7] = { 0 };
	memset(l->weight, 0, 7 * sizeof *l->weight);
	memset(l->squares, 0, 7 * sizeof *l->squares);
	memset(l->sum, 0, 7 * sizeof *l->sum);
	for (size_t i = 0; i < f->n; i++) {
		const struct aht_cell *c = &f->cells[i];
		layer_add(l, group_weekday(c, 0), omega(f, c->day), c->contacts,
			  counted(f, c) / (f->level[c->day - f->first] * slot[c->slot]));
	}
	credibility(l, one, none, f->m->contact_var);
	centre(l, l);
}

static void fit_shape(struct fit *f)
{
	struct aht_model *m = f->m;
	int slots = m->slots, per = slots > 24 ? slots / 24 : 1, hours = slots / per;
	double *spare = f->spare;
	struct layer l = { .weight = spare, .squares = spare + f->stride,
			   .sum = spare + 2 * f->stride };
	double hour[24], hour_var[24], slot[WFM_MAX_SLOTS], slot_var[WFM_MAX_SLOTS];
	double parent[WFM_MAX_SLOTS], parent_var[WFM_MAX_SLOTS], week[7], week_var[7];
	for (int h = 0; h < 24; h++) {
		parent[h] = 1.0;
		parent_var[h] = 0.0;
	}
	l.n = hours;
	l.out = hour;
	l.var = hour_var;
	group_sums(f, &l, group_slot, per);
	credibility(&l, parent, parent_var, m->contact_var);
	for (int s = 0; s < slots; s++) {
		parent[s] = hour[s / per];
		parent_var[s] = hour_var[s / per];
	}
	m->k_slot = l.k;
	l.n = slots;
	l.out = slot;
	l.var = slot_var;
	group_sums(f, &l, group_slot, 1);
	credibility(&l, parent, parent_var, m->contact_var);
	centre(&l, &l);
	m->k_slot = fmin(m->k_slot, l.k);
	l.n = 7;
	l.out = week;
	l.var = week_var;
	weekday_layer(f, slot, &l);
	double *cell = spare + 3 * f->stride, *cell_var = spare + 4 * f->stride;
	for (int w = 0; w < 7; w++)
		for (int s = 0; s < slots; s++) {
			cell[w * slots + s] = slot[s] * week[w];
			cell_var[w * slots + s] = slot_var[s] + week_var[w];
		}
	l.n = 7 * slots;
	l.out = m->factor;
	l.var = m->spread;
	group_sums(f, &l, group_cell, slots);
	credibility(&l, cell, cell_var, m->contact_var);
	centre(&l, &l);
	m->k_cell = l.k;
}

/* By day: what a contact took, its slot's and weekday's factor taken out. */
static void day_means(struct fit *f)
{
	memset(f->day_sum, 0, (size_t)f->days * sizeof *f->day_sum);
	memset(f->day_contacts, 0, (size_t)f->days * sizeof *f->day_contacts);
	for (size_t i = 0; i < f->n; i++) {
		const struct aht_cell *c = &f->cells[i];
		double factor = f->m->factor[c->weekday * f->m->slots + c->slot];
		f->day_sum[c->day - f->first] += c->contacts * counted(f, c) / factor;
		f->day_contacts[c->day - f->first] += c->contacts;
	}
}

/* Two-sided exponential mean of half-life two weeks: for taking the level out of the shape. */
static void smooth_level(struct fit *f)
{
	const double keep = exp2(-1.0 / 14.0);
	double *forward = f->spare, *weights = f->spare + f->stride;
	double sum = 0.0, weight = 0.0;
	for (int d = 0; d < f->days; d++) {
		sum = keep * sum + f->day_sum[d];
		weight = keep * weight + f->day_contacts[d];
		forward[d] = sum;
		weights[d] = weight;
	}
	sum = weight = 0.0;
	for (int d = f->days - 1; d >= 0; d--) {
		f->level[d] = (forward[d] + sum) / fmax(weights[d] + weight, DBL_MIN);
		sum = keep * (sum + f->day_sum[d]);
		weight = keep * (weight + f->day_contacts[d]);
	}
}

struct level {
	double mean, var; /* relative variance */
	double likelihood;
};

static struct level filter(const struct fit *f, double scale, double default_s, double start_var,
			   double discount, double day_var)
{
	struct level l = { .mean = default_s, .var = start_var };
	double old = 1.0;
	bool first = true;
	for (int d = 0; d < f->days; d++) {
		old *= discount;
		if (!(f->day_contacts[d] > 0.0))
			continue;
		double y = f->day_sum[d] / f->day_contacts[d];
		double v = day_var + f->m->contact_var / f->day_contacts[d] + 1e-12;
		/* A fortnight without data is the most that ages the level. */
		double P = fmin(l.var / fmax(old, pow(discount, 14.0)), 4.0), Q = P + v;
		double error = (y - l.mean) / scale;
		/* Some days are not like the others: heavier tails than normal. */
		double far = error * error / Q;
		double trust = far > 9.0 && !first ? 3.0 / sqrt(far) : 1.0;
		first = false;
		l.likelihood -= 0.5 * log(Q) + (far > 9.0 ? 3.0 * sqrt(far) - 4.5 : 0.5 * far);
		l.mean = fmax(0.01 * scale, l.mean + trust * P / Q * error * scale);
		l.var = P * (1.0 - trust * P / Q);
		old = 1.0;
	}
	return l;
}

static void fit_level(struct fit *f, double default_s, double default_contacts)
{
	static const double discounts[] = { 1.0, .997, .993, .985, .97, .95, .92, .88 };
	static const double day_vars[] = { 0.0, 1e-4, 4e-4, 1.6e-3, 6.4e-3, 2.56e-2 };
	double best = -INFINITY;
	/* Errors are measured in this: the default alone may be of another order than the data. */
	double contacts = f->m->contacts;
	double scale = (f->mean * contacts + default_s * default_contacts) /
		       (contacts + default_contacts);
	double start_var = DEFAULT_CONTACT_VAR / default_contacts;
	for (size_t i = 0; i < sizeof discounts / sizeof discounts[0]; i++)
		for (size_t j = 0; j < sizeof day_vars / sizeof day_vars[0]; j++) {
			struct level l = filter(f, scale, default_s, start_var, discounts[i],
						day_vars[j]);
			/* No trend unless the days ask for one. */
			double value = l.likelihood - 0.25 * (double)i;
			if (!(value > best))
				continue;
			best = value;
			f->m->level_s = l.mean;
			f->m->level_var = l.var;
			f->m->growth = l.var * (1.0 / discounts[i] - 1.0);
			f->m->day_var = day_vars[j];
			f->m->discount = discounts[i];
		}
}

/* Contacts-weighted mean of all. */
static double plain_mean(const struct aht_cell *cells, size_t n, double *contacts)
{
	double sum = 0.0;
	*contacts = 0.0;
	for (size_t i = 0; i < n; i++) {
		sum += cells[i].contacts * cells[i].mean_s;
		*contacts += cells[i].contacts;
	}
	return sum / *contacts;
}

void aht_fit(const struct aht_cell *cells, size_t n, int32_t origin, double default_s,
	     double default_contacts, struct aht_scratch *scratch, struct aht_model *m)
{
	for (int i = 0; i < 7 * m->slots; i++) {
		m->factor[i] = 1.0;
		m->spread[i] = 0.0;
	}
	m->level_s = default_s;
	m->level_var = DEFAULT_CONTACT_VAR / default_contacts;
	m->contact_var = DEFAULT_CONTACT_VAR;
	m->growth = m->day_var = 0.0;
	m->k_slot = m->k_cell = INFINITY;
	m->discount = 1.0;
	m->contacts = 0.0;
	if (n == 0)
		return;
	struct fit f = { .cells = cells, .n = n, .origin = origin, .first = cells[0].day,
			 .days = cells[n - 1].day - cells[0].day + 1, .m = m,
			 .stride = scratch->stride };
	f.level = scratch->number;
	f.day_sum = scratch->number + f.stride;
	f.day_contacts = scratch->number + 2 * f.stride;
	f.spare = scratch->number + 3 * f.stride;
	f.mean = plain_mean(cells, n, &m->contacts);
	for (; f.pass < PASSES; f.pass++) {
		day_means(&f);
		smooth_level(&f);
		m->contact_var = contact_variance(&f, f.spare, f.spare + f.stride);
		fit_shape(&f);
	}
	day_means(&f);
	fit_level(&f, default_s, default_contacts);
}
