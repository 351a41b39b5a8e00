/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shifts of a profile. For each local day and slot: is a start there allowed (windows, step,
 * read on the wall clock), then each length whose slots are all workable and into which the
 * contract's breaks fit. Lengths that take the same breaks at the same places share a break set,
 * so pricing places breaks once per start and set.
 */
#include "solver/schedule/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct making {
	struct model *m;
	const struct wfm_contract *contract;
	const struct wfm_calendar *cal;
	struct profile pr;
	int32_t opt_cap, start_cap, set_cap, class_cap;
	int32_t lengths[24 * 12], length_set[24 * 12], length_count; /* at the own site */
	bool oom;
};

static const struct wfm_rule_row *find_rule(const struct wfm_contract *c, enum wfm_rule rule)
{
	for (int32_t k = 0; k < c->rule_count; k++)
		if (c->rules[k].rule == rule && c->rules[k].mode == WFM_HARD)
			return &c->rules[k];
	return NULL;
}

/* Can the breaks of the set be placed at all, one after the other as early as possible? */
static bool set_fits(const struct break_set *s)
{
	int32_t free_at = 0;
	for (int32_t i = 0; i < s->count; i++) {
		int32_t at = s->b[i].low > free_at + s->b[i].gap || i == 0 ? s->b[i].low :
									     free_at + s->b[i].gap;
		if (at > s->b[i].high)
			return false;
		free_at = at + s->b[i].slots;
	}
	return true;
}

static void add_travel(struct break_set *s, int32_t slots, int32_t at)
{
	if (slots == 0)
		return;
	s->b[s->count].row = -1;
	s->b[s->count].slots = slots;
	s->b[s->count].low = s->b[s->count].high = at;
	s->paid_slots += slots;
	s->count++;
}

/* The set of a shift of `length` slots there: its index, or -1 when the breaks do not fit. */
static int32_t set_of_length(struct making *k, int32_t length, int32_t place)
{
	const int32_t u = k->m->p->slot_min, travel = k->pr.place[place].travel;
	struct break_set s;
	memset(&s, 0, sizeof s);
	s.place = place;
	if (length <= 2 * travel)
		return -1;
	add_travel(&s, travel, 0);
	for (int32_t i = 0; i < k->contract->break_count; i++) {
		const struct wfm_break *b = &k->contract->breaks[i];
		if (length * u < b->shift_low || length * u > b->shift_high)
			continue;
		int32_t n = b->minutes / u, high = b->latest / u;
		s.b[s.count].row = i;
		s.b[s.count].slots = n;
		s.b[s.count].low = (b->earliest + u - 1) / u;
		s.b[s.count].high = high < length - n ? high : length - n;
		s.b[s.count].gap = s.count > (travel > 0) ? (b->gap + u - 1) / u : 0;
		*(b->paid ? &s.paid_slots : &s.unpaid_slots) += n;
		s.count++;
	}
	add_travel(&s, travel, length - travel);
	if (!set_fits(&s))
		return -1;
	for (int32_t i = 0; i < k->pr.set_count; i++)
		if (memcmp(&k->pr.sets[i], &s, sizeof s) == 0)
			return i;
	if (!mem_reserve(&k->pr.sets, &k->set_cap, k->pr.set_count + 1, sizeof s)) {
		k->oom = true;
		return -1;
	}
	k->pr.sets[k->pr.set_count] = s;
	return k->pr.set_count++;
}

static void add_length(struct making *k, int32_t length)
{
	for (int32_t i = 0; i < k->length_count; i++)
		if (k->lengths[i] == length)
			return;
	int32_t set = set_of_length(k, length, 0);
	if (set < 0 || k->length_count == (int32_t)(sizeof k->lengths / sizeof *k->lengths))
		return;
	k->lengths[k->length_count] = length;
	k->length_set[k->length_count++] = set;
}

static void read_lengths(struct making *k)
{
	const int32_t u = k->m->p->slot_min;
	for (int32_t i = 0; i < k->contract->rule_count; i++) {
		const struct wfm_rule_row *r = &k->contract->rules[i];
		if (r->rule != WFM_RULE_SHIFT_MINUTES || r->mode != WFM_HARD)
			continue;
		if (r->step == 0) {
			add_length(k, r->low / u);
			add_length(k, r->high / u);
		}
		for (int32_t x = r->low; r->step > 0 && x <= r->high; x += r->step)
			add_length(k, x / u);
	}
}

