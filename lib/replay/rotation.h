/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotation.h - names of dumps: which files of a directory are dumps, which of
 * them are one rotated set, and the order in it. A rotated file of X.log is
 *
 *	X-2026-03-01T11-49-27.966.log	the agent's own writer (lumberjack)
 *	X.log.20260301-114927		kubelet
 *	X.log.1, X.log-20260301		Docker, logrotate(8); .1 is the newest
 *
 * with .gz or .zst behind where it was compressed.
 */
#ifndef RT_ROTATION_H
#define RT_ROTATION_H

#include "base/base.h"

/* Views into the path. */
struct rotation_name {
	sv dir;	 /* with the last '/'; empty: none */
	sv stem; /* of the set */
	sv ext;	 /* ".log", or empty */
	sv mark; /* the time or number; empty: the current file */
	sv pack; /* ".gz", ".zst" or empty */
};

void rotation_parse(sv path, struct rotation_name *n);
/* By its extension and not hidden: what a directory is searched for. */
bool rotation_is_dump(const struct rotation_name *n);
bool rotation_same_set(const struct rotation_name *a,
		       const struct rotation_name *b);
/* The same but for the compression? */
bool rotation_same_file(const struct rotation_name *a,
			const struct rotation_name *b);
/* Sets by name; in a set the oldest first, the current file last. */
int rotation_cmp(const struct rotation_name *a, const struct rotation_name *b);

struct rotation_entry {
	char *path; /* owned */
	struct rotation_name name;
	size_t order; /* sets come in the order in which they were named */
	bool named;   /* itself or its directory, not just a file of its set */
};

struct rotation_list {
	struct rotation_entry *v;
	size_t n, cap;
};

/*
 * The files that the sources (files, directories, "-") stand for, in reading
 * order: a directory's dumps, a file's own name; with `siblings` also the
 * other files of the set of a named current file. Files that exist twice,
 * plain and compressed, are in it once, plain. A source that cannot be read
 * goes to on_error.
 */
typedef void rotation_error(void *arg, const char *source, int err);
void rotation_collect(struct rotation_list *l, const char *const *sources,
		      size_t n, bool siblings, rotation_error *on_error,
		      void *arg);
void rotation_release(struct rotation_list *l);

#endif
