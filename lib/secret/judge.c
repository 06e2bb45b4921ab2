/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a known kind: which part of it is the secret. */
#include "secret/cmdline.h"

#include <ctype.h>

#include "secret/header.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/userinfo.h"
#include "secret/value.h"

static void add(struct cmdline *c, sv part, int rule)
{
	part = value_unquote(part);
	if (!value_placeholder(part, c->depth > 0))
		hits_add(c->hits, part, rule);
}

/* What stands behind the first `sep`; a marker has none. */
static void behind(struct cmdline *c, sv v, char sep, int rule)
{
	size_t skip = value_marker(v);
	size_t at = sv_find(sv_from(v, skip), sep);

	if (at != SIZE_MAX)
		add(c, sv_from(v, skip + at + 1), rule);
}

/* user/password@database; not a path, not "/ as sysdba". */
static void slash(struct cmdline *c, sv v)
{
	size_t eq = sv_find(v, '='), bar = sv_find(v, '/'), at;

	/* userid=x/y, not x/y@(DESCRIPTION=...) */
	if (eq != SIZE_MAX && !(bar < eq)) {
		if (!sv_eq(sv_first(v, eq), SV("userid")))
			return;
		v = sv_from(v, eq + 1);
	}
	bar = sv_find(v, '/');
	if (bar == SIZE_MAX || bar == 0 || v.p[0] == '@' || v.p[0] == '.' ||
	    v.p[0] == '~')
		return;
	v = sv_from(v, bar + 1);
	at = sv_rfind(v, '@');
	add(c, at == SIZE_MAX ? v : sv_first(v, at), RULES_USERPASS);
}

static void openssl(struct cmdline *c, sv v)
{
	if (sv_starts(v, SV("env:")) || sv_starts(v, SV("file:")) ||
	    sv_starts(v, SV("fd:")) || sv_eq(v, SV("stdin")) ||
	    sv_eq(v, SV("random")) || sv_eq(v, SV("disabled")))
		return;
	if (sv_starts(v, SV("pass:")))
		v = sv_from(v, 5);
	else if (sv_starts(v, SV("password:")))
		v = sv_from(v, 9);
	add(c, v, RULES_OPTION);
}

static void userpass(struct cmdline *c, sv v)
{
	userinfo_pair(v, RULES_USERPASS, c->depth > 0, c->hits);
}

/* user:password, or something that may be a token. */
static void auth(struct cmdline *c, sv v)
{
	bool digit = false;

	for (size_t i = 0; i < v.n; i++)
		digit |= isdigit((unsigned char)v.p[i]) != 0;
	if (sv_find(v, ':') != SIZE_MAX)
		userpass(c, v);
	else if (v.n >= 12 || digit)
		add(c, v, RULES_OPTION);
}

/* file:password; pkcs11: URIs and files alone have none. */
static void certificate(struct cmdline *c, sv v)
{
	size_t colon = sv_rfind(v, ':');

	if (colon != SIZE_MAX && colon > 0 && !sv_starts(v, SV("pkcs11:")) &&
	    !sv_ends(sv_first(v, colon), SV("[REDACTED")))
		add(c, sv_from(v, colon + 1), RULES_OPTION);
}

static bool is_pair(sv v, sv *key, sv *value)
{
	size_t eq = sv_find(v, '=');

	if (eq == SIZE_MAX || eq == 0)
		return false;
	*key = sv_first(v, eq);
	*value = sv_from(v, eq + 1);
	return memchr(key->p, ' ', key->n) == NULL;
}

