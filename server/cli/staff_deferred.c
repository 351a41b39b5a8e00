/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/staff_deferred.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "wfm/deferred.h"

enum { MOST_INTERVALS = 100000, MOST = 64 };

struct work {
	struct arena *a;
	struct staff_deferred *d;
	int64_t from;
	size_t n;
	struct wfm_deferred_queue *queues;
	struct wfm_deferred_class *classes; /* extra people by queue, then those of the live queues */
	size_t class_count;
	const struct staff_row **row; /* [queue x n] NULL: no row */
	uint8_t *kept; /* [queue x n] 1: the least number of people is there */
};

static bool find_horizon(struct work *w, struct err *e)
{
	int64_t until = INT64_MIN;
	w->from = INT64_MAX;
	for (size_t i = 0; i < w->d->count; i++) {
		const struct staff_queue *q = &w->d->queues[i];
		w->from = q->rows[0].start < w->from ? q->rows[0].start : w->from;
		until = q->rows[q->count - 1].start > until ? q->rows[q->count - 1].start : until;
	}
	int64_t n = (until - w->from) / w->d->seconds + 1;
	if (n > MOST_INTERVALS || w->d->count > MOST)
		return err_set(e, ERR_TOO_LARGE, "work that may wait is planned for at most %d intervals of %d queues",
			       MOST_INTERVALS, MOST);
	w->n = (size_t)n;
	for (size_t i = 0; i < w->d->count; i++) {
		char at[128];
		const struct staff_row *first = &w->d->queues[i].rows[0];
		if ((first->start - w->from) % w->d->seconds != 0)
			return err_at(e, ERR_INVALID,
				      w->d->place(&w->d->queues[i], first, "start", at, sizeof at),
				      "is not on the grid of the other queues");
	}
	return true;
}

static int32_t cap_of(const struct wfm_staffing_options *o)
{
	return o->max_agents > o->min_agents ? o->max_agents - o->min_agents : 0;
}

/* The queue's own people: those there in any case, and as many more as it takes. */
static void own_people(struct work *w, size_t q)
{
	const struct wfm_staffing_options *o = w->d->options;
	const struct wfm_load *loads = w->queues[q].loads;
	uint8_t *only = arena_array(w->a, w->d->count, 1);
	struct wfm_deferred_class *c = &w->classes[w->class_count++];
	double *there = arena_array(w->a, w->n, sizeof *there);
	int32_t *most = arena_array(w->a, w->n, sizeof *most);
	only[q] = 1;
	*c = (struct wfm_deferred_class){ .queues = only, .free_s = there, .cost = 1,
					  .useful = o->target.max_occupancy };
	double useful = c->useful > 0 ? c->useful : 1;
	for (size_t i = 0; i < w->n; i++) {
		bool kept = o->min_agents > 0 && loads[i].open && loads[i].volume > 0;
		w->kept[q * w->n + i] = kept;
		there[i] = kept ? o->min_agents * useful * (double)w->d->seconds : 0;
		most[i] = kept ? cap_of(o) : o->max_agents;
	}
	if (o->max_agents > 0)
		c->max_extra = most;
}

static void fill_loads(struct work *w, size_t q)
{
	const struct staff_queue *from = &w->d->queues[q];
	struct wfm_load *loads = arena_array(w->a, w->n, sizeof *loads);
	for (size_t j = 0; j < from->count; j++) {
		size_t i = (size_t)((from->rows[j].start - w->from) / w->d->seconds);
		loads[i] = (struct wfm_load){ from->rows[j].volume, from->rows[j].aht_s, true };
		w->row[q * w->n + i] = &from->rows[j];
	}
	w->queues[q] = (struct wfm_deferred_queue){
		.loads = loads,
		.turnaround_s = w->d->options->turnaround_s,
		.open_hours = w->d->options->turnaround_open_hours,
		.due_share = w->d->options->due_share,
		.end_backlog_s = NAN,
	};
}

