/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/namebundle.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/hmac.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/utf8.h"
#include "redact/userfile.h"
#include "text/base64.h"

#define KIND "tetrapipe-names"
#define VERSION 1
#define ID_BYTES 12
#define MAX_FILE ((size_t)4096 * MIB)

struct entry {
	sv name;
	char id[NAMEBUNDLE_ID + 1];
};

struct namebundle {
	sv key;
	size_t max, bytes;
	struct arena mem;
	struct table by_name, by_id;
	uint64_t unkept;
	bool new;  /* names that no file has */
	bool adds; /* ids are made: the file's must be of this key */
	char id[NAMEBUNDLE_ID + 1]; /* of one that is not kept */
};

struct namebundle *namebundle_new(sv key, size_t max)
{
	struct namebundle *b = mem_zalloc(sizeof(*b));

	b->key = key;
	b->max = max;
	/* A file is due, be it empty. */
	b->new = true;
	return b;
}

void namebundle_free(struct namebundle *b)
{
	if (!b)
		return;
	table_release(&b->by_name);
	table_release(&b->by_id);
	arena_release(&b->mem);
	mem_free(b);
}

size_t namebundle_count(const struct namebundle *b)
{
	return b->by_id.n;
}

uint64_t namebundle_unkept(const struct namebundle *b)
{
	return b->unkept;
}

bool namebundle_is_id(sv text)
{
	if (text.n != NAMEBUNDLE_ID || text.p[0] != '#')
		return false;
	for (size_t i = 1; i < text.n; i++)
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i])
			return false;
	return true;
}

static bool has_name(const void *entry, const void *key)
{
	return sv_eq(((const struct entry *)entry)->name, *(const sv *)key);
}

static bool has_id(const void *entry, const void *key)
{
	return !memcmp(((const struct entry *)entry)->id, key, NAMEBUNDLE_ID);
}

static struct entry *by_id(const struct namebundle *b, const char *id)
{
	return table_get(&b->by_id, hash64((sv){id, NAMEBUNDLE_ID}, 0), has_id,
			 id);
}

static struct entry *by_name(const struct namebundle *b, sv name)
{
	return table_get(&b->by_name, hash64(name, 0), has_name, &name);
}

static bool digest(const struct namebundle *b, sv text, uint8_t *sum)
{
	return b->key.n ? hmac_sha256(b->key, text, sum)
			: sha256_once(text, sum);
}

static bool make_id(const struct namebundle *b, sv name, char *id)
{
	uint8_t sum[SHA256_LEN];
	bool ok = digest(b, name, sum);

	/* Two names never share an id: the later one's is hashed again. */
	while (ok) {
		id[0] = '#';
		for (size_t i = 0; i < ID_BYTES; i++)
			snprintf(id + 1 + 2 * i, 3, "%02x", sum[i]);
		if (!by_id(b, id))
			return true;
		ok = digest(b, (sv){(char *)sum, sizeof(sum)}, sum);
	}
	return false;
}

static bool has_room(const struct namebundle *b, sv name)
{
	return b->by_id.n < b->max &&
	       b->bytes + name.n <= b->max * NAMEBUNDLE_MEAN;
}

static struct entry *keep(struct namebundle *b, sv name, const char *id)
{
	struct entry *e = arena_alloc(&b->mem, sizeof(*e));

	e->name = arena_dup(&b->mem, name);
	memcpy(e->id, id, NAMEBUNDLE_ID);
	e->id[NAMEBUNDLE_ID] = '\0';
	table_add(&b->by_name, hash64(name, 0), e);
	table_add(&b->by_id, hash64((sv){id, NAMEBUNDLE_ID}, 0), e);
	b->bytes += name.n;
	b->new = true;
	return e;
}

const char *namebundle_id(struct namebundle *b, sv name)
{
	struct entry *e = by_name(b, name);

	if (LIKELY(e))
		return e->id;
	if (!make_id(b, name, b->id))
		return NULL;
	if (has_room(b, name))
		return keep(b, name, b->id)->id;
	b->unkept++;
	return b->id;
}

bool namebundle_name(const struct namebundle *b, sv id, sv *name)
{
	struct entry *e = namebundle_is_id(id) ? by_id(b, id.p) : NULL;

	if (!e)
		return false;
	*name = e->name;
	return true;
}

/* --- the file ------------------------------------------------------------ */

static bool fail(struct namebundle_err *err, size_t line, const char *msg)
{
	err->line = line;
	snprintf(err->msg, sizeof(err->msg), "%s", msg);
	return false;
}

static bool read_head(const struct namebundle *b, const json_t *o,
		      struct namebundle_err *err)
{
	const char *kind = json_string_value(json_object_get(o, "bundle")),
		   *key;
	char own[NAMEBUNDLE_ID + 1];

	if (!kind || strcmp(kind, KIND) != 0)
		return fail(err, 1, "no bundle of names");
	if (json_integer_value(json_object_get(o, "version")) != VERSION)
		return fail(err, 1, "a bundle of another version");
	if (!b->adds)
		return true;
	key = json_string_value(json_object_get(o, "key"));
	if (!key || !make_id(b, SV(KIND), own) || strcmp(key, own) != 0)
		return fail(err, 1, "its ids are of another --token-key");
	return true;
}

