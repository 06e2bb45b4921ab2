/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.h - an agent's stream as a source: one thread drains it (session.h),
 * this one writes, the ring stands between them.
 */
#ifndef RT_LIVE_H
#define RT_LIVE_H

#include "pipe/opt.h"
#include "stream/stage.h"
#include "tap/agentinfo.h"
#include "tap/tlsfiles.h"

extern const char *const live_overflows[]; /* --overflow's choices */

struct live_opts {
	const char *address, *agent_info;
	struct tls_opts tls;
	uint64_t connect_ms, keepalive_ms, max_recv;
	uint64_t buffer, grace_ms;
	const char *overflow;
	bool reconnect, no_reconnect;
	uint64_t max_reconnects, duration_ms;
	const char *agent_metrics;
	uint64_t metrics_ms;
};

#define LIVE_OPTS_DEFAULT                                                    \
	{.agent_info = AGENTINFO_FILE, .connect_ms = 10000,                  \
	 .keepalive_ms = 360000, .max_recv = 10 * MIB, .buffer = 64 * MIB,   \
	 .grace_ms = 2000, .overflow = "drop-oldest", .reconnect = true,     \
	 .metrics_ms = 15000}

#define LIVE_ROWS(o)                                                          \
	{.name = "address", .kind = OPT_STRING, .arg = "ADDR",                \
	 .help = "of the agent: unix:///PATH or HOST:PORT",                   \
	 .dst = &(o)->address, .config = "tetragon.address"},                 \
	{.name = "agent-info", .kind = OPT_STRING, .arg = "FILE",             \
	 .help = "where the agent says its address",                          \
	 .dst = &(o)->agent_info},                                            \
	{.name = "connect-timeout", .kind = OPT_DURATION, .arg = "TIME",      \
	 .help = "of one attempt, default 10s", .dst = &(o)->connect_ms,      \
	 .config = "tetragon.connectionTimeout"},                             \
	{.name = "keepalive", .kind = OPT_DURATION, .arg = "TIME",            \
	 .help = "between pings of a silent agent, default 6m",               \
	 .dst = &(o)->keepalive_ms},                                          \
	{.name = "reconnect", .kind = OPT_FLAG,                               \
	 .help = "when the stream breaks (default)", .dst = &(o)->reconnect}, \
	{.name = "no-reconnect", .kind = OPT_FLAG,                            \
	 .help = "end with the stream", .dst = &(o)->no_reconnect},           \
	{.name = "max-reconnects", .kind = OPT_UINT, .arg = "N",              \
	 .help = "attempts in a row, default no end",                         \
	 .dst = &(o)->max_reconnects},                                        \
	{.name = "duration", .kind = OPT_DURATION, .arg = "TIME",             \
	 .help = "end after this time", .dst = &(o)->duration_ms},            \
	{.name = "max-recv-size", .kind = OPT_SIZE, .arg = "SIZE",            \
	 .help = "longest message, default 10MiB", .dst = &(o)->max_recv},    \
	{.name = "agent-metrics", .kind = OPT_STRING, .arg = "URL",           \
	 .help = "where the agent counts what it loses",                      \
	 .dst = &(o)->agent_metrics},                                         \
	{.name = "agent-metrics-interval", .kind = OPT_DURATION,              \
	 .arg = "TIME", .help = "between readings, default 15s",              \
	 .dst = &(o)->metrics_ms},                                            \
	{.help = "TLS"},                                                      \
	{.name = "tls-ca-cert-files", .kind = OPT_STRING, .arg = "FILES",     \
	 .help = "PEM, separated by commas", .dst = &(o)->tls.ca_files},      \
	{.name = "tls-cert-file", .kind = OPT_STRING, .arg = "FILE",          \
	 .help = "our certificate (mTLS)", .dst = &(o)->tls.cert_file},       \
	{.name = "tls-key-file", .kind = OPT_STRING, .arg = "FILE",           \
	 .help = "its key", .dst = &(o)->tls.key_file},                       \
	{.name = "tls-server-name", .kind = OPT_STRING, .arg = "NAME",        \
	 .help = "in the agent's certificate",                                \
	 .dst = &(o)->tls.server_name},                                       \
	{.name = "tls-skip-verify", .kind = OPT_FLAG,                         \
	 .help = "take any certificate", .dst = &(o)->tls.skip_verify},       \
	{.help = "Backpressure"},                                             \
	{.name = "buffer", .kind = OPT_SIZE, .arg = "SIZE",                   \
	 .help = "events that wait, default 64MiB", .dst = &(o)->buffer},     \
	{.name = "overflow", .kind = OPT_CHOICE, .arg = "HOW",                \
	 .help = "when the buffer stays full", .dst = &(o)->overflow,         \
	 .choices = live_overflows},                                          \
	{.name = "overload-grace", .kind = OPT_DURATION, .arg = "TIME",       \
	 .help = "the agent is held before a drop, default 2s",               \
	 .dst = &(o)->grace_ms}

void live_register_metrics(void);

/*
 * Runs until a signal, the duration, the end of the stream or of our output.
 * request: the wire bytes of GetEventsRequest.
 */
enum tool_exit live_run(struct stage *s, const struct live_opts *o,
			sv request);

#endif