/* Of what is kept beside a secret, what is none: also smtp_user. */
static bool is_public(sv key)
{
	static const char *const list[] = {
		"user",	    "username", "login",    "email", "host",
		"hostname", "port",	"endpoint", "type",  "region",
		"name",	    "database", "dbname",   "ttl",   "max_ttl",
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		if (sv_ends(key, sv_str(list[i])) &&
		    (key.n == strlen(list[i]) ||
		     strchr("_-.", key.p[key.n - strlen(list[i]) - 1])))
			return true;
	return false;
}

/*
 * BORG_PASSCOMMAND="echo x", --passwordeval="echo x": a program to ask that
 * has the answer on its own command line.
 */
static bool asked(struct cmdline *c, sv name, sv v)
{
	static const sv ends[] = {SV("command"), SV("COMMAND"), SV("cmd"),
				  SV("CMD"),	 SV("eval"),	SV("EVAL")};
	static const sv echos[] = {SV("echo "), SV("printf ")};
	bool named = false;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		named |= name.n > ends[i].n && sv_ends(name, ends[i]) &&
			 secret_key(sv_first(name, name.n - ends[i].n)) ==
				 SECRET_STRONG;
	if (!named && !sv_ends(name, SV("extpass")))
		return false;
	v = value_unquote(v);
	for (size_t i = 0; i < ARRAY_LEN(echos); i++)
		if (sv_starts(v, echos[i])) {
			sv said = sv_from(v, echos[i].n);

			if (sv_starts(said, SV("-n ")))
				said = sv_from(said, 3);
			add(c, said, RULES_OPTION);
			return true;
		}
	return false;
}

/* Up to the delimiter, which may be escaped; *i is behind it. */
static sv sed_part(sv v, char delimiter, size_t *i)
{
	size_t from = *i;

	while (*i < v.n && v.p[*i] != delimiter)
		*i += v.p[*i] == '\\' ? 2 : 1;
	*i = MIN(*i, v.n);
	return (sv){v.p + from, (*i)++ - from};
}

/* A password in place of its name: no name, and not just a word. */
static bool is_filled_in(sv what, sv with)
{
	bool sign = false;

	if (secret_key(what) != SECRET_STRONG ||
	    secret_key(with) != SECRET_NONE || with.n < 6 || value_path(with) ||
	    sv_find(what, '=') != SIZE_MAX || sv_find(what, ':') != SIZE_MAX)
		return false;
	for (size_t i = 0; i < with.n; i++) {
		if (strchr(" =\\&$<{(", with.p[i]))
			return false;
		sign |= !isalpha((unsigned char)with.p[i]) &&
			!strchr("-_.", with.p[i]);
	}
	return sign;
}

/* s/@DB_PASSWORD@/x/; what has an = in it is found by its key. */
static void sed(struct cmdline *c, sv v)
{
	for (size_t i = 0; i + 1 < v.n; i++) {
		char d = v.p[i + 1];
		size_t at = i + 2;
		sv what, with;

		if (v.p[i] != 's' || !ispunct((unsigned char)d) ||
		    (i > 0 && isalnum((unsigned char)v.p[i - 1])))
			continue;
		what = sed_part(v, d, &at);
		with = sed_part(v, d, &at);
		if (at > v.n)
			return;
		if (is_filled_in(what, with))
			add(c, with, RULES_OPTION);
		i = at - 1;
	}
}

static void pair(struct cmdline *c, sv v, bool any)
{
	enum secret_class class;
	sv key, value;

	if (!is_pair(v, &key, &value))
		return;
	if (any) {
		if (!sv_starts(value, SV("@")) && !is_public(key))
			add(c, value, RULES_ASSIGNMENT);
		return;
	}
	/* "a_pass=x b=y": several pairs, which keyval_find knows. */
	if (sv_find(value, ' ') != SIZE_MAX &&
	    sv_rfind(value, '=') > sv_find(value, ' ') &&
	    sv_rfind(value, '=') != SIZE_MAX)
		return;
	if (asked(c, key, value))
		return;
	/* -o ProxyCommand=... */
	if (sv_ends(key, SV("Command"))) {
		cmdline_script(c, value_unquote(value));
		return;
	}
	class = secret_env_key(key);
	if (secret_keyed(class, value, c->depth > 0))
		add(c, secret_part(class, value_unquote(value)), RULES_ENV);
}

/* hexkey:00ff; what else is said to a MAC or KDF is public. */
static void mac(struct cmdline *c, sv v)
{
	static const sv names[] = {SV("key"),	 SV("hexkey"),
				   SV("pass"),	 SV("hexpass"),
				   SV("secret"), SV("hexsecret")};
	size_t colon = sv_find(v, ':');

	for (size_t i = 0; colon != SIZE_MAX && i < ARRAY_LEN(names); i++)
		if (sv_eq(sv_first(v, colon), names[i]))
			add(c, sv_from(v, colon + 1), RULES_OPTION);
}

/* The next "..." of v, with what stands behind it in *rest. */
static bool quoted(sv v, sv *text, sv *rest)
{
	size_t from = sv_find(v, '"'), end;

	if (from == SIZE_MAX)
		return false;
	for (end = ++from; end < v.n && v.p[end] != '"'; end++)
		end += v.p[end] == '\\' && v.p[end + 1] != '"';
	end = MIN(end, v.n);
	*text = (sv){v.p + from, end - from};
	*rest = sv_from(v, MIN(end + 1, v.n));
	return true;
}

/* {"username":"a","password":"b"}: all but what is public by its name. */
static void json(struct cmdline *c, sv v)
{
	sv key, value, rest = v;

	if (!sv_starts(v, SV("{\"")) || sv_find(v, ':') == SIZE_MAX) {
		add(c, v, RULES_OPTION);
		return;
	}
	while (quoted(rest, &key, &rest) && quoted(rest, &value, &rest))
		if (!is_public(key))
			add(c, value, RULES_OPTION);
}

static void maybe(struct cmdline *c, sv v)
{
	sv key, value;

	if (!sv_starts(v, SV("-")) &&
	    !(is_pair(v, &key, &value) && value.n && value.p[0] != '='))
		add(c, v, RULES_OPTION);
}

static void whole(struct cmdline *c, sv v)
{
	add(c, v, RULES_OPTION);
}

static void random_only(struct cmdline *c, sv v)
{
	if (value_random(v))
		whole(c, v);
}

static void percent(struct cmdline *c, sv v)
{
	behind(c, v, '%', RULES_USERPASS);
}

static void comma(struct cmdline *c, sv v)
{
	behind(c, v, ',', RULES_USERPASS);
}

static void proxy(struct cmdline *c, sv v)
{
	userinfo_bare(v, c->depth > 0, c->hits);
}

static void header(struct cmdline *c, sv v)
{
	header_find(v, c->depth > 0, c->hits);
}

static void cookie(struct cmdline *c, sv v)
{
	if (sv_find(v, '=') != SIZE_MAX)
		header_cookies(v, c->depth > 0, c->hits);
}

static void text(struct cmdline *c, sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '=' || v.p[i] == ':')
			hits_plain(c->hits, v.p + i);
}

