/* SPDX-License-Identifier: Apache-2.0 */
#include "load/job.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

#define IN_MEMORY (8 * MIB)
#define HEAD 13
#define MAX_BODY (256 * MIB) /* a longer one is damage */

/* --- bytes -------------------------------------------------------------- */

static bool write_all(int fd, sv s)
{
	while (s.n) {
		ssize_t k = write(fd, s.p, s.n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return false;
		s = sv_from(s, (size_t)k);
	}
	return true;
}

static bool read_at(int fd, char *p, size_t n, uint64_t at)
{
	while (n) {
		ssize_t k = pread(fd, p, n, (off_t)at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			errno = k ? errno : EBADMSG;
			return false;
		}
		p += k, n -= (size_t)k, at += (uint64_t)k;
	}
	return true;
}

/* No other process has the number, and none of ours has the same count. */
static int unlinked_file(const char *dir)
{
	static unsigned count;
	char path[4096];
	int fd;

	if (!dir)
		dir = getenv("TMPDIR");
	if (snprintf(path, sizeof(path), "%s/.rt-pgload.%ld.%u",
		     dir && *dir ? dir : "/tmp", (long)getpid(),
		     count++) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool spill(struct job *j)
{
	if (!j->spilled) {
		j->fd = unlinked_file(j->dir);
		if (j->fd < 0)
			return false;
	}
	if (!write_all(j->fd, buf_view(&j->mem)))
		return false;
	j->spilled += j->mem.n;
	j->mem.n = 0;
	return true;
}

/* --- writing ------------------------------------------------------------ */

static uint64_t checksum(uint8_t tag, uint64_t seq, sv body)
{
	return hash64(body, seq << 8 | tag);
}

bool job_add(struct job *j, enum job_tag tag, sv body)
{
	uint32_t n = htole32((uint32_t)body.n);
	uint64_t sum = htole64(checksum((uint8_t)tag, j->frames, body));

	if (j->mem.n && j->mem.n + body.n > IN_MEMORY && !spill(j))
		return false;
	j->frames++;
	buf_ch(&j->mem, (char)tag);
	buf_add(&j->mem, &n, sizeof(n));
	buf_add(&j->mem, &sum, sizeof(sum));
	buf_sv(&j->mem, body);
	return true;
}

uint64_t job_size(const struct job *j)
{
	return j->spilled + j->mem.n;
}

bool job_write(struct job *j, int fd)
{
	uint64_t at = 0;

	while (at < j->spilled) {
		size_t n = (size_t)MIN(j->spilled - at, (uint64_t)MIB);

		j->io.n = 0;
		buf_reserve(&j->io, n);
		if (!read_at(j->fd, j->io.p, n, at) ||
		    !write_all(fd, (sv){j->io.p, n}))
			return false;
		at += n;
	}
	return write_all(fd, buf_view(&j->mem));
}

/* --- reading ------------------------------------------------------------ */

void job_rewind(struct job *j)
{
	j->at = j->seq = 0;
}

/* n bytes from where we are; they live until the next call. */
static bool take(struct job *j, size_t n, sv *out)
{
	if (!n) {
		*out = SV_NULL;
		return true;
	}
	if (j->at >= j->spilled) {
		size_t at = (size_t)(j->at - j->spilled);

		if (n > j->mem.n - at) {
			errno = EBADMSG;
			return false;
		}
		*out = (sv){j->mem.p + at, n};
	} else {
		if (n > j->spilled - j->at) {
			errno = EBADMSG;
			return false;
		}
		j->io.n = 0;
		buf_reserve(&j->io, n);
		if (!read_at(j->fd, j->io.p, n, j->at))
			return false;
		*out = (sv){j->io.p, n};
	}
	j->at += n;
	return true;
}

static bool known_tag(int tag)
{
	return tag && strchr("HPTNBS", tag);
}

int job_next(struct job *j, struct job_frame *f)
{
	uint32_t n;
	uint64_t sum;
	uint8_t tag;
	sv head;

	if (j->at == job_size(j))
		return 0;
	if (!take(j, HEAD, &head))
		return -1;
	tag = (uint8_t)head.p[0];
	memcpy(&n, head.p + 1, sizeof(n));
	memcpy(&sum, head.p + 5, sizeof(sum));
	n = le32toh(n);
	if (!known_tag(tag) || n > MAX_BODY) {
		errno = EBADMSG;
		return -1;
	}
	if (!take(j, n, &f->body))
		return -1;
	if (checksum(tag, j->seq, f->body) != le64toh(sum)) {
		errno = EBADMSG;
		return -1;
	}
	f->tag = tag;
	j->seq++;
	return 1;
}

bool job_headline(struct job *j, struct job_frame *f)
{
	int more;

	job_rewind(j);
	while ((more = job_next(j, f)) > 0) {
		if (f->tag != JOB_BATCH && f->tag != JOB_SEGMENT)
			continue;
		if (j->at == job_size(j))
			return true;
		break;
	}
	if (more >= 0)
		errno = EBADMSG;
	return false;
}

bool job_read(struct job *j, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (!st.st_size) {
		errno = EBADMSG;
		return false;
	}
	j->fd = fd;
	j->spilled = (uint64_t)st.st_size;
	job_rewind(j);
	return true;
}

void job_reset(struct job *j)
{
	if (j->spilled)
		close(j->fd);
	j->spilled = j->frames = 0;
	j->mem.n = 0;
	job_rewind(j);
}

void job_release(struct job *j)
{
	job_reset(j);
	buf_release(&j->mem);
	buf_release(&j->io);
}
