/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "witness/bundle.h"
#include "witness/dsse.h"

#define MS_PER_S 1000

/* Field numbers of rt.v1.Witness. */
enum {
	W_CLAIM_ID = 1,
	W_IMAGE_DIGEST,
	W_PURL,
	W_FUNCTION,
	W_BUILD_ID,
	W_PREDICATE_TYPE,
	W_BUNDLE,
};

struct witness {
	struct witness_opts o;
	struct observe seen;
	struct ledgers ledgers;
	struct buf payload, pae, signed_text, absence, why;
	uint64_t part;	   /* of the range at hand, 0: the only one so far */
	uint64_t range;	   /* that was written, from 1 */
	int64_t next_emit; /* seconds; 0: not known */
	bool failed;
	struct witness_stats stats;
};

static struct metric generated = {.name = "tetragon_witness_generated",
				  .help = "Statements made",
				  .label = ""};
static struct metric early = {.name = "tetrapipe_witness_early_total",
			      .help = "Ranges cut for --max-claims",
			      .label = ""};
static struct metric refused = {.name = "tetrapipe_witness_refused_total",
				.help = "Statements of absence refused",
				.label = ""};

void witness_metrics_register(void)
{
	metrics_register(&generated);
	metrics_register(&early);
	metrics_register(&refused);
}

struct witness *witness_new(const struct witness_opts *o)
{
	struct witness *w = mem_zalloc(sizeof(*w));

	w->o = *o;
	w->seen.fallback = o->subject;
	return w;
}

void witness_free(struct witness *w)
{
	if (!w)
		return;
	observe_release(&w->seen);
	ledgers_release(&w->ledgers);
	buf_release(&w->payload);
	buf_release(&w->pae);
	buf_release(&w->signed_text);
	buf_release(&w->absence);
	buf_release(&w->why);
	mem_free(w);
}

const struct witness_stats *witness_get_stats(const struct witness *w)
{
	return &w->stats;
}

/* --- one statement ---------------------------------------------------------
 */

/* The payload as it goes out: in an envelope, a bundle, or bare. */
static bool seal(struct witness *w)
{
	struct bundle b = {.type = SV(DSSE_TYPE_INTOTO),
			   .payload = buf_view(&w->payload),
			   .is_bundle = !w->o.dsse,
			   .certificate = w->o.certificate};
	struct buf sigs[WITNESS_MAX_KEYS] = {{0}},
		   hints[WITNESS_MAX_KEYS] = {{0}};
	bool ok = true;

	w->signed_text.n = w->pae.n = 0;
	if (!w->o.n_keys) {
		buf_sv(&w->signed_text, b.payload);
		return true;
	}
	dsse_pae(&w->pae, b.type, b.payload);
	for (size_t i = 0; i < w->o.n_keys && ok; i++) {
		ok = key_sign(w->o.keys[i], buf_view(&w->pae), &sigs[i]) &&
		     key_hint(w->o.keys[i], &hints[i]);
		b.signatures[b.n++] = (struct bundle_signature){
			buf_view(&sigs[i]),
			w->o.dsse ? buf_view(&hints[i]) : SV_NULL};
	}
	b.hint = buf_view(&hints[0]);
	if (ok)
		bundle_write(&b, &w->signed_text);
	for (size_t i = 0; i < w->o.n_keys; i++) {
		buf_release(&sigs[i]);
		buf_release(&hints[i]);
	}
	return ok;
}

static bool write_all(int fd, sv s)
{
	while (s.n) {
		ssize_t r = write(fd, s.p, s.n);

		if (r < 0 && errno != EINTR)
			return false;
		s = sv_from(s, r > 0 ? (size_t)r : 0);
	}
	return true;
}

