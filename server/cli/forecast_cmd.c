/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante forecast: history.csv in, forecast.csv (or --json) out, the report card to stderr. */
#include "server/cli/forecast_cmd.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_form.h"
#include "server/cli/volume_file.h"

struct forecast_args {
	const char *history, *special, *from, *method;
	int64_t weeks, interval;
	double aht_s;
	bool json, quiet;
};

/* One row per interval wanted, summing finer rows; days on which the clock goes back keep both. */
struct bin {
	int64_t day;
	int slot, offset_s, parts;
	double offered, handled, handle_time_s;
};

static bool same_bin(const struct bin *a, const struct bin *b)
{
	return a->day == b->day && a->slot == b->slot && a->offset_s == b->offset_s;
}

static struct bin bin_of(const struct volume_row *r, int interval_min)
{
	int64_t local = r->start + r->offset_s;
	int64_t day = (local >= 0 ? local : local - 86399) / 86400;
	return (struct bin){ .day = day,
			     .slot = (int)((local - day * 86400) / 60 / interval_min),
			     .offset_s = r->offset_s,
			     .parts = 1,
			     .offered = r->offered,
			     .handled = r->handled,
			     .handle_time_s = r->handle_time_s };
}

/* A bin with some of its parts missing is scaled up; with most of them missing it is a hole. */
static struct wfm_observation observation(const struct bin *b, int parts)
{
	double scale = (double)parts / b->parts;
	return (struct wfm_observation){
		.day = (int32_t)b->day,
		.slot = (int16_t)b->slot,
		.offered = b->parts * 2 >= parts ? b->offered * scale : NAN,
		.handled = b->handled,
		.handle_time_s = b->handle_time_s,
	};
}

static struct wfm_observation *observations(struct arena *a, const struct volume_queue *q,
					    int interval_min, int parts, size_t *count)
{
	struct wfm_observation *rows = arena_array(a, q->row_count, sizeof *rows);
	struct bin now = { 0 };
	*count = 0;
	for (size_t i = 0; i < q->row_count; i++) {
		struct bin b = bin_of(&q->rows[i], interval_min);
		if (i > 0 && same_bin(&b, &now)) {
			now.parts++;
			now.offered += b.offered;
			now.handled += b.handled;
			now.handle_time_s += b.handle_time_s;
			continue;
		}
		if (i > 0)
			rows[(*count)++] = observation(&now, parts);
		now = b;
	}
	rows[(*count)++] = observation(&now, parts);
	return rows;
}

static struct wfm_special_day *special_days(struct arena *a, const struct special_row *rows,
					    size_t count, const char *queue, size_t *n)
{
	struct wfm_special_day *days = arena_array(a, count, sizeof *days);
	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (rows[i].queue == NULL || strcmp(rows[i].queue, queue) == 0)
			days[(*n)++] = rows[i].day;
	return days;
}

static void report(const struct forecast_queue *q)
{
	(void)fprintf(stderr, "%s: %s, %lld weeks of history", q->queue, q->method,
		      (long long)q->weeks);
	const struct forecast_score *own = NULL, *naive = NULL;
	for (size_t i = 0; i < q->score_count; i++) {
		if (strcmp(q->scores[i].method, q->method) == 0)
			own = &q->scores[i];
		if (strcmp(q->scores[i].method, "seasonal_naive") == 0)
			naive = &q->scores[i];
	}
	if (own == NULL || own->origins == 0 || isnan(own->wape)) {
		(void)fprintf(stderr, "; too short to be judged on its past\n");
		return;
	}
	(void)fprintf(stderr,
		      "; WAPE %.1f %% (last week's same interval %.1f %%, nobody below %.1f %%), "
		      "bias %+.1f %%, 80 %% interval held %.0f %%, %lld origins\n",
		      100 * own->wape, 100 * (naive != NULL ? naive->wape : NAN),
		      100 * q->poisson_floor, 100 * own->bias, 100 * own->coverage_80,
		      (long long)own->origins);
}

static void write_csv(struct strbuf *s, const struct forecast_queue *q, int offset_s)
{
	char start[26];
	for (size_t i = 0; i < q->interval_count; i++) {
		const struct forecast_interval *v = &q->intervals[i];
		instant_format(v->start, offset_s, start);
		strbuf_csv_text(s, q->queue);
		strbuf_printf(s, ",%s,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.2f\n", start,
			      v->mean, v->q05, v->q10, v->q25, v->q50, v->q75, v->q90, v->q95,
			      v->aht_s);
	}
}

