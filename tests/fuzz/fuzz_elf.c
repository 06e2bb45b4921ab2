/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an ELF file: no crash, and what elfmod promises holds: names
 * are UTF-8, starts ascend, a hit covers the address asked for.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"
#include "elf/elfid.h"
#include "elf/elfmod.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static void check_symbols(const struct elfmod *m)
{
	struct elfsym s, before = {0};

	for (size_t i = 0; i < elfmod_count(m); i++) {
		elfmod_symbol(m, i, &s);
		require(s.index == i && s.name.n);
		require(!i || s.start > before.start);
		require(utf8_valid_prefix(s.name) == s.name.n);
		before = s;
	}
}

static void check_lookups(const struct elfmod *m, size_t size)
{
	struct elfsym s;

	for (uint64_t off = 0; off < size + 4096; off += 1 + size / 64)
		for (int caller = 0; caller < 2; caller++)
			if (elfmod_lookup(m, off, caller, &s))
				require(s.offset - (uint64_t)caller < s.size);
	elfmod_lookup(m, UINT64_MAX, false, &s);
	elfmod_lookup(m, 0, true, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct rt_err err = {0};
	struct elfmod *m;
	struct elfid id;

	if (fd < 0)
		fd = memfd_create("elf", MFD_CLOEXEC);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	if (elfid_read(fd, &id))
		require(id.hex_len && id.hex_len <= sizeof(id.hex));
	m = elfmod_open(fd, NULL, &err);
	if (!m) {
		require(err.msg != NULL);
		return 0;
	}
	require(elfmod_build_id(m).n > 0);
	check_symbols(m);
	check_lookups(m, size);
	elfmod_free(m);
	return 0;
}
