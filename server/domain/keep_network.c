/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/network.h"

#include <math.h>

#include "server/domain/forecast_accuracy.h"
#include "server/domain/keep_forecast.h"
#include "server/domain/stored_joint.h"

enum { SEED = 20260105 }; /* the same forecasts give the same totals */

const char *const network_level_names[] = { "network", "region", "site", "queue", NULL };
static const char *const by_names[] = { "day", "week", NULL };

struct total_row {
	int64_t level, region_id, site_id, by, day;
	double mean, base_mean, q05, q10, q25, q50, q75, q90, q95;
};
static const struct field total_rows[] = {
	F_ENUM(struct total_row, level, 0, network_level_names, ""),
	F_INT(struct total_row, region_id, FIELD_OPTIONAL, 0, 0, ""),
	F_INT(struct total_row, site_id, FIELD_OPTIONAL, 0, 0, ""),
	F_ENUM(struct total_row, by, 0, by_names, ""),
	F_DATE(struct total_row, day, 0, ""),
	F_REAL(struct total_row, mean, 0, 0, 0, ""),
	F_REAL(struct total_row, base_mean, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct total_row, q05, 0, 0, 0, ""),
	F_REAL(struct total_row, q10, 0, 0, 0, ""),
	F_REAL(struct total_row, q25, 0, 0, 0, ""),
	F_REAL(struct total_row, q50, 0, 0, 0, ""),
	F_REAL(struct total_row, q75, 0, 0, 0, ""),
	F_REAL(struct total_row, q90, 0, 0, 0, ""),
	F_REAL(struct total_row, q95, 0, 0, 0, ""),
};
static const struct fields total_fields = FIELDS("NetworkTotalRow", struct total_row, total_rows);

struct totalling {
	const struct network *n;
	const struct wfm_joint **joints; /* of the queues below the node that are not left out */
	struct wfm_day_errors *errors;
	double *correlation;
	size_t queues;
	struct total_row *rows;
	size_t count;
};

static bool is_below(const struct network *n, size_t leaf, size_t node)
{
	int32_t at = (int32_t)leaf;
	while (at >= 0 && at != (int32_t)node)
		at = n->nodes[at].parent;
	return at >= 0;
}

/* The node's own word on days first .. first + n − 1 before reconciliation; NaN: it had none. */
static double base_of(const struct network *n, size_t node, size_t first, size_t days)
{
	double sum = 0.0;
	if (!n->nodes[node].own)
		return NAN;
	for (size_t h = first; h < first + days; h++)
		sum += n->base[h * n->node_count + node];
	return sum;
}

