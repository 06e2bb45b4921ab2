/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - the packages that one static file was made of, and which of them a
 * function is of.
 *
 * Go: a function's name begins with its import path, whose longest prefix that
 * is a module's path says which one it is; `main` is the main module, and what
 * has no dot in its first element the standard library.
 * Rust: the first path of a function's demangled name begins with its crate.
 */
#ifndef RT_PARTS_H
#define RT_PARTS_H

#include "base/arena.h"
#include "base/base.h"

enum parts_kind { PARTS_GO, PARTS_RUST };

struct parts;

/* Room for that many; everything is in the arena. */
struct parts *parts_new(struct arena *a, enum parts_kind kind, size_t max);

/*
 * Adds a module or crate. key and purl are copied; an empty key is Go's
 * standard library. A second purl for one crate leaves it with neither: nobody
 * can tell the two apart by a name.
 */
void parts_add(struct parts *p, struct arena *a, sv key, sv purl);

/*
 * The purl of the function's part, empty where it is of none. raw: the
 * symbol's name in the file; name: demangled.
 */
sv parts_find(const struct parts *p, sv raw, sv name);

#endif
