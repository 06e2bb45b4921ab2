/* SPDX-License-Identifier: Apache-2.0 */
#include "redact/receipts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "codec/jwrite.h"
#include "pipe/diag.h"
#include "pipe/metrics.h"
#include "redact/origin.h"
#include "redact/userfile.h"

enum part { FIELD, RULE, BINARY, IMAGE, WORKLOAD, NAMESPACE, PARTS };

struct row {
	sv key; /* the parts, a NUL between two */
	sv part[PARTS];
	uint64_t n;
};

/* A field of a message: its name and what was taken there. */
struct place {
	const char *name;
	uint64_t n, told; /* in all, and in ledgers so far */
};

struct counter {
	struct metric metric;
	uint16_t rule;
	const struct place *place;
};

struct receipts {
	const struct redact *redact;
	struct redact *names; /* redacts those of the rows */
	bool rows;
	struct arena mem;
	struct table by_key;
	struct row **row;
	size_t nrows;
	uint64_t others;
	struct place places[SCHEMA_MAX_MSGS][64];
	struct counter *counters[RECEIPTS_METRICS + 1];
	size_t ncounters;
	struct buf key, clean;
};

struct receipts *receipts_new(const struct redact *r,
			      const struct redact_opts *opts, bool rows)
{
	struct receipts *rc = mem_zalloc(sizeof(*rc));

	rc->redact = r;
	rc->rows = rows;
	if (rows)
		rc->names = redact_new(opts);
	if (rows)
		rc->row = mem_zalloc(RECEIPTS_ROWS * sizeof(*rc->row));
	return rc;
}

void receipts_free(struct receipts *rc)
{
	if (!rc)
		return;
	table_release(&rc->by_key);
	arena_release(&rc->mem);
	mem_free(rc->row);
	redact_free(rc->names);
	buf_release(&rc->key);
	buf_release(&rc->clean);
	mem_free(rc);
}

/* "Process.arguments" */
static struct place *place_of(struct receipts *rc,
			      const struct recordwalk_taken *t)
{
	struct place *p = &rc->places[t->msg->id][t->field];
	sv msg = sv_str(t->msg->name), field = t->msg->fields[t->field].name;
	size_t dot = sv_rfind(msg, '.');
	struct buf b = {0};

	if (p->name)
		return p;
	if (dot != SIZE_MAX)
		msg = sv_from(msg, dot + 1);
	buf_printf(&b, "%.*s.%.*s", SV_ARG(msg), SV_ARG(field));
	p->name = arena_str(&rc->mem, buf_view(&b));
	buf_release(&b);
	return p;
}

static const char *rule_name(const struct receipts *rc, uint16_t rule)
{
	const char *name = "";
	uint64_t n;

	redact_rules(rc->redact, rule, &name, &n);
	return name;
}

/* Metrics live as long as the process; so do these. */
static struct counter *new_counter(const char *rule, const char *field)
{
	struct counter *c = mem_zalloc(sizeof(*c));
	struct buf b = {0};

	buf_printf(&b, "rule=\"%s\",field=\"%s\"", rule, field);
	c->metric.name = "tetrapipe_redactions_total";
	c->metric.help = "Parts of strings that were redacted";
	c->metric.label = buf_cstr(&b);
	metrics_register(&c->metric);
	return c;
}

static void count(struct receipts *rc, uint16_t rule, const struct place *p)
{
	struct counter **at = rc->counters, *c;

	for (size_t i = 0; i < rc->ncounters; i++)
		if (at[i]->rule == rule && at[i]->place == p) {
			metric_add(&at[i]->metric, 1);
			return;
		}
	if (rc->ncounters == RECEIPTS_METRICS) {
		if (!at[RECEIPTS_METRICS])
			at[RECEIPTS_METRICS] = new_counter("other", "other");
		metric_add(&at[RECEIPTS_METRICS]->metric, 1);
		return;
	}
	c = at[rc->ncounters++] = new_counter(rule_name(rc, rule), p->name);
	c->rule = rule;
	c->place = p;
	metric_add(&c->metric, 1);
}

static bool key_eq(const void *entry, const void *key)
{
	const struct row *r = entry;

	return sv_eq(r->key, *(const sv *)key);
}

static struct row *new_row(struct receipts *rc, sv key, uint64_t hash)
{
	struct row *r = arena_zalloc(&rc->mem, sizeof(*r));

