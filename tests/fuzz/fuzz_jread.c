/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in: never crashes; what the reader takes, jansson takes as well, and
 * what the writer makes of it reads back as the same text.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/jread.h"
#include "codec/jwrite.h"
#include "event/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct jread *reader;

static enum jread_status read_text(sv text, struct buf *out)
{
	struct rt_err err;
	bool named;

	out->n = 0;
	return jread_record(reader, text, record_schema(),
			    record_field(RECORD_TETRAGON), out, &named, &err);
}

static void must(bool ok, const char *what, sv text)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %.*s\n", what, SV_ARG(text));
	abort();
}

/* jansson knows no duplicate keys, huge integers, or NUL in strings. */
static bool jansson_takes(sv text)
{
	json_error_t e;
	json_t *j = json_loadb(text.p, text.n,
			       JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &e);
	bool limit = !j && (json_error_code(&e) == json_error_numeric_overflow ||
			    json_error_code(&e) ==
				    json_error_null_byte_in_key);

	json_decref(j);
	return j || limit;
}

static void round_trip(const struct buf *wire, sv text)
{
	static struct buf json, again, twice;
	struct rt_err err;

	json.n = twice.n = 0;
	if (!jwrite_record(&json, record_schema(), buf_view(wire), &err)) {
		/* "@pb" carries any bytes: the tool drops and counts those. */
		must(memmem(text.p, text.n, "pb", 2) != NULL,
		     "cannot be written", text);
		return;
	}
	must(jansson_takes(buf_view(&json)), "jansson refuses ours",
	     buf_view(&json));
	memset(buf_reserve(&json, JREAD_PADDING), 0, JREAD_PADDING);
	must(read_text(buf_view(&json), &again) == JREAD_OK,
	     "does not read back", buf_view(&json));
	must(jwrite_record(&twice, record_schema(), buf_view(&again), &err) &&
		     sv_eq(buf_view(&twice), buf_view(&json)),
	     "reads back as something else", buf_view(&json));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf wire;
	char *text = mem_alloc(size + JREAD_PADDING);
	sv view = {text, size};

	if (!reader)
		reader = jread_new();
	if (size)
		memcpy(text, data, size);
	memset(text + size, 0, JREAD_PADDING);
	if (read_text(view, &wire) == JREAD_OK) {
		must(jansson_takes(view), "jansson refuses", view);
		round_trip(&wire, view);
	}
	mem_free(text);
	return 0;
}
