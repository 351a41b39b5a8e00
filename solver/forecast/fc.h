/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forecaster's inside: a dense grid of days × slots, what may be learnt from it up to an
 * origin, and the interface of a method. A new method is one file that defines a
 * struct fc_method, and one line in methods.c.
 *
 * Scale: counts y are handled as x = √(y+¼), whose Poisson noise has variance ¼ at any level.
 * A forecast of a slot is (x, v): y's median is x²−¼, its mean x²+v−¼, its quantiles
 * (x+z√v)²−¼.
 *
 * Ownership: everything lives in a struct fc_pool and goes with it. Thread rule: one pool
 * and everything in it belongs to one thread.
 */
#ifndef WFM_FC_H
#define WFM_FC_H

#include "wfm/scenarios.h"

/*
 * A function compiled several times, for wider vector registers where the machine has them. No
 * product is fused with its sum (ISO C mode), so that all give the same bits if the source says
 * in which order sums run. Sanitizers start too late for the choice between the copies.
 */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__
#define FC_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FC_WIDE
#endif

/* row += factor·v, eight numbers: a fixed count, which the compiler turns into vector code.
   Slots of a day come in eights whatever the interval. */
enum { FC_BLOCK = 8 };
static inline void fc_add_scaled(double *restrict row, double factor, const double *restrict v)
{
	for (int j = 0; j < FC_BLOCK; j++)
		row[j] += factor * v[j];
}

/* Memory that is released together; zeroed on allocation unless said otherwise, aligned for any
   vector register. */
struct fc_pool {
	struct fc_block *head, *last; /* last: the one that pieces are cut from */
	bool failed; /* some allocation returned NULL */
};

void *fc_alloc(struct fc_pool *pool, size_t count, size_t size);
void *fc_alloc_unset(struct fc_pool *pool, size_t count, size_t size); /* holds anything */
void fc_pool_empty(struct fc_pool *pool); /* its memory stays, to be used again */
/* Gives back what was taken since the mark. */
struct fc_mark {
	struct fc_block *last;
	size_t used;
};
struct fc_mark fc_pool_mark(const struct fc_pool *pool);
void fc_pool_rewind(struct fc_pool *pool, const struct fc_mark *mark);
void fc_pool_free(struct fc_pool *pool);

struct fc_day {
	int32_t date;
	int8_t weekday;       /* 0 = Monday */
	bool open;            /* there is service */
	bool learn;           /* an ordinary open day: not special, no whole-day outage */
	int8_t month_day;     /* 1 .. 31 */
	int8_t open_of_month; /* 1 .. 8 = nth open day, −4 .. −1 from the end, 0 = between */
	bool after_closure[2]; /* first, second open day after a closure */
	bool before_closure;
	int32_t special;      /* index into series->special_days of a whole-day special, or −1 */
};

struct fc_grid {
	const struct wfm_series *series;
	int slots;
	int n_history; /* days [0, n_history) are past, the rest is the horizon */
	int n_days;
	struct fc_day *days;
	double *y;            /* n_days × slots as observed; NaN = nothing observed */
	double *root;         /* √(y+¼) */
	int from, to;         /* slots outside are never open; both multiples of FC_BLOCK */
	float *slot_factor;   /* n_days × slots: 0 = shut, NaN = learn, 1 = normal; NULL = all 1 */
	uint8_t open[7][WFM_MAX_SLOTS];
	double open_slots[7]; /* how many */
	int since[7][WFM_MAX_SLOTS]; /* grid day from which the slot is served; 0 = always was */
	int zeros_filled;     /* slots without a row that stand for no contact (zeros.c) */
	bool sparse;          /* as fc_is_sparse says */
	bool partial_first;   /* the first horizon day has begun and has observations */
};

static inline const double *fc_row(const struct fc_grid *g, int day)
{
	return g->y + (size_t)day * (size_t)g->slots;
}

/* calendar.c: 1 .. 31 and the like of days since 1970-01-01 (proleptic Gregorian). */
void fc_civil(int32_t date, int *year, int *month, int *month_day);
int32_t fc_date(int year, int month, int month_day);

