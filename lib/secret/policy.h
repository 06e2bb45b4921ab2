/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - what the user adds to the default rules: rules with patterns of
 * his own, limited to fields, binaries, namespaces and probe types; values
 * that are no secrets; namespaces that may leave. policyfile.h reads one.
 *
 * A set of rules is a mask of 64 bits, so that a field asks once: the rules
 * for this field AND those for this record AND those for this binary.
 *
 * Patterns are Go's (text/regex.h), over UTF-8. Before one is tried, one of
 * the literals without which it cannot match must be in the text; RE2 works
 * these out.
 */
#ifndef RT_POLICY_H
#define RT_POLICY_H

#include "secret/hits.h"
#include "text/regex.h"

#define POLICY_MAX_RULES 64

/* Views and lists are copied by policy_add. */
struct policy_spec {
	sv name, pattern;
	enum hits_how how;
	const sv *fields; /* "arguments" or "Process.cwd"; none: all text */
	size_t nfields;
	const sv *binaries; /* patterns, any of which is in process.binary */
	size_t nbinaries;
	const sv *namespaces, *probe_types; /* none: all */
	size_t nnamespaces, nprobe_types;
};

struct policy;

struct policy *policy_new(void);
void policy_free(struct policy *p);

/* False with *err where a pattern is wrong or there are too many. */
bool policy_add(struct policy *p, const struct policy_spec *s,
		struct regex_err *err);
/* This value, or what the pattern matches from end to end, is no secret. */
void policy_allow(struct policy *p, sv value);
bool policy_allow_pattern(struct policy *p, sv pattern, struct regex_err *err);
void policy_allow_namespace(struct policy *p, sv name);
/* After the last of these. */
void policy_compile(struct policy *p);

size_t policy_rules(const struct policy *p);
const char *policy_name(const struct policy *p, size_t i);
enum hits_how policy_how(const struct policy *p, size_t i);

bool policy_allows(const struct policy *p, sv value);
/* True for all where no namespace is listed. */
bool policy_may_leave(const struct policy *p, sv name_space);

uint64_t policy_for_field(const struct policy *p, sv message, sv field);
uint64_t policy_for_record(const struct policy *p, sv name_space,
			   sv probe_type);
uint64_t policy_for_binary(struct policy *p, sv binary);

/* Which of the rules may match: of those, policy_find tries the patterns. */
uint64_t policy_scan(const struct policy *p, sv text, uint64_t mask);
/* Adds what the rules take; ids from `first` on. Not those with stars. */
void policy_find(const struct policy *p, sv text, uint64_t mask, int first,
		 struct hits *h);
/*
 * The rules with stars, as the agent's redaction filters work
 * (pkg/fieldfilters/redaction.go): in turn, the output of one the input of
 * the next; of each match the groups become "*****", empty ones too; a
 * pattern without groups does nothing; within a match it is matched again, so
 * that ^ and \b see its edges. False: nothing matched.
 */
bool policy_stars(const struct policy *p, sv text, uint64_t mask, int first,
		  struct buf *out, struct buf *taken);

#endif
