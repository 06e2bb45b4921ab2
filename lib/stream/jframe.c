/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/jframe.h"

enum expect {
	EXPECT_START, /* the first '{' */
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END, /* behind '[' */
	EXPECT_KEY,	     /* behind ',' in an object */
	EXPECT_KEY_OR_END,   /* behind '{' */
	EXPECT_COLON,
	EXPECT_COMMA_OR_END,
};

void jframe_init(struct jframe *f)
{
	*f = (struct jframe){.expect = EXPECT_START};
}

static bool in_array(const struct jframe *f)
{
	unsigned int d = f->depth - 1;

	return f->array[d / 64] >> d % 64 & 1;
}

static bool wants_value(const struct jframe *f)
{
	return f->expect == EXPECT_VALUE || f->expect == EXPECT_VALUE_OR_END ||
	       f->expect == EXPECT_START;
}

static bool push(struct jframe *f, bool array)
{
	unsigned int d = f->depth;
	uint64_t bit;

	if (!wants_value(f) || d == JFRAME_MAX_DEPTH ||
	    (array && f->expect == EXPECT_START))
		return false;
	bit = (uint64_t)1 << d % 64;
	f->array[d / 64] = array ? f->array[d / 64] | bit
				 : f->array[d / 64] & ~bit;
	f->depth++;
	f->expect = array ? EXPECT_VALUE_OR_END : EXPECT_KEY_OR_END;
	return true;
}

static bool pop(struct jframe *f, bool array)
{
	uint8_t empty = array ? EXPECT_VALUE_OR_END : EXPECT_KEY_OR_END;

	if (!f->depth || in_array(f) != array ||
	    (f->expect != EXPECT_COMMA_OR_END && f->expect != empty))
		return false;
	f->depth--;
	f->expect = EXPECT_COMMA_OR_END;
	return true;
}

static bool begin_string(struct jframe *f)
{
	f->is_key = f->expect == EXPECT_KEY || f->expect == EXPECT_KEY_OR_END;
	f->in_string = f->is_key || (wants_value(f) && f->depth);
	return f->in_string;
}

static bool separator(struct jframe *f, char c)
{
	if (c == ':') {
		if (f->expect != EXPECT_COLON)
			return false;
		f->expect = EXPECT_VALUE;
		return true;
	}
	if (f->expect != EXPECT_COMMA_OR_END || !f->depth)
		return false;
	f->expect = in_array(f) ? EXPECT_VALUE : EXPECT_KEY;
	return true;
}

static bool is_bare(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' ||
	       c == '+' || c == '.' || c == 'E';
}

/* Contents of a string; false at a raw newline: no string spans lines. */
static bool scan_string(struct jframe *f, sv text)
{
	for (; f->pos < text.n; f->pos++) {
		char c = text.p[f->pos];

		if (c == '\n')
			return false;
		if (f->escaped) {
			f->escaped = false;
		} else if (c == '\\') {
			f->escaped = true;
		} else if (c == '"') {
			f->in_string = false;
			f->expect = f->is_key ? EXPECT_COLON
					      : EXPECT_COMMA_OR_END;
			f->pos++;
			return true;
		}
	}
	return true;
}

/* One byte outside of strings. */
static bool step(struct jframe *f, char c, char before)
{
	switch (c) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return true;
	case '{':
	case '[':
		return push(f, c == '[');
	case '}':
	case ']':
		return pop(f, c == ']');
	case '"':
		return begin_string(f);
	case ',':
	case ':':
		return separator(f, c);
	default:
		/* Numbers and literals: what they are is the reader's. */
		if (!is_bare(c))
			return false;
		if (f->expect == EXPECT_COMMA_OR_END && is_bare(before))
			return true;
		if (!wants_value(f) || !f->depth)
			return false;
		f->expect = EXPECT_COMMA_OR_END;
		return true;
	}
}

enum jframe_status jframe_scan(struct jframe *f, sv text)
{
	while (f->pos < text.n) {
		if (f->in_string) {
			if (!scan_string(f, text))
				return JFRAME_BAD;
			continue;
		}
		if (!step(f, text.p[f->pos],
			  f->pos ? text.p[f->pos - 1] : ' '))
			return JFRAME_BAD;
		f->pos++;
		if (!f->depth && f->expect == EXPECT_COMMA_OR_END)
			return JFRAME_DONE;
	}
	return JFRAME_MORE;
}
