/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz target over saved inputs, without libFuzzer: each file of the folders given is one
 * TAP line. A crash ends the program, which the test runner counts as a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;

static void replay(const char *folder, const char *name)
{
	char path[1024];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rbe");
	uint8_t *bytes = malloc(1 << 20);
	if (f == NULL || bytes == NULL) {
		perror(path);
		exit(1);
	}
	size_t n = fread(bytes, 1, 1 << 20, f);
	(void)fclose(f);
	uint8_t *exact = malloc(n > 0 ? n : 1); /* so that a sanitizer sees a read past the end */
	if (exact == NULL)
		exit(1);
	memcpy(exact, bytes, n);
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	free(bytes);
	(void)printf("ok %d - %s\n", ++count, name);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct dirent **names;
		int n = scandir(argv[i], &names, NULL, alphasort);
		if (n < 0) {
			perror(argv[i]);
			return 1;
		}
		for (int k = 0; k < n; k++) {
			if (names[k]->d_name[0] != '.')
				replay(argv[i], names[k]->d_name);
			free(names[k]);
		}
		free(names);
	}
	(void)printf("1..%d\n", count);
	return 0;
}
