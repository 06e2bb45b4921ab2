/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of paths against a plain list, its bounds, and which part of a
 * static program a function is of.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "package/packages.h"
#include "pkgdb/pkgindex.h"
#include "root/root.h"
#include "tap.h"

static uint32_t add(struct pkgindex *ix, const char *purl)
{
	struct pkgindex_package p = {sv_str(purl), "test"};

	return pkgindex_add_package(ix, &p);
}

static bool is(const struct pkgindex *ix, const char *path, const char *purl)
{
	const struct pkgindex_package *p = pkgindex_find(ix, sv_str(path));

	return purl ? p && sv_eq(p->purl, sv_str(purl)) : !p;
}

static void test_aliases(void)
{
	struct pkgindex *ix = pkgindex_new();
	uint32_t a;

	pkgindex_add_alias(ix, SV("/lib"), SV("/usr/lib"));
	pkgindex_add_alias(ix, SV("/opt/here"), SV("/"));
	a = add(ix, "a");
	pkgindex_add_file(ix, a, SV("/lib/one"));
	pkgindex_add_file(ix, a, SV("usr/lib/two"));
	pkgindex_add_file(ix, add(ix, "b"), SV("/usr/lib/one"));
	pkgindex_add_file(ix, 0, SV("/usr/lib/three"));
	pkgindex_add_file(ix, a, SV("/library/x"));
	ok(is(ix, "/usr/lib/one", "a") && is(ix, "/lib/one", "a"),
	   "one file by both names, the first package stands");
	ok(is(ix, "/lib/two", "a") && is(ix, "lib/two", "a"),
	   "with and without the first slash");
	ok(is(ix, "/usr/lib/three", NULL), "number 0 owns nothing");
	ok(is(ix, "/library/x", "a") && is(ix, "/usr/library/x", NULL),
	   "an alias is a whole component");
	ok(is(ix, "/opt/here/usr/lib/two", "a"), "an alias of the root");
	ok(is(ix, "/lib", NULL) && is(ix, "", NULL), "a directory, nothing");
	pkgindex_free(ix);
}

static void test_many(void)
{
	struct pkgindex *ix = pkgindex_new();
	struct pkgindex_stats st;
	char path[64], purl[32];
	bool found = true, none = true;

	for (int i = 0; i < 1000; i++) {
		uint32_t n;

		snprintf(purl, sizeof(purl), "p%d", i);
		n = add(ix, purl);
		for (int f = 0; f < 50; f++) {
			snprintf(path, sizeof(path), "/usr/%d/%d", i, f);
			pkgindex_add_file(ix, n, sv_str(path));
		}
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(purl, sizeof(purl), "p%d", i);
		for (int f = 0; f < 60; f++) {
			snprintf(path, sizeof(path), "/usr/%d/%d", i, f);
			if (f < 50)
				found = found && is(ix, path, purl);
			else
				none = none && is(ix, path, NULL);
		}
	}
	pkgindex_get_stats(ix, &st);
	ok(found, "50,000 files each of its package");
	ok(none, "10,000 others of none");
	ok(st.packages == 1000 && st.files == 50000 && !st.refused,
	   "counted, %zu bytes", st.bytes);
	for (size_t i = 1000; i < PKGINDEX_MAX_PACKAGES; i++)
		add(ix, "x");
	ok(add(ix, "y") == 0 && add(ix, "z") == 0, "no package over the bound");
	for (int i = 0; i < 1000000; i++) {
		snprintf(path, sizeof(path), "/more/%d", i);
		pkgindex_add_file(ix, 1, sv_str(path));
	}
	pkgindex_get_stats(ix, &st);
	ok(st.files == PKGINDEX_MAX_FILES && st.refused == 50002,
	   "no file over the bound; %zu refused", st.refused);
	ok(st.bytes < 32 * MIB, "full, it has %zu bytes", st.bytes);
	pkgindex_free(ix);
}

static bool part(const struct parts *p, const char *function, const char *want)
{
	sv s = sv_str(function);

	return sv_eq(parts_find(p, s, s), sv_str(want));
}

static void test_go(void)
{
	struct arena a = {0};
	struct parts *p = parts_new(&a, PARTS_GO, 6);

	parts_add(p, &a, SV_NULL, SV("std"));
	parts_add(p, &a, SV("main"), SV("app"));
	parts_add(p, &a, SV("example.com/app"), SV("app"));
	parts_add(p, &a, SV("example.com/app/v2/x"), SV("inner"));
	parts_add(p, &a, SV("gopkg.in/yaml.v3"), SV("yaml"));
	parts_add(p, &a, SV("plain"), SV_NULL);
	ok(part(p, "main.main", "app") && part(p, "main.(*T).F", "app"),
	   "main");
	ok(part(p, "example.com/app.F", "app") &&
		   part(p, "example.com/app/v2.F", "app") &&
		   part(p, "example.com/app/v2/x/y.(*T[...]).F.func1", "inner"),
	   "the longest prefix");
	ok(part(p, "example.com/apple.F", ""), "by whole elements");
	ok(part(p, "gopkg.in/yaml%2ev3.(*p).f", "yaml"), "an escaped dot");
	ok(part(p, "runtime.mallocgc", "std") &&
		   part(p, "vendor/golang.org/x/net/http2.F", "std") &&
		   part(p, "encoding/json.Marshal", "std"),
	   "the library");
	ok(part(p, "sort.Slice[example.com/app.T].func1", "std"),
	   "type arguments are of others");
	ok(part(p, "plain.F", "") && part(p, "plain/sub.F", ""),
	   "a module without a purl is not the library");
	ok(part(p, "other.org/z.F", "") && part(p, "printf", "") &&
		   part(p, "type:.eq.[2]string", "") && part(p, "", ""),
	   "what is of none");
	arena_release(&a);
}

