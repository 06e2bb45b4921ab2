/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sbomjoin.h - documents that give packages and files ids, and elsewhere say
 * which package contains which file: kept as hashes until all of a document
 * was read, in whichever order it says so.
 */
#ifndef RT_SBOMJOIN_H
#define RT_SBOMJOIN_H

#include "base/base.h"

#define SBOMJOIN_MAX ((size_t)4000000) /* of each kind of row */

struct sbomjoin_rows {
	struct sbomjoin_row {
		uint64_t id, value;
	} * row;
	size_t n, cap;
};

struct sbomjoin {
	struct sbomjoin_rows packages, files, contains;
	uint64_t refused;
};

void sbomjoin_release(struct sbomjoin *j);

void sbomjoin_package(struct sbomjoin *j, sv id, uint32_t number);
/* The hash of a file's path, or of its contents. */
void sbomjoin_file(struct sbomjoin *j, sv id, uint64_t hash, bool contents);
void sbomjoin_contains(struct sbomjoin *j, sv package_id, sv file_id);

typedef void sbomjoin_fn(void *ctx, uint32_t number, uint64_t hash,
			 bool contents);

/* Gives each package each hash of each file that it contains. */
void sbomjoin_run(struct sbomjoin *j, sbomjoin_fn *each, void *ctx);

#endif
