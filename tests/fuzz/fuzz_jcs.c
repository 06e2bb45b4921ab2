/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as JSON: what is taken has a canonical form that is its own
 * canonical form; what is refused leaves the output as it was.
 */
#include <stdlib.h>

#include "witness/jcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = {0}, twice = {0};
	struct rt_err err;

	if (jcs_canon((sv){(const char *)data, size}, &once, &err)) {
		if (!jcs_canon(buf_view(&once), &twice, &err) ||
		    !sv_eq(buf_view(&once), buf_view(&twice)))
			abort();
	} else if (once.n || !err.msg || err.pos > size) {
		abort();
	}
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
