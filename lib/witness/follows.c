/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/follows.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "pipe/diag.h"
#include "pipe/tool.h"
#include "witness/bundle.h"
#include "witness/jdiff.h"
#include "witness/keys.h"
#include "witness/pipeline.h"
#include "witness/statement.h"
#include "witness/textfile.h"
#include "witness/verify.h"

struct follows {
	const struct follows_opts *o;
	struct arena arena;
	struct bundle bundle;
	struct verify_facts facts;
	struct pipeline_stage stages[PIPELINE_MAX_STAGES];
	size_t n;
	char dir[64]; /* where the statement is made again */
};

static enum tool_exit fail(enum tool_exit st, const char *file, const char *why)
{
	diag_error("'%s': %s", file, why);
	return st;
}

static enum tool_exit read_bundle(struct follows *r)
{
	struct buf text = {0};
	struct rt_err err;
	const char *wrong = NULL;
	sv kept;

	if (!textfile_read(r->o->file, BUNDLE_MAX, &text)) {
		diag_error("cannot read '%s': %s", r->o->file, strerror(errno));
		buf_release(&text);
		return TOOL_SYSTEM;
	}
	kept = arena_dup(&r->arena, buf_view(&text));
	buf_release(&text);
	if (!bundle_read(kept, &r->arena, &r->bundle, &err))
		wrong = err.msg;
	if (!wrong && r->o->key)
		wrong = verify_signature(&r->bundle, r->o->key);
	if (!wrong)
		wrong = verify_statement(r->bundle.payload, NULL, &r->facts);
	return wrong ? fail(TOOL_BAD, r->o->file, wrong) : TOOL_OK;
}

/* --- the stages ------------------------------------------------------------
 */

static bool add_arg(struct pipeline_stage *s, const char *arg)
{
	if (s->n == PIPELINE_MAX_ARGS)
		return false;
	s->argv[s->n++] = arg;
	return true;
}

/* Its arguments from --stage, parted at blanks. */
static bool add_given(struct follows *r, struct pipeline_stage *s)
{
	sv name = sv_str(s->argv[0]);
	bool ok = true;

	for (size_t i = 0; i < r->o->stages->n; i++) {
		sv row = sv_str(r->o->stages->v[i]);
		size_t blank = sv_find(row, ' ');

		if (!sv_eq(sv_first(row, blank), name))
			continue;
		while (blank != SIZE_MAX && ok) {
			sv word;

			row = sv_from(row, blank + 1);
			blank = sv_find(row, ' ');
			word = sv_first(row, blank);
			if (word.n)
				ok = add_arg(s, arena_str(&r->arena, word));
		}
	}
	return ok;
}

static bool is_tool(const char *name)
{
	static const char *const tools[] = {"tetra-tap", "rt-canon",
					    "rt-redact", "rt-hotsym"};

	for (size_t i = 0; name && i < ARRAY_LEN(tools); i++)
		if (!strcmp(name, tools[i]))
			return true;
	return false;
}

static const char *add_stage(struct follows *r, const char *name)
{
	struct pipeline_stage *s = &r->stages[r->n];

	if (!is_tool(name))
		return "its ledgers name a stage that is none of ours";
	if (r->n + 2 >= PIPELINE_MAX_STAGES)
		return "its ledgers name too many stages";
	if (!r->n != !strcmp(name, "tetra-tap"))
		return "its ledgers do not begin with tetra-tap, or begin "
		       "again";
	r->n++;
	add_arg(s, arena_str(&r->arena, sv_str(name)));
	if (!add_given(r, s))
		return "--stage has too many arguments";
	if (r->n == 1) {
		add_arg(s, "--replay");
		add_arg(s, r->o->capture);
	}
	add_arg(s, "--output=pb");
	return NULL;
}

