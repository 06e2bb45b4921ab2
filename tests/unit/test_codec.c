/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec against protobuf-c and jansson: random messages of every type,
 * packed by protobuf-c, become JSON that jansson reads, and the very bytes
 * again; in another order or in pieces they mean the same to protobuf-c.
 */
#include <jansson.h>
#include <math.h>
#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/jread.h"
#include "codec/jtext.h"
#include "codec/jwrite.h"
#include "codec/pbmerge.h"
#include "codec/pbwire.h"
#include "codec/schema.h"
#include "event/record.h"
#include "rt/v1/record.pb-c.h"
#include "tap.h"
#include "tetragon/sensors.pb-c.h"

static uint64_t seed = 11;
static struct jread *reader;

static uint64_t rnd(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 20) % n;
}

/* --- every type that a record can hold ------------------------------------- */

#define MAX_TYPES 256

static const ProtobufCMessageDescriptor *types[MAX_TYPES];
static size_t n_types;

static void collect(const ProtobufCMessageDescriptor *d)
{
	for (size_t i = 0; i < n_types; i++)
		if (types[i] == d)
			return;
	types[n_types++] = d;
	for (unsigned int i = 0; i < d->n_fields; i++)
		if (d->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			collect(d->fields[i].descriptor);
}

/* protoc's rule for json_name, by the letter of the documentation. */
static void camel(const char *name, char *out)
{
	for (; *name; name++) {
		if (*name != '_')
			*out++ = *name;
		else if (name[1] >= 'a' && name[1] <= 'z')
			*out++ = (char)(*++name - 32);
	}
	*out = '\0';
}

static bool is_map_entry(const ProtobufCMessageDescriptor *d)
{
	size_t n = strlen(d->short_name);

	return d->n_fields == 2 && n > 5 &&
	       !strcmp(d->short_name + n - 5, "Entry") &&
	       !strcmp(d->fields[0].name, "key") &&
	       !strcmp(d->fields[1].name, "value");
}

static bool is_google(const ProtobufCMessageDescriptor *d)
{
	return !strncmp(d->name, "google.protobuf.", 16);
}

static bool walk_field(const struct schema_msg *m,
		       const ProtobufCFieldDescriptor *d)
{
	const struct schema_field *f = schema_by_num(m, d->id);
	char json[128], padded[160] = {0};
	bool good;

	camel(d->name, json);
	if (!f)
		return false;
	good = f->num == d->id && sv_eq(f->name, sv_str(d->name)) &&
	       sv_eq(f->json_name, sv_str(json)) &&
	       schema_by_name(m, sv_str(d->name)) == f &&
	       schema_by_name(m, sv_str(json)) == f &&
	       f->index == (size_t)(f - m->fields);
	/* Names that only begin alike, or go on. */
	for (size_t n = 0; n < strlen(d->name); n++) {
		const struct schema_field *g =
			schema_by_name(m, (sv){d->name, n});

		good &= !g || g->name.n == n || g->json_name.n == n;
	}
	snprintf(padded, sizeof(padded), "%s\"", d->name);
	good &= schema_head_is(&f->head, f->name, padded);
	snprintf(padded, sizeof(padded), "%sx\"", d->name);
	good &= !schema_head_is(&f->head, f->name, padded);
	if (d->type == PROTOBUF_C_TYPE_ENUM) {
		const ProtobufCEnumDescriptor *e = d->descriptor;

		for (unsigned int i = 0; i < e->n_values; i++) {
			const struct schema_enum_value *v = schema_enum_by_name(
				f->enm, sv_str(e->values[i].name));

			good &= v && v->number == e->values[i].value &&
				schema_enum_by_number(f->enm,
						      e->values[i].value) != NULL;
		}
		good &= !schema_enum_by_name(f->enm, SV("NO_SUCH_NAME")) &&
			!schema_enum_by_number(f->enm, 987654321);
	}
	return good;
}

static void schemas(void)
{
	for (size_t i = 0; i < n_types; i++) {
		const ProtobufCMessageDescriptor *d = types[i];
		const struct schema_msg *m;
		size_t bad = 0;

		if (is_google(d) || is_map_entry(d))
			continue;
		m = schema_of(d);
		for (unsigned int k = 0; k < d->n_fields; k++)
			bad += !walk_field(m, &d->fields[k]);
		ok(!bad && m->n == d->n_fields && schema_of(d) == m &&
			   !schema_by_num(m, 0) && !schema_by_num(m, 99999) &&
			   !schema_by_num(m, UINT32_MAX) &&
			   !schema_by_name(m, SV("")) &&
			   !schema_by_name(m, SV("no_such_field")),
		   "%s: %u fields by number and both names", d->name,
		   d->n_fields);
	}
}

/* --- random messages --------------------------------------------------------- */

static unsigned unique; /* map keys never come twice */

static char *random_string(void)
{
	static const char *const pieces[] = {
		"a",  "/usr/bin/x", "\"", "\\", "\n", "\x01", "\x1f", "\x7f",
		"é", "€",	     "😀", "\t", "{}", " ",    "x=y",  "\r\b\f",
		"\xe2\x80\xa8",	     "long long long text without any escape"};
	struct buf b = {0};

	for (unsigned n = (unsigned)rnd(5); n; n--)
		buf_str(&b, pieces[rnd(ARRAY_LEN(pieces))]);
	return buf_cstr(&b);
}

static uint64_t random_bits(void)
{
	static const uint64_t edges[] = {0, 1, 127, 128, UINT32_MAX, INT32_MAX,
					 UINT64_MAX, INT64_MAX,
					 (uint64_t)INT64_MIN,
					 9007199254740993};

	return rnd(3) ? rnd(UINT32_MAX) << (rnd(2) ? 31 : 0)
		      : edges[rnd(ARRAY_LEN(edges))];
}

static ProtobufCMessage *random_message(const ProtobufCMessageDescriptor *d,
					int depth);

static double random_double(void)
{
	static const double edges[] = {0.1, 1e300, -2.5, 1.0 / 3, 5e-324, 100,
				       1e21, 123456789012345680.0};

	return rnd(2) ? edges[rnd(ARRAY_LEN(edges))]
		      : (double)random_bits() / (double)(1 + rnd(1000));
}

static void fill(void *p, const ProtobufCFieldDescriptor *f, int depth)
{
	ProtobufCBinaryData *bin = p;
	const ProtobufCEnumDescriptor *e = f->descriptor;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		*(char **)p = random_string();
		break;
	case PROTOBUF_C_TYPE_BYTES:
		bin->len = rnd(40);
		bin->data = mem_alloc(bin->len + 1);
		for (size_t i = 0; i < bin->len; i++)
			bin->data[i] = (uint8_t)rnd(256);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		*(ProtobufCMessage **)p =
			random_message(f->descriptor, depth - 1);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		*(int32_t *)p = rnd(8) ? e->values[rnd(e->n_values)].value
				       : (int32_t)rnd(5000) - 100;
		break;
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)p = (protobuf_c_boolean)rnd(2);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		*(double *)p = random_double();
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		*(uint64_t *)p = random_bits();
		break;
	default:
		*(uint32_t *)p = (uint32_t)random_bits();
		break;
	}
}

