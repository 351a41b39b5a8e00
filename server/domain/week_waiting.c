/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_waiting.h"

#include <math.h>
#include <string.h>

static const struct field row_fields[] = {
	F_INT(struct waiting_row, queue_id, 0, 1, 1e15, "queue"),
	F_REAL(struct waiting_row, due_hours, 0, 0, 0, "work that falls due in the week, hours of handling"),
	F_REAL(struct waiting_row, in_time_hours, 0, 0, 0, "of this, done when due"),
	F_REAL(struct waiting_row, late_hours, 0, 0, 0, "most work past due at any time"),
	F_REAL(struct waiting_row, backlog_hours, 0, 0, 0, "work waiting at the week's end"),
	F_REAL(struct waiting_row, idle_used_hours, 0, 0, 0, "done in the idle time of live queues"),
};
const struct fields waiting_row_fields = FIELDS("RosterWaiting", struct waiting_row, row_fields);

/*
 * In hours' pay: an agent-hour still to be done for each open hour past due, as much as an hour missing on a
 * live queue; and one that is never done, as much as a second one missing there.
 *
 * Where there are too few people for everything what is late stays so for days, and at that price an hour of
 * Monday's would be worth hundreds: live queues would be left without anybody. There an hour late through
 * the whole week and left at its end costs about as much as the first one missing on a live queue: work
 * that may wait gets what those leave.
 */
static const double LATE_HOURS = 3, LEFT_HOURS = 12, LATE_WEEK_HOURS = 3, LEFT_FEW_HOURS = 2;
/* Of the people's hours: with less to do there are enough of them, with more too few. */
static const double ENOUGH = 0.9, TOO_FEW = 1;

static double slot_hours(void)
{
	return SLOT_MIN / 60.0;
}

/* ---- the work ---------------------------------------------------------------------------- */

static double presence(const struct week_problem *w, int32_t slot)
{
	int64_t date;
	int minute;
	zone_to_local(w->site.zone, week_slot_instant(w, slot), &date, &minute);
	return 1 - week_unplanned(w, date);
}

/* Work of a slot can be done from the next on, or in its own when that is the last open one. */
static void set_clock(const struct week_problem *w, struct week_waiting *x, int32_t turnaround)
{
	const uint8_t *open = w->problem.queues[x->queue].open;
	int32_t last = x->slots - 1;
	while (last >= 0 && !open[last])
		last--;
	for (int32_t i = 0, due = 0, ahead = 0; i < x->count; i++) {
		/* `ahead` open slots of [i, due) */
		x->from[i] = i > last && i == last + 1 ? last : i;
		while (due < x->slots && ahead < turnaround)
			ahead += open[due++];
		x->due[i] = ahead < turnaround ? x->slots + 1 : due;
		ahead -= i < x->slots && i < due ? open[i] : 0;
		if (i > last + 1)
			x->from[i] = x->slots; /* next week's */
	}
}

/* Rows of the requirement by slot, and the idle time that is this queue's. */
static void fill_work(const struct week_problem *w, struct week_waiting *x)
{
	const struct queue_requirement *r = &w->requirements[x->queue];
	for (size_t k = 0; k < r->count; k++) {
		const struct requirement_row *v = &r->rows[k];
		int32_t first = (int32_t)((v->start - w->from) / (SLOT_MIN * 60)), n = (int32_t)v->minutes / SLOT_MIN;
		for (int32_t t = first; t < first + n && t < x->slots; t++) {
			x->work_s[t + 1] = v->volume * v->aht_s / n;
			x->spare_s[t] = r->beside_s != NULL ? r->beside_s[k] / n : 0;
		}
	}
	for (int32_t t = x->slots; t > 0 && x->from[t] >= x->slots; t--)
		x->work_s[0] += x->work_s[t]; /* as after last week's closing */
}

