/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus text: every sample's name is a name, in place and in order. */
#include <stdlib.h>

#include "base/mem.h"
#include "tap/agentmetrics.h"
#include "tap/promtext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its own, so that a byte too far is seen. */
	char *text = mem_dup(size ? (const void *)data : "", size ? size : 1);
	struct promtext p = promtext_walk((sv){text, size});
	const char *before = text;
	struct promtext_sample s;
	struct agentmetrics m;

	while (promtext_next(&p, &s)) {
		if (!s.name.n || s.name.p < before ||
		    s.name.p + s.name.n > text + size)
			abort();
		before = s.name.p + s.name.n;
	}
	agentmetrics_parse((sv){text, size}, &m);
	mem_free(text);
	return 0;
}
