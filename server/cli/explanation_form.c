/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/explanation_form.h"

#include <math.h>

struct form_item {
	int64_t kind, rule, row;
	const char *contract, *agent, *place;
};

struct form_marginal_agent {
	const char *like, *contract, *site;
	int64_t agents, good_for;
	double most_cents, saved_cents, fixed_pay_cents, good_for_cents;
};

struct form_marginal_hour {
	const char *queue;
	int64_t start, end, good_for;
	double short_hours, relaxed_hours, value_cents, saved_cents;
};

struct form_marginal_cover {
	const char *place;
	int64_t date, reason, good_for;
	const char **duties;
	size_t duty_count;
	double required, people, cents, relaxed_people, value_cents, saved_cents;
};

struct form_relaxation {
	struct form_item item;
	int64_t side, from, to, minutes;
	double most_cents, saved_cents, short_hours, short_people;
	double *run_hours;
	size_t run_count;
};

struct form_conflict {
	const char *agent;
	bool planned;
	struct form_item *items;
	size_t item_count;
};

struct form_short {
	const char *queue;
	int64_t start, end, reason;
	double people, cents, value_cents;
};

struct explanation_form {
	int64_t status;
	double cost_cents, relaxed_cents, precision_cents;
	bool complete;
	struct form_short *shortages;
	size_t shortage_count;
	struct form_marginal_agent *agents;
	size_t agent_count;
	struct form_marginal_hour *hours;
	size_t hour_count;
	struct form_marginal_cover *covers;
	size_t cover_count;
	struct form_relaxation *relaxations;
	size_t relaxation_count;
	struct form_conflict *conflicts;
	size_t conflict_count;
};

enum { O = FIELD_OPTIONAL };

static const char *const item_kinds[] = { "rule", "unavailable", "lock", "wish", NULL };
static const char *const sides[] = { "low", "high", "drop", NULL };
static const char *const reasons[] = { "no_skill", "away",  "no_shift", "all_at_work",
				       "counters", "hours", "price",    NULL };
static const char *const states[] = { "finished", "limit", "cancelled", NULL };

_Static_assert(sizeof item_kinds / sizeof item_kinds[0] == WFM_ITEM_KINDS + 1 &&
		       sizeof sides / sizeof sides[0] == WFM_SIDE_DROP + 2 &&
		       sizeof reasons / sizeof reasons[0] == WFM_SHORT_REASONS + 1,
	       "every word has a name");

static const struct field item_rows[] = {
	F_ENUM(struct form_item, kind, 0, item_kinds, "what it is"),
	F_TEXT(struct form_item, place, 0, 1, 80, "where it stands in the problem, as a JSON pointer"),
	F_TEXT(struct form_item, contract, O, 1, 80, "of a rule"),
	F_ENUM(struct form_item, rule, O, problem_rule_names, "which rule"),
	F_TEXT(struct form_item, agent, O, 1, 80, "of leave, a lock or a wish; of a conflict also beside a rule"),
	F_INT(struct form_item, row, 0, 0, 0, "place in its list, from 0"),
};
static const struct fields item_fields = FIELDS("ExplainedItem", struct form_item, item_rows);

static const struct field agent_rows[] = {
	F_TEXT(struct form_marginal_agent, like, 0, 1, 80, "an agent of that contract, site and skills"),
	F_TEXT(struct form_marginal_agent, contract, 0, 1, 80, "of one more such agent"),
	F_TEXT(struct form_marginal_agent, site, O, 1, 80, "where"),
	F_INT(struct form_marginal_agent, agents, 0, 0, 0, "of them in the plan"),
	F_REAL(struct form_marginal_agent, most_cents, O, 0, 0, "one more saves at most this"),
	F_REAL(struct form_marginal_agent, saved_cents, O, 0, 0,
	       "one more saves this by solving again; below 0: costs more than it helps"),
	F_REAL(struct form_marginal_agent, fixed_pay_cents, 0, 0, 0,
	       "pay of a salaried one, not counted in the saving"),
	F_INT(struct form_marginal_agent, good_for, 0, 0, 0,
	      "so many more each save at least half as much; 0: not known, or nothing is saved"),
	F_REAL(struct form_marginal_agent, good_for_cents, 0, 0, 0, "what they save together"),
};
static const struct fields agent_fields =
	FIELDS("ExplainedAgent", struct form_marginal_agent, agent_rows);

