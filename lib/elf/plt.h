/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plt.h - stubs of the procedure linkage table. No symbol names them; each
 * jumps through a word of the GOT that a relocation fills, and that names the
 * function: `puts@plt`, as objdump and gdb have it. x86-64 and AArch64 (their
 * psABIs, "Procedure Linkage Table"), with and without indirect branch
 * tracking, whatever the section is called.
 */
#ifndef RT_PLT_H
#define RT_PLT_H

#include "base/base.h"

#define PLT_STUB 16 /* bytes */

enum plt_machine { PLT_NONE, PLT_X86_64, PLT_AARCH64 };

/*
 * The word of the GOT that the stub at the start of `code`, which is at
 * virtual address `addr`, jumps through; 0: it is no stub.
 */
uint64_t plt_got_word(enum plt_machine m, sv code, uint64_t addr);

#endif
