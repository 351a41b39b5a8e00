/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/sound_history.h"

#include "server/base/clock.h"

enum { NOTES_MAX = 32, GAP_DAYS = 28, GAPS_TOLD = 5, STALE_DAYS = 8, DAY_MIN = 1440 };
enum { WEEK_ROWS_MIN = 20, WEEK_DAYS_MIN = 5 };

enum finding { SOUND, FINER, PARTIAL, COARSER, MISALIGNED, NO_NUMBER };

/* How often something was found, of rows so many minutes long, and when. */
struct note {
	enum finding finding;
	int minutes;
	int64_t count, from, to;
};

struct sounding {
	struct arena *arena;
	const char *code;
	int interval_min;
	struct queue_history_row *rows;
	int64_t *date;
	int16_t *minute; /* local, like the date */
	uint8_t *left_out;
	size_t n;
	struct note notes[NOTES_MAX];
	size_t note_count;
};

static void found(struct sounding *s, enum finding f, int minutes, int64_t date, int64_t count)
{
	struct note *v = s->notes;

	while (v < s->notes + s->note_count && (v->finding != f || v->minutes != minutes))
		v++;
	if (v == s->notes + s->note_count) {
		if (s->note_count == NOTES_MAX)
			return;
		*v = (struct note){ f, minutes, 0, date, date };
		s->note_count++;
	}
	v->count += count;
	v->from = date < v->from ? date : v->from;
	v->to = date > v->to ? date : v->to;
}

static void leave_out(struct sounding *s, size_t i, enum finding f, int minutes)
{
	s->left_out[i] = 1;
	found(s, f, minutes, s->date[i], 1);
}

static void leave_out_wild(struct sounding *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!isfinite(s->rows[i].offered) || s->rows[i].offered < 0)
			leave_out(s, i, NO_NUMBER, 0);
}

/* ---------------------------------------------------------------- rows further apart */

static const int coarse_min[] = { 10, 15, 20, 30, 60, 120, 240, 480, DAY_MIN };

/* Whether rows [from, end) come every so many minutes and never between; a day's total at midnight.
 * Days of 23 and 25 hours are days. */
static bool come_every(const struct sounding *s, size_t from, size_t end, int minutes)
{
	int64_t step = minutes * 60;
	size_t steps = 0, pairs = 0;

	for (size_t i = from + 1; i < end; i++) {
		int64_t gap = s->rows[i].start - s->rows[i - 1].start;
		if (minutes == DAY_MIN)
			gap = (s->date[i] - s->date[i - 1]) * step +
			      (s->minute[i] - s->minute[i - 1]) * 60;
		if (gap % step != 0 || (minutes == DAY_MIN && s->minute[i] != 0))
			return false;
		if (minutes < DAY_MIN && s->date[i] != s->date[i - 1])
			continue; /* the night */
		pairs++;
		steps += gap == step;
	}
	return pairs > 0 && 10 * steps >= 7 * pairs;
}

/* Minutes between the rows of one week, when they are clearly more than the interval; else 0. */
static int coarseness(const struct sounding *s, size_t from, size_t end)
{
	for (size_t c = sizeof coarse_min / sizeof *coarse_min; c-- > 0;) {
		int m = coarse_min[c];
		if (m <= s->interval_min || m % s->interval_min != 0 ||
		    end - from < (m == DAY_MIN ? WEEK_DAYS_MIN : WEEK_ROWS_MIN))
			continue;
		if (come_every(s, from, end, m))
			return m;
	}
	return 0;
}

static size_t end_of_week(const struct sounding *s, size_t from)
{
	int64_t monday = s->date[from] - date_weekday(s->date[from]) + 1;
	size_t end = from;

	while (end < s->n && s->date[end] < monday + 7)
		end++;
	return end;
}

/* Weeks of few rows, at the ends or beside a hole, go with the week before, or the one after. */
static void leave_out_coarse(struct sounding *s)
{
	int before = 0;

	for (size_t i = 0, end; i < s->n; i = end) {
		end = end_of_week(s, i);
		int c = coarseness(s, i, end);
		if (c == 0 && end - i < WEEK_ROWS_MIN) {
			int after = end < s->n ? coarseness(s, end, end_of_week(s, end)) : 0;
			int beside = before != 0 ? before : after;
			c = beside != 0 && come_every(s, i, end, beside) ? beside : 0;
		}
		for (size_t k = i; k < end && c != 0; k++)
			if (!s->left_out[k])
				leave_out(s, k, COARSER, c);
		before = c;
	}
}

