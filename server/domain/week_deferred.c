/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_deferred.h"

#include <math.h>
#include <string.h>

#include "wfm/deferred.h"

enum { O = FIELD_OPTIONAL };

static const struct field deferred_rows[] = {
	F_REAL(struct requirement_deferred, in_time, O, 0, 1,
	       "done within the turnaround / due in the week; null: nothing falls due"),
	F_REAL(struct requirement_deferred, late_hours, O, 0, 0, "most work past due at any time, hours"),
	F_REAL(struct requirement_deferred, carried_hours, O, 0, 0,
	       "work waiting when the week begins, hours: what came since the site last shut, taken from this "
	       "week's own end"),
	F_REAL(struct requirement_deferred, backlog_hours, O, 0, 0, "work waiting at the week's end, hours"),
	F_REAL(struct requirement_deferred, idle_share, O, 0, 1,
	       "share of the live queues' idle time that is taken for usable"),
	F_REAL(struct requirement_deferred, idle_hours, O, 0, 0,
	       "usable idle time of those who may do this queue as well"),
	F_REAL(struct requirement_deferred, idle_used_hours, O, 0, 0,
	       "of which this queue's work takes; others take part of the rest"),
	F_REAL(struct requirement_deferred, alone_agent_hours, O, 0, 0,
	       "people whom the queue would need without idle time, hours on the work"),
};
const struct fields requirement_deferred_fields =
	FIELDS("RequirementDeferred", struct requirement_deferred, deferred_rows);

/* People alike in what they can do. */
struct skill_set {
	int64_t *skills;
	size_t skill_count;
	int64_t agents;
};
static const struct field skill_set_rows[] = {
	F_LIST_OF(struct skill_set, skills, skill_count, 0, FIELD_INT, 0, 0, ""),
	F_INT(struct skill_set, agents, 0, 0, 0, ""),
};
static const struct fields skill_set_fields = FIELDS("SkillSet", struct skill_set, skill_set_rows);

enum { MOST = 64 }; /* queues and classes that are planned together */

struct week_work {
	struct arena *a;
	struct week_problem *w;
	size_t at[MOST]; /* the queues whose work may wait, by index of the week's queues */
	size_t count;
	int minutes;     /* of an interval */
	size_t n;
	struct skill_set *sets;
	size_t set_count;
	struct wfm_deferred_queue queues[MOST];
	struct wfm_deferred_class classes[MOST]; /* extra people by queue, then idle ones by skills */
	double *idle[MOST]; /* what free_s of each class points to */
	size_t class_count;
	int32_t *none;
};

static int common_minutes(int a, int b)
{
	int sum = a;
	while (sum % b != 0)
		sum += a;
	return sum;
}

static bool collect_queues(struct week_work *k, struct err *e)
{
	k->minutes = SLOT_MIN;
	for (size_t i = 0; i < k->w->queue_count; i++) {
		if (site_queue_is_live(&k->w->queues[i]) || k->w->requirements[i].count == 0)
			continue;
		if (k->count == MOST / 2)
			return err_set(e, ERR_INVALID, "site %s has more than %d queues whose work may wait",
				       k->w->site.code, MOST / 2);
		k->at[k->count++] = i;
		k->minutes = common_minutes(k->minutes, (int)k->w->requirements[i].rows[0].minutes);
	}
	k->n = (size_t)((k->w->until - k->w->from) / (k->minutes * 60));
	return true;
}

static int64_t instant_of(const struct week_work *k, size_t i)
{
	return k->w->from + (int64_t)i * k->minutes * 60;
}

static int64_t date_at(const struct week_work *k, size_t i, int *minute)
{
	int64_t date;
	zone_to_local(k->w->site.zone, instant_of(k, i), &date, minute);
	return date;
}

/* When work that comes at the week's start is due. */
static double first_due(const struct week_work *k, const struct wfm_deferred_queue *q)
{
	double left = q->turnaround_s, interval = k->minutes * 60;
	for (size_t i = 0; i < k->n; i++) {
		if (q->open_hours && !q->loads[i].open)
			continue;
		if (left <= interval)
			return (double)i * interval + left;
		left -= interval;
	}
	return (double)k->n * interval + left;
}

/* What comes between the last closing and Monday's opening waits for people on Monday. Last weekend is
 * taken to have been as this one will be. */
static void carry_in(struct week_work *k, struct wfm_deferred_queue *q)
{
	struct wfm_deferred_batch *b = arena_array(k->a, 1, sizeof *b);
	for (size_t i = k->n; i-- > 0 && !q->loads[i].open;)
		b->work_s += q->loads[i].volume * q->loads[i].aht_s;
	b->due_s = first_due(k, q) - 1e-3; /* no later than what comes first */
	q->batches = b;
	q->batch_count = b->work_s > 0;
}

