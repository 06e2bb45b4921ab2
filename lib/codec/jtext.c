/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/jtext.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* Copies 16 bytes; the number of them before the first quote or backslash. */
static inline size_t copy16(const char *src, char *dst)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)src);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
				   _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	unsigned int mask = (unsigned int)_mm_movemask_epi8(hit);

	_mm_storeu_si128((__m128i *)(void *)dst, v);
	return mask ? (size_t)__builtin_ctz(mask) : 16;
}
#else
static inline size_t copy16(const char *src, char *dst)
{
	size_t i = 0;

	while (i < 16 && src[i] != '"' && src[i] != '\\') {
		dst[i] = src[i];
		i++;
	}
	return i;
}
#endif

/* Four hex digits, or -1. */
static int hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int d;

		if (c >= '0' && c <= '9')
			d = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			d = (c | 32) - 'a' + 10;
		else
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static char *put_utf8(char *q, uint32_t cp)
{
	if (cp < 0x80) {
		*q++ = (char)cp;
	} else if (cp < 0x800) {
		*q++ = (char)(0xc0 | cp >> 6);
		*q++ = (char)(0x80 | (cp & 63));
	} else if (cp < 0x10000) {
		*q++ = (char)(0xe0 | cp >> 12);
		*q++ = (char)(0x80 | (cp >> 6 & 63));
		*q++ = (char)(0x80 | (cp & 63));
	} else {
		*q++ = (char)(0xf0 | cp >> 18);
		*q++ = (char)(0x80 | (cp >> 12 & 63));
		*q++ = (char)(0x80 | (cp >> 6 & 63));
		*q++ = (char)(0x80 | (cp & 63));
	}
	return q;
}

/* src is behind "\u"; the byte behind the escape, or NULL. */
static const char *unicode_escape(const char *src, char **dst)
{
	int hi = hex4(src), lo;
	uint32_t cp = (uint32_t)hi;

	if (hi < 0 || (hi & 0xfc00) == 0xdc00)
		return NULL;
	src += 4;
	if ((hi & 0xfc00) == 0xd800) {
		if (src[0] != '\\' || src[1] != 'u')
			return NULL;
		lo = hex4(src + 2);
		if (lo < 0 || (lo & 0xfc00) != 0xdc00)
			return NULL;
		cp = 0x10000 + (((uint32_t)hi & 0x3ff) << 10) +
		     ((uint32_t)lo & 0x3ff);
		src += 6;
	}
	*dst = put_utf8(*dst, cp);
	return src;
}

static const char *escape(const char *src, char **dst)
{
	char c;

	switch (*src) {
	case '"':
	case '\\':
	case '/':
		c = *src;
		break;
	case 'b':
		c = '\b';
		break;
	case 'f':
		c = '\f';
		break;
	case 'n':
		c = '\n';
		break;
	case 'r':
		c = '\r';
		break;
	case 't':
		c = '\t';
		break;
	case 'u':
		return unicode_escape(src + 1, dst);
	default:
		return NULL;
	}
	*(*dst)++ = c;
	return src + 1;
}

