/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/session.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/record.h"
#include "tap/agent.h"
#include "tap/agentinfo.h"
#include "tap/backoff.h"
#include "tap/posture.h"
#include "tap/tlsprobe.h"

#define TICK_MS 100	/* between looks at whether to stop */
#define WHY_SIZE 600
/*
 * A stream of this age counts as healthy. One that breaks sooner, if with a few
 * events, is an agent in trouble, to which we come back less and less often.
 */
#define STABLE_MS 1000

struct session {
	struct session_opts o;
	struct ring *ring;
	pthread_t thread;
	atomic_bool stop, connected;
	atomic_ullong connects;
	bool tls;
	struct backoff backoff;
	enum tool_exit status;
	char why[WHY_SIZE];
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- the record of one message ------------------------------------------- */

static bool put_event(struct session *s, const sv *parts, size_t n)
{
	char head[2 * PB_MAX_VARINT];
	size_t size = 0;
	char *p;

	for (size_t i = 0; i < n; i++)
		size += parts[i].n;
	p = pb_write_tag(head, RECORD_TETRAGON, PB_LEN);
	p = pb_write_varint(p, size);
	return ring_put(s->ring, (sv){head, (size_t)(p - head)}, parts, n);
}

/* --- one connection ------------------------------------------------------ */

/* What TLS itself says is worth more than gRPC's words. */
static bool explain_tls(struct session *s, const struct tls_pem *pem)
{
	return s->tls &&
	       tlsprobe_explain(s->o.target, s->o.tls.server_name, pem,
				s->o.tls.skip_verify, s->why, sizeof(s->why));
}

/* An optional call: an agent without it has nothing to say. */
static enum agent_status ask(struct agent *a, const char *method,
			     struct buf *reply)
{
	enum agent_status st = agent_call(a, method, SV(""), reply);

	if (st != AGENT_OK)
		reply->n = 0;
	return st == AGENT_MISSING || st == AGENT_REFUSED ? AGENT_OK : st;
}

static void note_posture(struct session *s, const struct posture_answers *a)
{
	struct timespec t;
	struct buf b = {0};

	clock_gettime(CLOCK_REALTIME, &t);
	posture_write(a, (struct timestamp){t.tv_sec, (int32_t)t.tv_nsec}, &b);
	ring_note(s->ring, SESSION_POSTURE, buf_view(&b));
	buf_release(&b);
}

/* Is somebody there, and what does it watch? */
static enum agent_status greet(struct session *s, struct agent *a,
			       const struct tls_pem *pem)
{
	struct buf version = {0}, policies = {0}, health = {0};
	enum agent_status st = ask(a, "GetVersion", &version);

	if (st == AGENT_OK)
		st = ask(a, "ListTracingPolicies", &policies);
	if (st == AGENT_OK)
		st = ask(a, "GetHealth", &health);
	if (st == AGENT_OK)
		note_posture(s, &(struct posture_answers){
					buf_view(&version),
					buf_view(&policies),
					buf_view(&health)});
	else if (!explain_tls(s, pem))
		snprintf(s->why, sizeof(s->why), "%s", agent_why(a));
	buf_release(&version);
	buf_release(&policies);
	buf_release(&health);
	return st;
}

static enum agent_status drain(struct session *s, struct agent *a)
{
	enum agent_status st;
	const sv *parts;
	size_t n;

	for (;;) {
		st = agent_next(a, TICK_MS, &parts, &n);
		if (st != AGENT_OK)
			return st;
		if (n && !put_event(s, parts, n))
			return AGENT_STOPPED;
		if (atomic_load_explicit(&s->stop, memory_order_relaxed))
			return AGENT_STOPPED;
	}
}

/* From subscribing to the end of the stream. */
static enum agent_status stream(struct session *s, struct agent *a)
{
	uint64_t begin = now_ms();
	enum agent_status st;

