// SPDX-License-Identifier: Apache-2.0
//
// Templates: one real event each, cut once into fixed text and the places
// that differ from line to line, so that writing a line is mostly copying.
// The process objects are the world's; of a template's own remain what the
// agent adds to them (capabilities, namespaces) and the event's body.
#include <stdlib.h>

#include <jansson.h>

#include "gen.h"

static const struct {
	const char *mark;
	enum slot slot;
} marks[] = {
	{"@path", SLOT_PATH},	     {"@address", SLOT_ADDRESS},
	{"@port", SLOT_PORT},	     {"@size", SLOT_SIZE},
	{"@number", SLOT_NUMBER},    {"@library", SLOT_LIBRARY},
	{"@buildid", SLOT_BUILD_ID}, {"@hash", SLOT_HASH},
	{"@module", SLOT_MODULE},    {"@symbol", SLOT_SYMBOL},
	{"@offset", SLOT_OFFSET},
};

// The members of each event in wire order. What a template has beyond them,
// no agent of today writes.
static const struct {
	const char *name;
	const char *members[12];
} kinds[EVENT_KINDS] = {
	[EVENT_EXEC] = {"process_exec", {"process", "parent"}},
	[EVENT_EXIT] = {"process_exit",
			{"process", "parent", "+result", "+time"}},
	[EVENT_KPROBE] = {"process_kprobe",
			  {"process", "parent", "function_name", "args",
			   "return", "action", "+kernel_stack", "policy_name",
			   "return_action", "message", "tags", "+user_stack"}},
	[EVENT_UPROBE] = {"process_uprobe",
			  {"process", "parent", "path", "symbol", "policy_name",
			   "message", "args", "tags", "offset",
			   "ref_ctr_offset", "action"}},
	[EVENT_LOADER] = {"process_loader",
			  {"process", "path", "buildid", "parent"}},
	[EVENT_LSM] = {"process_lsm",
		       {"process", "parent", "function_name", "policy_name",
			"message", "args", "action", "tags", "ima_hash"}},
	[EVENT_TRACEPOINT] = {"process_tracepoint",
			      {"process", "parent", "subsys", "event", "args",
			       "policy_name", "action", "message", "tags"}},
};

// The types of which nobody published a dump, and the socket probe every
// network policy has. "@..." are slots, and ' stands for a quote.
static const char shapes[] =
	"{'process_kprobe':{'process':{},'parent':{},"
	"'function_name':'tcp_connect',"
	"'args':[{'sock_arg':{'family':'AF_INET','type':'SOCK_STREAM',"
	"'protocol':'IPPROTO_TCP','saddr':'@address','daddr':'@address',"
	"'sport':'@port','dport':'@port','cookie':'@size',"
	"'state':'TCP_SYN_SENT'}}],'action':'KPROBE_ACTION_POST',"
	"'policy_name':'connect'}}"
	"{'process_uprobe':{'process':{},'parent':{},'path':'@module',"
	"'symbol':'@symbol','policy_name':'hot-functions',"
	"'action':'KPROBE_ACTION_POST'}}"
	"{'process_uprobe':{'process':{},'parent':{},'path':'@module',"
	"'symbol':'@symbol','policy_name':'hot-functions',"
	"'args':[{'int_arg':'@number'},{'size_arg':'@size'}],"
	"'action':'KPROBE_ACTION_POST'}}"
	"{'process_uprobe':{'process':{},'parent':{},'path':'@module',"
	"'symbol':'@symbol','policy_name':'tls-plaintext',"
	"'message':'data before encryption','args':[{'string_arg':'@path',"
	"'label':'file'},"
	"{'bytes_arg':'R0VUIC8gSFRUUC8xLjENCkhvc3Q6IGEuYg=='}],"
	"'tags':['observability.tls'],'action':'KPROBE_ACTION_POST'}}"
	"{'process_uprobe':{'process':{},'parent':{},'path':'@module',"
	"'policy_name':'stripped-binary','args':[{'long_arg':'@size'}],"
	"'offset':'@offset','ref_ctr_offset':'@size',"
	"'action':'KPROBE_ACTION_POST'}}"
	"{'process_loader':{'process':{},'path':'@library',"
	"'buildid':'@buildid','parent':{}}}"
	"{'process_lsm':{'process':{},'parent':{},"
	"'function_name':'file_open','policy_name':'lsm-file-open',"
	"'args':[{'file_arg':{'path':'@path','permission':'-rw-r--r--'}}],"
	"'action':'KPROBE_ACTION_POST'}}"
	"{'process_lsm':{'process':{},'parent':{},"
	"'function_name':'bprm_check_security','policy_name':'ima-exec',"
	"'args':[{'linux_binprm_arg':{'path':'@path',"
	"'permission':'-rwxr-xr-x'}}],'action':'KPROBE_ACTION_POST',"
	"'ima_hash':'@hash'}}"
	"{'process_lsm':{'process':{},'parent':{},"
	"'function_name':'socket_connect','policy_name':'lsm-connect',"
	"'args':[{'sockaddr_arg':{'family':'AF_INET','addr':'@address',"
	"'port':'@port'}},{'int_arg':16}],'action':'KPROBE_ACTION_POST'}}"
	"{'process_lsm':{'process':{},'parent':{},'function_name':'bpf',"
	"'policy_name':'lsm-bpf','message':'a program calls bpf()',"
	"'args':[{'bpf_cmd_arg':'BPF_PROG_LOAD'}],"
	"'action':'KPROBE_ACTION_SIGKILL','tags':['observability.kernel']}}"
	"{'process_tracepoint':{'process':{},'parent':{},'subsys':'syscalls',"
	"'event':'sys_enter_openat','args':[{'size_arg':'@size'},"
	"{'string_arg':'@path'},{'int_arg':'@number'}],'policy_name':'opens',"
	"'action':'KPROBE_ACTION_POST'}}"
	"{'process_tracepoint':{'process':{},'parent':{},"
	"'subsys':'raw_syscalls','event':'sys_exit',"
	"'args':[{'syscall_id':{'id':'@number','abi':'x64'}},"
	"{'long_arg':'@size'}],'policy_name':'syscall-counts',"
	"'action':'KPROBE_ACTION_POST'}}"
	"{'process_tracepoint':{'process':{},'parent':{},'subsys':'net',"
	"'event':'netif_receive_skb','args':[{'skb_arg':{'hash':'@number',"
	"'len':'@number','saddr':'@address','daddr':'@address',"
	"'sport':'@port','dport':'@port','proto':6,'protocol':'IPPROTO_TCP',"
	"'family':'AF_INET'}}],'policy_name':'packets',"
	"'action':'KPROBE_ACTION_POST','tags':['observability.network']}}";

