// SPDX-License-Identifier: Apache-2.0
//
// The invented cluster: nodes, pods and the tree of processes, each rendered
// once. Command lines of real events are learnt from the templates.
#include <stdlib.h>

#include "gen.h"

// 2026-03-01T11:49:27Z; nothing here depends on the clock
#define FIRST_EVENT INT64_C(1772365767000000000)
#define EVENT_GAP 50000 // ns: 20,000 events a second
#define TICK INT64_C(10000000)
#define MAX_PROCS 65536u
#define NO_AUID UINT32_C(4294967295)

static const char *const node_names[GEN_NODES] = {
	"kind-control-plane", "kind-worker",  "kind-worker2",
	"kind-worker3",	      "kind-worker4", "gke-9s95-kx2q",
};

static void put_member(struct text *t, const char *name, const char *p,
		       size_t n)
{
	text_str(t, ",\"");
	text_str(t, name);
	text_str(t, "\":\"");
	text_json(t, p, n);
	text_str(t, "\"");
}

static void put_exec_id(struct world *w, struct text *t, uint32_t node,
			uint64_t ktime, uint32_t pid)
{
	struct text *plain = &w->plain;

	plain->n = 0;
	text_str(plain, w->nodes[node].name);
	text_str(plain, ":");
	text_u64(plain, ktime);
	text_str(plain, ":");
	text_u64(plain, pid);
	text_base64(t, plain->at, plain->n);
}

static uint32_t record_new(struct world *w)
{
	uint32_t at;

	// full: lose one as a dump loses an exit event
	while (w->spare_n == 0 && w->procs_n == MAX_PROCS) {
		at = world_exit(w);
		if (at == GEN_NONE)
			gen_die(3, "too many processes", NULL);
		world_bury(w, at);
	}
	at = w->spare_n > 0 ? w->spare[--w->spare_n] : w->procs_n++;
	w->procs[at].children = 0;
	w->procs[at].live_at = GEN_NONE;
	return at;
}

// What a process starts with.
struct start {
	const struct command *run;
	const char *cwd; // NULL: none
	const char *flags;
	uint32_t parent; // GEN_NONE: its own, as the kernel is
	uint32_t pod;
	uint32_t node;
	uint32_t uid;
	uint32_t auid;
	uint32_t pid;
	uint32_t ns_pid;
	int64_t at;
};

static void render_front(struct world *w, struct proc *p, const struct start *s)
{
	struct text *t = &w->scratch;
	uint64_t ktime =
		s->pid == 0 ? 1 : (uint64_t)(s->at - w->nodes[s->node].boot);

	t->n = 0;
	put_exec_id(w, t, s->node, ktime, s->pid);
	if (t->n > sizeof(p->id))
		gen_die(3, "exec_id too long", NULL);
	p->id_n = (uint32_t)t->n;
	memcpy(p->id, t->at, t->n);
	t->n = 0;
	text_str(t, "\"exec_id\":\"");
	text_put(t, p->id, p->id_n);
	text_str(t, "\",\"pid\":");
	text_u64(t, s->pid);
	text_str(t, ",\"uid\":");
	text_u64(t, s->uid);
	if (s->cwd)
		put_member(t, "cwd", s->cwd, strlen(s->cwd));
	put_member(t, "binary", s->run->binary, strlen(s->run->binary));
	w->plain.n = 0;
	words_expand(&w->rng, &w->plain, s->run->args);
	if (w->plain.n > 0)
		put_member(t, "arguments", w->plain.at, w->plain.n);
	put_member(t, "flags", s->flags, strlen(s->flags));
	text_str(t, ",\"start_time\":\"");
	text_time(t, s->at);
	text_str(t, "\",\"auid\":");
	text_u64(t, s->auid);
	if (t->n > sizeof(p->front))
		gen_die(3, "command line too long", s->run->binary);
	p->front_n = (uint32_t)t->n;
	memcpy(p->front, t->at, t->n);
}

static uint32_t start(struct world *w, const struct start *s)
{
	uint32_t at = record_new(w);
	struct proc *p = &w->procs[at];

	p->pid = s->pid;
	p->ns_pid = s->ns_pid;
	p->parent = s->parent == GEN_NONE ? at : s->parent;
	p->pod = s->pod;
	p->node = s->node;
	p->uid = s->uid;
	p->lang = s->run->lang;
	p->binary = s->run->binary;
	p->cwd = s->cwd;
	render_front(w, p, s);
	w->procs[p->parent].children++;
	return at;
}

