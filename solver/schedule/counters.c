/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/counters.h"

#include <math.h>
#include <string.h>

/* The day in hand with what follows from it. */
struct now {
	const struct counters *x;
	const struct day_event *ev;
	const struct wfm_day *day;
	int32_t week, days_left;
	bool week_start, week_end, last;
};

static int32_t at_most(int32_t v, int32_t most)
{
	return v < most ? v : most;
}

static int32_t above(int32_t v, int32_t high)
{
	return v > high ? v - high : 0;
}

static int32_t below(int32_t v, int32_t low)
{
	return v < low ? low - v : 0;
}

/* The sides of a total; a rule that speaks of one of them may have anything on the other. */
static int32_t high_of(const struct wfm_rule_row *r)
{
	return r->rule == WFM_RULE_WEEKENDS_OFF ? INT32_MAX : r->high;
}

static int32_t low_of(const struct wfm_rule_row *r)
{
	return r->rule == WFM_RULE_SUNDAYS || r->rule == WFM_RULE_OTHER_SKILL ? 0 : r->low;
}

/* What matters of a sum: beyond high every unit counts the same, below low it must be known. */
static uint16_t folded(const struct wfm_rule_row *r, int32_t v)
{
	int32_t high = high_of(r), low = low_of(r), top = high < INT32_MAX && high > low ? high : low;
	return (uint16_t)at_most(at_most(v, top), UINT16_MAX);
}

static bool on_duties(const struct wfm_rule_row *r, const struct day_event *ev)
{
	return ev->work && (r->duties == 0 || (r->duties & ev->duty) != 0);
}

/* ---- sums of a week ---- */

/* cell: the sum; `more` of it today, `credit` counted for the whole week. */
static int32_t week_sum(const struct now *n, const struct wfm_rule_row *r, uint16_t *c, int32_t more,
			int32_t credit)
{
	bool nights = r->rule == WFM_RULE_NIGHT_SHIFTS; /* which knows no low */
	int32_t before = c[0], after = before + more, least = nights ? 0 : r->low;
	int32_t amount = above(after + credit, r->high) - above(before + credit, r->high);
	if (n->week_end) {
		amount += above(credit, r->high) + below(after + credit, least);
		c[0] = 0;
		return amount;
	}
	/* Folding below reads sums without the credit. */
	int32_t high = r->high < INT32_MAX ? r->high - credit : 0, low = least - credit;
	int32_t top = high > low ? high : low;
	c[0] = (uint16_t)(top > 0 ? at_most(after, top) : 0);
	return amount;
}

static double week_minutes(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	return week_sum(n, r, c, n->ev->work ? n->ev->paid_min : 0, n->x->credit_minutes[n->week]) / 60.0;
}

static double week_shifts(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	return week_sum(n, r, c, on_duties(r, n->ev), n->x->credit_shifts[n->week]);
}

static double night_shifts(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	return week_sum(n, r, c, n->ev->work && n->ev->night, 0);
}

/* ---- days off of a week ---- */

/* cells: run now, best of the week, run at its start (cyclic). */
static double off_together(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	bool ring = n->x->cyclic_week;
	if (n->ev->work) {
		c[0] = 0;
	} else {
		bool all_off = n->week_start || (c[2] > 0 && c[0] == c[2]);
		c[0] = (uint16_t)at_most(c[0] + 1, r->low);
		c[1] = c[0] > c[1] ? c[0] : c[1];
		if (ring && all_off)
			c[2] = c[0];
		if (!ring && c[1] >= r->low)
			c[0] = 0;
	}
	if (!n->week_end)
		return 0;
	int32_t best = ring && c[0] + c[2] > c[1] ? c[0] + c[2] : c[1];
	memset(c, 0, 3 * sizeof *c);
	return best < r->low ? 1 : 0;
}

/* cells: runs of days off, was the first day off, was the last. */
static double off_blocks(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	bool ring = n->x->cyclic_week;
	if (n->ev->work) {
		c[2] = 0;
	} else {
		c[0] = (uint16_t)(c[0] + !c[2]);
		c[2] = 1;
		if (n->week_start && ring)
			c[1] = 1;
	}
	int32_t blocks = c[0];
	if (!n->week_end) /* what the end would refuse anyway */
		return r->mode == WFM_HARD && blocks - (ring ? 1 : 0) > r->high ? 1 : 0;
	if (ring && c[1] && c[2] && blocks > 1)
		blocks--;
	memset(c, 0, 3 * sizeof *c);
	return above(blocks, r->high);
}

