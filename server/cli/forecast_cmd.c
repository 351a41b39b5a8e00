/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante forecast: history.csv in, forecast.csv (or --json) out, the report card to stderr. */
#include "server/cli/forecast_cmd.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_form.h"
#include "server/cli/volume_series.h"

struct forecast_args {
	const char *history, *special, *from, *method;
	int64_t weeks, interval;
	double aht_s, redial, redial_delay_s;
	bool json, quiet, skip_bad;
	int32_t first_day; /* of from; 0: not given */
};

/* What a run works with: all of it in the arena. */
struct forecast_job {
	struct arena *arena;
	const struct forecast_args *args;
	struct volume_file file;
	struct special_file special;
	struct forecast_document doc;
	size_t note_cap;
};

static struct wfm_special_day *special_days(struct arena *a, const struct special_file *f,
					    const char *queue, size_t *n)
{
	struct wfm_special_day *days = arena_array(a, f->count, sizeof *days);
	*n = 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->rows[i].queue == NULL || strcmp(f->rows[i].queue, queue) == 0)
			days[(*n)++] = f->rows[i].day;
	return days;
}

static void add_note(struct forecast_job *job, const char *text)
{
	struct forecast_document *d = &job->doc;
	const char **kept = arena_grow(job->arena, (void **)&d->notes, &job->note_cap, d->note_count,
				       sizeof *kept);
	d->note_count++;
	*kept = text;
	if (!job->args->quiet)
		(void)fprintf(stderr, "cuadrante forecast: %s: %s\n", job->args->history, text);
}

static void note_file(struct forecast_job *job)
{
	const struct err *left = &job->file.left_out;
	char text[480];
	for (size_t i = 0; i < left->items_kept; i++) {
		(void)snprintf(text, sizeof text, "%s: %s; left out", left->items[i].pointer,
			       left->items[i].message);
		add_note(job, arena_strdup(job->arena, text));
	}
	if (left->item_count > left->items_kept) {
		(void)snprintf(text, sizeof text, "and %zu more places left out",
			       left->item_count - left->items_kept);
		add_note(job, arena_strdup(job->arena, text));
	}
	for (size_t i = 0; i < job->file.note_count; i++)
		add_note(job, job->file.notes[i]);
}

