/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "redact/memo.h"
#include "redact/seen.h"
#include "secret/cmdline.h"
#include "secret/homepath.h"
#include "secret/keyval.h"
#include "secret/personal.h"
#include "secret/policy.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/sqlinsert.h"
#include "secret/textruns.h"
#include "secret/unlisted.h"
#include "secret/userinfo.h"
#include "secret/value.h"

#define MAX_PASSES 6
#define MAX_ID 64	/* bytes of a build-id, and some */
#define MEMO_SLOTS 1024 /* strings that had to change; 1 MiB */
#define SEEN_LINES 2048 /* of four strings that had not; 128 KiB */

struct redact {
	struct redact_opts opts;
	struct rules *rules;
	struct programs *programs;
	struct hits hits;
	struct cmdline cmdline;
	struct buf pass[2]; /* a rewriting and its rewriting */
	struct buf taken;   /* uint16_t rules, by the call at hand */
	struct memo *memo;
	struct seen *seen;
	uint64_t chosen; /* rules of the policy */
};

enum job_kind {
	JOB_CMDLINE,
	JOB_ENV,
	JOB_PAIR,
	JOB_PATH,
	JOB_NEEDED_PATH,
	JOB_TEXT,
	JOB_ID,
};

/* What a cheap look at a string tells. */
struct glance {
	uint64_t groups; /* of the prefilter */
	bool known;	 /* a command line worth a walk over its words */
	bool card;	 /* may hold a card's number */
	bool personal;	 /* addresses are looked for */
	uint64_t policy; /* its rules that may match */
};

/* What is asked about a string, beside the string. */
struct job {
	enum job_kind kind;
	sv name; /* binary, or key */
	bool cut;
};

struct redact *redact_new(const struct redact_opts *opts)
{
	struct redact *r = mem_zalloc(sizeof(*r));

	if (opts)
		r->opts = *opts;
	r->rules = rules_new(r->opts.policy);
	r->programs = programs_new();
	r->cmdline.programs = r->programs;
	r->cmdline.hits = &r->hits;
	r->memo = memo_new(MEMO_SLOTS);
	r->seen = seen_new(SEEN_LINES);
	r->hits.policy = r->opts.policy;
	r->hits.key = r->opts.key;
	if (r->opts.key.n)
		for (int i = 0; i < rules_policy(); i++)
			rules_table(r->rules)[i].how = HITS_TOKEN;
	return r;
}

void redact_free(struct redact *r)
{
	if (!r)
		return;
	rules_free(r->rules);
	programs_free(r->programs);
	hits_release(&r->hits);
	cmdline_release(&r->cmdline);
	buf_release(&r->pass[0]);
	buf_release(&r->pass[1]);
	buf_release(&r->taken);
	memo_free(r->memo);
	seen_free(r->seen);
	mem_free(r);
}

static bool has(uint64_t groups, enum rules_group g)
{
	return groups >> g & 1;
}

static bool thorough(const struct glance *g, const struct job *j)
{
	return g->groups || g->known || g->card || g->personal || j->cut ||
	       g->policy;
}

static void find_policy(struct redact *r, sv t, const struct glance *g)
{
	if (g->policy)
		policy_find(r->opts.policy, t, g->policy, rules_policy(),
			    &r->hits);
}

/* What is found by looks, in any kind of string. */
static void find_common(struct redact *r, sv t, const struct glance *g,
			unsigned where, bool cut)
{
	uint64_t groups = g->groups;
	bool script = where & KEYVAL_SCRIPT, doubt = r->cmdline.doubt;

	if (has(groups, RULES_GROUP_KEY)) {
		keyval_find(t, where, &r->hits);
		sqlinsert_find(t, script, &r->hits);
	}
	if (has(groups, RULES_GROUP_URL))
		userinfo_find(t, cut, script, &r->hits);
	if (has(groups, RULES_GROUP_HOME) && !r->opts.keep_homes)
		homepath_find_homes(t, true, &r->hits);
	if (groups >> RULES_GROUPS)
		rules_find(r->rules, t, groups,
			   (where & KEYVAL_ARGV) && !doubt ? RULES_ARGV
							   : RULES_TEXT,
			   &r->hits);
	find_policy(r, t, g);
	if (g->card)
		personal_cards(t, &r->hits);
	if (r->opts.mails)
		personal_mails(t, &r->hits);
	if (r->opts.addresses)
		personal_addresses(t, &r->hits);
	if (cut)
		rules_find_cut(r->rules, t, &r->hits);
}

