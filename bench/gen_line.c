// SPDX-License-Identifier: Apache-2.0
//
// How a line is written: the texts of its template, and in each slot between
// them what the world has to say.
#include "gen.h"

static void put_quoted(struct text *t, const char *s)
{
	text_str(t, "\"");
	text_json(t, s, strlen(s));
	text_str(t, "\"");
}

static void put_quoted_u64(struct text *t, uint64_t v)
{
	text_str(t, "\"");
	text_u64(t, v);
	text_str(t, "\"");
}

static void put_refcnt(struct text *t, uint32_t n)
{
	if (n == 0)
		return;
	text_str(t, ",\"refcnt\":");
	text_u64(t, n);
}

static void put_result(struct rng *r, struct text *t)
{
	static const char *const signals[] = {"SIGTERM", "SIGKILL", "SIGSEGV",
					      "SIGPIPE", "SIGINT"};
	uint32_t roll = rng_below(r, 100);

	if (roll < 5) {
		text_str(t, ",\"signal\":");
		put_quoted(t, signals[roll]);
	} else if (roll < 15) {
		text_str(t, ",\"status\":");
		text_u64(t, roll < 10 ? 1 : 2 + rng_below(r, 125));
	}
}

// Converted a second time, the same kernel time comes out a little off.
static void put_exit_time(struct world *w, const struct scene *scene,
			  struct text *t)
{
	text_str(t, ",\"time\":\"");
	text_time(t, scene->time - 100 - rng_below(&w->rng, 900));
	text_str(t, "\"");
}

static void put_address(struct rng *r, struct text *t)
{
	text_str(t, "\"10.");
	text_u64(t, 20 + rng_below(r, 4));
	text_str(t, ".");
	text_u64(t, rng_below(r, 256));
	text_str(t, ".");
	text_u64(t, 1 + rng_below(r, 254));
	text_str(t, "\"");
}

static void put_path(struct world *w, struct text *t)
{
	w->plain.n = 0;
	words_path(&w->rng, &w->plain);
	text_str(t, "\"");
	text_json(t, w->plain.at, w->plain.n);
	text_str(t, "\"");
}

// One of 60 libraries; a library has one build id wherever it is loaded.
static void put_library(struct text *t, uint32_t which, bool id)
{
	uint64_t bytes[3] = {rng_mix(which + 1), rng_mix(which + 1001),
			     rng_mix(which + 2001)};

	text_str(t, "\"");
	if (id) {
		text_base64(t, bytes, 20);
	} else {
		text_str(t, "/usr/lib/x86_64-linux-gnu/lib");
		text_hex(t, bytes[0], 6);
		text_str(t, ".so.");
		text_u64(t, which % 9);
	}
	text_str(t, "\"");
}

static void put_hash(struct rng *r, struct text *t)
{
	text_str(t, "\"sha256:");
	text_hex(t, rng_mix(rng_below(r, 500)), 64);
	text_str(t, "\"");
}

static void put_tail(const struct world *w, const struct scene *scene,
		     struct text *t)
{
	uint32_t node = w->procs[scene->proc].node;

	text_str(t, ",\"node_name\":");
	put_quoted(t, w->nodes[node].name);
	// the agent gives a loader event no time
	if (scene->kind != EVENT_LOADER) {
		text_str(t, ",\"time\":\"");
		text_time(t, scene->time);
		text_str(t, "\"");
	}
	text_str(t, "}\n");
}

// The three of one uprobe tell of one function; the first slot chooses it.
static void put_function(struct world *w, struct scene *scene, struct text *t,
			 enum slot slot)
{
	const struct proc *p = &w->procs[scene->proc];
	struct frame *f = &scene->function;

	if (slot == SLOT_MODULE) {
		stack_function(&w->rng, p->lang, p->binary, f);
		put_quoted(t, f->module);
	} else if (slot == SLOT_SYMBOL) {
		put_quoted(t, f->symbol);
	} else {
		put_quoted_u64(t, f->offset);
	}
}

