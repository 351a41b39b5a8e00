/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The offline commands of schedules; return an enum cli_exit (cli.h). */
#ifndef CLI_SCHEDULE_CMD_H
#define CLI_SCHEDULE_CMD_H

int cli_solve(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_simulate(int argc, char **argv);
int cli_skills(int argc, char **argv);
int cli_schema(int argc, char **argv);

#endif
