/* SPDX-License-Identifier: Apache-2.0 */
/* Options: the table's, and those that only their names tell about. */
#include <ctype.h>

#include "secret/argwalk.h"
#include "secret/secret.h"
#include "secret/unlisted.h"
#include "secret/value.h"

#define VALUE_BEHIND 16 /* words, at most, between a name and --value */

/* mysql --password x: x is a database, but who types a password is wrong. */
static bool mistaken(const struct argwalk *w)
{
	sv next = w->i < w->end ? w->c->words[w->i].text : SV_NULL;

	return value_chosen(next) || unlisted_password(next);
}

/* An option of the table without a value glued to it. */
static void bare_option(struct argwalk *w, enum program_arity arity,
			enum program_kind kind)
{
	if (kind == PROGRAM_REST) {
		argwalk_rest(w);
		return;
	}
	if (kind == PROGRAM_ARG) {
		if (w->i + 1 < w->end)
			cmdline_named(w->c, w->c->words[w->i].text,
				      argwalk_value(w->c, w->i + 1));
		w->i = MIN(w->i + 2, w->end);
		return;
	}
	if (kind == PROGRAM_COMMAND) {
		if (w->i < w->end)
			argwalk_become(w, w->c->words[w->i++].text);
		return;
	}
	if (kind == PROGRAM_SECOND) {
		w->i = MIN(w->i + 1, w->end);
		argwalk_next(w, PROGRAM_SECRET);
		return;
	}
	switch (arity) {
	case PROGRAM_NONE:
	case PROGRAM_GLUED:
		return;
	case PROGRAM_OPTIONAL:
		if ((argwalk_flags(w) & PROGRAM_GLUED_ONLY) && !mistaken(w))
			return;
		if (w->i < w->end && !argwalk_is_option(w->c->words[w->i].text))
			argwalk_next(w, kind);
		return;
	case PROGRAM_REQUIRED:
		/* /p /port:3389 */
		if ((argwalk_flags(w) & PROGRAM_COLONS) && w->i < w->end &&
		    sv_starts(w->c->words[w->i].text, SV("/")))
			return;
		argwalk_next(w, kind);
	}
}

/* --name=x, -Dname=x, which nobody has for a password. */
static bool is_setting(sv t)
{
	size_t eq = sv_find(t, '=');

	if (eq == SIZE_MAX || eq < 4 || (t.p[1] != '-' && t.p[1] != 'D'))
		return false;
	for (size_t i = 2; i < eq; i++)
		if (!isalpha((unsigned char)t.p[i]) && t.p[i] != '-' &&
		    t.p[i] != '.')
			return false;
	return true;
}

/*
 * An option that only its name tells about. Whether it takes a value cannot
 * be known, so with a name like "password" the next word goes, if it is not
 * clearly another option.
 */
static void unknown_option(struct argwalk *w, sv name)
{
	sv next;

	if (w->i == w->end)
		return;
	next = w->c->words[w->i].text;
	if (argwalk_is_option(next) &&
	    (secret_key(name) != SECRET_STRONG || is_setting(next)))
		return;
	if (cmdline_named(w->c, name, argwalk_value(w->c, w->i)))
		w->i++;
}

/* Where name ends and value begins: "=", or ":" for /name:value. */
static size_t split_at(sv t, char sep)
{
	size_t at = sv_find(t, sep);

	return at == SIZE_MAX ? t.n : at;
}

/* --value X, behind db_password or --name db_password. */
static bool values_secret(const struct argwalk *w, sv option)
{
	static const sv list[] = {SV("value"), SV("val"), SV("string-value"),
				  SV("new-value")};

	if (!sv_in(option, list, ARRAY_LEN(list)))
		return false;
	for (size_t i = w->i - MIN(w->i - w->from, VALUE_BEHIND); i + 1 < w->i;
	     i++)
		if (!argwalk_is_option(w->c->words[i].text) &&
		    secret_key(w->c->words[i].text) == SECRET_STRONG)
			return true;
	return false;
}

/* t is without dashes; whole is the word's value. */
static void long_option(struct argwalk *w, sv t, char sep)
{
	size_t at = split_at(t, sep);
	sv name = sv_first(t, at), value = sv_from(t, at + 1);
	const struct program_opt *o = w->p ? program_long(w->p, name) : NULL;

	if (!o && values_secret(w, name)) {
		if (at == t.n)
			argwalk_next(w, PROGRAM_SECRET);
		else if (!value_word(value))
			cmdline_judge(w->c, PROGRAM_SECRET, value);
		return;
	}
	/* -DAPI_KEY=x */
	if (!o && at < t.n && name.n > 1 && name.p[0] == 'D')
		name = sv_from(name, 1);
	if (!o && at < t.n && !value_word(value))
		cmdline_named(w->c, name, value);
	else if (!o && at < t.n)
		return;
	else if (!o)
		unknown_option(w, name);
	else if (at == t.n)
		bare_option(w, (enum program_arity)o->arity,
			    (enum program_kind)o->kind);
	else if (o->kind == PROGRAM_PLAIN)
		hits_plain(w->c->hits, t.p + at);
	else if (o->arity != PROGRAM_NONE)
		cmdline_judge(w->c, (enum program_kind)o->kind, value);
}

