/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lp.h on GLPK 5. GLPK calls abort() on an internal error or lack of memory; its error hook lets us
 * leave by longjmp first. The environment is then unusable and is freed with all that is in it,
 * which is why every lp remembers the generation of the environment it was made in.
 */
#include "solver/lp.h"

#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lp {
	glp_prob *prob;
	unsigned generation;
};

static _Thread_local struct {
	jmp_buf leave;
	unsigned generation;
	int live;
	int abort_in, stall; /* for tests */
	char words[200];
	bool line_ended;
} env;

struct call {
	double low, high, cost;
	int n, index;
	const int *rows;
	const double *values;
	enum lp_method method;
	bool basic;
	const struct lp *from;
	int *ind; /* rows or cols as GLPK counts them; the caller of guard frees them, whatever happens */
	double *val;
};

static void on_abort(void *info)
{
	(void)info;
	longjmp(env.leave, 1);
}

/* GLPK's lines as one, with "; " between them. */
static int on_text(void *info, const char *text)
{
	(void)info;
	size_t n = strlen(env.words);
	for (; *text != '\0' && n + 4 < sizeof env.words; text++) {
		if (*text != '\n') {
			if (env.line_ended && n > 0) {
				memcpy(env.words + n, "; ", 2);
				n += 2;
			}
			env.words[n++] = *text;
		}
		env.line_ended = *text == '\n';
		env.words[n] = '\0';
	}
	return 1;
}

static void set_hooks(void)
{
	(void)glp_term_out(GLP_OFF);
	glp_term_hook(on_text, NULL);
	glp_error_hook(on_abort, NULL);
}

static enum wfm_status dead(struct wfm_error *e)
{
	return wfm_fail(e, WFM_INTERNAL, "", "the LP library failed: %s", env.words);
}

/* The only function that can be returned to by longjmp; it keeps nothing across the call. */
static enum wfm_status guard(struct lp *lp, enum wfm_status (*body)(struct lp *, struct call *),
			     struct call *c, struct wfm_error *e)
{
	if (lp->generation != env.generation)
		return dead(e);
	env.words[0] = '\0';
	env.line_ended = false;
	if (setjmp(env.leave) != 0) {
		(void)glp_free_env();
		env.generation++;
		env.live = 0;
		return dead(e);
	}
	enum wfm_status s = body(lp, c);
	if (s == WFM_NO_MEMORY)
		return wfm_fail(e, s, "", "no memory for the linear program");
	if (s == WFM_INFEASIBLE)
		return wfm_fail(e, s, "", "the linear program has no solution");
	if (s == WFM_INTERNAL && c->index == GLP_EITLIM)
		return wfm_fail(e, s, "", "the linear program was not solved in %d steps", c->n);
	if (s == WFM_INTERNAL)
		return wfm_fail(e, s, "", "the LP library gave up (code %d)", c->index);
	return s;
}

static enum wfm_status do_new(struct lp *lp, struct call *c)
{
	(void)c;
	set_hooks();
	lp->prob = glp_create_prob();
	glp_set_obj_dir(lp->prob, GLP_MIN);
	return WFM_OK;
}

enum wfm_status lp_new(struct lp **out, struct wfm_error *e)
{
	struct lp *lp = calloc(1, sizeof *lp);
	*out = NULL;
	if (!lp)
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the linear program");
	lp->generation = env.generation;
	struct call c = { 0 };
	enum wfm_status s = guard(lp, do_new, &c, e);
	if (s != WFM_OK) {
		free(lp);
		return s;
	}
	env.live++;
	*out = lp;
	return WFM_OK;
}

static enum wfm_status do_free(struct lp *lp, struct call *c)
{
	(void)c;
	glp_delete_prob(lp->prob);
	return WFM_OK;
}

void lp_free(struct lp *lp)
{
	if (!lp)
		return;
	struct call c = { 0 };
	if (lp->generation == env.generation && guard(lp, do_free, &c, NULL) == WFM_OK &&
	    --env.live == 0)
		(void)glp_free_env();
	free(lp);
}

