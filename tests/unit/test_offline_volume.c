/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante forecast and staff as a user runs them: files in, files out, exit codes, places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_cmd.h"
#include "server/cli/volume_file.h"

static char dir[64];

static const char *path_of(const char *name)
{
	static char paths[4][128];
	static int next;
	char *p = paths[next++ % 4];
	(void)snprintf(p, sizeof paths[0], "%s/%s", dir, name);
	return p;
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static char *read_file(const char *name)
{
	FILE *f = fopen(path_of(name), "r");
	assert_non_null(f);
	static char text[4 << 20];
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	assert_int_equal(fclose(f), 0);
	return text;
}

/* Runs a command with standard output and error in files "out" and "err". */
static int command(int (*run)(int, char **), int argc, const char **argv)
{
	char *copy[40];
	assert_true(argc < 40);
	for (int i = 0; i < argc; i++)
		copy[i] = strdup(argv[i]);
	(void)fflush(stdout);
	(void)fflush(stderr);
	int out = dup(1), err = dup(2);
	assert_non_null(freopen(path_of("out"), "w", stdout));
	assert_non_null(freopen(path_of("err"), "w", stderr));
	int code = run(argc, copy);
	(void)fflush(stdout);
	(void)fflush(stderr);
	assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	(void)close(out);
	(void)close(err);
	for (int i = 0; i < argc; i++)
		free(copy[i]);
	return code;
}

#define RUN(run, ...)                                                              \
	command(run, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
		(const char *[]){ __VA_ARGS__ })

/* Ten weeks of half hours 08:00-20:00, two queues, offset -03:00, a steady 40 and 10. */
static void write_history(const char *name, int step_min)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	(void)fprintf(f, "queue,start,offered,handled,handle_time_s\n");
	int64_t first = date_from_ymd(2026, 8, 31);
	for (int q = 0; q < 2; q++)
		for (int64_t d = first; d < first + 70; d++)
			for (int m = 480; m < 1200; m += step_min) {
				char start[26];
				instant_format(d * 86400 + m * 60 + 10800, -10800, start);
				double n = (q ? 10.0 : 40.0) * step_min / 30 +
					   (double)((d * 7 + m) % 3) - 1;
				(void)fprintf(f, "%s,%s,%g,%g,%g\n", q ? "chat" : "sales", start, n,
					      n, n * 240);
			}
	assert_int_equal(fclose(f), 0);
}

static void test_forecast_then_staff(void **state)
{
	(void)state;
	write_history("history.csv", 30);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("history.csv"),
			     "--weeks", "1"), CLI_DONE);
	char *out = read_file("out");
	assert_non_null(strstr(out, "queue,start,mean,q05,q10,q25,q50,q75,q90,q95,aht_s\n"));
	assert_non_null(strstr(out, "\nsales,2026-11-09T08:00:00-03:00,"));
	assert_null(strstr(out, "T07:30:00-03:00")); /* closed */
	double mean = strtod(strstr(out, "\nsales,2026-11-09T08:00:00-03:00,") + 33, NULL);
	assert_true(fabs(mean - 40) < 1.5);
	assert_non_null(strstr(out, "\nchat,2026-11-15T19:30:00-03:00,"));
	assert_non_null(strstr(out, ",240.00\n"));
	assert_int_equal(rename(path_of("out"), path_of("forecast.csv")), 0);
	assert_non_null(strstr(read_file("err"), "sales: "));

	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("forecast.csv"), "--target",
			     "80/20", "--patience", "180", "--shrinkage", "0.3"), CLI_DONE);
	out = read_file("out");
	assert_non_null(strstr(out, "queue,start,agents,agents_on_roster,service_level,"
				    "abandoned_share,asa_s,occupancy\n"));
	const char *noon = strstr(out, "\nsales,2026-11-10T12:00:00-03:00,");
	assert_non_null(noon);
	int agents, roster;
	double level;
	assert_int_equal(sscanf(noon + 33, "%d,%d,%lf", &agents, &roster, &level), 3);
	assert_true(agents >= 5 && agents <= 9); /* 40 × 240 s in half an hour is 5.3 erlangs */
	assert_int_equal(roster, (int)ceil(agents / 0.7 - 1e-9));
	assert_true(level >= 0.8 && level < 1.0);

	/* A cap that cannot be kept: the best reachable is written, exit 3. */
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("forecast.csv"), "--target",
			     "80/20", "--patience", "180", "--max-agents", "4"), CLI_LIMIT);
	assert_non_null(strstr(read_file("out"), "\nsales,2026-11-10T12:00:00-03:00,4,4,"));
}

static void test_finer_rows_are_summed(void **state)
{
	(void)state;
	write_history("fine.csv", 10);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("fine.csv"),
			     "--interval", "30", "--weeks", "1", "--quiet"), CLI_DONE);
	double mean = strtod(strstr(read_file("out"), "\nsales,2026-11-09T08:00:00-03:00,") + 33,
			     NULL);
	assert_true(fabs(mean - 40) < 2);
	assert_string_equal(read_file("err"), "");
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("fine.csv"),
			     "--interval", "15"), CLI_BAD);
}

