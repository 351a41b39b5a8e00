/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the problem form to struct wfm_problem: names to indices, instants to slots, dates to days. */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/cli/deferrable_form.h"
#include "server/cli/name_index.h"
#include "server/cli/problem_form.h"
#include "server/cli/service_form.h"
#include "server/cli/session_form.h"

struct mapper {
	struct arena *a;
	struct err *e;
	struct problem *p;
	const struct problem_form *form;
	struct name_index sites, skills, queues, duties, contracts, agents;
	bool bad;
};

__attribute__((format(printf, 3, 4))) static void refuse(struct mapper *m, const char *why,
							 const char *pointer, ...)
{
	char place[120];
	va_list ap;
	va_start(ap, pointer);
	(void)vsnprintf(place, sizeof place, pointer, ap);
	va_end(ap);
	m->bad = true;
	(void)err_at(m->e, ERR_INVALID, place, "%s", why);
}

static int64_t slot_s(const struct problem *p)
{
	return (int64_t)p->wfm.slot_min * 60;
}

static int64_t floor_slot(const struct problem *p, int64_t utc)
{
	int64_t d = utc - p->origin, s = slot_s(p);
	return d / s - (d % s < 0);
}

bool problem_slot(const struct problem *p, int64_t utc, int32_t *slot)
{
	int64_t at = floor_slot(p, utc);
	if (p->origin + at * slot_s(p) != utc || at < INT32_MIN / 2 || at > INT32_MAX / 2)
		return false;
	*slot = (int32_t)at;
	return true;
}

/* Far past or future is as good as the horizon's neighbourhood: keeps slots small. */
static int32_t clamp_slot(const struct mapper *m, int64_t slot)
{
	int64_t far = m->p->wfm.slot_count + 10000;
	return (int32_t)(slot < -far ? -far : slot > far ? far : slot);
}

/* ---- calendars --------------------------------------------------------------------------- */

static void map_day(struct mapper *m, size_t site, const struct zone *z, struct wfm_day *day,
		    int64_t date)
{
	int64_t from = zone_to_utc(z, date, 0), until = zone_to_utc(z, date + 1, 0), changed;
	int minutes;
	int32_t end;
	*day = (struct wfm_day){ .date = (int32_t)date, .weekday = date_weekday(date) - 1,
				 .change_slot = -1 };
	bool fits = problem_slot(m->p, from, &day->first_slot) && problem_slot(m->p, until, &end);
	if (fits)
		day->slots = end - day->first_slot;
	if (zone_day_change(z, date, &changed, &minutes)) {
		fits = fits && problem_slot(m->p, changed, &day->change_slot);
		day->change_slot -= fits ? day->first_slot : 0;
		day->change_min = minutes;
	}
	if (!fits)
		refuse(m, "local days of this zone do not begin with a slot: take a smaller slot_min",
		       "/sites/%zu/zone", site);
	const struct form_site *s = &m->form->sites[site];
	for (size_t i = 0; i < s->holiday_count; i++)
		day->holiday |= s->holidays[i] == date;
}

static bool find_zones(struct mapper *m, const struct zone **zones)
{
	for (size_t i = 0; i < m->form->site_count; i++) {
		struct err why = ERR_INIT;
		if (!zone_find(m->form->sites[i].zone, &zones[i], &why))
			refuse(m, why.item_count > 0 ? why.items[0].message : why.message,
			       "/sites/%zu/zone", i);
	}
	return !m->bad;
}

