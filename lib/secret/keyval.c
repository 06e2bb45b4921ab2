/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/keyval.h"

#include <ctype.h>

#include "secret/header.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/value.h"

#define MAX_KEY 128
#define MAX_JUDGED 512

static bool is_key_char(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.';
}

static bool is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

struct pair {
	sv key;
	size_t key_start; /* in the text, dashes included */
	size_t value;	  /* where the value begins, blanks skipped */
	bool colon;
	bool quoted_key;
	bool gap; /* blanks before the delimiter */
};

/* The key in front of the delimiter at i. */
static bool take_key(sv t, size_t i, struct pair *p)
{
	size_t j = i, end;

	while (j > 0 && i - j < 4 && (t.p[j - 1] == ' ' || t.p[j - 1] == '\t'))
		j--;
	p->gap = j < i;
	end = j;
	while (j > 0 && end - j < 4 &&
	       (is_quote(t.p[j - 1]) || t.p[j - 1] == '\\' ||
		t.p[j - 1] == ']' || t.p[j - 1] == '}'))
		j--;
	p->quoted_key = j < end;
	end = j;
	while (j > 0 && end - j < MAX_KEY &&
	       is_key_char((unsigned char)t.p[j - 1]))
		j--;
	p->key_start = j;
	while (j < end && (t.p[j] == '-' || t.p[j] == '.'))
		j++;
	/* -DAPI_KEY=x */
	if (j == p->key_start + 1 && j < end && t.p[j] == 'D')
		j++;
	p->key = (sv){t.p + j, end - j};
	return p->key.n >= 2;
}

static char before_key(sv t, const struct pair *p)
{
	return p->key_start > 0 ? t.p[p->key_start - 1] : '\0';
}

/* token.example:443 */
static bool is_port(sv key, sv value)
{
	if (!memchr(key.p, '.', key.n) || value.n < 2 || value.n > 5)
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (!isdigit((unsigned char)value.p[i]))
			return false;
	return true;
}

/* A quote that ends something there: "New password:"; */
static bool closes(sv t, size_t i)
{
	return i + 1 >= t.n || is_blank((unsigned char)t.p[i + 1]) ||
	       strchr(";,)]}", t.p[i + 1]);
}

/*
 * k:v in one word is a pair only where a word can begin, not "a/token:1"; but
 * there is "s/key:.*", "key: x/".
 */
static bool colon_pair(sv t, const struct pair *p)
{
	if (p->quoted_key || p->key_start == 0 ||
	    (t.p[p->key_start - 1] == '/' && t.p[p->value - 1] == ' '))
		return true;
	return is_blank((unsigned char)t.p[p->key_start - 1]) ||
	       strchr("\"'`{,(;&?[=|", t.p[p->key_start - 1]);
}

/* --grep=password: -S x: a letter alone. */
static bool is_flag(sv t, size_t i)
{
	return i + 2 < t.n && t.p[i] == '-' &&
	       isalpha((unsigned char)t.p[i + 1]) && t.p[i + 2] == ' ';
}

/* CREDENTIALS=(A='x' B='y'): the pairs are inside. */
static bool is_group(sv t, size_t i)
{
	size_t from = i + 1;

	if (t.p[i] != '(')
		return false;
	for (i = from; i < t.n && is_key_char((unsigned char)t.p[i]); i++)
		continue;
	return i > from + 1 && i < t.n && t.p[i] == '=';
}

/* Where the value begins, behind the delimiter at i; false: no pair. */
static bool take_delimiter(sv t, size_t i, unsigned where, struct pair *p)
{
	size_t v = i + 1;
	char next = v < t.n ? t.p[v] : '\0';

	p->colon = t.p[i] == ':';
	if (p->colon && (next == ':' || next == '='))
		return false; /* :=, found again at its = */
	if (next == '=' ||
	    (p->colon && next == '/' && v + 1 < t.n && t.p[v + 1] == '/'))
		return false;
	if (!p->colon && next == '>')
		v++;
	while (v < t.n && v - i < 16 && (t.p[v] == ' ' || t.p[v] == '\t'))
		v++;
	p->value = v;
	if (v == t.n || is_group(t, v) ||
	    (p->colon && v > i + 1 && (where & KEYVAL_ARGV) && is_flag(t, v)))
		return false;
	if (!p->colon && v > i + 1 && !p->gap && next != '>')
		return !(where & (KEYVAL_ARGV | KEYVAL_SCRIPT)) &&
		       t.p[v] != '-';
	p->value = value_hashed(t, v);
	return true;
}

