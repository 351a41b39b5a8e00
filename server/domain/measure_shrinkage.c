/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/measure_shrinkage.h"

#include "server/base/clock.h"

/* Fewer days than two of every weekday tell of no site; fewer than four of one, little of that one. */
enum { DAYS_LEAST = 14, WEEKDAY_LEAST = 4, DEFAULT_DAYS = 364, DAYS_MAX = 3660 };
static const double Z95 = 1.959963984540054, SHARE_MOST = 0.95;
static const char base[] = "successive: unplanned absence is a share of the time that planned absence "
			   "leaves; both on one base add up to the same total";
static const char *const use_names[] = { "own", "measured", NULL };

static const struct field query_rows[] = {
	F_DATE(struct shrinkage_query, from, FIELD_OPTIONAL, "first local date; 52 weeks before to"),
	F_DATE(struct shrinkage_query, to, FIELD_OPTIONAL, "last local date, included; yesterday"),
};
const struct fields shrinkage_query_fields =
	FIELDS("ShrinkageQuery", struct shrinkage_query, query_rows);

static const struct field change_rows[] = {
	F_ENUM(struct shrinkage_change, use, FIELD_OPTIONAL, use_names,
	       "own: the figure set here; measured: each weekday's own past"),
	F_REAL(struct shrinkage_change, planned, FIELD_OPTIONAL, 0, 0.95, "own figure: share of scheduled time"),
	F_REAL(struct shrinkage_change, unplanned, FIELD_OPTIONAL, 0, 0.95,
	       "own figure: share of what planned absence leaves"),
};
const struct fields shrinkage_change_fields =
	FIELDS("ShrinkageChange", struct shrinkage_change, change_rows);

static const struct field day_rows[] = {
	F_DATE(struct shrinkage_day, day, 0, ""),
	F_INT(struct shrinkage_day, people, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, rostered_s, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, off_roster_s, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, planned_s, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, unplanned_s, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, duties_s, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, in_state_s, 0, 0, 0, ""),
	F_REAL(struct shrinkage_day, present_s, 0, 0, 0, ""),
};
static const struct fields day_fields = FIELDS("ShrinkageDay", struct shrinkage_day, day_rows);

static const struct field weekday_rows[] = {
	F_INT(struct shrinkage_weekday, weekday, 0, 1, 7, "1 Monday to 7 Sunday"),
	F_INT(struct shrinkage_weekday, days, 0, 0, 0, "days counted"),
	F_REAL(struct shrinkage_weekday, unplanned_s, 0, 0, 0, "seconds lost: the numerator"),
	F_REAL(struct shrinkage_weekday, base_s, 0, 0, 0, "seconds planned absence left: the denominator"),
	F_REAL(struct shrinkage_weekday, unplanned, FIELD_OPTIONAL, 0, 1, "their ratio, null: no such day"),
	F_REAL(struct shrinkage_weekday, low, FIELD_OPTIONAL, 0, 1, "95 % interval from"),
	F_REAL(struct shrinkage_weekday, high, FIELD_OPTIONAL, 0, 1, "95 % interval to"),
	F_REAL(struct shrinkage_weekday, used, 0, 0, 1, "share that use measured reckons with"),
	F_REAL(struct shrinkage_weekday, weight, 0, 0, 1,
	       "how far the weekday speaks for itself: 0 = it has the site's share"),
	F_BOOL(struct shrinkage_weekday, few, 0, "fewer than four such days"),
};
static const struct fields weekday_fields =
	FIELDS("ShrinkageWeekday", struct shrinkage_weekday, weekday_rows);

