/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante solve and verify: problem.json in, roster.json out; a roster judged against its problem. */
#include "server/cli/schedule_cmd.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/deferrable_form.h"
#include "server/cli/meter.h"
#include "server/cli/roster_form.h"

enum { OUTPUT_MAX = 512 << 20 };

static bool read_problem(struct arena *a, const char *path, struct problem *p, struct err *e)
{
	const char *text;
	size_t len;
	return zones_start(e) && cli_read_file(a, path, PROBLEM_BYTES_MAX, &text, &len, e) &&
	       problem_read(a, text, len, p, e);
}

/* ---- the roster before --------------------------------------------------------------------- */

struct before {
	const char *path; /* NULL: none */
	struct wfm_change_cost cost;
	int64_t notice_days;
	struct roster_start start;
	struct wfm_replan *replan;
};

#define BEFORE_OPTIONS(x)                                                                              \
	{ "start", CLI_TEXT, &(x).path, 0, 0, "ROSTER.json to start from: of this plan, or of other weeks" },  \
	{ "change-cost", CLI_REAL, &(x).cost.shift_cents, 0, 1e8,                                      \
	  "cents a shift that is not as in the roster to start from (0)" },                            \
	{ "notice-cost", CLI_REAL, &(x).cost.notice_cents, 0, 1e8,                                     \
	  "cents more on the plan's first day, less from day to day (0)" },                            \
	{ "notice-days", CLI_INT, &(x).notice_days, 0, 366, "until nothing after so many days (7)" }

/* Reads the roster and puts its price into a copy of the problem. CLI_DONE, or what cli_fail returned. */
static int before_open(const char *command, struct arena *a, const struct problem *p, struct before *x)
{
	struct err e = ERR_INIT;
	struct wfm_error w;
	const char *text;
	size_t len;
	if (x->path == NULL) {
		if (x->cost.shift_cents + x->cost.notice_cents <= 0)
			return CLI_DONE;
		(void)err_set(&e, ERR_INVALID, "a price on changes needs the roster to start from: --start");
		return cli_fail(command, NULL, &e);
	}
	x->cost.notice_days = (int32_t)x->notice_days;
	if (cli_read_file(a, x->path, ROSTER_BYTES_MAX, &text, &len, &e) &&
	    roster_read_start(a, p, text, len, &x->start, &e)) {
		if (wfm_replan_open(&p->wfm, x->start.roster, &x->cost, &x->replan, &w) == WFM_OK)
			return CLI_DONE;
		(void)err_from_wfm(&e, &w);
	}
	return cli_fail(command, x->path, &e);
}

static void before_close(struct before *x)
{
	wfm_replan_close(x->replan);
	wfm_roster_free(x->start.roster);
}

/* The problem with the price on changes, if any. */
static const struct wfm_problem *priced(const struct problem *p, const struct before *x)
{
	return x->replan != NULL ? wfm_replan_problem(x->replan) : &p->wfm;
}

static bool count_changes(const struct problem *p, const struct before *x, const struct wfm_roster *r,
			  struct wfm_changes *out, struct err *e)
{
	struct wfm_error w;
	return wfm_replan_count(&p->wfm, x->start.roster, r, &x->cost, out, &w) == WFM_OK || err_from_wfm(e, &w);
}

static void tell_changes(const struct before *x, const struct wfm_changes *c, const struct wfm_roster *r)
{
	if (x->start.weeks != 0)
		(void)fprintf(stderr, "the roster to start from was moved by %lld weeks\n", (long long)x->start.weeks);
	if (x->start.left_out > 0)
		(void)fprintf(stderr, "%lld of its shifts were left out: not of this problem's people or slots\n",
			      (long long)x->start.left_out);
	(void)fprintf(stderr,
		      "%d agents' shifts could stand as they were; %d changed (%d added, %d removed, %d moved), "
		      "at %.0f cents\n",
		      (int)r->start_tours, (int)(c->added + c->removed + c->moved), (int)c->added, (int)c->removed,
		      (int)c->moved, c->cents);
}

