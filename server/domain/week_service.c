/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_service.h"

#include <math.h>

#include "server/domain/queue_staffing.h"
#include "server/domain/week_staffing.h"

/*
 * A contact below the target costs as many hours' pay as an hour more would be needed for it, times this;
 * one above it is worth so little that it decides only where people go who are there anyway.
 */
static const double MISSING_HOURS = 12, MORE_HOURS = 0.2;

static const struct field service_rows[] = {
	F_INT(struct service_row, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct service_row, start, 0, "contacts from here on"),
	F_INSTANT(struct service_row, end, 0, "and before this"),
	F_REAL(struct service_row, offered, 0, 0, 0, "contacts expected"),
	F_REAL(struct service_row, target, 0, 0, 0, "to be answered in time"),
	F_REAL(struct service_row, answered, 0, 0, 0, "answered in time, by the formula"),
};
const struct fields service_row_fields = FIELDS("ServiceRow", struct service_row, service_rows);

/* Contacts in time by rostered people of a quarter-hour, absence and last week's nights counted in. */
struct table {
	double *served;
	int32_t people_max;
};

static int32_t week_slots(const struct week_problem *w)
{
	return w->problem.slot_count - SLOT_TAIL;
}

static double between(const double *row, int32_t most, double people)
{
	double n = fmin(fmax(people, 0), most);
	int32_t low = (int32_t)n;
	return low < most ? row[low] + (n - low) * (row[low + 1] - row[low]) : row[most];
}

static double presence(const struct week_problem *w, int32_t slot)
{
	int64_t date;
	int minute;
	zone_to_local(w->site.zone, week_slot_instant(w, slot), &date, &minute);
	return 1 - week_unplanned(w, date);
}

static double nights_before(const struct week_problem *w, size_t queue, int32_t slot)
{
	double people = 0;
	int64_t at = week_slot_instant(w, slot);
	for (size_t i = 0; i < w->covered_count; i++)
		people += w->covered[i].queue_id == w->queues[queue].id && at >= w->covered[i].start &&
			  at < w->covered[i].end;
	return people;
}

static const struct requirement_row *row_of(const struct week_problem *w, size_t queue, int32_t slot)
{
	const struct queue_requirement *r = &w->requirements[queue];
	size_t at = (size_t)slot * SLOT_MIN / (size_t)r->rows[0].minutes;
	return at < r->count ? &r->rows[at] : NULL;
}

/* Whether a queue's target holds over more than an interval and can be planned as a sum. */
static bool is_served(const struct week_problem *w, size_t queue)
{
	const struct queue_requirement *r = &w->requirements[queue];
	struct wfm_staffing_options o = week_staffing_options(w, &w->queues[queue], SLOT_MIN);
	if (w->choice.risk != WFM_RISK_POINT || w->choice.over == OVER_INTERVAL || r->count == 0 ||
	    week_plain_reason(&w->queues[queue], &o) != PLAIN_ASKED || !(o.target.service_level > 0))
		return false;
	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i].volume > 0 && r->rows[i].agents > 0)
			return true;
	return false;
}

/* The formula's table by interval and people at work. */
static bool make_formula(struct arena *a, const struct week_problem *w, size_t queue, struct table *out,
			 struct err *e)
{
	const struct queue_requirement *r = &w->requirements[queue];
	struct wfm_staffing_options o = week_staffing_options(w, &w->queues[queue], (int)r->rows[0].minutes);
	struct wfm_load *loads = arena_array(a, r->count, sizeof *loads);
	struct wfm_error we;
	for (size_t i = 0; i < r->count; i++) {
		int64_t date;
		int minute;
		zone_to_local(w->site.zone, r->rows[i].start, &date, &minute);
		loads[i] = (struct wfm_load){ r->rows[i].volume, r->rows[i].aht_s,
					      site_is_open(&w->site, w->queues[queue].id, date, minute) };
	}
	out->people_max = wfm_staffing_served_people(loads, r->count, &o);
	out->served = arena_array(a, r->count * ((size_t)out->people_max + 1), sizeof *out->served);
	if (wfm_staffing_served(loads, r->count, &o, out->people_max, out->served, &we) != WFM_OK)
		return err_set(e, ERR_INVALID, "queue %s: %s: %s", w->queues[queue].code, we.path, we.message);
	return true;
}

/* The fewest people at work with whom the interval reaches the level. */
static int32_t least_people(const double *row, int32_t most, double contacts)
{
	int32_t n = 0;
	while (n < most && row[n] < contacts)
		n++;
	return n;
}

