/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfmod.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "elf/elfread.h"

enum {
	PAGE = 4096,
	MAX_ID = 2 * 256, /* hex digits */
	GO_ID_BYTES = 20,
	HTL_ID_BYTES = 16,
	HTL_BLOCK = 4096,
};

struct elfmod {
	struct symtab symbols;
	struct elfread_segment *segments;
	size_t n_segments;
	size_t bad_symbols;
	enum elfmod_id_kind id_kind;
	bool go, has_digest;
	uint8_t digest[KEYHASH_LEN];
	size_t id_len;
	char id[MAX_ID];
};

static void set_id(struct elfmod *m, enum elfmod_id_kind kind,
		   const char *prefix, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(prefix);

	memcpy(m->id, prefix, len);
	for (size_t i = 0; i < n && len + 2 <= MAX_ID; i++) {
		m->id[len++] = digits[p[i] >> 4];
		m->id[len++] = digits[p[i] & 15];
	}
	m->id_len = len;
	m->id_kind = kind;
}

static bool pread_all(int fd, uint8_t *p, size_t n, uint64_t pos)
{
	while (n) {
		ssize_t k = pread(fd, p, n, (off_t)pos);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
		pos += (uint64_t)k;
	}
	return true;
}

static void set_htl_id(struct elfmod *m, int fd, uint64_t size)
{
	uint8_t text[2 * HTL_BLOCK + 8], sum[SHA256_LEN];
	size_t n = (size_t)MIN(size, HTL_BLOCK);

	if (!pread_all(fd, text, n, 0) || !pread_all(fd, text + n, n, size - n))
		return;
	for (size_t i = 0; i < 8; i++)
		text[2 * n + i] = (uint8_t)(size >> (56 - 8 * i));
	if (sha256_once((sv){(char *)text, 2 * n + 8}, sum))
		set_id(m, ELFMOD_ID_HTL, "htl-", sum, HTL_ID_BYTES);
}

/* GNU wins over Go, wherever in the file they stand. */
static void identify(struct elfmod *m, int fd, const struct elfread *e)
{
	uint8_t sum[SHA256_LEN];

	m->go = e->go;
	if (e->gnu_id.n)
		set_id(m, ELFMOD_ID_GNU, "", (const uint8_t *)e->gnu_id.p,
		       e->gnu_id.n);
	else if (e->go_id.n && sha256_once(e->go_id, sum))
		set_id(m, ELFMOD_ID_GO, "go-", sum, GO_ID_BYTES);
	else
		set_htl_id(m, fd, e->size);
}

static const struct rt_err too_many_names = {
	.msg = "symbol names take too much memory"};

static struct elfmod *make(int fd, struct elfread *e, struct rt_err *err)
{
	struct elfmod *m = mem_zalloc(sizeof(*m));

	if (!symtab_build(&e->symbols, &m->symbols)) {
		*err = too_many_names;
		mem_free(m);
		return NULL;
	}
	m->segments =
		mem_dup(e->segments, e->n_segments * sizeof(*m->segments));
	m->n_segments = e->n_segments;
	m->bad_symbols = e->bad_symbols;
	m->has_digest = e->has_digest;
	memcpy(m->digest, e->digest, KEYHASH_LEN);
	identify(m, fd, e);
	return m;
}

struct elfmod *elfmod_open(int fd, const struct debugdirs *debug,
			   struct rt_err *err)
{
	struct elfmod *m = NULL;
	struct elfread e;

	if (elfread_file(fd, debug, &e, err))
		m = make(fd, &e, err);
	elfread_release(&e);
	return m;
}

struct elfmod *elfmod_open_all(int fd, const struct debugdirs *debug,
			       struct aliases *all, struct rt_err *err)
{
	struct elfmod *m = NULL;
	struct elfread e;

	*all = (struct aliases){0};
	if (elfread_file(fd, debug, &e, err)) {
		if (aliases_take(all, &e.symbols))
			m = make(fd, &e, err);
		else
			*err = too_many_names;
	}
	elfread_release(&e);
	if (!m)
		aliases_release(all);
	return m;
}

void elfmod_free(struct elfmod *m)
{
	if (!m)
		return;
	symtab_release(&m->symbols);
	mem_free(m->segments);
	mem_free(m);
}

sv elfmod_build_id(const struct elfmod *m)
{
	return (sv){m->id, m->id_len};
}

