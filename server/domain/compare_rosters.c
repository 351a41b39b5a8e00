/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/compare_rosters.h"

#include <math.h>

#include "server/domain/play_week.h"
#include "server/domain/publish_roster.h"
#include "server/domain/stored_week.h"

enum { THREADS = 2 };

static const struct field query_rows[] = {
	F_INT(struct comparison_query, with, 0, 1, 1e15, "the other roster, of the same site and week"),
	{ .name = "seed", .type = FIELD_INT, .offset = offsetof(struct comparison_query, seed),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1e9, .fallback = "1",
	  .help = "same seed, same contacts" },
};
const struct fields comparison_query_fields =
	FIELDS("ComparisonQuery", struct comparison_query, query_rows);

static const struct field roster_rows[] = {
	F_INT(struct compared_roster, id, 0, 1, 1e15, "roster"),
	F_INT(struct compared_roster, version, 0, 1, 1e15, "its version"),
	F_ENUM(struct compared_roster, state, 0, roster_state_names, "its state"),
	F_INT(struct compared_roster, agents, 0, 0, 1e15, "people with a shift"),
	F_INT(struct compared_roster, shifts, 0, 0, 1e15, "shifts"),
	F_INT(struct compared_roster, paid_minutes, 0, 0, 1e15, "paid time"),
	F_INT(struct compared_roster, pay_cents, 0, 0, 1e15, "what the shifts cost"),
	F_REAL(struct compared_roster, short_hours, 0, 0, 0, "people short x hours, by its own plan"),
};
static const struct fields roster_row_fields =
	FIELDS("ComparedRoster", struct compared_roster, roster_rows);

static const struct field row_rows[] = {
	F_INT(struct compared_row, queue_id, 0, 1, 1e15, "queue"),
	F_DATE(struct compared_row, day, 0, "local date of arrival"),
	F_REAL(struct compared_row, offered, 0, 0, 0, "contacts, on the mean"),
	F_REAL(struct compared_row, target, FIELD_OPTIONAL, 0, 0, "service level wanted"),
	F_REAL(struct compared_row, first, FIELD_OPTIONAL, 0, 0, "service level of the first"),
	F_REAL(struct compared_row, second, FIELD_OPTIONAL, 0, 0, "service level of the second"),
	F_REAL(struct compared_row, difference, FIELD_OPTIONAL, 0, 0,
	       "mean over weeks of the second's minus the first's"),
	F_REAL(struct compared_row, low, FIELD_OPTIONAL, 0, 0, "95 % interval of the difference"),
	F_REAL(struct compared_row, high, FIELD_OPTIONAL, 0, 0, "95 % interval of the difference"),
	F_REAL(struct compared_row, first_abandoned, FIELD_OPTIONAL, 0, 0, "abandoned / offered"),
	F_REAL(struct compared_row, second_abandoned, FIELD_OPTIONAL, 0, 0, "abandoned / offered"),
	F_REAL(struct compared_row, first_p_target, FIELD_OPTIONAL, 0, 0, "share of days at the target"),
	F_REAL(struct compared_row, second_p_target, FIELD_OPTIONAL, 0, 0, "share of days at the target"),
};
static const struct fields row_fields = FIELDS("ComparedRow", struct compared_row, row_rows);

static const char *const change_names[] = { "added", "removed", "moved", "activities", NULL };

static const struct field change_rows[] = {
	F_INT(struct compared_change, agent_id, 0, 1, 1e15, "agent"),
	F_TEXT(struct compared_change, agent, 0, 0, 0, "name"),
	F_DATE(struct compared_change, day, 0, "local date"),
	F_ENUM(struct compared_change, change, 0, change_names,
	       "added or removed by the second, moved, or other activities at the same hours"),
	F_INSTANT(struct compared_change, first_start, FIELD_OPTIONAL, "the first's shift"),
	F_INSTANT(struct compared_change, first_end, FIELD_OPTIONAL, "the first's shift"),
	F_INSTANT(struct compared_change, second_start, FIELD_OPTIONAL, "the second's shift"),
	F_INSTANT(struct compared_change, second_end, FIELD_OPTIONAL, "the second's shift"),
};
static const struct fields change_fields =
	FIELDS("ComparedChange", struct compared_change, change_rows);

static const struct field comparison_rows[] = {
	F_OBJECT(struct comparison, first, 0, &roster_row_fields, "the roster asked for"),
	F_OBJECT(struct comparison, second, 0, &roster_row_fields, "the other"),
	F_INT(struct comparison, seed, 0, 1, 1e9, "of the contacts"),
	F_INT(struct comparison, weeks, 0, 1, 1e9, "weeks played with each"),
	F_LIST(struct comparison, rows, row_count, 0, &row_fields, 0, 0,
	       "by live queue and day, around the volumes planned for by the first"),
	F_LIST(struct comparison, changes, change_count, 0, &change_fields, 0, 0, "who works otherwise"),
};
const struct fields comparison_fields = FIELDS("Comparison", struct comparison, comparison_rows);

