/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/bank_staff.h"

#include <math.h>
#include <stdlib.h>

const struct wfm_break bank_full_breaks[BANK_FULL_BREAKS] = {
	{ WFM_REST_BREAK, 15, true, 60, 120, 0, 510, 540 },
	{ WFM_MEAL, 30, false, 180, 330, 0, 510, 510 },
	{ WFM_MEAL, 60, false, 180, 330, 0, 540, 540 },
	{ WFM_REST_BREAK, 15, true, 405, 450, 0, 510, 540 },
};
const struct wfm_break bank_part_breaks[BANK_PART_BREAKS] = {
	{ WFM_REST_BREAK, 15, true, 90, 150, 0, 0, 1440 },
};

struct wfm_rule_row bank_rule(enum wfm_rule rule, int32_t low, int32_t high, int32_t step)
{
	return (struct wfm_rule_row){ .rule = rule, .mode = WFM_HARD, .low = low, .high = high,
				      .step = step };
}

static void fill_contracts(struct bank_staff *b, double hour_cents)
{
	static const char *const names[BANK_CONTRACTS] = { "full", "part 5", "part 4" };
	static const int days[BANK_CONTRACTS] = { 5, 5, 4 };
	for (int c = 0; c < BANK_CONTRACTS; c++) {
		struct wfm_rule_row *r = b->rules[c];
		int n = 0;
		r[n++] = bank_rule(WFM_RULE_WEEK_SHIFTS, days[c], days[c], 0);
		r[n++] = bank_rule(WFM_RULE_START_SPREAD, 0, 60, 0);
		r[n++] = bank_rule(WFM_RULE_REST, 720, INT32_MAX, 0);
		r[n++] = c == 0 ? bank_rule(WFM_RULE_SHIFT_MINUTES, 510, 540, 0) :
			 c == 1 ? bank_rule(WFM_RULE_SHIFT_MINUTES, 240, 360, 30) :
				  bank_rule(WFM_RULE_SHIFT_MINUTES, 360, 360, 0);
		b->contracts[c] = (struct wfm_contract){
			.name = names[c], .rules = r, .rule_count = n, .hour_cents = hour_cents,
			.breaks = c == 0 ? bank_full_breaks : bank_part_breaks,
			.break_count = c == 0 ? BANK_FULL_BREAKS : BANK_PART_BREAKS,
			.optional = true };
	}
}

static void fill_agents(struct bank_staff *b, double hours)
{
	static const double share[BANK_CONTRACTS] = { 0.8, 0.35, 0.25 }, week[BANK_CONTRACTS] = { 37.5, 24, 23 };
	b->agent_count = 0;
	for (int c = 0; c < BANK_CONTRACTS; c++)
		b->agent_count += (int32_t)ceil(share[c] * hours / week[c]);
	b->agents = calloc((size_t)b->agent_count, sizeof *b->agents);
	if (b->agents == NULL)
		abort();
	for (int c = 0, a = 0; c < BANK_CONTRACTS; c++)
		for (int i = 0; i < (int)ceil(share[c] * hours / week[c]); i++)
			b->agents[a++] = (struct wfm_agent){ .contract = c, .site = WFM_NONE,
							     .previous_end = WFM_NONE };
}

bool bank_week_fill(struct bank_week *w, const struct real_series *s, int32_t monday, double scale)
{
	for (int d = 0; d < 7; d++)
		w->days[d] = (struct wfm_day){ monday + d, d, BANK_DAY * d, BANK_DAY, -1, 0, false };
	w->calendar = (struct wfm_calendar){ w->days, 7 };
	for (int t = 0; t < BANK_SLOTS; t++) {
		for (int i = 0; i < 3; i++) {
			const struct wfm_observation *o =
				real_series_at(s, monday + t / BANK_DAY, 3 * (t % BANK_DAY) + i);
			w->volume[t] += o != NULL && o->offered > 0 ? scale * o->offered : 0;
		}
		w->open[t] = w->volume[t] > 0;
	}
	for (int d = 0; d < 5; d++)
		if (!w->open[BANK_DAY * d + BANK_DAY / 2])
			return false;
	return true;
}

void bank_staff_fill(struct bank_staff *b, double hour_cents, double hours)
{
	fill_contracts(b, hour_cents);
	fill_agents(b, hours);
}
