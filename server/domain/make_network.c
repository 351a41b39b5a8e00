/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/network.h"

#include "server/base/clock.h"
#include "server/domain/forecast_series.h"
#include "server/domain/keep_forecast.h"

enum { WEEKS_MAX = 12 };

static const struct field request_rows[] = {
	F_INT(struct network_request, region_id, FIELD_OPTIONAL, 1, 1e15,
	      "region whose sites are forecast; absent: the whole network"),
	F_WEEK(struct network_request, week, 0, "first ISO week, e.g. 2026-W48"),
	{ .name = "weeks", .type = FIELD_INT, .offset = offsetof(struct network_request, weeks),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = WEEKS_MAX, .fallback = "1",
	  .help = "number of weeks" },
};
const struct fields network_request_fields =
	FIELDS("NetworkForecastRequest", struct network_request, request_rows);

static const struct field result_rows[] = {
	F_INT(struct network_result, network_forecast_id, 0, 1, 1e15, "the forecast that was made"),
};
const struct fields network_result_fields =
	FIELDS("NetworkForecastResult", struct network_result, result_rows);

struct site_row {
	int64_t site_id, region_id;
};
static const struct field site_rows[] = {
	F_INT(struct site_row, site_id, 0, 1, 1e15, ""),
	F_INT(struct site_row, region_id, 0, 1, 1e15, ""),
};
static const struct fields site_fields = FIELDS("NetworkSite", struct site_row, site_rows);

bool network_check(struct db *db, struct arena *a, const struct network_request *r, struct err *e)
{
	struct site_row *sites;
	int64_t nodes, known;
	size_t count;

	if (!db_rows(db, SQL_NETWORK_SITES, DB_ARGS(db_int("region_id", r->region_id)), NULL,
		     &site_fields, a, (void **)&sites, &count, e))
		return false;
	if (count == 0)
		return err_at(e, ERR_INVALID, "/region_id", "there is no site with queues");
	if (r->week + 7 * r->weeks <= clock_now() / 86400)
		return err_at(e, ERR_INVALID, "/week", "lies in the past");
	if (r->week > clock_now() / 86400 + 546)
		return err_at(e, ERR_INVALID, "/week", "lies more than 78 weeks ahead");
	if (!db_int_value(db, SQL_NETWORK_SIZE, DB_ARGS(db_int("region_id", r->region_id)), NULL,
			  &nodes, e))
		return false;
	if (nodes + (r->region_id == FIELD_NULL) > WFM_HIERARCHY_NODES)
		return err_at(e, ERR_INVALID, "/region_id",
			      "there are %lld regions, sites and queues, and at most %d can be forecast as one",
			      (long long)nodes, (int)WFM_HIERARCHY_NODES);
	if (!db_int_value(db, SQL_NETWORK_KNOWN,
			  DB_ARGS(db_int("region_id", r->region_id), db_instant("until", r->week * 86400)),
			  NULL, &known, e))
		return false;
	return known != 0 ||
	       err_at(e, ERR_INVALID, "/region_id", "no queue has history to forecast from");
}

/* ---------------------------------------------------------------- the tree */

static bool load_sites(struct network *n, struct err *e)
{
	struct site_row *rows;

	if (!db_rows(n->db, SQL_NETWORK_SITES, DB_ARGS(db_int("region_id", n->request->region_id)),
		     NULL, &site_fields, n->arena, (void **)&rows, &n->site_count, e))
		return false;
	n->sites = arena_array(n->arena, n->site_count, sizeof *n->sites);
	for (size_t i = 0; i < n->site_count; i++) {
		struct network_site *s = &n->sites[i];
		s->site_id = rows[i].site_id;
		s->region_id = rows[i].region_id;
		if (!site_calendar_load(n->db, n->arena, s->site_id, &s->calendar, e) ||
		    !site_queues_load(n->db, n->arena, s->site_id, &s->queues, &s->queue_count, e))
			return false;
	}
	return true;
}

static size_t add_node(struct network *n, struct network_node node)
{
	if (node.parent >= 0)
		n->nodes[node.parent].children++;
	n->nodes[n->node_count] = node;
	return n->node_count++;
}

