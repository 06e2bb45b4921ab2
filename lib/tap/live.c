/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/live.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "pipe/diag.h"
#include "pipe/metrics_http.h"
#include "pipe/stop.h"
#include "tap/livehealth.h"
#include "tap/losswatch.h"
#include "tap/overflow.h"
#include "tap/posture.h"
#include "tap/ring.h"
#include "tap/session.h"

#define MIN_BUFFER (256 * KIB)
#define WAIT_MS 100
/*
 * After a burst the writer sleeps this long before it asks for a wake-up: at
 * 200,000 events/s one wake-up an event would cost more than the event.
 */
#define LINGER_NS 100000

#define NOTE_AGENT_LOSS 100 /* beside those of session.h */

const char *const live_overflows[] = {"drop-oldest", "block", NULL};

struct live {
	struct stage *stage;
	const struct live_opts *o;
	struct ring *ring;
	struct session *session;
	struct losswatch *losses;
	struct overflow dropping; /* under the ring's lock */
	struct overflow dropped;  /* taken out of it */
	struct livehealth health;
	uint64_t began_ms;
	bool stopping;
	bool output_gone;
	bool lost; /* a gap waits for the first new event */
	struct timestamp lost_from;
	char lost_why[200];
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* --- what the session says ----------------------------------------------- */

static void on_posture(struct live *l, sv body)
{
	stage_put_new(l->stage, RECORD_POSTURE, body);
	diag_info("connected");
}

static void on_lost(struct live *l, sv why)
{
	diag_warn("the stream broke: %.*s", SV_ARG(why));
	if (l->lost)
		return;
	l->lost = true;
	l->lost_from = l->stage->last_time;
	snprintf(l->lost_why, sizeof(l->lost_why), "%.*s", SV_ARG(why));
}

static void on_trouble(sv why)
{
	if (diag_allow("cannot connect"))
		diag_warn("cannot connect, trying again: %.*s", SV_ARG(why));
}

static void on_agent_loss(struct live *l, const struct ring_block *b)
{
	struct losswatch_note n;
	struct gap g;

	memcpy(&n, b->data, sizeof(n));
	if (*n.why) {
		if (diag_allow("cannot read the agent's metrics"))
			diag_warn("cannot read the agent's metrics: %s", n.why);
		return;
	}
	losswatch_gap(&n, &g);
	stage_gap(l->stage, &g);
}

/* From the last event before to the first one behind. */
static void say_lost(struct live *l, struct timestamp to)
{
	struct gap g = {.reason = "reconnect",
			.unknown = true,
			.from = l->lost_from,
			.to = to,
			.detail = sv_str(l->lost_why)};

	l->lost = false;
	stage_gap(l->stage, &g);
}

/* --- blocks -------------------------------------------------------------- */

static bool on_event(struct live *l, sv wire)
{
	struct record r = {.kind = RECORD_TETRAGON, .wire = wire, .raw = true};
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	struct timestamp t = {0, 0};

	if (pb_next(&c, &f) == 1)
		r.body = f.data;
	if (UNLIKELY(l->lost)) {
		record_time(&r, &t);
		say_lost(l, t);
	}
	return stage_take(l->stage, &r);
}

static bool on_block(struct live *l, const struct ring_block *b)
{
	sv text = {b->data, b->n}, entry;
	size_t at = 0;

	switch (b->tag) {
	case SESSION_POSTURE:
		on_posture(l, text);
		return true;
	case SESSION_LOST:
		on_lost(l, text);
		return true;
	case SESSION_TROUBLE:
		on_trouble(text);
		return true;
	case NOTE_AGENT_LOSS:
		on_agent_loss(l, b);
		return true;
	default:
		break;
	}
	while (ring_entry(b, &at, &entry))
		if (!on_event(l, entry))
			return false;
	livehealth_event(&l->health, l->stage->last_time);
	return true;
}

/* With the ring's lock held. */
static void collect(void *arg)
{
	struct live *l = arg;

	l->dropped = l->dropping;
	l->dropping = (struct overflow){0};
}

/* --- the loop ------------------------------------------------------------ */

/* The reader of our output may go while there is nothing to write. */
static bool reader_gone(const struct stage *s)
{
	struct pollfd p = {.fd = s->out.out.fd};

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP));
}

static bool wants_stop(struct live *l)
{
	if (stop_now())
		return true;
	return l->o->duration_ms &&
	       now_ms() - l->began_ms >= l->o->duration_ms;
}

/* The session ends soon; what it has put is still written. */
static void stop(struct live *l)
{
	if (l->stopping)
		return;
	l->stopping = true;
	session_stop(l->session);
}