static bool forecast_queue_run(struct arena *a, const struct forecast_args *args,
			       const struct volume_file *file, size_t index,
			       const struct special_row *special, size_t special_count,
			       struct forecast_queue *out, struct err *e)
{
	const struct volume_queue *q = &file->queues[index];
	int interval = args->interval > 0 ? (int)args->interval : file->interval_min;
	struct wfm_series s = { .interval_min = interval };
	s.observations = observations(a, q, interval, interval / file->interval_min,
				      &s.n_observations);
	s.special_days = special_days(a, special, special_count, q->name, &s.n_special_days);
	struct wfm_forecast_options o = { .days = (int32_t)(7 * args->weeks),
					  .method = args->method,
					  .default_aht_s = args->aht_s };
	if (args->from != NULL) {
		int64_t date;
		if (!date_parse(args->from, &date))
			return err_at(e, ERR_INVALID, "--from", "needs a date like 2026-11-23");
		o.first_day = (int32_t)date;
	}
	struct wfm_forecast f;
	struct wfm_error w = { 0 };
	if (wfm_forecast_run(&s, &o, &f, &w) != WFM_OK) {
		err_from_wfm(e, &w);
		return false;
	}
	forecast_form_fill(a, q->name, interval, q->rows[q->row_count - 1].offset_s, &f, out);
	wfm_forecast_free(&f);
	return true;
}

static int run(struct arena *a, const struct forecast_args *args, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct volume_file file;
	struct special_row *special = NULL;
	size_t special_count = 0;
	if (!volume_file_read(a, args->history, (int)args->interval, &file, &e))
		return cli_fail("forecast", args->history, &e);
	int interval = args->interval > 0 ? (int)args->interval : file.interval_min;
	if (args->special != NULL &&
	    !special_file_read(a, args->special, interval, &special, &special_count, &e))
		return cli_fail("forecast", args->special, &e);
	struct forecast_document doc = { .interval_min = interval };
	doc.queues = arena_array(a, file.queue_count, sizeof *doc.queues);
	if (!args->json)
		strbuf_puts(s, "queue,start,mean,q05,q10,q25,q50,q75,q90,q95,aht_s\n");
	for (size_t i = 0; i < file.queue_count; i++) {
		struct forecast_queue *q = &doc.queues[doc.queue_count++];
		const struct volume_queue *from = &file.queues[i];
		if (!forecast_queue_run(a, args, &file, i, special, special_count, q, &e)) {
			(void)cli_fail("forecast", from->name, &e);
			return e.code == ERR_INVALID ? CLI_BAD : CLI_NO;
		}
		if (!args->quiet)
			report(q);
		if (!args->json)
			write_csv(s, q, from->rows[from->row_count - 1].offset_s);
	}
	if (args->json) {
		field_to_json(&forecast_document_fields, &doc, s);
		strbuf_putc(s, '\n');
	}
	return cli_write(s, CLI_DONE);
}

int cli_forecast(int argc, char **argv)
{
	struct forecast_args args = { .weeks = 2, .aht_s = 180 };
	const struct cli_option options[] = {
		{ "history", CLI_TEXT, &args.history, 0, 0,
		  "queue,start,offered[,handled,handle_time_s,...] as CSV; - for standard input" },
		{ "weeks", CLI_INT, &args.weeks, 1, 78, "how far ahead (2)" },
		{ "from", CLI_TEXT, &args.from, 0, 0,
		  "first local date to forecast (the day after the last in the history)" },
		{ "special", CLI_TEXT, &args.special, 0, 0,
		  "date,kind[,queue,factor,from,to] as CSV; kind closed, outage or a name of its own" },
		{ "interval", CLI_INT, &args.interval, 5, 60,
		  "minutes; finer rows are summed (that of the history)" },
		{ "aht", CLI_REAL, &args.aht_s, 1, 1e6,
		  "handling time where the history has none, seconds (180)" },
		{ "method", CLI_TEXT, &args.method, 0, 0,
		  "one method instead of the best on past origins" },
		{ "json", CLI_FLAG, &args.json, 0, 0, "the whole forecast with its report card" },
		{ "quiet", CLI_FLAG, &args.quiet, 0, 0, "no report card on standard error" },
	};
	const struct cli_usage usage = {
		.synopsis = "forecast --history history.csv [--weeks 2] > forecast.csv",
		.purpose = "Forecasts each queue of a history by interval, with quantiles and a "
			   "report card.",
		.options = options,
		.option_count = sizeof options / sizeof options[0],
	};
	const char *positional[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse p = cli_parse(&usage, argc, argv, positional, &n);
	if (p != CLI_GO)
		return p == CLI_HELPED ? CLI_DONE : CLI_BAD;
	if (args.history == NULL) {
		struct err e = ERR_INIT;
		err_set(&e, ERR_INVALID, "--history is needed (see cuadrante forecast --help)");
		return cli_fail("forecast", NULL, &e);
	}
	struct arena *a = arena_new(0);
	struct strbuf s;
	strbuf_init(&s, (size_t)1 << 30);
	int code = run(a, &args, &s);
	strbuf_free(&s);
	arena_free(a);
	return code;
}
