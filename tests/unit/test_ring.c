/* SPDX-License-Identifier: Apache-2.0 */
/* The ring: order, the bound, what is dropped and what never is. */
#include "tap/ring.h"

#include <pthread.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tap.h"

#define ENTRIES 200000u

struct run {
	struct ring *ring;
	uint32_t size; /* of an entry */
	uint64_t dropped, last_dropped;
	uint64_t seen, out_of_order, notes;
	uint64_t next; /* number expected at least */
};

static uint64_t number(sv entry)
{
	uint64_t n;

	memcpy(&n, entry.p, sizeof(n));
	return n;
}

static void on_drop(void *arg, sv entry)
{
	struct run *r = arg;

	r->dropped++;
	r->last_dropped = number(entry);
}

static void nothing(void *arg)
{
	(void)arg;
}

static void *produce(void *arg)
{
	struct run *r = arg;
	char *body = mem_zalloc(r->size);

	for (uint64_t i = 0; i < ENTRIES; i++) {
		sv parts[2] = {{body, r->size / 2},
			       {body + r->size / 2, r->size - r->size / 2}};

		if (i % 1000 == 0)
			ring_note(r->ring, 7, SV("note"));
		ring_put(r->ring, (sv){(char *)&i, sizeof(i)}, parts, 2);
	}
	ring_end(r->ring);
	mem_free(body);
	return NULL;
}

static void consume(struct run *r, long pause_ns)
{
	bool ended = false;

	while (!ended) {
		struct ring_block *b =
			ring_take(r->ring, 50, &ended, nothing, NULL);
		struct timespec t = {.tv_nsec = pause_ns};
		size_t at = 0;
		sv e;

		if (!b)
			continue;
		r->notes += b->tag == 7;
		while (!b->tag && ring_entry(b, &at, &e)) {
			r->out_of_order += number(e) < r->next;
			r->out_of_order += e.n != r->size + 8;
			r->next = number(e) + 1;
			r->seen++;
		}
		ring_give_back(r->ring, b);
		if (pause_ns)
			nanosleep(&t, NULL);
	}
}

static void run(const char *what, struct ring_opts o, uint32_t size,
		long pause_ns, bool drops)
{
	struct run r = {.size = size};
	pthread_t producer;

	o.on_drop = on_drop;
	o.arg = &r;
	r.ring = ring_new(&o);
	pthread_create(&producer, NULL, produce, &r);
	consume(&r, pause_ns);
	pthread_join(producer, NULL);
	ok(r.seen + r.dropped == ENTRIES, "%s: %llu seen, %llu dropped", what,
	   (unsigned long long)r.seen, (unsigned long long)r.dropped);
	ok(!r.out_of_order, "%s: in order and whole", what);
	ok(drops ? r.dropped > 0 : !r.dropped, "%s: drops as they should", what);
	ok(r.notes == ENTRIES / 1000, "%s: no note is dropped", what);
	ok(ring_used(r.ring) == 0, "%s: empty at the end", what);
	ring_free(r.ring);
}

static void large_entry(void)
{
	struct run r = {.size = 4 * 1024 * 1024};
	struct ring_opts o = {.bytes = 256 * KIB, .on_drop = on_drop, .arg = &r};
	char *body = mem_zalloc(r.size);
	struct ring_block *b;
	sv part = {body, r.size}, e;
	size_t at = 0;
	bool ended;

	r.ring = ring_new(&o);
	ok(ring_put(r.ring, SV("headhead"), &part, 1), "larger than the bound");
	b = ring_take(r.ring, 0, &ended, nothing, NULL);
	ok(b && ring_entry(b, &at, &e) && e.n == r.size + 8,
	   "comes out whole");
	ring_give_back(r.ring, b);
	ok(!ring_take(r.ring, 10, &ended, nothing, NULL) && !ended,
	   "waits and gives up");
	ring_end(r.ring);
	ok(!ring_take(r.ring, 10, &ended, nothing, NULL) && ended,
	   "knows the end");
	ring_cancel(r.ring);
	ok(!ring_put(r.ring, SV("x"), NULL, 0), "cancelled");
	ring_free(r.ring);
	mem_free(body);
}

int main(void)
{
	run("fast reader", (struct ring_opts){.bytes = 64 * MIB}, 100, 0,
	    false);
	run("slow reader, held",
	    (struct ring_opts){.bytes = 256 * KIB, .block = true}, 500, 20000,
	    false);
	run("slow reader, dropped",
	    (struct ring_opts){.bytes = 256 * KIB, .grace_ms = 5}, 500,
	    5000000, true);
	run("blocks of one", (struct ring_opts){.bytes = 256 * KIB,
						.block = true},
	    70000, 0, false);
	large_entry();
	return tap_done();
}
