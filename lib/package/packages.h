/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packages.h - the package of a file, and how that is known.
 *
 * Sources with their confidence, the first that has something to say wins:
 *
 *	sbom		an SBOM, by path or contents (sbomindex.h)  0.99
 *	dpkg, apk, rpm	the package database of the file's root	  0.95
 *	note		.note.package in the file (pkgnote.h)	  0.9
 *	go, cargo	what a static program was made of (parts.h) 0.9
 *	python		a list of files in a folder of packages (pydist.h) 0.8
 *	node, gem, java	the folder, or the jar itself (langpath.h)  0.8
 *
 * Another source of the same purl type that names another version, or another
 * name, contradicts the one that wins: counted, warned of, and the confidence
 * is halved. Sources of different types do not: a program in a distribution's
 * package is a Go module as well.
 *
 * Indexes of roots and answers are kept, within PACKAGES_MAX_INDEX and
 * PACKAGES_MAX_ANSWERS bytes; what was unused for longest is forgotten,
 *counted, and found again when asked for. A database that changed is read
 *again: that is seen when a path comes for the first time, or after some
 *hundred answers. One struct packages belongs to one thread.
 */
#ifndef RT_PACKAGES_H
#define RT_PACKAGES_H

#include "base/base.h"
#include "package/parts.h"
#include "sbom/sbomindex.h"

#define PACKAGES_MAX_ROOTS 64
#define PACKAGES_MAX_INDEX (12 * MIB) /* but one index is always kept */
#define PACKAGES_MAX_ANSWERS (4 * MIB)

struct packages;

/* Empty and 0 where nothing is known. */
struct package {
	sv purl;
	const char *source;
	double confidence;	   /* in [0, 1] */
	bool contradicted;	   /* by another source */
	const struct parts *parts; /* or NULL: all of the file is of `purl` */
};

struct packages_stats {
	uint64_t contradictions; /* answers with sources that disagree */
	uint64_t indexed;	 /* roots read */
	uint64_t evicted;	 /* indexes and answers forgotten */
	uint64_t refused;	 /* files and packages over an index's bounds */
	size_t index_bytes;
};

/* sbom: sorted, borrowed; NULL: there is none. */
struct packages *packages_new(const struct sbomindex *sbom);
void packages_free(struct packages *p);

struct packages_file {
	int root;	/* -1: there is none, which leaves SBOMs to ask */
	uint64_t place; /* the root's identity: the same number, the same files
			 */
	sv image;	/* digest, may be empty: SBOMs are bound to it */
	sv path;	/* in the root */
};

/*
 * Never NULL. The answer lives until packages_serial changes, which only this
 * call can do. A package that an SBOM has as well, by its name and version, has
 * the SBOM's spelling.
 */
const struct package *packages_of(struct packages *p,
				  const struct packages_file *f);
uint64_t packages_serial(const struct packages *p);

/*
 * The purl of a function of the file. raw: its symbol in the file; name:
 * demangled. Empty where the file is made of parts and it is of none.
 */
sv packages_function(const struct package *pkg, sv raw, sv name);

void packages_get_stats(const struct packages *p, struct packages_stats *out);

#endif
