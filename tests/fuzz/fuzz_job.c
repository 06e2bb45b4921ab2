/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a job of the spool: refused, or frames that give the same bytes
 * when written again. Then the same bytes as contents of frames with right
 * checksums, else nothing would get to the headlines.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "load/headline.h"
#include "load/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_headline(const struct job_frame *f)
{
	struct headline_segment s;
	struct headline_batch b;
	struct buf again = {0};
	bool ok;

	if (f->tag == JOB_BATCH) {
		ok = headline_parse_batch(f->body, &b);
		if (ok)
			headline_put_batch(&b, &again);
	} else {
		ok = headline_parse_segment(f->body, &s);
		if (ok)
			headline_put_segment(&s, &again);
	}
	if (ok && !sv_eq(buf_view(&again), f->body))
		abort();
	buf_release(&again);
}

/* From a file, as the spool reads them. */
static void read_back(const uint8_t *data, size_t size)
{
	int fd = memfd_create("job", MFD_CLOEXEC);
	struct job j = {0}, again = {0};
	struct job_frame f;
	int more;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!job_read(&j, fd)) {
		close(fd);
		return;
	}
	if (job_headline(&j, &f))
		check_headline(&f);
	job_rewind(&j);
	while ((more = job_next(&j, &f)) > 0)
		if (!job_add(&again, f.tag, f.body))
			abort();
	if (!more &&
	    !sv_eq(buf_view(&again.mem), (sv){(const char *)data, size}))
		abort();
	job_release(&j);
	job_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv all = {(const char *)data, size};
	struct job j = {0};

	read_back(data, size);
	job_add(&j, JOB_HOT, sv_first(all, size / 2));
	job_add(&j, size % 2 ? JOB_BATCH : JOB_SEGMENT, all);
	read_back((const uint8_t *)j.mem.p, j.mem.n);
	job_release(&j);
	return 0;
}