const char *template_kind_name(enum event_kind kind)
{
	return kinds[kind].name;
}

struct cutter {
	struct template *t;
	size_t from; // where the text after the last slot begins
};

static void cut(struct cutter *c, enum slot slot)
{
	struct template *t = c->t;

	t->parts = realloc(t->parts, (t->n + 1) * sizeof(*t->parts));
	if (!t->parts)
		gen_die(3, "out of memory", NULL);
	t->parts[t->n++] = (struct part){
		.at = c->from,
		.n = t->text.n - c->from,
		.slot = slot,
	};
	c->from = t->text.n;
}

// A path in a real event becomes a slot like the marks of a shape.
static enum slot string_slot(const char *name, const char *s)
{
	if (name && strcmp(name, "path") == 0 && s[0] == '/')
		return SLOT_PATH;
	if (name && strcmp(name, "string_arg") == 0 && s[0] == '/')
		return SLOT_PATH;
	if (s[0] != '@')
		return SLOT_NONE;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(s, marks[i].mark) == 0)
			return marks[i].slot;
	return SLOT_NONE;
}

static void cut_string(struct cutter *c, const char *name, const json_t *v)
{
	const char *s = json_string_value(v);
	enum slot slot = string_slot(name, s);

	if (slot != SLOT_NONE) {
		cut(c, slot);
		return;
	}
	text_str(&c->t->text, "\"");
	text_json(&c->t->text, s, json_string_length(v));
	text_str(&c->t->text, "\"");
}

// Depth is bounded by jansson's own limit.
static void cut_value(struct cutter *c, const char *name, json_t *v)
{
	struct text *t = &c->t->text;
	const char *key, *mark = "";
	json_t *sub;
	size_t i;

	switch (json_typeof(v)) {
	case JSON_OBJECT:
		text_str(t, "{");
		json_object_foreach(v, key, sub)
		{
			text_str(t, mark);
			text_str(t, "\"");
			text_json(t, key, strlen(key));
			text_str(t, "\":");
			cut_value(c, key, sub);
			mark = ",";
		}
		text_str(t, "}");
		return;
	case JSON_ARRAY:
		text_str(t, "[");
		json_array_foreach(v, i, sub)
		{
			text_str(t, mark);
			cut_value(c, NULL, sub);
			mark = ",";
		}
		text_str(t, "]");
		return;
	case JSON_STRING:
		cut_string(c, name, v);
		return;
	case JSON_INTEGER:
		text_i64(t, json_integer_value(v));
		return;
	case JSON_TRUE:
		text_str(t, "true");
		return;
	case JSON_REAL: // no member of an event is one
	case JSON_FALSE:
	case JSON_NULL:
		text_str(t, "false");
		return;
	}
}

static void cut_member(struct cutter *c, const char *name, json_t *v)
{
	text_str(&c->t->text, ",\"");
	text_str(&c->t->text, name);
	text_str(&c->t->text, "\":");
	cut_value(c, name, v);
}

