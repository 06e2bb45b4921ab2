/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/claimids.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "witness/claim.h"

struct row {
	char id[CLAIM_ID_LEN + 1];
	sv external;
};

struct claimids {
	struct arena arena;
	struct table rows;
	size_t n;
};

static bool same_id(const void *entry, const void *key)
{
	return sv_eq((sv){((const struct row *)entry)->id, CLAIM_ID_LEN},
		     *(const sv *)key);
}

static bool text(const json_t *o, const char *name, sv *out)
{
	const json_t *v = json_object_get(o, name);

	*out = SV_NULL;
	if (!v)
		return true;
	if (!json_is_string(v))
		return false;
	*out = (sv){json_string_value(v), json_string_length(v)};
	return true;
}

static const char *add(struct claimids *c, const json_t *o)
{
	struct claim claim;
	struct row *r;
	sv external, id;

	if (!text(o, "claim_id", &external) ||
	    !text(o, "image_digest", &claim.image_digest) ||
	    !text(o, "purl", &claim.purl) ||
	    !text(o, "function", &claim.function) ||
	    !text(o, "build_id", &claim.build_id))
		return "a member is no string";
	if (!external.n || !claim.function.n)
		return "claim_id and function are needed";
	if (c->n++ == CLAIMIDS_MAX)
		return "too many claims";
	r = arena_zalloc(&c->arena, sizeof(*r));
	if (!claim_id(&claim, r->id))
		return "a member is no UTF-8";
	id = (sv){r->id, CLAIM_ID_LEN};
	if (table_get(&c->rows, hash64(id, 0), same_id, &id))
		return "a claim stands there twice";
	r->external = arena_dup(&c->arena, external);
	table_add(&c->rows, hash64(id, 0), r);
	return NULL;
}

static const char *add_line(struct claimids *c, const char *line, size_t n)
{
	json_t *o;
	const char *wrong;

	if (strspn(line, " \t\r\n") == n)
		return NULL;
	o = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
	wrong = json_is_object(o) ? add(c, o) : "no JSON object";
	json_decref(o);
	return wrong;
}

struct claimids *claimids_read(const char *file, struct rt_err *err)
{
	FILE *f = fopen(file, "re");
	struct claimids *c;
	const char *wrong = NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	*err = (struct rt_err){.sys_errno = errno, .msg = "cannot read"};
	if (!f)
		return NULL;
	*err = (struct rt_err){.pos = 0};
	c = mem_zalloc(sizeof(*c));
	while (!wrong && (n = getline(&line, &cap, f)) >= 0) {
		err->pos++;
		wrong = add_line(c, line, (size_t)n);
	}
	if (!wrong && ferror(f))
		wrong = "cannot read";
	free(line);
	fclose(f);
	if (!wrong)
		return c;
	err->msg = wrong;
	claimids_free(c);
	return NULL;
}

void claimids_free(struct claimids *c)
{
	if (!c)
		return;
	table_release(&c->rows);
	arena_release(&c->arena);
	mem_free(c);
}

sv claimids_find(const struct claimids *c, sv claim_id)
{
	const struct row *r =
		c ? table_get(&c->rows, hash64(claim_id, 0), same_id, &claim_id)
		  : NULL;

	return r ? r->external : SV_NULL;
}
