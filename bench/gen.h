// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the event generator share: a growable text, a seeded
// random source, words (gen_words.c), the invented cluster (gen_world.c), its
// stacks (gen_stack.c) and the templates of real events (gen_template.c).
#ifndef BENCH_GEN_H
#define BENCH_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Text being written; grows by itself, dies when memory ends.
struct text {
	char *at;
	size_t n;
	size_t cap;
};

void text_grow(struct text *t, size_t more);
void text_u64(struct text *t, uint64_t v);
void text_i64(struct text *t, int64_t v);
// lower-case hexadecimal digits drawn from nothing but `bits`
void text_hex(struct text *t, uint64_t bits, size_t digits);
// `p` as the inside of a JSON string, escaped as protojson does
void text_json(struct text *t, const char *p, size_t n);
void text_base64(struct text *t, const void *p, size_t n);
// RFC 3339 in UTC with 0, 3, 6 or 9 digits after the second
void text_time(struct text *t, int64_t ns);
void text_release(struct text *t);

static inline void text_put(struct text *t, const char *p, size_t n)
{
	if (t->cap - t->n < n)
		text_grow(t, n);
	memcpy(t->at + t->n, p, n);
	t->n += n;
}

static inline void text_str(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

// splitmix64: small, quick, the same on every machine
struct rng {
	uint64_t state;
};

static inline uint64_t rng_mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t rng_next(struct rng *r)
{
	return rng_mix(r->state += UINT64_C(0x9e3779b97f4a7c15));
}

// uniform in [0, n)
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

// in [0, n), small numbers far more often: real names are not used evenly
static inline uint32_t rng_skewed(struct rng *r, uint32_t n)
{
	uint32_t most = rng_below(r, n) + 1;

	return rng_below(r, rng_below(r, most) + 1);
}

// true `in_10000` times of 10,000
static inline bool rng_chance(struct rng *r, uint32_t in_10000)
{
	return rng_below(r, 10000) < in_10000;
}

_Noreturn void gen_die(int status, const char *what, const char *about);

// What a program is written in decides how its stacks look.
enum lang {
	LANG_C,
	LANG_CPP,
	LANG_RUST,
	LANG_GO,
	LANG_PYTHON,
	LANG_JAVA,
};

struct command {
	const char *binary;
	const char *args; // a pattern, see words_expand
	const char *cwd;
	enum lang lang;
};

struct app {
	const char *name;
	const char *repository;
	const char *tag;
	struct command run;
};

const struct app *words_app(uint32_t i);
const char *words_namespace(struct rng *r);
const struct command *words_command(struct rng *r);
const struct command *words_secret(struct rng *r);
const struct command *words_odd(struct rng *r);
// A path some process opens, plain.
void words_path(struct rng *r, struct text *t);
// Writes a pattern with its marks filled in, plain.
void words_expand(struct rng *r, struct text *t, const char *pattern);

#define GEN_NODES 6
#define GEN_PODS 200
#define GEN_NONE UINT32_MAX

struct node {
	char name[64];
	int64_t boot; // ns since 1970
	uint32_t next_pid;
};

struct pod {
	uint32_t node;
	uint32_t app;
	int64_t started; // ns since 1970
	char *front;	 // "pod":{... up to the container's pid
	char *back;	 // from there to "docker":"..."
	size_t front_n;
	size_t back_n;
};

// A process. `front` is its JSON from exec_id to auid, made once: every event
// of a process tells the same of it.
struct proc {
	uint32_t pid;
	uint32_t ns_pid;
	uint32_t parent;
	uint32_t children; // those keep an ended parent in the table
	uint32_t pod;	   // GEN_NONE: runs on the node itself
	uint32_t node;
	uint32_t uid;
	uint32_t live_at; // place in world.live, GEN_NONE when ended
	enum lang lang;
	const char *binary;
	const char *cwd;
	uint32_t id_n;
	uint32_t front_n;
	char id[112];
	char front[1400];
};

struct world {
	struct rng rng;
	int64_t now;
	struct node nodes[GEN_NODES];
	struct pod pods[GEN_PODS];
	struct proc *procs;
	uint32_t procs_n;
	uint32_t *spare; // ended records to use again
	uint32_t spare_n;
	uint32_t *live; // the first `fixed_n` never exit
	uint32_t live_n;
	uint32_t fixed_n;
	struct command *learnt; // seen in the templates
	uint32_t learnt_n;
	struct text scratch;
	struct text plain;
	uint64_t args_n;
	uint64_t secrets_n;
	uint64_t odd_n;
};

void world_init(struct world *w, uint64_t seed);
// Adds a command line of a real event; the strings are copied.
void world_learn(struct world *w, const char *binary, const char *args,
		 const char *cwd);
// Starts what runs before the first event; learn first.
void world_populate(struct world *w);
// Moves event time on by one event.
void world_tick(struct world *w);
uint32_t world_any(struct world *w);
uint32_t world_exec(struct world *w);
// Takes a process out of the living; GEN_NONE when none may end. It stays
// readable until world_bury.
uint32_t world_exit(struct world *w);
void world_bury(struct world *w, uint32_t at);
// The members exec_id to parent_exec_id, without braces.
void world_process(const struct world *w, struct text *t, uint32_t at);
void world_release(struct world *w);

struct frame {
	uint64_t offset;
	const char *module; // NULL: anonymous memory
	const char *symbol; // NULL: stripped
	char made[200];
};

// A function `binary` has or calls; always with module and symbol.
void stack_function(struct rng *r, enum lang lang, const char *binary,
		    struct frame *f);
void stack_kernel(struct rng *r, struct text *t);
void stack_user(struct rng *r, enum lang lang, const char *binary,
		struct text *t);

enum event_kind {
	EVENT_EXEC,
	EVENT_EXIT,
	EVENT_KPROBE,
	EVENT_UPROBE,
	EVENT_LOADER,
	EVENT_LSM,
	EVENT_TRACEPOINT,
	EVENT_KINDS,
};

enum slot {
	SLOT_NONE,
	SLOT_PROCESS,
	SLOT_PARENT,
	SLOT_TID,
	SLOT_PARENT_TID,
	SLOT_RESULT,
	SLOT_EXIT_TIME,
	SLOT_KERNEL_STACK,
	SLOT_USER_STACK,
	SLOT_TAIL,
	// those a shape asks for by a string value
	SLOT_PATH,
	SLOT_ADDRESS,
	SLOT_PORT,
	SLOT_SIZE,
	SLOT_NUMBER,
	SLOT_LIBRARY,
	SLOT_BUILD_ID,
	SLOT_HASH,
	SLOT_MODULE,
	SLOT_SYMBOL,
	SLOT_OFFSET,
};

// Text of the template, then the slot.
struct part {
	size_t at;
	size_t n;
	enum slot slot;
};

// One event cut into text and the places that change.
struct template
{
	struct part *parts;
	size_t n;
	struct text text;
};

struct template_set {
	struct template *of[EVENT_KINDS];
	uint32_t n[EVENT_KINDS];
};

// What one line is about.
struct scene {
	enum event_kind kind;
	uint32_t proc;
	int64_t time;
	bool kernel_stack;
	bool user_stack;
	uint32_t library;      // what a loader event is of
	struct frame function; // what a uprobe is on
};

const char *template_kind_name(enum event_kind kind);
// Adds the events of a text: JSON objects one after the other. Returns the
// offset where reading stopped, `n` when all was read.
size_t template_read(struct template_set *s, struct world *w, const char *p,
		     size_t n);
// Adds the shapes nobody published a dump of.
void template_read_shapes(struct template_set *s, struct world *w);
void template_release(struct template_set *s);

// Writes one line after a template of the scene's kind, newline included.
void line_write(const struct template_set *s, struct world *w,
		struct scene *scene, struct text *out);

#endif
