/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/stored_joint.h"

#include <math.h>

enum { ARRAYS = 5, NUMBER_CHARS = 16 };
static const double LEAST = 1e-30;

/* '{1,2.5}' with the seven digits that the column holds. It refuses what it cannot hold, and covariances
 * that fade with the distance of days come to less: that is nothing. */
static const char *array_text(struct arena *a, const double *v, size_t n)
{
	struct strbuf s;

	strbuf_init(&s, NUMBER_CHARS * (n + 1) + 8);
	strbuf_putc(&s, '{');
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&s, "%s%.7g", i > 0 ? "," : "",
			      fabs(v[i]) < LEAST ? 0.0 : v[i]);
	strbuf_putc(&s, '}');
	const char *text = s.overflow ? NULL : arena_strdup(a, s.data);
	strbuf_free(&s);
	return text;
}

bool joint_keep(struct db *db, struct arena *a, int64_t forecast_id, int64_t queue_id,
		const struct wfm_joint *j, struct err *e)
{
	const double *array[ARRAYS] = { j->mean, j->variance, j->day_load, j->day_own, j->shape };
	const char *text[ARRAYS];
	size_t count[ARRAYS];

	wfm_joint_counts(j, count);
	for (int i = 0; i < ARRAYS; i++) {
		text[i] = array_text(a, array[i], count[i]);
		if (text[i] == NULL)
			return err_set(e, ERR_INTERNAL, "the joint scenarios overflow their buffer");
	}
	return db_run(db, SQL_JOINT_INSERT,
		      DB_ARGS(db_int("forecast_id", forecast_id), db_int("queue_id", queue_id),
			      db_date("first_day", j->first_day), db_int("days", j->days),
			      db_int("slots", j->slots), db_int("factors", j->factors),
			      db_int("shapes", j->shapes), db_text("mean", text[0]),
			      db_text("variance", text[1]), db_text("day_load", text[2]),
			      db_text("day_own", text[3]), db_text("shape", text[4])),
		      NULL, NULL, e);
}

struct joint_row {
	int64_t queue_id, first_day, days, slots, factors, shapes;
	double *mean, *variance, *day_load, *day_own, *shape;
	size_t count[ARRAYS];
};
#define F_NUMBERS(member, i)                                                                    \
	{ .name = #member, .type = FIELD_LIST, .offset = offsetof(struct joint_row, member),    \
	  .count_offset = offsetof(struct joint_row, count) + (i) * sizeof(size_t),             \
	  .element = FIELD_REAL, .help = "" }
static const struct field joint_rows[] = {
	F_INT(struct joint_row, queue_id, 0, 0, 0, ""),
	F_DATE(struct joint_row, first_day, 0, ""),
	F_INT(struct joint_row, days, 0, 0, 0, ""),
	F_INT(struct joint_row, slots, 0, 0, 0, ""),
	F_INT(struct joint_row, factors, 0, 0, 0, ""),
	F_INT(struct joint_row, shapes, 0, 0, 0, ""),
	F_NUMBERS(mean, 0),
	F_NUMBERS(variance, 1),
	F_NUMBERS(day_load, 2),
	F_NUMBERS(day_own, 3),
	F_NUMBERS(shape, 4),
};
static const struct fields joint_fields = FIELDS("StoredJoint", struct joint_row, joint_rows);

static bool joint_read(const struct joint_row *r, struct wfm_joint *j, struct err *e)
{
	struct wfm_error we;
	size_t count[ARRAYS];

	*j = (struct wfm_joint){
		.first_day = (int32_t)r->first_day, .days = (int32_t)r->days,
		.slots = (int32_t)r->slots, .factors = (int32_t)r->factors,
		.shapes = (int32_t)r->shapes,
		.mean = r->mean, .variance = r->variance, .day_load = r->day_load,
		.day_own = r->day_own, .shape = r->shape,
	};
	wfm_joint_counts(j, count);
	for (int i = 0; i < ARRAYS; i++)
		if (count[i] != r->count[i])
			return err_set(e, ERR_INTERNAL, "stored scenarios of queue %lld lack numbers",
				       (long long)r->queue_id);
	return wfm_joint_check(j, &we) == WFM_OK || err_from_wfm(e, &we);
}

bool joint_load(struct db *db, struct arena *a, int64_t forecast_id, int64_t queue_id,
		struct stored_joint **out, size_t *count, struct err *e)
{
	struct joint_row *rows;

	if (!db_rows(db, SQL_JOINT_LIST,
		     DB_ARGS(db_int("forecast_id", forecast_id), db_int("queue_id", queue_id)), NULL,
		     &joint_fields, a, (void **)&rows, count, e))
		return false;
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		(*out)[i].queue_id = rows[i].queue_id;
		if (!joint_read(&rows[i], &(*out)[i].joint, e))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- between queues */

struct pair {
	int64_t queue_id, other_id;
	double correlation;
};
static const struct field pair_rows[] = {
	F_INT(struct pair, queue_id, 0, 0, 0, ""),
	F_INT(struct pair, other_id, 0, 0, 0, ""),
	F_REAL(struct pair, correlation, 0, 0, 0, ""),
};
static const struct fields pair_fields = FIELDS("QueueCorrelation", struct pair, pair_rows);

bool correlation_keep(struct db *db, struct arena *a, int64_t forecast_id, const int64_t *queue_ids,
		      const struct wfm_day_errors *errors, size_t n, struct err *e)
{
	double *matrix = arena_array(a, n * n, sizeof *matrix);
	struct pair *pairs = arena_array(a, n * n, sizeof *pairs);
	struct wfm_error we;
	struct strbuf s;
	size_t count = 0;

	if (n < 2)
		return true;
	if (wfm_day_correlation(errors, n, matrix, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (queue_ids[i] < queue_ids[k] && matrix[i * n + k] != 0)
				pairs[count++] = (struct pair){ queue_ids[i], queue_ids[k],
								matrix[i * n + k] };
	strbuf_init(&s, 120 * (count + 1));
	field_list_to_json(&pair_fields, pairs, count, &s);
	bool ok = !s.overflow ? db_run(db, SQL_CORRELATION_INSERT,
				       DB_ARGS(db_int("forecast_id", forecast_id),
					       db_text("pairs", s.data)),
				       NULL, NULL, e)
			      : err_set(e, ERR_INTERNAL, "the correlations overflow their buffer");
	strbuf_free(&s);
	return ok;
}

static size_t index_of(const struct stored_joint *queues, size_t n, int64_t id)
{
	size_t i = 0;
	while (i < n && queues[i].queue_id != id)
		i++;
	return i;
}

bool correlation_load(struct db *db, struct arena *a, int64_t forecast_id,
		      const struct stored_joint *queues, size_t n, double **out, struct err *e)
{
	struct pair *pairs;
	size_t count;

	if (!db_rows(db, SQL_CORRELATION_LIST, DB_ARGS(db_int("forecast_id", forecast_id)), NULL,
		     &pair_fields, a, (void **)&pairs, &count, e))
		return false;
	*out = arena_array(a, n * n, sizeof **out);
	for (size_t i = 0; i < n; i++)
		(*out)[i * n + i] = 1;
	for (size_t p = 0; p < count; p++) {
		size_t i = index_of(queues, n, pairs[p].queue_id);
		size_t k = index_of(queues, n, pairs[p].other_id);
		if (i < n && k < n)
			(*out)[i * n + k] = (*out)[k * n + i] = pairs[p].correlation;
	}
	return true;
}
