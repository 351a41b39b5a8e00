/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `cuadrante work`: worker processes for a database that somebody else serves. */
#include "server/base/log.h"
#include "server/jobs/worker.h"
#include "server/service/service.h"
#include "server/store/migrate.h"

static bool check_schema(const char *url, struct err *e)
{
	struct db *db = db_open(url, e);
	bool ok = db && migrate_check(db, e);
	db_close(db);
	return ok;
}

int service_work(int argc, char **argv)
{
	struct service s;
	struct err e = ERR_INIT;
	int code = 0;
	if (!service_open(&s, &argc, argv, &e))
		code = service_fail(argv[0], &e);
	else if (!service_check_args(argc, argv, 0, "work [settings]"))
		code = 2;
	else if (!service_find_database(&s, false, &e) || !check_schema(s.url, &e))
		code = service_fail(argv[0], &e);
	if (code == 0) {
		struct worker_setup setup = { .config = &s.config, .url = s.url, .kinds = job_kinds,
					      .kind_count = job_kinds_count };
		int count = s.config.workers > 0 ? (int)s.config.workers : 1;
		log_info("working processes=%d", count);
		code = worker_parent(&setup, count);
	}
	service_close(&s);
	return code;
}
