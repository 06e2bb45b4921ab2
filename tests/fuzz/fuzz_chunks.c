/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream in pieces of any size, which this file's own input module hands
 * out: every unit, its place and what is said of it must be those of the
 * stream in one piece. Byte 0 chooses format and limit, byte 1 the pieces.
 *
 * It stands in for lib/pipe/input.c, which the linker then leaves out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/recin.h"

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

/* One line a unit. */
static void read_all(uint64_t seed, enum recin_format format, size_t max,
		     struct buf *log)
{
	struct recin *r = recin_new(format, max);
	uint64_t units = 0, before = 0;
	struct record rec;
	enum recin_status st;

	next_seed = seed;
	recin_attach(r, input_open(-1, ""));
	log->n = 0;
	do {
		st = recin_next(r, &rec);
		buf_printf(log, "%d %llu %llu", (int)st,
			   (unsigned long long)recin_index(r),
			   (unsigned long long)recin_offset(r));
		if (st == RECIN_RECORD) {
			struct pb_cur c = pb_walk(rec.wire);
			struct pb_field f;

			if (pb_next(&c, &f) != 1 || c.p != c.end)
				abort();
			buf_printf(log, " kind %d ", (int)rec.kind);
			buf_sv(log, rec.wire);
		} else if (st != RECIN_EOF) {
			buf_printf(log, " %s at %zu", recin_err(r)->msg,
				   recin_err(r)->pos);
		}
		buf_ch(log, '\n');
		/* Each unit is one, further on, and takes a byte at least. */
		if (st != RECIN_EOF &&
		    (recin_index(r) != ++units ||
		     (units > 1 && recin_offset(r) <= before) ||
		     units > stream.n)) {
			fprintf(stderr, "%.*s", SV_ARG(buf_view(log)));
			abort();
		}
		before = recin_offset(r);
	} while (st == RECIN_RECORD || st == RECIN_BAD);
	recin_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf whole, pieces;
	enum recin_format format;
	size_t max;

	if (size < 2)
		return 0;
	format = (enum recin_format)(data[0] & 3);
	max = data[0] & 4 ? 64 : MIB;
	stream = (sv){(const char *)data + 2, size - 2};
	read_all(0, format, max, &whole);
	read_all(data[1] * 0x9e3779b97f4a7c15ull | 1, format, max, &pieces);
	if (!sv_eq(buf_view(&whole), buf_view(&pieces))) {
		fprintf(stderr, "in one piece:\n%.*s\nin many:\n%.*s\n",
			SV_ARG(buf_view(&whole)), SV_ARG(buf_view(&pieces)));
		abort();
	}
	return 0;
}