/* -abc: letters in turn, until one takes the rest. */
static void cluster(struct argwalk *w, sv t)
{
	for (size_t i = 1; i < t.n; i++) {
		unsigned char ch = (unsigned char)t.p[i];
		const struct program_short *o;

		if (ch >= 128)
			return;
		w->shell_c |= ch == 'c' && (argwalk_flags(w) & PROGRAM_SHELL);
		w->saw_b |= ch == 'b';
		o = &w->p->shorts[ch];
		if (o->arity != PROGRAM_NONE && i + 1 < t.n) {
			cmdline_judge(w->c, (enum program_kind)o->kind,
				      sv_from(t, i + 1));
			return;
		}
		if (o->arity != PROGRAM_NONE) {
			bare_option(w, (enum program_arity)o->arity,
				    (enum program_kind)o->kind);
			return;
		}
		if (argwalk_flags(w) & PROGRAM_ONE)
			return;
	}
}

static bool known_short(const struct program *p, sv t)
{
	return (unsigned char)t.p[1] < 128 &&
	       p->shorts[(unsigned char)t.p[1]].listed;
}

/* The part of an option that may be its name. */
static sv stem(sv name)
{
	size_t n = 0;

	while (n < name.n &&
	       (isalnum((unsigned char)name.p[n]) || name.p[n] == '-' ||
		name.p[n] == '_' || name.p[n] == '.'))
		n++;
	return sv_first(name, n);
}

/* Does -u, -U, -l, --user or the like name somebody on this command line? */
static bool find_user(const struct argwalk *w)
{
	static const sv names[] = {SV("-u"),	     SV("-U"),
				   SV("-l"),	     SV("--user"),
				   SV("--username"), SV("--login")};

	for (size_t i = w->from; i + 1 < w->end; i++)
		if (sv_in(w->c->words[i].text, names, ARRAY_LEN(names)))
			return unlisted_named(w->c->words[i + 1].text);
	return false;
}

static bool names_user(struct argwalk *w)
{
	if (w->user == USER_UNASKED)
		w->user = find_user(w) ? USER_NAMED : USER_NONE;
	return w->user == USER_NAMED;
}

/*
 * Letters that many programs have for a password, a key or a token, of a
 * program that is not in the table: by what stands behind them.
 */
static bool unlisted_short(struct argwalk *w, sv t)
{
	bool pass = t.n >= 2 && (t.p[1] == 'p' || t.p[1] == 'P');
	sv v;

	if (t.n < 2 || !strchr(UNLISTED_SHORTS, t.p[1]) || (t.n > 2 && !pass))
		return false;
	v = t.n > 2	    ? sv_from(t, 2)
	    : w->i < w->end ? w->c->words[w->i].text
			    : SV_NULL;
	if (!unlisted_value(v, pass && t.n == 2,
			    pass && t.n == 2 && names_user(w)))
		return false;
	cmdline_judge(w->c, PROGRAM_SECRET, v);
	w->i += t.n == 2;
	return true;
}

/* One dash. */
static void short_option(struct argwalk *w, sv t)
{
	sv name = sv_from(t, 1);
	bool plain = w->p && t.n > 2 && known_short(w->p, t) &&
		     (argwalk_flags(w) & PROGRAM_LONG1) &&
		     sv_find(t, '=') == SIZE_MAX;
	bool long1 = !w->p || (argwalk_flags(w) & PROGRAM_LONG1) ||
		     ((argwalk_flags(w) & PROGRAM_COLONS) && t.n > 2);

	/* mvn -Psecret-scan: the name of a profile. */
	if (plain)
		return;
	if (!long1 && !known_short(w->p, t) &&
	    secret_key(stem(name)) >= SECRET_MATERIAL)
		long1 = true;
	if (!long1)
		cluster(w, t);
	else if (!w->p && unlisted_short(w, t))
		return;
	else if (t.n > 2 || w->p)
		long_option(w, name, '=');
}

/* /name:value where the table says so, or the name says secret; +password. */
bool argwalk_is_other(const struct argwalk *w, sv t)
{
	size_t colon;

	if (t.n > 4 && t.p[0] == '+' && !w->p)
		return secret_key(sv_from(t, 1)) == SECRET_STRONG;
	if (t.n < 2 || t.p[0] != '/')
		return false;
	if (argwalk_flags(w) & PROGRAM_COLONS)
		return true;
	colon = sv_find(t, ':');
	/* Not a file and something behind it. */
	return colon != SIZE_MAX && !memchr(t.p + 1, '/', colon - 1) &&
	       !memchr(t.p, '.', colon) &&
	       secret_key(sv_first(sv_from(t, 1), colon - 1)) == SECRET_STRONG;
}

void argwalk_option(struct argwalk *w, sv t)
{
	if (t.p[0] == '/')
		long_option(w, sv_from(t, 1), ':');
	else if (t.p[0] == '+')
		long_option(w, sv_from(t, 1), '=');
	else if (t.p[1] == '-')
		long_option(w, sv_from(t, 2), '=');
	else
		short_option(w, t);
}
