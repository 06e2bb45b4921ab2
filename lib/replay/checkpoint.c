/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "pipe/diag.h"
#include "pipe/stop.h"

#define MAGIC "tetra-tap checkpoint "
#define VERSION "1"
#define MAX_SIZE (64 * MIB)
#define LOOK_NS 20000000

/* --- text ---------------------------------------------------------------- */

static void put_path(struct buf *b, const char *path)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c <= ' ' || c >= 127 || c == '%')
			buf_printf(b, "%%%02X", c);
		else
			buf_ch(b, (char)c);
	}
	buf_ch(b, '\n');
}

void checkpoint_begin(struct buf *b, const struct checkpoint_output *o)
{
	b->n = 0;
	buf_printf(b, MAGIC VERSION "\noutput %d %llu %llu %llu %llu %llu ",
		   (int)o->state, (unsigned long long)o->form,
		   (unsigned long long)o->dev, (unsigned long long)o->ino,
		   (unsigned long long)o->size, (unsigned long long)o->tail_n);
	buf_printf(b, "%016llx ", (unsigned long long)o->tail_hash);
	put_path(b, o->path ? o->path : "");
}

void checkpoint_add(struct buf *b, const struct checkpoint_dump *d)
{
	buf_printf(b, "dump %llu %llu %llu %016llx %llu %llu %d %llu %d ",
		   (unsigned long long)d->id.dev, (unsigned long long)d->id.ino,
		   (unsigned long long)d->id.n, (unsigned long long)d->id.hash,
		   (unsigned long long)d->place.offset,
		   (unsigned long long)d->place.index, (int)d->place.format,
		   (unsigned long long)d->place.done,
		   (d->skip ? 1 : 0) | (d->complete ? 2 : 0));
	put_path(b, d->path);
}

void checkpoint_end(struct buf *b)
{
	buf_printf(b, "sum %016llx\n",
		   (unsigned long long)hash64(buf_view(b), 0));
}

static sv next_until(sv *s, char c)
{
	size_t i = sv_find(*s, c);
	sv part = sv_first(*s, MIN(i, s->n));

	*s = i == SIZE_MAX ? SV_NULL : sv_from(*s, i + 1);
	return part;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* The next word as a number below `limit` (0: any). */
static bool number(sv *line, unsigned int base, uint64_t limit, uint64_t *v)
{
	sv w = next_until(line, ' ');

	*v = 0;
	for (size_t i = 0; i < w.n; i++) {
		unsigned int d = (unsigned int)digit(w.p[i]);

		if (d >= base || __builtin_mul_overflow(*v, base, v) ||
		    __builtin_add_overflow(*v, d, v))
			return false;
	}
	return w.n && (!limit || *v < limit);
}

/* NULL where a NUL is in it: no path has one. */
static char *take_path(sv s)
{
	char *path = mem_zalloc(s.n + 1), *q = path;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n) {
			*q++ = (char)((digit(s.p[i + 1]) & 15) << 4 |
				      (digit(s.p[i + 2]) & 15));
			i += 2;
		} else {
			*q++ = s.p[i];
		}
	}
	if (!memchr(path, '\0', (size_t)(q - path)))
		return path;
	mem_free(path);
	return NULL;
}

static bool take_output(sv line, struct checkpoint_output *o)
{
	uint64_t state;

	if (!number(&line, 10, 2, &state) || !number(&line, 10, 0, &o->form) ||
	    !number(&line, 10, 0, &o->dev) || !number(&line, 10, 0, &o->ino) ||
	    !number(&line, 10, INT64_MAX, &o->size) ||
	    !number(&line, 10, 0, &o->tail_n) ||
	    !number(&line, 16, 0, &o->tail_hash))
		return false;
	o->state = (enum checkpoint_state)state;
	o->path = take_path(line);
	return o->path != NULL;
}

static bool take_dump(sv line, struct checkpoint *c)
{
	struct checkpoint_dump d = {0};
	uint64_t form, flags;

	if (!number(&line, 10, 0, &d.id.dev) ||
	    !number(&line, 10, 0, &d.id.ino) ||
	    !number(&line, 10, FILEID_HEAD + 1, &d.id.n) ||
	    !number(&line, 16, 0, &d.id.hash) ||
	    !number(&line, 10, INT64_MAX, &d.place.offset) ||
	    !number(&line, 10, 0, &d.place.index) ||
	    !number(&line, 10, RECIN_TETRAGON_PB + 1, &form) ||
	    !number(&line, 10, 0, &d.place.done) ||
	    !number(&line, 10, 4, &flags) || !line.n)
		return false;
	d.place.format = (enum recin_format)form;
	d.skip = flags & 1;
	d.complete = flags & 2;
	d.path = take_path(line);
	if (!d.path)
		return false;
	if ((c->n_dumps & (c->n_dumps - 1)) == 0)
		c->dumps = mem_realloc(c->dumps,
				       (c->n_dumps ? c->n_dumps * 2 : 1) *
					       sizeof(*c->dumps));
	c->dumps[c->n_dumps++] = d;
	return true;
}