/* One calendar a site, so that calendar and site indices agree. */
static bool map_calendars(struct mapper *m)
{
	const struct problem_form *f = m->form;
	struct wfm_problem *w = &m->p->wfm;
	const struct zone **zones = arena_array(m->a, f->site_count, sizeof(const struct zone *));
	struct wfm_calendar *calendars = arena_array(m->a, f->site_count, sizeof *calendars);
	if (!find_zones(m, zones))
		return false;
	m->p->origin = INT64_MAX;
	int64_t last = INT64_MIN;
	for (size_t i = 0; i < f->site_count; i++) {
		int64_t from = zone_to_utc(zones[i], f->start, 0);
		int64_t until = zone_to_utc(zones[i], f->start + f->days, 0);
		m->p->origin = from < m->p->origin ? from : m->p->origin;
		last = until > last ? until : last;
	}
	int64_t tail = f->cyclic ? 0 : f->tail_min * 60;
	w->slot_count = (int32_t)((last - m->p->origin + tail + slot_s(m->p) - 1) / slot_s(m->p));
	for (size_t i = 0; i < f->site_count; i++) {
		struct wfm_day *days = arena_array(m->a, (size_t)f->days, sizeof *days);
		for (int64_t d = 0; d < f->days; d++)
			map_day(m, i, zones[i], &days[d], f->start + d);
		calendars[i] = (struct wfm_calendar){ days, (int32_t)f->days };
	}
	w->calendars = calendars;
	w->calendar_count = w->site_count = (int32_t)f->site_count;
	return !m->bad;
}

/* ---- queues ------------------------------------------------------------------------------ */

static int32_t find(struct mapper *m, const struct name_index *x, const char *name, const char *list,
		    size_t i, const char *member)
{
	size_t at;
	if (name == NULL)
		return WFM_NONE;
	if (name_index_find(x, name, &at))
		return (int32_t)at;
	char why[120];
	(void)snprintf(why, sizeof why, "\"%.60s\" is not defined", name);
	refuse(m, why, "/%s/%zu/%s", list, i, member);
	return WFM_NONE;
}

static void map_required(struct mapper *m, size_t i, double *required)
{
	const struct form_queue *q = &m->form->queues[i];
	uint8_t *seen = arena_array(m->a, (size_t)m->p->wfm.slot_count, 1);
	for (size_t k = 0; k < q->required_count; k++) {
		const struct form_people *run = &q->required[k];
		int32_t first;
		if (!problem_slot(m->p, run->start, &first)) {
			refuse(m, "is not the beginning of a slot", "/queues/%zu/required/%zu/start", i, k);
			continue;
		}
		if (first < 0 || first >= m->p->wfm.slot_count ||
		    run->people_count > (size_t)(m->p->wfm.slot_count - first)) {
			refuse(m, "reaches outside the plan", "/queues/%zu/required/%zu", i, k);
			continue;
		}
		for (size_t j = 0; j < run->people_count; j++) {
			size_t t = (size_t)first + j;
			if (seen[t])
				refuse(m, "this slot stands in an earlier run too",
				       "/queues/%zu/required/%zu/people/%zu", i, k, j);
			if (run->people[j] < 0 || run->people[j] > 100000)
				refuse(m, "must be between 0 and 100000",
				       "/queues/%zu/required/%zu/people/%zu", i, k, j);
			seen[t] = 1;
			required[t] = run->people[j];
		}
	}
}

static const uint8_t *map_open(struct mapper *m, size_t i)
{
	const struct form_queue *q = &m->form->queues[i];
	if (q->open_count == 0)
		return NULL;
	uint8_t *open = arena_array(m->a, (size_t)m->p->wfm.slot_count, 1);
	for (size_t k = 0; k < q->open_count; k++) {
		int32_t start, end;
		if (!problem_slot(m->p, q->open[k].start, &start) ||
		    !problem_slot(m->p, q->open[k].end, &end)) {
			refuse(m, "does not begin and end with a slot", "/queues/%zu/open/%zu", i, k);
			continue;
		}
		if (start >= end)
			refuse(m, "must end after it starts", "/queues/%zu/open/%zu/end", i, k);
		for (int32_t t = start < 0 ? 0 : start; t < end && t < m->p->wfm.slot_count; t++)
			open[t] = 1;
	}
	return open;
}

