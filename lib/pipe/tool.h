/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tool.h - how every tool starts and ends: descriptors, signals, the options
 * that all share, and the one place where an exit code is chosen.
 */
#ifndef RT_TOOL_H
#define RT_TOOL_H

#include "base/base.h"
#include "pipe/opt.h"

/* The worst that happened wins; their order is tool_worst's. */
enum tool_exit {
	TOOL_OK = 0,	 /* every record handled */
	TOOL_BAD = 1,	 /* finished, but records were bad or dropped */
	TOOL_USAGE = 2,	 /* usage, policy, configuration */
	TOOL_SYSTEM = 3, /* I/O, memory, internal */
	TOOL_REMOTE = 4, /* remote not available, retry is sensible */
};

struct tool_opts {
	bool quiet, verbose;
	const char *log_format;
	const char *metrics_file;
	const char *config; /* opt.c reads it; the row is for --help */
	bool help, version; /* likewise */
	uint64_t drain_ms;
};

extern const char *const tool_log_formats[];

#define TOOL_OPTS_DEFAULT {.log_format = "text", .drain_ms = 5000}

/* Rows for the end of a tool's table. */
#define TOOL_OPT_ROWS(t)                                                       \
	{.help = "Common"},                                                    \
	{.name = "config", .kind = OPT_STRING, .arg = "FILE",                  \
	 .help = "settings (the seed's config.yaml)", .dst = &(t)->config},    \
	{.name = "drain-timeout", .kind = OPT_DURATION, .arg = "TIME",         \
	 .help = "reading on after SIGTERM, default 5s",                       \
	 .dst = &(t)->drain_ms},                                               \
	{.name = "log-format", .kind = OPT_CHOICE, .arg = "FORM",              \
	 .help = "messages on stderr", .dst = &(t)->log_format,                \
	 .choices = tool_log_formats},                                         \
	{.name = "metrics-file", .kind = OPT_STRING, .arg = "FILE",            \
	 .help = "Prometheus text, renamed into place",                        \
	 .dst = &(t)->metrics_file},                                           \
	{.letter = 'q', .name = "quiet", .kind = OPT_FLAG,                     \
	 .help = "errors only", .dst = &(t)->quiet},                           \
	{.letter = 'v', .name = "verbose", .kind = OPT_FLAG,                   \
	 .help = "say more", .dst = &(t)->verbose},                            \
	{.letter = 'h', .name = "help", .kind = OPT_FLAG,                      \
	 .help = "this text", .dst = &(t)->help},                              \
	{.letter = 'V', .name = "version", .kind = OPT_FLAG,                   \
	 .help = "version", .dst = &(t)->version}

/* First call of main. source: the tool reads no upstream (stop.h). */
void tool_init(const char *prog, bool source);
/* After the options are known. */
void tool_start(const struct tool_opts *o);
/* Last call of main: what it returns is the exit code, if it returns. */
int tool_end(enum tool_exit status, int output_errno);

enum tool_exit tool_worst(enum tool_exit a, enum tool_exit b);

#endif
