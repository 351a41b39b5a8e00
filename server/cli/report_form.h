/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cost in the JSON forms of a roster and of the judge's report. Thread rule: pure. */
#ifndef CLI_REPORT_FORM_H
#define CLI_REPORT_FORM_H

#include "server/base/field.h"
#include "wfm/schedule.h"

struct form_cost {
	double pay, fixed_pay, shortage, surplus, rules, wishes, duties, service, sessions, deferred, total;
};

extern const struct fields cost_fields;

struct form_cost cost_form(const struct wfm_cost *c);

#endif
