/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomindex.h - what software bills of materials say, in the form in which it
 * is asked for: the package of a path, the package of a file's contents, the
 * package of a purl. A path, a digest or an id is kept as its 64-bit hash
 * (sbomset.h), a package as its purl in an arena.
 *
 *	add documents: sbomindex_begin, ..., sbomindex_end or _cancel
 *	sbomindex_sort, then look up
 *
 * Two of a million paths share a hash with a probability of 1 in 30 million.
 * Who can make a collision on purpose writes the SBOM, and could as well say
 * plainly what he wants.
 */
#ifndef RT_SBOMINDEX_H
#define RT_SBOMINDEX_H

#include "base/base.h"

#define SBOMINDEX_MAX_PACKAGES ((uint32_t)500000)
#define SBOMINDEX_MAX_ENTRIES                                                  \
	((size_t)4000000) /* each of paths and digests                         \
			   */
#define SBOMINDEX_MAX_DOCUMENTS 1024

struct sbomindex;

struct sbomindex_stats {
	uint64_t documents, packages, paths, digests;
	uint64_t unnamed;	 /* components that have a place but no purl */
	uint64_t odd;		 /* purls that are none; kept as they are */
	uint64_t contradictions; /* paths and digests of several packages */
	uint64_t refused; /* beyond the bounds here, of sbomset.h, sbomjoin.h */
	size_t bytes;
};

struct sbomindex *sbomindex_new(void);
void sbomindex_free(struct sbomindex *ix);

/* Starts a document, bound to an image's digest or (empty) to all. */
bool sbomindex_begin(struct sbomindex *ix, sv image_digest);
/* What the document added stays, or goes. */
void sbomindex_end(struct sbomindex *ix);
void sbomindex_cancel(struct sbomindex *ix);

/* A package whose purl may come later; 0: refused, which all others take. */
uint32_t sbomindex_package(struct sbomindex *ix);
void sbomindex_purl(struct sbomindex *ix, uint32_t package, sv purl);

/*
 * The package has a file, or all below a directory. A path without a leading
 * slash is relative to a place that the document does not tell.
 */
void sbomindex_path(struct sbomindex *ix, uint32_t package, sv path,
		    bool directory);
/* Of a file's contents, in hexadecimal. */
void sbomindex_sha256(struct sbomindex *ix, uint32_t package, sv hex);

/*
 * Things with an id of their own, and who contains whom: joined at the
 * document's end, in whichever order they come.
 */
void sbomindex_id(struct sbomindex *ix, uint32_t package, sv id);
void sbomindex_file(struct sbomindex *ix, sv id, sv path);
void sbomindex_file_sha256(struct sbomindex *ix, sv id, sv hex);
void sbomindex_contains(struct sbomindex *ix, sv package_id, sv file_id);

/* After the last document. */
void sbomindex_sort(struct sbomindex *ix);

/* The purl; empty: not known, or several packages claim it (contradiction). */
sv sbomindex_find_path(const struct sbomindex *ix, sv image_digest, sv path,
		       bool *contradiction);
sv sbomindex_find_sha256(const struct sbomindex *ix, sv image_digest, sv hex,
			 bool *contradiction);
/* The document's own spelling of a package: qualifiers are not compared. */
sv sbomindex_find_purl(const struct sbomindex *ix, sv image_digest, sv purl);

void sbomindex_get_stats(const struct sbomindex *ix,
			 struct sbomindex_stats *out);

#endif
