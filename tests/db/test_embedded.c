/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The private PostgreSQL: made, guarded, stopped, and gone when its owner is killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/db.h"
#include "server/store/embedded.h"

static char root_dir[] = "/tmp/cuadrante-test-XXXXXX";
static char dir[64]; /* the data directory all tests share */

static int set_up_group(void **state)
{
	(void)state;
	if (!mkdtemp(root_dir) || chmod(root_dir, 0755) != 0)
		return -1;
	snprintf(dir, sizeof(dir), "%s/data", root_dir);
	return 0;
}

static int tear_down_group(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", root_dir, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static struct embedded *start(void)
{
	struct err e = ERR_INIT;
	struct embedded_setup setup = { .data_dir = dir, .throwaway = true };
	struct embedded *p;
	if (!embedded_start(&setup, &p, &e))
		fail_msg("%s", e.message);
	return p;
}

static void refuse(const char *data_dir, enum err_code code, const char *words)
{
	struct err e = ERR_INIT;
	struct embedded_setup setup = { .data_dir = data_dir, .throwaway = true };
	struct embedded *p;
	assert_false(embedded_start(&setup, &p, &e));
	assert_null(p);
	assert_int_equal(e.code, code);
	if (!strstr(e.message, words))
		fail_msg("\"%s\" does not say \"%s\"", e.message, words);
}

static struct stat stat_of(const char *name)
{
	char path[128];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st) != 0)
		fail_msg("%s: %s", path, strerror(errno));
	return st;
}

static pid_t server_pid(void)
{
	char path[128], line[32] = "";
	snprintf(path, sizeof(path), "%s/postgres/postmaster.pid", dir);
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	return (pid_t)strtol(line, NULL, 10);
}

static void wait_dead(pid_t pid)
{
	double until = clock_monotonic_s() + 20;
	while (kill(pid, 0) == 0) {
		if (clock_monotonic_s() > until)
			fail_msg("postgres %d is still there", (int)pid);
		usleep(20000);
	}
}

static void test_made_started_and_stopped(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	char url[1600];
	int64_t there;
	struct embedded *p = start();
	assert_true(embedded_url_of(dir, url, sizeof(url), &e));
	assert_string_equal(url, embedded_url(p));
	struct db *db = db_open(url, &e);
	assert_non_null(db);
	assert_true(db_int_value(db, SQL_DATABASE_EXISTS, DB_NONE, NULL, &there, &e));
	assert_int_equal(there, 1);
	db_close(db);
	assert_false(embedded_died(p));
	pid_t pid = server_pid();
	embedded_stop(p);
	assert_int_equal(kill(pid, 0), -1);
	assert_null(db_open(url, &e));
	embedded_stop(NULL);
}

static void test_only_we_may_connect(void **state)
{
	(void)state;
	struct embedded *p = start();
	assert_int_equal(stat_of("run").st_mode & 07777, 0700);
	assert_int_equal(stat_of("postgres").st_mode & 07777, 0700);
	assert_int_equal(stat_of("run/.s.PGSQL.5432").st_mode & 0777, 0700);
	struct passwd *nobody = getpwnam("nobody");
	assert_int_not_equal(stat_of("postgres").st_uid, 0); /* never as root */
	if (geteuid() == 0 && nobody && stat_of("postgres").st_uid != nobody->pw_uid) {
		int status;
		pid_t pid = fork();
		if (pid == 0) {
			struct err e = ERR_INIT;
			if (setgroups(0, NULL) != 0 || setgid(nobody->pw_gid) != 0 ||
			    setuid(nobody->pw_uid) != 0)
				_exit(2);
			_exit(db_open(embedded_url(p), &e) ? 1 : 0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	embedded_stop(p);
}

static void test_one_at_a_time(void **state)
{
	(void)state;
	struct embedded *p = start();
	pid_t pid = fork();
	int status;
	if (pid == 0) {
		struct err e = ERR_INIT;
		struct embedded_setup setup = { .data_dir = dir };
		struct embedded *second;
		char words[64];
		snprintf(words, sizeof(words), "(process %d)", (int)getppid());
		bool refused = !embedded_start(&setup, &second, &e) && e.code == ERR_CONFLICT &&
			       strstr(e.message, "already runs") && strstr(e.message, words);
		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(embedded_died(p));
	embedded_stop(p);
}

static void test_gone_when_its_owner_is_killed(void **state)
{
	(void)state;
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t owner = fork();
	if (owner == 0) {
		struct err e = ERR_INIT;
		struct embedded_setup setup = { .data_dir = dir, .throwaway = true };
		struct embedded *p;
		if (embedded_start(&setup, &p, &e) && write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	pid_t pid = server_pid();
	assert_true(pid > 0);
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	struct embedded *p = start(); /* at once: waits for the old one's last checkpoint */
	wait_dead(pid);
	assert_int_not_equal(server_pid(), pid);
	embedded_stop(p);
}

static void test_a_server_that_dies_is_noticed(void **state)
{
	(void)state;
	struct embedded *p = start();
	pid_t pid = server_pid();
	kill(pid, SIGKILL);
	double until = clock_monotonic_s() + 10;
	while (!embedded_died(p) && clock_monotonic_s() < until)
		usleep(10000);
	assert_true(embedded_died(p));
	embedded_stop(p);
	p = start(); /* recovers */
	embedded_stop(p);
}

static void test_an_unfinished_cluster_is_cleared_away(void **state)
{
	(void)state;
	char path[128], kept[128];
	snprintf(path, sizeof(path), "%s/postgres.new", dir);
	snprintf(kept, sizeof(kept), "%s/postgres.new/half", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(kept, 0700), 0);
	struct embedded *p = start();
	assert_int_equal(access(path, F_OK), -1);
	embedded_stop(p);
}

static void test_what_is_refused(void **state)
{
	(void)state;
	char longer[200], version[128], saved[16] = "";
	snprintf(longer, sizeof(longer), "%s/%0100d", root_dir, 1);
	refuse(longer, ERR_INVALID, "too long");
	refuse("relative", ERR_INVALID, "absolute");
	refuse("/dev/null/x", ERR_INVALID, "/dev/null");
	snprintf(version, sizeof(version), "%s/postgres/PG_VERSION", dir);
	FILE *f = fopen(version, "r+");
	assert_non_null(f);
	assert_non_null(fgets(saved, sizeof(saved), f));
	rewind(f);
	fputs("99\n", f);
	fclose(f);
	refuse(dir, ERR_CONFLICT, "PostgreSQL 99");
	f = fopen(version, "w");
	assert_non_null(f);
	fputs(saved, f);
	fclose(f);
	embedded_stop(start());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_started_and_stopped),
		cmocka_unit_test(test_only_we_may_connect),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_gone_when_its_owner_is_killed),
		cmocka_unit_test(test_a_server_that_dies_is_noticed),
		cmocka_unit_test(test_an_unfinished_cluster_is_cleared_away),
		cmocka_unit_test(test_what_is_refused),
	};
	log_set_level(LOG_WARN_);
	return cmocka_run_group_tests_name("embedded", tests, set_up_group, tear_down_group);
}
