/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuadrante skills: queues and skill groups in, people per group and interval out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/cli/cli.h"
#include "server/cli/forecast_cmd.h"
#include "server/cli/schedule_cmd.h"
#include "server/cli/skills_form.h"
#include "server/cli/staff_rows.h"
#include "wfm/skills.h"

enum { FORM_BYTES = 8 << 20, OUTPUT_MAX = 256 << 20 };

struct skills_args {
	const char *form, *forecast, *failed;
	int64_t seed, contacts, solved;
	bool training, rough, json;
};

struct skills_work {
	struct arena *a;
	struct skills_form form;
	struct wfm_skills_problem p;
	int64_t start, seconds;
	int offset_s;
};

static double or_zero(double v)
{
	return isnan(v) ? 0.0 : v;
}

static int32_t queue_named(const struct skills_form *f, const char *name)
{
	for (size_t q = 0; q < f->queue_count; q++)
		if (strcmp(f->queues[q].name, name) == 0)
			return (int32_t)q;
	return -1;
}

static struct wfm_staffing_options options_of(const struct skills_form_queue *q)
{
	return (struct wfm_staffing_options){
		.channel = (enum wfm_channel)q->channel,
		.target = { .service_level = or_zero(q->service_level), .within_s = q->within_s,
			    .definition = (enum wfm_service_level)q->definition,
			    .max_abandoned = or_zero(q->max_abandoned),
			    .max_asa_s = or_zero(q->max_asa_s),
			    .max_occupancy = or_zero(q->max_occupancy) },
		.patience_s = or_zero(q->patience_s),
		.concurrency = (double)q->concurrency,
		.stretch = q->stretch,
	};
}

static bool form_groups(struct skills_work *w, struct err *e)
{
	const struct skills_form *f = &w->form;
	struct wfm_skill_group *groups = arena_array(w->a, f->group_count, sizeof *groups);
	char at[64];
	for (size_t q = 0; q < f->queue_count; q++)
		if (queue_named(f, f->queues[q].name) != (int32_t)q) {
			(void)snprintf(at, sizeof at, "/queues/%zu/name", q);
			return err_at(e, ERR_INVALID, at, "stands there twice");
		}
	for (size_t g = 0; g < f->group_count; g++) {
		const struct skills_form_group *from = &f->groups[g];
		struct wfm_sim_skill *skills = arena_array(w->a, from->skill_count, sizeof *skills);
		for (size_t i = 0; i < from->skill_count; i++) {
			const struct skills_form_skill *s = &from->skills[i];
			int32_t q = queue_named(f, s->queue);
			(void)snprintf(at, sizeof at, "/groups/%zu/skills/%zu/queue", g, i);
			if (q < 0)
				return err_at(e, ERR_INVALID, at, "there is no queue \"%.60s\"", s->queue);
			skills[i] = (struct wfm_sim_skill){ q, (int32_t)s->priority, 0.0, s->speed };
		}
		groups[g] = (struct wfm_skill_group){
			.skills = skills, .skill_count = (int32_t)from->skill_count, .cost = from->cost,
			.least = (int32_t)from->least,
			.most = from->most == FIELD_NULL ? -1 : (int32_t)from->most,
		};
	}
	w->p.groups = groups;
	w->p.group_count = (int32_t)f->group_count;
	return true;
}

/* Loads written in the form itself. */
static bool form_loads(struct skills_work *w, struct wfm_load **loads, struct err *e)
{
	const struct skills_form *f = &w->form;
	size_t n = 0;
	char at[64];
	for (size_t q = 0; q < f->queue_count; q++)
		n = f->queues[q].volume_count > n ? f->queues[q].volume_count : n;
	if (n == 0)
		return err_at(e, ERR_INVALID, "/queues/0/volumes", "are needed, or --forecast");
	if (f->start == FIELD_NULL)
		return err_at(e, ERR_INVALID, "/start", "is needed without --forecast");
	w->start = f->start;
	w->seconds = 60 * f->interval_min;
	w->p.interval_count = (int32_t)n;
	for (size_t q = 0; q < f->queue_count; q++) {
		const struct skills_form_queue *from = &f->queues[q];
		loads[q] = arena_array(w->a, n, sizeof **loads);
		(void)snprintf(at, sizeof at, "/queues/%zu/aht_s", q);
		if (isnan(from->aht_s))
			return err_at(e, ERR_INVALID, at, "is needed without --forecast");
		for (size_t i = 0; i < from->volume_count; i++) {
			if (!(from->volumes[i] >= 0 && from->volumes[i] <= 1e6)) {
				(void)snprintf(at, sizeof at, "/queues/%zu/volumes/%zu", q, i);
				return err_at(e, ERR_INVALID, at, "must be between 0 and 1000000");
			}
			loads[q][i] = (struct wfm_load){ from->volumes[i], from->aht_s, true };
		}
	}
	return true;
}

