/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Solves the weekly tour instances of the shared data through the public problem form and prints a
 * line each: objective, bound, gaps, seconds, peak memory. Usage:
 *   bench_tours [-t seconds] [-s seed] [-i iterations] [-v] file.json...
 * Without files: those of 50 and 200 agents in $CUADRANTE_SHARED_DATA, name TAB figure TAB unit.
 */
#include "wfm/schedule.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { T = 672, CONTRACTS = 3, ROWS = 8 };

struct instance {
	struct wfm_problem p;
	struct wfm_day days[7];
	struct wfm_calendar calendar;
	struct wfm_queue queues[8];
	double required[8][T], step1[8][T];
	uint8_t open[T];
	struct wfm_rule_row rules[CONTRACTS][ROWS];
	struct wfm_contract contracts[CONTRACTS];
	struct wfm_agent *agents;
	struct wfm_agent_skill *skills;
	struct wfm_span *spans;
	struct wfm_wish *wishes;
};

static const char *const contract_names[CONTRACTS] = { "full_time", "part_time_5", "part_time_4" };

static const struct wfm_break full_breaks[] = {
	{ WFM_REST_BREAK, 15, true, 60, 120, 0, 510, 540 },
	{ WFM_MEAL, 30, false, 180, 330, 0, 510, 510 },
	{ WFM_MEAL, 60, false, 180, 330, 0, 540, 540 },
	{ WFM_REST_BREAK, 15, true, 405, 450, 0, 510, 540 },
};
static const struct wfm_break part_breaks[] = {
	{ WFM_REST_BREAK, 15, true, 90, 150, 0, 0, 1440 },
};

static double now_s(void *context)
{
	(void)context;
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool on_progress(void *context, const struct wfm_progress *p)
{
	if (*(bool *)context)
		fprintf(stderr, "%-8s it %8lld  best %12.4f  bound %12.4f  gap %.4f%%\n",
			wfm_phase_name(p->phase), (long long)p->iterations, p->objective / 100,
			p->bound / 100, 100 * p->gap);
	return false;
}

static struct wfm_rule_row row(enum wfm_rule rule, int32_t low, int32_t high, int32_t step)
{
	return (struct wfm_rule_row){ .rule = rule, .mode = WFM_HARD, .low = low, .high = high,
				      .step = step };
}

static void fill_contracts(struct instance *x, bool named)
{
	static const int days[CONTRACTS] = { 5, 5, 4 };
	for (int c = 0; c < CONTRACTS; c++) {
		struct wfm_rule_row *r = x->rules[c];
		int n = 0;
		r[n++] = row(WFM_RULE_WEEK_SHIFTS, days[c], days[c], 0);
		r[n++] = row(WFM_RULE_START_SPREAD, 0, 60, 0);
		r[n++] = row(WFM_RULE_REST, 720, INT32_MAX, 0);
		r[n] = row(WFM_RULE_DAYS_OFF_TOGETHER, 7 - days[c], INT32_MAX, 0);
		r[n].mode = WFM_SOFT;
		r[n++].weight_cents = 100;
		if (c == 0)
			r[n++] = row(WFM_RULE_SHIFT_MINUTES, 510, 540, 0);
		else if (c == 1)
			r[n++] = row(WFM_RULE_SHIFT_MINUTES, 240, 360, 30);
		else
			r[n++] = row(WFM_RULE_SHIFT_MINUTES, 360, 360, 0);
		x->contracts[c] = (struct wfm_contract){
			.name = contract_names[c], .rules = r, .rule_count = n,
			.breaks = c == 0 ? full_breaks : part_breaks, .break_count = c == 0 ? 4 : 1,
			.hour_cents = 100, .salaried = named && c != 1, .optional = !named,
		};
	}
}

static void read_slots(const cJSON *a, double *out)
{
	int t = 0;
	for (const cJSON *v = a ? a->child : NULL; v && t < T; v = v->next)
		out[t++] = v->valuedouble;
}

static int contract_of(const char *name)
{
	for (int c = 0; c < CONTRACTS; c++)
		if (strcmp(name, contract_names[c]) == 0)
			return c;
	abort();
}

static int number(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name)->valueint;
}