static size_t size_of(ProtobufCType t)
{
	switch (t) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_DOUBLE:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		return 8;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	default:
		return 4;
	}
}

static void fill_list(char *m, const ProtobufCFieldDescriptor *f, int depth)
{
	size_t n = rnd(4), each = size_of(f->type);
	char *items = mem_zalloc(n * each + 1);

	for (size_t i = 0; i < n; i++)
		fill(items + i * each, f, depth);
	*(size_t *)(m + f->quantifier_offset) = n;
	*(char **)(m + f->offset) = items;
}

/* Keys that are unlike each other, values that are no default. */
static void fill_entry(char *m, const ProtobufCMessageDescriptor *d)
{
	struct buf b = {0};

	buf_printf(&b, "key\"%06u", unique++);
	*(char **)(m + d->fields[0].offset) = buf_cstr(&b);
	if (d->fields[1].type == PROTOBUF_C_TYPE_STRING) {
		b = (struct buf){0};
		buf_printf(&b, "value %u\t", unique);
		*(char **)(m + d->fields[1].offset) = buf_cstr(&b);
	} else {
		*(uint64_t *)(m + d->fields[1].offset) = random_bits() | 1;
	}
}

static ProtobufCMessage *random_message(const ProtobufCMessageDescriptor *d,
					int depth)
{
	char *m = mem_zalloc(d->sizeof_message);

	protobuf_c_message_init(d, (ProtobufCMessage *)m);
	if (is_map_entry(d)) {
		fill_entry(m, d);
		return (ProtobufCMessage *)m;
	}
	if (!strcmp(d->short_name, "Timestamp")) {
		*(int64_t *)(m + d->fields[0].offset) =
			(int64_t)rnd(315537897600u) - 62135596800;
		*(int32_t *)(m + d->fields[1].offset) = (int32_t)rnd(1000000000);
		return (ProtobufCMessage *)m;
	}
	for (unsigned int i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		uint32_t *which = (uint32_t *)(m + f->quantifier_offset);

		if (rnd(3) || (f->type == PROTOBUF_C_TYPE_MESSAGE && depth < 1))
			continue;
		if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
			if (*which)
				continue;
			*which = f->id;
		}
		if (f->label == PROTOBUF_C_LABEL_REPEATED)
			fill_list(m, f, depth);
		else
			fill(m + f->offset, f, depth);
	}
	return (ProtobufCMessage *)m;
}

