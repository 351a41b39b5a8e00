/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "server/http/body.h"

void body_init(struct body *b, size_t max)
{
	*b = (struct body){ .max = max, .fd = -1 };
}

void body_free(struct body *b)
{
	if (b->map)
		munmap(b->map, b->len);
	if (b->fd >= 0)
		close(b->fd);
	free(b->memory);
	body_init(b, b->max);
}

static bool write_all(int fd, const char *bytes, size_t n, struct err *e)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_set(e, ERR_UNAVAILABLE, "no room to keep the upload: %s",
				       strerrordesc_np(errno));
		bytes += done;
		n -= (size_t)done;
	}
	return true;
}

static bool spill(struct body *b, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	dir = dir && *dir ? dir : "/tmp";
	b->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (b->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		char name[4096];
		size_t n = strlen(dir);
		if (n > sizeof(name) - 32)
			return err_set(e, ERR_INTERNAL, "TMPDIR is too long");
		memcpy(name, dir, n);
		memcpy(name + n, "/cuadrante-XXXXXX", sizeof("/cuadrante-XXXXXX"));
		b->fd = mkostemp(name, O_CLOEXEC);
		if (b->fd >= 0)
			unlink(name);
	}
	if (b->fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "no temporary file in %s: %s", dir,
			       strerrordesc_np(errno));
	if (!write_all(b->fd, b->memory, b->len, e))
		return false;
	free(b->memory);
	b->memory = NULL;
	b->room = 0;
	return true;
}

static bool add_memory(struct body *b, const char *bytes, size_t n, struct err *e)
{
	if (b->len + n > b->room) {
		size_t room = b->room ? b->room : 4096;
		while (room < b->len + n)
			room *= 2;
		char *grown = realloc(b->memory, room);
		if (!grown)
			return err_set(e, ERR_UNAVAILABLE, "out of memory");
		b->memory = grown;
		b->room = room;
	}
	memcpy(b->memory + b->len, bytes, n);
	return true;
}

bool body_add(struct body *b, const char *bytes, size_t n, struct err *e)
{
	if (n > b->max - b->len) {
		size_t max = b->max;
		body_free(b);
		return err_set(e, ERR_TOO_LARGE, "the body may have at most %zu bytes", max);
	}
	if (b->fd < 0 && b->len + n > BODY_MEMORY_MAX && !spill(b, e))
		return false;
	if (b->fd >= 0 ? !write_all(b->fd, bytes, n, e) : !add_memory(b, bytes, n, e))
		return false;
	b->len += n;
	return true;
}

bool body_view(struct body *b, const char **bytes, size_t *n, struct err *e)
{
	*n = b->len;
	*bytes = b->memory ? b->memory : "";
	if (b->fd < 0)
		return true;
	void *map = mmap(NULL, b->len, PROT_READ, MAP_PRIVATE, b->fd, 0);
	if (map == MAP_FAILED)
		return err_set(e, ERR_UNAVAILABLE, "cannot map the upload: %s", strerrordesc_np(errno));
	b->map = map;
	*bytes = map;
	return true;
}
