/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of sub-commands, nothing else. */
#include <stdio.h>
#include <string.h>
#include "server/cli/forecast_cmd.h"
#include "server/cli/schedule_cmd.h"
#include "server/service/service.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static int print_version(int argc, char **argv);
static int print_help(int argc, char **argv);

static const struct command commands[] = {
	{ "serve", service_serve, "answer HTTP, with a private PostgreSQL unless --database-url" },
	{ "work", service_work, "run jobs for a database that another process serves" },
	{ "migrate", service_migrate, "bring the database's schema up to date" },
	{ "db", service_db, "db shell: psql on the database" },
	{ "backup", service_backup, "backup FILE: dump the database" },
	{ "restore", service_restore, "restore FILE: load such a dump" },
	{ "demo", service_demo, "load the demo network and print its log-ins" },
	{ "forecast", cli_forecast, "history.csv to forecast.csv" },
	{ "holidays", cli_holidays, "a country's holidays as special days for forecast" },
	{ "staff", cli_staff, "forecast.csv to requirement.csv" },
	{ "skills", cli_skills, "people per skill group when queues share people" },
	{ "solve", cli_solve, "problem.json to roster.json" },
	{ "verify", cli_verify, "judge a roster against its problem" },
	{ "explain", cli_explain, "what a roster lacks, and what would help" },
	{ "simulate", cli_simulate, "play a roster's days before anyone works them" },
	{ "schema", cli_schema, "JSON Schema of the forms that commands read and write" },
	{ "user", service_user, "user LOGIN ROLE [AGENT]: make an account or set its password" },
	{ "config", service_config, "print every setting with its help" },
	{ "version", print_version, "print the version" },
	{ "help", print_help, "print this" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int print_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("cuadrante " CUADRANTE_VERSION);
	return 0;
}

static void print_usage(FILE *out)
{
	fputs("usage: cuadrante COMMAND [arguments]\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
}

static int print_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_usage(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	if (strcmp(name, "--version") == 0)
		name = "version";
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (name[0] != '\0')
		fprintf(stderr, "cuadrante: unknown command \"%s\"\n", name);
	print_usage(stderr);
	return 2;
}
