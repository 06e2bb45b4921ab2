/* SPDX-License-Identifier: Apache-2.0 */
#include "event/hook.h"

#define SHA256_HEX 64

static sv cut_prefix(sv s, sv prefix)
{
	return sv_starts(s, prefix) ? sv_from(s, prefix.n) : s;
}

/* Behind "__<word>_" where the word is an architecture or wrapper layer. */
static sv cut_layer(sv s)
{
	static const char *const layers[] = {
		"x64",	 "ia32",  "x32",   "arm64", "arm",	"riscv",
		"s390",	 "s390x", "powerpc", "mips", "loongarch", "se",
		"do"};
	sv rest = sv_from(s, 2);
	size_t end = sv_find(rest, '_');

	if (!sv_starts(s, SV("__")) || end == SIZE_MAX)
		return SV_NULL;
	for (size_t i = 0; i < ARRAY_LEN(layers); i++)
		if (sv_eq(sv_first(rest, end), sv_str(layers[i])))
			return sv_from(rest, end + 1);
	return SV_NULL;
}

sv hook_syscall(sv function)
{
	sv s = sv_starts(function, SV("__")) ? cut_layer(function) : function;

	s = cut_prefix(s, SV("compat_"));
	if (sv_starts(s, SV("sys_")))
		return sv_from(s, 4);
	if (sv_starts(s, SV("SyS_")) && s.p == function.p)
		return sv_from(s, 4);
	return SV_NULL;
}

sv hook_tracepoint_syscall(sv subsys, sv event)
{
	if (!sv_eq(subsys, SV("syscalls")))
		return SV_NULL;
	if (sv_starts(event, SV("sys_enter_")))
		return sv_from(event, 10);
	if (sv_starts(event, SV("sys_exit_")))
		return sv_from(event, 9);
	return SV_NULL;
}

sv hook_container_id(sv reference)
{
	for (size_t i = 0; i + 2 < reference.n; i++)
		if (!memcmp(reference.p + i, "://", 3))
			return sv_from(reference, i + 3);
	return reference;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

sv hook_image_digest(sv reference)
{
	static const sv scheme = {"sha256:", 7};
	sv s = reference;

	while (s.n >= scheme.n + SHA256_HEX) {
		size_t i = sv_find(s, 's'), k = 0;

		if (i == SIZE_MAX)
			break;
		s = sv_from(s, i);
		if (sv_starts(s, scheme)) {
			sv hex = sv_from(s, scheme.n);

			while (k < hex.n && is_hex(hex.p[k]))
				k++;
			if (k == SHA256_HEX)
				return sv_first(s, scheme.n + SHA256_HEX);
		}
		s = sv_from(s, 1);
	}
	return SV_NULL;
}
