/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as perf script and as folded stacks: no crash, and a sample holds
 * what perfscript.h and folded.h promise.
 */
#include <stdlib.h>

#include "event/folded.h"
#include "event/perfscript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static void check(const struct sample *x)
{
	require(x->n_frames <= SAMPLE_MAX_FRAMES);
	for (size_t i = 0; i < x->n_frames; i++) {
		const struct adapter_frame *f = &x->frames[i];

		require(!f->kernel || !f->module.n);
		require(!f->probe || f->symbol.n);
		require(i || !f->caller);
		for (size_t k = 0; k < f->symbol.n; k++)
			require(f->symbol.p[k] != '\n');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct folded folded;
	struct perfscript *p = perfscript_new();
	sv text = {(const char *)data, size};
	struct sample x;

	while (text.n) {
		size_t n = MIN(sv_find(text, '\n'), text.n);
		sv line = sv_first(text, n);

		if (perfscript_line(p, line, &x) == PERFSCRIPT_SAMPLE)
			check(&x);
		if (folded_parse(&folded, line, &x)) {
			require(x.n_frames && x.count);
			check(&x);
		}
		text = sv_from(text, n + 1);
	}
	if (perfscript_end(p, &x))
		check(&x);
	perfscript_free(p);
	return 0;
}