static void map_queues(struct mapper *m)
{
	const struct problem_form *f = m->form;
	struct wfm_queue *queues = arena_array(m->a, f->queue_count, sizeof *queues);
	for (size_t i = 0; i < f->queue_count; i++) {
		const struct form_queue *q = &f->queues[i];
		double *required = arena_array(m->a, (size_t)m->p->wfm.slot_count, sizeof *required);
		map_required(m, i, required);
		queues[i] = (struct wfm_queue){
			.name = q->name,
			.skill = find(m, &m->skills, q->skill, "queues", i, "skill"),
			.site = find(m, &m->sites, q->site, "queues", i, "site"),
			.required = required,
			.open = map_open(m, i),
			.step1_share = q->step1_share,
			.short1_cents = q->short1_cents,
			.short2_cents = q->short2_cents,
			.surplus_cents = q->surplus_cents,
			.counter = q->counter,
		};
	}
	m->p->wfm.queues = queues;
	m->p->wfm.queue_count = (int32_t)f->queue_count;
}

/* ---- duties ------------------------------------------------------------------------------ */

/* The bits of the named duties; the pointer is that of the list. */
__attribute__((format(printf, 4, 5))) static uint64_t map_mask(struct mapper *m,
							       const char *const *names, size_t n,
							       const char *pointer, ...)
{
	uint64_t mask = 0;
	char place[120];
	va_list ap;
	va_start(ap, pointer);
	(void)vsnprintf(place, sizeof place, pointer, ap);
	va_end(ap);
	for (size_t i = 0; i < n; i++) {
		size_t at;
		if (!name_index_find(&m->duties, names[i], &at))
			refuse(m, "is not one of the duties", "%s/%zu", place, i);
		else if (at >= WFM_NAMED_DUTIES)
			refuse(m, "comes after the first 64 duties, which alone can be named", "%s/%zu", place, i);
		else
			mask |= UINT64_C(1) << at;
	}
	return mask;
}

static void map_duties(struct mapper *m)
{
	const struct problem_form *f = m->form;
	struct wfm_duty *duties = arena_array(m->a, f->duty_count, sizeof *duties);
	struct wfm_cover *covers = arena_array(m->a, f->cover_count, sizeof *covers);
	for (size_t i = 0; i < f->duty_count; i++)
		duties[i] = (struct wfm_duty){
			.name = f->duties[i].name,
			.start = (int32_t)f->duties[i].start,
			.minutes = (int32_t)f->duties[i].minutes,
			.skill = find(m, &m->skills, f->duties[i].skill, "duties", i, "skill"),
			.queue = find(m, &m->queues, f->duties[i].queue, "duties", i, "queue"),
			.used_cents = f->duties[i].used_cents,
		};
	for (size_t i = 0; i < f->cover_count; i++) {
		const struct form_cover *c = &f->covers[i];
		covers[i] = (struct wfm_cover){
			.day = (int32_t)(c->date - f->start),
			.duties = map_mask(m, c->duties, c->duty_count, "/covers/%zu/duties", i),
			.required = c->required,
			.short_cents = c->short_cents,
			.surplus_cents = c->surplus_cents,
		};
		if (c->date < f->start || c->date >= f->start + f->days)
			refuse(m, "lies outside the plan", "/covers/%zu/date", i);
	}
	m->p->wfm.duties = duties;
	m->p->wfm.duty_count = (int32_t)f->duty_count;
	m->p->wfm.covers = covers;
	m->p->wfm.cover_count = (int32_t)f->cover_count;
}

/* ---- contracts --------------------------------------------------------------------------- */

static const struct wfm_pattern_day *map_pattern(struct mapper *m, size_t i, size_t k)
{
	const struct form_rule *r = &m->form->contracts[i].rules[k];
	struct wfm_pattern_day *days = arena_array(m->a, r->pattern_count, sizeof *days);
	for (size_t d = 0; d < r->pattern_count; d++) {
		const struct form_pattern_day *x = &r->pattern[d];
		days[d].off = x->off;
		days[d].duties = x->work ? UINT64_MAX :
					   map_mask(m, x->duties, x->duty_count,
						    "/contracts/%zu/rules/%zu/pattern/%zu/duties", i, k, d);
	}
	return days;
}

