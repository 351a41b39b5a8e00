/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscriptions, what raises a feed's version, its window, and time off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "server/base/clock.h"
#include "server/base/secret.h"
#include "server/domain/request_time_off.h"
#include "server/domain/subscribe_calendar.h"
#include "tests/lib/pgcluster.h"

static const char ARRANGE[] =
	"INSERT INTO region (code, name) VALUES ('r', 'R');"
	"INSERT INTO site (code, name, region_id, kind, country, zone) VALUES"
	" ('scl', 'Santiago', 1, 'contact_centre', 'CL', 'America/Santiago'),"
	" ('gua', 'Guatemala', 1, 'branch', 'GT', 'America/Guatemala');"
	"INSERT INTO skill (code, name) VALUES ('v', 'Voz');"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, aht_s) VALUES"
	" ('voz', 'Voz', 1, 1, 'voice', 300);"
	"INSERT INTO contract (code, name, cost_cents_hour, shift_min_minutes, shift_max_minutes)"
	" VALUES ('c', 'C', 500, 240, 600);"
	"INSERT INTO agent (code, name, site_id, contract_id, hired) VALUES"
	" ('a', 'A', 1, 1, '2020-01-01'), ('b', 'B', 1, 1, '2020-01-01');"
	"INSERT INTO forecast (site_id, first_day, last_day) VALUES (1, '2020-01-06', '2020-01-12');"
	"INSERT INTO plan (site_id, monday, forecast_id, request) VALUES (1, '2020-01-06', 1, '{}');"
	"INSERT INTO roster (plan_id, site_id, monday, version, evidence) VALUES"
	" (1, 1, '2020-01-06', 1, '{}');";

struct fixture {
	const char *url;
	struct db *db;
	struct arena *a;
	struct err e;
};

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof *x);

	assert_non_null(x);
	x->url = pgcluster_fresh();
	pgcluster_sql(x->url, ARRANGE);
	x->db = db_open(x->url, &x->e);
	assert_non_null(x->db);
	x->a = arena_new(0);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	db_close(x->db);
	arena_free(x->a);
	free(x);
	return 0;
}

static void sql(struct fixture *x, const char *text)
{
	pgcluster_sql(x->url, text);
}

/* A published eight-hour shift of an agent, starting at an SQL expression, with one queue activity. */
static void add_shift(struct fixture *x, int agent, const char *start)
{
	sql(x, arena_printf(x->a,
			    "WITH s AS (INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, "
			    "end_at, paid_minutes, cost_cents, published) SELECT 1, %d, 1, t::date, t, t + "
			    "interval '8 hours', 480, 0, true FROM (SELECT %s AS t) v RETURNING *) "
			    "INSERT INTO activity (shift_id, position, kind, queue_id, start_at, end_at, paid) "
			    "SELECT id, 1, 'work', 1, start_at, end_at, true FROM s",
			    agent, start));
}

static const char *token_of(const struct calendar_secret *s)
{
	const char *p = strstr(s->url, "/cal/v1/");
	static char token[SECRET_TOKEN_TEXT];

	assert_non_null(p);
	memcpy(token, p + 8, SECRET_TOKEN_TEXT - 1);
	token[SECRET_TOKEN_TEXT - 1] = '\0';
	return token;
}

static const char *subscribe(struct fixture *x, int agent, struct calendar_secret *s)
{
	struct calendar_subscription row;

	assert_true(calendar_subscribe(x->db, x->a, agent, "Phone", "https://wfm.example.org", s, &row,
				       &x->e));
	assert_int_equal(row.last_used_at, FIELD_NULL);
	return arena_strdup(x->a, token_of(s));
}

static struct calendar_state state_now(struct fixture *x, const char *token)
{
	struct calendar_state s;

	if (!calendar_state_get(x->db, x->a, token, &s, &x->e))
		fail_msg("%s", x->e.message);
	return s;
}

