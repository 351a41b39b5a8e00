/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/replay_day.h"

#include <math.h>

#include "server/domain/play_week.h"
#include "server/domain/stored_week.h"

static const struct field query_rows[] = {
	F_DATE(struct replay_query, day, 0, "a day of the roster's week, local"),
	{ .name = "seed", .type = FIELD_INT, .offset = offsetof(struct replay_query, seed),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1e9, .fallback = "1",
	  .help = "each seed is another such day" },
};
const struct fields replay_query_fields = FIELDS("ReplayQuery", struct replay_query, query_rows);

static const struct field queue_rows[] = {
	F_INT(struct replay_queue, queue_id, 0, 1, 1e15, "queue"),
	F_TEXT(struct replay_queue, name, 0, 0, 0, "its name"),
	F_BOOL(struct replay_queue, live, 0, "somebody waits for the answer"),
	F_REAL(struct replay_queue, within_s, 0, 0, 0, "answered in time within so many seconds"),
	F_REAL(struct replay_queue, target, FIELD_OPTIONAL, 0, 1, "service level wanted"),
	F_INT(struct replay_queue, offered, 0, 0, 1e15, "contacts that came that day, calls again included"),
	F_INT(struct replay_queue, in_time, 0, 0, 1e15, "of them answered in time"),
	F_INT(struct replay_queue, answered, 0, 0, 1e15, "of them answered"),
	F_INT(struct replay_queue, lost, 0, 0, 1e15, "of them given up"),
};
static const struct fields queue_fields = FIELDS("ReplayQueue", struct replay_queue, queue_rows);

static const struct field person_rows[] = {
	F_INT(struct replay_person, agent_id, FIELD_OPTIONAL, 1, 1e15,
	      "agent; none: a night that last week's roster began"),
	F_TEXT(struct replay_person, name, FIELD_OPTIONAL, 0, 0, "name"),
	F_BOOL(struct replay_person, absent, 0, "planned that day and did not come"),
};
static const struct fields person_fields = FIELDS("ReplayPerson", struct replay_person, person_rows);

static const struct field replay_rows[] = {
	F_INT(struct replay, roster_id, 0, 1, 1e15, "roster"),
	F_DATE(struct replay, day, 0, "local date"),
	F_INT(struct replay, seed, 0, 1, 1e9, "which of such days"),
	F_INSTANT(struct replay, from, 0, "the day begins"),
	F_INSTANT(struct replay, until, 0, "and ends"),
	F_LIST(struct replay, queues, queue_count, 0, &queue_fields, 0, 0, "queues, and how the day ended"),
	F_LIST(struct replay, people, people_count, 0, &person_fields, 0, 0, "who is planned that day"),
	F_LIST_OF(struct replay, at_ms, event_count, 0, FIELD_INT, 0, 0,
		  "events by time: milliseconds since from; below 0: already so when the day began"),
	F_LIST_OF(struct replay, kind, event_count, 0, FIELD_TEXT, 0, 0,
		  "arrives, begins, ends, gives_up, turned_away, callback, comes (a person starts work) or goes"),
	F_LIST_OF(struct replay, queue, event_count, 0, FIELD_INT, 0, 0, "index into queues; -1: none"),
	F_LIST_OF(struct replay, person, event_count, 0, FIELD_INT, 0, 0, "index into people; -1: none"),
	F_LIST_OF(struct replay, contact, event_count, 0, FIELD_INT, 0, 0,
		  "number of the contact; -1: none"),
};
const struct fields replay_fields = FIELDS("Replay", struct replay, replay_rows);

/* As in enum wfm_sim_event_kind. */
static const char *const kind_names[] = { "arrives", "begins", "ends", "gives_up",
					  "turned_away", "callback", "comes", "goes" };

/* What became of a contact, as the events go by. */
struct fate {
	double arrived_s, begun_s, over_s;
};

struct showing {
	struct arena *a;
	const struct stored_week *s;
	const struct week_play *play;
	double from_s, until_s;
	struct fate *contacts;
	int64_t *person_of; /* by the play's agent: index into people, or FIELD_NULL */
	size_t *came;       /* by agent: 1 + the event by which one is here when the day begins; 0: one is not */
};

