/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge's report as JSON. */
#include "server/cli/report_form.h"

#include "server/cli/deferrable_form.h"
#include "server/cli/roster_form.h"
#include "server/cli/service_form.h"

enum { O = FIELD_OPTIONAL };

/* Order of enum wfm_breach_kind; a unit test compares. */
static const char *const breach_kinds[] = { "rule",   "break", "shape",     "overlap", "unavailable", "lock",
					    "closed", "skill", "unplanned", "cost",    "bound",       "duty", "session", "counters", "travel",
					    NULL };

_Static_assert(sizeof breach_kinds / sizeof breach_kinds[0] == WFM_BREACH_KINDS + 1, "every word has a name");

static const struct field cost_rows[] = {
	F_REAL(struct form_cost, pay, 0, 0, 0, "of planned hours, in cents"),
	F_REAL(struct form_cost, fixed_pay, 0, 0, 0, "of salaried contracts"),
	F_REAL(struct form_cost, shortage, 0, 0, 0, "people missing"),
	F_REAL(struct form_cost, surplus, 0, 0, 0, "people too many"),
	F_REAL(struct form_cost, rules, 0, 0, 0, "soft rules broken"),
	F_REAL(struct form_cost, wishes, 0, 0, 0, "wishes not granted"),
	F_REAL(struct form_cost, duties, O, 0, 0, "duties worked at all"),
	F_REAL(struct form_cost, service, O, 0, 0, "contacts below service targets"),
	F_REAL(struct form_cost, sessions, O, 0, 0, "training and meetings missed"),
	F_REAL(struct form_cost, deferred, O, 0, 0, "deferrable work late or left"),
	F_REAL(struct form_cost, total, 0, 0, 0, "the objective"),
};
const struct fields cost_fields = FIELDS("RosterCost", struct form_cost, cost_rows);

struct form_cost cost_form(const struct wfm_cost *c)
{
	return (struct form_cost){ c->pay,	c->fixed_pay, c->shortage, c->surplus,
				   c->rules, c->wishes,	  c->duties,    c->service,  c->sessions,
				   c->deferred, c->total };
}

struct form_breach {
	int64_t kind, date, rule;
	const char *agent, *message;
	double amount;
};

struct form_fairness {
	const char *agent;
	int64_t shifts, weekend_shifts, early_shifts, late_shifts, wishes, wishes_missed;
	double paid_hours, wish_cents, burden;
};

struct report_form {
	bool good;
	struct form_fairness *agents;
	size_t agent_count;
	struct form_breach *breaches;
	size_t breach_count;
	struct form_cost cost;
	struct form_service_figures *services;
	size_t service_count;
	struct form_deferrable_figures *deferrable;
	size_t deferrable_count;
	double required_hours, short_hours, surplus_hours, waiting_hours, paid_hours, short_people, surplus_people;
};

static const struct field breach_rows[] = {
	F_ENUM(struct form_breach, kind, 0, breach_kinds, "what is broken"),
	F_TEXT(struct form_breach, agent, O, 0, 80, "null: the whole roster"),
	F_DATE(struct form_breach, date, O, "null: the whole plan"),
	F_ENUM(struct form_breach, rule, O, problem_rule_names, "of kind rule"),
	F_REAL(struct form_breach, amount, 0, 0, 0, "how far, in the rule's unit"),
	F_TEXT(struct form_breach, message, 0, 0, 200, "in words"),
};
static const struct fields breach_fields = FIELDS("ReportBreach", struct form_breach, breach_rows);

static const struct field fairness_rows[] = {
	F_TEXT(struct form_fairness, agent, 0, 1, 80, "name in the problem"),
	F_INT(struct form_fairness, shifts, 0, 0, 0, "of the plan"),
	F_REAL(struct form_fairness, paid_hours, 0, 0, 0, "of them"),
	F_INT(struct form_fairness, weekend_shifts, 0, 0, 0, "on Saturdays, Sundays and holidays"),
	F_INT(struct form_fairness, early_shifts, 0, 0, 0, "that start before 07:00"),
	F_INT(struct form_fairness, late_shifts, 0, 0, 0, "that end after 22:00, nights included"),
	F_INT(struct form_fairness, wishes, 0, 0, 0, "days off, days on and starts wished for"),
	F_INT(struct form_fairness, wishes_missed, 0, 0, 0, "of them, not granted on some day"),
	F_REAL(struct form_fairness, wish_cents, 0, 0, 0, "their cost"),
	F_REAL(struct form_fairness, burden, 0, 0, 0,
	       "of the past, plus 2 a weekend shift and 1 an early or late one: for the next plan"),
};
static const struct fields fairness_fields =
	FIELDS("ReportFairness", struct form_fairness, fairness_rows);

