/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBOMs: the three forms, what they say of paths, contents and packages, and
 * what is wrong with them. With `find [DIGEST=]FILE...` as arguments: lines
 * "PATH" or "DIGEST PATH" on stdin, each into the purl or "-", or
 * "contradiction"; tests/sbom.bats has the generators of others judge that.
 */
#include <stdlib.h>

#include "codec/jwalk.h"
#include "sbom/sbom.h"
#include "tap.h"

static void print_stats(const struct sbomindex *ix)
{
	struct sbomindex_stats st;

	sbomindex_get_stats(ix, &st);
	fprintf(stderr,
		"%llu packages, %llu paths, %llu digests, %llu unnamed, "
		"%llu odd, %llu contradictions\n",
		(unsigned long long)st.packages, (unsigned long long)st.paths,
		(unsigned long long)st.digests, (unsigned long long)st.unnamed,
		(unsigned long long)st.odd,
		(unsigned long long)st.contradictions);
}

static int find(char **files)
{
	struct sbomindex *ix = sbomindex_new();
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	for (; *files; files++) {
		struct rt_err err;
		const char *name;

		if (!sbom_add_file(ix, *files, &name, &err)) {
			printf("error %s %zu %s\n", name, err.pos, err.msg);
			sbomindex_free(ix);
			return 1;
		}
	}
	sbomindex_sort(ix);
	print_stats(ix);
	while ((n = getline(&line, &cap, stdin)) > 0) {
		sv path = {line, (size_t)n - (line[n - 1] == '\n')};
		sv image = SV_NULL, purl;
		bool contradiction;
		size_t space = sv_find(path, ' ');

		if (space != SIZE_MAX) {
			image = sv_first(path, space);
			path = sv_from(path, space + 1);
		}
		purl = sbomindex_find_path(ix, image, path, &contradiction);
		if (contradiction)
			purl = SV("contradiction");
		printf("%.*s\n", SV_ARG(purl.n ? purl : SV("-")));
	}
	free(line);
	sbomindex_free(ix);
	return 0;
}

static bool add(struct sbomindex *ix, const char *text, const char *image,
		struct rt_err *err)
{
	char padded[8192] = {0};

	memcpy(padded, text, strlen(text));
	return sbom_add(ix, (sv){padded, strlen(text)}, sv_str(image), err);
}

static void is_at(struct sbomindex *ix, const char *image, const char *path,
		  const char *purl)
{
	bool contradiction;
	sv got = sbomindex_find_path(ix, sv_str(image), sv_str(path),
				     &contradiction);

	ok(sv_eq(got, sv_str(purl)), "%s in \"%s\": %.*s", path, image,
	   SV_ARG(got));
}

static const char cyclonedx[] =
	"{\"components\":[{\"evidence\":{\"occurrences\":["
	"{\"location\":\"/usr/lib/liba.so.1\"}]},"
	"\"name\":\"a\",\"purl\":\"pkg:generic/a@1\","
	"\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"ABCDEF0123456789abcdef"
	"0123456789abcdef0123456789abcdef0123456789\"}],"
	"\"components\":[{\"type\":\"library\",\"purl\":\"pkg:generic/b@1\","
	"\"properties\":[{\"value\":\"/opt/\\u0062\",\"name\":"
	"\"syft:location:0:path\"}]},"
	"{\"name\":\"/usr/bin/a\",\"type\":\"file\"}]},"
	"{\"purl\":\"pkg:npm/c@1\",\"properties\":[{\"name\":"
	"\"cdx:npm:package:path\",\"value\":\"node_modules/c\"}]},"
	"{\"purl\":\"pkg:npm/d@1\",\"properties\":[{\"name\":"
	"\"cdx:npm:package:path\",\"value\":\"node_modules/c/node_modules/d\"}]"
	"},{\"name\":\"no purl\"},{\"purl\":\"odd:x\"}],"
	"\"specVersion\":\"1.5\",\"bomFormat\":\"CycloneDX\"}";

