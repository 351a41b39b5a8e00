/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Solves the weekly tour instances of the shared data through the public problem form and prints a
 * row each: bounds (ours and the certified one), cost, gaps, time, peak memory, the judge's word.
 *   bench_tours [-a] [-c] [-p] [-t seconds] [-s seed] [-i iterations] [-j threads] [-v] file.json...
 * -a: every instance of $CUADRANTE_SHARED_DATA within the times asked of it; -c: the curve of costs
 * over time as well; -p: limits are processor seconds, for a machine that others use; without files or -a: a few of them, name TAB figure TAB unit.
 * Each runs in a process of its own, so that peak memory is its own. A bound above the certified
 * one, or a roster that does not verify, fails the program.
 */
#include "tests/lib/bank_staff.h"
#include "wfm/schedule.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { T = 672, CONTRACTS = 3, ROWS = 8, CURVE = 4000 };

/* Seconds asked, and the certified lower bound of the LP over all tours; 0: none is known. */
static const struct reference {
	const char *name;
	double limit_s, bound;
	bool brief; /* part of the short run */
} references[] = {
	{ "classes-08-22-50-seed1", 15, 1863.7589, true },
	{ "classes-08-22-50-seed2", 15, 1871.85, false },
	{ "classes-08-22-200-seed1", 10, 7640.2275, true },
	{ "classes-08-22-200-seed2", 10, 7656.6168, false },
	{ "classes-08-22-1000-seed1", 10, 38679.5187, true },
	{ "classes-08-22-1000-seed2", 10, 38806.8129, false },
	{ "classes-08-22-5000-seed1", 10, 194226.2873, false },
	{ "classes-08-22-5000-seed2", 10, 194920.0662, false },
	{ "classes-08-22-20000-seed1", 10, 777962.3049, true },
	{ "classes-08-22-20000-seed2", 10, 0, false },
	{ "classes-24x7-50-seed1", 60, 0, false },
	{ "classes-24x7-50-seed2", 60, 0, false },
	{ "classes-24x7-200-seed1", 60, 0, true },
	{ "classes-24x7-200-seed2", 60, 0, false },
	{ "classes-24x7-1000-seed1", 40, 34346.457, false },
	{ "classes-24x7-1000-seed2", 40, 0, false },
	{ "classes-24x7-5000-seed1", 40, 0, false },
	{ "classes-24x7-5000-seed2", 40, 0, false },
	{ "classes-24x7-20000-seed1", 30, 696873.3874, false },
	{ "classes-24x7-20000-seed2", 30, 0, false },
	{ "named-08-22-50-queues1-seed1", 15, 0, true },
	{ "named-08-22-200-queues1-seed1", 20, 1896.621, true },
	{ "named-08-22-1000-queues1-seed1", 60, 10444.543, true },
	{ "named-08-22-5000-queues1-seed1", 180, 0, false },
	{ "named-08-22-200-queues4-seed1", 300, 0, false },
	{ "named-08-22-1000-queues4-seed1", 300, 0, false },
};

/* What a run tells while it is under way. */
struct curve {
	bool loud;
	double started_s;
	int32_t count;
	double at_s[CURVE], cost[CURVE], bound[CURVE];
};

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

static clockid_t clock_used = CLOCK_MONOTONIC;

