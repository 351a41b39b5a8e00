/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network's rows, written as COPY text in one transaction. */
#include "server/demo/model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <math.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/base/field.h"
#include "server/base/secret.h"
#include "server/base/strbuf.h"

enum { FLUSH_BYTES = 64 * 1024, BUFFER_BYTES = 256 * 1024 };

/* One COPY: rows collect in the buffer and go out in pieces. */
struct copy {
	struct db *db;
	const struct demo *d;
	struct strbuf text;
	struct err *e;
	bool failed;
};

static void flush(struct copy *c)
{
	if (!c->failed && c->text.len > 0 && !db_copy_put(c->db, c->text.data, c->text.len, c->e))
		c->failed = true;
	strbuf_reset(&c->text);
}

static void row(struct copy *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void row(struct copy *c, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof line) {
		c->failed = !err_set(c->e, ERR_INTERNAL, "demo: a row does not fit");
		return;
	}
	strbuf_add(&c->text, line, (size_t)n);
	strbuf_putc(&c->text, '\n');
	if (c->text.len > FLUSH_BYTES)
		flush(c);
}

struct cell {
	char text[32];
};

static struct cell date_cell(int64_t date)
{
	struct cell c = { "\\N" };
	if (date != FIELD_NULL)
		date_format(date, c.text);
	return c;
}

static struct cell instant_cell(int64_t utc)
{
	struct cell c;
	instant_format(utc, 0, c.text);
	return c;
}

/* 0 is NULL */
static struct cell real_cell(double v)
{
	struct cell c = { "\\N" };
	if (v > 0)
		(void)snprintf(c.text, sizeof c.text, "%.10g", v);
	return c;
}

static struct cell limit_cell(double v)
{
	struct cell c = { "\\N" };
	if (!isnan(v))
		(void)snprintf(c.text, sizeof c.text, "%.10g", v);
	return c;
}

static struct cell int_cell(int v)
{
	struct cell c = { "\\N" };
	if (v > 0)
		(void)snprintf(c.text, sizeof c.text, "%d", v);
	return c;
}

static void copy_regions(struct copy *c)
{
	for (int i = 0; i < DEMO_REGIONS; i++)
		row(c, "%d\t%s\t%s", i + 1, demo_regions[i].code, demo_regions[i].name);
}

static void copy_sites(struct copy *c)
{
	for (int i = 0; i < DEMO_SITES; i++) {
		const struct demo_site *s = &demo_sites[i];
		row(c, "%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%g\t%g", i + 1, s->code, s->name, s->region + 1,
		    s->branch ? "branch" : "contact_centre", s->country, s->zone,
		    int_cell(s->counters).text, s->shrinkage_planned, s->shrinkage_unplanned);
	}
}

static void copy_hours(struct copy *c)
{
	for (int i = 0; i < DEMO_SITES; i++)
		for (int weekday = 1; weekday <= 7; weekday++) {
			int open, close;
			if (demo_open(i, weekday, &open, &close))
				row(c, "%d\t%d\t%d\t%d", i + 1, weekday, open, close);
		}
}

static void copy_skills(struct copy *c)
{
	for (int i = 0; i < DEMO_SKILLS; i++)
		row(c, "%d\t%s\t%s", i + 1, demo_skills[i].code, demo_skills[i].name);
}

static void copy_queues(struct copy *c)
{
	for (int i = 0; i < DEMO_QUEUES; i++) {
		const struct demo_queue *q = &demo_queues[i];
		row(c, "%d\t%s\t%s\t%d\t%d\t%s\t30\t%s\t%s\t%s\t%s\t%s\t%g\t%s\t%g", i + 1, q->code, q->name,
		    q->site + 1, q->skill + 1, q->channel, real_cell(q->target_share).text,
		    real_cell(q->target_s).text, real_cell(q->max_abandoned).text,
		    real_cell(q->max_occupancy).text, real_cell(q->patience_s).text, q->concurrency,
		    int_cell(q->turnaround_min).text, q->aht_s);
	}
}

