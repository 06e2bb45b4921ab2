/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/debugdirs.h"

#include <stdio.h>
#include <unistd.h>

#include "elf/debuginfod.h"
#include "elf/elfid.h"
#include "root/root.h"

bool debugdirs_add(struct debugdirs *d, const char *dir, struct rt_err *err)
{
	int fd;

	if (d->n == DEBUGDIRS_MAX) {
		*err = (struct rt_err){.msg = "too many of them"};
		return false;
	}
	fd = root_open(dir, err);
	if (fd >= 0)
		d->dir[d->n++] = fd;
	return fd >= 0;
}

void debugdirs_release(struct debugdirs *d)
{
	for (size_t i = 0; i < d->n; i++)
		close(d->dir[i]);
	d->n = 0;
}

int debugdirs_open(const struct debugdirs *d, sv build_id)
{
	char path[sizeof(".build-id/xx/.debug") + 2 * ELFID_MAX];
	struct rt_err err;
	int fd = -1, n;

	if (build_id.n < 4 || build_id.n > 2 * ELFID_MAX)
		return -1;
	n = snprintf(path, sizeof(path), ".build-id/%.2s/%.*s.debug",
		     build_id.p, SV_ARG(sv_from(build_id, 2)));
	for (size_t i = 0; i < d->n && fd < 0; i++)
		fd = root_open_file(d->dir[i], (sv){path, (size_t)n}, &err);
	return fd < 0 && d->ask ? debuginfod_open(build_id) : fd;
}
