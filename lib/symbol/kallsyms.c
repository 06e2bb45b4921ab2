/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/kallsyms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"

enum { MAX_ID = 128, MAX_NOTES = 64 * 1024, NT_GNU_BUILD_ID = 3 };

struct entry {
	uint64_t addr;
	uint32_t size; /* to the next address; 0: not known */
	uint32_t name, name_len;
	uint32_t module, module_len;
	uint32_t same_name; /* next function of that name, or NONE */
	uint32_t last_same; /* of the first one: the last */
	uint32_t winner;    /* of those at this address */
	char type;
};

static const uint32_t NONE = UINT32_MAX;

struct kallsyms {
	struct buf text;
	struct entry *list; /* by address, then by the order of names */
	size_t n, cap, functions, bad_lines;
	struct table names; /* of the first function of a name */
	char build_id[MAX_ID];
	size_t build_id_len;
};

static sv name_of(const struct kallsyms *k, const struct entry *e)
{
	return (sv){k->text.p + e->name, e->name_len};
}

static sv module_of(const struct kallsyms *k, const struct entry *e)
{
	return (sv){k->text.p + e->module, e->module_len};
}

static bool is_function(const struct entry *e)
{
	return strchr("tTwW", e->type) != NULL;
}

/* --- reading ------------------------------------------------------------- */

static bool parse_addr(sv s, uint64_t *addr)
{
	*addr = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			*addr = *addr << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*addr = *addr << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return s.n && s.n <= 16;
}

/* "ffffffffc0a51000 t name\t[module]" */
static bool parse_line(const struct kallsyms *k, sv line, struct entry *e)
{
	size_t blank = sv_find(line, ' '), tab = sv_find(line, '\t');
	sv name = sv_first(line, tab), module;

	*e = (struct entry){.same_name = NONE};
	if (blank == SIZE_MAX || blank + 3 >= name.n ||
	    line.p[blank + 2] != ' ' ||
	    !parse_addr(sv_first(line, blank), &e->addr))
		return false;
	e->type = line.p[blank + 1];
	name = sv_from(name, blank + 3);
	if (!e->type || sv_find(name, ' ') != SIZE_MAX ||
	    utf8_valid_prefix(name) != name.n)
		return false;
	e->name = (uint32_t)(name.p - k->text.p);
	e->name_len = (uint32_t)name.n;
	if (tab == SIZE_MAX)
		return true;
	module = sv_from(line, tab + 1);
	if (module.n < 3 || module.p[0] != '[' || !sv_ends(module, SV("]")) ||
	    utf8_valid_prefix(module) != module.n)
		return false;
	e->module = (uint32_t)(module.p + 1 - k->text.p);
	e->module_len = (uint32_t)module.n - 2;
	return true;
}

static bool parse_lines(struct kallsyms *k)
{
	sv rest = buf_view(&k->text);

	while (rest.n) {
		size_t n = MIN(sv_find(rest, '\n'), rest.n);
		struct entry e;

		if (parse_line(k, sv_first(rest, n), &e)) {
			if (k->n == KALLSYMS_MAX_SYMBOLS)
				return false;
			if (k->n == k->cap) {
				k->cap = k->cap ? 2 * k->cap : 4096;
				k->list = mem_realloc(
					k->list, k->cap * sizeof(*k->list));
			}
			k->list[k->n++] = e;
		} else if (n) {
			k->bad_lines++;
		}
		rest = sv_from(rest, n + 1);
	}
	return true;
}