/* ---- runs ---- */

/* cells: length of the run in hand (0: none), and whether its low is waived. `left`: days (weekends)
 * that may still follow. */
static double run_of(const struct wfm_rule_row *r, uint16_t *c, bool in, bool first, bool last,
		     int32_t left)
{
	double amount = 0;
	if (in) {
		c[1] = c[0] == 0 ? first && !r->edges : c[1];
		c[0]++;
		amount = c[0] > r->high;
		if (c[0] > r->high && c[0] > r->low)
			c[0]--; /* beyond both: every further day counts the same */
	} else {
		if (c[0] > 0 && !c[1])
			amount = below(c[0], r->low);
		c[0] = c[1] = 0;
	}
	if (last) {
		if (in && r->edges && !c[1])
			amount += below(c[0], r->low);
		c[0] = c[1] = 0;
		return amount;
	}
	bool cannot_exceed = r->high == INT32_MAX || c[0] + left <= r->high;
	if (c[0] > 0 && cannot_exceed && (c[1] || c[0] >= r->low)) {
		c[0] = (uint16_t)(r->low > 1 ? r->low : 0);
		c[1] = 0;
	}
	return amount;
}

/*
 * The same where the plan's end joins its beginning; c[1]: the run in hand goes on from day 0, c[2]: length of
 * the run that did, once it is over, which the last run continues. All days of a run without end are beyond
 * high.
 */
static double ring_of(const struct now *n, const struct wfm_rule_row *r, uint16_t *c, bool in)
{
	const int32_t days = n->x->cal->day_count, high = r->high, low = r->low;
	double amount = 0;
	if (in) {
		c[1] = n->ev->day == 0 || c[1];
		c[0]++;
		amount = c[0] > high;
		if (c[0] > high && c[0] > low)
			c[0]--;
	} else {
		if (c[1])
			c[2] = c[0];
		else if (c[0] > 0)
			amount = below(c[0], low);
		c[0] = c[1] = 0;
	}
	if (n->last) {
		int32_t joined = c[0] + c[2];
		if (c[1])
			return amount + (high < INT32_MAX ? days - above(days, high) : 0);
		if (joined > 0)
			amount += above(joined, high) - above(c[0], high) - above(c[2], high) + below(joined, low);
		return amount;
	}
	/* What is long enough and cannot become too long counts as just long enough. */
	if (high < INT32_MAX && c[0] + c[2] + n->days_left > high)
		return amount;
	const uint16_t enough = (uint16_t)(low > 1 ? low : 0);
	if (c[0] > 0 && c[0] >= low)
		c[0] = c[1] && enough == 0 ? 1 : enough;
	if (c[2] > 0 && c[2] >= low)
		c[2] = enough;
	return amount;
}

static double run_of_days(const struct now *n, const struct wfm_rule_row *r, uint16_t *c, bool in)
{
	return n->x->p->cyclic ? ring_of(n, r, c, in) :
				 run_of(r, c, in, n->ev->day == 0, n->last, n->days_left);
}

static double days_in_a_row(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	return run_of_days(n, r, c, n->ev->work);
}

static double off_in_a_row(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	return run_of_days(n, r, c, !n->ev->work);
}

static double duties_in_a_row(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	return run_of_days(n, r, c, on_duties(r, n->ev));
}

/* ---- weekends ---- */

/* A weekend is over on Sunday, or with the plan on a Saturday; cell: Saturday was worked. */
static bool weekend_over(const struct now *n, uint16_t *saturday, bool *worked)
{
	if (n->day->weekday == 5)
		*saturday = n->ev->work;
	if (n->day->weekday != 6 && !(n->day->weekday == 5 && n->last))
		return false;
	*worked = *saturday || n->ev->work;
	*saturday = 0;
	return true;
}

/* cells: Saturday, then those of the run. */
static double weekends_in_a_row(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	bool worked;
	if (!weekend_over(n, c, &worked))
		return 0;
	return run_of(r, c + 1, worked, n->ev->day < 7, n->days_left < 6, (n->days_left + 1) / 7);
}

