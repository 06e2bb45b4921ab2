/* SPDX-License-Identifier: Apache-2.0 */
#include "load/row.h"

#include "codec/jwrite.h"
#include "codec/pbwire.h"
#include "event/record.h"

/* Field numbers of rt.v1.HotSymbol that are read when a row is written. */
enum { HOT_CALLERS = 10, HOT_STACK = 16, HOT_ARGS = 17 };

/* --- from the wire ------------------------------------------------------ */

static bool get_time(const struct pb_field *f, struct timestamp *t)
{
	*t = (struct timestamp){0, 0};
	return f->wt == PB_LEN &&
	       pb_get_timestamp(f->data, &t->sec, &t->nsec) &&
	       timestamp_valid(*t);
}

static int64_t get_count(const struct pb_field *f)
{
	return (int64_t)MIN(f->v, (uint64_t)INT64_MAX);
}

static bool get_source(sv source, struct batch_id *id)
{
	struct pb_cur c = pb_walk(source);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		if (f.num == 1)
			id->cluster = f.data;
		else if (f.num == 2)
			id->node = f.data;
		else if (f.num == 3)
			id->session = f.data;
	}
	return r == 0;
}

static bool hot_field(const struct pb_field *f, struct row_hot *r)
{
	switch (f->num) {
	case 1:
		return get_time(f, &r->head.id.start);
	case 2:
		return get_time(f, &r->head.window_end);
	case 3:
		r->image_digest = f->data;
		break;
	case 4:
		r->purl = f->data;
		break;
	case 5:
		r->function_name = f->data;
		break;
	case 6:
		r->module = f->data;
		break;
	case 9:
		r->calls = get_count(f);
		break;
	case 12:
		r->total_latency = get_count(f);
		break;
	case 13:
		r->max_latency = get_count(f);
		break;
	case 14:
		return get_time(f, &r->first_seen);
	case 15:
		return get_time(f, &r->last_seen);
	case 19:
		r->head.partial = f->v != 0;
		break;
	case 20:
		return get_source(f->data, &r->head.id);
	case 22:
		r->head.id.chunk = (uint32_t)f->v;
		break;
	default:
		break;
	}
	return true;
}

bool row_parse_hot(sv body, struct row_hot *r)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	int more;

	*r = (struct row_hot){.body = body};
	while ((more = pb_next(&c, &f)) > 0)
		if (!hot_field(&f, r))
			return false;
	return more == 0;
}

static bool package_field(const struct pb_field *f, struct row_package *r)
{
	switch (f->num) {
	case 1:
		r->image_digest = f->data;
		break;
	case 2:
		r->purl = f->data;
		break;
	case 3:
		r->module = f->data;
		break;
	case 4:
		r->build_id = f->data;
		break;
	case 5:
		r->evidence = f->v;
		break;
	case 6:
		r->count = get_count(f);
		break;
	case 7:
		return get_time(f, &r->first_seen);
	case 8:
		return get_time(f, &r->last_seen);
	case 9:
		return get_time(f, &r->head.id.start);
	case 10:
		return get_time(f, &r->head.window_end);
	case 11:
		return get_source(f->data, &r->head.id);
	case 12:
		r->head.partial = f->v != 0;
		break;
	case 13:
		r->head.id.chunk = (uint32_t)f->v;
		break;
	default:
		break;
	}
	return true;
}

bool row_parse_package(sv body, struct row_package *r)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	int more;

	*r = (struct row_package){0};
	while ((more = pb_next(&c, &f)) > 0)
		if (!package_field(&f, r))
			return false;
	return more == 0;
}

/* --- to a row ----------------------------------------------------------- */

static void put_callers(struct row_writer *w, sv body, struct copybin *out)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	size_t at = copybin_list_open(out);
	uint32_t n = 0;

	while (pb_next(&c, &f) > 0)
		if (f.num == HOT_CALLERS) {
			copybin_text(out, dbtext_fit(&w->text, f.data,
						     DBTEXT_ID));
			n++;
		}
	copybin_list_close(out, at, n);
}

/* The list of field num as a JSON array; NULL where it is empty or broken. */
static void put_list(struct row_writer *w, sv body, uint32_t num,
		     struct copybin *out)
{
	const struct schema_msg *item =
		schema_by_num(record_field(RECORD_HOT_SYMBOL)->msg, num)->msg;
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	struct rt_err err;

	w->json.n = 0;
	while (pb_next(&c, &f) > 0) {
		if (f.num != num)
			continue;
		buf_ch(&w->json, w->json.n ? ',' : '[');
		if (!jwrite_message(&w->json, item, f.data, &err)) {
			w->text.repaired++;
			w->json.n = 0;
			break;
		}
	}
	if (w->json.n) {
		buf_ch(&w->json, ']');
		dbtext_json(&w->text, &w->json);
	}
	copybin_jsonb(out, buf_view(&w->json));
}

sv row_put_hot(struct row_writer *w, const struct row_hot *r,
	       struct copybin *out)
{
	struct dbtext *t = &w->text;
	size_t at = copybin_row(out, 12);

	copybin_text(out, dbtext_fit(t, r->image_digest, DBTEXT_DIGEST));
	copybin_text(out, dbtext_fit(t, r->purl, DBTEXT_PURL));
	copybin_text(out, dbtext_fit(t, r->function_name, DBTEXT_NAME));
	copybin_text(out, dbtext_fit(t, r->module, DBTEXT_NAME));
	copybin_bigint(out, r->calls);
	put_callers(w, r->body, out);
	copybin_bigint(out, r->total_latency);
	copybin_bigint(out, r->max_latency);
	copybin_time(out, r->first_seen);
	copybin_time(out, r->last_seen);
	put_list(w, r->body, HOT_STACK, out);
	put_list(w, r->body, HOT_ARGS, out);
	return sv_from(buf_view(&out->data), at);
}

static sv evidence_name(uint64_t v)
{
	const struct schema_enum *e =
		schema_by_num(record_field(RECORD_PACKAGE_SEEN)->msg, 5)->enm;
	const struct schema_enum_value *known =
		v <= INT32_MAX ? schema_enum_by_number(e, (int32_t)v) : NULL;

	return known ? known->name : SV("unknown");
}

sv row_put_package(struct row_writer *w, const struct row_package *r,
		   struct copybin *out)
{
	struct dbtext *t = &w->text;
	size_t at = copybin_row(out, 8);

	copybin_text(out, dbtext_fit(t, r->image_digest, DBTEXT_DIGEST));
	copybin_text(out, dbtext_fit(t, r->purl, DBTEXT_PURL));
	copybin_text(out, dbtext_fit(t, r->module, DBTEXT_NAME));
	copybin_text(out, dbtext_fit(t, r->build_id, DBTEXT_ID));
	copybin_text(out, evidence_name(r->evidence));
	copybin_bigint(out, r->count);
	copybin_time(out, r->first_seen);
	copybin_time(out, r->last_seen);
	return sv_from(buf_view(&out->data), at);
}

void row_writer_release(struct row_writer *w)
{
	arena_release(&w->text.arena);
	buf_release(&w->json);
}