static const char spdx[] =
	"{\"relationships\":[{\"spdxElementId\":\"SPDXRef-p\","
	"\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":"
	"\"SPDXRef-f\"},{\"spdxElementId\":\"SPDXRef-g\",\"relationshipType\":"
	"\"CONTAINED_BY\",\"relatedSpdxElement\":\"SPDXRef-p\"}],"
	"\"files\":[{\"SPDXID\":\"SPDXRef-f\",\"fileName\":\"./usr/bin/f\","
	"\"checksums\":[{\"algorithm\":\"SHA1\",\"checksumValue\":\"ab\"},"
	"{\"algorithm\":\"SHA256\",\"checksumValue\":\"00000000000000000000000"
	"0000000000000000000000000000000000000000f\"}]},"
	"{\"fileName\":\"/usr/bin/g\",\"SPDXID\":\"SPDXRef-g\"},"
	"{\"fileName\":\"h\",\"SPDXID\":\"SPDXRef-h\"}],"
	"\"packages\":[{\"hasFiles\":[\"SPDXRef-h\"],\"externalRefs\":["
	"{\"referenceType\":\"cpe23Type\",\"referenceLocator\":\"cpe\"},"
	"{\"referenceLocator\":\"pkg:deb/debian/p@1:2+b?arch=amd64\","
	"\"referenceType\":\"purl\"}],\"SPDXID\":\"SPDXRef-p\"}],"
	"\"spdxVersion\":\"SPDX-2.3\"}";

static const char syft[] =
	"{\"artifacts\":[{\"id\":\"1\",\"purl\":\"pkg:apk/alpine/e@1\","
	"\"locations\":[{\"path\":\"/lib/apk/db/"
	"installed\",\"layerID\":\"x\"}],"
	"\"metadata\":{\"package\":\"e\",\"files\":[{\"path\":\"/bin/e\","
	"\"digest\":{\"value\":\"x\"}}]}},"
	"{\"purl\":\"pkg:npm/f@2\",\"id\":\"2\",\"locations\":[{\"path\":"
	"\"/app/node_modules/f/package.json\"}]},"
	"{\"purl\":\"pkg:golang/x/y@v1\",\"id\":\"3\",\"locations\":[{\"path\":"
	"\"/app/tool\"}]},{\"purl\":\"pkg:golang/x/z@v1\",\"id\":\"4\","
	"\"locations\":[{\"path\":\"/app/tool\"}]}],"
	"\"artifactRelationships\":[{\"parent\":\"1\",\"child\":\"file1\","
	"\"type\":\"contains\"}],"
	"\"files\":[{\"id\":\"file1\",\"location\":{\"path\":\"/usr/lib/"
	"e.so\"},"
	"\"digests\":[{\"algorithm\":\"sha256\",\"value\":\"1111111111111111111"
	"111111111111111111111111111111111111111111111\"}]}],"
	"\"schema\":{\"version\":\"16.0.0\"}}";

static void forms(void)
{
	struct sbomindex *ix = sbomindex_new();
	struct sbomindex_stats st;
	struct rt_err err = {0};
	bool c;

	ok(add(ix, cyclonedx, "", &err), "CycloneDX: %s",
	   err.msg ? err.msg : "read");
	ok(add(ix, spdx, "sha256:1", &err), "SPDX: %s",
	   err.msg ? err.msg : "read");
	ok(add(ix, syft, "sha256:2", &err), "Syft: %s",
	   err.msg ? err.msg : "read");
	sbomindex_sort(ix);
	is_at(ix, "", "/usr/lib/liba.so.1", "pkg:generic/a@1");
	is_at(ix, "sha256:1", "/usr/lib/liba.so.1", "pkg:generic/a@1");
	is_at(ix, "", "/usr/lib/liba.so", "");
	is_at(ix, "", "/opt/b", "pkg:generic/b@1");
	is_at(ix, "", "/usr/bin/a", "pkg:generic/a@1");
	is_at(ix, "", "/srv/app/node_modules/c/x.js", "pkg:npm/c@1");
	is_at(ix, "", "/srv/app/node_modules/c/node_modules/d/l/x.node",
	      "pkg:npm/d@1");
	is_at(ix, "", "/srv/app/node_modules/cc/x.js", "");
	is_at(ix, "", "/usr/bin/f", "");
	is_at(ix, "sha256:1", "/usr/bin/f",
	      "pkg:deb/debian/p@1:2%2Bb?arch=amd64");
	is_at(ix, "sha256:1", "/usr/bin/g",
	      "pkg:deb/debian/p@1:2%2Bb?arch=amd64");
	is_at(ix, "sha256:1", "/h", "pkg:deb/debian/p@1:2%2Bb?arch=amd64");
	is_at(ix, "sha256:2", "/usr/bin/f", "");
	is_at(ix, "sha256:2", "/bin/e", "pkg:apk/alpine/e@1");
	is_at(ix, "sha256:2", "/usr/lib/e.so", "pkg:apk/alpine/e@1");
	is_at(ix, "sha256:2", "/app/node_modules/f/build/f.node",
	      "pkg:npm/f@2");
	ok(sbomindex_find_path(ix, SV("sha256:2"), SV("/app/tool"), &c).n ==
			   0 &&
		   c,
	   "two packages claim a path: none has it");
	ok(sv_eq(sbomindex_find_sha256(
			 ix, SV_NULL,
			 SV("abcdef0123456789abcdef0123456789abcdef0123456789"
			    "abcdef0123456789"),
			 &c),
		 SV("pkg:generic/a@1")),
	   "by contents, in capitals");
	ok(sv_eq(sbomindex_find_sha256(
			 ix, SV("sha256:1"),
			 SV("000000000000000000000000000000000000000000000000"
			    "000000000000000f"),
			 &c),
		 SV("pkg:deb/debian/p@1:2%2Bb?arch=amd64")),
	   "by the contents of a file of a package");
	ok(sv_eq(sbomindex_find_purl(ix, SV("sha256:1"),
				     SV("pkg:deb/debian/p@1:2%2Bb")),
		 SV("pkg:deb/debian/p@1:2%2Bb?arch=amd64")),
	   "by name and version");
	sbomindex_get_stats(ix, &st);
	ok(st.documents == 3 && st.packages == 10 && st.odd == 1 &&
		   st.contradictions == 1 && !st.refused,
	   "counted: %llu packages", (unsigned long long)st.packages);
	sbomindex_free(ix);
}