static void test_rust(void)
{
	struct arena a = {0};
	struct parts *p = parts_new(&a, PARTS_RUST, 3);

	parts_add(p, &a, SV("serde-json"), SV("json"));
	parts_add(p, &a, SV("twice"), SV("1"));
	parts_add(p, &a, SV("twice"), SV("2"));
	parts_add(p, &a, SV("twice"), SV("1"));
	ok(part(p, "serde_json::de::from_str", "json") &&
		   part(p, "<serde_json::Value as core::fmt::Debug>::fmt",
			"json") &&
		   part(p, "<&mut dyn serde_json::T>::f", "json"),
	   "the first crate, with underscores");
	ok(part(p, "twice::f", ""), "two versions of a crate are neither");
	ok(part(p, "serde_json", "") && part(p, "core::fmt", "") &&
		   part(p, "<<<", "") && part(p, "", ""),
	   "what is of none");
	arena_release(&a);
}

/* Links of a root stay in it, and answers are forgotten within their bound. */
static void test_root(void)
{
	char dir[] = "/tmp/package-XXXXXX", path[64];
	struct packages *p = packages_new(NULL);
	struct packages_stats st;
	struct buf real = {0};
	struct rt_err err;
	uint64_t serial;
	int root;

	if (!mkdtemp(dir))
		abort();
	root = root_open(dir, &err);
	if (mkdirat(root, "a", 0755) || mkdirat(root, "a/b", 0755) ||
	    symlinkat("/a/b/../b", root, "abs") ||
	    symlinkat("../../../../a", root, "a/up") ||
	    symlinkat("loop", root, "loop"))
		abort();
	close(openat(root, "a/b/f", O_CREAT | O_WRONLY, 0644));
	ok(root_real_path(root, SV("/abs/../up/b/f"), &real, &err) &&
		   sv_eq(buf_view(&real), SV("/a/b/f")),
	   "links and .. are followed inside the root");
	real.n = 0;
	ok(root_real_path(root, SV("/../.."), &real, &err) &&
		   sv_eq(buf_view(&real), SV("/")),
	   "above the root is the root");
	ok(!root_real_path(root, SV("/loop/x"), &real, &err) &&
		   !root_real_path(root, SV("/a/b/f/g"), &real, &err) &&
		   !root_real_path(root, SV("/none"), &real, &err),
	   "loops, files as directories, missing ones");
	ok(root_open_dir(root, SV("/a/b/f"), &err) < 0, "no directory");
	real.n = 0;
	ok(!root_read_file(root, SV("/abs"), 10, &real, &err) &&
		   root_read_file(root, SV("/abs/f"), 10, &real, &err),
	   "files are read through links, directories not");
	serial = packages_serial(p);
	for (int i = 0; i < 100000; i++) {
		snprintf(path, sizeof(path), "/some/where/file-%d", i);
		if (packages_of(p,
				&(struct packages_file){.root = root,
							.place = 1,
							.path = sv_str(path)})
			    ->purl.n)
			abort();
	}
	packages_get_stats(p, &st);
	ok(packages_serial(p) > serial && st.evicted && st.indexed == 1,
	   "answers were forgotten %lu times, the root was read once",
	   (unsigned long)st.evicted);
	for (uint64_t i = 2; i < 2 + 2 * PACKAGES_MAX_ROOTS; i++)
		packages_of(p, &(struct packages_file){.root = root,
						       .place = i,
						       .path = SV("/a/b/f")});
	packages_get_stats(p, &st);
	ok(st.indexed == 1 + 2 * PACKAGES_MAX_ROOTS &&
		   st.index_bytes < PACKAGES_MAX_INDEX,
	   "as many roots as there is room for, %zu bytes", st.index_bytes);
	ok(!packages_of(p, &(struct packages_file){.root = -1,
						   .place = 1,
						   .path = SV("/x")})
		    ->purl.n,
	   "no root, no package");
	packages_free(p);
	buf_release(&real);
	unlinkat(root, "a/b/f", 0);
	unlinkat(root, "a/up", 0);
	unlinkat(root, "a/b", AT_REMOVEDIR);
	unlinkat(root, "a", AT_REMOVEDIR);
	unlinkat(root, "abs", 0);
	unlinkat(root, "loop", 0);
	close(root);
	rmdir(dir);
}

int main(void)
{
	test_aliases();
	test_many();
	test_go();
	test_rust();
	test_root();
	return tap_done();
}
