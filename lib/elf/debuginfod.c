/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/debuginfod.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "elf/elfid.h"

#define PROGRAM "debuginfod-find"

extern char **environ;

/* Starts it with its output in *out; false: errno. */
static bool start(char *const argv[], pid_t *pid, int *out)
{
	posix_spawn_file_actions_t a;
	int fds[2], e;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addopen(&a, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&a, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&a, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	e = posix_spawnp(pid, argv[0], &a, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&a);
	close(fds[1]);
	*out = fds[0];
	if (e) {
		close(fds[0]);
		errno = e;
	}
	return !e;
}

/* Runs it to its end; the first line of what it prints. */
static bool run(char *const argv[], char *line, size_t size)
{
	size_t n = 0;
	ssize_t got;
	pid_t pid;
	int out, status;

	if (!start(argv, &pid, &out))
		return false;
	while ((got = read(out, line + n, size - 1 - n)) > 0 ||
	       (got < 0 && errno == EINTR))
		n += got > 0 ? (size_t)got : 0;
	close(out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	errno = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool debuginfod_usable(struct rt_err *err)
{
	static char program[] = PROGRAM, version[] = "--version";
	char *const argv[] = {program, version, NULL};
	const char *urls = getenv("DEBUGINFOD_URLS");
	char line[256];

	*err = (struct rt_err){.msg = "DEBUGINFOD_URLS names no server"};
	if (!urls || !*urls)
		return false;
	err->msg = PROGRAM " cannot be run";
	return run(argv, line, sizeof(line));
}

int debuginfod_open(sv build_id)
{
	static char program[] = PROGRAM, what[] = "debuginfo";
	char id[2 * ELFID_MAX + 1], path[PATH_MAX];
	char *const argv[] = {program, what, id, NULL};

	if (!build_id.n || build_id.n >= sizeof(id))
		return -1;
	memcpy(id, build_id.p, build_id.n);
	id[build_id.n] = '\0';
	if (!run(argv, path, sizeof(path)) || path[0] != '/')
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}
