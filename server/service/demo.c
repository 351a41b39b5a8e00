/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo network, loaded into whatever database the settings name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/demo/demo.h"
#include "server/service/service.h"

bool service_load_demo(const char *url, uint64_t seed, bool *loaded, struct err *e)
{
	struct demo_options options = { .seed = seed, .until = clock_now() / 86400 };
	struct arena *a = arena_new(0);
	struct demo *demo = NULL;
	struct db *db = db_open(url, e);
	bool ok = db && demo_build(&options, a, &demo, e) && demo_load(db, demo, loaded, e);
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

static bool take_seed(int *argc, char **argv, uint64_t *seed, struct err *e)
{
	*seed = SERVICE_DEMO_SEED;
	for (int i = 1; i + 1 < *argc; i++) {
		char *end;
		if (strcmp(argv[i], "--seed") != 0)
			continue;
		*seed = strtoull(argv[i + 1], &end, 10);
		if (argv[i + 1][0] < '0' || argv[i + 1][0] > '9' || *end != '\0')
			return err_at(e, ERR_INVALID, "--seed", "\"%s\" is not a whole number", argv[i + 1]);
		for (int k = i; k + 2 <= *argc; k++)
			argv[k] = argv[k + 2];
		*argc -= 2;
		break;
	}
	return true;
}

int service_demo(int argc, char **argv)
{
	struct service s = { 0 };
	struct err e = ERR_INIT;
	uint64_t seed;
	bool loaded = false;
	int code = 0;
	if (!take_seed(&argc, argv, &seed, &e) || !service_open(&s, &argc, argv, &e))
		code = service_fail(argv[0], &e);
	else if (!service_check_args(argc, argv, 0, "demo [--seed N] [settings]"))
		code = 2;
	else if (!service_find_database(&s, true, &e) || !service_migrate_now(s.url, NULL, &e) ||
		 !service_load_demo(s.url, seed, &loaded, &e))
		code = service_fail(argv[0], &e);
	if (code == 0) {
		puts(loaded ? "The demo network is loaded." : "The demo network is there already.");
		service_print_logins();
	}
	service_close(&s);
	return code;
}
