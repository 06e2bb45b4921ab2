/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select.h - which events, and which fields of them: the options of tetra's
 * getevents. They become one tetragon.GetEventsRequest, which a live agent
 * gets and which is judged here for dumps, so that both mean the same.
 */
#ifndef RT_SELECT_H
#define RT_SELECT_H

#include "pipe/opt.h"
#include "stream/stage.h"

struct select_opts {
	struct opt_list event_types, namespaces, namespace_regex, pods;
	struct opt_list processes, containers, labels, policies, pids;
	struct opt_list cel, allow_files, deny_files, include, exclude;
	bool host, in_init_tree;
	const char *since, *until;
	uint64_t max_events;
};

#define SELECT_ROWS(o)                                                         \
	{.letter = 'e', .name = "event-types", .kind = OPT_LIST,               \
	 .arg = "TYPES", .help = "PROCESS_EXEC, ...",                          \
	 .dst = &(o)->event_types},                                            \
	{.letter = 'n', .name = "namespace", .kind = OPT_LIST, .arg = "NAMES", \
	 .help = "of the pod", .dst = &(o)->namespaces},                       \
	{.name = "namespace-regex", .kind = OPT_LIST, .arg = "RE",             \
	 .help = "the same by expression", .dst = &(o)->namespace_regex},      \
	{.name = "pod", .kind = OPT_LIST, .arg = "RE", .help = "its name",     \
	 .dst = &(o)->pods},                                                   \
	{.name = "process", .kind = OPT_LIST, .arg = "RE",                     \
	 .help = "the binary's path", .dst = &(o)->processes},                 \
	{.name = "container", .kind = OPT_LIST, .arg = "RE",                   \
	 .help = "its name", .dst = &(o)->containers},                         \
	{.name = "labels", .kind = OPT_LIST, .arg = "SELECTOR",                \
	 .help = "of the pod: a=b,c in (d,e),!f", .dst = &(o)->labels},        \
	{.name = "policy-names", .kind = OPT_LIST, .arg = "NAMES",             \
	 .help = "tracing policies", .dst = &(o)->policies},                   \
	{.name = "host", .kind = OPT_FLAG, .help = "processes without a pod",  \
	 .dst = &(o)->host},                                                   \
	{.name = "pid", .kind = OPT_LIST, .arg = "PIDS",                       \
	 .help = "of the process", .dst = &(o)->pids},                         \
	{.name = "in-init-tree", .kind = OPT_FLAG,                             \
	 .help = "descendants of a container's first process",                 \
	 .dst = &(o)->in_init_tree},                                           \
	{.name = "cel-expression", .kind = OPT_LIST, .arg = "CEL",             \
	 .help = "judged by a live agent only", .dst = &(o)->cel},             \
	{.name = "allow-list", .kind = OPT_LIST, .arg = "FILE",                \
	 .help = "filters in JSON, one must match",                            \
	 .dst = &(o)->allow_files},                                            \
	{.name = "deny-list", .kind = OPT_LIST, .arg = "FILE",                 \
	 .help = "filters in JSON, none may match",                            \
	 .dst = &(o)->deny_files},                                             \
	{.letter = 'f', .name = "include-fields", .kind = OPT_LIST,            \
	 .arg = "PATHS", .help = "process.pid,parent", .dst = &(o)->include},  \
	{.letter = 'F', .name = "exclude-fields", .kind = OPT_LIST,            \
	 .arg = "PATHS", .help = "all but these", .dst = &(o)->exclude},       \
	{.name = "since", .kind = OPT_STRING, .arg = "TIME",                   \
	 .help = "RFC 3339, or how long ago: 2h", .dst = &(o)->since},         \
	{.name = "until", .kind = OPT_STRING, .arg = "TIME",                   \
	 .help = "the same; events before it", .dst = &(o)->until},            \
	{.name = "max-events", .kind = OPT_UINT, .arg = "N",                   \
	 .help = "end behind so many", .dst = &(o)->max_events}

struct select;

/* Exits 2 where an option or a file is wrong. live: an agent judges, too. */
struct select *select_new(const struct select_opts *o, bool live);
void select_free(struct select *s);
/* The lists; nothing of select_new points into them. */
void select_opts_release(struct select_opts *o);

/* The wire bytes of the GetEventsRequest. */
sv select_request(const struct select *s);

/* A tetragon record: dropped (counted as filtered), cut, or passed. */
enum stage_result select_record(struct select *s, struct stage *stage,
				const struct record *r);

void select_register_metrics(void);

#endif
