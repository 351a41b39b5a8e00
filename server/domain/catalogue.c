/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/catalogue.h"
#include "server/domain/check_target.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/calendar/zones.h"
#include "server/domain/contracts.h"
#include "wfm/schedule.h"
#include "wfm/staffing.h"

/* Every check notes its place and goes on, so that one answer names all that is wrong. */

static bool refer(struct db *db, enum sql_id exists, int64_t id, const char *pointer,
		  const char *what, struct err *e)
{
	int64_t count;
	if (id == FIELD_NULL)
		return true;
	if (!db_int_value(db, exists, DB_ARGS(db_int("id", id)), NULL, &count, e))
		return false;
	return count > 0 || err_at(e, ERR_INVALID, pointer, "there is no %s %lld", what, (long long)id);
}

static bool check_country(const char *country, struct err *e)
{
	bool good = !country || (strlen(country) == 2 && isupper((unsigned char)country[0]) &&
				 isupper((unsigned char)country[1]));
	return good || err_at(e, ERR_INVALID, "/country", "must be two capital letters");
}

static bool one_of(int64_t v, const int *allowed, const char *pointer, const char *words,
		   struct err *e)
{
	for (; *allowed; allowed++)
		if (v == *allowed)
			return true;
	return err_at(e, ERR_INVALID, pointer, "must be one of %s", words);
}

/* Times of one weekday, as rows of {weekday, from, until}: in order, and none over another. */
struct span {
	int64_t weekday, from, until;
};

static bool check_spans(const struct span *s, size_t n, const char *list, const char *from,
			const char *until, struct err *e)
{
	char place[80];
	bool ok = true;
	for (size_t i = 0; i < n; i++) {
		if (s[i].from >= 1440) {
			snprintf(place, sizeof(place), "/%s/%zu/%s", list, i, from);
			ok = err_at(e, ERR_INVALID, place, "must be before 24:00");
		}
		if (s[i].until <= s[i].from) {
			snprintf(place, sizeof(place), "/%s/%zu/%s", list, i, until);
			ok = err_at(e, ERR_INVALID, place, "must come after %s", from);
		}
		for (size_t k = 0; k < i; k++) {
			if (s[k].weekday != s[i].weekday || s[i].from >= s[k].until ||
			    s[k].from >= s[i].until)
				continue;
			snprintf(place, sizeof(place), "/%s/%zu", list, i);
			ok = err_at(e, ERR_INVALID, place, "overlaps /%s/%zu", list, k);
			break;
		}
	}
	return ok;
}

/* ---------------------------------------------------------------- sites */

bool site_get(struct db *db, struct arena *a, int64_t id, struct site *out, struct err *e)
{
	return db_one(db, SQL_SITE_GET, DB_ARGS(db_int("site_id", id)), NULL, &site_fields, a, out, e);
}

static bool check_zone(const char *name, struct err *e)
{
	const struct zone *z;
	struct err why = ERR_INIT;
	if (zone_find(name, &z, &why))
		return true;
	return err_at(e, ERR_INVALID, "/zone", "%s",
		      why.items_kept ? why.items[0].message : why.message);
}

bool opening_hours_check(struct arena *a, const struct opening_hours *hours, size_t count, struct err *e)
{
	struct span *s = arena_array(a, count + 1, sizeof(*s));
	for (size_t i = 0; i < count; i++)
		s[i] = (struct span){ hours[i].weekday, hours[i].open, hours[i].close };
	return check_spans(s, count, "hours", "open", "close", e);
}

bool site_create(struct db *db, struct arena *a, const struct site *in, struct site *out,
		 struct err *e)
{
	const struct db_from from = { &site_new_fields, in };
	int64_t id;
	bool ok = check_zone(in->zone, e);
	ok = check_country(in->country, e) && ok;
	ok = opening_hours_check(a, in->hours, in->hours_count, e) && ok;
	ok = refer(db, SQL_REGION_EXISTS, in->region_id, "/region_id", "region", e) && ok;
	return ok && db_int_value(db, SQL_SITE_INSERT, NULL, &from, &id, e) &&
	       site_get(db, a, id, out, e);
}

bool site_counters_put(struct db *db, struct arena *a, int64_t id, const struct site *in, struct site *before,
		       struct site *after, struct err *e)
{
	return site_get(db, a, id, before, e) &&
	       db_run(db, SQL_SITE_COUNTERS_SET, DB_ARGS(db_int("site_id", id), db_int("counters", in->counters)),
		      NULL, NULL, e) &&
	       site_get(db, a, id, after, e);
}