static int32_t outside_window(const struct wfm_rule_row *r, int32_t wall)
{
	if (r->low <= r->high)
		return wall < r->low ? r->low - wall : wall > r->high ? wall - r->high : 0;
	if (wall >= r->low || wall <= r->high)
		return 0;
	return r->low - wall < wall - r->high ? r->low - wall : wall - r->high;
}

static bool window_applies(const struct wfm_rule_row *r, int32_t weekday)
{
	return r->rule == WFM_RULE_START_WINDOW && (r->days == 0 || (r->days >> weekday & 1));
}

/* May a shift start at this wall-clock minute; *cost gets the price of missing soft windows. */
static bool start_allowed(const struct wfm_contract *c, int32_t weekday, int32_t wall, double *cost)
{
	bool any_hard = false, in_hard = false;
	double soft = INFINITY;
	for (int32_t i = 0; i < c->rule_count; i++) {
		const struct wfm_rule_row *r = &c->rules[i];
		if (r->mode == WFM_OFF)
			continue;
		if (r->rule == WFM_RULE_START_STEP && wall % r->low != 0)
			return false;
		if (r->rule == WFM_RULE_START_WINDOW && r->mode == WFM_HARD)
			any_hard = true;
		if (!window_applies(r, weekday))
			continue;
		int32_t out = outside_window(r, wall);
		if (r->mode == WFM_HARD)
			in_hard |= out == 0;
		else if (out / 60.0 * r->weight_cents < soft)
			soft = out / 60.0 * r->weight_cents;
	}
	*cost = isinf(soft) ? 0 : soft;
	return !any_hard || in_hard;
}

/* Does [start, end) touch the nightly window of the contract? */
static bool touches_night(const struct making *k, int32_t day, int32_t start, int32_t end)
{
	for (int32_t i = 0; i < k->contract->rule_count; i++) {
		const struct wfm_rule_row *r = &k->contract->rules[i];
		if (r->rule != WFM_RULE_NIGHT_SHIFTS || r->mode == WFM_OFF)
			continue;
		for (int32_t t = start; t < end; t++) {
			int32_t w = wfm_wall_minute(k->m->p, k->cal, day, t);
			bool in = r->from <= r->to ? w >= r->from && w < r->to :
						     w >= r->from || w < r->to;
			if (in)
				return true;
		}
	}
	return false;
}

static int16_t class_of(struct making *k, int32_t paid_min, bool night)
{
	for (int32_t i = 0; i < k->pr.class_count; i++)
		if (k->pr.classes[i].paid_min == paid_min && k->pr.classes[i].night == night)
			return (int16_t)i;
	if (!mem_reserve(&k->pr.classes, &k->class_cap, k->pr.class_count + 1,
			 sizeof *k->pr.classes)) {
		k->oom = true;
		return 0;
	}
	k->pr.classes[k->pr.class_count] = (struct shift_class){ .paid_min = paid_min, .night = night,
									.duty = UINT64_MAX };
	return (int16_t)k->pr.class_count++;
}

static void add_opt(struct making *k, int32_t day, int32_t start, int32_t length, int32_t set,
		    double window_cost)
{
	const struct break_set *s = &k->pr.sets[set];
	int32_t paid = (length - s->unpaid_slots) * k->m->p->slot_min;
	if (!mem_reserve(&k->pr.opts, &k->opt_cap, k->pr.opt_count + 1, sizeof *k->pr.opts) ||
	    !mem_reserve(&k->pr.starts, &k->start_cap, k->pr.start_count + 1,
			 sizeof *k->pr.starts)) {
		k->oom = true;
		return;
	}
	if (k->pr.start_count == 0 || k->pr.starts[k->pr.start_count - 1] != start)
		k->pr.starts[k->pr.start_count++] = start;
	bool night = touches_night(k, day, start, start + length);
	k->pr.opts[k->pr.opt_count++] = (struct opt){
		.day = day,
		.start = start,
		.end = start + length,
		.start_i = k->pr.start_count - 1,
		.cell = model_start_minute(k->m->p, k->pr.calendar, day, start), /* index later */
		.free_from = start + length + k->pr.rest,
		.set = (int16_t)set,
		.cls = class_of(k, k->pr.minutes_matter ? paid : 0, night),
		.paid_min = (int16_t)paid,
		.cost = window_cost +
			(k->contract->salaried ? 0 : paid / 60.0 * k->contract->hour_cents),
	};
}