static void fill_queue(struct week_work *k, size_t q)
{
	const struct site_queue *s = &k->w->queues[k->at[q]];
	const struct queue_requirement *r = &k->w->requirements[k->at[q]];
	struct wfm_staffing_options o = week_staffing_options(k->w, s, k->minutes);
	struct wfm_load *loads = arena_array(k->a, k->n, sizeof *loads);
	for (size_t i = 0; i < r->count; i++) {
		size_t at = (size_t)((r->rows[i].start - k->w->from) / (k->minutes * 60));
		if (at >= k->n)
			continue;
		loads[at].volume += r->rows[i].volume;
		loads[at].aht_s += r->rows[i].volume * r->rows[i].aht_s;
	}
	for (size_t i = 0; i < k->n; i++) {
		int minute;
		int64_t date = date_at(k, i, &minute);
		loads[i].open = site_is_open(&k->w->site, s->id, date, minute);
		loads[i].aht_s = loads[i].volume > 0 ? loads[i].aht_s / loads[i].volume : s->aht_s;
	}
	k->queues[q] = (struct wfm_deferred_queue){
		.loads = loads,
		.turnaround_s = fmax(o.turnaround_s, k->minutes * 60),
		.open_hours = o.turnaround_open_hours,
		.end_backlog_s = 0,
	};
	carry_in(k, &k->queues[q]);
	uint8_t *only = arena_array(k->a, k->count, 1);
	only[q] = 1;
	k->classes[k->class_count++] = (struct wfm_deferred_class){
		.queues = only, .cost = 1, .useful = o.target.max_occupancy,
	};
}

static bool has_skill(const struct skill_set *s, int64_t skill_id)
{
	for (size_t i = 0; i < s->skill_count; i++)
		if (s->skills[i] == skill_id)
			return true;
	return false;
}

/* The class of idle people who may do exactly these queues. */
static double *idle_of(struct week_work *k, const uint8_t *can)
{
	for (size_t c = k->count; c < k->class_count; c++)
		if (memcmp(k->classes[c].queues, can, k->count) == 0)
			return k->idle[c];
	if (k->class_count == MOST)
		return NULL; /* more kinds of people than anybody has: the last ones' idle time is spared */
	double *idle = arena_array(k->a, k->n, sizeof *idle);
	k->idle[k->class_count] = idle;
	k->classes[k->class_count++] = (struct wfm_deferred_class){
		.queues = can, .free_s = idle, .max_extra = k->none, .cost = 1,
	};
	return idle;
}

/* Part of a live queue's idle time, quarter-hour by quarter-hour. Who has chats in hand is not idle
 * while a further one would fit. */
static void add_idle(const struct week_work *k, const struct queue_requirement *r, double part, double *idle)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct requirement_row *v = &r->rows[i];
		double busy = isnan(v->occupancy) ? 1 : fmin(v->occupancy, 1);
		for (int64_t m = 0; m < v->minutes; m += SLOT_MIN) {
			size_t at = (size_t)((v->start - k->w->from + m * 60) / (k->minutes * 60));
			if (at < k->n)
				idle[at] += part * v->agents * (1 - busy) * SLOT_MIN * 60;
		}
	}
}

/* A live queue's people are taken to be drawn evenly from all who have its skill. */
static void share_idle(struct week_work *k, size_t live)
{
	const struct site_queue *q = &k->w->queues[live];
	double able = 0;
	for (size_t s = 0; s < k->set_count; s++)
		if (has_skill(&k->sets[s], q->skill_id))
			able += (double)k->sets[s].agents;
	for (size_t s = 0; s < k->set_count; s++) {
		uint8_t *can = arena_array(k->a, k->count, 1), any = 0;
		if (!has_skill(&k->sets[s], q->skill_id))
			continue;
		for (size_t d = 0; d < k->count; d++)
			any |= can[d] = has_skill(&k->sets[s], k->w->queues[k->at[d]].skill_id);
		double *idle = any ? idle_of(k, can) : NULL;
		if (idle != NULL)
			add_idle(k, &k->w->requirements[live],
				 k->w->choice.idle_share * (double)k->sets[s].agents / able, idle);
	}
}

static double agent_hours(const struct week_work *k, size_t q, const struct wfm_deferred *r)
{
	double sum = 0;
	for (size_t i = 0; i < k->n; i++)
		sum += r->extra[q * k->n + i] * k->minutes / 60.0;
	return sum;
}

static struct requirement_deferred sum_up(const struct week_work *k, size_t q, const struct wfm_deferred *r,
					  const struct wfm_deferred *alone)
{
	struct requirement_deferred t = { .idle_share = k->w->choice.idle_share,
					  .carried_hours = k->queues[q].batch_count > 0
								   ? k->queues[q].batches->work_s / 3600
								   : 0,
					  .alone_agent_hours = agent_hours(k, q, alone) };
	double due = 0, in_time = 0;
	for (size_t i = 0; i < k->n; i++) {
		const struct wfm_deferred_figures *f = &r->figures[q * k->n + i];
		due += f->due_s;
		in_time += f->in_time_s;
		t.late_hours = fmax(t.late_hours, f->late_s / 3600);
		t.backlog_hours = f->backlog_s / 3600;
		t.idle_used_hours += f->free_s / 3600;
		for (size_t c = k->count; c < k->class_count; c++)
			if (k->classes[c].queues[q] != 0)
				t.idle_hours += k->classes[c].free_s[i] / 3600;
	}
	t.in_time = due > 0 ? in_time / due : NAN;
	return t;
}