static void idle(struct live *l)
{
	stage_idle(l->stage);
	if (reader_gone(l->stage)) {
		l->stage->out.out.err = EPIPE;
		l->output_gone = true;
	}
}

static void linger(void)
{
	struct timespec t = {.tv_nsec = LINGER_NS};

	nanosleep(&t, NULL);
}

/* One block, or a wait for one; false at the end. */
static bool step(struct live *l, bool *busy)
{
	struct ring_block *b;
	bool ended, ok;

	b = ring_take(l->ring, *busy ? 0 : WAIT_MS, &ended, collect, l);
	if (l->dropped.total)
		overflow_say(&l->dropped, l->stage);
	if (!b) {
		idle(l);
		if (*busy && !ended)
			linger();
		*busy = false;
		return !ended;
	}
	*busy = true;
	ok = on_block(l, b);
	ring_give_back(l->ring, b);
	return ok;
}

static void run(struct live *l)
{
	bool busy = false;
	uint64_t ticked = 0;

	while (!l->output_gone && step(l, &busy)) {
		uint64_t now = now_ms();

		if (wants_stop(l))
			stop(l);
		if (now - ticked < WAIT_MS)
			continue;
		ticked = now;
		l->health.connects = session_connects(l->session);
		livehealth_tick(&l->health, session_connected(l->session),
				ring_used(l->ring));
	}
}

/* What the last reading of the agent's counters brought. */
static void last_losses(struct live *l)
{
	struct ring_block *b;
	bool ended;

	losswatch_stop(l->losses);
	while ((b = ring_take(l->ring, 0, &ended, collect, l))) {
		if (b->tag == NOTE_AGENT_LOSS)
			on_agent_loss(l, b);
		ring_give_back(l->ring, b);
	}
}

static bool reconnects(const struct live_opts *o)
{
	return o->reconnect && !o->no_reconnect;
}

static enum tool_exit end(struct live *l)
{
	enum tool_exit st;
	char why[600];

	stop(l);
	ring_cancel(l->ring);
	l->health.connects = session_connects(l->session);
	st = session_join(l->session, why, sizeof(why));
	last_losses(l);
	/* An end in order, which nobody wants to go beyond, is no gap; a break
	 * behind which nothing has come yet is one. */
	if (l->lost && (st != TOOL_OK || reconnects(l->o)))
		say_lost(l, (struct timestamp){0, 0});
	if (!l->health.connects)
		stage_cut(l->stage);
	if (st != TOOL_OK && !l->output_gone) {
		diag_error("%s '%s': %s",
			   st == TOOL_REMOTE ? "cannot reach the agent at"
					     : "refused by the agent at",
			   l->health.target, why);
		stage_cut(l->stage);
	}
	return st;
}

static void warn_plaintext(const struct live_opts *o, const char *target)
{
	bool tls = tlsfiles_wanted(&o->tls);

	if (tls && agentinfo_is_unix(target))
		opt_usage("TLS goes over TCP only, not to '%s'", target);
	if (tls || agentinfo_is_local(target))
		return;
	diag_warn("events come unencrypted from '%s'", target);
	diag_hint("--tls-ca-cert-files turns TLS on");
}

enum tool_exit live_run(struct stage *s, const struct live_opts *o, sv request)
{
	struct live l = {.stage = s, .o = o, .began_ms = now_ms()};
	char *target = agentinfo_target(o->address, o->agent_info);
	struct ring_opts ro = {.bytes = MAX(o->buffer, (uint64_t)MIN_BUFFER),
			       .grace_ms = o->grace_ms,
			       .block = !strcmp(o->overflow, "block"),
			       .on_drop = overflow_add,
			       .arg = &l.dropping};
	struct session_opts so = {.target = target,
				  .tls = o->tls,
				  .max_recv = o->max_recv,
				  .timeout_ms = o->connect_ms,
				  .keepalive_ms = o->keepalive_ms,
				  .reconnect = reconnects(o),
				  .max_reconnects = o->max_reconnects,
				  .request = request};
	enum tool_exit st;

	warn_plaintext(o, target);
	s->origin = target;
	l.ring = ring_new(&ro);
	livehealth_init(&l.health, target, ro.bytes);
	if (o->agent_metrics)
		l.losses = losswatch_start(o->agent_metrics, o->metrics_ms,
					   l.ring, NOTE_AGENT_LOSS);
	l.session = session_start(&so, l.ring);
	run(&l);
	st = end(&l);
	s->origin = NULL;
	ring_free(l.ring);
	mem_free(target);
	return st;
}

void live_register_metrics(void)
{
	overflow_register_metrics();
	livehealth_register_metrics();
}
