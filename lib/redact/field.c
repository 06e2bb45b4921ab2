/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/field.h"

#include "base/vec16.h"

struct rule {
	const char *message; /* NULL: any */
	const char *field;
	enum field_class class;
};

/* The first that fits counts. */
static const struct rule rules[] = {
	{NULL, "exec_id", FIELD_KEEP},
	{NULL, "parent_exec_id", FIELD_KEEP},
	{NULL, "event_id", FIELD_KEEP},
	{NULL, "function_id", FIELD_KEEP},
	{NULL, "callers", FIELD_KEEP},
	{NULL, "build_id", FIELD_KEEP},
	{NULL, "build_id_kind", FIELD_KEEP},
	{NULL, "buildid", FIELD_KEEP},
	{NULL, "image_digest", FIELD_KEEP},
	{NULL, "container_id", FIELD_KEEP},
	{NULL, "docker", FIELD_KEEP},
	{NULL, "purl", FIELD_KEEP},
	{NULL, "claim_id", FIELD_KEEP},
	{"Ledger", "digest", FIELD_KEEP},
	{"Ledger", "in_digest", FIELD_KEEP},
	/* Hooks, symbols and nodes: the event's id is made of them. */
	{NULL, "node_name", FIELD_NAME},
	{NULL, "function_name", FIELD_NAME},
	{NULL, "symbol", FIELD_NAME},
	{NULL, "raw_symbol", FIELD_NAME},
	{"ProcessTracepoint", "subsys", FIELD_NAME},
	{"ProcessTracepoint", "event", FIELD_NAME},
	{"ProcessUsdt", "provider", FIELD_NAME},
	{"ProcessUsdt", "name", FIELD_NAME},
	{"CanonicalStackFrame", "inlined", FIELD_NAME},
	{NULL, "syscall", FIELD_NAME},
	{NULL, "arguments", FIELD_CMDLINE},
	{"Process", "binary", FIELD_RESOLVE_PATH},
	{"ProcessInfo", "binary", FIELD_PATH},
	{"StackTraceEntry", "module", FIELD_RESOLVE_PATH},
	{"ProcessLoader", "path", FIELD_RESOLVE_PATH},
	{"ProcessUprobe", "path", FIELD_RESOLVE_PATH},
	{"ProcessUsdt", "path", FIELD_RESOLVE_PATH},
	{NULL, "module", FIELD_PATH},
	{NULL, "path", FIELD_PATH},
	{NULL, "cwd", FIELD_PATH},
	{NULL, "mount", FIELD_PATH},
	{NULL, "source_file", FIELD_PATH},
	{NULL, "inlined_at", FIELD_PATH},
	{NULL, "cgroup_path", FIELD_PATH},
};

enum field_class field_classify(sv message, sv field)
{
	size_t dot = sv_rfind(message, '.');

	if (dot != SIZE_MAX)
		message = sv_from(message, dot + 1);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (sv_eq(field, sv_str(rules[i].field)) &&
		    (!rules[i].message ||
		     sv_eq(message, sv_str(rules[i].message))))
			return rules[i].class;
	return FIELD_TEXT;
}

#define IS_HEX 1
#define IS_BASE64 2

/* Which of the two each byte of the text can be of. */
static unsigned int alphabets_short(sv text)
{
	static const uint8_t of[256] = {
		['0' ... '9'] = IS_HEX | IS_BASE64,
		['a' ... 'f'] = IS_HEX | IS_BASE64,
		['A' ... 'F'] = IS_HEX | IS_BASE64,
		['g' ... 'z'] = IS_BASE64,
		['G' ... 'Z'] = IS_BASE64,
		['+'] = IS_BASE64,
		['/'] = IS_BASE64,
	};
	unsigned int all = IS_HEX | IS_BASE64;

	for (size_t i = 0; i < text.n; i++)
		all &= of[(unsigned char)text.p[i]];
	return all;
}

