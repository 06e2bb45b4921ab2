/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/plt.h"

static uint32_t le32(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

/* [endbr64] [bnd] jmp *disp32(%rip) */
static uint64_t x86_64(sv code, uint64_t addr)
{
	size_t at = 0;

	if (sv_starts(code, SV("\xf3\x0f\x1e\xfa")))
		at = 4;
	if (code.n > at && code.p[at] == '\xf2')
		at++;
	if (code.n < at + 6 || code.p[at] != '\xff' || code.p[at + 1] != '\x25')
		return 0;
	return addr + at + 6 + (uint64_t)(int32_t)le32(code.p + at + 2);
}

/* [bti c]; adrp x16, page; ldr x17, [x16, #offset] */
static uint64_t aarch64(sv code, uint64_t addr)
{
	uint64_t page;
	uint32_t adrp, ldr;
	size_t at = 0;

	if (code.n >= 4 && le32(code.p) == 0xd503245f)
		at = 4;
	if (code.n < at + 8)
		return 0;
	adrp = le32(code.p + at);
	ldr = le32(code.p + at + 4);
	if ((adrp & 0x9f00001f) != 0x90000010 ||
	    (ldr & 0xffc003ff) != 0xf9400211)
		return 0;
	/* 21 bits of pages: immhi (19) and immlo (2), with a sign. */
	page = (uint64_t)(adrp >> 5 & 0x7ffff) << 2 | (adrp >> 29 & 3);
	if (page & 1u << 20)
		page -= 1u << 21;
	return ((addr + at) & ~(uint64_t)4095) + (page << 12) +
	       ((ldr >> 10 & 4095) << 3);
}

uint64_t plt_got_word(enum plt_machine m, sv code, uint64_t addr)
{
	switch (m) {
	case PLT_X86_64:
		return x86_64(code, addr);
	case PLT_AARCH64:
		return aarch64(code, addr);
	case PLT_NONE:
		break;
	}
	return 0;
}