static void add_witness(struct follows *r, const json_t *predicate)
{
	struct pipeline_stage *s = &r->stages[r->n++];
	const char *environment =
		json_string_value(json_object_get(predicate, "environment_id"));
	int form = 0;

	while (!sv_eq(r->facts.predicate_type,
		      sv_str(statement_type((enum statement_form)form))))
		form++;
	add_arg(s, "rt-witness");
	add_arg(s, "--unsigned");
	add_arg(s, "--out");
	add_arg(s, r->dir);
	add_arg(s, "--predicate");
	add_arg(s, statement_forms[form]);
	if (environment) {
		add_arg(s, "--environment");
		add_arg(s, arena_str(&r->arena, sv_str(environment)));
	}
	add_given(r, s);
}

static const char *plan(struct follows *r)
{
	json_t *s =
		json_loadb(r->bundle.payload.p, r->bundle.payload.n, 0, NULL);
	const json_t *predicate = json_object_get(s, "predicate");
	const json_t *list = json_object_get(
		json_object_get(predicate, "evidence"), "ledgers");
	const char *wrong = json_array_size(list) ? NULL : "it has no ledgers";
	const json_t *l;
	size_t i;

	json_array_foreach(list, i, l) if (!wrong) wrong =
		add_stage(r, json_string_value(json_object_get(l, "stage")));
	if (!wrong)
		add_witness(r, predicate);
	json_decref(s);
	return wrong;
}

/* --- what they made of it --------------------------------------------------
 */

/* The statement that is this one, or else the last about its subject. */
static bool compare_file(struct follows *r, const char *name, struct buf *last)
{
	struct buf path = {0}, text = {0};
	struct verify_facts facts;
	bool same = false;

	buf_printf(&path, "%s/%s", r->dir, name);
	if (textfile_read(buf_cstr(&path), BUNDLE_MAX, &text) &&
	    !verify_statement(buf_view(&text), NULL, &facts) &&
	    sv_eq(facts.subject, r->facts.subject)) {
		same = sv_eq(buf_view(&text), r->bundle.payload);
		last->n = 0;
		buf_sv(last, buf_view(&text));
	}
	unlink(buf_cstr(&path));
	buf_release(&path);
	buf_release(&text);
	return same;
}

static enum tool_exit compare(struct follows *r)
{
	struct buf last = {0}, why = {0};
	DIR *d = opendir(r->dir);
	struct dirent *e;
	bool same = false;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			same |= compare_file(r, e->d_name, &last);
	if (d)
		closedir(d);
	if (!same && last.n)
		jdiff_first(r->bundle.payload, buf_view(&last), &why);
	else if (!same)
		buf_str(&why, "the capture shows nothing of its subject");
	if (same)
		printf("'%s' follows from '%s'\n", r->o->file, r->o->capture);
	else
		diag_error("'%s' does not follow from '%s': %.*s", r->o->file,
			   r->o->capture, (int)why.n, why.p);
	buf_release(&last);
	buf_release(&why);
	return same ? TOOL_OK : TOOL_BAD;
}

static enum tool_exit run_again(struct follows *r)
{
	struct rt_err err;
	size_t which;

	if (pipeline_run(r->stages, r->n, &which, &err))
		return compare(r);
	diag_error("%s: %s", r->stages[which].argv[0],
		   err.sys_errno ? strerror(err.sys_errno) : err.msg);
	return TOOL_SYSTEM;
}

static enum tool_exit judge(struct follows *r)
{
	const char *tmp = getenv("TMPDIR"), *wrong;
	enum tool_exit st = read_bundle(r);

	if (st != TOOL_OK)
		return st;
	snprintf(r->dir, sizeof(r->dir), "%s/rt-witness-XXXXXX",
		 tmp && strlen(tmp) < sizeof(r->dir) / 2 ? tmp : "/tmp");
	wrong = plan(r);
	if (wrong)
		return fail(TOOL_BAD, r->o->file, wrong);
	if (!mkdtemp(r->dir)) {
		diag_error("cannot make '%s': %s", r->dir, strerror(errno));
		return TOOL_SYSTEM;
	}
	st = run_again(r);
	rmdir(r->dir);
	return st;
}

int follows_run(const struct follows_opts *o)
{
	struct follows r = {.o = o, .arena = {.block_size = 64 * KIB}};
	enum tool_exit st = judge(&r);
	int output_errno = fflush(stdout) != 0 ? errno : 0;

	arena_release(&r.arena);
	return tool_end(st, output_errno);
}
