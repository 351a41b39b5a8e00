/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Branches compared, against a slow recount of small random networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>
#include "server/base/clock.h"
#include "server/domain/report.h"
#include "tests/lib/pgcluster.h"
#include "tests/lib/report_net.h"

/* Mean seconds an agent spends on one contact of this queue's kind, in the network. */
static double network_aht(const struct net *n, int q, int first, int last)
{
	double seconds = 0, contacts = 0;
	for (int site = 1; site <= SITES; site++)
		for (int k = 0; k < QUEUES; k++)
			for (int day = first; day <= last; day++)
				if (queues[k].skill == queues[q].skill &&
				    strcmp(queues[k].channel, queues[q].channel) == 0) {
					seconds += n->work[site][k][day].handle_s / queues[k].concurrency;
					contacts += n->work[site][k][day].handled;
				}
	return contacts > 0 ? seconds / contacts : 0;
}

struct recount {
	double contacts, handle_s, offered, in_target, abandoned, resolved, marks, marks_sum;
	double a, b, c, d, in_state, present, standard;
	double standard_of[DAYS], b_of[DAYS];
};

static void recount(const struct net *n, int site, int first, int last, struct recount *r)
{
	for (int q = 0; q < QUEUES; q++) {
		double aht = network_aht(n, q, first, last);
		for (int day = first; day <= last; day++) {
			const struct handled *h = &n->work[site][q][day];
			r->contacts += h->handled;
			r->handle_s += h->handle_s;
			r->resolved += h->resolved;
			r->marks += h->marks;
			r->marks_sum += h->marks_sum;
			r->standard_of[day] += h->handled * aht;
			if (queues[q].live) {
				r->offered += h->offered;
				r->in_target += h->in_target;
				r->abandoned += h->abandoned;
			}
		}
	}
	for (int i = 1; i <= AGENTS; i++)
		for (int day = first; day <= last; day++) {
			const struct day *d = &n->days[i][day];
			if (!d->there || d->site != site)
				continue;
			int c = d->handling + d->waiting + d->breaks + d->training + d->other;
			r->a += d->handling;
			r->b += d->handling + d->waiting;
			r->b_of[day] += d->handling + d->waiting;
			r->c += c;
			r->d += c + d->leave;
			r->in_state += d->in_state;
			r->present += d->rostered - d->planned - d->unplanned;
		}
	for (int day = first; day <= last; day++) { /* work without known time says nothing */
		if (r->b_of[day] <= 0)
			r->standard_of[day] = 0;
		r->standard += r->standard_of[day];
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The bootstrap by its description: 1000 draws of as many days, percentiles 2.5 and 97.5. */
static void check_interval(const struct recount *r, int first, int last, const struct productivity *p)
{
	double s[DAYS], b[DAYS], draws[1000];
	int days = 0;
	uint64_t state = 20260301;
	for (int day = first; day <= last; day++)
		if (r->b_of[day] > 0) {
			s[days] = r->standard_of[day];
			b[days++] = r->b_of[day];
		}
	assert_int_equal(p->days, days);
	if (days < 3) {
		assert_true(isnan(p->low) && isnan(p->high));
		return;
	}
	for (int i = 0; i < 1000; i++) {
		double top = 0, bottom = 0;
		for (int k = 0; k < days; k++) {
			uint64_t z = state += 0x9E3779B97F4A7C15u;
			z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
			z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
			z ^= z >> 31;
			int at = (int)(((z >> 32) * (uint64_t)days) >> 32);
			top += s[at];
			bottom += b[at];
		}
		draws[i] = top / bottom;
	}
	qsort(draws, 1000, sizeof *draws, ascending);
	net_near(p->low, draws[24] + .975 * (draws[25] - draws[24]), "low");
	net_near(p->high, draws[974] + .025 * (draws[975] - draws[974]), "high");
	assert_true(p->low <= p->value && p->value <= p->high);
}

static void check_figures(const struct branch_report *b, const struct recount *r, int first, int last)
{
	const struct productivity *p = &b->productivity;
	const struct service_level *s = &b->service_level;
	net_near(b->contacts_handled, r->contacts, "contacts");
	net_ratio(p->value, p->numerator, p->denominator, r->standard, r->b, "productivity");
	net_ratio(s->value, s->numerator, s->denominator, r->in_target, r->offered, "service level");
#define CHECK(name, top, bottom) \
	net_ratio(b->name.value, b->name.numerator, b->name.denominator, r->top, r->bottom, #name)
	CHECK(abandonment, abandoned, offered);
	CHECK(aht, handle_s, contacts);
	CHECK(resolution, resolved, contacts);
	CHECK(satisfaction, marks_sum, marks);
	CHECK(utilisation, b, d);
	CHECK(occupancy, a, b);
	CHECK(planned_use, b, c);
	CHECK(availability, c, d);
	CHECK(adherence, in_state, present);
#undef CHECK
	net_near(b->ladder.a_s, r->a, "A");
	net_near(b->ladder.b_s, r->b, "B");
	net_near(b->ladder.c_s, r->c, "C");
	net_near(b->ladder.d_s, r->d, "D");
	check_interval(r, first, last, p);
}

static void merge(struct recount *to, const struct recount *from)
{
	double *a = (double *)(void *)to;
	const double *b = (const double *)(const void *)from;
	for (size_t i = 0; i < sizeof *to / sizeof *a; i++)
		a[i] += b[i];
}

/* Recounts for every site, or region when regions. Index: the id. */
static void recount_all(const struct net *n, bool regions, int first, int last, struct recount *out)
{
	memset(out, 0, sizeof *out * (SITES + 1));
	for (int site = 1; site <= SITES; site++) {
		struct recount *one = calloc(1, sizeof *one);
		assert_non_null(one);
		recount(n, site, first, last, one);
		merge(&out[regions ? region_of[site] : site], one);
		free(one);
	}
}

static void check_period(const struct net *n, int64_t period, const char *date, int first, int last,
			 int before, bool regions)
{
	static struct recount now[SITES + 1], then[SITES + 1];
	struct branch_query q = { period, 0, FIELD_NULL, regions };
	struct branch_report *rows;
	struct err e = ERR_INIT;
	size_t count;
	assert_true(date_parse(date, &q.date));
	if (!report_branches(n->db, n->arena, &q, 0, &rows, &count, &e))
		fail_msg("%s", e.message);
	assert_int_equal(count, regions ? 2 : SITES);
	recount_all(n, regions, first, last, now);
	recount_all(n, regions, before, first - 1, then);
	for (size_t i = 0; i < count; i++) {
		const struct branch_report *b = &rows[i];
		int64_t id = regions ? b->region_id : b->site_id;
		assert_int_equal(b->first_day, n->first + first);
		assert_int_equal(b->last_day, n->first + last);
		check_figures(b, &now[id], first, last);
		net_near(b->previous.productivity, then[id].b > 0 ? then[id].standard / then[id].b : NAN, "before");
		net_near(b->previous.contacts_handled, then[id].contacts, "contacts before");
		net_near(b->previous.service_level,
		     then[id].offered > 0 ? then[id].in_target / then[id].offered : NAN, "level before");
		if (isnan(b->productivity.value)) { /* no productive time: no place, and last */
			assert_int_equal(b->rank, FIELD_NULL);
			assert_int_equal(b->rank_in_region, FIELD_NULL);
			continue;
		}
		assert_int_equal(b->rank, i + 1); /* random doubles do not tie */
		if (i > 0)
			assert_true(rows[i - 1].productivity.value > b->productivity.value);
		int better = 1;
		for (size_t k = 0; k < i; k++)
			better += rows[k].region_id == b->region_id;
		assert_int_equal(b->rank_in_region, better);
	}
}

static void branches_match_a_recount(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct net *n = net_new(seed);
		for (int regions = 0; regions < 2; regions++) {
			check_period(n, REPORT_MONTH, "2026-09-17", 31, 60, 0, regions);
			check_period(n, REPORT_WEEK, "2026-09-06", 30, 36, 23, regions);
			check_period(n, REPORT_DAY, "2026-10-05", 65, 65, 64, regions);
		}
		net_drop(n);
	}
}

static void trend_matches_a_recount(void **state)
{
	struct net *n = net_new(7);
	struct trend_query q = { REPORT_WEEK, n->first + 20, n->first + 50 };
	static struct recount now[SITES + 1];
	struct branch_report *rows;
	struct err e = ERR_INIT;
	size_t count;
	(void)state;
	assert_true(report_branch_trend(n->db, n->arena, 2, &q, 0, &rows, &count, &e));
	assert_int_equal(count, 5); /* Mondays 08-17 .. 09-14; day 50 is Sunday 09-20 */
	for (size_t i = 0; i < count; i++) {
		int first = (int)(rows[i].first_day - n->first);
		assert_int_equal(date_weekday(rows[i].first_day), 1);
		recount_all(n, false, first, first + 6, now);
		check_figures(&rows[i], &now[2], first, first + 6);
	}
	q.from = q.to + 1;
	assert_false(report_branch_trend(n->db, n->arena, 2, &q, 0, &rows, &count, &e));
	assert_int_equal(e.code, ERR_INVALID);
	q.from = FIELD_NULL;
	assert_false(report_branch_trend(n->db, n->arena, 99, &q, 0, &rows, &count, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	net_drop(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches_match_a_recount),
		cmocka_unit_test(trend_matches_a_recount),
	};
	pgcluster_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
