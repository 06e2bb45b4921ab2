/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policyfile.h - a policy out of YAML, of which JSON is a part:
 *
 *	rules:
 *	- name: ticket              [a-z0-9-], up to 40
 *	  pattern: 'TICKET-(\d+)'   its groups go; without groups, all of it
 *	  fields: [arguments, Process.cwd]
 *	  binaries: ['/curl$']
 *	  namespaces: [shop]
 *	  probe_types: [ProcessExec]
 *	  replacement: marker       or token, or stars
 *	- redact: ['--key (\S+)']   the agent's redaction filters as they are
 *	  binary_regex: ['^/bin/']
 *	allow:
 *	  values: [demo]
 *	  patterns: ['test-.*']
 *	namespaces: [shop, default]
 *
 * Unknown keys, wrong types, bad patterns and what is twice are errors.
 */
#ifndef RT_POLICYFILE_H
#define RT_POLICYFILE_H

#include "secret/policy.h"

struct policyfile_err {
	size_t line; /* from 1 */
	char msg[240];
};

/* Adds to p. False: *err says why; p is then of no use. */
bool policyfile_parse(struct policy *p, sv text, struct policyfile_err *err);

/* The same of a file; without has_key, rules that make tokens are errors. */
bool policyfile_read(struct policy *p, const char *file, bool has_key,
		     struct policyfile_err *err);

#endif
