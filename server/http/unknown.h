/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One rule for every read: whoever asks for what does not exist hears 404 and which id it was, never an
 * empty list. Ids are known by the names of parameters, in the path and in the query.
 *
 * Asked only after a read found nothing, so that answers with rows pay nothing for it.
 */
#ifndef HTTP_UNKNOWN_H
#define HTTP_UNKNOWN_H

#include "server/http/request.h"

/* True when all that the request names exists. Else ERR_NOT_FOUND, at "?site_id" for a query's. */
bool unknown_check(struct request *rq, struct err *e);

#endif