/* The table by slot and rostered people, and each slot's requirement down to its least. */
static struct table to_slots(struct arena *a, struct week_problem *w, size_t queue, const struct table *f)
{
	struct wfm_staffing_options o = week_staffing_options(w, &w->queues[queue], SLOT_MIN);
	double least = week_least_level(&w->choice, &o), present = 1;
	size_t slots = (size_t)w->problem.slot_count;
	for (int d = 0; d < WEEK_DAYS; d++)
		present = fmin(present, 1 - w->unplanned[d]);
	struct table out = { .people_max = (int32_t)fmin(ceil(f->people_max / present), WFM_SERVICE_PEOPLE) };
	size_t width = (size_t)out.people_max + 1;
	out.served = arena_array(a, slots * width, sizeof *out.served);
	for (int32_t t = 0; t < week_slots(w); t++) {
		const struct requirement_row *r = row_of(w, queue, t);
		if (r == NULL || !(r->volume > 0))
			continue;
		size_t at = (size_t)(r - w->requirements[queue].rows);
		const double *row = &f->served[at * ((size_t)f->people_max + 1)];
		double comes = presence(w, t), before = nights_before(w, queue, t), part = SLOT_MIN / (double)r->minutes;
		for (int32_t n = 0; n <= out.people_max; n++)
			out.served[(size_t)t * width + (size_t)n] =
				part * between(row, f->people_max, n * comes + before);
		double floor = least_people(row, f->people_max, least * r->volume);
		w->required[queue][t] = fmin(w->required[queue][t],
					     fmax(0, (fmax(1, floor) - before) / comes));
	}
	return out;
}

/* Contacts a slot's requirement serves in time: people of last week's nights are in the table. */
static double promised(const struct week_problem *w, const struct wfm_service *s, int32_t t)
{
	const struct requirement_row *r = row_of(w, (size_t)s->queue, t);
	if (r == NULL)
		return 0;
	double people = r->agents_on_roster - nights_before(w, (size_t)s->queue, t) / presence(w, t);
	return between(&s->served[(size_t)t * ((size_t)s->people_max + 1)], s->people_max, people);
}

void week_services_aim(struct week_problem *w)
{
	for (int32_t i = 0; i < w->problem.service_count; i++) {
		struct wfm_service *s = &w->services[i];
		if (s->name == NULL) /* more is better, whatever is promised */
			continue;
		s->target = 0;
		for (int32_t t = s->first_slot; t < s->end_slot; t++)
			s->target += promised(w, s, t);
	}
}

/* Cents a contact by which the last person of the requirement is worth an hour's pay. */
static double contact_cents(const struct week_problem *w, const struct wfm_service *s, double hour_cents)
{
	double gain = 0, slots = 0;
	for (int32_t t = s->first_slot; t < s->end_slot; t++) {
		const struct requirement_row *r = row_of(w, (size_t)s->queue, t);
		const double *row = &s->served[(size_t)t * ((size_t)s->people_max + 1)];
		if (r == NULL || !(r->agents_on_roster >= 1))
			continue;
		gain += between(row, s->people_max, r->agents_on_roster) -
			between(row, s->people_max, r->agents_on_roster - 1);
		slots++;
	}
	double an_hour = gain > 0 ? gain / slots * 60 / SLOT_MIN : 1;
	return hour_cents / an_hour;
}

static void add_services(struct week_problem *w, size_t queue, const struct table *x, double hour_cents)
{
	const struct wfm_calendar *c = &w->problem.calendars[0];
	bool daily = w->choice.over == OVER_DAY;
	for (int32_t d = 0; d <= (daily ? WEEK_DAYS : 1); d++) {
		bool more = d == (daily ? WEEK_DAYS : 1);
		struct wfm_service *s = &w->services[w->problem.service_count];
		*s = (struct wfm_service){ .queue = (int32_t)queue, .end_slot = week_slots(w),
					   .served = x->served, .people_max = x->people_max };
		if (daily && !more) {
			s->first_slot = c->days[d].first_slot;
			s->end_slot = c->days[d].first_slot + c->days[d].slots;
		}
		for (int32_t t = s->first_slot; t < s->end_slot; t++) {
			const struct requirement_row *r = row_of(w, queue, t);
			s->offered += r != NULL && w->problem.queues[queue].open[t] ? r->volume * SLOT_MIN / (double)r->minutes : 0;
		}
		if (!(s->offered > 0))
			continue;
		double cents = contact_cents(w, s, hour_cents);
		s->name = more ? NULL : w->queues[queue].code;
		s->target = more ? s->offered : 0;
		s->short_cents = (more ? MORE_HOURS : MISSING_HOURS) * cents;
		w->problem.service_count++;
	}
}

bool week_services(struct arena *a, struct week_problem *w, struct err *e)
{
	double hour = week_hour_cents(w);
	w->services = arena_array(a, w->queue_count * (WEEK_DAYS + 1), sizeof *w->services);
	w->problem.services = w->services;
	for (size_t q = 0; q < w->queue_count; q++) {
		struct table formula, slots;
		if (!is_served(w, q))
			continue;
		if (!make_formula(a, w, q, &formula, e))
			return false;
		slots = to_slots(a, w, q, &formula);
		add_services(w, q, &slots, hour);
	}
	week_services_aim(w);
	return true;
}

struct service_row *week_service_rows(struct arena *a, const struct week_problem *w,
				      const struct wfm_roster *r, size_t *count)
{
	struct service_row *rows = arena_array(a, (size_t)w->problem.service_count + 1, sizeof *rows);
	*count = 0;
	for (int32_t i = 0; r->services != NULL && i < w->problem.service_count; i++) {
		const struct wfm_service *s = &w->problem.services[i];
		if (s->name != NULL)
			rows[(*count)++] = (struct service_row){
				w->queues[s->queue].id, week_slot_instant(w, s->first_slot),
				week_slot_instant(w, s->end_slot), s->offered, s->target,
				r->services[i].answered };
	}
	return rows;
}
