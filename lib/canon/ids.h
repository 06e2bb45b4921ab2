/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids.h - every function id of ELF files (`rt-canon ids FILE...`): what a
 * static analyser has to print to agree with the frames, by the code that
 * makes the frames. The denominator of "how much of it ran".
 *
 * As JSON, one object a function, in the order of addresses:
 *
 *	{"kind":"function","module":"FILE","build_id":"...",
 *	 "build_id_kind":"gnu","function_id":"<build-id>:f+0x0",
 *	 "function_name":"f","symbol":"f(int)","raw_symbol":"_Z1fi",
 *	 "module_offset":"4416","size":"23","approx":true,
 *	 "aliases":["g"]}
 *
 * Names are those of a frame (proto/rt/v1/frame.proto), 64-bit numbers are
 * strings. module_offset is where the function starts in the file; it lacks
 * where no segment holds the symbol. approx, where it is true: the symbol has
 * no size, the one given is up to what follows. aliases: the raw names that
 * lost at that address, bytewise; absent where there are none.
 */
#ifndef RT_IDS_H
#define RT_IDS_H

#include "base/base.h"
#include "pipe/tool.h"
#include "elf/debugdirs.h"

/* --output's choices for ids. */
enum ids_form { IDS_JSON, IDS_TABLE };

/*
 * All files to stdout, with the symbols that `debug` has for them; the exit
 * code (tool_end was called). A file that cannot be opened or read is said and
 * makes it 3, one that is no ELF file 1; the others are listed nevertheless.
 */
int ids_run(char *const *files, size_t n, enum ids_form form,
	    const struct debugdirs *debug);

#endif
