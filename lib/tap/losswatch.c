/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/losswatch.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "tap/agentmetrics.h"

struct losswatch {
	const char *url;
	uint64_t interval_ms;
	struct ring *ring;
	int tag;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool stop;
	struct agentmetrics last;
	struct timestamp last_time;
	bool has_last;
};

static struct timestamp now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct timestamp){t.tv_sec, (int32_t)t.tv_nsec};
}

static void put(struct losswatch *w, const struct losswatch_note *n)
{
	ring_note(w->ring, w->tag, (sv){(const char *)n, sizeof(*n)});
}

static void compare(struct losswatch *w, const struct agentmetrics *m,
		    struct timestamp t)
{
	for (size_t i = 0; i < AGENTMETRICS_COUNTERS; i++) {
		struct agentmetrics_move move;
		struct losswatch_note n = {.counter = i,
					   .from = w->last_time,
					   .to = t};

		if (!agentmetrics_moved(&w->last, m, i, &move))
			continue;
		n.by = move.by;
		n.restarted = move.restarted;
		put(w, &n);
	}
}

static void look(struct losswatch *w)
{
	struct losswatch_note trouble = {0};
	struct agentmetrics m;
	struct timestamp t;

	if (!agentmetrics_read(w->url, &m, trouble.why, sizeof(trouble.why))) {
		put(w, &trouble);
		return;
	}
	t = now();
	if (w->has_last)
		compare(w, &m, t);
	w->last = m;
	w->last_time = t;
	w->has_last = true;
}

/* False when it is time to stop. */
static bool wait_interval(struct losswatch *w)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (time_t)(w->interval_ms / 1000);
	until.tv_nsec += (long)(w->interval_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	if (!w->stop)
		pthread_cond_timedwait(&w->woken, &w->lock, &until);
	go_on = !w->stop;
	pthread_mutex_unlock(&w->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct losswatch *w = arg;

	while (wait_interval(w))
		look(w);
	look(w);
	return NULL;
}

struct losswatch *losswatch_start(const char *url, uint64_t interval_ms,
				  struct ring *ring, int tag)
{
	struct losswatch *w = mem_zalloc(sizeof(*w));
	sigset_t all, old;

	w->url = url;
	w->interval_ms = interval_ms;
	w->ring = ring;
	w->tag = tag;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->woken, NULL);
	look(w);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&w->thread, NULL, run, w) != 0)
		mem_alloc(SIZE_MAX); /* no thread is no memory */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return w;
}

void losswatch_stop(struct losswatch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->woken);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->woken);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

void losswatch_gap(const struct losswatch_note *n, struct gap *g)
{
	*g = (struct gap){.reason = "agent_counter",
			  .count = n->by,
			  .unknown = n->restarted,
			  .from = n->from,
			  .to = n->to,
			  .scope = sv_str(agentmetrics_name(n->counter)),
			  .detail = n->restarted
					    ? SV("the counter began anew")
					    : SV_NULL};
}
