/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network as data, its changes, and the log of all changes. For the routes table. */
#ifndef HTTP_CATALOGUE_HANDLERS_H
#define HTTP_CATALOGUE_HANDLERS_H

#include "server/domain/catalogue.h"
#include "server/http/routes.h"

extern const struct fields site_filter_fields, agent_query_fields, special_query_fields,
	audit_query_fields, audit_entry_fields;

bool site_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool site_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool contract_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool agent_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool agent_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool agent_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool agent_change_handle(struct request *rq, struct reply *rp, struct err *e);
bool special_day_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool special_day_delete_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
