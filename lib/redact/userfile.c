/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/userfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int userfile_read(const char *file, size_t max, struct buf *out)
{
	FILE *f = fopen(file, "re");
	size_t start = out->n, n;
	int err = 0;

	if (!f)
		return errno;
	do {
		n = fread(buf_reserve(out, 4096), 1, 4096, f);
		out->n += n;
	} while (n && out->n - start <= max);
	if (ferror(f))
		err = errno ? errno : EIO;
	else if (out->n - start > max)
		err = EFBIG;
	fclose(f);
	return err;
}

int userfile_key(const char *file, struct buf *key)
{
	int err = userfile_read(file, 64 * KIB, key);

	while (key->n &&
	       (key->p[key->n - 1] == '\n' || key->p[key->n - 1] == '\r'))
		key->n--;
	return err;
}

int userfile_write(const char *file, sv text, mode_t mode)
{
	struct buf name = {0};
	int err = 0, fd;
	FILE *f;

	buf_printf(&name, "%s.tmp", file);
	/* One that was left there may have another mode. */
	unlink(buf_cstr(&name));
	fd = open(buf_cstr(&name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  mode);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		err = errno;
	if (f && fwrite(text.p, 1, text.n, f) != text.n)
		err = errno;
	if (f && fclose(f) != 0 && !err)
		err = errno;
	if (!err && rename(buf_cstr(&name), file) != 0)
		err = errno;
	buf_release(&name);
	return err;
}
