/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/value.h"

#include <ctype.h>

static bool is_name(sv s)
{
	if (!s.n || isdigit((unsigned char)s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_')
			return false;
	return true;
}

/* env.DB_PASSWORD, vault.db-pass: not a shell's, whose - brings a default. */
static bool is_property(sv s)
{
	size_t dot = sv_find(s, '.');

	if (dot == SIZE_MAX || !is_name(sv_first(s, dot)))
		return false;
	for (size_t i = dot; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_' &&
		    s.p[i] != '.' && s.p[i] != '-')
			return false;
	return true;
}

static bool has_lower(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (islower((unsigned char)s.p[i]))
			return true;
	return false;
}

static bool enclosed(sv v, sv open, sv close)
{
	return v.n >= open.n + close.n && sv_starts(v, open) &&
	       sv_ends(v, close);
}

/*
 * $VAR ${VAR} $(cmd) `cmd`. A default inside ${VAR:-x} may be the secret
 * itself, so only plain names and the error form count.
 */
static bool variable(sv v, bool script)
{
	sv in;
	size_t colon;

	if (v.n < 2 || v.p[0] != '$')
		return v.n > 2 && enclosed(v, SV("`"), SV("`"));
	if (enclosed(v, SV("$("), SV(")")))
		return true;
	if (enclosed(v, SV("${"), SV("}"))) {
		in = (sv){v.p + 2, v.n - 3};
		colon = sv_find(in, ':');
		if (colon != SIZE_MAX && colon + 1 < in.n &&
		    in.p[colon + 1] == '?')
			in.n = colon;
		if (enclosed(v, SV("${{"), SV("}}")))
			return true;
		return is_name(in) || is_property(in);
	}
	in = sv_from(v, 1);
	if (in.n == 1 && strchr("@*#?0123456789", in.p[0]))
		return true;
	return is_name(in) && (script || !has_lower(in));
}

static bool all_of(sv v, const char *set)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '\0' || !strchr(set, v.p[i]))
			return false;
	return v.n > 0;
}

/* <password>, <your-token>: one bracketed name. */
static bool bracketed(sv v)
{
	/* __DB_PASSWORD__ */
	if (enclosed(v, SV("__"), SV("__")))
		return is_name((sv){v.p + 2, v.n - 4});
	if (v.n < 3 || v.p[0] != '<' || v.p[v.n - 1] != '>')
		return false;
	for (size_t i = 1; i + 1 < v.n; i++)
		if (!isalpha((unsigned char)v.p[i]) && !strchr(" _-.", v.p[i]))
			return false;
	return true;
}

/* %s %PASSWORD% %(password)s */
static bool percent(sv v)
{
	if (v.n < 2 || v.p[0] != '%')
		return false;
	if (v.n == 2)
		return isalpha((unsigned char)v.p[1]);
	return enclosed(v, SV("%("), SV(")s")) ||
	       (v.p[v.n - 1] == '%' && is_name((sv){v.p + 1, v.n - 2}));
}