/* The name of an entry; *plain is what it may be decoded into. */
static bool name_of(const json_t *o, struct buf *plain, sv *name)
{
	const json_t *text = json_object_get(o, "name");
	const json_t *coded = json_object_get(o, "name_b64");
	sv s;
	size_t n;

	if (json_is_string(text)) {
		*name = (sv){json_string_value(text), json_string_length(text)};
		return true;
	}
	if (!json_is_string(coded))
		return false;
	s = (sv){json_string_value(coded), json_string_length(coded)};
	n = base64_decode(buf_reserve(plain, base64_decoded_size(s.n)), s);
	if (n == SIZE_MAX)
		return false;
	*name = (sv){plain->p, n};
	return true;
}

static bool read_entry(struct namebundle *b, const json_t *o, size_t line,
		       struct namebundle_err *err)
{
	const json_t *id = json_object_get(o, "id");
	struct buf plain = {0};
	bool ok = true;
	struct entry *e;
	sv name;

	if (!json_is_string(id) ||
	    !namebundle_is_id(
		    (sv){json_string_value(id), json_string_length(id)}))
		return fail(err, line, "no id");
	e = by_id(b, json_string_value(id));
	if (!name_of(o, &plain, &name))
		ok = fail(err, line, "no name");
	else if (e ? !sv_eq(e->name, name) : by_name(b, name) != NULL)
		ok = fail(err, line, "the same id or name once more");
	else if (!e && b->by_id.n >= b->max)
		ok = fail(err, line, "more names than --max-names");
	else if (!e)
		keep(b, name, json_string_value(id));
	buf_release(&plain);
	return ok;
}

bool namebundle_line(struct namebundle *b, sv line, size_t number,
		     struct namebundle_err *err)
{
	json_error_t why;
	json_t *o = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &why);
	bool ok;

	if (!json_is_object(o))
		ok = fail(err, number, "no JSON object");
	else if (number == 1)
		ok = read_head(b, o, err);
	else
		ok = read_entry(b, o, number, err);
	json_decref(o);
	return ok;
}

bool namebundle_read(struct namebundle *b, const char *file, bool to_add,
		     struct namebundle_err *err)
{
	struct buf text = {0};
	int code = userfile_read(file, MAX_FILE, &text);
	sv rest = buf_view(&text);
	size_t line = 0;
	bool ok = true;

	b->adds = to_add;
	if (code && !(code == ENOENT && to_add))
		ok = fail(err, 0, strerror(code));
	while (ok && rest.n) {
		size_t nl = sv_find(rest, '\n');

		if (nl == SIZE_MAX)
			ok = fail(err, line + 1, "the last line has no end");
		else
			ok = namebundle_line(b, sv_first(rest, nl), ++line,
					     err);
		rest = sv_from(rest, nl == SIZE_MAX ? rest.n : nl + 1);
	}
	if (ok && !code && !line)
		ok = fail(err, 0, "is empty");
	/* What was read is in a file. */
	if (ok && line)
		b->new = false;
	buf_release(&text);
	return ok;
}

static int in_order(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return memcmp((*x)->id, (*y)->id, NAMEBUNDLE_ID);
}

static void put_name(struct buf *out, sv name)
{
	char *text;
	json_t *s;

	if (utf8_valid_prefix(name) == name.n && !memchr(name.p, 0, name.n)) {
		s = json_stringn(name.p, name.n);
		text = json_dumps(s, JSON_ENCODE_ANY);
		buf_printf(out, "\"name\":%s}\n", text);
		free(text);
		json_decref(s);
		return;
	}
	buf_str(out, "\"name_b64\":\"");
	text = buf_reserve(out, base64_encoded_size(name.n));
	out->n += (size_t)(base64_encode(text, name) - text);
	buf_str(out, "\"}\n");
}

int namebundle_write(struct namebundle *b, const char *file)
{
	char key[NAMEBUNDLE_ID + 1];
	struct entry **all;
	struct buf text = {0};
	size_t n = 0;
	int code;

	if (!b->new)
		return 0;
	all = mem_alloc(MAX(b->by_id.n, (size_t)1) * sizeof(*all));
	for (size_t i = 0; i < b->by_id.cap; i++)
		if (b->by_id.slots[i].entry)
			all[n++] = b->by_id.slots[i].entry;
	qsort(all, n, sizeof(struct entry *), in_order);
	if (!make_id(b, SV(KIND), key))
		key[0] = '\0';
	buf_printf(&text,
		   "{\"bundle\":\"" KIND
		   "\",\"version\":%d,\"key\":\"%s\","
		   "\"names\":%zu}\n",
		   VERSION, key, n);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&text, "{\"id\":\"%s\",", all[i]->id);
		put_name(&text, all[i]->name);
	}
	code = userfile_write(file, buf_view(&text), 0600);
	b->new = code != 0;
	buf_release(&text);
	mem_free(all);
	return code;
}
