/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store/pg_process.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEBIAN_VERSIONS "/usr/lib/postgresql"

/* ---------------------------------------------------------------- users */

static bool user_from_passwd(const struct passwd *pw, struct pg_user *user)
{
	if (!pw || pw->pw_uid == 0)
		return false;
	user->uid = pw->pw_uid;
	user->gid = pw->pw_gid;
	snprintf(user->name, sizeof(user->name), "%s", pw->pw_name);
	return true;
}

bool pg_user_choose(const char *owned, struct pg_user *user, struct err *e)
{
	struct stat st;
	bool exists = stat(owned, &st) == 0;
	*user = (struct pg_user){ .drop = geteuid() == 0 };
	if (!user->drop) {
		if (exists && st.st_uid != geteuid())
			return err_set(e, ERR_INVALID,
				       "%s belongs to another user (uid %u): start as that user or as "
				       "root, or choose another --data-dir",
				       owned, (unsigned)st.st_uid);
		if (!user_from_passwd(getpwuid(geteuid()), user))
			return err_set(e, ERR_INVALID, "uid %u has no user name", (unsigned)geteuid());
		return true;
	}
	if (exists && st.st_uid != 0 && user_from_passwd(getpwuid(st.st_uid), user))
		return true;
	if (user_from_passwd(getpwnam("postgres"), user) || user_from_passwd(getpwnam("nobody"), user))
		return true;
	return err_set(e, ERR_INVALID,
		       "PostgreSQL refuses to run as root and there is no user postgres or nobody");
}

/* Supplementary groups first, then the group, then the user: the other way loses the right to. */
static bool become(const struct pg_user *user)
{
	if (!user->drop)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(user->gid, user->gid, user->gid) == 0 &&
	       setresuid(user->uid, user->uid, user->uid) == 0;
}

bool pg_user_may_enter(const struct pg_user *user, const char *folder, struct err *e)
{
	int status = 0;
	if (!user->drop)
		return true;
	pid_t pid = fork();
	if (pid < 0)
		return err_set(e, ERR_INTERNAL, "fork: %s", strerror(errno));
	if (pid == 0)
		_exit(become(user) && access(folder, X_OK) == 0 ? 0 : 1);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return err_set(e, ERR_INVALID,
		       "user %s, as whom PostgreSQL runs when started by root, cannot enter %s: choose "
		       "another --data-dir or open the folders above it (chmod o+x)",
		       user->name, folder);
}

/* ---------------------------------------------------------------- programs */

static bool has_server(const char *dir)
{
	char path[PG_PATH_MAX + 16];
	snprintf(path, sizeof(path), "%s/initdb", dir);
	if (access(path, X_OK) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/postgres", dir);
	return access(path, X_OK) == 0;
}

static int newest_installed(void)
{
	int newest = 0;
	DIR *d = opendir(DEBIAN_VERSIONS);
	struct dirent *entry;
	while (d && (entry = readdir(d))) {
		char dir[PG_PATH_MAX];
		long version = strtol(entry->d_name, NULL, 10);
		snprintf(dir, sizeof(dir), DEBIAN_VERSIONS "/%ld/bin", version);
		if (version > newest && version < 1000 && has_server(dir))
			newest = (int)version;
	}
	if (d)
		closedir(d);
	return newest;
}

bool pg_bin_find(int major, char dir[PG_PATH_MAX], struct err *e)
{
	int newest = newest_installed();
	if (newest == 0)
		return err_set(e, ERR_INVALID,
			       "no PostgreSQL server found under " DEBIAN_VERSIONS
			       ": install the package postgresql, or give --database-url");
	snprintf(dir, PG_PATH_MAX, DEBIAN_VERSIONS "/%d/bin", major ? major : newest);
	if (!has_server(dir))
		return err_set(e, ERR_CONFLICT,
			       "the private database was made by PostgreSQL %d, which is not installed "
			       "(%d is): install postgresql-%d, or move by `cuadrante backup` with the "
			       "old version and `cuadrante restore` into a fresh --data-dir",
			       major, newest, major);
	return true;
}

/* ---------------------------------------------------------------- children */

/* Only what the child needs: no PG* settings of ours may reach the server. */
static char *const child_environment[] = {
	(char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" },
	(char[]){ "LC_ALL=C.UTF-8" },
	(char[]){ "TZ=UTC" },
	NULL,
};

static _Noreturn void child(const struct pg_user *user, char *const argv[], int log_fd,
			    int death_signal, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL); /* fails for SIGKILL and SIGSTOP, which is fine */
	setsid(); /* Ctrl-C reaches us, and we stop the database when nobody needs it any more */
	int null_fd = open("/dev/null", O_RDONLY);
	if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(log_fd, 1) < 0 || dup2(log_fd, 2) < 0 ||
	    chdir("/") != 0 || !become(user))
		_exit(126);
	/* Changing user clears the death signal, so it comes after; the parent may have died since. */
	if (prctl(PR_SET_PDEATHSIG, death_signal) != 0 || getppid() != parent)
		_exit(126);
	execve(argv[0], argv, child_environment);
	_exit(127);
}

pid_t pg_spawn(const struct pg_user *user, char *const argv[], int log_fd, int death_signal,
	       struct err *e)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		child(user, argv, log_fd, death_signal, parent);
	if (pid < 0)
		err_set(e, ERR_INTERNAL, "fork: %s", strerror(errno));
	return pid;
}
