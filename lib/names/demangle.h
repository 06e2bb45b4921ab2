/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demangle.h - from a symbol table's name to the two names people read
 * (libiberty: C++, Rust legacy and v0, D).
 *
 *	raw		_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE.llvm.1
 *	symbol		core::fmt::Write::write_fmt
 *
 *	raw		_ZNK3FooB5cxx11cvT_IiEEv.constprop.0
 *	symbol		Foo[abi:cxx11]::operator int<int>() const
 *	function_name	Foo::operator int<int>
 *
 * symbol: what `nm -C` prints for the name without version and clone suffix,
 * and without Rust's hash and crate disambiguators. function_name: the same
 * without parameters, qualifiers, return type and ABI tags; template
 * arguments stay, and so do the parameters of a function that encloses a local
 * one (they name the scope): `f(int)::{lambda()#1}::operator()`.
 *
 * Names come from files that an attacker may have written. Output and depth
 * are bounded, and names that make a demangler run exponentially are not
 * tried: the raw name stands. Both results are valid UTF-8.
 */
#ifndef RT_DEMANGLE_H
#define RT_DEMANGLE_H

#include "base/base.h"
#include "base/buf.h"

#define DEMANGLE_MAX_IN (4 * KIB) /* longer: not tried; 1 MiB of stack */
#define DEMANGLE_MAX_OUT (16 * KIB)

enum demangle_lang {
	DEMANGLE_NONE, /* the raw name stands, less version and suffix */
	DEMANGLE_CXX,
	DEMANGLE_RUST,
	DEMANGLE_D,
};

/*
 * Appends the names to the caller's buffers. `go`: the symbol comes from a Go
 * file, where names have dots of their own. Allocates only for D and for C++
 * names with pack expansions.
 */
enum demangle_lang demangle_symbol(sv raw, bool go, struct buf *symbol,
				   struct buf *function_name);

#endif
