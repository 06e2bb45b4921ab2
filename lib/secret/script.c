/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shell command lines inside arguments: sh -c '...', ssh host '...'. Enough
 * of the grammar to find the words of each command, pipes from echo, here
 * strings, and command substitutions.
 */
#include "secret/cmdline.h"

#include <ctype.h>

#include "secret/rules.h"
#include "secret/piped.h"
#include "secret/value.h"

enum lex {
	LEX_END,
	LEX_WORD,
	LEX_PIPE,
	LEX_BREAK,
	LEX_INPUT,
	LEX_OUTPUT,
	LEX_HERE,
};

struct lexer {
	struct cmdline *c;
	sv in;
	size_t pos;
};

/* The end of a quoted run whose opening quote is at i: behind its closing. */
static size_t skip_quoted(struct lexer *l, size_t i)
{
	char q = l->in.p[i++];

	for (; i < l->in.n; i++) {
		if (l->in.p[i] == '\\' && q == '"')
			i++;
		else if (l->in.p[i] == q)
			return i + 1;
	}
	l->c->doubt = true;
	return l->in.n;
}

/* Behind the ) that belongs to the ( at i. */
static size_t skip_parens(struct lexer *l, size_t i)
{
	size_t depth = 0;

	while (i < l->in.n) {
		char ch = l->in.p[i];

		if (ch == '\'' || ch == '"') {
			i = skip_quoted(l, i);
			continue;
		}
		depth += ch == '(';
		i++;
		if (ch == ')' && --depth == 0)
			return i;
	}
	return l->in.n;
}

enum shell_char { CHAR_WORD, CHAR_BLANK, CHAR_OPERATOR };

/* What ends a word. */
static enum shell_char char_of(char ch)
{
	static const uint8_t kinds[256] = {
		[' '] = CHAR_BLANK,    ['\t'] = CHAR_BLANK,
		['\r'] = CHAR_BLANK,   ['\n'] = CHAR_OPERATOR,
		[';'] = CHAR_OPERATOR, ['&'] = CHAR_OPERATOR,
		['|'] = CHAR_OPERATOR, ['<'] = CHAR_OPERATOR,
		['>'] = CHAR_OPERATOR, ['('] = CHAR_OPERATOR,
		[')'] = CHAR_OPERATOR,
	};

	return (enum shell_char)kinds[(unsigned char)ch];
}

static size_t skip_word(struct lexer *l, size_t i)
{
	while (i < l->in.n && char_of(l->in.p[i]) == CHAR_WORD) {
		char ch = l->in.p[i];

		if (ch == '\\')
			i += 2;
		else if (ch == '\'' || ch == '"' || ch == '`')
			i = skip_quoted(l, i);
		else if (ch == '$' && i + 1 < l->in.n && l->in.p[i + 1] == '(')
			i = skip_parens(l, i + 1);
		else
			i++;
	}
	return MIN(i, l->in.n);
}

static enum lex lex_operator(struct lexer *l)
{
	char ch = l->in.p[l->pos];
	size_t start = l->pos;

	while (l->pos < l->in.n && l->in.p[l->pos] == ch)
		l->pos++;
	if (ch == '<' || ch == '>') {
		if (l->pos < l->in.n && l->in.p[l->pos] == '&')
			l->pos++;
		if (ch == '>')
			return LEX_OUTPUT;
		return l->pos - start == 3 ? LEX_HERE : LEX_INPUT;
	}
	return ch == '|' && l->pos - start == 1 ? LEX_PIPE : LEX_BREAK;
}

/*
 * `\"a b\"` within quotes is one word to the shell inside. The end of the
 * word that begins at i, or SIZE_MAX.
 */
static size_t escaped_end(const struct lexer *l, size_t i)
{
	const char *close;

	if (l->in.n - i < 4 || memcmp(l->in.p + i, "\\\"", 2) != 0)
		return SIZE_MAX;
	close = memmem(l->in.p + i + 2, l->in.n - i - 2, "\\\"", 2);
	return close ? (size_t)(close - l->in.p) + 2 : SIZE_MAX;
}

static enum lex lex(struct lexer *l, struct argv_token *t)
{
	size_t base = (size_t)(l->in.p - l->c->hits->text.p), start, end;

	while (l->pos < l->in.n && char_of(l->in.p[l->pos]) == CHAR_BLANK)
		l->pos++;
	if (l->pos == l->in.n)
		return LEX_END;
	if (char_of(l->in.p[l->pos]) == CHAR_OPERATOR)
		return lex_operator(l);
	start = l->pos;
	end = escaped_end(l, start);
	if (end != SIZE_MAX) {
		l->pos = end;
		*t = (struct argv_token){
			.text = {l->in.p + start + 2, end - start - 4},
			.start = base + start,
			.end = base + end,
			.longest = base + end,
		};
		return LEX_WORD;
	}
	end = l->pos = skip_word(l, start);
	*t = (struct argv_token){
		.text = value_unquote((sv){l->in.p + start, end - start}),
		.start = base + start,
		.end = base + end,
		.longest = base + end,
	};
	return LEX_WORD;
}

