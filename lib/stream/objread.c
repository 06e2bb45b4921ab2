/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/objread.h"

void objread_init(struct objread *o)
{
	*o = (struct objread){.reader = jread_new()};
}

void objread_release(struct objread *o)
{
	jread_free(o->reader);
	buf_release(&o->wire);
	envelope_release(&o->envelope);
}

enum jread_status objread_text(struct objread *o, sv text, bool docker,
			       struct record *rec, struct rt_err *err)
{
	enum jread_status st;
	bool named;

	o->wire.n = 0;
	st = jread_record(o->reader, text, record_schema(),
			  record_field(RECORD_TETRAGON), &o->wire, &named,
			  err);
	if (st != JREAD_OK)
		return st;
	if (!record_parse(buf_view(&o->wire), rec)) {
		/* A kind of the future, kept as text. */
		*rec = (struct record){.wire = buf_view(&o->wire)};
	}
	rec->raw = !named;
	o->kind = ENVELOPE_NONE;
	if (UNLIKELY(!named && envelope_possible(rec->body)))
		o->kind = envelope_open(&o->envelope, o->reader, docker, rec);
	return JREAD_OK;
}
