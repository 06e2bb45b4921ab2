/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/metrics.h"

#include <stdio.h>
#include <time.h>

#include "pipe/replacefile.h"

#define FILE_INTERVAL_SEC 5

/* Upper bounds in nanoseconds. */
static const uint64_t bounds[METRICS_BUCKETS] = {
	500,	1000,	 2000,	  5000,	   10000,   50000,
	100000, 1000000, 5000000, 10000000, 100000000, 1000000000};

static struct metric *all;
static struct metric_histogram *histograms;
static const char *file;
static time_t written;

void metrics_register(struct metric *m)
{
	struct metric **end = &all, **same = NULL;

	for (; *end; end = &(*end)->next)
		if (!strcmp((*end)->name, m->name))
			same = &(*end)->next;
	if (!same)
		same = end;
	m->next = *same;
	*same = m;
}

void metrics_register_histogram(struct metric_histogram *h)
{
	h->next = histograms;
	histograms = h;
}

void metric_observe(struct metric_histogram *h, uint64_t ns)
{
	size_t i = 0;

	while (i < METRICS_BUCKETS && ns > bounds[i])
		i++;
	__atomic_store_n(&h->count[i], h->count[i] + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&h->sum_ns, h->sum_ns + ns, __ATOMIC_RELAXED);
}

static void print_histogram(struct buf *out, const struct metric_histogram *h)
{
	uint64_t total = 0;

	buf_printf(out, "# HELP %s %s\n# TYPE %s histogram\n", h->name, h->help,
		   h->name);
	for (size_t i = 0; i < METRICS_BUCKETS; i++) {
		total += __atomic_load_n(&h->count[i], __ATOMIC_RELAXED);
		buf_printf(out, "%s_bucket{le=\"%.9g\"} %llu\n", h->name,
			   (double)bounds[i] / h->unit,
			   (unsigned long long)total);
	}
	total += __atomic_load_n(&h->count[METRICS_BUCKETS], __ATOMIC_RELAXED);
	buf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.9g\n%s_count %llu\n",
		   h->name, (unsigned long long)total, h->name,
		   (double)__atomic_load_n(&h->sum_ns, __ATOMIC_RELAXED) /
			   h->unit,
		   h->name, (unsigned long long)total);
}

static void print_row(struct buf *out, const struct metric *m)
{
	uint64_t v = __atomic_load_n(&m->value, __ATOMIC_RELAXED);

	buf_printf(out, "%s%s%s%s ", m->name, *m->label ? "{" : "", m->label,
		   *m->label ? "}" : "");
	if (m->unit)
		buf_printf(out, "%.9g\n", (double)v / (double)m->unit);
	else
		buf_printf(out, "%llu\n", (unsigned long long)v);
}

void metrics_print(struct buf *out)
{
	const char *last = "";

	for (const struct metric *m = all; m; m = m->next) {
		if (strcmp(last, m->name) != 0)
			buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name,
				   m->help, m->name,
				   m->gauge ? "gauge" : "counter");
		last = m->name;
		print_row(out, m);
	}
	for (const struct metric_histogram *h = histograms; h; h = h->next)
		print_histogram(out, h);
}

void metrics_set_file(const char *name)
{
	file = name;
}

bool metrics_flush(void)
{
	struct buf text = {0};
	bool ok;

	if (!file)
		return true;
	metrics_print(&text);
	ok = replacefile_write(file, buf_view(&text));
	buf_release(&text);
	return ok;
}

void metrics_tick(void)
{
	time_t now;

	if (!file)
		return;
	now = time(NULL);
	if (now - written < FILE_INTERVAL_SEC)
		return;
	written = now;
	metrics_flush();
}
