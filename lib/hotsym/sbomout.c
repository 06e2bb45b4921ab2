/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/sbomout.h"

#include <errno.h>

#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "pipe/replacefile.h"

static struct metric left_out = {
	.name = "tetrapipe_hotsym_sbom_left_out_total",
	.help = "Packages, files and functions that --sbom-max had no room for",
	.label = ""};

struct observed *sbomout_open(const struct sbomout_opts *o)
{
	if (!o->file)
		return NULL;
	metrics_register(&left_out);
	return observed_new(o->max_rows);
}

static bool save(const struct sbomout_opts *o, struct observed *seen)
{
	struct buf text = {0};
	bool good = observed_write(seen, &text);

	if (!good)
		diag_error("libcrypto has no SHA-256");
	else if (!replacefile_write(o->file, buf_view(&text))) {
		diag_error("cannot write the SBOM '%s': %s", o->file,
			   strerror(errno));
		good = false;
	}
	buf_release(&text);
	return good;
}

bool sbomout_close(const struct sbomout_opts *o, struct observed *seen)
{
	struct observed_stats st;
	bool good;

	if (!seen)
		return true;
	observed_get_stats(seen, &st);
	metric_set(&left_out, st.refused);
	if (st.refused)
		diag_warn(
			"the SBOM lacks what --sbom-max had no room for, %llu "
			"times",
			(unsigned long long)st.refused);
	good = save(o, seen);
	observed_free(seen);
	return good;
}
