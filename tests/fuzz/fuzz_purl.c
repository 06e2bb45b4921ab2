/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a package URL: what is read is canonical when written, building
 * from the components gives the same, and an error is inside the text.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "pkgdb/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv text = {(const char *)data, size};
	struct buf once = {0}, twice = {0};
	char *room = malloc(size + 1);
	struct rt_err err;
	struct purl p;

	if (!purl_parse(&p, text, room, &err)) {
		require(err.pos <= size && err.msg);
		require(!purl_canonical(text, &once, &err) && once.n == 0);
		goto out;
	}
	require(utf8_valid_prefix(p.name) == p.name.n);
	require(purl_canonical(text, &once, &err));
	require(purl_canonical(buf_view(&once), &twice, &err));
	require(sv_eq(buf_view(&once), buf_view(&twice)));
	twice.n = 0;
	require(purl_build(&p, &twice, &err));
	require(sv_eq(buf_view(&once), buf_view(&twice)));
out:
	free(room);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
