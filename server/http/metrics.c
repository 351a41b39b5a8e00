/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdatomic.h>
#include <stdlib.h>
#include "server/http/metrics.h"
#include "server/http/route_match.h"

static const int statuses[] = { 200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409,
				412, 413, 415, 422, 428, 429, 500, 503, 0 /* any other */ };
enum { STATUS_COUNT = sizeof(statuses) / sizeof(statuses[0]) };

static const double buckets[] = { 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10 };
enum { BUCKET_COUNT = sizeof(buckets) / sizeof(buckets[0]) };

struct series {
	atomic_ullong by_status[STATUS_COUNT];
	atomic_ullong by_bucket[BUCKET_COUNT + 1]; /* not cumulated; the last is +Inf */
	atomic_ullong microseconds;
};

struct metrics {
	size_t count; /* rows of the table, then METRICS_OTHERS */
	struct series *series;
};

struct metrics *metrics_new(void)
{
	struct metrics *m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->count = routes_count + METRICS_OTHERS;
	m->series = calloc(m->count, sizeof(*m->series));
	if (!m->series) {
		free(m);
		return NULL;
	}
	return m;
}

void metrics_free(struct metrics *m)
{
	if (m)
		free(m->series);
	free(m);
}

void metrics_count(struct metrics *m, const struct route *route, enum metrics_other other, int status,
		   double seconds)
{
	size_t i = route ? (size_t)(route - routes) : routes_count + (size_t)other;
	struct series *s = &m->series[i];
	int k = 0, b = 0;
	while (k < STATUS_COUNT - 1 && statuses[k] != status)
		k++;
	while (b < BUCKET_COUNT && seconds > buckets[b])
		b++;
	atomic_fetch_add_explicit(&s->by_status[k], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->by_bucket[b], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->microseconds, (unsigned long long)(seconds * 1e6),
				  memory_order_relaxed);
}

static void label(struct strbuf *s, size_t i)
{
	static const char *const others[] = { "(static)", "(unknown)" };
	if (i < routes_count)
		strbuf_printf(s, "method=\"%s\",route=\"%s\"", method_name(routes[i].method),
			      routes[i].path);
	else
		strbuf_printf(s, "method=\"\",route=\"%s\"", others[i - routes_count]);
}

static void write_histogram(const struct metrics *m, size_t i, struct strbuf *s)
{
	struct series *one = &m->series[i];
	unsigned long long sum = 0;
	for (int b = 0; b <= BUCKET_COUNT; b++) {
		sum += atomic_load_explicit(&one->by_bucket[b], memory_order_relaxed);
		strbuf_puts(s, "cuadrante_http_request_seconds_bucket{");
		label(s, i);
		if (b < BUCKET_COUNT)
			strbuf_printf(s, ",le=\"%g\"} %llu\n", buckets[b], sum);
		else
			strbuf_printf(s, ",le=\"+Inf\"} %llu\n", sum);
	}
	strbuf_puts(s, "cuadrante_http_request_seconds_sum{");
	label(s, i);
	strbuf_printf(s, "} %.6f\n",
		      (double)atomic_load_explicit(&one->microseconds, memory_order_relaxed) / 1e6);
	strbuf_puts(s, "cuadrante_http_request_seconds_count{");
	label(s, i);
	strbuf_printf(s, "} %llu\n", sum);
}

static bool used(const struct metrics *m, size_t i)
{
	for (int b = 0; b <= BUCKET_COUNT; b++)
		if (atomic_load_explicit(&m->series[i].by_bucket[b], memory_order_relaxed))
			return true;
	return false;
}

void metrics_write(struct metrics *m, struct strbuf *s)
{
	strbuf_puts(s, "# HELP cuadrante_http_requests_total Requests answered, by route and status.\n"
		       "# TYPE cuadrante_http_requests_total counter\n");
	for (size_t i = 0; i < m->count; i++)
		for (int k = 0; k < STATUS_COUNT; k++) {
			unsigned long long n = atomic_load_explicit(&m->series[i].by_status[k],
								    memory_order_relaxed);
			if (n == 0)
				continue;
			strbuf_puts(s, "cuadrante_http_requests_total{");
			label(s, i);
			strbuf_printf(s, ",status=\"%d\"} %llu\n", statuses[k], n);
		}
	strbuf_puts(s, "# HELP cuadrante_http_request_seconds From the request line to the queued reply.\n"
		       "# TYPE cuadrante_http_request_seconds histogram\n");
	for (size_t i = 0; i < m->count; i++)
		if (used(m, i))
			write_histogram(m, i, s);
}