/* What follows a , ; or & is another pair, a blank or nothing. */
static bool next_pair(sv t, size_t i)
{
	size_t start;

	if (i == t.n || is_blank((unsigned char)t.p[i]))
		return true;
	while (i < t.n && is_quote(t.p[i]))
		i++;
	start = i;
	while (i < t.n && i - start < MAX_KEY &&
	       is_key_char((unsigned char)t.p[i]))
		i++;
	while (i < t.n && (t.p[i] == ' ' || is_quote(t.p[i])))
		i++;
	return i > start && i < t.n && (t.p[i] == '=' || t.p[i] == ':');
}

/* name=web,secret=x,noatime: what follows the comma is a flag. */
static bool next_flag(sv t, size_t i)
{
	size_t start = i;

	while (i < t.n && islower((unsigned char)t.p[i]))
		i++;
	return i >= start + 4 &&
	       (i == t.n || t.p[i] == ',' || is_blank((unsigned char)t.p[i]));
}

/* $(cmd with blanks): behind its closing parenthesis. */
static size_t substitution_end(sv t, size_t i)
{
	size_t depth = 0;

	for (; i < t.n && t.p[i] != '\n'; i++) {
		depth += t.p[i] == '(';
		if (t.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return i;
}

sv keyval_first(sv v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == ',' && i + 1 < v.n && next_pair(v, i + 1))
			return sv_first(v, i);
	return v;
}

static size_t word_end(sv t, size_t i, unsigned where)
{
	if (sv_starts(sv_from(t, i), SV("$(")))
		return substitution_end(t, i + 1);
	for (; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (is_blank(c) || is_quote((char)c))
			break;
		if (c == '\\' && i + 1 < t.n && is_quote(t.p[i + 1]))
			break;
		if (c == '#' && (where & KEYVAL_QUERY))
			break;
		if ((where & KEYVAL_SCRIPT) && strchr(";&|<>()", (char)c))
			break;
		if ((c == ',' || c == ';' || c == '&' ||
		     (c == ':' && (where & KEYVAL_COLONS))) &&
		    next_pair(t, i + 1))
			break;
		if (c == ',' && (where & KEYVAL_COMMAS) && next_flag(t, i + 1))
			break;
	}
	return i;
}

/* The closing quote for the one at i, or the end of the text. */
static size_t quote_end(sv t, size_t i)
{
	char q = t.p[i];
	bool escaped = i > 0 && t.p[i - 1] == '\\';

	for (size_t j = i + 1; j < t.n; j++) {
		if (t.p[j] == '\\' && !escaped && q == '"') {
			j++;
			continue;
		}
		if (t.p[j] == q)
			return escaped && t.p[j - 1] == '\\' ? j - 1 : j;
	}
	return t.n;
}

/* The value at i; *quoted where quotes bound it. */
static sv take_value(sv t, size_t i, unsigned where, bool *quoted)
{
	size_t end;

	/* \"x\", and N'x' of SQL, b'x' of Python */
	if (i + 1 < t.n && is_quote(t.p[i + 1]) &&
	    (t.p[i] == '\\' || isalpha((unsigned char)t.p[i])))
		i++;
	*quoted = t.p[i] == '"' || t.p[i] == '\'';
	end = *quoted ? quote_end(t, i) : word_end(t, i, where);
	i += *quoted;
	return (sv){t.p + i, MAX(end, i) - i};
}

/* A header in running text: first, how far it goes. Returns its end. */
static size_t find_header(sv t, const struct pair *p, enum header kind,
			  unsigned where, struct hits *h)
{
	bool script = where & KEYVAL_SCRIPT, known = true;
	char before = before_key(t, p);
	char first = t.p[p->value];
	size_t end = t.n;
	sv v;

	if (first == '"' || first == '\'' || first == '\\') {
		v = take_value(t, p->value, where, &known);
	} else {
		/* -H "Cookie: x": the quote before the name bounds it. */
		if (before == '"' || before == '\'')
			end = quote_end(t, p->key_start - 1);
		else if (kind == HEADER_AUTHORIZATION)
			known = false;
		else if ((where & KEYVAL_ARGV) && t.p[p->value - 1] == ':')
			end = word_end(t, p->value, where);
		else
			end = header_line_end(t, p->value);
		v = (sv){t.p + p->value, MAX(end, p->value) - p->value};
	}
	if (kind == HEADER_AUTHORIZATION)
		return (size_t)(header_authorization(v, known, script, h) -
				t.p);
	header_cookies(v, script, h);
	return (size_t)(v.p - t.p) + v.n;
}

/* os.getcwd(...); in a shell's script a ( belongs to no word. */
static bool is_call(sv t, sv v)
{
	size_t n = MIN(sv_find(v, '('), v.n);
	bool dot = false;

	if (n == 0 || v.p + n == t.p + t.n || v.p[n] != '(' ||
	    !isalpha((unsigned char)v.p[0]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)v.p[i]) && v.p[i] != '_' &&
		    v.p[i] != '.')
			return false;
		dot |= v.p[i] == '.';
	}
	return dot || n == v.n;
}

