/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/redact.h"

#include "base/mem.h"
#include "redact/cmdline.h"
#include "redact/homepath.h"
#include "redact/keyval.h"
#include "redact/rules.h"
#include "redact/secret.h"
#include "redact/userinfo.h"
#include "redact/value.h"
#include "base/utf8.h"

#define MAX_PASSES 6

struct redact {
	struct redact_opts opts;
	struct rules *rules;
	struct programs *programs;
	struct hits hits;
	struct cmdline cmdline;
	struct buf pass[2]; /* a rewriting and its rewriting */
};

enum job_kind { JOB_CMDLINE, JOB_ENV, JOB_PAIR, JOB_PATH, JOB_TEXT };

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
	r->rules = rules_new();
	r->programs = programs_new();
	r->cmdline.programs = r->programs;
	r->cmdline.hits = &r->hits;
	if (r->rules)
		return r;
	redact_free(r);
	return NULL;
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
	mem_free(r);
}

static bool has(uint64_t groups, enum rules_group g)
{
	return groups >> g & 1;
}

/* What is found by looks, in any kind of string. */
static void find_common(struct redact *r, sv t, uint64_t groups, unsigned where,
			bool cut)
{
	bool script = where & KEYVAL_SCRIPT, doubt = r->cmdline.doubt;

	if (has(groups, RULES_GROUP_KEY))
		keyval_find(t, where, &r->hits);
	if (has(groups, RULES_GROUP_URL))
		userinfo_find(t, cut, script, &r->hits);
	if (has(groups, RULES_GROUP_HOME) && !r->opts.keep_homes)
		homepath_find_homes(t, &r->hits);
	if (groups >> RULES_GROUPS)
		rules_find(r->rules, t, groups,
			   (where & KEYVAL_ARGV) && !doubt ? RULES_ARGV
							   : RULES_TEXT,
			   &r->hits);
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

static void find_cmdline(struct redact *r, sv t, const struct job *j)
{
	uint64_t groups = rules_scan(r->rules, t);
	bool known = is_known(r, j->name, t);
	unsigned where = KEYVAL_ARGV;

	if (!groups && !known && !j->cut)
		return;
	r->cmdline.script = false;
	r->cmdline.doubt = false;
	if (known || j->cut || has(groups, RULES_GROUP_KEY))
		cmdline_find(&r->cmdline, j->name, t, j->cut);
	if (r->cmdline.script)
		where |= KEYVAL_SCRIPT;
	find_common(r, t, groups, where, j->cut);
	find_files(r, t, groups);
}

static void find_text(struct redact *r, sv t, bool cut)
{
	uint64_t groups = rules_scan(r->rules, t);

	if (!groups && !cut)
		return;
	r->cmdline.doubt = false;
	find_common(r, t, groups, 0, cut);
	find_files(r, t, groups);
}

static void find_env(struct redact *r, sv t, const struct job *j)
{
	enum secret_class c = secret_env_key(j->name);
	bool all = r->opts.env_all && j->kind == JOB_ENV;

	if (value_placeholder(t, false))
		return;
	if (all || c == SECRET_STRONG || secret_keyed(c, t, false))
		hits_add(&r->hits, t, RULES_ENV);
	else
		find_text(r, t, j->cut);
}

static void find_path(struct redact *r, sv t)
{
	uint64_t groups = rules_scan(r->rules, t);

	if (!groups)
		return;
	r->cmdline.doubt = false;
	find_common(r, t, groups, KEYVAL_ARGV, false);
	if (has(groups, RULES_GROUP_CREDFILE) && !r->opts.keep_credential_files)
		homepath_file(t, &r->hits);
}

static bool find(struct redact *r, sv t, const struct job *j)
{
	hits_reset(&r->hits, t);
	switch (j->kind) {
	case JOB_CMDLINE:
		find_cmdline(r, t, j);
		break;
	case JOB_ENV:
	case JOB_PAIR:
		find_env(r, t, j);
		break;
	case JOB_PATH:
		find_path(r, t);
		break;
	case JOB_TEXT:
		find_text(r, t, j->cut);
		break;
	}
	return r->hits.n > 0;
}

static bool unstable(struct redact *r, struct buf *out)
{
	struct hits_rule *rule = &rules_table(r->rules)[RULES_UNSTABLE];

	rule->count++;
	buf_str(out, "[REDACTED:unstable]");
	return true;
}

/*
 * Rewrites until nothing is found any more. With a part gone, its
 * neighbours may read differently; the second look is what makes the result
 * redact to itself.
 */
static bool rewrite(struct redact *r, sv t, const struct job *j,
		    struct buf *out)
{
	struct hits_rule *rules = rules_table(r->rules);

	if (LIKELY(!find(r, t, j)))
		return false;
	for (int i = 0; i < MAX_PASSES; i++) {
		struct buf *b = &r->pass[i & 1];

		b->n = 0;
		hits_apply(&r->hits, rules, b);
		if (!find(r, buf_view(b), j)) {
			buf_sv(out, buf_view(b));
			return true;
		}
	}
	return unstable(r, out);
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
	rules_table(r->rules)[RULES_BYTES].count++;
	if (r->opts.binary == REDACT_BINARY_REPLACE)
		buf_sv(out, marker);
	return true;
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