static void read_pools(struct instance *x, const cJSON *pool)
{
	int n = 0;
	for (const cJSON *c = pool->child; c; c = c->next)
		n += c->valueint;
	x->agents = calloc((size_t)n, sizeof *x->agents);
	x->p.agent_count = 0;
	for (const cJSON *c = pool->child; c; c = c->next)
		for (int i = 0; i < c->valueint; i++)
			x->agents[x->p.agent_count++] = (struct wfm_agent){
				.contract = contract_of(c->string), .site = WFM_NONE,
				.previous_end = WFM_NONE };
}

static void read_agent(struct instance *x, const cJSON *o, int i)
{
	struct wfm_agent *a = &x->agents[i];
	struct wfm_span *span = &x->spans[32 * i];
	struct wfm_wish *wish = &x->wishes[8 * i];
	int queues = number(o, "queues"), days = number(o, "days"), off = number(o, "wish_off");
	*a = (struct wfm_agent){ .contract = contract_of(cJSON_GetObjectItem(o, "contract")->valuestring),
				 .site = WFM_NONE, .previous_end = WFM_NONE, .skills = &x->skills[8 * i],
				 .unavailable = span, .wishes = wish };
	for (int q = 0; q < 8; q++)
		if (queues >> q & 1)
			x->skills[8 * i + a->skill_count++] = (struct wfm_agent_skill){ q, 1 };
	for (int d = 0; d < 7; d++) {
		int early = number(o, "earliest"), monday = number(o, "monday_earliest");
		if (d == 0 && monday > early)
			early = monday;
		span[a->unavailable_count++] = (struct wfm_span){ 96 * d, 96 * d + early };
		span[a->unavailable_count++] =
			(struct wfm_span){ 96 * d + number(o, "latest"), 96 * d + 96 };
		if (!(days >> d & 1))
			span[a->unavailable_count++] = (struct wfm_span){ 96 * d, 96 * d + 96 };
		if (off >> d & 1)
			wish[a->wish_count++] = (struct wfm_wish){ WFM_WISH_DAY_OFF, d, 0, 100 };
	}
	wish[a->wish_count++] =
		(struct wfm_wish){ WFM_WISH_START, WFM_NONE, 15 * number(o, "wish_start"), 10 };
}

static void read_agents(struct instance *x, const cJSON *list)
{
	size_t n = (size_t)cJSON_GetArraySize(list);
	x->p.agent_count = (int32_t)n;
	x->agents = calloc(n, sizeof *x->agents);
	x->skills = calloc(8 * n, sizeof *x->skills);
	x->spans = calloc(32 * n, sizeof *x->spans);
	x->wishes = calloc(8 * n, sizeof *x->wishes);
	int i = 0;
	for (const cJSON *o = list->child; o; o = o->next)
		read_agent(x, o, i++);
}

static void build(struct instance *x, const cJSON *json)
{
	const cJSON *pool = cJSON_GetObjectItem(json, "pool");
	const cJSON *required = cJSON_GetObjectItem(json, "required");
	const cJSON *step = cJSON_GetObjectItem(json, "first_step");
	bool many = cJSON_IsArray(required->child);
	x->p.queue_count = many ? cJSON_GetArraySize(required) : 1;
	for (int q = 0; q < x->p.queue_count; q++) {
		read_slots(many ? cJSON_GetArrayItem(required, q) : required, x->required[q]);
		read_slots(many ? cJSON_GetArrayItem(step, q) : step, x->step1[q]);
		for (int t = 0; t < T; t++)
			x->open[t] |= x->required[q][t] > 0;
		x->queues[q] = (struct wfm_queue){ .skill = pool ? WFM_NONE : q, .site = WFM_NONE,
						   .required = x->required[q], .step1 = x->step1[q],
						   .open = x->open, .short1_cents = 300,
						   .short2_cents = 1200, .surplus_cents = 20 };
	}
	for (int d = 0; d < 7; d++)
		x->days[d] = (struct wfm_day){ 20000 + d, d, 96 * d, 96, -1, 0, false };
	x->calendar = (struct wfm_calendar){ x->days, 7 };
	fill_contracts(x, pool == NULL);
	if (pool)
		read_pools(x, pool);
	else
		read_agents(x, cJSON_GetObjectItem(json, "agents"));
	x->p.slot_min = 15;
	x->p.slot_count = T;
	x->p.cyclic = true;
	x->p.skill_count = 8;
	x->p.calendars = &x->calendar;
	x->p.calendar_count = 1;
	x->p.queues = x->queues;
	x->p.contracts = x->contracts;
	x->p.contract_count = CONTRACTS;
	x->p.agents = x->agents;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	size_t n = 0, cap = 1 << 24;
	char *text = malloc(cap + 1);
	n = text ? fread(text, 1, cap, f) : 0;
	if (text)
		text[n] = '\0';
	(void)fclose(f);
	return text;
}

