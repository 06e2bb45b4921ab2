/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/backoff.h"

#include <time.h>
#include <unistd.h>

#define FIRST_MS 100u
#define MOST_MS 30000u

void backoff_init(struct backoff *b)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	*b = (struct backoff){.seed = (uint64_t)t.tv_nsec ^
				      (uint64_t)getpid() << 32};
}

void backoff_failed(struct backoff *b)
{
	b->failures++;
}

void backoff_connected(struct backoff *b)
{
	b->failures = 0;
	b->ever_connected = true;
}

void backoff_reset(struct backoff *b)
{
	b->step = 0;
}

uint64_t backoff_next_ms(struct backoff *b)
{
	uint64_t ms = FIRST_MS << MIN(b->step, 16u);

	b->step++;
	ms = MIN(ms, (uint64_t)MOST_MS);
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return ms / 2 + (b->seed >> 33) % (ms / 2 + 1);
}
