/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/field.h"

struct rule {
	const char *message; /* NULL: any */
	const char *field;
	enum field_class class;
};

/* The first that fits counts. */
static const struct rule rules[] = {
	{NULL, "exec_id", FIELD_KEEP},
	{NULL, "parent_exec_id", FIELD_KEEP},
	{NULL, "event_id", FIELD_KEEP},
	{NULL, "function_id", FIELD_KEEP},
	{NULL, "callers", FIELD_KEEP},
	{NULL, "build_id", FIELD_KEEP},
	{NULL, "build_id_kind", FIELD_KEEP},
	{NULL, "buildid", FIELD_KEEP},
	{NULL, "image_digest", FIELD_KEEP},
	{NULL, "container_id", FIELD_KEEP},
	{NULL, "docker", FIELD_KEEP},
	{NULL, "purl", FIELD_KEEP},
	{NULL, "claim_id", FIELD_KEEP},
	/* Hooks, symbols and nodes: the event's id is made of them. */
	{NULL, "node_name", FIELD_NAME},
	{NULL, "function_name", FIELD_NAME},
	{NULL, "symbol", FIELD_NAME},
	{NULL, "raw_symbol", FIELD_NAME},
	{"ProcessTracepoint", "subsys", FIELD_NAME},
	{"ProcessTracepoint", "event", FIELD_NAME},
	{"ProcessUsdt", "provider", FIELD_NAME},
	{"ProcessUsdt", "name", FIELD_NAME},
	{NULL, "syscall", FIELD_NAME},
	{NULL, "arguments", FIELD_CMDLINE},
	{"Process", "binary", FIELD_RESOLVE_PATH},
	{"ProcessInfo", "binary", FIELD_PATH},
	{"StackTraceEntry", "module", FIELD_RESOLVE_PATH},
	{"ProcessLoader", "path", FIELD_RESOLVE_PATH},
	{"ProcessUprobe", "path", FIELD_RESOLVE_PATH},
	{"ProcessUsdt", "path", FIELD_RESOLVE_PATH},
	{NULL, "module", FIELD_PATH},
	{NULL, "path", FIELD_PATH},
	{NULL, "cwd", FIELD_PATH},
	{NULL, "mount", FIELD_PATH},
	{NULL, "source_file", FIELD_PATH},
	{NULL, "cgroup_path", FIELD_PATH},
};

enum field_class field_classify(sv message, sv field)
{
	size_t dot = sv_rfind(message, '.');

	if (dot != SIZE_MAX)
		message = sv_from(message, dot + 1);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (sv_eq(field, sv_str(rules[i].field)) &&
		    (!rules[i].message ||
		     sv_eq(message, sv_str(rules[i].message))))
			return rules[i].class;
	return FIELD_TEXT;
}

bool field_is_name(sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool operator = c == '=' && i &&
				(text.p[i - 1] == '=' || text.p[i - 1] == '!' ||
				 memmem(text.p, i, "operator", 8));

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' ||
		    (c == '=' && !operator))
			return false;
	}
	return true;
}
