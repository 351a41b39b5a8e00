/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts of people: who may log in, as what, for which sites. Administrators only. */
#ifndef HTTP_ACCOUNT_HANDLERS_H
#define HTTP_ACCOUNT_HANDLERS_H

#include "server/http/routes.h"

extern const struct fields account_fields, account_new_fields, account_change_fields;

bool account_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool account_change_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
