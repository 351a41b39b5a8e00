/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system's TZif files are read directly rather than through libical, whose built-in zones carry
 * local-mean-time offsets, end in 2037 and are slow to ask (one linear walk per question).
 */
#include "server/calendar/zones.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "server/calendar/zone_data.h"

enum { DAY_S = 86400, FILE_MAX = 1 << 20, NEAR_MAX = 16 };

static const int64_t CYCLE_S = (int64_t)146097 * DAY_S;

/* Zones already read. Entries are added under the lock, never changed or removed. */
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;
static struct zone *zones_known;

static const char *zones_dir(void)
{
	const char *dir = getenv("TZDIR");

	return dir && dir[0] == '/' ? dir : "/usr/share/zoneinfo";
}

/* Every IANA name's parts begin with a capital; posix/, right/, localtime, tzdata.zi do not. */
static bool name_is_sound(const char *name)
{
	size_t n = strlen(name);
	bool part_starts = true;

	if (n == 0 || n >= ZONE_NAME_MAX || strcmp(name, "Factory") == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];
		bool capital = c >= 'A' && c <= 'Z';

		if (part_starts && !capital)
			return false;
		part_starts = c == '/';
		if (!capital && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' &&
		    c != '-' && c != '+' && c != '/')
			return false;
	}
	return !part_starts;
}

static bool load_file(const char *name, struct zone **out, struct err *e)
{
	char path[512];
	struct stat st;
	unsigned char *bytes = NULL;
	size_t got = 0;
	bool ok = false;
	int fd = -1;

	if (snprintf(path, sizeof path, "%s/%s", zones_dir(), name) >= (int)sizeof path)
		return err_set(e, ERR_INTERNAL, "TZDIR is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		err_set(e, ERR_INVALID, "%s is not a known time zone; use an IANA name such as "
			"America/Santiago", name);
		goto out;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(e, ERR_INTERNAL, "cannot read %s: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		err_set(e, ERR_INVALID, "%s is not a known time zone", name);
		goto out;
	}
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes) {
		err_set(e, ERR_INTERNAL, "out of memory");
		goto out;
	}
	while (got < (size_t)st.st_size) {
		ssize_t n = read(fd, bytes + got, (size_t)st.st_size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_set(e, ERR_INTERNAL, "cannot read %s", path);
			goto out;
		}
		got += (size_t)n;
	}
	ok = zone_read(name, bytes, got, out, e);
out:
	free(bytes);
	if (fd >= 0)
		close(fd);
	return ok;
}

bool zone_find(const char *name, const struct zone **out, struct err *e)
{
	struct zone *z;
	bool ok = true;

	assert(name);
	if (!name_is_sound(name))
		return err_set(e, ERR_INVALID, "%.64s is not a known time zone; use an IANA name such "
			       "as America/Santiago", name);
	pthread_mutex_lock(&zones_lock);
	for (z = zones_known; z && strcmp(z->name, name) != 0; z = z->next)
		;
	if (!z) {
		ok = load_file(name, &z, e);
		if (ok) {
			z->next = zones_known;
			zones_known = z;
		}
	}
	pthread_mutex_unlock(&zones_lock);
	if (ok)
		*out = z;
	return ok;
}

bool zones_start(struct err *e)
{
	const struct zone *z;
	struct err why = ERR_INIT;

	if (zone_find("UTC", &z, &why))
		return true;
	return err_set(e, ERR_UNAVAILABLE, "no usable time zone data in %s; install tzdata (%s)",
		       zones_dir(), why.message);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

uint32_t zone_digest(const struct zone *z)
{
	return z->digest;
}

/* ---- instants to offsets ---- */

/* Number of transitions at or before utc. */
static size_t transitions_until(const struct zone *z, int64_t utc)
{
	size_t lo = 0, hi = z->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (z->transitions[mid].at <= utc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Brings an instant past the table back by whole cycles; *shift is what was taken off. */
static int64_t wrap(const struct zone *z, int64_t utc, int64_t *shift)
{
	*shift = 0;
	if (utc <= z->wrap_after)
		return utc;
	*shift = ((utc - z->wrap_after - 1) / CYCLE_S + 1) * CYCLE_S;
	return utc - *shift;
}

static int offset_after(const struct zone *z, size_t count)
{
	return count == 0 ? z->first_offset_s : z->transitions[count - 1].offset_s;
}

int zone_offset_s(const struct zone *z, int64_t utc)
{
	int64_t shift;

	utc = wrap(z, utc, &shift);
	return offset_after(z, transitions_until(z, utc));
}

void zone_to_local(const struct zone *z, int64_t utc, int64_t *date, int *minute)
{
	int64_t local = utc + zone_offset_s(z, utc);
	int64_t d = local / DAY_S;

	if (local < 0 && local % DAY_S != 0)
		d--;
	*date = d;
	*minute = (int)((local - d * DAY_S) / 60);
}

/* ---- local time to instants ---- */

/* A stretch of constant offset. */
struct stretch {
	int64_t from, until;
	int offset_s;
};

/* The stretches that could hold the local second: offsets stay within 26 hours of UTC. */
static size_t stretches_near(const struct zone *z, int64_t local, struct stretch out[NEAR_MAX])
{
	enum { REACH_S = 26 * 3600 };
	size_t i = transitions_until(z, local - REACH_S);
	size_t n = 0;
	int64_t from = INT64_MIN;

	for (;; i++) {
		int64_t until = i < z->count ? z->transitions[i].at : INT64_MAX;

		out[n++] = (struct stretch){ from, until, offset_after(z, i) };
		if (until > local + REACH_S)
			return n;
		assert(n < NEAR_MAX);
		from = until;
	}
}

static int64_t local_to_utc(const struct zone *z, int64_t local, bool last)
{
	struct stretch near[NEAR_MAX];
	int64_t shift, found = 0;
	bool have = false;

	local = wrap(z, local, &shift);
	size_t n = stretches_near(z, local, near);
	for (size_t i = 0; i < n && !(have && !last); i++) {
		int64_t utc = local - near[i].offset_s;

		if (utc >= near[i].from && utc < near[i].until) {
			found = utc;
			have = true;
		}
	}
	/* Skipped by the clock: the first jump past it. */
	for (size_t i = 1; i < n && !have; i++) {
		if (near[i].from + near[i].offset_s > local) {
			found = near[i].from;
			have = true;
		}
	}
	assert(have);
	return found + shift;
}

int64_t zone_to_utc(const struct zone *z, int64_t date, int minute)
{
	return local_to_utc(z, date * DAY_S + (int64_t)minute * 60, false);
}

int64_t zone_to_utc_second(const struct zone *z, int64_t date, int minute)
{
	return local_to_utc(z, date * DAY_S + (int64_t)minute * 60, true);
}

int zone_day_minutes(const struct zone *z, int64_t date)
{
	return (int)((zone_to_utc(z, date + 1, 0) - zone_to_utc(z, date, 0)) / 60);
}

bool zone_day_change(const struct zone *z, int64_t date, int64_t *utc, int *minutes)
{
	int64_t from = zone_to_utc(z, date, 0), until = zone_to_utc(z, date + 1, 0), shift;

	from = wrap(z, from, &shift);
	until -= shift;
	for (size_t i = transitions_until(z, from - 1); i < z->count; i++) {
		int moved_s = z->transitions[i].offset_s - offset_after(z, i);

		if (z->transitions[i].at >= until)
			return false;
		if (moved_s == 0)
			continue;
		*utc = z->transitions[i].at + shift;
		*minutes = moved_s / 60;
		return true;
	}
	return false;
}
