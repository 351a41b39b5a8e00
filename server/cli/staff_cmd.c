/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante staff: forecast.csv in, requirement.csv out. Rows that are missing are closed time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/csv.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_cmd.h"
#include "server/cli/volume_file.h"
#include "wfm/staffing.h"

enum { MAX_INTERVALS = 2000000 };

struct staff_args {
	const char *forecast, *target, *channel, *shrinkage, *load, *definition, *column;
	double patience_s, abandoned, asa_s, occupancy, blocking, redial, stretch;
	double turnaround_h, backlog_h, due_share, per_person;
	int64_t concurrency, counters, min_agents, max_agents, interval;
	bool open_hours;
};

struct staff_row {
	int64_t start, line;
	int offset_s;
	double volume, aht_s;
};

struct staff_queue {
	const char *name;
	struct staff_row *rows;
	size_t count, cap;
};

enum staff_column { C_QUEUE, C_START, C_MEAN, C_AHT, C_Q05, C_Q10, C_Q25, C_Q50, C_Q75, C_Q90,
		    C_Q95 };
static const struct csv_column staff_columns[] = {
	{ "queue", true }, { "start", true }, { "mean", true },	 { "aht_s", true },
	{ "q05", false },  { "q10", false },  { "q25", false },	 { "q50", false },
	{ "q75", false },  { "q90", false },  { "q95", false },
};
enum { COLUMN_COUNT = sizeof staff_columns / sizeof staff_columns[0] };

struct staff_reading {
	struct arena *arena;
	struct staff_queue *queues;
	size_t count, cap;
	int column; /* the volume staffed for */
	struct err found;
};

static struct staff_queue *queue_named(struct staff_reading *r, const char *name)
{
	for (size_t i = r->count; i-- > 0;)
		if (strcmp(r->queues[i].name, name) == 0)
			return &r->queues[i];
	struct staff_queue *q = arena_grow(r->arena, (void **)&r->queues, &r->cap, r->count,
					   sizeof *q);
	r->count++;
	q->name = arena_strdup(r->arena, name);
	return q;
}

static bool read_row(void *ctx, int64_t line, const char *const *cells, struct err *e)
{
	struct staff_reading *r = ctx;
	struct staff_row row = { .line = line };
	char at[80];
	(void)e;
	if (cells[C_QUEUE][0] == '\0') {
		(void)snprintf(at, sizeof at, "line %lld, column queue", (long long)line);
		err_at(&r->found, ERR_INVALID, at, "must not be empty");
		return true;
	}
	if (!instant_parse_offset(cells[C_START], &row.start, &row.offset_s)) {
		(void)snprintf(at, sizeof at, "line %lld, column start", (long long)line);
		err_at(&r->found, ERR_INVALID, at, "\"%.40s\" is not an RFC 3339 instant",
		       cells[C_START]);
		return true;
	}
	const char *volume = cells[r->column];
	if (!volume_number(volume != NULL ? volume : "", 0, 1e9, line,
			   staff_columns[r->column].name, &row.volume, &r->found) ||
	    !volume_number(cells[C_AHT], 0, 1e7, line, "aht_s", &row.aht_s, &r->found))
		return true;
	struct staff_queue *q = queue_named(r, cells[C_QUEUE]);
	struct staff_row *kept = arena_grow(r->arena, (void **)&q->rows, &q->cap, q->count,
					    sizeof *kept);
	q->count++;
	*kept = row;
	return true;
}

static bool feed(void *ctx, const char *bytes, size_t n, struct err *e)
{
	return csv_reader_feed(ctx, bytes, n, e);
}

