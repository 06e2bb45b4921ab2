/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backoff.h - how long to wait before the next attempt: doubled each time up
 * to a bound, with jitter, so that a thousand taps do not come back at once.
 */
#ifndef RT_BACKOFF_H
#define RT_BACKOFF_H

#include "base/base.h"

struct backoff {
	uint64_t failures; /* attempts in a row without a connection */
	unsigned int step;
	uint64_t seed;
	bool ever_connected;
};

void backoff_init(struct backoff *b);
/* An attempt failed, or succeeded. */
void backoff_failed(struct backoff *b);
void backoff_connected(struct backoff *b);
/* The connection was of use: the next wait is short again. */
void backoff_reset(struct backoff *b);
/* 100 ms doubled with each call, 30 s at most, times 0.5 to 1. */
uint64_t backoff_next_ms(struct backoff *b);

#endif
