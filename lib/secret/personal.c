/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/personal.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "secret/rules.h"

#define CARD_MIN 13
#define CARD_MAX 19
#define MAIL_MAX 254 /* RFC 5321 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Are there digits enough in the run around byte i? */
static bool long_run(sv t, size_t i)
{
	size_t a = i, n = 0;

	while (a > 0 && i - a < CARD_MAX &&
	       (is_digit(t.p[a - 1]) || t.p[a - 1] == ' ' || t.p[a - 1] == '-'))
		a--;
	for (; a < t.n && n < CARD_MIN &&
	       (is_digit(t.p[a]) || t.p[a] == ' ' || t.p[a] == '-');
	     a++)
		n += is_digit(t.p[a]);
	return n >= CARD_MIN;
}

bool personal_may_card(sv t)
{
	/* In thirteen digits and what parts them, each eighth byte or the one
	 * behind it is a digit. */
	for (size_t i = 7; i + 1 < t.n; i += 8)
		if ((is_digit(t.p[i]) || is_digit(t.p[i + 1])) &&
		    long_run(t, is_digit(t.p[i]) ? i : i + 1))
			return true;
	return false;
}

static int first(const char *d, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = v * 10 + (d[i] - '0');
	return v;
}

/* Ranges of the issuers whose cards are in wide use, with their lengths. */
static bool is_issued(const char *d, size_t n)
{
	int two = first(d, 2), four = first(d, 4);

	if (d[0] == '4')
		return n == 13 || n == 16 || n == 19;
	if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
		return n == 16;
	if (two == 34 || two == 37)
		return n == 15;
	if (four == 6011 || two == 65 || (four >= 6440 && four <= 6499) ||
	    (four >= 3528 && four <= 3589) || two == 62)
		return n == 16;
	return n == 14 && (two == 36 || two == 38 || two == 39 ||
			   (four >= 3000 && four <= 3059));
}

static bool checks(const char *d, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int v = d[n - 1 - i] - '0';

		sum += i % 2 == 0 ? v : v * 2 - 9 * (v > 4);
	}
	return sum % 10 == 0;
}

static bool is_card(const char *d, size_t n)
{
	return n >= CARD_MIN && n <= CARD_MAX && is_issued(d, n) &&
	       checks(d, n);
}

/* The number that begins at byte i; returns the byte behind its digits. */
static size_t one_card(sv t, size_t i, struct hits *h)
{
	char d[CARD_MAX + 1];
	size_t n = 0, start = i, end = i;
	char sep = '\0';

	for (; i < t.n && n <= CARD_MAX; i++) {
		char c = t.p[i];

		if (is_digit(c)) {
			d[n++] = c;
			end = i + 1;
		} else if ((c == ' ' || c == '-') && n >= 4 && n % 2 == 0 &&
			   (!sep || sep == c) && i == end && !is_card(d, n)) {
			sep = c;
		} else {
			break;
		}
	}
	if ((end == t.n || !isalnum((unsigned char)t.p[end])) && is_card(d, n))
		hits_add(h, (sv){t.p + start, end - start}, RULES_CARD);
	while (end < t.n && is_digit(t.p[end]))
		end++;
	return end;
}

void personal_cards(sv t, struct hits *h)
{
	size_t i = 0;

	while (i + CARD_MIN <= t.n) {
		char before = i ? t.p[i - 1] : ' ';

		if (!is_digit(t.p[i])) {
			i++;
		} else if (isalnum((unsigned char)before) || before == '.' ||
			   before == '_') {
			while (i < t.n && is_digit(t.p[i]))
				i++;
		} else {
			size_t end = one_card(t, i, h);

			/* Groups are tried from each of them. */
			while (i < end && is_digit(t.p[i]))
				i++;
		}
	}
}

static bool is_local(unsigned char c)
{
	return isalnum(c) || (c && strchr("._%+-", c));
}

static bool is_host(unsigned char c)
{
	return isalnum(c) || c == '.' || c == '-';
}

/* The address around the @ at byte i. */
static void one_mail(sv t, size_t i, struct hits *h)
{
	size_t a = i, e = i + 1, dot;
	sv host;

	while (a > 0 && i - a < MAIL_MAX && is_local((unsigned char)t.p[a - 1]))
		a--;
	while (e < t.n && e - i < MAIL_MAX && is_host((unsigned char)t.p[e]))
		e++;
	while (e > i + 1 && !isalnum((unsigned char)t.p[e - 1]))
		e--;
	host = (sv){t.p + i + 1, e - i - 1};
	dot = sv_rfind(host, '.');
	if (a == i || dot == SIZE_MAX || dot == 0 || host.n - dot < 3 ||
	    !isalpha((unsigned char)host.p[host.n - 1]))
		return;
	hits_add(h, (sv){t.p + a, e - a}, RULES_MAIL);
}

void personal_mails(sv t, struct hits *h)
{
	for (size_t i = 0; i < t.n; i++) {
		size_t at = sv_find(sv_from(t, i), '@');

		if (at == SIZE_MAX)
			return;
		i += at;
		one_mail(t, i, h);
	}
}

static bool leads_somewhere(const char *text)
{
	unsigned char a[16], zero[16] = {0};

	if (inet_pton(AF_INET, text, a) == 1)
		return a[0] != 127 && a[0] != 0 && a[0] != 255;
	if (inet_pton(AF_INET6, text, a) != 1 || !strchr(text, ':'))
		return false;
	return memcmp(a, zero, 15) != 0 || a[15] > 1;
}

static void one_address(sv part, struct hits *h)
{
	char text[INET6_ADDRSTRLEN];
	size_t colon = sv_find(part, ':');

	/* 10.0.0.1:80 */
	if (colon != SIZE_MAX && colon == sv_rfind(part, ':'))
		part = sv_first(part, colon);
	while (part.n && (part.p[part.n - 1] == '.' ||
			  (part.p[part.n - 1] == ':' && part.n > 1 &&
			   part.p[part.n - 2] != ':')))
		part.n--;
	if (part.n < 3 || part.n >= sizeof(text))
		return;
	memcpy(text, part.p, part.n);
	text[part.n] = '\0';
	if (leads_somewhere(text))
		hits_add(h, part, RULES_ADDRESS);
}

void personal_addresses(sv t, struct hits *h)
{
	size_t i = 0, start;

	while (i < t.n) {
		start = i;
		while (i < t.n && (isxdigit((unsigned char)t.p[i]) ||
				   t.p[i] == '.' || t.p[i] == ':'))
			i++;
		if (i - start >= 3 &&
		    (start == 0 || !isalnum((unsigned char)t.p[start - 1])) &&
		    (i == t.n || !isalnum((unsigned char)t.p[i])))
			one_address((sv){t.p + start, i - start}, h);
		if (i == start)
			i++;
	}
}
