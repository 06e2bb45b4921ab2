/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_arg.h"

#include "codec/schema.h"
#include "event/record.h"

#define LABEL 18u /* beside the oneof */
#define LAST  33u /* member of the oneof that we know */

/* How the parts of a message are shown. */
enum part_kind {
	P_END,
	P_NAME,
	P_PLAIN, /* a string of the agent's own making: no quotes */
	P_UINT,
	P_WRAPPED,
	P_BYTES,
};

struct part {
	uint8_t num;
	uint8_t kind;
	const char *before;
};

/* Field numbers of proto/tetragon/tetragon.proto, by the argument's. */
static const struct {
	uint8_t num;
	struct part parts[5];
} messages[] = {
	{6, {{2, P_NAME, ""}}},
	{7, {{2, P_NAME, ""}}},
	{8, {{1, P_BYTES, ""}, {2, P_UINT, " of "}}},
	{12, {{1, P_PLAIN, ""}, {3, P_NAME, " "}, {2, P_UINT, " insns="}}},
	{13, {{2, P_PLAIN, ""}, {1, P_NAME, " "}, {3, P_UINT, " config="}}},
	{14,
	 {{1, P_PLAIN, ""},
	  {5, P_NAME, " "},
	  {2, P_UINT, " key="},
	  {3, P_UINT, " value="},
	  {4, P_UINT, " entries="}}},
	{16, {{1, P_WRAPPED, "level="}, {2, P_WRAPPED, " owner="}}},
	{17, {{2, P_PLAIN, ""}, {1, P_WRAPPED, " "}}},
	{19,
	 {{1, P_WRAPPED, "uid="},
	  {3, P_WRAPPED, " euid="},
	  {2, P_WRAPPED, " gid="},
	  {4, P_WRAPPED, " egid="}}},
	{20, {{1, P_WRAPPED, "level="}, {2, P_WRAPPED, " uid="}}},
	{21, {{1, P_NAME, ""}}},
	{26, {{1, P_NAME, ""}}},
	{27, {{1, P_NAME, ""}}},
	{29, {{1, P_UINT, "syscall "}, {2, P_PLAIN, " "}}},
	{31, {{1, P_PLAIN, ""}, {3, P_NAME, " "}, {2, P_UINT, " insns="}}},
	{32, {{1, P_NAME, "error "}}},
	{33, {{2, P_NAME, ""}}},
};

/* The member of the oneof that is set; the last one wins. */
static struct pb_field value_of(sv arg)
{
	struct pb_cur c = pb_walk(arg);
	struct pb_field f, v = {0};

	while (pb_next(&c, &f) > 0)
		if (f.num != LABEL && f.num <= LAST)
			v = f;
	return v;
}

static enum compact_arg_class class_of(uint32_t num)
{
	switch (num) {
	case 1:
	case 6:
	case 7:
	case 21:
	case 26:
		return ARG_PATH;
	case 3:
	case 9:
	case 30:
	case 33:
		return ARG_SOCKET;
	case 2:
	case 11:
	case 15:
		return ARG_NUMBER;
	case 4:
		return ARG_SIZE;
	case 12:
	case 13:
	case 14:
	case 31:
		return ARG_OBJECT;
	default:
		return ARG_OTHER;
	}
}

enum compact_arg_class compact_arg_class(sv arg)
{
	return class_of(value_of(arg).num);
}

/* int32 travels as the 64-bit number; uint32 may not be more than it is. */
static int64_t signed_of(const struct pb_field *f)
{
	return f->num == 2 ? (int32_t)(uint32_t)f->v : (int64_t)f->v;
}

bool compact_arg_number(sv arg, int64_t *v)
{
	struct pb_field f = value_of(arg);
	enum compact_arg_class c = class_of(f.num);

	*v = signed_of(&f);
	return c == ARG_NUMBER || c == ARG_SIZE;
}

/* --- sockets ------------------------------------------------------------ */

static void put_endpoint(struct compact_line *l, sv addr, uint64_t port)
{
	bool v6 = sv_find(addr, ':') != SIZE_MAX;

	if (!addr.n)
		buf_ch(l->out, '-');
	if (v6)
		buf_ch(l->out, '[');
	compact_line_text(l, addr, COMPACT_LINE_STRING);
	if (v6)
		buf_ch(l->out, ']');
	if (port) {
		buf_ch(l->out, ':');
		compact_line_uint(l, port);
	}
}

/* Short for what is nearly always there; anything else as it came. */
static void put_protocol(struct compact_line *l, sv protocol)
{
	if (sv_eq(protocol, SV("IPPROTO_TCP")))
		buf_add(l->out, "tcp ", 4);
	else if (sv_eq(protocol, SV("IPPROTO_UDP")))
		buf_add(l->out, "udp ", 4);
	else if (protocol.n) {
		compact_line_name(l, protocol);
		buf_ch(l->out, ' ');
	}
}

struct endpoints {
	sv protocol, saddr, daddr;
	uint64_t sport, dport;
};

