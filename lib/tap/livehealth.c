/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/livehealth.h"

#include <stdio.h>
#include <time.h>

#include "pipe/metrics.h"
#include "pipe/metrics_http.h"

static struct metric used = {.name = "tetragon_buffer_bytes",
			     .help = "Events that wait to be written",
			     .label = "",
			     .gauge = true};
static struct metric bound = {.name = "tetragon_buffer_limit_bytes",
			      .help = "Most that may wait",
			      .label = "",
			      .gauge = true};
static struct metric lag = {.name = "tetragon_latency_seconds",
			    .help = "Age of the newest event when written",
			    .label = "",
			    .gauge = true,
			    .unit = 1000};
static struct metric up = {.name = "tetragon_connected",
			   .help = "Is there a stream from the agent?",
			   .label = "",
			   .gauge = true};
static struct metric streams = {.name = "tetragon_connects_total",
				.help = "Streams that were begun",
				.label = ""};
static struct metric newest = {.name = "tetragon_last_event_seconds",
			       .help = "Time of the newest event written",
			       .label = "",
			       .gauge = true};

void livehealth_register_metrics(void)
{
	struct metric *const all[] = {&used, &bound,   &lag,
				      &up,   &streams, &newest};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		metrics_register(all[i]);
}

void livehealth_init(struct livehealth *h, const char *target,
		     uint64_t capacity)
{
	*h = (struct livehealth){.target = target};
	metric_set(&bound, capacity);
	metrics_http_health(false, "not connected yet");
}

void livehealth_event(struct livehealth *h, struct timestamp t)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (now.tv_sec - t.sec) * 1000 + (now.tv_nsec - t.nsec) / 1000000;
	h->last = t;
	/* A clock may be ahead of ours. */
	h->lag_ms = ms > 0 ? (uint64_t)ms : 0;
}

void livehealth_tick(const struct livehealth *h, bool connected,
		     uint64_t buffered)
{
	char text[200], when[RFC3339_MAX + 1] = "none";

	if (timestamp_is_set(h->last) && timestamp_valid(h->last))
		*rfc3339_format(when, h->last) = '\0';
	snprintf(text, sizeof(text),
		 "%s; lag %llu.%03llu s; last event %s; streams begun %llu",
		 connected ? "connected" : "not connected",
		 (unsigned long long)h->lag_ms / 1000,
		 (unsigned long long)h->lag_ms % 1000, when,
		 (unsigned long long)h->connects);
	metrics_http_health(connected, text);
	metric_set(&used, buffered);
	metric_set(&lag, h->lag_ms);
	metric_set(&up, connected);
	metric_set(&streams, h->connects);
	metric_set(&newest, h->last.sec > 0 ? (uint64_t)h->last.sec : 0);
}
