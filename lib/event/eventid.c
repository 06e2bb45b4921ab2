/* SPDX-License-Identifier: Apache-2.0 */
#include "event/eventid.h"

#include "base/mem.h"
#include "base/sha256.h"

#define ID_BYTES 16
#define SLOTS (2 * EVENTID_WINDOW) /* power of two, half full at most */

/* One generation of ids seen; when it is full it becomes the last one. */
struct seen {
	uint8_t id[SLOTS][ID_BYTES];
	uint32_t times[SLOTS]; /* 0: free */
	size_t n;
};

struct eventid {
	struct sha256 sha;
	struct seen *now, *last;
};

struct eventid *eventid_new(void)
{
	struct eventid *e = mem_zalloc(sizeof(*e));

	if (!sha256_init(&e->sha)) {
		mem_free(e);
		return NULL;
	}
	e->now = mem_zalloc(sizeof(*e->now));
	e->last = mem_zalloc(sizeof(*e->last));
	return e;
}

void eventid_free(struct eventid *e)
{
	if (!e)
		return;
	sha256_release(&e->sha);
	mem_free(e->now);
	mem_free(e->last);
	mem_free(e);
}

/* The slot of the id, or the free one where it would stand. */
static size_t slot_of(const struct seen *s, const uint8_t id[ID_BYTES])
{
	size_t i;

	memcpy(&i, id, sizeof(i));
	for (i &= SLOTS - 1; s->times[i]; i = (i + 1) & (SLOTS - 1))
		if (!memcmp(s->id[i], id, ID_BYTES))
			break;
	return i;
}

/* How often the id was seen before. */
static uint32_t count(struct eventid *e, const uint8_t id[ID_BYTES])
{
	size_t i = slot_of(e->now, id);
	uint32_t before = e->now->times[i];

	if (!before) {
		if (e->now->n == EVENTID_WINDOW) {
			struct seen *old = e->last;

			e->last = e->now;
			e->now = old;
			memset(old, 0, sizeof(*old));
			i = slot_of(old, id);
		}
		before = e->last->times[slot_of(e->last, id)];
		memcpy(e->now->id[i], id, ID_BYTES);
		e->now->n++;
	}
	e->now->times[i] = before + 1;
	return before;
}

static char *put_be(char *p, uint64_t v, size_t n)
{
	while (n--)
		*p++ = (char)(v >> 8 * n);
	return p;
}

static char *put_part(char *p, sv s)
{
	p = put_be(p, s.n, 4);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

static char *put_number(char *p, uint64_t v, size_t n)
{
	return put_be(put_be(p, n, 4), v, n);
}

static bool hash_key(struct eventid *e, const struct eventid_key *k,
		     uint8_t sum[SHA256_LEN])
{
	char head[512], *p = head;
	sv parts[] = {k->node, k->exec_id, k->hook, k->build_id};
	size_t n = 0;

	/* Names from foreign bytes may be long: then part by part. */
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		n += parts[i].n;
	p = put_part(p, SV("rt-event-1"));
	p = put_number(p, (uint64_t)k->time.sec, 8);
	p = put_number(p, (uint32_t)k->time.nsec, 4);
	p = put_number(p, k->type, 4);
	p = put_number(p, k->tid, 4);
	if (k->has_return)
		p = put_number(p, k->return_value, 8);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (n <= 256) {
			p = put_part(p, parts[i]);
			continue;
		}
		p = put_be(p, parts[i].n, 4);
		sha256_update(&e->sha, (sv){head, (size_t)(p - head)});
		sha256_update(&e->sha, parts[i]);
		p = head;
	}
	sha256_update(&e->sha, (sv){head, (size_t)(p - head)});
	return sha256_final(&e->sha, sum);
}

bool eventid_make(struct eventid *e, const struct eventid_key *k,
		  char out[EVENTID_LEN])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t sum[SHA256_LEN];
	uint32_t before;

	if (!hash_key(e, k, sum))
		return false;
	before = count(e, sum);
	if (before) {
		char again[ID_BYTES + 4];

		memcpy(again, sum, ID_BYTES);
		put_be(again + ID_BYTES, before, 4);
		sha256_update(&e->sha, (sv){again, sizeof(again)});
		if (!sha256_final(&e->sha, sum))
			return false;
	}
	for (size_t i = 0; i < ID_BYTES; i++) {
		out[2 * i] = hex[sum[i] >> 4];
		out[2 * i + 1] = hex[sum[i] & 15];
	}
	return true;
}