// `first` to `last` of what an agent may add to a process, in wire order.
static void cut_extras(struct cutter *c, const json_t *process, int first,
		       int last)
{
	static const char *const extras[] = {"cap",
					     "ns",
					     "process_credentials",
					     "binary_properties",
					     "user",
					     "in_init_tree"};

	for (int i = first; i <= last; i++) {
		json_t *v = json_object_get(process, extras[i]);

		if (v)
			cut_member(c, extras[i], v);
	}
}

static void cut_process(struct cutter *c, const char *name,
			const json_t *process)
{
	bool parent = strcmp(name, "parent") == 0;
	struct text *t = &c->t->text;

	if (t->at[t->n - 1] != '{')
		text_str(t, ",");
	text_str(t, parent ? "\"parent\":{" : "\"process\":{");
	cut(c, parent ? SLOT_PARENT : SLOT_PROCESS);
	cut_extras(c, process, 0, 1);
	text_str(t, ",\"tid\":");
	cut(c, parent ? SLOT_PARENT_TID : SLOT_TID);
	cut_extras(c, process, 2, 5);
	text_str(t, "}");
}

// A member an older agent did not write yet.
static void cut_absent(struct cutter *c, enum event_kind kind, const char *name)
{
	struct text *t = &c->t->text;

	if (kind != EVENT_KPROBE)
		return;
	if (strcmp(name, "policy_name") == 0)
		text_str(t, ",\"policy_name\":\"runtime-evidence\"");
	if (strcmp(name, "return_action") == 0)
		text_str(t, ",\"return_action\":\"KPROBE_ACTION_POST\"");
}

static enum slot added_slot(const char *name)
{
	switch (name[1]) {
	case 'r':
		return SLOT_RESULT;
	case 't':
		return SLOT_EXIT_TIME;
	case 'k':
		return SLOT_KERNEL_STACK;
	default:
		return SLOT_USER_STACK;
	}
}

static void cut_event(struct cutter *c, enum event_kind kind,
		      const json_t *body)
{
	struct text *t = &c->t->text;
	const char *const *name = kinds[kind].members;
	const char *const *end = name + 12;

	text_str(t, "{\"");
	text_str(t, kinds[kind].name);
	text_str(t, "\":{");
	for (; name < end && *name; name++) {
		json_t *v = json_object_get(body, *name);

		if ((*name)[0] == '+')
			cut(c, added_slot(*name));
		else if (!v)
			cut_absent(c, kind, *name);
		else if (json_is_object(v) && (*name)[0] == 'p')
			cut_process(c, *name, v);
		else
			cut_member(c, *name, v);
	}
	text_str(t, "}");
	cut(c, SLOT_TAIL);
}

static void learn(struct world *w, const json_t *process)
{
	const char *binary, *args, *cwd;

	binary = json_string_value(json_object_get(process, "binary"));
	args = json_string_value(json_object_get(process, "arguments"));
	cwd = json_string_value(json_object_get(process, "cwd"));
	if (binary && binary[0] == '/')
		world_learn(w, binary, args ? args : "", cwd);
}

static void add_event(struct template_set *s, struct world *w,
		      const json_t *event)
{
	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		json_t *body = json_object_get(event, kinds[kind].name);
		struct cutter c = {0};

		if (!json_object_get(body, "process"))
			continue;
		s->of[kind] = realloc(s->of[kind],
				      (s->n[kind] + 1) * sizeof(*s->of[kind]));
		if (!s->of[kind])
			gen_die(3, "out of memory", NULL);
		c.t = &s->of[kind][s->n[kind]++];
		memset(c.t, 0, sizeof(*c.t));
		cut_event(&c, kind, body);
		learn(w, json_object_get(body, "process"));
	}
}

size_t template_read(struct template_set *s, struct world *w, const char *p,
		     size_t n)
{
	size_t at = 0;
	json_error_t error;
	json_t *event;

	for (;;) {
		while (at < n && strchr(" \t\r\n", p[at]))
			at++;
		if (at == n)
			return n;
		event = json_loadb(p + at, n - at, JSON_DISABLE_EOF_CHECK,
				   &error);
		if (!event)
			return at;
		add_event(s, w, event);
		json_decref(event);
		// without the end-of-file check, where the value ended
		at += (size_t)error.position;
	}
}

void template_read_shapes(struct template_set *s, struct world *w)
{
	struct text t = {0};

	text_str(&t, shapes);
	for (size_t i = 0; i < t.n; i++)
		if (t.at[i] == '\'')
			t.at[i] = '"';
	if (template_read(s, w, t.at, t.n) != t.n)
		gen_die(3, "a built-in shape is not JSON", NULL);
	text_release(&t);
}

void template_release(struct template_set *s)
{
	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		for (uint32_t i = 0; i < s->n[kind]; i++) {
			free(s->of[kind][i].parts);
			text_release(&s->of[kind][i].text);
		}
		free(s->of[kind]);
	}
}
