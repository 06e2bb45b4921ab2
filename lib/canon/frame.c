/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/frame.h"

#include "base/mem.h"
#include "canon/framepkg.h"
#include "canon/framestats.h"
#include "canon/names.h"
#include "codec/pbwire.h"
#include "event/hook.h"
#include "pipe/diag.h"
#include "names/hygiene.h"

#define CALL_STACK_FRAMES 7
#define NAME_CACHE (4 * MIB)

/* Field numbers of rt.v1.CanonicalStackFrame. */
enum {
	F_MODULE = 1,
	F_SYMBOL,
	F_OFFSET,
	F_IS_KERNEL_SPACE,
	F_SOURCE_FILE,
	F_LINE_NUMBER,
	F_FUNCTION_NAME,
	F_RAW_SYMBOL,
	F_BUILD_ID,
	F_BUILD_ID_KIND,
	F_FUNCTION_ID,
	F_MODULE_KIND,
	F_PURL,
	F_PURL_SOURCE,
	F_VERDICT,
	F_INLINED,
	F_MODULE_OFFSET,
	F_INLINED_AT,
	F_PURL_CONFIDENCE,
};

struct frame_maker {
	struct resolver *resolver;
	struct framepkg *packages;
	struct names *names;
	struct buf id, at;	       /* of the frame at hand */
	struct jitname_bufs jit;       /* of names that the agent gave */
	const struct kallsyms *kernel; /* or NULL */
	struct buf kernel_name, kernel_module; /* of the frame at hand */
	uint8_t hint;
	uint64_t serial;       /* of the event whose scope the resolver has */
	struct report *report; /* or NULL */
	uint64_t verdicts[VERDICT_END];
};

/* All that a frame says, before it is written. */
struct canonical {
	sv module, symbol, function_name, raw_symbol;
	sv source_file;
	uint32_t line;
	sv build_id;
	const char *build_id_kind;
	enum module_kind kind;
	bool has_id;	 /* function and build-id are known */
	uint64_t offset; /* in the function */
	uint64_t module_offset;
	bool has_offset;
	enum frame_verdict verdict;
	const struct package *package; /* NULL: not known */
	const struct lines *lines;     /* or NULL */
};

struct frame_maker *frame_maker_new(const struct resolver_opts *opts,
				    const struct sbomindex *sbom,
				    struct rt_err *err)
{
	struct resolver *r = resolver_new(opts, err);
	struct frame_maker *m;

	if (!r)
		return NULL;
	m = mem_zalloc(sizeof(*m));
	m->resolver = r;
	m->packages = framepkg_new(r, sbom);
	m->names = names_new(NAME_CACHE);
	m->kernel = opts->kernel;
	m->hint = 2;
	return m;
}

void frame_maker_free(struct frame_maker *m)
{
	if (!m)
		return;
	resolver_free(m->resolver);
	framepkg_free(m->packages);
	names_free(m->names);
	buf_release(&m->id);
	jitname_release(&m->jit);
	buf_release(&m->at);
	buf_release(&m->kernel_name);
	buf_release(&m->kernel_module);
	mem_free(m);
}

void frame_to_ledger(struct frame_maker *m, struct ledger *l)
{
	for (size_t i = 0; i < VERDICT_END; i++)
		if (m->verdicts[i])
			ledger_count(&l->verdicts,
				     verdict_name((enum frame_verdict)i),
				     m->verdicts[i]);
	memset(m->verdicts, 0, sizeof(m->verdicts));
	framepkg_take_counts(m->packages, &l->packages);
}

void frame_maker_report(struct frame_maker *m, struct report *r)
{
	m->report = r;
}

void frame_metrics_update(const struct frame_maker *m)
{
	framestats_update(m->resolver);
	framepkg_update(m->packages);
}

static struct resolver_scope scope_of(const struct adapter_scope *s)
{
	return (struct resolver_scope){.exec_id = s->exec_id,
				       .container_id = s->container_id,
				       .node = s->node,
				       .image_digest = s->image_digest,
				       .pid = s->pid,
				       .ns_pid = s->ns_pid,
				       .start_ns = s->start_ns};
}