	agent_subscribe(a, s->o.request);
	atomic_store(&s->connected, true);
	atomic_fetch_add(&s->connects, 1);
	backoff_connected(&s->backoff);
	st = drain(s, a);
	atomic_store(&s->connected, false);
	if (now_ms() - begin > STABLE_MS)
		backoff_reset(&s->backoff);
	if (st == AGENT_STOPPED || (st == AGENT_END && !s->o.reconnect))
		return st;
	snprintf(s->why, sizeof(s->why), "%s",
		 st == AGENT_END ? "the agent ended the stream"
				 : agent_why(a));
	ring_note(s->ring, SESSION_LOST, sv_str(s->why));
	return st;
}

static enum agent_status connect_once(struct session *s)
{
	struct agent_opts ao = {.address = s->o.target,
				.server_name = s->o.tls.server_name,
				.skip_verify = s->o.tls.skip_verify,
				.max_recv = s->o.max_recv,
				.timeout_ms = s->o.timeout_ms,
				.keepalive_ms = s->o.keepalive_ms,
				.stop = &s->stop};
	struct tls_pem pem = {0};
	enum agent_status st;
	struct agent *a;

	if (s->tls && !tlsfiles_read(&s->o.tls, &pem, s->why, sizeof(s->why)))
		return AGENT_LOST;
	ao.tls = s->tls ? &pem : NULL;
	a = agent_new(&ao);
	st = greet(s, a, &pem);
	if (st == AGENT_OK)
		st = stream(s, a);
	agent_free(a);
	tlsfiles_release(&pem);
	return st;
}

/* --- over connections ---------------------------------------------------- */

static bool stopped(const struct session *s)
{
	return atomic_load(&s->stop);
}

static void pause_ms(const struct session *s, uint64_t ms)
{
	uint64_t until = now_ms() + ms;

	while (!stopped(s) && now_ms() < until) {
		struct timespec t = {.tv_nsec = 20 * 1000000};

		nanosleep(&t, NULL);
	}
}

/* Is there no use in another attempt? */
static bool is_final(const struct session *s, enum agent_status st,
		     bool was_connected)
{
	if (st == AGENT_REFUSED || st == AGENT_MISSING)
		return true;
	if (!s->o.reconnect)
		return true;
	/* A certificate that never worked is a mistake, one that worked may
	 * just be in rotation. */
	if (s->tls && !was_connected && !s->backoff.ever_connected)
		return true;
	return s->o.max_reconnects &&
	       s->backoff.failures >= s->o.max_reconnects;
}

static enum tool_exit exit_code(enum agent_status st)
{
	switch (st) {
	case AGENT_END:
		return TOOL_OK;
	case AGENT_REFUSED:
	case AGENT_MISSING:
		return TOOL_USAGE; /* asking again would not help */
	default:
		return TOOL_REMOTE;
	}
}

static void *run(void *arg)
{
	struct session *s = arg;

	while (!stopped(s)) {
		uint64_t before = atomic_load(&s->connects);
		enum agent_status st = connect_once(s);
		bool connected = atomic_load(&s->connects) != before;

		if (stopped(s) || st == AGENT_STOPPED)
			break;
		if (!connected)
			backoff_failed(&s->backoff);
		if (is_final(s, st, connected)) {
			s->status = exit_code(st);
			break;
		}
		if (!connected)
			ring_note(s->ring, SESSION_TROUBLE, sv_str(s->why));
		pause_ms(s, backoff_next_ms(&s->backoff));
	}
	ring_end(s->ring);
	return NULL;
}

struct session *session_start(const struct session_opts *o, struct ring *ring)
{
	struct session *s = mem_zalloc(sizeof(*s));
	sigset_t all, old;

	s->o = *o;
	s->ring = ring;
	s->tls = tlsfiles_wanted(&o->tls);
	backoff_init(&s->backoff);
	/* Signals are for the writing thread; gRPC's threads inherit this. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&s->thread, NULL, run, s) != 0)
		mem_alloc(SIZE_MAX); /* no thread is no memory */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return s;
}

void session_stop(struct session *s)
{
	atomic_store(&s->stop, true);
}

enum tool_exit session_join(struct session *s, char *why, size_t why_size)
{
	enum tool_exit st;

	pthread_join(s->thread, NULL);
	st = s->status;
	snprintf(why, why_size, "%s", s->why);
	mem_free(s);
	return st;
}

bool session_connected(const struct session *s)
{
	return atomic_load(&s->connected);
}

uint64_t session_connects(const struct session *s)
{
	return atomic_load(&s->connects);
}
