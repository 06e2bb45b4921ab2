/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's table in its four forms (made by hand: Debian has one Go only, whose
 * programs are in tests/stripped.bats), and stubs of AArch64, which no
 * compiler here links.
 */
#include <stdio.h>

#include "elf/pclntab.h"
#include "elf/plt.h"
#include "tap.h"

static sv read_file(const char *name)
{
	static char text[4096];
	FILE *f = fopen(name, "re");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	if (f)
		fclose(f);
	return (sv){text, n};
}

static void form(const char *go, int bits, bool big)
{
	char path[128];
	struct pclntab_func a, b;
	struct pclntab t;
	sv data;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/pclntab/go%s-%d%s", go,
		 bits, big ? "be" : "le");
	data = read_file(path);
	ok(pclntab_open(data, big, &t) && t.n == 2 && pclntab_func(&t, 0, &a) &&
		   pclntab_func(&t, 1, &b) && a.start == 0x401000 &&
		   a.end == 0x401040 && sv_eq(a.name, SV("main.a")) &&
		   b.start == 0x401040 && b.end == 0x401080 &&
		   sv_eq(b.name, SV("main.(*T).b[...]")),
	   "Go %s, %d bits%s", go, bits, big ? ", big endian" : "");
	ok(!pclntab_open(data, !big, &t), "not in the other byte order");
	for (size_t n = 0; n < data.n; n++)
		if (pclntab_open(sv_first(data, n), big, &t))
			for (size_t i = 0; i < t.n; i++)
				if (pclntab_func(&t, i, &a) &&
				    sv_end(a.name) >= data.p + n)
					ok(false, "cut at %zu", n);
}

/* Arm ARM, C6.2: ADRP, LDR (immediate), BTI. */
static void test_aarch64(void)
{
	/* adrp x16, +0x1f000; ldr x17, [x16, #0xf98]; br x17 */
	static const char stub[] =
		"\xf0\x00\x00\xf0\x11\xce\x47\xf9"
		"\x10\x62\x3e\x91\x20\x02\x1f\xd6";
	/* bti c; adrp x16, -0x1000 */
	static const char back[] =
		"\x5f\x24\x03\xd5\xf0\xff\xff\xf0"
		"\x11\x02\x40\xf9\x20\x02\x1f\xd6";

	ok(plt_got_word(PLT_AARCH64, (sv){stub, 16}, 0x680) == 0x1f000 + 0xf98,
	   "a stub of AArch64");
	ok(plt_got_word(PLT_AARCH64, (sv){back, 16}, 0x5678) == 0x4000,
	   "one with a landing pad, to a page before");
	ok(!plt_got_word(PLT_AARCH64, (sv){stub + 4, 12}, 0x680) &&
		   !plt_got_word(PLT_AARCH64, (sv){stub, 7}, 0x680) &&
		   !plt_got_word(PLT_X86_64, (sv){stub, 16}, 0x680),
	   "other code");
}

int main(void)
{
	static const char *const go[] = {"1.2", "1.16", "1.18", "1.20"};

	for (size_t i = 0; i < ARRAY_LEN(go); i++) {
		form(go[i], 64, false);
		form(go[i], 32, true);
	}
	test_aarch64();
	return tap_done();
}
