// SPDX-License-Identifier: Apache-2.0
//
// gen-events: grows a big Tetragon JSON dump from real events, the same one for
// the same seed, count and templates. For `make bench`; the mix of events is
// that of the measurements in the design.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gen.h"

#define BLOCK (1u << 20)
#define SAMPLE 61 // --stats counts the fields of one line in so many

static const uint32_t mix_in_100[EVENT_KINDS] = {
	[EVENT_EXEC] = 33,	[EVENT_EXIT] = 31,  [EVENT_KPROBE] = 18,
	[EVENT_UPROBE] = 6,	[EVENT_LOADER] = 4, [EVENT_LSM] = 4,
	[EVENT_TRACEPOINT] = 4,
};

struct options {
	uint64_t events;
	uint64_t seed;
	int64_t shuffle_ns;
	bool pretty;
	bool stats;
};

struct stats {
	uint64_t events[EVENT_KINDS];
	uint64_t kernel_stacks;
	uint64_t user_stacks;
	uint64_t bytes;
	uint64_t sampled;
	uint64_t members;
	uint64_t values;
};

// A line held back until event time has come to `due`.
struct held {
	int64_t due;
	size_t n;
	char *line;
};

struct generator {
	struct options opt;
	struct stats stats;
	struct world world;
	struct template_set templates;
	struct text out;
	struct text line;  // with --pretty, the line before
	struct held *heap; // the earliest first
	size_t held_n;
	size_t held_cap;
};

_Noreturn void gen_die(int status, const char *what, const char *about)
{
	fprintf(stderr, "gen-events: error: %s%s%s%s\n", what,
		about ? " '" : "", about ? about : "", about ? "'" : "");
	exit(status);
}

static void flush(struct generator *g)
{
	size_t at = 0;
	ssize_t n;

	while (at < g->out.n) {
		n = write(STDOUT_FILENO, g->out.at + at, g->out.n - at);
		if (n < 0 && errno != EINTR)
			gen_die(3, "cannot write", strerror(errno));
		if (n > 0)
			at += (size_t)n;
	}
	g->stats.bytes += g->out.n;
	g->out.n = 0;
}

static void indent(struct text *t, size_t depth)
{
	text_str(t, "\n");
	while (depth-- > 0)
		text_str(t, "  ");
}

// One compact line over several, as protojson's Multiline does.
static void put_pretty(struct text *t, const char *p, size_t n)
{
	bool in_string = false;
	size_t depth = 0;

	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (!in_string && (c == '}' || c == ']') &&
		    t->at[t->n - 1] != '{')
			indent(t, --depth);
		else if (!in_string && (c == '}' || c == ']'))
			depth--;
		text_put(t, &c, 1);
		if (c == '"')
			in_string = !in_string;
		if (in_string && c == '\\')
			text_put(t, &p[++i], 1);
		if (in_string)
			continue;
		if (c == ':')
			text_str(t, " ");
		if (c == '{' || c == '[')
			depth++;
		if (c == ',' || ((c == '{' || c == '[') && p[i + 1] != '}'))
			indent(t, depth);
	}
}

static void emit(struct generator *g, const char *line, size_t n)
{
	if (g->opt.pretty)
		put_pretty(&g->out, line, n);
	else
		text_put(&g->out, line, n);
	if (g->out.n >= BLOCK)
		flush(g);
}

static void hold(struct generator *g, struct held h)
{
	size_t at = g->held_n++;

	if (at == g->held_cap) {
		g->held_cap = g->held_cap ? 2 * g->held_cap : 1024;
		g->heap = realloc(g->heap, g->held_cap * sizeof(*g->heap));
		if (!g->heap)
			gen_die(3, "out of memory", NULL);
	}
	for (; at > 0 && g->heap[(at - 1) / 2].due > h.due; at = (at - 1) / 2)
		g->heap[at] = g->heap[(at - 1) / 2];
	g->heap[at] = h;
}

static struct held unhold(struct generator *g)
{
	struct held top = g->heap[0], last = g->heap[--g->held_n];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < g->held_n) {
		if (child + 1 < g->held_n &&
		    g->heap[child + 1].due < g->heap[child].due)
			child++;
		if (last.due <= g->heap[child].due)
			break;
		g->heap[at] = g->heap[child];
		at = child;
	}
	g->heap[at] = last;
	return top;
}

// Writes what was held back until `now`.
static void release_due(struct generator *g, int64_t now)
{
	struct held h;

	while (g->held_n > 0 && g->heap[0].due <= now) {
		h = unhold(g);
		emit(g, h.line, h.n);
		free(h.line);
	}
}

// The agent holds back an event whose process it does not know yet: so one
// line in ten comes up to --shuffle seconds late.
static bool hold_back(struct generator *g, const struct text *line)
{
	struct held h = {.n = line->n};

	if (g->opt.shuffle_ns == 0 || !rng_chance(&g->world.rng, 1000))
		return false;
	h.due = g->world.now + (int64_t)(rng_next(&g->world.rng) %
					 (uint64_t)g->opt.shuffle_ns);
	h.line = malloc(line->n);
	if (!h.line)
		gen_die(3, "out of memory", NULL);
	memcpy(h.line, line->at, line->n);
	hold(g, h);
	return true;
}