static void pack(const ProtobufCMessage *m, struct buf *out)
{
	size_t n = protobuf_c_message_get_packed_size(m);

	out->n += protobuf_c_message_pack(m,
					  (uint8_t *)buf_reserve(out, n + 1));
}

/* Messages are made of malloc'ed pieces: protobuf-c frees them. */
static void packed(const ProtobufCMessageDescriptor *d, struct buf *out)
{
	ProtobufCMessage *m = random_message(d, 5);

	pack(m, out);
	protobuf_c_message_free_unpacked(m, NULL);
}

/* --- what merging means, by the book (protobuf-c 1.4 loses values) ----------- */

static void join_lists(char *dst, char *src, const ProtobufCFieldDescriptor *f)
{
	size_t *n = (size_t *)(dst + f->quantifier_offset);
	size_t *k = (size_t *)(src + f->quantifier_offset);
	char **to = (char **)(dst + f->offset);
	char **from = (char **)(src + f->offset);
	size_t each = size_of(f->type);

	if (!*k)
		return;
	*to = mem_realloc(*to, (*n + *k) * each);
	memcpy(*to + *n * each, *from, *k * each);
	*n += *k;
	*k = 0;
	mem_free(*from);
	*from = NULL;
}

static bool is_default(const char *p, const ProtobufCFieldDescriptor *f)
{
	static const char zero[16];

	if (f->type == PROTOBUF_C_TYPE_STRING)
		return !*(char *const *)p || !**(char *const *)p;
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return !((const ProtobufCBinaryData *)p)->len;
	return !memcmp(p, zero, size_of(f->type));
}

static void merge(ProtobufCMessage *to, ProtobufCMessage *from);

static void swap(char *a, char *b, size_t n)
{
	char t[16];

	memcpy(t, a, n);
	memcpy(a, b, n);
	memcpy(b, t, n);
}

static size_t union_size(const ProtobufCMessageDescriptor *d,
			 const ProtobufCFieldDescriptor *f)
{
	size_t n = 0;

	for (unsigned int i = 0; i < d->n_fields; i++)
		if (d->fields[i].offset == f->offset)
			n = MAX(n, size_of(d->fields[i].type));
	return n;
}

static void merge_field(const ProtobufCMessageDescriptor *d, char *dst,
			char *src, const ProtobufCFieldDescriptor *f)
{
	char *to = dst + f->offset, *from = src + f->offset;
	bool oneof = f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
	uint32_t *a = (uint32_t *)(dst + f->quantifier_offset);
	uint32_t *b = (uint32_t *)(src + f->quantifier_offset);

	if (f->label == PROTOBUF_C_LABEL_REPEATED) {
		join_lists(dst, src, f);
	} else if (oneof && *b != f->id) {
		return;
	} else if (f->type == PROTOBUF_C_TYPE_MESSAGE &&
		   (!oneof || *a == f->id) && *(void **)to && *(void **)from) {
		merge(*(ProtobufCMessage **)to, *(ProtobufCMessage **)from);
	} else if (oneof) {
		/* The whole union and its case change places. */
		swap(to, from, union_size(d, f));
		swap((char *)a, (char *)b, sizeof(*a));
	} else if (!is_default(from, f)) {
		swap(to, from, size_of(f->type));
	}
}

