/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options, as text becomes them. */
#include "base/mem.h"
#include "pipe/opt.h"
#include "tap.h"

static void number(enum opt_kind kind, const char *text, bool good,
		   uint64_t want)
{
	uint64_t v = 4711;
	struct opt o = {.name = "x", .kind = kind, .dst = &v, .min = 1,
			.max = 1000};
	const char *why = opt_set(&o, text);

	if (good)
		ok(!why && v == want, "'%s' is %llu", text,
		   (unsigned long long)v);
	else
		ok(why && v == 4711, "'%s' is refused: %s", text,
		   why ? why : "no");
}

static void numbers(void)
{
	number(OPT_UINT, "1", true, 1);
	number(OPT_UINT, "1000", true, 1000);
	number(OPT_UINT, "0", false, 0);
	number(OPT_UINT, "1001", false, 0);
	number(OPT_UINT, "-1", false, 0);
	number(OPT_UINT, "+1", false, 0);
	number(OPT_UINT, " 1", false, 0);
	number(OPT_UINT, "1 ", false, 0);
	number(OPT_UINT, "1.0", false, 0);
	number(OPT_UINT, "", false, 0);
	number(OPT_UINT, "0x10", false, 0);
	number(OPT_UINT, "18446744073709551617", false, 0);
}

static void sizes(void)
{
	number(OPT_SIZE, "4096", true, 4096);
	number(OPT_SIZE, "64KiB", true, 65536);
	number(OPT_SIZE, "64K", true, 65536);
	number(OPT_SIZE, "64kB", true, 64000);
	number(OPT_SIZE, "16MiB", true, 16u << 20);
	number(OPT_SIZE, "1.5GiB", true, 1610612736);
	number(OPT_SIZE, "2GB", true, 2000000000);
	number(OPT_SIZE, "0", true, 0);
	number(OPT_SIZE, "1XB", false, 0);
	number(OPT_SIZE, "-1", false, 0);
	number(OPT_SIZE, "", false, 0);
	number(OPT_SIZE, "MiB", false, 0);
	number(OPT_SIZE, "1 MiB", false, 0);
	number(OPT_SIZE, "nan", false, 0);
	number(OPT_SIZE, "inf", false, 0);
	number(OPT_SIZE, "1e30GiB", false, 0);
}

static void durations(void)
{
	number(OPT_DURATION, "30s", true, 30000);
	number(OPT_DURATION, "250ms", true, 250);
	number(OPT_DURATION, "5m", true, 300000);
	number(OPT_DURATION, "1.5h", true, 5400000);
	number(OPT_DURATION, "1d", true, 86400000);
	number(OPT_DURATION, "60", true, 60000);
	number(OPT_DURATION, "0.25", true, 250);
	number(OPT_DURATION, "1w", false, 0);
	number(OPT_DURATION, "s", false, 0);
	number(OPT_DURATION, "-5s", false, 0);
	number(OPT_DURATION, "1s2", false, 0);
}

static void others(void)
{
	static const char *const choices[] = {"one", "two", NULL};
	const char *s = NULL;
	double d = 0;
	bool b = false;
	struct opt_list l = {0};
	struct opt o = {.kind = OPT_CHOICE, .dst = &s, .choices = choices};

	ok(!opt_set(&o, "two") && s == choices[1], "a choice");
	ok(opt_set(&o, "three") && s == choices[1], "no choice");
	ok(opt_set(&o, "") && opt_set(&o, "tw"), "part of a choice");
	o = (struct opt){.kind = OPT_REAL, .dst = &d};
	ok(!opt_set(&o, "0.2") && d == 0.2, "a part of one");
	ok(!opt_set(&o, "0") && !opt_set(&o, "1"), "both ends");
	ok(opt_set(&o, "1.01") && opt_set(&o, "-0.1") && opt_set(&o, "nan") &&
		   opt_set(&o, "x") && opt_set(&o, ""),
	   "no part of one");
	o = (struct opt){.kind = OPT_FLAG, .dst = &b};
	ok(!opt_set(&o, NULL) && b, "a flag");
	ok(!opt_set(&o, "false") && !b, "no flag");
	ok(!opt_set(&o, "yes") && b && !opt_set(&o, "0") && !b, "yes, 0");
	ok(opt_set(&o, "maybe") != NULL, "maybe");
	o = (struct opt){.kind = OPT_LIST, .dst = &l};
	ok(!opt_set(&o, "a") && !opt_set(&o, "b") && l.n == 2 &&
		   !strcmp(l.v[1], "b"),
	   "a list");
	mem_free(l.v);
}

int main(void)
{
	numbers();
	sizes();
	durations();
	others();
	return tap_done();
}
