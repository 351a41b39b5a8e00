/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/lib/pgcluster.h"

int main(void) { pgcluster_start(); print_message("%s\n", pgcluster_sql(pgcluster_fresh(), "select count(*) from job_event")); return 0; }
