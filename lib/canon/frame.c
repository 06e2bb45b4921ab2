/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/frame.h"

#include "base/mem.h"
#include "canon/names.h"
#include "codec/pbwire.h"
#include "event/hook.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "symbol/hygiene.h"

#define CALL_STACK_FRAMES 7
#define NAME_CACHE (4 * MIB)

/* Field numbers of rt.v1.CanonicalStackFrame. */
enum {
	F_MODULE = 1,
	F_SYMBOL,
	F_OFFSET,
	F_IS_KERNEL_SPACE,
	F_FUNCTION_NAME = 7,
	F_RAW_SYMBOL,
	F_BUILD_ID,
	F_BUILD_ID_KIND,
	F_FUNCTION_ID,
	F_MODULE_KIND,
	F_VERDICT = 15,
	F_MODULE_OFFSET = 17,
};

struct frame_maker {
	struct resolver *resolver;
	struct names *names;
	struct buf id;
	const struct kallsyms *kernel;		/* or NULL */
	struct buf kernel_name, kernel_module; /* of the frame at hand */
	uint8_t hint;
	uint64_t serial;       /* of the event whose scope the resolver has */
	struct report *report; /* or NULL */
	uint64_t verdicts[VERDICT_END];
};

/* All that a frame says, before it is written. */
struct canonical {
	sv module, symbol, function_name, raw_symbol;
	sv build_id;
	const char *build_id_kind;
	enum module_kind kind;
	bool has_id;	 /* function and build-id are known */
	uint64_t offset; /* in the function */
	uint64_t module_offset;
	bool has_offset;
	enum frame_verdict verdict;
};

struct frame_maker *frame_maker_new(const struct resolver_opts *opts,
				    struct rt_err *err)
{
	struct resolver *r = resolver_new(opts, err);
	struct frame_maker *m;

	if (!r)
		return NULL;
	m = mem_zalloc(sizeof(*m));
	m->resolver = r;
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
	names_free(m->names);
	buf_release(&m->id);
	buf_release(&m->kernel_name);
	buf_release(&m->kernel_module);
	mem_free(m);
}

void frame_take_verdicts(struct frame_maker *m, uint64_t n[VERDICT_END])
{
	memcpy(n, m->verdicts, sizeof(m->verdicts));
	memset(m->verdicts, 0, sizeof(m->verdicts));
}

void frame_maker_report(struct frame_maker *m, struct report *r)
{
	m->report = r;
}

static struct metric parsed = {.name = "tetrapipe_canon_symbol_files_total",
			       .help = "Module files read, or tried to",
			       .label = ""};
static struct metric shared = {
	.name = "tetrapipe_canon_symbol_files_shared_total",
	.help = "Module files met again under another path or root",
	.label = ""};
static struct metric evicted = {
	.name = "tetrapipe_canon_symbol_evictions_total",
	.help = "Module paths forgotten for --symbol-cache",
	.label = ""};
static struct metric refused = {
	.name = "tetrapipe_canon_build_id_refused_total",
	.help = "Frames whose file has another build-id than the process had",
	.label = ""};
static struct metric facts_evicted = {
	.name = "tetrapipe_canon_loaded_evictions_total",
	.help = "Build-ids from loader events forgotten for newer ones",
	.label = ""};
static struct metric cached = {.name = "tetrapipe_canon_symbol_cache_bytes",
			       .help = "Memory that symbols take",
			       .label = "",
			       .gauge = true};

void frame_metrics_register(void)
{
	metrics_register(&parsed);
	metrics_register(&shared);
	metrics_register(&evicted);
	metrics_register(&refused);
	metrics_register(&facts_evicted);
	metrics_register(&cached);
}

void frame_metrics_update(const struct frame_maker *m)
{
	struct resolver_stats st;

	resolver_get_stats(m->resolver, &st);
	metric_set(&parsed, st.loads);
	metric_set(&shared, st.shared);
	metric_set(&evicted, st.evictions);
	metric_set(&refused, st.refused);
	metric_set(&facts_evicted, st.facts_evicted);
	metric_set(&cached, st.bytes);
}

static struct resolver_scope scope_of(const struct adapter_scope *s)
{
	return (struct resolver_scope){.exec_id = s->exec_id,
				       .container_id = s->container_id,
				       .node = s->node,
				       .image_digest = s->image_digest,
				       .pid = s->pid,
				       .start_ns = s->start_ns};
}

void frame_loaded(void *maker, const struct adapter_scope *scope, sv path,
		  sv build_id)
{
	struct frame_maker *m = maker;
	struct resolver_scope s = scope_of(scope);

	resolver_loaded(m->resolver, &s, path, build_id);
}

static const struct resolver_module *find_module(struct frame_maker *m,
						 const struct adapter_frame *f)
{
	const struct resolver_module *mod;
	struct resolver_scope s;

	if (f->scope && f->scope->serial != m->serial) {
		s = scope_of(f->scope);
		resolver_enter(m->resolver, &s);
		m->serial = f->scope->serial;
	}
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

static void take_ours(const struct resolver_frame *r, struct canonical *c)
{
	c->symbol = r->symbol;
	c->function_name = r->function_name;
	c->raw_symbol = r->raw_symbol;
	c->offset = r->offset;
	c->has_id = r->build_id.n != 0;
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

void frame_write(void *maker, const struct adapter_frame *f, struct buf *out)
{
	struct frame_maker *m = maker;
	struct canonical c = {.build_id_kind = ""};
	size_t at;

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
	pb_put_string(out, F_FUNCTION_NAME, c.function_name);
	pb_put_string(out, F_RAW_SYMBOL, c.raw_symbol);
	pb_put_string(out, F_BUILD_ID, c.build_id);
	pb_put_string(out, F_BUILD_ID_KIND, sv_str(c.build_id_kind));
	if (c.has_id)
		put_id(m, &c, out);
	pb_put_uint(out, F_MODULE_KIND, (uint64_t)c.kind);
	pb_put_uint(out, F_VERDICT, (uint64_t)c.verdict);
	if (c.has_offset)
		pb_put_uint(out, F_MODULE_OFFSET, c.module_offset);
	m->hint = pb_close(out, at, m->hint);
}
