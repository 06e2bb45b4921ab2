/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a perf map, whole and in two pieces: what is found at an address
 * is what the last entry says that covers it, told by looking at every line.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "names/jitname.h"
#include "symbol/perfmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static bool number(const char **s, const char *end, uint64_t *v)
{
	char *stop;

	if (**s == '-' || **s == '+' || **s == ' ' || **s == '\t' ||
	    **s == '\v' || **s == '\f' || **s == '\r' || **s == '\n')
		return false;
	*v = strtoull(*s, &stop, 16);
	if (stop == *s || stop >= end || *stop != ' ')
		return false;
	*s = stop + 1;
	return true;
}

/* The last line that covers the address, or NULL. */
static const char *last_cover(const char *text, uint64_t at, uint64_t *start)
{
	const char *found = NULL;

	for (const char *s = text; *s; s = strchr(s, '\n') + 1) {
		const char *end = strchr(s, '\n'), *p = s;
		uint64_t from, n;

		if (number(&p, end, &from) && number(&p, end, &n) && p < end &&
		    at >= from && at - from < n && n <= UINT32_MAX &&
		    from + n >= from) {
			found = p;
			*start = from;
		}
	}
	return found;
}

static void look(struct perfmap *m, const char *text, uint64_t at)
{
	static struct jitname_bufs room;
	struct perfmap_hit hit;
	struct jitname n;
	uint64_t start = 0;
	const char *want = last_cover(text, at, &start);

	require(perfmap_find(m, at, false, &hit) == (want != NULL));
	if (!want)
		return;
	require(hit.offset == at - start);
	require(memcmp(hit.name.p, want, hit.name.n) == 0);
	jitname_parse(hit.name, &room, &n);
	require(n.function_name.n && n.symbol.n);
	require(utf8_valid_prefix(n.function_name) == n.function_name.n);
	require(utf8_valid_prefix(n.source_file) == n.source_file.n);
	require(utf8_valid_prefix(n.symbol) == n.symbol.n);
}

/* Seventeen digits overflow for strtoull, or are zeros in front: not ours. */
static bool has_long_number(const char *s)
{
	size_t run = 0;

	for (; *s; s++) {
		run = *s == ' ' || *s == '\n' ? 0 : run + 1;
		if (run > 18)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct perfmap *m = perfmap_new();
	char *text = malloc(size + 2);
	size_t half = size / 2, n;

	memcpy(text, data, size);
	for (size_t i = 0; i < size; i++)
		if (!text[i] || text[i] == '\r')
			text[i] = '?';
	text[size] = '\n';
	text[size + 1] = '\0';
	n = perfmap_add(m, (sv){text, half}, false, SIZE_MAX);
	require(n <= half);
	require(perfmap_add(m, (sv){text + n, size + 1 - n}, true, SIZE_MAX) ==
		size + 1 - n);
	if (!has_long_number(text))
		for (const char *s = text; *s; s = strchr(s, '\n') + 1) {
			uint64_t at = strtoull(s, NULL, 16);

			look(m, text, at);
			look(m, text, at + 1);
			look(m, text, at - 1);
		}
	free(text);
	perfmap_free(m);
	return 0;
}
