/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/strbuf.h"
#include "server/domain/contracts.h"

enum { TRIAL_DAYS = 7, TRIAL_SLOT_MIN = 15, TRIAL_DAY_SLOTS = 96, TRIAL_TAIL = 96 };
enum { TRIAL_SLOTS = TRIAL_DAYS * TRIAL_DAY_SLOTS + TRIAL_TAIL };

/* Names what cannot be kept together; an empty list means no shift exists at all. */
static bool refuse(const struct wfm_unplanned *u, struct err *e)
{
	struct strbuf names;

	if (u->conflict_count == 0)
		return err_at(e, ERR_INVALID, "/rules", "no week can keep this contract");
	strbuf_init(&names, 1024);
	for (int32_t i = 0; i < u->conflict_count; i++)
		strbuf_printf(&names, "%s%s", i > 0 ? ", " : "", wfm_rules[u->conflicts[i]].name);
	err_at(e, ERR_INVALID, "/rules", "no week can keep this contract: %s", names.data);
	strbuf_free(&names);
	return false;
}

bool contract_check(struct db *db, struct arena *a, int64_t contract_id, struct err *e)
{
	struct contract_set set;
	struct wfm_roster *roster = NULL;
	struct wfm_error we;
	double *required = arena_array(a, TRIAL_SLOTS, sizeof *required);
	struct wfm_day days[TRIAL_DAYS];

	if (!contracts_load(db, a, FIELD_NULL, "[]", contract_id, &set, e))
		return false;
	for (int32_t t = 0; t < TRIAL_DAYS * TRIAL_DAY_SLOTS; t++)
		required[t] = 1;
	for (int32_t d = 0; d < TRIAL_DAYS; d++)
		days[d] = (struct wfm_day){ .date = 4 + d, .weekday = d,
					    .first_slot = d * TRIAL_DAY_SLOTS,
					    .slots = TRIAL_DAY_SLOTS, .change_slot = -1 };
	struct wfm_calendar calendar = { days, TRIAL_DAYS };
	struct wfm_queue queue = { .skill = WFM_NONE, .site = WFM_NONE, .required = required,
				   .short1_cents = 1, .short2_cents = 1 };
	struct wfm_agent agent = { .previous_end = WFM_NONE };
	struct wfm_problem problem = {
		.slot_min = TRIAL_SLOT_MIN, .slot_count = TRIAL_SLOTS, .site_count = 1,
		.calendars = &calendar, .calendar_count = 1, .queues = &queue, .queue_count = 1,
		.contracts = set.contracts, .contract_count = (int32_t)set.count,
		.agents = &agent, .agent_count = 1,
	};
	struct wfm_solve_options o = { .seed = 1, .iteration_limit = 50 };
	enum wfm_status s = wfm_schedule_solve(&problem, &o, &roster, &we);
	if (s != WFM_OK && s != WFM_LIMIT)
		return err_from_wfm(e, &we);
	bool ok = roster->unplanned_count == 0 || refuse(&roster->unplanned[0], e);
	wfm_roster_free(roster);
	return ok;
}
