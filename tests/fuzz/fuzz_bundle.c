/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a bundle or an envelope, and as a statement: no crash, and what
 * is read is written again as what reads the same.
 */
#include <stdlib.h>

#include "witness/bundle.h"
#include "witness/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static void round_trip(struct bundle *b)
{
	struct arena arena = {.block_size = 4 * KIB};
	struct buf out = {0};
	struct bundle again;
	struct rt_err err;

	bundle_write(b, &out);
	require(bundle_read(buf_view(&out), &arena, &again, &err));
	require(sv_eq(again.payload, b->payload));
	require(sv_eq(again.type, b->type));
	require(again.n == b->n && again.is_bundle == b->is_bundle);
	for (size_t i = 0; i < b->n; i++)
		require(sv_eq(again.signatures[i].sig, b->signatures[i].sig));
	buf_release(&out);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {.block_size = 4 * KIB};
	sv text = {(const char *)data, size};
	struct verify_facts facts;
	struct rt_err err;
	struct bundle b;

	if (bundle_read(text, &arena, &b, &err)) {
		round_trip(&b);
		verify_statement(b.payload, NULL, &facts);
	} else {
		require(err.msg != NULL);
	}
	verify_statement(text, NULL, &facts);
	arena_release(&arena);
	return 0;
}
