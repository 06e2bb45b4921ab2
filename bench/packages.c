/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packages DIR: makes a root of 3,000 packages with dpkg's database in the
 * empty directory DIR, then prints how long its index takes to build and how
 * much memory, beside reading the same bytes and nothing else; and what a
 * look-up costs: of the index, of a path that was asked for before, and of a Go
 * function among 300 modules.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "package/packages.h"
#include "pkgdb/pkgroot.h"
#include "root/root.h"

enum { PACKAGES = 3000, FILES = 100, MODULES = 300, ROUNDS = 2000000 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long max_rss(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static void write_file(int dir, const char *name, const struct buf *text)
{
	int fd = openat(dir, name, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text->p, text->n) != (ssize_t)text->n)
		die(name);
	close(fd);
}

static void path_of(struct buf *out, int package, int file)
{
	buf_printf(out,
		   "/usr/lib/x86_64-linux-gnu/package-%d/folder-%d/"
		   "libsomething-%d.so.%d",
		   package, file / 10, file, package);
}

static void make_list(int dir, int package, struct buf *b)
{
	char name[64];

	b->n = 0;
	buf_str(b, "/.\n/usr\n/usr/lib\n/usr/lib/x86_64-linux-gnu\n");
	for (int f = 0; f < FILES; f++) {
		path_of(b, package, f);
		buf_ch(b, '\n');
	}
	snprintf(name, sizeof(name), "info/package-%d.list", package);
	write_file(dir, name, b);
}

static void make_root(const char *dir)
{
	struct buf status = {0}, b = {0};
	static const char *const path[] = {"var", "var/lib", "var/lib/dpkg",
					   "var/lib/dpkg/info"};
	int root = open(dir, O_DIRECTORY | O_RDONLY), db;

	for (size_t i = 0; i < ARRAY_LEN(path); i++)
		if (root < 0 || mkdirat(root, path[i], 0755))
			die(dir);
	db = openat(root, "var/lib/dpkg", O_DIRECTORY | O_RDONLY);
	for (int p = 0; p < PACKAGES; p++) {
		make_list(db, p, &b);
		buf_printf(&status,
			   "Package: package-%d\nStatus: install ok installed\n"
			   "Priority: optional\nMaintainer: x <x@x>\n"
			   "Architecture: amd64\nVersion: 1.%d-1+deb12u1\n"
			   "Depends: libc6 (>= 2.34), libfoo1 (>= 1.2.3)\n"
			   "Description: a package\n%s\n",
			   p, p,
			   " Some lines of text that say what it is for.\n"
			   " Some lines of text that say what it is for.\n"
			   " Some lines of text that say what it is for.\n");
	}
	write_file(db, "status", &status);
	buf_release(&status);
	buf_release(&b);
	close(db);
	close(root);
}

/* The floor: the same files opened and read. */
static double read_all(int root)
{
	struct buf b = {0};
	struct rt_err err;
	char name[96];
	double t = now();

	root_read_file(root, SV("var/lib/dpkg/status"), 256 * MIB, &b, &err);
	for (int p = 0; p < PACKAGES; p++) {
		b.n = 0;
		snprintf(name, sizeof(name),
			 "var/lib/dpkg/info/package-%d.list", p);
		root_read_file(root, sv_str(name), MIB, &b, &err);
	}
	t = now() - t;
	buf_release(&b);
	return t;
}

static void time_index(const struct pkgindex *ix)
{
	struct buf path = {0};
	size_t found = 0;
	double t = 0;

	for (int i = 0; i < ROUNDS; i += 256) {
		sv paths[256];
		double from;

		path.n = 0;
		buf_reserve(&path, 256 * 128);
		for (int k = 0; k < 256; k++) {
			size_t at = path.n;

			path_of(&path, rand() % PACKAGES, rand() % FILES);
			paths[k] = sv_from(buf_view(&path), at);
		}
		from = now();
		for (int k = 0; k < 256; k++)
			found += pkgindex_find(ix, paths[k]) != NULL;
		t += now() - from;
	}
	printf("%-46s %8.1f ns, %zu of %d found\n", "index, a random path",
	       t / ROUNDS, found, ROUNDS);
	buf_release(&path);
}

static void time_answers(int root)
{
	struct packages *p = packages_new(NULL);
	struct buf path = {0};
	double t;
	size_t n = 0;

	path_of(&path, 7, 7);
	packages_of(p, &(struct packages_file){.root = root,
					       .place = 1,
					       .path = buf_view(&path)});
	t = now();
	for (int i = 0; i < ROUNDS; i++)
		n += packages_of(p, &(struct packages_file){.root = root,
							    .place = 1,
							    .path = buf_view(
								    &path)})
			     ->purl.n != 0;
	printf("%-46s %8.1f ns\n", "file asked for before",
	       (now() - t) / ROUNDS);
	if (n != ROUNDS)
		die("lost");
	packages_free(p);
	buf_release(&path);
}

static void time_parts(void)
{
	struct arena a = {0};
	struct parts *parts = parts_new(&a, PARTS_GO, MODULES);
	struct buf name = {0};
	size_t n = 0;
	double t;

	for (int i = 0; i < MODULES; i++) {
		name.n = 0;
		buf_printf(&name, "github.com/organisation/module-%d", i);
		parts_add(parts, &a, buf_view(&name), buf_view(&name));
	}
	buf_str(&name, "/pkg/internal/thing.(*Type[int]).Method");
	t = now();
	for (int i = 0; i < ROUNDS; i++)
		n += parts_find(parts, buf_view(&name), SV_NULL).n != 0;
	printf("%-46s %8.1f ns\n", "Go function among 300 modules",
	       (now() - t) / ROUNDS);
	if (n != ROUNDS)
		die("lost");
	arena_release(&a);
	buf_release(&name);
}

int main(int argc, char **argv)
{
	struct pkgindex_stats st;
	struct pkgindex *ix;
	struct rt_err err;
	long rss;
	double t;
	int root;

	if (argc != 2)
		return 2;
	make_root(argv[1]);
	root = root_open(argv[1], &err);
	if (root < 0)
		die(argv[1]);
	rss = max_rss();
	t = now();
	ix = pkgroot_read(root);
	t = now() - t;
	pkgindex_get_stats(ix, &st);
	printf("%-46s %8.1f ms, %zu packages, %zu files\n",
	       "index of a dpkg root", t / 1e6, st.packages, st.files);
	printf("%-46s %8.1f MiB, of which the index %.1f\n",
	       "memory more at the peak", (double)(max_rss() - rss) / 1024,
	       (double)st.bytes / (double)MIB);
	printf("%-46s %8.1f ms\n", "floor: reading the same files",
	       read_all(root) / 1e6);
	time_index(ix);
	time_answers(root);
	time_parts();
	pkgindex_free(ix);
	return 0;
}