/* Loads of a forecast: its queues bear the names of the form's; times without a row are closed. */
static bool forecast_loads(struct skills_work *w, const char *path, struct wfm_load **loads, struct err *e)
{
	const struct skills_form *f = &w->form;
	struct staff_queue *rows;
	size_t count;
	int64_t first = INT64_MAX, last = INT64_MIN;
	if (!staff_forecast_read(w->a, path, 0, &rows, &count, &w->seconds, e))
		return false;
	struct staff_queue **of = arena_array(w->a, f->queue_count, sizeof *of);
	for (size_t i = 0; i < count; i++) {
		int32_t q = queue_named(f, rows[i].name);
		if (q < 0)
			continue; /* a forecast may hold more than is asked about */
		of[q] = &rows[i];
		first = rows[i].rows[0].start < first ? rows[i].rows[0].start : first;
		last = rows[i].rows[rows[i].count - 1].start > last ? rows[i].rows[rows[i].count - 1].start
								     : last;
		w->offset_s = rows[i].rows[0].offset_s;
	}
	if (first == INT64_MAX || (last - first) / w->seconds >= WFM_SKILLS_INTERVALS)
		return err_set(e, ERR_INVALID, first == INT64_MAX
			       ? "has none of the form's queues" : "covers more than 10000 intervals");
	w->start = first;
	w->p.interval_count = (int32_t)((last - first) / w->seconds) + 1;
	for (size_t q = 0; q < f->queue_count; q++) {
		if (of[q] == NULL)
			return err_set(e, ERR_INVALID, "has no rows of queue \"%.60s\"", f->queues[q].name);
		loads[q] = arena_array(w->a, (size_t)w->p.interval_count, sizeof **loads);
		for (size_t k = 0; k < of[q]->count; k++) {
			const struct staff_row *r = &of[q]->rows[k];
			if ((r->start - first) % w->seconds != 0)
				return err_set(e, ERR_INVALID, "queue \"%.60s\" is not on the grid of the others",
					       of[q]->name);
			loads[q][(r->start - first) / w->seconds] =
				(struct wfm_load){ r->volume, r->aht_s, true };
		}
	}
	return true;
}

static bool read_work(struct skills_args *args, struct skills_work *w, struct err *e)
{
	const char *text;
	size_t len;
	args->failed = args->form;
	if (!cli_read_file(w->a, args->form, FORM_BYTES, &text, &len, e) ||
	    !field_from_text_json(&skills_form_fields, text, len, FORM_BYTES, w->a, &w->form, e) ||
	    !form_groups(w, e))
		return false;
	struct wfm_load **loads = arena_array(w->a, w->form.queue_count, sizeof *loads);
	if (args->forecast != NULL)
		args->failed = args->forecast;
	if (args->forecast != NULL ? !forecast_loads(w, args->forecast, loads, e)
				   : !form_loads(w, loads, e))
		return false;
	args->failed = args->form;
	struct wfm_skill_queue *queues = arena_array(w->a, w->form.queue_count, sizeof *queues);
	for (size_t q = 0; q < w->form.queue_count; q++)
		queues[q] = (struct wfm_skill_queue){ loads[q], options_of(&w->form.queues[q]) };
	w->p.queues = queues;
	w->p.queue_count = (int32_t)w->form.queue_count;
	w->p.interval_s = (int)w->seconds;
	return true;
}

/* ---- results ------------------------------------------------------------------------------- */

