/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The offline commands of volume and people; return an enum cli_exit (cli.h). */
#ifndef CLI_FORECAST_CMD_H
#define CLI_FORECAST_CMD_H

int cli_forecast(int argc, char **argv);
int cli_staff(int argc, char **argv);
int cli_holidays(int argc, char **argv);

#endif
