/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to make_network.c and keep_network.c: the tree of a network forecast while it is made. */
#ifndef DOMAIN_NETWORK_H
#define DOMAIN_NETWORK_H

#include "server/domain/forecast_warning.h"
#include "server/domain/make_network.h"
#include "server/domain/network_series.h"
#include "wfm/hierarchy.h"

enum network_level { LEVEL_NETWORK, LEVEL_REGION, LEVEL_SITE, LEVEL_QUEUE };
extern const char *const network_level_names[];

struct network_site {
	int64_t site_id, region_id;
	struct site_calendar calendar;
	struct site_queue *queues;
	size_t queue_count;
	size_t first_leaf; /* node of its first queue; the others follow */
};

struct network_node {
	enum network_level level;
	int32_t parent; /* −1: the root; a parent stands before its children */
	size_t children;
	const struct network_site *site;   /* of sites and queues */
	const struct site_queue *queue;    /* of queues */
	int64_t region_id;                 /* FIELD_NULL: the network */
	struct network_series series;      /* of parents with several children */
	struct wfm_forecast f;             /* its own, when it has one; a queue without is left out */
	bool own;
	struct wfm_day_errors errors;      /* its own, or its only child's */
	struct forecast_warnings warnings; /* of queues */
};

struct network {
	struct db *db;
	struct arena *arena;
	const struct network_request *request;
	const struct forecast_watch *watch;
	struct site_span ahead;
	struct network_site *sites;
	size_t site_count;
	struct network_node *nodes;
	size_t node_count, done;
	size_t forecast_queues; /* the others are left out */
	const char *doing; /* for progress */
	double *base, *mean; /* days x nodes: before and after */
	size_t days;
	double shrinkage;
	struct total_row *totals; /* of days and weeks, once network_total was called */
	size_t total_count;
};

/* keep_network.c: sums with quantiles of sites, regions and network. Minutes for thousands of queues. */
bool network_total(struct network *n, struct err *e);
/* keep_network.c: everything that stays, one forecast a site and the totals. */
bool network_keep(struct network *n, int64_t user_id, int64_t job_id, int64_t *network_forecast_id,
		  struct err *e);

#endif
