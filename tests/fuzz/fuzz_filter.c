/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filter lists as JSON: what is taken compiles or says why, and judges any
 * event. What a field filter has cut it leaves alone the next time. The list
 * comes first, then a NUL, then wire bytes of an event.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/request.h"
#include "select/fieldfilter.h"
#include "select/filter.h"
#include "select/filterlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(sv filter, sv event)
{
	char why[100];
	struct filter *f = filter_new(filter, why, sizeof(why));
	struct subject s;

	subject_start(&s, event);
	if (f)
		filter_match(f, &s);
	filter_free(f);
}

static void cut(sv filter, sv event)
{
	char why[100];
	struct fieldfilter *f = fieldfilter_new(filter, why, sizeof(why));
	struct buf out = {0}, again = {0};

	if (f && fieldfilter_cut(f, event, &out) &&
	    !(fieldfilter_cut(f, buf_view(&out), &again) &&
	      sv_eq(buf_view(&out), buf_view(&again)))) {
		fprintf(stderr, "cut twice is not cut once\n");
		abort();
	}
	fieldfilter_free(f);
	buf_release(&out);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	sv list = {(const char *)data, nul ? (size_t)(nul - data) : size};
	sv event = nul ? (sv){(const char *)nul + 1, size - list.n - 1}
		       : SV_NULL;
	struct buf request = {0};
	char why[200];

	/* Each as the other, too: wire bytes of a filter are foreign as well. */
	judge(event, event);
	cut(event, event);
	cut(list, event);
	if (filterlist_parse(list, REQUEST_ALLOW, &request, why,
			     sizeof(why))) {
		struct pb_cur c = pb_walk(buf_view(&request));
		struct pb_field f;

		while (pb_next(&c, &f) > 0)
			judge(f.data, event);
	}
	buf_release(&request);
	return 0;
}