static void bound_before_unbound(void)
{
	struct sbomindex *ix = sbomindex_new();
	struct rt_err err;
	char other[sizeof(cyclonedx)];
	char *a;

	memcpy(other, cyclonedx, sizeof(other));
	a = strstr(other, "pkg:generic/a@1");
	a[strlen("pkg:generic/a@")] = '2';
	add(ix, other, "sha256:9", &err);
	add(ix, cyclonedx, "", &err);
	sbomindex_sort(ix);
	is_at(ix, "sha256:9", "/usr/lib/liba.so.1", "pkg:generic/a@2");
	is_at(ix, "sha256:8", "/usr/lib/liba.so.1", "pkg:generic/a@1");
	sbomindex_free(ix);
}

static void error_at(const char *text, const char *at)
{
	struct sbomindex *ix = sbomindex_new();
	struct sbomindex_stats st;
	struct rt_err err = {0};
	bool good = add(ix, text, "", &err);

	sbomindex_sort(ix);
	sbomindex_get_stats(ix, &st);
	ok(!good && st.packages == 0 && st.documents == 0 &&
		   err.pos == (at ? strlen(text) - strlen(at) : 0),
	   "%.40s: %s at %zu", text, good ? "right" : err.msg, err.pos);
	sbomindex_free(ix);
}

#define CDX "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\","

static void errors(void)
{
	error_at("", "");
	error_at("[]", NULL);
	error_at("{}", NULL);
	error_at("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.1\"}", NULL);
	error_at("{\"spdxVersion\":\"SPDX-3.0\"}", NULL);
	error_at(CDX "\"components\":[{\"purl\":\"pkg:npm/a@1\"}", "");
	error_at(CDX "\"components\":[{\"purl\":\"pkg:npm/a@1\"},]}", "]}");
	error_at(CDX "\"x\":tru}", "tru}");
	error_at(CDX "\"x\":01}", "01}");
	error_at(CDX "\"x\":\"\\x\"}", "\\x\"}");
	error_at(CDX "\"x\":\"\\ud800\\n\"}", "\\ud800\\n\"}");
	error_at(CDX "\"x\":\"\x01\"}", "\x01\"}");
	error_at(CDX "\"x\":\"\xff\"}", "\xff\"}");
	error_at(CDX "\"x\":{\"y\" 1}}", "1}}");
	error_at(CDX "\"x\":[1 2]}", "2]}");
	error_at(CDX "\"x\":{,}}", ",}}");
	error_at(CDX "\"x\":1} x", "x");
	error_at(CDX "\"x\":\"\\u0041\\ud83d\\ude00\\n\",}", "}");
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "find") == 0)
		return find(argv + 2);
	forms();
	bound_before_unbound();
	errors();
	return tap_done();
}