/* ---------------------------------------------------------------- queues */

bool queue_get(struct db *db, struct arena *a, int64_t id, struct queue *out, struct err *e)
{
	return db_one(db, SQL_QUEUE_GET, DB_ARGS(db_int("queue_id", id)), NULL, &queue_fields, a, out,
		      e);
}

static bool check_targets(const struct queue *in, struct err *e)
{
	bool ok = check_target_share(in->target_share, "/target_share", e);
	ok = check_max_abandoned(in->max_abandoned_share, "/max_abandoned_share", e) && ok;
	ok = check_max_asa(in->max_asa_s, "/max_asa_s", e) && ok;
	ok = check_patience(in->patience_s, "/patience_s", e) && ok;
	ok = check_aht(in->aht_s, "/aht_s", e) && ok;
	return check_concurrency(in->concurrency, "/concurrency", e) && ok;
}

bool queue_create(struct db *db, struct arena *a, const struct queue *in, struct queue *out,
		  struct err *e)
{
	static const int intervals[] = { 5, 6, 10, 15, 30, 60, 0 };
	const struct db_from from = { &queue_new_fields, in };
	int64_t id;
	bool ok = one_of(in->interval_min, intervals, "/interval_min", "5, 6, 10, 15, 30, 60", e);
	if (ok && in->channel >= WFM_EMAIL)
		ok = check_turnaround(in->turnaround_min, in->interval_min, "/turnaround_min", e);
	if (isnan(in->target_share) != isnan(in->target_s))
		ok = err_at(e, ERR_INVALID, isnan(in->target_s) ? "/target_s" : "/target_share",
			    "a service-level target needs both a share and a time");
	ok = check_targets(in, e) && ok;
	ok = refer(db, SQL_SITE_EXISTS, in->site_id, "/site_id", "site", e) && ok;
	ok = refer(db, SQL_SKILL_EXISTS, in->skill_id, "/skill_id", "skill", e) && ok;
	return ok && db_int_value(db, SQL_QUEUE_INSERT, NULL, &from, &id, e) &&
	       queue_get(db, a, id, out, e);
}

/* ---------------------------------------------------------------- contracts */

bool contract_get(struct db *db, struct arena *a, int64_t id, struct contract *out, struct err *e)
{
	return db_one(db, SQL_CONTRACT_GET, DB_ARGS(db_int("contract_id", id)), NULL,
		      &contract_fields, a, out, e);
}

static bool check_rules(const struct contract *in, struct err *e)
{
	char place[60];
	bool ok = true;
	for (size_t i = 0; i < in->rule_count; i++) {
		const struct contract_rule *r = &in->rules[i];
		enum wfm_rule rule = wfm_rule_by_name(r->rule);
		snprintf(place, sizeof(place), "/rules/%zu/rule", i);
		if (rule == WFM_RULE_COUNT)
			ok = err_at(e, ERR_INVALID, place, "there is no rule %s", r->rule);
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->rules[k].rule, r->rule) == 0)
				ok = err_at(e, ERR_INVALID, place, "is given twice");
		snprintf(place, sizeof(place), "/rules/%zu/mode", i);
		if (rule != WFM_RULE_COUNT && r->mode == 1 && !wfm_rules[rule].may_be_soft)
			ok = err_at(e, ERR_INVALID, place, "%s cannot be soft", r->rule);
		snprintf(place, sizeof(place), "/rules/%zu/high", i);
		if (r->low > r->high) /* false when either is NaN */
			ok = err_at(e, ERR_INVALID, place, "must not be below low");
	}
	return ok;
}

static bool check_contract(const struct contract *in, struct err *e)
{
	static const int steps[] = { 15, 30, 60, 0 };
	char place[60];
	bool ok = one_of(in->shift_step_minutes, steps, "/shift_step_minutes", "15, 30, 60", e);
	ok = one_of(in->start_step_minutes, steps, "/start_step_minutes", "15, 30, 60", e) && ok;
	if (in->shift_max_minutes < in->shift_min_minutes)
		ok = err_at(e, ERR_INVALID, "/shift_max_minutes", "must not be below shift_min_minutes");
	if (in->start_latest < in->start_earliest)
		ok = err_at(e, ERR_INVALID, "/start_latest", "must not come before start_earliest");
	for (const char *c = in->currency; *c; c++)
		if (!isupper((unsigned char)*c)) {
			ok = err_at(e, ERR_INVALID, "/currency", "must be three capital letters");
			break;
		}
	for (size_t i = 0; i < in->break_count; i++) {
		snprintf(place, sizeof(place), "/breaks/%zu/latest_min", i);
		if (in->breaks[i].latest_min < in->breaks[i].earliest_min)
			ok = err_at(e, ERR_INVALID, place, "must not be below earliest_min");
	}
	return check_rules(in, e) && ok;
}

