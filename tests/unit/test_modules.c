/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stream tells of modules, and build-ids from program headers alone;
 * readelf is the judge of those.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "elf/elfid.h"
#include "root/images.h"
#include "symbol/loaded.h"
#include "tap.h"

static bool tells(struct loaded *l, const char *exec, const char *place,
		  const char *path, const char *want)
{
	return sv_eq(loaded_get(l, sv_str(exec), sv_str(place), sv_str(path)),
		     sv_str(want));
}

static void tell(struct loaded *l, const char *exec, const char *place,
		 const char *path, const char *id)
{
	loaded_add(l, sv_str(exec), sv_str(place), sv_str(path), sv_str(id));
}

static void test_loaded(void)
{
	struct loaded *l = loaded_new(0);
	struct loaded_stats st;
	char long_id[LOADED_MAX_ID + 2] = {0};

	ok(tells(l, "e1", "c1", "/a", ""), "nothing told, nothing known");
	tell(l, "e1", "c1", "/a", "\x01\xff");
	ok(tells(l, "e1", "c1", "/a", "01ff"), "the process' own");
	ok(tells(l, "e2", "c1", "/a", "01ff"), "another of the container");
	ok(tells(l, "", "c1", "/a", "01ff"), "a process without an id");
	ok(tells(l, "e1", "c2", "/a", "01ff"), "a process is in one place");
	ok(tells(l, "e2", "c2", "/a", ""), "another container");
	ok(tells(l, "e1", "c1", "/b", ""), "another path");
	tell(l, "e2", "c1", "/a", "\x02");
	ok(tells(l, "e1", "c1", "/a", "01ff"), "its own word stands");
	ok(tells(l, "e3", "c1", "/a", "02"), "the container's latest");
	memset(long_id, 'x', sizeof(long_id) - 1);
	tell(l, "e1", "c1", "/long", long_id);
	tell(l, "e1", "c1", "", "x");
	tell(l, "e1", "c1", "/none", "");
	loaded_get_stats(l, &st);
	ok(st.refused == 1 && st.facts == 3 && st.evictions == 0,
	   "too long an id is refused and counted; %lu facts", st.facts);
	long_id[LOADED_MAX_ID] = '\0';
	tell(l, "", "c1", "/long", long_id);
	ok(loaded_get(l, SV_NULL, SV("c1"), SV("/long")).n == 2 * LOADED_MAX_ID,
	   "the longest id fits");
	loaded_free(l);
}

static void test_bound(void)
{
	struct loaded *l = loaded_new(100);
	struct loaded_stats st;
	char path[32];
	bool kept = true;

	tell(l, "", "c", "/used", "u");
	for (int i = 0; i < 10000; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		tell(l, "", "c", path, "x");
		kept = kept && tells(l, "", "c", path, "78") &&
		       tells(l, "", "c", "/used", "75");
	}
	loaded_get_stats(l, &st);
	ok(kept, "what is used stays, what is new is there");
	ok(st.facts == 100 && st.evictions == 10001 - 100,
	   "100 facts kept, %lu evictions counted", st.evictions);
	ok(tells(l, "", "c", "/9901", "78"), "the 99 latest are there");
	ok(tells(l, "", "c", "/9900", ""), "the one before is not");
	loaded_free(l);
}

/* elfid against readelf on many files of the system. */
static void test_system(void)
{
	FILE *f =
		popen("find /usr/lib/x86_64-linux-gnu /usr/bin -type f "
		      "2>/dev/null | LC_ALL=C sort | awk 'NR % 10 == 1' | "
		      "xargs readelf -n 2>/dev/null | awk '$1 == \"File:\" "
		      "{ f = $2 } $1 == \"Build\" { print f, $3 }'",
		      "r");
	char line[4096];
	size_t files = 0, wrong = 0, missed = 0;

	while (f && fgets(line, sizeof(line), f)) {
		char *id = strchr(line, ' ');
		struct elfid got = {0};
		int fd;

		if (!id)
			continue;
		*id++ = '\0';
		id[strcspn(id, "\n")] = '\0';
		fd = open(line, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		files++;
		if (!elfid_read(fd, &got))
			missed++;
		else
			wrong += !sv_eq((sv){got.hex, got.hex_len}, sv_str(id));
		close(fd);
	}
	if (f)
		pclose(f);
	if (files < 20) {
		skip("build-ids of the system's files", "there are few");
		return;
	}
	ok(wrong == 0, "%zu files: no build-id but readelf's", files);
	ok(missed * 20 <= files, "%zu of them not found by elfid", missed);
}

static void test_not_elf(void)
{
	static const char head[] = "\177ELF\2\1\1";
	char path[] = "/tmp/test-modules-XXXXXX";
	int fd = mkstemp(path);
	struct elfid id;

	if (fd < 0)
		return;
	unlink(path);
	ok(!elfid_read(fd, &id), "an empty file");
	ok(write(fd, head, sizeof(head)) > 0 && !elfid_read(fd, &id),
	   "a piece of a header");
	ok(ftruncate(fd, 1 << 20) == 0 && !elfid_read(fd, &id),
	   "a header of zeros");
	close(fd);
}

static void test_images(void)
{
	static const char row[] =
		"r/x@sha256:ABCDEFabcdef0123456789"
		"000000000000000000000000000000000000000000"
		"=/usr";
	static const char same[] =
		"sha256:abcdefabcdef0123456789"
		"000000000000000000000000000000000000000000";
	struct images *im = images_new();
	struct rt_err err;
	uint64_t id = 0;

	ok(images_find(im, sv_str(same), &id) < 0, "no images, none found");
	ok(images_add(im, row, &err), "a row with a repository, in capitals");
	ok(images_find(im, sv_str(same), &id) >= 0 && id, "found by digest");
	ok(images_find(im, sv_str(same + 7), &id) >= 0, "by digits alone");
	ok(images_find(im, SV("sha256:12"), &id) < 0, "no digest");
	ok(images_find(im, SV_NULL, &id) < 0, "an empty digest");
	images_free(im);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_loaded();
	test_bound();
	test_system();
	test_not_elf();
	test_images();
	return tap_done();
}