static void copy_specials(struct copy *c)
{
	for (size_t i = 0; i < c->d->specials.count; i++) {
		const struct demo_special *s = &c->d->specials.items[i];
		row(c, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", date_cell(s->day).text,
		    s->country ? s->country : "\\N", int_cell(s->site + 1).text,
		    int_cell(s->queue + 1).text, s->kind, s->name, s->closed ? "t" : "f",
		    s->tell ? real_cell(s->factor).text : "\\N", s->group ? s->group : "\\N",
		    s->country ? "t" : "f");
	}
}

static void copy_contracts(struct copy *c)
{
	for (int i = 0; i < DEMO_CONTRACTS; i++) {
		const struct demo_contract *k = &demo_contracts[i];
		row(c, "%d\t%s\t%s\t%d\t%d\t%d\t%d\t%d", i + 1, k->code, k->name, k->cost_cents, k->shift_min,
		    k->shift_max, k->start_earliest, k->start_latest);
	}
}

static void copy_rules(struct copy *c)
{
	for (int i = 0; i < DEMO_CONTRACTS; i++)
		for (int j = 0; j < 6 && demo_contracts[i].rules[j].name; j++) {
			const struct demo_rule *r = &demo_contracts[i].rules[j];
			row(c, "%d\t%s\t%s\t%s", i + 1, r->name, limit_cell(r->low).text,
			    limit_cell(r->high).text);
		}
}

static void copy_breaks(struct copy *c)
{
	for (int i = 0; i < DEMO_CONTRACTS; i++)
		for (int j = 0; j < 3 && demo_contracts[i].breaks[j].kind; j++) {
			const struct demo_break *b = &demo_contracts[i].breaks[j];
			row(c, "%d\t%d\t%s\t%d\t%s\t%d\t%d\t%d", i + 1, j + 1, b->kind, b->minutes,
			    b->paid ? "t" : "f", b->earliest, b->latest, b->from);
		}
}

static void copy_teams(struct copy *c)
{
	int here = 0;
	for (int i = 0; i < c->d->team_count; i++)
		here += c->d->teams[i].site == SCL;
	for (int i = 0; i < c->d->team_count; i++) {
		const struct demo_team *t = &c->d->teams[i];
		int south = t->site == SCL ? t->number - (here - DEMO_WAVES) : 0;
		if (south > 0)
			row(c, "%d\t%d\tSCL-S%d\tSantiago South %d", i + 1, t->site + 1, south, south);
		else
			row(c, "%d\t%d\t%s-T%02d\t%s team %d", i + 1, t->site + 1,
			    demo_sites[t->site].code, t->number, demo_sites[t->site].name, t->number);
	}
}

static void copy_agents(struct copy *c)
{
	for (size_t i = 0; i < c->d->agents.count; i++) {
		const struct demo_agent *g = &c->d->agents.items[i];
		const char *reason = g->left == FIELD_NULL ? "\\N" :
				     g->voluntary ? "voluntary" : "involuntary";
		row(c, "%zu\t%s%03d\t%s %03d\t%d\t%d\t%d\t%s\t%s\t%s", i + 1, demo_sites[g->site].code,
		    g->number, demo_sites[g->site].name, g->number, g->site + 1, g->team + 1,
		    g->contract + 1, date_cell(g->hired).text, date_cell(g->left).text, reason);
	}
}

static void copy_transfers(struct copy *c)
{
	for (size_t i = 0; i < c->d->agents.count; i++) {
		const struct demo_agent *g = &c->d->agents.items[i];
		if (g->moved != FIELD_NULL)
			row(c, "%zu\t%s\t%d\t%d", i + 1, date_cell(g->moved).text, SCL + 1,
			    g->old_team + 1);
	}
}

/* Newcomers take longer. */
static void copy_agent_skills(struct copy *c)
{
	for (size_t i = 0; i < c->d->agents.count; i++) {
		const struct demo_agent *g = &c->d->agents.items[i];
		for (int k = 0; k < DEMO_SKILLS; k++)
			if (g->skills >> k & 1)
				row(c, "%zu\t%d\t%s", i + 1, k + 1,
				    c->d->until - g->hired < 45 ? "0.85" : "1");
	}
}

