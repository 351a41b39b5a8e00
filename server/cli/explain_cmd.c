/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante explain: a problem and a roster in; what is short, why, and what would help out. */
#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/explanation_form.h"
#include "server/cli/roster_form.h"
#include "server/cli/schedule_cmd.h"

enum { OUTPUT_MAX = 256 << 20 };

static double now_s(void *context)
{
	(void)context;
	return clock_monotonic_s();
}

static int explain(struct arena *a, const char *const paths[2], const struct wfm_explain_options *o,
		   bool json, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct problem p;
	struct wfm_roster *r = NULL;
	struct wfm_explanation *x = NULL;
	struct wfm_error w = { 0 };
	const char *text;
	size_t len;
	struct roster_claims claims;
	if (!zones_start(&e) || !cli_read_file(a, paths[0], PROBLEM_BYTES_MAX, &text, &len, &e) ||
	    !problem_read(a, text, len, &p, &e))
		return cli_fail("explain", paths[0], &e);
	if (!cli_read_file(a, paths[1], ROSTER_BYTES_MAX, &text, &len, &e) ||
	    !roster_read(a, &p, text, len, &r, &claims, &e))
		return cli_fail("explain", paths[1], &e);
	int code = CLI_BAD;
	enum wfm_status status = wfm_schedule_explain(&p.wfm, r, o, &x, &w);
	if (x == NULL) {
		(void)err_from_wfm(&e, &w);
		code = cli_fail("explain", paths[1], &e);
	} else {
		if (json)
			explanation_write(a, &p, x, status, s);
		else
			explanation_print(&p, x, s);
		code = cli_write(s, status == WFM_OK ? CLI_DONE : CLI_LIMIT);
	}
	wfm_explanation_free(x);
	wfm_roster_free(r);
	return code;
}

int cli_explain(int argc, char **argv)
{
	bool json = false;
	double time_limit = 0;
	int64_t steps = 0, relaxations = 12;
	const struct cli_option options[] = {
		{ "json", CLI_FLAG, &json, 0, 0, "as JSON (cuadrante schema explanation)" },
		{ "time-limit", CLI_REAL, &time_limit, 0.001, 86400, "seconds; then what was found, exit code 3" },
		{ "iteration-limit", CLI_INT, &steps, 1, 1e12, "steps; the explanation is then the same everywhere" },
		{ "relaxations", CLI_INT, &relaxations, 1, 1000, "eased rules to solve for, the most promising first (12)" },
	};
	const struct cli_usage usage = {
		.synopsis = "explain PROBLEM.json ROSTER.json",
		.purpose = "Says what a roster lacks and what would help: the worth of one more hour and of\n"
			   "one more agent of each contract, which rule to ease and what it saves, and which\n"
			   "rules, leave and locks leave an agent without any tour.",
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
	const struct wfm_explain_options o = { .time_limit_s = time_limit, .iteration_limit = steps,
					       .relaxation_limit = (int32_t)relaxations, .now_s = now_s };
	struct arena *a = arena_new((size_t)4 << 30);
	struct strbuf s;
	strbuf_init(&s, OUTPUT_MAX);
	int code = explain(a, args, &o, json, &s);
	strbuf_free(&s);
	arena_free(a);
	return code;
}