/* Both messages have them, in other places. */
static struct endpoints endpoints_of(const struct pb_field *arg)
{
	static const uint8_t at[2][5] = {{3, 6, 7, 8, 9}, {12, 5, 6, 7, 8}};
	const uint8_t *n = at[arg->num == 3];
	struct pb_cur c = pb_walk(arg->data);
	struct endpoints e = {0};
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == n[0])
			e.protocol = f.data;
		else if (f.num == n[1])
			e.saddr = f.data;
		else if (f.num == n[2])
			e.daddr = f.data;
		else if (f.num == n[3])
			e.sport = f.v;
		else if (f.num == n[4])
			e.dport = f.v;
	}
	return e;
}

static void put_socket(struct compact_line *l, const struct pb_field *arg)
{
	struct endpoints e = endpoints_of(arg);

	put_protocol(l, e.protocol);
	put_endpoint(l, e.saddr, e.sport);
	buf_add(l->out, " -> ", 4);
	put_endpoint(l, e.daddr, e.dport);
}

/* --- the rest ----------------------------------------------------------- */

static void put_part(struct compact_line *l, const struct part *p,
		     const struct pb_field *f)
{
	uint64_t v = f->v;

	switch ((enum part_kind)p->kind) {
	case P_NAME:
		compact_line_name(l, f->data);
		break;
	case P_PLAIN:
		compact_line_text(l, f->data, COMPACT_LINE_STRING);
		break;
	case P_BYTES:
		compact_line_quoted(l, f->data, COMPACT_LINE_BYTES);
		break;
	case P_WRAPPED:
		pb_get_wrapper(f->data, &v);
		compact_line_uint(l, v);
		break;
	case P_UINT:
		compact_line_uint(l, v);
		break;
	case P_END:
		break;
	}
}

static bool put_message(struct compact_line *l, const struct pb_field *arg)
{
	size_t i = 0, before = l->out->n;

	while (i < ARRAY_LEN(messages) && messages[i].num != arg->num)
		i++;
	if (i == ARRAY_LEN(messages))
		return false;
	for (size_t k = 0; k < ARRAY_LEN(messages[i].parts); k++) {
		const struct part *p = &messages[i].parts[k];
		struct pb_field f = compact_line_get(arg->data, p->num);

		if (!p->kind || !f.num)
			continue;
		buf_str(l->out, p->before);
		put_part(l, p, &f);
	}
	if (l->out->n == before)
		buf_ch(l->out, '-');
	return true;
}

/* tetragon.KprobeArgument */
static const struct schema_msg *argument(void)
{
	const struct schema_msg *event = record_field(RECORD_TETRAGON)->msg;

	return schema_by_name(schema_by_name(event, SV("process_kprobe"))->msg,
			      SV("args"))->msg;
}

static void put_bpf_cmd(struct compact_line *l, uint64_t v)
{
	static const struct schema_enum *e;
	const struct schema_enum_value *name;

	if (!e)
		e = schema_by_num(argument(), 28)->enm;
	name = schema_enum_by_number(e, (int32_t)v);
	if (name)
		buf_sv(l->out, name->name);
	else
		compact_line_uint(l, v);
}

static void put_list_of_caps(struct compact_line *l, sv cred)
{
	sv effective = compact_line_get_sv(cred, 2);

	buf_add(l->out, "caps=", 5);
	compact_line_uint(l, effective.n);
}

static void put_sockaddr(struct compact_line *l, sv addr)
{
	put_endpoint(l, compact_line_get_sv(addr, 2),
		     compact_line_get(addr, 3).v);
}

static void put_value(struct compact_line *l, const struct pb_field *f)
{
	switch (f->num) {
	case 0:
		buf_ch(l->out, '?');
		break;
	case 1:
		compact_line_quoted(l, f->data, COMPACT_LINE_STRING);
		break;
	case 2:
	case 11:
		compact_line_int(l, signed_of(f));
		break;
	case 4:
	case 15:
		compact_line_uint(l, f->v);
		break;
	case 3:
	case 9:
		put_socket(l, f);
		break;
	case 5:
		compact_line_quoted(l, f->data, COMPACT_LINE_BYTES);
		break;
	case 10:
		put_list_of_caps(l, f->data);
		break;
	case 22:
	case 23:
	case 24:
	case 25:
		compact_line_name(l, f->data);
		break;
	case 28:
		put_bpf_cmd(l, f->v);
		break;
	case 30:
		put_sockaddr(l, f->data);
		break;
	default:
		if (!put_message(l, f))
			buf_ch(l->out, '?');
	}
}

void compact_arg_put(struct compact_line *l, sv arg)
{
	sv label = compact_line_get_sv(arg, LABEL);
	struct pb_field f = value_of(arg);

	if (label.n) {
		compact_line_name(l, label);
		buf_ch(l->out, '=');
	}
	put_value(l, &f);
}

void compact_arg_put_bare(struct compact_line *l, sv arg)
{
	struct pb_field f = value_of(arg);

	if (f.num == 1)
		compact_line_name(l, f.data);
	else
		put_value(l, &f);
}

void compact_arg_put_result(struct compact_line *l, sv arg)
{
	const char *name;
	int64_t v;

	compact_arg_put(l, arg);
	if (!compact_arg_number(arg, &v))
		return;
	/* The kernel's MAX_ERRNO; a size carries it as unsigned. */
	name = v < 0 && v >= -4095 ? strerrorname_np((int)-v) : NULL;
	if (name) {
		buf_ch(l->out, ' ');
		buf_str(l->out, name);
	}
}
