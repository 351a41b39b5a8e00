/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/explain_roster.h"

#include <math.h>

#include "server/base/clock.h"
#include "server/store/db.h"

struct explained_hour {
	int64_t queue_id, start, end, good_for;
	double short_hours, hour_cents;
	bool avoidable;
};

struct explained_agent {
	int64_t agent_id, agents, good_for;
	const char *contract, *agent;
	double saved_cents, fixed_pay_cents, good_for_cents;
};

struct explained_item {
	int64_t kind, agent_id, start, end, day;
	const char *rule, *contract, *agent;
};

struct explained_relaxation {
	struct explained_item item;
	int64_t side, from, to, minutes;
	double saved_cents, short_hours;
};

struct explained_conflict {
	int64_t agent_id;
	const char *agent;
	bool planned;
	struct explained_item *items;
	size_t item_count;
};

struct roster_explanation {
	int64_t roster_id, tried, untried;
	bool known, complete;
	double precision_cents;
	struct explained_hour *hours;
	size_t hour_count;
	struct explained_agent *agents;
	size_t agent_count;
	struct explained_relaxation *relaxations;
	size_t relaxation_count;
	struct explained_conflict *conflicts;
	size_t conflict_count;
};

enum { O = FIELD_OPTIONAL, HELPS_MAX = 12, CONFLICTS_MAX = 100 };

static const char *const item_kinds[] = { "rule", "unavailable", "lock", "wish", NULL };
static const char *const sides[] = { "low", "high", "drop", NULL };

_Static_assert(sizeof item_kinds / sizeof item_kinds[0] == WFM_ITEM_KINDS + 1 &&
		       sizeof sides / sizeof sides[0] == WFM_SIDE_DROP + 2,
	       "every word has a name");

static const struct field hour_rows[] = {
	F_INT(struct explained_hour, queue_id, 0, 1, 1e15, "the queue that is short"),
	F_INSTANT(struct explained_hour, start, 0, "beginning of the shortage"),
	F_INSTANT(struct explained_hour, end, 0, "first instant after"),
	F_REAL(struct explained_hour, short_hours, 0, 0, 0, "agent-hours short there"),
	F_REAL(struct explained_hour, hour_cents, 0, 0, 0, "one more agent-hour there saves this"),
	F_INT(struct explained_hour, good_for, 0, 0, 0, "so many more people each save at least half as much"),
	F_BOOL(struct explained_hour, avoidable, 0, "another roster of the same people could do without most of it"),
};
static const struct fields hour_fields = FIELDS("HelpfulHour", struct explained_hour, hour_rows);

static const struct field agent_rows[] = {
	F_TEXT(struct explained_agent, contract, 0, 1, 80, "of one more agent"),
	F_INT(struct explained_agent, agent_id, 0, 1, 1e15, "who is of that contract and skills"),
	F_TEXT(struct explained_agent, agent, 0, 1, 200, "the name"),
	F_INT(struct explained_agent, agents, 0, 0, 0, "of them in the plan"),
	F_REAL(struct explained_agent, saved_cents, 0, 0, 0,
	       "one more saves this; below 0: costs more than it helps"),
	F_REAL(struct explained_agent, fixed_pay_cents, 0, 0, 0, "salary of the week, not in the saving"),
	F_INT(struct explained_agent, good_for, 0, 0, 0, "so many more each save at least half as much"),
	F_REAL(struct explained_agent, good_for_cents, 0, 0, 0, "what they save together"),
};
static const struct fields agent_fields = FIELDS("HelpfulAgent", struct explained_agent, agent_rows);

static const struct field item_rows[] = {
	F_ENUM(struct explained_item, kind, 0, item_kinds, "what it is"),
	F_TEXT(struct explained_item, rule, O, 1, 80, "which rule"),
	F_TEXT(struct explained_item, contract, O, 1, 80, "whose rule"),
	F_INT(struct explained_item, agent_id, O, 1, 1e15, "whose time away, lock or wish"),
	F_TEXT(struct explained_item, agent, O, 1, 200, "the name"),
	F_DATE(struct explained_item, day, O, "of a lock or wish"),
	F_INSTANT(struct explained_item, start, O, "of time away or a locked shift"),
	F_INSTANT(struct explained_item, end, O, "first instant after"),
};
static const struct fields item_fields = FIELDS("BindingItem", struct explained_item, item_rows);

