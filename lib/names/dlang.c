/* SPDX-License-Identifier: Apache-2.0 */
#include "names/dlang.h"

#include <ctype.h>
#include <libiberty/demangle.h>
#include <stdlib.h>

#include "base/mem.h"
#include "names/demangle.h"

enum { MAX_EXPANDED = 4 * DEMANGLE_MAX_OUT };

/* Q, any digits A-Z, a last digit a-z: base 26. Bytes read, or 0. */
static size_t back_reference(const char *p, uint64_t *distance)
{
	uint64_t v = 0;
	size_t i = 1;

	if (p[0] != 'Q')
		return 0;
	for (; p[i] >= 'A' && p[i] <= 'Z' && i < 8; i++)
		v = v * 26 + (uint64_t)(p[i] - 'A');
	if (p[i] < 'a' || p[i] > 'z')
		return 0;
	*distance = v * 26 + (uint64_t)(p[i] - 'a');
	return i + 1;
}

/*
 * An upper bound of what back references write out again: each stands for no
 * more than all between its target and itself, an identifier's for itself.
 */
static bool fits(const char *m, size_t n)
{
	uint32_t sum[DEMANGLE_MAX_IN + 1]; /* cost of the first i bytes */

	sum[0] = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t cost = 1, distance = 0;

		if (back_reference(m + i, &distance) && distance <= i) {
			size_t target = i - (size_t)distance;

			cost = sum[i] - sum[target];
			if (isdigit((unsigned char)m[target]))
				cost = strtoul(m + target, NULL, 10);
		}
		if (cost > MAX_EXPANDED || sum[i] + cost > MAX_EXPANDED)
			return false;
		sum[i + 1] = sum[i] + (uint32_t)cost;
	}
	return true;
}

/* Behind a string literal that starts at i. */
static size_t skip_string(sv s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i;
}

/*
 * Cuts the parameters of the last name: `a.f!(int).g(char) const` becomes
 * `a.f!(int).g`. A parenthesis behind `!` holds template arguments.
 */
static sv cut_parameters(sv s)
{
	size_t open = s.n, depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"') {
			i = skip_string(s, i);
		} else if (c == '(') {
			if (depth++ == 0 && i && s.p[i - 1] != '!')
				open = i;
		} else if (c == ')' && depth) {
			depth--;
		} else if (c == '.' && !depth) {
			open = s.n;
		}
	}
	return sv_first(s, open);
}

bool dlang_names(const char *mangled, size_t n, struct buf *symbol,
		 struct buf *function_name)
{
	char *text;
	sv s;

	if (n > DEMANGLE_MAX_IN || !fits(mangled, n))
		return false;
	text = dlang_demangle(mangled, DMGL_PARAMS | DMGL_ANSI);
	s = sv_str(text);
	if (s.n && s.n <= DEMANGLE_MAX_OUT) {
		buf_sv(symbol, s);
		buf_sv(function_name, cut_parameters(s));
	}
	mem_free(text);
	return s.n && s.n <= DEMANGLE_MAX_OUT;
}
