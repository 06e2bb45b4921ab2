/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots, ELF files and the resolver, judged by readelf, eu-addr2line, sha256sum
 * and the kernel's own /proc/self/maps.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "elf/elfmod.h"
#include "elf/symtab.h"
#include "names/hygiene.h"
#include "root/root.h"
#include "symbol/resolver.h"
#include "tap.h"

static char dir[] = "/tmp/test-symbol-XXXXXX";

/* Runs a shell command in the test's directory. */
static bool PRINTF_LIKE(1, 2) sh(const char *fmt, ...)
{
	char cmd[4096];
	int n = snprintf(cmd, sizeof(cmd), "cd %s && ", dir);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd + n, sizeof(cmd) - (size_t)n, fmt, ap);
	va_end(ap);
	return system(cmd) == 0;
}

/* First line of a command's output. */
static const char *PRINTF_LIKE(1, 2) line_of(const char *fmt, ...)
{
	static char line[1024];
	char cmd[4096];
	int n = snprintf(cmd, sizeof(cmd), "cd %s && ", dir);
	va_list ap;
	FILE *f;

	va_start(ap, fmt);
	vsnprintf(cmd + n, sizeof(cmd) - (size_t)n, fmt, ap);
	va_end(ap);
	line[0] = '\0';
	f = popen(cmd, "r");
	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		pclose(f);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

static struct elfmod *open_elf(const char *path)
{
	struct rt_err err = {0};
	struct elfmod *m;
	char full[512];
	int fd;

	snprintf(full, sizeof(full), "%s%s%s", path[0] == '/' ? "" : dir,
		 path[0] == '/' ? "" : "/", path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	m = elfmod_open(fd, NULL, &err);
	close(fd);
	return m;
}

/* ---- sha256 ---- */

static bool sum_is(const uint8_t *sum, const char *hex)
{
	char got[2 * SHA256_LEN + 1];

	for (int i = 0; i < SHA256_LEN; i++)
		snprintf(got + 2 * i, 3, "%02x", sum[i]);
	return strcmp(got, hex) == 0;
}

static void test_sha256(void)
{
	static const char abc[] =
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad";
	static const char none[] =
		"e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855";
	uint8_t sum[SHA256_LEN];
	struct sha256 h = {0};

	ok(sha256_once(SV("abc"), sum) && sum_is(sum, abc), "sha256 of abc");
	ok(sha256_once(SV_NULL, sum) && sum_is(sum, none), "sha256 of nothing");
	sha256_init(&h);
	for (int i = 0; i < 3; i++) {
		sha256_update(&h, SV("a"));
		sha256_update(&h, SV("bc"));
		ok(sha256_final(&h, sum) && sum_is(sum, abc),
		   "sha256 in parts, message %d of one context", i + 1);
	}
	sha256_release(&h);
	ok(!sha256_final(&h, sum), "sha256: final without init says so");
	sha256_release(&h);
}

/* ---- root ---- */

typedef int root_fn(int root, sv path, struct rt_err *err);

/* What a path opens: the file's first line, or the errno's name. */
static const char *root_read(root_fn *fn, int root, sv path)
{
	static char text[64];
	struct rt_err err = {0};
	int fd = fn(root, path, &err);
	ssize_t n;

	if (fd < 0)
		return strerrorname_np(err.sys_errno);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		strcpy(text, "no O_CLOEXEC");
	close(fd);
	return text;
}

static void make_root(void)
{
	sh("mkdir -p r/usr/lib r/a/b r/etc out && echo secret > out/secret &&"
	   "echo lib > r/usr/lib/x.so && echo host > x.so &&"
	   "ln -s /usr/lib r/lib && ln -s x.so r/usr/lib/x.so.1 &&"
	   "ln -s ../../../../../../../../usr/lib/x.so r/a/b/up &&"
	   "ln -s /out/secret r/a/abs && ln -s ../../out/secret r/a/rel &&"
	   "ln -s %s/out/secret r/a/host && ln -s loop2 r/loop1 &&"
	   "ln -s loop1 r/loop2 && ln -s / r/a/root && mkfifo r/fifo &&"
	   "ln -s /proc/self/root r/magic && ln -s lib/x.so.1 r/chain1 &&"
	   "ln -s chain1 r/chain2 && ln -s nothing r/dangling &&"
	   "ln -s usr/lib/ r/slashed && touch r/etc/empty",
	   dir);
	sh("cd r && i=1; p=deep; while [ $i -lt 150 ]; do mkdir $p; p=$p/d;"
	   "i=$((i+1)); done");
	if (geteuid() == 0 && !sh("mknod r/null c 1 3"))
		sh("true");
}

static void test_root_with(root_fn *fn, const char *name, int root)
{
	static const struct {
		const char *path, *want;
	} t[] = {
		{"/usr/lib/x.so", "lib"},
		{"usr/lib/x.so", "lib"},
		{"//usr//./lib/x.so", "lib"},
		{"/lib/x.so", "lib"},
		{"/lib/x.so.1", "lib"},
		{"/chain2", "lib"},
		{"/slashed/x.so", "lib"},
		{"/a/b/up", "lib"},
		{"/a/root/a/root/lib/x.so", "lib"},
		{"/../../../usr/lib/x.so", "lib"},
		{"/a/b/../../../../../usr/lib/x.so", "lib"},
		{"/a/../lib/../lib/x.so", "lib"},
		{"/etc/empty", ""},
		{"/a/abs", "ENOENT"},
		{"/a/rel", "ENOENT"},
		{"/a/host", "ENOENT"},
		{"/../out/secret", "ENOENT"},
		{"/x.so", "ENOENT"},
		{"/../x.so", "ENOENT"},
		{"/magic/etc/passwd", "ENOENT"},
		{"/loop1", "ELOOP"},
		{"/dangling", "ENOENT"},
		{"/usr/lib", "EINVAL"},
		{"/", "EINVAL"},
		{"/fifo", "EINVAL"},
		{"/usr/lib/x.so/", "ENOTDIR"},
		{"/usr/lib/x.so/y", "ENOTDIR"},
		{"", "ENOENT"},
	};
	char big[5000];

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = root_read(fn, root, sv_str(t[i].path));

		ok(strcmp(got, t[i].want) == 0, "%s: \"%s\" gives \"%s\" (%s)",
		   name, t[i].path, t[i].want, got);
	}
	memset(big, 'a', sizeof(big));
	ok(!strcmp(root_read(fn, root, (sv){big, 5000}), "ENAMETOOLONG"),
	   "%s: path of 5000 bytes", name);
	ok(!strcmp(root_read(fn, root, (sv){big, 300}), "ENAMETOOLONG"),
	   "%s: name of 300 bytes", name);
	ok(!strcmp(root_read(fn, root, (sv){"usr\0/lib", 8}), "EINVAL"),
	   "%s: NUL in a path", name);
	if (sh("test -c r/null"))
		ok(!strcmp(root_read(fn, root, SV("/null")), "EINVAL"),
		   "%s: a device is not opened", name);
}

static int open_fds(void)
{
	int n = 0;

	for (int i = 0; i < 256; i++)
		n += fcntl(i, F_GETFD) >= 0;
	return n;
}

static void test_root(void)
{
	struct rt_err err = {0};
	char path[256];
	int before, root;

	make_root();
	snprintf(path, sizeof(path), "%s/r", dir);
	before = open_fds();
	root = root_open(path, &err);
	ok(root >= 0, "root opened");
	test_root_with(root_open_file, "openat2", root);
	test_root_with(root_walk_file, "walk", root);
	close(root);
	ok(open_fds() == before, "no descriptor left open");
	ok(root_open("/nonexistent", &err) < 0 && err.sys_errno == ENOENT,
	   "root that is not there");
}

/* ---- symtab ---- */

static struct symtab_sym sym(const char *name, uint64_t start, uint64_t size,
			     enum symtab_type type, enum symtab_bind bind)
{
	return (struct symtab_sym){sv_str(name), start, size, 0x10000,
				   type,	 bind,	false};
}

static bool finds(const struct symtab *t, uint64_t addr, const char *want,
		  uint64_t start)
{
	struct symtab_hit hit;

	if (!symtab_find(t, addr, &hit))
		return !want;
	return want && sv_eq(hit.name, sv_str(want)) && hit.start == start;
}

static void test_aliases(void)
{
	struct symtab_sym s[] = {
		sym("zz", 0x100, 8, SYMTAB_NOTYPE, SYMTAB_GLOBAL),
		sym("unsized", 0x100, 0, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("a", 0x100, 8, SYMTAB_FUNC, SYMTAB_LOCAL),
		sym("a", 0x100, 8, SYMTAB_FUNC, SYMTAB_WEAK),
		sym("__c", 0x100, 8, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("_longer", 0x100, 8, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("bb@V1", 0x100, 8, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("_longest@@V2", 0x100, 8, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("_n", 0x100, 8, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("_m", 0x100, 8, SYMTAB_FUNC, SYMTAB_GLOBAL),
		sym("i", 0x100, 8, SYMTAB_IFUNC, SYMTAB_GLOBAL),
	};
	/* From worst to best. */
	static const int order[] = {0, 10, 1, 2, 3, 6, 4, 7, 5, 8, 9};

	for (size_t n = 1; n <= ARRAY_LEN(order); n++) {
		struct symtab_builder b = {0};
		struct symtab t;
		sv want = s[order[n - 1]].name;
		struct symtab_hit hit = {0};

		for (size_t i = 0; i < n; i++)
			symtab_add(&b, &s[order[i]]);
		symtab_build(&b, &t);
		symtab_find(&t, 0x100, &hit);
		want = hygiene_cut_version(want);
		ok(sv_eq(hit.name, want), "alias order, step %zu: %.*s (%.*s)",
		   n, SV_ARG(want), SV_ARG(hit.name));
		symtab_release(&t);
	}
}

static void test_overlaps(void)
{
	static const struct {
		const char *name;
		uint64_t start, size;
		enum symtab_type type;
	} in[] = {
		{"outer", 0x100, 0x100, SYMTAB_FUNC},
		{"inner", 0x120, 0x10, SYMTAB_FUNC},
		{"inmost", 0x124, 4, SYMTAB_FUNC},
		{"label", 0x140, 0, SYMTAB_NOTYPE},
		{"entry", 0x150, 0, SYMTAB_FUNC},
		{"loose", 0x300, 0, SYMTAB_NOTYPE},
		{"next", 0x340, 0x20, SYMTAB_FUNC},
		{"huge", 0x400, UINT64_MAX, SYMTAB_FUNC},
		{"last", 0xff00, 0, SYMTAB_FUNC},
	};
	struct symtab_builder b = {0};
	struct symtab_hit hit;
	struct symtab t;

	for (size_t i = 0; i < ARRAY_LEN(in); i++) {
		struct symtab_sym s = sym(in[i].name, in[i].start, in[i].size,
					  in[i].type, SYMTAB_GLOBAL);

		symtab_add(&b, &s);
	}
	ok(symtab_build(&b, &t), "index built");
	ok(finds(&t, 0xff, NULL, 0), "below the first symbol");
	ok(finds(&t, 0x100, "outer", 0x100), "first byte");
	ok(finds(&t, 0x123, "inner", 0x120), "nested");
	ok(finds(&t, 0x127, "inmost", 0x124), "nested twice");
	ok(finds(&t, 0x128, "inner", 0x120), "behind the inmost");
	ok(finds(&t, 0x130, "outer", 0x100), "behind the nested");
	ok(finds(&t, 0x145, "outer", 0x100), "label inside does not split");
	ok(finds(&t, 0x155, "outer", 0x100), "unsized inside does not split");
	ok(finds(&t, 0x1ff, "outer", 0x100), "last byte");
	ok(finds(&t, 0x200, NULL, 0), "gap behind a sized function");
	ok(finds(&t, 0x33f, "loose", 0x300), "unsized ends at the next");
	symtab_find(&t, 0x310, &hit);
	ok(hit.approx && hit.size == 0x40, "unsized is approximate");
	ok(finds(&t, 0x360, NULL, 0), "gap is not the nearest symbol");
	ok(finds(&t, 0xffff, "huge", 0x400), "huge is cut at section's end");
	ok(finds(&t, 0x10000, NULL, 0), "behind the section");
	ok(finds(&t, UINT64_MAX, NULL, 0), "largest address");
	symtab_release(&t);
	ok(symtab_build(&b, &t) && finds(&t, 0x100, NULL, 0), "empty index");
	symtab_release(&t);
}

/* ---- elfmod against readelf and addr2line ---- */

struct ref { /* one line of readelf -sW */
	uint64_t start, size;
	int type, bind; /* as ranks */
	bool hidden;
	char *name;
};

struct refs {
	struct ref *r;
	size_t n;
};

static int rank(const char *s, const char *const *names)
{
	int i = 0;

	while (names[i] && strcmp(names[i], s) != 0)
		i++;
	return i;
}

static size_t leading(const char *s)
{
	return strspn(s, "_");
}

/* DESIGN section 4 once more, written on its own. */
static int better(const struct ref *a, const struct ref *b)
{
	if (a->type != b->type)
		return a->type - b->type;
	if (!a->size != !b->size)
		return !a->size - !b->size;
	if (a->bind != b->bind)
		return a->bind - b->bind;
	if (a->hidden != b->hidden)
		return a->hidden - b->hidden;
	if (leading(a->name) != leading(b->name))
		return leading(a->name) < leading(b->name) ? -1 : 1;
	if (strlen(a->name) != strlen(b->name))
		return strlen(a->name) < strlen(b->name) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int ref_cmp(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return better(x, y);
}

static bool parse_ref(char *line, struct ref *r)
{
	static const char *const types[] = {"FUNC", "IFUNC", NULL};
	static const char *const binds[] = {"GLOBAL", "WEAK", "LOCAL", NULL};
	char start[32], size[32], type[32], bind[32], vis[32], ndx[32];
	int at = 0;
	char *v;

	if (sscanf(line, " %*[0-9]: %31s %31s %31s %31s %31s %31s %n", start,
		   size, type, bind, vis, ndx, &at) != 6 ||
	    !at || ndx[0] < '0' || ndx[0] > '9')
		return false;
	line[at + (int)strcspn(line + at, " \n")] = '\0';
	*r = (struct ref){strtoull(start, NULL, 16),
			  strtoull(size, NULL, 0),
			  rank(type, types),
			  rank(bind, binds),
			  false,
			  NULL};
	if (r->type > 1 || !line[at])
		return false;
	v = strchr(line + at, '@');
	if (v) {
		r->hidden = v[1] != '@';
		*v = '\0';
	}
	r->name = mem_strdup(line + at);
	return true;
}

/* Sized functions after readelf, sorted, best alias first. */
static struct refs read_refs(const char *path)
{
	struct refs out = {0};
	char cmd[600], *line = NULL;
	size_t cap = 0, room = 0;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "readelf -sW %s 2>/dev/null", path);
	f = popen(cmd, "r");
	while (f && getline(&line, &cap, f) > 0) {
		struct ref r;

		if (!parse_ref(line, &r))
			continue;
		if (!r.size) {
			free(r.name);
			continue;
		}
		if (out.n == room) {
			room = room ? room * 2 : 1024;
			out.r = mem_realloc(out.r, room * sizeof(*out.r));
		}
		out.r[out.n++] = r;
	}
	if (f)
		pclose(f);
	free(line);
	if (out.n)
		qsort(out.r, out.n, sizeof(*out.r), ref_cmp);
	return out;
}

static void free_refs(struct refs *refs)
{
	for (size_t i = 0; i < refs->n; i++)
		free(refs->r[i].name);
	free(refs->r);
}

/* The PT_LOAD that holds an address, after readelf -lW. */
struct loads {
	struct {
		uint64_t off, vaddr, filesz;
	} p[16];
	size_t n;
};

static struct loads read_loads(const char *path)
{
	struct loads l = {0};
	char cmd[600], line[512];
	FILE *f;

	snprintf(cmd, sizeof(cmd), "readelf -lW %s 2>/dev/null", path);
	f = popen(cmd, "r");
	while (f && fgets(line, sizeof(line), f) && l.n < 16)
		l.n += sscanf(line, " LOAD %lx %lx %*x %lx", &l.p[l.n].off,
			      &l.p[l.n].vaddr, &l.p[l.n].filesz) == 3;
	if (f)
		pclose(f);
	return l;
}

static bool to_offset(const struct loads *l, uint64_t vaddr, uint64_t *off)
{
	for (size_t i = 0; i < l->n; i++)
		if (vaddr - l->p[i].vaddr < l->p[i].filesz) {
			*off = vaddr - l->p[i].vaddr + l->p[i].off;
			return true;
		}
	return false;
}

static const struct ref *ref_find(const struct refs *refs, uint64_t addr)
{
	size_t lo = 0, hi = refs->n;
	const struct ref *best = NULL;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (refs->r[mid].start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = lo; i-- > 0 && lo - i < 5000;)
		if (addr - refs->r[i].start < refs->r[i].size) {
			best = &refs->r[i];
			break;
		}
	while (best && best > refs->r && best[-1].start == best->start)
		best--;
	return best;
}

static bool agrees(const struct elfmod *m, const struct loads *l,
		   const struct refs *refs, uint64_t addr, bool caller)
{
	const struct ref *want = ref_find(refs, addr);
	struct elfsym got;
	uint64_t off;

	if (!to_offset(l, addr, &off))
		return true;
	if (!want || !elfmod_lookup(m, off + caller, caller, &got))
		return false;
	return got.start == want->start &&
	       got.offset == addr + caller - want->start &&
	       sv_eq(got.name, sv_str(want->name));
}

/* Stubs of the linkage table, which are no symbols, are left out. */
static bool has_symbols(const struct elfmod *m)
{
	for (size_t i = 0; i < elfmod_count(m); i++) {
		struct elfsym s;

		elfmod_symbol(m, i, &s);
		if (!sv_ends(s.name, SV("@plt")))
			return true;
	}
	return false;
}

static void compare_with_readelf(const char *path, struct elfmod *m)
{
	struct refs refs = read_refs(path);
	struct loads l = read_loads(path);
	size_t wrong = 0;

	for (size_t i = 0; i < refs.n; i++) {
		const struct ref *r = &refs.r[i];

		wrong += !agrees(m, &l, &refs, r->start, false);
		wrong += !agrees(m, &l, &refs, r->start + r->size / 2, false);
		wrong += !agrees(m, &l, &refs, r->start + r->size - 1, false);
		wrong += !agrees(m, &l, &refs, r->start + r->size - 1, true);
	}
	ok(!wrong && !refs.n == !has_symbols(m),
	   "%s: %zu symbols of readelf at start, middle, end and as callers: "
	   "%zu wrong",
	   path, refs.n, wrong);
	free_refs(&refs);
}

/* addr2line may name any alias: its address must be our start. */
static bool is_alias(const struct refs *refs, const char *name, uint64_t start)
{
	const struct ref *r = ref_find(refs, start);

	for (; r && r < refs->r + refs->n && r->start == start; r++)
		if (strcmp(r->name, name) == 0)
			return true;
	return false;
}

static void compare_with_addr2line(const char *path, struct elfmod *m)
{
	struct refs refs = read_refs(path);
	struct loads l = read_loads(path);
	size_t step = MAX(refs.n / 2000, 1), n = 0, wrong = 0;
	char name[4096], loc[4096];
	FILE *f;

	snprintf(name, sizeof(name), "%s/addrs", dir);
	f = fopen(name, "w");
	for (size_t i = 0; i < refs.n; i += step)
		fprintf(f, "%lx\n", refs.r[i].start + refs.r[i].size / 3);
	fclose(f);
	/* Symbols only: with DWARF it names the inlined function. */
	sh("objcopy $(readelf -SW %s | grep -q debug_info && echo -g) "
	   "-R .gnu_debuglink -R .note.gnu.build-id %s bare 2>/dev/null",
	   path, path);
	snprintf(name, sizeof(name), "cd %s && eu-addr2line -f -e bare < addrs",
		 dir);
	f = popen(name, "r");
	for (size_t i = 0; i < refs.n; i += step, n++) {
		struct elfsym got = {0};
		uint64_t off = 0;
		bool same;

		if (!fgets(name, sizeof(name), f) ||
		    !fgets(loc, sizeof(loc), f))
			break;
		name[strcspn(name, "@\n")] = '\0';
		to_offset(&l, refs.r[i].start + refs.r[i].size / 3, &off);
		elfmod_lookup(m, off, false, &got);
		same = is_alias(&refs, name, got.start);
		if (!same && wrong++ < 5)
			printf("# addr2line %s, ours %.*s\n", name,
			       SV_ARG(got.name));
	}
	pclose(f);
	ok(n && wrong * 100 <= n, "%s: %zu addresses of addr2line: %zu differ",
	   path, n, wrong);
	free_refs(&refs);
}

static void test_file(const char *path)
{
	struct elfmod *m;
	char id[300];

	if (access(path, R_OK) != 0) {
		skip(path, "not installed");
		return;
	}
	m = open_elf(path);
	if (!ok(m != NULL, "%s: opened", path))
		return;
	snprintf(id, sizeof(id), "%s",
		 line_of("readelf -n %s 2>/dev/null | "
			 "sed -n 's/.*Build ID: //p'",
			 path));
	if (id[0])
		ok(sv_eq(elfmod_build_id(m), sv_str(id)) &&
			   elfmod_build_id_kind(m) == ELFMOD_ID_GNU,
		   "%s: build id %s", path, id);
	compare_with_readelf(path, m);
	if (has_symbols(m))
		compare_with_addr2line(path, m);
	printf("# %s: %zu functions, %zu bytes, %zu bad symbols\n", path,
	       elfmod_count(m), elfmod_bytes(m), elfmod_bad_symbols(m));
	elfmod_free(m);
}

/* ---- a binary that tells its own file offsets, as the agent would ---- */

static const char self_c[] =
	"#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
	"static unsigned long off(void *p) { FILE *f = fopen("
	"\"/proc/self/maps\", \"r\"); char l[512]; unsigned long a, b, o, r = "
	"0;"
	"while (fgets(l, sizeof l, f)) if (sscanf(l, \"%lx-%lx %*s %lx\", &a, "
	"&b,"
	" &o) == 3 && (unsigned long)p >= a && (unsigned long)p < b)"
	" r = (unsigned long)p - a + o; fclose(f); return r; }\n"
	"#define N __attribute__((noinline, noclone, used))\n"
	"N void leaf(const char *who) { printf(\"%lx c %s\\n\","
	" off(__builtin_return_address(0)), who); fflush(stdout); }\n"
	"N __attribute__((noreturn)) void stop(void) { printf(\"%lx c die\\n\","
	" off(__builtin_return_address(0))); fflush(stdout); exit(0); }\n"
	"N void die(void) { stop(); }\n"
	"N void after(void) { leaf(\"after\"); __asm__(\"\"); }\n"
	"int main(void) { printf(\"%lx p leaf\\n%lx p after\\n%lx p main\\n\","
	" off(leaf), off(after), off(main)); after(); die(); }\n";

static void test_self(const char *flags)
{
	char off[32], how[8], name[64], cmd[400];
	struct elfmod *m;
	FILE *f;
	int n = 0;

	write_file("self.c", self_c);
	if (!sh("gcc -O2 %s -o self self.c", flags)) {
		skip(flags, "gcc cannot build it");
		return;
	}
	m = open_elf("self");
	snprintf(cmd, sizeof(cmd), "%s/self", dir);
	f = popen(cmd, "r");
	while (m && fscanf(f, "%31s %7s %63s", off, how, name) == 3) {
		struct elfsym got = {0};
		uint64_t o = strtoull(off, NULL, 16);
		bool caller = how[0] == 'c';

		elfmod_lookup(m, o, caller, &got);
		ok(sv_eq(got.name, sv_str(name)) && (got.offset > 0) == caller,
		   "%s: %s %s at file offset 0x%lx (%.*s+0x%lx)", flags,
		   caller ? "caller" : "pc in", name, o, SV_ARG(got.name),
		   got.offset);
		n++;
	}
	pclose(f);
	ok(n == 5, "%s: five frames told", flags);
	elfmod_free(m);
	m = open_elf("self");
	snprintf(cmd, sizeof(cmd), "%s/self", dir);
	compare_with_readelf(cmd, m);
	elfmod_free(m);
}

/* ---- build ids ---- */

static bool id_is(const char *file, enum elfmod_id_kind kind, const char *want)
{
	struct elfmod *m = open_elf(file);
	bool same = m && elfmod_build_id_kind(m) == kind &&
		    sv_eq(elfmod_build_id(m), sv_str(want));

	if (!same && m)
		printf("# got %.*s\n", SV_ARG(elfmod_build_id(m)));
	elfmod_free(m);
	return same;
}

static const char go_note_s[] =
	".globl _start\n.type _start,@function\n_start: ret\n"
	".size _start,.-_start\n.section .note.go.buildid,\"a\",@note\n"
	".long 4, 3, 4\n.asciz \"Go\\0\"\n.ascii \"a/b\\0\"\n";

static void test_build_ids(void)
{
	static const char *const ids[] = {
		"0xdeadbeef", "0x0123456789abcdef",
		"0x00112233445566778899aabbccddeeff01234567deadbeef", "md5",
		"sha1"};
	char want[600];

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) { /* known to readelf */
		sh("gcc -Wl,--build-id=%s -o id self.c", ids[i]);
		snprintf(want, sizeof(want), "%s",
			 line_of("readelf -n id | sed -n 's/.*Build ID: //p'"));
		ok(want[0] && id_is("id", ELFMOD_ID_GNU, want),
		   "GNU build id %s: %s", ids[i], want);
	}
	sh("strip id && objcopy --strip-section-headers id id2 2>/dev/null");
	if (access("id2", R_OK) == 0)
		ok(id_is("id2", ELFMOD_ID_GNU, want), "no section headers");
	sh("gcc -Wl,--build-id=none -o noid self.c");
	snprintf(want, sizeof(want), "htl-%s",
		 line_of("{ head -c4096 noid; tail -c4096 noid; printf %%016x "
			 "$(stat -c %%s noid) | xxd -r -p; } | sha256sum | "
			 "cut -c1-32"));
	if (sh("which xxd >/dev/null"))
		ok(id_is("noid", ELFMOD_ID_HTL, want), "no build id: %s", want);
	else
		skip("htl id", "no xxd");
	write_file("go.s", go_note_s);
	sh("as -o go.o go.s && ld -o go go.o");
	snprintf(want, sizeof(want), "go-%s",
		 line_of("printf a/b | sha256sum | cut -c1-40"));
	ok(id_is("go", ELFMOD_ID_GO, want), "Go build id: %s", want);
	sh("ld --build-id=0xabcd -o gognu go.o");
	ok(id_is("gognu", ELFMOD_ID_GNU, "abcd"),
	   "GNU goes before Go, two bytes are an id");
}

/* ---- other machines ---- */

static const char cross_c[] =
	"int g(int x) { return x + 1; }\n"
	"int f(int x) { return g(x) * 3; }\n"
	"void _start(void) { f(1); }\n";

static void test_cross(void)
{
	static const char *const targets[] = {
		"i386-linux-gnu",	 "powerpc-linux-gnu",
		"powerpc64le-linux-gnu", "mips-linux-gnu",
		"mips64-linux-gnu",	 "aarch64-linux-gnu",
		"armv7-linux-gnueabihf", "riscv64-linux-gnu",
	};
	char path[300];

	write_file("cross.c", cross_c);
	snprintf(path, sizeof(path), "%s/cross", dir);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct elfmod *m;
		struct elfsym s;
		size_t found = 0;

		if (!sh("{ clang --target=%s -ffreestanding -fno-pic -O1 -c "
			"cross.c -o cross.o && PATH=$PATH:/usr/lib/llvm-14/bin "
			"ld.lld --build-id=sha1 -o cross cross.o; } "
			"2>/dev/null",
			targets[i])) {
			skip(targets[i], "no cross tool chain");
			continue;
		}
		m = open_elf("cross");
		for (size_t k = 0; m && k < elfmod_count(m); k++) {
			elfmod_symbol(m, k, &s);
			found += sv_eq(s.name, SV("f")) ||
				 sv_eq(s.name, SV("g")) ||
				 sv_eq(s.name, SV("_start"));
		}
		snprintf(path, sizeof(path), "%s",
			 line_of("readelf -n cross 2>/dev/null | "
				 "sed -n 's/.*Build ID: //p'"));
		ok(m && found == 3 && sv_eq(elfmod_build_id(m), sv_str(path)),
		   "%s: f, g, _start, "
		   "build id %s",
		   targets[i], path);
		elfmod_free(m);
	}
}

/* ---- files that are not what they seem ---- */

static struct elfmod *open_bytes(const void *p, size_t n, struct rt_err *err)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct elfmod *m = NULL;

	if (write(fd, p, n) == (ssize_t)n)
		m = elfmod_open(fd, NULL, err);
	close(fd);
	return m;
}

static void test_hostile(void)
{
	char path[300], *file;
	struct rt_err err = {0};
	struct stat st;
	uint64_t x = 88172645463325252u;
	int fd, opened = 0;

	ok(!open_bytes("", 0, &err) && err.msg, "empty file");
	ok(!open_bytes("#!/bin/sh\n", 10, &err), "script");
	ok(!open_bytes("!<arch>\n", 8, &err), "archive");
	snprintf(path, sizeof(path), "%s/self", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return;
	file = mem_alloc((size_t)st.st_size);
	ok(read(fd, file, (size_t)st.st_size) == st.st_size, "sample read");
	close(fd);
	for (int i = 0; i < 4000; i++) {
		char *copy = mem_dup(file, (size_t)st.st_size);
		struct elfmod *m;
		struct elfsym s;

		for (int k = 0; k < 8; k++) {
			size_t at;

			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			/* Headers at the front and tables at the back. */
			at = (size_t)(x >> 16) % 4096;
			if (x & 1)
				at = (size_t)st.st_size - 1 - at;
			copy[at] = (char)((x & 6) ? x >> 8 : 0xff);
		}
		m = open_bytes(copy, (size_t)st.st_size, &err);
		for (uint64_t o = 0; m && o < 0x4000; o += 61)
			elfmod_lookup(m, o, o & 1, &s);
		opened += m != NULL;
		elfmod_free(m);
		mem_free(copy);
	}
	ok(opened > 0, "4000 mutated files, %d opened, no crash", opened);
	for (size_t n = 0; n < (size_t)st.st_size; n += 97)
		elfmod_free(open_bytes(file, n, &err));
	ok(true, "truncated files, no crash");
	mem_free(file);
}

/* ---- resolver ---- */

static void test_kinds(void)
{
	static const struct {
		const char *name, *kind, *path;
	} t[] = {
		{"/usr/bin/x", "file", "/usr/bin/x"},
		{"/usr/bin/x (deleted)", "deleted", "/usr/bin/x"},
		{"[vdso]", "vdso", "[vdso]"},
		{"[vsyscall]", "vsyscall", "[vsyscall]"},
		{"[heap]", "heap", "[heap]"},
		{"[stack]", "stack", "[stack]"},
		{"[stack:12]", "stack", "[stack:12]"},
		{"[anon:libc_malloc]", "anon", "[anon:libc_malloc]"},
		{"[uprobes]", "anon", "[uprobes]"},
		{"", "anon", ""},
		{"//anon", "anon", "//anon"},
		{"anon_inode:bpf-map", "anon", "anon_inode:bpf-map"},
		{"/anon_hugepage (deleted)", "anon", "/anon_hugepage"},
		{"/SYSV00000000 (deleted)", "anon", "/SYSV00000000"},
		{"/memfd:jit (deleted)", "memfd", "/memfd:jit"},
		{"/memfd:jit", "memfd", "/memfd:jit"},
		{"/dev/zero (deleted)", "zero", "/dev/zero"},
		{"/dev/zero", "zero", "/dev/zero"},
		{"[kernel]", "kernel", "[kernel]"},
		{"/proc/12/root/usr/bin/x", "file", "/usr/bin/x"},
		{"/proc/self/root/x (deleted)", "deleted", "/x"},
		{"/proc/12/rooted/x", "file", "/proc/12/rooted/x"},
		{"/proc//root/x", "file", "/proc//root/x"},
		{"socket:[1234]", "anon", "socket:[1234]"},
		{"/var/lib/docker/overlay2/0a1b/merged/usr/x", "file",
		 "/usr/x"},
		{"/var/lib/containers/storage/overlay/0a1b/merged/x", "file",
		 "/x"},
		{"/proc/9/root/run/containerd/io.containerd.runtime.v2.task/"
		 "k8s.io/0a1b/rootfs/bin/x (deleted)",
		 "deleted", "/bin/x"},
		{"/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/"
		 "snapshots/42/fs/bin/x",
		 "file", "/bin/x"},
		{"/var/lib/docker/overlay2/merged/x", "file",
		 "/var/lib/docker/overlay2/merged/x"},
		{"/var/lib/docker/overlay2/0a1b/diff/x", "file",
		 "/var/lib/docker/overlay2/0a1b/diff/x"},
		{"/var/lib/docker/overlay2/0a1b/merged", "file",
		 "/var/lib/docker/overlay2/0a1b/merged"},
		{"/srv/overlay2/0a1b/merged/x", "file",
		 "/srv/overlay2/0a1b/merged/x"},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		sv path;
		enum module_kind k = module_classify(sv_str(t[i].name), &path);

		ok(!strcmp(module_kind_name(k), t[i].kind) &&
			   sv_eq(path, sv_str(t[i].path)),
		   "\"%s\" is %s \"%s\"", t[i].name, t[i].kind, t[i].path);
	}
}

static const char cxx_cc[] =
	"#include <string>\nnamespace shop { template <class T> "
	"__attribute__((noinline)) T price(T a, const std::string &s)"
	"{ return a + T(s.size()); } struct Cart { operator int() const; "
	"std::string name() const; };\n"
	"__attribute__((noinline)) Cart::operator int() const { return 3; }\n"
	"__attribute__((noinline)) std::string Cart::name() const "
	"{ return \"x\"; } }\n"
	"int main() { shop::Cart c; return shop::price<int>(c, c.name()); }\n";

/* The file offset of a raw symbol, after readelf. */
static uint64_t offset_of(const char *file, const char *raw)
{
	char path[300];
	struct refs refs;
	struct loads l;
	uint64_t off = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	refs = read_refs(path);
	l = read_loads(path);
	for (size_t i = 0; i < refs.n; i++)
		if (strcmp(refs.r[i].name, raw) == 0)
			to_offset(&l, refs.r[i].start, &off);
	free_refs(&refs);
	return off;
}

static void check_frame(struct resolver *r, const char *raw, const char *full,
			const char *name)
{
	const struct resolver_module *m = resolver_module(r, SV("/bin/shop"));
	uint64_t off = offset_of("r/bin/shop", raw);
	struct resolver_frame f;
	struct buf id = {0}, want = {0};

	resolver_frame(r, m, off + 1, true, &f);
	ok(f.found && f.offset == 1 && sv_eq(f.raw_symbol, sv_str(raw)) &&
		   sv_eq(f.symbol, sv_str(full)) &&
		   sv_eq(f.function_name, sv_str(name)),
	   "%s: %.*s, %.*s", raw, SV_ARG(f.symbol), SV_ARG(f.function_name));
	resolver_function_id(&id, &f, f.offset);
	buf_printf(&want, "%.*s:%s+0x1", SV_ARG(f.build_id), name);
	ok(sv_eq(buf_view(&id), buf_view(&want)), "id %.*s",
	   SV_ARG(buf_view(&id)));
	buf_release(&id);
	buf_release(&want);
}

static void test_resolver_names(struct resolver *r)
{
	check_frame(r,
		    "_ZN4shop5priceIiEET_S1_RKNSt7__cxx1112basic_stringIcSt"
		    "11char_traitsIcESaIcEEE",
		    "int shop::price<int>(int, std::__cxx11::basic_string<char,"
		    " std::char_traits<char>, std::allocator<char> > const&)",
		    "shop::price<int>");
	check_frame(r, "_ZNK4shop4CartcviEv",
		    "shop::Cart::operator int() const",
		    "shop::Cart::operator int");
	check_frame(r, "_ZNK4shop4Cart4nameB5cxx11Ev",
		    "shop::Cart::name[abi:cxx11]() const", "shop::Cart::name");
}

static void test_resolver(void)
{
	struct resolver_opts opts = {0};
	struct rt_err err = {0};
	struct resolver_frame f;
	struct resolver_stats st;
	struct resolver *r;
	const struct resolver_module *m;
	struct buf id = {0};
	char root[300];

	write_file("shop.cc", cxx_cc);
	sh("mkdir -p r/bin && g++ -O1 -o r/bin/shop shop.cc && "
	   "cp r/bin/shop 'r/bin/gone (deleted)' && cp r/bin/shop r/bin/gone &&"
	   "ln -sf bin/shop r/link && echo text > r/bin/script");
	r = resolver_new(&opts, &err);
	m = resolver_module(r, SV("/usr/bin/env"));
	resolver_frame(r, m, 0x3000, false, &f);
	ok(m->kind == MODULE_FILE && !m->opened && !f.found && !m->problem,
	   "without a sysroot the host's files stay closed");
	ok(!resolver_function_id(&id, &f, 0) && id.n == 0, "no name, no id");
	resolver_free(r);

	opts.sysroot = "/nonexistent";
	ok(!resolver_new(&opts, &err) && err.sys_errno == ENOENT,
	   "sysroot that is not there");
	snprintf(root, sizeof(root), "%s/r", dir);
	opts.sysroot = root;
	r = resolver_new(&opts, &err);
	test_resolver_names(r);
	m = resolver_module(r, SV("/proc/77/root/link"));
	ok(m->opened && sv_eq(m->path, SV("/link")) &&
		   !strcmp(m->build_id_kind, "gnu"),
	   "through /proc/PID/root and a link");
	m = resolver_module(r, SV("/bin/gone (deleted)"));
	ok(m->kind == MODULE_DELETED && !m->opened, "deleted is not opened");
	m = resolver_module(r, SV("/usr/bin/env"));
	ok(!m->opened && m->problem_errno == ENOENT,
	   "the host's file of that path is not found");
	m = resolver_module(r, SV("/bin/script"));
	resolver_frame(r, m, 0, false, &f);
	ok(!m->opened && m->problem && !f.found, "not ELF: %s", m->problem);
	resolver_get_stats(r, &st);
	resolver_module(r, SV("/bin/script"));
	resolver_module(r, SV("/usr/bin/env"));
	id.n = (size_t)st.loads;
	resolver_get_stats(r, &st);
	ok(st.loads == id.n, "failures are remembered");
	id.n = 0;
	buf_release(&id);
	resolver_free(r);
}

static void test_budget(void)
{
	struct resolver_opts opts = {.max_bytes = 64 * KIB};
	struct rt_err err = {0};
	struct resolver_stats st;
	struct resolver_frame f;
	struct resolver *r;
	char root[300], path[64];
	bool kept = true;

	snprintf(root, sizeof(root), "%s/r", dir);
	opts.sysroot = root;
	r = resolver_new(&opts, &err);
	for (int i = 0; i < 3000; i++) {
		const struct resolver_module *m;

		snprintf(path, sizeof(path), i % 3 ? "/no/%d" : "/bin/shop", i);
		m = resolver_module(r, sv_str(path));
		for (uint64_t o = 0x1000; o < 0x1400; o += 16)
			resolver_frame(r, m, o, false, &f);
		resolver_get_stats(r, &st);
		kept = kept && st.bytes <= opts.max_bytes + 16 * KIB;
	}
	ok(kept && st.evictions > 100,
	   "64 KiB budget kept, %lu evictions, "
	   "%zu modules, %lu loads",
	   st.evictions, st.modules, st.loads);
	resolver_free(r);
}

/* The binaries of the demo, from the repository's root. */
static void test_demo(void)
{
	static const char *const names[] = {
		"bin/shopd",	       "bin/worker",
		"bin/worker-slim",     "lib/libcatalog.so.2",
		"lib/libpricing.so.1", "lib/libscore.so"};
	char path[300], *full;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path),
			 "testdata/demo/sysroot/opt/shop/%s", names[i]);
		full = realpath(path, NULL);
		test_file(full ? full : path);
		free(full);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("LC_ALL", "C", 1);
	setenv("DEBUGINFOD_URLS", "", 1);
	if (!mkdtemp(dir))
		return 1;
	test_sha256();
	test_root();
	test_aliases();
	test_overlaps();
	test_self("-no-pie");
	test_self("-pie -fPIE");
	test_self("-no-pie -Wl,-z,noseparate-code");
	test_self("-static");
	test_build_ids();
	test_cross();
	test_hostile();
	test_kinds();
	test_resolver();
	test_budget();
	test_file("/usr/lib/x86_64-linux-gnu/libc.so.6");
	test_file("/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
	test_file("/usr/bin/node");
	test_demo();
	sh("rm -rf %s", dir);
	return tap_done();
}