/* Takes the checksum off the end. */
static bool is_whole(sv *text)
{
	size_t n = sizeof("sum 0123456789abcdef\n") - 1;
	sv body = sv_first(*text, text->n > n ? text->n - n : 0);
	sv line = sv_from(*text, body.n);
	uint64_t sum;

	if (!body.n || !sv_starts(line, SV("sum ")) ||
	    line.p[line.n - 1] != '\n')
		return false;
	line = sv_first(sv_from(line, 4), 16);
	*text = body;
	return number(&line, 16, 0, &sum) && sum == hash64(body, 0);
}

const char *checkpoint_parse(sv text, struct checkpoint *c)
{
	bool has_output = false;
	sv head, whole = text;

	*c = (struct checkpoint){0};
	head = next_until(&text, '\n');
	if (!sv_starts(head, SV(MAGIC)))
		return "not a checkpoint";
	if (!sv_eq(sv_from(head, sizeof(MAGIC) - 1), SV(VERSION)))
		return "of another version";
	if (!is_whole(&whole))
		return "damaged";
	text = whole;
	next_until(&text, '\n');
	while (text.n) {
		sv line = next_until(&text, '\n');
		sv word = next_until(&line, ' ');
		bool ok = false;

		if (sv_eq(word, SV("dump")))
			ok = take_dump(line, c);
		else if (sv_eq(word, SV("output")) && !has_output)
			ok = has_output = take_output(line, &c->output);
		if (!ok)
			return "damaged";
	}
	return has_output ? NULL : "damaged";
}

void checkpoint_release(struct checkpoint *c)
{
	for (size_t i = 0; i < c->n_dumps; i++)
		mem_free(c->dumps[i].path);
	mem_free(c->dumps);
	mem_free(c->output.path);
	*c = (struct checkpoint){0};
}

/* --- files --------------------------------------------------------------- */

static bool read_all(int fd, struct buf *b)
{
	ssize_t r;

	do {
		r = read(fd, buf_reserve(b, 64 * KIB), 64 * KIB);
		if (r > 0)
			b->n += (size_t)r;
	} while ((r > 0 && b->n < MAX_SIZE) || (r < 0 && errno == EINTR));
	return r == 0;
}

int checkpoint_load(const char *file, struct checkpoint *c, const char **why)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct buf text = {0};

	*c = (struct checkpoint){0};
	if (fd < 0 && errno == ENOENT)
		return 0;
	*why = NULL;
	if (fd < 0 || !read_all(fd, &text))
		*why = "cannot be read";
	if (!*why)
		*why = checkpoint_parse(buf_view(&text), c);
	buf_release(&text);
	if (fd >= 0)
		close(fd);
	if (*why)
		checkpoint_release(c);
	return *why ? -1 : 1;
}

static bool write_synced(int fd, sv text)
{
	while (text.n) {
		ssize_t r = write(fd, text.p, text.n);

		if (r < 0 && errno != EINTR)
			return false;
		text = sv_from(text, r > 0 ? (size_t)r : 0);
	}
	return fsync(fd) == 0;
}

bool checkpoint_save(const char *file, sv text)
{
	struct buf tmp = {0};
	int fd, saved;
	bool ok;

	buf_printf(&tmp, "%s.tmp", file);
	fd = open(buf_cstr(&tmp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0600);
	ok = fd >= 0 && write_synced(fd, text);
	saved = errno;
	if (fd >= 0 && close(fd) != 0 && ok) {
		ok = false;
		saved = errno;
	}
	if (ok && rename(tmp.p, file) != 0) {
		ok = false;
		saved = errno;
	}
	buf_release(&tmp);
	errno = saved;
	return ok;
}

bool checkpoint_lock(const char *file)
{
	struct buf name = {0};
	bool said = false;
	int fd;

	buf_printf(&name, "%s.lock", file);
	fd = open(buf_cstr(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	buf_release(&name);
	if (fd < 0)
		return false;
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		struct timespec t = {.tv_nsec = LOOK_NS};

		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		if (stop_now()) {
			errno = EINTR;
			return false;
		}
		if (!said)
			diag_info("waiting for the one that uses '%s'", file);
		said = true;
		nanosleep(&t, NULL);
	}
	return true;
}
