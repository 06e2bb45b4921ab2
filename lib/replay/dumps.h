/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dumps.h - the dumps that are being read, and how far: found again under
 * other names, compressed, copied and truncated. Memory grows with the number
 * of files only.
 */
#ifndef RT_DUMPS_H
#define RT_DUMPS_H

#include "replay/checkpoint.h"
#include "replay/fileid.h"
#include "replay/rotation.h"
#include "stream/recin.h"

struct dump {
	char *path; /* its present name, or its last */
	struct rotation_name name;
	size_t order;
	struct fileid id; /* ino 0: the file was truncated under its name */
	int fd;		  /* kept open while it may lose its name; or -1 */
	struct recin_place place;
	uint64_t size; /* of the file, when looked at last */
	int64_t mtime_ns;
	bool seen;	    /* has a name */
	int64_t missing_ms; /* since then; 0: not */
	bool was_read;	    /* to its end, as it was: */
	uint64_t read_size;
	int64_t read_mtime_ns, read_at_ms;
	bool unfinished; /* and there the last unit was not whole */
	bool ended;	 /* nothing more is read from it */
	bool complete;	 /* a run before read all that it ever was */
	bool skip;	 /* not asked for */
	bool copy;	 /* of a dump that is there as well */
};

struct dumps {
	struct dump *v; /* in reading order */
	size_t n, cap;
	bool begun; /* looked once, or taken up from a checkpoint */
};

void dumps_release(struct dumps *t);
/* From a checkpoint, whose paths are copied. */
void dumps_load(struct dumps *t, const struct checkpoint *c);
/*
 * Compares with what is there now. Pointers to dumps die. False: names changed
 * meanwhile, and some were left out.
 */
bool dumps_scan(struct dumps *t, const struct rotation_list *l, int64_t ms);
void dumps_remove(struct dumps *t, size_t i);

static inline bool dump_is_rotated(const struct dump *d)
{
	return d->name.mark.n || d->name.pack.n;
}

/* Looks at the file itself, where it is open. */
void dump_look(struct dump *d);
/*
 * The fingerprint of a file that has grown. A place must never be kept without
 * one: the file could not be found again once it is compressed.
 */
void dump_learn(struct dump *d);
bool dump_has_news(const struct dump *d);
void dump_close(struct dump *d);

#endif
