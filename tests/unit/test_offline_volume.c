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

static long agents_written(void)
{
	long sum = 0;
	for (const char *line = strchr(read_file("out"), '\n'); line != NULL && line[1] != '\0';
	     line = strchr(line + 1, '\n')) {
		const char *cell = strchr(strchr(line, ',') + 1, ',');
		sum += strtol(cell + 1, NULL, 10);
	}
	return sum;
}

/* The same forecast as CSV and as JSON, by every way to take its risk. */
static void test_staff_by_risk(void **state)
{
	(void)state;
	write_history("history.csv", 30);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("history.csv"),
			     "--weeks", "1", "--quiet"), CLI_DONE);
	assert_int_equal(rename(path_of("out"), path_of("forecast.csv")), 0);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("history.csv"),
			     "--weeks", "1", "--quiet", "--json"), CLI_DONE);
	assert_int_equal(rename(path_of("out"), path_of("forecast.json")), 0);
	const char *files[] = { "forecast.csv", "forecast.json" };
	long plain[2];
	for (int i = 0; i < 2; i++) {
		char file[128];
		(void)snprintf(file, sizeof file, "%s", path_of(files[i]));
		assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--target", "80/20",
				     "--patience", "180"), CLI_DONE);
		plain[i] = agents_written();
		assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--target", "80/20",
				     "--patience", "180", "--over", "day"), CLI_DONE);
		assert_true(agents_written() < plain[i]); /* whole people round up less often */
		assert_non_null(strstr(read_file("err"), "sales: 7 days, service level 8"));
		assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--target", "80/20",
				     "--patience", "180", "--risk", "day:0.5"), CLI_DONE);
		long half = agents_written();
		assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--target", "80/20",
				     "--patience", "180", "--risk", "day:0.95"), CLI_DONE);
		assert_true(agents_written() > half);
		assert_int_equal(strstr(read_file("err"), "quantiles alone") != NULL, i == 0);
	}
	assert_int_equal(plain[0], plain[1]);
	const char *bad[][2] = { { "--risk", "day:1" }, { "--risk", "dayly" }, { "--over", "year" } };
	for (int i = 0; i < 3; i++) {
		assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("forecast.csv"),
				     "--target", "80/20", bad[i][0], bad[i][1]), CLI_BAD);
		assert_non_null(strstr(read_file("err"), bad[i][0]));
	}
	write_file("f.csv", "queue,start,mean,aht_s\na,2026-01-05T08:00:00Z,3,60\n");
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", path_of("f.csv"), "--target", "80/20",
			     "--risk", "expected"), CLI_BAD);
	assert_non_null(strstr(read_file("err"), "q10 and q90"));
}

/* What cannot be had is said exactly, or the best reachable is written with its figure. */
static void test_staff_impossible(void **state)
{
	(void)state;
	write_file("f.csv", "queue,start,mean,aht_s\na,2026-01-05T08:00:00Z,30,600\n"
			    "a,2026-01-05T08:30:00Z,50,600\n");
	char file[128];
	(void)snprintf(file, sizeof file, "%s", path_of("f.csv"));
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--target", "100/20"), CLI_BAD);
	assert_non_null(strstr(read_file("err"), "for certain"));
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--target", "80/20",
			     "--patience", "0"), CLI_BAD);
	assert_non_null(strstr(read_file("err"), "nobody waits at all"));
	assert_int_equal(RUN(cli_staff, "staff", "--forecast", file, "--channel", "walk_in",
			     "--target", "85/900", "--patience", "1800", "--counters", "11"),
			 CLI_LIMIT);
	const char *err = read_file("err"), *figure = strstr(err, "a service level of ");
	assert_non_null(figure);
	assert_non_null(strstr(err, "(a, 2026-01-05T08:30:00Z)"));
	double level = strtod(figure + 19, NULL), written = 0.0;
	assert_int_equal(sscanf(strstr(read_file("out"), "T08:30:00Z,") + 11, "11,11,%lf", &written), 1);
	assert_true(level > 20.0 && level < 85.0 && fabs(level - 100 * written) < 0.06);
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
	struct volume_options o = { 0 };
	assert_true(volume_file_read(a, path_of("spring.csv"), &o, &f, &e));
	assert_int_equal(f.interval_min, 30);
	assert_int_equal(f.queues[0].row_count, 5);
	arena_free(a);
}

/* Rows of 08:00 to 20:00 from one date to another, `step` minutes each, appended to f. */
static void write_rows(FILE *f, const char *queue, int64_t from, int64_t to, int step)
{
	for (int64_t d = from; d < to; d++)
		for (int m = 480; m < 1200; m += step) {
			char start[26];
			instant_format(d * 86400 + m * 60, 0, start);
			(void)fprintf(f, "%s,%s,%d\n", queue, start, 40 * step / 30 + (int)(d + m) % 3);
		}
}