static void add_nights(const struct week_problem *w, struct week_waiting *x)
{
	for (size_t i = 0; i < w->covered_count; i++)
		for (int64_t at = w->covered[i].start; at < w->covered[i].end; at += SLOT_MIN * 60) {
			int64_t t = (at - w->from) / (SLOT_MIN * 60);
			if (w->covered[i].queue_id == w->queues[x->queue].id && at >= w->from && t < x->slots)
				x->spare_s[t] += x->each_s[t];
		}
}

static void open_work(struct arena *a, const struct week_problem *w, size_t queue, struct week_waiting *x)
{
	struct wfm_staffing_options o = week_staffing_options(w, &w->queues[queue], SLOT_MIN);
	*x = (struct week_waiting){ .queue = queue, .slots = w->problem.slot_count - SLOT_TAIL,
				    .useful = o.target.max_occupancy > 0 ? o.target.max_occupancy : 1 };
	x->count = x->slots + 1;
	x->work_s = arena_array(a, (size_t)x->count, sizeof *x->work_s);
	x->from = arena_array(a, (size_t)x->count, sizeof *x->from);
	x->due = arena_array(a, (size_t)x->count, sizeof *x->due);
	x->spare_s = arena_array(a, (size_t)x->slots, sizeof *x->spare_s);
	x->each_s = arena_array(a, (size_t)x->slots, sizeof *x->each_s);
	x->past = arena_array(a, (size_t)x->slots, sizeof *x->past);
	x->batches = arena_array(a, (size_t)x->count, sizeof *x->batches);
	for (int32_t t = 0; t < x->slots; t++)
		x->each_s[t] = presence(w, t) * x->useful * SLOT_MIN * 60;
	set_clock(w, x, (int32_t)fmax(1, round(o.turnaround_s / (SLOT_MIN * 60))));
	fill_work(w, x);
	add_nights(w, x);
}

/* ---- the problem's ----------------------------------------------------------------------- */

/* What a person does on the mean in the open slots of [from, due). */
static double mean_each(const struct week_problem *w, const struct week_waiting *x, int32_t from, int32_t due)
{
	const uint8_t *open = w->problem.queues[x->queue].open;
	double sum = 0;
	int32_t n = 0;
	for (int32_t t = from; t < due && t < x->slots; t++) {
		sum += open[t] ? x->each_s[t] : 0;
		n += open[t];
	}
	return n > 0 ? sum / n : x->each_s[0];
}

static void write_batches(const struct week_problem *w, struct week_waiting *x, struct wfm_deferrable *out)
{
	int32_t n = 0;
	for (int32_t i = 0; i < x->count; i++) {
		int32_t from = x->from[i] > x->begun ? x->from[i] : x->begun;
		int32_t due = x->due[i] < x->slots ? x->due[i] : x->slots;
		if (!(x->work_s[i] > 0) || from >= x->slots)
			continue;
		due = due > from ? due : from + 1;
		x->batches[n++] = (struct wfm_batch){
			x->work_s[i] / mean_each(w, x, from, due) * slot_hours(), from, due };
	}
	out->batches = x->batches;
	out->batch_count = n;
}

bool week_waiting_ask(struct arena *a, struct week_problem *w, struct err *e)
{
	struct wfm_deferrable *all = arena_array(a, w->queue_count, sizeof *all);
	w->waiting = arena_array(a, w->queue_count, sizeof *w->waiting);
	w->deferrable = all;
	for (size_t q = 0; q < w->queue_count; q++) {
		if (site_queue_is_live(&w->queues[q]) || w->requirements[q].count == 0)
			continue;
		if (w->waiting_count == WFM_MAX_DEFERRABLE)
			return err_set(e, ERR_INVALID, "site %s has more than %d queues whose work may wait",
				       w->site.code, WFM_MAX_DEFERRABLE);
		struct week_waiting *x = &w->waiting[w->waiting_count];
		open_work(a, w, q, x);
		double *spare = arena_array(a, (size_t)w->problem.slot_count, sizeof *spare);
		for (int32_t t = 0; t < x->slots; t++)
			spare[t] = x->spare_s[t] / x->each_s[t];
		struct wfm_deferrable *d = &all[w->waiting_count++];
		*d = (struct wfm_deferrable){ .name = w->queues[q].code, .queue = (int32_t)q, .spare = spare };
		write_batches(w, x, d);
	}
	w->problem.deferrable = all;
	w->problem.deferrable_count = (int32_t)w->waiting_count;
	return true;
}

