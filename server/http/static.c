/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "server/base/strbuf.h"
#include "server/http/negotiate.h"
#include "server/http/reply_build.h"
#include "server/http/route_match.h"
#include "server/http/static.h"

enum { FILE_MAX_BYTES = 64 << 20 };

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".json", "application/json" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i].ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}

/* Decoded, or NULL when no file of ours could have such a name. A page path becomes /index.html. */
static const char *file_path(struct request *rq)
{
	size_t len = strlen(rq->path), n;
	char *path = arena_alloc(rq->arena, len + 1);
	if (!percent_decode(rq->path, len, false, path, &n) || strstr(path, "/.") || strstr(path, "//") ||
	    strchr(path, '\\'))
		return NULL;
	const char *last = strrchr(path, '/');
	return last && strchr(last, '.') ? path : "/index.html";
}

/* Names under /assets/ carry a hash of their content. */
static void set_caching(struct reply *rp, const char *path)
{
	bool hashed = strncmp(path, "/assets/", 8) == 0;
	reply_header(rp, "Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
	reply_header(rp, "Vary", "Accept-Encoding");
}

static bool no_page(const char *path, struct err *e)
{
	if (strcmp(path, "/index.html") == 0)
		return err_set(e, ERR_NOT_FOUND,
			       "this binary was built without the web page; the interface is at /docs");
	return err_set(e, ERR_NOT_FOUND, "nothing is at this path");
}

/* ---------------------------------------------------------------- embedded */

static const struct static_asset *find_asset(const char *path)
{
	for (const struct static_asset *a = static_assets; a->path; a++)
		if (strcmp(a->path, path) == 0)
			return a;
	return NULL;
}

static bool reply_embedded(struct request *rq, struct reply *rp, const char *path, struct err *e)
{
	const struct static_asset *a = find_asset(path);
	if (!a)
		return no_page(path, e);
	const unsigned char *from = a->bytes, *to = a->bytes_end;
	const char *coding = NULL, *etag = a->etag;
	if (a->br && accept_coding(rq->accept_encoding, "br")) {
		coding = "br";
		from = a->br;
		to = a->br_end;
	} else if (a->gz && accept_coding(rq->accept_encoding, "gzip")) {
		coding = "gzip";
		from = a->gz;
		to = a->gz_end;
	}
	set_caching(rp, path);
	if (coding) {
		/* A strong tag tells codings apart. */
		reply_header(rp, "Content-Encoding", coding);
		etag = arena_printf(rq->arena, "\"%.*s-%s\"", (int)strlen(etag) - 2, etag + 1, coding);
	}
	if (!reply_not_modified(rp, etag, FIELD_NULL))
		reply_borrow(rp, type_of(path), (const char *)from, (size_t)(to - from));
	return true;
}

/* ---------------------------------------------------------------- --web-root */

static bool read_file(int fd, size_t size, struct strbuf *s, struct err *e)
{
	char part[16384];
	while (s->len < size) {
		ssize_t n = read(fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_INTERNAL, "reading a file of web-root: %s",
				       strerrordesc_np(errno));
		if (n == 0)
			break;
		strbuf_add(s, part, (size_t)n);
	}
	return true;
}

static bool reply_file(struct request *rq, struct reply *rp, const char *path, struct err *e)
{
	struct stat st;
	struct strbuf s;
	const char *name = arena_printf(rq->arena, "%s%s", rq->config->web_root, path);
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return no_page(path, e);
	bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX_BYTES;
	if (!ok) {
		close(fd);
		return no_page(path, e);
	}
	const char *etag = arena_printf(rq->arena, "\"%llx-%llx-%llx\"", (unsigned long long)st.st_size,
					(unsigned long long)st.st_mtim.tv_sec,
					(unsigned long long)st.st_mtim.tv_nsec);
	reply_header(rp, "Cache-Control", "no-cache");
	if (reply_not_modified(rp, etag, FIELD_NULL)) {
		close(fd);
		return true;
	}
	strbuf_init(&s, FILE_MAX_BYTES);
	ok = read_file(fd, (size_t)st.st_size, &s, e);
	close(fd);
	if (!ok) {
		strbuf_free(&s);
		return false;
	}
	return reply_take(rp, type_of(path), &s, e);
}

bool static_reply(struct request *rq, struct reply *rp, struct err *e)
{
	const char *path = file_path(rq);
	if (!path)
		return err_set(e, ERR_NOT_FOUND, "nothing is at this path");
	return *rq->config->web_root ? reply_file(rq, rp, path, e) : reply_embedded(rq, rp, path, e);
}
