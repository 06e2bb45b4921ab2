/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an SBOM: read or refused with a place in it, and what is
 * refused leaves nothing behind. Whether it is JSON at all, jansson judges.
 */
#include <jansson.h>
#include <stdlib.h>

#include "sbom/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

/* What jansson cannot represent, though it is JSON. */
static bool beyond_jansson(const char *text)
{
	return strstr(text, "too big") || strstr(text, "too small") ||
	       strstr(text, "overflow") || strstr(text, "NUL") ||
	       strstr(text, "\\u0000") || strstr(text, "depth");
}

static void judge(const char *text, size_t n)
{
	struct arena strings = {0};
	struct jwalk w;
	json_error_t e;
	json_t *j = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
	bool good;

	jwalk_open(&w, (sv){text, n}, &strings);
	jwalk_skip(&w);
	good = jwalk_end(&w);
	if (!good)
		require(w.err.pos <= n && w.err.msg);
	/* jansson takes a NUL behind the document for its end. */
	if (good != (j != NULL) && !memchr(text, '\0', n) &&
	    (j || !beyond_jansson(e.text)))
		require(!strncmp(text, "\xef\xbb\xbf", 3) ||
			(w.err.msg && strstr(w.err.msg, "deeply")));
	json_decref(j);
	arena_release(&strings);
}

static void read_and_ask(sv text)
{
	struct sbomindex *ix = sbomindex_new();
	struct sbomindex_stats st;
	struct rt_err err = {0};
	bool good = sbom_add(ix, text, SV("sha256:1"), &err), c;

	require(good == !err.msg && err.pos <= text.n);
	sbomindex_sort(ix);
	sbomindex_get_stats(ix, &st);
	if (!good)
		require(!st.packages && !st.paths && !st.documents);
	sbomindex_find_path(ix, SV("sha256:1"),
			    SV("/app/node_modules/a/node_modules/b/c"), &c);
	sbomindex_find_path(ix, SV_NULL, SV("/usr/bin/f"), &c);
	sbomindex_find_purl(ix, SV("sha256:1"), SV("pkg:npm/a@1"));
	sbomindex_free(ix);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + JWALK_PADDING);

	if (size)
		memcpy(text, data, size);
	judge(text, size);
	read_and_ask((sv){text, size});
	free(text);
	return 0;
}
