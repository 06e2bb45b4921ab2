/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret in every string and bytes field of every message that a record can
 * hold, found by descriptor, so that a field added tomorrow is tested
 * tomorrow: none may be left by the walk. With an argument, the stream of
 * these records goes to that file, for the tools' own tests.
 */
#include <ctype.h>
#include <stdio.h>

#include "base/buf.h"
#include "codec/pbwire.h"
#include "event/record.h"
#include "redact/recordwalk.h"
#include "tap.h"

#define MAX_DEPTH 9
#define CANARY "CANARY"

/* Each holds a secret whose text has the canary in it. */
static const char *const plants[] = {
	"--password CANARY7x!q",
	"password=CANARY7x!q",
	"https://bob:CANARY7x!q@example.com/x",
	"AK\x49"
	"ACANARYQ7X2LMNOPQR",
	"{\"token\":\"CANARY7x\"}",
	"Authorization: Bearer CANARY7x8y9z0",
	"/home/CANARY/x",
};

struct plan {
	const char *plant;
	struct recordwalk *walk;
	FILE *out;
	size_t fields, leaks;
	char path[512];
	/* The field numbers from the record down, and the types on the way. */
	uint32_t num[MAX_DEPTH + 2];
	const struct schema_msg *seen[MAX_DEPTH];
};

static bool has_canary(sv s)
{
	for (size_t i = 0; i + 6 <= s.n; i++) {
		size_t k = 0;

		while (k < 6 && toupper((unsigned char)s.p[i + k]) == CANARY[k])
			k++;
		if (k == 6)
			return true;
	}
	return false;
}

static void wrap(struct buf *b, uint32_t num)
{
	struct buf outer = {0};

	pb_put_bytes(&outer, num, buf_view(b));
	buf_release(b);
	*b = outer;
}

/* A record with nothing in it but this leaf. */
static void try_leaf(struct plan *p, int depth, const char *name)
{
	struct record r;
	struct buf b = {0};
	sv out = SV_NULL;

	buf_str(&b, p->plant);
	for (int i = depth; i >= 0; i--)
		wrap(&b, p->num[i]);
	p->fields++;
	if (!record_parse(buf_view(&b), &r)) {
		ok(false, "%s%s is a record", p->path, name);
	} else {
		enum recordwalk_result res = recordwalk_run(p->walk, &r, &out);

		if (res == RECORDWALK_SAME ||
		    (res == RECORDWALK_CHANGED && has_canary(out))) {
			p->leaks++;
			printf("# leak: %s%s: %s\n", p->path, name, p->plant);
		}
		if (p->out) {
			char len[PB_MAX_VARINT];
			char *end = pb_write_varint(len, b.n);

			fwrite(len, 1, (size_t)(end - len), p->out);
			fwrite(b.p, 1, b.n, p->out);
		}
	}
	buf_release(&b);
}

static void walk(struct plan *p, const struct schema_msg *m, int depth);

static void one_field(struct plan *p, const struct schema_field *f, int depth)
{
	size_t mark = strlen(p->path);

	p->num[depth] = f->num;
	switch ((enum schema_kind)f->kind) {
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		try_leaf(p, depth, f->name.p);
		break;
	case SCHEMA_MAP:
		p->num[depth + 1] = 1;
		try_leaf(p, depth + 1, f->name.p);
		if (f->wrapped == SCHEMA_STRING) {
			p->num[depth + 1] = 2;
			try_leaf(p, depth + 1, f->name.p);
		}
		break;
	case SCHEMA_TIMESTAMP:
	case SCHEMA_WRAPPER:
		/* A field that nobody knows in a message that is known. */
		p->num[depth + 1] = 77;
		try_leaf(p, depth + 1, f->name.p);
		break;
	case SCHEMA_MESSAGE:
		snprintf(p->path + mark, sizeof(p->path) - mark, "%.*s.",
			 SV_ARG(f->name));
		walk(p, f->msg, depth + 1);
		p->path[mark] = '\0';
		break;
	case SCHEMA_INT32:
	case SCHEMA_INT64:
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_BOOL:
	case SCHEMA_DOUBLE:
	case SCHEMA_ENUM:
		/* A string where a number should be. */
		try_leaf(p, depth, f->name.p);
		break;
	}
}

static void walk(struct plan *p, const struct schema_msg *m, int depth)
{
	if (depth > MAX_DEPTH)
		return;
	/* A type inside of itself: once is enough. */
	for (int i = 0; i < depth - 1; i++)
		if (p->seen[i] == m)
			return;
	if (depth > 0)
		p->seen[depth - 1] = m;
	for (size_t i = 0; i < m->n; i++)
		one_field(p, &m->fields[i], depth);
	/* And one that no descriptor has. */
	if (depth > 0) {
		p->num[depth] = 7777;
		try_leaf(p, depth, "unknown");
	}
}

/* What cannot be judged cannot be judged when it comes again, either. */
static void again(struct recordwalk *w)
{
	struct buf b = {0};
	struct record r;
	sv out;

	pb_put_bytes(&b, 8, SV("0123456789abcdef"));
	pb_put_bytes(&b, 9, SV("web-0"));
	pb_put_bytes(&b, 10, SV("shop"));
	pb_put_bytes(&b, 29, SV("\x0a\x7f"));
	wrap(&b, RECORD_CALL);
	ok(record_parse(buf_view(&b), &r) &&
		   recordwalk_run(w, &r, &out) == RECORDWALK_BAD &&
		   recordwalk_run(w, &r, &out) == RECORDWALK_BAD,
	   "a malformed label is no record, the second time, too");
	buf_release(&b);
}

int main(int argc, char **argv)
{
	struct redact *r = redact_new(NULL);
	struct recordwalk_opts o = {.strict_paths = true};
	struct plan p = {.walk = recordwalk_new(r, &o)};

	if (argc > 1)
		p.out = fopen(argv[1], "w");
	for (size_t i = 0; i < ARRAY_LEN(plants); i++) {
		size_t before = p.fields, leaks = p.leaks;

		p.plant = plants[i];
		walk(&p, record_schema(), 0);
		ok(p.leaks == leaks && p.fields - before > 500,
		   "%zu fields with %s: %zu leaks", p.fields - before,
		   plants[i], p.leaks - leaks);
	}
	again(p.walk);
	if (p.out)
		ok(fclose(p.out) == 0, "%s is written", argv[1]);
	recordwalk_free(p.walk);
	redact_free(r);
	return tap_done();
}