/* Words of a sentence, and of a command with its object in front. */
static bool is_prose(sv t, const struct pair *p, enum secret_class c, sv v)
{
	static const sv list[] = {
		SV("files"), SV("compat"), SV("sss"),  SV("see"),    SV("in"),
		SV("is"),    SV("are"),	   SV("from"), SV("the"),    SV("a"),
		SV("an"),    SV("use"),	   SV("was"),  SV("not"),    SV("to"),
		SV("and"),   SV("for"),	   SV("with"), SV("as"),     SV("by"),
		SV("at"),    SV("on"),	   SV("must"), SV("should"), SV("can"),
		SV("has"),   SV("will"),
	};

	if (v.p != t.p + p->value)
		return false;
	if (v.p[-1] == ' ')
		return sv_in_nocase(v, list, ARRAY_LEN(list));
	for (size_t i = 0; i < v.n; i++)
		if (!islower((unsigned char)v.p[i]))
			return false;
	return c == SECRET_MATERIAL && !p->quoted_key && v.n <= 8;
}

/* "^password=.*$", "token=[^&]*" */
static bool is_regex(sv v)
{
	if (sv_starts(v, SV(".*")))
		return v.n == 2 || strchr("/$|,#", v.p[2]);
	return sv_starts(v, SV("[^")) &&
	       (memmem(v.p, v.n, "]*", 2) || memmem(v.p, v.n, "]+", 2));
}

/*
 * Is the value at p->value one to hide? Judged by no more than its beginning,
 * so that a text full of keys costs no square.
 */
static bool is_secret(sv t, const struct pair *p, enum secret_class c,
		      unsigned where)
{
	char before = before_key(t, p);
	bool quoted;
	sv v = take_value(sv_first(t, p->value + MAX_JUDGED), p->value, where,
			  &quoted);

	if (!quoted && is_call(t, v))
		return false;
	/* sed's pattern, and what it writes: __PASSWORD__ and a slash. */
	if (!quoted && is_regex(v))
		return false;
	while (!quoted && sv_starts(v, SV("__")) && sv_ends(v, SV("/")))
		v.n--;
	/* (userPassword=*) */
	while (!quoted && before == '(' && v.n && v.p[v.n - 1] == ')')
		v.n--;
	/* 'Password: ' */
	if (!p->quoted_key && (is_quote(before) || p->colon) &&
	    is_quote(t.p[p->value]) && closes(t, p->value))
		return false;
	/* reset_token:string:index */
	if (p->colon && (is_port(p->key, v) ||
			 value_word(sv_first(v, MIN(sv_find(v, ':'), v.n)))))
		return false;

	/* rails credentials:edit; "password: see vault" */
	if (p->colon && !quoted && is_prose(t, p, c, v))
		return false;
	/* -storepass:env NAME; "password: ;" */
	if (p->colon && !quoted &&
	    (sv_eq(v, SV("env")) || sv_eq(v, SV("file")) ||
	     (v.n == 1 && ispunct((unsigned char)v.p[0]))))
		return false;
	return secret_keyed(c, v, where & KEYVAL_SCRIPT);
}