enum elfmod_id_kind elfmod_build_id_kind(const struct elfmod *m)
{
	return m->id_kind;
}

const char *elfmod_id_kind_name(enum elfmod_id_kind kind)
{
	switch (kind) {
	case ELFMOD_ID_NONE:
		break;
	case ELFMOD_ID_GNU:
		return "gnu";
	case ELFMOD_ID_GO:
		return "go";
	case ELFMOD_ID_HTL:
		return "htl";
	}
	return "";
}

bool elfmod_is_go(const struct elfmod *m)
{
	return m->go;
}

static bool covers(const struct elfread_segment *s, uint64_t offset,
		   bool whole_pages)
{
	uint64_t before = whole_pages ? s->offset % PAGE : 0;
	uint64_t end = s->offset + s->filesz;

	if (end < s->offset || !s->filesz)
		return false;
	if (whole_pages && end <= UINT64_MAX - PAGE)
		end = (end + PAGE - 1) / PAGE * PAGE;
	return offset >= s->offset - before && offset < end;
}

bool elfmod_vaddr(const struct elfmod *m, uint64_t file_offset, uint64_t *vaddr)
{
	/* A page at a border is mapped twice: its owner goes first. */
	static const struct {
		bool exec, whole_pages;
	} passes[] = {
		{true, false}, {true, true}, {false, false}, {false, true}};

	for (size_t i = 0; i < ARRAY_LEN(passes); i++) {
		for (size_t k = 0; k < m->n_segments; k++) {
			const struct elfread_segment *s = &m->segments[k];

			if (s->exec != passes[i].exec ||
			    !covers(s, file_offset, passes[i].whole_pages))
				continue;
			*vaddr = file_offset - s->offset + s->vaddr;
			return true;
		}
	}
	return false;
}

bool elfmod_file_offset(const struct elfmod *m, uint64_t vaddr,
			uint64_t *file_offset)
{
	for (size_t i = 0; i < m->n_segments; i++) {
		const struct elfread_segment *s = &m->segments[i];

		if (vaddr < s->vaddr || vaddr - s->vaddr >= s->filesz)
			continue;
		*file_offset = vaddr - s->vaddr + s->offset;
		return true;
	}
	return false;
}

static void to_elfsym(const struct symtab_hit *hit, uint64_t vaddr,
		      struct elfsym *out)
{
	*out = (struct elfsym){
		.name = hit->name,
		.start = hit->start,
		.size = hit->size,
		.offset = vaddr - hit->start,
		.index = hit->index,
		.approx = hit->approx,
	};
}

bool elfmod_lookup(const struct elfmod *m, uint64_t file_offset, bool is_caller,
		   struct elfsym *out)
{
	uint64_t back = is_caller ? 1 : 0, vaddr;
	struct symtab_hit hit;

	if (file_offset < back ||
	    !elfmod_vaddr(m, file_offset - back, &vaddr) ||
	    !symtab_find(&m->symbols, vaddr, &hit))
		return false;
	to_elfsym(&hit, vaddr + back, out);
	return true;
}

size_t elfmod_count(const struct elfmod *m)
{
	return m->symbols.n;
}

void elfmod_symbol(const struct elfmod *m, size_t i, struct elfsym *out)
{
	struct symtab_hit hit;

	symtab_get(&m->symbols, i, &hit);
	to_elfsym(&hit, hit.start, out);
}

bool elfmod_find(const struct elfmod *m, sv name, struct elfsym *out)
{
	for (size_t i = 0; i < m->symbols.n; i++) {
		elfmod_symbol(m, i, out);
		if (sv_eq(out->name, name))
			return true;
	}
	return false;
}

size_t elfmod_bad_symbols(const struct elfmod *m)
{
	return m->bad_symbols;
}

bool elfmod_is(const struct elfmod *m, const uint8_t digest[KEYHASH_LEN])
{
	return m->has_digest && !memcmp(m->digest, digest, KEYHASH_LEN);
}

bool elfmod_same(const struct elfmod *a, const struct elfmod *b)
{
	return b->has_digest && elfmod_is(a, b->digest);
}

bool elfmod_is_alias(const struct elfmod *m, uint64_t start, sv name)
{
	return symtab_is_alias(&m->symbols, start, name);
}

size_t elfmod_bytes(const struct elfmod *m)
{
	return sizeof(*m) + m->n_segments * sizeof(*m->segments) +
	       symtab_bytes(&m->symbols);
}
