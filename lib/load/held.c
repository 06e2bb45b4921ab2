/* SPDX-License-Identifier: Apache-2.0 */
#include "load/held.h"

static void put_source(struct buf *out, const struct batch_id *id)
{
	buf_sv(out, id->cluster);
	buf_ch(out, '\0');
	buf_sv(out, id->node);
}

bool held_any(const struct held *h)
{
	return job_size(&h->last) || job_size(&h->before);
}

/* As the keys are sorted: by time, then source. */
static int compare(const struct held *h, const struct batch_id *id)
{
	int c = timestamp_cmp(id->start, h->start);
	struct buf source = {0};

	if (c)
		return c;
	put_source(&source, id);
	c = sv_cmp(buf_view(&source), buf_view(&h->source));
	buf_release(&source);
	return c;
}

enum held_proof held_proof(const struct held *h, const struct batch_id *id)
{
	int c;

	if (!held_any(h))
		return HELD_NONE;
	c = compare(h, id);
	if (c < 0)
		return HELD_ALL;
	return !c && h->times == 2 ? HELD_BEFORE : HELD_NONE;
}

/* Frames of one job to the end of another. */
static bool append(struct job *to, struct job *from)
{
	struct job_frame f;
	int more;

	job_rewind(from);
	while ((more = job_next(from, &f)) > 0)
		if (!job_add(to, f.tag, f.body))
			return false;
	return !more;
}

bool held_add(struct held *h, struct job *j, const struct batch_id *id,
	      uint64_t rows)
{
	bool same = held_any(h) && !compare(h, id);
	struct job empty;

	if (job_size(&h->last) && !append(&h->before, &h->last))
		return false;
	job_reset(&h->last);
	empty = h->last;
	h->last = *j;
	*j = empty;
	h->times = same ? MIN(h->times + 1, 2U) : 1;
	h->start = id->start;
	h->source.n = 0;
	put_source(&h->source, id);
	h->rows_before += h->rows_last;
	h->rows_last = rows;
	return true;
}

static int take_first(struct held *h, struct job *out)
{
	struct job_frame f;
	int more;

	if (!h->draining)
		job_rewind(&h->before);
	h->draining = true;
	while ((more = job_next(&h->before, &f)) > 0) {
		if (!job_add(out, f.tag, f.body))
			return -1;
		if (f.tag == JOB_BATCH)
			return 1;
	}
	job_reset(&h->before);
	h->draining = false;
	h->rows_before = 0;
	return more;
}

int held_next(struct held *h, bool all, struct job *out)
{
	struct job empty = *out;
	int more = job_size(&h->before) ? take_first(h, out) : 0;

	if (more || !all || !job_size(&h->last))
		return more;
	*out = h->last;
	h->last = empty;
	h->rows_last = 0;
	return 1;
}

void held_reset(struct held *h)
{
	job_reset(&h->before);
	job_reset(&h->last);
	h->draining = false;
	h->rows_before = h->rows_last = 0;
	h->times = 0;
}

void held_release(struct held *h)
{
	job_release(&h->before);
	job_release(&h->last);
	buf_release(&h->source);
}