/* ---------------------------------------------------------------- finer rows */

static const int fine_min[] = { 30, 20, 15, 12, 10, 6, 5, 3, 2, 1 };

/* Minutes of the parts into which a day's rows cut the interval; 0: no even parts, or none. */
static int fineness(const struct sounding *s, size_t from, size_t end)
{
	int64_t step = s->interval_min * 60;

	for (size_t c = 0; c < sizeof fine_min / sizeof *fine_min; c++) {
		size_t off = 0, fit = 0;
		if (fine_min[c] >= s->interval_min || s->interval_min % fine_min[c] != 0)
			continue;
		for (size_t i = from; i < end; i++) {
			if (s->left_out[i] || s->rows[i].start % step == 0)
				continue;
			off++;
			fit += s->rows[i].start % (fine_min[c] * 60) == 0;
		}
		if (off > 0 && 10 * fit >= 9 * off)
			return fine_min[c];
	}
	return 0;
}

/* Rows of one interval: [from, end), of which so many even parts; aligned: one begins it. */
struct group {
	size_t from, end;
	int parts;
	bool aligned;
};

static struct group next_group(const struct sounding *s, size_t from, size_t end, int fine)
{
	int64_t step = s->interval_min * 60, begin = s->rows[from].start / step * step;
	struct group g = { .from = from, .end = from };

	for (; g.end < end && s->rows[g.end].start < begin + step; g.end++) {
		int64_t into = s->rows[g.end].start - begin;
		if (s->left_out[g.end])
			continue;
		g.aligned = g.aligned || into == 0;
		g.parts += fine > 0 && into % (fine * 60) == 0;
	}
	return g;
}

/* All parts into the first. */
static void add_up(struct sounding *s, const struct group *g, int fine)
{
	struct queue_history_row *sum = NULL;

	for (size_t i = g->from; i < g->end; i++) {
		struct queue_history_row *r = &s->rows[i];
		if (s->left_out[i])
			continue;
		if (r->start % (fine * 60) != 0) {
			leave_out(s, i, MISALIGNED, 0);
			continue;
		}
		found(s, FINER, fine, s->date[i], 1);
		if (sum == NULL) {
			sum = r;
			continue;
		}
		sum->offered += r->offered;
		sum->handled += r->handled; /* NaN stays: not known */
		sum->handle_time_s += r->handle_time_s;
		s->left_out[i] = 1;
	}
}

/* A day is of finer rows when at least as many intervals have all their parts as have one row. */
static void settle_day(struct sounding *s, size_t from, size_t end)
{
	int fine = fineness(s, from, end), whole = fine > 0 ? s->interval_min / fine : 0;
	int64_t complete = 0, single = 0;
	struct group g;

	for (size_t i = from; i < end; i = g.end) {
		g = next_group(s, i, end, fine);
		complete += fine > 0 && g.parts == whole;
		single += g.aligned && g.end - g.from == 1;
	}
	bool finer = complete > 0 && complete >= single;
	for (size_t i = from; i < end; i = g.end) {
		g = next_group(s, i, end, fine);
		if (fine > 0 && g.parts == whole) {
			add_up(s, &g, fine);
			continue;
		}
		for (size_t k = g.from; k < g.end; k++)
			if (!s->left_out[k] && (finer || s->rows[k].start % (s->interval_min * 60) != 0))
				leave_out(s, k, finer ? PARTIAL : MISALIGNED, finer ? fine : 0);
	}
}

static void settle_fine(struct sounding *s)
{
	for (size_t i = 0, end; i < s->n; i = end) {
		bool off = false;
		for (end = i; end < s->n && s->date[end] == s->date[i]; end++)
			off = off || (!s->left_out[end] &&
				      s->rows[end].start % (s->interval_min * 60) != 0);
		if (off)
			settle_day(s, i, end);
	}
}

/* ---------------------------------------------------------------- what is told */

static const char *span_text(struct arena *a, int64_t from, int64_t to)
{
	char first[11], last[11];

	date_format(from, first);
	date_format(to, last);
	return from == to ? arena_printf(a, "on %s", first)
			  : arena_printf(a, "from %s to %s", first, last);
}

