/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/contracts.h"

#include <math.h>

enum { NIGHT_FROM_MIN = 22 * 60, NIGHT_TO_MIN = 6 * 60 };

struct rule_row {
	const char *rule;
	int64_t mode;
	double low, high, weight;
};
static const char *const modes[] = { "off", "hard", "soft", NULL }; /* enum wfm_mode */
static const struct field rule_rows[] = {
	F_TEXT(struct rule_row, rule, 0, 0, 0, ""),
	F_ENUM(struct rule_row, mode, 0, modes, ""),
	F_REAL(struct rule_row, low, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct rule_row, high, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct rule_row, weight, 0, 0, 0, ""),
};
static const struct fields rule_fields = FIELDS("PlanningRule", struct rule_row, rule_rows);

struct break_row {
	int64_t kind, minutes, earliest_min, latest_min, shift_from_minutes, shift_to_minutes,
		gap_minutes;
	bool paid;
};
static const char *const break_kinds[] = { "meal", "break", NULL };
static const struct field break_rows[] = {
	F_ENUM(struct break_row, kind, 0, break_kinds, ""),
	F_INT(struct break_row, minutes, 0, 0, 0, ""),
	F_BOOL(struct break_row, paid, 0, ""),
	F_INT(struct break_row, earliest_min, 0, 0, 0, ""),
	F_INT(struct break_row, latest_min, 0, 0, 0, ""),
	F_INT(struct break_row, shift_from_minutes, 0, 0, 0, ""),
	F_INT(struct break_row, shift_to_minutes, FIELD_OPTIONAL, 0, 0, ""),
	F_INT(struct break_row, gap_minutes, 0, 0, 0, ""),
};
static const struct fields break_fields = FIELDS("PlanningBreak", struct break_row, break_rows);

struct contract_row {
	int64_t id, cost_cents_hour, shift_min_minutes, shift_max_minutes, shift_step_minutes;
	int64_t start_earliest_min, start_latest_min, start_step_minutes;
	const char *code;
	struct rule_row *rules;
	size_t rule_count;
	struct break_row *breaks;
	size_t break_count;
};
static const struct field contract_rows[] = {
	F_INT(struct contract_row, id, 0, 0, 0, ""),
	F_TEXT(struct contract_row, code, 0, 0, 0, ""),
	F_INT(struct contract_row, cost_cents_hour, 0, 0, 0, ""),
	F_INT(struct contract_row, shift_min_minutes, 0, 0, 0, ""),
	F_INT(struct contract_row, shift_max_minutes, 0, 0, 0, ""),
	F_INT(struct contract_row, shift_step_minutes, 0, 0, 0, ""),
	F_INT(struct contract_row, start_earliest_min, 0, 0, 0, ""),
	F_INT(struct contract_row, start_latest_min, 0, 0, 0, ""),
	F_INT(struct contract_row, start_step_minutes, 0, 0, 0, ""),
	F_LIST(struct contract_row, rules, rule_count, 0, &rule_fields, 0, 0, ""),
	F_LIST(struct contract_row, breaks, break_count, 0, &break_fields, 0, 0, ""),
};
static const struct fields contract_fields = FIELDS("PlanningContract", struct contract_row, contract_rows);

enum { OWN_RULES = 3 }; /* those that are columns of the contract itself */

static int32_t limit_low(double v)
{
	return isnan(v) ? 0 : (int32_t)fmin(fmax(v, 0), INT32_MAX);
}

static int32_t limit_high(double v)
{
	return isnan(v) ? INT32_MAX : (int32_t)fmin(fmax(v, 0), INT32_MAX);
}

static void own_rules(const struct contract_row *c, struct wfm_rule_row out[OWN_RULES])
{
	out[0] = (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES, .mode = WFM_HARD,
					.low = (int32_t)c->shift_min_minutes,
					.high = (int32_t)c->shift_max_minutes,
					.step = (int32_t)c->shift_step_minutes };
	out[1] = (struct wfm_rule_row){ .rule = WFM_RULE_START_WINDOW, .mode = WFM_HARD,
					.low = (int32_t)c->start_earliest_min,
					.high = (int32_t)c->start_latest_min };
	out[2] = (struct wfm_rule_row){ .rule = WFM_RULE_START_STEP, .mode = WFM_HARD,
					.low = (int32_t)c->start_step_minutes,
					.high = INT32_MAX };
}

static bool convert_rules(const struct contract_row *c, struct arena *a, struct wfm_contract *out,
			  struct err *e)
{
	struct wfm_rule_row *rules = arena_array(a, c->rule_count + OWN_RULES, sizeof *rules);

	own_rules(c, rules);
	for (size_t i = 0; i < c->rule_count; i++) {
		const struct rule_row *r = &c->rules[i];
		enum wfm_rule rule = wfm_rule_by_name(r->rule);
		if (rule == WFM_RULE_COUNT)
			return err_set(e, ERR_INVALID, "contract %s: no rule is named %s", c->code,
				       r->rule);
		rules[OWN_RULES + i] = (struct wfm_rule_row){
			.rule = rule,
			.mode = (enum wfm_mode)r->mode,
			.low = limit_low(r->low),
			.high = limit_high(r->high),
			.from = NIGHT_FROM_MIN,
			.to = NIGHT_TO_MIN,
			.weight_cents = r->weight,
		};
	}
	out->rules = rules;
	out->rule_count = (int32_t)c->rule_count + OWN_RULES;
	return true;
}

static void convert_breaks(const struct contract_row *c, struct arena *a, struct wfm_contract *out)
{
	struct wfm_break *breaks = arena_array(a, c->break_count, sizeof *breaks);

	for (size_t i = 0; i < c->break_count; i++) {
		const struct break_row *b = &c->breaks[i];
		breaks[i] = (struct wfm_break){
			.kind = b->kind == 0 ? WFM_MEAL : WFM_REST_BREAK,
			.minutes = (int32_t)b->minutes,
			.paid = b->paid,
			.earliest = (int32_t)b->earliest_min,
			.latest = (int32_t)b->latest_min,
			.gap = (int32_t)b->gap_minutes,
			.shift_low = (int32_t)b->shift_from_minutes,
			.shift_high = b->shift_to_minutes == FIELD_NULL
					      ? INT32_MAX
					      : (int32_t)b->shift_to_minutes,
		};
	}
	out->breaks = breaks;
	out->break_count = (int32_t)c->break_count;
}

bool contracts_load(struct db *db, struct arena *a, int64_t site_id, const char *with, int64_t contract_id,
		    struct contract_set *out, struct err *e)
{
	struct contract_row *rows;
	size_t n;

	if (!db_rows(db, SQL_SCHEDULE_CONTRACTS,
		     DB_ARGS(db_int("site_id", site_id), db_text("with", with), db_int("contract_id", contract_id)), NULL,
		     &contract_fields, a, (void **)&rows, &n, e))
		return false;
	*out = (struct contract_set){
		.contracts = arena_array(a, n, sizeof *out->contracts),
		.ids = arena_array(a, n, sizeof *out->ids),
		.count = n,
	};
	for (size_t i = 0; i < n; i++) {
		struct wfm_contract *c = &out->contracts[i];
		*c = (struct wfm_contract){ .name = rows[i].code,
					    .hour_cents = (double)rows[i].cost_cents_hour };
		if (!convert_rules(&rows[i], a, c, e))
			return false;
		convert_breaks(&rows[i], a, c);
		out->ids[i] = rows[i].id;
	}
	return true;
}