/* Live work before the day before, and after the day, is left out: no trace of it is shown. */
static bool keep_days(struct week_play *play, int32_t day, double *contacts)
{
	*contacts = 0;
	struct wfm_sim_queue *queues = arena_array(play->a, (size_t)play->p.queue_count, sizeof *queues);
	for (int32_t q = 0; q < play->p.queue_count; q++) {
		const struct wfm_sim_queue *from = &play->p.queues[q];
		double *volume = arena_array(play->a, (size_t)play->slots, sizeof *volume);
		for (int32_t s = 0; s < play->slots; s++) {
			bool wanted = play->p.day[s] <= day && (play->p.day[s] >= day - 1 || from->due_s > 0);
			volume[s] = wanted ? from->volume[s] : 0;
			*contacts += volume[s];
		}
		queues[q] = *from;
		queues[q].volume = volume;
	}
	play->p.queues = queues;
	return *contacts <= REPLAY_CONTACTS;
}

static void follow_contacts(struct showing *w, const struct wfm_simulation *s)
{
	int32_t most = 0;
	for (size_t i = 0; i < s->trace_count; i++)
		most = s->trace[i].contact > most ? s->trace[i].contact : most;
	w->contacts = arena_array(w->a, (size_t)most + 1, sizeof *w->contacts);
	for (int32_t i = 0; i <= most; i++)
		w->contacts[i].begun_s = w->contacts[i].over_s = INFINITY;
	for (size_t i = 0; i < s->trace_count; i++) {
		const struct wfm_sim_event *v = &s->trace[i];
		if (v->contact < 0)
			continue;
		struct fate *f = &w->contacts[v->contact];
		if (v->kind == WFM_SIM_ARRIVES)
			f->arrived_s = v->at_s;
		else if (v->kind == WFM_SIM_BEGINS)
			f->begun_s = v->at_s;
		else if (v->kind == WFM_SIM_ENDS || v->kind == WFM_SIM_GIVES_UP || v->kind == WFM_SIM_TURNED_AWAY)
			f->over_s = v->at_s;
	}
}

/* Work that may wait and is taken up on a later day is still waiting when this one ends. */
static bool is_later(const struct showing *w, const struct wfm_sim_event *v)
{
	return v->at_s >= w->until_s && w->contacts[v->contact].begun_s >= w->until_s &&
	       !site_queue_is_live(&w->s->w.queues[v->queue]);
}

static void count_event(const struct showing *w, const struct wfm_sim_event *v, struct replay_queue *q)
{
	const struct fate *f = &w->contacts[v->contact];
	if (f->arrived_s < w->from_s || f->arrived_s >= w->until_s || is_later(w, v))
		return;
	q->offered += v->kind == WFM_SIM_ARRIVES;
	q->lost += v->kind == WFM_SIM_GIVES_UP || v->kind == WFM_SIM_TURNED_AWAY;
	q->answered += v->kind == WFM_SIM_BEGINS;
	q->in_time += v->kind == WFM_SIM_BEGINS && v->at_s - f->arrived_s <= q->within_s;
}

static void follow_people(struct showing *w, const struct wfm_simulation *s)
{
	w->came = arena_array(w->a, (size_t)w->play->p.agent_count, sizeof *w->came);
	for (size_t i = 0; i < s->trace_count && s->trace[i].at_s < w->from_s; i++)
		if (s->trace[i].kind == WFM_SIM_COMES)
			w->came[s->trace[i].agent] = i + 1;
		else if (s->trace[i].kind == WFM_SIM_GOES)
			w->came[s->trace[i].agent] = 0;
}

/* Whether an event belongs to the day: in it, of a contact that came in it, or of what it began with. */
static bool is_shown(const struct showing *w, const struct wfm_sim_event *v, size_t i)
{
	if (v->contact < 0)
		return w->person_of[v->agent] != FIELD_NULL && v->at_s < w->until_s &&
		       (v->at_s >= w->from_s || w->came[v->agent] == i + 1);
	const struct fate *f = &w->contacts[v->contact];
	if (f->arrived_s >= w->until_s || f->over_s < w->from_s || is_later(w, v))
		return false;
	return v->at_s < w->until_s || f->arrived_s >= w->from_s;
}

/* Who has work that day; the others' events are not shown. */
static void list_people(struct showing *w, struct replay *out)
{
	const struct week_problem *p = &w->s->w;
	size_t agents = (size_t)w->play->p.agent_count;
	bool *planned = arena_array(w->a, agents, sizeof *planned);
	for (int32_t i = 0; i < w->play->p.span_count; i++) {
		const struct wfm_sim_span *span = &w->play->p.spans[i];
		planned[span->agent] |= span->start_s < w->until_s && span->end_s > w->from_s;
	}
	out->people = arena_array(w->a, agents, sizeof *out->people);
	w->person_of = arena_array(w->a, agents, sizeof *w->person_of);
	for (size_t i = 0; i < agents; i++) {
		bool known = i < (size_t)p->problem.agent_count;
		w->person_of[i] = planned[i] ? (int64_t)out->people_count : FIELD_NULL;
		if (planned[i])
			out->people[out->people_count++] = (struct replay_person){
				.agent_id = known ? p->agent_ids[i] : FIELD_NULL,
				.name = known ? p->agent_names[i] : NULL, .absent = true };
	}
}

