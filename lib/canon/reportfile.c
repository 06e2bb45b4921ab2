/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/reportfile.h"

#include <errno.h>

#include "pipe/diag.h"

const char *const reportfile_forms[] = {"table", "json", NULL};

void reportfile_open(struct reportfile *f, const struct reportfile_opts *o)
{
	*f = (struct reportfile){.opts = o};
	if (!o->file)
		return;
	f->out = strcmp(o->file, "-") == 0 ? stderr : fopen(o->file, "we");
	if (!f->out)
		opt_usage("cannot use --report '%s': %s", o->file,
			  strerror(errno));
	f->report = report_new();
}

bool reportfile_close(struct reportfile *f)
{
	struct buf text = {0};
	bool ok;

	if (!f->report)
		return true;
	report_write(f->report,
		     strcmp(f->opts->form, "json") == 0 ? REPORT_JSON
							: REPORT_TABLE,
		     &text);
	ok = fwrite(text.p, 1, text.n, f->out) == text.n;
	ok = (f->out == stderr ? fflush(f->out) : fclose(f->out)) == 0 && ok;
	if (!ok)
		diag_error("cannot write the report '%s': %s", f->opts->file,
			   strerror(errno));
	report_free(f->report);
	buf_release(&text);
	return ok;
}
