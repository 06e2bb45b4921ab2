/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver.h - from (module path, file offset) as the agent reports them to a
 * named function, with everything opened and demangled kept for the next
 * frame.
 *
 *	m = resolver_module(r, path);
 *	resolver_frame(r, m, file_offset, is_caller, &f);
 *	if (f.found)
 *		resolver_function_id(&id, &f, 0);
 *
 * Files are looked for under the sysroot only. Without one, module kinds are
 * all a resolver knows: the host's file of the same path is another file.
 * A deleted file is not looked for either: what has its path now replaced it.
 *
 * A warm frame allocates nothing. One resolver belongs to one thread.
 */
#ifndef RT_RESOLVER_H
#define RT_RESOLVER_H

#include "base/base.h"
#include "base/buf.h"
#include "symbol/module.h"

struct resolver;

struct resolver_opts {
	const char *sysroot; /* NULL: none */
	size_t max_bytes;    /* of all modules; 0: 16 MiB */
};

struct resolver_module {
	sv path; /* inside the container's root, or the pseudo name */
	enum module_kind kind;
	bool opened; /* an ELF file was read */
	sv build_id; /* see elfmod_build_id; empty if not opened */
	const char *build_id_kind; /* "gnu", "go", "htl", "" */
	/* Why a file was not opened: a constant, NULL where none was tried. */
	const char *problem;
	int problem_errno;
};

struct resolver_frame {
	bool found;
	bool approx;	  /* the symbol has no size: nearest below */
	sv symbol;	  /* demangled, with parameters */
	sv function_name; /* see demangle.h */
	sv raw_symbol;	  /* as in the symbol table, without version */
	uint64_t offset;  /* of the pc from the function's start */
	sv build_id;	  /* also where nothing was found */
	const char *build_id_kind;
};

struct resolver_stats {
	uint64_t loads;	    /* modules read or tried */
	uint64_t evictions; /* thrown out for the budget */
	size_t modules, bytes;
};

/* NULL with err: the sysroot cannot be opened. */
struct resolver *resolver_new(const struct resolver_opts *opts,
			      struct rt_err *err);
void resolver_free(struct resolver *r);

/*
 * The module of an agent's path; never NULL, a failure is remembered like a
 * success. It, and all views of frames, live until the next call; the module
 * asked for last is never thrown out, however large.
 */
const struct resolver_module *resolver_module(struct resolver *r, sv path);

/*
 * Fills *out; not found leaves the names empty. is_caller: file_offset is a
 * return address (every frame but the innermost), see elfmod_lookup.
 */
void resolver_frame(struct resolver *r, const struct resolver_module *m,
		    uint64_t file_offset, bool is_caller,
		    struct resolver_frame *out);

/*
 * The same for the start of the function with that raw name (a probe is
 * attached by name). Names that lost to an alias at their address are not
 * found. Remembered, like everything else.
 */
void resolver_named(struct resolver *r, const struct resolver_module *m,
		    sv raw, struct resolver_frame *out);

/*
 * Appends `<build-id>:<function_name>+0x<offset>`; offset 0 names the function
 * itself. False, and nothing appended, for a frame without either name.
 */
bool resolver_function_id(struct buf *out, const struct resolver_frame *f,
			  uint64_t offset);

void resolver_get_stats(const struct resolver *r, struct resolver_stats *out);

#endif