static int32_t or_value(int64_t v, int32_t when_null)
{
	return v == FIELD_NULL ? when_null : (int32_t)v;
}

static struct wfm_rule_row map_rule(struct mapper *m, size_t i, size_t k)
{
	const struct form_rule *r = &m->form->contracts[i].rules[k];
	struct wfm_rule_row row = {
		.rule = (enum wfm_rule)r->rule,
		.mode = (enum wfm_mode)r->mode,
		.low = or_value(r->low, 0),
		.high = or_value(r->high, INT32_MAX),
		.step = (int32_t)r->step,
		.weight_cents = r->weight_cents,
		.duties = map_mask(m, r->duties, r->duty_count, "/contracts/%zu/rules/%zu/duties", i, k),
		.window = or_value(r->window, 0),
		.edges = r->edges,
		.pattern = map_pattern(m, i, k),
		.pattern_count = (int32_t)r->pattern_count,
	};
	bool window = row.rule == WFM_RULE_START_WINDOW;
	bool clock = window || row.rule == WFM_RULE_NIGHT_SHIFTS;
	bool has_clock = r->from != FIELD_NULL && r->to != FIELD_NULL;
	if (clock && !has_clock)
		refuse(m, "needs from and to", "/contracts/%zu/rules/%zu", i, k);
	if (!clock && (r->from != FIELD_NULL || r->to != FIELD_NULL))
		refuse(m, "from and to belong to start_window and night_shifts",
		       "/contracts/%zu/rules/%zu", i, k);
	if (window && (r->low != FIELD_NULL || r->high != FIELD_NULL))
		refuse(m, "a start_window is given by from and to, not low and high",
		       "/contracts/%zu/rules/%zu", i, k);
	if (!window && row.rule != WFM_RULE_PATTERN && r->day_count > 0)
		refuse(m, "belongs to start_window and pattern", "/contracts/%zu/rules/%zu/days", i, k);
	if (clock && has_clock && (r->from > 1440 || r->to > 1440)) {
		refuse(m, "from and to are times of one day", "/contracts/%zu/rules/%zu", i, k);
	} else if (window && has_clock) {
		row.low = (int32_t)r->from;
		row.high = (int32_t)r->to;
	} else if (clock && has_clock) {
		row.from = (int32_t)r->from;
		row.to = (int32_t)r->to;
	}
	for (size_t d = 0; d < r->day_count; d++)
		row.days |= (uint8_t)(1u << r->days[d]);
	return row;
}

static void map_contracts(struct mapper *m)
{
	const struct problem_form *f = m->form;
	struct wfm_contract *contracts = arena_array(m->a, f->contract_count, sizeof *contracts);
	for (size_t i = 0; i < f->contract_count; i++) {
		const struct form_contract *c = &f->contracts[i];
		struct wfm_rule_row *rules = arena_array(m->a, c->rule_count, sizeof *rules);
		struct wfm_break *breaks = arena_array(m->a, c->break_count, sizeof *breaks);
		for (size_t k = 0; k < c->rule_count; k++)
			rules[k] = map_rule(m, i, k);
		for (size_t k = 0; k < c->break_count; k++) {
			const struct form_break *b = &c->breaks[k];
			breaks[k] = (struct wfm_break){
				.kind = b->kind == 0 ? WFM_MEAL : WFM_REST_BREAK,
				.minutes = (int32_t)b->minutes,
				.paid = b->paid,
				.earliest = (int32_t)b->earliest,
				.latest = (int32_t)b->latest,
				.gap = (int32_t)b->gap,
				.shift_low = (int32_t)b->shift_low,
				.shift_high = (int32_t)b->shift_high,
			};
		}
		contracts[i] = (struct wfm_contract){
			.name = c->name, .rules = rules, .rule_count = (int32_t)c->rule_count,
			.breaks = breaks, .break_count = (int32_t)c->break_count,
			.hour_cents = c->hour_cents, .salaried = c->salaried, .optional = c->optional,
			.late_start_min = (int32_t)c->late_start_min,
		};
	}
	m->p->wfm.contracts = contracts;
	m->p->wfm.contract_count = (int32_t)f->contract_count;
}

