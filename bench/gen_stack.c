// SPDX-License-Identifier: Apache-2.0
//
// Stack traces as the agent writes them: kernel frames with symbol and offset
// in it, user frames with module, file offset and mangled symbol, no address.
// Libraries' functions come from a table; a program's own are put together
// from words; a function's offset never changes.
#include <stdio.h>

#include "gen.h"

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))
#define OWN 240 // functions a program has itself
#define LIBS "/usr/lib/x86_64-linux-gnu/"
#define JVM "/opt/java/openjdk/lib/server/libjvm.so"
#define PYTHON "/usr/local/lib/libpython3.11.so.1.0"

struct symbol {
	const char *module;
	const char *name;
};

// clang-format off
static const struct symbol in_c[] = {
	{ LIBS "libc.so.6", "__connect" },
	{ LIBS "libc.so.6", "inet_pton" },
	{ LIBS "libc.so.6", "malloc" },
	{ LIBS "libc.so.6", "__libc_start_call_main" },
	{ LIBS "libc.so.6", "getaddrinfo" },
	{ LIBS "libc.so.6", "__read" },
	{ LIBS "libc.so.6", "__write" },
	{ LIBS "libc.so.6", "__memmove_avx_unaligned_erms" },
	{ LIBS "libc.so.6", "qsort_r" },
	{ LIBS "libc.so.6", "fork" },
	{ LIBS "libcurl.so.4.8.0", NULL },
	{ LIBS "libssl.so.3", "SSL_write" },
	{ LIBS "libssl.so.3", "SSL_read" },
	{ LIBS "libssl.so.3", "SSL_do_handshake" },
	{ LIBS "libcrypto.so.3", "EVP_DigestUpdate" },
	{ LIBS "libcrypto.so.3", "EVP_EncryptUpdate" },
	{ LIBS "libcrypto.so.3", NULL },
	{ LIBS "libz.so.1.2.13", "deflate" },
	{ LIBS "libz.so.1.2.13", "inflate" },
	{ LIBS "libpq.so.5.15", "PQexecParams" },
	{ "[vdso]", "__vdso_clock_gettime" },
};

static const struct symbol in_cpp[] = {
	{ LIBS "libstdc++.so.6.0.30", "_Znwm" },
	{ LIBS "libstdc++.so.6.0.30", "_ZSt9terminatev" },
	{ LIBS "libstdc++.so.6.0.30", "_ZNSo5writeEPKcl" },
	{ LIBS "libstdc++.so.6.0.30",
	  "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_createERmm" },
	{ LIBS "libgrpc++.so.1.51", "_ZN4grpc6Server4WaitEv" },
	{ LIBS "libprotobuf.so.32.0.12",
	  "_ZN6google8protobuf11MessageLite15ParseFromStringE"
	  "RKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE" },
};

static const struct symbol in_rust[] = {
	{ NULL, "_ZN3std2rt10lang_start17h8a3b1f0c9d2e4765E" },
	{ NULL, "_ZN4core3ops8function6FnOnce9call_once17h2f6c07b1a9e85d34E" },
	{ NULL, "_ZN5tokio7runtime4task3raw4poll17h91c4d0e8f7a6b532E" },
	{ NULL, "_ZN58_$LT$hyper..proto..h1..Conn$u20$as$u20$core..ops..Drop"
		"$GT$4drop17h07f5e4d3c2b1a098E" },
	{ NULL, "_RNvCs15kBYyAo9fc_7mycrate7example" },
	{ NULL, "_RNvMsr_NtCs3ssYzQotkvD_3std4pathNtB5_7PathBuf3new" },
	{ NULL, "_RNvNtNtCs3ssYzQotkvD_3std3sys9backtrace28"
		"___rust_begin_short_backtrace" },
};

static const struct symbol in_go[] = {
	{ NULL, "runtime.main" },
	{ NULL, "runtime.goexit.abi0" },
	{ NULL, "runtime.mallocgc" },
	{ NULL, "net/http.(*conn).serve" },
	{ NULL, "internal/poll.(*FD).Write" },
	{ NULL, "crypto/tls.(*Conn).Read" },
	{ NULL, "google.golang.org/grpc.(*Server).handleStream" },
};

static const struct symbol in_python[] = {
	{ PYTHON, "_PyEval_EvalFrameDefault" },
	{ PYTHON, "PyObject_Call" },
	{ PYTHON, "_PyFunction_Vectorcall" },
	{ PYTHON, "PyUnicode_DecodeUTF8Stateful" },
	{ PYTHON, "Py_RunMain" },
};

