/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/observedsbom.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/pbwire.h"
#include "hotsym/observed.h"
#include "sbom/cdxwrite.h"

static int by_purl(const void *a, const void *b)
{
	return sv_cmp((*(struct observed_package *const *)a)->purl,
		      (*(struct observed_package *const *)b)->purl);
}

/* A file without a build-id stands before itself with one. */
static int cmp_file(const struct observed_file *x,
		    const struct observed_file *y)
{
	int c = sv_cmp(x->package->purl, y->package->purl);

	if (!c)
		c = sv_cmp(x->module, y->module);
	if (!c)
		c = sv_cmp(x->image, y->image);
	return c ? c : sv_cmp(x->build_id, y->build_id);
}

static int by_file(const void *a, const void *b)
{
	return cmp_file(*(struct observed_file *const *)a,
			*(struct observed_file *const *)b);
}

static int by_function(const void *a, const void *b)
{
	const struct observed_function *x =
		*(struct observed_function *const *)a;
	const struct observed_function *y =
		*(struct observed_function *const *)b;
	int c = cmp_file(x->file, y->file);

	return c ? c : sv_cmp(x->name, y->name);
}

static void sort(struct observed_rows *r)
{
	if (r->n_packages)
		qsort(r->packages, r->n_packages, sizeof(*r->packages),
		      by_purl);
	if (r->n_files)
		qsort(r->files, r->n_files, sizeof(*r->files), by_file);
	if (r->n_functions)
		qsort(r->functions, r->n_functions, sizeof(*r->functions),
		      by_function);
}

/* An exec event knows no build-id: the same file, less of it known. */
static bool is_lesser(const struct observed_file *f,
		      const struct observed_file *next)
{
	return !f->build_id.n && next->package == f->package &&
	       sv_eq(next->module, f->module) && sv_eq(next->image, f->image);
}

static void context_of(const struct observed_file *f, struct buf *b)
{
	b->n = 0;
	if (f->build_id.n)
		buf_printf(b, "build-id %.*s", SV_ARG(f->build_id));
	if (f->image.n)
		buf_printf(b, "%simage %.*s", b->n ? ", " : "",
			   SV_ARG(f->image));
}

static void write_files(struct cdxwrite *w, const struct observed_rows *r,
			const struct observed_package *p, size_t *at)
{
	struct buf context = {0};

	for (; *at < r->n_files && r->files[*at]->package == p; (*at)++) {
		const struct observed_file *f = r->files[*at];

		if (*at + 1 < r->n_files && is_lesser(f, r->files[*at + 1]))
			continue;
		context_of(f, &context);
		cdxwrite_occurrence(
			w, &(struct cdxwrite_occurrence){f->module, SV_NULL,
							 buf_view(&context)});
	}
	buf_release(&context);
}

static uint64_t write_functions(struct cdxwrite *w,
				const struct observed_rows *r,
				const struct observed_package *p, size_t *at)
{
	uint64_t n = 0;

	for (; *at < r->n_functions && r->functions[*at]->file->package == p;
	     (*at)++, n++) {
		const struct observed_function *f = r->functions[*at];

		cdxwrite_occurrence(
			w, &(struct cdxwrite_occurrence){f->file->module,
							 f->name, f->id});
	}
	return n;
}

/* A CanonicalStackFrame (proto/rt/v1/frame.proto). */
static bool read_frame(sv wire, struct cdxwrite_frame *out)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0)
		if (f.num == 1)
			out->module = f.data;
		else if (f.num == 5)
			out->file = f.data;
		else if (f.num == 6)
			out->line = f.v;
		else if (f.num == 7)
			out->function = f.data;
		else if (f.num == 13)
			out->package = f.data;
	return r == 0;
}

static void write_stack(struct cdxwrite *w, sv stack)
{
	struct pb_cur c = pb_walk(stack);
	struct pb_field f;

	for (size_t n = 0; n < OBSERVED_STACK_FRAMES && pb_next(&c, &f) > 0;
	     n++) {
		struct cdxwrite_frame frame = {.line = 0};

		if (read_frame(f.data, &frame))
			cdxwrite_frame(w, &frame);
	}
}

static void number(struct cdxwrite *w, const char *name, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	cdxwrite_property(w, name, sv_str(text));
}

static void moment(struct cdxwrite *w, const char *name, struct timestamp t)
{
	char text[RFC3339_MAX];

	if (timestamp_is_set(t))
		cdxwrite_property(
			w, name,
			(sv){text, (size_t)(rfc3339_format(text, t) - text)});
}

static void write_package(struct cdxwrite *w, const struct observed_rows *r,
			  const struct observed_package *p, size_t *file,
			  size_t *function)
{
	static const char *const how[] = {"", "binary_exec", "library_loaded",
					  "function"};
	uint64_t functions;

	cdxwrite_begin(w, p->purl);
	write_files(w, r, p, file);
	functions = write_functions(w, r, p, function);
	write_stack(w, p->stack);
	cdxwrite_property(w, "tetrapipe:seen", sv_str(how[p->how]));
	number(w, "tetrapipe:functions", functions);
	number(w, "tetrapipe:invocations", p->calls);
	moment(w, "tetrapipe:first_seen", p->first);
	moment(w, "tetrapipe:last_seen", p->last);
}

/* The one image that all is of, or none. */
static sv only_image(const struct observed_rows *r)
{
	for (size_t i = 1; i < r->n_files; i++)
		if (!sv_eq(r->files[i]->image, r->files[0]->image))
			return SV_NULL;
	return r->n_files ? r->files[0]->image : SV_NULL;
}

bool observedsbom_write(struct observed_rows *r, struct buf *out)
{
	char none[24], refused[24];
	struct cdxwrite_property_row rows[2];
	struct cdxwrite_head h = {.tool = "rt-hotsym",
				  .properties = rows,
				  .n_properties = ARRAY_LEN(rows)};
	struct cdxwrite w = {.section = 0};
	size_t file = 0, function = 0;
	bool good;

	sort(r);
	for (size_t i = 0; i < r->n_packages; i++) {
		write_package(&w, r, r->packages[i], &file, &function);
		if (timestamp_cmp(r->packages[i]->last, h.time) > 0)
			h.time = r->packages[i]->last;
	}
	snprintf(none, sizeof(none), "%llu",
		 (unsigned long long)r->without_package);
	snprintf(refused, sizeof(refused), "%llu",
		 (unsigned long long)r->refused);
	rows[0] = (struct cdxwrite_property_row){
		"tetrapipe:invocations_without_package", sv_str(none)};
	rows[1] = (struct cdxwrite_property_row){"tetrapipe:left_out",
						 sv_str(refused)};
	h.image = only_image(r);
	good = cdxwrite_document(&w, &h, out);
	cdxwrite_release(&w);
	return good;
}