static enum wfm_status do_copy(struct lp *lp, struct call *c)
{
	glp_copy_prob(lp->prob, c->from->prob, GLP_OFF);
	return WFM_OK;
}

enum wfm_status lp_copy(struct lp **out, const struct lp *from, struct wfm_error *e)
{
	enum wfm_status s = lp_new(out, e);
	struct call c = { .from = from };
	if (s == WFM_OK)
		s = guard(*out, do_copy, &c, e);
	return s;
}

static int bound_kind(double low, double high)
{
	if (low == -HUGE_VAL)
		return high == HUGE_VAL ? GLP_FR : GLP_UP;
	if (high == HUGE_VAL)
		return GLP_LO;
	return low == high ? GLP_FX : GLP_DB;
}

static enum wfm_status do_add_row(struct lp *lp, struct call *c)
{
	c->index = glp_add_rows(lp->prob, 1) - 1;
	glp_set_row_bnds(lp->prob, c->index + 1, bound_kind(c->low, c->high), c->low, c->high);
	return WFM_OK;
}

enum wfm_status lp_add_row(struct lp *lp, double low, double high, int *out, struct wfm_error *e)
{
	struct call c = { .low = low, .high = high };
	enum wfm_status s = guard(lp, do_add_row, &c, e);
	if (out)
		*out = c.index;
	return s;
}

static enum wfm_status do_set_entries(struct lp *lp, struct call *c)
{
	glp_set_mat_col(lp->prob, c->index + 1, c->n, c->ind, c->val);
	return WFM_OK;
}

static enum wfm_status do_add_col(struct lp *lp, struct call *c)
{
	c->index = glp_add_cols(lp->prob, 1) - 1;
	glp_set_col_bnds(lp->prob, c->index + 1, bound_kind(c->low, c->high), c->low, c->high);
	glp_set_obj_coef(lp->prob, c->index + 1, c->cost);
	return do_set_entries(lp, c);
}

/* Copies rows and values to arrays that begin at 1. */
static bool call_arrays(struct call *c)
{
	c->ind = malloc(((size_t)c->n + 1) * sizeof *c->ind);
	c->val = malloc(((size_t)c->n + 1) * sizeof *c->val);
	for (int i = 0; c->ind && c->val && i < c->n; i++) {
		c->ind[i + 1] = c->rows[i] + 1;
		c->val[i + 1] = c->values ? c->values[i] : 0;
	}
	return c->ind && c->val;
}

/* A call on a column's entries. */
static enum wfm_status guard_col(struct lp *lp, enum wfm_status (*body)(struct lp *, struct call *),
				 struct call *c, struct wfm_error *e)
{
	enum wfm_status s = WFM_NO_MEMORY;
	if (call_arrays(c))
		s = guard(lp, body, c, e);
	else
		(void)wfm_fail(e, s, "", "no memory for the linear program");
	free(c->ind);
	free(c->val);
	return s;
}

enum wfm_status lp_set_entries(struct lp *lp, int col, int n, const int *rows, const double *values,
			       struct wfm_error *e)
{
	struct call c = { .n = n, .index = col, .rows = rows, .values = values };
	return guard_col(lp, do_set_entries, &c, e);
}

enum wfm_status lp_add_col(struct lp *lp, double low, double high, double cost, int n,
			   const int *rows, const double *values, int *out, struct wfm_error *e)
{
	struct call c = { .low = low, .high = high, .cost = cost, .n = n, .rows = rows,
			  .values = values };
	enum wfm_status s = guard_col(lp, do_add_col, &c, e);
	if (out)
		*out = c.index;
	return s;
}

static enum wfm_status do_set_bounds(struct lp *lp, struct call *c)
{
	glp_set_col_bnds(lp->prob, c->index + 1, bound_kind(c->low, c->high), c->low, c->high);
	return WFM_OK;
}

enum wfm_status lp_set_bounds(struct lp *lp, int col, double low, double high, struct wfm_error *e)
{
	struct call c = { .low = low, .high = high, .index = col };
	return guard(lp, do_set_bounds, &c, e);
}