static const struct symbol in_java[] = {
	{ JVM, "_ZN10JavaThread17thread_main_innerEv" },
	{ JVM, "_ZN9JavaCalls11call_helperEP9JavaValueRK12methodHandleP17"
	       "JavaCallArgumentsP6Thread" },
	{ JVM, "_ZN7VM_Exit4doitEv" },
	{ "/opt/java/openjdk/lib/libnet.so",
	  "Java_java_net_PlainSocketImpl_socketConnect" },
	{ "/opt/java/openjdk/lib/libjava.so", NULL },
};
// clang-format on

static const struct {
	const struct symbol *at;
	uint32_t n;
} tables[] = {
	[LANG_C] = {in_c, COUNT(in_c)},
	[LANG_CPP] = {in_cpp, COUNT(in_cpp)},
	[LANG_RUST] = {in_rust, COUNT(in_rust)},
	[LANG_GO] = {in_go, COUNT(in_go)},
	[LANG_PYTHON] = {in_python, COUNT(in_python)},
	[LANG_JAVA] = {in_java, COUNT(in_java)},
};

static const char *const areas[] = {
	"order",   "cart",  "ledger", "catalog", "session", "search",
	"invoice", "mail",  "stock",  "route",	 "pricing", "report",
	"user",	   "cache", "queue",  "store",
};
static const char *const things[] = {
	"Handler", "Client", "Repository", "Worker",  "Codec",	"Parser",
	"Pool",	   "Index",  "Planner",	   "Reader",  "Writer", "Session",
	"Batch",   "Cursor", "Signer",	   "Gateway", "Filter", "Encoder",
	"Loader",  "Router", "Table",	   "Stream",  "Policy", "Monitor",
};
static const char *const deeds[] = {
	"open",	   "close",    "submit",  "flush",    "lookup",	  "insert",
	"remove",  "merge",    "encode",  "decode",   "verify",	  "refresh",
	"commit",  "rollback", "connect", "accept",   "dispatch", "compress",
	"resolve", "acquire",  "release", "validate", "render",	  "poll",
};
static const char *const signatures[] = {
	"v",
	"i",
	"PKcm",
	"d",
	"RKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
};

// Kernel call chains, innermost first, with the offsets of one real build.
struct kernel_frame {
	uint32_t offset;
	const char *symbol;
};

#define SYSCALL                                                                \
	{89, "do_syscall_64"},                                                 \
	{                                                                      \
		110, "entry_SYSCALL_64_after_hwframe"                          \
	}

static const struct kernel_frame connect_chain[] = {
	{5, "kfree_skb_reason"},
	{1462, "tcp_v4_connect"},
	{213, "__inet_stream_connect"},
	{59, "inet_stream_connect"},
	{107, "__sys_connect_file"},
	{181, "__sys_connect"},
	{24, "__x64_sys_connect"},
	SYSCALL,
	{0, NULL},
};
static const struct kernel_frame open_chain[] = {
	{1, "security_file_open"},
	{241, "do_dentry_open"},
	{46, "vfs_open"},
	{2957, "path_openat"},
	{178, "do_filp_open"},
	{671, "do_sys_openat2"},
	{110, "__x64_sys_openat"},
	SYSCALL,
	{0, NULL},
};
static const struct kernel_frame write_chain[] = {
	{4, "security_file_permission"},
	{108, "rw_verify_area"},
	{157, "vfs_write"},
	{111, "ksys_write"},
	{25, "__x64_sys_write"},
	SYSCALL,
	{0, NULL},
};
static const struct kernel_frame exec_chain[] = {
	{1, "security_bprm_check"},
	{362, "bprm_execve.part.0"},
	{98, "bprm_execve"},
	{429, "do_execveat_common.isra.0"},
	{51, "__x64_sys_execve"},
	SYSCALL,
	{0, NULL},
};
static const struct kernel_frame softirq_chain[] = {
	{5, "kfree_skb_reason"},
	{724, "tcp_v4_rcv"},
	{66, "ip_protocol_deliver_rcu"},
	{119, "ip_local_deliver_finish"},
	{83, "__netif_receive_skb_one_core"},
	{128, "process_backlog"},
	{43, "__napi_poll"},
	{799, "net_rx_action"},
	{209, "handle_softirqs"},
	{22, "asm_sysvec_apic_timer_interrupt"},
	{0, NULL},
};
static const struct kernel_frame *const chains[] = {
	connect_chain, open_chain, write_chain, exec_chain, softirq_chain,
};