bool contract_create(struct db *db, struct arena *a, const struct contract *in,
		     struct contract *out, struct err *e)
{
	const struct db_from from = { &contract_new_fields, in };
	int64_t id;
	return check_contract(in, e) && db_int_value(db, SQL_CONTRACT_INSERT, NULL, &from, &id, e) &&
	       contract_check(db, a, id, e) && contract_get(db, a, id, out, e);
}

/* ---------------------------------------------------------------- agents */

bool agent_get(struct db *db, struct arena *a, int64_t id, struct agent *out, struct err *e)
{
	return db_one(db, SQL_AGENT_GET, DB_ARGS(db_int("agent_id", id)), NULL, &agent_fields, a, out,
		      e);
}

static bool check_skills(struct db *db, const struct agent *in, struct err *e)
{
	char place[60];
	bool ok = true;
	for (size_t i = 0; i < in->skill_count; i++) {
		snprintf(place, sizeof(place), "/skills/%zu/skill_id", i);
		ok = refer(db, SQL_SKILL_EXISTS, in->skills[i].skill_id, place, "skill", e) && ok;
		for (size_t k = 0; k < i; k++)
			if (in->skills[k].skill_id == in->skills[i].skill_id) {
				ok = err_at(e, ERR_INVALID, place, "is given twice");
				break;
			}
	}
	return ok;
}

static bool check_elsewhere(struct db *db, const struct agent *in, int64_t home, struct err *e)
{
	char place[60];
	bool ok = true;
	for (size_t i = 0; i < in->elsewhere_count; i++) {
		const struct other_site *o = &in->elsewhere[i];
		snprintf(place, sizeof(place), "/elsewhere/%zu/site_id", i);
		ok = refer(db, SQL_SITE_EXISTS, o->site_id, place, "site", e) && ok;
		if (o->site_id == home)
			ok = err_at(e, ERR_INVALID, place, "is the agent's own site");
		for (size_t k = 0; k < i; k++)
			if (in->elsewhere[k].site_id == o->site_id) {
				ok = err_at(e, ERR_INVALID, place, "is given twice");
				break;
			}
		snprintf(place, sizeof(place), "/elsewhere/%zu/travel_min", i);
		if (o->travel_min % 15 != 0)
			ok = err_at(e, ERR_INVALID, place, "must be whole quarter-hours");
	}
	return ok;
}

/* site_id: the agent's own, to which a team must belong. */
static bool check_agent(struct db *db, struct arena *a, const struct agent *in, int64_t site_id,
			struct err *e)
{
	struct span *s = arena_array(a, in->available_count + 1, sizeof(*s));
	int64_t count = 1;
	for (size_t i = 0; i < in->available_count; i++)
		s[i] = (struct span){ in->availability[i].weekday, in->availability[i].from,
				      in->availability[i].until };
	bool ok = check_spans(s, in->available_count, "availability", "from", "until", e);
	ok = refer(db, SQL_SITE_EXISTS, in->site_id, "/site_id", "site", e) && ok;
	ok = refer(db, SQL_CONTRACT_EXISTS, in->contract_id, "/contract_id", "contract", e) && ok;
	if (in->team_id != FIELD_NULL &&
	    !db_int_value(db, SQL_TEAM_OF_SITE,
			  DB_ARGS(db_int("id", in->team_id), db_int("site_id", site_id)), NULL, &count, e))
		return false;
	if (count == 0)
		ok = err_at(e, ERR_INVALID, "/team_id", "there is no team %lld at this site",
			    (long long)in->team_id);
	ok = check_elsewhere(db, in, site_id, e) && ok;
	return check_skills(db, in, e) && ok;
}

bool agent_create(struct db *db, struct arena *a, const struct agent *in, struct agent *out,
		  struct err *e)
{
	const struct db_from from = { &agent_new_fields, in };
	int64_t id;
	return check_agent(db, a, in, in->site_id, e) &&
	       db_int_value(db, SQL_AGENT_INSERT, NULL, &from, &id, e) && agent_get(db, a, id, out, e);
}

/* What a member will be: given, taken away, or as it was. */
static int64_t changed(const struct agent *in, const char *name, int64_t given, int64_t before)
{
	return given != FIELD_NULL || field_was_null(&agent_change_fields, in, name) ? given : before;
}

