/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/verify.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "witness/claim.h"
#include "witness/dsse.h"
#include "witness/jcs.h"
#include "witness/statement.h"

/* --- the signature ---------------------------------------------------------
 */

const char *verify_signature(const struct bundle *b, const struct key *k)
{
	const char *wrong = "no signature of it is by this key";
	struct buf pae = {0}, hint = {0};

	if (!sv_eq(b->type, SV(DSSE_TYPE_INTOTO)))
		return "payloadType is not that of an in-toto statement";
	dsse_pae(&pae, b->type, b->payload);
	for (size_t i = 0; i < b->n; i++)
		if (key_verify(k, buf_view(&pae), b->signatures[i].sig))
			wrong = NULL;
	if (!key_hint(k, &hint))
		wrong = "the key cannot be read";
	for (size_t i = 0; i < b->n && !wrong; i++)
		if (b->n == 1 && b->signatures[i].keyid.n &&
		    !sv_eq(b->signatures[i].keyid, buf_view(&hint)))
			wrong = "keyid names another key";
	if (!wrong && b->hint.n && !sv_eq(b->hint, buf_view(&hint)))
		wrong = "the hint names another key";
	buf_release(&pae);
	buf_release(&hint);
	return wrong;
}

/* --- the statement ---------------------------------------------------------
 */

/* What is needed of it, looked up once. */
struct parts {
	const json_t *predicate, *evidence, *claims, *only;
	const char *digest; /* hex */
	char subject[CLAIM_ID_LEN + 1];
	enum statement_form form;
};

static const char *string(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static bool is_hex_digest(const char *s)
{
	return s && strspn(s, "0123456789abcdef") == 64 && !s[64];
}

static bool is_canonical(sv payload)
{
	struct rt_err err;
	struct buf b = {0};
	bool same =
		jcs_canon(payload, &b, &err) && sv_eq(buf_view(&b), payload);

	buf_release(&b);
	return same;
}

static const char *find_form(const json_t *s, struct parts *p)
{
	const char *type = string(s, "predicateType");

	for (int i = 0; type && statement_forms[i]; i++)
		if (!strcmp(type, statement_type((enum statement_form)i))) {
			p->form = (enum statement_form)i;
			return NULL;
		}
	return "predicateType is none that this version knows";
}

static const char *find_subject(const json_t *s, struct parts *p)
{
	const json_t *list = json_object_get(s, "subject");
	const char *type = string(s, "_type");

	if (!type || strcmp(type, "https://in-toto.io/Statement/v1") != 0)
		return "_type is not that of a statement v1";
	p->digest = string(json_object_get(json_array_get(list, 0), "digest"),
			   "sha256");
	if (json_array_size(list) != 1 || !is_hex_digest(p->digest))
		return "not one subject with a sha256";
	snprintf(p->subject, sizeof(p->subject), "sha256:%s", p->digest);
	return NULL;
}

/* The members that a form has to have, and their types. */
struct need {
	enum statement_form form;
	const char *path[3];
	json_type type;
};

static const struct need needs[] = {
	{STATEMENT_RUNTIME_TRACE, {"monitor", "type"}, JSON_STRING},
	{STATEMENT_RUNTIME_TRACE,
	 {"monitor", "tracePolicy", "policies"},
	 JSON_ARRAY},
	{STATEMENT_RUNTIME_TRACE, {"monitoredProcess", "hostID"}, JSON_STRING},
	{STATEMENT_RUNTIME_TRACE, {"monitoredProcess", "type"}, JSON_STRING},
	{STATEMENT_RUNTIME_TRACE, {"monitoredProcess", "event"}, JSON_STRING},
	{STATEMENT_RUNTIME_TRACE, {"monitorLog", "process"}, JSON_ARRAY},
	{STATEMENT_EXECUTION_EVIDENCE, {"artifact_id"}, JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE, {"environment_id"}, JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE, {"trace_source"}, JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"observation_window", "duration_ms"},
	 JSON_INTEGER},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"trace_summary", "syscall_families_observed"},
	 JSON_ARRAY},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"trace_summary", "hot_symbols"},
	 JSON_ARRAY},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"trace_summary", "hot_symbol_count"},
	 JSON_INTEGER},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"trace_summary", "unique_call_paths"},
	 JSON_INTEGER},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"trace_summary", "address_canonicalized"},
	 JSON_TRUE},
	{STATEMENT_EXECUTION_EVIDENCE, {"trace_digest"}, JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"determinism", "replay_seed"},
	 JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"determinism", "inputs_digest"},
	 JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE,
	 {"determinism", "expected_output_digest"},
	 JSON_STRING},
	{STATEMENT_EXECUTION_EVIDENCE, {"claims"}, JSON_ARRAY},
	{STATEMENT_MICRO_WITNESS, {"observation", "claimId"}, JSON_STRING},
	{STATEMENT_MICRO_WITNESS, {"symbolization", "build_id"}, JSON_STRING},
	{STATEMENT_MICRO_WITNESS,
	 {"symbolization", "symbolizer", "version"},
	 JSON_STRING},
	{STATEMENT_MICRO_WITNESS,
	 {"symbolization", "libc_variant"},
	 JSON_STRING},
};

