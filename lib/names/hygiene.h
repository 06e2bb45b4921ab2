/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hygiene.h - what a linker or an optimiser hung onto a symbol's name. Cut
 * before demangling: demanglers choke on `@VERSION` and print clone suffixes
 * as "[clone .part.0]". Clone suffixes are cut by a list, never at any dot:
 * dots are part of Go's names.
 */
#ifndef RT_HYGIENE_H
#define RT_HYGIENE_H

#include "base/base.h"
#include "base/buf.h"

/* `memcpy@@GLIBC_2.14` -> `memcpy`; `foo@plt` is no version and stays. */
sv hygiene_cut_version(sv name);

/*
 * `f.constprop.0.cold` -> `f`. With `go` (the name comes from a Go file) and
 * for names that only Go makes, nothing is cut but `.abi0`: `main.cold` is a
 * function called cold there.
 */
sv hygiene_cut_clone(sv name, bool go);

/*
 * Appends a Go name as the tables of a stripped file have it: what stands in
 * outer brackets (type arguments, lengths of arrays) becomes "...".
 */
void hygiene_go_short(struct buf *out, sv name);

/* Appends s with each byte that is not UTF-8 replaced by U+FFFD. */
void hygiene_utf8(struct buf *out, sv s);

/* At most n bytes of s, not ending inside a character. */
sv hygiene_first(sv s, size_t n);

#endif
