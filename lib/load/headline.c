/* SPDX-License-Identifier: Apache-2.0 */
#include "load/headline.h"

#define BATCH_TEXTS 12
#define SEGMENT_TEXTS 4

const char *const part_kinds[PARTS] = {"hot_symbol", "package_seen"};

static void batch_texts(struct headline_batch *h, const char **t[BATCH_TEXTS])
{
	const char **all[BATCH_TEXTS] = {&h->cluster,
					 &h->node,
					 &h->session,
					 &h->start,
					 &h->end,
					 &h->chunk,
					 &h->partial,
					 &h->split,
					 &h->part[PART_HOT].rows,
					 &h->part[PART_HOT].digest,
					 &h->part[PART_PACKAGES].rows,
					 &h->part[PART_PACKAGES].digest};

	memcpy(t, all, sizeof(all));
}

static void segment_texts(struct headline_segment *h,
			  const char **t[SEGMENT_TEXTS])
{
	const char **all[SEGMENT_TEXTS] = {&h->cluster, &h->node, &h->session,
					   &h->accounted};

	memcpy(t, all, sizeof(all));
}

static void put(const char **t[], size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_add(out, *t[i], strlen(*t[i]) + 1);
}

/* Exactly n texts. */
static bool parse(sv body, const char **t[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t end = sv_find(body, '\0');

		if (end == SIZE_MAX)
			return false;
		*t[i] = body.p;
		body = sv_from(body, end + 1);
	}
	return !body.n;
}

void headline_put_batch(const struct headline_batch *h, struct buf *out)
{
	struct headline_batch copy = *h;
	const char **t[BATCH_TEXTS];

	batch_texts(&copy, t);
	put(t, BATCH_TEXTS, out);
}

void headline_put_segment(const struct headline_segment *h, struct buf *out)
{
	struct headline_segment copy = *h;
	const char **t[SEGMENT_TEXTS];

	segment_texts(&copy, t);
	put(t, SEGMENT_TEXTS, out);
}

bool headline_parse_batch(sv body, struct headline_batch *h)
{
	const char **t[BATCH_TEXTS];

	batch_texts(h, t);
	return parse(body, t, BATCH_TEXTS);
}

bool headline_parse_segment(sv body, struct headline_segment *h)
{
	const char **t[SEGMENT_TEXTS];

	segment_texts(h, t);
	return parse(body, t, SEGMENT_TEXTS);
}
