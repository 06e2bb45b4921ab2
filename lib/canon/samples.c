/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/samples.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/folded.h"
#include "event/perfscript.h"
#include "pipe/diag.h"
#include "stream/recbuf.h"

const char *const samples_input_forms[] = {
	"auto", "json", "pb", "tetragon-pb", "perf-script", "folded", NULL};

struct samples {
	struct stage *stage;
	struct sampler *sampler;
	struct perfscript *perf;
	struct folded *folded;
	struct recbuf in;
	struct buf body, wire;
	uint64_t line, bad;
	size_t max_line;
};

static void bad_line(struct samples *x, const char *why)
{
	x->bad++;
	stage_lost(x->stage, "bad_line", 1);
	if (diag_allow(why))
		diag_error("stdin:line %llu: %s", (unsigned long long)x->line,
			   why);
}

static bool take(struct samples *x, const struct sample *s)
{
	struct record r;

	x->body.n = x->wire.n = 0;
	if (!sampler_write(x->sampler, s, &x->body)) {
		diag_error("libcrypto has no SHA-256");
		return false;
	}
	pb_put_bytes(&x->wire, RECORD_CALL, buf_view(&x->body));
	if (!record_parse(buf_view(&x->wire), &r))
		return false;
	r.raw = true; /* no stage before us owes a ledger */
	return stage_take(x->stage, &r);
}

static bool on_line(struct samples *x, sv line)
{
	struct sample s;

	x->line++;
	if (x->folded) {
		if (folded_parse(x->folded, line, &s))
			return take(x, &s);
		if (line.n)
			bad_line(x, "no folded stack");
		return true;
	}
	switch (perfscript_line(x->perf, line, &s)) {
	case PERFSCRIPT_SAMPLE:
		return take(x, &s);
	case PERFSCRIPT_BAD:
		bad_line(x, "neither a sample nor a frame of perf script");
		break;
	case PERFSCRIPT_MORE:
		break;
	}
	return true;
}

/* False: no more lines, or nobody takes what they become. */
static bool next_line(struct samples *x)
{
	size_t n = recbuf_line(&x->in, x->max_line);
	sv v = recbuf_view(&x->in), line = sv_first(v, n);
	bool ok;

	if (!v.n)
		return false;
	if (n == v.n && n > x->max_line) {
		x->line++;
		bad_line(x, "line over --max-record");
		recbuf_skip_line(&x->in);
		return true;
	}
	if (sv_ends(line, SV("\r")))
		line.n--;
	ok = on_line(x, line);
	recbuf_take(&x->in, MIN(n + 1, v.n));
	return ok;
}

static int on_idle(void *arg)
{
	return stage_idle(arg);
}

/* How the input ended, and what was lost of it. */
static enum tool_exit judge_end(struct samples *x)
{
	struct gap g = {.reason = "bad_record", .count = x->bad};
	enum tool_exit st = TOOL_OK;

	switch (x->in.last) {
	case INPUT_TRUNCATED:
	case INPUT_CORRUPT:
		diag_error("stdin: compressed data is cut or corrupt");
		st = TOOL_BAD;
		stage_cut(x->stage);
		break;
	case INPUT_ERROR:
		diag_error("cannot read 'stdin': %s", strerror(errno));
		st = TOOL_SYSTEM;
		stage_cut(x->stage);
		break;
	case INPUT_STOPPED:
		stage_cut(x->stage);
		break;
	default:
		break;
	}
	if (x->perf && perfscript_cut(x->perf))
		diag_warn(
			"%llu frames or mappings over the limit were left "
			"out",
			(unsigned long long)perfscript_cut(x->perf));
	if (!x->bad)
		return st;
	stage_gap(x->stage, &g);
	return tool_worst(st, TOOL_BAD);
}

bool samples_form(const char *name, enum samples_form *form)
{
	*form = SAMPLES_FOLDED;
	if (!strcmp(name, "folded"))
		return true;
	*form = SAMPLES_PERF_SCRIPT;
	return !strcmp(name, "perf-script");
}

static void read_all(struct samples *x)
{
	struct sample last;

	while (next_line(x))
		;
	if (x->perf && perfscript_end(x->perf, &last))
		take(x, &last);
}

enum tool_exit samples_feed(struct stage *s, struct input *in,
			    enum samples_form form, uint64_t max_line,
			    adapter_frame_fn *frame, void *ctx)
{
	struct samples x = {.stage = s,
			    .sampler = sampler_new(frame, ctx),
			    .max_line = (size_t)max_line};
	enum tool_exit st;

	if (!x.sampler) {
		diag_error("libcrypto has no SHA-256");
		return TOOL_SYSTEM;
	}
	if (form == SAMPLES_FOLDED)
		x.folded = mem_zalloc(sizeof(*x.folded));
	else
		x.perf = perfscript_new();
	input_on_idle(in, on_idle, s);
	recbuf_attach(&x.in, in);
	read_all(&x);
	st = judge_end(&x);
	recbuf_release(&x.in);
	perfscript_free(x.perf);
	mem_free(x.folded);
	sampler_free(x.sampler);
	buf_release(&x.body);
	buf_release(&x.wire);
	return st;
}
