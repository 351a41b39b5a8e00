/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Absenteeism, turnover and Bradford, against a slow recount of small random networks. */
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

static const char *band_of(int tenure)
{
	return tenure < 90 ? "0-89" : tenure < 365 ? "90-364" : tenure < 1095 ? "365-1094" : "1095-";
}

/* The key of a cell for one agent and day, as the reports write it. */
static void key_of(const struct net *n, int64_t by, int agent, int day, int site, char out[24])
{
	const struct person *p = &n->people[agent];
	char date[11];
	date_format(n->first + day, date);
	if (by == ABSENTEEISM_BY_SITE)
		(void)snprintf(out, 24, "%d", site);
	else if (by == ABSENTEEISM_BY_TEAM)
		(void)snprintf(out, 24, "%d", net_team_on(p, day));
	else if (by == ABSENTEEISM_BY_MONTH)
		(void)snprintf(out, 24, "%.7s", date);
	else if (by == ABSENTEEISM_BY_WEEKDAY)
		(void)snprintf(out, 24, "%d", date_weekday(n->first + day));
	else if (by == ABSENTEEISM_BY_TENURE)
		(void)snprintf(out, 24, "%s", band_of(day - p->hired));
	else
		(void)snprintf(out, 24, "all");
}

static bool seen_by(bool manager, int64_t only, int site)
{
	return (!manager || site >= 2) && (only == FIELD_NULL || only == site);
}

static void check_absence_row(const struct net *n, const struct people_query *q, bool manager,
			      const struct absenteeism_row *row, double *lost_in_all)
{
	double planned = 0, any = 0, unplanned = 0;
	for (int i = 1; i <= AGENTS; i++)
		for (int day = (int)(q->from - n->first); day <= q->to - n->first; day++) {
			const struct day *d = &n->days[i][day];
			const struct spell *s = net_spell_on(n, i, day);
			char key[24];
			if (!d->there || !seen_by(manager, q->site_id, d->site))
				continue;
			key_of(n, q->by, i, day, d->site, key);
			if (q->by == ABSENTEEISM_BY_KIND)
				(void)snprintf(key, sizeof key, "%s",
					       s && s->counts && (s->planned ? d->planned : d->unplanned) ?
						       s->kind : "unknown");
			if (strcmp(key, row->key) == 0) {
				any += (d->planned + d->unplanned) / 3600.0;
				unplanned += d->unplanned / 3600.0;
			}
			if (strcmp(key, row->key) == 0 || q->by == ABSENTEEISM_BY_KIND)
				planned += d->rostered / 3600.0;
		}
	net_ratio(row->total.value, row->total.numerator, row->total.denominator, any, planned, row->key);
	net_ratio(row->unplanned.value, row->unplanned.numerator, row->unplanned.denominator, unplanned,
		    planned, row->key);
	*lost_in_all += any;
}

static void absenteeism_matches_a_recount(void **state)
{
	struct net *n = net_new(11);
	(void)state;
	for (int64_t by = ABSENTEEISM_BY_SITE; by <= ABSENTEEISM_BY_ALL; by++)
		for (int k = 0; k < 4; k++) {
			bool manager = k & 1;
			struct people_query q = { by, n->first + 9, n->first + 80, k & 2 ? 2 : FIELD_NULL };
			struct report_reader who = { 1, manager ? "site_manager" : "hr" };
			struct absenteeism_row *rows;
			struct err e = ERR_INIT;
			size_t count;
			double lost = 0, want = 0;
			if (!report_absenteeism(n->db, n->arena, &q, &who, &rows, &count, &e))
				fail_msg("%s", e.message);
			assert_true(count > 0);
			for (size_t i = 0; i < count; i++)
				check_absence_row(n, &q, manager, &rows[i], &lost);
			for (int i = 1; i <= AGENTS; i++)
				for (int day = 9; day <= 80; day++) {
					const struct day *d = &n->days[i][day];
					if (d->there && seen_by(manager, q.site_id, d->site))
						want += (d->planned + d->unplanned) / 3600.0;
				}
			net_near(lost, want, "no cell is missing");
		}
	net_drop(n);
}

