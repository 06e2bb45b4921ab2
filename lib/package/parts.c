/* SPDX-License-Identifier: Apache-2.0 */
#include "package/parts.h"

#include "base/hash.h"

enum { MAX_PATH = 512 };

struct part {
	sv key, purl;
	bool used;
};

/* Open addressing, at most half full. */
struct parts {
	enum parts_kind kind;
	size_t cap, n;
	struct part slots[];
};

struct parts *parts_new(struct arena *a, enum parts_kind kind, size_t max)
{
	size_t cap = 4;
	struct parts *p;

	while (cap < 2 * (max + 1))
		cap *= 2;
	p = arena_zalloc(a, sizeof(*p) + cap * sizeof(p->slots[0]));
	p->kind = kind;
	p->cap = cap;
	return p;
}

static size_t slot_of(const struct parts *p, sv key)
{
	size_t i = hash64(key, 0) & (p->cap - 1);

	while (p->slots[i].used && !sv_eq(p->slots[i].key, key))
		i = (i + 1) & (p->cap - 1);
	return i;
}

/* NULL: no such part. A part can be there and have no purl. */
static const struct part *find(const struct parts *p, sv key)
{
	const struct part *at = &p->slots[slot_of(p, key)];

	return at->used ? at : NULL;
}

static sv purl_of(const struct part *part)
{
	return part ? part->purl : SV_NULL;
}

/* Crates have hyphens, symbols underscores. */
static sv with_underscores(struct arena *a, sv key)
{
	sv s = arena_dup(a, key);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '-')
			((char *)s.p)[i] = '_';
	return s;
}

void parts_add(struct parts *p, struct arena *a, sv key, sv purl)
{
	struct part *at;

	key = p->kind == PARTS_RUST ? with_underscores(a, key)
				    : arena_dup(a, key);
	at = &p->slots[slot_of(p, key)];
	if (at->used) {
		if (!sv_eq(at->purl, purl))
			at->purl = SV_NULL;
		return;
	}
	if (2 * (p->n + 1) > p->cap)
		return;
	*at = (struct part){key, arena_dup(a, purl), true};
	p->n++;
}

/* --- Go ------------------------------------------------------------------- */

/* Up to the first dot behind the last slash; type arguments do not count. */
static sv import_path(sv raw)
{
	size_t slash, dot;

	raw = sv_first(raw, sv_find(raw, '['));
	slash = sv_rfind(raw, '/');
	slash = slash == SIZE_MAX ? 0 : slash + 1;
	dot = sv_find(sv_from(raw, slash), '.');
	return dot == SIZE_MAX ? SV_NULL : sv_first(raw, slash + dot);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The linker writes a dot of the last element, and odd bytes, as %2e. */
static sv unescape(sv path, char room[MAX_PATH])
{
	size_t n = 0;

	if (sv_find(path, '%') == SIZE_MAX || path.n > MAX_PATH)
		return path;
	for (size_t i = 0; i < path.n; i++) {
		int hi = -1, lo = -1;

		if (path.p[i] == '%' && i + 2 < path.n) {
			hi = hex_digit(path.p[i + 1]);
			lo = hex_digit(path.p[i + 2]);
		}
		if (hi >= 0 && lo >= 0) {
			room[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			room[n++] = path.p[i];
		}
	}
	return (sv){room, n};
}

static sv find_go(const struct parts *p, sv raw)
{
	char room[MAX_PATH];
	sv path = unescape(import_path(raw), room), key = path;

	while (key.n) {
		const struct part *part = find(p, key);
		size_t slash = sv_rfind(key, '/');

		if (part)
			return part->purl;
		/* What is left is the first element. */
		if (slash == SIZE_MAX)
			break;
		key = sv_first(key, slash);
	}
	if (!key.n || sv_find(key, '.') != SIZE_MAX ||
	    sv_find(key, ':') != SIZE_MAX)
		return SV_NULL;
	return purl_of(find(p, SV_NULL));
}

/* --- Rust ----------------------------------------------------------------- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* What may stand before a path: `<&mut T as Trait>::f`. */
static sv skip_prefixes(sv s)
{
	static const sv words[] = {SV("mut "), SV("dyn "), SV("const "),
				   SV("for<'_> ")};
	bool more = true;

	while (more) {
		more = false;
		while (s.n && strchr("<&*([ ", s.p[0])) {
			s = sv_from(s, 1);
			more = true;
		}
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (sv_starts(s, words[i])) {
				s = sv_from(s, words[i].n);
				more = true;
			}
	}
	return s;
}

static sv find_rust(const struct parts *p, sv name)
{
	sv s = skip_prefixes(name);
	size_t n = 0;

	while (n < s.n && is_word(s.p[n]))
		n++;
	if (!n || !sv_starts(sv_from(s, n), SV("::")))
		return SV_NULL;
	return purl_of(find(p, sv_first(s, n)));
}

sv parts_find(const struct parts *p, sv raw, sv name)
{
	return p->kind == PARTS_GO ? find_go(p, raw) : find_rust(p, name);
}