/* Hours of work on the roster that the week asks for. */
static double hours_asked(const struct week_problem *w)
{
	double sum = 0;
	for (int32_t t = 0; t < w->problem.slot_count - SLOT_TAIL; t++) {
		for (size_t q = 0; q < w->queue_count; q++)
			sum += w->required[q][t] * slot_hours();
		for (size_t i = 0; i < w->waiting_count; i++)
			sum -= w->deferrable[i].spare[t] * slot_hours();
	}
	for (size_t i = 0; i < w->waiting_count; i++)
		for (int32_t b = 0; b < w->deferrable[i].batch_count; b++)
			sum += w->deferrable[i].batches[b].hours;
	return sum;
}

/* Hours that an agent may work this week, less breaks that are paid. */
static double hours_of(const struct wfm_problem *p, const struct wfm_agent *g)
{
	const struct wfm_contract *c = &p->contracts[g->contract];
	double week = WEEK_DAYS * 8 * 60, shift = 8 * 60, breaks = 0;
	for (int32_t i = 0; i < c->rule_count; i++) {
		if (c->rules[i].rule == WFM_RULE_WEEK_MINUTES && c->rules[i].high < INT32_MAX)
			week = c->rules[i].high;
		if (c->rules[i].rule == WFM_RULE_SHIFT_MINUTES)
			shift = fmax(60, c->rules[i].high);
	}
	for (int32_t i = 0; i < c->break_count; i++)
		breaks += c->breaks[i].paid ? c->breaks[i].minutes : 0;
	for (int32_t i = 0; i < g->credit_count; i++)
		week -= g->credits[i].minutes;
	return g->skill_count > 0 ? fmax(0, week) / 60 * fmax(0, 1 - breaks / shift) : 0;
}

void week_waiting_price(struct week_problem *w)
{
	double hour = week_hour_cents(w), there = 0;
	for (int32_t i = 0; i < w->problem.agent_count; i++)
		there += w->homes[i].site_id == w->site.site_id ? hours_of(&w->problem, &w->problem.agents[i]) : 0;
	double few = w->waiting_count > 0 ? (hours_asked(w) / fmax(1, there) - ENOUGH) / (TOO_FEW - ENOUGH) : 0;
	few = fmin(fmax(few, 0), 1);
	for (size_t i = 0; i < w->waiting_count; i++) {
		const uint8_t *open = w->problem.queues[w->waiting[i].queue].open;
		double hours = 0;
		for (int32_t t = 0; t < w->waiting[i].slots; t++)
			hours += open[t] * slot_hours();
		w->deferrable[i].late_cents = hour * ((1 - few) * LATE_HOURS + few * LATE_WEEK_HOURS / fmax(1, hours));
		w->deferrable[i].left_cents = hour * ((1 - few) * LEFT_HOURS + few * LEFT_FEW_HOURS);
	}
}

/* ---- what a roster does ------------------------------------------------------------------ */

/* People on the queue by slot of the week. */
static void count_people(const struct wfm_roster *r, const struct week_waiting *x, double *people)
{
	for (int32_t i = 0; i < r->activity_count; i++) {
		const struct wfm_activity *v = &r->activities[i];
		if (v->kind != WFM_WORK || v->queue != (int32_t)x->queue)
			continue;
		for (int32_t t = v->start < 0 ? 0 : v->start; t < v->start + v->slots && t < x->slots; t++)
			people[t] += 1;
	}
}