static const struct field shrinkage_rows[] = {
	F_INT(struct site_shrinkage, site_id, 0, 1, 1e15, "site"),
	F_ENUM(struct site_shrinkage, use, 0, use_names, "whose unplanned share requirements reckon with"),
	F_REAL(struct site_shrinkage, own_planned, 0, 0, 1, "the figure set for the site"),
	F_REAL(struct site_shrinkage, own_unplanned, 0, 0, 1, "the figure set for the site"),
	F_DATE(struct site_shrinkage, from, 0, "first local date looked at"),
	F_DATE(struct site_shrinkage, to, 0, "last"),
	F_INT(struct site_shrinkage, days, 0, 0, 0, "days with planned time"),
	F_INT(struct site_shrinkage, people, 0, 0, 0, "people's days"),
	F_BOOL(struct site_shrinkage, known, 0, "false: too little is recorded"),
	F_TEXT(struct site_shrinkage, reason, 0, 0, 200, "what it rests on"),
	F_TEXT(struct site_shrinkage, base, 0, 0, 200, "of what the shares are shares"),
	F_REAL(struct site_shrinkage, scheduled_s, 0, 0, 0, "seconds scheduled, leave off the roster included"),
	F_REAL(struct site_shrinkage, planned_s, 0, 0, 0, "seconds of planned absence"),
	F_REAL(struct site_shrinkage, unplanned_s, 0, 0, 0, "seconds of unplanned absence"),
	F_REAL(struct site_shrinkage, planned, FIELD_OPTIONAL, 0, 1, "planned_s / scheduled_s"),
	F_REAL(struct site_shrinkage, unplanned, FIELD_OPTIONAL, 0, 1,
	       "unplanned_s / (scheduled_s - planned_s)"),
	F_REAL(struct site_shrinkage, unplanned_common, FIELD_OPTIONAL, 0, 1, "unplanned_s / scheduled_s"),
	F_REAL(struct site_shrinkage, total, FIELD_OPTIONAL, 0, 1,
	       "1 - (1 - planned)(1 - unplanned) = planned + unplanned_common"),
	F_REAL(struct site_shrinkage, duties, FIELD_OPTIONAL, 0, 1,
	       "breaks, training and other duties / time there; they stand on the roster already"),
	F_REAL(struct site_shrinkage, duties_s, 0, 0, 0, "seconds of them"),
	F_REAL(struct site_shrinkage, adherence, FIELD_OPTIONAL, 0, 1,
	       "time in the planned state / time there; not taken off"),
	F_REAL(struct site_shrinkage, in_state_s, 0, 0, 0, "seconds in the planned state"),
	F_REAL(struct site_shrinkage, present_s, 0, 0, 0, "seconds there, where the ladder is recorded"),
	F_LIST(struct site_shrinkage, weekdays, weekday_count, 0, &weekday_fields, 0, 7,
	       "unplanned absence by weekday"),
};
const struct fields site_shrinkage_fields =
	FIELDS("SiteShrinkage", struct site_shrinkage, shrinkage_rows);

struct setting {
	int64_t site_id, use, today;
	double own_planned, own_unplanned;
};
static const struct field setting_rows[] = {
	F_INT(struct setting, site_id, 0, 0, 0, ""),
	F_ENUM(struct setting, use, 0, use_names, ""),
	F_REAL(struct setting, own_planned, 0, 0, 0, ""),
	F_REAL(struct setting, own_unplanned, 0, 0, 0, ""),
	F_DATE(struct setting, today, 0, ""),
};
static const struct fields setting_fields = FIELDS("ShrinkageSetting", struct setting, setting_rows);

/* ---------------------------------------------------------------- the measure */

/* Time that planned absence leaves. */
static double base_of(const struct shrinkage_day *d)
{
	return fmax(d->rostered_s - d->planned_s, 0);
}

static double ratio(double part, double whole)
{
	return whole > 0 ? fmin(fmax(part / whole, 0), 1) : NAN;
}

static void add_up(const struct shrinkage_day *days, size_t n, struct site_shrinkage *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct shrinkage_day *d = &days[i];
		struct shrinkage_weekday *w = &out->weekdays[date_weekday(d->day) - 1];
		out->people += d->people;
		out->scheduled_s += d->rostered_s + d->off_roster_s;
		out->planned_s += d->planned_s + d->off_roster_s;
		out->unplanned_s += d->unplanned_s;
		out->duties_s += d->duties_s;
		out->in_state_s += d->in_state_s;
		out->present_s += d->present_s;
		w->days += base_of(d) > 0;
		w->base_s += base_of(d);
		w->unplanned_s += d->unplanned_s;
	}
	out->days = (int64_t)n;
	out->planned = ratio(out->planned_s, out->scheduled_s);
	out->unplanned = ratio(out->unplanned_s, out->scheduled_s - out->planned_s);
	out->unplanned_common = ratio(out->unplanned_s, out->scheduled_s);
	out->total = 1 - (1 - out->planned) * (1 - out->unplanned);
	out->duties = ratio(out->duties_s, out->present_s);
	out->adherence = ratio(out->in_state_s, out->present_s);
	for (int i = 0; i < 7; i++)
		out->weekdays[i].unplanned = ratio(out->weekdays[i].unplanned_s, out->weekdays[i].base_s);
}

/* Variance of a day's share times its base, from how days of a weekday differ; NaN: none twice. */
static double day_variance(const struct shrinkage_day *days, size_t n, const struct site_shrinkage *s)
{
	double sum = 0, freedom = 0;
	for (size_t i = 0; i < n; i++) {
		const struct shrinkage_weekday *w = &s->weekdays[date_weekday(days[i].day) - 1];
		double b = base_of(&days[i]);
		if (b > 0)
			sum += pow(days[i].unplanned_s - w->unplanned * b, 2) / b;
	}
	for (int i = 0; i < 7; i++)
		freedom += fmax((double)s->weekdays[i].days - 1, 0);
	return freedom > 0 ? sum / freedom : NAN;
}

/* How far weekdays lie apart beyond the chance of their days: DerSimonian and Laird's moments. */
static double weekday_variance(const struct site_shrinkage *s, double variance)
{
	double q = 0, k = 0, kk = 0, weekdays = 0;
	for (int i = 0; i < 7; i++) {
		const struct shrinkage_weekday *w = &s->weekdays[i];
		if (w->days == 0)
			continue;
		double precision = w->base_s / variance;
		q += precision * pow(w->unplanned - s->unplanned, 2);
		k += precision;
		kk += precision * precision;
		weekdays++;
	}
	double scale = k - kk / k;
	return weekdays > 1 && scale > 0 ? fmax((q - (weekdays - 1)) / scale, 0) : 0;
}