static void fill_interval(const struct skills_work *w, const struct wfm_skills_result *r, size_t i,
			  struct skills_out_interval *out)
{
	size_t queues = w->form.queue_count, groups = w->form.group_count;
	*out = (struct skills_out_interval){
		.start = w->start + (int64_t)i * w->seconds,
		.queues = arena_array(w->a, queues, sizeof *out->queues), .queue_count = queues,
		.groups = arena_array(w->a, groups, sizeof *out->groups), .group_count = groups,
	};
	for (size_t q = 0; q < queues; q++) {
		const struct wfm_skills_queue *v = &r->queue[i * queues + q];
		out->queues[q] = (struct skills_out_queue){
			w->form.queues[q].name, v->load_erl, v->people, v->met, v->service_level,
			v->low, v->high, v->abandoned_share, isfinite(v->asa_s) ? v->asa_s : NAN };
	}
	for (size_t g = 0; g < groups; g++) {
		int32_t n = r->people[i * groups + g];
		out->groups[g] = (struct skills_out_group){
			w->form.groups[g].name, n, wfm_roster_size(n, &w->form.shrinkage, 1) };
	}
}

static void fill_out(const struct skills_work *w, const struct skills_args *args,
		     const struct wfm_skills_result *r, struct skills_out *out)
{
	size_t n = (size_t)r->interval_count;
	*out = (struct skills_out){
		.interval_min = w->seconds / 60, .seed = args->seed, .unmet = r->unmet,
		.plays = r->plays, .cuts = r->cuts, .contacts = r->contacts,
		.person_hours = r->person_hours, .cost_hours = r->cost_hours,
		.intervals = arena_array(w->a, n, sizeof *out->intervals), .interval_count = n,
	};
	for (size_t i = 0; i < n; i++)
		fill_interval(w, r, i, &out->intervals[i]);
	if (r->horizon == NULL)
		return;
	out->horizon_count = w->form.queue_count;
	out->horizon = arena_array(w->a, out->horizon_count, sizeof *out->horizon);
	for (size_t q = 0; q < out->horizon_count; q++) {
		const struct wfm_sim_figures *f = &r->horizon[q];
		out->horizon[q] = (struct skills_out_horizon){
			w->form.queues[q].name, f->service_level, f->service_level_low,
			f->service_level_high, f->abandoned_share, f->asa_s };
	}
}

static void fill_training(const struct skills_work *w, const struct wfm_training_gain *g,
			  struct skills_out *out)
{
	static const char *const names[WFM_TRAININGS] = { "dedicated", "present", "chain", "all" };
	const struct wfm_training_figures *now = &g->training[WFM_TRAIN_PRESENT];
	out->training_count = WFM_TRAININGS;
	out->training = arena_array(w->a, WFM_TRAININGS, sizeof *out->training);
	for (int t = 0; t < WFM_TRAININGS; t++)
		out->training[t] = (struct skills_out_training){
			names[t], g->training[t].people, g->training[t].person_hours,
			g->training[t].cost_hours, g->training[t].unmet };
	out->pair_count = (size_t)g->pair_count;
	out->pairs = arena_array(w->a, out->pair_count, sizeof *out->pairs);
	for (size_t i = 0; i < out->pair_count; i++) {
		const struct wfm_training_pair *p = &g->pairs[i];
		out->pairs[i] = (struct skills_out_pair){
			w->form.queues[p->queue].name, w->form.queues[p->other].name,
			now->people - p->figures.people, p->saved_person_hours, p->saved_cost_hours };
	}
}

static void write_number(struct strbuf *s, double v)
{
	strbuf_putc(s, ',');
	if (isfinite(v))
		strbuf_printf(s, "%.6g", v);
}

static void write_csv(const struct skills_work *w, const struct skills_out *out, struct strbuf *s)
{
	char start[26];
	strbuf_puts(s, "kind,name,start,people,people_on_roster,met,service_level,low,high,abandoned_share,"
		       "asa_s\n");
	for (size_t i = 0; i < out->interval_count; i++) {
		const struct skills_out_interval *v = &out->intervals[i];
		instant_format(v->start, w->offset_s, start);
		for (size_t g = 0; g < v->group_count; g++) {
			strbuf_puts(s, "group,");
			strbuf_csv_text(s, v->groups[g].group);
			strbuf_printf(s, ",%s,%lld,%lld,,,,,,\n", start, (long long)v->groups[g].people,
				      (long long)v->groups[g].people_on_roster);
		}
		for (size_t q = 0; q < v->queue_count; q++) {
			const struct skills_out_queue *f = &v->queues[q];
			strbuf_puts(s, "queue,");
			strbuf_csv_text(s, f->queue);
			strbuf_printf(s, ",%s,%.6g,,%s", start, f->people, f->met ? "true" : "false");
			write_number(s, f->service_level);
			write_number(s, f->low);
			write_number(s, f->high);
			write_number(s, f->abandoned_share);
			write_number(s, f->asa_s);
			strbuf_putc(s, '\n');
		}
	}
}

