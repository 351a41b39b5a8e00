/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the report card says in words: why these methods, and what of the history they used. */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct used_days {
	int first, last, gap; /* grid days; open days in a row without data between them */
};

static struct used_days used_days(const struct fc_train *t)
{
	struct used_days u = { .first = -1, .last = -1 };
	int missing = 0;
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d])) {
			missing += u.first >= 0 && t->grid->days[d].learn;
			continue;
		}
		if (u.first < 0)
			u.first = d;
		u.last = d;
		if (missing > u.gap)
			u.gap = missing;
		missing = 0;
	}
	return u;
}

static void write_date(int32_t date, char *text, size_t size)
{
	int year, month, day;
	fc_civil(date, &year, &month, &day);
	(void)snprintf(text, size, "%04d-%02d-%02d", year, month, day);
}

static void describe_history(const struct fc_train *t, struct wfm_report_card *r)
{
	struct used_days u = used_days(t);
	if (u.first < 0) {
		(void)snprintf(r->history, sizeof r->history, "no day with usable data");
		return;
	}
	char first[24], last[24];
	r->first_day_used = t->grid->days[u.first].date;
	r->last_day_used = t->grid->days[u.last].date;
	r->longest_gap_days = u.gap;
	write_date(r->first_day_used, first, sizeof first);
	write_date(r->last_day_used, last, sizeof last);
	int n = snprintf(r->history, sizeof r->history, "%d day%s from %s to %s", t->usable,
			 t->usable == 1 ? "" : "s", first, last);
	if (n > 0 && (size_t)n < sizeof r->history && u.gap > 0)
		n += snprintf(r->history + n, sizeof r->history - (size_t)n,
			      "; at most %d open day%s in a row without data", u.gap,
			      u.gap == 1 ? "" : "s");
	if (n > 0 && (size_t)n < sizeof r->history && t->outliers > 0)
		n += snprintf(r->history + n, sizeof r->history - (size_t)n,
			      "; %d slot%s replaced", t->outliers, t->outliers == 1 ? "" : "s");
	if (n > 0 && (size_t)n < sizeof r->history && t->grid->zeros_filled > 0)
		(void)snprintf(r->history + n, sizeof r->history - (size_t)n,
			       "; no rows of 0, so quiet slots without a row count as 0");
}

static bool replaced(const struct fc_train *t, int day, int slot)
{
	const struct fc_grid *g = t->grid;
	double seen = fc_row(g, day)[slot];
	double used = t->y[(size_t)day * (size_t)g->slots + (size_t)slot];
	return g->open[g->days[day].weekday][slot] && !isnan(seen) && !isnan(used) &&
	       (seen < used || seen > used);
}

static enum wfm_status list_outliers(const struct fc_train *t, struct wfm_forecast *f,
				     struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	if (t->outliers == 0)
		return WFM_OK;
	f->outliers = calloc((size_t)t->outliers, sizeof *f->outliers);
	if (f->outliers == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int d = 0; d < t->n; d++)
		for (int s = 0; s < g->slots && f->n_outliers < (size_t)t->outliers; s++)
			if (replaced(t, d, s))
				f->outliers[f->n_outliers++] = (struct wfm_outlier){
					.day = g->days[d].date,
					.slot = (int16_t)s,
					.offered = fc_row(g, d)[s],
					.usual = t->y[(size_t)d * (size_t)g->slots + (size_t)s],
				};
	return WFM_OK;
}

enum wfm_status fc_report_history(const struct fc_train *t, struct wfm_forecast *f,
				  struct wfm_error *e)
{
	f->report.days_used = t->usable;
	f->report.weeks = (t->n + 6) / 7;
	f->report.outliers = t->outliers;
	describe_history(t, &f->report);
	return list_outliers(t, f, e);
}

/* "state_space 81 %, svd_scores 19 %" */
static int list_shares(const struct wfm_report_card *card, char *text, int size)
{
	int n = 0;
	for (int i = 0; i < card->n_scores && n < size; i++)
		if (card->score[i].weight > 0.0)
			n += snprintf(text + n, (size_t)(size - n), "%s%s %.0f %%",
				      n > 0 ? ", " : "", card->score[i].method,
				      100.0 * card->score[i].weight);
	return n < size ? n : size - 1;
}

static double wape_of(const struct fc_backtest *b, const struct wfm_method_score *s)
{
	return b->sparse ? s->wape_day : s->wape;
}

static const struct wfm_method_score *best_alone(const struct fc_backtest *b,
						 const struct wfm_report_card *card)
{
	const struct wfm_method_score *best = NULL;
	for (int i = 0; i < card->n_scores; i++) {
		const struct wfm_method_score *s = &card->score[i];
		if (s->origins > 0 && fc_method_at(i)->run != NULL && !isnan(wape_of(b, s)) &&
		    (best == NULL || wape_of(b, s) < wape_of(b, best)))
			best = s;
	}
	return best;
}

void fc_explain(const struct fc_backtest *b, bool asked, struct wfm_report_card *card)
{
	int size = (int)sizeof card->reason, n = list_shares(card, card->reason, size);
	char *end = card->reason + n;
	size_t room = (size_t)(size - n);
	const struct wfm_method_score *s = &card->score[b->main], *alone = best_alone(b, card);
	double naive = wape_of(b, &card->score[card->seasonal_naive]);
	if (asked)
		(void)snprintf(end, room, ": asked for");
	else if (b->n == 0)
		(void)snprintf(end, room, ": history too short to compare methods on");
	else if (isnan(wape_of(b, s)) || alone == NULL)
		(void)snprintf(end, room, ": no contact came on the days compared");
	else
		(void)snprintf(end, room, ": %sWAPE %.1f %% on %d past origin%s; best alone %s %.1f %%, last week %.1f %%",
			       b->sparse ? "daily " : "", 100.0 * wape_of(b, s), s->origins,
			       s->origins == 1 ? "" : "s", alone->method,
			       100.0 * wape_of(b, alone), 100.0 * naive);
}
