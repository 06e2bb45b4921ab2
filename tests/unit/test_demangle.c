/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, judged by c++filt over whole symbol tables (with the rules of
 * demangle.h applied by sed), by llvm-cxxfilt, which shares no code with
 * libiberty, and by hand where there is no judge.
 */
#include <glob.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "names/demangle.h"
#include "names/hygiene.h"
#include "tap.h"

static char dir[] = "/tmp/test-demangle-XXXXXX";

static struct {
	const char *raw, *symbol, *name; /* NULL: like raw; like symbol */
} cases[] = {
	/* Versions and clones. */
	{"memcpy@@GLIBC_2.14", "memcpy", NULL},
	{"pthread_create@GLIBC_2.2.5", "pthread_create", NULL},
	{"foo@plt", NULL, NULL},
	{"@x", NULL, NULL},
	{"f.constprop.0.cold", "f", NULL},
	{"f.isra.0.part.3", "f", NULL},
	{"f.cold.12", "f", NULL},
	{"f.lto_priv.0", "f", NULL},
	{"f.localalias", "f", NULL},
	{"f.__uniq.1234567890123456789012345678901234567", "f", NULL},
	{"f.llvm.9D1C9369", "f", NULL},
	{"f.llvm.9d1c9369", NULL, NULL},
	{"f.resolver", "f", NULL},
	{"f.ifunc", "f", NULL},
	{"f.avx2.0", "f", NULL},
	{"f.avx512f.3", "f", NULL},
	{"f.arch_x86_64_v3", "f", NULL},
	{"f.arch_haswell.2", "f", NULL},
	{"f.default.0", "f", NULL},
	{"f._omp_fn.0", "f", NULL},
	{"f.kcfi", "f", NULL},
	{"f$local", "f", NULL},
	{"f.clone.4", "f", NULL},
	{"f.part", NULL, NULL},
	{"f.part.x", NULL, NULL},
	{"f.0", NULL, NULL},
	{".cold", NULL, NULL},
	{"f.avx2", NULL, NULL},
	/* C++. */
	{"_ZN4shop4CartC2Ev", "shop::Cart::Cart()", "shop::Cart::Cart"},
	{"_ZN4shop4CartD0Ev.part.0", "shop::Cart::~Cart()",
	 "shop::Cart::~Cart"},
	{"_ZNK3FooclEv", "Foo::operator()() const", "Foo::operator()"},
	{"_ZNK3FooltERKS_", "Foo::operator<(Foo const&) const",
	 "Foo::operator<"},
	{"_ZlsRSoRK3Foo", "operator<<(std::ostream&, Foo const&)",
	 "operator<<"},
	{"_ZN3FoolsIiEERS_T_", "Foo& Foo::operator<< <int>(int)",
	 "Foo::operator<< <int>"},
	{"_ZN3FooptEv", "Foo::operator->()", "Foo::operator->"},
	{"_ZN3FoonwEm", "Foo::operator new(unsigned long)",
	 "Foo::operator new"},
	{"_ZNK3FoocvbEv", "Foo::operator bool() const", "Foo::operator bool"},
	{"_ZNK3FoocvPFvvEEv", "Foo::operator void (*)()() const",
	 "Foo::operator void (*)()"},
	{"_ZNK3FoocvT_IiEEv", "Foo::operator int<int>() const",
	 "Foo::operator int<int>"},
	{"_Zli3_kmPKc", "operator\"\" _km(char const*)", "operator\"\" _km"},
	{"_ZZ3fooiENKUlvE_clEv", "foo(int)::{lambda()#1}::operator()() const",
	 "foo(int)::{lambda()#1}::operator()"},
	{"_ZZ1fvENKUlT_E_clIiEEDaS_",
	 "auto f()::{lambda(auto:1)#1}::operator()<int>(int) const",
	 "f()::{lambda(auto:1)#1}::operator()<int>"},
	{"_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo()",
	 "(anonymous namespace)::foo"},
	{"_Z3fooIiEPFvvET_", "void (*foo<int>(int))()", "foo<int>"},
	{"_Z3fooIiEDTcl3barfp_EET_", "decltype (bar({parm#1})) foo<int>(int)",
	 "foo<int>"},
	{"_Z1fIXadL_Z1gvEEEvv", "void f<&(g())>()", "f<&(g())>"},
	{"_ZNK3FooB5cxx11cvT_IiEEv.constprop.0",
	 "Foo[abi:cxx11]::operator int<int>() const", "Foo::operator int<int>"},
	{"_ZThn16_N3Foo3barEi", "non-virtual thunk to Foo::bar(int)",
	 "non-virtual thunk to Foo::bar"},
	{"_ZTv0_n12_NK1A1fEv", "virtual thunk to A::f() const",
	 "virtual thunk to A::f"},
	{"_ZTcv0_n24_v0_n32_N1C1fEi", "covariant return thunk to C::f(int)",
	 "covariant return thunk to C::f"},
	{"_ZTh1_", NULL, NULL},
	{"_Znwm@@GLIBCXX_3.4", "operator new(unsigned long)", "operator new"},
	{"_Z", NULL, NULL},
	{"_Z1", NULL, NULL},
	/* Rust. */
	{"_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE.llvm.17",
	 "core::fmt::Write::write_fmt", NULL},
	{"_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$"
	 "Test$GT$$GT$3bar17h930b740aa94f1d3aE",
	 "<Test + 'static as foo::Bar<Test>>::bar", NULL},
	{"_RNvNtCsgEmfK2I1SDS_4core3fmt17pointer_fmt_inner",
	 "core::fmt::pointer_fmt_inner", NULL},
	{"_RNvC6_123foo3bar", "123foo::bar", NULL},
	{"_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y",
	 "utf8_idents::"
	 "\xe1\x83\xa1\xe1\x83\x90\xe1\x83\xad\xe1\x83\x9b\xe1\x83\x94\xe1"
	 "\x83\x9a\xe1\x83\x90\xe1\x83\x93_\xe1\x83\x92\xe1\x83\x94\xe1\x83"
	 "\x9b\xe1\x83\xa0\xe1\x83\x98\xe1\x83\x94\xe1\x83\x9a\xe1\x83\x98_"
	 "\xe1\x83\xa1\xe1\x83\x90\xe1\x83\x93\xe1\x83\x98\xe1\x83\x9a\xe1"
	 "\x83\x98",
	 NULL},
	/* D. */
	{"_D8demangle4testFaZv", "demangle.test(char)", "demangle.test"},
	{"_D8demangle4testFHAbaZv", "demangle.test(char[bool[]])",
	 "demangle.test"},
	{"_D4main3fooMxFNbZ3barMFiZv", "main.foo() const.bar(int)",
	 "main.foo() const.bar"},
	{"_D8demangle13__T4testTcTiZ4testFaZv",
	 "demangle.test!(creal, int).test(char)",
	 "demangle.test!(creal, int).test"},
	{"_Dmain", "D main", NULL},
	/* Go, C. */
	{"runtime.saveg", NULL, NULL},
	{"runtime.(*mcache).refill", NULL, NULL},
	{"type:.eq.[2]string", NULL, NULL},
	{"go.uber.org/zap.cold", NULL, NULL},
	{"main.main.func1.2", NULL, NULL},
	{"main.init.0", NULL, NULL},
	{"printf", NULL, NULL},
	{"_", NULL, NULL},
	{"", NULL, NULL},
	{"bad\xff\xfe", "bad\xef\xbf\xbd\xef\xbf\xbd", NULL},
	{"_Z2\xff\xfev", "\xef\xbf\xbd\xef\xbf\xbd()",
	 "\xef\xbf\xbd\xef\xbf\xbd"},
};