/* zeros.c: holes become zeros where the source plainly writes no rows of zero. */
bool fc_zeros_fill(struct fc_pool *pool, struct fc_grid *g);

/* opening.c: fills open, open_slots and since from the series or from what was observed. */
bool fc_opening_learn(struct fc_pool *pool, struct fc_grid *g);
/* How many of today's slots were already served on that day. */
double fc_open_then(const struct fc_grid *g, int day);

bool fc_slot_open(const struct fc_grid *g, int day, int slot);

/* Builds the grid of history and horizon; options->first_day is resolved. */
enum wfm_status fc_grid_build(struct fc_pool *pool, const struct wfm_series *series,
			      const struct wfm_forecast_options *options, struct fc_grid *g,
			      struct wfm_error *e);

/* medians.c: √(y+¼) of the usable days of the last year by weekday and slot, sorted; kept from one
   training to the next of the same grid, each with more days. */
struct fc_medians {
	const struct fc_grid *grid;
	int from, to;     /* grid days taken */
	int room;         /* values of a row at most */
	double *sorted;   /* weekdays × slots that open × room */
	uint8_t *n;
};
bool fc_medians_start(struct fc_pool *pool, const struct fc_grid *g, struct fc_medians *k);
/* usable: by grid day, as it was said before of days taken already. */
void fc_medians_advance(struct fc_medians *k, int to, const bool *usable);
/* Median and median absolute deviation from it, NaN where nothing was seen; how many were. */
int fc_medians_of(const struct fc_medians *k, int weekday, int slot, double *median,
		  double *deviation);

/* What may be known at an origin: days [0, n), cleaned. */
struct fc_train {
	const struct fc_grid *grid;
	struct fc_pool *pool; /* for scratch that may live until the run ends */
	int n;
	double *y;     /* n × slots; outliers replaced, holes of usable days filled; NaN elsewhere */
	double *root;  /* √(y+¼); 0 on days that are not usable */
	struct fc_shared *shared;
	double *total; /* n; NaN = nothing to learn that day */
	double *median; /* 7 × slots of x; NaN = never seen */
	int usable;    /* days with a total */
	int outliers;
	double *factor;    /* per horizon day: the factor of or beside a special day, 1 = ordinary */
	double *factor_sd; /* its standard deviation on the log scale */
	int horizon;
	double usual_spread; /* variance of ln(total ÷ usual) of ordinary days; 0 = not needed */
};

int fc_usable_days(const struct fc_grid *g); /* of the whole history, mostly observed */
/* medians: of an earlier origin, to be advanced, or NULL. */
enum wfm_status fc_train_build(struct fc_pool *pool, const struct fc_grid *g, int n, int horizon,
			       struct fc_medians *medians, struct fc_train *t, struct wfm_error *e);

/* ln of the usual day total of a weekday without a usable day, against the mean of those with some,
   as its opening hours make it; 0 for a weekday that was seen. */
double fc_unseen_weekday(const struct fc_train *t, int weekday);

/* What a method answers for horizon days n .. n+days−1, ordinary days assumed throughout. */
struct fc_output {
	int days;
	double *x, *v;   /* days × slots */
	double *dx, *dv; /* days: the same for day totals */
	bool counts;     /* (x, v) stand for small whole numbers: quantiles are counts.c's */
	/* For joint scenarios; both may stay as they are allocated, all zero. NULL = not wanted. */
	double *dcov; /* days × days: covariance of the errors of ln(day total); its diagonal may
			 leave out what is each day's own, for dv has that */
	int shapes;   /* directions in which a day's x moves as a whole: shapes × slots … */
	double *shape, *shape_variance; /* … and days × WFM_JOINT_SHAPES: variance of the scores */
	struct wfm_forecast_effect *effects; /* room for WFM_MAX_EFFECTS, or NULL = not wanted */
	int n_effects;
};

enum { FC_MODELS = 6, FC_MEMORY = 64 * FC_MODELS };