void frame_loaded(void *maker, const struct adapter_scope *scope, sv path,
		  sv build_id)
{
	struct frame_maker *m = maker;
	struct resolver_scope s = scope_of(scope);

	resolver_loaded(m->resolver, &s, path, build_id);
}

static void enter(struct frame_maker *m, const struct adapter_scope *scope)
{
	struct resolver_scope s;

	if (!scope || scope->serial == m->serial)
		return;
	s = scope_of(scope);
	resolver_enter(m->resolver, &s);
	framepkg_enter(m->packages, s.image_digest);
	m->serial = scope->serial;
}

static const struct resolver_module *find_module(struct frame_maker *m,
						 const struct adapter_frame *f)
{
	const struct resolver_module *mod;

	enter(m, f->scope);
	mod = resolver_module(m->resolver, f->module);
	if (mod->refused && diag_allow("modules with another build-id"))
		diag_warn(
			"module '%.*s': the file found has build-id %.*s, "
			"the process had %.*s: not used",
			SV_ARG(mod->path), SV_ARG(mod->refused_id),
			SV_ARG(mod->build_id));
	return mod;
}

/* The agent's name stands, with nothing to hold against it. */
static void take_agents(struct frame_maker *m, const struct adapter_frame *f,
			struct canonical *c)
{
	const struct name *n;

	c->verdict = f->symbol.n ? VERDICT_UNVERIFIABLE : VERDICT_UNRESOLVED;
	if (!f->symbol.n)
		return;
	n = names_get(m->names, f->symbol);
	c->symbol = n->symbol;
	c->function_name = n->function_name;
	c->raw_symbol = n->raw;
}

/*
 * As above, for a module that only the stream knows: the id is then that of
 * the function itself, since nobody knows where in it the pc is.
 */
static void take_told(struct frame_maker *m, const struct adapter_frame *f,
		      const struct resolver_module *mod, struct canonical *c)
{
	take_agents(m, f, c);
	c->has_id = !mod->opened && f->symbol.n;
}

/*
 * The same function has the wrapper's name of its architecture, and on some
 * kernels that of a layer below: one name for all of them.
 */
static void normalise_syscall(struct frame_maker *m, struct canonical *c)
{
	sv name = sv_starts(c->function_name, SV("__"))
			  ? hook_syscall(c->function_name)
			  : SV_NULL;

	if (!name.n)
		return;
	m->kernel_name.n = 0;
	buf_str(&m->kernel_name, "sys_");
	buf_sv(&m->kernel_name, name);
	c->function_name = buf_view(&m->kernel_name);
}

/* A module has a build-id of its own, which the table does not tell. */
static void hold_against_kernel(struct frame_maker *m,
				const struct adapter_frame *f,
				struct canonical *c)
{
	struct kallsyms_hit hit;

	if (!kallsyms_find(m->kernel, f->symbol, f->offset, f->caller, &hit))
		return;
	if (hit.module.n) {
		m->kernel_module.n = 0;
		buf_ch(&m->kernel_module, '[');
		buf_sv(&m->kernel_module, hit.module);
		buf_ch(&m->kernel_module, ']');
		c->module = buf_view(&m->kernel_module);
	}
	if (!hit.verified)
		return;
	c->verdict = VERDICT_SAME;
	/* Never asks names_get: what take_agents got lives until then. */
	if (!sv_eq(hit.name, f->symbol))
		c->function_name = hygiene_cut_clone(hit.name, false);
	if (hit.module.n || hit.ambiguous || !kallsyms_build_id(m->kernel).n)
		return;
	c->build_id = kallsyms_build_id(m->kernel);
	c->build_id_kind = "gnu";
	c->has_id = true;
}

static void kernel_frame(struct frame_maker *m, const struct adapter_frame *f,
			 struct canonical *c)
{
	c->module = SV("[kernel]");
	c->kind = MODULE_KERNEL;
	c->offset = f->offset;
	take_agents(m, f, c);
	if (m->kernel && f->symbol.n)
		hold_against_kernel(m, f, c);
	normalise_syscall(m, c);
}

