/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a problem must fulfil before it is played. */
#include "sim.h"

#include <math.h>
#include <stdio.h>

enum { MOST_INTERVALS = 200000, MOST_AT_ONCE = 16 };
static const double LONGEST_S = 1e7; /* a time beyond any sense */

static enum wfm_status bad(struct wfm_error *e, const char *what, int32_t i, const char *field,
			   const char *message)
{
	char path[96];
	(void)snprintf(path, sizeof path, "/%s/%d%s%s", what, (int)i, *field ? "/" : "", field);
	return wfm_fail(e, WFM_INVALID, path, "%s", message);
}

/* A row of numbers within [low, high]; the field is named with its index. */
static enum wfm_status check_row(struct wfm_error *e, int32_t q, const char *field, const double *row,
				 int32_t n, double low, double high)
{
	for (int32_t i = 0; i < n; i++)
		if (!(row[i] >= low && row[i] <= high)) {
			char name[48], message[96];
			(void)snprintf(name, sizeof name, "%s/%d", field, (int)i);
			(void)snprintf(message, sizeof message, "must be between %g and %g", low, high);
			return bad(e, "queues", q, name, message);
		}
	return WFM_OK;
}

static enum wfm_status check_variation(struct wfm_error *e, int32_t q, const char *field,
				       const struct wfm_variation *v)
{
	double sum = 0.0;
	if ((int)v->spread < 0 || v->spread > WFM_SPREAD_SAMPLE)
		return bad(e, "queues", q, field, "has no such spread");
	if (v->spread == WFM_SPREAD_LOGNORMAL && !(v->cv > 0.0 && v->cv <= 20.0))
		return bad(e, "queues", q, field, "needs a cv above 0 and at most 20");
	if (v->spread != WFM_SPREAD_SAMPLE)
		return WFM_OK;
	if (v->sample == NULL || v->sample_count < 1)
		return bad(e, "queues", q, field, "needs a sample");
	for (int32_t i = 0; i < v->sample_count; i++) {
		if (!(v->sample[i] >= 0.0 && v->sample[i] <= LONGEST_S))
			return bad(e, "queues", q, field, "has a sample that is not a time");
		sum += v->sample[i];
	}
	return sum > 0.0 ? WFM_OK : bad(e, "queues", q, field, "has a sample of zeros only");
}

struct range {
	const char *field;
	double value, low, high;
};

static enum wfm_status check_queue(const struct wfm_sim_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_sim_queue *q = &p->queues[i];
	if (q->volume == NULL || q->aht_s == NULL)
		return bad(e, "queues", i, q->volume == NULL ? "volume" : "aht_s", "is missing");
	enum wfm_status status = check_row(e, i, "volume", q->volume, p->interval_count, 0.0, 1e6);
	if (status == WFM_OK)
		status = check_row(e, i, "aht_s", q->aht_s, p->interval_count, 0.0, LONGEST_S);
	if (status != WFM_OK)
		return status;
	for (int32_t t = 0; t < p->interval_count; t++)
		if (!(q->aht_s[t] > 0.0) && (q->volume[t] > 0.0 || p->scenarios != NULL))
			return bad(e, "queues", i, "aht_s", "must be above 0 where contacts arrive");
	if (q->backlog > 0.0 && !(q->aht_s[0] > 0.0))
		return bad(e, "queues", i, "aht_s/0", "must be above 0 when there is a backlog");
	const struct range ranges[] = {
		{ "patience_s", isinf(q->patience_s) ? 0.0 : q->patience_s, 0.0, LONGEST_S },
		{ "lobby", q->lobby, -1.0, 1e6 },
		{ "redial", q->redial, 0.0, 0.99 },
		{ "redial_after_s", q->redial > 0.0 ? q->redial_after_s : 1.0, 1e-3, LONGEST_S },
		{ "concurrency", q->concurrency, 0.0, MOST_AT_ONCE },
		{ "stretch", q->stretch, 0.0, 10.0 },
		{ "callback_after_s", q->callback_after_s, 0.0, LONGEST_S },
		{ "callback_share", q->callback_share, 0.0, 1.0 },
		{ "due_s", q->due_s, 0.0, LONGEST_S },
		{ "backlog", q->backlog, 0.0, q->due_s > 0.0 ? 1e6 : 0.0 },
		{ "within_s", q->within_s, 0.0, LONGEST_S },
		{ "target", q->target, 0.0, 1.0 },
	};
	for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
		const struct range *r = &ranges[k];
		char message[96];
		(void)snprintf(message, sizeof message, "must be between %g and %g", r->low, r->high);
		if (!(r->value >= r->low && r->value <= r->high))
			return bad(e, "queues", i, r->field, message);
	}
	if ((int)q->definition < 0 || q->definition >= WFM_SL_DEFINITIONS)
		return bad(e, "queues", i, "definition", "there is no such service level");
	status = check_variation(e, i, "handling", &q->handling);
	return status == WFM_OK ? check_variation(e, i, "patience", &q->patience) : status;
}