static FILE *open_history(const char *name)
{
	FILE *f = fopen(path_of(name), "w");
	assert_non_null(f);
	(void)fprintf(f, "queue,start,offered\n");
	return f;
}

static void must_say(const char *words)
{
	const char *err = read_file("err");
	if (strstr(err, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err);
}

/* The mean forecast for noon of a Wednesday; the forecast must be there. */
static double noon_of(const char *queue, const char *date)
{
	char start[80];
	(void)snprintf(start, sizeof start, "\n%s,%sT12:00:00Z,", queue, date);
	const char *row = strstr(read_file("out"), start);
	if (row == NULL)
		fail_msg("no row%s", start);
	return row != NULL ? strtod(row + strlen(start), NULL) : NAN;
}

static int forecast_rubbish(bool skip)
{
	return skip ? RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--weeks", "1",
			  "--from", "2025-03-17", "--skip-bad") :
		      RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--weeks", "1",
			  "--from", "2025-03-17");
}

/* Ten weeks and then something that is not right: named and refused, or left out and forecast. */
static void test_rubbish_rows(void **state)
{
	(void)state;
	static const struct {
		const char *rows, *place, *why;
	} cases[] = {
		/* line 1682 is the first after ten weeks of 24 half hours */
		{ "sales,2025-03-16T12:00:00Z,40\n", "line 1682, column start",
		  "has this interval on line 1666 already" },
		{ "sales,2025-03-16T12:00:00Z,999\n", "line 1666, column start",
		  "again with other figures" },
		{ "sales,2025-03-16T12:07:00Z,41\n", "line 1682, column start",
		  "is not on the 30-minute grid" },
		{ "sales,2025-03-16T12:17:00Z,NaN\n", "line 1682, column offered", "is not a number" },
		{ "sales,2025-03-16T20:30:00Z,41,9,9,9\n", "line 1682", "cells" },
		{ "sales,2199-01-01T08:00:00Z,41\n", "line 1682, column start",
		  "2199-01-01 lies in the future" },
		{ "sales,2025-03-16T20:30:00Z,\n", "line 1682, column offered", "is empty" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		FILE *f = open_history("bad.csv");
		int64_t first = date_from_ymd(2025, 1, 6);
		write_rows(f, "sales", first, first + 70, 30);
		(void)fputs(cases[i].rows, f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(forecast_rubbish(false), CLI_BAD);
		assert_string_equal(read_file("out"), "");
		must_say(cases[i].place);
		must_say(cases[i].why);
		if (strstr(cases[i].why, "cells") == NULL)
			must_say("--skip-bad");
		assert_int_equal(forecast_rubbish(true), CLI_DONE);
		must_say(cases[i].place);
		must_say("left out");
		assert_true(fabs(noon_of("sales", "2025-03-19") - 41) < 1.5);
	}
}

/* Hourly rows until the switch was changed, half-hourly since. */
static void test_mixed_intervals(void **state)
{
	(void)state;
	FILE *f = open_history("bad.csv");
	int64_t first = date_from_ymd(2025, 1, 6);
	write_rows(f, "sales", first, first + 28, 60);
	write_rows(f, "sales", first + 28, first + 70, 30);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(forecast_rubbish(false), CLI_BAD);
	must_say("line 2, column start: queue sales has rows of 60 minutes from 2025-01-06 to 2025-02-02, "
		 "of 30 otherwise (with --interval 60 both can be used)");
	assert_int_equal(forecast_rubbish(true), CLI_DONE);
	assert_true(fabs(noon_of("sales", "2025-03-19") - 41) < 1.5);
	must_say("42 days from 2025-02-03");
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--interval",
			     "60", "--weeks", "1"), CLI_DONE);
	assert_true(fabs(noon_of("sales", "2025-03-19") - 82) < 2.5);
	must_say("rows of 60 minutes from 2025-01-06 to 2025-02-02");
	must_say("70 days from 2025-01-06");
}

/* Queues at different intervals are forecast by one that both add up to. */
static void test_queues_of_different_intervals(void **state)
{
	(void)state;
	FILE *f = open_history("bad.csv");
	int64_t first = date_from_ymd(2025, 1, 6);
	write_rows(f, "fine", first, first + 70, 15);
	write_rows(f, "coarse", first, first + 70, 30);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(forecast_rubbish(false), CLI_DONE);
	must_say("different intervals; all are forecast by 30 minutes");
	assert_true(fabs(noon_of("fine", "2025-03-19") - 42) < 1.5);
	assert_true(fabs(noon_of("coarse", "2025-03-19") - 41) < 1.5);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--interval",
			     "15"), CLI_BAD);
	must_say("30-minute rows (queue coarse)");
}