/* What a method carries from one origin of a series to the next. */
struct fc_memory {
	bool refit; /* improve what is remembered: the final run */
	/* Of a method with the same kinds of models, whose parameters are a good start. */
	const struct fc_memory *like;
	/* In a backtest: models and directions of the origin before live here, and go on from there
	   instead of learning all anew; NULL = nothing goes on. */
	struct fc_pool *pool;
	struct dlm *model[FC_MODELS];
	double *direction;
	double v[FC_MEMORY]; /* parameters */
};

struct fc_method {
	const char *name;
	int min_days; /* usable days needed */
	/* Its share in the mixture before there is evidence, relative to the others' (weigh.c):
	   prior + prior_a_month × months of usable history. */
	double prior, prior_a_month;
	bool (*fits)(const struct fc_grid *g); /* NULL = any series */
	/* NULL: the mixture of the others. */
	enum wfm_status (*run)(const struct fc_train *t, struct fc_memory *memory,
			       struct fc_output *out, struct wfm_error *e);
};

/* week.c: dcov changed so that a week's total has `ratio` times the variance; dv as it is. */
void fc_week_widen(double ratio, struct fc_output *out);

/* Variance of ln(day total) from its root's: d ln y = 2 dx ÷ x. */
static inline double fc_log_variance(const struct fc_output *o, size_t day)
{
	return o->dx[day] > 0.5 ? 4.0 * o->dv[day] / (o->dx[day] * o->dx[day]) : 0.0;
}

/*
 * mixture.c: out becomes the weighted mean of outputs of the same days, by method; parts and
 * weight have WFM_MAX_METHODS entries, those with weight 0 are not read.
 */
void fc_mix(const struct fc_output *parts, const double *weight, int slots, struct fc_output *out);

extern const struct fc_method fc_seasonal_naive, fc_four_week_mean, fc_day_profile_ar, fc_state_space,
	fc_svd_scores, fc_croston, fc_weighted;

bool fc_is_sparse(const struct fc_grid *g); /* croston.c: fewer than a contact in two open slots */
static inline bool fc_sparse(const struct fc_grid *g)
{
	return g->sparse;
}

const struct fc_method *fc_method_at(int index); /* NULL past the last */

/* profile.c: share of the day's total by weekday and slot. */
struct fc_profile {
	const double *share; /* 7 × slots, sums to 1 over the open slots of each weekday */
	/* √(y+¼) − E√(Y+¼) of a Poisson Y with mean N·p, on usable days; n × slots, 0 elsewhere. */
	const double *residual;
};
/* What several methods learn alike from one training. */
struct fc_shared {
	struct fc_profile profile;
};
enum wfm_status fc_profile_fit(const struct fc_train *t, struct fc_profile *p,
			       struct wfm_error *e);

/* special.c: fills t->factor from the user's factors or from past days of the group. */
enum wfm_status fc_special_learn(struct fc_train *t, struct wfm_error *e);

/* The median of that weekday's totals within five weeks either side; NaN without any. */
double fc_special_usual(const struct fc_train *t, int day);

/* neighbours.c: the days beside special days, into t->factor; and as effects. */
enum wfm_status fc_neighbours_learn(struct fc_train *t, struct wfm_error *e);
void fc_neighbours_effects(const struct fc_train *t, struct fc_output *out);

/* Appends what was learnt of each group of special days to out->effects. */
void fc_special_effects(const struct fc_train *t, struct fc_output *out);

/* Applies the special days' factors and shut slots to a finished output. */
void fc_special_apply(const struct fc_train *t, struct fc_output *out);

/* report.c: days learnt from, gaps and replaced slots, into f->report and f->outliers. */
enum wfm_status fc_report_history(const struct fc_train *t, struct wfm_forecast *f,
				  struct wfm_error *e);

/* aht.c: handling time by weekday and slot, seconds; aht has 7 × grid->slots. */
enum wfm_status fc_aht(const struct fc_grid *g, double fallback_s, double *aht,
		       struct wfm_error *e);