/* ---- agents ------------------------------------------------------------------------------ */

/* Index of a local date in the plan; every calendar has the same dates. */
static int32_t map_date(struct mapper *m, int64_t date, size_t i, const char *list, size_t k)
{
	if (date >= m->form->start && date < m->form->start + m->form->days)
		return (int32_t)(date - m->form->start);
	refuse(m, "lies outside the plan", "/agents/%zu/%s/%zu/date", i, list, k);
	return 0;
}

static const struct wfm_span *map_unavailable(struct mapper *m, size_t i)
{
	const struct form_agent *g = &m->form->agents[i];
	struct wfm_span *spans = arena_array(m->a, g->unavailable_count, sizeof *spans);
	for (size_t k = 0; k < g->unavailable_count; k++) {
		const struct form_span *s = &g->unavailable[k];
		if (s->start >= s->end)
			refuse(m, "must end after it starts", "/agents/%zu/unavailable/%zu/end", i, k);
		/* A slot touched at all is taken. */
		spans[k].start = clamp_slot(m, floor_slot(m->p, s->start));
		spans[k].end = clamp_slot(m, floor_slot(m->p, s->end + slot_s(m->p) - 1));
	}
	return spans;
}

static const struct wfm_lock *map_locks(struct mapper *m, size_t i)
{
	const struct form_agent *g = &m->form->agents[i];
	struct wfm_lock *locks = arena_array(m->a, g->lock_count, sizeof *locks);
	for (size_t k = 0; k < g->lock_count; k++) {
		const struct form_lock *l = &g->locks[k];
		locks[k].day = map_date(m, l->date, i, "locks", k);
		if (l->start == FIELD_NULL && l->end == FIELD_NULL)
			continue;
		if (l->start == FIELD_NULL || l->end == FIELD_NULL)
			refuse(m, "start and end go together", "/agents/%zu/locks/%zu", i, k);
		else if (!problem_slot(m->p, l->start, &locks[k].start) ||
			 !problem_slot(m->p, l->end, &locks[k].end))
			refuse(m, "must begin and end with a slot", "/agents/%zu/locks/%zu", i, k);
		locks[k].elsewhere = l->site == NULL ? 0 : problem_place(m->p, (int32_t)i, l->site);
		if (locks[k].elsewhere < 0)
			refuse(m, "is no site of the agent", "/agents/%zu/locks/%zu/site", i, k);
	}
	return locks;
}

