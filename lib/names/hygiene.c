/* SPDX-License-Identifier: Apache-2.0 */
#include "names/hygiene.h"

#include "base/utf8.h"

enum tail {
	TAIL_NONE = 1, /* .cold */
	TAIL_DEC = 2,  /* .part.0 */
	TAIL_HEX = 4,  /* .llvm.9D1C9369 */
};

/*
 * Sources: GCC's clone_function_name and target_clones, LLVM's promoted and
 * split names; the OpenTelemetry profiler's list is a part of it.
 */
static const struct suffix {
	sv word;
	unsigned int tails;
	bool prefix; /* the word may go on: avx512f, arch_haswell */
} suffixes[] = {
	{SV("cold"), TAIL_NONE | TAIL_DEC, false},
	{SV("part"), TAIL_DEC, false},
	{SV("isra"), TAIL_DEC, false},
	{SV("constprop"), TAIL_DEC, false},
	{SV("clone"), TAIL_DEC, false},
	{SV("llvm"), TAIL_DEC | TAIL_HEX, false},
	{SV("lto_priv"), TAIL_DEC, false},
	{SV("localalias"), TAIL_NONE | TAIL_DEC, false},
	{SV("__uniq"), TAIL_DEC, false},
	{SV("resolver"), TAIL_NONE, false},
	{SV("ifunc"), TAIL_NONE, false},
	{SV("kcfi"), TAIL_NONE, false},
	{SV("_omp_fn"), TAIL_DEC, false},
	{SV("_omp_cpyfn"), TAIL_DEC, false},
	{SV("default"), TAIL_NONE | TAIL_DEC, false},
	{SV("arch_x86_64_v"), TAIL_NONE | TAIL_DEC, true},
	{SV("arch_"), TAIL_DEC, true},
	{SV("avx"), TAIL_DEC, true},
	{SV("sse"), TAIL_DEC, true},
	{SV("ssse3"), TAIL_DEC, false},
	{SV("fma"), TAIL_DEC, true},
	{SV("bmi"), TAIL_DEC, true},
	{SV("popcnt"), TAIL_DEC, false},
};

static bool version_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '-';
}

sv hygiene_cut_version(sv name)
{
	size_t at = sv_find(name, '@');
	sv version;

	if (at == SIZE_MAX || at == 0)
		return name;
	version = sv_from(name, at + 1);
	if (version.n && version.p[0] == '@')
		version = sv_from(version, 1);
	if (!version.n || sv_eq(version, SV("plt")))
		return name;
	for (size_t i = 0; i < version.n; i++)
		if (!version_char(version.p[i]))
			return name;
	return sv_first(name, at);
}

/* What kind of tail the word is, TAIL_NONE for no number at all. */
static unsigned int tail_kind(sv word)
{
	unsigned int kind = TAIL_DEC | TAIL_HEX;

	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (c >= 'A' && c <= 'F')
			kind &= TAIL_HEX;
		else if (c < '0' || c > '9')
			return TAIL_NONE;
	}
	return word.n ? kind : TAIL_NONE;
}

static bool listed(sv word, unsigned int tail)
{
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		const struct suffix *s = &suffixes[i];

		if ((s->tails & tail) && (s->prefix ? sv_starts(word, s->word)
						    : sv_eq(word, s->word)))
			return true;
	}
	return false;
}

static bool is_mangled(sv name)
{
	return sv_starts(name, SV("_Z")) || sv_starts(name, SV("_R"));
}

/* Names that no C, C++ or Rust compiler makes. */
static bool looks_go(sv name)
{
	if (!name.n || is_mangled(name))
		return false;
	return sv_find(name, '/') != SIZE_MAX || sv_starts(name, SV("go:")) ||
	       sv_starts(name, SV("type:")) ||
	       memmem(name.p, name.n, "(*", 2) ||
	       memmem(name.p, name.n, "\xc2\xb7", 2);
}

/* One suffix less, or the name itself. */
static sv cut_one(sv name)
{
	size_t dot = sv_rfind(name, '.');
	unsigned int tail;
	sv stem, word;

	if (sv_ends(name, SV("$local")) && name.n > 6)
		return sv_first(name, name.n - 6);
	if (dot == SIZE_MAX || dot == 0)
		return name;
	stem = sv_first(name, dot);
	word = sv_from(name, dot + 1);
	tail = tail_kind(word);
	if (tail != TAIL_NONE) {
		dot = sv_rfind(stem, '.');
		if (dot == SIZE_MAX || dot == 0)
			return name;
		word = sv_from(stem, dot + 1);
		stem = sv_first(stem, dot);
	}
	return listed(word, tail) ? stem : name;
}

/* The calling convention, which Go's linker puts behind assembly functions. */
static sv cut_abi(sv name)
{
	static const sv abis[] = {SV(".abi0"), SV(".abiinternal")};

	for (size_t i = 0; i < ARRAY_LEN(abis); i++)
		if (sv_ends(name, abis[i]) && name.n > abis[i].n)
			return sv_first(name, name.n - abis[i].n);
	return name;
}

void hygiene_go_short(struct buf *out, sv name)
{
	size_t depth = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '[' && !depth++)
			buf_str(out, "[...");
		depth -= c == ']' && depth;
		if (!depth)
			buf_ch(out, c);
	}
}

sv hygiene_cut_clone(sv name, bool go)
{
	if (go && !is_mangled(name))
		return cut_abi(name);
	if (looks_go(name))
		return name;
	for (;;) {
		sv less = cut_one(name);

		if (less.n == name.n)
			return name;
		name = less;
	}
}

void hygiene_utf8(struct buf *out, sv s)
{
	while (s.n) {
		size_t n = utf8_valid_prefix(s);

		buf_add(out, s.p, n);
		s = sv_from(s, n);
		if (s.n) {
			buf_add(out, "\xef\xbf\xbd", 3);
			s = sv_from(s, 1);
		}
	}
}

sv hygiene_first(sv s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return sv_first(s, n);
}