const char *jtext_string(const char *src, char *dst, char **dst_end)
{
	for (;;) {
		size_t k = copy16(src, dst);

		src += k;
		dst += k;
		if (k == 16)
			continue;
		if (*src == '"') {
			*dst_end = dst;
			return src + 1;
		}
		src = escape(src + 1, &dst);
		if (!src)
			return NULL;
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* End of a number after RFC 8259's grammar, or NULL. */
static const char *number_end(const char *p, const char *end)
{
	if (p < end && *p == '-')
		p++;
	if (p == end || !is_digit(*p))
		return NULL;
	if (*p == '0')
		p++;
	else
		while (p < end && is_digit(*p))
			p++;
	if (p < end && *p == '.') {
		const char *q = ++p;

		while (p < end && is_digit(*p))
			p++;
		if (p == q)
			return NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		const char *q;

		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		for (q = p; p < end && is_digit(*p);)
			p++;
		if (p == q)
			return NULL;
	}
	return p;
}

static sv trim_end(sv s)
{
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* A decimal number: digits without zeros at the ends, and what is cut. */
struct decimal {
	char digits[24]; /* more are no 64-bit integer */
	size_t n;
	bool cut;
	int64_t exponent; /* of ten, behind the last digit */
};

/* tok is a number after the grammar. */
static void read_decimal(sv tok, struct decimal *d)
{
	bool fraction = false, negative = false;
	int64_t e = 0;
	size_t i = 0;

	*d = (struct decimal){.n = 0};
	for (; i < tok.n && (tok.p[i] | 32) != 'e'; i++) {
		if (tok.p[i] == '.')
			fraction = true;
		if (!is_digit(tok.p[i]))
			continue;
		d->exponent -= fraction;
		if (tok.p[i] == '0' && !d->n)
			continue;
		if (d->n < sizeof(d->digits))
			d->digits[d->n++] = tok.p[i];
		else
			d->cut = true;
	}
	for (; i < tok.n; i++) {
		negative |= tok.p[i] == '-';
		if (is_digit(tok.p[i]) && e < 1000000)
			e = e * 10 + (tok.p[i] - '0');
	}
	d->exponent += negative ? -e : e;
	while (!d->cut && d->n && d->digits[d->n - 1] == '0') {
		d->n--;
		d->exponent++;
	}
}

/* The rare "1.0" and "1e3", exactly. */
static enum jtext_num decimal_int(sv tok, uint64_t *mag)
{
	struct decimal d;
	uint64_t v = 0;

	read_decimal(tok, &d);
	*mag = 0;
	if (!d.n)
		return JTEXT_NUM_OK;
	if (d.cut)
		return JTEXT_NUM_RANGE;
	if (d.exponent < 0)
		return JTEXT_NUM_BAD;
	if (d.exponent > 20)
		return JTEXT_NUM_RANGE;
	for (size_t i = 0; i < d.n + (size_t)d.exponent; i++) {
		uint64_t digit = i < d.n ? (uint64_t)(d.digits[i] - '0') : 0;

		if (v > (UINT64_MAX - digit) / 10)
			return JTEXT_NUM_RANGE;
		v = v * 10 + digit;
	}
	*mag = v;
	return JTEXT_NUM_OK;
}

static enum jtext_num integer(sv tok, bool *neg, uint64_t *mag)
{
	size_t i = 0;
	uint64_t v = 0;
	bool over = false;

	tok = trim_end(tok);
	*neg = tok.n && tok.p[0] == '-';
	i += *neg;
	if (i == tok.n)
		return JTEXT_NUM_BAD;
	if (number_end(tok.p, tok.p + tok.n) != tok.p + tok.n)
		return JTEXT_NUM_BAD;
	for (; i < tok.n && is_digit(tok.p[i]); i++) {
		uint64_t d = (uint64_t)(tok.p[i] - '0');

		over |= v > (UINT64_MAX - d) / 10;
		v = v * 10 + d;
	}
	if (i < tok.n)
		return decimal_int(tok, mag);
	*mag = v;
	return over ? JTEXT_NUM_RANGE : JTEXT_NUM_OK;
}

enum jtext_num jtext_int64(sv tok, int64_t *v)
{
	uint64_t mag;
	bool neg;
	enum jtext_num r = integer(tok, &neg, &mag);

	if (r != JTEXT_NUM_OK)
		return r;
	if (mag > (uint64_t)INT64_MAX + neg)
		return JTEXT_NUM_RANGE;
	*v = (int64_t)(neg ? 0 - mag : mag);
	return JTEXT_NUM_OK;
}

enum jtext_num jtext_uint64(sv tok, uint64_t *v)
{
	bool neg;
	enum jtext_num r = integer(tok, &neg, v);

	if (r == JTEXT_NUM_OK && neg && *v)
		return JTEXT_NUM_RANGE;
	return r;
}

bool jtext_double(sv tok, double *v)
{
	char text[64];

	tok = trim_end(tok);
	if (!tok.n || tok.n >= sizeof(text) ||
	    number_end(tok.p, tok.p + tok.n) != tok.p + tok.n)
		return false;
	memcpy(text, tok.p, tok.n);
	text[tok.n] = '\0';
	*v = strtod(text, NULL);
	return true;
}

struct minify {
	const char *p, *end;
	char *q;
	int depth;
};

static void skip_space(struct minify *m)
{
	while (m->p < m->end && is_space(*m->p))
		m->p++;
}

static bool take(struct minify *m, char c)
{
	skip_space(m);
	if (m->p == m->end || *m->p != c)
		return false;
	*m->q++ = *m->p++;
	return true;
}

/* "u and four hex digits", and the other half of a surrogate pair. */
static bool copy_unicode(struct minify *m)
{
	int hi = m->end - m->p < 5 ? -1 : hex4(m->p + 1);
	size_t n = 5;

	if (hi < 0 || (hi & 0xfc00) == 0xdc00)
		return false;
	if ((hi & 0xfc00) == 0xd800) {
		n = 11;
		if (m->end - m->p < 11 || m->p[5] != '\\' || m->p[6] != 'u' ||
		    (hex4(m->p + 7) & 0xfc00) != 0xdc00)
			return false;
	}
	memcpy(m->q, m->p, n);
	m->p += n;
	m->q += n;
	return true;
}

static bool copy_string(struct minify *m)
{
	if (!take(m, '"'))
		return false;
	while (m->p < m->end) {
		char c = *m->p++;

		if ((unsigned char)c < 0x20)
			return false;
		*m->q++ = c;
		if (c == '"')
			return true;
		if (c != '\\')
			continue;
		if (m->p == m->end || !*m->p ||
		    !strchr("\"\\/bfnrtu", *m->p))
			return false;
		if (*m->p == 'u') {
			if (!copy_unicode(m))
				return false;
			continue;
		}
		*m->q++ = *m->p++;
	}
	return false;
}

static bool copy_literal(struct minify *m, sv word)
{
	if ((size_t)(m->end - m->p) < word.n ||
	    memcmp(m->p, word.p, word.n) != 0)
		return false;
	memcpy(m->q, word.p, word.n);
	m->p += word.n;
	m->q += word.n;
	return true;
}

static bool copy_number(struct minify *m)
{
	const char *e = number_end(m->p, m->end);

	if (!e)
		return false;
	memcpy(m->q, m->p, (size_t)(e - m->p));
	m->q += e - m->p;
	m->p = e;
	return true;
}

static bool copy_value(struct minify *m);

static bool copy_container(struct minify *m, char close)
{
	if (++m->depth > JTEXT_MAX_DEPTH)
		return false;
	*m->q++ = *m->p++;
	if (!take(m, close)) {
		do {
			if (close == '}' && (!copy_string(m) || !take(m, ':')))
				return false;
			if (!copy_value(m))
				return false;
		} while (take(m, ','));
		if (!take(m, close))
			return false;
	}
	m->depth--;
	return true;
}

static bool copy_value(struct minify *m)
{
	skip_space(m);
	if (m->p == m->end)
		return false;
	switch (*m->p) {
	case '{':
		return copy_container(m, '}');
	case '[':
		return copy_container(m, ']');
	case '"':
		return copy_string(m);
	case 't':
		return copy_literal(m, SV("true"));
	case 'f':
		return copy_literal(m, SV("false"));
	case 'n':
		return copy_literal(m, SV("null"));
	default:
		return copy_number(m);
	}
}

const char *jtext_minify(const char *p, const char *end, char *dst,
			 char **dst_end)
{
	struct minify m = {p, end, dst, 0};

	if (!copy_value(&m))
		return NULL;
	*dst_end = m.q;
	return m.p;
}
