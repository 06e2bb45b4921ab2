/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/unlisted.h"

#include <ctype.h>

#include "secret/value.h"

#define FIRST_WORDS 4 /* of which one may be a program that another starts */

static bool has_letter(sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (isalpha((unsigned char)v.p[i]))
			return true;
	return false;
}

static bool is_mixed(sv v)
{
	bool upper = false, lower = false, digit = false;

	for (size_t i = 0; i < v.n; i++) {
		upper |= isupper((unsigned char)v.p[i]) != 0;
		lower |= islower((unsigned char)v.p[i]) != 0;
		digit |= isdigit((unsigned char)v.p[i]) != 0;
		if (strchr("/=:(<{", v.p[i]))
			return false;
	}
	return v.n >= 8 && upper && lower && digit;
}

/* Of names with a colon and an @ that are no logins. */
static bool is_scheme(sv s)
{
	static const sv list[] = {
		SV("npm"),  SV("file"), SV("git"),  SV("mailto"),    SV("sip"),
		SV("sips"), SV("ssh"),	SV("pkg"),  SV("workspace"), SV("acct"),
		SV("xmpp"), SV("urn"),	SV("jdbc"), SV("r2dbc"),     SV("oci")};

	return sv_in(s, list, ARRAY_LEN(list));
}

static bool is_password(sv v)
{
	return v.n >= 4 && has_letter(v) && sv_find(v, '/') == SIZE_MAX &&
	       v.p[0] != '$' && v.p[0] != '<' && v.p[0] != '{' &&
	       !value_marker(v);
}

bool unlisted_login(sv t)
{
	size_t colon = sv_find(t, ':'), at = sv_rfind(t, '@');
	sv host;

	if (at == SIZE_MAX || colon == SIZE_MAX || colon == 0 ||
	    colon + 1 >= at || memchr(t.p, '=', t.n))
		return false;
	host = sv_from(t, at + 1);
	for (size_t i = 0; i < host.n; i++)
		if (!isalnum((unsigned char)host.p[i]) &&
		    !strchr(".-:/_", host.p[i]))
			return false;
	for (size_t i = 0; i < colon; i++)
		if (!isalnum((unsigned char)t.p[i]) &&
		    !strchr("._-/\\+", t.p[i]))
			return false;
	return host.n && !sv_starts(host, SV("sha256:")) &&
	       !is_scheme(sv_first(t, colon)) &&
	       is_password((sv){t.p + colon + 1, at - colon - 1});
}

bool unlisted_verb(sv t)
{
	static const sv list[] = {
		SV("find"),   SV("exec"),   SV("time"),	   SV("watch"),
		SV("script"), SV("import"), SV("mail"),	   SV("chat"),
		SV("env"),    SV("screen"), SV("links"),   SV("net"),
		SV("sql"),    SV("zip"),    SV("command"), SV("eval"),
		SV("t"),      SV("http"),   SV("git"),	   SV("mongo"),
		SV("redis"),
	};

	return sv_in(t, list, ARRAY_LEN(list));
}

bool unlisted_named(sv user)
{
	return has_letter(user);
}

bool unlisted_value(sv v, bool separate, bool user)
{
	if (value_path(v) || v.n < 4 || v.p[0] == '-')
		return false;
	return value_chosen(v) || (separate && is_mixed(v)) ||
	       (user && has_letter(v) && sv_find(v, '/') == SIZE_MAX);
}

bool unlisted_password(sv v)
{
	static const sv heads[] = {
		SV("sha"),  SV("md5"),	SV("aes"),  SV("rsa"), SV("hmac"),
		SV("base"), SV("utf"),	SV("ed25"), SV("v1"),  SV("v2"),
		SV("ssl"),  SV("pkcs"), SV("bcry"), SV("x50"), SV("oauth"),
		SV("tls"),  SV("http"), SV("win"),  SV("ipv"),
	};
	bool letter = false, digit = false;

	v = value_unquote(v);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (v.n >= heads[i].n &&
		    !strncasecmp(v.p, heads[i].p, heads[i].n))
			return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (!isalnum(c) && !strchr("!#%^&*+?", c))
			return false;
		letter |= isalpha(c) != 0;
		digit |= isdigit(c) != 0;
	}
	return v.n >= 6 && letter && digit && !value_word(v);
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* The next word, up to a blank, quotes and all. */
static sv next_word(sv *rest)
{
	sv word = sv_first(*rest, MIN(sv_find(*rest, ' '), rest->n));

	*rest = sv_from(*rest, MIN(word.n + 1, rest->n));
	return word;
}

/* -p X, -pX: does X look like one, or is it in quotes? */
static bool may_option(sv word, sv rest)
{
	bool pass = word.p[1] == 'p' || word.p[1] == 'P';
	sv v = word.n > 2 ? sv_from(word, 2) : next_word(&rest);

	if (!strchr(UNLISTED_SHORTS, word.p[1]) || (word.n > 2 && !pass))
		return false;
	if (v.n && is_quote(v.p[0]))
		return true;
	return unlisted_value(v, pass && word.n == 2, pass && word.n == 2);
}

bool unlisted_may(const struct programs *ps, sv arguments)
{
	sv rest = arguments;
	int words = 0;

	while (rest.n) {
		sv w = next_word(&rest);
		bool quoted = w.n && is_quote(w.p[0]);

		while (w.n && is_quote(w.p[0]))
			w = sv_from(w, 1);
		while (w.n && is_quote(w.p[w.n - 1]))
			w.n--;
		if (w.n < 2)
			continue;
		if (w.p[0] == '-') {
			if (may_option(w, rest))
				return true;
			continue;
		}
		if ((quoted || words++ < FIRST_WORDS) && programs_find(ps, w) &&
		    (quoted || !unlisted_verb(w)))
			return true;
		if (sv_eq(w, SV("using")) ||
		    (memchr(w.p, '@', w.n) && unlisted_login(w)))
			return true;
	}
	return false;
}