static enum wfm_status check_sets(const struct wfm_sim_problem *p, struct wfm_error *e)
{
	for (int32_t i = 0; i < p->set_count; i++)
		for (int32_t k = 0; k < p->sets[i].skill_count; k++) {
			const struct wfm_sim_skill *s = &p->sets[i].skills[k];
			char field[48];
			const char *wrong = NULL;
			if (s->queue < 0 || s->queue >= p->queue_count)
				wrong = "queue";
			else if (!(s->after_s >= 0.0 && s->after_s <= LONGEST_S))
				wrong = "after_s";
			else if (!(s->speed >= 0.01 && s->speed <= 100.0))
				wrong = "speed";
			for (int32_t m = 0; m < k && wrong == NULL; m++)
				if (p->sets[i].skills[m].queue == s->queue)
					wrong = "queue"; /* twice */
			if (wrong == NULL)
				continue;
			(void)snprintf(field, sizeof field, "skills/%d/%s", (int)k, wrong);
			return bad(e, "sets", i, field, "is out of range or there twice");
		}
	return WFM_OK;
}

static enum wfm_status check_spans(const struct wfm_sim_problem *p, struct wfm_error *e)
{
	for (int32_t i = 0; i < p->span_count; i++) {
		const struct wfm_sim_span *s = &p->spans[i], *before = i > 0 ? &p->spans[i - 1] : NULL;
		if (s->agent < 0 || s->agent >= p->agent_count)
			return bad(e, "spans", i, "agent", "there is no such agent");
		if (s->set < 0 || s->set >= p->set_count)
			return bad(e, "spans", i, "set", "there is no such set");
		if (!(s->start_s >= 0.0 && s->end_s > s->start_s && s->end_s <= 1e9))
			return bad(e, "spans", i, "end_s", "must come after start_s, which is >= 0");
		if (before != NULL && before->agent > s->agent)
			return bad(e, "spans", i, "agent", "spans must be in order of agents");
		if (before != NULL && before->agent == s->agent && before->end_s > s->start_s)
			return bad(e, "spans", i, "start_s", "overlaps the span before it");
		if (s->after_break && (before == NULL || before->agent != s->agent))
			return bad(e, "spans", i, "after_break", "has no span of the agent before it");
	}
	return WFM_OK;
}

static enum wfm_status check_scenarios(const struct wfm_sim_problem *p, struct wfm_error *e)
{
	if (p->scenarios == NULL)
		return WFM_OK;
	if (p->scenario_count < 1)
		return wfm_fail(e, WFM_INVALID, "/scenario_count", "must be above 0");
	size_t n = (size_t)p->scenario_count * (size_t)p->queue_count * (size_t)p->interval_count;
	for (size_t i = 0; i < n; i++)
		if (!(p->scenarios[i] >= 0.0 && p->scenarios[i] <= 1e6) ||
		    p->scenarios[i] != floor(p->scenarios[i])) {
			char path[48];
			(void)snprintf(path, sizeof path, "/scenarios/%zu", i);
			return wfm_fail(e, WFM_INVALID, path, "must be a whole number from 0 to 1e6");
		}
	return WFM_OK;
}

enum wfm_status sim_check(const struct wfm_sim_problem *p, const struct wfm_sim_options *o,
			  struct wfm_error *e)
{
	if (!(p->interval_s >= 1.0 && p->interval_s <= 86400.0))
		return wfm_fail(e, WFM_INVALID, "/interval_s", "must be between 1 and 86400");
	if (p->interval_count < 1 || p->interval_count > MOST_INTERVALS)
		return wfm_fail(e, WFM_INVALID, "/interval_count", "must be between 1 and %d",
				MOST_INTERVALS);
	if (p->queue_count < 1 || p->set_count < 0 || p->span_count < 0 || p->agent_count < 0)
		return wfm_fail(e, WFM_INVALID, "/queue_count", "there must be a queue");
	if (o->replications < 1 || o->replications > 1000000)
		return wfm_fail(e, WFM_INVALID, "/replications", "must be between 1 and 1000000");
	if (o->threads < 0 || o->threads > 64)
		return wfm_fail(e, WFM_INVALID, "/threads", "must be between 0 and 64");
	if (!(o->half_width >= 0.0 && o->half_width < 1.0))
		return wfm_fail(e, WFM_INVALID, "/half_width", "must be at least 0 and below 1");
	for (int32_t i = 0; p->day != NULL && i < p->interval_count; i++)
		if (p->day[i] != (i == 0 ? 0 : p->day[i - 1]) && (i == 0 || p->day[i] != p->day[i - 1] + 1))
			return bad(e, "day", i, "", "days must count up from 0");
	enum wfm_status status = WFM_OK;
	for (int32_t q = 0; q < p->queue_count && status == WFM_OK; q++)
		status = check_queue(p, q, e);
	if (status == WFM_OK)
		status = check_sets(p, e);
	if (status == WFM_OK)
		status = check_spans(p, e);
	int32_t shares = p->agent_count * (p->absence_days > 0 ? p->absence_days : 1);
	for (int32_t i = 0; p->absence != NULL && i < shares && status == WFM_OK; i++)
		if (!(p->absence[i] >= 0.0 && p->absence[i] <= 1.0))
			status = bad(e, "absence", i, "", "must be between 0 and 1");
	return status == WFM_OK ? check_scenarios(p, e) : status;
}