/* Seconds done by slot, by people and besides, and of it when it was due. */
struct done {
	double *people_s, *beside_s, *due_s, *in_time_s, *late_s, *backlog_s, *age_s; /* [slots] */
	double *left_s; /* [count] of the work */
};

static void done_new(struct arena *a, const struct week_waiting *x, struct done *d)
{
	double **all[] = { &d->people_s, &d->beside_s, &d->due_s, &d->in_time_s, &d->late_s, &d->backlog_s, &d->age_s };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		*all[i] = arena_array(a, (size_t)x->slots, sizeof **all[i]);
	d->left_s = arena_array(a, (size_t)x->count, sizeof *d->left_s);
	memcpy(d->left_s, x->work_s, (size_t)x->count * sizeof *d->left_s);
}

/* Up to that many seconds of the oldest work there is. */
static double do_work(const struct week_waiting *x, int32_t t, double can_s, int32_t *first, struct done *d)
{
	double rest = can_s;
	while (*first < x->count && d->left_s[*first] <= 0 && x->from[*first] <= t)
		++*first;
	for (int32_t i = *first; i < x->count && x->from[i] <= t && rest > 0; i++) {
		double part = fmin(rest, d->left_s[i]);
		d->left_s[i] -= part;
		rest -= part;
		d->age_s[t] += part * (t - x->from[i] + 1) * SLOT_MIN * 60;
		if (t < x->due[i] && x->due[i] <= x->slots)
			d->in_time_s[x->due[i] - 1] += part;
	}
	return can_s - rest;
}

static void play(const struct week_problem *w, const struct week_waiting *x, const double *people, struct done *d)
{
	const uint8_t *open = w->problem.queues[x->queue].open;
	int32_t first = 0, came = 0, due = 0;
	double backlog = 0, late = 0;
	for (int32_t t = 0; t < x->slots; t++) {
		for (; came < x->count && came <= t + 1; came++) /* by the slot's end */
			backlog += x->work_s[came];
		if (open[t]) {
			d->people_s[t] = do_work(x, t, people[t] * x->each_s[t], &first, d);
			d->beside_s[t] = do_work(x, t, x->spare_s[t], &first, d);
		}
		backlog -= d->people_s[t] + d->beside_s[t];
		d->backlog_s[t] = fmax(0, backlog);
		for (late = 0; due < x->count && x->due[due] <= t + 1; due++)
			d->due_s[t] += x->work_s[due];
		for (int32_t i = first; i < due; i++)
			late += d->left_s[i];
		d->late_s[t] = late;
	}
}

/* People at work on days that are past, in shifts that stand. */
static void count_past(const struct wfm_roster *kept, const bool *stands, struct week_waiting *x)
{
	for (int32_t i = 0; i < kept->shift_count; i++) {
		const struct wfm_shift *s = &kept->shifts[i];
		struct wfm_roster one = { .activities = kept->activities + s->first_activity,
					  .activity_count = stands[i] && s->start < x->begun ? s->activity_count : 0 };
		count_people(&one, x, x->past);
	}
	for (int32_t t = x->begun; t < x->slots; t++)
		x->past[t] = 0;
}

void week_waiting_begin(struct arena *a, struct week_problem *w, const struct wfm_roster *kept, const bool *stands,
			int32_t begun)
{
	for (size_t i = 0; i < w->waiting_count; i++) {
		struct week_waiting *x = &w->waiting[i], rest = *x;
		struct done d;
		x->begun = begun;
		count_past(kept, stands, x);
		done_new(a, x, &d);
		rest.slots = begun; /* what the past leaves */
		play(w, &rest, x->past, &d);
		rest = *x;
		rest.work_s = d.left_s;
		write_batches(w, &rest, &w->deferrable[i]);
	}
}

/* ---- rows -------------------------------------------------------------------------------- */