static void enliven(struct world *w, uint32_t at)
{
	w->procs[at].live_at = w->live_n;
	w->live[w->live_n++] = at;
}

static uint32_t next_pid(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	n->next_pid += 1 + rng_below(&w->rng, 5);
	if (n->next_pid >= 4194304)
		n->next_pid = 300;
	return n->next_pid;
}

static void render_pod(struct world *w, struct pod *pod, const char *ns)
{
	const struct app *app = words_app(pod->app);
	struct text f = {0}, b = {0};
	uint64_t id = rng_next(&w->rng), set = rng_next(&w->rng);

	text_str(&f, ",\"pod\":{\"namespace\":\"");
	text_str(&f, ns);
	text_str(&f, "\",\"name\":\"");
	text_str(&f, app->name);
	text_str(&f, "-");
	text_hex(&f, set, 10);
	text_str(&f, "-");
	text_hex(&f, rng_next(&w->rng), 5);
	text_str(&f, "\",\"container\":{\"id\":\"containerd://");
	text_hex(&f, id, 64);
	text_str(&f, "\"");
	put_member(&f, "name", app->name, strlen(app->name));
	text_str(&f, ",\"image\":{\"id\":\"");
	text_str(&f, app->repository);
	text_str(&f, "@sha256:");
	text_hex(&f, rng_mix(pod->app + 77), 64);
	text_str(&f, "\"");
	put_member(&f, "name", app->repository, strlen(app->repository));
	f.n--;
	text_str(&f, ":");
	text_str(&f, app->tag);
	text_str(&f, "\"},\"start_time\":\"");
	text_time(&f, pod->started);
	text_str(&f, "\",\"pid\":");

	text_str(&b, "},\"pod_labels\":{\"app.kubernetes.io/name\":\"");
	text_str(&b, app->name);
	text_str(&b, "\",\"pod-template-hash\":\"");
	text_hex(&b, set, 10);
	text_str(&b, "\",\"version\":\"");
	text_str(&b, app->tag);
	text_str(&b, "\"},\"workload\":\"");
	text_str(&b, app->name);
	text_str(&b, "\",\"workload_kind\":\"Deployment\"},\"docker\":\"");
	text_hex(&b, id, 31);
	text_str(&b, "\"");
	pod->front = f.at;
	pod->front_n = f.n;
	pod->back = b.at;
	pod->back_n = b.n;
}

void world_init(struct world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->rng.state = rng_mix(seed + 1);
	w->now = FIRST_EVENT;
	w->procs = calloc(MAX_PROCS, sizeof(*w->procs));
	w->spare = calloc(MAX_PROCS, sizeof(*w->spare));
	w->live = calloc(MAX_PROCS, sizeof(*w->live));
	if (!w->procs || !w->spare || !w->live)
		gen_die(3, "out of memory", NULL);
	for (uint32_t i = 0; i < GEN_NODES; i++) {
		strcpy(w->nodes[i].name, node_names[i]);
		w->nodes[i].boot =
			FIRST_EVENT -
			INT64_C(1000000000) *
				(1000000 + rng_below(&w->rng, 8000000));
		w->nodes[i].next_pid = 2000 + rng_below(&w->rng, 300000);
	}
}

// What ran before the agent came; /proc tells `at` in ticks of 10 ms.
static uint32_t start_on_node(struct world *w, uint32_t node, uint32_t parent,
			      uint32_t pid, int64_t at,
			      const struct command *run)
{
	struct start s = {
		.run = run,
		.cwd = run->cwd,
		.flags = "procFS",
		.parent = parent,
		.pod = GEN_NONE,
		.node = node,
		.pid = pid,
		.auid = pid == 0 ? 0 : NO_AUID,
		.at = at,
	};

	return start(w, &s);
}