static const struct field relaxation_rows[] = {
	F_OBJECT(struct explained_relaxation, item, 0, &item_fields, "what is eased"),
	F_ENUM(struct explained_relaxation, side, 0, sides, "which limit moves; drop: it goes"),
	F_INT(struct explained_relaxation, from, O, 0, 0, "the limit now, in the rule's unit"),
	F_INT(struct explained_relaxation, to, O, 0, 0, "the limit then"),
	F_INT(struct explained_relaxation, minutes, 0, 0, 0, "of week_shifts: minutes a week that go with it"),
	F_REAL(struct explained_relaxation, saved_cents, 0, 0, 0, "saves this"),
	F_REAL(struct explained_relaxation, short_hours, 0, 0, 0, "fewer agent-hours short"),
};
static const struct fields relaxation_fields =
	FIELDS("HelpfulRelaxation", struct explained_relaxation, relaxation_rows);

static const struct field conflict_rows[] = {
	F_INT(struct explained_conflict, agent_id, 0, 1, 1e15, "who"),
	F_TEXT(struct explained_conflict, agent, 0, 1, 200, "the name"),
	F_BOOL(struct explained_conflict, planned, 0, "has shifts, but not with all the wishes"),
	F_LIST(struct explained_conflict, items, item_count, 0, &item_fields, 0, WFM_CONFLICT_ITEMS,
	       "without all of these there are shifts, and none can be spared"),
};
static const struct fields conflict_fields =
	FIELDS("ConflictSet", struct explained_conflict, conflict_rows);

static const struct field explanation_rows[] = {
	F_INT(struct roster_explanation, roster_id, 0, 1, 1e15, "the roster"),
	F_BOOL(struct roster_explanation, known, 0, "false: drawn before this was asked, or it failed"),
	F_BOOL(struct roster_explanation, complete, 0, "false: time was up before everything was asked"),
	F_REAL(struct roster_explanation, precision_cents, O, 0, 0, "differences below this mean nothing"),
	F_INT(struct roster_explanation, tried, 0, 0, 0, "rules, leave, locks and wishes whose saving is known"),
	F_INT(struct roster_explanation, untried, 0, 0, 0, "the others, whose saving is not known"),
	F_LIST(struct roster_explanation, hours, hour_count, 0, &hour_fields, 0, WFM_EXPLAIN_RUNS,
	       "one more person through the dearest shortages"),
	F_LIST(struct roster_explanation, agents, agent_count, 0, &agent_fields, 0, 0,
	       "one more agent of each contract and skills, best first"),
	F_LIST(struct roster_explanation, relaxations, relaxation_count, 0, &relaxation_fields, 0, HELPS_MAX,
	       "what saves something when it is eased, best first"),
	F_LIST(struct roster_explanation, conflicts, conflict_count, 0, &conflict_fields, 0, CONFLICTS_MAX,
	       "agents without shifts, or whose wishes cannot all be had"),
};
const struct fields roster_explanation_fields =
	FIELDS("RosterExplanation", struct roster_explanation, explanation_rows);

/* ---- from the library's words to the site's ---- */

/* What of an explanation is a site's: all of it, or of a plan of several what is of its queues and people. */
struct told {
	const struct wfm_problem *p;
	const struct joint_week *j; /* NULL: of one site */
	size_t week;
	const struct week_problem *w;
};

/* In the week's number; -1: at home elsewhere. */
static int32_t agent_here(const struct told *t, int32_t agent)
{
	if (t->j == NULL)
		return agent;
	return t->p->agents[agent].site == (int32_t)t->week ? t->j->index[t->week][agent] : -1;
}

static int32_t queue_here(const struct told *t, int32_t queue)
{
	const int32_t q = t->j == NULL ? queue : queue - t->j->first_queue[t->week];
	return q >= 0 && (size_t)q < t->w->queue_count ? q : -1;
}

