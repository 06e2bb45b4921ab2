/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipe/diag.h"

#define HELD_SIZE (64 * KIB)

/* Evidence that cannot be kept is an error, but no reason to stop reading. */
static void failed(struct rejects *r)
{
	diag_error("cannot write to '%s': %s", r->file, strerror(errno));
	r->stage->status = tool_worst(r->stage->status, TOOL_SYSTEM);
	r->fd = -1;
}

static void put(struct rejects *r, sv bytes)
{
	while (r->fd >= 0 && bytes.n) {
		ssize_t n = write(r->fd, bytes.p, bytes.n);

		if (n >= 0) {
			bytes = sv_from(bytes, (size_t)n);
			r->written += (uint64_t)n;
		} else if (errno != EINTR) {
			failed(r); /* the descriptor goes with the process */
		}
	}
}

static void flush(struct rejects *r)
{
	put(r, buf_view(&r->held));
	r->held.n = 0;
}

static void on_bytes(void *arg, sv bytes)
{
	struct rejects *r = arg;

	if (r->held.n + bytes.n > HELD_SIZE) {
		flush(r);
		put(r, bytes);
	} else {
		buf_sv(&r->held, bytes);
	}
}

/* Takes back what was written of a unit that will come again. */
static void take_back(struct rejects *r)
{
	struct stat st;

	r->held.n = 0;
	if (!r->written || r->fd < 0 || !r->regular)
		return;
	if (fstat(r->fd, &st) != 0 ||
	    ftruncate(r->fd, st.st_size - (off_t)r->written) != 0)
		failed(r);
}

static void on_settle(void *arg, bool counts)
{
	struct rejects *r = arg;

	if (counts)
		flush(r);
	else
		take_back(r);
	r->written = 0;
}

void rejects_open(struct rejects *r, bool replay, struct stage *s)
{
	struct recin_skipped skipped = {on_bytes, on_settle, r};
	struct stat st;

	if (!r->file)
		return;
	if (!replay)
		opt_usage("--rejects goes with --replay");
	r->stage = s;
	r->fd = open(r->file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (r->fd < 0) {
		diag_error("cannot open '%s': %s", r->file, strerror(errno));
		exit(TOOL_SYSTEM);
	}
	r->regular = fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode);
	recin_on_skipped(s->in, &skipped);
}

void rejects_close(struct rejects *r)
{
	if (!r->file)
		return;
	if (r->fd >= 0 && close(r->fd) != 0)
		failed(r);
	buf_release(&r->held);
}
