/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A private throw-away PostgreSQL for one test program: unix socket in a temporary folder, no fsync,
 * migrated schema, gone when the program ends in whatever way.
 *
 *     int main(void) { pgcluster_start(); return cmocka_run_group_tests(tests, NULL, NULL); }
 *     ... struct db *db = db_open(pgcluster_url(), &e);       the database all tests share, or
 *     ... struct db *db = db_open(pgcluster_fresh(), &e);     a new one, empty but migrated
 *
 * The first run makes a migrated cluster under build/ that later runs copy. Main thread only.
 * Anything that goes wrong here ends the program with a message.
 */
#ifndef TESTS_LIB_PGCLUSTER_H
#define TESTS_LIB_PGCLUSTER_H

void pgcluster_start(void);           /* ended by exit */
const char *pgcluster_url(void);
/* A new migrated database; the URL lives as long as the program. About 50 ms. */
const char *pgcluster_fresh(void);
/* A new database without any schema. */
const char *pgcluster_empty(void);
/* Runs SQL text, for arranging and looking; returns the first value as text ("" for none), which
 * lives until the next call. */
const char *pgcluster_sql(const char *url, const char *sql);
const char *pgcluster_dir(void);      /* of the cluster, e.g. for scratch files */

#endif
