/* SPDX-License-Identifier: Apache-2.0 */
/* Names of rotated files, places in time, checkpoints as text. */
#include "base/mem.h"
#include "replay/checkpoint.h"
#include "replay/pace.h"
#include "replay/rotation.h"
#include "tap.h"

static void parts(const char *path, const char *want)
{
	struct rotation_name n;
	char got[256];

	rotation_parse(sv_str(path), &n);
	snprintf(got, sizeof(got), "%.*s|%.*s|%.*s|%.*s|%.*s", SV_ARG(n.dir),
		 SV_ARG(n.stem), SV_ARG(n.mark), SV_ARG(n.ext), SV_ARG(n.pack));
	ok(!strcmp(got, want), "%s is %s (%s)", path, want, got);
}

static int cmp(const char *a, const char *b)
{
	struct rotation_name x, y;

	rotation_parse(sv_str(a), &x);
	rotation_parse(sv_str(b), &y);
	return rotation_cmp(&x, &y);
}

static bool is_dump(const char *path)
{
	struct rotation_name n;

	rotation_parse(sv_str(path), &n);
	return rotation_is_dump(&n);
}

static void test_names(void)
{
	parts("/v/x.log", "/v/|x||.log|");
	parts("x-2026-03-01T11-49-27.966.log.gz",
	      "|x|2026-03-01T11-49-27.966|.log|.gz");
	parts("a/x-2026-03-01T11-49-27.966.json.zst",
	      "a/|x|2026-03-01T11-49-27.966|.json|.zst");
	parts("x-2026-03-01T11-49-27.966", "|x|2026-03-01T11-49-27.966||");
	parts("x-2026-03-01T11-49-27.log", "|x-2026-03-01T11-49-27||.log|");
	parts("-2026-03-01T11-49-27.966.log",
	      "|-2026-03-01T11-49-27.966||.log|");
	parts("0.log.20260301-114927.gz", "|0|20260301-114927|.log|.gz");
	parts("d/c-json.log.12", "d/|c-json|12|.log|");
	parts("x.log-20260301", "|x|20260301|.log|");
	parts("x.log-2026030107.zst", "|x|2026030107|.log|.zst");
	parts("x.log-20260301-1772366400", "|x|20260301-1772366400|.log|");
	parts("x.log.01", "|x.log||.01|");
	parts("x.log-12", "|x||.log-12|");
	parts("x.txt.1", "|x.txt||.1|");
	parts("x.log.2026-03-01", "|x.log||.2026-03-01|");
	parts("x-20260301.log", "|x-20260301||.log|");
	parts(".log.1", "|.log||.1|");
	parts("x.log.", "|x.log||.|");
	parts(".log", "|.log|||");
	parts("", "||||");
	ok(cmp("x-2026-03-01T11-49-27.966.log.gz",
	       "x-2026-03-01T11-49-27.967.log") < 0,
	   "by time, not by packing");
	ok(cmp("x-2026-03-01T11-49-27.966.log", "x.log") < 0,
	   "the current file is the last");
	ok(cmp("x.log", "y-2026-03-01T11-49-27.966.log") < 0,
	   "a set ends before the next");
	ok(cmp("x.log.10.gz", "x.log.9.gz") < 0 &&
		   cmp("x.log.2.gz", "x.log.1") < 0 &&
		   cmp("x.log.1", "x.log") < 0,
	   "by number, the largest is the oldest");
	ok(cmp("0.log.20260301-114927.gz", "0.log.20260301-114928") < 0 &&
		   cmp("0.log.20260301-235959", "0.log.20260302-000000") < 0 &&
		   cmp("x.log-20260301", "x.log-20260301-1") < 0 &&
		   cmp("x.log-20260301", "x.log") < 0,
	   "by the times of kubelet and logrotate");
	ok(is_dump("x.log.3.gz") && is_dump("0.log.20260301-114927"),
	   "rotated dumps");
	ok(is_dump("x.pb.zst") && is_dump("d/x.jsonl") && is_dump("x.ndjson"),
	   "dumps by extension");
	ok(!is_dump("x.log.gz.tmp") && !is_dump("x.txt") &&
		   !is_dump(".x.log") && !is_dump("log"),
	   "and what is none");
}

static void test_pace(void)
{
	struct timestamp t0 = {1000, 0}, t1 = {1010, 0}, old = {900, 0};
	struct pace p = {0};
	double d;
	int64_t ns;

	ok(!pace_parse("10", &p.speed) && p.speed == 10, "ten times as fast");
	ok(pace_parse("0", &d) && pace_parse("-1", &d) &&
		   pace_parse("nan", &d) && pace_parse("inf", &d) &&
		   pace_parse("1x", &d) && pace_parse("", &d),
	   "what is no speed");
	ok(pace_wait_ns(&p, t0) == 0, "the first is due at once");
	ns = pace_wait_ns(&p, t1);
	ok(ns > 900000000 && ns <= 1000000000, "ten seconds take one");
	ok(pace_wait_ns(&p, old) == 0, "an older one is due at once");
	ns = pace_wait_ns(&p, (struct timestamp){1000000000000, 0});
	ok(ns > 0, "the end of time does not overflow");
}

static void test_checkpoint(void)
{
	struct checkpoint_output o = {.size = 7, .path = mem_strdup("a b\n%")};
	struct checkpoint_dump d = {.id = {1, 2, 64, 99},
				    .place = {5, 4, RECIN_PB, 2},
				    .complete = true,
				    .path = mem_strdup("/x/\x80.log")};
	struct checkpoint c;
	struct buf b = {0};

	checkpoint_begin(&b, &o);
	checkpoint_add(&b, &d);
	checkpoint_end(&b);
	ok(!checkpoint_parse(buf_view(&b), &c), "reads what it wrote");
	ok(c.n_dumps == 1 && c.dumps[0].place.offset == 5 &&
		   c.dumps[0].place.format == RECIN_PB &&
		   c.dumps[0].place.done == 2 && c.dumps[0].complete &&
		   !c.dumps[0].skip && c.dumps[0].id.hash == 99 &&
		   !strcmp(c.dumps[0].path, d.path),
	   "a dump's place");
	ok(c.output.size == 7 && !strcmp(c.output.path, o.path), "the output");
	checkpoint_release(&c);
	for (size_t i = 0; i < b.n; i++) {
		bool same;

		b.p[i] ^= 1;
		same = !checkpoint_parse(buf_view(&b), &c);
		checkpoint_release(&c);
		b.p[i] ^= 1;
		if (same)
			ok(false, "a changed byte %zu passes", i);
	}
	for (size_t i = 0; i < b.n; i++) {
		if (!checkpoint_parse(sv_first(buf_view(&b), i), &c))
			ok(false, "a cut at %zu passes", i);
		checkpoint_release(&c);
	}
	ok(true, "no changed byte, no cut passes");
	mem_free(o.path);
	mem_free(d.path);
	buf_release(&b);
}

int main(void)
{
	test_names();
	test_pace();
	test_checkpoint();
	return tap_done();
}
