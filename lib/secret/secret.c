/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret.h"

#include <ctype.h>
#include <strings.h>

#include "secret/keyword.h"
#include "secret/value.h"

#define MAX_KEY 128
#define MAX_WORDS 24

/* Endings of run-together words: dbpassword, mytoken. */
static const char *const strong_ends[] = {
	"password", "passwd",	  "passphrase", "secret",
	"token",    "apikey",	  "secretkey",	"pwd",
	"passw",    "accesskey",  "authkey",	"passcode",
	"pw",	    "accountkey", "sharedkey",	"pass",
};

/*
 * Cheapest test first: no key without one of these is of interest. By the
 * first two letters most keys have none.
 */
static const char *const needles[] = {
	"pass", "pwd",	  "pw",		 "secret",  "token", "key",    "auth",
	"cred", "cookie", "bearer",	 "psk",	    "sig",   "sas",    "sess",
	"sid",	"salt",	  "pin",	 "otp",	    "jwt",   "licen",  "pat",
	"mdp",	"senha",  "kennw",	 "contras", "bind",  "commu",  "dsn",
	"hash", "motde",  "sonar.login", "honeyc",  "mnem",  "phrase",
};

#define LETTER(c) (1u << ((c)&31))

static const uint32_t second_letters[32] = {
	['a' & 31] = LETTER('u'),
	['b' & 31] = LETTER('e') | LETTER('i'),
	['c' & 31] = LETTER('r') | LETTER('o'),
	['d' & 31] = LETTER('s'),
	['h' & 31] = LETTER('a') | LETTER('o'),
	['j' & 31] = LETTER('w'),
	['k' & 31] = LETTER('e'),
	['l' & 31] = LETTER('i'),
	['m' & 31] = LETTER('d') | LETTER('o') | LETTER('n'),
	['o' & 31] = LETTER('t'),
	['p' & 31] = LETTER('a') | LETTER('w') | LETTER('s') | LETTER('i') |
		     LETTER('h'),
	['s' & 31] = LETTER('e') | LETTER('i') | LETTER('a') | LETTER('o'),
	['t' & 31] = LETTER('o'),
};

struct words {
	char text[MAX_KEY + 1]; /* lower case, each word NUL-terminated */
	const char *w[MAX_WORDS];
	unsigned flags[MAX_WORDS]; /* enum keyword */
	int n;
};

/* A new word begins at i: aB, or the B of ABc. */
static bool boundary(sv k, size_t i)
{
	unsigned char c = (unsigned char)k.p[i], b, d;

	if (i == 0 || !isupper(c))
		return false;
	b = (unsigned char)k.p[i - 1];
	d = i + 1 < k.n ? (unsigned char)k.p[i + 1] : 0;
	return islower(b) || isdigit(b) || (isupper(b) && islower(d));
}

static void add_word(struct words *ws, size_t start, size_t end)
{
	/* password2, TOKEN_1 */
	while (end > start + 1 && isdigit((unsigned char)ws->text[end - 1]) &&
	       end - start > 3)
		end--;
	if (end == start || ws->n == MAX_WORDS)
		return;
	ws->text[end] = '\0';
	ws->flags[ws->n] = keyword_flags(ws->text + start);
	ws->w[ws->n++] = ws->text + start;
}

/* The last MAX_KEY / 2 bytes of a key decide; splitting inserts NULs. */
static void split(sv key, struct words *ws)
{
	size_t o = 0, start = 0;

	if (key.n > MAX_KEY / 2)
		key = sv_from(key, key.n - MAX_KEY / 2);
	ws->n = 0;
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (!isalnum(c) || boundary(key, i)) {
			ws->text[o] = '\0';
			add_word(ws, start, o);
			start = ++o;
		}
		if (isalnum(c))
			ws->text[o++] = (char)tolower(c);
	}
	ws->text[o] = '\0';
	add_word(ws, start, o);
}

static bool needle_at(sv s)
{
	for (size_t i = 0; i < ARRAY_LEN(needles); i++) {
		size_t n;

		if ((needles[i][0] ^ s.p[0]) & 31 ||
		    (needles[i][1] ^ s.p[1]) & 31)
			continue;
		n = strlen(needles[i]);
		if (s.n >= n && !strncasecmp(s.p, needles[i], n))
			return true;
	}
	return false;
}

