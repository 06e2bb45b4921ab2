/* SPDX-License-Identifier: Apache-2.0 */
#include "event/ledger.h"

#include "base/version.h"
#include "codec/pbwire.h"
#include "event/digest.h"

/* Field numbers of rt.v1.Ledger. */
enum {
	F_STAGE = 1,
	F_VERSION,
	F_IN,
	F_OUT,
	F_DROPPED,
	F_MERGED,
	F_CREATED,
	F_FIRST,
	F_LAST,
	F_DIGEST,
	F_IN_DIGEST,
	F_COMPLETE,
	F_UPSTREAM,
	F_UNACCOUNTED,
	F_VERDICTS,
	F_REDACTED,
	F_REDACTED_IN,
	F_PACKAGES,
};

void ledger_count(struct ledger_map *m, const char *name, uint64_t n)
{
	size_t i;

	for (i = 0; i < m->used; i++)
		if (m->name[i] == name || !strcmp(m->name[i], name))
			break;
	if (i == LEDGER_MAX_NAMES)
		i--; /* more names than any stage has: the last takes all */
	if (i == m->used)
		m->name[m->used++] = name;
	m->n[i] += n;
}

uint64_t ledger_sum(const struct ledger_map *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->used; i++)
		sum += m->n[i];
	return sum;
}

void ledger_time(struct ledger *l, struct timestamp t)
{
	if (!l->has_time || timestamp_cmp(t, l->first) < 0)
		l->first = t;
	if (!l->has_time || timestamp_cmp(t, l->last) > 0)
		l->last = t;
	l->has_time = true;
}

/* Entries in the order of their names, so that equal counts are equal bytes. */
static void write_map(struct buf *out, uint32_t num, const struct ledger_map *m)
{
	bool done[LEDGER_MAX_NAMES] = {false};

	for (size_t k = 0; k < m->used; k++) {
		size_t least = SIZE_MAX, at;

		for (size_t i = 0; i < m->used; i++)
			if (!done[i] &&
			    (least == SIZE_MAX ||
			     strcmp(m->name[i], m->name[least]) < 0))
				least = i;
		done[least] = true;
		at = pb_open(out, num, 1);
		pb_put_bytes(out, 1, sv_str(m->name[least]));
		pb_put_varint(out, 2, m->n[least]);
		pb_close(out, at, 1);
	}
}

static void write_digest(struct buf *out, uint32_t num, struct hash128 h)
{
	struct buf text = {0};

	digest_text(h, &text);
	pb_put_string(out, num, buf_view(&text));
	buf_release(&text);
}

void ledger_write(const struct ledger *l, struct buf *out)
{
	pb_put_string(out, F_STAGE, sv_str(l->stage));
	pb_put_string(out, F_VERSION, SV(TETRAPIPE_VERSION));
	pb_put_wrapper(out, F_IN, l->in);
	pb_put_wrapper(out, F_OUT, l->out);
	write_map(out, F_DROPPED, &l->dropped);
	pb_put_wrapper(out, F_MERGED, l->merged);
	pb_put_wrapper(out, F_CREATED, l->created);
	if (l->has_time) {
		pb_put_timestamp(out, F_FIRST, l->first.sec, l->first.nsec);
		pb_put_timestamp(out, F_LAST, l->last.sec, l->last.nsec);
	}
	write_digest(out, F_DIGEST, l->digest);
	write_digest(out, F_IN_DIGEST, l->in_digest);
	pb_put_wrapper(out, F_COMPLETE, l->complete);
	pb_put_string(out, F_UPSTREAM, sv_str(l->upstream));
	pb_put_uint(out, F_UNACCOUNTED, (uint64_t)l->unaccounted);
	write_map(out, F_VERDICTS, &l->verdicts);
	write_map(out, F_REDACTED, &l->redacted);
	write_map(out, F_REDACTED_IN, &l->redacted_in);
	write_map(out, F_PACKAGES, &l->packages);
}

/* The value of a map<string, uint64> entry. */
static uint64_t entry_value(sv entry)
{
	struct pb_cur c = pb_walk(entry);
	struct pb_field f;
	uint64_t v = 0;

	while (pb_next(&c, &f) > 0)
		if (f.num == 2 && f.wt == PB_VARINT)
			v = f.v;
	return v;
}

static uint64_t number(sv wrapper)
{
	uint64_t v;

	return pb_get_wrapper(wrapper, &v) ? v : 0;
}

bool ledger_parse(sv body, struct ledger_view *v)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	int r;

	*v = (struct ledger_view){0};
	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case F_STAGE:
			v->stage = f.data;
			break;
		case F_IN:
			v->in = number(f.data);
			break;
		case F_OUT:
			v->out = number(f.data);
			break;
		case F_DROPPED:
			v->dropped += entry_value(f.data);
			break;
		case F_MERGED:
			v->merged = number(f.data);
			break;
		case F_CREATED:
			v->created = number(f.data);
			break;
		case F_COMPLETE:
			v->complete = number(f.data) != 0;
			break;
		default:
			break;
		}
	}
	return r == 0;
}