static double weekends_whole(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r;
	bool saturday = c[0], had = n->ev->day > 0;
	c[0] = n->day->weekday == 5 && n->ev->work;
	return n->day->weekday == 6 && had && saturday != n->ev->work;
}

static double weekends_same(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r;
	uint16_t saturday = c[0], duty = n->ev->work ? (uint16_t)(n->ev->which + 1) : 0;
	c[0] = n->day->weekday == 5 ? duty : 0;
	return n->day->weekday == 6 && saturday && duty && saturday != duty;
}

/* ---- windows and patterns ---- */

static int32_t ones(uint32_t bits)
{
	int32_t n = 0;
	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* cell: bit i: i + 1 days ago counts. */
static double window_shifts(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	uint32_t days = ((uint32_t)c[0] << 1) | (uint32_t)on_duties(r, n->ev);
	int32_t shifts = ones(days);
	c[0] = (uint16_t)(n->last ? 0 : days & ((1u << (r->window - 1)) - 1));
	bool whole = n->ev->day + 1 >= r->window;
	return above(shifts, r->high) + (whole ? below(shifts, r->low) : 0);
}

/* cells: minutes of the days before, oldest first. */
static double window_minutes(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	int32_t sum = n->ev->work ? n->ev->paid_min : 0, last = sum, size = r->window - 1;
	for (int32_t i = 0; i < size; i++)
		sum += c[i];
	memmove(c, c + 1, (size_t)(size - 1) * sizeof *c);
	c[size - 1] = (uint16_t)last;
	bool whole = n->ev->day + 1 >= r->window;
	return (above(sum, r->high) + (whole ? below(sum, r->low) : 0)) / 60.0;
}

/* cell: bit i: the last i + 1 days fit the first i + 1 of the pattern. */
static double pattern(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	uint32_t before = (uint32_t)c[0] << 1, fits = 0;
	if (r->days == 0 || ((r->days >> n->day->weekday) & 1))
		before |= 1;
	for (int32_t i = 0; i < r->pattern_count; i++) {
		const struct wfm_pattern_day *d = &r->pattern[i];
		bool fit = n->ev->work ? d->duties == UINT64_MAX || (d->duties & n->ev->duty) != 0 : d->off;
		fits |= (uint32_t)fit << i;
	}
	fits &= before;
	uint32_t whole = 1u << (r->pattern_count - 1);
	c[0] = (uint16_t)(n->last ? 0 : fits & (whole - 1));
	return (fits & whole) != 0;
}

/* ---- rest, where events have times ---- */

/* cell: slots of the day before which no shift may start. */
static double rest(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	int32_t slot_min = n->x->p->slot_min, blocked = c[0];
	if (n->ev->work) {
		if (n->ev->start < blocked)
			return 1;
		blocked = n->ev->end + (r->low + slot_min - 1) / slot_min;
	}
	c[0] = (uint16_t)(n->last ? 0 : above(blocked, n->day->slots));
	return 0;
}

/* ---- sums over the plan: what a day adds ---- */

static int32_t take_minutes(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r, (void)c;
	return n->ev->work ? n->ev->paid_min : 0;
}

static int32_t take_shift(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)c;
	return on_duties(r, n->ev);
}

static int32_t take_sunday(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r, (void)c;
	return n->ev->work && (n->day->weekday == 6 || n->day->holiday);
}

static int32_t take_other_skill(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r, (void)c;
	return n->ev->work && n->ev->other_skill;
}

static int32_t take_weekend_off(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r;
	bool worked = true;
	return weekend_over(n, c, &worked) && n->day->weekday == 6 && !worked;
}

static int32_t take_weekend(const struct now *n, const struct wfm_rule_row *r, uint16_t *c)
{
	(void)r;
	bool saturday = n->day->weekday == 6 && c[0];
	c[0] = n->day->weekday == 5 && n->ev->work;
	return n->ev->work && (n->day->weekday == 5 || (n->day->weekday == 6 && !saturday));
}

/* ---- the table ---- */

