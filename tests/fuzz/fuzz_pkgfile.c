/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file says of its package: note, Go's build information, Rust's
 * crates, a jar. The first byte chooses.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "package/buildinfo.h"
#include "package/depv0.h"
#include "package/jarpom.h"
#include "package/pkgnote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void jar(sv s, struct buf *purl)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, s.p, s.n) != (ssize_t)s.n)
		abort();
	jarpom_purl(fd, SV("a-1.jar"), purl);
	close(fd);
}

static void parts_of(const struct parts *parts, sv s)
{
	parts_find(parts, s, s);
	parts_find(parts, SV("main.main"), SV("<a::b as c>::d"));
	parts_find(parts, SV("a.b/c%2ed[x/y].e"), SV("&mut [a::b]"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv s = {(const char *)data + 1, size - 1};
	struct parts *parts = NULL;
	struct arena a = {0};
	struct buf purl = {0};

	if (!size)
		return 0;
	if (data[0] == 'n')
		pkgnote_purl(s, &purl);
	else if (data[0] == 'g')
		buildinfo_read(s, &a, &purl, &parts);
	else if (data[0] == 'r')
		depv0_read(s, &a, &purl, &parts);
	else if (data[0] == 'j')
		jar(s, &purl);
	if (parts)
		parts_of(parts, s);
	if (purl.n && !sv_starts(buf_view(&purl), SV("pkg:")))
		abort();
	arena_release(&a);
	buf_release(&purl);
	return 0;
}
