/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/statement.h"

#include "base/sha256.h"
#include "witness/claimids.h"
#include "witness/jcs.h"
#include "witness/jout.h"

#define MS_PER_S 1000
#define NS_PER_MS 1000000

const char *const statement_forms[] = {"runtime-trace", "execution-evidence",
				       "micro-witness", NULL};

const char *statement_type(enum statement_form form)
{
	static const char *const types[] = {
		"https://in-toto.io/attestation/runtime-trace/v0.1",
		"stella.ops/executionEvidence@v1",
		"urn:tetrapipe:micro-witness:v1"};

	return types[form];
}

static void hex_digest(const uint8_t sum[SHA256_LEN],
		       char out[CLAIM_ID_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out + 7;

	memcpy(out, "sha256:", 7);
	for (size_t i = 0; i < SHA256_LEN; i++) {
		*p++ = digits[sum[i] >> 4];
		*p++ = digits[sum[i] & 15];
	}
	*p = '\0';
}

bool statement_digest(sv json, char out[CLAIM_ID_LEN + 1])
{
	uint8_t sum[SHA256_LEN];
	struct rt_err err;
	struct buf b = {0};
	bool ok = jcs_canon(json, &b, &err) && sha256_once(buf_view(&b), sum);

	*out = '\0';
	if (ok)
		hex_digest(sum, out);
	buf_release(&b);
	return ok;
}

/* --- what all of them have -------------------------------------------------
 */

static void put_claim(struct buf *b, const struct statement *s,
		      const struct observation *v)
{
	jout_object(b, NULL);
	jout_string(b, "claimId", sv_str(v->id));
	jout_text(b, "externalId", claimids_find(s->ids, sv_str(v->id)));
	jout_string(b, "function", v->claim.function);
	jout_text(b, "purl", v->claim.purl);
	jout_text(b, "buildId", v->claim.build_id);
	jout_text(b, "module", v->module);
	jout_text(b, "functionId", v->function_id);
	jout_uint(b, "invocationCount", v->count);
	jout_uint(b, "uniqueCallers", v->n_callers);
	if (v->callers_cut)
		jout_bool(b, "callersTruncated", true);
	jout_time(b, "firstSeen", v->first);
	jout_time(b, "lastSeen", v->last);
	jout_end(b);
}

static void put_claims(struct buf *b, const char *name,
		       const struct statement *s)
{
	jout_array(b, name);
	for (size_t i = 0; i < s->subject->n; i++)
		put_claim(b, s, s->subject->v[i]);
	jout_end_array(b);
}

/* An array that was gathered element by element. */
static void put_list(struct buf *b, const char *name, const struct buf *list)
{
	jout_name(b, name);
	buf_sv(b, list->n ? buf_view(list) : SV("["));
	buf_ch(b, ']');
}

static void put_evidence(struct buf *b, const struct statement *s)
{
	const struct ledgers *c = s->chain;

	jout_object(b, "evidence");
	jout_bool(b, "complete", ledgers_is_whole(c));
	jout_uint(b, "lost", c->lost);
	jout_bool(b, "lostUnknown", c->lost_unknown);
	jout_uint(b, "gapCount", c->n_gaps);
	put_list(b, "gaps", &c->gaps);
	put_list(b, "ledgers", &c->ledgers);
	jout_time(b, "from", c->first);
	jout_time(b, "to", c->last);
	if (s->part)
		jout_uint(b, "part", s->part);
	jout_time(b, "madeAt", s->made);
	jout_end(b);
	if (s->absence.n) {
		jout_name(b, "absence");
		buf_sv(b, s->absence);
	}
}

/* cluster/node of the data; a place without a name is "unknown". */
static void put_place(struct buf *b, const char *name, const char *prefix,
		      const struct statement *s)
{
	struct buf place = {0};

	buf_str(&place, prefix);
	if (s->subject->cluster.n) {
		buf_sv(&place, s->subject->cluster);
		buf_ch(&place, '/');
	}
	buf_sv(&place, s->subject->node.n ? s->subject->node : SV("unknown"));
	jout_string(b, name, buf_view(&place));
	buf_release(&place);
}

/* --- runtime-trace ---------------------------------------------------------
 */

static void put_runtime_trace(struct buf *b, const struct statement *s)
{
	struct buf monitor = {0};

	buf_str(&monitor, "https://github.com/cilium/tetragon");
	if (s->chain->agent_version[0])
		buf_printf(&monitor, "/%s", s->chain->agent_version);
	jout_object(b, "monitor");
	jout_string(b, "type", buf_view(&monitor));
	jout_object(b, "tracePolicy");
	put_list(b, "policies", &s->chain->policies);
	jout_end(b);
	jout_end(b);
	jout_object(b, "monitoredProcess");
	put_place(b, "hostID", "urn:tetrapipe:node:", s);
	jout_string(b, "type", SV("urn:tetrapipe:container-image"));
	jout_string(b, "event", s->subject->digest);
	jout_end(b);
	jout_object(b, "monitorLog");
	put_claims(b, "process", s);
	jout_end(b);
	jout_object(b, "metadata");
	jout_time(b, "buildStartedOn", s->subject->first);
	jout_time(b, "buildFinishedOn", s->subject->last);
	jout_end(b);
	buf_release(&monitor);
}

/* --- executionEvidence -----------------------------------------------------
 */

static void put_window(struct buf *b, const struct subject *s)
{
	int64_t ms = (s->last.sec - s->first.sec) * MS_PER_S +
		     (s->last.nsec - s->first.nsec) / NS_PER_MS;

	jout_object(b, "observation_window");
	jout_time(b, "start", s->first);
	jout_time(b, "end", s->last);
	jout_uint(b, "duration_ms", ms > 0 ? (uint64_t)ms : 0);
	jout_end(b);
}

static void put_summary(struct buf *b, const char *name,
			const struct subject *s)
{
	uint64_t paths = 0;

	jout_object(b, name);
	jout_array(b, "syscall_families_observed");
	for (int i = 0; i < OBSERVE_FAMILIES; i++)
		if (s->families & 1u << i)
			jout_string(b, NULL,
				    sv_str(observe_family_name(
					    (enum observe_family)i)));
	jout_end_array(b);
	jout_array(b, "hot_symbols");
	for (size_t i = 0; i < s->n; i++) {
		jout_string(b, NULL, s->v[i]->claim.function);
		paths += s->v[i]->n_callers;
	}
	jout_end_array(b);
	jout_uint(b, "hot_symbol_count", s->n);
	jout_uint(b, "unique_call_paths", paths);
	jout_bool(b, "address_canonicalized", true);
	jout_end(b);
}

static bool digest_of_summary(const struct subject *s,
			      char out[CLAIM_ID_LEN + 1])
{
	struct buf b = {0};
	bool ok;

	put_summary(&b, NULL, s);
	ok = statement_digest(buf_view(&b), out);
	buf_release(&b);
	return ok;
}

static bool digest_of_claims(const struct statement *s,
			     char out[CLAIM_ID_LEN + 1])
{
	struct buf b = {0};
	bool ok;

	put_claims(&b, NULL, s);
	ok = statement_digest(buf_view(&b), out);
	buf_release(&b);
	return ok;
}

static bool put_execution_evidence(struct buf *b, const struct statement *s)
{
	char trace[CLAIM_ID_LEN + 1], summary[CLAIM_ID_LEN + 1];

	if (!digest_of_claims(s, trace) ||
	    !digest_of_summary(s->subject, summary))
		return false;
	jout_string(b, "artifact_id", s->subject->digest);
	if (s->environment.n)
		jout_string(b, "environment_id", s->environment);
	else
		put_place(b, "environment_id", "", s);
	jout_string(b, "trace_source", SV("ebpf"));
	put_window(b, s->subject);
	put_summary(b, "trace_summary", s->subject);
	jout_string(b, "trace_digest", sv_str(trace));
	jout_object(b, "determinism");
	jout_string(b, "replay_seed", SV("0"));
	jout_string(b, "inputs_digest", sv_str(s->chain->source_digest));
	jout_string(b, "expected_output_digest", sv_str(summary));
	jout_end(b);
	jout_time(b, "timestamp", s->subject->last);
	put_claims(b, "claims", s);
	return true;
}

/* --- micro-witness ---------------------------------------------------------
 */

static void put_micro_witness(struct buf *b, const struct statement *s)
{
	const struct subject *u = s->subject;

	jout_name(b, "observation");
	put_claim(b, s, s->only);
	jout_object(b, "symbolization");
	jout_string(b, "build_id", s->only->claim.build_id);
	jout_string(b, "symbol_source",
		    s->only->function_id.n ? SV("module") : SV("agent"));
	jout_object(b, "symbolizer");
	jout_string(b, "name", SV("rt-canon"));
	jout_string(b, "version", sv_str(s->chain->canon_version));
	jout_end(b);
	jout_string(b, "libc_variant",
		    u->glibc == u->musl ? SV("unknown")
		    : u->glibc		? SV("glibc")
					: SV("musl"));
	jout_string(b, "sysroot_digest", s->sysroot_digest);
	jout_end(b);
	put_place(b, "place", "", s);
}

/* --- the statement ---------------------------------------------------------
 */

static bool put_predicate(struct buf *b, const struct statement *s)
{
	bool ok = true;

	jout_object(b, "predicate");
	switch (s->form) {
	case STATEMENT_RUNTIME_TRACE:
		put_runtime_trace(b, s);
		break;
	case STATEMENT_EXECUTION_EVIDENCE:
		ok = put_execution_evidence(b, s);
		break;
	case STATEMENT_MICRO_WITNESS:
		put_micro_witness(b, s);
		break;
	}
	put_evidence(b, s);
	jout_end(b);
	return ok;
}

bool statement_write(const struct statement *s, struct buf *out,
		     struct rt_err *err)
{
	sv digest = s->subject->digest;
	struct buf b = {0};
	bool ok;

	buf_ch(&b, '{');
	jout_string(&b, "_type", SV("https://in-toto.io/Statement/v1"));
	jout_array(&b, "subject");
	jout_object(&b, NULL);
	jout_string(&b, "name", SV("artifact"));
	jout_object(&b, "digest");
	jout_string(&b, "sha256", sv_from(digest, SV("sha256:").n));
	jout_end(&b);
	jout_end(&b);
	jout_end_array(&b);
	jout_string(&b, "predicateType", sv_str(statement_type(s->form)));
	*err = (struct rt_err){.msg = "SHA-256 is not available"};
	ok = put_predicate(&b, s);
	jout_end(&b);
	ok = ok && jcs_canon(buf_view(&b), out, err);
	buf_release(&b);
	return ok;
}
