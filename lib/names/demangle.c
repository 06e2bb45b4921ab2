/* SPDX-License-Identifier: Apache-2.0 */
#include "names/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>

#include "base/mem.h"
#include "names/dlang.h"
#include "names/hygiene.h"
#include "base/utf8.h"

/* What a stub's name has behind the function's; see plt.h. */
#define STUB "@plt"

enum {
	FULL = DMGL_PARAMS | DMGL_ANSI,
	SHORT = DMGL_NO_OPTS,
	/* Nodes of a C++ name with all substitutions written out. */
	MAX_NODES = 20000,
	MAX_DEPTH = 1024, /* libiberty's printer has the same */
	/* libiberty's parser gives up on 1,024 bytes if it is not told. */
	LIMITED_LEN = 1024,
	HASH_LEN = 20, /* 17h<16 hex>E */
};

/*
 * libiberty's callback cannot ask to stop, and a short name can print 2^40
 * bytes, so the way out is a jump. Nothing is allocated below it, but for
 * the buffer of a punycode identifier in Rust, which is printed in single
 * characters: from those no jump is made.
 */
struct sink {
	struct buf *out;
	size_t start;
	bool punycode; /* mind the buffer */
	bool full;
	jmp_buf stop;
};

static void sink_add(const char *p, size_t n, void *arg)
{
	struct sink *s = arg;

	if (!s->full && n <= DEMANGLE_MAX_OUT - (s->out->n - s->start)) {
		buf_add(s->out, p, n);
		return;
	}
	s->full = true;
	if (!s->punycode || (n > 1 && (unsigned char)p[0] < 0x80))
		longjmp(s->stop, 1);
}

typedef int demangle_fn(const char *mangled, int options,
			demangle_callbackref callback, void *opaque);

static bool run(demangle_fn *fn, const char *mangled, int options,
		struct buf *out)
{
	struct sink s = {
		.out = out,
		.start = out->n,
		.punycode = fn == rust_demangle_callback,
	};

	if (setjmp(s.stop) == 0 && fn(mangled, options, sink_add, &s) &&
	    !s.full)
		return true;
	out->n = s.start;
	return false;
}

/* A leaf, or the only child in *only; false: two children. */
static bool simple_node(const struct demangle_component *c,
			const struct demangle_component **only)
{
	*only = NULL;
	switch (c->type) {
	case DEMANGLE_COMPONENT_NAME:
	case DEMANGLE_COMPONENT_OPERATOR:
	case DEMANGLE_COMPONENT_BUILTIN_TYPE:
	case DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE:
	case DEMANGLE_COMPONENT_SUB_STD:
	case DEMANGLE_COMPONENT_CHARACTER:
	case DEMANGLE_COMPONENT_NUMBER:
	case DEMANGLE_COMPONENT_TEMPLATE_PARAM:
	case DEMANGLE_COMPONENT_FUNCTION_PARAM:
	case DEMANGLE_COMPONENT_LAMBDA:
	case DEMANGLE_COMPONENT_UNNAMED_TYPE:
	case DEMANGLE_COMPONENT_DEFAULT_ARG:
		return true;
	case DEMANGLE_COMPONENT_EXTENDED_OPERATOR:
		*only = c->u.s_extended_operator.name;
		return true;
	case DEMANGLE_COMPONENT_FIXED_TYPE:
		*only = c->u.s_fixed.length;
		return true;
	case DEMANGLE_COMPONENT_CTOR:
		*only = c->u.s_ctor.name;
		return true;
	case DEMANGLE_COMPONENT_DTOR:
		*only = c->u.s_dtor.name;
		return true;
	default:
		return false;
	}
}

static bool tree_fits(const struct demangle_component *c, int *nodes, int depth)
{
	const struct demangle_component *only;

	if (!c)
		return true;
	if (--*nodes < 0 || depth == MAX_DEPTH)
		return false;
	if (simple_node(c, &only))
		return tree_fits(only, nodes, depth + 1);
	return tree_fits(c->u.s_binary.left, nodes, depth + 1) &&
	       tree_fits(c->u.s_binary.right, nodes, depth + 1);
}

/*
 * For each pack expansion libiberty searches all below it, through every
 * substitution: `Dp1PIS0_I...` doubles with each level.
 */
static bool packs_fit(const char *mangled, int options)
{
	int nodes = MAX_NODES;
	void *mem = NULL;
	const struct demangle_component *tree;
	bool fits;

	if (!strstr(mangled, "Dp") && !strstr(mangled, "sp"))
		return true;
	tree = cplus_demangle_v3_components(mangled, options, &mem);
	fits = tree && tree_fits(tree, &nodes, 0);
	mem_free(mem);
	return fits;
}

/*
 * In a conversion operator libiberty parses what follows a template
 * parameter twice: `cvT_IcvT_I...` doubles with each T_I.
 */
