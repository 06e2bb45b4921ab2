/* SPDX-License-Identifier: Apache-2.0 */
#include "select/filterlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "codec/jread.h"
#include "codec/pbwire.h"
#include "event/request.h"
#include "stream/jframe.h"

#define MOST (1 * MIB)

/*
 * What the type does not know must not be ignored: a filter without the field
 * that was meant matches more than was meant.
 */
static bool all_known(const struct schema_msg *m, sv wire, char *why, size_t n,
		      size_t at)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		const struct schema_field *sf = schema_by_num(m, f.num);

		if (f.num == SCHEMA_UNKNOWN_JSON) {
			snprintf(why, n, "byte %zu: %s has no %.*s", at,
				 m->name, SV_ARG(f.data));
			return false;
		}
		if (!sf || !schema_accepts(sf, f.wt)) {
			snprintf(why, n, "byte %zu: %s has no field %u", at,
				 m->name, f.num);
			return false;
		}
		if (sf->msg && !all_known(sf->msg, f.data, why, n, at))
			return false;
	}
	if (r < 0)
		snprintf(why, n, "byte %zu: malformed %s", at, m->name);
	return r == 0;
}

static bool read_one(struct jread *r, sv text, uint32_t num, size_t at,
		     struct buf *request, char *why, size_t n)
{
	struct buf wire = {0};
	struct rt_err err = {0};
	bool ok = false;

	if (jread_message(r, text, request_filter(), &wire, &err) != JREAD_OK)
		snprintf(why, n, "byte %zu: %s", at + err.pos, err.msg);
	else
		ok = all_known(request_filter(), buf_view(&wire), why, n, at);
	if (ok)
		pb_put_bytes(request, num, buf_view(&wire));
	buf_release(&wire);
	return ok;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the next thing is, from byte `at` on. */
static size_t skip_space(sv text, size_t at)
{
	while (at < text.n && is_space(text.p[at]))
		at++;
	return at;
}

struct list {
	sv text; /* JREAD_PADDING bytes readable behind it */
	size_t at;
	bool array;
	struct jread *reader;
	char *why;
	size_t why_size;
};

static bool fail(struct list *l, size_t at, const char *what)
{
	snprintf(l->why, l->why_size, "byte %zu: %s", at, what);
	return false;
}

static bool object(struct list *l, uint32_t num, struct buf *request)
{
	sv rest = sv_from(l->text, l->at);
	struct jframe f;
	size_t at = l->at;

	jframe_init(&f);
	if (!rest.n || *rest.p != '{' ||
	    jframe_scan(&f, rest) != JFRAME_DONE)
		return fail(l, at + f.pos, "not a JSON object");
	l->at = skip_space(l->text, at + f.pos);
	return read_one(l->reader, sv_first(rest, f.pos), num, at, request,
			l->why, l->why_size);
}

/* Behind an object of an array: true where one more must follow. */
static bool comma(struct list *l)
{
	if (l->at == l->text.n || l->text.p[l->at] != ',')
		return false;
	l->at = skip_space(l->text, l->at + 1);
	return true;
}

static bool objects(struct list *l, uint32_t num, struct buf *request)
{
	bool more;

	l->at = skip_space(l->text, 0);
	l->array = l->at < l->text.n && l->text.p[l->at] == '[';
	if (l->array)
		l->at = skip_space(l->text, l->at + 1);
	more = l->at < l->text.n && !(l->array && l->text.p[l->at] == ']');
	while (more) {
		if (!object(l, num, request))
			return false;
		more = l->array ? comma(l) : l->at < l->text.n;
	}
	if (!l->array)
		return true;
	if (l->at == l->text.n || l->text.p[l->at] != ']')
		return fail(l, l->at, "no ',' or ']'");
	l->at = skip_space(l->text, l->at + 1);
	return l->at == l->text.n ||
	       fail(l, l->at, "something behind the array");
}

bool filterlist_parse(sv text, uint32_t num, struct buf *request, char *why,
		      size_t why_size)
{
	char *padded = mem_zalloc(text.n + JREAD_PADDING);
	struct list l = {.text = {padded, text.n},
			 .reader = jread_new(),
			 .why = why,
			 .why_size = why_size};
	bool ok;

	if (text.n)
		memcpy(padded, text.p, text.n);
	ok = objects(&l, num, request);
	mem_free(padded);
	jread_free(l.reader);
	return ok;
}

bool filterlist_read(const char *file, uint32_t num, struct buf *request,
		     char *why, size_t why_size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct buf text = {0};
	ssize_t n = fd < 0 ? -1 : 1;
	bool ok;

	while (n > 0 && text.n <= MOST) {
		n = read(fd, buf_reserve(&text, 16 * KIB), 16 * KIB);
		text.n += n > 0 ? (size_t)n : 0;
	}
	if (n > 0)
		errno = EFBIG;
	if (n != 0)
		snprintf(why, why_size, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	ok = n == 0 && filterlist_parse(buf_view(&text), num, request, why,
					why_size);
	buf_release(&text);
	return ok;
}