/* People whom the roster lacks by slot: whose work becomes late there. */
static void count_short(const struct wfm_roster *r, const struct week_waiting *x, double *people)
{
	for (int32_t i = 0; i < r->shortage_count; i++) {
		const struct wfm_shortage *s = &r->shortages[i];
		for (int32_t t = s->start; s->queue == (int32_t)x->queue && t < s->start + s->slots && t < x->slots; t++)
			people[t] += s->people;
	}
}

/* An interval of n slots from `first` on. */
static struct requirement_row row_of(const struct week_waiting *x, const struct requirement_row *was,
				     int32_t first, const struct done *d, const double *people, const double *lack)
{
	const int32_t n = (int32_t)was->minutes / SLOT_MIN, last = (first + n < x->slots ? first + n : x->slots) - 1;
	struct requirement_row v = *was;
	double due = 0, in_time = 0, done = 0, own = 0, able = 0, age = 0;
	v.agents = v.agents_on_roster = v.idle_s = 0;
	for (int32_t t = first; t <= last; t++) {
		double busy = d->people_s[t] / x->each_s[t] + lack[t];
		v.agents_on_roster += busy / n;
		v.agents += busy * x->each_s[t] / (x->useful * SLOT_MIN * 60) / n;
		v.idle_s += d->beside_s[t];
		due += d->due_s[t];
		in_time += d->in_time_s[t];
		done += d->people_s[t] + d->beside_s[t];
		own += d->people_s[t];
		able += people[t] * x->each_s[t];
		age += d->age_s[t];
	}
	v.service_level = due > 0 ? fmin(1, in_time / due) : 1;
	v.asa_s = done > 0 ? age / done : 0;
	v.occupancy = able > 0 ? own / able : 0;
	v.backlog_s = d->backlog_s[last];
	v.late_s = d->late_s[last];
	v.met = !(v.late_s > 1);
	v.binding = v.agents > 0 ? WFM_BINDS_WORKLOAD : WFM_BINDS_NONE;
	return v;
}

static struct waiting_row sum_up(const struct week_problem *w, const struct week_waiting *x, const struct done *d)
{
	struct waiting_row s = { .queue_id = w->queues[x->queue].id,
				 .backlog_hours = d->backlog_s[x->slots - 1] / 3600 };
	for (int32_t t = 0; t < x->slots; t++) {
		s.due_hours += d->due_s[t] / 3600;
		s.in_time_hours += d->in_time_s[t] / 3600;
		s.late_hours = fmax(s.late_hours, d->late_s[t] / 3600);
		s.idle_used_hours += d->beside_s[t] / 3600;
	}
	return s;
}

struct queue_requirement *week_waiting_rows(struct arena *a, const struct week_problem *w,
					    const struct wfm_roster *r, struct waiting_row **rows, size_t *count)
{
	struct queue_requirement *all = arena_array(a, w->queue_count, sizeof *all);
	memcpy(all, w->requirements, w->queue_count * sizeof *all);
	*rows = arena_array(a, w->waiting_count, sizeof **rows);
	*count = w->waiting_count;
	for (size_t i = 0; i < w->waiting_count; i++) {
		const struct week_waiting *x = &w->waiting[i];
		struct queue_requirement *q = &all[x->queue];
		double *people = arena_array(a, (size_t)x->slots, sizeof *people);
		double *lack = arena_array(a, (size_t)x->slots, sizeof *lack);
		struct done d;
		count_people(r, x, people);
		memcpy(people, x->past, (size_t)x->begun * sizeof *people);
		count_short(r, x, lack);
		done_new(a, x, &d);
		play(w, x, people, &d);
		q->rows = arena_array(a, q->count, sizeof *q->rows);
		for (size_t k = 0; k < q->count; k++) {
			const struct requirement_row *was = &w->requirements[x->queue].rows[k];
			int32_t first = (int32_t)((was->start - w->from) / (SLOT_MIN * 60));
			q->rows[k] = row_of(x, was, first, &d, people, lack);
		}
		(*rows)[i] = sum_up(w, x, &d);
	}
	return all;
}