static void copy_availability(struct copy *c)
{
	for (size_t i = 0; i < c->d->agents.count; i++) {
		const struct demo_agent *g = &c->d->agents.items[i];
		for (int weekday = 1; weekday <= 7; weekday++) {
			if (g->contract == WE18 && weekday >= 6)
				row(c, "%zu\t%d\t0\t1440", i + 1, weekday);
			else if (g->contract == PT20 && weekday <= 5)
				row(c, "%zu\t%d\t840\t1440", i + 1, weekday);
			else if (g->contract == PT30 && g->number % 4 == 0 && weekday <= 6)
				row(c, "%zu\t%d\t420\t960", i + 1, weekday); /* mornings */
		}
	}
}

static void copy_absences(struct copy *c)
{
	for (size_t i = 0; i < c->d->absences.count; i++) {
		const struct demo_absence *x = &c->d->absences.items[i];
		const struct zone *z = c->d->zones[c->d->agents.items[x->agent].site];
		int64_t first = c->d->first_day + x->first, last = c->d->first_day + x->last;
		int64_t start = zone_to_utc(z, first, 0), end = zone_to_utc(z, last + 1, 0);
		if (x->until_min > x->from_min) {
			start = zone_to_utc(z, first, x->from_min);
			end = zone_to_utc(z, first, x->until_min);
		}
		int64_t noted = x->planned ? first - 30 : first;
		if (noted >= c->d->until)
			noted = c->d->until - 1;
		struct cell at = instant_cell(zone_to_utc(z, noted, 570));
		row(c, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%" PRId64 "\t%s\t%s", x->agent + 1,
		    demo_absence_names[x->kind], x->state, instant_cell(start).text,
		    instant_cell(end).text, x->planned ? "t" : "f", x->paid ? "t" : "f",
		    x->excused ? "t" : "f", x->planned_minutes, at.text, at.text);
	}
}

static void copy_history(struct copy *c)
{
	for (size_t i = 0; i < c->d->intervals.count; i++) {
		const struct demo_interval *v = &c->d->intervals.items[i];
		row(c, "%d\t%s\t%d\t%d\t%d\t%d\t%.0f\t%.0f", v->queue + 1, instant_cell(v->start).text,
		    v->offered, v->handled, v->abandoned, v->in_target, v->handle_s, v->wait_s);
	}
}

static void copy_agent_days(struct copy *c)
{
	for (size_t i = 0; i < c->d->agent_days.count; i++) {
		const struct demo_agent_day *a = &c->d->agent_days.items[i];
		row(c, "%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d", a->agent + 1,
		    date_cell(c->d->first_day + a->t).text, a->site + 1, a->rostered, a->handling, a->waiting,
		    a->breaks, a->training, a->other, a->paid_leave, a->in_state, a->absent_planned,
		    a->absent_unplanned);
	}
}

static void copy_handled_days(struct copy *c)
{
	for (size_t i = 0; i < c->d->handled.count; i++) {
		const struct demo_handled *h = &c->d->handled.items[i];
		row(c, "%d\t%d\t%s\t%d\t%d\t%d\t%d\t%.0f\t%d\t%d\t%d\t%d", h->site + 1, h->queue + 1,
		    date_cell(c->d->first_day + h->t).text, h->offered, h->handled, h->abandoned,
		    h->in_target, h->handle_s, h->resolved, h->satisfaction_sum, h->satisfaction_count,
		    h->sales);
	}
}

