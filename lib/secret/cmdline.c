/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/cmdline.h"

#include <ctype.h>

#include "base/mem.h"
#include "secret/keyval.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/unlisted.h"
#include "secret/value.h"

/* One command as its program reads it. */
struct walk {
	struct cmdline *c;
	const struct program *p; /* NULL: not in the table */
	sv name;
	size_t i, end; /* the next word, and one behind the last */
	size_t from;   /* the first word */
	int npos;      /* positionals so far */
	bool dashes;   /* behind -- */
	bool shell_c;  /* a shell's -c was seen */
	bool saw_b;    /* PROGRAM_LAST_B */
	bool setting;  /* "set", "config"... was seen */
	sv last;       /* the last positional */
};

void cmdline_release(struct cmdline *c)
{
	mem_free(c->words);
	*c = (struct cmdline){.n = 0};
}

void cmdline_push(struct cmdline *c, const struct argv_token *t)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->words = mem_realloc(c->words, c->cap * sizeof(*c->words));
	}
	c->words[c->n++] = *t;
}

/* A word as a value: where its end is in doubt, all that it may be. */
static sv value_of(const struct cmdline *c, size_t i)
{
	const struct argv_token *t = &c->words[i];

	if (!(t->flags & ARGV_AMBIGUOUS) || t->longest <= t->end)
		return t->text;
	return (sv){t->text.p,
		    t->longest - (size_t)(t->text.p - c->hits->text.p)};
}

static unsigned flags(const struct walk *w)
{
	return w->p ? w->p->flags : 0;
}

static bool is_option(sv t)
{
	return t.n > 1 && t.p[0] == '-';
}

/* Judges the next word and takes it. An empty word may be a stray blank. */
static void judge_next(struct walk *w, enum program_kind kind)
{
	if (w->i < w->end && w->c->words[w->i].text.n == 0 &&
	    w->i + 1 < w->end && (w->c->words[w->i + 1].flags & ARGV_QUOTED))
		w->i++;
	if (w->i < w->end) {
		sv v = value_of(w->c, w->i++);

		cmdline_judge(w->c, kind, v);
	}
}

static void judge_rest(struct walk *w)
{
	while (w->i < w->end)
		judge_next(w, PROGRAM_SECRET);
}

/* The walk goes on as another program's. */
static void become(struct walk *w, sv name)
{
	w->p = programs_find(w->c->programs, name);
	w->name = name;
	w->npos = 0;
	w->dashes = false;
	w->setting = false;
	w->shell_c = false;
	w->last = SV_NULL;
	w->c->names_secret = false;
}

/* An option of the table without a value glued to it. */
static void bare_option(struct walk *w, enum program_arity arity,
			enum program_kind kind)
{
	if (kind == PROGRAM_REST) {
		judge_rest(w);
		return;
	}
	if (kind == PROGRAM_ARG) {
		if (w->i + 1 < w->end)
			cmdline_named(w->c, w->c->words[w->i].text,
				      value_of(w->c, w->i + 1));
		w->i = MIN(w->i + 2, w->end);
		return;
	}
	if (kind == PROGRAM_COMMAND) {
		if (w->i < w->end)
			become(w, w->c->words[w->i++].text);
		return;
	}
	if (kind == PROGRAM_SECOND) {
		w->i = MIN(w->i + 1, w->end);
		judge_next(w, PROGRAM_SECRET);
		return;
	}
	switch (arity) {
	case PROGRAM_NONE:
	case PROGRAM_GLUED:
		return;
	case PROGRAM_OPTIONAL:
		if (w->i < w->end && !is_option(w->c->words[w->i].text))
			judge_next(w, kind);
		return;
	case PROGRAM_REQUIRED:
		/* /p /port:3389 */
		if ((flags(w) & PROGRAM_COLONS) && w->i < w->end &&
		    sv_starts(w->c->words[w->i].text, SV("/")))
			return;
		judge_next(w, kind);
	}
}

/* --name=x, which nobody has for a password. */
static bool is_long_setting(sv t)
{
	size_t eq = sv_find(t, '=');

	if (eq == SIZE_MAX || eq < 4 || t.p[1] != '-')
		return false;
	for (size_t i = 2; i < eq; i++)
		if (!islower((unsigned char)t.p[i]) && t.p[i] != '-')
			return false;
	return true;
}

