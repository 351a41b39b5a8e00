/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the offline commands share: options from a table, files in with a cap, output out, exit codes.
 *
 * A command is `int cli_NAME(int argc, char **argv)` with argv[0] its own name ("solve"); it returns
 * an enum cli_exit and prints its own errors by cli_fail. main.c has the table of commands.
 * Thread rule: one command a process.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/strbuf.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_NO = 1,    /* the answer is no: a breach, nothing to roster */
	CLI_BAD = 2,   /* bad use or bad input; the message names file and place */
	CLI_LIMIT = 3, /* a limit was reached; the best found was written */
	CLI_FAILED = 4, /* not for anything in the input: no memory, a defect, output not written */
};

enum cli_option_type { CLI_FLAG, CLI_INT, CLI_REAL, CLI_TEXT };

/* value points to bool, int64_t, double or const char *, already holding the default. */
struct cli_option {
	const char *name; /* "time-limit", given as --time-limit 60 or --time-limit=60 */
	enum cli_option_type type;
	void *value;
	double min, max; /* INT, REAL; both 0: any */
	const char *help;
};

struct cli_usage {
	const char *synopsis; /* "solve PROBLEM.json > roster.json" */
	const char *purpose;
	const struct cli_option *options;
	size_t option_count;
	size_t args_min, args_max; /* positional */
};

enum { CLI_ARGS_MAX = 8, CLI_FILE_MAX = 256 << 20 };

enum cli_parse { CLI_GO, CLI_HELPED, CLI_MISUSED };

/* Fills option values and args. CLI_HELPED: --help was printed, return CLI_DONE. CLI_MISUSED: the
 * mistake was printed, return CLI_BAD. */
enum cli_parse cli_parse(const struct cli_usage *u, int argc, char **argv,
			 const char *args[CLI_ARGS_MAX], size_t *arg_count);

/* The whole file ("-": standard input), NUL-terminated, in the arena. */
bool cli_read_file(struct arena *a, const char *path, size_t max_bytes, const char **text,
		   size_t *len, struct err *e);
/* Calls feed with the file's bytes piece by piece, for files of any size. */
bool cli_stream_file(const char *path, bool (*feed)(void *ctx, const char *bytes, size_t n, struct err *e),
		     void *ctx, struct err *e);

/* Standard output, all of it or a message. Returns `done` (see enum cli_exit), or CLI_FAILED when it
 * could not be written. */
int cli_write(const struct strbuf *s, int done);

/* "cuadrante solve: problem.json: /agents/3/contract: is missing", one line a place; returns
 * CLI_BAD, or CLI_FAILED for an internal error. file may be NULL. */
int cli_fail(const char *command, const char *file, const struct err *e);

#endif