static void find_files(struct redact *r, sv t, uint64_t groups)
{
	if (has(groups, RULES_GROUP_CREDFILE) && !r->opts.keep_credential_files)
		homepath_find_files(t, &r->hits);
}

static sv first_word(sv t)
{
	return sv_first(t, MIN(sv_find(t, ' '), t.n));
}

/* Could a program of the table be at work here? */
static bool is_known(const struct redact *r, sv binary, sv arguments)
{
	sv first = first_word(arguments);

	return programs_find(r->programs, binary) ||
	       (first.n && first.p[0] != '-' &&
		programs_find(r->programs, first));
}

static void find_cmdline(struct redact *r, sv t, const struct job *j,
			 const struct glance *g)
{
	uint64_t groups = g->groups;
	unsigned where = KEYVAL_ARGV;

	r->cmdline.script = false;
	r->cmdline.doubt = false;
	if (g->known || j->cut || has(groups, RULES_GROUP_KEY) ||
	    has(groups, RULES_GROUP_LOOK))
		cmdline_find(&r->cmdline, j->name, t, j->cut);
	if (r->cmdline.script)
		where |= KEYVAL_SCRIPT;
	find_common(r, t, g, where, j->cut);
	find_files(r, t, groups);
}

static void find_text(struct redact *r, sv t, bool cut, const struct glance *g)
{
	r->cmdline.doubt = false;
	find_common(r, t, g, 0, cut);
	find_files(r, t, g->groups);
}

static void find_env(struct redact *r, sv t, const struct job *j,
		     const struct glance *g)
{
	enum secret_class c = secret_env_key(j->name);
	bool all = r->opts.env_all && j->kind == JOB_ENV;

	if (value_placeholder(t, false))
		return;
	if (all || c == SECRET_STRONG || secret_keyed(c, t, false))
		hits_add(&r->hits, t, RULES_ENV);
	else if (thorough(g, j))
		find_text(r, t, j->cut, g);
}

static void find_path(struct redact *r, sv t, const struct glance *g)
{
	r->cmdline.doubt = false;
	find_common(r, t, g, 0, false);
	if (has(g->groups, RULES_GROUP_CREDFILE) &&
	    !r->opts.keep_credential_files)
		homepath_file(t, &r->hits);
}

static void find_needed_path(struct redact *r, sv t, const struct glance *g)
{
	struct glance less = *g;

	less.groups &= ~(UINT64_C(1) << RULES_GROUP_HOME);
	r->cmdline.doubt = false;
	find_common(r, t, &less, 0, false);
}

static void find_id(struct redact *r, sv t, const struct glance *g)
{
	find_policy(r, t, g);
	if (has(g->groups, RULES_GROUP_URL))
		userinfo_find(t, false, false, &r->hits);
	/* A ~ is a destructor's here. */
	if (has(g->groups, RULES_GROUP_HOME) && !r->opts.keep_homes)
		homepath_find_homes(t, false, &r->hits);
	if (g->groups >> RULES_GROUPS)
		rules_find(r->rules, t, g->groups, RULES_TEXT, &r->hits);
}

/* Of no group that is for command lines only? */
static uint64_t groups_of(const struct redact *r, sv t, const struct job *j,
			  const struct textruns *runs)
{
	uint64_t look = UINT64_C(1) << RULES_GROUP_LOOK;
	uint64_t groups = rules_scan(r->rules, t);

	if (runs->tilde)
		groups |= UINT64_C(1) << RULES_GROUP_HOME;
	if (j->kind == JOB_ID)
		groups &= ~((UINT64_C(1) << RULES_GROUPS) - 1) |
			  UINT64_C(1) << RULES_GROUP_URL |
			  UINT64_C(1) << RULES_GROUP_HOME;
	if (j->kind != JOB_CMDLINE)
		return groups & ~look;
	/* " -p" at the beginning has no blank in front. */
	if ((t.n > 2 && t.p[0] == '-' && strchr("pPkKtTsS", t.p[1])) ||
	    runs->at || runs->quote)
		groups |= look;
	if (groups & look && !unlisted_may(r->programs, t))
		groups &= ~look;
	return groups;
}

/*
 * The cheap look, with g->known set; false: nothing in it needs the thorough
 * one.
 */
static bool glance(struct redact *r, sv t, const struct job *j,
		   struct glance *g)
{
	struct textruns runs = textruns_of(t);

