/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/rpmsqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkgdb/rpmheader.h"

#define VFS_NAME "rt-descriptor"
/* Steps of SQLite's machine for one database: a view could run for ever. */
#define STEPS_AT_ONCE 100000
#define MAX_STEPS 100

struct file {
	sqlite3_file base;
	int fd;
};

static int fd_of(sqlite3_file *f)
{
	return ((struct file *)f)->fd;
}

static int do_close(sqlite3_file *f)
{
	(void)f;
	return SQLITE_OK;
}

/* What is beyond the end is to be zeroes. */
static int do_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	int got = 0;

	while (got < n) {
		ssize_t r = pread(fd_of(f), (char *)p + got, (size_t)(n - got),
				  (off_t)at + got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return SQLITE_IOERR_READ;
		if (!r) {
			memset((char *)p + got, 0, (size_t)(n - got));
			return SQLITE_IOERR_SHORT_READ;
		}
		got += (int)r;
	}
	return SQLITE_OK;
}

static int do_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	(void)f, (void)p, (void)n, (void)at;
	return SQLITE_READONLY;
}

static int do_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	(void)f, (void)size;
	return SQLITE_READONLY;
}

static int do_flags(sqlite3_file *f, int flags)
{
	(void)f, (void)flags;
	return SQLITE_OK;
}

static int do_size(sqlite3_file *f, sqlite3_int64 *size)
{
	struct stat st;

	if (fstat(fd_of(f), &st) != 0)
		return SQLITE_IOERR_FSTAT;
	*size = st.st_size;
	return SQLITE_OK;
}

static int is_locked(sqlite3_file *f, int *locked)
{
	(void)f;
	*locked = 0;
	return SQLITE_OK;
}

static int do_control(sqlite3_file *f, int op, void *arg)
{
	(void)f, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int get_zero(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = do_close,
	.xRead = do_read,
	.xWrite = do_write,
	.xTruncate = do_truncate,
	.xSync = do_flags,
	.xFileSize = do_size,
	.xLock = do_flags,
	.xUnlock = do_flags,
	.xCheckReservedLock = is_locked,
	.xFileControl = do_control,
	.xSectorSize = get_zero,
	.xDeviceCharacteristics = get_zero,
};

/* The name is the descriptor's number. Other files there are none. */
static int do_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f,
		   int flags, int *out_flags)
{
	(void)vfs;
	f->pMethods = NULL;
	if (!name || !(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	((struct file *)f)->fd = (int)strtol(name, NULL, 10);
	f->pMethods = &methods;
	if (out_flags)
		*out_flags = SQLITE_OPEN_READONLY;
	return SQLITE_OK;
}

static int do_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs, (void)name, (void)sync;
	return SQLITE_READONLY;
}

static int do_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs, (void)name, (void)flags;
	*out = 0;
	return SQLITE_OK;
}

static int do_full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

static int no_randomness(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	memset(out, 0, (size_t)n);
	return n;
}

static int do_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int no_time(sqlite3_vfs *vfs, double *t)
{
	(void)vfs;
	*t = 0;
	return SQLITE_OK;
}

static sqlite3_vfs descriptor_vfs = {
	.iVersion = 1,
	.szOsFile = sizeof(struct file),
	.mxPathname = 64,
	.zName = VFS_NAME,
	.xOpen = do_open,
	.xDelete = do_delete,
	.xAccess = do_access,
	.xFullPathname = do_full_path,
	.xRandomness = no_randomness,
	.xSleep = do_sleep,
	.xCurrentTime = no_time,
};

static int on_steps(void *ctx)
{
	return ++*(int *)ctx > MAX_STEPS;
}

static bool add_rows(struct pkgindex *ix, sqlite3 *db, const struct distro *d)
{
	sqlite3_stmt *st = NULL;
	int r = sqlite3_prepare_v2(db, "SELECT blob FROM Packages", -1, &st,
				   NULL);

	if (r != SQLITE_OK)
		return false;
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *p = sqlite3_column_blob(st, 0);
		int n = sqlite3_column_bytes(st, 0);

		if (p && n > 0)
			rpmheader_add(ix, (sv){p, (size_t)n}, d);
	}
	sqlite3_finalize(st);
	return true;
}

/* A schema can name functions: it may call those without side effects only. */
static void distrust(sqlite3 *db, int *steps)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)RPMHEADER_MAX);
	sqlite3_progress_handler(db, STEPS_AT_ONCE, on_steps, steps);
}

bool rpmsqlite_read(struct pkgindex *ix, int fd, const struct distro *d)
{
	sqlite3 *db = NULL;
	char name[48];
	int steps = 0;
	bool ok = false;

	if (sqlite3_vfs_register(&descriptor_vfs, 0) != SQLITE_OK)
		return false;
	/* immutable: no locks, no journal, and no shared memory for a log. */
	snprintf(name, sizeof(name), "file:%d?immutable=1", fd);
	if (sqlite3_open_v2(name, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
			    VFS_NAME) == SQLITE_OK) {
		distrust(db, &steps);
		ok = add_rows(ix, db, d);
	}
	sqlite3_close(db);
	return ok;
}
