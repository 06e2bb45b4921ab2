/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/posture.h"

#include "codec/pbwire.h"

/* Fields of rt.v1.Posture, Posture.Policy and the agent's answers. */
enum {
	P_TIME = 1,
	P_AGENT = 3,
	P_VERSION = 4,
	P_LEVEL = 5,
	P_POLICIES = 6,
	P_HEALTH = 7,
	POLICY_NAME = 1,
	POLICY_NAMESPACE,
	POLICY_STATE,
	POLICY_MODE,
	POLICY_KERNEL_HOOKS,
	POLICY_USER_HOOKS,
	POLICY_ERROR,
	TP_NAME = 2,
	TP_NAMESPACE = 3,
	TP_SENSORS = 5,
	TP_ENABLED = 6,
	TP_ERROR = 8,
	TP_STATE = 9,
	TP_MODE = 11,
	TP_STATS = 12,
	TP_HOOKS = 14,
	STATS_SELECTORS = 2,
	SELECTOR_HOOK = 1,
	HOOK_SECTION = 1,
	HOOK_DESCRIPTION = 3,
	HEALTH_STATUS = 2,
};

enum level { LEVEL_PASSIVE = 1, LEVEL_TRACING = 2, LEVEL_DEEP = 3 };

/* tetragon.TracingPolicyState and -Mode, the words that tetra shows. */
static const char *const states[] = {
	"unknown",    "enabled", "disabled",  "load_error",	  "error",
	"loading",    "unloading", "skipped", "partially_enabled"};
static const char *const modes[] = {"unknown", "enforce", "monitor",
				    "monitor_only"};
static const char *const healths[] = {"undefined", "running", "stopped",
				      "error"};

static sv word(const char *const *words, size_t n, uint64_t i)
{
	return sv_str(i < n ? words[i] : "unknown");
}

static bool has(sv name, const char *word)
{
	return name.n && memmem(name.p, name.n, word, strlen(word));
}

/* Does a sensor or program section watch user space? */
static bool is_user(sv name)
{
	return has(name, "uprobe") || has(name, "uretprobe") ||
	       has(name, "usdt");
}

struct policy {
	sv name, namespace, error;
	uint64_t state, mode;
	bool enabled;
	struct buf hooks; /* fields 5 and 6, written */
	bool kernel, user;
};

static void add_hook(struct policy *p, sv hook, bool user)
{
	uint32_t num = user ? POLICY_USER_HOOKS : POLICY_KERNEL_HOOKS;
	struct pb_cur c = pb_walk(buf_view(&p->hooks));
	struct pb_field f;

	if (!hook.n)
		return;
	while (pb_next(&c, &f) > 0)
		if (f.num == num && sv_eq(f.data, hook))
			return;
	pb_put_bytes(&p->hooks, num, hook);
	p->user |= user;
	p->kernel |= !user;
}

/* tetragon.HookStatus: what is attached, by its program section. */
static void hook_status(struct policy *p, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	sv section = SV_NULL, description = SV_NULL;

	while (pb_next(&c, &f) > 0) {
		if (f.num == HOOK_SECTION)
			section = f.data;
		else if (f.num == HOOK_DESCRIPTION)
			description = f.data;
	}
	add_hook(p, description.n ? description : section, is_user(section));
}

/* tetragon.TracingPolicyStats: the hooks that have selectors. */
static void stats(struct policy *p, sv wire, bool user)
{
	struct pb_cur c = pb_walk(wire), in;
	struct pb_field f, g;

	while (pb_next(&c, &f) > 0) {
		if (f.num != STATS_SELECTORS || f.wt != PB_LEN)
			continue;
		in = pb_walk(f.data);
		while (pb_next(&in, &g) > 0)
			if (g.num == SELECTOR_HOOK && g.wt == PB_LEN)
				add_hook(p, g.data, user);
	}
}

static void scalars(struct policy *p, const struct pb_field *f)
{
	switch (f->num) {
	case TP_NAME:
		p->name = f->data;
		break;
	case TP_NAMESPACE:
		p->namespace = f->data;
		break;
	case TP_ERROR:
		p->error = f->data;
		break;
	case TP_ENABLED:
		p->enabled = f->v != 0;
		break;
	case TP_STATE:
		p->state = f->v;
		break;
	case TP_MODE:
		p->mode = f->v;
		break;
	default:
		break;
	}
}