static const struct field hour_rows[] = {
	F_TEXT(struct form_marginal_hour, queue, 0, 1, 80, "name in the problem"),
	F_INSTANT(struct form_marginal_hour, start, 0, "beginning of the shortage"),
	F_INSTANT(struct form_marginal_hour, end, 0, "first instant after"),
	F_REAL(struct form_marginal_hour, short_hours, 0, 0, 0, "agent-hours short in the roster"),
	F_REAL(struct form_marginal_hour, relaxed_hours, 0, 0, 0, "of them no search can find"),
	F_REAL(struct form_marginal_hour, value_cents, 0, 0, 0, "worth of an agent-hour by the duals"),
	F_REAL(struct form_marginal_hour, saved_cents, O, 0, 0, "an agent-hour saves this by solving again"),
	F_INT(struct form_marginal_hour, good_for, 0, 0, 0, "so many more people each save at least half as much"),
};
static const struct fields hour_fields =
	FIELDS("ExplainedHour", struct form_marginal_hour, hour_rows);

static const struct field cover_rows[] = {
	F_TEXT(struct form_marginal_cover, place, 0, 1, 80, "where it stands in the problem, as a JSON pointer"),
	F_DATE(struct form_marginal_cover, date, 0, "local date"),
	F_LIST_OF(struct form_marginal_cover, duties, duty_count, 0, FIELD_TEXT, 1, WFM_NAMED_DUTIES,
		  "any of them counts"),
	F_REAL(struct form_marginal_cover, required, 0, 0, 0, "people wanted"),
	F_REAL(struct form_marginal_cover, people, 0, 0, 0, "people short in the roster; 0: met, at a price"),
	F_REAL(struct form_marginal_cover, cents, 0, 0, 0, "their cost"),
	F_ENUM(struct form_marginal_cover, reason, O, reasons, "why they are short"),
	F_REAL(struct form_marginal_cover, relaxed_people, 0, 0, 0, "of them no search can find"),
	F_REAL(struct form_marginal_cover, value_cents, 0, 0, 0, "worth of a person by the duals"),
	F_REAL(struct form_marginal_cover, saved_cents, O, 0, 0,
	       "one person more there, or one wanted less, saves this by solving again"),
	F_INT(struct form_marginal_cover, good_for, 0, 0, 0, "so many more people each save at least half as much"),
};
static const struct fields cover_fields =
	FIELDS("ExplainedCover", struct form_marginal_cover, cover_rows);

static const struct field relaxation_rows[] = {
	F_OBJECT(struct form_relaxation, item, 0, &item_fields, "what is eased"),
	F_ENUM(struct form_relaxation, side, 0, sides, "which limit moves; drop: it goes"),
	F_INT(struct form_relaxation, from, O, 0, 0, "the limit now, in the rule's unit"),
	F_INT(struct form_relaxation, to, O, 0, 0, "the limit then"),
	F_INT(struct form_relaxation, minutes, 0, 0, 0, "of week_shifts: minutes a week that go with it"),
	F_REAL(struct form_relaxation, most_cents, O, 0, 0, "saves at most this"),
	F_REAL(struct form_relaxation, saved_cents, O, 0, 0, "saves this; null: not solved for"),
	F_REAL(struct form_relaxation, short_hours, 0, 0, 0, "fewer agent-hours short"),
	F_REAL(struct form_relaxation, short_people, 0, 0, 0, "fewer people short on covers"),
	F_LIST_OF(struct form_relaxation, run_hours, run_count, O, FIELD_REAL, 0, WFM_EXPLAIN_RUNS,
		  "the same for each of hours"),
};
static const struct fields relaxation_fields =
	FIELDS("ExplainedRelaxation", struct form_relaxation, relaxation_rows);

static const struct field conflict_rows[] = {
	F_TEXT(struct form_conflict, agent, 0, 1, 80, "who"),
	F_BOOL(struct form_conflict, planned, 0, "has a tour, but not with all the wishes"),
	F_LIST(struct form_conflict, items, item_count, 0, &item_fields, 0, WFM_CONFLICT_ITEMS,
	       "dropping all of these makes a tour possible, and none can be spared; none: nothing would"),
};
static const struct fields conflict_fields =
	FIELDS("ExplainedConflict", struct form_conflict, conflict_rows);