static bool conversions_fit(const char *mangled)
{
	enum { MAX_TRIES = 10 };
	const char *p = strstr(mangled, "cv");
	int n = 0;

	while (p && (p = strchr(p, 'T')) != NULL) {
		p++;
		p += strspn(p, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (p[0] == '_' && p[1] == 'I' && ++n > MAX_TRIES)
			return false;
	}
	return true;
}

/* Behind `h<n>_` or `v<n>_<n>_`, or NULL. */
static char *skip_offset(char *p)
{
	int numbers = *p == 'h' ? 1 : *p == 'v' ? 2 : 0;

	if (!numbers)
		return NULL;
	while (p && numbers--) {
		p = strchr(p, '_');
		p = p ? p + 1 : NULL;
	}
	return p;
}

/*
 * A thunk's name carries its target's parameters whatever the options say.
 * Returns the target's encoding and how to introduce it, or NULL.
 */
static char *thunk_target(char *m, const char **intro)
{
	char *p;

	if (strncmp(m, "_ZGT", 4) == 0 && (m[4] == 't' || m[4] == 'n')) {
		*intro = m[4] == 't' ? "transaction clone for "
				     : "non-transaction clone for ";
		return m + 5;
	}
	if (strncmp(m, "_ZT", 3) != 0)
		return NULL;
	if (m[3] == 'c') {
		*intro = "covariant return thunk to ";
		p = skip_offset(m + 4);
		return p ? skip_offset(p) : NULL;
	}
	*intro = m[3] == 'h' ? "non-virtual thunk to " : "virtual thunk to ";
	return skip_offset(m + 3);
}

/* Appends text without `[abi:tag]`. */
static void add_untagged(struct buf *out, sv text)
{
	static const char tag[] = "[abi:";

	while (text.n) {
		const char *p = memmem(text.p, text.n, tag, sizeof(tag) - 1);
		size_t close;

		if (!p)
			break;
		buf_add(out, text.p, (size_t)(p - text.p));
		text = sv_from(text, (size_t)(p - text.p));
		close = sv_find(text, ']');
		text = close == SIZE_MAX ? SV_NULL : sv_from(text, close + 1);
	}
	buf_sv(out, text);
}

/* The short name is made behind the full one and moved over. */
static bool cxx_short(char *mangled, int options, struct buf *symbol,
		      struct buf *function_name)
{
	const char *intro = "";
	char *target = thunk_target(mangled, &intro);
	size_t start = symbol->n;
	bool ok;

	if (target)
		mangled = memcpy(target - 2, "_Z", 2);
	ok = run(cplus_demangle_v3_callback, mangled, options, symbol);
	if (ok) {
		if (target)
			buf_str(function_name, intro);
		add_untagged(function_name, sv_from(buf_view(symbol), start));
	}
	symbol->n = start;
	return ok;
}

/* What a member function's qualifiers may leave behind its parameters. */
static sv cut_qualifiers(sv full)
{
	static const sv qualifiers[] = {SV(" const"), SV(" volatile"),
					SV(" restrict"), SV(" &"), SV(" &&")};

	for (size_t i = 0; i < ARRAY_LEN(qualifiers); i++) {
		if (!sv_ends(full, qualifiers[i]))
			continue;
		full.n -= qualifiers[i].n;
		i = SIZE_MAX;
	}
	return full;
}

static char opening(char c)
{
	return c == ')' ? '(' : c == '>' ? '<' : c == '}' ? '{' : '[';
}

/*
 * Going back from the end of s: index of the first byte of a run that is
 * balanced in brackets and has no blank outside of them; with `one`, of its
 * last bracketed group only. SIZE_MAX: the brackets do not match, as with a
 * comparison in a template argument.
 */
static size_t run_start(sv s, bool one)
{
	char stack[64];
	size_t depth = 0, i;

	for (i = s.n; i-- > 0;) {
		char c = s.p[i];

		if (c == ')' || c == '>' || c == '}' || c == ']') {
			if (depth == sizeof(stack))
				return SIZE_MAX;
			stack[depth++] = opening(c);
		} else if (c == '(' || c == '<' || c == '{' || c == '[') {
			if (!depth || stack[--depth] != c)
				return SIZE_MAX;
			if (one && !depth)
				return i;
		} else if (c == ' ' && !depth) {
			break;
		}
	}
	return depth || one ? SIZE_MAX : i + 1;
}

/*
 * The short name is in the full one, before the parameters and, for a
 * template, behind the return type. Printing it again would take as long as
 * the full one did. False: the text does not tell for sure.
 */
static bool short_from_full(sv mangled, sv full, struct buf *function_name)
{
	sv name = cut_qualifiers(full);
	size_t at;

	/* Special names ("typeinfo for void (int)") and local ones are out. */
	if (!sv_starts(mangled, SV("_ZN")) &&
	    !(mangled.n > 2 && mangled.p[2] >= '1' && mangled.p[2] <= '9'))
		return false;
	if (!sv_ends(name, SV(")")))
		return false;
	at = run_start(name, true);
	if (at == SIZE_MAX || !at)
		return false;
	name.n = at;
	if (sv_ends(name, SV(")")) && !sv_ends(name, SV("operator()")))
		return false; /* void (*f<int>())() */
	if (sv_ends(name, SV(">"))) {
		if (memmem(name.p, name.n, "operator", 8))
			return false;
		at = run_start(name, false);
		if (at == SIZE_MAX)
			return false;
		name = sv_from(name, at);
	}
	add_untagged(function_name, name);
	return true;
}

static bool cxx(char *mangled, size_t n, struct buf *symbol,
		struct buf *function_name)
{
	int limit = n > LIMITED_LEN ? DMGL_NO_RECURSE_LIMIT : 0;
	size_t start = symbol->n;

	if (!conversions_fit(mangled) || !packs_fit(mangled, FULL | limit) ||
	    !run(cplus_demangle_v3_callback, mangled, FULL | limit, symbol))
		return false;
	if (short_from_full((sv){mangled, n}, sv_from(buf_view(symbol), start),
			    function_name) ||
	    cxx_short(mangled, SHORT | limit, symbol, function_name))
		return true;
	symbol->n = start;
	return false;
}

static bool rust(const char *mangled, struct buf *symbol,
		 struct buf *function_name)
{
	size_t start = symbol->n;

	if (!run(rust_demangle_callback, mangled, FULL, symbol))
		return false;
	buf_sv(function_name, sv_from(buf_view(symbol), start));
	return true;
}

/* Legacy Rust looks like C++ but for its last path element. */
static bool rust_legacy(sv name)
{
	return name.n > HASH_LEN && sv_starts(name, SV("_ZN")) &&
	       sv_starts(sv_from(name, name.n - HASH_LEN), SV("17h"));
}

static enum demangle_lang demangle(char *mangled, size_t n, struct buf *symbol,
				   struct buf *function_name)
{
	sv name = {mangled, n};

	if (sv_starts(name, SV("_D")))
		return dlang_names(mangled, n, symbol, function_name)
			       ? DEMANGLE_D
			       : DEMANGLE_NONE;
	if ((sv_starts(name, SV("_R")) || rust_legacy(name)) &&
	    rust(mangled, symbol, function_name))
		return DEMANGLE_RUST;
	if (sv_starts(name, SV("_Z")) && cxx(mangled, n, symbol, function_name))
		return DEMANGLE_CXX;
	return DEMANGLE_NONE;
}

/* Replaces what was appended from start on, if it is not UTF-8. */
static void make_valid(struct buf *b, size_t start)
{
	sv added = sv_from(buf_view(b), start);
	struct buf copy = {0};

	if (utf8_valid_prefix(added) == added.n)
		return;
	hygiene_utf8(&copy, added);
	b->n = start;
	buf_sv(b, hygiene_first(buf_view(&copy), DEMANGLE_MAX_OUT));
	buf_release(&copy);
}

static void put_plain(struct buf *function_name, sv name, bool go)
{
	if (go)
		hygiene_go_short(function_name, name);
	else
		buf_sv(function_name, name);
}

enum demangle_lang demangle_symbol(sv raw, bool go, struct buf *symbol,
				   struct buf *function_name)
{
	bool stub = sv_ends(raw, SV(STUB)) && raw.n > sizeof(STUB) - 1;
	sv whole = stub ? sv_first(raw, raw.n - (sizeof(STUB) - 1)) : raw;
	sv name = hygiene_cut_clone(hygiene_cut_version(whole), go);
	size_t symbol_start = symbol->n, function_start = function_name->n;
	enum demangle_lang lang = DEMANGLE_NONE;
	char mangled[DEMANGLE_MAX_IN + 1];

	if (name.n > 2 && name.n < sizeof(mangled) && name.p[0] == '_' &&
	    sv_find(name, '\0') == SIZE_MAX) {
		memcpy(mangled, name.p, name.n);
		mangled[name.n] = '\0';
		lang = demangle(mangled, name.n, symbol, function_name);
	}
	/* Nothing but a tag, as a hostile name may have it. */
	if (lang != DEMANGLE_NONE && function_name->n == function_start) {
		symbol->n = symbol_start;
		lang = DEMANGLE_NONE;
	}
	if (lang == DEMANGLE_NONE) {
		buf_sv(symbol, hygiene_first(name, DEMANGLE_MAX_OUT));
		put_plain(function_name, hygiene_first(name, DEMANGLE_MAX_OUT),
			  go);
	}
	make_valid(symbol, symbol_start);
	make_valid(function_name, function_start);
	if (stub) {
		buf_str(symbol, STUB);
		buf_str(function_name, STUB);
	}
	return lang;
}
