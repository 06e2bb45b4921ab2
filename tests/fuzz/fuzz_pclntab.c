/* SPDX-License-Identifier: Apache-2.0 */
/* Go's table of functions: whatever it says, names stay inside of it. */
#include <stdlib.h>

#include "elf/pclntab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct pclntab *t)
{
	size_t n = MIN(t->n, (size_t)4096);

	for (size_t i = 0; i < n; i++) {
		struct pclntab_func f;

		if (!pclntab_func(t, i, &f))
			continue;
		if (f.start >= f.end || f.name.p < t->data.p ||
		    sv_end(f.name) >= sv_end(t->data) || *sv_end(f.name))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv all = {(const char *)data, size};
	struct pclntab t;

	for (int big = 0; big < 2; big++) {
		if (pclntab_open(all, big, &t))
			walk(&t);
		if (pclntab_search(all, big, &t) != SIZE_MAX)
			walk(&t);
	}
	return 0;
}
