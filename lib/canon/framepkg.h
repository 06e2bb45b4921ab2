/* SPDX-License-Identifier: Apache-2.0 */
/*
 * framepkg.h - the package of a frame: of its module's file in the place where
 * the resolver finds it, or of the function in it.
 */
#ifndef RT_FRAMEPKG_H
#define RT_FRAMEPKG_H

#include "base/base.h"
#include "base/buf.h"
#include "event/ledger.h"
#include "package/packages.h"
#include "symbol/resolver.h"

struct framepkg;

/*
 * Both are borrowed, sbom may be NULL; the resolver's scope says where paths
 * mean files.
 */
struct framepkg *framepkg_new(struct resolver *r, const struct sbomindex *sbom);
void framepkg_free(struct framepkg *p);

/* With each resolver_enter: the digest of the scope's image, may be empty. */
void framepkg_enter(struct framepkg *p, sv image);

/*
 * NULL: not known. The first takes a module that the resolver just returned,
 * the second the source file of code that was made at run time. Valid until
 * the next call.
 */
const struct package *framepkg_module(struct framepkg *p,
				      const struct resolver_module *mod);
const struct package *framepkg_script(struct framepkg *p, sv file);

/* The function's purl, counted by its source; pkg may be NULL. */
sv framepkg_purl(struct framepkg *p, const struct package *pkg, sv raw,
		 sv name);

/* Appends the fields of a FilePackage, none where the file has no package. */
void framepkg_file(struct framepkg *p, sv path, struct buf *out);

/* Adds the counts since the last call. */
void framepkg_take_counts(struct framepkg *p, struct ledger_map *out);

/* Metrics: once, and to bring the values up to date. */
void framepkg_register(void);
void framepkg_update(const struct framepkg *p);

#endif