/* ---- solve ------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

static double now_s(void *context)
{
	(void)context;
	return clock_monotonic_s();
}

/* True ends the search: Ctrl-C keeps the best. */
static bool on_progress(void *context, const struct wfm_progress *p)
{
	cli_meter_show(context, p);
	return interrupted != 0;
}

/* Nothing leaves that the judge, who shares no code with the solver, does not accept. */
static bool judge(const struct wfm_problem *p, const struct wfm_roster *r, struct err *e)
{
	struct wfm_report *report = NULL;
	struct wfm_error w;
	if (wfm_schedule_verify(p, r, true, &report, &w) != WFM_OK)
		return err_from_wfm(e, &w);
	bool good = report->breach_count == 0;
	if (!good)
		(void)err_set(e, ERR_INTERNAL, "the solver's roster was refused by the judge: %s",
			      report->breaches[0].message);
	wfm_report_free(report);
	return good;
}

static void tell(const struct problem *p, const struct wfm_roster *r)
{
	double hours = 0;
	for (int32_t i = 0; i < r->shortage_count; i++)
		hours += r->shortages[i].people * r->shortages[i].slots * p->wfm.slot_min / 60;
	(void)fprintf(stderr, "cost %.0f cents", r->cost.total);
	if (isfinite(r->bound))
		(void)fprintf(stderr, ", of which at most %.2f %% can be saved (none costs less than %.0f)",
			      100 * r->gap, r->bound);
	(void)fprintf(stderr, "; %d shifts, %.1f agent-hours short, %.1f s\n", (int)r->shift_count,
		      hours, r->seconds);
	if (p->wfm.session_count > 0)
		(void)fprintf(stderr, "training and meetings take %.0f cents of it\n", r->session_cents);
	for (int32_t i = 0; i < r->missed_count; i++)
		(void)fprintf(stderr, "%s misses %s: %s\n", p->form.agents[r->missed[i].agent].name,
			      p->wfm.sessions[r->missed[i].session].name,
			      wfm_miss_reason_name(r->missed[i].reason));
	for (int32_t i = 0; i < r->unplanned_count; i++) {
		const struct wfm_unplanned *u = &r->unplanned[i];
		(void)fprintf(stderr, "no tour for %s keeps", p->form.agents[u->agent].name);
		for (int32_t k = 0; k < u->conflict_count; k++)
			(void)fprintf(stderr, " %s", problem_rule_names[u->conflicts[k]]);
		(void)fprintf(stderr, "%s\n", u->conflict_count == 0 ? " the locks and absences" : "");
	}
}

static int write_solved(struct arena *a, const struct problem *p, const struct before *x,
			const struct wfm_roster *r, enum wfm_status status, struct strbuf *s, struct err *e)
{
	struct wfm_changes changes;
	bool again = x->path != NULL;
	if (!judge(priced(p, x), r, e) || (again && !count_changes(p, x, r, &changes, e)))
		return cli_fail("solve", NULL, e);
	tell(p, r);
	if (again)
		tell_changes(x, &changes, r);
	roster_write(a, p, r, status, again ? &changes : NULL, s);
	return cli_write(s, status == WFM_OK ? CLI_DONE : CLI_LIMIT);
}

static int solve(struct arena *a, const char *path, struct before *x, struct wfm_solve_options *o,
		 struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct problem p;
	struct wfm_roster *r = NULL;
	struct wfm_error w = { 0 };
	if (!read_problem(a, path, &p, &e))
		return cli_fail("solve", path, &e);
	int opened = before_open("solve", a, &p, x);
	if (opened != CLI_DONE)
		return opened;
	o->start = x->start.roster;
	enum wfm_status status = wfm_schedule_solve(priced(&p, x), o, &r, &w);
	cli_meter_end(o->context);
	if (r == NULL) {
		(void)err_from_wfm(&e, &w);
		return cli_fail("solve", path, &e);
	}
	int code = write_solved(a, &p, x, r, status, s, &e);
	wfm_roster_free(r);
	return code;
}