static int by_start(const void *a, const void *b)
{
	const struct staff_row *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static bool read_forecast(const char *path, struct staff_reading *r, struct err *e)
{
	struct csv_reader *csv = csv_reader_new(staff_columns, COLUMN_COUNT, read_row, r);
	if (csv == NULL)
		return err_set(e, ERR_INTERNAL, "out of memory");
	bool ok = cli_stream_file(path, feed, csv, e) && csv_reader_finish(csv, e);
	csv_reader_free(csv);
	if (ok && r->found.code != ERR_NONE) {
		*e = r->found;
		return false;
	}
	if (ok && r->count == 0)
		return err_set(e, ERR_INVALID, "has no rows");
	return ok;
}

/* Sorts every queue and finds the interval: the smallest step between rows. */
static bool find_interval(struct staff_reading *r, int64_t wanted_min, int64_t *seconds,
			  struct err *e)
{
	int64_t step = INT64_MAX;
	char at[80];
	for (size_t i = 0; i < r->count; i++) {
		struct staff_queue *q = &r->queues[i];
		qsort(q->rows, q->count, sizeof *q->rows, by_start);
		for (size_t j = 1; j < q->count; j++) {
			int64_t gap = q->rows[j].start - q->rows[j - 1].start;
			if (gap == 0) {
				(void)snprintf(at, sizeof at, "line %lld, column start",
					       (long long)q->rows[j].line);
				err_at(e, ERR_INVALID, at,
				       "queue %.60s has this interval on line %lld already", q->name,
				       (long long)q->rows[j - 1].line);
			} else if (gap < step) {
				step = gap;
			}
		}
	}
	*seconds = wanted_min > 0 ? wanted_min * 60 : step == INT64_MAX ? 1800 : step;
	for (size_t i = 0; i < r->count && e->code == ERR_NONE; i++) {
		const struct staff_queue *q = &r->queues[i];
		for (size_t j = 1; j < q->count; j++)
			if ((q->rows[j].start - q->rows[0].start) % *seconds != 0) {
				(void)snprintf(at, sizeof at, "line %lld, column start",
					       (long long)q->rows[j].line);
				err_at(e, ERR_INVALID, at, "is not on the %lld-second grid",
				       (long long)*seconds);
			}
	}
	return e->code == ERR_NONE;
}

/* "80/20": a share in percent answered within seconds. */
static bool parse_target(const char *text, struct wfm_target *t, struct err *e)
{
	char *end;
	double share = strtod(text, &end);
	if (end == text || *end != '/')
		return err_at(e, ERR_INVALID, "--target", "must be like 80/20: percent/seconds");
	const char *rest = end + 1;
	double within = strtod(rest, &end);
	if (end == rest || *end != '\0' || !(share > 0 && share < 100) || !(within >= 0) ||
	    !isfinite(within))
		return err_at(e, ERR_INVALID, "--target",
			      "needs a percentage above 0 and below 100, and seconds from 0");
	t->service_level = share / 100;
	t->within_s = within;
	return true;
}

static bool parse_shrinkage(const char *text, struct wfm_staffing_options *o, struct err *e)
{
	const char *p = text;
	for (;;) {
		char *end;
		double s = strtod(p, &end);
		if (end == p || !(s >= 0 && s < 1) || (*end != ',' && *end != '\0'))
			return err_at(e, ERR_INVALID, "--shrinkage",
				      "must be shares from 0 to below 1, like 0.3 or 0.1,0.2");
		if (o->n_shrinkage == WFM_MAX_SHRINKAGE)
			return err_at(e, ERR_INVALID, "--shrinkage", "has more than %d factors",
				      WFM_MAX_SHRINKAGE);
		o->shrinkage[o->n_shrinkage++] = s;
		if (*end == '\0')
			return true;
		p = end + 1;
	}
}

static int index_of(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static bool build_options(const struct staff_args *args, struct wfm_staffing_options *o,
			  struct err *e)
{
	static const char *const loads[] = { "modified", "max", "stationary" };
	static const char *const definitions[] = { "offered", "excluding_short", "wait",
						   "answered" };
	int channel = wfm_channel_from_name(args->channel);
	int load = index_of(loads, 3, args->load);
	int definition = index_of(definitions, WFM_SL_DEFINITIONS, args->definition);
	if (channel < 0)
		err_at(e, ERR_INVALID, "--channel",
		       "must be voice, chat, walk_in, email, back_office, outbound, portfolio or "
		       "trunks");
	if (load < 0)
		err_at(e, ERR_INVALID, "--load", "must be modified, max or stationary");
	if (definition < 0)
		err_at(e, ERR_INVALID, "--definition",
		       "must be offered, excluding_short, wait or answered");
	if (args->target != NULL)
		(void)parse_target(args->target, &o->target, e);
	if (args->shrinkage != NULL)
		(void)parse_shrinkage(args->shrinkage, o, e);
	if (e->code != ERR_NONE)
		return false;
	o->channel = (enum wfm_channel)channel;
	o->load_model = (enum wfm_load_model)load;
	o->target.definition = (enum wfm_service_level)definition;
	o->target.max_abandoned = args->abandoned;
	o->target.max_asa_s = args->asa_s;
	o->target.max_occupancy = args->occupancy;
	o->target.max_blocking = args->blocking;
	o->patience_s = args->patience_s;
	o->redial = args->redial;
	o->stretch = args->stretch;
	o->concurrency = (double)args->concurrency;
	o->counters = (int32_t)args->counters;
	o->min_agents = (int32_t)args->min_agents;
	o->max_agents = (int32_t)args->max_agents;
	o->turnaround_s = args->turnaround_h * 3600;
	o->turnaround_open_hours = args->open_hours;
	o->initial_backlog_s = args->backlog_h * 3600;
	o->due_share = args->due_share;
	o->per_person = args->per_person;
	return true;
}

static void write_number(struct strbuf *s, const char *format_end, double v)
{
	strbuf_putc(s, ',');
	if (isfinite(v)) /* an endless wait is an empty cell */
		strbuf_printf(s, "%.6g", v);
	strbuf_puts(s, format_end);
}

static void write_rows(struct strbuf *s, const struct staff_queue *q,
		       const struct wfm_requirement *r, int64_t seconds)
{
	char start[26];
	for (size_t j = 0; j < q->count; j++) {
		const struct staff_row *row = &q->rows[j];
		const struct wfm_requirement *v = &r[(row->start - q->rows[0].start) / seconds];
		instant_format(row->start, row->offset_s, start);
		strbuf_csv_text(s, q->name);
		strbuf_printf(s, ",%s,%d,%d", start, v->agents, v->on_roster);
		write_number(s, "", v->service_level);
		write_number(s, "", v->abandoned_share);
		write_number(s, "", v->asa_s);
		write_number(s, "\n", v->occupancy);
	}
}

/* Every interval from the first to the last row; those without a row are closed. */
static bool staff_queue_run(struct arena *a, const struct staff_queue *q, int64_t seconds,
			    struct wfm_staffing_options *o, struct strbuf *s, size_t *unmet,
			    struct err *e)
{
	int64_t span = (q->rows[q->count - 1].start - q->rows[0].start) / seconds + 1;
	if (span > MAX_INTERVALS)
		return err_at(e, ERR_TOO_LARGE, q->name, "covers more than %d intervals",
			      MAX_INTERVALS);
	size_t n = (size_t)span;
	struct wfm_load *loads = arena_array(a, n, sizeof *loads);
	struct wfm_requirement *r = arena_array(a, n, sizeof *r);
	int64_t *line = arena_array(a, n, sizeof *line);
	for (size_t j = 0; j < q->count; j++) {
		size_t i = (size_t)((q->rows[j].start - q->rows[0].start) / seconds);
		loads[i] = (struct wfm_load){ q->rows[j].volume, q->rows[j].aht_s, true };
		line[i] = q->rows[j].line;
	}
	o->interval_s = (int)seconds;
	struct wfm_error w = { 0 };
	size_t at;
	if (wfm_staffing_run(loads, n, o, r, &w) != WFM_OK) {
		char field[32] = "";
		if (sscanf(w.path, "/loads/%zu/%31s", &at, field) == 2 && at < n) {
			(void)snprintf(w.path, sizeof w.path, "line %lld, column %s",
				       (long long)line[at], field);
		}
		return err_from_wfm(e, &w);
	}
	for (size_t i = 0; i < n; i++)
		*unmet += !r[i].met;
	write_rows(s, q, r, seconds);
	return true;
}

static int run(struct arena *a, const struct staff_args *args, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct wfm_staffing_options o = { 0 };
	struct staff_reading r = { .arena = a, .found = ERR_INIT, .column = -1 };
	for (int i = C_MEAN; i < COLUMN_COUNT; i++)
		if (i != C_AHT && strcmp(staff_columns[i].name, args->column) == 0)
			r.column = i;
	if (r.column < 0)
		err_at(&e, ERR_INVALID, "--volume", "must be mean, q05, q10, q25, q50, q75, q90 or q95");
	if (!build_options(args, &o, &e) || e.code != ERR_NONE)
		return cli_fail("staff", NULL, &e);
	int64_t seconds;
	if (!read_forecast(args->forecast, &r, &e) ||
	    !find_interval(&r, args->interval, &seconds, &e))
		return cli_fail("staff", args->forecast, &e);
	size_t unmet = 0;
	strbuf_puts(s, "queue,start,agents,agents_on_roster,service_level,abandoned_share,asa_s,"
		       "occupancy\n");
	for (size_t i = 0; i < r.count; i++)
		if (!staff_queue_run(a, &r.queues[i], seconds, &o, s, &unmet, &e))
			return cli_fail("staff", args->forecast, &e);
	int code = cli_write(s, unmet > 0 ? CLI_LIMIT : CLI_DONE);
	if (unmet > 0)
		(void)fprintf(stderr, "cuadrante staff: %zu intervals miss a target for want of "
				      "people or counters; what they reach is written\n",
			      unmet);
	return code;
}

int cli_staff(int argc, char **argv)
{
	struct staff_args args = { .channel = "voice", .load = "modified", .definition = "offered",
				   .column = "mean", .concurrency = 1, .turnaround_h = 24 };
	const struct cli_option options[] = {
		{ "forecast", CLI_TEXT, &args.forecast, 0, 0, "forecast.csv; - for standard input" },
		{ "channel", CLI_TEXT, &args.channel, 0, 0,
		  "voice (default), chat, walk_in, email, back_office, outbound, portfolio, trunks" },
		{ "target", CLI_TEXT, &args.target, 0, 0, "80/20: percent answered within seconds" },
		{ "definition", CLI_TEXT, &args.definition, 0, 0,
		  "of service level: offered (default), excluding_short, wait, answered" },
		{ "patience", CLI_REAL, &args.patience_s, 0, 1e9,
		  "mean patience in seconds; without it nobody abandons (Erlang C)" },
		{ "abandoned", CLI_REAL, &args.abandoned, 0, 0.999999, "most abandoned, as a share" },
		{ "asa", CLI_REAL, &args.asa_s, 0, 1e9, "longest mean wait in seconds" },
		{ "occupancy", CLI_REAL, &args.occupancy, 0, 1, "highest occupancy, as a share" },
		{ "blocking", CLI_REAL, &args.blocking, 0, 0.999999, "trunks: most calls blocked" },
		{ "shrinkage", CLI_TEXT, &args.shrinkage, 0, 0,
		  "0.3, or successive shares 0.1,0.2: roster = required / product of (1 - s)" },
		{ "load", CLI_TEXT, &args.load, 0, 0,
		  "modified offered load (default), its max, or stationary" },
		{ "volume", CLI_TEXT, &args.column, 0, 0, "column staffed for: mean (default), q75, q90 ..." },
		{ "redial", CLI_REAL, &args.redial, 0, 0.999, "share of the abandoned who call again" },
		{ "min-agents", CLI_INT, &args.min_agents, 0, WFM_MAX_SERVERS, "where there is work" },
		{ "max-agents", CLI_INT, &args.max_agents, 0, WFM_MAX_SERVERS, "cap" },
		{ "counters", CLI_INT, &args.counters, 0, WFM_MAX_SERVERS, "walk_in: cap" },
		{ "concurrency", CLI_INT, &args.concurrency, 1, 10, "chat: chats at once" },
		{ "stretch", CLI_REAL, &args.stretch, 0, 0.99,
		  "chat: each further chat lengthens handling by this share" },
		{ "turnaround", CLI_REAL, &args.turnaround_h, 0, 10000, "deferrable work: hours (24)" },
		{ "open-hours", CLI_FLAG, &args.open_hours, 0, 0, "the turnaround counts open hours only" },
		{ "backlog", CLI_REAL, &args.backlog_h, 0, 1e9, "deferrable work: hours waiting at the start" },
		{ "due-share", CLI_REAL, &args.due_share, 0, 1, "share of the work due in time (1)" },
		{ "per-person", CLI_REAL, &args.per_person, 0, 1e9, "portfolio: units a person does an interval" },
		{ "interval", CLI_INT, &args.interval, 1, 1440, "minutes (the smallest step between rows)" },
	};
	const struct cli_usage usage = {
		.synopsis = "staff --forecast forecast.csv --target 80/20 --patience 180 > requirement.csv",
		.purpose = "The fewest people per interval who meet every target given, and what they reach.",
		.options = options,
		.option_count = sizeof options / sizeof options[0],
	};
	const char *positional[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse p = cli_parse(&usage, argc, argv, positional, &n);
	if (p != CLI_GO)
		return p == CLI_HELPED ? CLI_DONE : CLI_BAD;
	if (args.forecast == NULL) {
		struct err e = ERR_INIT;
		err_set(&e, ERR_INVALID, "--forecast is needed (see cuadrante staff --help)");
		return cli_fail("staff", NULL, &e);
	}
	struct arena *a = arena_new(0);
	struct strbuf s;
	strbuf_init(&s, (size_t)1 << 30);
	int code = run(a, &args, &s);
	strbuf_free(&s);
	arena_free(a);
	return code;
}
