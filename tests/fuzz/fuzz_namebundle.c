/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle of names, line by line: what it holds is found by its id, and only
 * by ids; a name's own id leads back to it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "redact/namebundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct namebundle *b, sv line)
{
	size_t quote = sv_find(line, '#');
	sv name, again;
	const char *id;

	if (quote == SIZE_MAX ||
	    !namebundle_name(b, sv_first(sv_from(line, quote), NAMEBUNDLE_ID),
			     &name))
		return;
	id = namebundle_id(b, name);
	if (!id || !namebundle_is_id((sv){id, strlen(id)}) ||
	    !namebundle_name(b, (sv){id, NAMEBUNDLE_ID}, &again) ||
	    !sv_eq(name, again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exact size, so that a read past the end is seen. */
	char *copy = mem_dup(data, size);
	struct namebundle *b = namebundle_new(SV_NULL, 100);
	struct namebundle_err err;
	sv rest = {copy, size};
	size_t number = 0;

	while (rest.n) {
		sv line = sv_first(rest, sv_find(rest, '\n'));

		if (namebundle_line(b, line, ++number, &err))
			check(b, line);
		rest = sv_from(rest, line.n + 1);
	}
	namebundle_free(b);
	mem_free(copy);
	return 0;
}