/*
 * An option that only its name tells about. Whether it takes a value cannot
 * be known, so with a name like "password" the next word goes, if it is not
 * clearly another option.
 */
static void unknown_option(struct walk *w, sv name)
{
	sv next;

	if (w->i == w->end)
		return;
	next = w->c->words[w->i].text;
	if (is_option(next) &&
	    (secret_key(name) != SECRET_STRONG || is_long_setting(next)))
		return;
	if (cmdline_named(w->c, name, value_of(w->c, w->i)))
		w->i++;
}

/* Where name ends and value begins: "=", or ":" for /name:value. */
static size_t split_at(sv t, char sep)
{
	size_t at = sv_find(t, sep);

	return at == SIZE_MAX ? t.n : at;
}

/* --value X, behind db_password or --name db_password. */
static bool values_secret(const struct walk *w, sv option)
{
	static const char *const list[] = {"value", "val", "string-value",
					   "new-value"};
	bool value = false;

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		value |= sv_eq(option, sv_str(list[i]));
	for (size_t i = w->from; value && i + 1 < w->i; i++)
		if (!is_option(w->c->words[i].text) &&
		    secret_key(w->c->words[i].text) == SECRET_STRONG)
			return true;
	return false;
}

/* t is without dashes; whole is the word's value. */
static void long_option(struct walk *w, sv t, char sep)
{
	size_t at = split_at(t, sep);
	sv name = sv_first(t, at), value = sv_from(t, at + 1);
	const struct program_opt *o = w->p ? program_long(w->p, name) : NULL;

	if (!o && values_secret(w, name)) {
		if (at == t.n)
			judge_next(w, PROGRAM_SECRET);
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
static void cluster(struct walk *w, sv t)
{
	for (size_t i = 1; i < t.n; i++) {
		unsigned char ch = (unsigned char)t.p[i];
		const struct program_short *o;

		if (ch >= 128)
			return;
		w->shell_c |= ch == 'c' && (flags(w) & PROGRAM_SHELL);
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
		if (flags(w) & PROGRAM_ONE)
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
static bool names_user(const struct walk *w)
{
	static const char *const names[] = {"-u",     "-U",	    "-l",
					    "--user", "--username", "--login"};

	for (size_t i = w->from; i + 1 < w->end; i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (sv_eq(w->c->words[i].text, sv_str(names[k])))
				return unlisted_named(w->c->words[i + 1].text);
	return false;
}

/*
 * Letters that many programs have for a password, a key or a token, of a
 * program that is not in the table: by what stands behind them.
 */
static bool unlisted_short(struct walk *w, sv t)
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
static void short_option(struct walk *w, sv t)
{
	sv name = sv_from(t, 1);
	bool long1 = !w->p || (flags(w) & PROGRAM_LONG1) ||
		     ((flags(w) & PROGRAM_COLONS) && t.n > 2);

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

static bool is_assignment(sv t)
{
	static const bool name[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true,
		['0' ... '9'] = true, ['_'] = true,
		['.'] = true,	      ['-'] = true,
		['['] = true,	      [']'] = true,
		['/'] = true,	      [':'] = true,
	};
	size_t eq = sv_find(t, '=');

	if (eq == SIZE_MAX || eq == 0)
		return false;
	for (size_t i = 0; i < eq; i++)
		if (!name[(unsigned char)t.p[i]])
			return false;
	return true;
}

/* The word that names the wrapped command. */
static void wrapped(struct walk *w, sv t)
{
	if ((flags(w) & PROGRAM_REMOTE) && sv_find(t, ' ') != SIZE_MAX) {
		cmdline_script(w->c, t);
		return;
	}
	if ((flags(w) & PROGRAM_ENV) && is_assignment(t)) {
		cmdline_judge(w->c, PROGRAM_KEYVAL, t);
		w->npos--;
		return;
	}
	if (program_positional(w->p, w->npos) == PROGRAM_SPACED &&
	    sv_find(t, ' ') != SIZE_MAX) {
		cmdline_script(w->c, t);
		return;
	}
	become(w, t);
}

static bool is_setting(sv t)
{
	return sv_eq(t, SV("set")) || sv_eq(t, SV("config")) ||
	       sv_eq(t, SV("create")) || sv_eq(t, SV("update"));
}

/* A shell's first positional: its script, or its script file. */
static void shell_word(struct walk *w, sv t)
{
	if (w->shell_c)
		cmdline_script(w->c, t);
	/* The rest are the script's own arguments. */
	become(w, w->shell_c ? SV("") : t);
}

/* What the table says of a positional; false: nothing. */
static bool words(struct walk *w, sv t)
{
	const struct program_opt *o = program_word(w->p, t);
	enum program_kind kind = program_positional(w->p, w->npos);
	bool setting = w->setting;

	w->setting |= is_setting(t);
	if (o && o->kind == PROGRAM_REST) {
		judge_rest(w);
	} else if (o && o->kind == PROGRAM_SECOND) {
		if (w->i < w->end && is_option(w->c->words[w->i].text))
			return true;
		w->i = MIN(w->i + 1, w->end);
		judge_next(w, PROGRAM_SECRET);
	} else if (o) {
		judge_next(w, (enum program_kind)o->kind);
	} else if (kind != PROGRAM_PLAIN) {
		cmdline_judge(w->c, kind, t);
	} else if ((flags(w) & PROGRAM_PAIRS) && setting && w->i < w->end &&
		   secret_key(t) >= SECRET_MATERIAL &&
		   sv_find(t, '=') == SIZE_MAX &&
		   !is_option(w->c->words[w->i].text)) {
		judge_next(w, PROGRAM_SECRET);
	} else {
		return false;
	}
	return true;
}

/* put /app/password X, env:set db_password X: into a store of such pairs. */
static bool stores(sv verb, sv name)
{
	static const char *const list[] = {"set", "put", "setex", "hset"};
	size_t colon = sv_rfind(verb, ':');
	bool compound = false;

	if (colon != SIZE_MAX)
		verb = sv_from(verb, colon + 1);
	for (size_t i = 0; i < name.n; i++)
		compound |= strchr("/:._", name.p[i]) != NULL;
	for (size_t i = 0; compound && i < ARRAY_LEN(list); i++)
		if (sv_eq(verb, sv_str(list[i])))
			return secret_key(name) == SECRET_STRONG;
	return false;
}

/*
 * "password X", "set-password X", "key X" where X looks like one; the name
 * of the place where one is stored, and X.
 */
static void unlisted_pair(struct walk *w, sv t, sv before)
{
	enum secret_class k;
	sv v;

	if (w->i >= w->end || t.n > 64 || sv_find(t, '=') != SIZE_MAX ||
	    sv_find(t, ' ') != SIZE_MAX)
		return;
	v = value_of(w->c, w->i);
	if (stores(before, t) && sv_find(v, '=') == SIZE_MAX &&
	    unlisted_value(v, true, true)) {
		judge_next(w, PROGRAM_SECRET);
		return;
	}
	if (sv_find(t, '/') != SIZE_MAX)
		return;
	if (!value_chosen(v) && !unlisted_password(v))
		return;
	k = sv_eq(t, SV("using")) ? SECRET_STRONG : secret_key(t);
	if (k == SECRET_STRONG || (k == SECRET_MATERIAL && value_chosen(v)) ||
	    (k == SECRET_WEAK && value_random(v)))
		judge_next(w, PROGRAM_SECRET);
}

/* One argument that is a command line: its first word is a program's name. */
static bool is_command_line(const struct walk *w, sv t)
{
	size_t blank = sv_find(t, ' ');

	return blank != SIZE_MAX && blank > 0 &&
	       programs_find(w->c->programs, sv_first(t, blank));
}

/* The value of a word that may be a command line: "A='x y' program". */
static sv assigned(sv v)
{
	size_t end;

	if (v.n == 0 || (v.p[0] != '\'' && v.p[0] != '"'))
		return value_unquote(v);
	end = sv_find(sv_from(v, 1), v.p[0]);
	if (end == SIZE_MAX || end + 2 >= v.n ||
	    (v.p[end + 2] != ' ' && v.p[end + 2] != ';'))
		return value_unquote(v);
	return (sv){v.p + 1, end};
}

static void positional(struct walk *w, sv t)
{
	const struct program *sub = NULL;
	sv before = w->last;

	w->npos++;
	w->last = t;
	if (flags(w) & PROGRAM_SHELL) {
		shell_word(w, t);
		return;
	}
	if ((flags(w) & PROGRAM_WRAP) && w->npos > w->p->skip) {
		wrapped(w, t);
		return;
	}
	if (!w->p && w->npos <= 4 && !(w->name.n && unlisted_verb(t)) &&
	    programs_find(w->c->programs, t)) {
		become(w, t);
		return;
	}
	if (is_command_line(w, t)) {
		cmdline_script(w->c, t);
		return;
	}
	if (unlisted_login(t)) {
		size_t colon = sv_find(t, ':');

		cmdline_judge(
			w->c, PROGRAM_SECRET,
			(sv){t.p + colon + 1, sv_rfind(t, '@') - colon - 1});
		return;
	}
	if (is_assignment(t)) {
		size_t eq = sv_find(t, '=');
		enum secret_class k = secret_key(sv_first(t, eq));

		sv v = assigned(keyval_first(sv_from(t, eq + 1)));

		if (secret_keyed(k, v, w->c->depth > 0))
			hits_add(w->c->hits, secret_part(k, v),
				 RULES_ASSIGNMENT);
	}
	if ((flags(w) & PROGRAM_SUB) && w->npos <= 4)
		sub = programs_find_sub(w->c->programs, w->name, t);
	if (sub)
		w->p = sub;
	if (w->p && words(w, t))
		return;
	unlisted_pair(w, t, before);
}

/* /name:value where the table says so, or the name says secret. */
static bool is_slash_option(const struct walk *w, sv t)
{
	size_t colon;

	if (t.n < 2 || t.p[0] != '/')
		return false;
	if (flags(w) & PROGRAM_COLONS)
		return true;
	colon = sv_find(t, ':');
	/* Not a file and something behind it. */
	return colon != SIZE_MAX && !memchr(t.p + 1, '/', colon - 1) &&
	       !memchr(t.p, '.', colon) &&
	       secret_key(sv_first(sv_from(t, 1), colon - 1)) == SECRET_STRONG;
}

static void word(struct walk *w)
{
	sv t = w->c->words[w->i++].text;

	if (!w->dashes && sv_eq(t, SV("--"))) {
		w->dashes = true;
		if ((flags(w) & PROGRAM_DASHES) && w->i < w->end)
			become(w, w->c->words[w->i++].text);
		return;
	}
	if (w->dashes || !is_option(t)) {
		if (is_slash_option(w, t))
			long_option(w, sv_from(t, 1), ':');
		else
			positional(w, t);
		return;
	}
	if (t.p[1] == '-')
		long_option(w, sv_from(t, 2), '=');
	else
		short_option(w, t);
}

void cmdline_walk(struct cmdline *c, sv name, size_t from, size_t to)
{
	struct walk w = {.c = c, .i = from, .from = from, .end = to};

	become(&w, name);
	while (w.i < w.end)
		word(&w);
	if ((flags(&w) & PROGRAM_LAST_B) && w.saw_b && w.npos >= 2)
		cmdline_judge(c, PROGRAM_SECRET, w.last);
}

void cmdline_find(struct cmdline *c, sv binary, sv arguments, bool cut)
{
	struct argv_iter it;
	struct argv_token t;
	size_t n;

	c->n = 0;
	c->depth = 0;
	c->cut = cut;
	c->script = false;
	c->doubt = false;
	argv_init(&it, arguments, cut);
	while (argv_next(&it, &t)) {
		c->doubt |=
			(t.flags & (ARGV_AMBIGUOUS | ARGV_UNTERMINATED)) != 0;
		cmdline_push(c, &t);
	}
	n = c->n;
	cmdline_walk(c, binary, 0, n);
	if (cmdline_requote(c, 0, n)) {
		c->doubt = true;
		cmdline_walk(c, binary, n, c->n);
	}
}
