/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/xzdata.h"

#include <lzma.h>

#include "base/mem.h"

#define MEMORY (64 * MIB)
#define FIRST (256 * KIB)

sv xzdata_unpack(sv packed, size_t max)
{
	lzma_stream s = LZMA_STREAM_INIT;
	size_t cap = FIRST;
	char *out = mem_alloc(cap);
	lzma_ret st = lzma_stream_decoder(&s, MEMORY, 0);

	s.next_in = (const uint8_t *)packed.p;
	s.avail_in = packed.n;
	while (st == LZMA_OK) {
		if (s.total_out == cap) {
			cap *= 2;
			out = mem_realloc(out, cap);
		}
		s.next_out = (uint8_t *)out + s.total_out;
		s.avail_out = cap - (size_t)s.total_out;
		st = lzma_code(&s, LZMA_FINISH);
		if (s.total_out > max)
			st = LZMA_MEMLIMIT_ERROR;
	}
	cap = (size_t)s.total_out;
	lzma_end(&s);
	if (st == LZMA_STREAM_END && cap)
		return (sv){out, cap};
	mem_free(out);
	return SV_NULL;
}
