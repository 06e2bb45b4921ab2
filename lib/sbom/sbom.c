/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbom.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "sbom/sbomcdx.h"
#include "sbom/sbomfile.h"
#include "sbom/sbomspdx.h"
#include "sbom/sbomsyft.h"
#include "root/images.h"

/* What a document says of itself. */
struct form {
	sv cyclonedx, version, spdx;
	bool artifacts, schema;
};

/* 1.2, 1.3, ...; before it, JSON was not a form of CycloneDX. */
static bool version_known(sv v)
{
	return v.n >= 3 && sv_starts(v, SV("1.")) && v.p[2] >= '1' &&
	       v.p[2] <= '9' && (v.n > 3 || v.p[2] >= '2');
}

static const char *judge(const struct form *f)
{
	if (sv_eq(f->cyclonedx, SV("CycloneDX")))
		return version_known(f->version)
			       ? NULL
			       : "a specVersion of CycloneDX before 1.2";
	if (f->spdx.n)
		return sv_starts(f->spdx, SV("SPDX-2."))
			       ? NULL
			       : "a version of SPDX other than 2.2 and 2.3";
	return f->artifacts && f->schema
		       ? NULL
		       : "no SBOM: neither CycloneDX nor SPDX 2 nor Syft JSON";
}

static void member(struct jwalk *w, struct sbomindex *ix, sv key,
		   struct form *f)
{
	if (sv_eq(key, SV("bomFormat"))) {
		jwalk_string(w, &f->cyclonedx);
	} else if (sv_eq(key, SV("specVersion"))) {
		jwalk_string(w, &f->version);
	} else if (sv_eq(key, SV("components"))) {
		sbomcdx_components(w, ix);
	} else if (sv_eq(key, SV("spdxVersion"))) {
		jwalk_string(w, &f->spdx);
	} else if (sv_eq(key, SV("packages"))) {
		sbomspdx_packages(w, ix);
	} else if (sv_eq(key, SV("relationships"))) {
		sbomspdx_relationships(w, ix);
	} else if (sv_eq(key, SV("files"))) {
		sbomfile_list(w, ix);
	} else if (sv_eq(key, SV("artifacts"))) {
		f->artifacts = true;
		sbomsyft_artifacts(w, ix);
	} else if (sv_eq(key, SV("artifactRelationships"))) {
		sbomsyft_relationships(w, ix);
	} else {
		f->schema |= sv_eq(key, SV("schema"));
		jwalk_skip(w);
	}
}

bool sbom_add(struct sbomindex *ix, sv text, sv image_digest,
	      struct rt_err *err)
{
	struct arena strings = {0};
	struct form f = {0};
	struct jwalk w;
	bool good;
	sv key;

	if (!sbomindex_begin(ix, image_digest)) {
		*err = (struct rt_err){.msg = "too many documents"};
		return false;
	}
	jwalk_open(&w, text, &strings);
	if (jwalk_object(&w))
		while (jwalk_member(&w, &key))
			member(&w, ix, key, &f);
	good = jwalk_end(&w);
	*err = w.err;
	if (good && judge(&f)) {
		*err = (struct rt_err){.msg = judge(&f)};
		good = false;
	}
	if (good)
		sbomindex_end(ix);
	else
		sbomindex_cancel(ix);
	arena_release(&strings);
	return good;
}

static bool read_all(int fd, struct buf *b, struct rt_err *err)
{
	for (;;) {
		size_t step = MAX((size_t)MIB, b->n / 2);
		char *p = buf_reserve(b, step + JWALK_PADDING);
		ssize_t n = read(fd, p, step);

		if (n > 0)
			b->n += (size_t)n;
		if (b->n > SBOM_MAX_FILE) {
			*err = (struct rt_err){.pos = b->n,
					       .msg = "more than 512 MiB"};
			return false;
		}
		if (n == 0) {
			memset(buf_reserve(b, JWALK_PADDING), 0, JWALK_PADDING);
			return true;
		}
		if (n < 0 && errno != EINTR) {
			*err = (struct rt_err){.sys_errno = errno,
					       .msg = "cannot read"};
			return false;
		}
	}
}

/*
 * The digest in front of the first '=', as calls have it; what is there and is
 * none belongs to the file's name.
 */
static sv take_digest(const char *arg, char digest[7 + IMAGES_HEX_LEN])
{
	sv s = sv_str(arg);
	size_t eq = sv_find(s, '=');

	if (eq == SIZE_MAX || !images_digits(sv_first(s, eq), digest + 7))
		return SV_NULL;
	memcpy(digest, "sha256:", 7);
	return (sv){digest, 7 + IMAGES_HEX_LEN};
}

bool sbom_add_file(struct sbomindex *ix, const char *arg, const char **name,
		   struct rt_err *err)
{
	char room[7 + IMAGES_HEX_LEN];
	sv digest = take_digest(arg, room);
	struct buf text = {0};
	bool good;
	int fd;

	*name = digest.n ? strchr(arg, '=') + 1 : arg;
	fd = open(*name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		*err = (struct rt_err){.sys_errno = errno,
				       .msg = "cannot open"};
		return false;
	}
	good = read_all(fd, &text, err) &&
	       sbom_add(ix, buf_view(&text), digest, err);
	close(fd);
	buf_release(&text);
	return good;
}
