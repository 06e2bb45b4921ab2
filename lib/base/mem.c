/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

static NORETURN void out_of_memory(void)
{
	static const char msg[] = "tetrapipe: error: out of memory\n";

	if (write(STDERR_FILENO, msg, sizeof(msg) - 1) < 0)
		_exit(3);
	_exit(3);
}

void *mem_realloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *mem_alloc(size_t n)
{
	return mem_realloc(NULL, n);
}

void *mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *mem_dup(const void *p, size_t n)
{
	void *q = mem_alloc(n);

	return n ? memcpy(q, p, n) : q;
}

char *mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

char *mem_sv(sv s)
{
	char *q = mem_alloc(s.n + 1);

	if (s.n)
		memcpy(q, s.p, s.n);
	q[s.n] = '\0';
	return q;
}

void mem_free(void *p)
{
	free(p);
}