static const struct field report_rows[] = {
	F_BOOL(struct report_form, good, 0, "no breach"),
	F_LIST(struct report_form, breaches, breach_count, 0, &breach_fields, 0, 0, "every one found"),
	F_OBJECT(struct report_form, cost, 0, &cost_fields, "recomputed from the shifts alone"),
	F_LIST(struct report_form, services, service_count, O, &service_figures_fields, 0, 0,
	       "contacts answered in time, recomputed"),
	F_LIST(struct report_form, deferrable, deferrable_count, O, &deferrable_figures_fields, 0, 0,
	       "deferrable work done, late and left, recomputed"),
	F_REAL(struct report_form, required_hours, 0, 0, 0, "agent-hours asked for"),
	F_REAL(struct report_form, short_hours, 0, 0, 0, "agent-hours missing"),
	F_REAL(struct report_form, surplus_hours, 0, 0, 0, "agent-hours too many"),
	F_REAL(struct report_form, waiting_hours, 0, 0, 0, "agent-hours at work without a counter"),
	F_REAL(struct report_form, paid_hours, 0, 0, 0, "hours paid"),
	F_REAL(struct report_form, short_people, 0, 0, 0, "people missing on covers"),
	F_REAL(struct report_form, surplus_people, 0, 0, 0, "people too many on covers"),
	F_LIST(struct report_form, agents, agent_count, 0, &fairness_fields, 0, 0,
	       "what the plan asks of each, in the order of the problem"),
};
const struct fields report_form_fields = FIELDS("Report", struct report_form, report_rows);

static void write_fairness(struct arena *a, const struct problem *p, const struct wfm_report *r,
			   struct report_form *f)
{
	f->agent_count = p->form.agent_count;
	f->agents = arena_array(a, f->agent_count, sizeof *f->agents);
	for (size_t i = 0; i < f->agent_count; i++) {
		const struct wfm_fairness *x = &r->agents[i];
		f->agents[i] = (struct form_fairness){
			.agent = p->form.agents[i].name,
			.shifts = x->shifts,
			.paid_hours = x->paid_min / 60.0,
			.weekend_shifts = x->weekend_shifts,
			.early_shifts = x->early_shifts,
			.late_shifts = x->late_shifts,
			.wishes = x->wishes,
			.wishes_missed = x->wishes_missed,
			.wish_cents = x->wish_cents,
			.burden = x->burden,
		};
	}
}

void report_write(struct arena *a, const struct problem *p, const struct wfm_report *r,
		  struct strbuf *s)
{
	struct report_form f;
	field_init(&report_form_fields, &f);
	f.good = r->breach_count == 0;
	f.breach_count = (size_t)r->breach_count;
	f.breaches = arena_array(a, f.breach_count, sizeof *f.breaches);
	for (size_t i = 0; i < f.breach_count; i++) {
		const struct wfm_breach *x = &r->breaches[i];
		bool known = x->agent >= 0 && (size_t)x->agent < p->form.agent_count;
		f.breaches[i] = (struct form_breach){
			.kind = (int64_t)x->kind,
			.agent = known ? p->form.agents[x->agent].name : NULL,
			.date = x->day >= 0 && x->day < p->form.days ? p->form.start + x->day : FIELD_NULL,
			.rule = x->rule < WFM_RULE_COUNT ? (int64_t)x->rule : FIELD_NULL,
			.amount = x->amount,
			.message = x->message,
		};
	}
	f.cost = cost_form(&r->cost);
	f.services = services_write(a, p, r->services, &f.service_count);
	f.deferrable = deferrable_write(a, p, r->deferrable, &f.deferrable_count);
	f.required_hours = r->required_hours;
	f.short_hours = r->short_hours;
	f.surplus_hours = r->surplus_hours;
	f.waiting_hours = r->waiting_hours;
	f.paid_hours = r->paid_hours;
	f.short_people = r->short_people;
	f.surplus_people = r->surplus_people;
	write_fairness(a, p, r, &f);
	field_to_json(&report_form_fields, &f, s);
	strbuf_putc(s, '\n');
}
