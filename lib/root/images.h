/* SPDX-License-Identifier: Apache-2.0 */
/*
 * images.h - unpacked images by their digest: where the files of a recorded
 * container are. Rows are `DIGEST=DIR`; the digest is `sha256:<64 hex>`, with
 * anything before it (`registry/name@`) ignored, or the 64 hex digits alone.
 */
#ifndef RT_IMAGES_H
#define RT_IMAGES_H

#include "base/base.h"

struct images;

struct images *images_new(void);
void images_free(struct images *im);

/* A row, or `@FILE` with a row a line; empty lines and `# ...` are skipped. */
bool images_add(struct images *im, const char *row, struct rt_err *err);

/* A descriptor of DIR, which stays images', or -1; *id tells images apart. */
int images_find(struct images *im, sv digest, uint64_t *id);

#define IMAGES_HEX_LEN 64

/* The digest's digits in lower case; false where it is none. */
bool images_digits(sv digest, char hex[IMAGES_HEX_LEN]);

#endif