static void put_process(struct world *w, const struct scene *scene,
			struct text *t)
{
	const struct proc *p = &w->procs[scene->proc];

	world_process(w, t, scene->proc);
	put_refcnt(t, scene->kind == EVENT_EXIT ? 0 : p->children + 1);
}

static void put_parent(struct world *w, const struct scene *scene,
		       struct text *t)
{
	uint32_t parent = w->procs[scene->proc].parent;

	world_process(w, t, parent);
	put_refcnt(t, w->procs[parent].children);
}

static void put_tid(struct world *w, const struct scene *scene, struct text *t)
{
	const struct proc *p = &w->procs[scene->proc];
	bool main_thread = scene->kind == EVENT_EXEC ||
			   scene->kind == EVENT_EXIT ||
			   rng_chance(&w->rng, 6000);

	text_u64(t, main_thread ? p->pid : p->pid + 1 + rng_below(&w->rng, 24));
}

static void put_stack(struct world *w, const struct scene *scene,
		      struct text *t, enum slot slot)
{
	const struct proc *p = &w->procs[scene->proc];

	if (slot == SLOT_KERNEL_STACK && scene->kernel_stack)
		stack_kernel(&w->rng, t);
	if (slot == SLOT_USER_STACK && scene->user_stack)
		stack_user(&w->rng, p->lang, p->binary, t);
}

static void put_value(struct world *w, struct text *t, enum slot slot)
{
	struct rng *r = &w->rng;

	switch (slot) {
	case SLOT_PATH:
		put_path(w, t);
		break;
	case SLOT_ADDRESS:
		put_address(r, t);
		break;
	case SLOT_PORT:
		text_u64(t, 1 + rng_below(r, 65535));
		break;
	case SLOT_SIZE:
		put_quoted_u64(t, 1 + rng_skewed(r, 1u << 30));
		break;
	case SLOT_NUMBER:
		text_u64(t, 1 + rng_below(r, 400));
		break;
	case SLOT_HASH:
		put_hash(r, t);
		break;
	default:
		break;
	}
}

static void put_slot(struct world *w, struct scene *scene, struct text *t,
		     enum slot slot)
{
	switch (slot) {
	case SLOT_PROCESS:
		put_process(w, scene, t);
		break;
	case SLOT_PARENT:
		put_parent(w, scene, t);
		break;
	case SLOT_TID:
		put_tid(w, scene, t);
		break;
	case SLOT_PARENT_TID:
		text_u64(t, w->procs[w->procs[scene->proc].parent].pid);
		break;
	case SLOT_RESULT:
		put_result(&w->rng, t);
		break;
	case SLOT_EXIT_TIME:
		put_exit_time(w, scene, t);
		break;
	case SLOT_KERNEL_STACK:
	case SLOT_USER_STACK:
		put_stack(w, scene, t, slot);
		break;
	case SLOT_LIBRARY:
		scene->library = rng_skewed(&w->rng, 60);
		put_library(t, scene->library, false);
		break;
	case SLOT_BUILD_ID:
		put_library(t, scene->library, true);
		break;
	case SLOT_MODULE:
	case SLOT_SYMBOL:
	case SLOT_OFFSET:
		put_function(w, scene, t, slot);
		break;
	case SLOT_TAIL:
		put_tail(w, scene, t);
		break;
	default:
		put_value(w, t, slot);
	}
}

void line_write(const struct template_set *s, struct world *w,
		struct scene *scene, struct text *out)
{
	const struct template *t =
		&s->of[scene->kind][rng_below(&w->rng, s->n[scene->kind])];

	for (size_t i = 0; i < t->n; i++) {
		const struct part *part = &t->parts[i];

		text_put(out, t->text.at + part->at, part->n);
		put_slot(w, scene, out, part->slot);
	}
}
