/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a problem file with work and, after a NUL byte, a roster file: what is sound is played
 * twice, and what the play found must be JSON. Nobody plays more contacts than a fuzzer waits for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/roster_form.h"
#include "server/cli/trial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const double CONTACTS_MOST = 5000;

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool is_sound(const struct problem *p, const struct wfm_roster *r)
{
	struct wfm_report *report = NULL;
	struct wfm_error w;
	bool sound = wfm_schedule_verify(&p->wfm, r, false, &report, &w) == WFM_OK;
	for (int32_t i = 0; sound && i < report->breach_count; i++)
		sound = report->breaches[i].kind != WFM_BREACH_SHAPE &&
			report->breaches[i].kind != WFM_BREACH_OVERLAP &&
			report->breaches[i].kind != WFM_BREACH_SKILL;
	wfm_report_free(report);
	return sound;
}

static bool is_small(const struct wfm_sim_problem *p)
{
	double contacts = 0;
	for (int32_t q = 0; q < p->queue_count; q++) {
		contacts += p->queues[q].backlog;
		for (int32_t i = 0; i < p->interval_count; i++)
			contacts += p->queues[q].volume[i];
		contacts *= 1.0 / (1.0 - p->queues[q].redial);
	}
	return contacts <= CONTACTS_MOST;
}

static void play(struct arena *a, const struct problem *p, const struct wfm_sim_problem *work,
		 const struct wfm_roster *r)
{
	struct wfm_sim_options o = { .seed = 1, .replications = 2, .trace_replication = 0 };
	struct wfm_sim_problem problem = *work;
	struct wfm_sim_people people;
	struct wfm_simulation *s = NULL;
	struct wfm_error w;
	check(wfm_sim_people_from_roster(&p->wfm, r, NULL, &people, &w) == WFM_OK);
	problem.sets = people.sets;
	problem.set_count = people.set_count;
	problem.spans = people.spans;
	problem.span_count = people.span_count;
	if (wfm_simulate(&problem, &o, &s, &w) == WFM_OK) {
		struct trial_result result = { s, NULL, 1 };
		struct strbuf out;
		const struct json *j;
		struct err e = ERR_INIT;
		strbuf_init(&out, 64 << 20);
		simulation_write(a, p, work, &result, &out);
		check(!out.overflow && json_parse(a, out.data, out.len, out.len, &j, &e));
		strbuf_free(&out);
		for (int32_t q = 0; q < s->queue_count; q++)
			check(!(s->total[q].service_level > 1.0) && !(s->total[q].service_level < 0.0));
		wfm_simulation_free(s);
	} else {
		check(w.message[0] != '\0');
	}
	wfm_sim_people_free(&people);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct err e = ERR_INIT;
	struct problem p;
	struct wfm_sim_problem work;
	struct wfm_roster *r = NULL;
	struct roster_claims claims;
	if (!started)
		check(zones_start(&e));
	started = true;
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	if (nul == NULL)
		return 0;
	size_t len = (size_t)(nul - data);
	struct arena *a = arena_new(128 << 20);
	if (problem_read(a, (const char *)data, len, &p, &e)) {
		if (!trial_work(a, &p, &work, &e))
			check(e.code != ERR_NONE);
		else if (is_small(&work) &&
			 roster_read(a, &p, (const char *)nul + 1, size - len - 1, &r, &claims, &e) &&
			 is_sound(&p, r))
			play(a, &p, &work, r);
	}
	wfm_roster_free(r);
	arena_free(a);
	return 0;
}