/* Sites come by region: network (when it is asked for), regions with their sites, queues last. */
static void plant(struct network *n)
{
	size_t queues = 0;
	int32_t root = -1, region = -1;

	for (size_t i = 0; i < n->site_count; i++)
		queues += n->sites[i].queue_count;
	n->nodes = arena_array(n->arena, 1 + 2 * n->site_count + queues, sizeof *n->nodes);
	if (n->request->region_id == FIELD_NULL)
		root = (int32_t)add_node(n, (struct network_node){ .level = LEVEL_NETWORK, .parent = -1,
								  .region_id = FIELD_NULL });
	for (size_t i = 0; i < n->site_count; i++) {
		const struct network_site *s = &n->sites[i];
		if (i == 0 || s->region_id != n->sites[i - 1].region_id)
			region = (int32_t)add_node(n, (struct network_node){
				.level = LEVEL_REGION, .parent = root, .region_id = s->region_id });
		add_node(n, (struct network_node){ .level = LEVEL_SITE, .parent = region, .site = s,
						   .region_id = s->region_id });
	}
	for (size_t i = 0; i < n->site_count; i++) {
		struct network_site *s = &n->sites[i];
		int32_t parent = 0;
		while (n->nodes[parent].level != LEVEL_SITE || n->nodes[parent].site != s)
			parent++;
		s->first_leaf = n->node_count;
		for (size_t q = 0; q < s->queue_count; q++)
			add_node(n, (struct network_node){ .level = LEVEL_QUEUE, .parent = parent,
							   .site = s, .queue = &s->queues[q],
							   .region_id = s->region_id });
	}
	for (size_t i = 0; i < n->node_count; i++)
		if (n->nodes[i].children > 1)
			network_series_start(n->arena, (int32_t)n->ahead.from, (int32_t)n->days,
					     &n->nodes[i].series);
}

/* ---------------------------------------------------------------- forecasts */

static bool progress(void *user, double done)
{
	const struct network *n = user;
	return n->watch != NULL && n->watch->progress != NULL &&
	       n->watch->progress(n->watch->context,
				  ((double)n->done + done) / (double)n->node_count, n->doing);
}

static enum wfm_status run(struct network *n, const struct wfm_series *s, double aht_s,
			   struct wfm_forecast *f, struct wfm_error *we)
{
	struct wfm_forecast_options o = {
		.first_day = (int32_t)n->ahead.from, .days = (int32_t)n->days,
		.default_aht_s = aht_s, .progress = progress, .user = n,
	};
	return wfm_forecast_run(s, &o, f, we);
}

static void keep_warnings(struct arena *a, const struct forecast_warnings *from,
			  struct forecast_warnings *to)
{
	for (size_t i = 0; i < from->count; i++) {
		struct forecast_warning w = from->items[i];
		w.code = arena_strdup(a, w.code);
		w.text = arena_strdup(a, w.text);
		forecast_warn(a, to, w);
	}
}

/* The history of one queue lives no longer than this: of a thousand there would be no room. */
static bool forecast_queue(struct network *n, size_t at, struct err *e)
{
	struct network_node *node = &n->nodes[at];
	struct arena *scratch = arena_new(0);
	struct forecast_series history;
	struct wfm_error we;
	int64_t now = clock_now();
	int64_t monday = zone_to_utc(node->site->calendar.zone, n->request->week, 0);
	bool ok = forecast_series_load(n->db, scratch, &node->site->calendar, node->queue,
				       now < monday ? now : monday, &n->ahead, &history, e);
	if (ok) {
		enum wfm_status status =
			run(n, &history.series, node->queue->aht_s, &node->f, &we);
		ok = status == WFM_OK || forecast_failed(node->queue, status, &we, e);
	}
	keep_warnings(n->arena, &history.warnings, &node->warnings);
	if (ok) {
		node->own = true;
		n->forecast_queues++;
		for (int32_t p = node->parent; p >= 0; p = n->nodes[p].parent)
			if (n->nodes[p].children > 1)
				network_series_add(scratch, &history.series, &n->nodes[p].series);
	}
	arena_free(scratch);
	return ok || forecast_leave_out(n->arena, &node->warnings, e);
}

/* A parent whose history tells nothing by itself is the sum of its children, no more. */
static bool forecast_parent(struct network *n, size_t at, struct err *e)
{
	struct network_node *node = &n->nodes[at];
	struct arena *scratch = arena_new(0);
	struct wfm_error we;
	struct wfm_series s = network_series_of(scratch, &node->series);
	enum wfm_status status = run(n, &s, 0.0, &node->f, &we);
	arena_free(scratch);
	node->own = status == WFM_OK;
	if (status == WFM_OK || status == WFM_INFEASIBLE)
		return true;
	return status == WFM_CANCELLED ? err_set(e, ERR_CONFLICT, "cancelled") : err_from_wfm(e, &we);
}

