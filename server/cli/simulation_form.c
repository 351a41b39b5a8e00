/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON form of a simulation: figures with their 95 % intervals by queue, day and interval. */
#include "server/cli/trial.h"

#include <math.h>

enum { O = FIELD_OPTIONAL };

struct form_figures {
	double offered, service_level, service_level_low, service_level_high;
	double abandoned_share, abandoned_low, abandoned_high, asa_s, asa_low_s, asa_high_s, wait_s;
};

struct form_difference {
	double service_level, low, high;
};

struct form_sim_day {
	int64_t date;
	struct form_figures figures;
	double sl_p10, sl_p50, sl_p90, p_target;
	struct form_difference difference;
};

struct form_sim_interval {
	int64_t start;
	struct form_figures figures;
};

struct form_sim_queue {
	const char *queue;
	double target;
	struct form_figures total;
	struct form_sim_day *days;
	size_t day_count;
	struct form_sim_interval *intervals;
	size_t interval_count;
};

struct form_people_at {
	int64_t start;
	double present, busy;
};

struct form_event {
	double at_s;
	int64_t kind;
	const char *queue, *agent;
	int64_t contact;
};

struct simulation_form {
	int64_t replications, seed, contacts;
	struct form_sim_queue *queues;
	size_t queue_count;
	struct form_people_at *people;
	size_t people_count;
	int64_t trace_start;
	struct form_event *trace;
	size_t trace_count;
};

static const char *const event_kinds[] = { "arrives", "begins", "ends", "gives_up", "turned_away",
					   "callback", "comes", "goes", NULL };

static const struct field figures_rows[] = {
	F_REAL(struct form_figures, offered, 0, 0, 0, "contacts, on the mean of the replications"),
	F_REAL(struct form_figures, service_level, O, 0, 0, "by the queue's definition; null: nothing came"),
	F_REAL(struct form_figures, service_level_low, O, 0, 0, "95 % interval of the mean"),
	F_REAL(struct form_figures, service_level_high, O, 0, 0, "95 % interval of the mean"),
	F_REAL(struct form_figures, abandoned_share, O, 0, 0, "gave up, were turned away or left over"),
	F_REAL(struct form_figures, abandoned_low, O, 0, 0, "95 % interval of the mean"),
	F_REAL(struct form_figures, abandoned_high, O, 0, 0, "95 % interval of the mean"),
	F_REAL(struct form_figures, asa_s, O, 0, 0, "mean wait of those answered"),
	F_REAL(struct form_figures, asa_low_s, O, 0, 0, "95 % interval of the mean"),
	F_REAL(struct form_figures, asa_high_s, O, 0, 0, "95 % interval of the mean"),
	F_REAL(struct form_figures, wait_s, O, 0, 0, "mean wait of all who came"),
};
static const struct fields figures_fields =
	FIELDS("SimulationFigures", struct form_figures, figures_rows);

static const struct field difference_rows[] = {
	F_REAL(struct form_difference, service_level, 0, 0, 0, "the other roster's minus this one's"),
	F_REAL(struct form_difference, low, 0, 0, 0, "95 % interval"),
	F_REAL(struct form_difference, high, 0, 0, 0, "95 % interval"),
};
static const struct fields difference_fields =
	FIELDS("SimulationDifference", struct form_difference, difference_rows);

static const struct field day_rows[] = {
	F_DATE(struct form_sim_day, date, 0, "local date of the first site"),
	F_OBJECT(struct form_sim_day, figures, 0, &figures_fields, "contacts that arrived that day"),
	F_REAL(struct form_sim_day, sl_p10, O, 0, 0, "one day in ten is worse"),
	F_REAL(struct form_sim_day, sl_p50, O, 0, 0, "the median day"),
	F_REAL(struct form_sim_day, sl_p90, O, 0, 0, "one day in ten is better"),
	F_REAL(struct form_sim_day, p_target, O, 0, 0, "share of days at the target"),
	F_OBJECT(struct form_sim_day, difference, O, &difference_fields, "against another roster"),
};
static const struct fields day_fields = FIELDS("SimulationDay", struct form_sim_day, day_rows);