/* When what waits at the start without a date of its own is due: after the first turnaround. */
static double first_due(const struct work *w, const struct wfm_deferred_queue *q)
{
	double left = q->turnaround_s;
	for (size_t i = 0; i < w->n && q->open_hours; i++) {
		if (!q->loads[i].open)
			continue;
		if (left <= (double)w->d->seconds)
			return (double)i * (double)w->d->seconds + left;
		left -= (double)w->d->seconds;
	}
	return q->open_hours ? (double)w->n * (double)w->d->seconds + left : q->turnaround_s;
}

/* A list to be finished by an instant: all that comes is due then. */
static bool due_at_finish(struct work *w, size_t q, int64_t finish, struct wfm_deferred_batch *batches,
			  size_t *count, struct err *e)
{
	struct wfm_load *loads = arena_array(w->a, w->n, sizeof *loads);
	for (size_t i = 0; i < w->n; i++) {
		char at[128];
		const struct wfm_load *l = &w->queues[q].loads[i];
		int64_t start = w->from + (int64_t)i * w->d->seconds;
		loads[i] = *l;
		loads[i].volume = 0;
		if (!(l->volume > 0))
			continue;
		if (finish < start + 2 * w->d->seconds)
			return err_at(e, ERR_INVALID,
				      w->d->place(&w->d->queues[q], w->row[q * w->n + i], "start", at, sizeof at),
				      "comes too late for --finish");
		if (!(l->aht_s > 0))
			return err_at(e, ERR_INVALID,
				      w->d->place(&w->d->queues[q], w->row[q * w->n + i], "aht_s", at, sizeof at),
				      "must be above 0 where there is volume");
		batches[(*count)++] = (struct wfm_deferred_batch){
			l->volume * l->aht_s, (double)(start - w->from), (double)(finish - w->from) };
	}
	w->queues[q].loads = loads;
	return true;
}

static bool add_batches(struct work *w, size_t q, const struct staff_carried *carried, size_t carried_count,
			struct err *e)
{
	const struct staff_deferred *d = w->d;
	struct wfm_deferred_batch *batches = arena_array(w->a, w->n + carried_count + 1, sizeof *batches);
	size_t n = 0;
	int64_t finish;
	if (d->args->finish != NULL) {
		if (!instant_parse(d->args->finish, &finish))
			return err_at(e, ERR_INVALID, "--finish", "must be an RFC 3339 instant");
		if (!due_at_finish(w, q, finish, batches, &n, e))
			return false;
	}
	if (d->options->initial_backlog_s > 0)
		batches[n++] = (struct wfm_deferred_batch){
			d->options->initial_backlog_s, 0,
			d->args->finish != NULL ? (double)(finish - w->from) : first_due(w, &w->queues[q]) };
	for (size_t i = 0; i < carried_count; i++)
		if (strcmp(carried[i].queue, d->queues[q].name) == 0)
			batches[n++] = (struct wfm_deferred_batch){ carried[i].hours * 3600, 0,
								    (double)(carried[i].due - w->from) };
	w->queues[q].batches = batches;
	w->queues[q].batch_count = n;
	return true;
}

static bool carried_known(struct staff_deferred *d, const struct staff_carried *carried, size_t count,
			  struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		bool known = false;
		char at[80];
		for (size_t q = 0; q < d->count; q++)
			known |= strcmp(d->queues[q].name, carried[i].queue) == 0;
		(void)snprintf(at, sizeof at, "line %lld, column queue", (long long)carried[i].line);
		if (!known)
			return err_at(e, ERR_INVALID, at, "the forecast has no queue %.60s", carried[i].queue);
	}
	return true;
}

static bool same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && memcmp(name, text, len) == 0;
}

