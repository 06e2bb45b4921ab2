/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a --config file: it is taken, or it is refused with exit code
 * 2 and a message; never a crash, never a hang. The messages go to a file in
 * memory, a sanitizer's too: to see one, give the input to a tool's --config.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "pipe/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* What a refused file leaves behind goes with the process; here it stays. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static jmp_buf refused;
static bool armed;
static int code;

/* Stands before libc's: config_apply ends the process where a file is bad. */
void exit(int status)
{
	if (armed) {
		code = status;
		longjmp(refused, 1);
	}
	fflush(NULL);
	_exit(status);
}

/*
 * A refused file frees nothing: libyaml's memory and that of buffers (what
 * mem_realloc gives) is kept in a list and freed before the next input. What
 * mem_alloc gives may be meant to stay. These functions stand before libyaml's
 * and those of lib/base/mem.c.
 */
struct block {
	struct block *next, *prev;
	size_t n, unused; /* 32 bytes: what follows is aligned */
};

static struct block all = {&all, &all, 0, 0};
static struct block kept = {&kept, &kept, 0, 0};

void *yaml_malloc(size_t n);
void *yaml_realloc(void *p, size_t n);
void yaml_free(void *p);
void *yaml_strdup(const void *s);

static void *block_in(struct block *list, size_t n)
{
	struct block *b = malloc(sizeof(*b) + n);

	if (!b)
		abort();
	*b = (struct block){list->next, list, n, 0};
	list->next->prev = b;
	list->next = b;
	return b + 1;
}

void *mem_alloc(size_t n)
{
	return block_in(&kept, n);
}

void mem_free(void *p)
{
	struct block *b;

	if (!p)
		return;
	b = (struct block *)p - 1;
	b->prev->next = b->next;
	b->next->prev = b->prev;
	free(b);
}

void *mem_realloc(void *p, size_t n)
{
	void *q = block_in(&all, n);

	if (p)
		memcpy(q, p, MIN(n, ((struct block *)p - 1)->n));
	mem_free(p);
	return q;
}

void *mem_zalloc(size_t n)
{
	return memset(mem_alloc(n), 0, n);
}

void *mem_dup(const void *p, size_t n)
{
	return n ? memcpy(mem_alloc(n), p, n) : mem_alloc(0);
}

char *mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

char *mem_sv(sv s)
{
	char *p = mem_zalloc(s.n + 1);

	return s.n ? memcpy(p, s.p, s.n) : p;
}

void *yaml_malloc(size_t n)
{
	return block_in(&all, n);
}

void yaml_free(void *p)
{
	mem_free(p);
}

void *yaml_realloc(void *p, size_t n)
{
	return mem_realloc(p, n);
}

void *yaml_strdup(const void *s)
{
	size_t n = s ? strlen(s) + 1 : 0;

	return s ? memcpy(yaml_malloc(n), s, n) : NULL;
}

static void apply(const char *file)
{
	static const char *const choices[] = {"one", "two", NULL};
	bool flag = false;
	const char *text = NULL, *choice = NULL;
	uint64_t n = 1, size = 1, time = 1;
	double real = 0;
	struct opt rows[] = {
		{.help = "Section"},
		{.name = "flag", .kind = OPT_FLAG, .dst = &flag},
		{.name = "text", .kind = OPT_STRING, .dst = &text},
		{.name = "n", .kind = OPT_UINT, .dst = &n, .min = 1, .max = 9},
		{.name = "size", .kind = OPT_SIZE, .dst = &size},
		{.name = "window", .kind = OPT_DURATION, .dst = &time,
		 .config = "hotSymbols.aggregationWindowSeconds"},
		{.name = "real", .kind = OPT_REAL, .dst = &real,
		 .config = "hotSymbols.minConfidenceThreshold"},
		{.name = "choice", .kind = OPT_CHOICE, .dst = &choice,
		 .choices = choices},
	};
	struct opt_spec spec = {.prog = "rt-x", .summary = "", .operands = "",
				.opts = rows, .n = ARRAY_LEN(rows)};

	config_apply(&spec, file);
	if (n < 1 || n > 9 || !(real >= 0 && real <= 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1, quiet = -1, err = -1;
	char file[64];

	if (fd < 0) {
		fd = memfd_create("config", MFD_CLOEXEC);
		quiet = memfd_create("stderr", MFD_CLOEXEC);
		err = dup(STDERR_FILENO);
	}
	if (ftruncate(fd, 0) != 0 || ftruncate(quiet, 0) != 0 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	lseek(quiet, 0, SEEK_SET);
	dup2(quiet, STDERR_FILENO);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	code = 0;
	armed = true;
	if (!setjmp(refused))
		apply(file);
	armed = false;
	while (all.next != &all)
		mem_free(all.next + 1);
	dup2(err, STDERR_FILENO);
	/* Refused: with 2, and a word about it. */
	if (code != 0 && (code != 2 || lseek(quiet, 0, SEEK_END) == 0))
		abort();
	return 0;
}
