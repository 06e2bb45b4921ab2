/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The argv tokenizer: what the agent writes comes apart again, what cannot is
 * flagged, and any string is covered by its tokens.
 */
#include "base/buf.h"
#include "tap.h"
#include "text/argv.h"

static void show(struct buf *b, const struct argv_token *t)
{
	buf_printf(b, "[%.*s]", SV_ARG(t->text));
	if (t->flags & ARGV_QUOTED)
		buf_ch(b, 'q');
	if (t->flags & ARGV_AMBIGUOUS)
		buf_ch(b, 'a');
	if (t->flags & ARGV_UNTERMINATED)
		buf_ch(b, 'u');
	if (t->flags & ARGV_CUT)
		buf_ch(b, 'c');
}

static void is(const char *in, bool cut, const char *want)
{
	struct buf b = {0};
	struct argv_iter it;
	struct argv_token t;

	argv_init(&it, sv_str(in), cut);
	while (argv_next(&it, &t))
		show(&b, &t);
	ok(sv_eq(buf_view(&b), sv_str(want)), "%s%s -> %.*s", in,
	   cut ? " (cut)" : "", SV_ARG(buf_view(&b)));
	buf_release(&b);
}

static void plain(void)
{
	is("", false, "");
	is("a", false, "[a]");
	is("-l --x=y /tmp", false, "[-l][--x=y][/tmp]");
	is("a  b", false, "[a][][b]");
	is("a \"\" b", false, "[a][]q[b]");
	is("a ", false, "[a][]");
	is("a\tb\vc d", false, "[a\tb\vc][d]");
	is("caf\xc3\xa9 x", false, "[caf\xc3\xa9][x]");
}

static void quoted(void)
{
	is("-c \"a b\" x", false, "[-c][a b]q[x]");
	is(" \"a b\" c", false, "[a b]q[c]");
	is("\"--x=a b\" \"c d\"", false, "[--x=a b]q[c d]q");
	is("a\"b c", false, "[a\"b][c]");
	is("x=\"y\" z", false, "[x=\"y\"][z]");
}

static void inner(void)
{
	is("\"echo \"a b\" c\" x", false, "[echo \"a b\" c]qa[x]");
	is("\"say \"hi\"\" x", false, "[say \"hi\"]qa[x]");
	is("\"{\"a\": \"b\"}\" u", false, "[{\"a\": \"b\"}]qa[u]");
	is("\"foo\" bar", false, "[foo]qa[bar]");
	/* They do not pair up: the first that can close does. */
	is("\"a \"b\" c d", false, "[a \"b]qa[c][d]");
	is("\"abc def", false, "[abc]au[def]");
}

static void cut(void)
{
	is("-c \"a b", true, "[-c][a b]auc");
	is("-c abc", true, "[-c][abc]c");
	is("\"a b\" c", true, "[a b]q[c]c");
	is("x ", true, "[x][]c");
}

/* How far a doubtful token can reach. */
static void longest(void)
{
	sv in = SV("\"a \"b c\" d\" e \"f g\" h");
	struct argv_iter it;
	struct argv_token t;

	argv_init(&it, in, false);
	ok(argv_next(&it, &t) && t.flags & ARGV_AMBIGUOUS && t.end == 11 &&
		   t.longest == 19,
	   "ends at %zu, at most at %zu", t.end, t.longest);
}

static uint64_t seed = 1;

static unsigned rnd(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

/* Arguments as the agent joins them, without quotes inside: lossless. */
static bool round_trip(void)
{
	char arg[8][12];
	unsigned n = 1 + rnd(7), got = 0;
	struct buf b = {0};
	struct argv_iter it;
	struct argv_token t;
	bool same = true;

	for (unsigned i = 0; i < n; i++) {
		unsigned len = 1 + rnd(10);
		bool space;

		for (unsigned j = 0; j < len; j++)
			arg[i][j] = "ab -=/"[rnd(6)];
		arg[i][len] = '\0';
		space = strchr(arg[i], ' ');
		/* A quoted first argument comes with a space or without. */
		if (i || (space && rnd(2)))
			buf_ch(&b, ' ');
		buf_printf(&b, space ? "\"%s\"" : "%s", arg[i]);
	}
	argv_init(&it, buf_view(&b), false);
	while (argv_next(&it, &t)) {
		same &= got < n && sv_eq(t.text, sv_str(arg[got])) &&
			!(t.flags & ARGV_AMBIGUOUS);
		got++;
	}
	if (!(same && got == n))
		printf("# %.*s\n", SV_ARG(buf_view(&b)));
	buf_release(&b);
	return same && got == n;
}

/* Any bytes: tokens are in order, one blank apart, and reach the end. */
static bool covers(void)
{
	char s[64];
	size_t n = rnd(sizeof(s)), pos = 0;
	bool lead, good = true;
	struct argv_iter it;
	struct argv_token t;

	for (size_t i = 0; i < n; i++)
		s[i] = "\"\" a="[rnd(5)];
	lead = n > 1 && s[0] == ' ' && s[1] == '"';
	argv_init(&it, (sv){s, n}, rnd(2));
	pos = lead ? 1 : 0;
	while (argv_next(&it, &t)) {
		good &= t.start == pos && t.end >= t.start && t.end <= n &&
			t.longest >= t.end && t.longest <= n &&
			(t.end == n || s[t.end] == ' ');
		pos = t.end + 1;
	}
	return good && (n == 0 || pos == n + 1);
}

int main(void)
{
	size_t bad = 0, holes = 0;

	plain();
	quoted();
	inner();
	cut();
	longest();
	for (int i = 0; i < 100000; i++)
		bad += !round_trip();
	ok(bad == 0, "what the agent joins comes apart again");
	for (int i = 0; i < 100000; i++)
		holes += !covers();
	ok(holes == 0, "tokens cover any string");
	return tap_done();
}
