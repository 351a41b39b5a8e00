/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/unknown.h"

#include <stdio.h>
#include <string.h>

#include "server/http/route_match.h"

static const struct {
	const char *parameter, *what;
	enum sql_id exists;
} things[] = {
	{ "absence_id", "absence", SQL_ABSENCE_EXISTS },
	{ "account_id", "account", SQL_ACCOUNT_EXISTS },
	{ "agent_id", "agent", SQL_AGENT_EXISTS },
	{ "contract_id", "contract", SQL_CONTRACT_EXISTS },
	{ "forecast_id", "forecast", SQL_ANY_FORECAST_EXISTS },
	{ "job_id", "job", SQL_JOB_EXISTS },
	{ "network_forecast_id", "network forecast", SQL_NETWORK_FORECAST_EXISTS },
	{ "outlook_id", "outlook", SQL_OUTLOOK_EXISTS },
	{ "plan_id", "plan", SQL_PLAN_EXISTS },
	{ "queue_id", "queue", SQL_QUEUE_EXISTS },
	{ "region_id", "region", SQL_REGION_EXISTS },
	{ "roster_id", "roster", SQL_ROSTER_EXISTS },
	{ "site_id", "site", SQL_SITE_EXISTS },
	{ "team_id", "team", SQL_TEAM_EXISTS },
};

/* in_query: the error names the parameter; a path's stands in the path. */
static bool known(struct request *rq, const char *name, const char *kind, int64_t id, bool in_query,
		  struct err *e)
{
	char pointer[40];
	int64_t count;
	size_t i = 0;
	while (i < sizeof things / sizeof *things && strcmp(things[i].parameter, kind) != 0)
		i++;
	if (i == sizeof things / sizeof *things || id == FIELD_NULL)
		return true;
	if (!db_int_value(rq->db, things[i].exists, DB_ARGS(db_int("id", id)), NULL, &count, e))
		return false;
	if (count > 0)
		return true;
	err_set(e, ERR_NOT_FOUND, "there is no %s %lld", things[i].what, (long long)id);
	(void)snprintf(pointer, sizeof pointer, "?%s", name);
	return in_query ? err_at(e, ERR_NOT_FOUND, pointer, "there is no %s %lld", things[i].what, (long long)id)
			: false;
}

bool unknown_check(struct request *rq, struct err *e)
{
	const struct fields *f = rq->route->query;
	for (size_t i = 0; i < rq->match->count; i++) {
		const struct route_param *p = &rq->match->params[i];
		if (p->type == PARAM_INT && !known(rq, p->name, p->name, p->number, false, e))
			return false;
	}
	for (size_t i = 0; f != NULL && i < f->count; i++) {
		int64_t id;
		const char *name = f->rows[i].name;
		if (f->rows[i].type != FIELD_INT)
			continue;
		memcpy(&id, (const char *)rq->query + f->rows[i].offset, sizeof id);
		/* What is compared with is of the same kind as what is. */
		const char *kind = strcmp(name, "with") == 0 && rq->match->count > 0 ? rq->match->params[0].name : name;
		if (!known(rq, name, kind, id, true, e))
			return false;
	}
	return true;
}