	r->key = arena_dup(&rc->mem, key);
	key = r->key;
	for (int i = 0; i < PARTS; i++) {
		size_t end = MIN(sv_find(key, '\0'), key.n);

		r->part[i] = sv_first(key, end);
		key = sv_from(key, end + 1);
	}
	table_add(&rc->by_key, hash, r);
	rc->row[rc->nrows++] = r;
	return r;
}

/* A name as it may be told: redacted, without NULs. */
static void add_part(struct receipts *rc, sv s, bool path)
{
	sv out = s;

	rc->clean.n = 0;
	if (path ? redact_path(rc->names, s, &rc->clean)
		 : redact_text(rc->names, s, &rc->clean))
		out = buf_view(&rc->clean);
	buf_ch(&rc->key, '\0');
	for (size_t i = 0; i < out.n; i++)
		buf_ch(&rc->key, out.p[i] ? out.p[i] : '?');
}

static void add_row(struct receipts *rc, const struct origin *o,
		    const struct place *p, const char *rule)
{
	struct row *r;
	uint64_t hash;
	sv key;

	rc->key.n = 0;
	buf_str(&rc->key, p->name);
	buf_ch(&rc->key, '\0');
	buf_str(&rc->key, rule);
	add_part(rc, o->binary, true);
	add_part(rc, o->image, false);
	add_part(rc, o->workload, false);
	add_part(rc, o->name_space, false);
	key = buf_view(&rc->key);
	hash = hash64(key, 0);
	r = table_get(&rc->by_key, hash, key_eq, &key);
	if (!r && rc->nrows == RECEIPTS_ROWS) {
		rc->others++;
		return;
	}
	if (!r)
		r = new_row(rc, key, hash);
	r->n++;
}

void receipts_add(struct receipts *rc, const struct record *before,
		  const struct recordwalk_taken *t, size_t n)
{
	struct origin o;

	if (rc->rows)
		origin_of(before, &o);
	for (size_t i = 0; i < n; i++) {
		struct place *p = place_of(rc, &t[i]);

		p->n++;
		count(rc, t[i].rule, p);
		if (rc->rows)
			add_row(rc, &o, p, rule_name(rc, t[i].rule));
	}
}

void receipts_ledger(struct receipts *rc, struct ledger_map *fields)
{
	for (size_t m = 0; m < SCHEMA_MAX_MSGS; m++)
		for (size_t f = 0; f < 64; f++) {
			struct place *p = &rc->places[m][f];

			if (p->n > p->told)
				ledger_count(fields, p->name, p->n - p->told);
			p->told = p->n;
		}
}

static int by_key(const void *a, const void *b)
{
	return sv_cmp((*(struct row *const *)a)->key,
		      (*(struct row *const *)b)->key);
}

static void write_rows(struct receipts *rc, struct buf *out)
{
	static const char *const names[PARTS] = {
		"{\"field\":", ",\"rule\":",	 ",\"binary\":",
		",\"image\":", ",\"workload\":", ",\"namespace\":",
	};

	if (rc->nrows)
		qsort(rc->row, rc->nrows, sizeof(*rc->row), by_key);
	for (size_t i = 0; i < rc->nrows; i++) {
		for (int k = 0; k < PARTS; k++) {
			buf_str(out, names[k]);
			jwrite_string(out, rc->row[i]->part[k]);
		}
		buf_printf(out, ",\"count\":%llu}\n",
			   (unsigned long long)rc->row[i]->n);
	}
	if (rc->others)
		buf_printf(out, "{\"other\":true,\"count\":%llu}\n",
			   (unsigned long long)rc->others);
}

void receipts_explain(const struct redact *r, uint64_t record,
		      const struct recordwalk_taken *t, size_t n)
{
	const char *rule;
	uint64_t count;

	for (size_t i = 0; i < n; i++)
		if (redact_rules(r, t[i].rule, &rule, &count))
			diag_detail("record %llu: %s.%.*s: %s",
				    (unsigned long long)record, t[i].msg->name,
				    SV_ARG(t[i].msg->fields[t[i].field].name),
				    rule);
}

void receipts_save(struct receipts *rc, const char *file)
{
	struct buf text = {0};
	int err;

	write_rows(rc, &text);
	err = userfile_write(file, buf_view(&text), 0666);
	if (err)
		diag_error("cannot write '%s': %s", file, strerror(err));
	buf_release(&text);
}
