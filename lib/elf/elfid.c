/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfid.h"

#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_PHNUM = 64,
	MAX_NOTES = 4096, /* bytes of one segment */
	PT_NOTE_ = 4,
	NT_GNU_BUILD_ID_ = 3,
};

/* Where things stand in the headers of either class. */
struct layout {
	bool wide, big;
	size_t phentsize, phoff_at, phnum_at, ehsize;
	size_t offset_at, filesz_at, align_at;
};

static const struct layout layouts[] = {
	{.phentsize = 32,
	 .phoff_at = 28,
	 .phnum_at = 44,
	 .ehsize = 52,
	 .offset_at = 4,
	 .filesz_at = 16,
	 .align_at = 28},
	{.wide = true,
	 .phentsize = 56,
	 .phoff_at = 32,
	 .phnum_at = 56,
	 .ehsize = 64,
	 .offset_at = 8,
	 .filesz_at = 32,
	 .align_at = 48},
};

static uint64_t number(const struct layout *l, const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[l->big ? i : n - 1 - i];
	return v;
}

static uint64_t word(const struct layout *l, const uint8_t *p)
{
	return number(l, p, l->wide ? 8 : 4);
}

static bool read_at(int fd, void *p, size_t n, uint64_t off)
{
	return off <= INT64_MAX - n &&
	       pread(fd, p, n, (off_t)off) == (ssize_t)n;
}

static bool read_header(int fd, uint8_t *ehdr, struct layout *l)
{
	if (!read_at(fd, ehdr, 52, 0) || memcmp(ehdr, "\177ELF", 4) != 0)
		return false;
	if (ehdr[4] < 1 || ehdr[4] > 2 || ehdr[5] < 1 || ehdr[5] > 2)
		return false;
	*l = layouts[ehdr[4] - 1];
	l->big = ehdr[5] == 2;
	return read_at(fd, ehdr, l->ehsize, 0) &&
	       number(l, ehdr + l->phnum_at - 2, 2) == l->phentsize;
}

static void set_id(struct elfid *out, const uint8_t *id, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		out->hex[2 * i] = "0123456789abcdef"[id[i] >> 4];
		out->hex[2 * i + 1] = "0123456789abcdef"[id[i] & 15];
	}
	out->hex_len = 2 * n;
}

static size_t align_up(size_t n, size_t align)
{
	return (n + align - 1) & ~(align - 1);
}

static bool find_note(const struct layout *l, const uint8_t *p, size_t n,
		      size_t align, struct elfid *out)
{
	for (size_t at = 0; n - at >= 12;) {
		size_t namesz = (size_t)number(l, p + at, 4);
		size_t descsz = (size_t)number(l, p + at + 4, 4);
		size_t desc, next;

		if (namesz > n || descsz > n)
			return false;
		desc = align_up(at + 12 + namesz, align);
		next = align_up(desc + descsz, align);
		if (desc > n || descsz > n - desc)
			return false;
		if (number(l, p + at + 8, 4) == NT_GNU_BUILD_ID_ &&
		    namesz == 4 && memcmp(p + at + 12, "GNU", 4) == 0 &&
		    descsz && descsz <= ELFID_MAX) {
			set_id(out, p + desc, descsz);
			return true;
		}
		if (next > n)
			return false;
		at = next;
	}
	return false;
}

static bool in_segment(int fd, const struct layout *l, const uint8_t *phdr,
		       struct elfid *out)
{
	uint8_t notes[MAX_NOTES];
	uint64_t size = word(l, phdr + l->filesz_at);
	size_t align = word(l, phdr + l->align_at) == 8 ? 8 : 4;

	return number(l, phdr, 4) == PT_NOTE_ && size >= 12 &&
	       size <= sizeof(notes) &&
	       read_at(fd, notes, (size_t)size, word(l, phdr + l->offset_at)) &&
	       find_note(l, notes, (size_t)size, align, out);
}

bool elfid_read(int fd, struct elfid *out)
{
	uint8_t ehdr[64], phdrs[MAX_PHNUM * 56];
	struct layout l;
	struct stat st;
	size_t n;

	if (fstat(fd, &st) != 0 || st.st_size < 0 || !read_header(fd, ehdr, &l))
		return false;
	out->file_size = (uint64_t)st.st_size;
	n = (size_t)number(&l, ehdr + l.phnum_at, 2);
	if (!n || n > MAX_PHNUM ||
	    !read_at(fd, phdrs, n * l.phentsize, word(&l, ehdr + l.phoff_at)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (in_segment(fd, &l, phdrs + i * l.phentsize, out))
			return true;
	return false;
}