static const struct wfm_wish *map_wishes(struct mapper *m, size_t i)
{
	const struct form_agent *g = &m->form->agents[i];
	struct wfm_wish *wishes = arena_array(m->a, g->wish_count, sizeof *wishes);
	for (size_t k = 0; k < g->wish_count; k++) {
		const struct form_wish *x = &g->wishes[k];
		wishes[k] = (struct wfm_wish){
			.kind = (enum wfm_wish_kind)x->kind,
			.day = x->date == FIELD_NULL ? WFM_NONE : map_date(m, x->date, i, "wishes", k),
			.minute = or_value(x->time, 0),
			.weight_cents = x->weight_cents,
			.duties = map_mask(m, x->duties, x->duty_count, "/agents/%zu/wishes/%zu/duties", i, k),
		};
		bool shift = x->start != FIELD_NULL && x->end != FIELD_NULL;
		if (x->kind == WFM_WISH_KEEP ? (x->start == FIELD_NULL) != (x->end == FIELD_NULL) :
					       x->start != FIELD_NULL || x->end != FIELD_NULL)
			refuse(m, "start and end go together and belong to keep", "/agents/%zu/wishes/%zu", i, k);
		else if (shift && (!problem_slot(m->p, x->start, &wishes[k].start) ||
				   !problem_slot(m->p, x->end, &wishes[k].end)))
			refuse(m, "must begin and end with a slot", "/agents/%zu/wishes/%zu", i, k);
		wishes[k].elsewhere = x->site == NULL ? 0 : problem_place(m->p, (int32_t)i, x->site);
		if (wishes[k].elsewhere < 0 || (x->site != NULL && !shift))
			refuse(m, "belongs to a shift to keep, at a site of the agent", "/agents/%zu/wishes/%zu/site", i, k);
		if (x->kind == WFM_WISH_START && x->time == FIELD_NULL)
			refuse(m, "a wished start needs a time", "/agents/%zu/wishes/%zu/time", i, k);
	}
	return wishes;
}

static const struct wfm_credit *map_credits(struct mapper *m, size_t i)
{
	const struct form_agent *g = &m->form->agents[i];
	struct wfm_credit *credits = arena_array(m->a, g->credit_count, sizeof *credits);
	for (size_t k = 0; k < g->credit_count; k++)
		credits[k] = (struct wfm_credit){
			.day = map_date(m, g->credits[k].date, i, "credits", k),
			.minutes = (int32_t)g->credits[k].minutes,
			.shifts = (int32_t)g->credits[k].shifts,
		};
	return credits;
}

static const struct wfm_agent_skill *map_skills(struct mapper *m, size_t i)
{
	const struct form_agent *g = &m->form->agents[i];
	struct wfm_agent_skill *skills = arena_array(m->a, g->skill_count, sizeof *skills);
	for (size_t k = 0; k < g->skill_count; k++) {
		size_t at = 0;
		if (!name_index_find(&m->skills, g->skills[k].skill, &at))
			refuse(m, "is not one of the skills", "/agents/%zu/skills/%zu/skill", i, k);
		skills[k] = (struct wfm_agent_skill){ (int32_t)at, g->skills[k].speed };
		for (size_t j = 0; j < k; j++)
			if (strcmp(g->skills[j].skill, g->skills[k].skill) == 0)
				refuse(m, "stands twice", "/agents/%zu/skills/%zu/skill", i, k);
	}
	return skills;
}

static const struct wfm_elsewhere *map_elsewhere(struct mapper *m, size_t i)
{
	const struct form_agent *g = &m->form->agents[i];
	struct wfm_elsewhere *out = arena_array(m->a, g->elsewhere_count + 1, sizeof *out);
	for (size_t k = 0; k < g->elsewhere_count; k++) {
		size_t at = 0;
		if (!name_index_find(&m->sites, g->elsewhere[k].site, &at))
			refuse(m, "is not one of the sites", "/agents/%zu/elsewhere/%zu/site", i, k);
		out[k] = (struct wfm_elsewhere){ (int32_t)at, (int32_t)g->elsewhere[k].travel_min };
	}
	return out;
}

