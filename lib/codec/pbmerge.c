/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/pbmerge.h"

#include "codec/pbwire.h"

/* A value of the wrong wire type is an unknown field. */
static const struct schema_field *field_of(const struct schema_msg *m,
					   const struct pb_field *v)
{
	const struct schema_field *f = schema_by_num(m, v->num);

	return f && schema_accepts(f, v->wt) ? f : NULL;
}

static bool is_message(const struct schema_field *f)
{
	return f->kind == SCHEMA_MESSAGE || f->kind == SCHEMA_TIMESTAMP ||
	       f->kind == SCHEMA_WRAPPER;
}

/* All values of f: gathered, merged or the last, as its type wants. */
static void put_field(struct buf *out, const struct schema_msg *m,
		      const struct schema_field *f, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field v;
	sv last = SV_NULL;
	struct buf joined = {0};

	while (pb_next(&c, &v) > 0) {
		if (field_of(m, &v) != f)
			continue;
		last = v.raw;
		if (f->repeated || f->kind == SCHEMA_MAP)
			buf_sv(out, v.raw);
		else if (is_message(f))
			buf_sv(&joined, v.data);
	}
	if (!f->repeated && f->kind != SCHEMA_MAP) {
		if (is_message(f))
			pb_put_bytes(out, f->num, buf_view(&joined));
		else
			buf_sv(out, last);
	}
	buf_release(&joined);
}

void pbmerge_message(struct buf *out, const struct schema_msg *m, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	uint8_t winner[32] = {0}; /* oneof -> index + 1 of its last member */
	struct buf unknown = {0};
	uint64_t done = 0;
	struct pb_field v;

	while (pb_next(&c, &v) > 0) {
		const struct schema_field *f = field_of(m, &v);

		if (!f)
			buf_sv(&unknown, v.raw);
		else if (f->oneof)
			winner[f->oneof & 31] = (uint8_t)(f->index + 1);
	}
	c = pb_walk(wire);
	while (pb_next(&c, &v) > 0) {
		const struct schema_field *f = field_of(m, &v);

		if (!f || done >> f->index & 1)
			continue;
		done |= (uint64_t)1 << f->index;
		if (!f->oneof || winner[f->oneof & 31] == f->index + 1)
			put_field(out, m, f, wire);
	}
	buf_sv(out, buf_view(&unknown));
	buf_release(&unknown);
}