static const char *tag_now(struct fixture *x, const char *token)
{
	struct calendar_state s = state_now(x, token);

	return calendar_tag(x->a, &s, FEED_SHIFTS);
}

static const char *document(struct fixture *x, const char *token, enum feed_variant v)
{
	struct calendar_state s;
	struct strbuf out;

	strbuf_init(&out, FEED_BYTES_MAX + 1);
	if (!calendar_document(x->db, x->a, token, v, &s, &out, &x->e))
		fail_msg("%s", x->e.message);
	assert_string_equal(calendar_tag(x->a, &s, v) + 2,
			    tag_now(x, token) + 2); /* tags differ in the variant alone */
	const char *text = arena_strndup(x->a, out.data, out.len);
	strbuf_free(&out);
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static void assert_gone(struct fixture *x, const char *token)
{
	struct calendar_state s;

	err_clear(&x->e);
	assert_false(calendar_state_get(x->db, x->a, token, &s, &x->e));
	assert_int_equal(x->e.code, ERR_NOT_FOUND);
	assert_string_equal(x->e.message, "no such calendar");
	err_clear(&x->e);
}

static void test_tokens(void **state)
{
	struct fixture *x = *state;
	struct calendar_secret first, second;
	struct calendar_subscription row;
	const char *token = subscribe(x, 1, &first), *next;

	assert_string_equal(first.webcal_url + 6, first.url + 5);
	assert_int_equal(strncmp(first.webcal_url, "webcal://wfm.example.org/cal/v1/", 32), 0);
	assert_non_null(strstr(first.activities_url, "/activities.ics"));
	assert_int_equal(strncmp(first.qr_svg, "<svg ", 5), 0);
	assert_string_equal(pgcluster_sql(x->url, arena_printf(x->a,
		"SELECT count(*) FROM feed_token t WHERE t::text LIKE '%%%s%%'", token)), "0");
	state_now(x, token);

	assert_gone(x, "");
	assert_gone(x, "short");
	assert_gone(x, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	assert_false(calendar_rotate(x->db, x->a, 2, first.id, "https://h", &second, &row, &x->e));
	assert_int_equal(x->e.code, ERR_NOT_FOUND);
	err_clear(&x->e);
	assert_true(calendar_rotate(x->db, x->a, 1, first.id, "https://h", &second, &row, &x->e));
	next = arena_strdup(x->a, token_of(&second));
	assert_string_not_equal(token, next);
	assert_gone(x, token);
	state_now(x, next);

	assert_false(calendar_revoke(x->db, x->a, 2, first.id, &row, &x->e));
	assert_int_equal(x->e.code, ERR_NOT_FOUND);
	assert_true(calendar_revoke(x->db, x->a, 1, first.id, &row, &x->e));
	assert_gone(x, next);
	assert_false(calendar_revoke(x->db, x->a, 1, first.id, &row, &x->e));

	for (int i = 0; i < CALENDAR_SUBSCRIPTIONS_MAX; i++)
		token = subscribe(x, 1, &first);
	assert_false(calendar_subscribe(x->db, x->a, 1, "One more", "https://h", &second, &row, &x->e));
	assert_int_equal(x->e.code, ERR_CONFLICT);

	/* The last day worked still counts, at the site's own date. */
	sql(x, "UPDATE agent SET left_on = (now() AT TIME ZONE 'America/Santiago')::date, "
	       "leave_reason = 'voluntary' WHERE id = 1");
	state_now(x, token);
	sql(x, "UPDATE agent SET left_on = left_on - 1 WHERE id = 1");
	assert_gone(x, token);
}

static void test_note_use(void **state)
{
	struct fixture *x = *state;
	struct calendar_secret secret;
	const char *token = subscribe(x, 1, &secret);
	struct calendar_state s = state_now(x, token);

	assert_true(s.note_use);
	assert_true(calendar_note_use(x->db, &s, &x->e));
	s = state_now(x, token);
	assert_false(s.note_use);
	sql(x, "UPDATE feed_token SET last_used_at = now() - interval '61 minutes'");
	s = state_now(x, token);
	assert_true(s.note_use);
	assert_true(calendar_note_use(x->db, &s, &x->e));
	assert_string_equal(pgcluster_sql(x->url, "SELECT now() - last_used_at < interval '1 minute' FROM "
						  "feed_token"), "t");
}

static void test_version_follows_every_change(void **state)
{
	struct fixture *x = *state;
	struct calendar_secret secret;
	const char *token = subscribe(x, 1, &secret), *other = subscribe(x, 2, &secret);
	const char *other_tag = tag_now(x, other), *tag = tag_now(x, token);
	static const char *const changes[] = {
		"UPDATE shift SET published = false WHERE agent_id = 1",
		"UPDATE shift SET published = true WHERE agent_id = 1",
		"UPDATE shift SET sequence = sequence + 1 WHERE agent_id = 1",
		"UPDATE activity SET kind = 'training', queue_id = NULL FROM shift s WHERE s.id = shift_id AND "
		"s.agent_id = 1",
		"DELETE FROM activity USING shift s WHERE s.id = shift_id AND s.agent_id = 1",
		"DELETE FROM shift WHERE agent_id = 1",
		"INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused) VALUES "
		"(1, 'vacation', 'approved', now() + interval '1 day', now() + interval '2 days', true, true, true)",
		"UPDATE absence SET state = 'withdrawn'",
		"UPDATE agent SET locale = 'en' WHERE id = 1",
		"UPDATE agent SET site_id = 2 WHERE id = 1",
	};
	static const char *const silent[] = {
		"UPDATE shift SET paid_minutes = paid_minutes WHERE agent_id = 1",
		"UPDATE agent SET name = 'Z' WHERE id = 1",
		"INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused) VALUES "
		"(1, 'sickness', 'recorded', now() + interval '5 days', now() + interval '6 days', false, true, "
		"true), (1, 'vacation', 'asked', now() + interval '8 days', now() + interval '9 days', true, true, "
		"true)",
		"UPDATE absence SET state = 'rejected' WHERE state = 'asked'",
	};

	add_shift(x, 1, "date_trunc('hour', now()) + interval '3 days'");
	add_shift(x, 2, "date_trunc('hour', now()) + interval '3 days'");
	assert_string_not_equal(tag, tag_now(x, token));
	assert_string_not_equal(other_tag, tag_now(x, other));
	other_tag = tag_now(x, other);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		int64_t changed = state_now(x, token).changed_at;

		tag = tag_now(x, token);
		assert_string_equal(tag, tag_now(x, token));
		sql(x, changes[i]);
		if (strcmp(tag, tag_now(x, token)) == 0 || state_now(x, token).changed_at <= changed)
			fail_msg("the feed did not see: %s", changes[i]);
	}
	tag = tag_now(x, token);
	for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
		sql(x, silent[i]);
		if (strcmp(tag, tag_now(x, token)) != 0)
			fail_msg("the feed changed for nothing: %s", silent[i]);
	}
	assert_string_equal(other_tag, tag_now(x, other));
	sql(x, "UPDATE queue SET name = 'Ventas'");
	assert_string_not_equal(other_tag, tag_now(x, other));
	other_tag = tag_now(x, other);
	sql(x, "UPDATE site SET name = 'Centro' WHERE id = 1");
	assert_string_not_equal(other_tag, tag_now(x, other));
	assert_non_null(strstr(document(x, other, FEED_SHIFTS), "SUMMARY:Ventas · Centro"));
	assert_string_equal(tag, tag_now(x, token)); /* no shift there any more */
}

