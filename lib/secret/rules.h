/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - the rules known by form: tokens, keys, hashes and the phrases
 * that carry a password. RE2 patterns, each behind the literals without which
 * it cannot match.
 *
 * A string goes three steps, each only when the one before said yes: the
 * prefilter names the rules whose literals occur; where those are several, an
 * RE2 set says which of them match; the single pattern finds the parts.
 */
#ifndef RT_RULES_H
#define RT_RULES_H

#include "secret/hits.h"

/* Rules that code decides; the patterns come behind them. */
enum rules_id {
	RULES_OPTION,	     /* --password X, -pX */
	RULES_ASSIGNMENT,    /* key=value, key: value, "key":"value" */
	RULES_USERPASS,	     /* user:pass of -u and its like */
	RULES_URL,	     /* scheme://user:pass@host */
	RULES_AUTHORIZATION, /* header */
	RULES_COOKIE,	     /* header or option */
	RULES_STDIN,	     /* echo X | sudo -S, <<< X */
	RULES_ENV,	     /* environment variable by name or by option */
	RULES_HOME,	     /* user name in a home directory */
	RULES_CREDFILE,	     /* file name of a credential file */
	RULES_CUT,	     /* token or secret at the end of a cut string */
	RULES_NESTING,	     /* command lines nested too deep to judge */
	RULES_BYTES,	     /* bytes that are no text */
	RULES_UNSTABLE,	     /* rewriting did not settle */
	RULES_CARD,	     /* number of a payment card */
	RULES_MAIL,	     /* e-mail address */
	RULES_ADDRESS,	     /* IP address */
	RULES_PATTERNS,	     /* first of the patterns */
};

/* Groups of the prefilter; a pattern's group is RULES_GROUPS + its index. */
enum rules_group {
	RULES_GROUP_KEY,
	RULES_GROUP_URL,
	RULES_GROUP_HOME,
	RULES_GROUP_CREDFILE,
	RULES_GROUP_LOOK, /* worth a walk over the words */
	RULES_GROUPS,
};

struct policy;
struct rules;

/*
 * The rules of the policy, if any, stand behind the others in the table. A
 * pattern is compiled when it is first needed.
 */
struct rules *rules_new(const struct policy *p);
/* All patterns at once; false: there is a mistake in the table. */
bool rules_compile(struct rules *r);
/* The id of the policy's first rule. */
int rules_policy(void);
void rules_free(struct rules *r);

int rules_count(const struct rules *r);
/* Names and counts of rules_count() rules. */
struct hits_rule *rules_table(struct rules *r);

/* The prefilter's groups for a string; 0: nothing of interest. */
uint64_t rules_scan(const struct rules *r, sv text);

enum rules_where {
	RULES_ARGV, /* command line: options are the walker's */
	RULES_TEXT, /* any other text */
};

/* Adds the hits of all patterns whose groups are set. */
void rules_find(struct rules *r, sv text, uint64_t groups,
		enum rules_where where, struct hits *h);
/* A token's beginning at the end of a string that was cut. */
void rules_find_cut(struct rules *r, sv text, struct hits *h);

#endif
