/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A week's roster by libwfm alone. After `make install`:
 *   cc schedule.c -o schedule $(pkg-config --static --cflags --libs wfm) && ./schedule
 * One queue, open 09-18 from Monday to Saturday; five people of one contract, one of them on leave on
 * Tuesday. Prints who works when, what it costs, how far from the least possible at most, and what
 * is short and why. See wfm/schedule.h for every field.
 */
#include <stdio.h>
#include <wfm/schedule.h>

enum { SLOT_MIN = 30, PER_DAY = 48, DAYS = 7, SLOTS = DAYS * PER_DAY, PEOPLE = 5 };

static const char *const day_names[DAYS] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* Days of the plan: from Monday 2026-01-05 on, which is 20458 days after 1970-01-01. */
static void fill_days(struct wfm_day days[DAYS])
{
	for (int d = 0; d < DAYS; d++)
		days[d] = (struct wfm_day){ .date = 20458 + d, .weekday = d, .first_slot = d * PER_DAY,
					    .slots = PER_DAY, .change_slot = -1 };
}

/* Two people are needed from 09 to 18, three from 11 to 14; on Saturday one in the morning. */
static void fill_demand(double required[SLOTS], uint8_t open[SLOTS])
{
	for (int t = 0; t < SLOTS; t++) {
		int day = t / PER_DAY, hour = t % PER_DAY / 2;
		open[t] = hour >= 9 && hour < (day == 5 ? 13 : 18) && day < 6;
		required[t] = !open[t] ? 0 : day == 5 ? 1 : hour >= 11 && hour < 14 ? 3 : 2;
	}
}

static void print_roster(const struct wfm_roster *r, const struct wfm_agent *agents)
{
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		int32_t from = s->start % PER_DAY * SLOT_MIN, to = from + (s->end - s->start) * SLOT_MIN;
		printf("%-6s %s %02d:%02d-%02d:%02d\n", agents[s->agent].name, day_names[s->day], from / 60,
		       from % 60, to / 60, to % 60);
	}
	for (int32_t i = 0; i < r->shortage_count; i++)
		printf("short: %.1f people on %s from %02d:%02d for %d minutes (%s)\n", r->shortages[i].people,
		       day_names[r->shortages[i].start / PER_DAY], r->shortages[i].start % PER_DAY / 2,
		       r->shortages[i].start % 2 * SLOT_MIN, r->shortages[i].slots * SLOT_MIN,
		       wfm_short_reason_name(r->shortages[i].reason));
	printf("cost %.0f cents, of which at most %.2f %% can be saved\n", r->cost.total, 100 * r->gap);
}

int main(void)
{
	struct wfm_day days[DAYS];
	double required[SLOTS];
	uint8_t open[SLOTS];
	fill_days(days);
	fill_demand(required, open);
	struct wfm_calendar calendar = { days, DAYS };
	struct wfm_queue calls = { .name = "calls", .skill = WFM_NONE, .site = WFM_NONE, .required = required,
				   .open = open, .step1_share = 0.1, .short1_cents = 4000,
				   .short2_cents = 16000, .surplus_cents = 100 };
	/* Three to five shifts of 4 to 8 hours a week, 11 hours of rest, two days off in a row if possible. */
	const struct wfm_rule_row rules[] = {
		{ .rule = WFM_RULE_WEEK_SHIFTS, .mode = WFM_HARD, .low = 3, .high = 5 },
		{ .rule = WFM_RULE_SHIFT_MINUTES, .mode = WFM_HARD, .low = 240, .high = 480, .step = 30 },
		{ .rule = WFM_RULE_REST, .mode = WFM_HARD, .low = 660, .high = INT32_MAX },
		{ .rule = WFM_RULE_DAYS_OFF_TOGETHER, .mode = WFM_SOFT, .low = 2, .high = INT32_MAX,
		  .weight_cents = 500 },
	};
	/* Half an hour unpaid in shifts of six hours and more, two to four and a half hours after the start. */
	const struct wfm_break lunch = { .kind = WFM_MEAL, .minutes = 30, .earliest = 120, .latest = 270,
					 .shift_low = 360, .shift_high = 1440 };
	const struct wfm_contract contract = { .name = "part-time", .rules = rules, .rule_count = 4,
					       .breaks = &lunch, .break_count = 1, .hour_cents = 1500 };
	const struct wfm_span tuesday = { PER_DAY, 2 * PER_DAY };
	struct wfm_agent agents[PEOPLE];
	static const char *const names[PEOPLE] = { "one", "two", "three", "four", "five" };
	for (int a = 0; a < PEOPLE; a++)
		agents[a] = (struct wfm_agent){ .name = names[a], .previous_end = WFM_NONE };
	agents[0].unavailable = &tuesday;
	agents[0].unavailable_count = 1;

	const struct wfm_problem problem = { .slot_min = SLOT_MIN, .slot_count = SLOTS, .site_count = 1,
					     .calendars = &calendar, .calendar_count = 1, .queues = &calls,
					     .queue_count = 1, .contracts = &contract, .contract_count = 1,
					     .agents = agents, .agent_count = PEOPLE };
	const struct wfm_solve_options options = { .seed = 1, .iteration_limit = 5000 };
	struct wfm_roster *roster = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error e;
	enum wfm_status s = wfm_schedule_solve(&problem, &options, &roster, &e);
	if (!roster) {
		printf("%s: %s: %s\n", wfm_status_name(s), e.path, e.message);
		return 1;
	}
	print_roster(roster, agents);
	/* The judge shares no code with the solver: rules, cost and bound anew from the roster alone. */
	bool good = wfm_schedule_verify(&problem, roster, true, &report, &e) == WFM_OK &&
		    report->breach_count == 0;
	printf("the judge %s\n", good ? "accepts it" : "refuses it");
	wfm_report_free(report);
	wfm_roster_free(roster);
	return good ? 0 : 1;
}