/*
 * Does the agent's symbol name what we found? By any of its names, and
 * whatever the agent did about version, clone suffix and demangling; another
 * overload is another function.
 */
static bool agrees(struct frame_maker *m, sv agents,
		   const struct resolver_module *mod,
		   const struct resolver_frame *r)
{
	return sv_eq(agents, r->raw_symbol) ||
	       sv_eq(names_get(m->names, agents)->symbol, r->symbol) ||
	       resolver_is_alias(mod, r, agents);
}

static void take_lines(const struct lines *l, struct canonical *c)
{
	c->lines = l;
	if (!l)
		return;
	c->source_file = l->file;
	c->line = l->line;
}

static void take_ours(const struct resolver_frame *r, struct canonical *c)
{
	c->symbol = r->symbol;
	c->function_name = r->function_name;
	c->raw_symbol = r->raw_symbol;
	c->offset = r->offset;
	c->has_id = r->build_id.n != 0;
}

static void take_jit(const struct jitname *n, struct canonical *c)
{
	c->symbol = n->symbol;
	c->function_name = n->function_name;
	c->raw_symbol = n->raw;
	c->source_file = n->source_file;
	c->line = n->line;
}

/*
 * Memory without a file, and so without a build-id: no function id. What the
 * compiler of such code called it is in the process's perf map; perf has read
 * that already.
 */
static void memory_frame(struct frame_maker *m, const struct adapter_frame *f,
			 const struct resolver_module *mod, struct canonical *c)
{
	struct jitname n;

	if (resolver_jit(m->resolver, mod, f->address, f->caller, &n,
			 &c->offset)) {
		take_jit(&n, c);
		c->verdict = f->symbol.n ? sv_eq(n.raw, f->symbol)
						   ? VERDICT_SAME
						   : VERDICT_CORRECTED
					 : VERDICT_RESOLVED;
		return;
	}
	*(f->probe ? &c->offset : &c->module_offset) = f->offset;
	c->has_offset = f->has_offset && !f->probe;
	c->verdict = f->symbol.n ? VERDICT_UNVERIFIABLE : VERDICT_UNRESOLVED;
	if (!f->symbol.n)
		return;
	jitname_parse(f->symbol, &m->jit, &n);
	take_jit(&n, c);
}

/* A probe by name: at the start of that function, or behind it. */
static void named_probe(struct frame_maker *m, const struct adapter_frame *f,
			const struct resolver_module *mod, struct canonical *c)
{
	struct resolver_frame r;

	resolver_named(m->resolver, mod, f->symbol, &r);
	c->build_id = r.build_id;
	c->build_id_kind = r.build_id_kind;
	if (r.found) {
		take_ours(&r, c);
		c->verdict = VERDICT_SAME;
		r.pc += f->has_offset ? f->offset : 0;
		take_lines(resolver_lines(m->resolver, mod, &r), c);
	} else {
		take_told(m, f, mod, c);
	}
	c->offset = f->has_offset ? f->offset : 0;
}

static void user_frame(struct frame_maker *m, const struct adapter_frame *f,
		       struct canonical *c)
{
	const struct resolver_module *mod = find_module(m, f);
	struct resolver_frame r;

	c->module = mod->path;
	c->kind = mod->kind;
	if (module_is_memory(mod->kind)) {
		memory_frame(m, f, mod, c);
		c->package = framepkg_script(m->packages, c->source_file);
		return;
	}
	c->package = framepkg_module(m->packages, mod);
	if (f->probe && f->symbol.n) {
		named_probe(m, f, mod, c);
		return;
	}
	c->module_offset = f->offset;
	c->has_offset = f->has_offset;
	resolver_frame(m->resolver, mod, f->offset, f->caller, &r);
	c->build_id = r.build_id;
	c->build_id_kind = r.build_id_kind;
	if (!r.found) {
		take_told(m, f, mod, c);
		return;
	}
	take_ours(&r, c);
	take_lines(resolver_lines(m->resolver, mod, &r), c);
	if (!f->symbol.n)
		c->verdict = VERDICT_RESOLVED;
	else
		c->verdict = agrees(m, f->symbol, mod, &r) ? VERDICT_SAME
							   : VERDICT_CORRECTED;
}