static enum wfm_status do_set_row(struct lp *lp, struct call *c)
{
	glp_set_row_bnds(lp->prob, c->index + 1, bound_kind(c->low, c->high), c->low, c->high);
	return WFM_OK;
}

enum wfm_status lp_set_row(struct lp *lp, int row, double low, double high, struct wfm_error *e)
{
	struct call c = { .low = low, .high = high, .index = row };
	return guard(lp, do_set_row, &c, e);
}

static enum wfm_status do_set_cost(struct lp *lp, struct call *c)
{
	glp_set_obj_coef(lp->prob, c->index + 1, c->cost);
	return WFM_OK;
}

enum wfm_status lp_set_cost(struct lp *lp, int col, double cost, struct wfm_error *e)
{
	struct call c = { .cost = cost, .index = col };
	return guard(lp, do_set_cost, &c, e);
}

static enum wfm_status do_delete(struct lp *lp, struct call *c)
{
	glp_del_cols(lp->prob, c->n, c->ind);
	return WFM_OK;
}

enum wfm_status lp_delete_cols(struct lp *lp, int n, const int *cols, struct wfm_error *e)
{
	struct call c = { .n = n, .rows = cols };
	enum wfm_status s = WFM_OK;
	if (n > 0 && !call_arrays(&c))
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the linear program");
	else if (n > 0)
		s = guard(lp, do_delete, &c, e);
	free(c.ind);
	free(c.val);
	return s;
}

static enum wfm_status do_set_basic(struct lp *lp, struct call *c)
{
	glp_set_col_stat(lp->prob, c->index + 1, c->basic ? GLP_BS : GLP_NL);
	return WFM_OK;
}

enum wfm_status lp_set_basic(struct lp *lp, int col, bool basic, struct wfm_error *e)
{
	struct call c = { .index = col, .basic = basic };
	return guard(lp, do_set_basic, &c, e);
}

static enum wfm_status do_set_row_basic(struct lp *lp, struct call *c)
{
	glp_set_row_stat(lp->prob, c->index + 1, c->basic ? GLP_BS : GLP_NL);
	return WFM_OK;
}

enum wfm_status lp_set_row_basic(struct lp *lp, int row, bool basic, struct wfm_error *e)
{
	struct call c = { .index = row, .basic = basic };
	return guard(lp, do_set_row_basic, &c, e);
}

/* Far more than any program takes that does not go round in circles. */
static int pivots_enough(glp_prob *p)
{
	if (env.stall > 0 && env.stall--)
		return 1;
	int64_t n = 20000 + 100 * ((int64_t)glp_get_num_rows(p) + glp_get_num_cols(p));
	return n < INT_MAX ? (int)n : INT_MAX;
}

/* From the trivial basis, by the primal method. */
static int solve_afresh(glp_prob *p, glp_smcp *parm)
{
	glp_adv_basis(p, 0);
	parm->meth = GLP_PRIMAL;
	return glp_simplex(p, parm);
}

static enum wfm_status do_solve(struct lp *lp, struct call *c)
{
	glp_smcp parm;
	glp_init_smcp(&parm);
	parm.msg_lev = GLP_MSG_OFF;
	parm.meth = c->method == LP_PRIMAL ? GLP_PRIMAL : GLP_DUALP;
	parm.pricing = GLP_PT_PSE;
	parm.r_test = GLP_RT_HAR;
	parm.presolve = GLP_OFF;
	parm.it_lim = c->n > 0 ? c->n : pivots_enough(lp->prob);
	if (env.abort_in > 0 && --env.abort_in == 0)
		glp_error("injected for a test\n");
	int code = glp_simplex(lp->prob, &parm);
	if (code == GLP_EBADB || code == GLP_ESING || code == GLP_ECOND || code == GLP_EFAIL)
		code = solve_afresh(lp->prob, &parm); /* the basis has gone bad */
	if (code == GLP_EITLIM && c->n == 0) {
		parm.pricing = GLP_PT_STD; /* other choices lead out of the circle, if it was one */
		parm.r_test = GLP_RT_STD;
		c->n = parm.it_lim = pivots_enough(lp->prob);
		code = solve_afresh(lp->prob, &parm);
	} else if (code == GLP_EITLIM || code == GLP_ETMLIM)
		return WFM_LIMIT;
	c->index = code;
	if (code != 0)
		return WFM_INTERNAL;
	return glp_get_status(lp->prob) == GLP_OPT ? WFM_OK : WFM_INFEASIBLE;
}

