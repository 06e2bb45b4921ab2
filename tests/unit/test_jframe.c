/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an object ends: what jansson prints ends where jansson stopped
 * printing, whatever follows and in whatever pieces it comes.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stream/jframe.h"
#include "tap.h"

static uint64_t seed = 3;

static unsigned rnd(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

static json_t *any(int depth)
{
	static const char *const words[] = {
		"", "a", "{", "}\"", "\\", "[1,", "\n\t\x01", "é€😀", "://"};
	json_t *j;
	unsigned n;

	switch (rnd(depth > 0 ? 8 : 6)) {
	case 0:
		return json_integer((json_int_t)rnd(100000) - 50000);
	case 1:
		return json_real(rnd(1000) / 7.0);
	case 2:
		return json_boolean(rnd(2));
	case 3:
		return json_null();
	case 4:
	case 5:
		return json_string(words[rnd(ARRAY_LEN(words))]);
	case 6:
		j = json_array();
		for (n = rnd(4); n; n--)
			json_array_append_new(j, any(depth - 1));
		return j;
	default:
		j = json_object();
		for (n = rnd(4); n; n--)
			json_object_set_new(j, words[rnd(ARRAY_LEN(words))],
					    any(depth - 1));
		return j;
	}
}

/* An object as text, printed in one of several ways. */
static char *text_of(void)
{
	static const size_t how[] = {JSON_COMPACT, 0, JSON_INDENT(2),
				     JSON_INDENT(7) | JSON_ENSURE_ASCII,
				     JSON_ESCAPE_SLASH | JSON_COMPACT};
	json_t *j = json_object();
	char *s;

	for (unsigned n = rnd(5); n; n--)
		json_object_set_new(j, n % 2 ? "k{\"" : "other", any(4));
	s = json_dumps(j, how[rnd(ARRAY_LEN(how))]);
	json_decref(j);
	return s;
}

static enum jframe_status scan(sv text, bool in_pieces, size_t *pos)
{
	enum jframe_status st = JFRAME_MORE;
	struct jframe f;
	size_t n = in_pieces ? 0 : text.n;

	jframe_init(&f);
	do {
		n = MIN(text.n, n + rnd(5));
		st = jframe_scan(&f, sv_first(text, n));
	} while (st == JFRAME_MORE && n < text.n);
	*pos = f.pos;
	return st;
}

static bool ends_where_it_ends(void)
{
	char *a = text_of(), *b = text_of(), both[20000];
	int n = snprintf(both, sizeof(both), "%s%s%s", a, rnd(2) ? "" : "\n", b);
	sv text = {both, (size_t)n};
	size_t pos;
	bool good = true;

	for (int pieces = 0; pieces < 2; pieces++)
		good &= scan(text, pieces, &pos) == JFRAME_DONE &&
			pos == strlen(a);
	for (size_t k = 0; k < strlen(a); k++)
		good &= scan(sv_first(text, k), k % 2, &pos) == JFRAME_MORE &&
			pos == k;
	if (!good)
		printf("# %s\n", a);
	free(a);
	free(b);
	return good;
}

/* Any change: the same answer in pieces, and jansson's yes is ours, too. */
static bool changed(void)
{
	char *a = text_of();
	size_t n = strlen(a), p1, p2;
	enum jframe_status one, two;
	bool good = true;
	json_t *j;

	for (unsigned k = 1 + rnd(3); k && n; k--)
		a[rnd((unsigned)n)] = "{}[]\",:\\ \n0a\x01t"[rnd(14)];
	one = scan((sv){a, n}, false, &p1);
	two = scan((sv){a, n}, true, &p2);
	good = one == two && p1 == p2;
	j = json_loadb(a, n, JSON_ALLOW_NUL, NULL);
	if (json_is_object(j) && a[0] == '{')
		good &= one == JFRAME_DONE;
	json_decref(j);
	if (!good)
		printf("# %s\n", a);
	free(a);
	return good;
}

static void is(const char *text, enum jframe_status want, size_t at)
{
	size_t pos;
	enum jframe_status st = scan(sv_str(text), false, &pos);
	const char *nl = strchr(text, '\n');

	ok(st == want && pos == at, "%.*s%s%s: %d at %zu",
	   nl ? (int)(nl - text) : 99, text, nl ? "\\n" : "",
	   nl ? nl + 1 : "", (int)st, pos);
}

static void by_hand(void)
{
	is("{}", JFRAME_DONE, 2);
	is("{}{}", JFRAME_DONE, 2);
	is("{\"a\":{\"b\":[1,{}]}}x", JFRAME_DONE, 18);
	is("{\"a\":\"}\"}", JFRAME_DONE, 9);
	is("{\"a\\\"}\":1}", JFRAME_DONE, 10);
	is("{", JFRAME_MORE, 1);
	is("", JFRAME_MORE, 0);
	is("{\"a\":1", JFRAME_MORE, 6);
	/* A cut line and the next object behind it. */
	is("{\"a\":\"xy\n{\"b\":1}", JFRAME_BAD, 8);
	is("{\"a\":1\n{\"b\":1}", JFRAME_BAD, 7);
	is("{\"a\"\n{\"b\":1}", JFRAME_BAD, 5);
	is("{\n{\"b\":1}", JFRAME_BAD, 2);
	is("{\"a\":1,\n{\"b\":1}", JFRAME_BAD, 8);
	is("[1]", JFRAME_BAD, 0);
	is("\"a\"", JFRAME_BAD, 0);
	is("1", JFRAME_BAD, 0);
	is("{]", JFRAME_BAD, 1);
	is("{\"a\":[}", JFRAME_BAD, 6);
	is("{1:2}", JFRAME_BAD, 1);
	is("{\"a\",}", JFRAME_BAD, 4);
	is("{\"a\":}", JFRAME_BAD, 5);
	is("{,}", JFRAME_BAD, 1);
	is("{\"a\":[1,]}", JFRAME_BAD, 8);
	is("{\"a\" 1}", JFRAME_BAD, 5);
	is("{\"a\":1 2}", JFRAME_BAD, 7);
	is("{\"a\":'x'}", JFRAME_BAD, 5);
}

static void depth(void)
{
	char deep[2 * JFRAME_MAX_DEPTH + 64], *q = deep;
	size_t pos;

	q += sprintf(q, "{\"a\":");
	for (int i = 1; i < JFRAME_MAX_DEPTH; i++)
		*q++ = '[';
	ok(scan((sv){deep, (size_t)(q - deep)}, false, &pos) == JFRAME_MORE,
	   "%d levels are fine", JFRAME_MAX_DEPTH);
	*q++ = '[';
	ok(scan((sv){deep, (size_t)(q - deep)}, false, &pos) == JFRAME_BAD,
	   "one more is not");
}

int main(void)
{
	size_t bad = 0;

	by_hand();
	depth();
	for (int i = 0; i < 3000; i++)
		bad += !ends_where_it_ends();
	ok(bad == 0, "objects end where jansson ended them");
	bad = 0;
	for (int i = 0; i < 100000; i++)
		bad += !changed();
	ok(bad == 0, "changed objects: the same in pieces, jansson's yes is ours");
	return tap_done();
}
