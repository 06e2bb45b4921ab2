/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of length-prefixed records through the redaction of records, by a
 * walk that has seen all inputs before, and by a fresh one that has seen
 * nothing: what came before changes no verdict.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "redact/recordwalk.h"

#define MAX_RECORDS 64 /* a fresh walk costs a millisecond */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct recordwalk_opts opts = {.strict_paths = false};

/* Rules at work, in this order, in these fields. */
static bool same_notes(const struct recordwalk *a, const struct recordwalk *b)
{
	size_t n, m;
	const struct recordwalk_taken *x = recordwalk_taken(a, &n),
				      *y = recordwalk_taken(b, &m);

	for (size_t i = 0; n == m && i < n; i++)
		if (x[i].msg != y[i].msg || x[i].field != y[i].field ||
		    x[i].rule != y[i].rule)
			return false;
	return n == m;
}

static void compare(struct recordwalk *warm, const struct record *r)
{
	struct redact *redact = redact_new(NULL);
	struct recordwalk *cold = recordwalk_new(redact, &opts);
	enum recordwalk_result a, b;
	sv x = SV_NULL, y = SV_NULL;

	b = recordwalk_run(cold, r, &y);
	for (int i = 0; i < 2; i++) {
		a = recordwalk_run(warm, r, &x);
		if (a != b)
			abort();
		if (a == RECORDWALK_CHANGED &&
		    (!sv_eq(x, y) || !same_notes(warm, cold)))
			abort();
	}
	recordwalk_free(cold);
	redact_free(redact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct recordwalk *warm;
	/* Exact size, so that a read past the end is seen. */
	char *copy = mem_dup(data, size);
	const char *p = copy, *end = copy + size;
	struct record r;
	uint64_t n;

	if (!warm)
		warm = recordwalk_new(redact_new(NULL), &opts);
	for (int i = 0; i < MAX_RECORDS && p && p < end; i++) {
		p = pb_varint(p, end, &n);
		if (!p || n > (uint64_t)(end - p))
			break;
		if (record_parse((sv){p, (size_t)n}, &r))
			compare(warm, &r);
		p += n;
	}
	mem_free(copy);
	return 0;
}
