/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protobuf in: nothing that walks wire bytes crashes, and the JSON that is
 * written of any bytes reads back.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/jread.h"
#include "codec/jwrite.h"
#include "codec/pbwire.h"
#include "compact/compact.h"
#include "event/adapter.h"
#include "event/ledger.h"
#include "event/record.h"
#include "hotsym/callview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_frame(void *ctx, const struct adapter_frame *f,
			struct buf *out)
{
	(void)ctx;
	pb_put_string(out, 7, f->symbol);
}

static void as_json(sv wire)
{
	static struct jread *reader;
	static struct buf json, again;
	struct rt_err err;
	bool named;

	if (!reader)
		reader = jread_new();
	json.n = again.n = 0;
	if (!jwrite_record(&json, record_schema(), wire, &err))
		return;
	memset(buf_reserve(&json, JREAD_PADDING), 0, JREAD_PADDING);
	if (jread_record(reader, buf_view(&json), record_schema(),
			 record_field(RECORD_TETRAGON), &again, &named,
			 &err) == JREAD_OK)
		return;
	fprintf(stderr, "%s: %.*s\n", err.msg, SV_ARG(buf_view(&json)));
	abort();
}

static void as_event(sv wire)
{
	static struct adapter *adapter;
	static struct callview call;
	static struct buf out;
	struct adapter_info info = {.unknown = 0};
	struct tetragon_event e;

	if (!adapter)
		adapter = adapter_new(write_frame, NULL);
	out.n = 0;
	if (tetragon_parse(wire, &e) &&
	    adapter_write(adapter, &e, wire, &out, &info))
		callview_parse(buf_view(&out), &call);
	callview_parse(wire, &call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf text;
	sv wire = {(const char *)data, size};
	struct ledger_view ledger;
	struct timestamp t;
	struct rt_err err;
	struct record r;

	as_json(wire);
	as_event(wire);
	ledger_parse(wire, &ledger);
	text.n = 0;
	compact_record(&text, wire, &(struct compact_style){.colour = true},
		       &err);
	if (record_parse(wire, &r)) {
		record_time(&r, &t);
		as_event(r.body);
	}
	return 0;
}
