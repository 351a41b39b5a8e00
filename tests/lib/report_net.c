/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/report_net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>
#include "server/base/clock.h"
#include "server/base/strbuf.h"
#include "tests/lib/pgcluster.h"

const int region_of[SITES + 1] = { 0, 1, 1, 2 };
const int site_of_team[TEAMS + 1] = { 0, 1, 1, 2, 3 };
const struct net_queue queues[QUEUES] = {
	{ 1, 1, "voice", 1, true },    { 2, 1, "voice", 1, true }, { 2, 2, "chat", 2, true },
	{ 1, 3, "email", 1, false },   { 3, 1, "voice", 1, true },
};

void net_near(double got, double want, const char *what)
{
	if (isnan(want) ? !isnan(got) : !(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
		fail_msg("%s: got %.12g, want %.12g", what, got, want);
}

void net_ratio(double value, double numerator, double denominator, double want_numerator,
			double want_denominator, const char *what)
{
	net_near(numerator, want_numerator, what);
	net_near(denominator, want_denominator, what);
	net_near(value, want_denominator > 0 ? want_numerator / want_denominator : NAN, what);
}

static int draw(struct net *n, int below)
{
	n->random = n->random * 6364136223846793005u + 1442695040888963407u;
	return (int)((n->random >> 33) % (uint64_t)below);
}

/* ---- drawing a network ----------------------------------------------------------------------- */

int net_team_on(const struct person *p, int day)
{
	return p->moved >= 0 && day < p->moved ? p->old_team : p->team;
}

bool net_employed(const struct person *p, int day)
{
	return day >= p->hired && day <= p->left;
}

static void draw_people(struct net *n)
{
	for (int i = 1; i <= AGENTS; i++) {
		struct person *p = &n->people[i];
		static const int tenure[] = { 1500, 1090, 800, 360, 340, 95, 60, 5, -20, -50 };
		p->team = 1 + draw(n, TEAMS);
		p->hired = -tenure[draw(n, 10)];
		p->left = draw(n, 3) == 0 ? (p->hired > 0 ? p->hired : 0) + draw(n, 60) : DAYS + 1000;
		p->voluntary = draw(n, 2);
		p->moved = -1;
		int old = 1 + draw(n, TEAMS), day = 10 + draw(n, 60);
		if (site_of_team[old] != site_of_team[p->team] && day > p->hired && day <= p->left) {
			p->moved = day;
			p->old_team = old;
		}
	}
}

static void draw_spells(struct net *n)
{
	static const char *const planned[] = { "maternity", "training", "unpaid" };
	static const char *const unplanned[] = { "sickness", "accident", "unjustified" };
	for (int i = 1; i <= AGENTS; i++)
		for (int day = draw(n, 20); day < DAYS - 8 && n->spell_count < SPELLS;
		     day += 9 + draw(n, 30)) {
			struct spell *s = &n->spells[n->spell_count++];
			*s = (struct spell){ .agent = i, .first = day, .last = day + draw(n, 6),
					     .planned = draw(n, 3) == 0, .counts = draw(n, 5) > 0 };
			s->kind = s->planned ? planned[draw(n, 3)] : unplanned[draw(n, 3)];
		}
}

const struct spell *net_spell_on(const struct net *n, int agent, int day)
{
	for (int i = 0; i < n->spell_count; i++)
		if (n->spells[i].agent == agent && day >= n->spells[i].first && day <= n->spells[i].last)
			return &n->spells[i];
	return NULL;
}

static void draw_days(struct net *n)
{
	for (int i = 1; i <= AGENTS; i++)
		for (int day = 0; day < DAYS; day++) {
			const struct person *p = &n->people[i];
			struct day *d = &n->days[i][day];
			if (!net_employed(p, day) || draw(n, 5) == 0)
				continue;
			const struct spell *s = net_spell_on(n, i, day);
			*d = (struct day){ .there = true, .site = site_of_team[net_team_on(p, day)],
					   .rostered = 14400 + draw(n, 14400) };
			int lost = s ? (draw(n, 3) ? d->rostered : d->rostered / 3) :
				   draw(n, 40) == 0 ? 3600 : 0;
			if (s ? s->planned : draw(n, 2) == 0)
				d->planned = lost;
			else
				d->unplanned = lost;
			d->leave = draw(n, 2) ? lost : 0;
			int rest = d->rostered - lost;
			d->breaks = rest / 16;
			d->training = draw(n, 4) ? 0 : rest / 10;
			d->other = draw(n, rest / 20 + 1);
			d->handling = draw(n, (rest - d->breaks - d->training - d->other) + 1);
			d->waiting = rest - d->breaks - d->training - d->other - d->handling;
			d->in_state = rest - draw(n, rest / 10 + 1);
		}
}

static void draw_work(struct net *n)
{
	for (int site = 1; site <= SITES; site++)
		for (int q = 0; q < QUEUES; q++)
			for (int day = 0; day < DAYS; day++) {
				struct handled *h = &n->work[site][q][day];
				if (queues[q].site != site && draw(n, 4))
					continue; /* sites help each other now and then */
				h->there = true;
				h->offered = draw(n, 300);
				h->handled = h->offered - draw(n, h->offered / 8 + 1);
				h->abandoned = h->offered - h->handled;
				h->in_target = draw(n, h->handled + 1);
				h->handle_s = h->handled * (100 + draw(n, 300));
				h->resolved = draw(n, h->handled + 1);
				h->marks = draw(n, 20);
				h->marks_sum = h->marks + draw(n, 4 * h->marks + 1);
			}
}

/* ---- writing it ------------------------------------------------------------------------------- */

static const char *iso(const struct net *n, int day)
{
	static char text[8][11];
	static int next;
	char *out = text[next++ % 8];
	date_format(n->first + day, out);
	return out;
}

static void write_network(struct strbuf *s)
{
	strbuf_puts(s, "INSERT INTO region (code, name) VALUES ('R1', 'One'), ('R2', 'Two');"
		       "INSERT INTO site (code, name, region_id, kind, country, zone) VALUES"
		       " ('S1', 'Alpha', 1, 'contact_centre', 'CL', 'America/Santiago'),"
		       " ('S2', 'Beta', 1, 'branch', 'GT', 'America/Guatemala'),"
		       " ('S3', 'Gamma', 2, 'branch', 'GT', 'America/Guatemala');"
		       "INSERT INTO skill (code, name) VALUES ('v', 'v'), ('c', 'c'), ('e', 'e');"
		       "INSERT INTO contract (code, name, cost_cents_hour, shift_min_minutes,"
		       " shift_max_minutes) VALUES ('F', 'Full', 500, 240, 480);"
		       "INSERT INTO team (site_id, code, name) VALUES (1, 'T1', 'T1'), (1, 'T2', 'T2'),"
		       " (2, 'T3', 'T3'), (3, 'T4', 'T4');"
		       "INSERT INTO app_user (login, role) VALUES ('boss', 'site_manager');"
		       "INSERT INTO user_site VALUES (1, 2), (1, 3);");
	for (int q = 0; q < QUEUES; q++)
		strbuf_printf(s,
			      "INSERT INTO queue (code, name, site_id, skill_id, channel, target_share,"
			      " target_s, concurrency, aht_s) VALUES ('Q%d', 'Q', %d, %d, '%s', %s, %s, %g,"
			      " 180);", q, queues[q].site, queues[q].skill, queues[q].channel,
			      queues[q].live ? ".8" : "NULL", queues[q].live ? "20" : "NULL",
			      queues[q].concurrency);
}

static void write_people(const struct net *n, struct strbuf *s)
{
	for (int i = 1; i <= AGENTS; i++) {
		const struct person *p = &n->people[i];
		bool stays = p->left > DAYS;
		strbuf_printf(s,
			      "INSERT INTO agent (code, name, site_id, team_id, contract_id, hired, left_on,"
			      " leave_reason) VALUES ('A%d', 'Agent %02d', %d, %d, 1, '%s', %s%s%s, %s);", i,
			      i, site_of_team[p->team], p->team, iso(n, p->hired), stays ? "" : "'",
			      stays ? "NULL" : iso(n, p->left), stays ? "" : "'",
			      stays ? "NULL" : p->voluntary ? "'voluntary'" : "'involuntary'");
		if (p->moved >= 0)
			strbuf_printf(s, "INSERT INTO agent_transfer VALUES (%d, '%s', %d, %d);", i,
				      iso(n, p->moved), site_of_team[p->old_team], p->old_team);
		for (int day = 0; day < DAYS; day++) {
			const struct day *d = &n->days[i][day];
			if (d->there)
				strbuf_printf(s,
					      "INSERT INTO agent_day VALUES (%d, '%s', %d, %d, %d, %d, %d,"
					      " %d, %d, %d, %d, %d, %d);", i, iso(n, day), d->site,
					      d->rostered, d->handling, d->waiting, d->breaks, d->training,
					      d->other, d->leave, d->in_state, d->planned, d->unplanned);
		}
	}
	for (int i = 0; i < n->spell_count; i++) {
		const struct spell *x = &n->spells[i];
		const char *zone = site_of_team[n->people[x->agent].team] == 1 ? "America/Santiago" :
										 "America/Guatemala";
		strbuf_printf(s,
			      "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid,"
			      " excused) VALUES (%d, '%s', '%s', '%s'::timestamp AT TIME ZONE '%s',"
			      " '%s'::timestamp AT TIME ZONE '%s', %s, true, true);", x->agent, x->kind,
			      x->counts ? "recorded" : "rejected", iso(n, x->first), zone,
			      iso(n, x->last + 1), zone, x->planned ? "true" : "false");
	}
}

static void write_work(const struct net *n, struct strbuf *s)
{
	for (int site = 1; site <= SITES; site++)
		for (int q = 0; q < QUEUES; q++)
			for (int day = 0; day < DAYS; day++) {
				const struct handled *h = &n->work[site][q][day];
				if (h->there)
					strbuf_printf(s,
						      "INSERT INTO handled_day VALUES (%d, %d, '%s', %d, %d,"
						      " %d, %d, %.0f, %d, %d, %d, 0);", site, q + 1,
						      iso(n, day), h->offered, h->handled, h->abandoned,
						      h->in_target, h->handle_s, h->resolved, h->marks_sum,
						      h->marks);
			}
}

struct net *net_new(uint64_t seed)
{
	struct net *n = calloc(1, sizeof *n);
	struct err e = ERR_INIT;
	struct strbuf s;
	assert_non_null(n);
	n->random = seed;
	n->arena = arena_new(0);
	n->first = date_from_ymd(2026, 8, 1); /* a Saturday; Chile moves its clock on 2026-09-06 */
	draw_people(n);
	draw_spells(n);
	draw_days(n);
	draw_work(n);
	strbuf_init(&s, 16 << 20);
	write_network(&s);
	write_people(n, &s);
	write_work(n, &s);
	assert_false(s.overflow);
	n->url = pgcluster_fresh();
	pgcluster_sql(n->url, s.data);
	strbuf_free(&s);
	n->db = db_open(n->url, &e);
	assert_non_null(n->db);
	return n;
}

void net_drop(struct net *n)
{
	db_close(n->db);
	arena_free(n->arena);
	free(n);
}