static double week_contacts(const struct week_play *play)
{
	double sum = 0;
	for (int32_t q = 0; q < play->p.queue_count; q++)
		for (int32_t s = 0; s < play->slots; s++)
			sum += play->p.queues[q].volume[s];
	return sum;
}

static bool is_expected(const struct week_play *play, size_t queue, int32_t day)
{
	for (int32_t s = 0; s < play->slots; s++)
		if (play->p.day[s] == day && play->p.queues[queue].volume[s] > 0)
			return true;
	return false;
}

static bool write_rows(struct arena *a, const struct week_play *play, const struct wfm_simulation *first,
		       const struct wfm_simulation *second, struct comparison *out, struct err *e)
{
	const struct week_problem *w = play->w;
	size_t cells = w->queue_count * (size_t)first->day_count;
	struct wfm_sim_difference *differences = arena_array(a, cells, sizeof *differences);
	struct wfm_error we;
	if (wfm_simulation_compare(first, second, differences, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	out->rows = arena_array(a, cells, sizeof *out->rows);
	for (size_t q = 0; q < w->queue_count; q++)
		for (int32_t d = 0; d < first->day_count; d++) {
			size_t at = q * (size_t)first->day_count + (size_t)d;
			const struct wfm_sim_day *one = &first->day[at], *two = &second->day[at];
			if (!site_queue_is_live(&w->queues[q]) || !is_expected(play, q, d))
				continue;
			out->rows[out->row_count++] = (struct compared_row){
				.queue_id = w->queues[q].id, .day = w->monday + d,
				.offered = one->figures.offered, .target = w->queues[q].target_share,
				.first = one->figures.service_level, .second = two->figures.service_level,
				.difference = differences[at].service_level,
				.low = differences[at].low, .high = differences[at].high,
				.first_abandoned = one->figures.abandoned_share,
				.second_abandoned = two->figures.abandoned_share,
				.first_p_target = one->p_target, .second_p_target = two->p_target,
			};
		}
	return true;
}

static bool play_both(struct arena *a, const struct stored_week *s, const struct wfm_roster *other,
		      struct comparison *out, struct err *e)
{
	struct week_play one, two;
	struct wfm_simulation *first = NULL, *second = NULL;
	struct wfm_error we;
	if (!week_play_open(a, &s->w, &s->roster, &one, e) || !week_play_open(a, &s->w, other, &two, e))
		return false;
	double contacts = week_contacts(&one);
	if (contacts * COMPARE_WEEKS_LEAST > 4.0 * COMPARE_CONTACTS)
		return err_set(e, ERR_TOO_LARGE, "a week of %.0f contacts is too much to compare while one waits",
			       contacts);
	out->weeks = (int64_t)fmax(COMPARE_WEEKS_LEAST, fmin(COMPARE_WEEKS, COMPARE_CONTACTS / fmax(1, contacts)));
	struct wfm_sim_options o = { .seed = (uint64_t)out->seed, .replications = (int32_t)out->weeks,
				     .threads = THREADS, .trace_replication = -1 };
	bool ok = wfm_simulate(&one.p, &o, &first, &we) == WFM_OK &&
		  wfm_simulate(&two.p, &o, &second, &we) == WFM_OK;
	ok = ok ? write_rows(a, &one, first, second, out, e) : err_from_wfm(e, &we);
	wfm_simulation_free(first);
	wfm_simulation_free(second);
	return ok;
}

static bool describe(struct db *db, struct arena *a, int64_t roster_id, struct compared_roster *out,
		     struct err *e)
{
	return db_one(db, SQL_COMPARED_ROSTER, DB_ARGS(db_int("roster_id", roster_id)), NULL,
		      &roster_row_fields, a, out, e);
}

bool rosters_compare(struct db *db, struct arena *a, int64_t roster_id, const struct comparison_query *q,
		     struct comparison *out, struct err *e)
{
	struct stored_week *s = arena_alloc(a, sizeof *s);
	struct wfm_roster other;
	struct err why = ERR_INIT;
	*out = (struct comparison){ .seed = q->seed };
	if (q->with == roster_id)
		return err_at(e, ERR_INVALID, "/with", "is the roster itself");
	if (!stored_week_load(db, a, roster_id, s, e))
		return false;
	if (!stored_roster_load(db, a, &s->w, q->with, &other, &why))
		return why.code == ERR_NOT_FOUND ? err_at(e, ERR_INVALID, "/with", "there is no such roster")
						 : err_at(e, why.code, "/with", "%s", why.message);
	struct compared_change *changes;
	if (!db_rows(db, SQL_COMPARED_CHANGES,
		     DB_ARGS(db_int("roster_id", roster_id), db_int("with", q->with)), NULL, &change_fields,
		     a, (void **)&changes, &out->change_count, e))
		return false;
	out->changes = changes;
	return describe(db, a, roster_id, &out->first, e) && describe(db, a, q->with, &out->second, e) &&
	       play_both(a, s, &other, out, e);
}
