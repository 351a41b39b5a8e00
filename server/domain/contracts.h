/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contracts as libwfm understands them, and whether a contract can be kept by anybody at all.
 */
#ifndef DOMAIN_CONTRACTS_H
#define DOMAIN_CONTRACTS_H

#include "server/store/db.h"
#include "wfm/schedule.h"

struct contract_set {
	struct wfm_contract *contracts;
	int64_t *ids; /* of the same index */
	size_t count;
};

/* The contracts of a site's agents and of those who may come from the sites `with` (JSON list of ids), or
 * (site_id FIELD_NULL) the one of contract_id. */
bool contracts_load(struct db *db, struct arena *a, int64_t site_id, const char *with, int64_t contract_id,
		    struct contract_set *out, struct err *e);

/* Tries the contract on one agent who is always free, with work at all hours. ERR_INVALID with pointer
 * /rules naming the rules that no week can keep together. Call inside the transaction that writes it. */
bool contract_check(struct db *db, struct arena *a, int64_t contract_id, struct err *e);

#endif