// Starts the kernel, init and the daemons; returns init.
static uint32_t populate_node(struct world *w, uint32_t node)
{
	static const struct command kernel = {"<kernel>", "", NULL, LANG_C};
	static const struct command init = {
		"/usr/lib/systemd/systemd",
		"--switched-root --system --deserialize 31", "/", LANG_C};
	static const struct command daemons[] = {
		{"/usr/bin/containerd", "", "/", LANG_GO},
		{"/usr/bin/kubelet",
		 "--config=/var/lib/kubelet/config.yaml "
		 "--node-ip=10.20.%d.4",
		 "/", LANG_GO},
		{"/usr/sbin/sshd", "-D", "/", LANG_C},
		{"/usr/sbin/cron", "-f", "/", LANG_C},
		{"/usr/lib/systemd/systemd-journald", "", "/", LANG_C},
		{"/usr/bin/dbus-daemon", "--system --nofork", "/", LANG_C},
	};
	int64_t boot = w->nodes[node].boot;
	uint32_t top, one;

	top = start_on_node(w, node, GEN_NONE, 0, boot + 1, &kernel);
	one = start_on_node(w, node, top, 1, boot + 90 * TICK, &init);
	enliven(w, one);
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		enliven(w, start_on_node(w, node, one, next_pid(w, node),
					 boot + (400 + (int64_t)i * 31) * TICK,
					 &daemons[i]));
	return one;
}

// Starts a pod's shim, its first process and up to three workers.
static void populate_pod(struct world *w, uint32_t at, uint32_t init)
{
	static const struct command shim = {
		"/usr/bin/containerd-shim-runc-v2",
		"-namespace k8s.io -id "
		"%x%x%x%x%x%x -address /run/containerd/containerd.sock",
		"/run/containerd/io.containerd.runtime.v2.task/k8s.io",
		LANG_GO,
	};
	struct pod *pod = &w->pods[at];
	const struct command *run = &words_app(pod->app)->run;
	struct start s = {
		.run = run,
		.cwd = run->cwd,
		.flags = "procFS",
		.pod = at,
		.node = pod->node,
		.auid = NO_AUID,
		.ns_pid = 1,
		.uid = at % 3 ? 0 : 1000 + at % 7,
		.at = pod->started + 7 * TICK,
	};
	uint32_t first;

	s.parent = start_on_node(w, pod->node, init, next_pid(w, pod->node),
				 pod->started - 3 * TICK, &shim);
	s.pid = next_pid(w, pod->node);
	first = start(w, &s);
	enliven(w, first);
	s.parent = first;
	for (uint32_t i = 0; i < at % 4; i++) {
		s.pid = next_pid(w, pod->node);
		s.ns_pid += 1 + rng_below(&w->rng, 9);
		s.at += TICK;
		enliven(w, start(w, &s));
	}
}

void world_populate(struct world *w)
{
	uint32_t init[GEN_NODES];

	for (uint32_t i = 0; i < GEN_NODES; i++)
		init[i] = populate_node(w, i);
	for (uint32_t i = 0; i < GEN_PODS; i++) {
		w->pods[i].node = i % GEN_NODES;
		w->pods[i].app = i;
		w->pods[i].started =
			w->now -
			INT64_C(1000000000) * (60 + rng_below(&w->rng, 900000));
		render_pod(w, &w->pods[i], words_namespace(&w->rng));
		populate_pod(w, i, init[i % GEN_NODES]);
	}
	w->fixed_n = w->live_n;
	for (int i = 0; i < 400; i++) {
		world_tick(w);
		world_exec(w);
	}
}

static char *dup_or_die(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		gen_die(3, "out of memory", NULL);
	return copy;
}

void world_learn(struct world *w, const char *binary, const char *args,
		 const char *cwd)
{
	struct command *c;
	struct text t = {0};

	w->learnt = realloc(w->learnt, (w->learnt_n + 1) * sizeof(*c));
	if (!w->learnt)
		gen_die(3, "out of memory", NULL);
	// taken as it is: no percent sign of it is a mark
	for (; *args; args++)
		text_put(&t, *args == '%' ? "%%" : args, *args == '%' ? 2 : 1);
	text_put(&t, "", 1);
	c = &w->learnt[w->learnt_n++];
	c->binary = dup_or_die(binary);
	c->args = t.at;
	c->cwd = dup_or_die(cwd ? cwd : "/");
	c->lang = LANG_C;
}

void world_tick(struct world *w)
{
	w->now += EVENT_GAP / 2 + rng_below(&w->rng, EVENT_GAP);
}

