/* SPDX-License-Identifier: Apache-2.0 */
/*
 * distro.h - which distribution a root is, by its os-release(5).
 */
#ifndef RT_DISTRO_H
#define RT_DISTRO_H

#include "base/base.h"
#include "base/buf.h"

/* Empty where the file does not say; views into `text`. */
struct distro {
	sv id;	       /* "debian" */
	sv version_id; /* "12" */
	sv codename;   /* "bookworm" */
	struct buf text;
};

/* Zero-initialised before; a root without the file leaves it empty. */
void distro_read(struct distro *d, int root);
void distro_release(struct distro *d);

/* The same from the file's contents. */
void distro_parse(struct distro *d, sv text);

/* Appends ID-VERSION_ID, "fedora-25", where both are known. */
void distro_text(const struct distro *d, struct buf *out);

#endif
