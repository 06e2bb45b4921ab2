/* SPDX-License-Identifier: Apache-2.0 */
#include "text/argv.h"

/* Nothing or a space behind the quote at i: it can be a wrapping's end. */
static bool can_close(sv in, size_t i)
{
	return i + 1 == in.n || in.p[i + 1] == ' ';
}

static size_t find_last_close(sv in)
{
	for (size_t i = in.n; i-- > 0;)
		if (in.p[i] == '"' && can_close(in, i))
			return i;
	return SIZE_MAX;
}

void argv_init(struct argv_iter *it, sv arguments, bool cut)
{
	*it = (struct argv_iter){
		.in = arguments,
		.cut = cut,
		.pairs = true,
		.done = arguments.n == 0,
		.last_close = find_last_close(arguments),
	};
	/* A quoted first argument comes with a space in front. */
	if (arguments.n > 1 && arguments.p[0] == ' ' && arguments.p[1] == '"')
		it->pos = 1;
}

/* A quote that seems to open a quotation inside an argument. */
static bool looks_open(sv in, size_t i)
{
	return strchr(" =([{,:'", in.p[i - 1]) && !can_close(in, i);
}

struct close {
	size_t at;    /* the closing quote, SIZE_MAX: none */
	size_t first; /* the first quote that could have been it */
	bool inner;   /* quotes were seen inside */
};

/* The end of the wrapping that opens at `open`, inner quotes taken as pairs. */
static struct close find_close(const struct argv_iter *it, size_t open)
{
	struct close c = {SIZE_MAX, SIZE_MAX, false};
	size_t depth = 0;
	bool space = false;

	for (size_t i = open + 1; i < it->in.n; i++) {
		bool ends;

		space |= it->in.p[i] == ' ';
		if (it->in.p[i] != '"')
			continue;
		ends = can_close(it->in, i);
		if (ends && c.first == SIZE_MAX)
			c.first = i;
		if (ends && (!it->pairs || depth == 0 || i + 1 == it->in.n)) {
			c.at = i;
			/* Wrapped for a space; without one only "" is. */
			c.inner |= depth > 0 || (!space && i > open + 1);
			return c;
		}
		c.inner = true;
		if (looks_open(it->in, i) || depth == 0)
			depth++;
		else
			depth--;
	}
	return c;
}

static size_t find_space(sv in, size_t from)
{
	size_t i = sv_find(sv_from(in, from), ' ');

	return i == SIZE_MAX ? in.n : from + i;
}

/* Text that starts with a quote; decides where it ends. */
static void take_quoted(struct argv_iter *it, struct argv_token *t)
{
	struct close c = {SIZE_MAX, SIZE_MAX, false};

	if (it->last_close != SIZE_MAX && it->last_close > t->start)
		c = find_close(it, t->start);
	if (c.at == SIZE_MAX && c.first != SIZE_MAX) {
		/* No pairing works: from here on the first one closes. */
		it->pairs = false;
		c.at = c.first;
		c.inner = true;
	}
	if (c.at == SIZE_MAX) {
		/* Cut inside, or an argument that begins with a quote. */
		t->end = it->cut ? it->in.n : find_space(it->in, t->start);
		t->flags |= ARGV_UNTERMINATED | ARGV_AMBIGUOUS;
		t->text = (sv){it->in.p + t->start + 1, t->end - t->start - 1};
		t->longest = it->in.n;
		return;
	}
	t->end = c.at + 1;
	t->text = (sv){it->in.p + t->start + 1, c.at - t->start - 1};
	t->flags |= ARGV_QUOTED | (c.inner ? ARGV_AMBIGUOUS : 0);
	t->longest = !c.inner  ? t->end
		     : it->cut ? it->in.n
			       : it->last_close + 1;
}

bool argv_next(struct argv_iter *it, struct argv_token *tok)
{
	if (it->done)
		return false;
	*tok = (struct argv_token){.start = it->pos};
	if (it->pos < it->in.n && it->in.p[it->pos] == '"') {
		take_quoted(it, tok);
	} else {
		tok->end = tok->longest = find_space(it->in, it->pos);
		tok->text = (sv){it->in.p + it->pos, tok->end - it->pos};
	}
	if (tok->end == it->in.n) {
		it->done = true;
		tok->flags |= it->cut ? ARGV_CUT : 0;
	}
	it->pos = tok->end + 1;
	return true;
}
