/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/where.h"

#include "base/mem.h"
#include "pipe/metrics.h"
#include "elf/debuginfod.h"

static struct metric opened = {
	.name = "tetrapipe_canon_process_roots_total",
	.help = "Processes whose root was looked for under --proc",
	.label = "result=\"opened\""};
static struct metric gone = {
	.name = "tetrapipe_canon_process_roots_total",
	.help = "Processes whose root was looked for under --proc",
	.label = "result=\"gone\""};
static struct metric reused = {
	.name = "tetrapipe_canon_process_roots_total",
	.help = "Processes whose root was looked for under --proc",
	.label = "result=\"reused\""};

void where_metrics_register(void)
{
	metrics_register(&opened);
	metrics_register(&gone);
	metrics_register(&reused);
}

void where_metrics_update(const struct resolver_opts *r)
{
	struct procroot_stats st;

	if (!r->proc)
		return;
	procroot_get_stats(r->proc, &st);
	metric_set(&opened, st.opened);
	metric_set(&gone, st.gone);
	metric_set(&reused, st.reused);
}

static const char *reason(const struct rt_err *err)
{
	return err->sys_errno ? strerror(err->sys_errno) : err->msg;
}

static struct images *open_images(struct opt_list *rows)
{
	struct images *im = rows->n ? images_new() : NULL;
	struct rt_err err;

	for (size_t i = 0; i < rows->n; i++) {
		if (images_add(im, rows->v[i], &err))
			continue;
		if (err.pos)
			opt_usage("cannot use --image '%s': line %zu: %s",
				  rows->v[i], err.pos, reason(&err));
		opt_usage("cannot use --image '%s': %s", rows->v[i],
			  reason(&err));
	}
	mem_free(rows->v);
	*rows = (struct opt_list){0};
	return im;
}

/* The running kernel's table says nothing of its build-id, its notes do. */
static struct kallsyms *open_kernel(const struct where_opts *o)
{
	struct kallsyms *k;
	struct rt_err err;

	if (!o->kallsyms) {
		if (o->kernel_build_id)
			opt_usage("--kernel-build-id needs --kallsyms");
		return NULL;
	}
	k = kallsyms_open(o->kallsyms, &err);
	if (!k)
		opt_usage("cannot use --kallsyms '%s': %s", o->kallsyms,
			  reason(&err));
	if (!o->kernel_build_id) {
		if (!strcmp(o->kallsyms, "/proc/kallsyms"))
			kallsyms_read_notes(k, "/sys/kernel/notes");
	} else if (!kallsyms_set_build_id(k, sv_str(o->kernel_build_id))) {
		opt_usage(
			"bad value '%s' for --kernel-build-id: not an even "
			"number of lower-case hex digits",
			o->kernel_build_id);
	}
	return k;
}

static const struct debugdirs *open_debug_dirs(struct where_opts *o)
{
	struct rt_err err;

	for (size_t i = 0; i < o->debug_dirs.n; i++)
		if (!debugdirs_add(&o->debug, o->debug_dirs.v[i], &err))
			opt_usage("cannot use --debug-dir '%s': %s",
				  o->debug_dirs.v[i], reason(&err));
	if (o->debug.ask && !debuginfod_usable(&err))
		opt_usage("cannot use --debuginfod: %s", err.msg);
	mem_free(o->debug_dirs.v);
	o->debug_dirs = (struct opt_list){0};
	return &o->debug;
}

struct resolver_opts where_open(struct where_opts *o)
{
	struct resolver_opts r = {.sysroot = o->sysroot,
				  .max_bytes = (size_t)o->symbol_cache,
				  .max_jit = (size_t)o->perf_map_cache,
				  .max_dwarf = (size_t)o->dwarf_cache,
				  .lines = (o->lines || o->inlines) &&
					   o->dwarf_cache,
				  .inlines = o->inlines};
	struct rt_err err;

	r.kernel = open_kernel(o);
	r.images = open_images(&o->images);
	r.debug = open_debug_dirs(o);
	if (o->proc) {
		r.proc = procroot_new(o->proc, &err);
		if (!r.proc)
			opt_usage("cannot use --proc '%s': %s", o->proc,
				  reason(&err));
	}
	return r;
}

void where_close(struct where_opts *o, struct resolver_opts *r)
{
	debugdirs_release(&o->debug);
	kallsyms_free(r->kernel);
	images_free(r->images);
	procroot_free(r->proc);
}
