/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/program.h"

#include <ctype.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"

#define MAX_NAME 64

struct named {
	sv name;
	const struct program *program;
};

struct programs {
	struct arena mem;
	struct table by_name;
	/* By first and last letter: lengths that names have, as bits. Most
	 * words are of no program and end here. */
	uint64_t lengths[32][32];
};

static const uint64_t *lengths_of(const struct programs *ps, sv name)
{
	return &ps->lengths[name.p[0] & 31][name.p[name.n - 1] & 31];
}

static bool named_eq(const void *entry, const void *key)
{
	const struct named *n = entry;

	return sv_eq(n->name, *(const sv *)key);
}

/* The next part of *list in front of `sep`. */
static bool next_part(const char **list, char sep, sv *part)
{
	size_t n;

	while (**list == sep)
		(*list)++;
	n = strcspn(*list, (char[]){sep, '\0'});
	*part = (sv){*list, n};
	*list += n;
	return n > 0;
}

/* "name:K": the last of : ? ~ - with at most a kind behind it. */
static struct program_opt parse_opt(sv part)
{
	struct program_opt o = {.arity = PROGRAM_REQUIRED};
	char c = part.p[part.n - 1];

	if (part.n >= 2 && isalpha((unsigned char)c) &&
	    strchr(":?~", part.p[part.n - 2])) {
		o.kind = (uint8_t)c;
		part.n--;
		c = part.p[part.n - 1];
	}
	if (c == '?')
		o.arity = PROGRAM_GLUED;
	else if (c == '~')
		o.arity = PROGRAM_OPTIONAL;
	else if (c == '-')
		o.arity = PROGRAM_NONE;
	part.n--;
	o.name = part;
	return o;
}

static const struct program_opt *parse_opts(struct arena *a, const char *list,
					    size_t *n)
{
	const char *at = list;
	struct program_opt *v;
	size_t count = 0;
	sv part;

	while (at && next_part(&at, ' ', &part))
		count++;
	*n = count;
	if (!count)
		return NULL;
	v = arena_alloc(a, count * sizeof(*v));
	at = list;
	for (size_t i = 0; next_part(&at, ' ', &part); i++)
		v[i] = parse_opt(part);
	return v;
}

static void add_names(struct programs *ps, const struct proglist_entry *e,
		      const struct program *p)
{
	char sep = strchr(e->names, ',') ? ',' : ' ';
	const char *at = e->names;
	struct named *n;
	sv part;

	/* An entry for one subcommand ends in a comma. */
	while (next_part(&at, sep, &part)) {
		n = arena_alloc(&ps->mem, sizeof(*n));
		*n = (struct named){part, p};
		table_add(&ps->by_name, hash64(part, 0), n);
		ps->lengths[part.p[0] & 31][part.p[part.n - 1] & 31] |=
			UINT64_C(1) << (part.n & 63);
	}
}

static void add_table(struct programs *ps, const struct proglist_entry *list,
		      size_t entries)
{
	for (size_t i = 0; i < entries; i++) {
		const struct proglist_entry *e = &list[i];
		struct program *p = arena_zalloc(&ps->mem, sizeof(*p));
		const struct program_opt *s;
		size_t n;

		s = parse_opts(&ps->mem, e->shorts, &n);
		for (size_t j = 0; j < n; j++)
			p->shorts[s[j].name.p[0] & 127] =
				(struct program_short){true, s[j].arity,
						       s[j].kind};
		p->longs = parse_opts(&ps->mem, e->longs, &p->nlongs);
		p->words = parse_opts(&ps->mem, e->words, &p->nwords);
		p->flags = e->flags;
		p->skip = e->skip;
		add_names(ps, e, p);
	}
}

struct programs *programs_new(void)
{
	struct programs *ps = mem_zalloc(sizeof(*ps));

	add_table(ps, proglist, proglist_n);
	add_table(ps, proglist_hosts, proglist_hosts_n);
	add_table(ps, proglist_tools, proglist_tools_n);
	return ps;
}

void programs_free(struct programs *ps)
{
	if (!ps)
		return;
	table_release(&ps->by_name);
	arena_release(&ps->mem);
	mem_free(ps);
}

size_t programs_count(const struct programs *ps)
{
	return ps->by_name.n;
}

/* mysql8.0, python3.11, "login -" of a login shell. */
static sv plain_name(sv name)
{
	if (name.n && name.p[0] == '-')
		name = sv_from(name, 1);
	if (sv_ends(name, SV(".exe")))
		name.n -= 4;
	return name;
}

static const struct program *find(const struct programs *ps, sv name)
{
	const struct named *n;

	if (!(*lengths_of(ps, name) >> (name.n & 63) & 1))
		return NULL;
	n = table_get(&ps->by_name, hash64(name, 0), named_eq, &name);
	return n ? n->program : NULL;
}

const struct program *programs_find(const struct programs *ps, sv path)
{
	sv name = plain_name(sv_basename(path));

	return name.n && name.n < MAX_NAME ? find(ps, name) : NULL;
}

const struct program *programs_find_sub(const struct programs *ps, sv path,
					sv sub)
{
	sv name = plain_name(sv_basename(path));
	char key[MAX_NAME];

	if (name.n + 1 + sub.n > sizeof(key) || !name.n || !sub.n)
		return NULL;
	memcpy(key, name.p, name.n);
	key[name.n] = ' ';
	memcpy(key + name.n + 1, sub.p, sub.n);
	return find(ps, (sv){key, name.n + 1 + sub.n});
}

const struct program_opt *program_long(const struct program *p, sv name)
{
	const struct program_opt *found = NULL;

	for (size_t i = 0; i < p->nlongs; i++) {
		const struct program_opt *o = &p->longs[i];

		if (sv_eq(o->name, name))
			return o;
		/* Of two that it may abbreviate, the secret one. */
		if (name.n >= 4 && sv_starts(o->name, name) &&
		    (!found || o->kind))
			found = o;
	}
	return found;
}

static bool word_eq(sv pattern, sv word)
{
	if (pattern.n && pattern.p[pattern.n - 1] == '*')
		return sv_starts(word, sv_first(pattern, pattern.n - 1));
	return sv_eq(pattern, word);
}

const struct program_opt *program_word(const struct program *p, sv word)
{
	for (size_t i = 0; i < p->nwords; i++)
		if (p->words[i].name.p[0] != '#' &&
		    word_eq(p->words[i].name, word))
			return &p->words[i];
	return NULL;
}

enum program_kind program_positional(const struct program *p, int n)
{
	for (size_t i = 0; i < p->nwords; i++) {
		sv w = p->words[i].name;

		if (w.n == 2 && w.p[0] == '#' &&
		    (w.p[1] == '*' || w.p[1] - '0' == n))
			return (enum program_kind)p->words[i].kind;
	}
	return PROGRAM_PLAIN;
}
