/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Week totals in the past: at the end of every seventh day the state is projected a week, and
 * the weighted sum of its errors compared with the variance that the model gives it, days tied
 * as in dlm_covariance.c. The ratio starts from 1 as if 12 weeks had said so.
 */
#include "dlm_filter.h"

#include <math.h>
#include <string.h>

enum { WEEK = 7, MOST_WEEKS = 104, FIRST_WEEK = 6 };
static const double PRIOR = 1.0, PRIOR_WEEKS = 12.0, LARGEST = 9.0, LEAST = 0.5, MOST = 4.0;

struct weeks {
	double *m, *P, *Ph; /* Ph: of each day of the week ahead */
	const double *weight;
	double sum, n;
};

static double between(const struct dlm *k, const double *Ph, int earlier, int later)
{
	const struct dlm_row *r = &k->row[later];
	double sum = 0.0, decay = pow(k->param[DLM_PHI], later - earlier);
	for (int j = 0; j < r->n; j++)
		sum += (double)r->value[j] * Ph[r->at[j]] * (r->at[j] == 1 ? decay : 1.0);
	return sum;
}

static void project_week(void *user, const struct dlm_pass *pass, int from)
{
	struct weeks *w = user;
	const struct dlm *k = pass->k;
	int ahead = k->day[k->n - 1] - k->day[from], seen[WEEK], n = 0;
	if (ahead < WEEK || ahead % WEEK != 0 || ahead > WEEK * MOST_WEEKS ||
	    k->day[from] - k->day[0] < WEEK * FIRST_WEEK)
		return;
	double error = 0.0, variance = 0.0;
	memcpy(w->m, pass->m, DLM_STATES * sizeof *w->m);
	memcpy(w->P, pass->P, (size_t)DLM_STATES * DLM_STATES * sizeof *w->P);
	for (int i = from + 1; i < k->n && k->day[i] - k->day[from] <= WEEK; i++) {
		dlm_predict(k, k->param, w->m, w->P);
		if (isnan(k->z[i]))
			continue;
		double *Ph = w->Ph + n * DLM_STATES, own = w->weight[k->row[i].weekday], f;
		double v = dlm_project(k, i, w->m, w->P, Ph, &f);
		error += own * (k->z[i] - f);
		variance += own * own * (v + dlm_observation_variance(k, k->param, i));
		for (int j = 0; j < n; j++)
			variance += 2.0 * own * w->weight[k->row[seen[j]].weekday] *
				    between(k, w->Ph + j * DLM_STATES, seen[j], i);
		seen[n++] = i;
	}
	if (variance > 0.0) {
		w->sum += fmin(error * error / variance, LARGEST);
		w->n += 1.0;
	}
}

enum wfm_status dlm_week_ratio(const struct dlm *k, struct fc_pool *pool, const double weight[7],
			       double *ratio, struct wfm_error *e)
{
	size_t p = DLM_STATES;
	struct weeks w = { .weight = weight };
	struct fc_mark mark = fc_pool_mark(pool);
	struct dlm_pass pass = { .k = k, .visit = project_week, .user = &w };
	w.m = fc_alloc(pool, p, sizeof(double));
	w.P = fc_alloc_unset(pool, p * p, sizeof(double));
	w.Ph = fc_alloc(pool, WEEK * p, sizeof(double));
	pass.m = fc_alloc(pool, p, sizeof(double));
	pass.P = fc_alloc_unset(pool, p * p, sizeof(double));
	pass.Ph = fc_alloc(pool, p, sizeof(double));
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	(void)dlm_filter(&pass, k->param);
	*ratio = (w.sum + PRIOR_WEEKS * PRIOR) / (w.n + PRIOR_WEEKS);
	*ratio = fmin(fmax(*ratio, LEAST), MOST);
	fc_pool_rewind(pool, &mark);
	return WFM_OK;
}