/* Between the travel. */
static bool all_workable(const struct making *k, int32_t start, int32_t end, int32_t place)
{
	const struct place *x = &k->pr.place[place];
	if (end > k->m->horizon)
		return false;
	for (int32_t t = start + x->travel; t < end - x->travel; t++)
		if (!k->m->kinds[x->kind].workable[t])
			return false;
	return true;
}

static const struct wfm_lock *lock_on(const struct making *k, int32_t day, int32_t slot)
{
	if (k->pr.lock_agent < 0)
		return NULL;
	const struct wfm_agent *a = &k->m->p->agents[k->pr.lock_agent];
	for (int32_t i = 0; i < a->lock_count; i++)
		if (a->locks[i].day == day && a->locks[i].end > 0 && a->locks[i].start == slot)
			return &a->locks[i];
	return NULL;
}

/* Shifts of all lengths from slot t, at one place; and the one that is locked there. */
static void list_start(struct making *k, int32_t d, int32_t t, int32_t place, double cost, bool may)
{
	const struct wfm_lock *lock = lock_on(k, d, t);
	if (lock && lock->elsewhere != place)
		lock = NULL;
	for (int32_t i = 0; may && i < k->length_count; i++) {
		int32_t end = t + k->lengths[i];
		if (!all_workable(k, t, end, place))
			continue;
		int32_t set = place == 0 ? k->length_set[i] : set_of_length(k, k->lengths[i], place);
		if (set < 0)
			continue;
		add_opt(k, d, t, k->lengths[i], set, cost);
		if (lock && lock->end == end)
			lock = NULL;
	}
	if (lock == NULL)
		return;
	/* A lock stands even where the contract offers no such shift. */
	int32_t set = set_of_length(k, lock->end - t, place);
	if (set >= 0 && lock->end <= k->m->horizon)
		add_opt(k, d, t, lock->end - t, set, cost);
}

static void list_opts(struct making *k)
{
	for (int32_t d = 0; d < k->cal->day_count && !k->oom; d++) {
		const struct wfm_day *x = &k->cal->days[d];
		int32_t midnight = x->first_slot + x->slots,
			late = k->contract->late_start_min / k->m->p->slot_min;
		for (int32_t t = x->first_slot; t < midnight + late; t++) {
			int32_t wall = model_start_minute(k->m->p, k->pr.calendar, d, t);
			double cost = 0;
			bool may = start_allowed(k->contract, x->weekday, wall % 1440, &cost);
			for (int32_t i = 0; i < k->pr.place_count; i++)
				list_start(k, d, t, i, cost, may);
		}
	}
}

static int by_day_class_start(const void *a, const void *b)
{
	const struct opt *x = a, *y = b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->set < y->set ? -1 : x->set > y->set;
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return x < y ? -1 : x > y;
}

