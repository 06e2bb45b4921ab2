/* SPDX-License-Identifier: Apache-2.0 */
#include "package/sbomask.h"

#include <stdio.h>
#include <unistd.h>

#include "base/sha256.h"

static sv by_contents(const struct sbomindex *ix, int fd, sv image,
		      bool *contradiction)
{
	char piece[16 * KIB], hex[2 * SHA256_LEN + 1];
	uint8_t sum[SHA256_LEN];
	struct sha256 h = {0};
	off_t at = 0;
	ssize_t n;
	bool good = sha256_init(&h);

	while (good && (n = pread(fd, piece, sizeof(piece), at)) > 0) {
		sha256_update(&h, (sv){piece, (size_t)n});
		at += n;
	}
	good = good && sha256_final(&h, sum);
	sha256_release(&h);
	if (!good)
		return SV_NULL;
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return sbomindex_find_sha256(ix, image, (sv){hex, 2 * SHA256_LEN},
				     contradiction);
}

sv sbomask_purl(const struct sbomindex *ix, const struct sbomask_file *f,
		bool *contradiction)
{
	struct sbomindex_stats st;
	sv purl;

	*contradiction = false;
	purl = sbomindex_find_path(ix, f->image, f->path, contradiction);
	if (!purl.n && !*contradiction && f->real.n)
		purl = sbomindex_find_path(ix, f->image, f->real,
					   contradiction);
	if (purl.n || *contradiction || f->fd < 0)
		return purl;
	sbomindex_get_stats(ix, &st);
	return st.digests ? by_contents(ix, f->fd, f->image, contradiction)
			  : SV_NULL;
}
