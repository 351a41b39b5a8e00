/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings as one table (name, type, default, help): defaults < INI file (--config FILE) <
 * CUADRANTE_NAME environment < --name flags. `cuadrante config` prints the documented file.
 *
 * CONFIG_TABLE is the only list; struct config has one member per row. Loaded once in main, then const.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/strbuf.h"

/*    type  member            flag                default      least  most     help */
#define CONFIG_TABLE(X) \
	X(TEXT, database_url,     "database-url",     "",          0,     0,      \
	  "PostgreSQL URL; empty: a private cluster under data-dir") \
	X(TEXT, data_dir,         "data-dir",         "",          0,     0,      \
	  "where the private cluster and keys live; empty: /var/lib/cuadrante as root, else ~/.local/share/cuadrante") \
	X(TEXT, listen,           "listen",           "127.0.0.1", 0,     0,      \
	  "address to answer HTTP on") \
	X(INT,  port,             "port",             "8080",      0,     65535,  \
	  "TCP port; 0 picks a free one") \
	X(INT,  metrics_port,     "metrics-port",     "9080",      -1,    65535,  \
	  "Prometheus listener on the same address; 0 picks a free one, -1 none") \
	X(TEXT, public_url,       "public-url",       "",          0,     0,      \
	  "origin that users see, e.g. https://wfm.example.org; empty: http://listen:port") \
	X(TEXT, web_root,         "web-root",         "",          0,     0,      \
	  "serve the page from this folder instead of the embedded assets") \
	X(INT,  workers,          "workers",          "1",         0,     256,    \
	  "worker processes that serve starts; 0: none") \
	X(INT,  worker_memory_mb, "worker-memory-mb", "4096",      64,    1048576,\
	  "memory limit of one worker process") \
	X(INT,  worker_cpu_s,     "worker-cpu-s",     "1800",      1,     604800, \
	  "CPU limit of one job in seconds") \
	X(INT,  lease_s,          "lease-s",          "30",        1,     3600,   \
	  "a job whose worker is silent this long is taken up by another") \
	X(INT,  keep_jobs_days,   "keep-jobs-days",   "90",        0,     36500,  \
	  "a finished job is forgotten after so many days, what it made stays; 0: never") \
	X(INT,  db_pool,          "db-pool",          "8",         1,     256,    \
	  "database connections of one serving process") \
	X(INT,  session_hours,    "session-hours",    "12",        1,     8760,   \
	  "a log-in lasts this long") \
	X(TEXT, sso_header,       "sso-header",       "",          0,     0,      \
	  "trusted log-in header; empty: off") \
	X(TEXT, sso_proxy,        "sso-proxy",        "",          0,     0,      \
	  "peer address allowed to set sso-header") \
	X(TEXT, trusted_proxy,    "trusted-proxy",    "",          0,     0,      \
	  "peer address whose X-Forwarded-For is believed; empty: none") \
	X(BOOL, insecure_cookies, "insecure-cookies", "false",     0,     0,      \
	  "cookies without Secure, for plain HTTP in a lab") \
	X(TEXT, log_level,        "log-level",        "info",      0,     0,      \
	  "debug, info, warn or error")

struct config {
#define TEXT const char *
#define INT int64_t
#define BOOL bool
#define X(type, member, flag, fallback, least, most, help) type member;
	CONFIG_TABLE(X)
#undef X
#undef TEXT
#undef INT
#undef BOOL
};

/* Consumes --flags (both "--flag value" and "--flag=value") from argv; leaves the rest, in order, in
 * argv[0..*argc). Unknown names, bad values: ERR_INVALID naming file and line, variable or flag. */
/* A BOOL flag may stand alone ("--insecure-cookies"); "--" ends the flags. */
bool config_load(struct arena *a, struct config *c, int *argc, char **argv, struct err *e);
void config_print(const struct config *c, struct strbuf *s);

#endif