static bool add_sums(struct totalling *t, size_t node, int64_t by, struct err *e)
{
	const struct network *n = t->n;
	const struct network_node *p = &n->nodes[node];
	size_t length = by == 0 ? 1 : 7, sums = n->days / length;
	int32_t *sum_of_day = arena_array(n->arena, n->days, sizeof *sum_of_day);
	struct wfm_total *totals = arena_array(n->arena, sums, sizeof *totals);
	struct wfm_error we;

	for (size_t h = 0; h < n->days; h++)
		sum_of_day[h] = h / length < sums ? (int32_t)(h / length) : -1;
	struct wfm_sums ask = { .joints = t->joints, .n_joints = t->queues,
				.correlation = t->correlation, .sum_of_day = sum_of_day,
				.n_sums = sums, .seed = SEED };
	if (t->queues > 0 && wfm_scenarios_total(&ask, totals, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	for (size_t i = 0; i < sums; i++) {
		const double *q = totals[i].quantile;
		t->rows[t->count++] = (struct total_row){
			.level = p->level, .region_id = p->region_id,
			.site_id = p->site != NULL ? p->site->site_id : FIELD_NULL,
			.by = by, .day = n->ahead.from + (int64_t)(i * length),
			.mean = totals[i].mean, .base_mean = base_of(n, node, i * length, length),
			.q05 = q[0], .q10 = q[1], .q25 = q[2], .q50 = q[3], .q75 = q[4],
			.q90 = q[5], .q95 = q[6],
		};
	}
	return true;
}

static bool add_node(struct totalling *t, size_t node, struct err *e)
{
	const struct network *n = t->n;
	struct wfm_error we;

	t->queues = 0;
	for (size_t i = 0; i < n->node_count; i++)
		if (n->nodes[i].level == LEVEL_QUEUE && n->nodes[i].own && is_below(n, i, node)) {
			t->joints[t->queues] = n->nodes[i].f.joint;
			t->errors[t->queues++] = n->nodes[i].errors;
		}
	if (t->queues > 0 &&
	    wfm_day_correlation(t->errors, t->queues, t->correlation, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	return add_sums(t, node, 0, e) && add_sums(t, node, 1, e);
}

bool network_total(struct network *n, struct err *e)
{
	size_t nodes = n->node_count;
	struct totalling t = { .n = n };

	t.joints = arena_array(n->arena, nodes, sizeof *t.joints);
	t.errors = arena_array(n->arena, nodes, sizeof *t.errors);
	t.correlation = arena_array(n->arena, nodes * nodes, sizeof *t.correlation);
	t.rows = arena_array(n->arena, nodes * 2 * n->days, sizeof *t.rows);
	for (size_t i = 0; i < nodes; i++) {
		if (n->nodes[i].level == LEVEL_QUEUE)
			continue;
		if (n->watch != NULL && n->watch->progress != NULL &&
		    n->watch->progress(n->watch->context, 1.0, "totals"))
			return err_set(e, ERR_CONFLICT, "cancelled");
		if (!add_node(&t, i, e))
			return false;
	}
	n->totals = t.rows;
	n->total_count = t.count;
	return true;
}

static bool keep_totals(const struct network *n, int64_t id, struct err *e)
{
	struct strbuf json;

	strbuf_init(&json, 640 * (n->total_count + 1));
	field_list_to_json(&total_fields, n->totals, n->total_count, &json);
	bool ok = !json.overflow ? db_run(n->db, SQL_NETWORK_TOTALS_INSERT,
					  DB_ARGS(db_int("network_forecast_id", id),
						  db_text("totals", json.data)),
					  NULL, NULL, e)
				 : err_set(e, ERR_INTERNAL, "the totals overflow their buffer");
	strbuf_free(&json);
	return ok;
}

static bool keep_site(const struct network *n, const struct network_site *s, int64_t id,
		      int64_t user_id, int64_t job_id, struct err *e)
{
	int64_t forecast_id;
	int64_t *queue_ids = arena_array(n->arena, s->queue_count, sizeof *queue_ids);
	struct wfm_day_errors *errors = arena_array(n->arena, s->queue_count, sizeof *errors);
	const struct accuracy_query past = { s->site_id, FIELD_NULL, FIELD_NULL, FIELD_NULL };
	struct accuracy *accuracy;
	const struct wfm_forecast none = forecast_of_nothing();
	size_t judged, told = 0;

	if (!forecast_accuracy(n->db, n->arena, &past, &accuracy, &judged, e) ||
	    !db_int_value(n->db, SQL_FORECAST_INSERT,
			  DB_ARGS(db_int("site_id", s->site_id), db_date("first_day", n->ahead.from),
				  db_date("last_day", n->ahead.until - 1), db_int("user_id", user_id),
				  db_int("job_id", job_id), db_instant("created_at", FIELD_NULL)),
			  NULL, &forecast_id, e))
		return false;
	for (size_t q = 0; q < s->queue_count; q++) {
		const struct network_node *leaf = &n->nodes[s->first_leaf + q];
		if (leaf->own) {
			queue_ids[told] = leaf->queue->id;
			errors[told++] = leaf->errors;
		}
		struct forecast_warnings warnings = leaf->warnings;
		accuracy_warn(n->arena, accuracy, judged, leaf->queue->id, &warnings);
		/* Rows on their way out are megabytes a queue: of a thousand there would be no room. */
		struct arena *scratch = arena_new(0);
		bool kept = forecast_keep_queue(n->db, scratch, &s->calendar, leaf->queue, forecast_id,
						leaf->own ? &leaf->f : &none, &warnings, e);
		arena_free(scratch);
		if (!kept)
			return false;
	}
	return correlation_keep(n->db, n->arena, forecast_id, queue_ids, errors, told, e) &&
	       db_run(n->db, SQL_NETWORK_SITE_INSERT,
		      DB_ARGS(db_int("network_forecast_id", id), db_int("forecast_id", forecast_id)),
		      NULL, NULL, e);
}

bool network_keep(struct network *n, int64_t user_id, int64_t job_id, int64_t *id, struct err *e)
{
	if (!db_int_value(n->db, SQL_NETWORK_INSERT,
			  DB_ARGS(db_int("region_id", n->request->region_id),
				  db_date("first_day", n->ahead.from),
				  db_date("last_day", n->ahead.until - 1),
				  db_real("shrinkage", n->shrinkage), db_int("user_id", user_id),
				  db_int("job_id", job_id)),
			  NULL, id, e))
		return false;
	for (size_t i = 0; i < n->site_count; i++)
		if (!keep_site(n, &n->sites[i], *id, user_id, job_id, e))
			return false;
	return keep_totals(n, *id, e);
}