	g->groups = groups_of(r, t, j, &runs);
	g->known |= j->kind == JOB_CMDLINE && runs.key && value_may_key(t);
	g->card = j->kind != JOB_ID && runs.card && personal_may_card(t);
	g->policy = r->chosen ? policy_scan(r->opts.policy, t, r->chosen) : 0;
	g->personal = r->opts.mails || r->opts.addresses;
	return thorough(g, j) || j->kind == JOB_ENV || j->kind == JOB_PAIR;
}

static bool find(struct redact *r, sv t, const struct job *j,
		 const struct glance *g)
{
	hits_reset(&r->hits, t);
	if (r->opts.no_defaults) {
		find_policy(r, t, g);
		return r->hits.n > 0;
	}
	switch (j->kind) {
	case JOB_CMDLINE:
		find_cmdline(r, t, j, g);
		break;
	case JOB_ENV:
	case JOB_PAIR:
		find_env(r, t, j, g);
		break;
	case JOB_PATH:
		find_path(r, t, g);
		break;
	case JOB_NEEDED_PATH:
		find_needed_path(r, t, g);
		break;
	case JOB_TEXT:
		find_text(r, t, j->cut, g);
		break;
	case JOB_ID:
		find_id(r, t, g);
		break;
	}
	return r->hits.n > 0;
}

static void take(struct redact *r, enum rules_id rule)
{
	uint16_t id = (uint16_t)rule;

	redact_count(r, &id, 1);
	buf_add(&r->taken, &id, sizeof(id));
}

static bool unstable(struct redact *r, struct buf *out)
{
	take(r, RULES_UNSTABLE);
	buf_str(out, "[REDACTED:unstable]");
	return true;
}

/* All that is not known without a look at the hits. */
static bool find_again(struct redact *r, sv t, const struct job *j)
{
	struct glance g = {.known = j->kind == JOB_CMDLINE &&
				    is_known(r, j->name, t)};

	return glance(r, t, j, &g) && find(r, t, j, &g);
}

/*
 * Rewrites until nothing is found any more. With a part gone, its
 * neighbours may read differently; the second look is what makes the result
 * redact to itself.
 */
static bool settle(struct redact *r, const struct job *j, struct buf *out)
{
	struct hits_rule *rules = rules_table(r->rules);

	for (int i = 0; i < MAX_PASSES; i++) {
		struct buf *b = &r->pass[i & 1];

		b->n = 0;
		hits_apply(&r->hits, rules, b, &r->taken);
		if (!find_again(r, buf_view(b), j)) {
			buf_sv(out, buf_view(b));
			return true;
		}
	}
	return unstable(r, out);
}

static void replay(struct redact *r, const struct memo_hit *hit,
		   struct buf *out)
{
	buf_sv(&r->taken, hit->notes);
	redact_count(r, (const uint16_t *)(const void *)hit->notes.p,
		     hit->notes.n / sizeof(uint16_t));
	buf_sv(out, hit->out);
}

void redact_choose(struct redact *r, uint64_t rules)
{
	r->chosen = rules;
}

/* What the agent's filters would have made of it, then all else. */
static bool judge(struct redact *r, sv t, const struct job *j,
		  const struct glance *g, struct buf *out)
{
	struct buf starred = {0};
	struct glance again = *g;
	bool changed = false;

	if (g->policy && policy_stars(r->opts.policy, t, g->policy,
				      rules_policy(), &starred, &r->taken)) {
		redact_count(r, (const uint16_t *)(const void *)r->taken.p,
			     r->taken.n / sizeof(uint16_t));
		t = buf_view(&starred);
		again.known = j->kind == JOB_CMDLINE && is_known(r, j->name, t);
		glance(r, t, j, &again);
		changed = true;
	}
	if (find(r, t, j, &again))
		changed = settle(r, j, out);
	else if (changed)
		buf_sv(out, t);
	buf_release(&starred);
	return changed;
}

static bool look(struct redact *r, sv t, const struct job *j, struct buf *out)
{
	struct glance g = {.known = j->kind == JOB_CMDLINE &&
				    is_known(r, j->name, t)};

	return UNLIKELY(glance(r, t, j, &g)) && judge(r, t, j, &g, out);
}

/* A verdict on a string of the same bytes, asked the same way, stands. */
static bool rewrite(struct redact *r, sv t, const struct job *j,
		    struct buf *out)
{
	struct memo_probe probe = {.name = j->name, .text = t};
	struct memo_hit hit;
	size_t mark = out->n;

