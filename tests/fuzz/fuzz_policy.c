/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a policy file; what is accepted is then put to work on a few
 * strings and on the policy's own text, twice: the same comes out, and what
 * came out changes no more unless the agent's stars were asked for.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "redact/policyfile.h"
#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_stars(const struct policy *p)
{
	for (size_t i = 0; i < policy_rules(p); i++)
		if (policy_how(p, i) == HITS_STARS)
			return true;
	return false;
}

static void use(struct redact *r, const struct policy *p, sv text)
{
	struct buf a = {0}, b = {0}, c = {0};
	bool changed;

	redact_choose(r, policy_for_record(p, SV("shop"), SV("Kprobe")));
	changed = redact_cmdline(r, SV("/bin/app"), text, false, &a);
	if (changed != redact_cmdline(r, SV("/bin/app"), text, false, &b) ||
	    !sv_eq(buf_view(&a), buf_view(&b)))
		abort();
	if (changed && !has_stars(p) &&
	    redact_cmdline(r, SV("/bin/app"), buf_view(&a), false, &c))
		abort();
	buf_release(&a);
	buf_release(&b);
	buf_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy *p = policy_new();
	struct policyfile_err err = {.line = 0};
	char *copy = mem_dup(data, size);
	sv text = {copy, size};

	if (policyfile_parse(p, text, &err)) {
		struct redact_opts o = {.policy = p, .no_defaults = true,
					.key = SV("0123456789abcdef")};
		struct redact *r;

		policy_compile(p);
		policy_may_leave(p, SV("shop"));
		policy_for_binary(p, SV("/bin/app"));
		policy_for_field(p, SV("tetragon.Process"), SV("cwd"));
		r = redact_new(&o);
		use(r, p, SV("--key abc T-123 [REDACTED:a] x=1 \xc3\xa9"));
		use(r, p, sv_first(text, 2000));
		redact_free(r);
	} else if (err.line == 0 || !err.msg[0]) {
		abort();
	}
	policy_free(p);
	mem_free(copy);
	return 0;
}
