/* SPDX-License-Identifier: Apache-2.0 */
#include "load/chain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "codec/pbwire.h"
#include "event/ledger.h"

#define F_UPSTREAM 13 /* of rt.v1.Ledger */

static void PRINTF_LIKE(2, 3) wrong(struct chain *c, const char *fmt, ...)
{
	va_list ap;

	if (c->wrong[0])
		return;
	va_start(ap, fmt);
	vsnprintf(c->wrong, sizeof(c->wrong), fmt, ap);
	va_end(ap);
}

static sv upstream_of(sv ledger)
{
	struct pb_cur c = pb_walk(ledger);
	struct pb_field f;
	sv name = SV_NULL;

	while (pb_next(&c, &f) > 0)
		if (f.num == F_UPSTREAM)
			name = f.data;
	return name;
}

/* A ledger without upstream begins the chain; later ones must fit on. */
static void check_link(struct chain *c, const struct ledger_view *v,
		       sv upstream, const char *stage)
{
	if (!sv_eq(upstream, sv_str(c->stage)))
		wrong(c, "%s read from '%.*s', whose ledger is not here",
		      stage, SV_ARG(sv_first(upstream, 40)));
	else if (c->ledgers && v->in != c->given)
		wrong(c, "%s wrote %" PRIu64 " records, %s read %" PRIu64,
		      c->stage, c->given, stage, v->in);
}

void chain_add(struct chain *c, sv ledger)
{
	struct ledger_view v;
	char stage[sizeof(c->stage)];

	if (!ledger_parse(ledger, &v)) {
		wrong(c, "a ledger is malformed");
		return;
	}
	snprintf(stage, sizeof(stage), "%.*s", SV_ARG(sv_first(v.stage, 63)));
	check_link(c, &v, upstream_of(ledger), stage);
	if (v.in != v.out + v.dropped + v.merged)
		wrong(c, "%s read %" PRIu64 " records and accounts for %" PRIu64,
		      stage, v.in, v.out + v.dropped + v.merged);
	if (!v.complete)
		wrong(c, "%s says that its input was not complete", stage);
	c->given = v.out + v.created;
	c->ledgers++;
	memcpy(c->stage, stage, sizeof(stage));
}

void chain_reset(struct chain *c)
{
	memset(c, 0, sizeof(*c));
}

bool chain_closes(const struct chain *c)
{
	return c->ledgers && !c->wrong[0];
}
