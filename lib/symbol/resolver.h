/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver.h - from (process, module path, file offset) as the agent reports
 * them to a named function, with everything opened and demangled kept for the
 * next frame.
 *
 *	resolver_enter(r, &scope);
 *	m = resolver_module(r, path);
 *	resolver_frame(r, m, file_offset, is_caller, &f);
 *	if (f.found)
 *		resolver_function_id(&id, &f, 0);
 *
 * A path means a file under one root, the first of these that there is: the
 * image whose digest the event names (images), the root of the running
 * process (proc), the sysroot. Without any, module kinds are all a resolver
 * knows: the host's file of the same path is another file. A deleted file is
 * not looked for either: what has its path now replaced it.
 *
 * Where the stream told a build-id for the path (resolver_loaded), a file that
 * has another is refused, and where there is no file the id still stands.
 *
 * A file is parsed once whatever paths lead to it (modfile.h). What is kept is
 * bounded in bytes; the paths unused for longest are forgotten first, a file
 * with its last path. A warm frame allocates nothing. One resolver belongs to
 * one thread.
 */
#ifndef RT_RESOLVER_H
#define RT_RESOLVER_H

#include "base/base.h"
#include "base/buf.h"
#include "elf/debugdirs.h"
#include "root/images.h"
#include "names/jitname.h"
#include "symbol/kallsyms.h"
#include "elf/lines.h"
#include "symbol/module.h"
#include "symbol/perfmaps.h"
#include "root/procroot.h"

struct resolver;

struct resolver_opts {
	const char *sysroot; /* NULL: none */
	size_t max_bytes;    /* of all modules; 0: 16 MiB */
	/* Borrowed, outlive the resolver; NULL: none. */
	struct images *images;
	struct procroot *proc;
	const struct debugdirs *debug; /* where stripped symbols are */
	struct kallsyms *kernel; /* for kernel frames, which are not ours */
	size_t max_jit;		 /* bytes of perf maps; 0: none is read */
	size_t max_facts;	 /* of resolver_loaded; 0: loaded.h's default */
	bool lines;		 /* resolver_lines has answers */
	bool inlines;		 /* with the inlined functions */
	size_t max_dwarf;	 /* bytes of DWARF in memory; 0: 256 MiB */
};

/* Whose frames come next. Views live until the next resolver_enter. */
struct resolver_scope {
	sv exec_id;
	sv container_id; /* empty outside of containers */
	sv node;
	sv image_digest;
	uint32_t pid;
	uint32_t ns_pid;  /* as the process sees itself; 0: not known */
	int64_t start_ns; /* of the process, since 1970; 0: not known */
};

/* What the resolver's user keeps beside a module. */
struct resolver_tag {
	const void *p;
	uint64_t serial;
};

struct resolver_module {
	sv path; /* inside the container's root, or the pseudo name */
	enum module_kind kind;
	bool opened; /* an ELF file was read */
	/* Of the file, or, unless opened, as the stream told; may be empty. */
	sv build_id;
	const char *build_id_kind; /* "gnu", "go", "htl", "" */
	bool refused; /* a file was there, with refused_id instead */
	sv refused_id;
	/* Why a file was not opened: a constant, NULL where none was tried. */
	const char *problem;
	int problem_errno;
	struct resolver_entry *entry; /* private */
	/* One for each path of a place, all zero at first; never NULL. */
	struct resolver_tag *tag;
};

struct resolver_frame {
	bool found;
	bool approx;	  /* the symbol has no size: nearest below */
	sv symbol;	  /* demangled, with parameters */
	sv function_name; /* see demangle.h */
	sv raw_symbol;	  /* as in the symbol table, without version */
	uint64_t start;	  /* of the function, a virtual address */
	uint64_t pc;	  /* of the instruction: of a caller, of its call */
	uint64_t offset;  /* of the pc from the function's start */
	sv build_id;	  /* also where nothing was found */
	const char *build_id_kind;
};

struct resolver_stats {
	uint64_t loads;	    /* files read, or tried */
	uint64_t shared;    /* files opened again and recognised */
	uint64_t evictions; /* paths forgotten for the budget */
	uint64_t refused;   /* look-ups of files with another build-id */
	uint64_t facts, facts_evicted; /* of resolver_loaded */
	struct perfmaps_stats jit;
	struct lines_stats lines;
	size_t modules; /* paths known */
	size_t bytes;
};

/* NULL with err: the sysroot cannot be opened. */
struct resolver *resolver_new(const struct resolver_opts *opts,
			      struct rt_err *err);
void resolver_free(struct resolver *r);

/* Until the first call the process is one that nothing is known of. */
void resolver_enter(struct resolver *r, const struct resolver_scope *scope);

/*
 * Where paths mean files now: a descriptor that stays the resolver's and lives
 * until the next resolver_enter, or -1. *id: the same id, the same files.
 */
int resolver_place(const struct resolver *r, uint64_t *id);

/* A process of that scope mapped the file; build_id in bytes. */
void resolver_loaded(struct resolver *r, const struct resolver_scope *scope,
		     sv path, sv build_id);

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
void resolver_named(struct resolver *r, const struct resolver_module *m, sv raw,
		    struct resolver_frame *out);

/*
 * The source behind a frame that was just found in the module; NULL: nothing
 * is known, or resolver_opts.lines was not set.
 */
const struct lines *resolver_lines(struct resolver *r,
				   const struct resolver_module *m,
				   const struct resolver_frame *f);

/*
 * Is it another raw name of the function that was found there? Versions
 * (`@V`) do not count.
 */
bool resolver_is_alias(const struct resolver_module *m,
		       const struct resolver_frame *f, sv raw);

/*
 * Code made at run time, by the process's perf map: the module is memory
 * without a file, the address one of the run. False: not known. Views live
 * until the next call; *offset is from the function's start.
 */
bool resolver_jit(struct resolver *r, const struct resolver_module *m,
		  uint64_t address, bool is_caller, struct jitname *out,
		  uint64_t *offset);

/*
 * Appends `<build-id>:<function_name>+0x<offset>`; offset 0 names the function
 * itself. False, and nothing appended, for a frame without either name.
 */
bool resolver_function_id(struct buf *out, const struct resolver_frame *f,
			  uint64_t offset);

void resolver_get_stats(const struct resolver *r, struct resolver_stats *out);

#endif