/* "[REDACTED:userpass]: x" */
static bool behind_marker(sv t, size_t i)
{
	size_t from = i > MAX_KEY ? i - MAX_KEY : 0;
	size_t open = sv_rfind((sv){t.p + from, i - from}, '[');

	return open != SIZE_MAX &&
	       value_marker(sv_from(t, from + open)) == i - from - open;
}

/* ${NAME:-}, ${NAME:-changeme}, ${NAME:?why}: no default that could be one. */
static bool is_expansion(sv t, size_t i, const struct pair *p)
{
	char how = i + 1 < t.n ? t.p[i + 1] : '\0';
	sv rest;

	if (!p->colon || p->key_start < 2 ||
	    memcmp(t.p + p->key_start - 2, "${", 2) != 0)
		return false;
	if (how == '?' || how == '+')
		return true;
	rest = sv_from(t, MIN(i + 2, t.n));
	return how == '-' &&
	       value_placeholder(sv_first(rest, sv_find(rest, '}')), true);
}

/* checksum/secret=..., as charts note what they were made of. */
static bool is_checksum(sv t, const struct pair *p)
{
	return sv_ends(sv_first(t, p->key_start), SV("checksum/"));
}

/* The delimiter at i; returns where to go on. */
static size_t find_at(sv t, size_t i, unsigned where, struct hits *h)
{
	enum secret_class c;
	enum header kind;
	struct pair p;
	bool quoted;
	char before;
	sv v;

	before = i > 0 ? t.p[i - 1] : '=';
	if (hits_is_plain(h, t.p + i) || before == '=' || before == '!' ||
	    before == '<' || before == '>' ||
	    (before == ']' && behind_marker(t, i)))
		return i;
	/* Nor is "token::parser" a pair. */
	if (before == ':' && t.p[i] == ':')
		return i;
	if (!take_key(t, before == ':' ? i - 1 : i, &p) ||
	    !take_delimiter(t, i, where, &p))
		return i;
	/* test "$PASSWORD" = x */
	if (p.quoted_key && p.key_start > 0 && t.p[p.key_start - 1] == '$')
		return i;
	if (is_expansion(t, i, &p) || is_checksum(t, &p))
		return i;
	c = secret_key(p.key);
	if (c == SECRET_NONE || (p.colon && !colon_pair(t, &p)))
		return i;
	kind = header_kind(p.key);
	if (kind != HEADER_NONE && (p.colon || kind == HEADER_AUTHORIZATION))
		return find_header(t, &p, kind, where, h);
	/* user=x:password=y:server=z */
	if (!p.colon && before_key(t, &p) == ':')
		where |= KEYVAL_COLONS;
	if (before_key(t, &p) == ',')
		where |= KEYVAL_COMMAS;
	if (!is_secret(t, &p, c, where))
		return i;
	/* http://h/?token=x#top */
	if (before_key(t, &p) == '?' || before_key(t, &p) == '&')
		where |= KEYVAL_QUERY;
	v = take_value(t, p.value, where, &quoted);
	hits_add(h, secret_part(c, v), RULES_ASSIGNMENT);
	return (size_t)(v.p - t.p) + v.n;
}

void keyval_find(sv t, unsigned where, struct hits *h)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] == '=' || t.p[i] == ':')
			i = MAX(i, find_at(t, i, where, h));
}

bool keyval_pair(sv key, sv value, int rule, bool script, struct hits *h)
{
	enum secret_class c;

	while (key.n && (key.p[0] == '-' || key.p[0] == '/'))
		key = sv_from(key, 1);
	c = secret_key(key);
	if (!secret_keyed(c, value, script))
		return false;
	hits_add(h, value_unquote(value), rule);
	return true;
}
