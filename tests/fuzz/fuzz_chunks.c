/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream in pieces of any size, which this file's own input module hands
 * out: every unit, its place, what is said of it and what was skipped must be
 * those of the stream in one piece; and of the stream left at some unit and
 * taken up again at its place. Byte 0 chooses format and limit, byte 1 the
 * pieces and the unit.
 *
 * It stands in for lib/pipe/input.c, which the linker then leaves out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "codec/pbwire.h"
#include "stream/recin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	sv rest;
	uint64_t seed; /* 0: all at once */
	uint64_t read;
};

static sv stream;
static uint64_t next_seed;

struct input *input_open(int fd, const char *name)
{
	struct input *in = mem_zalloc(sizeof(*in));

	(void)fd, (void)name;
	in->rest = stream;
	in->seed = next_seed;
	return in;
}

void input_close(struct input *in)
{
	mem_free(in);
}

void input_on_idle(struct input *in, input_idle *fn, void *arg)
{
	(void)in, (void)fn, (void)arg;
}

enum input_status input_read(struct input *in, char *dst, size_t cap,
			     size_t *n)
{
	*n = MIN(cap, in->rest.n);
	if (!*n)
		return INPUT_EOF;
	if (in->seed) {
		in->seed = in->seed * 6364136223846793005u + 1;
		*n = MIN(*n, (size_t)1 + (in->seed >> 40) %
						 ((in->seed >> 60) ? 5 : 300));
	}
	memcpy(dst, in->rest.p, *n);
	in->rest = sv_from(in->rest, *n);
	in->read += *n;
	return INPUT_OK;
}

bool input_is_cut(const struct input *in)
{
	(void)in;
	return false;
}

const char *input_name(const struct input *in)
{
	(void)in;
	return "fuzz";
}

uint64_t input_raw_bytes(const struct input *in)
{
	return in->read;
}

static void skipped_bytes(void *arg, sv bytes)
{
	buf_sv(arg, bytes);
}

static void skipped_settle(void *arg, bool counts)
{
	/* A stream that neither pauses nor fails has no other answer. */
	if (!counts)
		abort();
	buf_ch(arg, '|');
}

struct reading {
	enum recin_format format;
	size_t max;
	uint64_t seed;	/* of the pieces */
	uint64_t leave; /* the stream at this unit, to come back; 0: never */
};

static struct buf skipped;

static struct recin *begin(const struct reading *w, struct recin_place at)
{
	struct recin *r = recin_new(w->format, w->max);
	struct recin_skipped s = {skipped_bytes, skipped_settle, &skipped};
	struct input *in;

	recin_on_skipped(r, &s);
	next_seed = w->seed;
	in = input_open(-1, "");
	in->rest = sv_from(in->rest, (size_t)at.offset);
	recin_attach_at(r, in, at);
	return r;
}

/* One line a unit. */
static void log_unit(struct buf *log, struct recin *r, enum recin_status st,
		     const struct record *rec)
{
	buf_printf(log, "%d", (int)st);
	if (st != RECIN_EOF)
		buf_printf(log, " %llu %llu",
			   (unsigned long long)recin_index(r),
			   (unsigned long long)recin_offset(r));
	if (st == RECIN_RECORD) {
		struct pb_cur c = pb_walk(rec->wire);
		struct pb_field f;

		if (pb_next(&c, &f) != 1 || c.p != c.end)
			abort();
		buf_printf(log, " kind %d ", (int)rec->kind);
		buf_sv(log, rec->wire);
	} else if (st != RECIN_EOF) {
		buf_printf(log, " %s at %zu", recin_err(r)->msg,
			   recin_err(r)->pos);
	}
	buf_ch(log, '\n');
}

/* Each unit is one, further on but for parts joined, and takes a byte. */
static bool is_next(struct recin *r, uint64_t units, uint64_t before)
{
	return recin_index(r) == units && units <= stream.n &&
	       (units == 1 || recin_offset(r) > before ||
		memmem(stream.p, stream.n, "std", 3));
}

static void read_all(const struct reading *w, struct buf *log)
{
	struct recin *r;
	uint64_t units = 0, before = 0;
	struct record rec;
	enum recin_status st;

	log->n = skipped.n = 0;
	r = begin(w, (struct recin_place){0});
	do {
		size_t n = skipped.n;

		st = recin_next(r, &rec);
		if (w->leave && units + 1 == w->leave) {
			struct recin_place at = recin_place(r);

			recin_free(r);
			skipped.n = n;
			r = begin(w, at);
			st = recin_next(r, &rec);
		}
		log_unit(log, r, st, &rec);
		if (st != RECIN_EOF && !is_next(r, ++units, before)) {
			fprintf(stderr, "%.*s", SV_ARG(buf_view(log)));
			abort();
		}
		before = recin_offset(r);
	} while (st == RECIN_RECORD || st == RECIN_BAD);
	recin_free(r);
	buf_sv(log, buf_view(&skipped));
}

static void same(const char *how, const struct buf *whole,
		 const struct buf *other)
{
	if (sv_eq(buf_view(whole), buf_view(other)))
		return;
	fprintf(stderr, "in one piece:\n%.*s\n%s:\n%.*s\n",
		SV_ARG(buf_view(whole)), how, SV_ARG(buf_view(other)));
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf whole, other;
	struct reading w;

	if (size < 2)
		return 0;
	w = (struct reading){.format = (enum recin_format)(data[0] & 3),
			     .max = data[0] & 4 ? 64 : MIB};
	if (data[0] & 8)
		w.max = 256;
	stream = (sv){(const char *)data + 2, size - 2};
	read_all(&w, &whole);
	w.seed = data[1] * 0x9e3779b97f4a7c15ull | 1;
	read_all(&w, &other);
	same("in many", &whole, &other);
	w.leave = 1 + (data[1] & 15);
	read_all(&w, &other);
	same("left and come back", &whole, &other);
	return 0;
}