static bool has_needle(sv key)
{
	for (size_t i = 0; i + 1 < key.n; i++)
		if (second_letters[key.p[i] & 31] & LETTER(key.p[i + 1]) &&
		    needle_at(sv_from(key, i)))
			return true;
	return false;
}

static bool strong_end(const char *w)
{
	size_t n = strlen(w);

	for (size_t i = 0; i < ARRAY_LEN(strong_ends); i++) {
		size_t m = strlen(strong_ends[i]);

		if (n >= m && w[n - 1] == strong_ends[i][m - 1] &&
		    !memcmp(w + n - m, strong_ends[i], m))
			return true;
	}
	return false;
}

/* "key" and "phrase" are what the word in front makes of them. */
static enum secret_class pair_class(const struct words *ws, int i)
{
	const char *before = ws->w[i - 1];
	bool key = !strcmp(ws->w[i], "key");

	if ((key || !strcmp(ws->w[i], "phrase")) && !strcmp(before, "pass"))
		return SECRET_STRONG;
	if (!strcmp(ws->w[i], "phrase") &&
	    (!strcmp(before, "seed") || !strcmp(before, "recovery")))
		return SECRET_STRONG;
	if (key && (ws->flags[i - 1] & KEYWORD_OWNER))
		return ws->flags[i - 1] & KEYWORD_FILE ? SECRET_MATERIAL
						       : SECRET_STRONG;
	/* SonarQube's token. */
	if (!strcmp(ws->w[i], "login") && !strcmp(before, "sonar"))
		return SECRET_STRONG;
	/* Honeycomb's header for its key. */
	if (!strcmp(ws->w[i], "team") && !strcmp(before, "honeycomb"))
		return SECRET_STRONG;
	return SECRET_NONE;
}

static enum secret_class word_class(const struct words *ws, int i)
{
	enum secret_class c = i > 0 ? pair_class(ws, i) : SECRET_NONE;
	unsigned flags = ws->flags[i];

	if (c != SECRET_NONE)
		return c;
	if (flags & KEYWORD_STRONG ||
	    (!(flags & KEYWORD_NO_END) && strong_end(ws->w[i])))
		return SECRET_STRONG;
	if (flags & KEYWORD_MATERIAL)
		return SECRET_MATERIAL;
	return flags & KEYWORD_WEAK ? SECRET_WEAK : SECRET_NONE;
}

/* secret_id is Vault's password. */
static bool about(const struct words *ws, int secret, int i)
{
	if (!strcmp(ws->w[i], "id") && i == secret + 1 &&
	    !strcmp(ws->w[secret], "secret"))
		return false;
	return ws->flags[i] & KEYWORD_NOT_BEHIND;
}

/* Rather than a key or a token, which are also names of public things. */
static bool is_password(const char *word)
{
	return !strncmp(word, "pass", 4) || !strcmp(word, "pwd") ||
	       !strcmp(word, "pw");
}

enum secret_class secret_key(sv key)
{
	enum secret_class best = SECRET_NONE;
	struct words ws;
	int at = -1;