/* Sorts the opts, indexes days and classes, and numbers the walls. */
static bool index_opts(struct making *k)
{
	struct profile *pr = &k->pr;
	int32_t days = k->cal->day_count, n = pr->class_count;
	if (pr->opt_count > 0)
		qsort(pr->opts, (size_t)pr->opt_count, sizeof *pr->opts, by_day_class_start);
	pr->day_first = pool_alloc(&k->m->pool, (size_t)days + 1, sizeof *pr->day_first);
	pr->class_first = pool_alloc(&k->m->pool, (size_t)(days * n) + 1, sizeof *pr->class_first);
	pr->walls = pool_alloc(&k->m->pool, (size_t)pr->opt_count + 1, sizeof *pr->walls);
	if (!pr->day_first || !pr->class_first || !pr->walls)
		return false;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		pr->day_first[o->day + 1] = i + 1;
		pr->class_first[o->day * n + o->cls + 1] = i + 1;
		pr->walls[i] = o->cell;
	}
	for (int32_t d = 0; d < days; d++)
		if (pr->day_first[d + 1] < pr->day_first[d])
			pr->day_first[d + 1] = pr->day_first[d];
	for (int32_t i = 0; i < days * n; i++)
		if (pr->class_first[i + 1] < pr->class_first[i])
			pr->class_first[i + 1] = pr->class_first[i];
	if (pr->opt_count > 0)
		qsort(pr->walls, (size_t)pr->opt_count, sizeof *pr->walls, by_value);
	for (int32_t i = 0; i < pr->opt_count; i++)
		if (i == 0 || pr->walls[i] != pr->walls[i - 1])
			pr->walls[pr->wall_count++] = pr->walls[i];
	for (int32_t i = 0; i < pr->opt_count; i++) {
		struct opt *o = &pr->opts[i];
		const int32_t *w = bsearch(&o->cell, pr->walls, (size_t)pr->wall_count,
					   sizeof *pr->walls, by_value);
		o->cell = (o->day * n + o->cls) * pr->wall_count + (int32_t)(w - pr->walls);
	}
	return true;
}

/* Bands: the widest runs of start walls that a week may mix. */
static bool list_bands(struct making *k)
{
	struct profile *pr = &k->pr;
	const struct wfm_rule_row *r = find_rule(k->contract, WFM_RULE_START_SPREAD);
	size_t n = (size_t)pr->wall_count + 1;
	pr->band_low = pool_alloc(&k->m->pool, n, sizeof *pr->band_low);
	pr->band_high = pool_alloc(&k->m->pool, n, sizeof *pr->band_high);
	if (!pr->band_low || !pr->band_high)
		return false;
	int32_t spread = r ? r->high : 1440, reached = -1, longest = 0, jump = 0;
	for (int32_t lo = 0, hi = 0; lo < pr->wall_count; lo++) {
		while (hi + 1 < pr->wall_count && pr->walls[hi + 1] - pr->walls[lo] <= spread)
			hi++;
		if (hi <= reached)
			continue;
		reached = hi;
		pr->band_low[pr->band_count] = lo;
		pr->band_high[pr->band_count++] = hi;
	}
	for (int32_t i = 0; i < pr->opt_count; i++)
		if (pr->opts[i].end - pr->opts[i].start > longest)
			longest = pr->opts[i].end - pr->opts[i].start;
	for (int32_t d = 0; d < k->cal->day_count; d++)
		if (k->cal->days[d].change_slot >= 0)
			jump = abs(k->cal->days[d].change_min);
	int32_t weeks[MODEL_MAX_WEEKS + 1];
	if (model_weeks(k->cal, weeks) > 1)
		spread = 1440; /* bands of neighbouring weeks are free of each other */
	const int32_t u = k->m->p->slot_min;
	pr->rest_implied = 1440 - spread - jump - longest * u >= pr->rest * u;
	pr->rest_span = 1;
	for (int32_t i = 0; !pr->rest_implied && i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		const struct wfm_day *d = &k->cal->days[o->day];
		int32_t over = o->free_from - (d->first_slot + d->slots) + 1;
		if (over > pr->rest_span)
			pr->rest_span = over;
	}
	return true;
}

static bool sums_minutes(const struct wfm_rule_row *r)
{
	return r->mode != WFM_OFF && (wfm_rules[r->rule].traits & WFM_TRAIT_PAID);
}

/* Minutes need a counter unless number and length of shifts alone keep the week within bounds. */
static bool minutes_matter(const struct making *k)
{
	int32_t n_low = 0, n_high = 7, shortest = INT32_MAX, longest = 0;
	const struct wfm_rule_row *shifts = find_rule(k->contract, WFM_RULE_WEEK_SHIFTS);
	if (shifts) {
		n_low = shifts->low;
		n_high = shifts->high < 7 ? shifts->high : 7;
	}
	for (int32_t i = 0; i < k->length_count; i++) {
		int32_t paid = (k->lengths[i] - k->pr.sets[k->length_set[i]].unpaid_slots) *
			       k->m->p->slot_min;
		shortest = paid < shortest ? paid : shortest;
		longest = paid > longest ? paid : longest;
	}
	for (int32_t i = 0; i < k->contract->rule_count; i++) {
		const struct wfm_rule_row *r = &k->contract->rules[i];
		if (sums_minutes(r) &&
		    (r->rule != WFM_RULE_WEEK_MINUTES || r->mode == WFM_SOFT || k->length_count == 0 ||
		     n_low * shortest < r->low || n_high * longest > r->high))
			return true;
	}
	return false;
}