static void merge(ProtobufCMessage *to, ProtobufCMessage *from)
{
	uint32_t *done = NULL;

	for (unsigned int i = 0; i < to->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &to->descriptor->fields[i];
		uint32_t *q = (uint32_t *)((char *)from + f->quantifier_offset);

		if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF && done == q)
			continue;
		if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF && *q == f->id)
			done = q;
		merge_field(to->descriptor, (char *)to, (char *)from, f);
	}
}

/* What protobuf-c makes of the bytes, in its own order. */
static bool repacked(const ProtobufCMessageDescriptor *d, sv wire,
		     struct buf *out)
{
	ProtobufCMessage *m = protobuf_c_message_unpack(
		d, NULL, wire.n, (const uint8_t *)wire.p);

	out->n = 0;
	if (!m)
		return false;
	out->n = protobuf_c_message_pack(
		m, (uint8_t *)buf_reserve(
			   out, protobuf_c_message_get_packed_size(m) + 1));
	protobuf_c_message_free_unpacked(m, NULL);
	return true;
}

static bool read_back(const ProtobufCMessageDescriptor *d, sv json,
		      struct buf *out)
{
	struct buf text = {0};
	struct rt_err err = {0};
	enum jread_status st;

	buf_sv(&text, json);
	memset(buf_reserve(&text, JREAD_PADDING), 0, JREAD_PADDING);
	out->n = 0;
	st = jread_message(reader, buf_view(&text), schema_of(d), out, &err);
	if (st != JREAD_OK)
		printf("# %d at %zu: %s\n# %.*s\n", (int)st, err.pos, err.msg,
		       SV_ARG(sv_first(json, 400)));
	buf_release(&text);
	return st == JREAD_OK;
}

static bool same(struct buf *a, struct buf *b, struct buf *json,
		 const char *what)
{
	if (sv_eq(buf_view(a), buf_view(b)))
		return true;
	printf("# %s: %zu bytes, %zu bytes\n# %.*s\n", what, a->n, b->n,
	       SV_ARG(sv_first(buf_view(json), 1000)));
	return false;
}