static void test_cases(void)
{
	struct buf s = {0}, f = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *symbol =
			cases[i].symbol ? cases[i].symbol : cases[i].raw;
		const char *name = cases[i].name ? cases[i].name : symbol;

		s.n = f.n = 0;
		demangle_symbol(sv_str(cases[i].raw), false, &s, &f);
		if (!ok(sv_eq(buf_view(&s), sv_str(symbol)) &&
				sv_eq(buf_view(&f), sv_str(name)),
			"%s", cases[i].raw))
			printf("# %.*s | %.*s\n", SV_ARG(buf_view(&s)),
			       SV_ARG(buf_view(&f)));
	}
	s.n = f.n = 0;
	demangle_symbol(SV("main.cold"), true, &s, &f);
	ok(sv_eq(buf_view(&f), SV("main.cold")), "main.cold of a Go file");
	s.n = f.n = 0;
	demangle_symbol(SV("main.cold"), false, &s, &f);
	ok(sv_eq(buf_view(&f), SV("main")), "main.cold of a C file");
	buf_release(&s);
	buf_release(&f);
}

/* ---- names made to hang or to fill memory ---- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void bounded(const char *what, const struct buf *raw)
{
	struct buf s = {0}, f = {0};
	double start = now();

	demangle_symbol(buf_view(raw), false, &s, &f);
	ok(now() - start < 1.0 && s.n && s.n <= DEMANGLE_MAX_OUT &&
		   f.n <= DEMANGLE_MAX_OUT,
	   "%s: %zu bytes in, %zu and %zu out, %.4f s", what, raw->n, s.n, f.n,
	   now() - start);
	buf_release(&s);
	buf_release(&f);
}

static void repeat(struct buf *b, const char *what, size_t n)
{
	while (n--)
		buf_str(b, what);
}

/* S_, S0_, ... of the i-th substitution. */
static void substitution(struct buf *b, unsigned int i)
{
	static const char d[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	buf_ch(b, 'S');
	if (i > 36)
		buf_ch(b, d[(i - 1) / 36]);
	if (i > 0)
		buf_ch(b, d[(i - 1) % 36]);
	buf_ch(b, '_');
}

static void test_bombs(void)
{
	static const char *const nests[] = {"P",    "FvP",   "1aI",	  "DT",
					    "N1aI", "L_Z",   "XadL_Z1aI", "Z",
					    "A_",   "cvT_I", "Dp"};
	struct buf b = {0};
	size_t prev, cur;

	buf_str(&b, "_ZN1AcvT_I");
	repeat(&b, "N1BcvT_I", 60);
	bounded("conversion operators", &b);
	for (int k = 0; k < 2; k++) {
		b.n = 0;
		buf_str(&b, k ? "_Z1fIJEEvDp1PI" : "_Z1fI1PI");
		repeat(&b, "S0_I", 59);
		buf_str(&b, "1AS1_E");
		for (unsigned int i = 3; i < 62; i++) {
			substitution(&b, i);
			buf_ch(&b, 'E');
		}
		bounded(k ? "pack over a doubling type" : "doubling type", &b);
	}
	b.n = 0;
	buf_str(&b, "_D1aFB2ii");
	prev = 5;
	for (int i = 0; i < 60; i++) {
		cur = b.n;
		buf_str(&b, "B2");
		for (int k = 0; k < 2; k++)
			buf_printf(&b, "Q%c", (char)('a' + (b.n - prev)));
		prev = cur;
	}
	buf_str(&b, "Zv");
	bounded("D back references", &b);
	b.n = 0;
	buf_str(&b, "_RINvC1a1fTaaE");
	prev = 8;
	for (int i = 0; i < 40; i++) {
		static const char d[] =
			"0123456789abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

		cur = b.n - 2;
		buf_ch(&b, 'T');
		for (int k = 0; k < 2; k++) {
			buf_ch(&b, 'B');
			if (prev > 62)
				buf_ch(&b, d[(prev - 1) / 62]);
			buf_printf(&b, "%c_", d[(prev - 1) % 62]);
		}
		buf_ch(&b, 'E');
		prev = cur;
	}
	buf_ch(&b, 'E');
	bounded("Rust back references", &b);
	for (size_t i = 0; i < ARRAY_LEN(nests); i++) {
		b.n = 0;
		buf_str(&b, "_Z1f");
		repeat(&b, nests[i], 4000 / strlen(nests[i]));
		bounded(nests[i], &b);
	}
	b.n = 0;
	buf_str(&b, "_Z5000");
	repeat(&b, "\xc3\xa4", 20000);
	bounded("long name", &b);
	b.n = 0;
	buf_str(&b, "x");
	repeat(&b, "\xc3\xa4", 20000);
	{
		struct buf s = {0}, f = {0};

		demangle_symbol(buf_view(&b), false, &s, &f);
		ok(s.n == DEMANGLE_MAX_OUT - 1 &&
			   utf8_valid_prefix(buf_view(&s)) == s.n,
		   "long name is cut between characters");
		buf_release(&s);
		buf_release(&f);
	}
	buf_release(&b);
}

/* ---- whole symbol tables ---- */

/* Runs a filter over names; lines in, lines out. */
static FILE *judge(const char *filter)
{
	char cmd[1000];

	snprintf(cmd, sizeof(cmd), "cd %s && %s", dir, filter);
	return popen(cmd, "r");
}

static bool next_line(FILE *f, char **line, size_t *cap, sv *out)
{
	ssize_t n = f ? getline(line, cap, f) : -1;

	if (n <= 0)
		return false;
	*out = (sv){*line, (size_t)n - ((*line)[n - 1] == '\n')};
	return true;
}

/* For a judge of another house: what differs in taste only. */
static sv squeeze(struct buf *b, sv s)
{
	b->n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			buf_ch(b, s.p[i]);
	return buf_view(b);
}

/*
 * Of node's names ten differ from c++filt -p less NO_PARAMS' tail: two that
 * c++filt prints only without parameters (for us both names or none), the
 * rest thunks whose parameters nest deeper than sed's pattern.
 *
 * Compares demangle_symbol over the file `names` with a filter's output.
 * `allowed` differences in 1,000 pass; the first ten are shown.
 */
static void compare(const char *what, const char *filter, bool short_name,
		    size_t allowed, bool loose)
{
	FILE *names = judge("cat names"), *want = judge(filter);
	char *l1 = NULL, *l2 = NULL;
	size_t c1 = 0, c2 = 0, n = 0, wrong = 0, changed = 0;
	struct buf s = {0}, f = {0}, a = {0}, b = {0};
	sv raw, w;

	while (next_line(names, &l1, &c1, &raw) &&
	       next_line(want, &l2, &c2, &w)) {
		sv got;

		s.n = f.n = 0;
		demangle_symbol(raw, false, &s, &f);
		got = short_name ? buf_view(&f) : buf_view(&s);
		n++;
		changed += !sv_eq(raw, got);
		if (loose ? sv_eq(squeeze(&a, got), squeeze(&b, w))
			  : sv_eq(got, w))
			continue;
		if (wrong++ < 10)
			printf("# %.*s\n#   ours  %.*s\n#   judge %.*s\n",
			       SV_ARG(raw), SV_ARG(got), SV_ARG(w));
	}
	pclose(names);
	pclose(want);
	ok(n && changed && wrong * 1000 <= n * allowed,
	   "%s: %zu names, %zu demangled, %zu differ", what, n, changed, wrong);
	free(l1);
	free(l2);
	buf_release(&s);
	buf_release(&f);
	buf_release(&a);
	buf_release(&b);
}

/* Mangled names of a file's symbol tables, as nm has them, into `names`. */
static bool collect(const char *file, const char *pattern)
{
	char cmd[1000];

	snprintf(cmd, sizeof(cmd),
		 "{ nm %s 2>/dev/null; nm -D %s 2>/dev/null; } | "
		 "grep -i ' [tiw] ' | sed 's/.* //' | grep '%s' | sort -u > "
		 "%s/names && test -s %s/names",
		 file, file, pattern, dir, dir);
	return system(cmd) == 0;
}

#define CUT                                                                    \
	"sed -E 's/@+[A-Z].*//; s/(\\.(part|isra|constprop|cold|clone|"        \
	"llvm|lto_priv|localalias)(\\.[0-9]+)?)+$//' names"
/* Thunks keep their parameters with c++filt -p. */
#define NO_PARAMS                                                              \
	CUT " | c++filt -i -p | sed -E 's/\\[abi:[a-z0-9]+\\]//g; "            \
	    "/(thunk to|clone for) /s/\\([^()]*\\)( const)?$//'"

static void test_cxx(const char *file)
{
	char what[300];

	if (access(file, R_OK) != 0 || !collect(file, "^_Z")) {
		skip(file, "not installed, or without C++ names");
		return;
	}
	snprintf(what, sizeof(what), "%s: symbol is c++filt's", file);
	compare(what, CUT " | c++filt -i", false, 0, false);
	snprintf(what, sizeof(what), "%s: function_name is c++filt -p's", file);
	compare(what, NO_PARAMS, true, 1, false);
	if (system("which llvm-cxxfilt >/dev/null 2>&1") != 0) {
		skip("llvm-cxxfilt", "not installed");
		return;
	}
	snprintf(what, sizeof(what), "%s: symbol is llvm-cxxfilt's", file);
	compare(what, CUT " | llvm-cxxfilt", false, 1000, true);
}

static const char rust_rs[] =
	"use std::collections::HashMap;\n"
	"trait Price { fn price(&self) -> u64; }\n"
	"struct Tee<T>(T);\n"
	"impl<T: Into<u64> + Copy> Price for Tee<T> {"
	" #[inline(never)] fn price(&self) -> u64 { self.0.into() } }\n"
	"#[inline(never)] fn run(f: &dyn Fn(u64) -> u64) -> u64 { f(3) }\n"
	"fn main() { let mut m = HashMap::new(); m.insert(\"a\", 1u64);"
	" let t = Tee(3u32); println!(\"{}\", run(&|x| x + t.price()"
	" + m[\"a\"])); }\n";

static void test_rust(const char *version)
{
	char cmd[400], what[100];
	FILE *f;

	snprintf(cmd, sizeof(cmd), "%s/r.rs", dir);
	f = fopen(cmd, "w");
	fputs(rust_rs, f);
	fclose(f);
	snprintf(cmd, sizeof(cmd),
		 "cd %s && RUSTC_BOOTSTRAP=1 rustc -g -Z "
		 "unstable-options -C symbol-mangling-version=%s -o rust r.rs "
		 "2>/dev/null",
		 dir, version);
	snprintf(what, sizeof(what), "%s/rust", dir);
	if (system(cmd) != 0 || !collect(what, "^_[RZ]")) {
		skip(version, "no rustc");
		return;
	}
	snprintf(what, sizeof(what), "Rust %s: symbol is c++filt's", version);
	compare(what, CUT " | c++filt -i", false, 0, false);
	snprintf(what, sizeof(what), "Rust %s: no hash in function_name",
		 version);
	snprintf(cmd, sizeof(cmd),
		 CUT
		 " | c++filt -i -p | "
		 "sed -E 's/\\[[0-9a-f]{10,}\\]//g; s/::h[0-9a-f]{16}$//'");
	compare(what, cmd, true, 0, false);
	if (system("which llvm-cxxfilt >/dev/null 2>&1") != 0)
		return;
	snprintf(what, sizeof(what), "Rust %s: llvm-cxxfilt", version);
	compare(what, CUT " | llvm-cxxfilt | sed -E 's/::h[0-9a-f]{16}$//'",
		false, 1000, true);
}

/* Debian's compiler and its library: thousands of names of either mangling. */
static void test_rust_library(const char *pattern)
{
	char what[300];
	glob_t g;

	if (glob(pattern, 0, NULL, &g) != 0) {
		skip(pattern, "not installed");
		return;
	}
	for (size_t i = 0; i < g.gl_pathc; i++) {
		if (!collect(g.gl_pathv[i], "^_[RZ]"))
			continue;
		snprintf(what, sizeof(what), "%s: symbol is c++filt's",
			 g.gl_pathv[i]);
		compare(what, CUT " | c++filt -i", false, 0, false);
		snprintf(what, sizeof(what),
			 "%s: function_name is c++filt -p's", g.gl_pathv[i]);
		compare(what, NO_PARAMS, true, 0, false);
	}
	globfree(&g);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("LC_ALL", "C", 1);
	if (!mkdtemp(dir))
		return 1;
	test_cases();
	test_bombs();
	test_cxx("/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
	test_cxx("/usr/bin/node");
	test_cxx("testdata/demo/sysroot/opt/shop/lib/libcatalog.so.2");
	test_rust("legacy");
	test_rust("v0");
	test_rust_library("/usr/lib/x86_64-linux-gnu/librustc_driver-*.so");
	test_rust_library("/usr/lib/x86_64-linux-gnu/libstd-*.so");
	{
		char cmd[100];

		snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
		if (system(cmd) != 0)
			return 1;
	}
	return tap_done();
}