/* Where the secret lies, for who may fetch it; YAML's tags for the same. */
static bool reference(sv v)
{
	static const sv tags[] = {
		SV("!vault"),  SV("!Ref"),	 SV("!Sub"),
		SV("!GetAtt"), SV("!reference"), SV("!ImportValue"),
		SV("!secret"), SV("!env_var"),	 SV("!include"),
	};
	static const sv heads[] = {
		SV("op://"),	   SV("ssm://"),      SV("vault://"),
		SV("vault:"),	   SV("awssm://"),    SV("asm://"),
		SV("gcpsm://"),	   SV("sm://"),	      SV("akv://"),
		SV("azurekv://"),  SV("keyvault://"), SV("sops://"),
		SV("ref+"),	   SV("secret://"),   SV("secrets://"),
		SV("bws://"),	   SV("doppler://"),  SV("infisical://"),
		SV("berglas://"),  SV("kms://"),      SV("keyring://"),
		SV("keychain://"), SV("env://"),      SV("secretref:"),
		SV("@/"),	   SV("@./"),	      SV("@~/"),
		SV("arn:aws"),	   SV("os.environ"),  SV("os.getenv("),
		SV("process.env"), SV("ENV["),	      SV("ENV.fetch("),
		SV("getenv("),	   SV("$env:"),	      SV("$ENV{"),
		SV("$_ENV["),	   SV("$_SERVER["),   SV("System.get"),
		SV("std::env"),	   SV("%env("),	      SV("secrets."),

	};

	for (size_t i = 0; v.p[0] == '!' && i < ARRAY_LEN(tags); i++)
		if (sv_eq(v, tags[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (v.p[0] == heads[i].p[0] && sv_starts(v, heads[i]))
			return v.n > heads[i].n;
	return sv_starts(v, SV("projects/")) &&
	       memmem(v.p, v.n, "/secrets/", 9);
}

/* getpass(), NOW(), passwordPrompt(): what a program calls for. */
static bool call(sv v)
{
	while (v.n && strchr(";,)}]", v.p[v.n - 1]) &&
	       !(v.n >= 2 && v.p[v.n - 2] == '('))
		v.n--;
	if (!sv_ends(v, SV("()")) || v.n < 4 || !isalpha((unsigned char)v.p[0]))
		return false;
	for (size_t i = 0; i + 2 < v.n; i++)
		if (!isalnum((unsigned char)v.p[i]) && v.p[i] != '_' &&
		    v.p[i] != '.')
			return false;
	return true;
}

/* YOUR_API_KEY_HERE, insert-token-here, your-secret-key */
static bool to_fill_in(sv v)
{
	static const sv heads[] = {SV("your"),	  SV("insert"), SV("enter"),
				   SV("paste"),	  SV("put"),	SV("replace"),
				   SV("example"), SV("sample"), SV("dummy")};
	static const sv tails[] = {SV("key"),	   SV("token"), SV("secret"),
				   SV("password"), SV("pass"),	SV("passwd"),
				   SV("me"),	   SV("it"),	SV("value")};

	for (size_t i = 0; i < v.n; i++)
		if (!isalpha((unsigned char)v.p[i]) && !strchr("_- .", v.p[i]))
			return false;
	if (sv_ends_nocase(v, SV("_here")) || sv_ends_nocase(v, SV("-here")) ||
	    sv_ends_nocase(v, SV(" here")))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		for (size_t k = 0; k < ARRAY_LEN(tails); k++)
			if (v.n > heads[i].n + tails[k].n &&
			    sv_starts_nocase(v, heads[i]) &&
			    sv_ends_nocase(v, tails[k]))
				return true;
	return false;
}

/* ${PASSWORD:-changeme} */
static bool default_placeholder(sv v, bool script)
{
	size_t colon = sv_find(v, ':');

	return enclosed(v, SV("${"), SV("}")) && colon != SIZE_MAX &&
	       v.p[colon + 1] == '-' && is_name((sv){v.p + 2, colon - 2}) &&
	       value_placeholder((sv){v.p + colon + 2, v.n - colon - 3},
				 script);
}

bool value_placeholder(sv v, bool script)
{
	static const sv words[] = {
		SV("changeme"),	   SV("change_me"),    SV("change-me"),
		SV("redacted"),	   SV("[redacted]"),   SV("<redacted>"),
		SV("(redacted)"),  SV("yourpassword"), SV("yourtoken"),
		SV("placeholder"), SV("hidden"),       SV("[hidden]"),
		SV("[filtered]"),  SV("[masked]"),     SV("..."),
		SV("null"),	   SV("(null)"),       SV("random"),
	};

	v = value_unquote(v);
	if (v.n == 0 || value_marker(v) == v.n)
		return true;
	if (all_of(v, "*") || (v.n >= 3 && all_of(v, "xX")) ||
	    (v.n >= 3 && (all_of(v, ".") || all_of(v, "-") || all_of(v, "#"))))
		return true;
	if (bracketed(v) || percent(v) || variable(v, script) || reference(v) ||
	    call(v) || default_placeholder(v, script))
		return true;
	if (sv_starts(v, SV("{{")) || to_fill_in(v))
		return true;
	return sv_in_nocase(v, words, ARRAY_LEN(words));
}

/* 24h, 30s, 512k: how long or how much of it. */
static bool quantity(sv v)
{
	static const sv units[] = {
		SV("ms"), SV("s"),  SV("sec"), SV("m"),	   SV("min"), SV("h"),
		SV("hr"), SV("d"),  SV("day"), SV("days"), SV("w"),   SV("y"),
		SV("k"),  SV("kb"), SV("mb"),  SV("gb"),
	};
	size_t n = 0;

	while (n < v.n && isdigit((unsigned char)v.p[n]))
		n++;
	return n > 0 && n <= 6 &&
	       sv_in_nocase(sv_from(v, n), units, ARRAY_LEN(units));
}

bool value_word(sv v)
{
	static const sv words[] = {
		SV("true"),	SV("false"),	 SV("yes"),	SV("no"),
		SV("on"),	SV("off"),	 SV("null"),	SV("none"),
		SV("nil"),	SV("undefined"), SV("enabled"), SV("disabled"),
		SV("required"), SV("optional"),	 SV("string"),	SV("integer"),
		SV("text"),	SV("boolean"),	 SV("0"),	SV("1"),
		SV("fetch"),
	};

	v = value_unquote(v);
	/* The end of what it stands in. */
	while (v.n > 1 && strchr("})];,", v.p[v.n - 1]))
		v.n--;
	return sv_in_nocase(v, words, ARRAY_LEN(words)) || quantity(v);
}

bool value_public(sv v)
{
	static const sv heads[] = {
		SV("sha1"),   SV("sha224"), SV("sha256"),  SV("sha384"),
		SV("sha512"), SV("md5"),    SV("blake2b"), SV("blake3"),
	};
	/* Of Stripe, of Mapbox: for what runs in a browser. */
	static const sv keys[] = {SV("pk_live_"), SV("pk_test_"), SV("pk.eyJ")};

	v = value_unquote(v);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (sv_starts(v, keys[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (v.n > heads[i].n && sv_starts(v, heads[i]) &&
		    strchr(":-=", v.p[heads[i].n]))
			return true;
	return false;
}

bool value_path(sv v)
{
	v = value_unquote(v);
	return sv_starts(v, SV("/")) || sv_starts(v, SV("./")) ||
	       sv_starts(v, SV("../")) || sv_starts(v, SV("~/")) ||
	       sv_starts(v, SV("$HOME/")) || sv_starts(v, SV("file:")) ||
	       sv_starts(v, SV("@/")) || sv_ends(v, SV(".json")) ||
	       sv_ends(v, SV(".pem")) || sv_ends(v, SV(".key")) ||
	       sv_ends(v, SV(".crt"));
}

bool value_plain_path(sv v)
{
	size_t slashes = 0;

	v = value_unquote(v);
	if (sv_starts(v, SV("./")) || sv_starts(v, SV("../")))
		slashes = 1;
	else if (v.n == 0 || v.p[0] != '/')
		return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		slashes += c == '/';
		if (!islower(c) && !isdigit(c) && !strchr("/._-", (char)c))
			return false;
	}
	return slashes >= 2;
}

struct run {
	unsigned seen[128];
	size_t n, digits, upper, lower, hex;
};

/*
 * Collision entropy, without logarithms: n^2 / sum of squared counts is the
 * number of equally likely characters that would look like this.
 */
static bool run_random(const struct run *r)
{
	size_t sum = 0;

	if (r->n < 16 || !r->digits || r->digits == r->n)
		return false;
	for (int i = 0; i < 128; i++)
		sum += (size_t)r->seen[i] * r->seen[i];
	if (r->hex == r->n)
		return r->n >= 20 && r->n * r->n >= 5 * sum;
	/* Names with a number behind: one case, few digits. */
	if ((!r->upper || !r->lower) && r->digits * 8 < r->n)
		return false;
	return r->n * r->n >= 7 * sum;
}

static void run_add(struct run *r, unsigned char c)
{
	r->seen[c & 127]++;
	r->n++;
	r->digits += isdigit(c) != 0;
	r->upper += isupper(c) != 0;
	r->lower += islower(c) != 0;
	r->hex += isxdigit(c) != 0;
}

/* 8-4-4-4-12 */
static bool is_uuid(sv v)
{
	if (v.n != 36)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? v.p[i] != '-' : !isxdigit((unsigned char)v.p[i]))
			return false;
	}
	return true;
}

bool value_random(sv v)
{
	struct run r = {.n = 0};

	v = value_unquote(v);
	if (value_path(v) || is_uuid(v) || value_public(v) ||
	    sv_starts(v, SV("ssh-")) || memmem(v.p, v.n, "://", 3))
		return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (isalnum(c) || (c != '\0' && strchr("+/=_%", c))) {
			run_add(&r, c);
			continue;
		}
		if (run_random(&r))
			return true;
		r = (struct run){.n = 0};
	}
	return run_random(&r);
}

#define KEY_MIN 24

static bool is_base64(unsigned char c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '_' || c == '-';
}

static bool mixed(sv v)
{
	bool upper = false, lower = false, digit = false;

	for (size_t i = 0; i < v.n; i++) {
		upper |= isupper((unsigned char)v.p[i]) != 0;
		lower |= islower((unsigned char)v.p[i]) != 0;
		digit |= isdigit((unsigned char)v.p[i]) != 0;
	}
	return upper && lower && digit;
}

bool value_key(sv v)
{
	v = value_unquote(v);
	while (v.n && v.p[v.n - 1] == '=')
		v.n--;
	if (v.n < KEY_MIN || v.n > 512 || !mixed(v) || !value_random(v))
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (!is_base64((unsigned char)v.p[i]))
			return false;
	return true;
}

bool value_may_key(sv t)
{
	for (size_t i = KEY_MIN - 1; i < t.n; i += KEY_MIN) {
		size_t a = i, e = i;

		while (a > 0 && i - a < KEY_MIN &&
		       is_base64((unsigned char)t.p[a - 1]))
			a--;
		while (e < t.n && e - a < 2 * KEY_MIN &&
		       is_base64((unsigned char)t.p[e]))
			e++;
		if (e > a + KEY_MIN - 1 && mixed((sv){t.p + a, e - a}))
			return true;
	}
	return false;
}

bool value_chosen(sv v)
{
	size_t upper = 0, lower = 0, digits = 0, signs = 0;

	v = value_unquote(v);
	if (v.n < 6 || v.n > 128 || value_path(v) || v.p[0] == '-' ||
	    v.p[0] == '$' || v.p[0] == '%' || value_marker(v))
		return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c <= ' ' || c == '/' || c == '=' || c == '(' || c == '<' ||
		    c == '{' || c == '\'' || c == '"')
			return false;
		upper += isupper(c) != 0;
		lower += islower(c) != 0;
		digits += isdigit(c) != 0;
		signs += strchr("!#$%^&", c) != NULL;
	}
	if (!upper && !lower)
		return false;
	if (signs)
		return digits || upper;
	return value_random(v) ||
	       (v.n >= 8 && upper && lower && digits >= 2 &&
		!memchr(v.p, '.', v.n) && !memchr(v.p, ':', v.n) &&
		!memchr(v.p, '-', v.n) && !memchr(v.p, '_', v.n));
}

