/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The web page's files: embedded in the binary (made by scripts/embed.sh from build/web/dist), or
 * from a folder with --web-root. Names that carry a hash are immutable; index.html is not.
 *
 * The table is const; --web-root files are read per request. Thread rule: safe from any thread.
 */
#ifndef HTTP_STATIC_H
#define HTTP_STATIC_H

#include <stdbool.h>
#include <stddef.h>
#include "server/http/reply.h"
#include "server/http/request.h"

struct static_asset {
	const char *path; /* "/app-1a2b3c4d.js" */
	const char *etag; /* with its quotes */
	const unsigned char *bytes, *bytes_end;
	const unsigned char *br, *br_end; /* NULL: none ready made */
	const unsigned char *gz, *gz_end;
};

extern const struct static_asset static_assets[]; /* generated, sorted by path; ends with path NULL */

/* Answers a GET of a path that no route has. A path without a dot in its last segment is a page of
 * the application and gets index.html. ERR_NOT_FOUND. */
bool static_reply(struct request *rq, struct reply *rp, struct err *e);

#endif