	if (key.n < 2 || !has_needle(key))
		return SECRET_NONE;
	split(key, &ws);
	for (int i = 0; i < ws.n; i++) {
		enum secret_class c = word_class(&ws, i);

		/* Of two, the later one has the say: "secret-key". */
		if (c != SECRET_NONE && c >= best) {
			best = c;
			at = i;
		}
	}
	if (at < 0)
		return SECRET_NONE;
	if (at > 0 && (ws.flags[at - 1] & KEYWORD_NOT_KEY) &&
	    !is_password(ws.w[at]))
		return SECRET_NONE;
	for (int i = 0; i < at; i++)
		if ((i == 0 && (ws.flags[i] & KEYWORD_NOT_FIRST)) ||
		    (i + 1 == at && (ws.flags[i] & KEYWORD_NOT_BEFORE)))
			return SECRET_NONE;
	/* What a server's key is to hash to, pin-sha256. */
	if (!strcmp(ws.w[at], "pin") && at + 1 < ws.n &&
	    !strncmp(ws.w[at + 1], "sha", 3))
		return SECRET_NONE;
	/* QEMU's encrypt.key-secret is an id. */
	if (at >= 2 && !strcmp(ws.w[at], "secret") &&
	    !strcmp(ws.w[at - 1], "key") && !strcmp(ws.w[at - 2], "encrypt"))
		return SECRET_NONE;
	/* passwordSecretKey: under which key of a secret it lies. */
	if (at >= 2 && !strcmp(ws.w[at], "key") &&
	    !strcmp(ws.w[at - 1], "secret") && is_password(ws.w[at - 2]))
		return SECRET_WEAK;
	for (int i = at + 1; i < ws.n; i++) {
		if (about(&ws, at, i))
			return SECRET_NONE;
		/* "adminPasswordKey" is where a password is kept. */
		if (ws.flags[i] & KEYWORD_SOFT ||
		    (!strcmp(ws.w[i], "key") && is_password(ws.w[at])))
			best = SECRET_WEAK;
	}
	return best;
}

enum secret_class secret_env_key(sv key)
{
	enum secret_class c = secret_key(key);

	if (sv_eq(key, SV("PWD")) || sv_eq(key, SV("OLDPWD")))
		return SECRET_NONE;
	if (c != SECRET_WEAK)
		return c;
	if (sv_ends(key, SV("_KEY")) || sv_ends(key, SV("_AUTH")) ||
	    sv_ends(key, SV("_PIN")) || sv_ends(key, SV("_SALT")) ||
	    sv_ends(key, SV("_SIGNATURE")))
		return SECRET_MATERIAL;
	return c;
}

bool secret_named_id(sv key)
{
	static const char *const public[] = {
		"id",	       "ids",	   "uuid",	  "guid",   "hash",
		"sha",	       "sha256",   "sha1",	  "md5",    "digest",
		"etag",	       "sum",	   "trace",	  "span",   "cursor",
		"fingerprint", "public",   "pub",	  "pubkey", "checksum",
		"commit",      "revision", "rev",	  "ref",    "nonce",
		"data",	       "image",	   "tag",	  "file",   "path",
		"dir",	       "name",	   "peer",	  "cert",   "ca",
		"url",	       "build",	   "version",	  "body",   "payload",
		"integrity",   "token",	   "traceparent",
	};
	struct words ws;

	split(key, &ws);
	for (int i = 0; i < ws.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(public); k++)
			if (!strcmp(ws.w[i], public[k]))
				return true;
	return false;
}

bool secret_is_name(sv value)
{
	bool parts = false;

	value = value_unquote(value);
	for (size_t i = 0; i < value.n; i++) {
		bool sign = value.p[i] == '_' || value.p[i] == '-';

		if (!sign && !isupper((unsigned char)value.p[i]))
			return false;
		parts |= sign && i > 0 && i + 1 < value.n;
	}
	return parts && secret_key(value) >= SECRET_MATERIAL;
}

bool secret_keyed(enum secret_class c, sv value, bool script)
{
	if (c == SECRET_NONE || value_placeholder(value, script) ||
	    value_word(value) || secret_is_name(value))
		return false;
	if (c == SECRET_STRONG)
		return !value_plain_path(value);
	/* A file, or a name and where its file is. */
	if (c == SECRET_MATERIAL)
		return !value_path(value) && !value_public(value) &&
		       !value_plain_path(
			       sv_from(value, sv_find(value, ':') + 1));
	/* auth=user:password */
	return value_random(value) ||
	       (sv_find(value, ':') != SIZE_MAX && !value_public(value) &&
		value_chosen(sv_from(value, sv_find(value, ':') + 1)));
}

sv secret_part(enum secret_class c, sv value)
{
	size_t colon = sv_find(value, ':');

	if (c == SECRET_STRONG || colon == SIZE_MAX || colon == 0 ||
	    colon + 1 == value.n || sv_starts(value, SV("[REDACTED")))
		return value;
	for (size_t i = 0; i < colon; i++)
		if (!isalnum((unsigned char)value.p[i]) &&
		    !strchr("._@-", value.p[i]))
			return value;
	return sv_from(value, colon + 1);
}
