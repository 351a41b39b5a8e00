/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parent of worker processes: starts, restarts, limits and ends them. It opens no connection. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/jobs/worker.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

enum { WORKERS_MAX = 256, STOP_WAIT_S = 10, RESTART_WAIT_S = 2, WORKER_NICE = 5 };

struct slot {
	pid_t pid;       /* 0: none */
	double start_at; /* earliest, by the monotonic clock */
};

static void limit_memory(int64_t megabytes)
{
	struct rlimit limit = { (rlim_t)megabytes << 20, (rlim_t)megabytes << 20 };
	/* The sanitizer's shadow memory alone is terabytes of address space. */
	if (!UNDER_ASAN && setrlimit(RLIMIT_AS, &limit) != 0)
		log_warn("cannot limit a worker's memory: %s", strerror(errno));
}

static _Noreturn void be_worker(const struct worker_setup *setup, pid_t parent, const sigset_t *mask)
{
	struct err e = ERR_INIT;
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(1);
	limit_memory(setup->config->worker_memory_mb);
	if (setpriority(PRIO_PROCESS, 0, WORKER_NICE) != 0)
		log_warn("cannot lower a worker's priority: %s", strerror(errno));
	if (!worker_run(setup, false, &e)) {
		log_error("worker ends reason=\"%s\"", e.message);
		exit(1);
	}
	exit(0);
}

static void start(struct slot *s, const struct worker_setup *setup, const sigset_t *mask)
{
	pid_t parent = getpid();
	s->start_at = clock_monotonic_s() + RESTART_WAIT_S; /* of the next one in this place */
	s->pid = fork();
	if (s->pid == 0)
		be_worker(setup, parent, mask);
	if (s->pid < 0) {
		log_error("cannot start a worker: %s", strerror(errno));
		s->pid = 0;
	}
}

static void reap(struct slot *slots, int count)
{
	for (int i = 0; i < count; i++) {
		int status;
		if (slots[i].pid == 0 || waitpid(slots[i].pid, &status, WNOHANG) != slots[i].pid)
			continue;
		if (WIFSIGNALED(status))
			log_warn("worker died pid=%d signal=%d", (int)slots[i].pid, WTERMSIG(status));
		else if (WEXITSTATUS(status) != 0)
			log_warn("worker ended pid=%d code=%d", (int)slots[i].pid, WEXITSTATUS(status));
		slots[i].pid = 0;
	}
}

static int living(const struct slot *slots, int count)
{
	int n = 0;
	for (int i = 0; i < count; i++)
		n += slots[i].pid != 0;
	return n;
}

static void signal_all(const struct slot *slots, int count, int sig)
{
	for (int i = 0; i < count; i++)
		if (slots[i].pid != 0)
			kill(slots[i].pid, sig);
}

static void wait_signal(const sigset_t *signals, long ms, int *got)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	*got = sigtimedwait(signals, NULL, &t);
}

static void end_all(struct slot *slots, int count, const sigset_t *signals)
{
	double until = clock_monotonic_s() + STOP_WAIT_S;
	int got;
	signal_all(slots, count, SIGTERM);
	for (;;) {
		reap(slots, count);
		if (living(slots, count) == 0)
			return;
		if (clock_monotonic_s() > until)
			signal_all(slots, count, SIGKILL); /* its job's lease runs out */
		wait_signal(signals, 100, &got);
	}
}

int worker_parent(const struct worker_setup *setup, int count)
{
	struct slot slots[WORKERS_MAX] = { { 0 } };
	sigset_t signals, old;
	int got = 0;
	count = count > WORKERS_MAX ? WORKERS_MAX : count;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &old);
	/* Workers must hear of a stop even when we were started with it blocked. */
	sigset_t mask = old;
	sigdelset(&mask, SIGCHLD);
	sigdelset(&mask, SIGTERM);
	sigdelset(&mask, SIGINT);
	while (got != SIGTERM && got != SIGINT) {
		reap(slots, count);
		for (int i = 0; i < count; i++)
			if (slots[i].pid == 0 && clock_monotonic_s() >= slots[i].start_at)
				start(&slots[i], setup, &mask);
		wait_signal(&signals, 500, &got);
	}
	end_all(slots, count, &signals);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return 0;
}
