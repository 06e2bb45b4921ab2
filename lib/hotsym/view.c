/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/view.h"

#include "hotsym/viewfolded.h"
#include "hotsym/viewpprof.h"
#include "hotsym/viewsvg.h"
#include "hotsym/viewtable.h"

enum view_form view_form_of(const char *name)
{
	static const struct {
		const char *name;
		enum view_form form;
	} forms[] = {{"table", VIEW_TABLE},
		     {"folded", VIEW_FOLDED},
		     {"pprof", VIEW_PPROF},
		     {"svg", VIEW_SVG}};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (!strcmp(name, forms[i].name))
			return forms[i].form;
	return VIEW_NONE;
}

void view_losses(const struct view_data *d, struct buf *out)
{
	uint64_t cut = stacktree_cut(d->tree);

	if (d->no_stack)
		buf_printf(out, "; %llu without a stack",
			   (unsigned long long)d->no_stack);
	if (d->gaps)
		buf_printf(out, "; %llu%s lost in %llu gaps",
			   (unsigned long long)d->lost,
			   d->lost_unknown ? " or more" : "",
			   (unsigned long long)d->gaps);
	if (d->incomplete)
		buf_str(out, "; the stream is not complete");
	if (cut)
		buf_printf(out, "; %llu cut short by --max-nodes",
			   (unsigned long long)cut);
}

void view_write(enum view_form form, const struct view_data *d, size_t top,
		size_t width, struct buf *out)
{
	stacktree_sort(d->tree);
	switch (form) {
	case VIEW_NONE:
		break;
	case VIEW_TABLE:
		viewtable_write(d, top, width, out);
		break;
	case VIEW_FOLDED:
		viewfolded_write(d, out);
		break;
	case VIEW_PPROF:
		viewpprof_write(d, out);
		break;
	case VIEW_SVG:
		viewsvg_write(d, out);
		break;
	}
}
