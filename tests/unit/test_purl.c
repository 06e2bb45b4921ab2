/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Package URLs: where errors are, what is built from components. With
 * `canonical` as an argument: forms on stdin, a line each, into their
 * canonical form or "error POSITION MESSAGE"; tests/purl.bats has another
 * implementation judge that.
 */
#include <stdlib.h>

#include "pkgdb/purl.h"
#include "tap.h"

static int canonical(void)
{
	struct buf out = {0};
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		struct rt_err err;

		out.n = 0;
		if (line[n - 1] == '\n')
			n--;
		if (purl_canonical((sv){line, (size_t)n}, &out, &err))
			printf("%.*s\n", SV_ARG(buf_view(&out)));
		else
			printf("error %zu %s\n", err.pos, err.msg);
	}
	free(line);
	buf_release(&out);
	return 0;
}

static void error_at(const char *text, const char *at)
{
	struct buf out = {0};
	struct rt_err err = {0};
	bool good = purl_canonical(sv_str(text), &out, &err);

	ok(!good && out.n == 0 && err.pos == strlen(text) - strlen(at),
	   "%s: an error at \"%s\"%s%s", text, at, good ? "" : ": ",
	   good ? "" : err.msg);
	buf_release(&out);
}

static void errors(void)
{
	error_at("npm/a", "npm/a");
	error_at("pkg:n+m/a", "n+m/a");
	error_at("pkg:npm/a@1%2", "%2");
	error_at("pkg:npm/a@1%", "%");
	error_at("pkg:npm/a%C3@1", "a%C3@1");
	error_at("pkg:npm/x%2Fy/a", "x%2Fy/a");
	error_at("pkg:npm/x/y%2Fz/a", "y%2Fz/a");
	error_at("pkg:npm/a?x=1&y", "y");
	error_at("pkg:npm/a?x=1&x=2", "x=2");
	error_at("pkg:npm/a?x=1%g0", "%g0");
	error_at("pkg:npm/a#b/c%2Fd", "c%2Fd");
	error_at("pkg:npm/a b", " b");
	error_at("pkg:pub/a.b@1", "a.b@1");
	error_at("pkg:gem/space/a@1", "space/a@1");
	error_at("pkg:deb/a@1", "a@1");
}

static void builds(void)
{
	struct purl p = {.type = SV("Deb"),
			 .space = SV("/Debian/"),
			 .name = SV("Libstdc++6"),
			 .version = SV("1:2+b1"),
			 .subpath = SV("./a//b c/../%d"),
			 .qualifier = {{SV("Distro"), SV("debian-12")},
				       {SV("epoch"), SV("")},
				       {SV("arch"), SV("amd64/x:y")}},
			 .n_qualifiers = 3};
	struct buf out = {0};
	struct rt_err err;

	buf_str(&out, "<");
	ok(purl_build(&p, &out, &err) &&
		   sv_eq(buf_view(&out),
			 SV("<pkg:deb/debian/libstdc%2B%2B6@1:2%2Bb1?"
			    "arch=amd64%2Fx:y&distro=debian-12#a/b%20c/%25d")),
	   "built from components: %.*s", SV_ARG(buf_view(&out)));
	p.qualifier[1] = (struct purl_qualifier){SV("ARCH"), SV("i386")};
	ok(!purl_build(&p, &out, &err), "a key twice in two cases");
	p.qualifier[1].key = SV("a b");
	ok(!purl_build(&p, &out, &err), "a key with a space");
	p.n_qualifiers = 1;
	p.name = SV("///");
	ok(!purl_build(&p, &out, &err), "no name");
	p.name = SV("a\xff");
	ok(!purl_build(&p, &out, &err), "no UTF-8");
	buf_release(&out);
}

static void parses(void)
{
	char text[] = "pkg:npm/%40Scope/Name@1%2F2?b=2&a=x%20y&c=#/d/./e/";
	char room[sizeof(text)];
	struct purl p;
	struct rt_err err;

	ok(purl_parse(&p, sv_str(text), room, &err) &&
		   sv_eq(p.space, SV("@scope")) && sv_eq(p.name, SV("name")) &&
		   sv_eq(p.version, SV("1/2")) && p.n_qualifiers == 2 &&
		   sv_eq(p.qualifier[0].key, SV("a")) &&
		   sv_eq(purl_qualifier(&p, SV("a")), SV("x y")) &&
		   sv_eq(p.subpath, SV("d/e")),
	   "components are decoded and sorted");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "canonical") == 0)
		return canonical();
	errors();
	builds();
	parses();
	return tap_done();
}
