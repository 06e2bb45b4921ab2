/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The tool beside us, or its bare name for PATH. */
static void find_tool(const char *name, char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash && (size_t)(slash - path) + strlen(name) + 2 < PATH_MAX) {
		memcpy(slash + 1, name, strlen(name) + 1);
		if (access(path, X_OK) == 0)
			return;
	}
	snprintf(path, PATH_MAX, "%s", name);
}

/* in and out become its stdin and stdout. */
static int start(const struct pipeline_stage *s, int in, int out, pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	char path[PATH_MAX];
	int wrong;

	find_tool(s->argv[0], path);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO);
	wrong = posix_spawnp(pid, path, &fa, NULL,
			     (char *const *)(uintptr_t)s->argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	return wrong;
}

static bool wait_for(pid_t pid, struct rt_err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	*err = (struct rt_err){.msg = WIFSIGNALED(status) ? "a signal ended it"
							  : "it failed"};
	return WIFEXITED(status) && WEXITSTATUS(status) <= 1;
}

bool pipeline_run(struct pipeline_stage *stages, size_t n, size_t *which,
		  struct rt_err *err)
{
	pid_t pids[PIPELINE_MAX_STAGES];
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t started = 0;
	bool ok = true;

	*which = 0;
	while (started < n && ok) {
		bool last = started + 1 == n;
		int ends[2] = {-1, -1};
		int wrong = last ? 0 : pipe2(ends, O_CLOEXEC) ? errno : 0;

		if (last)
			ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (!wrong)
			wrong = start(&stages[started], in, ends[1],
				      &pids[started]);
		close(in);
		close(ends[1]);
		in = ends[0];
		ok = !wrong;
		if (ok) {
			started++;
			continue;
		}
		*which = started;
		*err = (struct rt_err){.sys_errno = wrong,
				       .msg = "cannot be started"};
	}
	if (in >= 0)
		close(in);
	for (size_t i = 0; i < started; i++) {
		struct rt_err e;

		if (wait_for(pids[i], &e) || !ok)
			continue;
		ok = false;
		*which = i;
		*err = e;
	}
	return ok;
}