static void test_window(void **state)
{
	struct fixture *x = *state;
	struct calendar_secret secret;
	const char *token = subscribe(x, 1, &secret), *text;
	struct calendar_state s;
	char want[8];

	sql(x, "UPDATE agent SET feed_changed_at = '2020-01-01'");
	add_shift(x, 1, "date_trunc('minute', now()) - interval '31 days' - interval '1 day'"); /* out */
	add_shift(x, 1, "date_trunc('minute', now()) - interval '31 days' + interval '2 minutes'");
	add_shift(x, 1, "date_trunc('minute', now()) + interval '180 days' - interval '1 minute'");
	add_shift(x, 1, "date_trunc('minute', now()) + interval '180 days' + interval '1 day'"); /* not yet */
	sql(x, "UPDATE agent SET feed_changed_at = '2020-01-01'");
	text = document(x, token, FEED_SHIFTS);
	assert_int_equal(count(text, "BEGIN:VEVENT"), 2);
	/* The later of: the first shift dropped out a day ago; the third came in a minute ago. */
	s = state_now(x, token);
	snprintf(want, sizeof want, "%d", 1);
	assert_string_equal(pgcluster_sql(x->url, arena_printf(x->a,
		"SELECT count(*) FROM shift WHERE start_at - interval '180 days' = to_timestamp(%lld)",
		(long long)s.changed_at)), want);
	assert_true(s.changed_at <= clock_now());
}