	r->taken.n = 0;
	if (UNLIKELY(!seen_fits(j->name, t)))
		return look(r, t, j, out);
	probe.key = seen_key(r->seen, (uint32_t)(j->kind + 1) << 1 | j->cut,
			     r->chosen, j->name, t);
	if (LIKELY(seen_has(r->seen, &probe.key)))
		return false;
	if (memo_get(r->memo, &probe, &hit)) {
		replay(r, &hit, out);
		return true;
	}
	if (!look(r, t, j, out)) {
		seen_put(r->seen, &probe.key);
		return false;
	}
	hit.out = sv_from(buf_view(out), mark);
	hit.notes = buf_view(&r->taken);
	memo_put(r->memo, &probe, &hit);
	return true;
}

void redact_count(struct redact *r, const uint16_t *rules, size_t n)
{
	struct hits_rule *table = rules_table(r->rules);

	for (size_t i = 0; i < n; i++)
		table[rules[i]].count++;
}

const uint16_t *redact_taken(const struct redact *r, size_t *n)
{
	*n = r->taken.n / sizeof(uint16_t);
	return (const uint16_t *)(const void *)r->taken.p;
}

bool redact_cmdline(struct redact *r, sv binary, sv arguments, bool truncated,
		    struct buf *out)
{
	return rewrite(r, arguments,
		       &(struct job){JOB_CMDLINE, binary, truncated}, out);
}

bool redact_env(struct redact *r, sv key, sv value, struct buf *out)
{
	return rewrite(r, value, &(struct job){JOB_ENV, key, false}, out);
}

bool redact_pair(struct redact *r, sv key, sv value, struct buf *out)
{
	return rewrite(r, value, &(struct job){JOB_PAIR, key, false}, out);
}

bool redact_path(struct redact *r, sv path, struct buf *out)
{
	return rewrite(r, path, &(struct job){JOB_PATH, SV_NULL, false}, out);
}

bool redact_needed_path(struct redact *r, sv path, struct buf *out)
{
	return rewrite(r, path, &(struct job){JOB_NEEDED_PATH, SV_NULL, false},
		       out);
}

bool redact_id(struct redact *r, sv id, struct buf *out)
{
	return rewrite(r, id, &(struct job){JOB_ID, SV_NULL, false}, out);
}

bool redact_text(struct redact *r, sv text, struct buf *out)
{
	return rewrite(r, text, &(struct job){JOB_TEXT, SV_NULL, false}, out);
}

/* 9 of 10 bytes belong to printable characters, blanks or NULs. */
static bool is_text(sv s)
{
	size_t bad = 0, i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		size_t n = utf8_seq(s.p + i, s.p + s.n);

		if (n == 0 || c == 0x7f ||
		    (c < ' ' && c != '\0' && !strchr("\t\n\r\f\b\033", c)))
			bad++;
		i += n ? n : 1;
	}
	return bad * 10 <= s.n;
}

/* NULs only: a hole in a file, nothing to say about it. */
static bool is_zero(sv s)
{
	return s.n == 0 ||
	       (s.p[0] == '\0' && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

bool redact_bytes(struct redact *r, sv bytes, struct buf *out)
{
	sv marker = SV("[REDACTED:binary]");

	r->taken.n = 0;
	if (is_zero(bytes))
		return false;
	if (is_text(bytes)) {
		size_t mark = out->n;

		if (!rewrite(r, bytes, &(struct job){JOB_TEXT, SV_NULL, true},
			     out))
			return false;
		if (is_text(sv_from(buf_view(out), mark)))
			return true;
		/* What is left is no longer text enough. */
		out->n = mark;
	}
	take(r, RULES_BYTES);
	if (r->opts.binary == REDACT_BINARY_REPLACE)
		buf_sv(out, marker);
	return true;
}

bool redact_id_bytes(struct redact *r, sv bytes, struct buf *out)
{
	if (bytes.n <= MAX_ID && !is_text(bytes)) {
		r->taken.n = 0;
		return false;
	}
	return redact_bytes(r, bytes, out);
}

bool redact_rules(const struct redact *r, size_t i, const char **name,
		  uint64_t *count)
{
	const struct hits_rule *rules = rules_table(r->rules);

	if (i >= (size_t)rules_count(r->rules))
		return false;
	*name = rules[i].name;
	*count = rules[i].count;
	return true;
}
