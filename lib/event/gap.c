/* SPDX-License-Identifier: Apache-2.0 */
#include "event/gap.h"

#include "codec/pbwire.h"

void gap_write(const struct gap *g, struct buf *out)
{
	pb_put_string(out, 1, g->stage);
	pb_put_string(out, 2, sv_str(g->reason));
	pb_put_uint(out, 3, g->count);
	pb_put_uint(out, 4, g->unknown);
	if (timestamp_is_set(g->from))
		pb_put_timestamp(out, 5, g->from.sec, g->from.nsec);
	if (timestamp_is_set(g->to))
		pb_put_timestamp(out, 6, g->to.sec, g->to.nsec);
	pb_put_string(out, 7, g->scope);
	pb_put_string(out, 8, g->detail);
}

sv gap_without_stage(sv body)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;

	return pb_next(&c, &f) == 1 && f.num == 1 ? sv_from(body, f.raw.n)
						  : body;
}
