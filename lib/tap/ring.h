/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - records between the thread that drains the agent's stream and the
 * one that writes: a first-in first-out queue of bytes with a bound.
 *
 * Bytes stand in blocks that change hands whole, so that a consumer which
 * keeps up costs the producer one short critical section a record. When the
 * bound is reached the producer waits: its socket fills, and HTTP/2 flow
 * control holds the agent. After the grace time the oldest block goes (unless
 * `block` says never), and every record in it is reported to on_drop.
 *
 * One thread puts, one takes.
 */
#ifndef RT_RING_H
#define RT_RING_H

#include "base/base.h"

struct ring;

/* Called for each dropped entry, with the lock held: be short. */
typedef void ring_drop(void *arg, sv entry);

struct ring_opts {
	size_t bytes;	   /* of all blocks together */
	uint64_t grace_ms; /* how long the agent is held before a drop */
	bool block;	   /* never drop */
	ring_drop *on_drop;
	void *arg;
};

struct ring_block {
	struct ring_block *next;
	size_t n, cap;	/* bytes used, bytes there */
	int tag;	/* 0: entries; else a note of the producer */
	char data[];
};

struct ring *ring_new(const struct ring_opts *o);
void ring_free(struct ring *r);

/*
 * Appends one entry, head followed by the parts, which together have n_parts
 * bytes. One that is larger than the bound goes through alone. False when
 * ring_cancel was called.
 */
bool ring_put(struct ring *r, sv head, const sv *parts, size_t n);
/* A note in its place among the entries, which is never dropped. */
bool ring_note(struct ring *r, int tag, sv text);
/* Nothing more will be put. */
void ring_end(struct ring *r);

/*
 * The oldest block, for the caller to give back with ring_give_back; NULL
 * after wait_ms without any, or (*ended) when no more will come. `locked` runs
 * first, with the lock held: the place to collect what on_drop gathered.
 */
struct ring_block *ring_take(struct ring *r, int wait_ms, bool *ended,
			     void (*locked)(void *arg), void *arg);
void ring_give_back(struct ring *r, struct ring_block *b);
/* Makes the producer give up. */
void ring_cancel(struct ring *r);

/* The next entry of a block; *at starts with 0. False: no more. */
bool ring_entry(const struct ring_block *b, size_t *at, sv *entry);

/* Bytes that wait. */
size_t ring_used(struct ring *r);

#endif
