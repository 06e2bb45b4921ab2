/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/jdiff.h"

#include <jansson.h>
#include <stdlib.h>

#include "text/termsafe.h"

#define MAX_VALUE 80
#define MAX_KEY 200

static void put_value(struct buf *out, const json_t *v)
{
	char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	termsafe_put(out, text ? sv_str(text) : SV("nothing"), MAX_VALUE,
		     false);
	free(text);
}

static bool differ(const json_t *a, const json_t *b, struct buf *path);

static bool in_array(const json_t *a, const json_t *b, struct buf *path)
{
	size_t n = json_array_size(a), m = json_array_size(b), mark = path->n;

	for (size_t i = 0; i < n || i < m; i++) {
		buf_printf(path, "[%zu]", i);
		if (differ(json_array_get(a, i), json_array_get(b, i), path))
			return true;
		path->n = mark;
	}
	return false;
}

static bool in_member(const json_t *a, const json_t *b, const char *key,
		      struct buf *path)
{
	size_t mark = path->n;

	if (mark)
		buf_ch(path, '.');
	termsafe_put(path, sv_str(key), MAX_KEY, false);
	if (differ(json_object_get(a, key), json_object_get(b, key), path))
		return true;
	path->n = mark;
	return false;
}

static bool in_object(const json_t *a, const json_t *b, struct buf *path)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)a, key,
			    v) if (in_member(a, b, key, path)) return true;
	json_object_foreach((json_t *)(uintptr_t)b, key,
			    v) if (in_member(a, b, key, path)) return true;
	return false;
}

/* True: path is where, and what. */
static bool differ(const json_t *a, const json_t *b, struct buf *path)
{
	if (json_equal(a, b))
		return false;
	if (json_is_array(a) && json_is_array(b))
		return in_array(a, b, path);
	if (json_is_object(a) && json_is_object(b))
		return in_object(a, b, path);
	buf_str(path, ": ");
	put_value(path, a);
	buf_str(path, ", now ");
	put_value(path, b);
	return true;
}

void jdiff_first(sv was, sv is, struct buf *out)
{
	json_t *a = json_loadb(was.p, was.n, 0, NULL);
	json_t *b = json_loadb(is.p, is.n, 0, NULL);
	struct buf path = {0};

	if (a && b && differ(a, b, &path))
		buf_sv(out, buf_view(&path));
	else if (!sv_eq(was, is))
		buf_str(out, "no JSON, or other white space");
	buf_release(&path);
	json_decref(a);
	json_decref(b);
}