/* pb -> JSON -> pb, and the JSON in alphabetical order by jansson. */
static bool round_trip(const ProtobufCMessageDescriptor *d)
{
	struct buf wire = {0}, json = {0}, back = {0}, theirs = {0};
	struct rt_err err = {0};
	json_t *tree;
	char *sorted;
	bool good;

	packed(d, &wire);
	good = jwrite_message(&json, schema_of(d), buf_view(&wire), &err);
	tree = json_loadb(json.p, json.n,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	good = good && json_is_object(tree) &&
	       read_back(d, buf_view(&json), &back) &&
	       same(&wire, &back, &json, "there and back");
	sorted = json_dumps(tree, JSON_SORT_KEYS | JSON_INDENT(1) |
					  JSON_REAL_PRECISION(17) |
					  (rnd(2) ? JSON_ENSURE_ASCII : 0));
	good = good && sorted && read_back(d, sv_str(sorted), &back) &&
	       repacked(d, buf_view(&back), &theirs) &&
	       same(&wire, &theirs, &json, "sorted");
	json_decref(tree);
	free(sorted);
	buf_release(&wire);
	buf_release(&json);
	buf_release(&back);
	buf_release(&theirs);
	return good;
}

/*
 * Two messages in a row are one: the writer and pbmerge must merge them by
 * the rules. Of a oneof the last member stays.
 */
static bool merged(const ProtobufCMessageDescriptor *d)
{
	struct buf wire = {0}, json = {0}, back = {0}, want = {0}, got = {0};
	ProtobufCMessage *a = random_message(d, 5), *b = random_message(d, 5);
	struct rt_err err = {0};
	bool good;

	pack(a, &wire);
	pack(b, &wire);
	merge(a, b);
	pack(a, &want);
	good = jwrite_message(&json, schema_of(d), buf_view(&wire), &err) &&
	       read_back(d, buf_view(&json), &back) &&
	       repacked(d, buf_view(&back), &got) &&
	       same(&want, &got, &json, "merged");
	json.n = 0;
	back.n = 0;
	pbmerge_message(&back, schema_of(d), buf_view(&wire));
	/* It merges one level; the writer comes again for those inside. */
	good = good &&
	       jwrite_message(&json, schema_of(d), buf_view(&back), &err) &&
	       read_back(d, buf_view(&json), &back) &&
	       repacked(d, buf_view(&back), &got) &&
	       same(&want, &got, &json, "pbmerge");
	protobuf_c_message_free_unpacked(a, NULL);
	protobuf_c_message_free_unpacked(b, NULL);
	buf_release(&wire);
	buf_release(&json);
	buf_release(&back);
	buf_release(&want);
	buf_release(&got);
	return good;
}

static void random_messages(void)
{
	for (size_t i = 0; i < n_types; i++) {
		const ProtobufCMessageDescriptor *d = types[i];
		int bad = 0, unmerged = 0;

		if (is_google(d) || is_map_entry(d) ||
		    d == &rt__v1__record__descriptor)
			continue;
		for (int k = 0; k < 200 && bad < 2 && unmerged < 2; k++) {
			bad += !round_trip(d);
			unmerged += !merged(d);
		}
		ok(!bad, "%s to JSON and back", d->name);
		ok(!unmerged, "%s merged", d->name);
	}
}

/* --- records ------------------------------------------------------------------ */

static const char *record_text(const char *json, struct buf *out)
{
	struct buf text = {0}, wire = {0};
	struct rt_err err = {0};
	bool named;

	buf_str(&text, json);
	memset(buf_reserve(&text, JREAD_PADDING), 0, JREAD_PADDING);
	out->n = 0;
	if (jread_record(reader, buf_view(&text), record_schema(),
			 record_field(RECORD_TETRAGON), &wire, &named,
			 &err) != JREAD_OK)
		buf_str(out, err.msg);
	else if (!jwrite_record(out, record_schema(), buf_view(&wire), &err))
		buf_printf(out, "writing: %s", err.msg);
	buf_release(&text);
	buf_release(&wire);
	return buf_cstr(out);
}

static void becomes(const char *json, const char *want)
{
	struct buf b = {0};

	const char *got = record_text(json, &b);

	ok(!strcmp(got, want), "%s -> %s", json, got);
	buf_release(&b);
}

static void records(void)
{
	becomes("{}", "{\"kind\":\"tetragon\"}");
	becomes(" { \"time\" : null , \"nodeName\":\"n\" } ",
		"{\"kind\":\"tetragon\",\"node_name\":\"n\"}");
	becomes("{\"node_name\":\"n\",\"kind\":\"tetragon\"}",
		"{\"kind\":\"tetragon\",\"node_name\":\"n\"}");
	becomes("{\"event_id\":\"x\",\"kind\":\"call\"}",
		"{\"kind\":\"call\",\"event_id\":\"x\"}");
	becomes("{\"kind\":\"gap\",\"reason\":\"late\",\"count\":3}",
		"{\"kind\":\"gap\",\"reason\":\"late\",\"count\":\"3\"}");
	becomes("{ \"kind\":\"new\", \"a\":[ 1, 2 ] }",
		"{\"kind\":\"new\",\"a\":[1,2]}");
	becomes("{\"kind\":7}", "\"kind\" is not a string");
	becomes("{\"new\": {\"x\" : [ ]}}",
		"{\"kind\":\"tetragon\",\"new\":{\"x\":[]}}");
	/* "kind" of an inner message is its own. */
	becomes("{\"process_exec\":{\"kind\":\"call\"}}",
		"{\"kind\":\"tetragon\",\"process_exec\":{\"kind\":\"call\"}}");
	becomes("{\"process_kprobe\":{\"action\":\"KPROBE_ACTION_POST\","
		"\"return_action\":\"NEW\"}}",
		"{\"kind\":\"tetragon\",\"process_kprobe\":{\"action\":"
		"\"KPROBE_ACTION_POST\",\"return_action\":\"NEW\"}}");
	becomes("{\"process_exec\":null,\"process_exit\":{}}",
		"{\"kind\":\"tetragon\",\"process_exit\":{}}");
	becomes("{\"process_kprobe\":{\"args\":[{\"int_arg\":0},{},"
		"{\"size_arg\":0},{\"string_arg\":\"\"}]}}",
		"{\"kind\":\"tetragon\",\"process_kprobe\":{\"args\":["
		"{\"int_arg\":0},{},{\"size_arg\":\"0\"},"
		"{\"string_arg\":\"\"}]}}");
}

/* --- text ------------------------------------------------------------------- */

static bool string_agrees(sv s)
{
	struct buf b = {0};
	json_t *j;
	bool good;

	jwrite_string(&b, s);
	j = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	good = json_is_string(j) &&
	       sv_eq(s, (sv){json_string_value(j), json_string_length(j)});
	for (size_t i = 0; i < b.n; i++)
		good &= (unsigned char)b.p[i] >= 0x20;
	json_decref(j);
	buf_release(&b);
	return good;
}

static void string_is(sv s, const char *want)
{
	struct buf b = {0};

	jwrite_string(&b, s);
	ok(sv_eq(buf_view(&b), sv_str(want)), "string %.*s",
	   SV_ARG(buf_view(&b)));
	buf_release(&b);
}

static void strings(void)
{
	size_t bad = 0;

	for (unsigned c = 0; c < 128; c++) {
		char s[40];

		/* At every place of a 16- or 32-byte block. */
		for (size_t at = 0; at < sizeof(s); at++) {
			memset(s, 'x', sizeof(s));
			s[at] = (char)c;
			bad += !string_agrees((sv){s, sizeof(s)});
			bad += !string_agrees((sv){s, at + 1});
		}
	}
	ok(bad == 0, "every ASCII byte at every place");
	string_is(SV(""), "\"\"");
	string_is(SV("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
	string_is(SV("\n\r\t\b\f"), "\"\\n\\r\\t\\b\\f\"");
	string_is(SV("\0\x1b\x1f"), "\"\\u0000\\u001b\\u001f\"");
	string_is(SV("\x7f\xe2\x80\xa8"), "\"\x7f\xe2\x80\xa8\"");
	/* One U+FFFD for a run. */
	string_is(SV("a\xff\xfe\xfd"
		     "b"),
		  "\"a\xef\xbf\xbd"
		  "b\"");
	string_is(SV("\xc3"), "\"\xef\xbf\xbd\"");
	string_is(SV("\xed\xa0\x80x"), "\"\xef\xbf\xbdx\"");
	string_is(SV("\xc3\xa9\x80\xc3\xa9"),
		  "\"\xc3\xa9\xef\xbf\xbd\xc3\xa9\"");
}

static void string_reads(const char *body, const char *want)
{
	char padded[256] = {0}, out[256], *end = out;
	const char *p;

	snprintf(padded, sizeof(padded), "%s\"", body);
	p = jtext_string(padded, out, &end);
	if (!want)
		ok(!p, "%s is refused", body);
	else
		ok(p == padded + strlen(body) + 1 &&
			   sv_eq((sv){out, (size_t)(end - out)}, sv_str(want)),
		   "%s is read", body);
}

static void escapes(void)
{
	string_reads("", "");
	string_reads("abc", "abc");
	string_reads("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
	string_reads("\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac");
	string_reads("\\ud83d\\ude00", "\xf0\x9f\x98\x80");
	string_reads("\\ud83d", NULL);
	string_reads("\\ude00", NULL);
	string_reads("\\ud83dx", NULL);
	string_reads("\\ud83d\\n", NULL);
	string_reads("\\ud83d\\ud83d", NULL);
	string_reads("\\u12", NULL);
	string_reads("\\u12g4", NULL);
	string_reads("\\x41", NULL);
	string_reads("\\'", NULL);
	string_reads("0123456789abcdef0123456789abcdef\\n0123456789abcdef",
		     "0123456789abcdef0123456789abcdef\n0123456789abcdef");
}

/* --- numbers ---------------------------------------------------------------- */

static void integer(const char *s, enum jtext_num want, int64_t v)
{
	char padded[128] = {0};
	int64_t got = 0;
	enum jtext_num r;

	memcpy(padded, s, strlen(s));
	r = jtext_int64((sv){padded, strlen(s)}, &got);
	ok(r == want && (r != JTEXT_NUM_OK || got == v), "int64 %s: %d, %lld",
	   s, (int)r, (long long)got);
}

static void unsigned_integer(const char *s, enum jtext_num want, uint64_t v)
{
	char padded[128] = {0};
	uint64_t got = 0;
	enum jtext_num r;

	memcpy(padded, s, strlen(s));
	r = jtext_uint64((sv){padded, strlen(s)}, &got);
	ok(r == want && (r != JTEXT_NUM_OK || got == v), "uint64 %s: %d, %llu",
	   s, (int)r, (unsigned long long)got);
}

static void integers(void)
{
	integer("0", JTEXT_NUM_OK, 0);
	integer("-0", JTEXT_NUM_OK, 0);
	integer("-1", JTEXT_NUM_OK, -1);
	integer("9223372036854775807", JTEXT_NUM_OK, INT64_MAX);
	integer("-9223372036854775808", JTEXT_NUM_OK, INT64_MIN);
	integer("9223372036854775808", JTEXT_NUM_RANGE, 0);
	integer("-9223372036854775809", JTEXT_NUM_RANGE, 0);
	integer("99999999999999999999999999", JTEXT_NUM_RANGE, 0);
	integer("1e3", JTEXT_NUM_OK, 1000);
	integer("1.50e1", JTEXT_NUM_OK, 15);
	integer("-25E-1", JTEXT_NUM_BAD, 0);
	integer("100e-2", JTEXT_NUM_OK, 1);
	integer("1.0", JTEXT_NUM_OK, 1);
	integer("1.5", JTEXT_NUM_BAD, 0);
	integer("0e999999999999", JTEXT_NUM_OK, 0);
	integer("1e999999999999", JTEXT_NUM_RANGE, 0);
	integer("1e-999999999999", JTEXT_NUM_BAD, 0);
	integer("", JTEXT_NUM_BAD, 0);
	integer("-", JTEXT_NUM_BAD, 0);
	integer("+1", JTEXT_NUM_BAD, 0);
	integer("01", JTEXT_NUM_BAD, 0);
	integer("1.", JTEXT_NUM_BAD, 0);
	integer(".5", JTEXT_NUM_BAD, 0);
	integer("1e", JTEXT_NUM_BAD, 0);
	integer("0x10", JTEXT_NUM_BAD, 0);
	integer("1a", JTEXT_NUM_BAD, 0);
	integer("NaN", JTEXT_NUM_BAD, 0);
	unsigned_integer("18446744073709551615", JTEXT_NUM_OK, UINT64_MAX);
	unsigned_integer("18446744073709551616", JTEXT_NUM_RANGE, 0);
	unsigned_integer("1.8446744073709551615e19", JTEXT_NUM_OK, UINT64_MAX);
	integer("9007199254740993.0", JTEXT_NUM_OK, 9007199254740993);
	integer("9007199254740993e0", JTEXT_NUM_OK, 9007199254740993);
	integer("-92233720368547758080e-1", JTEXT_NUM_OK, INT64_MIN);
	unsigned_integer("-1", JTEXT_NUM_RANGE, 0);
	unsigned_integer("-0", JTEXT_NUM_OK, 0);
}

/* Reads back, and no shorter decimal does. */
static bool shortest(double v)
{
	struct buf b = {0};
	int digits = 0;
	bool good;
	char *end;

	jwrite_double(&b, v);
	good = strtod(buf_cstr(&b), &end) == v && *end == '\0';
	for (const char *p = b.p; *p && *p != 'e' && *p != 'E'; p++)
		digits += *p >= '0' && *p <= '9' &&
			  (digits > 0 || *p != '0');
	for (int p = 1; good && p < 17; p++) {
		char s[64];

		snprintf(s, sizeof(s), "%.*e", p - 1, v);
		if (strtod(s, NULL) == v) {
			/* Zeros behind an integer are no digits of its own. */
			good = digits <= p || fabs(v) >= 10;
			break;
		}
	}
	if (!good)
		printf("# %s, %.17g\n", b.p, v);
	buf_release(&b);
	return good;
}

static void doubles(void)
{
	size_t bad = 0;

	for (int i = 0; i < 20000 && bad < 3; i++)
		bad += !shortest(random_double());
	bad += !shortest(0.8) + !shortest(0.75) + !shortest(1) + !shortest(0.2);
	ok(bad == 0, "doubles are short and exact");
}

int main(void)
{
	reader = jread_new();
	collect(&rt__v1__record__descriptor);
	collect(&tetragon__get_health_status_response__descriptor);
	collect(&tetragon__list_tracing_policies_response__descriptor);
	ok(n_types > 60, "%zu types", n_types);
	schemas();
	random_messages();
	records();
	strings();
	escapes();
	integers();
	doubles();
	jread_free(reader);
	return tap_done();
}
