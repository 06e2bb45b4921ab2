/* SPDX-License-Identifier: Apache-2.0 */
/* The set of what was found clean: whatever a verdict hangs on tells texts
 * apart, and what is asked for stays longer than what is not. */
#include "redact/seen.h"

#include "tap.h"

#define LINES 16

static struct seen_key key_of(const struct seen *s, sv text)
{
	return seen_key(s, 1, 0, SV_NULL, text);
}

static bool equal(struct seen_key a, struct seen_key b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

/* Every length from 0 on, and in each every byte changed. */
static void test_bytes(const struct seen *s)
{
	char text[300];
	size_t same = 0, changed = 0;

	memset(text, 'a', sizeof(text));
	for (size_t n = 0; n <= sizeof(text); n++) {
		sv t = {text, n};
		struct seen_key k = key_of(s, t);

		same += equal(k, key_of(s, t));
		if (n < sizeof(text))
			changed += equal(k, key_of(s, (sv){text, n + 1}));
		for (size_t i = 0; i < n; i++) {
			text[i] ^= 1;
			changed += equal(k, key_of(s, t));
			text[i] ^= 1;
		}
	}
	ok(same == sizeof(text) + 1, "equal texts have equal keys");
	ok(changed == 0, "one bit, one byte more: another key");
}

static void test_context(const struct seen *s)
{
	sv t = SV("exec"), name = SV("sh"), other = SV("su");
	struct seen_key k = seen_key(s, 1, 0, name, t);

	ok(!equal(k, seen_key(s, 2, 0, name, t)), "another context");
	ok(!equal(k, seen_key(s, 1, 1, name, t)), "another mask");
	ok(!equal(k, seen_key(s, 1, 0, other, t)), "another name");
	ok(!equal(k, seen_key(s, 1, 0, t, name)), "name and text swapped");
	ok(!equal(seen_key(s, 1, 0, SV("a"), SV("bc")),
		  seen_key(s, 1, 0, SV("ab"), SV("c"))),
	   "a byte from the text to the name");
}

static void test_set(struct seen *s)
{
	struct seen_key kept = key_of(s, SV("asked for again and again"));
	char text[32];
	bool stays = true;
	int early = 0;

	ok(!seen_has(s, &kept), "nothing is there at first");
	seen_put(s, &kept);
	ok(seen_has(s, &kept), "what was put is there");
	for (int i = 0; i < 10000; i++) {
		struct seen_key k = key_of(
			s, (sv){text, (size_t)snprintf(text, sizeof(text),
						       "once %d", i)});

		early += seen_has(s, &k);
		seen_put(s, &k);
		stays &= seen_has(s, &kept);
	}
	ok(early == 0, "what was not put is not there");
	ok(stays, "ten thousand others do not drive it out");
}

int main(void)
{
	struct seen *s = seen_new(LINES), *t = seen_new(LINES);

	test_bytes(s);
	test_context(s);
	ok(!equal(key_of(s, SV("text")), key_of(t, SV("text"))),
	   "each set has a key of its own");
	ok(seen_fits(SV_NULL, (sv){NULL, SEEN_MAX}) &&
		   !seen_fits(SV_NULL, (sv){NULL, SEEN_MAX + 1}) &&
		   !seen_fits((sv){NULL, SEEN_NAME_MAX + 1}, SV_NULL),
	   "what is too long is said so");
	test_set(s);
	seen_free(s);
	seen_free(t);
	return tap_done();
}