/* Inside $(...) and `...` of a word there is another command line. */
static void substitutions(struct lexer *l, const struct argv_token *t)
{
	sv s = t->text;
	struct lexer in = {l->c, s, 0};

	for (size_t i = 0; i + 1 < s.n; i++) {
		size_t end;

		if (s.p[i] == '$' && s.p[i + 1] == '(') {
			end = skip_parens(&in, i + 1);
			cmdline_script(l->c, (sv){s.p + i + 2, end - i - 2});
			i = end - 1;
		} else if (s.p[i] == '`') {
			end = skip_quoted(&in, i);
			cmdline_script(l->c, (sv){s.p + i + 1, end - i - 1});
			i = end - 1;
		}
	}
}

static bool is_reserved(sv t)
{
	static const sv list[] = {
		SV("if"),      SV("then"),     SV("else"),    SV("elif"),
		SV("do"),      SV("while"),    SV("until"),   SV("!"),
		SV("{"),       SV("}"),	       SV("export"),  SV("local"),
		SV("declare"), SV("readonly"), SV("typeset"), SV("case"),
		SV("in"),
	};

	return sv_in(t, list, ARRAY_LEN(list));
}

/* NAME=value in front of a command, or behind export. */
static bool assignment(struct cmdline *c, sv t)
{
	size_t eq = sv_find(t, '=');

	if (eq == SIZE_MAX || eq == 0)
		return false;
	for (size_t i = 0; i < eq; i++)
		if (!isalnum((unsigned char)t.p[i]) && t.p[i] != '_' &&
		    t.p[i] != '+')
			return false;
	cmdline_judge(c, PROGRAM_KEYVAL, t);
	return true;
}

/* Words [from, to) are one command with what stands in front. */
static void command(struct cmdline *c, size_t *from, size_t to)
{
	while (*from < to && (is_reserved(c->words[*from].text) ||
			      assignment(c, c->words[*from].text)))
		(*from)++;
	if (*from < to)
		cmdline_walk(c, c->words[*from].text, *from + 1, to);
}

struct pipeline {
	struct piped words; /* of the command in front of a pipe */
	bool pipe;
	sv here;   /* word behind <<< */
	sv fed;	   /* the same, of the command in front of the pipe */
	bool kept; /* written to a file that is named for a secret */
};

/* (echo a; echo b) | sink: from the first echo on. */
static size_t group_start(const struct cmdline *c, size_t first, size_t from,
			  size_t to)
{
	if (from < to &&
	    !(from + 1 == to && sv_eq(c->words[from].text, SV("}"))))
		return from;
	while (first < from && !piped_echo(c->words[first].text))
		first++;
	return first;
}

/* The command that ends at c->n; first: of the script. */
static void finish(struct cmdline *c, size_t first, size_t from,
		   struct pipeline *p, enum lex how)
{
	size_t to = c->n;
	struct piped here;

	command(c, &from, to);
	here = (struct piped){from, to};
	if (p->pipe)
		piped_into(c, p->words, here);
	if (p->here.n)
		piped_here(c, p->here, here, p->kept);
	if (p->kept)
		piped_written(c, here);
	if (p->pipe && p->fed.n)
		piped_here(c, p->fed, here, false);
	if (how == LEX_PIPE)
		from = group_start(c, first, from, to);
	*p = (struct pipeline){
		.words = {from, to}, .pipe = how == LEX_PIPE, .fed = p->here};
}

static void run(struct lexer *l)
{
	struct pipeline p = {.pipe = false};
	struct cmdline *c = l->c;
	struct argv_token t;
	size_t first = c->n, from = first;
	enum lex how, next = LEX_WORD;

	do {
		how = lex(l, &t);
		if (how == LEX_WORD) {
			substitutions(l, &t);
			if (next == LEX_HERE)
				p.here = t.text;
			else if (next == LEX_OUTPUT)
				p.kept |= piped_keeps_secret(t.text);
			else if (next != LEX_INPUT)
				cmdline_push(c, &t);
			next = LEX_WORD;
			continue;
		}
		next = how;
		if (how == LEX_HERE || how == LEX_INPUT || how == LEX_OUTPUT)
			continue;
		finish(c, first, from, &p, how);
		from = c->n;
	} while (how != LEX_END);
}

void cmdline_script(struct cmdline *c, sv script)
{
	struct lexer l = {c, script, 0};
	size_t mark = c->n;

	c->script = true;
	if (c->depth >= CMDLINE_DEPTH) {
		hits_add(c->hits, script, RULES_NESTING);
		return;
	}
	c->depth++;
	run(&l);
	c->depth--;
	c->n = mark;
}