/* In the order of their foreign keys. */
static const struct {
	enum sql_id id;
	void (*rows)(struct copy *c);
} tables[] = {
	{ SQL_DEMO_COPY_REGION, copy_regions },
	{ SQL_DEMO_COPY_SITE, copy_sites },
	{ SQL_DEMO_COPY_SITE_HOURS, copy_hours },
	{ SQL_DEMO_COPY_SKILL, copy_skills },
	{ SQL_DEMO_COPY_QUEUE, copy_queues },
	{ SQL_DEMO_COPY_SPECIAL_DAY, copy_specials },
	{ SQL_DEMO_COPY_CONTRACT, copy_contracts },
	{ SQL_DEMO_COPY_CONTRACT_RULE, copy_rules },
	{ SQL_DEMO_COPY_CONTRACT_BREAK, copy_breaks },
	{ SQL_DEMO_COPY_TEAM, copy_teams },
	{ SQL_DEMO_COPY_AGENT, copy_agents },
	{ SQL_DEMO_COPY_AGENT_TRANSFER, copy_transfers },
	{ SQL_DEMO_COPY_AGENT_SKILL, copy_agent_skills },
	{ SQL_DEMO_COPY_AVAILABILITY, copy_availability },
	{ SQL_DEMO_COPY_ABSENCE, copy_absences },
	{ SQL_DEMO_COPY_HISTORY, copy_history },
	{ SQL_DEMO_COPY_AGENT_DAY, copy_agent_days },
	{ SQL_DEMO_COPY_HANDLED_DAY, copy_handled_days },
};

static bool copy_tables(struct db *db, const struct demo *d, struct err *e)
{
	struct copy c = { .db = db, .d = d, .e = e };
	strbuf_init(&c.text, BUFFER_BYTES);
	for (size_t i = 0; i < sizeof tables / sizeof *tables && !c.failed; i++) {
		int64_t rows;
		if (!db_copy_begin(db, tables[i].id, e)) {
			c.failed = true;
			break;
		}
		tables[i].rows(&c);
		flush(&c);
		if (!c.failed && !db_copy_end(db, &rows, e))
			c.failed = true;
	}
	strbuf_free(&c.text);
	return !c.failed;
}

/* An agent of Santiago who is there in the coming week. */
static int64_t agent_for_login(const struct demo *d)
{
	for (size_t i = 0; i < d->agents.count; i++) {
		const struct demo_agent *g = &d->agents.items[i];
		bool here = g->unit == SCL && g->contract == FT42 && g->left == FIELD_NULL;
		for (int t = d->days; here && t < d->days + 14; t++)
			here = g->away[t] == 0;
		if (here)
			return (int64_t)i + 1;
	}
	return FIELD_NULL;
}

static bool add_users(struct db *db, const struct demo *d, struct err *e)
{
	static const char *const own_sites[] = { "SSA", "STA" };
	for (int i = 0; i < DEMO_LOGINS; i++) {
		const struct demo_login *l = &demo_logins[i];
		char hash[SECRET_PASSWORD_HASH];
		bool agent = strcmp(l->role, "agent") == 0;
		if (!secret_password_hash(l->password, hash, e))
			return false;
		if (!db_run(db, SQL_DEMO_ADD_USER,
			    DB_ARGS(db_text("login", l->login), db_text("name", ""),
				    db_text("password_hash", hash), db_text("role", l->role),
				    db_int("agent_id", agent ? agent_for_login(d) : FIELD_NULL)),
			    NULL, NULL, e))
			return false;
	}
	for (size_t i = 0; i < sizeof own_sites / sizeof *own_sites; i++)
		if (!db_run(db, SQL_DEMO_ADD_USER_SITE,
			    DB_ARGS(db_text("login", "manager"), db_text("code", own_sites[i])), NULL, NULL,
			    e))
			return false;
	return true;
}

static bool load(struct db *db, const struct demo *d, bool *loaded, struct err *e)
{
	int64_t present, n;
	if (!db_int_value(db, SQL_DEMO_LOCK, DB_NONE, NULL, &n, e) ||
	    !db_int_value(db, SQL_DEMO_PRESENT, DB_NONE, NULL, &present, e))
		return false;
	*loaded = present == 0;
	if (present == 1)
		return true;
	if (present != 0)
		return err_set(e, ERR_CONFLICT,
			       "the database holds another network; the demo wants an empty one");
	return copy_tables(db, d, e) && db_int_value(db, SQL_DEMO_SET_SEQUENCES, DB_NONE, NULL, &n, e) &&
	       add_users(db, d, e) && db_run(db, SQL_DEMO_ANALYZE, DB_NONE, NULL, NULL, e);
}

bool demo_load(struct db *db, const struct demo *d, bool *loaded, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (load(db, d, loaded, e) && db_commit(db, e))
		return true;
	db_rollback(db);
	return false;
}
