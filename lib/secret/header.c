/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/header.h"

#include <ctype.h>

#include "secret/keyval.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/value.h"

static bool is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

static sv trim(sv s)
{
	while (s.n && is_blank((unsigned char)s.p[0]))
		s = sv_from(s, 1);
	while (s.n && is_blank((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t header_line_end(sv t, size_t i)
{
	while (i < t.n && t.p[i] != '\n' && t.p[i] != '\r' && t.p[i] != '"' &&
	       t.p[i] != '\'' &&
	       !(t.p[i] == '\\' && i + 1 < t.n && strchr("nr\"", t.p[i + 1])))
		i++;
	return i;
}

static sv first_word(sv s)
{
	size_t n = 0;

	while (n < s.n && !is_blank((unsigned char)s.p[n]) && s.p[n] != '"' &&
	       s.p[n] != '\'')
		n++;
	return sv_first(s, n);
}

static sv skip_blanks(sv s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = sv_from(s, 1);
	return s;
}

/* "Api-Token x": two words, the first a name. */
static bool is_scheme(sv first, sv rest)
{
	bool sign = false;

	for (size_t i = 0; i < first.n; i++) {
		if (!isalpha((unsigned char)first.p[i]) && first.p[i] != '-')
			return false;
		sign |= first.p[i] == '-';
	}
	return sign && first_word(rest).n == rest.n;
}

const char *header_authorization(sv v, bool known, bool script, struct hits *h)
{
	static const sv one[] = {
		SV("basic"),	 SV("bearer"),	  SV("token"),	 SV("apikey"),
		SV("api-key"),	 SV("key"),	  SV("jwt"),	 SV("splunk"),
		SV("genie-key"), SV("genie_key"), SV("sso-key"), SV("bot"),
		SV("negotiate"), SV("ntlm"),	  SV("aws"),	 SV("goog1"),
		SV("discogs"),	 SV("pve"),
	};
	static const sv many[] = {
		SV("digest"),	 SV("hawk"),
		SV("oauth"),	 SV("aws4-hmac-sha256"),
		SV("signature"), SV("sharedkey"),
		SV("mac"),	 SV("hmac"),
		SV("gpg"),	 SV("custom"),
	};
	sv first = first_word(v), rest = skip_blanks(sv_from(v, first.n));

	if ((sv_in_nocase(first, one, ARRAY_LEN(one)) ||
	     (known && is_scheme(first, rest))) &&
	    rest.n)
		rest = known ? rest : first_word(rest);
	else if (sv_in_nocase(first, many, ARRAY_LEN(many)) && rest.n)
		rest = known ? rest : sv_first(rest, header_line_end(rest, 0));
	else
		rest = known ? v : first;
	if (!value_placeholder(rest, script))
		hits_add(h, rest, RULES_AUTHORIZATION);
	return rest.p + rest.n;
}

/* What a cookie is told by its name to hold, if its value is that simple. */
static bool is_preference(sv name, sv value)
{
	static const sv names[] = {
		SV("lang"),
		SV("language"),
		SV("locale"),
		SV("theme"),
		SV("consent"),
		SV("currency"),
		SV("timezone"),
		SV("tz"),
		SV("country"),
		SV("region"),
		SV("cookieconsent_status"),
		SV("cookie_consent"),
		SV("cookieconsent"),
		SV("path"),
		SV("domain"),
		SV("expires"),
		SV("max-age"),
		SV("samesite"),
		SV("i18n"),
		SV("next_locale"),
		SV("color-scheme"),
		SV("route"),
		SV("serverid"),
		SV("variant"),
	};

	while (name.n && name.p[0] == '_')
		name = sv_from(name, 1);
	return sv_in_nocase(name, names, ARRAY_LEN(names)) &&
	       !value_random(value) && !value_chosen(value);
}

static void cookie(sv part, bool script, struct hits *h)
{
	static const sv attributes[] = {SV("secure"), SV("httponly")};
	size_t eq = sv_find(part, '=');
	sv value = eq == SIZE_MAX ? part : sv_from(part, eq + 1);

	if (value_placeholder(value, script) ||
	    (eq == SIZE_MAX &&
	     sv_in_nocase(part, attributes, ARRAY_LEN(attributes))) ||
	    (eq != SIZE_MAX && is_preference(sv_first(part, eq), value)))
		return;
	hits_add(h, value, RULES_COOKIE);
}

void header_cookies(sv region, bool script, struct hits *h)
{
	while (region.n) {
		sv part = sv_first(region, MIN(sv_find(region, ';'), region.n));

		region = sv_from(region, MIN(part.n + 1, region.n));
		part = trim(part);
		if (part.n)
			cookie(part, script, h);
	}
}

enum header header_kind(sv key)
{
	if (sv_ends_nocase(key, SV("authorization")))
		return HEADER_AUTHORIZATION;
	return sv_ends_nocase(key, SV("cookie")) ? HEADER_COOKIE : HEADER_NONE;
}

void header_find(sv header, bool script, struct hits *h)
{
	size_t colon = sv_find(header, ':');
	sv name, value;

	if (colon == SIZE_MAX)
		return;
	name = trim(sv_first(header, colon));
	value = trim(sv_from(header, colon + 1));
	switch (header_kind(name)) {
	case HEADER_AUTHORIZATION:
		header_authorization(value, true, script, h);
		return;
	case HEADER_COOKIE:
		header_cookies(value, script, h);
		return;
	case HEADER_NONE:
		if (!keyval_pair(name, value, RULES_ASSIGNMENT, script, h) &&
		    value_key(value) && !secret_named_id(name))
			hits_add(h, value, RULES_ASSIGNMENT);
	}
}