static void put_id(struct frame_maker *m, const struct canonical *c,
		   struct buf *out)
{
	struct resolver_frame r = {.found = true,
				   .function_name = c->function_name,
				   .build_id = c->build_id};

	m->id.n = 0;
	if (resolver_function_id(&m->id, &r, c->offset))
		pb_put_bytes(out, F_FUNCTION_ID, buf_view(&m->id));
}

/* FILE:LINE of a call; without a line the file alone. */
static sv call_place(struct frame_maker *m, const struct lines_inlined *i)
{
	m->at.n = 0;
	buf_sv(&m->at, i->call_file);
	if (i->call_file.n && i->call_line)
		buf_printf(&m->at, ":%u", i->call_line);
	return buf_view(&m->at);
}

/* Lists of equal length: an unknown name or place is an empty text. */
static void put_inlined(const struct lines *l, struct buf *out)
{
	for (uint32_t i = 0; i < l->n; i++)
		pb_put_bytes(out, F_INLINED, l->inlined[i].function_name);
}

static void put_inlined_at(struct frame_maker *m, const struct lines *l,
			   struct buf *out)
{
	for (uint32_t i = 0; i < l->n; i++)
		pb_put_bytes(out, F_INLINED_AT, call_place(m, &l->inlined[i]));
}

void frame_write(void *maker, const struct adapter_frame *f, struct buf *out)
{
	struct frame_maker *m = maker;
	struct canonical c = {.build_id_kind = ""};
	size_t at;
	sv purl;

	if (f->kernel)
		kernel_frame(m, f, &c);
	else
		user_frame(m, f, &c);
	m->verdicts[c.verdict]++;
	if (m->report)
		report_count(m->report, c.module, c.build_id, c.verdict);
	at = pb_open(out, CALL_STACK_FRAMES, m->hint);
	pb_put_string(out, F_MODULE, c.module);
	pb_put_string(out, F_SYMBOL, c.symbol);
	pb_put_uint(out, F_OFFSET, c.offset);
	pb_put_uint(out, F_IS_KERNEL_SPACE, f->kernel);
	pb_put_string(out, F_SOURCE_FILE, c.source_file);
	pb_put_uint(out, F_LINE_NUMBER, c.line);
	pb_put_string(out, F_FUNCTION_NAME, c.function_name);
	pb_put_string(out, F_RAW_SYMBOL, c.raw_symbol);
	pb_put_string(out, F_BUILD_ID, c.build_id);
	pb_put_string(out, F_BUILD_ID_KIND, sv_str(c.build_id_kind));
	if (c.has_id)
		put_id(m, &c, out);
	pb_put_uint(out, F_MODULE_KIND, (uint64_t)c.kind);
	purl = f->kernel ? SV_NULL
			 : framepkg_purl(m->packages, c.package, c.raw_symbol,
					 c.function_name);
	if (purl.n) {
		pb_put_string(out, F_PURL, purl);
		pb_put_string(out, F_PURL_SOURCE, sv_str(c.package->source));
	}
	pb_put_uint(out, F_VERDICT, (uint64_t)c.verdict);
	if (c.lines)
		put_inlined(c.lines, out);
	if (c.has_offset)
		pb_put_uint(out, F_MODULE_OFFSET, c.module_offset);
	if (c.lines)
		put_inlined_at(m, c.lines, out);
	if (purl.n)
		pb_put_double(out, F_PURL_CONFIDENCE, c.package->confidence);
	m->hint = pb_close(out, at, m->hint);
}

void frame_package(void *maker, const struct adapter_scope *scope, sv path,
		   struct buf *out)
{
	struct frame_maker *m = maker;

	enter(m, scope);
	framepkg_file(m->packages, path, out);
}
