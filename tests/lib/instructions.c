/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/instructions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double instructions_of(const char *function, const char *arguments)
{
	char self[512], command[1200], line[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	double count = NAN;
	if (n < 0 || system("command -v valgrind >/dev/null") != 0) {
		printf("# skipped: instructions of %s, valgrind is not installed\n", function);
		return count;
	}
	self[n] = '\0';
	(void)snprintf(command, sizeof command,
		       "valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=%s '%s' %s 2>&1",
		       function, self, arguments);
	(void)fflush(stdout);
	FILE *f = popen(command, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		const char *at = strstr(line, "Collected : ");
		if (at != NULL)
			count = strtod(at + 12, NULL);
	}
	if (f == NULL || pclose(f) != 0)
		count = NAN;
	if (isnan(count))
		printf("# skipped: instructions of %s, callgrind said nothing\n", function);
	return count;
}