static const char *rows_text(struct arena *a, int64_t n)
{
	return n == 1 ? "1 row" : arena_printf(a, "%lld rows", (long long)n);
}

static void tell(struct sounding *s, const struct note *v, struct forecast_warnings *w)
{
	struct arena *a = s->arena;
	const char *when = span_text(a, v->from, v->to), *n = rows_text(a, v->count);
	struct forecast_warning out = { .from = v->from, .to = v->to, .count = v->count };

	switch (v->finding) {
	case FINER:
		out.code = "finer_rows";
		out.text = arena_printf(a, "added up to %d minutes: %s of %d minutes %s", s->interval_min,
					n, v->minutes, when);
		break;
	case PARTIAL:
		out.code = "partial_intervals";
		out.text = arena_printf(a, "left out: %s of %d minutes %s, in intervals of %d minutes that are "
					"not whole", n, v->minutes, when, s->interval_min);
		break;
	case COARSER:
		out.code = "coarser_rows";
		out.text = arena_printf(a, "left out: %s every %d minutes %s, since queue %s has intervals of "
					"%d and nobody knows how to split them",
					n, v->minutes, when, s->code, s->interval_min);
		break;
	case MISALIGNED:
		out.code = "misaligned_rows";
		out.text = arena_printf(a, "left out: %s %s, beginning within an interval of %d minutes", n,
					when, s->interval_min);
		break;
	case NO_NUMBER:
		out.code = "impossible_rows";
		out.text = arena_printf(a, "left out: %s %s, with an impossible number of contacts", n, when);
		break;
	case SOUND:
	default:
		return;
	}
	forecast_warn(a, w, out);
}

size_t history_keep_sound(struct arena *a, const struct zone *zone, const char *code,
			  int interval_min, struct queue_history_row *rows, size_t n,
			  struct forecast_warnings *w)
{
	struct sounding s = { .arena = a, .code = code, .interval_min = interval_min, .rows = rows,
			      .date = arena_array(a, n, sizeof *s.date),
			      .minute = arena_array(a, n, sizeof *s.minute),
			      .left_out = arena_array(a, n, 1), .n = n };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		int minute;
		zone_to_local(zone, rows[i].start, &s.date[i], &minute);
		s.minute[i] = (int16_t)minute;
	}
	leave_out_wild(&s);
	leave_out_coarse(&s);
	settle_fine(&s);
	for (size_t i = 0; i < n; i++)
		if (!s.left_out[i])
			rows[kept++] = rows[i];
	for (size_t i = 0; i < s.note_count; i++)
		tell(&s, &s.notes[i], w);
	return kept;
}

void history_warn_of_holes(struct arena *a, const struct zone *zone,
			   const struct queue_history_row *rows, size_t n, int64_t until,
			   struct forecast_warnings *w)
{
	int64_t before = FIELD_NULL, date = 0, today;
	int minute, gaps = 0;
	bool any = false;
	char day[11];

	for (size_t i = 0; i < n; i++) {
		zone_to_local(zone, rows[i].start, &date, &minute);
		any = any || rows[i].offered > 0;
		int64_t missing = before == FIELD_NULL ? 0 : date - before - 1;
		if (missing >= GAP_DAYS && gaps++ < GAPS_TOLD)
			forecast_warn(a, w, (struct forecast_warning){
				.code = "gap", .from = before + 1, .to = date - 1, .count = missing,
				.text = arena_printf(a, "no history %s (%lld days)",
						     span_text(a, before + 1, date - 1), (long long)missing) });
		before = date;
	}
	if (n == 0)
		return;
	zone_to_local(zone, until - 1, &today, &minute);
	date_format(before, day);
	if (today - before >= STALE_DAYS)
		forecast_warn(a, w, (struct forecast_warning){
			.code = "stale", .from = before, .to = FIELD_NULL, .count = today - before,
			.text = arena_printf(a, "the history ends on %s, %lld days before today", day,
					     (long long)(today - before)) });
	if (!any)
		forecast_warn(a, w, (struct forecast_warning){
			.code = "all_zero", .from = FIELD_NULL, .to = FIELD_NULL, .count = (int64_t)n,
			.text = "nothing but zeros in the history" });
}
