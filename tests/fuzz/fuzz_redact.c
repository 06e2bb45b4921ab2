/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any string through the redaction core. Byte 0 chooses the call and the
 * options; up to the first newline comes the binary or key, then the string.
 * Redacting twice changes nothing, and UTF-8 stays UTF-8.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool apply(struct redact *r, unsigned how, sv key, sv s, struct buf *out)
{
	switch (how % 6) {
	case 0:
		return redact_cmdline(r, key, s, false, out);
	case 1:
		return redact_cmdline(r, key, s, true, out);
	case 2:
		return redact_env(r, key, s, out);
	case 3:
		return redact_path(r, s, out);
	case 4:
		return redact_text(r, s, out);
	default:
		return redact_bytes(r, s, out);
	}
}

static void check(struct redact *r, unsigned how, sv key, sv s)
{
	struct buf once = {0}, twice = {0};

	if (apply(r, how, key, s, &once)) {
		if (utf8_valid_prefix(s) == s.n &&
		    utf8_valid_prefix(buf_view(&once)) != once.n)
			abort();
		if (once.n && apply(r, how, key, buf_view(&once), &twice))
			abort();
	} else if (once.n) {
		abort();
	}
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct redact *r;
	char *copy;
	size_t nl;
	sv in;

	if (!r)
		r = redact_new(NULL);
	if (size == 0)
		return 0;
	/* An exact-size copy, so that a read past the end is seen. */
	copy = mem_dup(data + 1, size - 1);
	in = (sv){copy, size - 1};
	nl = sv_find(in, '\n');
	if (nl == SIZE_MAX)
		check(r, data[0], SV("sh"), in);
	else
		check(r, data[0], sv_first(in, nl), sv_from(in, nl + 1));
	mem_free(copy);
	return 0;
}
