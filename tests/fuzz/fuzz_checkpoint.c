/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a checkpoint: refused, or the same facts when written again.
 * The checksum is put right first, else nothing would get past it.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "replay/checkpoint.h"
#include "replay/rotation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const struct checkpoint *c, struct buf *b)
{
	checkpoint_begin(b, &c->output);
	for (size_t i = 0; i < c->n_dumps; i++)
		checkpoint_add(b, &c->dumps[i]);
	checkpoint_end(b);
}

static void check(sv text)
{
	struct buf once = {0}, twice = {0};
	struct checkpoint c;
	struct rotation_name n;

	if (!checkpoint_parse(text, &c)) {
		write_again(&c, &once);
		for (size_t i = 0; i < c.n_dumps; i++)
			rotation_parse(sv_str(c.dumps[i].path), &n);
		checkpoint_release(&c);
		if (checkpoint_parse(buf_view(&once), &c))
			abort();
		write_again(&c, &twice);
		if (!sv_eq(buf_view(&once), buf_view(&twice)))
			abort();
	}
	checkpoint_release(&c);
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = {0};

	check((sv){(const char *)data, size});
	buf_add(&b, data, size);
	checkpoint_end(&b);
	check(buf_view(&b));
	buf_release(&b);
	return 0;
}