static void test_document(void **state)
{
	struct fixture *x = *state;
	struct calendar_secret secret;
	const char *token = subscribe(x, 1, &secret), *text, *again;

	add_shift(x, 1, "date_trunc('day', now()) + interval '3 days 10 hours'");
	add_shift(x, 1, "date_trunc('day', now()) + interval '4 days 10 hours'");
	add_shift(x, 2, "date_trunc('day', now()) + interval '4 days 10 hours'"); /* somebody else's */
	sql(x, "UPDATE shift SET sequence = 4, changed_at = '2026-01-02T03:04:05Z' WHERE id = 1;"
	       "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused, note) VALUES"
	       "(1, 'maternity', 'approved', now() + interval '20 days', now() + interval '30 days', true, true, "
	       "true, 'private'), (1, 'sickness', 'recorded', now() + interval '40 days', now() + interval '41 days', "
	       "false, true, true, 'flu')");
	text = document(x, token, FEED_SHIFTS);
	again = document(x, token, FEED_SHIFTS);
	assert_string_equal(text, again);
	assert_int_equal(count(text, "BEGIN:VEVENT"), 3);
	assert_int_equal(count(text, "TRANSP:OPAQUE"), 2);
	assert_int_equal(count(text, "TRANSP:TRANSPARENT"), 1);
	assert_non_null(strstr(text, "DTSTAMP:20260102T030405Z\r\nLAST-MODIFIED:20260102T030405Z\r\n"
				     "SEQUENCE:4\r\n"));
	assert_int_equal(count(text, "SUMMARY:Voz · Santiago"), 2);
	assert_int_equal(count(text, "SUMMARY:Tiempo libre"), 1);
	for (size_t i = 0; i < 4; i++)
		assert_null(strstr(text, (const char *[]){ "atern", "private", "flu", "ickness" }[i]));
	assert_int_equal(count(document(x, token, FEED_ACTIVITIES), "-work-1\r\n"), 2);

	sql(x, "UPDATE shift SET published = false WHERE id = 2");
	text = document(x, token, FEED_SHIFTS);
	assert_int_equal(count(text, "BEGIN:VEVENT"), 2);
	assert_null(strstr(text, "CANCELLED"));

	assert_true(*pgcluster_sql(x->url, "SELECT count(*) FROM shift") == '3');
}

/* ---- time off ---- */

static struct absence_request days(int64_t from, int64_t until)
{
	return (struct absence_request){ .agent_id = 1, .kind = ABSENCE_VACATION, .first_day = from,
					 .last_day = until, .start = FIELD_NULL, .end = FIELD_NULL };
}

static void assert_refused(struct fixture *x, struct absence_request r, enum absence_state as,
			   enum err_code code, const char *pointer)
{
	struct absence row;