static void test_special_days(void **state)
{
	(void)state;
	write_history("history.csv", 30);
	write_file("days.csv", "date,kind,queue,factor,from,to\n2026-11-10,closed,sales,,,\n"
			       "2026-11-11,campaign,,2,,\n2026-11-12,closed,,,15:00,\n");
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("history.csv"),
			     "--special", path_of("days.csv")), CLI_DONE);
	char *out = read_file("out");
	assert_null(strstr(out, "\nsales,2026-11-10"));
	assert_non_null(strstr(out, "\nchat,2026-11-10"));
	double mean = strtod(strstr(out, "\nsales,2026-11-11T10:00:00-03:00,") + 33, NULL);
	assert_true(fabs(mean - 80) < 4);
	assert_non_null(strstr(out, "\nsales,2026-11-12T14:30"));
	assert_null(strstr(out, "\nsales,2026-11-12T15:00"));
	write_file("days.csv", "date,kind,from\n2026-13-10,closed,\n2026-11-10,closed,09:17\n");
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("history.csv"),
			     "--special", path_of("days.csv")), CLI_BAD);
	out = read_file("err");
	assert_non_null(strstr(out, "line 2, column date"));
	assert_non_null(strstr(out, "line 3, column from"));
}

static void test_mistakes_have_places(void **state)
{
	(void)state;
	static const struct {
		const char *text, *place;
	} cases[] = {
		{ "queue,start,offered\na,2026-01-05T08:00:00Z,-1\n", "line 2, column offered" },
		{ "queue,start,offered\na,2026-01-05T08:00:00Z,many\n", "line 2, column offered" },
		{ "queue,start,offered\na,2026-01-05 8am,3\n", "line 2, column start" },
		{ "queue,start,offered\n,2026-01-05T08:00:00Z,3\n", "line 2, column queue" },
		{ "queue,start,offered\na,2026-01-05T08:00:00Z,3\na,2026-01-05T08:30:00Z,3\n"
		  "a,2026-01-05T08:00:00Z,3\n", "line 4, column start" },
		{ "queue,start,offered\na,2026-01-05T08:00:00Z,3\na,2026-01-05T08:30:00Z,3\n"
		  "a,2026-01-05T09:00:00Z,3\na,2026-01-05T09:37:00Z,3\n", "line 5, column start" },
		{ "queue,start,offered,handled\na,2026-01-05T08:00:00Z,3,-2\n",
		  "line 2, column handled" },
		{ "queue,offered\na,3\n", "start" },
		{ "", "header" },
		{ "queue,start,offered\n", "no rows" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		write_file("bad.csv", cases[i].text);
		int code = RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"));
		const char *err = read_file("err");
		if (code != CLI_BAD || strstr(err, cases[i].place) == NULL)
			fail_msg("case %zu: exit %d, %s", i, code, err);
		assert_string_equal(read_file("out"), "");
	}
	assert_int_equal(RUN(cli_forecast, "forecast"), CLI_BAD);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("absent.csv")), CLI_BAD);
	write_file("f.csv", "queue,start,mean,aht_s\na,2026-01-05T08:00:00Z,3,0\n");
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("f.csv"), "--target",
			     "80/20"), CLI_BAD);
	assert_non_null(strstr(read_file("err"), "line 2, column aht_s"));
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("f.csv"), "--target", "80"),
			 CLI_BAD);
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("f.csv"), "--channel", "post",
			     "--target", "80/20"), CLI_BAD);
}

/* A history whose own clock missed the spring change: same instant, two wall-clock slots. */
static void test_missed_clock_change(void **state)
{
	(void)state;
	write_file("spring.csv", "queue,start,offered\na,1999-04-02T01:30:00+02:00,1\n"
				 "a,1999-04-02T02:00:00+02:00,2\na,1999-04-02T02:30:00+02:00,3\n"
				 "a,1999-04-02T03:00:00+03:00,4\na,1999-04-02T03:30:00+03:00,5\n");
	struct arena *a = arena_new(0);
	struct volume_file f;
	struct err e = ERR_INIT;
	assert_true(volume_file_read(a, path_of("spring.csv"), 0, &f, &e));
	assert_int_equal(f.interval_min, 30);
	assert_int_equal(f.queues[0].row_count, 5);
	arena_free(a);
}

static void shared_series(const char *file, const char *interval)
{
	const char *root = getenv("CUADRANTE_SHARED_DATA");
	char from[512], shell[1200];
	(void)snprintf(from, sizeof from, "%s/%s", root ? root : "../shared/data", file);
	if (access(from, R_OK) != 0) {
		print_message("skipped: no %s\n", from);
		skip();
	}
	(void)snprintf(shell, sizeof shell, "gzip -cdf '%s' > '%s'", from, path_of("bank.csv"));
	assert_int_equal(system(shell), 0);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("bank.csv"),
			     "--interval", interval), CLI_DONE);
	assert_int_equal(rename(path_of("out"), path_of("forecast.csv")), 0);
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("forecast.csv"), "--target",
			     "80/20", "--patience", "180"), CLI_DONE);
	int rows = 0;
	for (const char *p = read_file("out"); (p = strchr(p, '\n')) != NULL; p++)
		rows++;
	assert_true(rows > 250);
}

static void test_bank_us_2003(void **state)
{
	(void)state;
	shared_series("bank-us-2003/history.csv.gz", "30");
}

static void test_bank_il_1999(void **state)
{
	(void)state;
	shared_series("bank-il-1999/history.csv", "30");
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "/tmp/cuadrante-volume-XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	static const char *const names[] = { "out", "err", "history.csv", "fine.csv", "days.csv",
					     "bad.csv", "f.csv", "forecast.csv", "spring.csv",
					     "bank.csv" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)unlink(path_of(names[i]));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecast_then_staff),
		cmocka_unit_test(test_finer_rows_are_summed),
		cmocka_unit_test(test_special_days),
		cmocka_unit_test(test_mistakes_have_places),
		cmocka_unit_test(test_missed_clock_change),
		cmocka_unit_test(test_bank_us_2003),
		cmocka_unit_test(test_bank_il_1999),
	};
	return cmocka_run_group_tests_name("offline volume", tests, set_up, tear_down);
}
