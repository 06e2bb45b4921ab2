/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a symbol's name: no crash, no hang, both names bounded and
 * UTF-8. The first byte picks a prefix, so that all demanglers are reached.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "names/demangle.h"
#include "names/hygiene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const sv prefixes[] = {SV(""),	SV("_Z"),  SV("_ZN"), SV("_R"),
				      SV("_D"), SV("_ZT"), SV("_RNv")};
	static struct buf raw, symbol, name;
	sv s;

	if (!size)
		return 0;
	raw.n = symbol.n = name.n = 0;
	buf_sv(&raw, prefixes[data[0] % ARRAY_LEN(prefixes)]);
	buf_add(&raw, data + 1, size - 1);
	demangle_symbol(buf_view(&raw), data[0] & 128, &symbol, &name);
	s = buf_view(&symbol);
	require(s.n <= DEMANGLE_MAX_OUT && utf8_valid_prefix(s) == s.n);
	s = buf_view(&name);
	require(s.n <= DEMANGLE_MAX_OUT && utf8_valid_prefix(s) == s.n);
	/* Cutting twice cuts no more. */
	s = hygiene_cut_clone(hygiene_cut_version(buf_view(&raw)), false);
	require(hygiene_cut_clone(s, false).n == s.n);
	return 0;
}
