/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/ring.h"

#include <pthread.h>
#include <time.h>

#include "base/mem.h"

#define BLOCK_SIZE (64 * KIB)
#define KEEP_FREE 32 /* blocks; what a burst needed beyond goes back */

struct ring {
	struct ring_opts o;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct ring_block *first, **last; /* full ones, oldest first */
	struct ring_block *open;	  /* the one being filled */
	struct ring_block *spare;
	size_t n_spare;
	size_t held;   /* bytes of all blocks but the spare ones */
	size_t queued; /* of them, not yet taken */
	bool taker_waits, putter_waits;
	bool dropping; /* the grace time was used up */
	bool ended, cancelled;
};

struct ring *ring_new(const struct ring_opts *o)
{
	struct ring *r = mem_zalloc(sizeof(*r));
	pthread_condattr_t attr;

	r->o = *o;
	r->last = &r->first;
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->filled, &attr);
	pthread_cond_init(&r->emptied, &attr);
	pthread_condattr_destroy(&attr);
	return r;
}

static void free_list(struct ring_block *b)
{
	while (b) {
		struct ring_block *next = b->next;

		mem_free(b);
		b = next;
	}
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	free_list(r->first);
	free_list(r->spare);
	mem_free(r->open);
	pthread_cond_destroy(&r->filled);
	pthread_cond_destroy(&r->emptied);
	pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

static struct timespec in_ms(uint64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* --- blocks, with the lock held ------------------------------------------ */

static void recycle(struct ring *r, struct ring_block *b)
{
	r->held -= b->cap;
	if (b->cap != BLOCK_SIZE || r->n_spare == KEEP_FREE) {
		mem_free(b);
		return;
	}
	b->next = r->spare;
	r->spare = b;
	r->n_spare++;
}

static struct ring_block *new_block(struct ring *r, size_t need)
{
	size_t cap = MAX(need, (size_t)BLOCK_SIZE);
	struct ring_block *b = r->spare;

	if (cap == BLOCK_SIZE && b) {
		r->spare = b->next;
		r->n_spare--;
	} else {
		b = mem_alloc(sizeof(*b) + cap);
		b->cap = cap;
	}
	b->n = 0;
	b->tag = 0;
	b->next = NULL;
	r->held += cap;
	return b;
}

static void enqueue(struct ring *r, struct ring_block *b)
{
	*r->last = b;
	r->last = &b->next;
	r->queued += b->n;
}

static void close_open(struct ring *r)
{
	if (!r->open)
		return;
	if (r->open->n)
		enqueue(r, r->open);
	else
		recycle(r, r->open);
	r->open = NULL;
}

/* The oldest block that is no note; false where there is none. */
static bool drop_oldest(struct ring *r)
{
	struct ring_block **at = &r->first, *b;
	size_t pos = 0;
	sv entry;

	while (*at && (*at)->tag)
		at = &(*at)->next;
	b = *at;
	if (!b)
		return false;
	*at = b->next;
	if (r->last == &b->next)
		r->last = at;
	r->queued -= b->n;
	while (ring_entry(b, &pos, &entry))
		r->o.on_drop(r->o.arg, entry);
	recycle(r, b);
	return true;
}

static void wake_taker(struct ring *r)
{
	if (!r->taker_waits)
		return;
	r->taker_waits = false;
	pthread_cond_signal(&r->filled);
}

static bool fits(const struct ring *r, size_t cap)
{
	return !r->held || r->held + cap <= r->o.bytes;
}

/* Waits for room, up to `until`; false when that is past. */
static bool wait_for_room(struct ring *r, size_t cap,
			  const struct timespec *until)
{
	while (!r->cancelled && !fits(r, cap)) {
		int err = 0;

		r->putter_waits = true;
		if (until)
			err = pthread_cond_timedwait(&r->emptied, &r->lock,
						     until);
		else
			pthread_cond_wait(&r->emptied, &r->lock);
		if (err)
			return fits(r, cap);
	}
	return true;
}

/* Room for a block of cap bytes, whatever that takes. */
static void make_room(struct ring *r, size_t cap)
{
	struct timespec until = in_ms(r->o.grace_ms);

	if (fits(r, cap))
		return;
	wake_taker(r);
	if (r->o.block) {
		wait_for_room(r, cap, NULL);
		return;
	}
	if (!r->dropping && wait_for_room(r, cap, &until))
		return;
	r->dropping = true;
	while (!fits(r, cap) && drop_oldest(r))
		;
	/* What the taker holds comes back; notes alone never fill it. */
	wait_for_room(r, cap, NULL);
}

/* --- the producer -------------------------------------------------------- */

static void copy_in(struct ring_block *b, sv head, const sv *parts, size_t n,
		    uint32_t size)
{
	char *p = b->data + b->n;

	memcpy(p, &size, sizeof(size));
	p += sizeof(size);
	memcpy(p, head.p, head.n);
	p += head.n;
	for (size_t i = 0; i < n; i++) {
		memcpy(p, parts[i].p, parts[i].n);
		p += parts[i].n;
	}
	b->n = (size_t)(p - b->data);
}

bool ring_put(struct ring *r, sv head, const sv *parts, size_t n)
{
	size_t size = head.n, need;
	bool ok;

	for (size_t i = 0; i < n; i++)
		size += parts[i].n;
	need = size + sizeof(uint32_t);
	pthread_mutex_lock(&r->lock);
	if (r->open && r->open->cap - r->open->n < need) {
		close_open(r);
		wake_taker(r);
	}
	if (!r->open) {
		make_room(r, MAX(need, (size_t)BLOCK_SIZE));
		r->open = new_block(r, need);
	}
	ok = !r->cancelled;
	if (ok)
		copy_in(r->open, head, parts, n, (uint32_t)size);
	wake_taker(r);
	pthread_mutex_unlock(&r->lock);
	return ok;
}

bool ring_note(struct ring *r, int tag, sv text)
{
	struct ring_block *b;
	bool ok;

	pthread_mutex_lock(&r->lock);
	close_open(r);
	b = mem_alloc(sizeof(*b) + text.n);
	*b = (struct ring_block){.n = text.n, .cap = text.n, .tag = tag};
	if (text.n)
		memcpy(b->data, text.p, text.n);
	r->held += b->cap;
	enqueue(r, b);
	ok = !r->cancelled;
	wake_taker(r);
	pthread_mutex_unlock(&r->lock);
	return ok;
}

void ring_end(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->ended = true;
	wake_taker(r);
	pthread_mutex_unlock(&r->lock);
}

/* --- the consumer -------------------------------------------------------- */

static struct ring_block *pop(struct ring *r)
{
	struct ring_block *b;

	if (!r->first)
		close_open(r);
	b = r->first;
	if (!b)
		return NULL;
	r->first = b->next;
	if (!r->first)
		r->last = &r->first;
	r->queued -= b->n;
	return b;
}

struct ring_block *ring_take(struct ring *r, int wait_ms, bool *ended,
			     void (*locked)(void *arg), void *arg)
{
	struct ring_block *b;

	pthread_mutex_lock(&r->lock);
	b = pop(r);
	if (!b && !r->ended && wait_ms) {
		struct timespec until = in_ms((uint64_t)wait_ms);

		r->taker_waits = true;
		pthread_cond_timedwait(&r->filled, &r->lock, &until);
		r->taker_waits = false;
		b = pop(r);
	}
	*ended = !b && r->ended;
	locked(arg);
	pthread_mutex_unlock(&r->lock);
	return b;
}

void ring_give_back(struct ring *r, struct ring_block *b)
{
	pthread_mutex_lock(&r->lock);
	recycle(r, b);
	if (r->held <= r->o.bytes / 2)
		r->dropping = false;
	if (r->putter_waits) {
		r->putter_waits = false;
		pthread_cond_signal(&r->emptied);
	}
	pthread_mutex_unlock(&r->lock);
}

void ring_cancel(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->cancelled = true;
	pthread_cond_signal(&r->emptied);
	pthread_mutex_unlock(&r->lock);
}

bool ring_entry(const struct ring_block *b, size_t *at, sv *entry)
{
	uint32_t size;

	if (*at >= b->n)
		return false;
	memcpy(&size, b->data + *at, sizeof(size));
	*entry = (sv){b->data + *at + sizeof(size), size};
	*at += sizeof(size) + size;
	return true;
}

size_t ring_used(struct ring *r)
{
	size_t n;

	pthread_mutex_lock(&r->lock);
	n = r->queued + (r->open ? r->open->n : 0);
	pthread_mutex_unlock(&r->lock);
	return n;
}
