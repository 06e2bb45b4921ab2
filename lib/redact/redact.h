/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact.h - takes secrets out of strings: the core of rt-redact, which
 * walks the records and calls one of these for every string field.
 *
 * Each call takes one string and says whether it must change: false, and out
 * is as it was; true, and the new text is appended to out. What goes is
 * replaced by "[REDACTED:rule]"; what stays is not touched, so that the
 * output is UTF-8 where the input is. The new text redacts to itself.
 *
 * Fails closed: where a quote, a cut or a nesting leaves doubt about how far
 * a secret reaches, all that it may be goes; a rewriting that does not settle
 * is replaced whole. Time is linear in the string for every call, whatever
 * the bytes (nested command lines: to the depth of 8).
 *
 * Stands in for a secret and stays: $VAR ${VAR} $(cmd) <password> {{ .x }}
 * **** %s changeme, and our own marker.
 *
 * A struct redact has scratch space and counts: one a thread.
 */
#ifndef RT_REDACT_H
#define RT_REDACT_H

#include "base/buf.h"

struct policy;
struct redact;

enum redact_binary {
	REDACT_BINARY_REPLACE, /* bytes that are no text: "[REDACTED:binary]" */
	REDACT_BINARY_DROP,    /* : nothing at all */
};

/* All zero is the default policy. */
struct redact_opts {
	bool keep_homes;	    /* user names in home directories stay */
	bool keep_credential_files; /* names of credential files stay */
	bool env_all;		    /* every environment value goes */
	bool mails, addresses;	    /* e-mail and IP addresses go */
	enum redact_binary binary;
	bool no_defaults;	/* the policy's rules only */
	struct policy *policy;	/* compiled, or NULL; stays the caller's */
	sv key;			/* every replacement is a token of this key */
};

/* opts may be NULL. */
struct redact *redact_new(const struct redact_opts *opts);
void redact_free(struct redact *r);

/*
 * Tetragon's process.binary and process.arguments; `truncated`: the agent
 * flagged the arguments as cut.
 */
bool redact_cmdline(struct redact *r, sv binary, sv arguments, bool truncated,
		    struct buf *out);

/* The value of one environment variable. */
bool redact_env(struct redact *r, sv key, sv value, struct buf *out);
/* The same for a label, an annotation, a member: env_all is not about it. */
bool redact_pair(struct redact *r, sv key, sv value, struct buf *out);

/*
 * A path and nothing else: binary, cwd, module, file argument. The name of
 * the user in a home directory and the file name of a credential file go
 * (homepath.h lists them), and what redact_text finds.
 */
bool redact_path(struct redact *r, sv path, struct buf *out);

/* A path that others need as it is: homes and credential files stay. */
bool redact_needed_path(struct redact *r, sv path, struct buf *out);

/*
 * An id or a name made by a machine, which other records cite: only what has
 * a secret's form goes, and a URL's password. What no id and no name looks
 * like (blanks, quotes, assignments) is for redact_text.
 */
bool redact_id(struct redact *r, sv id, struct buf *out);

/* Any other string. */
bool redact_text(struct redact *r, sv text, struct buf *out);

/*
 * Bytes, as of a read or written file. Text (9 of 10 bytes printable UTF-8;
 * NULs count as separators, as in /proc/PID/environ) is treated by
 * redact_text as if cut at the end, which such buffers are; anything else is
 * replaced or dropped as opts.binary says. With DROP, true and nothing
 * appended.
 */
bool redact_bytes(struct redact *r, sv bytes, struct buf *out);

/*
 * Which of the policy's rules (policy.h) the next calls go by; none at first.
 */
void redact_choose(struct redact *r, uint64_t rules);

/*
 * The rules that took something in the last call, once for each part, for
 * who keeps books by field; and the same again where a caller repeats what
 * a call did without calling.
 */
const uint16_t *redact_taken(const struct redact *r, size_t *n);
void redact_count(struct redact *r, const uint16_t *rules, size_t n);

/* Bytes that are an id, 64 at most, stay; others are as above. */
bool redact_id_bytes(struct redact *r, sv bytes, struct buf *out);

/*
 * Rule i and how often it has replaced something; false behind the last.
 * The names and their order never change while r lives.
 */
bool redact_rules(const struct redact *r, size_t i, const char **name,
		  uint64_t *count);

#endif