static bool has_minutes_rule(const struct wfm_contract *c)
{
	for (int32_t i = 0; i < c->rule_count; i++)
		if (sums_minutes(&c->rules[i]))
			return true;
	return false;
}

static void widen(int32_t *largest, int32_t x)
{
	*largest = x > *largest ? x : *largest;
}

static void note_sizes(struct model *m, const struct profile *pr, int32_t days)
{
	widen(&m->max_days, days);
	widen(&m->max_opts, pr->opt_count);
	widen(&m->max_starts, pr->start_count);
	widen(&m->max_sets, pr->set_count);
	widen(&m->max_bands, pr->band_count);
	widen(&m->max_row, days * pr->class_count);
	widen(&m->max_cells, days * pr->class_count * pr->wall_count);
	widen(&m->max_span, pr->rest_span);
	widen(&m->max_places, pr->place_count);
}

/* Moves a malloc'ed array into the pool. */
static bool keep(struct pool *pool, void *array, int32_t n, size_t item)
{
	void *old;
	memcpy(&old, array, sizeof old);
	void *copy = pool_alloc(pool, (size_t)n, item);
	if (copy && n > 0)
		memcpy(copy, old, (size_t)n * item);
	free(old);
	memcpy(array, &copy, sizeof copy);
	return copy != NULL;
}

static bool same_places(const struct profile *pr, const struct place *places, int32_t count)
{
	return pr->place_count == count && memcmp(pr->place, places, (size_t)count * sizeof *places) == 0;
}

enum wfm_status profile_get(struct model *m, int32_t contract, int32_t calendar, const struct place *places,
			    int32_t place_count, int32_t lock_agent, bool credits, int32_t *out,
			    struct wfm_error *e)
{
	struct making k = { .m = m,
			    .contract = &m->p->contracts[contract],
			    .cal = &m->p->calendars[calendar] };
	k.pr = (struct profile){ .contract = contract, .calendar = calendar, .place_count = place_count,
				 .lock_agent = lock_agent };
	memcpy(k.pr.place, places, (size_t)place_count * sizeof *places);
	read_lengths(&k);
	k.pr.minutes_matter = has_minutes_rule(k.contract) &&
			      (credits || lock_agent >= 0 || minutes_matter(&k));
	for (int32_t i = 0; lock_agent < 0 && i < m->profile_count; i++) {
		const struct profile *x = &m->profiles[i];
		if (x->contract == contract && x->calendar == calendar && same_places(x, places, place_count) &&
		    x->lock_agent < 0 && x->minutes_matter == k.pr.minutes_matter) {
			free(k.pr.sets);
			*out = i;
			return WFM_OK;
		}
	}
	const struct wfm_rule_row *rest = find_rule(k.contract, WFM_RULE_REST);
	k.pr.rest = rest ? (rest->low + m->p->slot_min - 1) / m->p->slot_min : 0;
	list_opts(&k);
	bool ok = !k.oom;
	ok &= keep(&m->pool, &k.pr.opts, ok ? k.pr.opt_count : 0, sizeof *k.pr.opts);
	ok &= keep(&m->pool, &k.pr.starts, ok ? k.pr.start_count : 0, sizeof *k.pr.starts);
	ok &= keep(&m->pool, &k.pr.sets, ok ? k.pr.set_count : 0, sizeof *k.pr.sets);
	ok &= keep(&m->pool, &k.pr.classes, ok ? k.pr.class_count : 0, sizeof *k.pr.classes);
	if (!ok || !index_opts(&k) || !list_bands(&k) ||
	    !mem_reserve(&m->profiles, &m->profile_cap, m->profile_count + 1, sizeof k.pr))
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the shifts");
	note_sizes(m, &k.pr, k.cal->day_count);
	*out = m->profile_count;
	m->profiles[m->profile_count++] = k.pr;
	return WFM_OK;
}
