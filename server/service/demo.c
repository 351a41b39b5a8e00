/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo network, loaded into whatever database the settings name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/base/field.h"
#include "server/base/log.h"
#include "server/demo/demo.h"
#include "server/service/service.h"

/* History is of whole local days; the network's last one ends eight hours after UTC's. */
static const int64_t LAST_MIDNIGHT_S = 8 * 3600;

bool service_load_demo(const char *url, uint64_t seed, int64_t until, bool *loaded, struct err *e)
{
	int64_t today = clock_now() / 86400;
	struct demo_options options = { .seed = seed, .until = until };
	if (until == FIELD_NULL)
		options.until = (clock_now() - LAST_MIDNIGHT_S) / 86400;
	struct arena *a = arena_new(0);
	struct demo *demo = NULL;
	struct db *db = db_open(url, e);
	bool ok = db && demo_build(&options, a, &demo, e) && demo_load(db, demo, loaded, e);
	struct err unplanned = ERR_INIT; /* the network is of use without it */
	if (ok && *loaded && (until == FIELD_NULL || until == today) &&
	    !(demo_plan_present_week(db, today, &unplanned) &&
	      demo_forecast_past_weeks(db, today, &unplanned)))
		log_warn("the demo's weeks are not all planned and forecast: %s", unplanned.message);
	db_close(db);
	arena_free(a);
	return ok;
}

void service_print_logins(void)
{
	printf("\nDemo log-ins:\n");
	for (int i = 0; i < DEMO_LOGINS; i++)
		printf("  %-14s %-22s %s\n", demo_logins[i].role, demo_logins[i].login,
		       demo_logins[i].password);
}

/* Takes "--name value" or "--name=value" out of argv; NULL when it is not there. */
static const char *take_option(int *argc, char **argv, const char *name)
{
	size_t n = strlen(name);
	for (int i = 1; i < *argc; i++) {
		bool joined = strncmp(argv[i], name, n) == 0 && argv[i][n] == '=';
		if (!joined && (strcmp(argv[i], name) != 0 || i + 1 == *argc))
			continue;
		const char *value = joined ? argv[i] + n + 1 : argv[i + 1];
		int taken = joined ? 1 : 2;
		for (int k = i; k + taken <= *argc; k++)
			argv[k] = argv[k + taken];
		*argc -= taken;
		return value;
	}
	return NULL;
}

static bool take_options(int *argc, char **argv, uint64_t *seed, int64_t *until, struct err *e)
{
	const char *number = take_option(argc, argv, "--seed"), *date = take_option(argc, argv, "--until");
	char *end;
	*seed = SERVICE_DEMO_SEED;
	*until = FIELD_NULL;
	if (number) {
		*seed = strtoull(number, &end, 10);
		if (number[0] < '0' || number[0] > '9' || *end != '\0')
			return err_at(e, ERR_INVALID, "--seed", "\"%s\" is not a whole number", number);
	}
	if (date && !date_parse(date, until))
		return err_at(e, ERR_INVALID, "--until", "\"%s\" is not a date like 2026-11-23", date);
	return true;
}

int service_demo(int argc, char **argv)
{
	struct service s = { 0 };
	struct err e = ERR_INIT;
	uint64_t seed;
	int64_t until;
	bool loaded = false;
	int code = 0;
	if (!take_options(&argc, argv, &seed, &until, &e) || !service_open(&s, &argc, argv, &e))
		code = service_fail(argv[0], &e);
	else if (!service_check_args(argc, argv, 0, "demo [--seed N] [--until DATE] [settings]"))
		code = 2;
	else if (!service_find_database(&s, true, &e) || !service_migrate_now(s.url, NULL, &e) ||
		 !service_load_demo(s.url, seed, until, &loaded, &e))
		code = service_fail(argv[0], &e);
	if (code == 0) {
		puts(loaded ? "The demo network is loaded." : "The demo network is there already.");
		service_print_logins();
	}
	service_close(&s);
	return code;
}
