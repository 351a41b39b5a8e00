/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main job on the demo network: forecast and schedule of next week, site by site. */
#include <stdio.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/secret.h"
#include "server/calendar/zones.h"
#include "server/demo/demo.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "tests/lib/pgcluster.h"

static void die(const char *what, const struct err *e)
{
	fprintf(stderr, "%s: %s", what, e->message);
	for (size_t i = 0; i < e->items_kept; i++)
		fprintf(stderr, " [%s: %s]", e->items[i].pointer, e->items[i].message);
	fprintf(stderr, "\n");
	exit(1);
}

static int64_t number(const char *sql)
{
	return strtoll(pgcluster_sql(pgcluster_url(), sql), NULL, 10);
}

/* What it pays, what becomes of work that may wait, and how the trial went. */
static void print_roster(int64_t roster_id, const char *site)
{
	char sql[1200];
	snprintf(sql, sizeof sql,
		 "SELECT concat_ws(E'\t', 'schedule %s', 'paid ' || (SELECT round(sum(paid_minutes) / 60.0, 1) FROM shift"
		 " WHERE roster_id = r.id) || ' h', 'pay ' || round(((evidence->'parts'->>'pay')::numeric +"
		 " (evidence->'parts'->>'fixed_pay')::numeric) / 100), (SELECT string_agg('waiting ' ||"
		 " round(100 * (x->>'in_time_hours')::numeric / nullif((x->>'due_hours')::numeric, 0), 2) || ' %% of ' ||"
		 " round((x->>'due_hours')::numeric, 1) || ' h in time, idle ' || round((x->>'idle_used_hours')::numeric, 1), E'\t')"
		 " FROM jsonb_array_elements(evidence->'waiting') AS x), 'trial ' || (SELECT round((100 * sum(offered * simulated) /"
		 " sum(offered))::numeric, 2) || ' %% short ' || round(sum(offered * greatest(0, target - simulated))::numeric, 1)"
		 " FROM roster_trial WHERE roster_id = r.id)) FROM roster r WHERE id = %lld",
		 site, (long long)roster_id);
	printf("%s\n", pgcluster_sql(pgcluster_url(), sql));
	if (getenv("PLANNING_EVIDENCE") != NULL) {
		snprintf(sql, sizeof sql, "SELECT evidence - 'services' - 'unplanned' - 'missed' FROM roster WHERE id = %lld",
			 (long long)roster_id);
		printf("%s\n", pgcluster_sql(pgcluster_url(), sql));
	}
}

static void bench_site(struct db *db, int64_t site_id, int64_t week)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct forecast_request f = { site_id, week, 1 };
	struct schedule_request s = { .site_id = site_id, .week = week, .seed = 1,
				      .time_limit_s = 20, .gap = 0.005 };
	struct schedule_result r;
	char sql[160], site[64];

	snprintf(sql, sizeof sql, "SELECT code FROM site WHERE id = %lld", (long long)site_id);
	snprintf(site, sizeof site, "%s", pgcluster_sql(pgcluster_url(), sql));
	snprintf(sql, sizeof sql,
		 "SELECT count(*) FROM agent WHERE site_id = %lld AND left_on IS NULL", (long long)site_id);
	long long agents = number(sql);
	double start = clock_monotonic_s();
	if (!forecast_make(db, a, &f, FIELD_NULL, FIELD_NULL, NULL, &s.forecast_id, &e))
		die("forecast", &e);
	double forecast_s = clock_monotonic_s() - start;
	start = clock_monotonic_s();
	if (!schedule_make(db, a, &s, FIELD_NULL, FIELD_NULL, NULL, &r, &e))
		die("schedule", &e);
	snprintf(sql, sizeof sql, "SELECT round(coalesce(sum(people) / 4, 0)) FROM shortage WHERE roster_id = %lld",
		 (long long)r.roster_id);
	printf("forecast %-6s\t%.2f\ts\n", site, forecast_s);
	printf("schedule %-6s %3lld agents\t%.2f\ts\n", site, agents, clock_monotonic_s() - start);
	printf("schedule %-6s gap\t%.2f\t%%\n", site, 100 * r.gap);
	printf("schedule %-6s short\t%lld\tperson-hours, %lld of %lld agents unplanned\n", site, (long long)number(sql),
	       (long long)r.unplanned, agents);
	print_roster(r.roster_id, site);
	fflush(stdout);
	arena_free(a);
}

int main(void)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct demo *demo;
	bool loaded;
	int64_t today = clock_now() / 86400;
	struct demo_options o = { 1, today };

	if (!secret_start(&e) || !zones_start(&e))
		die("start", &e);
	pgcluster_start();
	struct db *db = db_open(pgcluster_url(), &e);
	if (db == NULL || !demo_build(&o, a, &demo, &e) || !demo_load(db, demo, &loaded, &e))
		die("demo", &e);
	arena_free(a);
	int64_t week = today + 8 - date_weekday(today), sites = number("SELECT count(*) FROM site");
	const char *one = getenv("PLANNING_SITE");
	for (int64_t i = 1; i <= sites; i++)
		if (one == NULL || strtoll(one, NULL, 10) == i)
			bench_site(db, i, week);
	db_close(db);
	return 0;
}
