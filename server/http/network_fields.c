/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the network forecast routes give; the statements of the same names fill them. */
#include "server/http/planning_handlers.h"

static const char *const level_names[] = { "network", "region", "site", NULL };
static const char *const by_names[] = { "day", "week", NULL };

struct network_query {
	int64_t region_id, limit;
	const char *cursor;
};
static const struct field query_rows[] = {
	F_INT(struct network_query, region_id, FIELD_OPTIONAL, 1, 1e15, "only of this region"),
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct network_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" },
	F_TEXT(struct network_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields network_query_fields =
	FIELDS("NetworkForecastQuery", struct network_query, query_rows);

struct network_totals_query {
	int64_t by, level;
};
static const struct field totals_query_rows[] = {
	{ .name = "by", .type = FIELD_ENUM, .offset = offsetof(struct network_totals_query, by),
	  .flags = FIELD_OPTIONAL, .names = by_names, .fallback = "\"day\"",
	  .help = "what to add up to" },
	F_ENUM(struct network_totals_query, level, FIELD_OPTIONAL, level_names, "only of this level"),
};
const struct fields network_totals_query_fields =
	FIELDS("NetworkTotalsQuery", struct network_totals_query, totals_query_rows);

struct network_total {
	int64_t level, region_id, site_id, day;
	double mean, base_mean, q05, q10, q25, q50, q75, q90, q95;
};
static const struct field total_rows[] = {
	F_ENUM(struct network_total, level, 0, level_names, "network, region or site"),
	F_INT(struct network_total, region_id, FIELD_OPTIONAL, 1, 1e15, "region; null: the network"),
	F_INT(struct network_total, site_id, FIELD_OPTIONAL, 1, 1e15, "site; null: a level above"),
	F_DATE(struct network_total, day, 0, "local date; of a week, its Monday"),
	F_REAL(struct network_total, mean, 0, 0, 0, "contacts expected: the sum of the level below"),
	F_REAL(struct network_total, base_mean, FIELD_OPTIONAL, 0, 0,
	       "what this level's own history said before all were reconciled; null: nothing"),
	F_REAL(struct network_total, q05, 0, 0, 0, "5 % quantile"),
	F_REAL(struct network_total, q10, 0, 0, 0, "10 % quantile"),
	F_REAL(struct network_total, q25, 0, 0, 0, "25 % quantile"),
	F_REAL(struct network_total, q50, 0, 0, 0, "median"),
	F_REAL(struct network_total, q75, 0, 0, 0, "75 % quantile"),
	F_REAL(struct network_total, q90, 0, 0, 0, "90 % quantile"),
	F_REAL(struct network_total, q95, 0, 0, 0, "95 % quantile"),
};
const struct fields network_total_fields =
	FIELDS("NetworkTotal", struct network_total, total_rows);

struct network_site {
	int64_t site_id, region_id, forecast_id;
	const char *code, *name;
};
static const struct field site_rows[] = {
	F_INT(struct network_site, site_id, 0, 1, 1e15, "site"),
	F_INT(struct network_site, region_id, 0, 1, 1e15, "its region"),
	F_TEXT(struct network_site, code, 0, 0, 0, "its code"),
	F_TEXT(struct network_site, name, 0, 0, 0, "its name"),
	F_INT(struct network_site, forecast_id, 0, 1, 1e15, "its forecast, as any other"),
};
static const struct fields site_fields =
	FIELDS("NetworkForecastSite", struct network_site, site_rows);

struct network_card {
	int64_t id, region_id, first_day, last_day, created_at, job_id;
	const char *author;
	double shrinkage;
	struct network_site *sites;
	size_t site_count;
};
#define NETWORK_COMMON                                                                         \
	F_INT(struct network_card, id, 0, 1, 1e15, "permanent id"),                            \
	F_INT(struct network_card, region_id, FIELD_OPTIONAL, 1, 1e15,                         \
	      "region; null: the whole network"),                                              \
	F_DATE(struct network_card, first_day, 0, "first local date"),                         \
	F_DATE(struct network_card, last_day, 0, "last local date"),                           \
	F_INSTANT(struct network_card, created_at, 0, "when it was made"),                     \
	F_TEXT(struct network_card, author, FIELD_OPTIONAL, 0, 0,                              \
	       "login of whoever asked for it; null: the service"),                            \
	F_INT(struct network_card, job_id, FIELD_OPTIONAL, 1, 1e15, "job that made it")

static const struct field summary_rows[] = { NETWORK_COMMON };
static const struct field card_rows[] = {
	NETWORK_COMMON,
	F_REAL(struct network_card, shrinkage, 0, 0, 1,
	       "how far past errors were taken for independent; 1: wholly"),
	F_LIST(struct network_card, sites, site_count, 0, &site_fields, 0, 0, "sites with their forecasts"),
};
const struct fields network_summary_fields =
	FIELDS("NetworkForecastSummary", struct network_card, summary_rows);
const struct fields network_card_fields =
	FIELDS("NetworkForecast", struct network_card, card_rows);