uint32_t world_any(struct world *w)
{
	// what runs long makes most of the calls
	if (rng_chance(&w->rng, 4000))
		return w->live[rng_below(&w->rng, w->fixed_n)];
	return w->live[rng_below(&w->rng, w->live_n)];
}

static const struct command *choose_command(struct world *w,
					    const struct proc *parent)
{
	uint32_t roll = rng_below(&w->rng, 10000);

	w->args_n++;
	if (roll < 350) {
		w->secrets_n++;
		return words_secret(&w->rng);
	}
	if (roll < 450) {
		w->odd_n++;
		return words_odd(&w->rng);
	}
	if (roll < 2500 && w->learnt_n > 0)
		return &w->learnt[rng_below(&w->rng, w->learnt_n)];
	if (roll < 4500 && parent->pod != GEN_NONE)
		return &words_app(w->pods[parent->pod].app)->run;
	return words_command(&w->rng);
}

static const char *exec_flags(const char *cwd, bool cloned)
{
	if (strcmp(cwd, "/") == 0)
		return cloned ? "execve rootcwd clone" : "execve rootcwd";
	return cloned ? "execve clone" : "execve";
}

uint32_t world_exec(struct world *w)
{
	uint32_t from = w->live[rng_below(&w->rng, w->live_n)], at;
	struct proc *parent = &w->procs[from];
	// a new image in the same process keeps its pid
	bool cloned = parent->live_at < w->fixed_n || !rng_chance(&w->rng, 500);
	struct start s = {
		.run = choose_command(w, parent),
		.parent = from,
		.pod = parent->pod,
		.node = parent->node,
		.uid = parent->uid,
		.auid = NO_AUID,
		.at = w->now,
		.pid = parent->pid,
		.ns_pid = parent->ns_pid,
	};

	s.cwd = s.run->cwd;
	if (parent->pod == GEN_NONE)
		s.auid = 1000;
	if (cloned) {
		s.pid = next_pid(w, parent->node);
		s.ns_pid += 1 + rng_below(&w->rng, 40);
	}
	s.flags = exec_flags(s.cwd, cloned);
	at = start(w, &s);
	if (cloned) {
		enliven(w, at);
		return at;
	}
	w->procs[at].live_at = parent->live_at;
	w->live[parent->live_at] = at;
	parent->live_at = GEN_NONE;
	return at;
}

uint32_t world_exit(struct world *w)
{
	uint32_t place, at, last;

	if (w->live_n == w->fixed_n)
		return GEN_NONE;
	place = w->fixed_n + rng_below(&w->rng, w->live_n - w->fixed_n);
	at = w->live[place];
	last = w->live[--w->live_n];
	w->live[place] = last;
	w->procs[last].live_at = place;
	w->procs[at].live_at = GEN_NONE;
	return at;
}

void world_bury(struct world *w, uint32_t at)
{
	struct proc *p = &w->procs[at];

	// an ended parent goes with its last child
	while (p->live_at == GEN_NONE && p->children == 0) {
		w->spare[w->spare_n++] = at;
		at = p->parent;
		p = &w->procs[at];
		p->children--;
	}
}

void world_process(const struct world *w, struct text *t, uint32_t at)
{
	const struct proc *p = &w->procs[at];
	const struct proc *parent = &w->procs[p->parent];
	const struct pod *pod;

	text_put(t, p->front, p->front_n);
	if (p->pod != GEN_NONE) {
		pod = &w->pods[p->pod];
		text_put(t, pod->front, pod->front_n);
		text_u64(t, p->ns_pid);
		text_put(t, pod->back, pod->back_n);
	}
	text_str(t, ",\"parent_exec_id\":\"");
	text_put(t, parent->id, parent->id_n);
	text_str(t, "\"");
}

void world_release(struct world *w)
{
	for (uint32_t i = 0; i < GEN_PODS; i++) {
		free(w->pods[i].front);
		free(w->pods[i].back);
	}
	for (uint32_t i = 0; i < w->learnt_n; i++) {
		free((char *)w->learnt[i].binary);
		free((char *)w->learnt[i].args);
		free((char *)w->learnt[i].cwd);
	}
	free(w->learnt);
	free(w->procs);
	free(w->spare);
	free(w->live);
	text_release(&w->scratch);
	text_release(&w->plain);
}