// One of the program's own functions, number `pick` of its kind.
static void own_function(uint32_t pick, enum lang lang, struct frame *f)
{
	const char *area = areas[pick % COUNT(areas)];
	const char *thing = things[pick / COUNT(areas) % COUNT(things)];
	const char *deed = deeds[pick / COUNT(areas) / COUNT(things)];
	size_t n = sizeof(f->made);

	if (lang == LANG_CPP)
		snprintf(f->made, n, "_ZN%zu%s%zu%s%zu%sE%s", strlen(area),
			 area, strlen(thing), thing, strlen(deed), deed,
			 signatures[pick % COUNT(signatures)]);
	else if (lang == LANG_RUST && pick % 4 != 0)
		snprintf(f->made, n, "_ZN%zu%s%zu%s%zu%s17h%016llxE",
			 strlen(area), area, strlen(thing), thing, strlen(deed),
			 deed, (unsigned long long)rng_mix(pick + 1));
	else if (lang == LANG_RUST)
		snprintf(f->made, n,
			 "_RNvMs_NtCs9ltgdHTiPiY_%zu%s%zu%sNtB4_"
			 "%zu%s%zu%s",
			 strlen(area), area, strlen(area), area, strlen(thing),
			 thing, strlen(deed), deed);
	else if (lang == LANG_GO)
		snprintf(f->made, n, "github.com/acme/%s/internal/%s.(*%s).%s",
			 areas[pick / 7 % COUNT(areas)], area, thing, deed);
	else
		snprintf(f->made, n, "%s_%s_%s", area, deed, thing);
	f->symbol = f->made;
}

static uint64_t file_offset(uint64_t of)
{
	return 0x1000 + (rng_mix(of) & 0x3fffff);
}

// A program has a few hundred functions of its own, some of them hot.
static uint32_t own_pick(struct rng *r, const char *binary)
{
	uint32_t base = 0;

	while (*binary)
		base = base * 31 + (unsigned char)*binary++;
	return (base + rng_skewed(r, OWN) * 37) %
	       (COUNT(areas) * COUNT(things) * COUNT(deeds));
}

static void any_frame(struct rng *r, enum lang lang, const char *binary,
		      struct frame *f)
{
	uint32_t pick;

	if (rng_below(r, 100) < 55) {
		pick = own_pick(r, binary);
		own_function(pick, lang, f);
		f->module = binary;
		f->offset = file_offset(pick * 8 + lang);
		return;
	}
	// native code of every language ends in the C library
	if (rng_below(r, 3) == 0)
		lang = LANG_C;
	pick = rng_below(r, tables[lang].n);
	f->symbol = tables[lang].at[pick].name;
	f->module = tables[lang].at[pick].module;
	if (!f->module)
		f->module = binary;
	f->offset = file_offset(UINT64_C(1) << 32 | pick << 8 | lang);
}

void stack_function(struct rng *r, enum lang lang, const char *binary,
		    struct frame *f)
{
	do
		any_frame(r, lang, binary, f);
	while (!f->symbol || f->module[0] != '/');
}

void stack_kernel(struct rng *r, struct text *t)
{
	const struct kernel_frame *f = chains[rng_below(r, COUNT(chains))];
	const char *mark = ",\"kernel_stack_trace\":[";

	for (; f->symbol; f++) {
		text_str(t, mark);
		text_str(t, "{\"offset\":\"");
		text_u64(t, f->offset);
		text_str(t, "\",\"symbol\":\"");
		text_str(t, f->symbol);
		text_str(t, "\"}");
		mark = ",";
	}
	text_str(t, "]");
}

void stack_user(struct rng *r, enum lang lang, const char *binary,
		struct text *t)
{
	uint32_t depth = 4 + rng_below(r, 7);
	const char *mark = ",\"user_stack_trace\":[";
	struct frame f;

	while (depth-- > 0) {
		any_frame(r, lang, binary, &f);
		// just-in-time code: no file, no symbol
		if (lang == LANG_JAVA && rng_below(r, 3) == 0)
			f.module = f.symbol = NULL;
		text_str(t, mark);
		text_str(t, "{\"offset\":\"");
		text_u64(t, f.offset + rng_below(r, 4) * 16);
		if (f.symbol) {
			text_str(t, "\",\"symbol\":\"");
			text_str(t, f.symbol);
		}
		if (f.module) {
			text_str(t, "\",\"module\":\"");
			text_json(t, f.module, strlen(f.module));
		}
		text_str(t, "\"}");
		mark = ",";
	}
	text_str(t, "]");
}
