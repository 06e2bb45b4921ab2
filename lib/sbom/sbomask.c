/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbomask.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "root/root.h"

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

/*
 * Distributions list files as they were before /usr was merged. The two are
 * one file in this root; without a root that is taken for granted.
 */
static bool unmerged(const struct sbomask_file *f, sv *old)
{
	static const sv dirs[] = {SV("/lib"), SV("/bin/"), SV("/sbin/")};
	struct buf real = {0};
	struct rt_err err;
	bool same = false;

	*old = sv_from(f->path, 4);
	if (!sv_starts(f->path, SV("/usr/")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		same |= sv_starts(*old, dirs[i]);
	if (!same || f->root < 0)
		return same;
	same = f->real.n && root_real_path(f->root, *old, &real, &err) &&
	       sv_eq(buf_view(&real), f->real);
	buf_release(&real);
	return same;
}

sv sbomask_purl(const struct sbomindex *ix, const struct sbomask_file *f,
		bool *contradiction)
{
	struct sbomindex_stats st;
	sv purl, old;

	*contradiction = false;
	purl = sbomindex_find_path(ix, f->image, f->path, contradiction);
	if (!purl.n && !*contradiction && f->real.n)
		purl = sbomindex_find_path(ix, f->image, f->real,
					   contradiction);
	if (!purl.n && !*contradiction && unmerged(f, &old))
		purl = sbomindex_find_path(ix, f->image, old, contradiction);
	if (purl.n || *contradiction || f->fd < 0)
		return purl;
	sbomindex_get_stats(ix, &st);
	return st.digests ? by_contents(ix, f->fd, f->image, contradiction)
			  : SV_NULL;
}