#define MAX_CALL 64 /* bytes of a call's name, with what it belongs to */
#define MAX_CALLS 4 /* within each other */

/* md5( at t.p[i], or hashlib.md5(: the byte behind it; 0: there is none. */
static size_t behind_call(sv t, size_t i)
{
	static const sv calls[] = {
		SV("md5"),
		SV("sha"),
		SV("sha1"),
		SV("sha2"),
		SV("sha224"),
		SV("sha256"),
		SV("sha384"),
		SV("sha512"),
		SV("password"),
		SV("crypt"),
		SV("old_password"),
		SV("encrypt"),
		SV("hash"),
		SV("bcrypt"),
		SV("hashpw"),
		SV("hex"),
		SV("hash_password"),
		SV("make_password"),
		SV("unhex"),
		SV("encode"),
		SV("password_hash"),
		SV("digest"),
		SV("concat"),
		SV("str"),
		SV("bytes"),
		SV("b64encode"),
		SV("to_base64"),
		SV("secretstr"),
		SV("hashbytes"),
		SV("lower"),
		SV("generate_password_hash"),
	};
	size_t n = i, from = i;

	for (; n < t.n && n - i < MAX_CALL; n++) {
		char c = t.p[n];

		if (c == '.' || c == ':')
			from = n + 1;
		else if (!isalnum((unsigned char)c) && c != '_')
			break;
	}
	if (n == t.n || t.p[n] != '(' ||
	    !sv_in_nocase((sv){t.p + from, n - from}, calls, ARRAY_LEN(calls)))
		return 0;
	for (n++; n < t.n && (t.p[n] == ' ' || t.p[n] == '\\'); n++)
		continue;
	return n;
}

