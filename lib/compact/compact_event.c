/* SPDX-License-Identifier: Apache-2.0 */
#include "compact/compact_event.h"

#include "compact/compact_arg.h"
#include "compact/compact_form.h"

#define SHORT_ID 12 /* digits of a container id, as docker(1) shows them */
#define MAX_ARGS 16 /* of one call */
#define MAX_TAGS 16
#define MAX_BUILD_ID 32 /* bytes */

/* --- who ---------------------------------------------------------------- */

static void put_where(struct compact_line *l, const struct compact_view *v)
{
	buf_ch(l->out, ' ');
	compact_line_on(l, PAINT_WHERE);
	if (v->pod.n) {
		compact_line_name(l, v->pod_namespace);
		buf_ch(l->out, '/');
		compact_line_name(l, v->pod);
	} else if (v->container.n) {
		buf_str(l->out, "container:");
		compact_line_name(l, sv_first(v->container, SHORT_ID));
	} else if (v->node.n) {
		compact_line_name(l, v->node);
	} else {
		buf_ch(l->out, '-');
	}
	compact_line_off(l);
}

static void put_binary(struct compact_line *l, const struct compact_view *v)
{
	buf_ch(l->out, ' ');
	compact_line_on(l, PAINT_BINARY);
	if (v->binary.n)
		compact_line_name(l, v->binary);
	else
		buf_ch(l->out, '-');
	compact_line_off(l);
}

static void put_arguments(struct compact_line *l, const struct compact_view *v)
{
	if (!v->arguments.n)
		return;
	buf_ch(l->out, ' ');
	compact_line_on(l, PAINT_DETAIL);
	compact_line_text(l, v->arguments, COMPACT_LINE_ARGS);
	compact_line_off(l);
}

/* --- what --------------------------------------------------------------- */

static void put_list(struct compact_line *l, sv body, uint32_t num)
{
	struct pb_cur c = pb_walk(body);
	struct pb_field f;
	size_t n = 0;

	while (num && pb_next(&c, &f) > 0) {
		if (f.num != num)
			continue;
		if (n)
			buf_add(l->out, ", ", 2);
		if (n++ == MAX_ARGS) {
			buf_add(l->out, "...", 3);
			return;
		}
		compact_arg_put(l, f.data);
	}
}

/* Where the probe is, and what it was called with. */
static void put_call(struct compact_line *l, const struct compact_view *v)
{
	compact_line_labelled(l, " ", v->module);
	buf_ch(l->out, ' ');
	if (v->group.n) {
		compact_line_name(l, v->group);
		buf_str(l->out, v->between);
	}
	if (v->syscall.n)
		compact_line_name(l, v->syscall);
	else if (v->function.n)
		compact_line_name(l, v->function);
	if (v->offset) {
		buf_ch(l->out, '+');
		compact_line_hex(l, v->offset);
	}
	buf_ch(l->out, '(');
	put_list(l, v->body, v->args);
	buf_ch(l->out, ')');
}

static void put_build_id(struct compact_line *l, const struct compact_view *v)
{
	sv id = sv_first(v->build_id, MAX_BUILD_ID);

	if (!v->raw_build_id) {
		compact_line_labelled(l, " build-id=", v->build_id);
		return;
	}
	if (id.n)
		buf_str(l->out, " build-id=");
	for (size_t i = 0; i < id.n; i++)
		buf_printf(l->out, "%02x", (uint8_t)id.p[i]);
}

static void put_status(struct compact_line *l, const struct compact_view *v)
{
	buf_ch(l->out, ' ');
	compact_line_on(l, v->signal.n ? PAINT_ALARM : PAINT_RESULT);
	if (v->signal.n) {
		compact_line_name(l, v->signal);
	} else {
		buf_str(l->out, "status ");
		compact_line_uint(l, v->status);
	}
	compact_line_off(l);
}