/* stats.c */
double fc_median(double *v, int n); /* reorders v; NaN when n == 0 */
/* The k-th smallest from 0, moved to v[k]: none above it before it, none below it after it. */
double fc_smallest(double *v, int n, int k);
double fc_mad(double *v, int n, double centre); /* overwrites v */
static inline double fc_root(double y)
{
	return __builtin_sqrt(y + 0.25);
}
/* The larger, of numbers: fmax is a call, for it has rules about what is none. */
static inline double fc_max(double a, double b)
{
	return a > b ? a : b;
}
/* Mean and variance of √(Y+¼) of a Poisson count: √mean and ¼ but for small means. */
double fc_small_centre(double root); /* of a mean below FC_SMALL_MEAN, root = √(mean+¼) */
#define FC_SMALL_MEAN 35.75
static inline double fc_poisson_centre(double mean)
{
	/* variance ¼ + 1/(32·mean) + … */
	return mean >= FC_SMALL_MEAN ? __builtin_sqrt(mean - 1.0 / (32.0 * mean))
				     : fc_small_centre(fc_root(fc_max(mean, 0.0)));
}
/* The variance where √(mean+¼) is known. */
static inline double fc_noise_at_root(double root)
{
	double square = root * root;
	if (square >= FC_SMALL_MEAN + 0.25)
		return 0.25 + 1.0 / (32.0 * (square - 0.25));
	double u = fc_max(root, 0.5), centre = fc_small_centre(u);
	return fc_max(0.0, u * u - centre * centre);
}
static inline double fc_poisson_noise(double mean)
{
	return mean >= FC_SMALL_MEAN ? 0.25 + 1.0 / (32.0 * mean)
				     : fc_noise_at_root(fc_root(fc_max(mean, 0.0)));
}
double fc_poisson_mean(double centre); /* the mean whose centre this is */
/* The x whose (x, v) has this mean. */
double fc_centre(double mean, double v);
/*
 * Excess dispersion by slot from residuals R (t->n × slots, x scale): the variance of x around
 * its expectation is fc_poisson_noise(mean) + excess·mean. Weights 2^(−age/26 weeks), steadied
 * by four days of the common value.
 */
void fc_excess_fit(const struct fc_train *t, const double *R, double *excess);
double fc_quantile(double x, double v, double z); /* of y, >= 0 */
double fc_mean(double x, double v);               /* of y, >= 0 */
double fc_count_quantile(double x, double v, double z); /* counts.c: a whole number */
/* The same of an output, by its kind. */
static inline double fc_output_quantile(const struct fc_output *o, double x, double v, double z)
{
	return o->counts ? fc_count_quantile(x, v, z) : fc_quantile(x, v, z);
}

/* judge.c; joint: with room for what only joint scenarios need. */
bool fc_output_alloc(struct fc_pool *pool, int days, int slots, bool joint, struct fc_output *out);

struct fc_judge {
	const struct fc_grid *grid;
	int origins, days; /* wanted */
	const struct fc_method *only; /* NULL = all, weighted */
	const struct wfm_forecast_options *options;
	struct fc_pool *scratch; /* emptied at each origin */
	struct fc_medians *medians;
};

/* Scales of the standard deviations of slots and of day totals; 1 = as the methods have them. */
struct fc_scales {
	double slot, day;
};

/*
 * Fills f->report but for the history, and f->backtest. memories: one per method, carried on to
 * the final run. usable: days in the whole history.
 */
enum wfm_status fc_judge_run(struct fc_pool *pool, const struct fc_judge *j, int usable,
			     struct wfm_forecast *f, struct fc_memory *memories,
			     struct fc_scales *scales, struct wfm_error *e);

/* The forecast itself: the methods with a share on the card, mixed, as wide as scales say. */
enum wfm_status fc_final_run(const struct fc_train *t, const struct wfm_report_card *card,
			     const struct fc_scales *scales, struct fc_memory *memories,
			     struct fc_output *out, struct wfm_error *e);

#endif