static struct requirement_row row_of(const struct week_work *k, size_t q, size_t i,
				     const struct wfm_deferred *r)
{
	const struct wfm_deferred_figures *f = &r->figures[q * k->n + i];
	const struct wfm_load *l = &k->queues[q].loads[i];
	int32_t agents = r->extra[q * k->n + i];
	int minute;
	return (struct requirement_row){
		.start = instant_of(k, i), .minutes = k->minutes,
		.volume = l->volume, .aht_s = l->aht_s, .agents = agents,
		.agents_on_roster = agents / (1 - week_unplanned(k->w, date_at(k, i, &minute))),
		.service_level = f->due_s > 0 ? f->in_time_s / f->due_s : 1,
		.asa_s = f->age_s,
		.occupancy = agents > 0 ? (f->done_s - f->free_s) / (agents * k->minutes * 60.0) : 0,
		.met = !(f->late_s > 1),
		.binding = agents > 0 ? WFM_BINDS_WORKLOAD : WFM_BINDS_NONE,
		.backlog_s = f->backlog_s, .late_s = f->late_s, .idle_s = f->free_s,
	};
}

/* Seconds of an interval's usable idle time that are this queue's: what its work takes of it, and of what
 * none takes a part by its work. */
static double beside(const struct week_work *k, size_t q, size_t i, const struct wfm_deferred *r, const double *work)
{
	double sum = r->figures[q * k->n + i].free_s;
	for (size_t c = k->count; c < r->class_count; c++) {
		double all = 0;
		for (size_t d = 0; d < k->count; d++)
			all += k->classes[c].queues[d] * work[d];
		double rest = k->classes[c].free_s[i] - r->free_used_s[c * k->n + i];
		if (k->classes[c].queues[q] && all > 0)
			sum += fmax(0, rest) * work[q] / all;
	}
	return sum;
}

static double work_of(const struct week_work *k, size_t q)
{
	double sum = 0;
	for (size_t i = 0; i < k->n; i++)
		sum += k->queues[q].loads[i].volume * k->queues[q].loads[i].aht_s;
	return sum;
}

static void write_rows(const struct week_work *k, const struct wfm_deferred *r, const struct wfm_deferred *alone)
{
	double work[MOST / 2];
	for (size_t q = 0; q < k->count; q++)
		work[q] = work_of(k, q);
	for (size_t q = 0; q < k->count; q++) {
		struct queue_requirement *out = &k->w->requirements[k->at[q]];
		out->deferred = sum_up(k, q, r, alone);
		out->beside_s = arena_array(k->a, k->n, sizeof *out->beside_s);
		out->rows = arena_array(k->a, k->n, sizeof *out->rows);
		out->count = k->n;
		for (size_t i = 0; i < k->n; i++) {
			out->rows[i] = row_of(k, q, i, r);
			out->beside_s[i] = beside(k, q, i, r, work);
		}
	}
}

/* Together, and without anybody's idle time for comparison. */
static bool plan(struct week_work *k, struct err *e)
{
	struct wfm_deferred_problem p = { .n = k->n, .interval_s = k->minutes * 60,
					  .queues = k->queues, .queue_count = k->count,
					  .classes = k->classes, .class_count = k->count };
	struct wfm_deferred *alone, *r = NULL;
	struct wfm_error we;
	if (wfm_deferred_solve(&p, &alone, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	p.class_count = k->class_count;
	bool ok = p.class_count == k->count || wfm_deferred_solve(&p, &r, &we) == WFM_OK ||
		  err_from_wfm(e, &we);
	if (ok)
		write_rows(k, r != NULL ? r : alone, alone);
	wfm_deferred_free(r);
	wfm_deferred_free(alone);
	return ok;
}

bool week_defer(struct db *db, struct arena *a, struct week_problem *w, struct err *e)
{
	static const struct requirement_deferred nothing = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
	struct week_work *k = arena_array(a, 1, sizeof *k);
	k->a = a;
	k->w = w;
	for (size_t i = 0; i < w->queue_count; i++)
		w->requirements[i].deferred = nothing;
	if (!collect_queues(k, e))
		return false;
	if (k->count == 0)
		return true;
	if (!db_rows(db, SQL_REQUIREMENT_SKILL_SETS,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday)), NULL,
		     &skill_set_fields, a, (void **)&k->sets, &k->set_count, e))
		return false;
	k->none = arena_array(a, k->n, sizeof *k->none);
	for (size_t q = 0; q < k->count; q++)
		fill_queue(k, q);
	for (size_t i = 0; i < w->queue_count; i++)
		if (site_queue_is_live(&w->queues[i]) && w->queues[i].channel != WFM_CHAT &&
		    w->choice.idle_share > 0)
			share_idle(k, i);
	return plan(k, e);
}