static bool check_leaving(const struct agent *in, const struct agent *before, struct err *e)
{
	bool leaves = changed(in, "left_on", in->left_on, before->left_on) != FIELD_NULL;
	bool has_reason = changed(in, "leave_reason", in->leave_reason, before->leave_reason) != FIELD_NULL;
	if (in->left_on != FIELD_NULL && in->left_on < before->hired)
		return err_at(e, ERR_INVALID, "/left_on", "an agent cannot leave before being hired");
	if (leaves && !has_reason)
		return err_at(e, ERR_INVALID, "/leave_reason", "is needed with left_on");
	return leaves || !has_reason || err_at(e, ERR_INVALID, "/left_on", "is needed with leave_reason");
}

bool agent_change(struct db *db, struct arena *a, int64_t id, const struct agent *in,
		  struct agent *before, struct agent *after, struct err *e)
{
	const struct db_from from = { &agent_change_fields, in };
	const struct db_arg *own = DB_ARGS(db_int("agent_id", id));
	if (!agent_get(db, a, id, before, e))
		return false;
	bool ok = check_agent(db, a, in, in->site_id == FIELD_NULL ? before->site_id : in->site_id, e);
	const struct fields *f = &agent_change_fields;
	const struct db_arg *values = DB_ARGS(db_int("agent_id", id),
					      db_bool("no_team", field_was_null(f, in, "team_id")),
					      db_bool("stays", field_was_null(f, in, "left_on")));
	if (!(check_leaving(in, before, e) && ok) || !db_run(db, SQL_AGENT_UPDATE, values, &from, NULL, e) ||
	    !db_run(db, SQL_AGENT_TRANSFER_NOTE,
		    DB_ARGS(db_int("agent_id", id), db_int("from_site_id", before->site_id),
			    db_int("from_team_id", before->team_id)),
		    NULL, NULL, e))
		return false;
	if (in->skills != NULL && !db_run(db, SQL_AGENT_SKILLS_REPLACE, own, &from, NULL, e))
		return false;
	if (in->availability != NULL && (!db_run(db, SQL_AVAILABILITY_DELETE, own, NULL, NULL, e) ||
					!db_run(db, SQL_AVAILABILITY_INSERT, own, &from, NULL, e)))
		return false;
	if ((in->elsewhere != NULL && !db_run(db, SQL_AGENT_ELSEWHERE_REPLACE, own, &from, NULL, e)) ||
	    !db_run(db, SQL_AGENT_ELSEWHERE_NOT_HOME, own, NULL, NULL, e))
		return false;
	return agent_get(db, a, id, after, e);
}

/* ---------------------------------------------------------------- special days */

bool special_day_get(struct db *db, struct arena *a, int64_t id, struct special_day *out,
		     struct err *e)
{
	return db_one(db, SQL_SPECIAL_DAY_GET, DB_ARGS(db_int("special_day_id", id)), NULL,
		      &special_day_fields, a, out, e);
}

bool special_day_create(struct db *db, struct arena *a, const struct special_day *in,
			struct special_day *out, struct err *e)
{
	const struct db_from from = { &special_day_new_fields, in };
	int64_t id, count = 1;
	int scopes = (in->country != NULL) + (in->site_id != FIELD_NULL) + (in->queue_id != FIELD_NULL);
	bool ok = check_country(in->country, e);
	if (scopes != 1)
		ok = err_at(e, ERR_INVALID, scopes == 0 ? "" : in->country ? "/country" : "/site_id",
			    "a special day belongs to exactly one of country, site_id, queue_id");
	ok = refer(db, SQL_SITE_EXISTS, in->site_id, "/site_id", "site", e) && ok;
	ok = refer(db, SQL_QUEUE_EXISTS, in->queue_id, "/queue_id", "queue", e) && ok;
	if (ok && in->country &&
	    !db_int_value(db, SQL_COUNTRY_EXISTS, DB_ARGS(db_text("country", in->country)), NULL, &count,
			  e))
		return false;
	if (ok && count == 0)
		ok = err_at(e, ERR_INVALID, "/country", "no site is in %s", in->country);
	return ok && db_int_value(db, SQL_SPECIAL_DAY_INSERT, NULL, &from, &id, e) &&
	       special_day_get(db, a, id, out, e);
}

bool special_day_delete(struct db *db, struct arena *a, int64_t id, struct special_day *before,
			struct err *e)
{
	return special_day_get(db, a, id, before, e) &&
	       db_run(db, SQL_SPECIAL_DAY_DELETE, DB_ARGS(db_int("special_day_id", id)), NULL, NULL, e);
}