static const struct field interval_rows[] = {
	F_INSTANT(struct form_sim_interval, start, 0, "its first instant"),
	F_OBJECT(struct form_sim_interval, figures, 0, &figures_fields, "contacts that arrived in it"),
};
static const struct fields interval_fields =
	FIELDS("SimulationInterval", struct form_sim_interval, interval_rows);

static const struct field queue_rows[] = {
	F_TEXT(struct form_sim_queue, queue, 0, 0, 80, "name"),
	F_REAL(struct form_sim_queue, target, O, 0, 0, "service level of a good day"),
	F_OBJECT(struct form_sim_queue, total, 0, &figures_fields, "the whole plan"),
	F_LIST(struct form_sim_queue, days, day_count, 0, &day_fields, 0, 0, "by day"),
	F_LIST(struct form_sim_queue, intervals, interval_count, 0, &interval_fields, 0, 0,
	       "intervals in which something came"),
};
static const struct fields queue_fields = FIELDS("SimulationQueue", struct form_sim_queue, queue_rows);

static const struct field people_rows[] = {
	F_INSTANT(struct form_people_at, start, 0, "first instant of the interval"),
	F_REAL(struct form_people_at, present, 0, 0, 0, "people at work, on the mean"),
	F_REAL(struct form_people_at, busy, 0, 0, 0, "of them with a contact in hand"),
};
static const struct fields people_fields =
	FIELDS("SimulationPeople", struct form_people_at, people_rows);

static const struct field event_rows[] = {
	F_REAL(struct form_event, at_s, 0, 0, 0, "seconds after trace_start"),
	F_ENUM(struct form_event, kind, 0, event_kinds, "what happened"),
	F_TEXT(struct form_event, queue, O, 0, 80, "whose contact"),
	F_TEXT(struct form_event, agent, O, 0, 80, "who"),
	F_INT(struct form_event, contact, O, 0, 0, "number of the contact"),
};
static const struct fields event_fields = FIELDS("SimulationEvent", struct form_event, event_rows);

static const struct field form_rows[] = {
	F_INT(struct simulation_form, replications, 0, 0, 0, "times the plan was played"),
	F_INT(struct simulation_form, seed, 0, 0, 0, "of the random numbers"),
	F_INT(struct simulation_form, contacts, 0, 0, 0, "simulated in all"),
	F_LIST(struct simulation_form, queues, queue_count, 0, &queue_fields, 0, 0, "queues with work"),
	F_LIST(struct simulation_form, people, people_count, 0, &people_fields, 0, 0,
	       "intervals with somebody at work"),
	F_INSTANT(struct simulation_form, trace_start, O, "instant the trace counts from"),
	F_LIST(struct simulation_form, trace, trace_count, O, &event_fields, 0, 0,
	       "one replication event by event, with --trace"),
};
const struct fields simulation_form_fields = FIELDS("Simulation", struct simulation_form, form_rows);

static struct form_figures figures_of(const struct wfm_sim_figures *f)
{
	return (struct form_figures){
		f->offered, f->service_level, f->service_level_low, f->service_level_high,
		f->abandoned_share, f->abandoned_low, f->abandoned_high, f->asa_s, f->asa_low_s,
		f->asa_high_s, f->wait_s,
	};
}

