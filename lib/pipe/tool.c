/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "pipe/progress.h"
#include "pipe/stop.h"

const char *const tool_log_formats[] = {"text", "json", NULL};

/*
 * Nothing we open may land on 0, 1 or 2 and be taken for a stream. A closed
 * stdin or stdout stays an error: what stands there cannot be read or written.
 * It runs before the constructors of shared libraries, for one of them
 * (gRPC's) opens a descriptor of its own.
 */
static void fill_descriptors(void)
{
	static const int unusable[] = {O_WRONLY, O_RDONLY, O_RDWR};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", unusable[fd]) != fd)
			_exit(TOOL_SYSTEM);
}

__attribute__((section(".preinit_array"), used)) static void (
	*const before_libraries)(void) = fill_descriptors;

void tool_init(const char *prog, bool source)
{
	setlocale(LC_ALL, "C");
	/* A closed reader is seen as EPIPE, after which the ledger of what
	 * was done still reaches the metrics file. */
	signal(SIGPIPE, SIG_IGN);
	diag_init(prog);
	stop_init(source);
}

void tool_start(const struct tool_opts *o)
{
	if (o->quiet)
		diag_set_level(DIAG_ERROR);
	else if (o->verbose)
		diag_set_level(DIAG_INFO);
	diag_set_json(!strcmp(o->log_format, "json"));
	metrics_set_file(o->metrics_file);
	stop_set_drain_ms((int)MIN(o->drain_ms, (uint64_t)INT32_MAX));
}

enum tool_exit tool_worst(enum tool_exit a, enum tool_exit b)
{
	static const int rank[] = {[TOOL_OK] = 0, [TOOL_BAD] = 1,
				   [TOOL_REMOTE] = 2, [TOOL_USAGE] = 3,
				   [TOOL_SYSTEM] = 4};

	return rank[a] >= rank[b] ? a : b;
}

int tool_end(enum tool_exit status, int output_errno)
{
	progress_end();
	diag_summary();
	if (output_errno && output_errno != EPIPE) {
		diag_error("cannot write to stdout: %s",
			   strerror(output_errno));
		status = tool_worst(status, TOOL_SYSTEM);
	}
	if (!metrics_flush()) {
		diag_error("cannot write the metrics file: %s",
			   strerror(errno));
		status = tool_worst(status, TOOL_SYSTEM);
	}
	if (output_errno == EPIPE)
		stop_die(SIGPIPE);
	if (stop_signal())
		stop_die(stop_signal());
	return (int)status;
}
