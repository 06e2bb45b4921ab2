/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that reports its own stack as an agent would: return addresses
 * by backtrace(3), modules and file offsets from /proc/self/maps, one event a
 * line. The addresses themselves go to standard error.
 */
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "walk.h"

static void print_frame(FILE *maps, unsigned long pc, int first)
{
	unsigned long start, end, offset;
	char line[4352], path[4096];

	rewind(maps);
	while (fgets(line, sizeof(line), maps)) {
		path[0] = '\0';
		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %4095[^\n]", &start,
			   &end, &offset, path) < 3 ||
		    pc < start || pc >= end)
			continue;
		printf("%s{\"offset\":\"%lu\",\"module\":\"%s\"}",
		       first ? "" : ",", pc - start + offset, path);
		fprintf(stderr, "%lx\n", pc);
		return;
	}
}

void report_stack(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	void *pcs[64];
	int n = backtrace(pcs, 64);

	if (!maps)
		exit(1);
	printf("{\"process_kprobe\":{\"process\":{\"exec_id\":\"x\"},"
	       "\"function_name\":\"__x64_sys_write\",\"user_stack_trace\":[");
	for (int i = 0; i < n; i++)
		print_frame(maps, (unsigned long)pcs[i], i == 0);
	printf("]},\"node_name\":\"n\",\"time\":\"2026-01-01T00:00:00Z\"}\n");
	fclose(maps);
}

__attribute__((noinline)) static int compare(const void *a, const void *b)
{
	static int reported;

	if (!reported++)
		report_stack();
	return *(const int *)a - *(const int *)b;
}

int main(void)
{
	int list[] = {2, 1};

	return sort_in_library(list, 2, compare) == 1 ? 0 : 1;
}
