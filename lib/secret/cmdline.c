/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/cmdline.h"

#include <ctype.h>

#include "base/mem.h"
#include "secret/argwalk.h"
#include "secret/keyval.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/unlisted.h"
#include "secret/value.h"

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
sv argwalk_value(const struct cmdline *c, size_t i)
{
	const struct argv_token *t = &c->words[i];

	if (!(t->flags & ARGV_AMBIGUOUS) || t->longest <= t->end)
		return t->text;
	return (sv){t->text.p,
		    t->longest - (size_t)(t->text.p - c->hits->text.p)};
}

/* Judges the next word and takes it. An empty word may be a stray blank. */
void argwalk_next(struct argwalk *w, enum program_kind kind)
{
	if (w->i < w->end && w->c->words[w->i].text.n == 0 &&
	    w->i + 1 < w->end && (w->c->words[w->i + 1].flags & ARGV_QUOTED))
		w->i++;
	if (w->i < w->end) {
		sv v = argwalk_value(w->c, w->i++);

		cmdline_judge(w->c, kind, v);
	}
}

void argwalk_rest(struct argwalk *w)
{
	while (w->i < w->end)
		argwalk_next(w, PROGRAM_SECRET);
}

/* The walk goes on as another program's. */
void argwalk_become(struct argwalk *w, sv name)
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
static void wrapped(struct argwalk *w, sv t)
{
	if ((argwalk_flags(w) & PROGRAM_REMOTE) &&
	    sv_find(t, ' ') != SIZE_MAX) {
		cmdline_script(w->c, t);
		return;
	}
	if ((argwalk_flags(w) & PROGRAM_ENV) && is_assignment(t)) {
		cmdline_judge(w->c, PROGRAM_KEYVAL, t);
		w->npos--;
		return;
	}
	if (program_positional(w->p, w->npos) == PROGRAM_SPACED &&
	    sv_find(t, ' ') != SIZE_MAX) {
		cmdline_script(w->c, t);
		return;
	}
	argwalk_become(w, t);
}

static bool is_setting(sv t)
{
	return sv_eq(t, SV("set")) || sv_eq(t, SV("config")) ||
	       sv_eq(t, SV("create")) || sv_eq(t, SV("update"));
}

/* A shell's first positional: its script, or its script file. */
static void shell_word(struct argwalk *w, sv t)
{
	if (w->shell_c)
		cmdline_script(w->c, t);
	/* The rest are the script's own arguments. */
	argwalk_become(w, w->shell_c ? SV("") : t);
}

/* What the table says of a positional; false: nothing. */
static bool words(struct argwalk *w, sv t)
{
	const struct program_opt *o = program_word(w->p, t);
	enum program_kind kind = program_positional(w->p, w->npos);
	bool setting = w->setting;

	w->setting |= is_setting(t);
	if (o && o->kind == PROGRAM_REST) {
		argwalk_rest(w);
	} else if (o && o->kind == PROGRAM_SECOND) {
		if (w->i < w->end && argwalk_is_option(w->c->words[w->i].text))
			return true;
		w->i = MIN(w->i + 1, w->end);
		argwalk_next(w, PROGRAM_SECRET);
	} else if (o) {
		argwalk_next(w, (enum program_kind)o->kind);
	} else if (kind != PROGRAM_PLAIN) {
		cmdline_judge(w->c, kind, t);
	} else if ((argwalk_flags(w) & PROGRAM_PAIRS) && setting &&
		   w->i < w->end && secret_key(t) >= SECRET_MATERIAL &&
		   sv_find(t, '=') == SIZE_MAX &&
		   !argwalk_is_option(w->c->words[w->i].text)) {
		argwalk_next(w, PROGRAM_SECRET);
	} else {
		return false;
	}
	return true;
}

/* put /app/password X, env:set db_password X: into a store of such pairs. */
static bool stores(sv verb, sv name)
{
	static const sv list[] = {SV("set"), SV("put"), SV("setex"),
				  SV("hset")};
	size_t colon = sv_rfind(verb, ':');
	bool compound = false;

	if (colon != SIZE_MAX)
		verb = sv_from(verb, colon + 1);
	for (size_t i = 0; i < name.n; i++)
		compound |= strchr("/:._", name.p[i]) != NULL;
	return compound && sv_in(verb, list, ARRAY_LEN(list)) &&
	       secret_key(name) == SECRET_STRONG;
}

/*
 * "password X", "set-password X", "key X" where X looks like one; the name
 * of the place where one is stored, and X.
 */
static void unlisted_pair(struct argwalk *w, sv t, sv before)
{
	enum secret_class k;
	sv v;

	if (w->i >= w->end || t.n > 64 || sv_find(t, '=') != SIZE_MAX ||
	    sv_find(t, ' ') != SIZE_MAX)
		return;
	v = argwalk_value(w->c, w->i);
	if (stores(before, t) && sv_find(v, '=') == SIZE_MAX &&
	    unlisted_value(v, true, true)) {
		argwalk_next(w, PROGRAM_SECRET);
		return;
	}
	if (sv_find(t, '/') != SIZE_MAX)
		return;
	if (!value_chosen(v) && !unlisted_password(v))
		return;
	k = sv_eq(t, SV("using")) ? SECRET_STRONG : secret_key(t);
	if (k == SECRET_STRONG || (k == SECRET_MATERIAL && value_chosen(v)) ||
	    (k == SECRET_WEAK && value_random(v)))
		argwalk_next(w, PROGRAM_SECRET);
}

/* One argument that is a command line: its first word is a program's name. */
static bool is_command_line(const struct argwalk *w, sv t)
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

static void positional(struct argwalk *w, sv t)
{
	const struct program *sub = NULL;
	sv before = w->last;

	w->npos++;
	w->last = t;
	if (argwalk_flags(w) & PROGRAM_SHELL) {
		shell_word(w, t);
		return;
	}
	if ((argwalk_flags(w) & PROGRAM_WRAP) && w->npos > w->p->skip) {
		wrapped(w, t);
		return;
	}
	if (!w->p && w->npos <= 4 && !(w->name.n && unlisted_verb(t)) &&
	    programs_find(w->c->programs, t)) {
		argwalk_become(w, t);
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
	if ((argwalk_flags(w) & PROGRAM_SUB) && w->npos <= 4)
		sub = programs_find_sub(w->c->programs, w->name, t);
	if (sub)
		w->p = sub;
	if (w->p && words(w, t))
		return;
	unlisted_pair(w, t, before);
}

static void word(struct argwalk *w)
{
	sv t = w->c->words[w->i++].text;

	if (!w->dashes && sv_eq(t, SV("--"))) {
		w->dashes = true;
		if ((argwalk_flags(w) & PROGRAM_DASHES) && w->i < w->end)
			argwalk_become(w, w->c->words[w->i++].text);
		return;
	}
	if (w->dashes || !argwalk_is_option(t)) {
		if (argwalk_is_other(w, t))
			argwalk_option(w, t);
		else
			positional(w, t);
		return;
	}
	argwalk_option(w, t);
}

void cmdline_walk(struct cmdline *c, sv name, size_t from, size_t to)
{
	struct argwalk w = {.c = c, .i = from, .from = from, .end = to};

	argwalk_become(&w, name);
	while (w.i < w.end)
		word(&w);
	if ((argwalk_flags(&w) & PROGRAM_LAST_B) && w.saw_b && w.npos >= 2)
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
