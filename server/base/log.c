/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_int threshold = LOG_INFO_;

void log_set_level(enum log_level least)
{
	atomic_store(&threshold, (int)least);
}

/* One write(2) per line keeps lines of threads and worker processes apart. */
static void put_line(const char *line, size_t n)
{
	while (n > 0) {
		ssize_t done = write(STDERR_FILENO, line, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return; /* nowhere left to say so */
		line += done;
		n -= (size_t)done;
	}
}

void log_write(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	if ((int)level < atomic_load(&threshold))
		return;
	int saved = errno;
	char line[2048];
	struct timespec now;
	struct tm utc;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &utc);
	size_t n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &utc);
	n += (size_t)snprintf(line + n, sizeof line - n, ".%03ldZ %s ", now.tv_nsec / 1000000,
			      names[level]);
	va_list ap;
	va_start(ap, fmt);
	int wanted = vsnprintf(line + n, sizeof line - n, fmt, ap);
	va_end(ap);
	if (wanted > 0)
		n += (size_t)wanted < sizeof line - n ? (size_t)wanted : sizeof line - n - 1;
	/* A newline or an escape inside a value must not forge a second line. */
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
			line[i] = ' ';
	}
	line[n] = '\n';
	put_line(line, n + 1);
	errno = saved;
}