static const json_t *at(const json_t *o, const char *const path[3])
{
	for (int i = 0; i < 3 && path[i]; i++)
		o = json_object_get(o, path[i]);
	return o;
}

static const char *check_form(struct parts *p)
{
	static const char *const trace[3] = {"monitorLog", "process"};

	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		const json_t *v = at(p->predicate, needs[i].path);

		if (needs[i].form == p->form &&
		    (!v || json_typeof(v) != needs[i].type))
			return "a member that its predicate needs is missing";
	}
	if (p->form == STATEMENT_MICRO_WITNESS)
		p->only = json_object_get(p->predicate, "observation");
	else if (p->form == STATEMENT_RUNTIME_TRACE)
		p->claims = at(p->predicate, trace);
	else
		p->claims = json_object_get(p->predicate, "claims");
	return NULL;
}

static sv member(const json_t *o, const char *name)
{
	const char *s = string(o, name);

	return s ? sv_str(s) : SV_NULL;
}

static bool claim_holds(const struct parts *p, const json_t *o)
{
	struct claim c = {.image_digest = sv_str(p->subject),
			  .purl = member(o, "purl"),
			  .function = member(o, "function"),
			  .build_id = member(o, "buildId")};
	char id[CLAIM_ID_LEN + 1];

	return c.function.n && claim_id(&c, id) &&
	       sv_eq(sv_str(id), member(o, "claimId"));
}

static const char *check_claims(const struct parts *p, uint64_t *n)
{
	const json_t *o;
	size_t i;

	*n = p->only ? 1 : json_array_size(p->claims);
	if (p->only && !claim_holds(p, p->only))
		return "the claim id is not that of the claim";
	json_array_foreach(
		p->claims, i,
		o) if (!claim_holds(p, o)) return "a claim id is not that of "
						  "its claim";
	return NULL;
}

static bool digest_is(const json_t *value, const char *digest)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	char computed[CLAIM_ID_LEN + 1];
	bool same = text && digest &&
		    statement_digest(sv_str(text), computed) &&
		    !strcmp(computed, digest);

	free(text);
	return same;
}

static const char *check_digests(const struct parts *p)
{
	const json_t *d = json_object_get(p->predicate, "determinism");
	const char *artifact = string(p->predicate, "artifact_id");

	if (p->form == STATEMENT_RUNTIME_TRACE)
		return strcmp(string(json_object_get(p->predicate,
						     "monitoredProcess"),
				     "event"),
			      p->subject)
			       ? "the monitored process is not the subject"
			       : NULL;
	if (p->form != STATEMENT_EXECUTION_EVIDENCE)
		return NULL;
	if (strcmp(artifact, p->subject) != 0)
		return "artifact_id is not the subject";
	if (!digest_is(p->claims, string(p->predicate, "trace_digest")))
		return "trace_digest is not that of the claims";
	if (!digest_is(json_object_get(p->predicate, "trace_summary"),
		       string(d, "expected_output_digest")))
		return "expected_output_digest is not that of the summary";
	return NULL;
}