static size_t underscores(sv name)
{
	size_t n = 0;

	while (n < name.n && name.p[n] == '_')
		n++;
	return n;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Functions, global ones, fewer underscores, shorter, bytewise. */
static int compare(const void *x, const void *y, void *arg)
{
	const struct entry *a = x, *b = y;
	const struct kallsyms *k = arg;
	sv p = name_of(k, a), q = name_of(k, b);
	int c = order(a->addr, b->addr);

	if (!c)
		c = order(!is_function(a), !is_function(b));
	if (!c)
		c = order(a->type != 'T', b->type != 'T');
	if (!c)
		c = order(underscores(p), underscores(q));
	if (!c)
		c = order(p.n, q.n);
	return c ? c : sv_cmp(p, q);
}

/* Sizes and winners; the list is sorted. */
static void measure(struct kallsyms *k)
{
	uint64_t next = 0; /* the address above, 0: none */

	for (size_t end = k->n, i; end; end = i) {
		uint64_t addr = k->list[end - 1].addr;

		for (i = end; i && k->list[i - 1].addr == addr;)
			i--;
		for (size_t at = i; at < end; at++) {
			k->list[at].winner = (uint32_t)(addr ? i : at);
			k->list[at].size =
				(uint32_t)(addr ? MIN(next - addr,
						      (uint64_t)UINT32_MAX)
						: 0);
		}
		next = addr;
	}
}

struct key {
	const struct kallsyms *k;
	sv name;
};

static bool same_name(const void *entry, const void *arg)
{
	const struct key *key = arg;

	return sv_eq(name_of(key->k, entry), key->name);
}

static void index_names(struct kallsyms *k)
{
	for (size_t i = 0; i < k->n; i++) {
		struct entry *e = &k->list[i], *first;
		struct key key = {k, name_of(k, e)};
		uint64_t h = hash64(key.name, 0);

		if (!is_function(e))
			continue;
		k->functions++;
		first = table_get(&k->names, h, same_name, &key);
		if (first)
			k->list[first->last_same].same_name = (uint32_t)i;
		else
			table_add(&k->names, h, first = e);
		first->last_same = (uint32_t)i;
	}
}

static struct kallsyms *build(struct kallsyms *k, struct rt_err *err)
{
	if (!parse_lines(k))
		*err = (struct rt_err){.msg = "too many symbols"};
	else if (!k->n)
		*err = (struct rt_err){.msg = "no line is a kernel symbol"};
	else {
		qsort_r(k->list, k->n, sizeof(*k->list), compare, k);
		measure(k);
		index_names(k);
		return k;
	}
	kallsyms_free(k);
	return NULL;
}

struct kallsyms *kallsyms_parse(sv text, struct rt_err *err)
{
	struct kallsyms *k;

	if (text.n > KALLSYMS_MAX_FILE) {
		*err = (struct rt_err){.msg = "file is too large"};
		return NULL;
	}
	k = mem_zalloc(sizeof(*k));
	buf_sv(&k->text, text);
	return build(k, err);
}

/* At most max bytes; the size of a file in /proc is not known before. */
static bool read_file(const char *path, size_t max, struct buf *out,
		      struct rt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && out->n <= max) {
		n = read(fd, buf_reserve(out, 256 * KIB), 256 * KIB);
		if (n > 0)
			out->n += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	*err = (struct rt_err){.msg = n < 0 ? "cannot be read"
					    : "file is too large",
			       .sys_errno = n < 0 ? errno : 0};
	if (fd >= 0)
		close(fd);
	return n == 0 && out->n <= max;
}

struct kallsyms *kallsyms_open(const char *path, struct rt_err *err)
{
	struct kallsyms *k = mem_zalloc(sizeof(*k));

	if (read_file(path, KALLSYMS_MAX_FILE, &k->text, err))
		return build(k, err);
	kallsyms_free(k);
	return NULL;
}

void kallsyms_free(struct kallsyms *k)
{
	if (!k)
		return;
	buf_release(&k->text);
	mem_free(k->list);
	table_release(&k->names);
	mem_free(k);
}

/* --- look-up ------------------------------------------------------------- */

bool kallsyms_find(const struct kallsyms *k, sv name, uint64_t offset,
		   bool is_caller, struct kallsyms_hit *hit)
{
	struct key key = {k, name};
	const struct entry *first =
		table_get(&k->names, hash64(name, 0), same_name, &key);
	const struct entry *e = first, *found = first;
	bool fits = false, one = true;

	if (!first)
		return false;
	if (is_caller && offset)
		offset--;
	for (;; e = &k->list[e->same_name]) {
		bool fit = offset < e->size;

		if (fit > fits) {
			found = e;
			one = true;
		}
		fits |= fit;
		if (fit == fits)
			one &= sv_eq(module_of(k, e), module_of(k, found));
		if (e->same_name == NONE)
			break;
	}
	*hit = (struct kallsyms_hit){
		.name = one ? name_of(k, &k->list[found->winner]) : name,
		.module = one ? module_of(k, found) : SV_NULL,
		.verified = fits,
		.ambiguous = !one,
	};
	return true;
}

size_t kallsyms_count(const struct kallsyms *k)
{
	return k->functions;
}

size_t kallsyms_bad_lines(const struct kallsyms *k)
{
	return k->bad_lines;
}

/* --- build-id ------------------------------------------------------------ */

bool kallsyms_set_build_id(struct kallsyms *k, sv hex)
{
	if (!hex.n || hex.n > MAX_ID || hex.n % 2)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (!memchr("0123456789abcdef", hex.p[i], 16))
			return false;
	memcpy(k->build_id, hex.p, hex.n);
	k->build_id_len = hex.n;
	return true;
}

static uint32_t word(sv s, size_t at)
{
	uint32_t v;

	memcpy(&v, s.p + at, sizeof(v));
	return v;
}

static bool take_note(struct kallsyms *k, sv desc)
{
	static const char digits[] = "0123456789abcdef";
	char hex[MAX_ID];

	if (desc.n > MAX_ID / 2)
		return false;
	for (size_t i = 0; i < desc.n; i++) {
		hex[2 * i] = digits[(uint8_t)desc.p[i] >> 4];
		hex[2 * i + 1] = digits[(uint8_t)desc.p[i] & 15];
	}
	return kallsyms_set_build_id(k, (sv){hex, 2 * desc.n});
}

bool kallsyms_read_notes(struct kallsyms *k, const char *path)
{
	struct buf notes = {0};
	struct rt_err err;
	bool found = false;
	sv s;

	if (!read_file(path, MAX_NOTES, &notes, &err))
		notes.n = 0;
	for (s = buf_view(&notes); s.n >= 12 && !found;) {
		size_t name = word(s, 0), desc = word(s, 4);
		size_t at = 12 + (name + 3) / 4 * 4;

		if (at > s.n || desc > s.n - at)
			break;
		if (word(s, 8) == NT_GNU_BUILD_ID && name == 4 &&
		    !memcmp(s.p + 12, "GNU", 4))
			found = take_note(k, (sv){s.p + at, desc});
		s = sv_from(s, at + (desc + 3) / 4 * 4);
	}
	buf_release(&notes);
	return found;
}

sv kallsyms_build_id(const struct kallsyms *k)
{
	return (sv){k->build_id, k->build_id_len};
}