/* Older agents name no hooks, only the sensors that hold them. */
static void hooks(struct policy *p, sv wire)
{
	struct pb_cur c = pb_walk(wire);
	sv sensor = SV_NULL, counted = SV_NULL;
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		if (f.num == TP_HOOKS && f.wt == PB_LEN)
			hook_status(p, f.data);
		else if (f.num == TP_STATS && f.wt == PB_LEN)
			counted = f.data;
		else if (f.num == TP_SENSORS && f.wt == PB_LEN)
			sensor = f.data;
	}
	if (!p->hooks.n)
		stats(p, counted, is_user(sensor));
	if (p->hooks.n)
		return;
	c = pb_walk(wire);
	while (pb_next(&c, &f) > 0)
		if (f.num == TP_SENSORS && f.wt == PB_LEN)
			add_hook(p, f.data, is_user(f.data));
}

static enum level policy_level(const struct policy *p)
{
	if (!sv_eq(word(states, ARRAY_LEN(states), p->state), SV("enabled")) &&
	    !p->enabled)
		return LEVEL_PASSIVE;
	return p->user ? LEVEL_DEEP : p->kernel ? LEVEL_TRACING : LEVEL_PASSIVE;
}

static enum level write_policy(sv wire, struct buf *out)
{
	struct pb_cur c = pb_walk(wire);
	struct policy p = {0};
	struct pb_field f;
	enum level level;
	size_t at;

	while (pb_next(&c, &f) > 0)
		scalars(&p, &f);
	hooks(&p, wire);
	if (!p.state && p.enabled)
		p.state = 1;
	at = pb_open(out, P_POLICIES, 2);
	pb_put_string(out, POLICY_NAME, p.name);
	pb_put_string(out, POLICY_NAMESPACE, p.namespace);
	pb_put_string(out, POLICY_STATE,
		      word(states, ARRAY_LEN(states), p.state));
	if (p.mode)
		pb_put_string(out, POLICY_MODE,
			      word(modes, ARRAY_LEN(modes), p.mode));
	buf_sv(out, buf_view(&p.hooks));
	pb_put_string(out, POLICY_ERROR, p.error);
	pb_close(out, at, 2);
	level = policy_level(&p);
	buf_release(&p.hooks);
	return level;
}

static enum level write_policies(sv answer, struct buf *out)
{
	struct pb_cur c = pb_walk(answer);
	enum level level = LEVEL_PASSIVE;
	struct pb_field f;

	while (pb_next(&c, &f) > 0) {
		enum level l;

		if (f.num != 1 || f.wt != PB_LEN)
			continue;
		l = write_policy(f.data, out);
		level = MAX(level, l);
	}
	return level;
}

/* The last status that the agent names; there is one in practice. */
static sv health_of(sv answer)
{
	struct pb_cur c = pb_walk(answer), in;
	struct pb_field f, g;
	sv health = SV("unknown");

	while (pb_next(&c, &f) > 0) {
		if (f.num != 1 || f.wt != PB_LEN)
			continue;
		in = pb_walk(f.data);
		while (pb_next(&in, &g) > 0)
			if (g.num == HEALTH_STATUS && g.wt == PB_VARINT)
				health = word(healths, ARRAY_LEN(healths), g.v);
	}
	return health;
}

sv posture_version(sv answer)
{
	struct pb_cur c = pb_walk(answer);
	struct pb_field f;

	while (pb_next(&c, &f) > 0)
		if (f.num == 1 && f.wt == PB_LEN)
			return f.data;
	return SV_NULL;
}

void posture_write(const struct posture_answers *a, struct timestamp now,
		   struct buf *out)
{
	enum level level;

	pb_put_timestamp(out, P_TIME, now.sec, now.nsec);
	pb_put_string(out, P_AGENT, SV("tetragon"));
	pb_put_string(out, P_VERSION, posture_version(a->version));
	level = write_policies(a->policies, out);
	pb_put_varint(out, P_LEVEL, level);
	pb_put_string(out, P_HEALTH, health_of(a->health));
}
