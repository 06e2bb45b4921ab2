/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "pipe/diag.h"
#include "pipe/stop.h"

static bool shown;
static double started, last;

static double now_sec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int describe(char *out, size_t n, const struct progress *p, double t)
{
	double rate = t > started ? (double)p->records / (t - started) : 0;
	int k = snprintf(out, n, "%llu records, %.0f/s, %llu bad, %llu dropped",
			 (unsigned long long)p->records, rate,
			 (unsigned long long)p->bad,
			 (unsigned long long)p->dropped);

	if (p->total_bytes && k > 0 && (size_t)k < n)
		k += snprintf(out + k, n - (size_t)k, ", %.0f %%",
			      100.0 * (double)p->bytes /
				      (double)p->total_bytes);
	return k;
}

void progress_tick(const struct progress *p)
{
	bool terminal = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	double t = now_sec();
	char text[256], line[320];
	int n;

	if (!started)
		started = last = t;
	if (stop_status_asked()) {
		describe(text, sizeof(text), p, t);
		progress_end();
		n = snprintf(line, sizeof(line), "%s: status: %s\n",
			     diag_prog(), text);
		if (write(STDERR_FILENO, line, (size_t)n) < 0)
			return;
	}
	if (!terminal || t - last < 1)
		return;
	last = t;
	describe(text, sizeof(text), p, t);
	n = snprintf(line, sizeof(line), "\r\033[K%s: %s", diag_prog(), text);
	shown = write(STDERR_FILENO, line, (size_t)n) > 0;
}

void progress_end(void)
{
	if (shown && write(STDERR_FILENO, "\r\033[K", 4) > 0)
		shown = false;
}
