/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: draw a site's weekly roster and keep it as a draft with its evidence; or those of several sites
 * in one, whose people may work at each other's.
 *
 * Forecast (unless one is named, or that of the roster planned again) -> requirement -> solver ->
 * independent verify -> rows. A roster that
 * the judge does not accept is never saved. The same request on the same data with an iteration
 * limit gives the same roster. One connection, one thread.
 */
#ifndef DOMAIN_MAKE_SCHEDULE_H
#define DOMAIN_MAKE_SCHEDULE_H

#include "server/domain/joint_replan.h"
#include "server/domain/try_roster.h"

struct schedule_request {
	int64_t site_id;
	int64_t week;           /* Monday */
	int64_t forecast_id;    /* FIELD_NULL: forecast first */
	int64_t seed;
	int64_t iteration_limit; /* 0: none */
	double time_limit_s;
	double gap;
	int64_t trial_weeks;    /* the most played to try the roster; 0: TRIAL_WEEKS */
	struct staffing_choice choice;
	struct replan_request keep;
	int64_t *with;          /* other sites planned in one with it */
	size_t with_count;
};
extern const struct fields schedule_request_fields;

/* Another site's share of a plan of several. */
struct schedule_share {
	int64_t site_id, plan_id, roster_id, forecast_id, shifts, borrowed;
};

struct schedule_result {
	int64_t plan_id, roster_id, forecast_id;
	double objective, bound, gap;
	int64_t shifts, shortages, unplanned;
	int64_t changed_shifts; /* FIELD_NULL: drawn anew */
	double change_cents;
	int64_t borrowed;       /* of the shifts, by people at home at other sites */
	struct schedule_share *with;
	size_t with_count;
};
extern const struct fields schedule_result_fields;

/* How the caller watches, stops and completes the work. */
struct schedule_watch {
	/* Progress 0..1; objective and bound NaN until known. True asks to stop with the best found. */
	bool (*progress)(void *context, double fraction, const char *phase, double objective,
			 double bound, double gap);
	/* Called inside the transaction that saves the roster, last. */
	bool (*saved)(void *context, const struct schedule_result *r, struct err *e);
	void *context;
};

/* What can be refused before any job is queued. */
bool schedule_check(struct db *db, struct arena *a, const struct schedule_request *r, struct err *e);

/* The same; fills again, one for the site and each of `with`, from the rosters kept, if that is asked for. */
bool schedule_check_replan(struct db *db, struct arena *a, const struct schedule_request *r, struct replan *again,
			   struct err *e);
/* The newest forecast of a site's week; FIELD_NULL: there is none yet. */
bool schedule_newest_forecast(struct db *db, int64_t site_id, int64_t week, int64_t *out, struct err *e);

bool schedule_make(struct db *db, struct arena *a, const struct schedule_request *r,
		   int64_t user_id, int64_t job_id, const struct schedule_watch *w,
		   struct schedule_result *out, struct err *e);

/* A plan of several sites, as each of its rosters tells it; NULL where one site is planned. */
struct drawn_together {
	int64_t number, *site_ids, shifts; /* of all sites together */
	int64_t beside;                    /* the number of the plan that they go with: `number`, or an older one's */
	int64_t changed;                   /* shifts, planned again */
	double change_cents, notice_cents;
	size_t site_count;
};

/* Writes plan, requirement, roster, shifts, activities, shortages and trial; part of schedule_make. */
bool roster_keep(struct db *db, struct arena *a, const struct week_problem *w,
		 const struct schedule_request *r, int64_t user_id, int64_t job_id,
		 const struct wfm_roster *roster, const struct roster_trial *trial,
		 const struct replan *again, const struct drawn_together *together,
		 struct schedule_result *out, struct err *e);

#endif
