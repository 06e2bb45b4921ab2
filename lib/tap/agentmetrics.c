/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/agentmetrics.h"

#include <curl/curl.h>
#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "tap/promtext.h"

#define TIMEOUT_MS 5000L
#define MOST (8 * MIB) /* an agent's text has some 100 KiB */

/* Names of the agent's pkg/metrics; its observer, listeners and exporter. */
static const char *const names[AGENTMETRICS_COUNTERS] = {
	"tetragon_notify_overflowed_events_total",
	"tetragon_bpf_missed_events_total",
	"tetragon_observer_ringbuf_events_lost_total",
	"tetragon_observer_ringbuf_queue_events_lost_total",
	"tetragon_export_ratelimit_events_dropped_total",
};

const char *agentmetrics_name(size_t counter)
{
	return names[counter];
}

void agentmetrics_parse(sv text, struct agentmetrics *m)
{
	struct promtext p = promtext_walk(text);
	struct promtext_sample s;

	*m = (struct agentmetrics){0};
	while (promtext_next(&p, &s)) {
		for (size_t i = 0; i < AGENTMETRICS_COUNTERS; i++) {
			if (!sv_eq(s.name, sv_str(names[i])) ||
			    !isfinite(s.value) || s.value < 0 ||
			    s.value > 1e18)
				continue;
			m->n[i] += (uint64_t)s.value;
			m->known[i] = true;
		}
	}
}

static size_t on_data(char *p, size_t one, size_t n, void *arg)
{
	struct buf *b = arg;

	(void)one;
	if (b->n + n > MOST)
		return 0;
	buf_add(b, p, n);
	return n;
}

static CURLcode get(CURL *c, const char *url, struct buf *body)
{
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	return curl_easy_perform(c);
}

bool agentmetrics_read(const char *url, struct agentmetrics *m, char *why,
		       size_t why_size)
{
	CURL *c = curl_easy_init();
	struct buf body = {0};
	CURLcode r;

	if (!c) {
		snprintf(why, why_size, "libcurl does not start");
		return false;
	}
	r = get(c, url, &body);
	if (r != CURLE_OK)
		snprintf(why, why_size, "%s", curl_easy_strerror(r));
	else
		agentmetrics_parse(buf_view(&body), m);
	curl_easy_cleanup(c);
	buf_release(&body);
	return r == CURLE_OK;
}

bool agentmetrics_moved(const struct agentmetrics *before,
			const struct agentmetrics *now, size_t counter,
			struct agentmetrics_move *move)
{
	uint64_t a = before->n[counter], b = now->n[counter];

	if (!now->known[counter] || a == b)
		return false;
	*move = (struct agentmetrics_move){.by = b > a ? b - a : b,
					   .restarted = b < a};
	return b > 0;
}