/* One part of --may: "sales=mail+cases". */
static bool parse_may(const struct staff_deferred *d, const char *text, size_t len,
		      const struct staff_beside *live, size_t live_count, uint8_t *can, struct err *e)
{
	const char *equals = memchr(text, '=', len), *end = text + len;
	size_t at = 0;
	if (equals == NULL)
		return err_at(e, ERR_INVALID, "--may", "must be like sales=mail+cases,service=mail");
	while (at < live_count && !same(live[at].queue, text, (size_t)(equals - text)))
		at++;
	if (at == live_count)
		return err_at(e, ERR_INVALID, "--may", "%.*s is no queue of --beside", (int)(equals - text), text);
	for (const char *p = equals + 1; p < end;) {
		const char *plus = memchr(p, '+', (size_t)(end - p));
		size_t part = (size_t)((plus != NULL ? plus : end) - p), q = 0;
		while (q < d->count && !same(d->queues[q].name, p, part))
			q++;
		if (q == d->count)
			return err_at(e, ERR_INVALID, "--may", "%.*s is no queue of the forecast", (int)part, p);
		can[at * d->count + q] = 1;
		p += part + 1;
	}
	return true;
}

static bool who_may(const struct work *w, const struct staff_beside *live, size_t live_count, uint8_t *can,
		    struct err *e)
{
	const char *p = w->d->args->may;
	if (p == NULL) {
		memset(can, 1, live_count * w->d->count);
		return true;
	}
	while (*p != '\0') {
		size_t len = strcspn(p, ",");
		if (!parse_may(w->d, p, len, live, live_count, can, e))
			return false;
		p += len + (p[len] == ',');
	}
	return true;
}

static bool add_live(struct work *w, struct err *e)
{
	struct staff_beside *live;
	size_t count;
	const struct staff_deferred_args *args = w->d->args;
	if (args->beside == NULL)
		return args->may == NULL || err_at(e, ERR_INVALID, "--may", "needs --beside");
	w->d->file = args->beside;
	if (!staff_beside_read(w->a, args->beside, args->idle_share, w->from, w->d->seconds, w->n, &live,
			       &count, e))
		return false;
	w->d->file = NULL;
	if (count + w->d->count > MOST)
		return err_set(e, ERR_TOO_LARGE, "more than %d queues are not planned together", MOST);
	uint8_t *can = arena_array(w->a, count * w->d->count + 1, 1);
	int32_t *none = arena_array(w->a, w->n, sizeof *none);
	if (!who_may(w, live, count, can, e))
		return false;
	for (size_t i = 0; i < count; i++)
		w->classes[w->class_count++] = (struct wfm_deferred_class){
			.queues = can + i * w->d->count, .free_s = live[i].free_s, .max_extra = none, .cost = 1 };
	return true;
}

static void write_number(struct strbuf *s, double v)
{
	strbuf_printf(s, ",%.6g", v);
}

static int32_t agents_at(const struct work *w, const struct wfm_deferred *r, size_t q, size_t i)
{
	size_t at = q * w->n + i;
	return r->extra[at] + (w->kept[at] ? w->d->options->min_agents : 0);
}

static void write_queue(const struct work *w, const struct wfm_deferred *r, size_t q, struct strbuf *s)
{
	const struct wfm_staffing_options *o = w->d->options;
	char start[26];
	for (size_t i = 0; i < w->n; i++) {
		const struct staff_row *row = w->row[q * w->n + i];
		const struct wfm_deferred_figures *f = &r->figures[q * w->n + i];
		if (row == NULL)
			continue;
		int32_t agents = agents_at(w, r, q, i);
		double own_s = f->done_s - f->free_s + r->free_used_s[q * w->n + i];
		instant_format(row->start, row->offset_s, start);
		strbuf_csv_text(s, w->d->queues[q].name);
		strbuf_printf(s, ",%s,%d,%d", start, agents,
			      wfm_roster_size(agents, o->shrinkage, o->n_shrinkage));
		write_number(s, f->due_s > 0 ? f->in_time_s / f->due_s : 1);
		write_number(s, 0);
		write_number(s, f->age_s);
		write_number(s, agents > 0 ? own_s / (agents * (double)w->d->seconds) : 0);
		write_number(s, f->backlog_s);
		write_number(s, f->late_s);
		write_number(s, f->done_s - own_s);
		strbuf_puts(s, "\n");
	}
}

