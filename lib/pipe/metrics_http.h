/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_http.h - --metrics-listen: GET /metrics and /healthz on an address
 * (libmicrohttpd, one thread of its own).
 */
#ifndef RT_METRICS_HTTP_H
#define RT_METRICS_HTTP_H

#include "base/base.h"

/* addr: HOST:PORT, :PORT (loopback) or [v6]:PORT. NULL, or what is wrong. */
const char *metrics_http_start(const char *addr);
/* The same for --metrics-listen: NULL does nothing, a bad one exits 2. */
void metrics_http_start_or_die(const char *addr);
void metrics_http_stop(void);
/* What /healthz says: 200 or 503, and a line that may change. Any thread. */
void metrics_http_health(bool ok, const char *text);

#endif
