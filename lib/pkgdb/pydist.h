/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pydist.h - Python packages of a site-packages or dist-packages directory:
 * NAME.dist-info/METADATA names a package, RECORD beside it lists its files as
 * lines of `PATH,HASH,SIZE`, from the directory (packaging.python.org,
 * "Recording installed projects").
 */
#ifndef RT_PYDIST_H
#define RT_PYDIST_H

#include "base/base.h"
#include "pkgdb/pkgindex.h"

/* The directory that the path lies in, without a slash behind; or empty. */
sv pydist_dir(sv path);

/* Adds the packages of the directory, with the source "python". */
void pydist_read(struct pkgindex *ix, int root, sv dir);

/* Files of one RECORD, whose paths count from dir. */
void pydist_parse_record(struct pkgindex *ix, uint32_t package, sv dir,
			 sv text);

#endif