static double now_s(void *context)
{
	(void)context;
	struct timespec t;
	(void)clock_gettime(clock_used, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool on_progress(void *context, const struct wfm_progress *p)
{
	struct curve *c = context;
	bool better = c->count == 0 || p->objective < c->cost[c->count - 1];
	if (better && p->objective < HUGE_VAL && c->count < CURVE) {
		c->at_s[c->count] = now_s(NULL) - c->started_s;
		c->cost[c->count] = p->objective;
		c->bound[c->count++] = p->bound;
	}
	if (c->loud)
		fprintf(stderr, "%6.1f s %-8s it %8lld  best %12.4f  bound %12.4f  gap %.4f%%\n",
			now_s(NULL) - c->started_s, wfm_phase_name(p->phase), (long long)p->iterations,
			p->objective / 100, p->bound / 100, 100 * p->gap);
	return false;
}

static void fill_contracts(struct instance *x, bool named, bool all_day)
{
	static const int days[CONTRACTS] = { 5, 5, 4 };
	for (int c = 0; c < CONTRACTS; c++) {
		struct wfm_rule_row *r = x->rules[c];
		int n = 0;
		r[n++] = bank_rule(WFM_RULE_WEEK_SHIFTS, days[c], days[c], 0);
		r[n++] = bank_rule(WFM_RULE_START_SPREAD, 0, 60, 0);
		r[n++] = bank_rule(WFM_RULE_REST, 720, INT32_MAX, 0);
		r[n] = bank_rule(WFM_RULE_DAYS_OFF_TOGETHER, 7 - days[c], INT32_MAX, 0);
		r[n].mode = WFM_SOFT;
		r[n++].weight_cents = 100;
		if (c == 0)
			r[n++] = bank_rule(WFM_RULE_SHIFT_MINUTES, 510, 540, 0);
		else if (c == 1)
			r[n++] = bank_rule(WFM_RULE_SHIFT_MINUTES, 240, 360, 30);
		else
			r[n++] = bank_rule(WFM_RULE_SHIFT_MINUTES, 360, 360, 0);
		x->contracts[c] = (struct wfm_contract){
			.name = contract_names[c], .rules = r, .rule_count = n,
			.breaks = c == 0 ? bank_full_breaks : bank_part_breaks,
			.break_count = c == 0 ? BANK_FULL_BREAKS : BANK_PART_BREAKS,
			.hour_cents = 100, .late_start_min = all_day ? 60 : 0, .salaried = named && c != 1, .optional = !named,
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
			wish[a->wish_count++] = (struct wfm_wish){ WFM_WISH_DAY_OFF, d, 0, 100, 0, 0, 0, 0 };
	}
	wish[a->wish_count++] =
		(struct wfm_wish){ WFM_WISH_START, WFM_NONE, 15 * number(o, "wish_start"), 10, 0, 0, 0, 0 };
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
	bool all_day = true;
	for (int t = 0; t < T; t++)
		all_day &= x->open[t];
	fill_contracts(x, pool == NULL, all_day);
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

/* Reads the file, unpacking it when it ends in .gz; cut to its size. */
static char *read_file(const char *path)
{
	gzFile f = gzopen(path, "rb");
	size_t cap = 1 << 16, n = 0;
	char *text = f ? malloc(cap + 1) : NULL;
	for (int got = 1; text && got > 0; n += got > 0 ? (size_t)got : 0) {
		if (n == cap) {
			char *more = realloc(text, 2 * cap + 1);
			if (!more)
				abort();
			text = more;
			cap *= 2;
		}
		got = gzread(f, text + n, (unsigned)(cap - n));
	}
	if (text)
		text[n] = '\0';
	if (f)
		(void)gzclose(f);
	return text;
}

static void release(struct instance *x)
{
	if (!x)
		return;
	free(x->agents);
	free(x->skills);
	free(x->spans);
	free(x->wishes);
	free(x);
}

static struct instance *load(const char *path)
{
	char *text = read_file(path);
	cJSON *json = text ? cJSON_Parse(text) : NULL;
	struct instance *x = json ? calloc(1, sizeof *x) : NULL;
	if (x)
		build(x, json);
	else
		fprintf(stderr, "%s: cannot be read\n", path);
	cJSON_Delete(json);
	free(text);
	return x;
}

struct job {
	char path[512], name[64];
	double certified;
	struct wfm_solve_options o;
	bool figures, curve, loud;
};

static double cpu_s(void)
{
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static long peak_mb(void)
{
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss / 1024;
}

static void print_head(void)
{
	printf("%-31s %11s %11s %8s %12s %8s %8s %7s %7s %6s %5s  %s\n", "instance", "our bound",
	       "certified", "apart", "cost", "gap %", "var. %", "CPU s", "wall s", "1st s", "MB",
	       "judge");
	(void)fflush(stdout);
}

static void print_curve(const struct job *j, const struct curve *c)
{
	double next = 0;
	for (int32_t i = 0; i < c->count; i++) {
		if (c->at_s[i] < next && i + 1 < c->count)
			continue;
		next = c->at_s[i] * 1.15 + 0.1;
		printf("curve %s: %8.2f s  cost %12.4f  bound %12.4f\n", j->name, c->at_s[i],
		       (c->cost[i]) / 100, c->bound[i] / 100);
	}
}

/* The row of one solved instance; true: the bound is no bound, or the judge objects. */
static bool print_row(const struct job *j, const struct wfm_roster *r, const struct curve *c,
		      int breaches, double cpu, long mb)
{
	double cost = (r->cost.total - r->cost.fixed_pay) / 100;
	double bound = (r->bound - r->cost.fixed_pay) / 100, first = c->count ? c->at_s[0] : r->seconds;
	bool above = j->certified > 0 && bound > j->certified + 1e-3 + 1e-6 * j->certified;
	if (j->figures) {
		printf("tours %s: variable gap\t%.4f\t%%\n", j->name, 100 * r->variable_gap);
		printf("tours %s: processor time\t%.1f\ts\n", j->name, cpu);
		printf("tours %s: time to a first roster\t%.2f\ts\n", j->name, first);
		printf("tours %s: peak memory\t%ld\tMB\n", j->name, mb);
	} else {
		char known[32] = "-", apart[32] = "-";
		if (j->certified > 0) {
			(void)snprintf(known, sizeof known, "%.4f", j->certified);
			(void)snprintf(apart, sizeof apart, "%.4f", bound - j->certified);
		}
		printf("%-31s %11.4f %11s %8s %12.4f %8.4f %8.4f %7.1f %7.1f %6.2f %5ld  %s%s\n",
		       j->name, bound, known, apart, cost, 100 * r->gap, 100 * r->variable_gap, cpu,
		       r->seconds, first, mb, breaches ? "objects" : "accepts",
		       above ? ", BOUND ABOVE THE CERTIFIED ONE" : "");
	}
	return above || breaches > 0;
}

static int solve(struct job *j)
{
	struct instance *x = load(j->path);
	struct curve *c = calloc(1, sizeof *c);
	struct wfm_roster *r = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error e = { 0 };
	bool failed = true;
	if (!x || !c)
		goto out;
	c->loud = j->loud;
	c->started_s = now_s(NULL);
	j->o.context = c;
	double cpu = cpu_s();
	enum wfm_status s = wfm_schedule_solve(&x->p, &j->o, &r, &e);
	cpu = cpu_s() - cpu;
	long mb = peak_mb();
	if (!r || wfm_schedule_verify(&x->p, r, true, &report, &e) != WFM_OK) {
		printf("%-31s %s: %s %s\n", j->name, wfm_status_name(s), e.path, e.message);
		goto out;
	}
	failed = print_row(j, r, c, report->breach_count, cpu, mb);
	if (j->curve)
		print_curve(j, c);
out:
	wfm_report_free(report);
	wfm_roster_free(r);
	free(c);
	release(x);
	(void)fflush(stdout);
	return failed;
}

/* In a process of its own: memory of one instance must not show in the next. */
static int run(struct job *j)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		return 1;
	if (child == 0)
		_exit(solve(j));
	int status = 0;
	(void)waitpid(child, &status, 0);
	return status != 0;
}

static int run_file(struct job *j, const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	(void)snprintf(j->path, sizeof j->path, "%s", path);
	(void)snprintf(j->name, sizeof j->name, "%.*s", (int)strcspn(base, "."), base);
	j->certified = 0;
	for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
		if (strcmp(references[i].name, j->name) == 0)
			j->certified = references[i].bound;
	return run(j);
}

static int run_known(struct job *j, bool all)
{
	const char *data = getenv("CUADRANTE_SHARED_DATA");
	double asked = j->o.time_limit_s;
	int failed = 0;
	for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
		char path[512];
		if (!all && !references[i].brief)
			continue;
		for (int packed = 0; packed < 2; packed++) {
			(void)snprintf(path, sizeof path, "%s/tours/%s.json%s",
				       data ? data : "../shared/data", references[i].name,
				       packed ? ".gz" : "");
			if (access(path, R_OK) == 0)
				break;
		}
		if (access(path, R_OK) != 0) {
			printf("# skipped: %s is not there\n", references[i].name);
			continue;
		}
		j->o.time_limit_s = asked > 0 ? asked : references[i].limit_s;
		failed += run_file(j, path);
	}
	return failed > 0;
}

int main(int argc, char **argv)
{
	struct job j = { .o = { .now_s = now_s, .progress = on_progress } };
	bool all = false;
	int c, failed = 0;
	while ((c = getopt(argc, argv, "acpt:s:i:j:v")) != -1) {
		if (c == 'a')
			all = true;
		else if (c == 'c')
			j.curve = true;
		else if (c == 'p')
			clock_used = CLOCK_PROCESS_CPUTIME_ID;
		else if (c == 't')
			j.o.time_limit_s = strtod(optarg, NULL);
		else if (c == 's')
			j.o.seed = strtoull(optarg, NULL, 10);
		else if (c == 'i')
			j.o.iteration_limit = strtoll(optarg, NULL, 10);
		else if (c == 'j')
			j.o.threads = (int32_t)strtol(optarg, NULL, 10);
		else if (c == 'v')
			j.loud = true;
		else
			return 2;
	}
	j.figures = optind == argc && !all;
	if (!j.figures)
		print_head();
	for (int i = optind; i < argc; i++)
		failed += run_file(&j, argv[i]);
	return optind < argc ? failed > 0 : run_known(&j, all);
}
