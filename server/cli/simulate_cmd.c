/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante simulate: problem.json and roster.json in, the roster's trial out. */
#include <math.h>
#include <stdio.h>

#include "server/cli/cli.h"
#include "server/cli/roster_form.h"
#include "server/cli/schedule_cmd.h"
#include "server/cli/trial.h"

enum { OUTPUT_MAX = 512 << 20 };

struct trial {
	struct arena *a;
	struct problem p;
	struct wfm_sim_problem work;
	struct wfm_sim_options options;
	bool planned_only;
	struct wfm_simulation *simulation[2];
	const char *failed; /* file at fault */
};

/* Only a roster that breaks no rule's shape is played: the simulator trusts its activities. */
static bool judge(const struct problem *p, const struct wfm_roster *r, struct err *e)
{
	struct wfm_report *report = NULL;
	struct wfm_error w;
	if (wfm_schedule_verify(&p->wfm, r, false, &report, &w) != WFM_OK)
		return err_from_wfm(e, &w);
	for (int32_t i = 0; i < report->breach_count; i++) {
		const struct wfm_breach *b = &report->breaches[i];
		if (b->kind == WFM_BREACH_SHAPE || b->kind == WFM_BREACH_OVERLAP ||
		    b->kind == WFM_BREACH_SKILL)
			(void)err_set(e, ERR_INVALID, "the roster cannot be played: %s", b->message);
	}
	wfm_report_free(report);
	return e->code == ERR_NONE;
}

static bool play(struct trial *t, const char *path, struct wfm_simulation **out, struct err *e)
{
	const char *text;
	size_t len;
	struct wfm_roster *r = NULL;
	struct wfm_sim_people people = { 0 };
	struct wfm_error w;
	struct roster_claims claims;
	bool ok = false;
	t->failed = path;
	if (!cli_read_file(t->a, path, ROSTER_BYTES_MAX, &text, &len, e) ||
	    !roster_read(t->a, &t->p, text, len, &r, &claims, e))
		return false;
	if (!judge(&t->p, r, e))
		goto out;
	uint8_t *alone = arena_array(t->a, t->p.form.queue_count, 1);
	for (size_t q = 0; q < t->p.form.queue_count; q++)
		alone[q] = t->planned_only || t->p.form.queues[q].work.due_s > 0;
	if (wfm_sim_people_from_roster(&t->p.wfm, r, alone, &people, &w) != WFM_OK) {
		(void)err_from_wfm(e, &w);
		goto out;
	}
	struct wfm_sim_problem problem = t->work;
	problem.sets = people.sets;
	problem.set_count = people.set_count;
	problem.spans = people.spans;
	problem.span_count = people.span_count;
	ok = wfm_simulate(&problem, &t->options, out, &w) == WFM_OK || err_from_wfm(e, &w);
out:
	wfm_sim_people_free(&people);
	wfm_roster_free(r);
	return ok;
}

static void tell(const struct problem *p, const struct wfm_simulation *s)
{
	for (int32_t q = 0; q < s->queue_count; q++) {
		const struct wfm_sim_figures *f = &s->total[q];
		if (!(f->offered > 0.0))
			continue;
		(void)fprintf(stderr,
			      "%s: service level %.1f %% (%.1f to %.1f), abandoned %.1f %%, mean wait %.0f s\n",
			      p->form.queues[q].name, 100 * f->service_level,
			      100 * f->service_level_low, 100 * f->service_level_high,
			      100 * f->abandoned_share, f->wait_s);
	}
}

static bool run(struct trial *t, const char *const *args, size_t n, struct strbuf *s, struct err *e)
{
	const char *text;
	size_t len;
	t->failed = args[0];
	if (!zones_start(e) || !cli_read_file(t->a, args[0], PROBLEM_BYTES_MAX, &text, &len, e) ||
	    !problem_read(t->a, text, len, &t->p, e) || !trial_work(t->a, &t->p, &t->work, e))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!play(t, args[i], &t->simulation[i - 1], e))
			return false;
	const struct wfm_simulation *one = t->simulation[0];
	struct wfm_sim_difference *difference = NULL;
	struct wfm_error w;
	if (n > 2) {
		difference = arena_array(t->a, (size_t)one->queue_count * (size_t)one->day_count,
					 sizeof *difference);
		if (wfm_simulation_compare(one, t->simulation[1], difference, &w) != WFM_OK)
			return err_from_wfm(e, &w);
	}
	struct trial_result result = { one, difference, (int64_t)t->options.seed };
	simulation_write(t->a, &t->p, &t->work, &result, s);
	tell(&t->p, one);
	return true;
}

int cli_simulate(int argc, char **argv)
{
	int64_t replications = 1000, seed = 1, threads = 2;
	double half_width = 0;
	bool planned_only = false, trace = false;
	const struct cli_option options[] = {
		{ "replications", CLI_INT, &replications, 1, 1e6, "times the plan is played (1000)" },
		{ "half-width", CLI_REAL, &half_width, 0, 0.5,
		  "stop when every queue's service level is known to within this, e.g. 0.005" },
		{ "seed", CLI_INT, &seed, 0, 9007199254740992.0, "of the random numbers (1)" },
		{ "threads", CLI_INT, &threads, 1, 64, "at most (2); the answer does not depend on it" },
		{ "planned-only", CLI_FLAG, &planned_only, 0, 0,
		  "people take only the queue they are planned for, not all they can (work that may wait: always)" },
		{ "trace", CLI_FLAG, &trace, 0, 0, "with the events of the first replication" },
	};
	const struct cli_usage usage = {
		.synopsis = "simulate PROBLEM.json ROSTER.json [OTHER.json] > simulation.json",
		.purpose = "Plays the roster's days many times over the work its queues expect (work in\n"
			   "cuadrante schema problem) and gives every figure with its confidence interval;\n"
			   "with a second roster, the difference under the same random numbers.",
		.options = options,
		.option_count = sizeof options / sizeof options[0],
		.args_min = 2,
		.args_max = 3,
	};
	const char *args[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse parsed = cli_parse(&usage, argc, argv, args, &n);
	if (parsed != CLI_GO)
		return parsed == CLI_HELPED ? CLI_DONE : CLI_BAD;
	struct trial t = { .a = arena_new((size_t)4 << 30), .planned_only = planned_only };
	t.options = (struct wfm_sim_options){ .seed = (uint64_t)seed,
					      .replications = (int32_t)replications,
					      .threads = (int32_t)threads,
					      .half_width = n > 2 ? 0 : half_width,
					      .trace_replication = trace ? 0 : -1 };
	struct err e = ERR_INIT;
	struct strbuf s;
	strbuf_init(&s, OUTPUT_MAX);
	int code = run(&t, args, n, &s, &e) ? cli_write(&s, CLI_DONE)
					    : cli_fail("simulate", t.failed, &e);
	wfm_simulation_free(t.simulation[0]);
	wfm_simulation_free(t.simulation[1]);
	strbuf_free(&s);
	arena_free(t.a);
	return code;
}
