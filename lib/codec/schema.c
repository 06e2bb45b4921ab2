/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/schema.h"

#include <protobuf-c/protobuf-c.h>

#include "base/mem.h"

/* All compiled types, so that recursive ones end. */
struct known {
	const ProtobufCMessageDescriptor *desc;
	struct schema_msg *msg;
	struct known *next;
};

struct known_enum {
	const ProtobufCEnumDescriptor *desc;
	struct schema_enum *enm;
	struct known_enum *next;
};

static struct known *all_msgs;
static struct known_enum *all_enums;
static uint16_t n_msgs;

static uint32_t name_hash(sv s, uint32_t seed)
{
	uint32_t h = seed ^ (uint32_t)s.n * 0x9e3779b1u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 0x01000193u;
	return h ^ h >> 15;
}

/* lowerCamelCase after protoc's rule: drop '_', raise what follows it. */
static sv json_name_of(const char *name)
{
	char *q = mem_alloc(strlen(name) + 1);
	size_t n = 0;
	bool raise = false;

	for (; *name; name++) {
		if (*name == '_') {
			raise = true;
			continue;
		}
		q[n++] = raise && *name >= 'a' && *name <= 'z'
				 ? (char)(*name - 'a' + 'A')
				 : *name;
		raise = false;
	}
	return (sv){q, n};
}

static sv quoted_key(const char *name)
{
	size_t n = strlen(name) + 3;
	char *q = mem_zalloc(n + SCHEMA_KEY_PAD);

	q[0] = '"';
	memcpy(q + 1, name, n - 3);
	memcpy(q + n - 2, "\":", 2);
	return (sv){q, n};
}

/* Name i of a list in which each entry has a fixed number of names. */
typedef sv name_at(const void *entries, size_t i);

static bool try_seed(const struct schema_names *t, uint8_t *slots,
		     name_at *name, const void *entries, size_t n, size_t per)
{
	memset(slots, 0, t->mask + 1);
	for (size_t i = 0; i < n * per; i++) {
		uint8_t *s = &slots[name_hash(name(entries, i), t->seed) &
				    t->mask];

		if (*s && *s != i / per + 1)
			return false;
		*s = (uint8_t)(i / per + 1);
	}
	return true;
}

/* n entries of `per` names each; grows until no two entries collide. */
static struct schema_names index_names(name_at *name, const void *entries,
				       size_t n, size_t per)
{
	struct schema_names t = {.mask = 7};
	uint8_t *slots;

	while (t.mask + 1 < n * per * 4)
		t.mask = t.mask * 2 + 1;
	slots = mem_alloc(t.mask + 1);
	while (!try_seed(&t, slots, name, entries, n, per))
		if (++t.seed % 256 == 0) {
			t.mask = t.mask * 2 + 1;
			slots = mem_realloc(slots, t.mask + 1);
		}
	t.slots = slots;
	return t;
}

static sv field_name_at(const void *entries, size_t i)
{
	const struct schema_field *f = (const struct schema_field *)entries +
				       i / 2;

	return i % 2 ? f->json_name : f->name;
}

static sv enum_name_at(const void *entries, size_t i)
{
	return ((const struct schema_enum_value *)entries)[i].name;
}

static size_t names_slot(const struct schema_names *t, sv name)
{
	return t->slots[name_hash(name, t->seed) & t->mask];
}

static struct schema_head head_of(const char *name)
{
	struct schema_head h = {{0}, {0}};
	char text[sizeof(h.bits)] = {0};
	size_t n = MIN(strlen(name), sizeof(text));

	memcpy(text, name, n);
	if (n < sizeof(text))
		text[n++] = '"';
	memcpy(h.bits, text, sizeof(text));
	memset(h.mask, 0xff, n);
	return h;
}

static const struct schema_enum *compile_enum(const ProtobufCEnumDescriptor *d)
{
	struct schema_enum_value *values;
	struct known_enum *k;

	for (k = all_enums; k; k = k->next)
		if (k->desc == d)
			return k->enm;
	values = mem_alloc(d->n_values * sizeof(*values));
	for (unsigned int i = 0; i < d->n_values; i++)
		values[i] = (struct schema_enum_value){
			sv_str(d->values[i].name), d->values[i].value,
			head_of(d->values[i].name)};
	k = mem_alloc(sizeof(*k));
	k->desc = d;
	k->enm = mem_alloc(sizeof(*k->enm));
	*k->enm = (struct schema_enum){
		values, d->n_values,
		index_names(enum_name_at, values, d->n_values, 1)};
	k->next = all_enums;
	all_enums = k;
	return k->enm;
}

static enum schema_kind scalar_kind(ProtobufCType t)
{
	switch (t) {
	case PROTOBUF_C_TYPE_INT32:
		return SCHEMA_INT32;
	case PROTOBUF_C_TYPE_INT64:
		return SCHEMA_INT64;
	case PROTOBUF_C_TYPE_UINT32:
		return SCHEMA_UINT32;
	case PROTOBUF_C_TYPE_UINT64:
		return SCHEMA_UINT64;
	case PROTOBUF_C_TYPE_BOOL:
		return SCHEMA_BOOL;
	case PROTOBUF_C_TYPE_DOUBLE:
		return SCHEMA_DOUBLE;
	case PROTOBUF_C_TYPE_ENUM:
		return SCHEMA_ENUM;
	case PROTOBUF_C_TYPE_BYTES:
		return SCHEMA_BYTES;
	case PROTOBUF_C_TYPE_MESSAGE:
		return SCHEMA_MESSAGE;
	default:
		return SCHEMA_STRING;
	}
}