	err_clear(&x->e);
	if (absence_add(x->db, x->a, &r, as, clock_now(), &row, &x->e))
		fail_msg("accepted: %s", pointer);
	assert_int_equal(x->e.code, code);
	assert_string_equal(x->e.items[0].pointer, pointer);
	err_clear(&x->e);
}

static void test_absence_refusals(void **state)
{
	struct fixture *x = *state;
	int64_t today = clock_now() / 86400;
	struct absence_request r;
	struct absence row;

	r = days(today + 10, today + 12);
	assert_true(absence_add(x->db, x->a, &r, ABSENCE_ASKED, clock_now(), &row, &x->e));
	assert_int_equal(row.state, ABSENCE_ASKED);
	assert_int_equal((row.end - row.start) / 3600, 72);
	assert_refused(x, days(today + 12, FIELD_NULL), ABSENCE_ASKED, ERR_CONFLICT, "/first_day");
	r = days(FIELD_NULL, FIELD_NULL);
	r.start = row.end - 60;
	r.end = row.end + 60;
	assert_refused(x, r, ABSENCE_RECORDED, ERR_CONFLICT, "/start");
	assert_string_equal(pgcluster_sql(x->url, "SELECT count(*) FROM absence"), "1");

	assert_refused(x, days(FIELD_NULL, FIELD_NULL), ABSENCE_ASKED, ERR_INVALID, "/first_day");
	assert_refused(x, days(today + 30, today + 29), ABSENCE_ASKED, ERR_INVALID, "/last_day");
	assert_refused(x, days(today + 30, today + 500), ABSENCE_ASKED, ERR_INVALID, "/last_day");
	assert_refused(x, days(today - 9, today - 8), ABSENCE_ASKED, ERR_INVALID, "/first_day");
	assert_refused(x, days(today + 9000, FIELD_NULL), ABSENCE_RECORDED, ERR_INVALID, "/first_day");
	r = days(today + 30, FIELD_NULL);
	r.start = 1;
	assert_refused(x, r, ABSENCE_ASKED, ERR_INVALID, "/start");
	r = days(FIELD_NULL, FIELD_NULL);
	r.start = clock_now() + 90000;
	assert_refused(x, r, ABSENCE_ASKED, ERR_INVALID, "/end");
	r.end = r.start;
	assert_refused(x, r, ABSENCE_ASKED, ERR_INVALID, "/end");
	r = days(today + 40, FIELD_NULL);
	r.kind = ABSENCE_UNJUSTIFIED;
	assert_refused(x, r, ABSENCE_ASKED, ERR_INVALID, "/kind");
	r.kind = ABSENCE_SICKNESS;
	r.agent_id = 99;
	assert_refused(x, r, ABSENCE_RECORDED, ERR_INVALID, "/agent_id");
	sql(x, "UPDATE agent SET left_on = current_date + 30, leave_reason = 'voluntary' WHERE id = 1");
	assert_refused(x, days(today + 30, today + 33), ABSENCE_ASKED, ERR_INVALID, "/last_day");
	assert_string_equal(pgcluster_sql(x->url, "SELECT count(*) FROM absence"), "1");
}

