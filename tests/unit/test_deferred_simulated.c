/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan for work that may wait against the simulator: people answer calls and do e-mails when
 * nobody calls, others do e-mails only. Does the backlog go up and down as planned?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "wfm/deferred.h"
#include "wfm/simulate.h"

enum { N = 2 * 96, UNIT = 900, MOST_PEOPLE = 120, WEEKS = 200,
       BACKLOG_S = 30 * 3600 };

struct world {
	struct wfm_load calls[N], mails[N];
	struct wfm_requirement required[N];
	double idle[N], call_volume[N], mail_volume[N], call_aht[N], mail_aht[N];
	struct wfm_sim_span spans[MOST_PEOPLE * N / 4];
	int32_t span_count, agent_count;
};

static void fill(struct world *w)
{
	for (int i = 0; i < N; i++) {
		double hour = (i % 96) / 4.0;
		bool open = hour >= 8 && hour < 20;
		double shape = open ? sin(3.1416 * (hour - 7) / 14) : 0;
		w->calls[i] = (struct wfm_load){ 60 * shape, 240, open };
		w->mails[i] = (struct wfm_load){ open ? 45 * sin(3.1416 * (hour - 6) / 12) + 4 : 0, 300,
						 open };
		w->mails[i].volume = fmax(0, w->mails[i].volume);
		w->call_volume[i] = w->calls[i].volume;
		w->mail_volume[i] = w->mails[i].volume;
		w->call_aht[i] = 240;
		w->mail_aht[i] = 300;
	}
	struct wfm_staffing_options o = { .channel = WFM_VOICE, .interval_s = UNIT,
					  .target = { .service_level = .8, .within_s = 20 } };
	assert_int_equal(wfm_staffing_run(w->calls, N, &o, w->required, NULL), WFM_OK);
	for (int i = 0; i < N; i++)
		w->idle[i] = w->required[i].agents * (1 - w->required[i].occupancy) * UNIT;
}

/* So many people of a set in each interval; who comes first goes first. */
static void staff(struct world *w, const int32_t *people, int32_t stride, int32_t set)
{
	int32_t most = 0;
	for (int i = 0; i < N; i++)
		most = people[i * stride] > most ? people[i * stride] : most;
	for (int32_t a = 0; a < most; a++)
		for (int i = 0; i < N; i++) {
			if (people[i * stride] <= a)
				continue;
			int until = i;
			while (until < N && people[until * stride] > a)
				until++;
			w->spans[w->span_count++] = (struct wfm_sim_span){
				w->agent_count + a, set, i * (double)UNIT, until * (double)UNIT, false };
			i = until;
		}
	w->agent_count += most;
}

static struct wfm_simulation *play(const struct world *w, int32_t queues)
{
	static const struct wfm_sim_skill both[] = { { 0, 1, 0, 1 }, { 1, 2, 0, 1 } };
	const struct wfm_sim_set sets[] = { { both, queues }, { both + 1, 1 } };
	struct wfm_sim_queue queue[] = {
		{ .volume = w->call_volume, .aht_s = w->call_aht, .lobby = -1, .within_s = 20 },
		{ .volume = w->mail_volume, .aht_s = w->mail_aht, .lobby = -1, .due_s = 90 * 86400.0,
		  .backlog = BACKLOG_S / 300 },
	};
	struct wfm_sim_problem p = { .interval_s = UNIT, .interval_count = N, .queues = queue,
				     .queue_count = queues, .sets = sets, .set_count = queues,
				     .spans = w->spans, .span_count = w->span_count,
				     .agent_count = w->agent_count };
	struct wfm_sim_options o = { .seed = 5, .replications = WEEKS, .trace_replication = -1 };
	struct wfm_simulation *s;
	struct wfm_error e = { 0 };
	if (wfm_simulate(&p, &o, &s, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
	return s;
}

static void test_backlog_is_as_planned(void **state)
{
	(void)state;
	static struct world w;
	static const uint8_t can[] = { 1 };
	static int32_t none[N], voice[N];
	fill(&w);
	/* A plan by means cannot know that at times nothing happens to wait: so some always does. */
	struct wfm_deferred_batch carried = { BACKLOG_S, 0, 16 * 3600 };
	struct wfm_deferred_queue mail = { .loads = w.mails, .turnaround_s = 16 * 3600, .open_hours = true,
					   .batches = &carried, .batch_count = 1, .end_backlog_s = NAN };
	struct wfm_deferred_class classes[] = {
		{ .queues = can, .free_s = w.idle, .max_extra = none, .cost = 1 },
		{ .queues = can, .cost = 1 },
	};
	struct wfm_deferred_problem p = { N, UNIT, &mail, 1, classes, 2, 0 };
	struct wfm_deferred *r;
	assert_int_equal(wfm_deferred_solve(&p, &r, NULL), WFM_OK);
	assert_true(r->late_s == 0 && r->cost > 20);
	for (int i = 0; i < N; i++)
		voice[i] = w.required[i].agents;
	staff(&w, voice, 1, 0);
	struct wfm_simulation *calls = play(&w, 1);
	staff(&w, r->extra + N, 1, 1);
	struct wfm_simulation *all = play(&w, 2);
	double arrived = BACKLOG_S, done = 0, off = 0, mean = 0, most = 0, idle_used = 0;
	for (int i = 0; i < N; i++) {
		arrived += w.mails[i].volume * w.mails[i].aht_s;
		done += all->load[i].busy_s - calls->load[i].busy_s + all->load[N + i].busy_s;
		idle_used += r->free_used_s[i];
		off += fabs(arrived - done - r->figures[i].backlog_s) / N;
		mean += r->figures[i].backlog_s / N;
		most = fmax(most, r->figures[i].backlog_s);
	}
	print_message("# idle time used %.1f h, extra people %.1f h; backlog %.1f h on the mean, %.1f h at "
		      "most; simulated off by %.2f h on the mean\n", idle_used / 3600, r->cost / 4,
		      mean / 3600, most / 3600, off / 3600);
	print_message("# calls in time %.1f %% without e-mails between them, %.1f %% with\n",
		      100 * calls->total[0].service_level, 100 * all->total[0].service_level);
	assert_true(idle_used > 20 * 3600);
	assert_true(off < 0.05 * mean);
	wfm_simulation_free(calls);
	wfm_simulation_free(all);
	wfm_deferred_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_backlog_is_as_planned) };
	return cmocka_run_group_tests_name("deferred work simulated", tests, NULL, NULL);
}
