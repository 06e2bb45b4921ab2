/* SPDX-License-Identifier: Apache-2.0 */
/* What a text is made of, sixteen bytes at a time and byte by byte. */
#include "secret/textruns.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"

static bool is_key(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("+/_-", c));
}

static bool is_card(char c)
{
	return isdigit((unsigned char)c) || c == ' ' || c == '-';
}

static bool has_run(sv t, bool (*of)(char), size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < t.n && run < n; i++)
		run = of(t.p[i]) ? run + 1 : 0;
	return run >= n;
}

static bool agrees(sv t)
{
	struct textruns r = textruns_of(t);

	return r.key == has_run(t, is_key, TEXTRUNS_KEY) &&
	       r.card == has_run(t, is_card, TEXTRUNS_CARD) &&
	       r.at == (sv_find(t, '@') != SIZE_MAX) &&
	       r.quote == (sv_find(t, '"') != SIZE_MAX) &&
	       r.tilde == (sv_find(t, '~') != SIZE_MAX);
}

/* A copy of exact size, so that a read behind its end is seen. */
static bool agrees_alone(const char *text, size_t n)
{
	char *copy = mem_dup(text, n);
	bool same = agrees((sv){copy, n});

	mem_free(copy);
	return same;
}

/* Runs of every length at every place. */
static void test_runs(char of, const char *name)
{
	char text[200];
	size_t bad = 0;

	for (size_t at = 0; at < 140; at++)
		for (size_t n = 0; n <= 30; n++) {
			memset(text, '.', sizeof(text));
			memset(text + at, of, n);
			bad += !agrees_alone(text, at + n);
			bad += !agrees_alone(text, sizeof(text));
		}
	ok(bad == 0, "runs of %s: %zu wrong", name, bad);
}

static void test_random(void)
{
	static const char set[] = "aZ09+/_- .:=@\"~\x80\xff";
	char text[300];
	size_t bad = 0;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)rand() % sizeof(text);
		/* Few kinds of bytes make long runs. */
		size_t kinds = (size_t)rand() % (sizeof(set) - 1) + 1;

		for (size_t k = 0; k < n; k++)
			text[k] = set[(size_t)rand() % kinds];
		bad += !agrees_alone(text, n);
	}
	ok(bad == 0, "random texts: %zu wrong", bad);
}

/* Every byte alone, in a text of its own. */
static void test_bytes(void)
{
	char text[32];
	size_t bad = 0;

	for (int c = 0; c < 256; c++) {
		memset(text, c, sizeof(text));
		bad += !agrees_alone(text, sizeof(text));
	}
	ok(bad == 0, "every byte: %zu wrong", bad);
}

int main(void)
{
	test_bytes();
	test_runs('x', "letters");
	test_runs('7', "digits");
	test_random();
	return tap_done();
}
