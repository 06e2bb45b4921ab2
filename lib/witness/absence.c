/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/absence.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "witness/jout.h"
#include "witness/statement.h"

struct absence {
	json_t *policy;
	const json_t *functions;
	char digest[CLAIM_ID_LEN + 1];
	int64_t minimum_range;
	uint64_t maximum_lost;
	const char *probe, *hook; /* hook: or NULL */
};

static const char *text(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static sv text_sv(const json_t *o, const char *name)
{
	const char *s = text(o, name);

	return s ? sv_str(s) : SV_NULL;
}

static const char *take(struct absence *a)
{
	const json_t *range =
		json_object_get(a->policy, "minimum_range_seconds");
	const json_t *lost = json_object_get(a->policy, "maximum_lost");
	const json_t *probe = json_object_get(a->policy, "probe"), *f;
	size_t i;

	a->functions = json_object_get(a->policy, "functions");
	a->probe = text(probe, "policy");
	a->hook = text(probe, "hook");
	if (!json_is_integer(range) || json_integer_value(range) <= 0)
		return "minimum_range_seconds: no positive number";
	if (lost && (!json_is_integer(lost) || json_integer_value(lost) < 0))
		return "maximum_lost: no number";
	if (!a->probe)
		return "probe.policy: no name of a tracing policy";
	if (!json_is_array(a->functions) || !json_array_size(a->functions))
		return "functions: none";
	json_array_foreach(
		a->functions, i,
		f) if (!text(f, "image_digest") ||
		       !text(f, "function")) return "functions: image_digest "
						    "and function are "
						    "needed";
	a->minimum_range = json_integer_value(range);
	a->maximum_lost = (uint64_t)json_integer_value(lost);
	return NULL;
}

struct absence *absence_read(const char *file, struct rt_err *err)
{
	struct absence *a = mem_zalloc(sizeof(*a));
	json_error_t e;
	char *canonical;

	a->policy = json_load_file(file, JSON_REJECT_DUPLICATES, &e);
	*err = (struct rt_err){.pos = e.position > 0 ? (size_t)e.position : 0,
			       .msg = "cannot be read as JSON"};
	if (a->policy) {
		err->msg = take(a);
		err->pos = 0;
		canonical = json_dumps(a->policy, JSON_COMPACT);
		if (!err->msg &&
		    (!canonical ||
		     !statement_digest(sv_str(canonical), a->digest)))
			err->msg = "no canonical form";
		free(canonical);
		if (!err->msg)
			return a;
	}
	absence_free(a);
	return NULL;
}

void absence_free(struct absence *a)
{
	if (!a)
		return;
	json_decref(a->policy);
	mem_free(a);
}

/* Is the element of the posture's policies there that the probe needs? */
static bool is_attached(const struct absence *a, const struct ledgers *l)
{
	struct buf list = {0};
	const json_t *p, *hook;
	bool found = false;
	json_t *all;
	size_t i, k;

	buf_sv(&list, l->policies.n ? buf_view(&l->policies) : SV("["));
	buf_ch(&list, ']');
	all = json_loadb(list.p, list.n, 0, NULL);
	json_array_foreach(all, i, p)
	{
		const char *name = text(p, "Name"), *state = text(p, "State");
		bool hooked = !a->hook;

		json_array_foreach(json_object_get(p, "KernelHooks"), k, hook)
			hooked |=
			a->hook && !strcmp(json_string_value(hook), a->hook);
		json_array_foreach(json_object_get(p, "UserHooks"), k, hook)
			hooked |=
			a->hook && !strcmp(json_string_value(hook), a->hook);
		found |= name && !strcmp(name, a->probe) && hooked &&
			 !text(p, "Error") && state &&
			 !strcmp(state, "enabled");
	}
	json_decref(all);
	buf_release(&list);
	return found;
}

static bool was_seen(const struct subject *s, const json_t *f)
{
	sv function = text_sv(f, "function"), purl = text_sv(f, "purl");
	sv build_id = text_sv(f, "build_id");

	for (size_t i = 0; i < s->n; i++) {
		const struct claim *c = &s->v[i]->claim;

		/* What the policy leaves open is any. */
		if (sv_eq(c->function, function) &&
		    (!purl.n || !c->purl.n || sv_eq(c->purl, purl)) &&
		    (!build_id.n || !c->build_id.n ||
		     sv_eq(c->build_id, build_id)))
			return true;
	}
	return false;
}

static bool is_of(const json_t *f, const struct subject *s)
{
	return sv_eq(text_sv(f, "image_digest"), s->digest);
}

static void judge_range(const struct absence *a, const struct ledgers *l,
			struct buf *why)
{
	int64_t seconds = l->last.sec - l->first.sec;

	if (!l->n_ledgers || l->incomplete)
		buf_str(why, "the ledgers of the stages do not close\n");
	if (l->lost_unknown)
		buf_str(why, "a gap does not say how much is lost\n");
	if (l->lost > a->maximum_lost)
		buf_printf(why, "%llu events are lost, %llu may be\n",
			   (unsigned long long)l->lost,
			   (unsigned long long)a->maximum_lost);
	if (seconds < a->minimum_range)
		buf_printf(why, "the range is of %lld seconds, not of %lld\n",
			   (long long)seconds, (long long)a->minimum_range);
	if (!is_attached(a, l))
		buf_printf(why,
			   "no posture in the stream shows tracing policy "
			   "'%s'%s%s%s enabled\n",
			   a->probe, a->hook ? " with hook '" : "",
			   a->hook ? a->hook : "", a->hook ? "'" : "");
}

static void put_absence(const struct absence *a, const struct subject *s,
			struct buf *out)
{
	const json_t *f;
	size_t i;

	jout_object(out, NULL);
	jout_string(out, "policyDigest", sv_str(a->digest));
	jout_string(out, "probe", sv_str(a->probe));
	jout_array(out, "notCalled");
	json_array_foreach(a->functions, i, f)
	{
		struct claim c = {.image_digest = s->digest,
				  .purl = text_sv(f, "purl"),
				  .function = text_sv(f, "function"),
				  .build_id = text_sv(f, "build_id")};
		char id[CLAIM_ID_LEN + 1];

		if (!is_of(f, s) || !claim_id(&c, id))
			continue;
		jout_object(out, NULL);
		jout_string(out, "claimId", sv_str(id));
		jout_string(out, "function", c.function);
		jout_text(out, "purl", c.purl);
		jout_text(out, "buildId", c.build_id);
		jout_end(out);
	}
	jout_end_array(out);
	jout_end(out);
}

bool absence_judge(const struct absence *a, const struct subject *s,
		   const struct ledgers *l, struct buf *out, struct buf *why)
{
	const json_t *f;
	bool concerned = false;
	size_t i, mark = why->n;

	json_array_foreach(a->functions, i, f)
	{
		if (!is_of(f, s))
			continue;
		concerned = true;
		if (was_seen(s, f))
			buf_printf(why, "function '%s' was called\n",
				   text(f, "function"));
	}
	if (!concerned)
		return true;
	judge_range(a, l, why);
	if (why->n != mark)
		return false;
	put_absence(a, s, out);
	return true;
}