static int run(const char *path, const struct wfm_solve_options *o, bool table)
{
	char *text = read_file(path);
	cJSON *json = text ? cJSON_Parse(text) : NULL;
	struct instance *x = calloc(1, sizeof *x);
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	int failed = 1;
	if (!json || !x) {
		fprintf(stderr, "%s: cannot be read\n", path);
		goto out;
	}
	build(x, json);
	enum wfm_status s = wfm_schedule_solve(&x->p, o, &r, &e);
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (!r) {
		printf("%-36s %s: %s %s\n", base, wfm_status_name(s), e.path, e.message);
		goto out;
	}
	if (table) {
		printf("tours %s: variable gap\t%.3f\t%%\n", base, 100 * r->variable_gap);
		printf("tours %s: time\t%.1f\ts\n", base, r->seconds);
		(void)fflush(stdout);
		failed = 0;
		goto out;
	}
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	printf("%-36s %11.4f %11.4f  gap %8.4f%%  variable %8.4f%%  %6.1f s  %4ld MB  columns %d  "
	       "classes %d  unplanned %d  %s\n",
	       base, (r->cost.total - r->cost.fixed_pay) / 100, (r->bound - r->cost.fixed_pay) / 100,
	       100 * r->gap, 100 * r->variable_gap, r->seconds, u.ru_maxrss / 1024, r->columns,
	       r->classes, r->unplanned_count, wfm_status_name(s));
	(void)fflush(stdout);
	failed = 0;
out:
	wfm_roster_free(r);
	if (x) {
		free(x->agents);
		free(x->skills);
		free(x->spans);
		free(x->wishes);
	}
	free(x);
	cJSON_Delete(json);
	free(text);
	return failed;
}

static int run_table(struct wfm_solve_options *o)
{
	static const struct {
		const char *name;
		double limit_s;
	} cases[] = { { "classes-08-22-50-seed1", 15 }, { "classes-08-22-200-seed1", 10 },
		      { "named-08-22-50-queues1-seed1", 15 }, { "named-08-22-200-queues1-seed1", 20 },
		      { "named-08-22-200-queues4-seed1", 60 } };
	const char *data = getenv("CUADRANTE_SHARED_DATA");
	int failed = 0;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/tours/%s.json", data ? data : "../shared/data",
			       cases[i].name);
		if (access(path, R_OK) != 0) {
			printf("# skipped: %s is not there\n", cases[i].name);
			continue;
		}
		o->time_limit_s = cases[i].limit_s;
		failed += run(path, o, true);
	}
	return failed > 0;
}

int main(int argc, char **argv)
{
	bool loud = false;
	struct wfm_solve_options o = { .now_s = now_s, .progress = on_progress, .context = &loud };
	int c, failed = 0;
	while ((c = getopt(argc, argv, "t:s:i:v")) != -1) {
		if (c == 't')
			o.time_limit_s = strtod(optarg, NULL);
		else if (c == 's')
			o.seed = strtoull(optarg, NULL, 10);
		else if (c == 'i')
			o.iteration_limit = strtoll(optarg, NULL, 10);
		else if (c == 'v')
			loud = true;
		else
			return 2;
	}
	for (int i = optind; i < argc; i++)
		failed += run(argv[i], &o, false);
	return optind < argc ? failed > 0 : run_table(&o);
}