static void check_turnover_row(const struct net *n, const struct people_query *q, bool manager,
			       const struct turnover_row *row, int *leavers_in_all)
{
	static const int64_t cells[] = { ABSENTEEISM_BY_SITE, ABSENTEEISM_BY_TEAM, ABSENTEEISM_BY_MONTH,
					 ABSENTEEISM_BY_TENURE, ABSENTEEISM_BY_ALL };
	int leavers = 0, voluntary = 0, person_days = 0, days = 0;
	for (int day = (int)(q->from - n->first); day <= q->to - n->first; day++) {
		char key[24];
		key_of(n, ABSENTEEISM_BY_MONTH, 1, day, 1, key);
		days += q->by != 2 || strcmp(key, row->key) == 0;
		for (int i = 1; i <= AGENTS; i++) {
			const struct person *p = &n->people[i];
			int site = site_of_team[net_team_on(p, day)];
			if (!net_employed(p, day) || !seen_by(manager, q->site_id, site))
				continue;
			key_of(n, cells[q->by], i, day, site, key);
			if (strcmp(key, row->key) != 0)
				continue;
			person_days++;
			leavers += day == p->left;
			voluntary += day == p->left && p->voluntary;
		}
	}
	double headcount = (double)person_days / days;
	net_ratio(row->turnover.value, row->turnover.numerator, row->turnover.denominator, leavers,
		    headcount, row->key);
	net_ratio(row->voluntary.value, row->voluntary.numerator, row->voluntary.denominator, voluntary,
		    headcount, row->key);
	net_near(row->annualised, leavers / headcount * 365 / days, "annualised");
	*leavers_in_all += leavers;
}

static void turnover_matches_a_recount(void **state)
{
	struct net *n = net_new(13);
	(void)state;
	for (int64_t by = 0; by < 5; by++) /* site, team, month, tenure, all */
		for (int k = 0; k < 4; k++) {
			bool manager = k & 1;
			struct people_query q = { by, n->first + 5, n->first + 85, k & 2 ? 3 : FIELD_NULL };
			struct report_reader who = { 1, manager ? "site_manager" : "hr" };
			struct turnover_row *rows;
			struct err e = ERR_INIT;
			size_t count;
			int leavers = 0, want = 0;
			if (!report_turnover(n->db, n->arena, &q, &who, &rows, &count, &e))
				fail_msg("%s", e.message);
			for (size_t i = 0; i < count; i++)
				check_turnover_row(n, &q, manager, &rows[i], &leavers);
			for (int i = 1; i <= AGENTS; i++) {
				const struct person *p = &n->people[i];
				want += p->left >= 5 && p->left <= 85 &&
					seen_by(manager, q.site_id, site_of_team[net_team_on(p, p->left)]);
			}
			assert_int_equal(leavers, want);
		}
	net_drop(n);
}

static void bradford_matches_a_recount(void **state)
{
	struct net *n = net_new(17);
	struct bradford_query q = { n->first + 60, FIELD_NULL };
	struct db_from from = { &bradford_query_fields, &q };
	struct bradford_row *rows;
	struct err e = ERR_INIT;
	size_t count, want = 0;
	(void)state;
	assert_true(db_rows(n->db, SQL_REPORT_BRADFORD, DB_ARGS(db_int("user_id", 1), db_text("user_role", "hr")),
			    &from, &bradford_row_fields, n->arena, (void **)&rows, &count, &e));
	for (int i = 1; i <= AGENTS; i++) {
		int spells = 0, days = 0;
		for (int k = 0; k < n->spell_count; k++)
			spells += n->spells[k].agent == i && !n->spells[k].planned && n->spells[k].counts &&
				  n->spells[k].first <= 60;
		for (int day = 0; day <= 60; day++)
			days += n->days[i][day].there && n->days[i][day].unplanned > 0;
		if (spells == 0 || !net_employed(&n->people[i], 60))
			continue;
		size_t at = 0;
		while (at < count && rows[at].agent_id != i)
			at++;
		assert_true(at < count);
		assert_int_equal(rows[at].spells, spells);
		assert_int_equal(rows[at].days, days);
		assert_int_equal(rows[at].bradford, spells * spells * days);
		want++;
	}
	assert_int_equal(count, want);
	for (size_t i = 1; i < count; i++)
		assert_true(rows[i - 1].bradford >= rows[i].bradford);
	net_drop(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absenteeism_matches_a_recount),
		cmocka_unit_test(turnover_matches_a_recount),
		cmocka_unit_test(bradford_matches_a_recount),
	};
	pgcluster_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