static void test_absence_life(void **state)
{
	struct fixture *x = *state;
	int64_t today = clock_now() / 86400;
	struct absence_request r = days(today + 3, today + 4);
	struct absence row, before, after;

	add_shift(x, 1, "date_trunc('day', now()) + interval '3 days 12 hours'");
	assert_true(absence_add(x->db, x->a, &r, ABSENCE_ASKED, clock_now(), &row, &x->e));
	assert_int_equal(row.planned_minutes, 0);
	assert_false(absence_withdraw(x->db, x->a, row.id, 2, &before, &after, &x->e));
	assert_int_equal(x->e.code, ERR_NOT_FOUND);
	err_clear(&x->e);

	const struct absence_decision yes = { .approve = true, .note = "enjoy" };
	assert_true(absence_decide(x->db, x->a, row.id, &yes, &before, &after, &x->e));
	assert_int_equal(before.state, ABSENCE_ASKED);
	assert_int_equal(after.state, ABSENCE_APPROVED);
	assert_int_equal(after.planned_minutes, 480);
	assert_string_equal(after.decision_note, "enjoy");
	assert_false(absence_decide(x->db, x->a, row.id, &yes, &before, &after, &x->e));
	assert_int_equal(x->e.code, ERR_CONFLICT);
	err_clear(&x->e);

	assert_true(absence_withdraw(x->db, x->a, row.id, 1, &before, &after, &x->e));
	assert_int_equal(after.state, ABSENCE_WITHDRAWN);
	assert_int_equal(after.planned_minutes, 0);
	assert_false(absence_withdraw(x->db, x->a, row.id, 1, &before, &after, &x->e));
	assert_int_equal(x->e.code, ERR_CONFLICT);
	err_clear(&x->e);

	/* What is withdrawn is no longer in the way; half a shift counts half. */
	r = days(FIELD_NULL, FIELD_NULL);
	r.start = (today + 3) * 86400 + 12 * 3600;
	r.end = r.start + 4 * 3600;
	r.kind = ABSENCE_SICKNESS;
	assert_true(absence_add(x->db, x->a, &r, ABSENCE_RECORDED, clock_now(), &row, &x->e));
	assert_int_equal(row.planned_minutes, 240);
	assert_false(row.planned);
	assert_true(row.paid && row.excused);
}

static void test_absence_list(void **state)
{
	struct fixture *x = *state;
	int64_t today = clock_now() / 86400;
	struct absence *rows, row;
	size_t n;
	struct absence_filter f = { .site_id = 1, .from = today, .to = today + 100,
				    .state = FIELD_NULL, .own_sites_of = FIELD_NULL,
				    .after_at = FIELD_NULL, .after_id = FIELD_NULL, .rows = 2 };

	sql(x, "INSERT INTO app_user (login, role) VALUES ('m', 'site_manager');");
	for (int i = 0; i < 3; i++) {
		struct absence_request r = days(today + 3 + 2 * i, FIELD_NULL);

		assert_true(absence_add(x->db, x->a, &r, ABSENCE_ASKED, clock_now(), &row, &x->e));
	}
	assert_true(absence_list(x->db, x->a, &f, &rows, &n, &x->e));
	assert_int_equal(n, 2);
	f.after_at = rows[1].start;
	f.after_id = rows[1].id;
	assert_true(absence_list(x->db, x->a, &f, &rows, &n, &x->e));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, row.id);
	f.after_at = f.after_id = FIELD_NULL;
	f.state = ABSENCE_APPROVED;
	assert_true(absence_list(x->db, x->a, &f, &rows, &n, &x->e));
	assert_int_equal(n, 0);
	f.state = FIELD_NULL;
	f.own_sites_of = 1;
	assert_true(absence_list(x->db, x->a, &f, &rows, &n, &x->e));
	assert_int_equal(n, 0);
	sql(x, "INSERT INTO user_site VALUES (1, 1)");
	assert_true(absence_list(x->db, x->a, &f, &rows, &n, &x->e));
	assert_int_equal(n, 2);
	assert_true(absence_of_agent(x->db, x->a, 1, FIELD_NULL, FIELD_NULL, &rows, &n, &x->e));
	assert_int_equal(n, 3);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_tokens),	 WITH_FIXTURE(test_note_use),
		WITH_FIXTURE(test_version_follows_every_change),
		WITH_FIXTURE(test_window),	 WITH_FIXTURE(test_document),
		WITH_FIXTURE(test_absence_refusals), WITH_FIXTURE(test_absence_life),
		WITH_FIXTURE(test_absence_list),
	};
	struct err e = ERR_INIT;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!secret_start(&e)) {
		fprintf(stderr, "%s\n", e.message);
		return 1;
	}
	pgcluster_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