static bool item_here(const struct told *t, const struct wfm_item *x)
{
	if (x->kind != WFM_ITEM_RULE)
		return agent_here(t, x->agent) >= 0;
	for (int32_t i = 0; i < t->p->agent_count; i++)
		if (t->p->agents[i].contract == x->contract && agent_here(t, i) >= 0)
			return true;
	return false;
}

static struct explained_item item_of(const struct told *t, const struct wfm_item *x)
{
	const struct week_problem *w = t->w;
	struct explained_item out = { .kind = (int64_t)x->kind, .agent_id = FIELD_NULL, .start = FIELD_NULL,
				      .end = FIELD_NULL, .day = FIELD_NULL };
	if (x->kind == WFM_ITEM_RULE) {
		out.rule = wfm_rules[x->rule].name;
		out.contract = t->p->contracts[x->contract].name;
		return out;
	}
	const struct wfm_agent *g = &t->p->agents[x->agent];
	out.agent_id = w->agent_ids[agent_here(t, x->agent)];
	out.agent = w->agent_names[agent_here(t, x->agent)];
	if (x->kind == WFM_ITEM_UNAVAILABLE) {
		out.start = week_slot_instant(w, g->unavailable[x->index].start);
		out.end = week_slot_instant(w, g->unavailable[x->index].end);
	} else if (x->kind == WFM_ITEM_LOCK) {
		const struct wfm_lock *lock = &g->locks[x->index];
		out.day = w->monday + lock->day;
		if (lock->end > lock->start) {
			out.start = week_slot_instant(w, lock->start);
			out.end = week_slot_instant(w, lock->end);
		}
	} else if (g->wishes[x->index].day != WFM_NONE) {
		out.day = w->monday + g->wishes[x->index].day;
	}
	return out;
}

static void list_values(struct arena *a, const struct told *t, const struct wfm_explanation *x,
			struct roster_explanation *o)
{
	const struct week_problem *w = t->w;
	/* Without a bound on the plan as it is, what its hours are worth is not known. */
	const int32_t hours = isfinite(x->precision_cents) ? x->hour_count : 0;
	o->hours = arena_array(a, (size_t)hours, sizeof *o->hours);
	for (int32_t i = 0; i < hours; i++) {
		const struct wfm_marginal_hour *h = &x->hours[i];
		if (queue_here(t, h->queue) < 0)
			continue;
		o->hours[o->hour_count++] = (struct explained_hour){
			.queue_id = w->queues[queue_here(t, h->queue)].id,
			.start = week_slot_instant(w, h->start),
			.end = week_slot_instant(w, h->start + h->slots),
			.good_for = h->good_for,
			.short_hours = h->short_hours,
			.hour_cents = h->solved ? h->saved_cents : h->value_cents,
			.avoidable = h->relaxed_hours < 0.5 * h->short_hours,
		};
	}
	o->agents = arena_array(a, (size_t)x->agent_count, sizeof *o->agents);
	for (int32_t i = 0; i < x->agent_count; i++) {
		const struct wfm_marginal_agent *m = &x->agents[i];
		const int32_t like = agent_here(t, m->like);
		if (!m->solved || like < 0)
			continue;
		o->agents[o->agent_count++] = (struct explained_agent){
			.agent_id = w->agent_ids[like],
			.agent = w->agent_names[like],
			.contract = t->p->contracts[t->p->agents[m->like].contract].name,
			.agents = m->agents,
			.good_for = m->good_for,
			.saved_cents = m->saved_cents,
			.fixed_pay_cents = m->fixed_pay_cents,
			.good_for_cents = m->good_for_cents,
		};
	}
}

