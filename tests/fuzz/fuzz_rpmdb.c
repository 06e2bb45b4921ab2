/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's headers, alone and in an ndb file. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pkgdb/rpmdb.h"
#include "pkgdb/rpmheader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkgindex *ix = pkgindex_new();
	struct distro d = {.id = SV("fedora"), .version_id = SV("40")};
	struct pkgindex_stats st;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	rpmheader_add(ix, (sv){(const char *)data, size}, &d);
	rpmdb_read_ndb(ix, fd, &d);
	pkgindex_get_stats(ix, &st);
	/* A file has a name of a byte at least. */
	if (st.files > 2 * size + 2)
		abort();
	close(fd);
	pkgindex_free(ix);
	return 0;
}
