/* SPDX-License-Identifier: Apache-2.0 */
#include "package/elfpkg.h"

#include "package/buildinfo.h"
#include "package/depv0.h"
#include "package/pkgnote.h"
#include "elf/elfsection.h"

enum { NOTE, GO, CARGO, SECTIONS };

void elfpkg_read(struct elfpkg *e, int fd, struct arena *a)
{
	struct elfsection s[SECTIONS] = {
		[NOTE] = {.name = PKGNOTE_SECTION, .max = PKGNOTE_MAX},
		[GO] = {.name = BUILDINFO_SECTION, .max = BUILDINFO_MAX},
		[CARGO] = {.name = DEPV0_SECTION, .max = DEPV0_MAX},
	};
	struct rt_err err;

	e->note.n = e->build.n = 0;
	e->language = NULL;
	e->parts = NULL;
	elfsection_read(fd, s, SECTIONS, &err);
	if (s[NOTE].data.n)
		pkgnote_purl(buf_view(&s[NOTE].data), &e->note);
	if (s[GO].data.n &&
	    buildinfo_read(buf_view(&s[GO].data), a, &e->build, &e->parts))
		e->language = "go";
	else if (s[CARGO].data.n &&
		 depv0_read(buf_view(&s[CARGO].data), a, &e->build, &e->parts))
		e->language = "cargo";
	for (size_t i = 0; i < SECTIONS; i++)
		buf_release(&s[i].data);
}

void elfpkg_release(struct elfpkg *e)
{
	buf_release(&e->note);
	buf_release(&e->build);
}
