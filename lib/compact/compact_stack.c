/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_stack.h"

#include "event/tetragon.h"

enum verdict { SAME = 1, CORRECTED, RESOLVED, UNVERIFIABLE, UNRESOLVED };

static void begin(struct compact_line *l, bool kernel)
{
	compact_line_next(l);
	buf_add(l->out, "    ", 4);
	compact_line_on(l, PAINT_FRAME);
	buf_str(l->out, kernel ? "kernel" : "user");
	compact_line_off(l);
	buf_str(l->out, kernel ? "  " : "    ");
}

static void put_offset(struct compact_line *l, uint64_t offset)
{
	buf_ch(l->out, '+');
	compact_line_hex(l, offset);
}

/* tetragon.StackTraceEntry; the offset is the function's or the module's. */
static void put_entry(struct compact_line *l, sv wire, bool kernel)
{
	uint64_t address = compact_line_get(wire, 1).v;
	sv symbol = compact_line_get_sv(wire, 3);
	sv module = compact_line_get_sv(wire, 4);
	sv beside = kernel ? module : symbol;

	begin(l, kernel);
	if (kernel)
		compact_line_name(l, symbol);
	else if (module.n)
		compact_line_name(l, module);
	else
		buf_str(l->out, "[anon]");
	put_offset(l, compact_line_get(wire, 2).v);
	if (beside.n) {
		compact_line_on(l, PAINT_DETAIL);
		compact_line_labelled(l, " ", beside);
		compact_line_off(l);
	}
	if (address) {
		buf_add(l->out, " @ ", 3);
		compact_line_hex(l, address);
	}
}

/* A last line instead of those that are too many. */
static void put_more(struct compact_line *l, size_t n)
{
	if (n <= COMPACT_STACK_MAX)
		return;
	compact_line_next(l);
	buf_str(l->out, "    ...     +");
	compact_line_uint(l, n - COMPACT_STACK_MAX);
	buf_str(l->out, " frames");
}

void compact_stack_tetragon(struct compact_line *l, sv kprobe)
{
	struct pb_cur c = pb_walk(kprobe);
	struct pb_field f;
	size_t n = 0;

	while (pb_next(&c, &f) > 0) {
		enum tetragon_part p = tetragon_part_of(TETRAGON_KPROBE, f.num);

		if (p != PART_KERNEL_FRAME && p != PART_USER_FRAME)
			continue;
		if (n++ < COMPACT_STACK_MAX)
			put_entry(l, f.data, p == PART_KERNEL_FRAME);
	}
	put_more(l, n);
}

/* --- canonical frames --------------------------------------------------- */

struct frame {
	sv module, symbol, file, function, id, purl;
	uint64_t offset, kernel, line, verdict, module_offset;
};

static struct frame parse(sv wire)
{
	struct frame r = {0};
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		switch (f.num) {
		case 1:
			r.module = f.data;
			break;
		case 2:
			r.symbol = f.data;
			break;
		case 3:
			r.offset = f.v;
			break;
		case 4:
			r.kernel = f.v;
			break;
		case 5:
			r.file = f.data;
			break;
		case 6:
			r.line = f.v;
			break;
		case 7:
			r.function = f.data;
			break;
		case 11:
			r.id = f.data;
			break;
		case 13:
			r.purl = f.data;
			break;
		case 15:
			r.verdict = f.v;
			break;
		case 17:
			r.module_offset = f.v;
			break;
		default:
			break;
		}
	}
	return r;
}

/* Function and place in it; where nobody knows it, the place in the module. */
static void put_place(struct compact_line *l, const struct frame *f)
{
	sv name = f->function.n ? f->function : f->symbol;

	if (name.n) {
		compact_line_on(l, PAINT_DETAIL);
		compact_line_name(l, name);
		compact_line_off(l);
		put_offset(l, f->offset);
		compact_line_labelled(l, " ", f->module);
		return;
	}
	if (f->module.n)
		compact_line_name(l, f->module);
	else
		buf_str(l->out, "[anon]");
	put_offset(l, f->module_offset);
}

/*
 * The id is <build-id>:<function>+0x<offset>: behind function and offset only
 * its front is news.
 */
static void put_id(struct compact_line *l, const struct frame *f)
{
	size_t colon = sv_find(f->id, ':');
	sv rest = sv_from(f->id, MIN(colon, f->id.n) + 1);
	bool told = f->function.n && sv_starts(rest, f->function) &&
		    sv_starts(sv_from(rest, f->function.n), SV("+0x"));

	compact_line_labelled(l, " id=", told ? sv_first(f->id, colon) : f->id);
}

static void put_canonical(struct compact_line *l, sv wire)
{
	static const char *const verdicts[] = {
		[CORRECTED] = " (corrected)",
		[UNVERIFIABLE] = " (unverifiable)",
		[UNRESOLVED] = " (unresolved)"};
	struct frame f = parse(wire);

	begin(l, f.kernel);
	put_place(l, &f);
	if (f.file.n) {
		compact_line_labelled(l, " ", f.file);
		buf_ch(l->out, ':');
		compact_line_uint(l, f.line);
	}
	if (f.verdict < ARRAY_LEN(verdicts) && verdicts[f.verdict])
		buf_str(l->out, verdicts[f.verdict]);
	compact_line_labelled(l, " ", f.purl);
	put_id(l, &f);
}

void compact_stack_call(struct compact_line *l, sv call)
{
	struct pb_cur c = pb_walk(call);
	struct pb_field f;
	size_t n = 0;

	while (pb_next(&c, &f) > 0)
		if (f.num == 7 && n++ < COMPACT_STACK_MAX)
			put_canonical(l, f.data);
	put_more(l, n);
}
