/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante schema: the JSON forms of the offline commands, made from the tables that read them. */
#include <stdio.h>
#include <string.h>

#include "server/cli/cli.h"
#include "server/cli/explanation_form.h"
#include "server/cli/forecast_form.h"
#include "server/cli/roster_form.h"
#include "server/cli/schedule_cmd.h"
#include "server/cli/skills_form.h"
#include "server/cli/trial.h"

static const struct {
	const char *name;
	const struct fields *fields;
	const char *title;
} forms[] = {
	{ "problem", &problem_form_fields, "Scheduling problem: cuadrante solve reads it" },
	{ "roster", &roster_form_fields, "Roster: cuadrante solve writes it, verify reads it" },
	{ "report", &report_form_fields, "Judgement of a roster: cuadrante verify --json writes it" },
	{ "explanation", &explanation_form_fields, "Explanation of a roster: cuadrante explain --json writes it" },
	{ "simulation", &simulation_form_fields, "Trial of a roster: cuadrante simulate writes it" },
	{ "skills", &skills_form_fields, "Queues and skill groups: cuadrante skills reads it" },
	{ "skills-requirement", &skills_out_fields, "People per group: cuadrante skills --json writes it" },
	{ "forecast", &forecast_document_fields, "Forecast: cuadrante forecast --json writes it" },
};

int cli_schema(int argc, char **argv)
{
	const struct cli_usage usage = {
		.synopsis = "schema problem|roster|report|explanation|simulation|skills|skills-requirement|forecast",
		.purpose = "Prints the JSON Schema (2020-12) of a form.",
		.args_min = 1,
		.args_max = 1,
	};
	const char *args[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse parsed = cli_parse(&usage, argc, argv, args, &n);
	if (parsed != CLI_GO)
		return parsed == CLI_HELPED ? CLI_DONE : CLI_BAD;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (strcmp(forms[i].name, args[0]) != 0)
			continue;
		struct strbuf s;
		strbuf_init(&s, 1 << 20);
		field_schema_document(forms[i].fields, forms[i].title, &s);
		strbuf_putc(&s, '\n');
		int code = cli_write(&s, CLI_DONE);
		strbuf_free(&s);
		return code;
	}
	struct err e = ERR_INIT;
	(void)err_set(&e, ERR_INVALID, "%s is none of problem, roster, report, explanation, simulation, skills, skills-requirement, forecast",
		      args[0]);
	return cli_fail("schema", NULL, &e);
}
