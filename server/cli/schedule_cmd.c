/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante solve and verify: problem.json in, roster.json out; a roster judged against its problem. */
#include "server/cli/schedule_cmd.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/roster_form.h"

enum { OUTPUT_MAX = 512 << 20 };

static bool read_problem(struct arena *a, const char *path, struct problem *p, struct err *e)
{
	const char *text;
	size_t len;
	return zones_start(e) && cli_read_file(a, path, PROBLEM_BYTES_MAX, &text, &len, e) &&
	       problem_read(a, text, len, p, e);
}

/* ---- solve ------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

struct watch {
	bool talk;
	double last_s;
};

static double now_s(void *context)
{
	(void)context;
	return clock_monotonic_s();
}

/* One line to standard error at most twice a second. True ends the search: Ctrl-C keeps the best. */
static bool on_progress(void *context, const struct wfm_progress *p)
{
	struct watch *w = context;
	double now = clock_monotonic_s();
	if (w->talk && (now - w->last_s >= 0.5 || p->phase == WFM_PHASE_DONE)) {
		w->last_s = now;
		(void)fprintf(stderr, "%3.0f %% %-8s", 100 * p->fraction, wfm_phase_name(p->phase));
		if (isfinite(p->objective))
			(void)fprintf(stderr, " cost %.0f", p->objective);
		if (isfinite(p->bound))
			(void)fprintf(stderr, " bound %.0f", p->bound);
		if (isfinite(p->objective) && isfinite(p->bound))
			(void)fprintf(stderr, " gap %.2f %%", 100 * p->gap);
		(void)fprintf(stderr, " (%lld steps)\n", (long long)p->iterations);
	}
	return interrupted != 0;
}

/* Nothing leaves that the judge, who shares no code with the solver, does not accept. */
static bool judge(const struct problem *p, const struct wfm_roster *r, struct err *e)
{
	struct wfm_report *report = NULL;
	struct wfm_error w;
	if (wfm_schedule_verify(&p->wfm, r, true, &report, &w) != WFM_OK)
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
		(void)fprintf(stderr, ", at most %.2f %% above the least possible (%.0f)", 100 * r->gap,
			      r->bound);
	(void)fprintf(stderr, "; %d shifts, %.1f agent-hours short, %.1f s\n", (int)r->shift_count,
		      hours, r->seconds);
	for (int32_t i = 0; i < r->unplanned_count; i++) {
		const struct wfm_unplanned *u = &r->unplanned[i];
		(void)fprintf(stderr, "no tour for %s keeps", p->form.agents[u->agent].name);
		for (int32_t k = 0; k < u->conflict_count; k++)
			(void)fprintf(stderr, " %s", problem_rule_names[u->conflicts[k]]);
		(void)fprintf(stderr, "%s\n", u->conflict_count == 0 ? " the locks and absences" : "");
	}
}

static int solve(struct arena *a, const char *path, struct wfm_solve_options *o, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct problem p;
	struct wfm_roster *r = NULL;
	struct wfm_error w = { 0 };
	if (!read_problem(a, path, &p, &e))
		return cli_fail("solve", path, &e);
	enum wfm_status status = wfm_schedule_solve(&p.wfm, o, &r, &w);
	if (r == NULL) {
		(void)err_from_wfm(&e, &w);
		return cli_fail("solve", path, &e);
	}
	int code = status == WFM_OK ? CLI_DONE : CLI_LIMIT;
	if (judge(&p, r, &e)) {
		tell(&p, r);
		roster_write(a, &p, r, status, s);
		code = cli_write(s, code);
	} else {
		code = cli_fail("solve", path, &e);
	}
	wfm_roster_free(r);
	return code;
}

int cli_solve(int argc, char **argv)
{
	double time_limit = 0, gap = 0;
	int64_t seed = 1, threads = 0, steps = 0;
	struct watch w = { 0 };
	const struct cli_option options[] = {
		{ "time-limit", CLI_REAL, &time_limit, 0.001, 86400, "seconds; then the best found, exit code 3" },
		{ "iteration-limit", CLI_INT, &steps, 1, 1e12, "steps; a seed then gives the same roster everywhere" },
		{ "gap", CLI_REAL, &gap, 0, 1, "stop when this close to the bound, e.g. 0.005" },
		{ "seed", CLI_INT, &seed, 0, 9007199254740992.0, "of the random numbers (1)" },
		{ "threads", CLI_INT, &threads, 1, 64, "at most (1)" },
		{ "progress", CLI_FLAG, &w.talk, 0, 0, "tell how it goes on standard error" },
	};
	const struct cli_usage usage = {
		.synopsis = "solve PROBLEM.json > roster.json",
		.purpose = "Finds who works when: the cheapest roster that keeps every hard rule, with a\n"
			   "lower bound of any roster's cost. Form: cuadrante schema problem, schema roster.",
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
		.progress = on_progress, .context = &w,
	};
	struct sigaction act = { .sa_handler = on_interrupt };
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	struct arena *a = arena_new((size_t)4 << 30);
	struct strbuf s;
	strbuf_init(&s, OUTPUT_MAX);
	int code = solve(a, args[0], &o, &s);
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
		      "%.2f, rules %.2f, wishes %.2f\n",
		      (int)r->breach_count, r->cost.total, r->cost.pay, r->cost.fixed_pay,
		      r->cost.shortage, r->cost.surplus, r->cost.rules, r->cost.wishes);
	strbuf_printf(s, "agent-hours required %.2f, short %.2f, surplus %.2f, paid %.2f\n",
		      r->required_hours, r->short_hours, r->surplus_hours, r->paid_hours);
}

static int verify(struct arena *a, const char *problem_path, const char *roster_path, bool json,
		  struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct problem p;
	struct wfm_roster *r = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error w;
	const char *text;
	size_t len;
	bool claims;
	if (!read_problem(a, problem_path, &p, &e))
		return cli_fail("verify", problem_path, &e);
	if (!cli_read_file(a, roster_path, ROSTER_BYTES_MAX, &text, &len, &e) ||
	    !roster_read(a, &p, text, len, &r, &claims, &e))
		return cli_fail("verify", roster_path, &e);
	int code = CLI_BAD;
	if (wfm_schedule_verify(&p.wfm, r, claims, &report, &w) != WFM_OK) {
		(void)err_from_wfm(&e, &w);
		code = cli_fail("verify", roster_path, &e);
	} else {
		if (json)
			report_write(a, &p, report, s);
		else
			print_report(&p, report, s);
		code = cli_write(s, report->breach_count == 0 ? CLI_DONE : CLI_NO);
	}
	wfm_report_free(report);
	wfm_roster_free(r);
	return code;
}

int cli_verify(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {
		{ "json", CLI_FLAG, &json, 0, 0, "the report as JSON (cuadrante schema report)" },
	};
	const struct cli_usage usage = {
		.synopsis = "verify PROBLEM.json ROSTER.json",
		.purpose = "Judges a roster, ours or anybody's: every rule, the cost and the coverage,\n"
			   "recomputed from the shifts alone. Exit code 1 on a breach.",
		.options = options,
		.option_count = 1,
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
	int code = verify(a, args[0], args[1], json, &s);
	strbuf_free(&s);
	arena_free(a);
	return code;
}
