/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shell command lines inside arguments: sh -c '...', ssh host '...'. Enough
 * of the grammar to find the words of each command, pipes from echo, here
 * strings, and command substitutions.
 */
#include "secret/cmdline.h"

#include <ctype.h>

#include "base/mem.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/value.h"
#include "text/base64.h"

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

static bool is_any(sv t, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_eq(t, sv_str(list[i])))
			return true;
	return false;
}

static sv name_of(sv path)
{
	size_t slash = sv_rfind(path, '/');

	return slash == SIZE_MAX ? path : sv_from(path, slash + 1);
}

static bool is_reserved(sv t)
{
	static const char *const list[] = {
		"if",	   "then",     "else",	  "elif", "do",	    "while",
		"until",   "!",	       "{",	  "}",	  "export", "local",
		"declare", "readonly", "typeset", "case", "in",
	};

	return is_any(t, list, ARRAY_LEN(list));
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

static bool has_flag(const struct argv_token *t, char letter)
{
	return t->text.n > 1 && t->text.p[0] == '-' && t->text.p[1] != '-' &&
	       memchr(t->text.p, letter, t->text.n);
}

/* podman secret create NAME -, gh secret set NAME, wrangler secret put NAME */
static bool is_secret_store(const struct cmdline *c, size_t from, size_t to)
{
	static const char *const verbs[] = {"create", "set", "put",
					    "import", "add", "insert"};
	bool secret = false;

	for (size_t i = from + 1; i < to; i++) {
		sv t = c->words[i].text;

		if (secret && is_any(t, verbs, ARRAY_LEN(verbs)))
			return !sv_eq(name_of(c->words[from].text),
				      SV("kubectl"));
		secret |= sv_eq(t, SV("secret")) || sv_eq(t, SV("secrets"));
	}
	return false;
}

/* --password-file, -passphrase */
static bool is_secret_option(sv t)
{
	return t.n > 4 && t.p[0] == '-' &&
	       (memmem(t.p, t.n, "pass", 4) || memmem(t.p, t.n, "token", 5) ||
		memmem(t.p, t.n, "secret", 6) || memmem(t.p, t.n, "key", 3));
}

/* /run/secrets/db, vault-password.txt: what is kept there is one. */
static bool is_secret_file(sv path)
{
	static const char *const others[] = {"log",  "out",   "err", "pid",
					     "lock", "state", "md",  "html",
					     "sh",   "py",    "csv"};
	sv name = name_of(path), end = sv_from(name, sv_rfind(name, '.') + 1);

	return !sv_eq(name, SV("passwd")) &&
	       !is_any(end, others, ARRAY_LEN(others)) &&
	       (secret_key(name) >= SECRET_MATERIAL ||
		memmem(path.p, path.n, "/secrets/", 9));
}

/* Does this command read a secret from its standard input? */
static bool is_sink(const struct cmdline *c, size_t from, size_t to)
{
	static const char *const programs[] = {
		"chpasswd",
		"cryptsetup",
		"smbpasswd",
		"kinit",
		"newusers",
		"ecryptfs-add-passphrase",
		"gnome-keyring-daemon",
		"su",
		"vncpasswd",
		"fscrypt",
		"keyring",
		"secret-tool",
		"passwd",
		"kpasswd",
		"wpa_passphrase",
		"pass",
		"gopass",
	};
	static const char *const options[] = {
		"--password-stdin",  "--stdin",		 "--pass-stdin",
		"--passphrase-fd",   "--with-token",	 "-stdin",
		"--passwd-on-stdin", "--stdin-password", "stdin",
		"--passphrase-fd=0", "--key-file=-",	 "--token-stdin",
	};
	sv name;

	if (from >= to)
		return false;
	name = name_of(c->words[from].text);
	if (is_any(name, programs, ARRAY_LEN(programs)) ||
	    is_secret_store(c, from, to))
		return true;
	for (size_t i = from + 1; i < to; i++) {
		if (is_any(c->words[i].text, options, ARRAY_LEN(options)))
			return true;
		if (sv_ends(c->words[i].text, SV("=/dev/stdin")) ||
		    (sv_eq(c->words[i].text, SV("/dev/stdin")) &&
		     is_secret_option(c->words[i - 1].text)))
			return true;
		if (sv_eq(name, SV("sudo")) && has_flag(&c->words[i], 'S'))
			return true;
		if (sv_eq(name, SV("htpasswd")) && has_flag(&c->words[i], 'i'))
			return true;
	}
	return false;
}

static bool is_decoder(const struct cmdline *c, size_t from, size_t to)
{
	if (from + 1 >= to ||
	    !sv_eq(name_of(c->words[from].text), SV("base64")))
		return false;
	return has_flag(&c->words[from + 1], 'd') ||
	       has_flag(&c->words[from + 1], 'D') ||
	       sv_eq(c->words[from + 1].text, SV("--decode"));
}

/* base64 of a command line that holds a secret. */
static bool hides_secret(const struct cmdline *c, sv word)
{
	struct hits hits = {.n = 0};
	struct cmdline in = {
		.programs = c->programs, .hits = &hits, .depth = c->depth};
	char *plain = mem_alloc(base64_decoded_size(word.n));
	size_t n = base64_decode(plain, word);
	bool found = false;

	if (n != SIZE_MAX && word.n >= 8) {
		hits_reset(&hits, (sv){plain, n});
		cmdline_script(&in, hits.text);
		found = hits.n > 0;
	}
	cmdline_release(&in);
	hits_release(&hits);
	mem_free(plain);
	return found;
}

/* What a sink reads. Of user:password, for chpasswd, the user stays. */
static void fed(struct cmdline *c, sv t)
{
	size_t colon = sv_find(t, ':');

	if (colon != SIZE_MAX && colon + 1 < t.n && !value_marker(t))
		t = sv_from(t, colon + 1);
	if (!value_placeholder(t, true))
		hits_add(c->hits, t, RULES_STDIN);
}

static bool is_echo(sv word)
{
	static const char *const list[] = {"echo", "printf", "yes"};

	return is_any(name_of(word), list, ARRAY_LEN(list));
}

/* echo 'a command line' | sh */
static void piped_script(struct cmdline *c, size_t from, size_t to)
{
	if (from >= to || !is_echo(c->words[from].text))
		return;
	for (size_t i = from + 1; i < to; i++)
		if (sv_find(c->words[i].text, ' ') != SIZE_MAX)
			cmdline_script(c, c->words[i].text);
}

static bool is_shell(const struct cmdline *c, size_t from, size_t to)
{
	static const char *const list[] = {"sh",  "bash", "dash",  "zsh",
					   "ksh", "at",	  "batch", "ssh"};

	return from < to &&
	       is_any(name_of(c->words[from].text), list, ARRAY_LEN(list));
}

/* echo SECRET | sink: words [from, to) are the echo, or several. */
static void piped(struct cmdline *c, size_t from, size_t to, bool decoder)
{
	if (from >= to || !is_echo(c->words[from].text))
		return;
	for (size_t i = from + 1; i < to; i++) {
		sv t = c->words[i].text;

		if (t.n == 0 || t.p[0] == '-' || sv_starts(t, SV("%s")) ||
		    is_echo(t) || (decoder && !hides_secret(c, t)))
			continue;
		fed(c, t);
	}
}

/* What is kept in a file for secrets; settings have names of their own. */
static void kept(struct cmdline *c, sv t)
{
	if (t.n >= 4 && t.p[0] != '-' && !sv_starts(t, SV("%s")) &&
	    sv_find(t, '=') == SIZE_MAX && sv_find(t, ' ') == SIZE_MAX &&
	    sv_find(t, ':') == sv_rfind(t, ':'))
		fed(c, t);
}

/* echo SECRET > password.txt */
static void written(struct cmdline *c, size_t from, size_t to)
{
	if (from >= to || !is_echo(c->words[from].text))
		return;
	for (size_t i = from + 1; i < to; i++)
		kept(c, c->words[i].text);
}

/* tee /run/secrets/db */
static bool is_tee(const struct cmdline *c, size_t from, size_t to)
{
	if (from >= to || !sv_eq(name_of(c->words[from].text), SV("tee")))
		return false;
	for (size_t i = from + 1; i < to; i++)
		if (is_secret_file(c->words[i].text))
			return true;
	return false;
}

struct pipeline {
	size_t from, to; /* the command in front of a pipe */
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
	while (first < from && !is_echo(c->words[first].text))
		first++;
	return first;
}

/* The command that ends at c->n; first: of the script. */
static void finish(struct cmdline *c, size_t first, size_t from,
		   struct pipeline *p, enum lex how)
{
	size_t to = c->n;

	command(c, &from, to);
	if (p->pipe && is_sink(c, from, to))
		piped(c, p->from, p->to, false);
	else if (p->pipe && is_decoder(c, from, to))
		piped(c, p->from, p->to, true);
	else if (p->pipe && is_shell(c, from, to))
		piped_script(c, p->from, p->to);
	else if (p->pipe && is_tee(c, from, to))
		written(c, p->from, p->to);
	if (p->here.n && is_sink(c, from, to))
		fed(c, p->here);
	else if (p->here.n && p->kept)
		kept(c, p->here);
	if (p->kept)
		written(c, from, to);
	if (p->pipe && p->fed.n && is_sink(c, from, to))
		fed(c, p->fed);
	if (how == LEX_PIPE)
		from = group_start(c, first, from, to);
	*p = (struct pipeline){from,	to,	 how == LEX_PIPE,
			       SV_NULL, p->here, false};
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
				p.kept |= is_secret_file(t.text);
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