static const struct field short_rows[] = {
	F_TEXT(struct form_short, queue, 0, 1, 80, "name in the problem"),
	F_INSTANT(struct form_short, start, 0, "beginning"),
	F_INSTANT(struct form_short, end, 0, "first instant after"),
	F_REAL(struct form_short, people, 0, 0, 0, "mean people short"),
	F_REAL(struct form_short, cents, 0, 0, 0, "its cost"),
	F_REAL(struct form_short, value_cents, 0, 0, 0, "worth of one more agent-hour there"),
	F_ENUM(struct form_short, reason, 0, reasons, "why"),
};
static const struct fields short_fields = FIELDS("ExplainedShortage", struct form_short, short_rows);

static const struct field explanation_rows[] = {
	F_ENUM(struct explanation_form, status, 0, states, "why it ended"),
	F_REAL(struct explanation_form, cost_cents, 0, 0, 0, "of the roster, recomputed"),
	F_REAL(struct explanation_form, relaxed_cents, 0, 0, 0, "of the plan's relaxation, with fixed pay"),
	F_REAL(struct explanation_form, precision_cents, 0, 0, 0, "differences below this mean nothing"),
	F_BOOL(struct explanation_form, complete, 0, "everything was asked"),
	F_LIST(struct explanation_form, shortages, shortage_count, 0, &short_fields, 0, 0,
	       "where people are missing, and why"),
	F_LIST(struct explanation_form, hours, hour_count, 0, &hour_fields, 0, WFM_EXPLAIN_RUNS,
	       "one more person through the dearest of them"),
	F_LIST(struct explanation_form, covers, cover_count, 0, &cover_fields, 0, 0,
	       "covers that are short, the dearest first, then those met at the highest price"),
	F_LIST(struct explanation_form, agents, agent_count, 0, &agent_fields, 0, 0,
	       "one more agent of each contract, site and skills, best first"),
	F_LIST(struct explanation_form, relaxations, relaxation_count, 0, &relaxation_fields, 0, 0,
	       "rules, leave, locks and wishes eased one at a time, best first"),
	F_LIST(struct explanation_form, conflicts, conflict_count, 0, &conflict_fields, 0, 0,
	       "agents without a tour, or whose wishes cannot all be had; each with minimal sets"),
};
const struct fields explanation_form_fields =
	FIELDS("Explanation", struct explanation_form, explanation_rows);

/* ---- JSON -------------------------------------------------------------------------------- */

static struct form_item item_form(const struct problem *p, const struct wfm_item *x)
{
	return (struct form_item){
		.kind = (int64_t)x->kind,
		.rule = x->rule < WFM_RULE_COUNT ? (int64_t)x->rule : FIELD_NULL,
		.row = x->index,
		.contract = x->contract == WFM_NONE ? NULL : p->form.contracts[x->contract].name,
		.agent = x->agent == WFM_NONE ? NULL : p->form.agents[x->agent].name,
		.place = x->place,
	};
}

static double known(double cents)
{
	return isfinite(cents) ? cents : (double)NAN;
}

static void write_values(struct arena *a, const struct problem *p, const struct wfm_explanation *x,
			 struct explanation_form *f)
{
	f->agent_count = (size_t)x->agent_count;
	f->agents = arena_array(a, f->agent_count, sizeof *f->agents);
	for (size_t i = 0; i < f->agent_count; i++) {
		const struct wfm_marginal_agent *y = &x->agents[i];
		f->agents[i] = (struct form_marginal_agent){
			.like = p->form.agents[y->like].name,
			.contract = p->form.agents[y->like].contract,
			.site = p->form.agents[y->like].site,
			.agents = y->agents,
			.good_for = y->good_for,
			.most_cents = known(y->most_cents),
			.saved_cents = y->solved ? y->saved_cents : (double)NAN,
			.fixed_pay_cents = y->fixed_pay_cents,
			.good_for_cents = y->good_for_cents,
		};
	}
	f->hour_count = (size_t)x->hour_count;
	f->hours = arena_array(a, f->hour_count, sizeof *f->hours);
	for (size_t i = 0; i < f->hour_count; i++) {
		const struct wfm_marginal_hour *y = &x->hours[i];
		f->hours[i] = (struct form_marginal_hour){
			.queue = p->form.queues[y->queue].name,
			.start = problem_instant(p, y->start),
			.end = problem_instant(p, y->start + y->slots),
			.good_for = y->good_for,
			.short_hours = y->short_hours,
			.relaxed_hours = y->relaxed_hours,
			.value_cents = y->value_cents,
			.saved_cents = y->solved ? y->saved_cents : (double)NAN,
		};
	}
}

