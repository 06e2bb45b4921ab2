/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/keptjson.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "codec/jtext.h"
#include "codec/jwrite.h"
#include "redact/field.h"

struct walk {
	struct redact *redact;
	struct buf *out;
	struct buf plain, changed, key;
	bool any;
};

/* Is the string that ends before `rest` a member's name? */
static bool is_name(sv rest)
{
	return rest.n && rest.p[0] == ':';
}

static bool change(struct walk *w, sv s)
{
	sv key = buf_view(&w->key);

	w->changed.n = 0;
	switch (field_classify(SV_NULL, key)) {
	case FIELD_CMDLINE:
		/* Whose it is stands in another member: judge it as cut. */
		return redact_cmdline(w->redact, SV_NULL, s, true, &w->changed);
	case FIELD_PATH:
		return redact_path(w->redact, s, &w->changed);
	case FIELD_KEEP:
		return false;
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_RESOLVE_PATH:
		break;
	}
	return redact_pair(w->redact, key, s, &w->changed);
}

/*
 * The string at the start of text; what is behind it, or a view with p NULL
 * where it is none.
 */
static sv one_string(struct walk *w, sv text)
{
	char *dst, *end;
	const char *rest;
	sv left;

	w->plain.n = 0;
	dst = buf_reserve(&w->plain, text.n + JTEXT_PADDING);
	rest = jtext_string(text.p + 1, dst, &end);
	if (!rest)
		return SV_NULL;
	w->plain.n = (size_t)(end - dst);
	left = (sv){rest, (size_t)(text.p + text.n - rest)};
	if (is_name(left)) {
		w->key.n = 0;
		buf_sv(&w->key, buf_view(&w->plain));
	} else if (change(w, buf_view(&w->plain))) {
		w->any = true;
		jwrite_string(w->out, buf_view(&w->changed));
		return left;
	}
	buf_add(w->out, text.p, (size_t)(rest - text.p));
	return left;
}

static bool well_formed(sv text, struct buf *scratch)
{
	const char *end = text.p + text.n, *p;
	char *q = buf_reserve(scratch, text.n + 16);

	if (!text.n || utf8_valid_prefix(text) != text.n)
		return false;
	p = jtext_minify(text.p, end, q, &q);
	if (p && p < end && *p == ':')
		p = jtext_minify(p + 1, end, q, &q);
	return p == end;
}

static bool walk_text(struct walk *w, sv text)
{
	while (text.n) {
		if (*text.p == '"') {
			text = one_string(w, text);
			if (!text.p)
				return false;
			continue;
		}
		buf_ch(w->out, *text.p);
		text = sv_from(text, 1);
	}
	return true;
}

enum keptjson_result keptjson_redact(struct redact *r, sv text,
				     struct buf *out)
{
	struct buf copy = {0};
	struct walk w = {.redact = r, .out = out};
	size_t mark = out->n;
	bool ok;

	/* jtext_string looks past the end: give it something to look at. */
	buf_sv(&copy, text);
	memset(buf_reserve(&copy, JTEXT_PADDING), 0, JTEXT_PADDING);
	ok = well_formed(buf_view(&copy), &w.plain) &&
	     walk_text(&w, buf_view(&copy));
	buf_release(&copy);
	buf_release(&w.plain);
	buf_release(&w.changed);
	buf_release(&w.key);
	if (!ok || !w.any)
		out->n = mark;
	if (!ok)
		return KEPTJSON_BAD;
	return w.any ? KEPTJSON_CHANGED : KEPTJSON_SAME;
}