static unsigned int alphabets(sv text)
{
	vec16 hex = ~(vec16){0}, base64 = hex;

	if (text.n < 16)
		return alphabets_short(text);
	for (size_t i = 0; i < text.n; i += 16) {
		vec16 v = vec16_block(text, i), digits = vec16_digits(v);

		hex &= digits | vec16_among(v | 0x20, 'a', 6);
		base64 &= digits | vec16_letters(v) | vec16_is(v, '+') |
			  vec16_is(v, '/');
	}
	return (vec16_any(~hex) ? 0 : IS_HEX) |
	       (vec16_any(~base64) ? 0 : IS_BASE64);
}

/* What a character of base64 can be in a quartet of '0' to ':' only. */
enum quartet {
	FIRST = 1,  /* 0011xx */
	SECOND = 2, /* xx0011 */
	THIRD = 4,  /* xxxx00, of 0 to 10; also the last of two bytes */
	FOURTH = 8, /* 11xxxx */
	LONE = 16,  /* xx0000: the last of one byte */
};

static const uint8_t quartets[256] = {
	['M'] = FIRST | THIRD,	 ['N'] = FIRST,	       ['O'] = FIRST,
	['D'] = SECOND,		 ['T'] = SECOND,       ['j'] = SECOND,
	['z'] = SECOND | FOURTH, ['A'] = THIRD | LONE, ['E'] = THIRD,
	['I'] = THIRD,		 ['Q'] = THIRD | LONE, ['U'] = THIRD,
	['Y'] = THIRD,		 ['c'] = THIRD,	       ['g'] = THIRD | LONE,
	['k'] = THIRD,		 ['o'] = THIRD,	       ['w'] = FOURTH | LONE,
	['x'] = FOURTH,		 ['y'] = FOURTH,       ['0' ... '6'] = FOURTH,
};

/* Four characters, the last `pad` of which are padding. */
static bool is_digits(const char *q, size_t pad)
{
	unsigned int a = quartets[(unsigned char)q[0]],
		     b = quartets[(unsigned char)q[1]],
		     c = quartets[(unsigned char)q[2]],
		     d = quartets[(unsigned char)q[3]];

	/* That would be a ; */
	if (q[0] == 'O' && (q[1] == 'z' || q[1] == 'w'))
		return false;
	if (pad == 2)
		return a & FIRST && b & LONE;
	return a & FIRST && b & SECOND && c & THIRD && (pad || d & FOURTH);
}

bool field_is_plain_id(sv text)
{
	sv digest = SV("sha256:");
	unsigned int all;
	size_t pad = 0;

	if (sv_starts(text, digest))
		text = sv_from(text, digest.n);
	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	all = alphabets(sv_first(text, text.n - pad));
	if (all & IS_HEX)
		return pad == 0;
	return (all & IS_BASE64) && text.n >= 16 && text.n % 4 == 0 &&
	       is_digits(text.p + text.n - 8, 0) &&
	       is_digits(text.p + text.n - 4, pad);
}

/* Blanks, quotes, an =, or what is no ASCII: worth a second look. */
static bool is_unusual(sv text, unsigned char from)
{
	for (size_t i = 0; text.n >= 16 && i < text.n; i += 16) {
		vec16 v = vec16_block(text, i);
		vec16 plain = vec16_among(v, from, (uint8_t)(0x7f - from));

		if (vec16_any(~plain | vec16_is(v, '"') | vec16_is(v, '\\') |
			      vec16_is(v, '\'') | vec16_is(v, '=')))
			return true;
	}
	return text.n < 16;
}

bool field_is_id(sv text)
{
	if (!is_unusual(text, '!'))
		return true;
	/* base64 ends in =, purls have a=b behind a ?. */
	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' ||
		    c == '\'' || (c == '=' && !memchr(text.p, '?', i)))
			return false;
	}
	return true;
}

bool field_is_name(sv text)
{
	if (!is_unusual(text, ' '))
		return true;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool operator= c == '=' &&
			i &&(text.p[i - 1] == '=' || text.p[i - 1] == '!' ||
			     memmem(text.p, i, "operator", 8));

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' ||
		    (c == '=' && !operator))
			return false;
	}
	return true;
}
