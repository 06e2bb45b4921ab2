/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a kernel's symbol table: no crash, and each name that a line
 * gives is found or not a function's; what is found lies in the text.
 */
#include <stdlib.h>

#include "symbol/kallsyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv text = {(const char *)data, size}, rest = text;
	struct rt_err err = {0};
	struct kallsyms *k = kallsyms_parse(text, &err);
	size_t found = 0;

	if (!k) {
		require(err.msg != NULL);
		return 0;
	}
	while (rest.n) {
		size_t n = MIN(sv_find(rest, '\n'), rest.n);
		sv line = sv_first(rest, n), name;
		struct kallsyms_hit hit;

		name = sv_from(line, sv_find(line, ' '));
		name = sv_from(sv_first(name, sv_find(name, '\t')), 3);
		for (uint64_t off = 0; off < 64; off += 21)
			if (kallsyms_find(k, name, off, off & 1, &hit)) {
				require(hit.name.n && hit.name.n <= size);
				require(hit.module.n <= size);
				found++;
			}
		rest = sv_from(rest, n + 1);
	}
	require(!found || kallsyms_count(k));
	kallsyms_free(k);
	return 0;
}