static void tell(const struct skills_out *out)
{
	(void)fprintf(stderr, "%.1f person-hours on the work", out->person_hours);
	if (out->unmet > 0)
		(void)fprintf(stderr, "; %lld intervals of queues miss a target, the best found is written",
			      (long long)out->unmet);
	(void)fputc('\n', stderr);
	for (size_t t = 0; t < out->training_count; t++)
		(void)fprintf(stderr, "%-9s %6.0f people at most, %8.1f person-hours\n",
			      out->training[t].training, out->training[t].people,
			      out->training[t].person_hours);
	if (out->pair_count > 0)
		(void)fprintf(stderr, "one pair more: %s with %s saves %.1f hours x cost, %.1f person-hours\n",
			      out->pairs[0].queue, out->pairs[0].other, out->pairs[0].saved_cost_hours,
			      out->pairs[0].saved_person_hours);
}

static bool run(struct skills_args *args, struct skills_work *w, struct skills_out *out, struct err *e)
{
	struct wfm_skills_options o = { .seed = (uint64_t)args->seed, .contacts = (int32_t)args->contacts,
					.solved = (int32_t)args->solved, .rough = args->rough };
	struct wfm_skills_result *r = NULL;
	struct wfm_training_gain *g = NULL;
	struct wfm_error we;
	if (!read_work(args, w, e))
		return false;
	if (wfm_skills_run(&w->p, &o, &r, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	fill_out(w, args, r, out);
	wfm_skills_free(r);
	if (!args->training)
		return true;
	if (wfm_skills_gain(&w->p, &o, 0.0, &g, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	fill_training(w, g, out);
	wfm_training_gain_free(g);
	return true;
}

int cli_skills(int argc, char **argv)
{
	struct skills_args args = { .seed = 1 };
	const struct cli_option options[] = {
		{ "forecast", CLI_TEXT, &args.forecast, 0, 0,
		  "forecast.csv, or the .json of forecast --json: volumes and handling times by queue name" },
		{ "training", CLI_FLAG, &args.training, 0, 0,
		  "and what cross-training saves: dedicated, present, chain, all, and each new pair" },
		{ "rough", CLI_FLAG, &args.rough, 0, 0,
		  "many intervals: those beside the few that are solved are not tried" },
		{ "solved", CLI_INT, &args.solved, 0, 64, "intervals solved from the start (0: four)" },
		{ "contacts", CLI_INT, &args.contacts, 0, 1e7,
		  "played to judge one staffing of one interval (0: 60000)" },
		{ "seed", CLI_INT, &args.seed, 0, 9007199254740992.0, "of the random numbers (1)" },
		{ "json", CLI_FLAG, &args.json, 0, 0, "JSON in place of CSV" },
	};
	const struct cli_usage usage = {
		.synopsis = "skills SKILLS.json [--forecast forecast.csv] > requirement.csv",
		.purpose = "The cheapest people per skill group and interval with which every queue meets its\n"
			   "targets when people share queues (cuadrante schema skills describes the form).",
		.options = options,
		.option_count = sizeof options / sizeof options[0],
		.args_min = 1,
		.args_max = 1,
	};
	const char *positional[CLI_ARGS_MAX];
	size_t n;
	enum cli_parse parsed = cli_parse(&usage, argc, argv, positional, &n);
	if (parsed != CLI_GO)
		return parsed == CLI_HELPED ? CLI_DONE : CLI_BAD;
	args.form = positional[0];
	struct skills_work w = { .a = arena_new((size_t)1 << 30) };
	struct skills_out out = { 0 };
	struct err e = ERR_INIT;
	struct strbuf s;
	strbuf_init(&s, OUTPUT_MAX);
	int code;
	if (!run(&args, &w, &out, &e)) {
		code = cli_fail("skills", args.failed, &e);
	} else {
		if (args.json)
			field_to_json(&skills_out_fields, &out, &s);
		else
			write_csv(&w, &out, &s);
		if (args.json)
			strbuf_putc(&s, '\n');
		code = cli_write(&s, out.unmet > 0 ? CLI_LIMIT : CLI_DONE);
		tell(&out);
	}
	strbuf_free(&s);
	arena_free(w.a);
	return code;
}