/* Months without rows are holes; a history that ends long before --from is still a history. */
static void test_gaps(void **state)
{
	(void)state;
	FILE *f = open_history("bad.csv");
	int64_t first = date_from_ymd(2024, 5, 6);
	write_rows(f, "sales", first, first + 140, 30);
	write_rows(f, "sales", first + 260, first + 315, 30);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(forecast_rubbish(false), CLI_DONE);
	must_say("queue sales: no rows from 2024-09-23 to 2025-01-20 (120 days, between lines 3361 and "
		 "3362); they are holes, not zeros");
	assert_true(fabs(noon_of("sales", "2025-03-19") - 41) < 1.5);
	/* Rows at or after --from are not learnt from, and that is said. */
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--weeks", "1",
			     "--from", "2025-03-03"), CLI_DONE);
	must_say("336 intervals from 2025-03-03 on are not learnt from");
}

/* Nothing sound at all: a refusal with the reasons. */
static void test_nothing_sound(void **state)
{
	(void)state;
	write_file("bad.csv", "queue,start,offered\na,2025-01-05T08:00:00Z,x\na,tomorrow,3\n");
	assert_int_equal(forecast_rubbish(true), CLI_BAD);
	must_say("line 2, column offered");
	must_say("line 3, column start");
	assert_string_equal(read_file("out"), "");
}

/* 78 weeks ahead with totals by day and week; demand from handled + abandoned less redials; patience. */
static void test_whole_document(void **state)
{
	(void)state;
	FILE *f = fopen(path_of("bad.csv"), "w");
	assert_non_null(f);
	(void)fprintf(f, "queue,start,offered,handled,abandoned,handle_time_s,wait_time_s\n");
	int64_t first = date_from_ymd(2025, 1, 6);
	for (int64_t d = first; d < first + 70; d++)
		for (int m = 480; m < 1200; m += 30) {
			char start[26];
			instant_format(d * 86400 + m * 60, 0, start);
			(void)fprintf(f, "sales,%s,,%d,10,%d,2400\n", start, 30 + (int)(d + m) % 3,
				      300 * (30 + (int)(d + m) % 3));
		}
	assert_int_equal(fclose(f), 0);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--weeks", "78",
			     "--redial", "0.5", "--json"), CLI_DONE);
	const char *out = read_file("out");
	static const char *const parts[] = { "\"notes\":[]", "\"reason\":\"", "\"history\":\"70 days from",
					     "\"aht\":{\"level_s\":", "\"patience\":{\"mean_s\":240,",
					     "\"redials\":{\"probability\":0.5,\"offered\":",
					     "\"week_totals\":[{\"monday\":\"2025-03-17\",\"days\":7,",
					     "{\"monday\":\"2026-09-07\",\"days\":7," };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr(out, parts[i]) == NULL)
			fail_msg("%s is missing in %.1200s", parts[i], out);
	/* 31 handled, 10 abandoned, half of those again: 36. */
	const char *week = strstr(out, "\"week_totals\":[");
	double mean = strtod(strstr(week, "\"mean\":") + 7, NULL);
	assert_true(fabs(mean / (7 * 24 * 36.0) - 1) < 0.02);
	must_say("attempts taken for redials");
	must_say("patience 240 s");
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("history.csv"), "--redial",
			     "0.99"), CLI_BAD);
	write_rows(f = open_history("bad.csv"), "sales", first, first + 30, 30);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(RUN(cli_forecast, "forecast", "--history", path_of("bad.csv"), "--redial",
			     "0.5"), CLI_BAD);
	must_say("needs the column abandoned");
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
					     "bad.csv", "f.csv", "forecast.csv", "forecast.json", "spring.csv",
					     "bank.csv" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)unlink(path_of(names[i]));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecast_then_staff),
		cmocka_unit_test(test_staff_by_risk),
		cmocka_unit_test(test_staff_impossible),
		cmocka_unit_test(test_finer_rows_are_summed),
		cmocka_unit_test(test_special_days),
		cmocka_unit_test(test_mistakes_have_places),
		cmocka_unit_test(test_missed_clock_change),
		cmocka_unit_test(test_rubbish_rows),
		cmocka_unit_test(test_mixed_intervals),
		cmocka_unit_test(test_queues_of_different_intervals),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_nothing_sound),
		cmocka_unit_test(test_whole_document),
		cmocka_unit_test(test_bank_us_2003),
		cmocka_unit_test(test_bank_il_1999),
	};
	return cmocka_run_group_tests_name("offline volume", tests, set_up, tear_down);
}