static const struct kind_row {
	int32_t cells; /* -1: window - 1 */
	double (*charge)(const struct now *, const struct wfm_rule_row *, uint16_t *);
	int32_t (*take)(const struct now *, const struct wfm_rule_row *, uint16_t *);
} kinds[WFM_RULE_COUNT] = {
	[WFM_RULE_WEEK_MINUTES] = { 1, week_minutes, NULL },
	[WFM_RULE_WEEK_SHIFTS] = { 1, week_shifts, NULL },
	[WFM_RULE_REST] = { 1, rest, NULL },
	[WFM_RULE_CONSECUTIVE_DAYS] = { 3, days_in_a_row, NULL },
	[WFM_RULE_DAYS_OFF_TOGETHER] = { 3, off_together, NULL },
	[WFM_RULE_DAYS_OFF_BLOCKS] = { 3, off_blocks, NULL },
	[WFM_RULE_NIGHT_SHIFTS] = { 1, night_shifts, NULL },
	[WFM_RULE_SUNDAYS] = { 0, NULL, take_sunday },
	[WFM_RULE_WEEKENDS_OFF] = { 1, NULL, take_weekend_off },
	[WFM_RULE_DAYS_OFF_IN_A_ROW] = { 3, off_in_a_row, NULL },
	[WFM_RULE_PLAN_MINUTES] = { 0, NULL, take_minutes },
	[WFM_RULE_PLAN_SHIFTS] = { 0, NULL, take_shift },
	[WFM_RULE_WINDOW_SHIFTS] = { 1, window_shifts, NULL },
	[WFM_RULE_WINDOW_MINUTES] = { -1, window_minutes, NULL },
	[WFM_RULE_WEEKENDS_WORKED] = { 1, NULL, take_weekend },
	[WFM_RULE_WEEKENDS_IN_A_ROW] = { 3, weekends_in_a_row, NULL },
	[WFM_RULE_WEEKENDS_WHOLE] = { 1, weekends_whole, NULL },
	[WFM_RULE_WEEKENDS_SAME] = { 1, weekends_same, NULL },
	[WFM_RULE_DUTIES_IN_A_ROW] = { 3, duties_in_a_row, NULL },
	[WFM_RULE_PATTERN] = { 1, pattern, NULL },
	[WFM_RULE_OTHER_SKILL] = { 0, NULL, take_other_skill },
};

static bool in_minutes(const struct wfm_rule_row *r)
{
	return wfm_rules[r->rule].traits & WFM_TRAIT_PAID;
}

double counters_total_amount(const struct wfm_rule_row *r, int32_t value)
{
	double amount = above(value, high_of(r)) + below(value, low_of(r));
	return in_minutes(r) ? amount / 60 : amount;
}

/* Adds today's share to the sum in *c, charging what lies beyond high at once. */
static double charge_total(const struct now *n, const struct wfm_rule_row *r, uint16_t *c, int32_t more)
{
	int32_t before = *c, after = before + more;
	double amount = above(after, high_of(r)) - above(before, high_of(r));
	if (n->last)
		amount += below(after, low_of(r));
	*c = n->last ? 0 : folded(r, after);
	return in_minutes(r) ? amount / 60 : amount;
}

bool counters_day(const struct counters *x, uint16_t *cell, const struct day_event *ev,
		  double *penalty, uint16_t *take)
{
	int32_t d = ev->day, days = x->cal->day_count;
	struct now n = { .x = x, .ev = ev, .day = &x->cal->days[d], .week = x->week_of[d],
			 .days_left = days - d - 1 };
	n.last = n.days_left == 0;
	n.week_start = d == 0 || x->week_of[d - 1] != n.week;
	n.week_end = n.last || x->week_of[d + 1] != n.week;
	for (int32_t i = 0; i < x->row_count; i++) {
		const struct counter_row *k = &x->row[i];
		const struct kind_row *kind = &kinds[k->r->rule];
		uint16_t *c = cell + k->first;
		double amount;
		if (kind->take) {
			int32_t more = kind->take(&n, k->r, c);
			if (k->total >= 0) {
				take[k->total] = (uint16_t)more;
				continue;
			}
			amount = charge_total(&n, k->r, c + kind->cells, more);
		} else {
			amount = kind->charge(&n, k->r, c);
		}
		if (amount <= 0)
			continue;
		if (k->r->mode == WFM_HARD)
			return false;
		*penalty += amount * k->r->weight_cents;
	}
	if (n.last)
		memset(cell, 0, (size_t)x->cell_count * sizeof *cell);
	return true;
}