static void put_what(struct compact_line *l, const struct compact_view *v,
		     const struct compact_form *form)
{
	if (v->type == PROBE_EXEC || v->type == PROBE_EXIT) {
		if (v->type == PROBE_EXIT)
			put_status(l, v);
		put_arguments(l, v);
		return;
	}
	compact_line_on(l, PAINT_DETAIL);
	if (v->type == PROBE_LOADER)
		compact_line_labelled(l, " ", v->module);
	else if (!form || !compact_form_put(l, form, v->body, v->args))
		put_call(l, v);
	compact_line_off(l);
	put_build_id(l, v);
}

/* --- and what became of it ---------------------------------------------- */

/* Numbers of tetragon.KprobeAction; NULL where nothing was done. */
static const char *const actions[] = {
	NULL,	       NULL,	       "FOLLOWFD",  "SIGKILL",
	"UNFOLLOWFD",  "OVERRIDE",     "COPYFD",    "GETURL",
	"DNSLOOKUP",   NULL,	       "SIGNAL",    "TRACKSOCK",
	"UNTRACKSOCK", "NOTIFYENFORCER", "CLEANUPENFORCERNOTIFICATION",
	"SET"};

static void put_action(struct compact_line *l, const char *before, uint64_t a)
{
	const char *name = a < ARRAY_LEN(actions) ? actions[a] : "ACTION";

	if (!name)
		return;
	buf_str(l->out, " [");
	compact_line_on(l, PAINT_ALARM);
	buf_str(l->out, before);
	buf_str(l->out, name);
	if (a >= ARRAY_LEN(actions)) {
		buf_ch(l->out, ' ');
		compact_line_uint(l, a);
	}
	compact_line_off(l);
	buf_ch(l->out, ']');
}

static void put_outcome(struct compact_line *l, const struct compact_view *v)
{
	if (v->result.p) {
		buf_add(l->out, " = ", 3);
		compact_line_on(l, PAINT_RESULT);
		compact_arg_put_result(l, v->result);
		compact_line_off(l);
	}
	put_action(l, "", v->action);
	put_action(l, "on return: ", v->return_action);
}

static void put_tags(struct compact_line *l, const struct compact_view *v)
{
	struct pb_cur c = pb_walk(v->body);
	struct pb_field f;
	size_t n = 0;

	while (v->tags && pb_next(&c, &f) > 0) {
		if (f.num != v->tags)
			continue;
		if (n == MAX_TAGS) {
			buf_add(l->out, ",...", 4);
			return;
		}
		buf_str(l->out, n++ ? "," : " tags=");
		compact_line_name(l, f.data);
	}
}

static void put_policy(struct compact_line *l, const struct compact_view *v)
{
	size_t before;

	compact_line_labelled(l, " policy=", v->policy);
	put_tags(l, v);
	if (v->data) {
		before = l->out->n;
		buf_add(l->out, " data=(", 7);
		put_list(l, v->body, v->data);
		if (l->out->n == before + 7)
			l->out->n = before;
		else
			buf_ch(l->out, ')');
	}
	compact_line_labelled(l, " ima=", v->ima_hash);
	if (v->message.n) {
		buf_ch(l->out, ' ');
		compact_line_quoted(l, v->message, COMPACT_LINE_STRING);
	}
}

static bool is_enforced(const struct compact_view *v)
{
	/* SIGKILL, OVERRIDE, SIGNAL, NOTIFYENFORCER */
	const uint64_t mask = 1u << 3 | 1u << 5 | 1u << 10 | 1u << 13;

	return (v->action < 64 && mask >> v->action & 1) ||
	       (v->return_action < 64 && mask >> v->return_action & 1);
}

void compact_event_put(struct compact_line *l, const struct compact_view *v)
{
	const struct compact_form *form = NULL;

	if (v->type == PROBE_KPROBE)
		form = compact_form_find(v->function, v->syscall);
	compact_line_word(l, is_enforced(v) ? PAINT_ALARM : PAINT_WORD,
			  form ? form->word : v->word);
	compact_line_number(l, v->has_pid, v->pid);
	put_where(l, v);
	put_binary(l, v);
	put_what(l, v, form);
	put_outcome(l, v);
	put_policy(l, v);
}
