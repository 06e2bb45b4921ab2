/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an ELF file with DWARF: no crash, no hang, and what srcline.h
 * promises of an answer holds.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf/elfmod.h"
#include "elf/srcline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static void check_text(sv s)
{
	require(s.n <= SRCLINE_MAX_TEXT);
	require(!s.n || !memchr(s.p, '\0', s.n));
}

static void check(const struct srcline_hit *hit)
{
	check_text(hit->directory);
	check_text(hit->file);
	require(hit->n <= SRCLINE_MAX_INLINED);
	for (size_t i = 0; i < hit->n; i++) {
		check_text(hit->inlined[i].name);
		check_text(hit->inlined[i].call_file);
	}
}

/* Around each function, and somewhere in it. */
static void look_up(struct srcline *s, const struct elfmod *m)
{
	struct srcline_hit hit;
	struct elfsym f;

	for (size_t i = 0; i < elfmod_count(m) && i < 64; i++) {
		elfmod_symbol(m, i, &f);
		for (uint64_t k = 0; k < 64; k += 7)
			if (srcline_find(s, f.start + k - 7, true, &hit))
				check(&hit);
	}
	for (uint64_t addr = 0; addr < 0x3000; addr += 64)
		if (srcline_find(s, addr, true, &hit))
			check(&hit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct rt_err err = {0};
	struct srcline *s;
	struct elfmod *m;

	if (fd < 0)
		fd = memfd_create("elf", MFD_CLOEXEC);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	m = elfmod_open(fd, NULL, &err);
	s = m ? srcline_open(fd, NULL, SV_NULL, 16 * MIB) : NULL;
	if (s) {
		require(srcline_bytes(s) > 0);
		look_up(s, m);
		srcline_free(s);
	}
	elfmod_free(m);
	return 0;
}
