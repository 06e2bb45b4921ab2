/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/fileid.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/hash.h"
#include "pipe/inflate.h"

#define PACKED_SIZE (16 * KIB)

static size_t unpack_head(struct inflate *z, sv packed, char *head)
{
	size_t n = 0, used = 1, got = 1;

	while (n < FILEID_HEAD && (used || got)) {
		if (inflate_some(z, packed, &used, head + n, FILEID_HEAD - n,
				 &got) != INFLATE_OK)
			break;
		packed = sv_from(packed, used);
		n += got;
	}
	return n;
}

size_t fileid_head(int fd, char head[FILEID_HEAD])
{
	char raw[PACKED_SIZE];
	ssize_t r = pread(fd, raw, sizeof(raw), 0);
	sv text = {raw, r > 0 ? (size_t)r : 0};
	enum inflate_kind kind = inflate_probe(text);
	struct inflate *z;
	size_t n;

	if (kind == INFLATE_NONE) {
		n = MIN(text.n, (size_t)FILEID_HEAD);
		memcpy(head, raw, n);
		return n;
	}
	z = inflate_new(kind);
	n = unpack_head(z, text, head);
	inflate_free(z);
	return n;
}

size_t fileid_head_of(const char *path, char head[FILEID_HEAD])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t n;

	if (fd < 0)
		return 0;
	n = fileid_head(fd, head);
	close(fd);
	return n;
}

uint64_t fileid_hash(const char *head, size_t n)
{
	return hash64((sv){head, n}, 0);
}

bool fileid_begins(const struct fileid *id, sv head)
{
	return !id->n || (head.n >= id->n &&
			  fileid_hash(head.p, (size_t)id->n) == id->hash);
}

bool fileid_may_be_same(const char *path, const char *other)
{
	char a[FILEID_HEAD], b[FILEID_HEAD];
	size_t n = MIN(fileid_head_of(path, a), fileid_head_of(other, b));

	return memcmp(a, b, n) == 0;
}