size_t value_hashed(sv t, size_t i)
{
	size_t n = i;

	for (int calls = 0; calls < MAX_CALLS; calls++) {
		n = behind_call(t, n);
		if (n == 0)
			return i;
		if (n + 1 < t.n && (t.p[n] == 'b' || t.p[n] == 'N') &&
		    (t.p[n + 1] == '\'' || t.p[n + 1] == '"'))
			n++;
		if (n < t.n && (t.p[n] == '\'' || t.p[n] == '"'))
			return n;
	}
	return i;
}

size_t value_marker(sv s)
{
	sv head = SV("[REDACTED:");
	size_t i = head.n;

	if (!sv_starts(s, head))
		return 0;
	while (i < s.n && (islower((unsigned char)s.p[i]) ||
			   isdigit((unsigned char)s.p[i]) || s.p[i] == '-' ||
			   s.p[i] == ':'))
		i++;
	return i < s.n && i > head.n && s.p[i] == ']' ? i + 1 : 0;
}

sv value_unquote(sv s)
{
	if (s.n >= 4 && s.p[0] == '\\' && s.p[1] == '"' &&
	    s.p[s.n - 2] == '\\' && s.p[s.n - 1] == '"')
		return (sv){s.p + 2, s.n - 4};
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
	    s.p[s.n - 1] == s.p[0])
		return (sv){s.p + 1, s.n - 2};
	return s;
}
