/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante holidays: a country's holidays as the days.csv that cuadrante forecast reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/calendar/holidays.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_cmd.h"

static void put_countries(struct strbuf *s)
{
	const struct holiday_book *b = holiday_book();
	strbuf_puts(s, "country,name\n");
	for (size_t i = 0; i < b->country_count; i++) {
		strbuf_printf(s, "%s,", b->countries[i].code);
		strbuf_csv_text(s, b->countries[i].name);
		strbuf_putc(s, '\n');
	}
}

static void put_year(struct strbuf *s, struct arena *a, const struct holiday_country *c, int year,
		     bool closed, bool statutory)
{
	struct holiday *h;
	size_t n;

	holidays_of_year(c, year, a, &h, &n);
	for (size_t i = 0; i < n; i++) {
		char day[11];
		if (h[i].optional && statutory)
			continue;
		date_format(h[i].date, day);
		if (closed && !h[i].optional)
			strbuf_printf(s, "%s,closed,", day);
		else
			strbuf_printf(s, "%s,%s:%s,", day, h[i].optional ? "observance" : "holiday",
				      h[i].key);
		strbuf_csv_text(s, h[i].name);
		strbuf_putc(s, '\n');
	}
}

static bool year_read(const char *text, int64_t *year)
{
	char *end;
	*year = strtol(text, &end, 10);
	return *text != '\0' && *end == '\0' && *year >= HOLIDAY_YEAR_MIN && *year <= HOLIDAY_YEAR_MAX;
}

static int put_country(const char *const *args, size_t n, bool closed, bool statutory)
{
	const struct holiday_country *c = holiday_country_find(holiday_book(), args[0]);
	struct err e = ERR_INIT;
	struct strbuf s;
	int64_t from = 0, to = 0;

	if (c == NULL)
		err_set(&e, ERR_INVALID, "the holidays of %s are not known (cuadrante holidays lists the countries)",
			args[0]);
	else if (n < 2 || !year_read(args[1], &from) || !year_read(args[n - 1], &to) || to < from)
		err_set(&e, ERR_INVALID, "needs one year or a first and a last, from %d to %d",
			(int)HOLIDAY_YEAR_MIN, (int)HOLIDAY_YEAR_MAX);
	if (e.code != ERR_NONE)
		return cli_fail("holidays", NULL, &e);
	struct arena *a = arena_new(0);
	strbuf_init(&s, 16 << 20);
	strbuf_puts(&s, "date,kind,name\n");
	for (int64_t year = from; year <= to; year++)
		put_year(&s, a, c, (int)year, closed, statutory);
	int code = cli_write(&s, CLI_DONE);
	strbuf_free(&s);
	arena_free(a);
	return code;
}

int cli_holidays(int argc, char **argv)
{
	bool closed = false, statutory = false;
	const struct cli_option options[] = {
		{ "closed", CLI_FLAG, &closed, 0, 0, "nobody works on them" },
		{ "statutory", CLI_FLAG, &statutory, 0, 0, "leave out carnival, Christmas Eve and the like" },
	};
	const struct cli_usage usage = {
		.synopsis = "holidays [COUNTRY FROM_YEAR [TO_YEAR]] > days.csv",
		.purpose = "A country's public holidays as special days for cuadrante forecast; without a\n"
			   "country, the countries that are known.",
		.options = options,
		.option_count = 2,
		.args_max = 3,
	};
	const char *args[CLI_ARGS_MAX];
	size_t n;
	struct strbuf s;
	enum cli_parse parsed = cli_parse(&usage, argc, argv, args, &n);
	if (parsed != CLI_GO)
		return parsed == CLI_HELPED ? CLI_DONE : CLI_BAD;
	if (n > 0)
		return put_country(args, n, closed, statutory);
	strbuf_init(&s, 1 << 16);
	put_countries(&s);
	int code = cli_write(&s, CLI_DONE);
	strbuf_free(&s);
	return code;
}
