/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - counters, gauges and histograms in Prometheus' text format
 * (prometheus.io, "Exposition formats", 0.0.4). The names are the seeds'.
 * Written by the record thread, readable by another: plain relaxed stores.
 */
#ifndef RT_METRICS_H
#define RT_METRICS_H

#include "base/base.h"
#include "base/buf.h"

struct metric {
	const char *name; /* constant */
	const char *help;
	const char *label; /* "" or `probe_type="Kprobe"` */
	bool gauge;
	uint64_t unit; /* value in one unit of what is exported; 0: 1 */
	uint64_t value;
	struct metric *next;
};

#define METRICS_BUCKETS 12

struct metric_histogram {
	const char *name;
	const char *help;
	double unit; /* nanoseconds in one unit of the exported value */
	uint64_t count[METRICS_BUCKETS + 1];
	uint64_t sum_ns;
	struct metric_histogram *next;
};

/* Registers m (static storage); rows of one name are written together. */
void metrics_register(struct metric *m);
void metrics_register_histogram(struct metric_histogram *h);

static inline void metric_add(struct metric *m, uint64_t n)
{
	uint64_t v = __atomic_load_n(&m->value, __ATOMIC_RELAXED);

	__atomic_store_n(&m->value, v + n, __ATOMIC_RELAXED);
}

static inline void metric_set(struct metric *m, uint64_t v)
{
	__atomic_store_n(&m->value, v, __ATOMIC_RELAXED);
}

void metric_observe(struct metric_histogram *h, uint64_t ns);

/* All that is registered, as text. */
void metrics_print(struct buf *out);

/*
 * --metrics-file: written beside the file and renamed over it, at most every
 * 5 seconds (metrics_tick) and at the end (metrics_flush: true, or errno).
 */
void metrics_set_file(const char *file);
void metrics_tick(void);
bool metrics_flush(void);

#endif
