/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante staff: forecast.csv or .json in, requirement.csv out. Missing rows are closed time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/csv.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_cmd.h"
#include "server/cli/forecast_form.h"
#include "server/cli/staff_deferred.h"
#include "server/cli/staff_rows.h"
#include "server/cli/volume_file.h"
#include "wfm/staffing.h"

enum { MAX_INTERVALS = 2000000 };

struct staff_args {
	const char *forecast, *target, *channel, *shrinkage, *load, *definition, *column;
	const char *risk, *over, *per_person;
	double patience_s, abandoned, asa_s, occupancy, blocking, redial, stretch;
	double turnaround_h, backlog_h, due_share, least, day_h, month_days;
	int64_t concurrency, counters, lobby, min_agents, max_agents, interval;
	bool open_hours;
	struct staff_deferred_args deferred;
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
	for (int i = 0; i < WFM_QUANTILES; i++) {
		const char *cell = cells[C_Q05 + i];
		row.quantile[i] = NAN;
		if (cell != NULL && cell[0] != '\0' &&
		    !volume_number(cell, 0, 1e12, line, staff_columns[C_Q05 + i].name,
				   &row.quantile[i], &r->found))
			return true;
	}
	struct staff_queue *q = queue_named(r, cells[C_QUEUE]);
	struct staff_row *kept = arena_grow(r->arena, (void **)&q->rows, &q->cap, q->count,
					    sizeof *kept);
	q->count++;
	*kept = row;
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct staff_row *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static bool read_csv(const char *text, size_t len, struct staff_reading *r, struct err *e)
{
	struct csv_reader *csv = csv_reader_new(staff_columns, COLUMN_COUNT, read_row, r);
	if (csv == NULL)
		return err_set(e, ERR_INTERNAL, "out of memory");
	bool ok = csv_reader_feed(csv, text, len, e) && csv_reader_finish(csv, e);
	csv_reader_free(csv);
	if (ok && r->found.code != ERR_NONE) {
		*e = r->found;
		return false;
	}
	return ok;
}

static bool take_joint(const struct forecast_queue *from, struct staff_queue *q, struct arena *a,
		       struct err *e)
{
	const struct forecast_joint *f = &from->joint;
	size_t wanted[5];
	struct wfm_error w;
	if (f->days == FIELD_NULL)
		return true;
	struct wfm_joint *j = arena_array(a, 1, sizeof *j);
	*j = (struct wfm_joint){ (int32_t)f->first_day, (int32_t)f->days,  (int32_t)f->slots,
				 (int32_t)f->factors,	(int32_t)f->shapes, f->mean, f->variance,
				 f->day_load,		f->day_own,	    f->shape };
	wfm_joint_counts(j, wanted);
	for (int i = 0; i < 5; i++)
		if (f->count[i] != wanted[i])
			return err_at(e, ERR_INVALID, q->name,
				      "joint: a list has %zu numbers where its sizes ask for %zu",
				      f->count[i], wanted[i]);
	if (wfm_joint_check(j, &w) != WFM_OK)
		return err_from_wfm(e, &w);
	q->joint = j;
	return true;
}

static bool read_json(const char *text, size_t len, struct staff_reading *r, struct err *e)
{
	struct forecast_document doc;
	if (!field_from_text_json(&forecast_document_fields, text, len, CLI_FILE_MAX, r->arena, &doc, e))
		return false;
	for (size_t i = 0; i < doc.queue_count; i++) {
		const struct forecast_queue *from = &doc.queues[i];
		if (from->interval_count == 0)
			continue;
		struct staff_queue *q = queue_named(r, from->queue);
		q->json = true;
		q->rows = arena_array(r->arena, from->interval_count, sizeof *q->rows);
		for (size_t k = 0; k < from->interval_count; k++) {
			const struct forecast_interval *v = &from->intervals[k];
			struct staff_row row = {
				.start = v->start, .line = (int64_t)k, .aht_s = v->aht_s,
				.offset_s = from->offset_s != FIELD_NULL ? (int)from->offset_s : 0,
				.quantile = { v->q05, v->q10, v->q25, v->q50, v->q75, v->q90, v->q95 },
			};
			row.volume = r->column == C_MEAN ? v->mean : row.quantile[r->column - C_Q05];
			q->rows[q->count++] = row;
		}
		if (!take_joint(from, q, r->arena, e))
			return false;
	}
	return true;
}

static bool read_forecast(const char *path, struct staff_reading *r, struct err *e)
{
	const char *text;
	size_t len;
	if (!cli_read_file(r->arena, path, CLI_FILE_MAX, &text, &len, e))
		return false;
	bool json = text[strspn(text, " \t\r\n")] == '{';
	if (!(json ? read_json(text, len, r, e) : read_csv(text, len, r, e)))
		return false;
	if (r->count == 0)
		return err_set(e, ERR_INVALID, "has no rows");
	return true;
}

/* "line 7, column aht_s" or "queue sales, interval 5, aht_s". */
static const char *row_place(const struct staff_queue *q, const struct staff_row *row,
			     const char *column, char *at, size_t size)
{
	if (q->json)
		(void)snprintf(at, size, "queue %.60s, interval %lld, %s", q->name,
			       (long long)row->line, column);
	else
		(void)snprintf(at, size, "line %lld, column %s", (long long)row->line, column);
	return at;
}

/* Sorts every queue and finds the interval: the smallest step between rows. */
static bool find_interval(struct staff_reading *r, int64_t wanted_min, int64_t *seconds,
			  struct err *e)
{
	int64_t step = INT64_MAX;
	char at[128];
	for (size_t i = 0; i < r->count; i++) {
		struct staff_queue *q = &r->queues[i];
		qsort(q->rows, q->count, sizeof *q->rows, by_start);
		for (size_t j = 1; j < q->count; j++) {
			int64_t gap = q->rows[j].start - q->rows[j - 1].start;
			if (gap == 0) {
				err_at(e, ERR_INVALID,
				       row_place(q, &q->rows[j], "start", at, sizeof at),
				       "queue %.60s has this interval %s %lld already", q->name,
				       q->json ? "as number" : "on line",
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
				err_at(e, ERR_INVALID,
				       row_place(q, &q->rows[j], "start", at, sizeof at), "is not on the %lld-second grid",
				       (long long)*seconds);
			}
	}
	return e->code == ERR_NONE;
}

bool staff_forecast_read(struct arena *a, const char *path, int64_t wanted_min, struct staff_queue **out,
			 size_t *count, int64_t *seconds, struct err *e)
{
	struct staff_reading r = { .arena = a, .found = ERR_INIT, .column = C_MEAN };
	if (!read_forecast(path, &r, e) || !find_interval(&r, wanted_min, seconds, e))
		return false;
	*out = r.queues;
	*count = r.count;
	return true;
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
	if (args->patience_s == 0)
		err_at(e, ERR_INVALID, "--patience",
		       "with a patience of 0 s nobody waits at all; leave it out when nobody gives up");
	if (load < 0)
		err_at(e, ERR_INVALID, "--load", "must be modified, max or stationary");
	if (definition < 0)
		err_at(e, ERR_INVALID, "--definition",
		       "must be offered, excluding_short, wait or answered");
	if (args->target != NULL)
		(void)staff_parse_target(args->target, &o->target, e);
	if (args->shrinkage != NULL)
		(void)staff_parse_shrinkage(args->shrinkage, o, e);
	if (e->code != ERR_NONE)
		return false;
	o->channel = (enum wfm_channel)channel;
	o->load_model = (enum wfm_load_model)load;
	o->target.definition = (enum wfm_service_level)definition;
	o->target.max_abandoned = args->abandoned;
	o->target.max_asa_s = args->asa_s;
	o->target.max_occupancy = args->occupancy;
	o->target.max_blocking = args->blocking;
	o->patience_s = args->patience_s > 0 ? args->patience_s : 0;
	o->redial = args->redial;
	o->stretch = args->stretch;
	o->concurrency = (double)args->concurrency;
	o->counters = (int32_t)args->counters;
	o->lobby_limited = args->lobby >= 0;
	o->lobby = o->lobby_limited ? (int32_t)args->lobby : 0;
	o->min_agents = (int32_t)args->min_agents;
	o->max_agents = (int32_t)args->max_agents;
	o->turnaround_s = args->turnaround_h * 3600;
	o->turnaround_open_hours = args->open_hours;
	o->initial_backlog_s = args->backlog_h * 3600;
	o->due_share = args->due_share;
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

/* What the queues came to together. */
struct staff_total {
	size_t unmet, periods_unmet;
	const char *worst_queue; /* of the intervals that miss: the lowest service level */
	int64_t worst_start;
	int worst_offset_s;
	double worst_level;
};

static void note_unmet(struct staff_total *t, const struct staff_queue *q,
		       const struct wfm_requirement *r, int64_t seconds)
{
	for (size_t j = 0; j < q->count; j++) {
		const struct wfm_requirement *v = &r[(q->rows[j].start - q->rows[0].start) / seconds];
		t->unmet += !v->met;
		if (!v->met && (t->worst_queue == NULL || v->service_level < t->worst_level)) {
			t->worst_queue = q->name;
			t->worst_start = q->rows[j].start;
			t->worst_offset_s = q->rows[j].offset_s;
			t->worst_level = v->service_level;
		}
	}
}

/* One line a queue: how sure its periods are. */
static void tell_periods(const struct staff_queue *q, const struct staff_risk *risk,
			 const struct staff_periods *p, struct staff_total *t)
{
	static const char *const names[] = { "intervals", "days", "weeks" };
	double offered = 0.0, good = 0.0, least = 1.0, mean = 0.0;
	size_t with = 0, missed = 0;
	for (size_t i = 0; i < p->count; i++) {
		const struct wfm_period_figures *f = &p->period[i];
		if (!(f->offered > 0.0))
			continue;
		with++;
		missed += !f->met;
		offered += f->offered;
		good += f->offered * f->service_level;
		mean += f->p_target;
		least = fmin(least, f->p_target);
	}
	t->periods_unmet += missed;
	if (with == 0)
		return;
	(void)fprintf(stderr, "%s: %zu %s, service level %.1f %%", q->name, with, names[risk->over],
		      100 * good / offered);
	if (risk->risk != WFM_RISK_POINT)
		(void)fprintf(stderr, " expected, at target with probability %.2f on average, %.2f at "
			      "least", mean / (double)with, least);
	if (missed > 0)
		(void)fprintf(stderr, "; %zu miss for want of people or counters", missed);
	(void)fprintf(stderr, "%s\n", p->from_quantiles ?
		      "; from quantiles alone, so days are taken for high or low as a whole (forecast "
		      "--json carries joint scenarios)" : "");
}

/* Every interval from the first to the last row; those without a row are closed. */
static bool staff_queue_run(struct arena *a, const struct staff_queue *q, int64_t seconds,
			    const struct staff_risk *risk, struct wfm_staffing_options *o,
			    struct strbuf *s, struct staff_total *t, struct err *e)
{
	int64_t span = (q->rows[q->count - 1].start - q->rows[0].start) / seconds + 1;
	if (span > MAX_INTERVALS)
		return err_at(e, ERR_TOO_LARGE, q->name, "covers more than %d intervals",
			      MAX_INTERVALS);
	size_t n = (size_t)span;
	struct wfm_load *loads = arena_array(a, n, sizeof *loads);
	struct wfm_requirement *r = arena_array(a, n, sizeof *r);
	const struct staff_row **row = arena_array(a, n, sizeof(const struct staff_row *));
	for (size_t j = 0; j < q->count; j++) {
		size_t i = (size_t)((q->rows[j].start - q->rows[0].start) / seconds);
		loads[i] = (struct wfm_load){ q->rows[j].volume, q->rows[j].aht_s, true };
		row[i] = &q->rows[j];
	}
	o->interval_s = (int)seconds;
	struct wfm_error w = { 0 };
	struct staff_periods periods = { 0 };
	bool plain = staff_risk_plain(risk);
	bool ok = plain ? wfm_staffing_run(loads, n, o, r, &w) == WFM_OK
			: staff_risk_run(a, q, loads, n, risk, o, r, &periods, &w);
	if (!ok) {
		char field[32] = "";
		size_t at;
		if (sscanf(w.path, "/loads/%zu/%31s", &at, field) == 2 && at < n && row[at] != NULL)
			(void)row_place(q, row[at], field, w.path, sizeof w.path);
		return err_from_wfm(e, &w);
	}
	note_unmet(t, q, r, seconds);
	if (!plain)
		tell_periods(q, risk, &periods, t);
	write_rows(s, q, r, seconds);
	return true;
}

static bool risk_of(const struct staff_args *args, const struct wfm_staffing_options *o,
		    struct staff_risk *risk, struct err *e)
{
	if (!staff_risk_parse(args->risk, args->over, risk, e))
		return false;
	risk->least = args->least >= 0 ? args->least : 0.5 * o->target.service_level;
	if (risk->over == STAFF_INTERVAL)
		risk->least = 0.0; /* each has its target */
	if (risk->risk != WFM_RISK_POINT && strcmp(args->column, "mean") != 0)
		return err_at(e, ERR_INVALID, "--volume",
			      "is mean with --risk %s, which takes all quantiles together", args->risk);
	return true;
}

static int run_deferred(struct arena *a, const struct staff_args *args,
			const struct wfm_staffing_options *o, const struct staff_reading *r,
			int64_t seconds, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct staff_deferred d = { .args = &args->deferred, .options = o, .queues = r->queues,
				    .count = r->count, .seconds = seconds, .place = row_place };
	if (!staff_deferred_run(a, &d, s, &e))
		return cli_fail("staff", d.file != NULL ? d.file : args->forecast, &e);
	return cli_write(s, d.late ? CLI_LIMIT : CLI_DONE);
}

static int run(struct arena *a, const struct staff_args *args, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct wfm_staffing_options o = { 0 };
	struct staff_reading r = { .arena = a, .found = ERR_INIT, .column = -1 };
	struct staff_risk risk = { 0 };
	for (int i = C_MEAN; i < COLUMN_COUNT; i++)
		if (i != C_AHT && strcmp(staff_columns[i].name, args->column) == 0)
			r.column = i;
	if (r.column < 0)
		err_at(&e, ERR_INVALID, "--volume", "must be mean, q05, q10, q25, q50, q75, q90 or q95");
	if (!build_options(args, &o, &e) || e.code != ERR_NONE || !risk_of(args, &o, &risk, &e))
		return cli_fail("staff", NULL, &e);
	int64_t seconds;
	if (!read_forecast(args->forecast, &r, &e) ||
	    !find_interval(&r, args->interval, &seconds, &e))
		return cli_fail("staff", args->forecast, &e);
	struct staff_pace pace = { args->per_person, args->day_h, args->month_days };
	if (args->per_person != NULL && !staff_parse_pace(&pace, seconds, &o.per_person, &e))
		return cli_fail("staff", NULL, &e);
	if (staff_is_deferrable(o.channel) && staff_risk_plain(&risk))
		return run_deferred(a, args, &o, &r, seconds, s);
	struct staff_total t = { 0 };
	strbuf_puts(s, "queue,start,agents,agents_on_roster,service_level,abandoned_share,asa_s,"
		       "occupancy\n");
	for (size_t i = 0; i < r.count; i++)
		if (!staff_queue_run(a, &r.queues[i], seconds, &risk, &o, s, &t, &e))
			return cli_fail("staff", args->forecast, &e);
	int code = cli_write(s, t.unmet > 0 || t.periods_unmet > 0 ? CLI_LIMIT : CLI_DONE);
	if (t.unmet > 0) {
		char start[26];
		instant_format(t.worst_start, t.worst_offset_s, start);
		(void)fprintf(stderr, "cuadrante staff: %zu intervals miss a target for want of people "
			      "or counters; the best reachable is written, at worst a service level "
			      "of %.1f %% (%s, %s)\n", t.unmet, 100 * t.worst_level, t.worst_queue,
			      start);
	}
	return code;
}

int cli_staff(int argc, char **argv)
{
	struct staff_args args = { .channel = "voice", .load = "modified", .definition = "offered",
				   .patience_s = -1, .least = -1, .lobby = -1, .risk = "point", .column = "mean", .concurrency = 1, .turnaround_h = 24,
				   .day_h = 8, .month_days = 21,
				   .deferred = { .idle_share = 0.5 } };
	const struct cli_option options[] = {
		{ "forecast", CLI_TEXT, &args.forecast, 0, 0,
		  "forecast.csv, or the .json of forecast --json; - for standard input" },
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
		{ "lobby", CLI_INT, &args.lobby, 0, WFM_MAX_SERVERS,
		  "how many may wait; the next is turned away (no limit)" },
		{ "concurrency", CLI_INT, &args.concurrency, 1, 10, "chat: chats at once" },
		{ "stretch", CLI_REAL, &args.stretch, 0, 0.99,
		  "chat: each further chat lengthens handling by this share" },
		{ "turnaround", CLI_REAL, &args.turnaround_h, 0, 10000, "deferrable work: hours (24)" },
		{ "open-hours", CLI_FLAG, &args.open_hours, 0, 0, "the turnaround counts open hours only" },
		{ "backlog", CLI_REAL, &args.backlog_h, 0, 1e9, "deferrable work: hours waiting at the start" },
		{ "carried", CLI_TEXT, &args.deferred.carried, 0, 0,
		  "deferrable work: CSV queue,due,hours of what waits at the start, with its own due dates" },
		{ "finish", CLI_TEXT, &args.deferred.finish, 0, 0,
		  "deferrable work: all is due at this instant, as a list to call is" },
		{ "beside", CLI_TEXT, &args.deferred.beside, 0, 0,
		  "deferrable work: requirement.csv of live queues in whose idle time it is done; a column "
		  "staffed adds people beyond the requirement" },
		{ "idle-share", CLI_REAL, &args.deferred.idle_share, 0, 1,
		  "share of that idle time which is usable (0.5)" },
		{ "may", CLI_TEXT, &args.deferred.may, 0, 0,
		  "whose people may do what: sales=mail+cases,service=mail (all may do all)" },
		{ "due-share", CLI_REAL, &args.due_share, 0, 1, "share of the work due in time (1)" },
		{ "per-person", CLI_TEXT, &args.per_person, 0, 0,
		  "portfolio: what one person does: 20/day, 300/month, 2.5/hour, or a number an interval" },
		{ "day-hours", CLI_REAL, &args.day_h, 0.1, 24, "portfolio: hours of a working day (8)" },
		{ "month-days", CLI_REAL, &args.month_days, 1, 31, "portfolio: working days of a month (21)" },
		{ "risk", CLI_TEXT, &args.risk, 0, 0,
		  "point forecast (default), expected over its scenarios, day:0.8 = with that probability" },
		{ "over", CLI_TEXT, &args.over, 0, 0,
		  "targets hold in each interval (default), day or week; day with --risk day:P" },
		{ "least", CLI_REAL, &args.least, 0, 0.999999,
		  "over days, weeks: no interval's service level below (half of the target)" },
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
