/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - runs a fuzz target over files and the files of folders, without
 * a fuzzer: `make check` replays every corpus with it. Each input is copied to
 * a block of its exact size, so that ASan sees every byte read behind it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs;

static void fail(const char *what, const char *path)
{
	fprintf(stderr, "replay: error: cannot %s '%s': %s\n", what, path,
		strerror(errno));
	exit(1);
}

static void replay_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(size ? size : 1);

	if (!f || !data)
		fail("open", path);
	if (fread(data, 1, size, f) != size)
		fail("read", path);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	inputs++;
}

static void replay(const char *path)
{
	char name[4096];
	struct dirent *e;
	struct stat st;
	DIR *d;

	if (stat(path, &st) != 0)
		fail("find", path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path, (size_t)st.st_size);
		return;
	}
	d = opendir(path);
	if (!d)
		fail("open", path);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		replay(name);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%lu inputs\n", inputs);
	return inputs || argc == 1 ? 0 : 1;
}