// Counts members (keys) and values (what is neither object nor list).
static void count_fields(struct stats *s, const char *p, size_t n)
{
	uint64_t members = 0, commas = 0;
	bool in_string = false;

	for (size_t i = 0; i < n; i++) {
		if (in_string && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			in_string = !in_string;
		else if (!in_string && p[i] == ':')
			members++;
		else if (!in_string && p[i] == ',')
			commas++;
	}
	s->sampled++;
	s->members += members;
	// an object or list has one entry more than commas and is itself an
	// entry of another: only the outermost one's is left over
	s->values += commas + 1;
}

static enum event_kind choose_kind(struct rng *r)
{
	uint32_t roll = rng_below(r, 100);
	int kind = 0;

	while (roll >= mix_in_100[kind])
		roll -= mix_in_100[kind++];
	return (enum event_kind)kind;
}

// What happens next: to whom, when, with which stacks.
static void next_scene(struct generator *g, struct scene *s)
{
	struct world *w = &g->world;

	world_tick(w);
	s->kind = choose_kind(&w->rng);
	s->time = w->now - 600 + rng_below(&w->rng, 900);
	s->proc = GEN_NONE;
	if (s->kind == EVENT_EXIT)
		s->proc = world_exit(w);
	else if (s->kind != EVENT_EXEC)
		s->proc = world_any(w);
	if (s->proc == GEN_NONE) {
		s->kind = EVENT_EXEC;
		s->proc = world_exec(w);
	}
	// CPUs hand in their events a little out of order
	if (rng_chance(&w->rng, 40))
		s->time -= rng_below(&w->rng, 2000000);
	s->kernel_stack = s->kind == EVENT_KPROBE && rng_chance(&w->rng, 2500);
	s->user_stack = s->kind == EVENT_KPROBE && rng_chance(&w->rng, 2000);
}

static void next_event(struct generator *g, uint64_t number)
{
	struct scene scene;
	struct text *line = &g->line;

	next_scene(g, &scene);
	line->n = 0;
	line_write(&g->templates, &g->world, &scene, line);
	if (scene.kind == EVENT_EXIT)
		world_bury(&g->world, scene.proc);
	g->stats.events[scene.kind]++;
	g->stats.kernel_stacks += scene.kernel_stack;
	g->stats.user_stacks += scene.user_stack;
	if (g->opt.stats && number % SAMPLE == 0)
		count_fields(&g->stats, line->at, line->n);
	if (!hold_back(g, line))
		emit(g, line->at, line->n);
	release_due(g, g->world.now);
}

static void print_stats(const struct generator *g)
{
	const struct stats *s = &g->stats;
	const struct world *w = &g->world;
	double n = (double)g->opt.events, sampled = (double)s->sampled;
	double kprobes = (double)s->events[EVENT_KPROBE];

	for (int kind = 0; kind < EVENT_KINDS; kind++)
		fprintf(stderr, "%s %.2f %%\n", template_kind_name(kind),
			100 * (double)s->events[kind] / n);
	fprintf(stderr,
		"kprobe with kernel stack %.1f %%, user stack %.1f %%\n",
		100 * (double)s->kernel_stacks / kprobes,
		100 * (double)s->user_stacks / kprobes);
	fprintf(stderr, "command lines with secret %.2f %%, odd %.2f %%\n",
		100 * (double)w->secrets_n / (double)w->args_n,
		100 * (double)w->odd_n / (double)w->args_n);
	fprintf(stderr, "bytes an event %.1f, members %.1f, values %.1f\n",
		(double)s->bytes / n, (double)s->members / sampled,
		(double)s->values / sampled);
}

static void read_file(struct generator *g, const char *path)
{
	struct text t = {0};
	FILE *f = fopen(path, "rb");
	char block[8192];
	size_t n, done;

	if (!f)
		gen_die(3, "cannot open", path);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		text_put(&t, block, n);
	if (ferror(f))
		gen_die(3, "cannot read", path);
	fclose(f);
	done = template_read(&g->templates, &g->world, t.at, t.n);
	if (done < t.n)
		fprintf(stderr,
			"gen-events: warning: '%s': no JSON from byte "
			"%zu on\n",
			path, done);
	text_release(&t);
}

static uint64_t number(const char *s, const char *option)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno || *s < '0' || *s > '9' || *end)
		gen_die(2, "not a number for option", option);
	return v;
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{"events", required_argument, NULL, 'n'},
		{"seed", required_argument, NULL, 's'},
		{"shuffle", required_argument, NULL, 'u'},
		{"pretty", no_argument, NULL, 'p'},
		{"stats", no_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.events = 500000, .seed = 1};
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'n')
			o->events = number(optarg, "--events");
		else if (c == 's')
			o->seed = number(optarg, "--seed");
		else if (c == 'u')
			o->shuffle_ns = (int64_t)(1000000000 *
						  (number(optarg, "--shuffle") %
						   1000000));
		else if (c == 'p')
			o->pretty = true;
		else if (c == 't')
			o->stats = true;
		else
			exit(2);
	}
	if (optind == argc)
		gen_die(2,
			"usage: gen-events [--events N] [--seed S] "
			"[--shuffle SECONDS] [--pretty] [--stats] "
			"TEMPLATE...",
			NULL);
}

int main(int argc, char **argv)
{
	static struct generator g;

	parse(&g.opt, argc, argv);
	world_init(&g.world, g.opt.seed);
	for (int i = optind; i < argc; i++)
		read_file(&g, argv[i]);
	template_read_shapes(&g.templates, &g.world);
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		if (g.templates.n[kind] == 0)
			gen_die(2, "no template holds an event",
				template_kind_name(kind));
	world_populate(&g.world);
	for (uint64_t i = 0; i < g.opt.events; i++)
		next_event(&g, i);
	release_due(&g, INT64_MAX);
	flush(&g);
	if (g.opt.stats)
		print_stats(&g);
	world_release(&g.world);
	template_release(&g.templates);
	text_release(&g.out);
	text_release(&g.line);
	free(g.heap);
	return 0;
}