/* Under its name only when it is there in full. */
static bool write_file(const char *path, sv s)
{
	struct buf tmp = {0};
	bool ok;
	int fd;

	buf_printf(&tmp, "%s.%ld.tmp", path, (long)getpid());
	fd = open(buf_cstr(&tmp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0644);
	ok = fd >= 0 && write_all(fd, s) && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && rename(buf_cstr(&tmp), path) == 0;
	if (!ok) {
		diag_error("cannot write '%s': %s", path, strerror(errno));
		unlink(buf_cstr(&tmp));
	}
	buf_release(&tmp);
	return ok;
}

static const char *suffix(const struct witness_opts *o)
{
	if (!o->n_keys)
		return "statement.json";
	return o->dsse ? "dsse.json" : "sigstore.json";
}

/* DIR/<12 digits of the subject>-<form>[-<12 of the claim>][-<range>].<suffix>
 */
static void to_file(struct witness *w, const struct statement *s)
{
	struct buf path = {0};

	buf_printf(&path, "%s/%.12s-%s", w->o.out, s->subject->digest.p + 7,
		   statement_forms[s->form]);
	if (s->only)
		buf_printf(&path, "-%.12s", s->only->id + 7);
	if (w->range > 1)
		buf_printf(&path, "-%llu", (unsigned long long)w->range);
	buf_printf(&path, ".%s", suffix(&w->o));
	if (!write_file(buf_cstr(&path), buf_view(&w->signed_text)))
		w->failed = true;
	buf_release(&path);
}

static void to_stream(const struct witness *w, struct stage *st,
		      const struct statement *s)
{
	struct buf *out = recout_begin(&st->out, RECORD_WITNESS);

	if (s->only)
		pb_put_string(out, W_CLAIM_ID, sv_str(s->only->id));
	pb_put_string(out, W_IMAGE_DIGEST, s->subject->digest);
	if (s->only) {
		pb_put_string(out, W_PURL, s->only->claim.purl);
		pb_put_string(out, W_FUNCTION, s->only->claim.function);
		pb_put_string(out, W_BUILD_ID, s->only->claim.build_id);
	}
	pb_put_string(out, W_PREDICATE_TYPE, sv_str(statement_type(s->form)));
	pb_put_bytes(out, W_BUNDLE, buf_view(&w->signed_text));
	if (recout_end(&st->out, RECORD_WITNESS))
		stage_created(st);
}

static void make(struct witness *w, struct stage *st, const struct statement *s)
{
	struct rt_err err;

	w->payload.n = 0;
	if (!statement_write(s, &w->payload, &err) || !seal(w)) {
		diag_error("no statement about '%.*s': %s",
			   SV_ARG(s->subject->digest),
			   err.msg ? err.msg : "the key does not sign");
		w->failed = true;
		return;
	}
	to_stream(w, st, s);
	if (w->o.out)
		to_file(w, s);
	w->stats.statements++;
	metric_set(&generated, w->stats.statements);
}

/* --- a range ---------------------------------------------------------------
 */

static bool may_claim_absence(struct witness *w, const struct subject *s)
{
	w->absence.n = w->why.n = 0;
	if (!w->o.absence ||
	    absence_judge(w->o.absence, s, &w->ledgers, &w->absence, &w->why))
		return true;
	diag_error("absence refused for '%.*s':\n%.*s", SV_ARG(s->digest),
		   (int)w->why.n - 1, w->why.p);
	metric_set(&refused, ++w->stats.refused);
	return false;
}

static struct timestamp made_at(const struct witness *w)
{
	struct timespec t = {0};

	if (w->o.clock)
		clock_gettime(CLOCK_REALTIME, &t);
	return (struct timestamp){t.tv_sec, (int32_t)t.tv_nsec};
}

static void emit_subject(struct witness *w, struct stage *st,
			 const struct subject *s)
{
	struct statement t = {.form = w->o.form,
			      .subject = s,
			      .chain = &w->ledgers,
			      .environment = w->o.environment,
			      .sysroot_digest = w->o.sysroot_digest,
			      .part = w->part,
			      .made = made_at(w),
			      .ids = w->o.ids};

	if (!may_claim_absence(w, s))
		return;
	t.absence = buf_view(&w->absence);
	if (w->o.form != STATEMENT_MICRO_WITNESS) {
		make(w, st, &t);
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		t.only = s->v[i];
		make(w, st, &t);
	}
}

static void emit(struct witness *w, struct stage *st)
{
	w->stats.without += w->seen.without;
	w->seen.without = 0;
	if (!w->seen.n_subjects)
		return;
	w->range++;
	observe_sort(&w->seen);
	for (size_t i = 0; i < w->seen.n_subjects; i++)
		emit_subject(w, st, w->seen.subjects[i]);
	observe_reset(&w->seen);
	w->seen.fallback = w->o.subject;
}

/* What is open is not closed by ledgers yet, and says so. */
static void emit_part(struct witness *w, struct stage *st)
{
	bool incomplete = w->ledgers.incomplete;

	w->part++;
	w->ledgers.incomplete = true;
	emit(w, st);
	w->ledgers.incomplete = incomplete;
}

static bool is_due(struct witness *w, const struct record *r)
{
	int64_t every = (int64_t)(w->o.every_ms / MS_PER_S);
	struct timestamp t;

	if (!every || !record_time(r, &t))
		return false;
	if (!w->next_emit)
		w->next_emit = (t.sec / every + 1) * every;
	if (t.sec < w->next_emit)
		return false;
	w->next_emit = (t.sec / every + 1) * every;
	return true;
}

enum stage_result witness_record(void *ctx, struct stage *s,
				 const struct record *r)
{
	static const struct rt_err malformed = {.msg = "malformed record"};
	struct witness *w = ctx;
	bool ok = true;

	if (r->kind == RECORD_GAP) {
		ledgers_gap(&w->ledgers, r->body);
		return STAGE_PASS;
	}
	if ((r->kind == RECORD_HOT_SYMBOL || r->kind == RECORD_CALL) &&
	    is_due(w, r))
		emit_part(w, s);
	if (r->kind == RECORD_HOT_SYMBOL)
		ok = observe_hot_symbol(&w->seen, r->body);
	else if (r->kind == RECORD_CALL)
		ok = observe_call(&w->seen, r->body);
	else if (r->kind == RECORD_POSTURE)
		ok = ledgers_posture(&w->ledgers, r->body);
	if (!ok)
		return stage_bad(s, "malformed_record", &malformed);
	if (w->seen.claims >= w->o.max_claims) {
		metric_set(&early, ++w->stats.early);
		emit_part(w, s);
	}
	return STAGE_PASS;
}

bool witness_ledger(void *ctx, struct record *r)
{
	struct witness *w = ctx;

	if (!ledgers_ledger(&w->ledgers, r->body))
		w->ledgers.incomplete = true;
	return true;
}

bool witness_close(void *ctx, struct stage *s, bool complete)
{
	struct witness *w = ctx;

	ledgers_close(&w->ledgers, complete);
	if (w->part)
		w->part++;
	emit(w, s);
	ledgers_reset(&w->ledgers);
	w->part = 0;
	w->next_emit = 0;
	return !w->failed;
}
