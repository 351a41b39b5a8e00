/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/service/service.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "server/base/log.h"
#include "server/base/secret.h"
#include "server/calendar/zones.h"
#include "server/store/migrate.h"

/* Absolute, because children change their working folder. */
static bool settle_data_dir(struct service *s, struct err *e)
{
	const char *given = s->config.data_dir, *home = getenv("HOME"), *xdg = getenv("XDG_DATA_HOME");
	char here[PG_PATH_MAX];
	if (given[0] == '/')
		return true;
	if (given[0] != '\0') {
		if (!getcwd(here, sizeof(here)))
			return err_set(e, ERR_INVALID, "the working folder has too long a name");
		s->config.data_dir = arena_printf(s->arena, "%s/%s", here, given);
	} else if (geteuid() == 0) {
		s->config.data_dir = "/var/lib/cuadrante";
	} else if (xdg && xdg[0] == '/') {
		s->config.data_dir = arena_printf(s->arena, "%s/cuadrante", xdg);
	} else if (home && home[0] == '/') {
		s->config.data_dir = arena_printf(s->arena, "%s/.local/share/cuadrante", home);
	} else {
		return err_set(e, ERR_INVALID, "HOME is not set: give --data-dir");
	}
	return true;
}

static void set_log_level(const char *name)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	for (int i = 0; i < 4; i++)
		if (strcmp(name, names[i]) == 0)
			log_set_level((enum log_level)i);
}

bool service_open(struct service *s, int *argc, char **argv, struct err *e)
{
	*s = (struct service){ .arena = arena_new(0) };
	if (!config_load(s->arena, &s->config, argc, argv, e))
		return false;
	set_log_level(s->config.log_level);
	return settle_data_dir(s, e) && secret_start(e) && zones_start(e);
}

bool service_start_database(struct service *s, struct err *e)
{
	struct embedded_setup setup = { .data_dir = s->config.data_dir };
	if (s->config.database_url[0] != '\0') {
		s->url = s->config.database_url;
		return true;
	}
	if (!embedded_start(&setup, &s->embedded, e))
		return false;
	s->url = embedded_url(s->embedded);
	return true;
}

bool service_find_database(struct service *s, bool start, struct err *e)
{
	char url[PG_PATH_MAX * 3];
	struct err unreachable = ERR_INIT;
	if (s->config.database_url[0] != '\0')
		return service_start_database(s, e);
	if (!embedded_url_of(s->config.data_dir, url, sizeof(url), e))
		return false;
	struct db *running = db_open(url, &unreachable);
	if (!running && start)
		return service_start_database(s, e);
	if (!running)
		return err_set(e, ERR_UNAVAILABLE,
			       "no database: give --database-url, or start `cuadrante serve` on %s first",
			       s->config.data_dir);
	db_close(running);
	s->url = arena_strdup(s->arena, url);
	return true;
}

void service_close(struct service *s)
{
	embedded_stop(s->embedded);
	arena_free(s->arena);
	*s = (struct service){ 0 };
}

int service_fail(const char *command, const struct err *e)
{
	fprintf(stderr, "cuadrante %s: %s\n", command, e->message);
	for (size_t i = 0; i < e->items_kept; i++)
		fprintf(stderr, "  %s: %s\n", e->items[i].pointer, e->items[i].message);
	return e->code == ERR_INVALID || e->code == ERR_MALFORMED ? 2 : 1;
}

bool service_take_flag(int *argc, char **argv, const char *flag)
{
	bool found = false;
	int kept = 0;
	for (int i = 0; i < *argc; i++) {
		if (i > 0 && strcmp(argv[i], flag) == 0)
			found = true;
		else
			argv[kept++] = argv[i];
	}
	*argc = kept;
	argv[kept] = NULL;
	return found;
}

bool service_check_args(int argc, char **argv, int wanted, const char *usage)
{
	if (argc == wanted + 1)
		return true;
	if (argc > wanted + 1)
		fprintf(stderr, "cuadrante %s: unexpected \"%s\"\n", argv[0], argv[wanted + 1]);
	fprintf(stderr, "usage: cuadrante %s\n", usage);
	return false;
}

bool service_migrate_now(const char *url, int *applied, struct err *e)
{
	struct db *db = db_open(url, e);
	bool ok = db && migrate_apply(db, applied, e);
	db_close(db);
	return ok;
}
