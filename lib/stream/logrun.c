/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/logrun.h"

#include "codec/jread.h"

#define KEPT_SIZE (256 * KIB) /* of a buffer, for the next run */

void logrun_release(struct logrun *r)
{
	buf_release(&r->text);
	buf_release(&r->lines);
	*r = (struct logrun){.open = false};
}

static void empty(struct buf *b)
{
	if (b->cap > KEPT_SIZE)
		buf_release(b);
	b->n = 0;
}

static void begin(struct logrun *r, uint64_t offset)
{
	r->open = true;
	r->over = r->damaged = false;
	r->offset = offset;
	r->bytes = 0;
	empty(&r->text);
	empty(&r->lines);
}

void logrun_overrun(struct logrun *r, struct recbuf *b)
{
	if (!r->open)
		begin(r, b->offset);
	r->over = true;
	recbuf_disown(b, buf_view(&r->lines));
	empty(&r->text);
	empty(&r->lines);
}

void logrun_add(struct logrun *r, struct recbuf *b, size_t n, sv part,
		size_t max)
{
	if (!r->open)
		begin(r, b->offset);
	r->bytes += MIN(n, SIZE_MAX - r->bytes);
	if (r->bytes > max && !r->over)
		logrun_overrun(r, b);
	if (r->over) {
		recbuf_skip(b, n);
		return;
	}
	if (b->on_skipped)
		buf_sv(&r->lines, sv_first(recbuf_view(b), n));
	buf_sv(&r->text, part);
	memset(buf_reserve(&r->text, JREAD_PADDING), 0, JREAD_PADDING);
	recbuf_take(b, n);
}

void logrun_close(struct logrun *r, struct recbuf *b, bool is_record)
{
	if (!is_record)
		recbuf_disown(b, buf_view(&r->lines));
	r->open = false;
}