/* Rows that a given --from cuts off. */
static void note_unused(struct forecast_job *job, const char *queue, const struct wfm_series *s)
{
	size_t unused = 0;
	char text[400];
	for (size_t i = 0; i < s->n_observations; i++)
		unused += s->observations[i].day >= job->args->first_day;
	if (job->args->first_day == 0 || unused == 0)
		return;
	(void)snprintf(text, sizeof text, "queue %.60s: %zu intervals from %s on are not learnt from",
		       queue, unused, job->args->from);
	add_note(job, arena_strdup(job->arena, text));
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
	if (q->history[0] != '\0')
		(void)fprintf(stderr, " (%s)", q->history);
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
	if (q->reason[0] != '\0')
		(void)fprintf(stderr, "  why: %s\n", q->reason);
	if (!isnan(q->patience.mean_s))
		(void)fprintf(stderr, "  patience %.0f s (95 %%: %.0f to %.0f), %s\n",
			      q->patience.mean_s, q->patience.low_s, q->patience.high_s,
			      q->patience.reason);
	if (!isnan(q->redials.fresh))
		(void)fprintf(stderr, "  %.0f of %.0f attempts taken for redials%s\n",
			      q->redials.offered - q->redials.fresh, q->redials.offered,
			      q->redials.unplaced > 0.05 * (q->redials.offered - q->redials.fresh) ?
				      "; more were expected than came: is the share too high?" : "");
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

static void fill_patience(struct arena *a, const struct volume_queue *q, struct forecast_queue *out)
{
	struct wfm_patience p;
	if (!volume_patience(a, q, &p))
		return;
	out->patience = (struct forecast_patience){ p.known ? p.mean_s : NAN, p.low_s,
						    isinf(p.high_s) ? NAN : p.high_s, p.abandons,
						    arena_strdup(a, p.reason) };
}

static bool take_redials(struct forecast_job *job, struct volume_queue *q,
			 struct forecast_redials *out, struct err *e)
{
	struct wfm_redial redial = { job->args->redial, job->args->redial_delay_s };
	struct wfm_offered_load totals;
	bool any = false;
	for (size_t i = 0; i < q->row_count; i++)
		any = any || !isnan(q->rows[i].abandoned) || !isnan(q->rows[i].handled);
	if (!any)
		return err_at(e, ERR_INVALID, "--redial",
			      "needs the column abandoned or handled, queue %.60s has neither", q->name);
	if (!volume_without_redials(job->arena, q, &redial, &totals, e))
		return false;
	*out = (struct forecast_redials){ redial.probability, totals.offered, totals.fresh,
					  totals.unplaced };
	return true;
}

static bool fill_aht(struct forecast_job *job, const char *queue, const struct wfm_series *s,
		     struct forecast_queue *out, struct err *e)
{
	const struct forecast_args *args = job->args;
	struct wfm_aht aht;
	struct wfm_error w;
	struct wfm_aht_options o = { .first_day = args->first_day, .default_aht_s = args->aht_s };
	char text[200];
	if (wfm_aht_forecast(s, &o, &aht, &w) != WFM_OK)
		return err_from_wfm(e, &w);
	if (aht.contacts > 0.0)
		forecast_form_aht(&aht, &out->aht);
	else {
		(void)snprintf(text, sizeof text,
			       "queue %.60s: no handling time in the history, %g s taken (--aht)", queue,
			       args->aht_s);
		add_note(job, arena_strdup(job->arena, text));
	}
	wfm_aht_free(&aht);
	return true;
}

static bool forecast_queue_run(struct forecast_job *job, struct volume_queue *q,
			       struct forecast_queue *out, struct err *e)
{
	struct arena *a = job->arena;
	const struct forecast_args *args = job->args;
	int interval = job->file.interval_min;
	struct wfm_series s = { .interval_min = interval };
	struct forecast_redials redials = { NAN, NAN, NAN, NAN };
	if (args->redial > 0.0 && !take_redials(job, q, &redials, e))
		return false;
	s.observations = volume_observations(a, q, interval, &s.n_observations);
	s.special_days = special_days(a, &job->special, q->name, &s.n_special_days);
	note_unused(job, q->name, &s);
	struct wfm_forecast_options o = { .days = (int32_t)(7 * args->weeks),
					  .first_day = args->first_day,
					  .method = args->method,
					  .default_aht_s = args->aht_s };
	struct forecast_source from = { q->name, interval, q->rows[q->row_count - 1].offset_s,
					&job->special };
	struct wfm_forecast f;
	struct wfm_error w = { 0 };
	if (wfm_forecast_run(&s, &o, &f, &w) != WFM_OK)
		return err_from_wfm(e, &w);
	bool ok = forecast_form_fill(a, &from, &f, out, e);
	wfm_forecast_free(&f);
	if (!ok)
		return false;
	out->redials = redials;
	fill_patience(a, q, out);
	return fill_aht(job, q->name, &s, out, e);
}

static bool read_input(struct forecast_job *job, const char **file, struct err *e)
{
	const struct forecast_args *args = job->args;
	struct volume_options o = { (int)args->interval, args->skip_bad, clock_now() };
	*file = args->history;
	if (!volume_file_read(job->arena, args->history, &o, &job->file, e))
		return false;
	*file = args->special;
	return args->special == NULL || special_file_read(job->arena, args->special,
							  job->file.interval_min, &job->special, e);
}

static int run(struct arena *a, const struct forecast_args *args, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct forecast_job job = { .arena = a, .args = args };
	const char *place;
	if (!read_input(&job, &place, &e)) {
		int code = cli_fail("forecast", place, &e);
		if (place == args->history && e.items_kept > 0 && !args->skip_bad)
			(void)fprintf(stderr, "cuadrante forecast: --skip-bad leaves such places out "
					      "and forecasts from the rest\n");
		return code;
	}
	note_file(&job);
	job.doc.interval_min = job.file.interval_min;
	job.doc.queues = arena_array(a, job.file.queue_count, sizeof *job.doc.queues);
	if (!args->json)
		strbuf_puts(s, "queue,start,mean,q05,q10,q25,q50,q75,q90,q95,aht_s\n");
	for (size_t i = 0; i < job.file.queue_count; i++) {
		struct forecast_queue *q = &job.doc.queues[job.doc.queue_count++];
		struct volume_queue *from = &job.file.queues[i];
		if (!forecast_queue_run(&job, from, q, &e)) {
			int code = cli_fail("forecast", from->name, &e);
			return e.code == ERR_INVALID || code == CLI_FAILED ? code : CLI_NO;
		}
		if (!args->quiet)
			report(q);
		if (!args->json)
			write_csv(s, q, from->rows[from->row_count - 1].offset_s);
	}
	if (args->json) {
		field_to_json(&forecast_document_fields, &job.doc, s);
		strbuf_putc(s, '\n');
	}
	return cli_write(s, CLI_DONE);
}

int cli_forecast(int argc, char **argv)
{
	struct forecast_args args = { .weeks = 2, .aht_s = 180, .redial_delay_s = 600 };
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
		{ "redial", CLI_REAL, &args.redial, 0, 0.95,
		  "of those who abandon this share calls again; taken off the history (0)" },
		{ "redial-delay", CLI_REAL, &args.redial_delay_s, 1, 86400,
		  "seconds until they do, on average (600)" },
		{ "skip-bad", CLI_FLAG, &args.skip_bad, 0, 0,
		  "leave out what is unsound in the history, place by place, instead of refusing it" },
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
	int64_t from;
	if (args.from != NULL) {
		struct err e = ERR_INIT;
		if (!date_parse(args.from, &from)) {
			err_at(&e, ERR_INVALID, "--from", "needs a date like 2026-11-23");
			return cli_fail("forecast", NULL, &e);
		}
		args.first_day = (int32_t)from;
	}
	struct arena *a = arena_new(0);
	struct strbuf s;
	strbuf_init(&s, (size_t)1 << 30);
	int code = run(a, &args, &s);
	strbuf_free(&s);
	arena_free(a);
	return code;
}