static void write_covers(struct arena *a, const struct problem *p, const struct wfm_explanation *x,
			 struct explanation_form *f)
{
	f->cover_count = (size_t)x->cover_count;
	f->covers = arena_array(a, f->cover_count, sizeof *f->covers);
	for (size_t i = 0; i < f->cover_count; i++) {
		const struct wfm_marginal_cover *y = &x->covers[i];
		const struct form_cover *c = &p->form.covers[y->cover];
		f->covers[i] = (struct form_marginal_cover){
			.place = arena_printf(a, "/covers/%d", (int)y->cover),
			.date = c->date,
			.duties = c->duties,
			.duty_count = c->duty_count,
			.required = c->required,
			.people = y->people,
			.cents = y->cents,
			.reason = y->people > 0 ? (int64_t)y->reason : FIELD_NULL,
			.relaxed_people = y->relaxed_people,
			.value_cents = y->value_cents,
			.saved_cents = y->solved ? y->saved_cents : (double)NAN,
			.good_for = y->good_for,
		};
	}
}

static void write_relaxations(struct arena *a, const struct problem *p,
			      const struct wfm_explanation *x, struct explanation_form *f)
{
	f->relaxation_count = (size_t)x->relaxation_count;
	f->relaxations = arena_array(a, f->relaxation_count, sizeof *f->relaxations);
	for (size_t i = 0; i < f->relaxation_count; i++) {
		const struct wfm_relaxation *y = &x->relaxations[i];
		bool moves = y->side != WFM_SIDE_DROP;
		struct form_relaxation *to = &f->relaxations[i];
		*to = (struct form_relaxation){
			.item = item_form(p, &y->item),
			.side = (int64_t)y->side,
			.from = moves ? y->from : FIELD_NULL,
			.to = moves ? y->to : FIELD_NULL,
			.minutes = y->minutes,
			.most_cents = known(y->most_cents),
			.saved_cents = y->solved ? y->saved_cents : (double)NAN,
			.short_hours = y->short_hours,
			.short_people = y->short_people,
			.run_count = y->solved ? (size_t)x->hour_count : 0,
		};
		to->run_hours = arena_array(a, to->run_count, sizeof *to->run_hours);
		for (size_t k = 0; k < to->run_count; k++)
			to->run_hours[k] = y->run_hours[k];
	}
}

static void write_conflicts(struct arena *a, const struct problem *p, const struct wfm_explanation *x,
			    struct explanation_form *f)
{
	f->conflict_count = (size_t)x->conflict_count;
	f->conflicts = arena_array(a, f->conflict_count, sizeof *f->conflicts);
	for (size_t i = 0; i < f->conflict_count; i++) {
		const struct wfm_conflict *y = &x->conflicts[i];
		struct form_conflict *to = &f->conflicts[i];
		to->agent = p->form.agents[y->agent].name;
		to->planned = y->planned;
		to->item_count = (size_t)y->item_count;
		to->items = arena_array(a, to->item_count, sizeof *to->items);
		for (size_t k = 0; k < to->item_count; k++)
			to->items[k] = item_form(p, &y->items[k]);
	}
}

void explanation_write(struct arena *a, const struct problem *p, const struct wfm_explanation *x,
		       enum wfm_status status, struct strbuf *s)
{
	struct explanation_form f;
	field_init(&explanation_form_fields, &f);
	f.status = status == WFM_OK ? 0 : status == WFM_LIMIT ? 1 : 2;
	f.cost_cents = x->cost_cents;
	f.relaxed_cents = x->relaxed_cents;
	f.precision_cents = x->precision_cents;
	f.complete = x->complete;
	f.shortage_count = (size_t)x->shortage_count;
	f.shortages = arena_array(a, f.shortage_count, sizeof *f.shortages);
	for (size_t i = 0; i < f.shortage_count; i++) {
		const struct wfm_shortage *y = &x->shortages[i];
		f.shortages[i] = (struct form_short){
			.queue = p->form.queues[y->queue].name,
			.start = problem_instant(p, y->start),
			.end = problem_instant(p, y->start + y->slots),
			.reason = (int64_t)y->reason,
			.people = y->people,
			.cents = y->cents,
			.value_cents = y->value_cents,
		};
	}
	write_values(a, p, x, &f);
	write_covers(a, p, x, &f);
	write_relaxations(a, p, x, &f);
	write_conflicts(a, p, x, &f);
	field_to_json(&explanation_form_fields, &f, s);
	strbuf_putc(s, '\n');
}