int cli_solve(int argc, char **argv)
{
	double time_limit = 0, gap = 0;
	int64_t seed = 1, threads = 0, steps = 0;
	bool lines = false;
	struct cli_meter meter;
	struct before before = { .notice_days = 7 };
	const struct cli_option options[] = {
		{ "time-limit", CLI_REAL, &time_limit, 0.001, 86400, "seconds; then the best found, exit code 3" },
		{ "iteration-limit", CLI_INT, &steps, 1, 1e12, "steps; a seed then gives the same roster everywhere" },
		{ "gap", CLI_REAL, &gap, 0, 1, "stop when this close to the bound, e.g. 0.005" },
		{ "seed", CLI_INT, &seed, 0, 9007199254740992.0, "of the random numbers (1)" },
		{ "threads", CLI_INT, &threads, 1, 64, "at most (1)" },
		BEFORE_OPTIONS(before),
		{ "progress", CLI_FLAG, &lines, 0, 0,
		  "tell how it goes in lines on standard error; a terminal shows a bar anyway" },
	};
	const struct cli_usage usage = {
		.synopsis = "solve PROBLEM.json > roster.json",
		.purpose = "Finds who works when: the cheapest roster that keeps every hard rule, with a\n"
			   "lower bound of any roster's cost. Form: cuadrante schema problem, schema roster.\n"
			   "With --start a plan is made from another roster: what still obeys the rules is its\n"
			   "first plan; --change-cost keeps the changes few.",
		.options = options,
		.option_count = sizeof options / sizeof options[0],
		.args_min = 1,
		.args_max = 1,
	};
	const char *args[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse parsed = cli_parse(&usage, argc, argv, args, &n);
	if (parsed != CLI_GO)
		return parsed == CLI_HELPED ? CLI_DONE : CLI_BAD;
	struct wfm_solve_options o = {
		.seed = (uint64_t)seed, .time_limit_s = time_limit, .iteration_limit = steps,
		.gap_target = gap, .threads = (int32_t)threads, .now_s = now_s,
		.progress = on_progress, .context = &meter,
	};
	cli_meter_start(&meter, lines);
	struct sigaction act = { .sa_handler = on_interrupt };
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	struct arena *a = arena_new((size_t)4 << 30);
	struct strbuf s;
	strbuf_init(&s, OUTPUT_MAX);
	int code = solve(a, args[0], &before, &o, &s);
	before_close(&before);
	strbuf_free(&s);
	arena_free(a);
	return code;
}

/* ---- verify ------------------------------------------------------------------------------ */

static void print_report(const struct problem *p, const struct wfm_report *r, struct strbuf *s)
{
	for (int32_t i = 0; i < r->breach_count; i++) {
		const struct wfm_breach *b = &r->breaches[i];
		char date[11] = "";
		if (b->day >= 0 && b->day < p->form.days)
			date_format(p->form.start + b->day, date);
		strbuf_printf(s, "breach %s", wfm_breach_kind_name(b->kind));
		if (b->rule < WFM_RULE_COUNT)
			strbuf_printf(s, " %s", problem_rule_names[b->rule]);
		if (b->agent >= 0 && (size_t)b->agent < p->form.agent_count)
			strbuf_printf(s, ", %s", p->form.agents[b->agent].name);
		strbuf_printf(s, "%s%s: %s\n", date[0] != '\0' ? ", " : "", date, b->message);
	}
	strbuf_printf(s,
		      "breaches %d\ncost %.2f cents: pay %.2f, fixed pay %.2f, shortage %.2f, surplus "
		      "%.2f, rules %.2f, wishes %.2f, sessions %.2f, deferred %.2f\n",
		      (int)r->breach_count, r->cost.total, r->cost.pay, r->cost.fixed_pay,
		      r->cost.shortage, r->cost.surplus, r->cost.rules, r->cost.wishes,
		      r->cost.sessions, r->cost.deferred);
	for (int32_t i = 0; i < p->wfm.service_count; i++) {
		const struct wfm_service *x = &p->wfm.services[i];
		strbuf_printf(s, "service %s: %.1f of %.1f contacts in time (%.1f %%), %.1f below the target, "
				 "cost %.2f\n",
			      x->name, r->services[i].answered, x->offered,
			      100 * r->services[i].answered / fmax(x->offered, 1e-9), r->services[i].missing,
			      r->services[i].cents);
	}
	deferrable_print(p, r->deferrable, s);
	strbuf_printf(s, "agent-hours required %.2f, short %.2f, surplus %.2f, paid %.2f\n",
		      r->required_hours, r->short_hours, r->surplus_hours, r->paid_hours);
}

/* Without the roster it was made from, the price on changes cannot be judged, but all else can. */
static void leave_out_changes(struct wfm_roster *r, const struct roster_claims *claims)
{
	r->cost.wishes -= claims->changes.cents;
	r->cost.total -= claims->changes.cents;
	r->bound -= claims->changes.cents;
}

/* The changes it states are those found. */
static bool changes_agree(const struct roster_claims *claims, const struct wfm_changes *found, struct strbuf *s,
			  bool json)
{
	const struct wfm_changes *stated = &claims->changes;
	bool agree = !claims->changed ||
		     (stated->added == found->added && stated->removed == found->removed &&
		      stated->moved == found->moved && fabs(stated->cents - found->cents) < 0.01);
	if (!agree)
		(void)fprintf(stderr, "breach changes: states %d added, %d removed, %d moved, %.2f cents\n",
			      (int)stated->added, (int)stated->removed, (int)stated->moved, stated->cents);
	if (!json)
		strbuf_printf(s, "changed shifts: %d added, %d removed, %d moved, %.2f cents\n",
			      (int)found->added, (int)found->removed, (int)found->moved, found->cents);
	return agree;
}

static int verify(struct arena *a, const char *problem_path, const char *roster_path, struct before *x,
		  bool json, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct problem p;
	struct wfm_roster *r = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error w;
	struct wfm_changes found;
	const char *text;
	size_t len;
	struct roster_claims claims;
	if (!read_problem(a, problem_path, &p, &e))
		return cli_fail("verify", problem_path, &e);
	int code = before_open("verify", a, &p, x);
	if (code != CLI_DONE)
		return code;
	if (!cli_read_file(a, roster_path, ROSTER_BYTES_MAX, &text, &len, &e) ||
	    !roster_read(a, &p, text, len, &r, &claims, &e))
		return cli_fail("verify", roster_path, &e);
	if (x->path == NULL && claims.changed)
		leave_out_changes(r, &claims);
	if (wfm_schedule_verify(priced(&p, x), r, claims.cost, &report, &w) != WFM_OK) {
		(void)err_from_wfm(&e, &w);
		code = cli_fail("verify", roster_path, &e);
		goto out;
	}
	if (x->path != NULL && !count_changes(&p, x, r, &found, &e)) {
		code = cli_fail("verify", roster_path, &e);
		goto out;
	}
	bool good = report->breach_count == 0;
	if (json)
		report_write(a, &p, report, s);
	else
		print_report(&p, report, s);
	if (x->path != NULL)
		good &= changes_agree(&claims, &found, s, json);
	code = cli_write(s, good ? CLI_DONE : CLI_NO);
out:
	wfm_report_free(report);
	wfm_roster_free(r);
	return code;
}

int cli_verify(int argc, char **argv)
{
	bool json = false;
	struct before before = { .notice_days = 7 };
	const struct cli_option options[] = {
		BEFORE_OPTIONS(before),
		{ "json", CLI_FLAG, &json, 0, 0, "the report as JSON (cuadrante schema report)" },
	};
	const struct cli_usage usage = {
		.synopsis = "verify PROBLEM.json ROSTER.json",
		.purpose = "Judges a roster, ours or anybody's: every rule, the cost and the coverage,\n"
			   "recomputed from the shifts alone. Exit code 1 on a breach. The price on changes of\n"
			   "a roster made from another one is judged with --start and the costs given there.",
		.options = options,
		.option_count = sizeof options / sizeof options[0],
		.args_min = 2,
		.args_max = 2,
	};
	const char *args[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse parsed = cli_parse(&usage, argc, argv, args, &n);
	if (parsed != CLI_GO)
		return parsed == CLI_HELPED ? CLI_DONE : CLI_BAD;
	struct arena *a = arena_new((size_t)4 << 30);
	struct strbuf s;
	strbuf_init(&s, OUTPUT_MAX);
	int code = verify(a, args[0], args[1], &before, json, &s);
	before_close(&before);
	strbuf_free(&s);
	arena_free(a);
	return code;
}