static void tell_queue(struct work *w, const struct wfm_deferred *r, size_t q)
{
	double people = 0, idle = 0, due = 0, in_time = 0, late = 0;
	size_t first = w->n, worst = 0;
	char at[26];
	const struct wfm_staffing_options *o = w->d->options;
	double hour = 3600.0 / (double)w->d->seconds;
	const char *name = w->d->queues[q].name;
	for (size_t i = 0; i < w->n; i++) {
		const struct wfm_deferred_figures *f = &r->figures[q * w->n + i];
		people += agents_at(w, r, q, i) / hour;
		idle += (f->free_s - r->free_used_s[q * w->n + i]) / 3600;
		due += f->due_s;
		in_time += f->in_time_s;
		if (f->late_s > 1 && first == w->n)
			first = i;
		if (f->late_s > late) {
			late = f->late_s;
			worst = i;
		}
	}
	(void)fprintf(stderr, "%s: %.1f hours of people", name, people);
	if (w->d->args->beside != NULL)
		(void)fprintf(stderr, ", %.1f hours of work in idle time", idle);
	(void)fprintf(stderr, "; %.2f %% of what is due is done in time, %.1f hours wait at the end\n",
		      due > 0 ? 100 * in_time / due : 100.0,
		      r->figures[q * w->n + w->n - 1].backlog_s / 3600);
	if (first == w->n)
		return;
	w->d->late = true;
	instant_format(w->from + (int64_t)first * w->d->seconds, w->d->queues[q].rows[0].offset_s, at);
	(void)fprintf(stderr, "%s: late from %s on, ", name, at);
	instant_format(w->from + (int64_t)worst * w->d->seconds, w->d->queues[q].rows[0].offset_s, at);
	(void)fprintf(stderr, "at most %.1f hours of work (%s)%s\n", late / 3600, at,
		      o->max_agents > 0 ? ": for want of people" : "");
}

static bool solve(struct work *w, struct strbuf *s, struct err *e)
{
	struct wfm_deferred_problem p = { w->n, (int)w->d->seconds, w->queues, w->d->count, w->classes,
					  w->class_count, 0 };
	struct wfm_deferred *r;
	struct wfm_error we = { 0 };
	if (wfm_deferred_solve(&p, &r, &we) != WFM_OK) {
		char field[32] = "";
		size_t q, at;
		if (sscanf(we.path, "/queues/%zu/loads/%zu/%31s", &q, &at, field) == 3 && q < w->d->count &&
		    at < w->n && w->row[q * w->n + at] != NULL)
			(void)w->d->place(&w->d->queues[q], w->row[q * w->n + at], field, we.path,
					  sizeof we.path);
		return err_from_wfm(e, &we);
	}
	strbuf_puts(s, "queue,start,agents,agents_on_roster,service_level,abandoned_share,asa_s,occupancy,"
		       "backlog_s,late_s,idle_s\n");
	for (size_t q = 0; q < w->d->count; q++) {
		write_queue(w, r, q, s);
		tell_queue(w, r, q);
	}
	wfm_deferred_free(r);
	return true;
}

bool staff_deferred_run(struct arena *a, struct staff_deferred *d, struct strbuf *out, struct err *e)
{
	struct work w = { .a = a, .d = d };
	struct staff_carried *carried = NULL;
	size_t carried_count = 0;
	if (d->options->max_agents > 0 && d->options->max_agents < d->options->min_agents)
		return err_at(e, ERR_INVALID, "--max-agents", "must be at least --min-agents");
	if (!find_horizon(&w, e))
		return false;
	if (d->args->carried != NULL) {
		d->file = d->args->carried;
		if (!staff_carried_read(a, d->args->carried, &carried, &carried_count, e) ||
		    !carried_known(d, carried, carried_count, e))
			return false;
		d->file = NULL;
	}
	w.queues = arena_array(a, d->count, sizeof *w.queues);
	w.classes = arena_array(a, MOST, sizeof *w.classes);
	w.row = arena_array(a, d->count * w.n, sizeof(const struct staff_row *));
	w.kept = arena_array(a, d->count * w.n, 1);
	for (size_t q = 0; q < d->count; q++) {
		fill_loads(&w, q);
		own_people(&w, q);
		if (!add_batches(&w, q, carried, carried_count, e))
			return false;
	}
	return add_live(&w, e) && solve(&w, out, e);
}
