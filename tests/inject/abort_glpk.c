/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded by tests: makes GLPK abort as it does on an internal error, in the midst of a solve. The
 * file named by ABORT_GLPK is taken away by the call that aborts, so that each file is one abort.
 */
#include <dlfcn.h>
#include <glpk.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int glp_simplex(glp_prob *prob, const glp_smcp *parm)
{
	int (*real)(glp_prob *, const glp_smcp *);
	void *found = dlsym(RTLD_NEXT, "glp_simplex");
	memcpy(&real, &found, sizeof real);
	const char *path = getenv("ABORT_GLPK");
	if (!path || unlink(path) != 0)
		return real(prob, parm);
	glp_smcp some = *parm;
	some.it_lim = 5;
	(void)real(prob, &some);
	glp_error("an assertion failed\n");
	return 0;
}
