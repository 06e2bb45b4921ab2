/* Refunds run in a process of their own. */
#include <stdio.h>
#include <unistd.h>

#include "shop.h"
#include "sys.h"

extern char **environ;

static FRAME long exec_worker(char *const argv[])
{
	return sys4(SYS_execve, (long)argv[0], (long)argv, (long)environ, 0) -
	       1;
}

/* The token is made up; it is here because real command lines carry such
 * things. */
static FRAME int child_main(const char *order)
{
	char option[48];
	char *argv[] = {
		"/opt/shop/bin/worker-slim", "refund", option,
		"--ledger-token=ghp_demo0000refund0000token000000000000", NULL};

	snprintf(option, sizeof(option), "--order=%s", order);
	return exec_worker(argv) < 0 ? 126 : 0;
}

FRAME int refund_spawn(const char *order)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(child_main(order));
	return pid > 0 ? 0 : -1;
}