static void draw_together(const struct shrinkage_day *days, size_t n, struct site_shrinkage *out)
{
	double variance = day_variance(days, n, out);
	double apart = variance > 0 ? weekday_variance(out, variance) : 0;
	for (int i = 0; i < 7; i++) {
		struct shrinkage_weekday *w = &out->weekdays[i];
		w->few = w->days < WEEKDAY_LEAST;
		w->used = isnan(out->unplanned) ? out->own_unplanned : out->unplanned;
		w->low = w->high = NAN;
		if (w->days == 0)
			continue;
		if (isnan(variance)) /* one day of each: nothing to tell them apart by */
			continue;
		double own = variance / w->base_s;
		w->weight = variance > 0 ? apart / (apart + own) : 1;
		w->used += w->weight * (w->unplanned - w->used);
		w->low = fmax(w->unplanned - Z95 * sqrt(own), 0);
		w->high = fmin(w->unplanned + Z95 * sqrt(own), 1);
	}
}

void shrinkage_measure(struct arena *a, const struct shrinkage_day *days, size_t n,
		       struct site_shrinkage *out)
{
	out->weekdays = arena_array(a, 7, sizeof *out->weekdays);
	out->weekday_count = 7;
	out->base = base;
	for (int i = 0; i < 7; i++)
		out->weekdays[i].weekday = i + 1;
	add_up(days, n, out);
	draw_together(days, n, out);
	out->known = n >= DAYS_LEAST && !isnan(out->unplanned);
	for (int i = 0; i < 7; i++) {
		struct shrinkage_weekday *w = &out->weekdays[i];
		w->used = fmin(out->known ? w->used : out->own_unplanned, SHARE_MOST);
	}
	out->reason = out->known
			      ? arena_printf(a, "%lld days, %lld people's days", (long long)out->days,
					     (long long)out->people)
			      : arena_printf(a, "%lld days with planned time are too few (%d at least): the "
						"planner's figure stands", (long long)out->days, DAYS_LEAST);
}

/* ---------------------------------------------------------------- the database */

bool site_shrinkage_get(struct db *db, struct arena *a, int64_t site_id, const struct shrinkage_query *q,
			struct site_shrinkage *out, struct err *e)
{
	struct shrinkage_day *days;
	struct setting s;
	size_t n;

	if (!db_one(db, SQL_SHRINKAGE_SETTING, DB_ARGS(db_int("site_id", site_id)), NULL, &setting_fields,
		    a, &s, e))
		return false;
	*out = (struct site_shrinkage){ .site_id = site_id, .use = s.use, .own_planned = s.own_planned,
					.own_unplanned = s.own_unplanned };
	out->to = q == NULL || q->to == FIELD_NULL ? s.today - 1 : q->to;
	out->from = q == NULL || q->from == FIELD_NULL ? out->to - DEFAULT_DAYS + 1 : q->from;
	if (out->to < out->from)
		return err_at(e, ERR_INVALID, "?to", "must not lie before from");
	if (out->to - out->from >= DAYS_MAX)
		return err_at(e, ERR_INVALID, "?from", "must lie within %d days of to", DAYS_MAX);
	if (!db_rows(db, SQL_SHRINKAGE_DAYS,
		     DB_ARGS(db_int("site_id", site_id), db_date("from", out->from), db_date("to", out->to)),
		     NULL, &day_fields, a, (void **)&days, &n, e))
		return false;
	shrinkage_measure(a, days, n, out);
	return true;
}

bool site_shrinkage_put(struct db *db, struct arena *a, int64_t site_id,
			const struct shrinkage_change *c, struct site_shrinkage *before,
			struct site_shrinkage *after, struct err *e)
{
	const struct db_from from = { &shrinkage_change_fields, c };
	return site_shrinkage_get(db, a, site_id, NULL, before, e) &&
	       db_run(db, SQL_SHRINKAGE_SET, DB_ARGS(db_int("site_id", site_id)), &from, NULL, e) &&
	       site_shrinkage_get(db, a, site_id, NULL, after, e);
}

bool site_shrinkage_used(struct db *db, struct arena *a, int64_t site_id, double weekday[7],
			 double *site, struct err *e)
{
	struct site_shrinkage s;

	if (!site_shrinkage_get(db, a, site_id, NULL, &s, e))
		return false;
	bool measured = s.use == SHRINKAGE_MEASURED && s.known;
	*site = measured ? fmin(s.unplanned, SHARE_MOST) : s.own_unplanned;
	for (int i = 0; i < 7; i++)
		weekday[i] = measured ? s.weekdays[i].used : s.own_unplanned;
	return true;
}