static void name(struct cmdline *c, sv v)
{
	c->names_secret = secret_key(v) >= SECRET_MATERIAL;
}

static void named(struct cmdline *c, sv v)
{
	if (c->names_secret)
		whole(c, v);
}

static void keyval(struct cmdline *c, sv v)
{
	pair(c, v, false);
}

static void anyval(struct cmdline *c, sv v)
{
	pair(c, v, true);
}

static void prefix_p(struct cmdline *c, sv v)
{
	if (sv_starts(v, SV("p")))
		whole(c, sv_from(v, 1));
}

static void spaced(struct cmdline *c, sv v)
{
	if (sv_find(v, ' ') != SIZE_MAX)
		cmdline_script(c, v);
}

/* Of the kinds that a value can be judged by. */
static void (*const judges[128])(struct cmdline *, sv) = {
	[PROGRAM_SECRET] = whole,
	[PROGRAM_MAYBE] = maybe,
	[PROGRAM_RANDOM] = random_only,
	[PROGRAM_USERPASS] = userpass,
	[PROGRAM_PERCENT] = percent,
	[PROGRAM_COMMA] = comma,
	[PROGRAM_SLASH] = slash,
	[PROGRAM_AUTH] = auth,
	[PROGRAM_CERT] = certificate,
	[PROGRAM_PROXY] = proxy,
	[PROGRAM_HEADER] = header,
	[PROGRAM_COOKIE] = cookie,
	[PROGRAM_KEYVAL] = keyval,
	[PROGRAM_ANYVAL] = anyval,
	[PROGRAM_OPENSSL] = openssl,
	[PROGRAM_PREFIX_P] = prefix_p,
	[PROGRAM_SCRIPT] = cmdline_script,
	[PROGRAM_SPACED] = spaced,
	[PROGRAM_SED] = sed,
	[PROGRAM_TEXT] = text,
	[PROGRAM_MAC] = mac,
	[PROGRAM_JSON] = json,
	[PROGRAM_NAME] = name,
	[PROGRAM_NAMED] = named,
};

void cmdline_judge(struct cmdline *c, enum program_kind kind, sv v)
{
	if (judges[kind])
		judges[kind](c, value_unquote(v));
}

static bool ends_in_any(sv name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_ends(name, sv_str(list[i])))
			return true;
	return false;
}

/* --auth user:pass, --login user:pass; not host:port, not URLs. */
static bool weak_userpass(struct cmdline *c, sv name, sv v)
{
	static const char *const logins[] = {
		"auth", "login", "cred", "creds", "credentials", "userpass"};
	size_t colon = sv_find(v, ':');
	bool letter = false;

	if (colon == SIZE_MAX || colon == 0 || sv_find(v, '/') != SIZE_MAX ||
	    value_marker(v))
		return false;
	for (size_t i = colon + 1; i < v.n; i++)
		letter |= isalpha((unsigned char)v.p[i]) != 0;
	if (!ends_in_any(name, logins, ARRAY_LEN(logins)) &&
	    !(sv_ends(name, SV("user")) && value_chosen(sv_from(v, colon + 1))))
		return false;
	if (letter)
		userpass(c, v);
	return letter;
}

/* --pin 123456; four digits are as often a number of something */
static bool is_pin(sv name, sv v)
{
	if (!sv_ends(name, SV("pin")) || v.n < 6 || v.n > 12)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!isdigit((unsigned char)v.p[i]))
			return false;
	return true;
}

bool cmdline_named(struct cmdline *c, sv name, sv value)
{
	enum secret_class class = secret_key(name);

	switch (class) {
	case SECRET_NONE:
		if (asked(c, name, value))
			return true;
		if (weak_userpass(c, name, value))
			return true;
		if (name.n < 3 || !value_key(value) || secret_named_id(name))
			return false;
		break;
	case SECRET_WEAK:
		if (weak_userpass(c, name, value))
			return true;
		if (value_random(value) || is_pin(name, value))
			break;
		return false;
	case SECRET_MATERIAL:
		if (value_path(value) || value_word(value) ||
		    value_public(value))
			return false;
		if (weak_userpass(c, name, value))
			return true;
		break;
	case SECRET_STRONG:
		if (secret_is_name(value))
			return false;
		break;
	}
	add(c, secret_part(class, value), RULES_OPTION);
	return true;
}