/* protoc-c names the entries of `map<> x` `XEntry` and does not flag them. */
static bool is_map_entry(const ProtobufCMessageDescriptor *d)
{
	return sv_ends(sv_str(d->name), SV("Entry")) && d->n_fields == 2 &&
	       strcmp(d->fields[0].name, "key") == 0 &&
	       strcmp(d->fields[1].name, "value") == 0;
}

/* The kinds that have a JSON form of their own. */
static void special_message(struct schema_field *f,
			    const ProtobufCMessageDescriptor *d)
{
	sv name = sv_str(d->name);

	if (sv_eq(name, SV("google.protobuf.Timestamp"))) {
		f->kind = SCHEMA_TIMESTAMP;
	} else if (sv_starts(name, SV("google.protobuf.")) &&
		   sv_ends(name, SV("Value")) &&
		   scalar_kind(d->fields[0].type) <= SCHEMA_BOOL) {
		f->kind = SCHEMA_WRAPPER;
		f->wrapped = (uint8_t)scalar_kind(d->fields[0].type);
	} else if (f->repeated && is_map_entry(d)) {
		f->kind = SCHEMA_MAP;
		f->wrapped = (uint8_t)scalar_kind(d->fields[1].type);
		f->repeated = false;
	} else {
		f->msg = schema_of(d);
	}
	f->presence = f->kind != SCHEMA_MAP;
}

static bool is_scalar(uint8_t kind)
{
	return kind <= SCHEMA_ENUM;
}

static void compile_field(struct schema_field *f, uint8_t index,
			  const ProtobufCFieldDescriptor *d)
{
	*f = (struct schema_field){
		.name = sv_str(d->name),
		.json_name = json_name_of(d->name),
		.key = quoted_key(d->name),
		.head = head_of(d->name),
		.num = d->id,
		.kind = (uint8_t)scalar_kind(d->type),
		.index = index,
		.repeated = d->label == PROTOBUF_C_LABEL_REPEATED,
	};
	if (d->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		f->presence = true;
	if (f->kind == SCHEMA_MESSAGE)
		special_message(f, d->descriptor);
	else if (f->kind == SCHEMA_ENUM)
		f->enm = compile_enum(d->descriptor);
	f->packed = f->repeated && is_scalar(f->kind);
}

/* Members of one oneof share the offset of its case. */
static void number_oneofs(struct schema_field *f,
			  const ProtobufCMessageDescriptor *d)
{
	uint8_t n = 0;

	for (unsigned int i = 0; i < d->n_fields; i++) {
		if (!(d->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
			continue;
		for (unsigned int k = 0; k < i && !f[i].oneof; k++)
			if (f[k].oneof && d->fields[k].quantifier_offset ==
						  d->fields[i].quantifier_offset)
				f[i].oneof = f[k].oneof;
		if (!f[i].oneof)
			f[i].oneof = ++n;
	}
}

static void index_numbers(struct schema_msg *m)
{
	uint32_t top = 0;
	uint8_t *t;

	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].num < 128)
			top = MAX(top, m->fields[i].num);
	t = mem_zalloc(top + 1);
	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].num <= top)
			t[m->fields[i].num] = (uint8_t)(i + 1);
	m->by_num = t;
	m->by_num_len = top + 1;
}

const struct schema_msg *schema_of(const ProtobufCMessageDescriptor *desc)
{
	struct schema_field *fields;
	struct schema_msg *m;
	struct known *k;

	for (k = all_msgs; k; k = k->next)
		if (k->desc == desc)
			return k->msg;
	m = mem_zalloc(sizeof(*m));
	m->id = n_msgs++;
	k = mem_alloc(sizeof(*k));
	*k = (struct known){desc, m, all_msgs};
	all_msgs = k;
	fields = mem_alloc(desc->n_fields * sizeof(*fields));
	for (unsigned int i = 0; i < desc->n_fields; i++)
		compile_field(&fields[i], (uint8_t)i, &desc->fields[i]);
	m->name = desc->name;
	m->fields = fields;
	m->n = desc->n_fields;
	number_oneofs(fields, desc);
	index_numbers(m);
	m->names = index_names(field_name_at, fields, m->n, 2);
	return m;
}

const struct schema_field *schema_by_num_slow(const struct schema_msg *m,
					      uint32_t num)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].num == num)
			return &m->fields[i];
	return NULL;
}

const struct schema_field *schema_by_name(const struct schema_msg *m, sv name)
{
	size_t i = names_slot(&m->names, name);
	const struct schema_field *f;

	if (!i)
		return NULL;
	f = &m->fields[i - 1];
	return sv_eq(f->name, name) || sv_eq(f->json_name, name) ? f : NULL;
}

const struct schema_enum_value *
schema_enum_by_number(const struct schema_enum *e, int32_t number)
{
	size_t lo = 0, hi = e->n;

	if ((uint32_t)number < e->n && e->values[number].number == number)
		return &e->values[number];
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (e->values[mid].number == number)
			return &e->values[mid];
		if (e->values[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct schema_enum_value *schema_enum_by_name(const struct schema_enum *e,
						    sv name)
{
	size_t i = names_slot(&e->names, name);

	return i && sv_eq(e->values[i - 1].name, name) ? &e->values[i - 1]
						       : NULL;
}