static void map_agents(struct mapper *m)
{
	const struct problem_form *f = m->form;
	struct wfm_agent *agents = arena_array(m->a, f->agent_count, sizeof *agents);
	for (size_t i = 0; i < f->agent_count; i++) {
		const struct form_agent *g = &f->agents[i];
		int32_t site = find(m, &m->sites, g->site, "agents", i, "site");
		agents[i] = (struct wfm_agent){
			.name = g->name,
			.contract = find(m, &m->contracts, g->contract, "agents", i, "contract"),
			.site = site, .calendar = site,
			.elsewhere = map_elsewhere(m, i), .elsewhere_count = (int32_t)g->elsewhere_count,
			.skills = map_skills(m, i), .skill_count = (int32_t)g->skill_count,
			.unavailable = map_unavailable(m, i),
			.unavailable_count = (int32_t)g->unavailable_count,
			.locks = map_locks(m, i), .lock_count = (int32_t)g->lock_count,
			.wishes = map_wishes(m, i), .wish_count = (int32_t)g->wish_count,
			.credits = map_credits(m, i), .credit_count = (int32_t)g->credit_count,
			.previous_end = WFM_NONE,
			.previous_days_worked = (int32_t)g->previous_days_worked,
			.burden = g->burden,
			.seniority = g->seniority,
		};
		if (g->previous_end != FIELD_NULL)
			agents[i].previous_end = clamp_slot(
				m, floor_slot(m->p, g->previous_end + slot_s(m->p) - 1));
	}
	m->p->wfm.agents = agents;
	m->p->wfm.agent_count = (int32_t)f->agent_count;
	if (!isnan(f->seniority.full)) /* null: no object */
		m->p->wfm.seniority = (struct wfm_seniority){ f->seniority.most, f->seniority.full };
}

/* ---- all --------------------------------------------------------------------------------- */

static bool index_names(struct mapper *m)
{
	const struct problem_form *f = m->form;
	bool ok = name_index_build(&m->sites, m->a, f->sites, sizeof *f->sites, f->site_count, "/sites",
				   false, m->e);
	ok &= name_index_build(&m->skills, m->a, f->skills, sizeof *f->skills, f->skill_count, "/skills",
			       true, m->e);
	ok &= name_index_build(&m->queues, m->a, f->queues, sizeof *f->queues, f->queue_count, "/queues",
			       false, m->e);
	ok &= name_index_build(&m->duties, m->a, f->duties, sizeof *f->duties, f->duty_count, "/duties",
			       false, m->e);
	ok &= name_index_build(&m->contracts, m->a, f->contracts, sizeof *f->contracts,
			       f->contract_count, "/contracts", false, m->e);
	ok &= name_index_build(&m->agents, m->a, f->agents, sizeof *f->agents, f->agent_count, "/agents",
			       false, m->e);
	return ok;
}

_Static_assert(offsetof(struct form_duty, name) == 0 && offsetof(struct form_site, name) == 0 && offsetof(struct form_queue, name) == 0 &&
		       offsetof(struct form_contract, name) == 0 && offsetof(struct form_agent, name) == 0,
	       "name_index_build reads the first member");

bool problem_read(struct arena *a, const char *text, size_t len, struct problem *out, struct err *e)
{
	*out = (struct problem){ 0 };
	if (!field_from_text_json(&problem_form_fields, text, len, PROBLEM_BYTES_MAX, a, &out->form, e))
		return false;
	struct mapper m = { .a = a, .e = e, .p = out, .form = &out->form };
	out->wfm.slot_min = (int32_t)out->form.slot_min;
	out->wfm.cyclic = out->form.cyclic;
	out->wfm.skill_count = (int32_t)out->form.skill_count;
	if (60 % out->form.slot_min != 0)
		return err_at(e, ERR_INVALID, "/slot_min", "must divide 60");
	if (!index_names(&m) || !map_calendars(&m))
		return false;
	size_t rooms = (size_t)out->wfm.slot_count * (out->form.queue_count + 1) * 12;
	if (rooms > arena_room(a) / 2)
		return err_set(e, ERR_TOO_LARGE, "too many queues and slots");
	map_queues(&m);
	map_duties(&m);
	map_contracts(&m);
	map_agents(&m);
	if (m.bad || !sites_map(a, out, e) || !services_map(a, out, e) || !deferrable_map(a, out, e) ||
	    !sessions_map(a, out, e))
		return false;
	struct wfm_error w;
	return wfm_problem_check(&out->wfm, &w) == WFM_OK || err_from_wfm(e, &w);
}