static void write_days(struct arena *a, const struct problem *p, const struct trial_result *r,
		       int32_t queue, struct form_sim_queue *f)
{
	const struct wfm_simulation *s = r->simulation;
	f->day_count = (size_t)s->day_count;
	f->days = arena_array(a, f->day_count, sizeof *f->days);
	for (int32_t d = 0; d < s->day_count; d++) {
		size_t at = (size_t)queue * (size_t)s->day_count + (size_t)d;
		const struct wfm_sim_day *day = &s->day[at];
		struct form_sim_day *out = &f->days[d];
		*out = (struct form_sim_day){ .date = p->form.start + d,
					      .figures = figures_of(&day->figures),
					      .sl_p10 = day->sl_p10, .sl_p50 = day->sl_p50,
					      .sl_p90 = day->sl_p90, .p_target = day->p_target };
		out->difference = (struct form_difference){ NAN, NAN, NAN };
		if (r->difference != NULL && !isnan(r->difference[at].service_level))
			out->difference = (struct form_difference){ r->difference[at].service_level,
								    r->difference[at].low,
								    r->difference[at].high };
	}
}

static void write_queue(struct arena *a, const struct problem *p, const struct trial_result *r,
			int32_t queue, struct form_sim_queue *f)
{
	const struct wfm_simulation *s = r->simulation;
	f->queue = p->form.queues[queue].name;
	f->target = p->form.queues[queue].work.target;
	f->total = figures_of(&s->total[queue]);
	write_days(a, p, r, queue, f);
	f->intervals = arena_array(a, (size_t)s->interval_count, sizeof *f->intervals);
	for (int32_t t = 0; t < s->interval_count; t++) {
		const struct wfm_sim_figures *v =
			&s->interval[(size_t)queue * (size_t)s->interval_count + (size_t)t];
		if (v->offered > 0.0)
			f->intervals[f->interval_count++] = (struct form_sim_interval){
				problem_instant(p, t), figures_of(v) };
	}
}

static void write_people(struct arena *a, const struct problem *p, const struct wfm_sim_problem *work,
			 const struct wfm_simulation *s, struct simulation_form *f)
{
	f->people = arena_array(a, (size_t)s->interval_count, sizeof *f->people);
	for (int32_t t = 0; t < s->interval_count; t++) {
		struct form_people_at at = { .start = problem_instant(p, t) };
		for (int32_t k = 0; k < s->set_count; k++) {
			const struct wfm_sim_load *l =
				&s->load[(size_t)k * (size_t)s->interval_count + (size_t)t];
			at.present += l->present_s / work->interval_s;
			at.busy += l->busy_s / work->interval_s;
		}
		if (at.present > 0.0)
			f->people[f->people_count++] = at;
	}
}

void simulation_write(struct arena *a, const struct problem *p, const struct wfm_sim_problem *work,
		      const struct trial_result *r, struct strbuf *out)
{
	const struct wfm_simulation *s = r->simulation;
	struct simulation_form f;
	field_init(&simulation_form_fields, &f);
	f.replications = s->replications;
	f.seed = r->seed;
	f.contacts = s->contacts;
	f.queues = arena_array(a, (size_t)s->queue_count, sizeof *f.queues);
	for (int32_t q = 0; q < s->queue_count; q++)
		if (p->form.queues[q].work.arrival_count > 0)
			write_queue(a, p, r, q, &f.queues[f.queue_count++]);
	write_people(a, p, work, s, &f);
	f.trace = arena_array(a, s->trace_count, sizeof *f.trace);
	f.trace_count = s->trace_count;
	f.trace_start = s->trace_count > 0 ? p->origin : FIELD_NULL;
	for (size_t i = 0; i < s->trace_count; i++) {
		const struct wfm_sim_event *v = &s->trace[i];
		f.trace[i] = (struct form_event){
			.at_s = v->at_s,
			.kind = (int64_t)v->kind,
			.queue = v->queue >= 0 ? p->form.queues[v->queue].name : NULL,
			.agent = v->agent >= 0 ? p->form.agents[v->agent].name : NULL,
			.contact = v->contact >= 0 ? v->contact : FIELD_NULL,
		};
	}
	field_to_json(&simulation_form_fields, &f, out);
	strbuf_putc(out, '\n');
}
