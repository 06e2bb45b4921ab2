/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/report.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "codec/jwrite.h"
#include "text/termsafe.h"

struct row {
	sv module, build_id;
	uint64_t n[VERDICT_END];
};

struct report {
	struct table table;
	struct arena arena;
	struct row **rows;
	size_t n, cap;
	struct row *last, other;
};

struct report *report_new(void)
{
	struct report *r = mem_zalloc(sizeof(*r));

	r->other.module = SV("(other)");
	r->last = &r->other;
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	table_release(&r->table);
	arena_release(&r->arena);
	mem_free(r->rows);
	mem_free(r);
}

static bool is_row(const void *entry, const void *key)
{
	const struct row *a = entry, *b = key;

	return sv_eq(a->module, b->module) && sv_eq(a->build_id, b->build_id);
}

static struct row *add(struct report *r, const struct row *key, uint64_t hash)
{
	struct row *row;

	if (r->n == REPORT_MAX_MODULES)
		return &r->other;
	row = arena_zalloc(&r->arena, sizeof(*row));
	row->module = arena_dup(&r->arena, key->module);
	row->build_id = arena_dup(&r->arena, key->build_id);
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 64;
		r->rows = mem_realloc(r->rows, r->cap * sizeof(*r->rows));
	}
	r->rows[r->n++] = row;
	table_add(&r->table, hash, row);
	return row;
}

void report_count(struct report *r, sv module, sv build_id,
		  enum frame_verdict v)
{
	struct row key = {.module = module, .build_id = build_id};
	uint64_t hash;

	if (!is_row(r->last, &key)) {
		hash = hash64(module, hash64(build_id, 0));
		r->last = table_get(&r->table, hash, is_row, &key);
		if (!r->last)
			r->last = add(r, &key, hash);
	}
	r->last->n[v]++;
}

static uint64_t frames(const struct row *r)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < VERDICT_END; i++)
		sum += r->n[i];
	return sum;
}

/* Of one million frames that could be checked; -1: there are none. */
static int64_t error_ppm(const struct row *r)
{
	uint64_t checked = r->n[VERDICT_SAME] + r->n[VERDICT_CORRECTED];

	return checked ? (int64_t)((double)r->n[VERDICT_CORRECTED] * 1e6 /
					   (double)checked +
				   0.5)
		       : -1;
}

static int by_weight(const void *pa, const void *pb)
{
	const struct row *a = *(struct row *const *)pa;
	const struct row *b = *(struct row *const *)pb;
	uint64_t x = a->n[VERDICT_CORRECTED], y = b->n[VERDICT_CORRECTED];
	int c;

	if (x == y) {
		x = frames(a);
		y = frames(b);
	}
	if (x != y)
		return x < y ? 1 : -1;
	c = sv_cmp(a->module, b->module);
	return c ? c : sv_cmp(a->build_id, b->build_id);
}

static void put_json(const struct row *r, struct buf *out)
{
	int64_t ppm = error_ppm(r);

	buf_str(out, "{\"module\":");
	jwrite_string(out, r->module);
	buf_str(out, ",\"build_id\":");
	jwrite_string(out, r->build_id);
	buf_printf(out, ",\"frames\":%llu", (unsigned long long)frames(r));
	for (int v = VERDICT_SAME; v < VERDICT_END; v++)
		buf_printf(out, ",\"%s\":%llu",
			   verdict_name((enum frame_verdict)v),
			   (unsigned long long)r->n[v]);
	if (ppm < 0)
		buf_str(out, ",\"error_rate\":null}\n");
	else
		buf_printf(out, ",\"error_rate\":%lld.%06lld}\n",
			   (long long)ppm / 1000000, (long long)ppm % 1000000);
}

static void put_line(const struct row *r, struct buf *out)
{
	int64_t ppm = error_ppm(r);
	static const enum frame_verdict columns[] = {
		VERDICT_SAME, VERDICT_CORRECTED, VERDICT_RESOLVED,
		VERDICT_UNVERIFIABLE, VERDICT_UNRESOLVED};

	buf_printf(out, "%10llu", (unsigned long long)frames(r));
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		buf_printf(out, " %12llu",
			   (unsigned long long)r->n[columns[i]]);
	if (ppm < 0)
		buf_printf(out, " %8s  ", "-");
	else
		buf_printf(out, " %7.2f%%  ", (double)ppm / 1e4);
	if (r->build_id.n)
		buf_sv(out, r->build_id);
	else
		buf_ch(out, '-');
	buf_str(out, "  ");
	termsafe_put(out, r->module, SIZE_MAX, false);
	buf_ch(out, '\n');
}

static void put_table(struct report *r, struct buf *out)
{
	struct row all = {.module = SV("(all)")};

	buf_printf(out, "%10s %12s %12s %12s %12s %12s %8s  %s  %s\n", "FRAMES",
		   "SAME", "CORRECTED", "RESOLVED", "UNVERIFIABLE",
		   "UNRESOLVED", "ERRORS", "BUILD-ID", "MODULE");
	for (size_t i = 0; i < r->n; i++) {
		put_line(r->rows[i], out);
		for (size_t v = 0; v < VERDICT_END; v++)
			all.n[v] += r->rows[i]->n[v];
	}
	put_line(&all, out);
}

void report_write(struct report *r, enum report_form form, struct buf *out)
{
	if (frames(&r->other) && r->n == REPORT_MAX_MODULES) {
		r->rows = mem_realloc(r->rows, (r->n + 1) * sizeof(*r->rows));
		r->rows[r->n++] = &r->other;
	}
	if (r->n)
		qsort(r->rows, r->n, sizeof(*r->rows), by_weight);
	if (form == REPORT_TABLE) {
		put_table(r, out);
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		put_json(r->rows[i], out);
}
