/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "pipe/diag.h"
#include "pipe/stop.h"
#include "pipe/tool.h"

/*
 * Whoever signals the whole process group reaches the worker twice, directly
 * and through us, and timeout(1) sends twice anyway: only a signal that comes
 * this much later means "at once".
 */
#define AGAIN_NS 1000000000

static volatile sig_atomic_t worker;
static struct timespec first;

static bool is_again(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!first.tv_sec && !first.tv_nsec) {
		first = now;
		return false;
	}
	return (now.tv_sec - first.tv_sec) * 1000000000L +
		       (now.tv_nsec - first.tv_nsec) >=
	       AGAIN_NS;
}

static void pass_on(int sig)
{
	int saved = errno;

	if (worker > 0)
		kill((pid_t)worker,
		     sig != SIGUSR1 && is_again() ? SIGKILL : sig);
	errno = saved;
}

static void catch (int sig)
{
	struct sigaction a = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
	struct sigaction old;

	if (sigaction(sig, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(sig, &a, NULL);
}

/* Our stdin and stdout are the worker's alone, so that their ends are seen. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

NORETURN static void stand_guard(pid_t pid, const sigset_t *old)
{
	int status = 0;

	worker = pid;
	catch (SIGTERM);
	catch (SIGINT);
	catch (SIGHUP);
	catch (SIGUSR1);
	sigprocmask(SIG_SETMASK, old, NULL);
	let_go();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	worker = 0;
	if (WIFSIGNALED(status))
		stop_die(WTERMSIG(status));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : TOOL_SYSTEM);
}

void guard_start(void)
{
	sigset_t all, old;
	pid_t self = getpid(), pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid > 0)
		stand_guard(pid, &old);
	if (pid < 0) {
		diag_error("cannot fork: %s", strerror(errno));
		exit(TOOL_SYSTEM);
	}
	stop_keep_catching();
	sigprocmask(SIG_SETMASK, &old, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* It may be gone already: then no signal comes. */
	if (getppid() != self)
		raise(SIGTERM);
}