static void list_relaxations(struct arena *a, const struct told *t, const struct wfm_explanation *x,
			     struct roster_explanation *o)
{
	o->relaxations = arena_array(a, HELPS_MAX, sizeof *o->relaxations);
	o->tried = o->untried = 0;
	for (int32_t i = 0; i < x->relaxation_count; i++) {
		const struct wfm_relaxation *y = &x->relaxations[i];
		if (!item_here(t, &y->item))
			continue;
		bool moves = y->side != WFM_SIDE_DROP;
		bool known = isfinite(x->precision_cents) && (y->solved || y->most_cents <= x->precision_cents);
		o->tried += known;
		o->untried += !known;
		if (!y->solved || y->saved_cents <= x->precision_cents || o->relaxation_count == HELPS_MAX)
			continue;
		o->relaxations[o->relaxation_count++] = (struct explained_relaxation){
			.item = item_of(t, &y->item),
			.side = (int64_t)y->side,
			.from = moves ? y->from : FIELD_NULL,
			.to = moves ? y->to : FIELD_NULL,
			.minutes = y->minutes,
			.saved_cents = y->saved_cents,
			.short_hours = y->short_hours,
		};
	}
}

static void list_conflicts(struct arena *a, const struct told *t, const struct wfm_explanation *x,
			   struct roster_explanation *o)
{
	o->conflicts = arena_array(a, CONFLICTS_MAX, sizeof *o->conflicts);
	for (int32_t i = 0; i < x->conflict_count && o->conflict_count < CONFLICTS_MAX; i++) {
		const struct wfm_conflict *c = &x->conflicts[i];
		const int32_t agent = agent_here(t, c->agent);
		if (agent < 0)
			continue;
		struct explained_conflict *to = &o->conflicts[o->conflict_count++];
		*to = (struct explained_conflict){ .agent_id = t->w->agent_ids[agent],
						   .agent = t->w->agent_names[agent],
						   .planned = c->planned,
						   .item_count = (size_t)c->item_count };
		to->items = arena_array(a, to->item_count, sizeof *to->items);
		for (size_t k = 0; k < to->item_count; k++)
			to->items[k] = item_of(t, &c->items[k]);
	}
}

static double now_s(void *context)
{
	(void)context;
	return clock_monotonic_s();
}

static bool tell(struct arena *a, const struct told *t, const struct wfm_explanation *x, bool complete,
		 const char **json, struct err *e)
{
	struct roster_explanation out;
	field_init(&roster_explanation_fields, &out);
	out.known = true;
	out.complete = complete;
	out.precision_cents = x->precision_cents;
	list_values(a, t, x, &out);
	list_relaxations(a, t, x, &out);
	list_conflicts(a, t, x, &out);
	struct strbuf text;
	strbuf_init(&text, 4 << 20);
	field_to_json(&roster_explanation_fields, &out, &text);
	bool ok = !text.overflow || err_set(e, ERR_TOO_LARGE, "the explanation is too long to keep");
	*json = arena_strdup(a, text.data);
	strbuf_free(&text);
	return ok;
}

bool roster_explain(struct arena *a, const struct week_problem *w, const struct joint_week *j,
		    const struct wfm_roster *r, const struct explain_limits *limits, const char **json,
		    struct err *e)
{
	const size_t sites = j != NULL ? j->count : 1;
	const struct wfm_explain_options o = {
		.time_limit_s = limits->time_limit_s, .iteration_limit = limits->iteration_limit,
		.relaxation_limit = (int32_t)sites * HELPS_MAX, .now_s = now_s, .cancel = limits->cancel,
		.context = limits->context,
	};
	const struct wfm_problem *p = j != NULL ? &j->problem : &w->problem;
	struct wfm_explanation *x = NULL;
	struct wfm_error we;
	enum wfm_status s = wfm_schedule_explain(p, r, &o, &x, &we);
	if (x == NULL)
		return err_from_wfm(e, &we);
	bool ok = true;
	for (size_t k = 0; ok && k < sites; k++) {
		const struct told t = { p, j, k, j != NULL ? &j->weeks[k] : w };
		ok = tell(a, &t, x, s == WFM_OK, &json[k], e);
	}
	wfm_explanation_free(x);
	return ok;
}

bool roster_explanation_keep(struct db *db, int64_t roster_id, const char *json, struct err *e)
{
	return db_run(db, SQL_ROSTER_EXPLANATION_INSERT,
		      DB_ARGS(db_int("roster_id", roster_id), db_text("told", json)), NULL, NULL, e);
}