enum wfm_status lp_solve(struct lp *lp, enum lp_method method, int max_pivots, struct wfm_error *e)
{
	struct call c = { .method = method, .n = max_pivots };
	return guard(lp, do_solve, &c, e);
}

/* Nodes are counted, not seconds, so that the answer does not depend on the machine. */
static void count_node(glp_tree *tree, void *left)
{
	int *nodes = left;
	if (glp_ios_reason(tree) == GLP_ISELECT && --*nodes < 0)
		glp_ios_terminate(tree);
}

static enum wfm_status do_solve_whole(struct lp *lp, struct call *c)
{
	glp_iocp parm;
	int nodes = c->index > 0 ? c->index : INT_MAX;
	glp_init_iocp(&parm);
	parm.msg_lev = GLP_MSG_OFF;
	parm.presolve = GLP_ON;
	parm.mir_cuts = GLP_ON;
	parm.cb_func = count_node;
	parm.cb_info = &nodes;
	for (int i = 0; i < c->n; i++)
		glp_set_col_kind(lp->prob, c->rows[i] + 1, GLP_IV);
	int code = glp_intopt(lp->prob, &parm);
	int status = glp_mip_status(lp->prob);
	for (int i = 0; i < c->n; i++)
		glp_set_col_kind(lp->prob, c->rows[i] + 1, GLP_CV);
	c->index = code;
	if (code == GLP_ENOPFS || code == GLP_ENODFS || status == GLP_NOFEAS)
		return WFM_INFEASIBLE;
	if (code == GLP_ESTOP || code == GLP_EMIPGAP)
		return status == GLP_FEAS || status == GLP_OPT ? WFM_LIMIT : WFM_INFEASIBLE;
	if (code != 0)
		return WFM_INTERNAL;
	return status == GLP_OPT ? WFM_OK : WFM_INFEASIBLE;
}

enum wfm_status lp_solve_whole(struct lp *lp, int n, const int *cols, int max_nodes,
			       struct wfm_error *e)
{
	struct call c = { .n = n, .rows = cols, .index = max_nodes };
	return guard(lp, do_solve_whole, &c, e);
}

double lp_whole(const struct lp *lp, int col)
{
	return lp->generation == env.generation ? glp_mip_col_val(lp->prob, col + 1) : NAN;
}

double lp_objective(const struct lp *lp)
{
	return lp->generation == env.generation ? glp_get_obj_val(lp->prob) : NAN;
}

double lp_value(const struct lp *lp, int col)
{
	return lp->generation == env.generation ? glp_get_col_prim(lp->prob, col + 1) : NAN;
}

double lp_reduced_cost(const struct lp *lp, int col)
{
	return lp->generation == env.generation ? glp_get_col_dual(lp->prob, col + 1) : NAN;
}

double lp_dual(const struct lp *lp, int row)
{
	return lp->generation == env.generation ? glp_get_row_dual(lp->prob, row + 1) : NAN;
}

bool lp_is_basic(const struct lp *lp, int col)
{
	return lp->generation == env.generation && glp_get_col_stat(lp->prob, col + 1) == GLP_BS;
}

int lp_pivots(const struct lp *lp)
{
	return lp->generation == env.generation ? glp_get_it_cnt(lp->prob) : 0;
}

int lp_col_count(const struct lp *lp)
{
	return lp->generation == env.generation ? glp_get_num_cols(lp->prob) : 0;
}

void lp_inject_abort(int n)
{
	env.abort_in = n;
}

void lp_inject_stall(int n)
{
	env.stall = n;
}