static void list_queues(const struct showing *w, struct replay *out)
{
	const struct week_problem *p = &w->s->w;
	out->queue_count = p->queue_count;
	out->queues = arena_array(w->a, p->queue_count, sizeof *out->queues);
	for (size_t q = 0; q < p->queue_count; q++)
		out->queues[q] = (struct replay_queue){
			.queue_id = p->queues[q].id, .name = p->queues[q].name,
			.within_s = w->play->p.queues[q].within_s, .target = p->queues[q].target_share,
			.live = site_queue_is_live(&p->queues[q]) };
}

static void write_events(struct showing *w, const struct wfm_simulation *s, struct replay *out)
{
	out->at_ms = arena_array(w->a, s->trace_count, sizeof *out->at_ms);
	out->queue = arena_array(w->a, s->trace_count, sizeof *out->queue);
	out->person = arena_array(w->a, s->trace_count, sizeof *out->person);
	out->contact = arena_array(w->a, s->trace_count, sizeof *out->contact);
	out->kind = arena_array(w->a, s->trace_count, sizeof *out->kind);
	for (size_t i = 0; i < s->trace_count; i++) {
		const struct wfm_sim_event *v = &s->trace[i];
		if (v->contact >= 0)
			count_event(w, v, &out->queues[v->queue]);
		if (!is_shown(w, v, i))
			continue;
		size_t n = out->event_count++;
		int64_t person = v->agent >= 0 ? w->person_of[v->agent] : FIELD_NULL;
		/* What was so before the day began keeps a time before it, however it rounds. */
		double ms = 1000 * (v->at_s - w->from_s);
		out->at_ms[n] = (int64_t)(ms < 0 ? fmin(-1, round(ms)) : round(ms));
		out->kind[n] = kind_names[v->kind];
		out->queue[n] = v->queue;
		out->person[n] = person == FIELD_NULL ? -1 : person;
		out->contact[n] = v->contact;
		if (v->kind == WFM_SIM_COMES)
			out->people[person].absent = false;
	}
}

static bool play_day(struct showing *w, const struct replay_query *q, struct replay *out, struct err *e)
{
	struct wfm_sim_options o = { .seed = (uint64_t)q->seed, .replications = 1, .threads = 1 };
	struct wfm_simulation *s = NULL;
	struct wfm_error we;
	if (wfm_simulate(&w->play->p, &o, &s, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	follow_contacts(w, s);
	follow_people(w, s);
	list_people(w, out);
	list_queues(w, out);
	write_events(w, s, out);
	wfm_simulation_free(s);
	return true;
}

bool roster_replay(struct db *db, struct arena *a, int64_t roster_id, const struct replay_query *q,
		   struct replay *out, struct err *e)
{
	struct stored_week *s = arena_alloc(a, sizeof *s);
	struct week_play play;
	double contacts;
	if (!stored_week_load(db, a, roster_id, s, e))
		return false;
	int64_t day = q->day - s->w.monday;
	if (day < 0 || day >= WEEK_DAYS)
		return err_at(e, ERR_INVALID, "/day", "is not a day of the roster's week");
	if (!week_play_open(a, &s->w, &s->roster, &play, e))
		return false;
	if (!keep_days(&play, (int32_t)day, &contacts))
		return err_set(e, ERR_TOO_LARGE, "the day and the one before have %.0f contacts; up to %d can be shown",
			       contacts, REPLAY_CONTACTS);
	const struct wfm_day *d = &s->w.problem.calendars[0].days[day];
	*out = (struct replay){ .roster_id = roster_id, .day = q->day, .seed = q->seed,
				.from = week_slot_instant(&s->w, d->first_slot),
				.until = week_slot_instant(&s->w, d->first_slot + d->slots) };
	struct showing w = { .a = a, .s = s, .play = &play,
			     .from_s = (double)(out->from - s->w.from),
			     .until_s = (double)(out->until - s->w.from) };
	return play_day(&w, q, out, e);
}
