/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/filterlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "codec/jread.h"
#include "codec/pbwire.h"
#include "event/jframe.h"
#include "event/request.h"

#define MOST (1 * MIB)

/* A member that tetragon.Filter does not have: it must not be ignored. */
static bool has_unknown(sv wire, char *why, size_t n, size_t at)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == SCHEMA_UNKNOWN_JSON) {
			snprintf(why, n, "byte %zu: no filter has %.*s", at,
				 SV_ARG(f.data));
			return true;
		}
		if (f.num == FILTER_CAPABILITIES &&
		    has_unknown(f.data, why, n, at))
			return true;
	}
	return false;
}

static bool read_one(struct jread *r, sv text, uint32_t num, size_t at,
		     struct buf *request, char *why, size_t n)
{
	struct buf wire = {0};
	struct rt_err err = {0};
	bool ok = false;

	if (jread_message(r, text, request_filter(), &wire, &err) != JREAD_OK)
		snprintf(why, n, "byte %zu: %s", at + err.pos, err.msg);
	else if (!has_unknown(buf_view(&wire), why, n, at))
		ok = true;
	if (ok)
		pb_put_bytes(request, num, buf_view(&wire));
	buf_release(&wire);
	return ok;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool filterlist_parse(sv text, uint32_t num, struct buf *request, char *why,
		      size_t why_size)
{
	struct jread *r = jread_new();
	char *padded = mem_zalloc(text.n + JREAD_PADDING);
	size_t at = 0;
	bool ok = true;

	memcpy(padded, text.p, text.n);
	while (ok) {
		struct jframe f;
		sv rest;

		while (at < text.n && is_space(padded[at]))
			at++;
		if (at == text.n)
			break;
		rest = (sv){padded + at, text.n - at};
		jframe_init(&f);
		if (*rest.p != '{' || jframe_scan(&f, rest) != JFRAME_DONE) {
			snprintf(why, why_size, "byte %zu: not a JSON object",
				 at + f.pos);
			ok = false;
			break;
		}
		ok = read_one(r, sv_first(rest, f.pos), num, at, request, why,
			      why_size);
		at += f.pos;
	}
	mem_free(padded);
	jread_free(r);
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
