/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/verifier.h"

#include <errno.h>
#include <stdio.h>

#include "pipe/diag.h"
#include "pipe/tool.h"
#include "text/termsafe.h"
#include "witness/textfile.h"
#include "witness/verify.h"

#define MAX_NAME 4096
#define CHUNK (64 * KIB)

/* A certificate in the bundle proves nothing by itself; it must be the key's.
 */
static const char *certificate_fits(const struct bundle *b, const struct key *k)
{
	struct buf ours = {0}, theirs = {0};
	struct rt_err err;
	struct key *c;
	bool same;

	if (!b->certificate.n)
		return NULL;
	c = key_of_certificate(b->certificate, &err);
	same = c && key_hint(c, &theirs) && key_hint(k, &ours) &&
	       sv_eq(buf_view(&ours), buf_view(&theirs));
	key_free(c);
	buf_release(&ours);
	buf_release(&theirs);
	return same ? NULL : "the certificate is of another key";
}

static void say(const char *verdict, const char *file,
		const struct verify_facts *f)
{
	struct buf line = {0};

	buf_printf(&line, "%s ", verdict);
	termsafe_put(&line, sv_str(file), MAX_NAME, false);
	buf_printf(&line, ": %.*s, sha256:%.*s, %llu claims, %s%s\n",
		   SV_ARG(f->predicate_type), SV_ARG(f->subject),
		   (unsigned long long)f->claims,
		   f->complete ? "complete"
		   : f->closed ? "with losses that are accounted for"
			       : "not complete",
		   f->absence ? ", with absence" : "");
	fwrite(line.p, 1, line.n, stdout);
	buf_release(&line);
}

static enum tool_exit one(const struct verifier_opts *o, const char *file)
{
	struct buf text = {0};
	struct arena arena = {.block_size = CHUNK};
	enum tool_exit st = TOOL_OK;
	const char *wrong = NULL;
	struct verify_facts facts;
	struct rt_err err;
	struct bundle b;

	if (!textfile_read(file, BUNDLE_MAX, &text)) {
		diag_error("cannot read '%s': %s", file, strerror(errno));
		buf_release(&text);
		return TOOL_SYSTEM;
	}
	if (!bundle_read(buf_view(&text), &arena, &b, &err))
		wrong = err.msg;
	if (!wrong)
		wrong = verify_signature(&b, o->key);
	if (!wrong)
		wrong = certificate_fits(&b, o->key);
	if (!wrong)
		wrong = verify_statement(b.payload, o->subject, &facts);
	if (wrong) {
		diag_error("'%s' does not hold: %s", file, wrong);
		st = TOOL_BAD;
	} else {
		say("verified", file, &facts);
	}
	arena_release(&arena);
	buf_release(&text);
	return st;
}

int verifier_run(const struct verifier_opts *o)
{
	enum tool_exit st = TOOL_OK;
	int output_errno = 0;

	for (size_t i = 0; i < o->n_files; i++)
		st = tool_worst(st, one(o, o->files[i]));
	if (fflush(stdout) != 0)
		output_errno = errno;
	return tool_end(st, output_errno);
}
