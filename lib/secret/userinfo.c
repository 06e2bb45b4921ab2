/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/userinfo.h"

#include <ctype.h>

#include "secret/rules.h"
#include "secret/value.h"

/* A user name that is rather a token. */
static bool tokenish(sv u)
{
	bool digit = false, punct = false;

	for (size_t i = 0; i < u.n; i++) {
		digit |= isdigit((unsigned char)u.p[i]) != 0;
		punct |= u.p[i] == '.' || u.p[i] == '@';
	}
	return value_random(u) || (u.n >= 20 && !punct) ||
	       (u.n >= 12 && digit && !punct);
}

/* Twilio's account, which is no secret: AC and 32 hex digits. */
static bool is_account(sv u)
{
	if (u.n != 34 || (!sv_starts(u, SV("AC")) && !sv_starts(u, SV("SK"))))
		return false;
	for (size_t i = 2; i < u.n; i++)
		if (!isxdigit((unsigned char)u.p[i]))
			return false;
	return true;
}

static bool is_ssh(sv text, size_t scheme_end)
{
	sv before = sv_first(text, scheme_end);

	return sv_ends(before, SV("ssh")) || sv_ends(before, SV("sftp")) ||
	       sv_ends(before, SV("scp")) || sv_ends(before, SV("git"));
}

static void judge(sv info, int rule, bool ssh, bool script, struct hits *h)
{
	size_t skip = value_marker(info), colon;
	sv user, pass;

	if (skip == info.n)
		return;
	colon = sv_find(sv_from(info, skip), ':');
	if (colon == SIZE_MAX) {
		if (!ssh && tokenish(info) && !value_placeholder(info, script))
			hits_add(h, info, rule);
		return;
	}
	user = sv_first(info, skip + colon);
	pass = sv_from(info, skip + colon + 1);
	if ((tokenish(user) && !is_account(user)) || pass.n == 0 ||
	    sv_eq(pass, SV("x")) || sv_eq(pass, SV("x-oauth-basic"))) {
		if (!value_placeholder(user, script) && user.n >= 8)
			hits_add(h, user, rule);
	}
	if (!value_placeholder(pass, script) &&
	    !sv_eq(pass, SV("x-oauth-basic")))
		hits_add(h, pass, rule);
}

enum stop {
	STOP_WORD = 1,
	STOP_BRACKETED = 2, /* the authority, with a <placeholder> in it */
	STOP_AUTHORITY = 4,
};

#define STOP_ALL (STOP_WORD | STOP_BRACKETED | STOP_AUTHORITY)
#define STOP_URL (STOP_BRACKETED | STOP_AUTHORITY)

static size_t find_end(sv t, size_t i, enum stop what)
{
	static const uint8_t stops[256] = {
		[0 ... ' '] = STOP_ALL, ['"'] = STOP_ALL,
		['\''] = STOP_ALL,	['`'] = STOP_ALL,
		['/'] = STOP_URL,	['?'] = STOP_URL,
		['#'] = STOP_URL,	['\\'] = STOP_URL,
		['<'] = STOP_AUTHORITY, ['>'] = STOP_AUTHORITY,
	};

	while (i < t.n && !(stops[(unsigned char)t.p[i]] & what))
		i++;
	return i;
}

/* host:port, host, [v6]:port; not "user:pa" of "user:pa/ss@host". */
static bool is_authority(sv a)
{
	size_t colon = sv_rfind(a, ':');

	if (colon == SIZE_MAX || (a.n && a.p[0] == '['))
		return true;
	for (size_t i = colon + 1; i < a.n; i++)
		if (!isdigit((unsigned char)a.p[i]) &&
		    !strchr("${}<>,-%*", a.p[i]))
			return false;
	return true;
}

struct scan {
	sv t;
	bool cut, script;
	size_t clear; /* no @ between here and there in this word */
};

/*
 * An authority that is none: perhaps its password holds a slash. Looks for an
 * @ up to the end of the word; SIZE_MAX: none.
 */
static size_t late_at(struct scan *s, size_t a, size_t e, struct hits *h)
{
	size_t w, at;
	sv word;

	if (e < s->clear)
		return SIZE_MAX;
	w = find_end(s->t, e, STOP_WORD);
	word = (sv){s->t.p + a, w - a};
	at = sv_rfind(word, '@');
	if (at != SIZE_MAX)
		return at;
	s->clear = w;
	if (s->cut && w == s->t.n)
		hits_add(h, sv_from(word, sv_find(word, ':') + 1), RULES_CUT);
	return SIZE_MAX;
}

/* The authority at byte `a`; returns where to go on. */
static size_t one_url(struct scan *s, size_t a, struct hits *h)
{
	sv t = s->t, auth;
	size_t e = find_end(t, a, STOP_AUTHORITY), at;

	/* A placeholder in brackets ends no authority. */
	if (e < t.n && t.p[e] == '<')
		e = find_end(t, a, STOP_BRACKETED);
	auth = (sv){t.p + a, e - a};
	at = sv_rfind(auth, '@');
	if (at == SIZE_MAX && !is_authority(auth))
		at = late_at(s, a, e, h);
	if (at == SIZE_MAX)
		return e;
	judge((sv){t.p + a, at}, RULES_URL, is_ssh(t, a - 3), s->script, h);
	return a + at;
}

void userinfo_find(sv t, bool cut, bool script, struct hits *h)
{
	struct scan s = {.t = t, .cut = cut, .script = script};
	size_t i = 0;

	while (i < t.n) {
		const char *q = memmem(t.p + i, t.n - i, "://", 3);

		if (!q)
			return;
		i = one_url(&s, (size_t)(q - t.p) + 3, h);
	}
}

void userinfo_bare(sv value, bool script, struct hits *h)
{
	size_t at = sv_rfind(value, '@');

	if (at == SIZE_MAX || memmem(value.p, value.n, "://", 3))
		return;
	judge(sv_first(value, at), RULES_URL, false, script, h);
}

void userinfo_pair(sv info, int rule, bool script, struct hits *h)
{
	judge(info, rule, false, script, h);
}
