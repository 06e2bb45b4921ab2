/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fileid.h - which file is it, whatever it is called now? Device and inode
 * find it after a rename; a fingerprint of its first bytes, as they are out
 * of decompression, finds it after compression too, and tells a file from the
 * next one that gets its inode.
 */
#ifndef RT_FILEID_H
#define RT_FILEID_H

#include "base/base.h"

#define FILEID_HEAD 1024
/* Fewer bytes than this say nothing about who a file is. */
#define FILEID_ENOUGH 64

struct fileid {
	uint64_t dev, ino;
	uint64_t n;    /* bytes that the fingerprint is of, up to FILEID_HEAD */
	uint64_t hash; /* XXH3 of them */
};

/* The first bytes of the contents; their number, 0 where unreadable. */
size_t fileid_head(int fd, char head[FILEID_HEAD]);
size_t fileid_head_of(const char *path, char head[FILEID_HEAD]);

uint64_t fileid_hash(const char *head, size_t n);
/* Do these contents begin as the file's did? */
bool fileid_begins(const struct fileid *id, sv head);
/* May two files have the same contents? */
bool fileid_may_be_same(const char *path, const char *other);

#endif