static bool forecast_all(struct network *n, struct err *e)
{
	static const char *const names[] = { "network", "region", "site" };

	for (size_t i = n->node_count; i-- > 0; n->done++) {
		struct network_node *node = &n->nodes[i];
		n->doing = node->level == LEVEL_QUEUE ? node->queue->code
			   : node->level == LEVEL_SITE ? node->site->calendar.code
						       : names[node->level];
		if (node->level == LEVEL_QUEUE ? !forecast_queue(n, i, e)
					       : node->children > 1 && !forecast_parent(n, i, e))
			return false;
	}
	return n->forecast_queues > 0 ||
	       err_set(e, ERR_INVALID, "nothing of any queue's history can be used");
}

/* ---------------------------------------------------------------- reconciliation */

/* Day means as forecast. A parent without an opinion, or on a day that is not as usual for all
 * below it, is the sum of its children. */
static void fill_base(struct network *n)
{
	size_t nodes = n->node_count;

	for (size_t h = 0; h < n->days; h++) {
		double *base = n->base + h * nodes, *below = arena_array(n->arena, nodes, sizeof *below);
		for (size_t i = nodes; i-- > 0;) {
			const struct network_node *node = &n->nodes[i];
			bool own = node->own && (node->level == LEVEL_QUEUE ||
						 network_series_usual(&node->series, (int32_t)h));
			base[i] = own ? node->f.days[h].mean : below[i];
			if (node->parent >= 0)
				below[node->parent] += base[i];
		}
	}
}

static void fill_errors(struct network *n, struct wfm_day_errors *errors)
{
	for (size_t i = n->node_count; i-- > 0;) {
		struct network_node *node = &n->nodes[i];
		if (node->own)
			node->errors = (struct wfm_day_errors){ node->f.backtest, node->f.n_backtest };
		if (node->parent >= 0 && n->nodes[node->parent].children == 1)
			n->nodes[node->parent].errors = node->errors;
		errors[i] = node->errors;
	}
}

static bool reconcile(struct network *n, struct err *e)
{
	size_t nodes = n->node_count;
	int32_t *parent = arena_array(n->arena, nodes, sizeof *parent);
	struct wfm_day_errors *days = arena_array(n->arena, nodes, sizeof *days);
	struct wfm_error we;

	n->base = arena_array(n->arena, n->days * nodes, sizeof *n->base);
	n->mean = arena_array(n->arena, n->days * nodes, sizeof *n->mean);
	fill_base(n);
	fill_errors(n, days);
	for (size_t i = 0; i < nodes; i++)
		parent[i] = n->nodes[i].parent;
	size_t rows;
	if (wfm_hierarchy_backtest(days, nodes, NULL, 0, &rows, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	double *error = arena_array(n->arena, rows * nodes, sizeof *error);
	if (wfm_hierarchy_backtest(days, nodes, error, rows, &rows, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	const struct wfm_hierarchy tree = { parent, nodes };
	const struct wfm_hierarchy_errors errors = { error, rows };
	if (wfm_hierarchy_reconcile(&tree, &errors, n->base, n->days, n->mean, &n->shrinkage, &we) !=
	    WFM_OK)
		return err_from_wfm(e, &we);
	for (size_t h = 0; h < n->days; h++)
		for (size_t i = 0; i < nodes; i++)
			if (n->nodes[i].level == LEVEL_QUEUE && n->nodes[i].own)
				wfm_forecast_move_day(&n->nodes[i].f, h, n->mean[h * nodes + i]);
	return true;
}

static bool keep(struct network *n, int64_t user_id, int64_t job_id, int64_t *id, struct err *e)
{
	if (!db_begin(n->db, e))
		return false;
	if (network_keep(n, user_id, job_id, id, e) &&
	    (n->watch == NULL || n->watch->saved == NULL || n->watch->saved(n->watch->context, *id, e)))
		return db_commit(n->db, e);
	db_rollback(n->db);
	return false;
}

bool network_make(struct db *db, struct arena *a, const struct network_request *r, int64_t user_id,
		  int64_t job_id, const struct forecast_watch *w, int64_t *network_forecast_id,
		  struct err *e)
{
	/* A day more than the weeks: nights run past Sunday. */
	struct network n = { .db = db, .arena = a, .request = r, .watch = w,
			     .ahead = { .from = r->week, .until = r->week + 7 * r->weeks + 1 },
			     .days = (size_t)(7 * r->weeks + 1), .shrinkage = 1.0 };

	if (!network_check(db, a, r, e) || !load_sites(&n, e))
		return false;
	plant(&n);
	/* Minutes: nothing is written, and no lock held, before it is done. */
	bool ok = forecast_all(&n, e) && reconcile(&n, e) && network_total(&n, e) &&
		  keep(&n, user_id, job_id, network_forecast_id, e);
	for (size_t i = 0; i < n.node_count; i++)
		wfm_forecast_free(&n.nodes[i].f);
	return ok;
}