/* --- the chain -------------------------------------------------------------
 */

static uint64_t number(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_string(v) ? strtoull(json_string_value(v), NULL, 10)
				 : (uint64_t)json_integer_value(v);
}

static bool chain_closes(const json_t *list, uint64_t *dropped)
{
	const char *first = string(json_array_get(list, 0), "stage");
	uint64_t written = 0;
	bool closed = json_array_size(list) > 0;
	const json_t *l;
	size_t i;

	*dropped = 0;
	json_array_foreach(list, i, l)
	{
		uint64_t in = number(l, "in"), out = number(l, "out");
		const char *stage = string(l, "stage");
		bool starts = stage && first && !strcmp(stage, first);

		closed &= in == out + number(l, "dropped") +
					  number(l, "merged") &&
			  (starts || in == written) &&
			  json_is_true(json_object_get(l, "complete"));
		*dropped += number(l, "dropped");
		written = out + number(l, "created");
	}
	return closed;
}

static const char *check_chain(const struct parts *p,
			       struct verify_facts *facts)
{
	const json_t *e = p->evidence, *g;
	const json_t *gaps = json_object_get(e, "gaps");
	bool says = json_is_true(json_object_get(e, "complete"));
	bool unknown = false, whole;
	uint64_t lost;
	size_t i;

	if (!json_is_object(e) || !json_is_array(gaps) ||
	    !json_is_array(json_object_get(e, "ledgers")) ||
	    !json_is_boolean(json_object_get(e, "complete")))
		return "evidence: not what it should be";
	whole = chain_closes(json_object_get(e, "ledgers"), &lost);
	json_array_foreach(gaps, i, g)
	{
		lost += number(g, "count");
		unknown |= json_is_true(json_object_get(g, "unknown"));
	}
	if (number(e, "gapCount") == json_array_size(gaps) &&
	    lost != number(e, "lost"))
		return "evidence: gaps and drops do not add up to what is lost";
	if (says && (!whole || lost || unknown))
		return "evidence: said to be complete, and is not";
	facts->complete = says;
	facts->closed = whole && !unknown;
	return NULL;
}

static const char *check(const json_t *s, const char *subject,
			 struct verify_facts *facts)
{
	struct parts p = {.predicate = json_object_get(s, "predicate")};
	const char *wrong = find_subject(s, &p);

	p.evidence = json_object_get(p.predicate, "evidence");
	if (!wrong)
		wrong = find_form(s, &p);
	if (!wrong && subject && strcmp(subject, p.subject) != 0)
		wrong = "it is about another subject";
	if (!wrong)
		wrong = check_form(&p);
	if (!wrong)
		wrong = check_claims(&p, &facts->claims);
	if (!wrong)
		wrong = check_digests(&p);
	if (!wrong)
		wrong = check_chain(&p, facts);
	facts->absence = json_object_get(p.predicate, "absence") != NULL;
	if (!wrong && facts->absence && !facts->closed)
		wrong = "absence is claimed of a range with unknown losses";
	return wrong;
}

/* A member's text in canonical JSON that was checked; there are no escapes. */
static sv in_payload(sv payload, const char *before, size_t n)
{
	const char *p = memmem(payload.p, payload.n, before, strlen(before));

	return p ? sv_first(sv_from(payload,
				    (size_t)(p - payload.p) + strlen(before)),
			    n)
		 : SV_NULL;
}

const char *verify_statement(sv payload, const char *subject,
			     struct verify_facts *facts)
{
	const char *wrong;
	json_error_t e;
	json_t *s;
	sv rest;

	*facts = (struct verify_facts){.claims = 0};
	if (!is_canonical(payload))
		return "the statement is not canonical JSON";
	s = json_loadb(payload.p, payload.n, JSON_REJECT_DUPLICATES, &e);
	wrong = check(s, subject, facts);
	json_decref(s);
	if (wrong)
		return wrong;
	rest = in_payload(payload, "\"predicateType\":\"", SIZE_MAX);
	facts->predicate_type = sv_first(rest, sv_find(rest, '"'));
	facts->subject = in_payload(payload, "\"digest\":{\"sha256\":\"", 64);
	return NULL;
}
