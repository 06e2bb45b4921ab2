/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options: text to typed destination. */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pipe/opt.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* A decimal number, maybe with a fraction, and a unit of the table. */
static const char *with_unit(const char *s, const struct unit *units,
			     uint64_t *v)
{
	char *end;
	double d;

	errno = 0;
	d = strtod(s, &end);
	if (end == s || errno || !(d >= 0))
		return "not a number";
	for (; units->name; units++) {
		if (strcmp(end, units->name) != 0)
			continue;
		d *= (double)units->factor;
		if (d > 9e18)
			return "too large";
		*v = (uint64_t)(d + 0.5);
		return NULL;
	}
	return "unknown unit";
}

static const char *set_size(const char *s, uint64_t *v)
{
	static const struct unit units[] = {
		{"", 1},	       {"B", 1},
		{"KiB", KIB},	       {"K", KIB},
		{"MiB", MIB},	       {"M", MIB},
		{"GiB", KIB * MIB},    {"G", KIB * MIB},
		{"kB", 1000},	       {"MB", 1000 * 1000},
		{"GB", 1000000000ull}, {NULL, 0}};

	return with_unit(s, units, v);
}

static const char *set_duration(const char *s, uint64_t *v)
{
	static const struct unit units[] = {{"", 1000},	     {"ms", 1},
					    {"s", 1000},     {"m", 60000},
					    {"h", 3600000},  {"d", 86400000},
					    {NULL, 0}};

	return with_unit(s, units, v);
}

static const char *set_uint(struct opt *o, const char *s)
{
	uint64_t *v = o->dst;
	char *end;
	unsigned long long x;

	errno = 0;
	x = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno)
		return "not a whole number";
	if (x < o->min || (o->max && x > o->max))
		return "out of range";
	*v = x;
	return NULL;
}

static const char *set_real(const char *s, double *v)
{
	char *end;
	double d = strtod(s, &end);

	if (end == s || *end || !(d >= 0 && d <= 1))
		return "not a number from 0 to 1";
	*v = d;
	return NULL;
}

static const char *set_flag(const char *s, bool *v)
{
	if (!s || !strcmp(s, "true") || !strcmp(s, "1") || !strcmp(s, "yes"))
		*v = true;
	else if (!strcmp(s, "false") || !strcmp(s, "0") || !strcmp(s, "no"))
		*v = false;
	else
		return "not true or false";
	return NULL;
}

static const char *set_choice(const struct opt *o, const char *s)
{
	for (const char *const *c = o->choices; *c; c++)
		if (!strcmp(*c, s)) {
			*(const char **)o->dst = *c;
			return NULL;
		}
	return "not one of the choices";
}

static void append(struct opt_list *l, const char *s)
{
	l->v = mem_realloc(l->v, (l->n + 1) * sizeof(*l->v));
	l->v[l->n++] = s;
}

const char *opt_set(struct opt *o, const char *value)
{
	switch (o->kind) {
	case OPT_FLAG:
		return set_flag(value, o->dst);
	case OPT_STRING:
		*(const char **)o->dst = value;
		return NULL;
	case OPT_UINT:
		return set_uint(o, value);
	case OPT_SIZE:
		return set_size(value, o->dst);
	case OPT_DURATION:
		return set_duration(value, o->dst);
	case OPT_REAL:
		return set_real(value, o->dst);
	case OPT_CHOICE:
		return set_choice(o, value);
	case OPT_LIST:
		append(o->dst, value);
		return NULL;
	}
	return "no such kind";
}