void counters_start(const struct counters *x, uint16_t *cell)
{
	memset(cell, 0, (size_t)x->cell_count * sizeof *cell);
	for (int32_t i = 0; i < x->row_count; i++) {
		const struct wfm_rule_row *r = x->row[i].r;
		uint16_t *c = cell + x->row[i].first;
		if (r->rule != WFM_RULE_CONSECUTIVE_DAYS || x->p->cyclic)
			continue; /* what was before a plan that repeats is its end */
		int32_t most = at_most(x->previous_days_worked, 1000);
		int32_t top = r->high < INT32_MAX && r->high > r->low ? r->high : r->low;
		c[0] = (uint16_t)at_most(most, top);
		if (c[0] > 0 && c[0] >= r->low &&
		    (r->high == INT32_MAX || c[0] + x->cal->day_count <= r->high))
			c[0] = (uint16_t)(r->low > 1 ? r->low : 0);
	}
}

static bool add_row(struct counters *x, const struct wfm_rule_row *r, bool split)
{
	const struct kind_row *k = &kinds[r->rule];
	if (x->row_count == COUNTER_ROWS)
		return false;
	struct counter_row *row = &x->row[x->row_count];
	*row = (struct counter_row){ .r = r, .first = x->cell_count, .total = -1 };
	x->cell_count += k->cells < 0 ? r->window - 1 : k->cells;
	if (k->take && split) {
		if (x->total_count == COUNTER_TOTALS)
			return false;
		row->total = x->total_count;
		x->total_row[x->total_count++] = x->row_count;
	} else if (k->take) {
		x->cell_count++;
	}
	x->row_count++;
	return x->cell_count <= COUNTER_CELLS;
}

bool counters_same_credits(const struct wfm_calendar *cal, const struct wfm_agent *a, const struct wfm_agent *b)
{
	const struct wfm_agent *of[2] = { a, b };
	int32_t first[MODEL_MAX_WEEKS + 1], weeks = model_weeks(cal, first);

	for (int32_t w = 0; w < weeks; w++) {
		int32_t minutes[2] = { 0 }, shifts[2] = { 0 };
		for (int k = 0; k < 2; k++)
			for (int32_t i = 0; i < of[k]->credit_count; i++) {
				const struct wfm_credit *c = &of[k]->credits[i];
				if (c->day < first[w] || c->day >= first[w + 1])
					continue;
				minutes[k] += c->minutes;
				shifts[k] += c->shifts;
			}
		if (minutes[0] != minutes[1] || shifts[0] != shifts[1])
			return false;
	}
	return true;
}

bool counters_init(struct counters *x, const struct wfm_problem *p, const struct wfm_contract *c,
		   const struct wfm_calendar *cal, const struct wfm_agent *a,
		   int32_t previous_days_worked, bool minutes_matter, bool split)
{
	int32_t first[MODEL_MAX_WEEKS + 1];
	*x = (struct counters){ .p = p, .cal = cal, .previous_days_worked = previous_days_worked };
	int32_t weeks = model_weeks(cal, first);
	for (int32_t w = 0; w < weeks; w++)
		for (int32_t d = first[w]; d < first[w + 1]; d++)
			x->week_of[d] = w;
	x->cyclic_week = p->cyclic && weeks == 1;
	for (int32_t i = 0; a && i < a->credit_count; i++) {
		x->credit_minutes[x->week_of[a->credits[i].day]] += a->credits[i].minutes;
		x->credit_shifts[x->week_of[a->credits[i].day]] += a->credits[i].shifts;
	}
	static const struct wfm_rule_row no_rest = { .rule = WFM_RULE_REST, .mode = WFM_HARD };
	if (p->duty_count > 0 && !add_row(x, &no_rest, split))
		return false;
	for (int32_t i = 0; i < c->rule_count; i++) {
		const struct wfm_rule_row *r = &c->rules[i];
		if (r->rule == WFM_RULE_REST && p->duty_count == 0)
			continue; /* times are not known here; pricing holds the rest */
		bool counts = kinds[r->rule].charge || kinds[r->rule].take;
		if (r->mode == WFM_OFF || !counts ||
		    (r->rule == WFM_RULE_WEEK_MINUTES && !minutes_matter))
			continue;
		if (!add_row(x, r, split))
			return false;
	}
	return true;
}
