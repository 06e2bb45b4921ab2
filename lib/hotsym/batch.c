/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/batch.h"

#include "codec/pbwire.h"

struct timestamp batch_time(int64_t ns)
{
	int64_t sec = ns / 1000000000, rest = ns % 1000000000;

	if (rest < 0) {
		rest += 1000000000;
		sec--;
	}
	return (struct timestamp){sec, (int32_t)rest};
}

#define OFTEN_A_DAY 1000
#define DAY_NS (INT64_C(86400) * 1000000000)

double batch_confidence(uint64_t count, uint8_t verdict, int64_t window_ns)
{
	uint64_t days = (uint64_t)((window_ns + DAY_NS - 1) / DAY_NS);
	bool often = count > OFTEN_A_DAY * MAX(days, (uint64_t)1);

	/* 1 to 3: same, corrected, resolved. */
	if (verdict >= 1 && verdict <= 3)
		return often ? 1.0 : 0.8;
	return often ? 0.75 : 0.6;
}

static void put_time(struct buf *out, uint32_t num, struct timestamp t)
{
	if (timestamp_is_set(t))
		pb_put_timestamp(out, num, t.sec, t.nsec);
}

static void put_window(struct buf *out, const struct batch *b, uint32_t start,
		       uint32_t end)
{
	if (b->start == WINDOW_UNTIMED)
		return;
	put_time(out, start, batch_time(b->start));
	put_time(out, end, batch_time(b->start + b->length));
}

static void put_source(struct buf *out, const struct batch *b, uint32_t num)
{
	size_t at = pb_open(out, num, 1);

	pb_put_string(out, 1, b->window->cluster);
	pb_put_string(out, 2, b->window->node);
	pb_put_string(out, 3, b->session);
	pb_close(out, at, 1);
}

static void put_symbol(struct buf *out, const struct batch *b,
		       const struct window_symbol *s, double confidence)
{
	put_window(out, b, 1, 2);
	pb_put_string(out, 3, *s->image_digest);
	pb_put_string(out, 4, *s->purl);
	pb_put_string(out, 5, *s->function_name);
	pb_put_string(out, 6, *s->module);
	pb_put_string(out, 7, *s->build_id);
	pb_put_string(out, 8, *s->function_id);
	pb_put_uint(out, 9, s->count);
	for (uint32_t i = 0; i < s->n_callers; i++)
		pb_put_bytes(out, 10, *s->callers[i]);
	pb_put_uint(out, 11, s->n_callers);
	put_time(out, 14, s->first);
	put_time(out, 15, s->last);
	if (s->sample) {
		buf_sv(out, s->sample->frames);
		buf_sv(out, s->sample->args);
	}
	pb_put_double(out, 18, confidence);
	pb_put_uint(out, 19, b->partial);
	put_source(out, b, 20);
	pb_put_uint(out, 21, s->callers_truncated);
	pb_put_uint(out, 22, b->chunk);
}

static void put_package(struct buf *out, const struct batch *b,
			const struct window_package *p)
{
	pb_put_string(out, 1, *p->image_digest);
	pb_put_string(out, 2, *p->purl);
	pb_put_string(out, 3, *p->module);
	pb_put_string(out, 4, *p->build_id);
	pb_put_uint(out, 5, p->evidence);
	pb_put_uint(out, 6, p->count);
	put_time(out, 7, p->first);
	put_time(out, 8, p->last);
	put_window(out, b, 9, 10);
	put_source(out, b, 11);
	pb_put_uint(out, 12, b->partial);
	pb_put_uint(out, 13, b->chunk);
}

void batch_write(const struct batch *b, const struct batch_sink *sink,
		 struct batch_counts *counts)
{
	const struct window *w = b->window;

	for (size_t i = 0; i < w->n_symbols; i++) {
		const struct window_symbol *s = w->symbols[i];
		double c = batch_confidence(s->count, s->verdict, b->length);

		counts->callers_truncated += s->callers_truncated;
		if (c < b->min_confidence) {
			counts->below_confidence++;
			continue;
		}
		put_symbol(sink->begin_symbol(sink->ctx), b, s, c);
		sink->end_symbol(sink->ctx);
	}
	for (size_t i = 0; i < w->n_packages; i++) {
		put_package(sink->begin_package(sink->ctx), b, w->packages[i]);
		sink->end_package(sink->ctx);
	}
}
