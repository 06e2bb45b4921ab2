/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sboms FILE [MB]: what a large SBOM costs. Writes a CycloneDX document of so
 * many MB (50) to FILE, as scanners fill them; then, each in a process of its
 * own so that memory is told apart, reads it as bytes (floor), as jansson's
 * tree (peer), and into the index; and looks paths up in the index, beside
 * their hash alone.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "sbom/sbom.h"

#define FILES_EACH 12
#define ROUNDS 2000000

static const char *file;
static size_t packages;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t path_of(char *out, size_t n, size_t i, size_t k)
{
	return (size_t)snprintf(
		out, n, "/usr/lib/x86_64-linux-gnu/package-%zu/lib%zu.so.%zu",
		i, k, i % 7);
}

static void write_component(FILE *f, size_t i)
{
	char path[128];

	fprintf(f,
		"%s{\"bom-ref\":\"pkg:deb/debian/package-%zu@1.%zu?package-id="
		"%016zx\",\"type\":\"library\",\"publisher\":\"Debian "
		"Maintainers <maintainers@example.org>\",\"name\":"
		"\"package-%zu\",\"version\":\"1.%zu-2+deb12u1\",\"licenses\":"
		"[{\"license\":{\"id\":\"GPL-2.0-only\"}},{\"license\":{\"id\":"
		"\"LGPL-2.1-or-later\"}}],\"cpe\":\"cpe:2.3:a:package-%zu:"
		"package-%zu:1.%zu-2:*:*:*:*:*:*:*\",\"purl\":\"pkg:deb/debian/"
		"package-%zu@1.%zu-2%%2Bdeb12u1?arch=amd64&distro=debian-12\","
		"\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"%064zx\"}],"
		"\"evidence\":{\"occurrences\":[",
		i ? ",\n" : "", i, i % 50, i * 2654435761u, i, i % 50, i, i,
		i % 50, i, i % 50, i);
	for (size_t k = 0; k < FILES_EACH; k++) {
		path_of(path, sizeof(path), i, k);
		fprintf(f, "%s{\"location\":\"%s\"}", k ? "," : "", path);
	}
	fprintf(f,
		"]},\"properties\":[{\"name\":\"syft:package:foundBy\","
		"\"value\":\"dpkg-db-cataloger\"},{\"name\":"
		"\"syft:location:0:path\",\"value\":\"/var/lib/dpkg/info/"
		"package-%zu.list\"},{\"name\":\"syft:metadata:installedSize\","
		"\"value\":\"%zu\"}]}",
		i, i * 17);
}

static void generate(size_t bytes)
{
	FILE *f = fopen(file, "w");

	if (!f) {
		perror(file);
		exit(3);
	}
	fprintf(f,
		"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		"\"version\":1,\"components\":[");
	while ((size_t)ftell(f) < bytes)
		write_component(f, packages++);
	fprintf(f, "]}\n");
	fclose(f);
}

/* In a process of its own: seconds and MiB. */
static void measure(const char *name, void (*run)(void))
{
	struct rusage use;
	double t = now();
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run();
		fflush(stdout);
		_exit(0);
	}
	wait4(pid, &status, 0, &use);
	printf("%-28s %8.0f ms %8.1f MiB at most\n", name, (now() - t) / 1e6,
	       (double)use.ru_maxrss / 1024);
}

static void run_floor(void)
{
	static char piece[1 << 20];
	FILE *f = fopen(file, "r");

	while (f && fread(piece, 1, sizeof(piece), f) > 0)
		;
}

static void run_peer(void)
{
	json_t *j = json_load_file(file, 0, NULL);

	json_array_size(json_object_get(j, "components"));
}

static struct sbomindex *read_index(void)
{
	struct sbomindex *ix = sbomindex_new();
	struct rt_err err;
	const char *name;

	if (!sbom_add_file(ix, file, &name, &err)) {
		fprintf(stderr, "sboms: byte %zu: %s\n", err.pos, err.msg);
		exit(3);
	}
	sbomindex_sort(ix);
	return ix;
}

static void run_ours(void)
{
	sbomindex_free(read_index());
}

static void look(struct sbomindex *ix, const char *how, char (*paths)[128],
		   size_t n)
{
	double t = now();
	uint64_t sum = 0;
	bool c;

	for (size_t i = 0; i < ROUNDS; i++) {
		sv path = sv_str(paths[i % n]);

		sum += ix ? sbomindex_find_path(ix, SV_NULL, path, &c).n
			  : hash64(path, 1);
	}
	t = (now() - t) / ROUNDS;
	printf("%-28s %8.0f ns%s\n", how, t, sum ? "" : " (none known)");
}

static void run_look_ups(void)
{
	static char known[4096][128], unknown[4096][128];
	struct sbomindex *ix = read_index();
	struct sbomindex_stats st;

	sbomindex_get_stats(ix, &st);
	printf("%llu packages, %llu paths: %.1f MiB of index\n",
	       (unsigned long long)st.packages, (unsigned long long)st.paths,
	       (double)st.bytes / (double)MIB);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		path_of(known[i], sizeof(known[i]), i * 2654435761u % packages,
			i % FILES_EACH);
		path_of(unknown[i], sizeof(unknown[i]), i + packages, 0);
	}
	look(NULL, "hash of a path (floor)", known, ARRAY_LEN(known));
	look(ix, "known path", known, ARRAY_LEN(known));
	look(ix, "unknown path", unknown, ARRAY_LEN(unknown));
	sbomindex_free(ix);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: sboms FILE [MB]\n");
		return 2;
	}
	file = argv[1];
	generate(strtoull(argc > 2 ? argv[2] : "50", NULL, 10) * 1000000);
	measure("read (floor)", run_floor);
	measure("jansson's tree (peer)", run_peer);
	measure("index", run_ours);
	run_look_ups();
	return 0;
}
