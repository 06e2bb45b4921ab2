/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stdin(const char *file)
{
	return !strcmp(file, "-");
}

/* For the percentage of the progress line; 0 where it cannot be known. */
static uint64_t total_size(const char *const *files, size_t n)
{
	uint64_t sum = 0;
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		if (is_stdin(files[i]) || stat(files[i], &st) != 0 ||
		    !S_ISREG(st.st_mode))
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

void replay_files(struct stage *s, const char *const *files, size_t n)
{
	s->total_bytes = total_size(files, n);
	for (size_t i = 0; i < n; i++) {
		const char *name = is_stdin(files[i]) ? "stdin" : files[i];
		int fd = is_stdin(files[i])
				 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				 : open(files[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0) {
			stage_no_input(s, name, errno);
			continue;
		}
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		if (!stage_feed(s, input_open(fd, name)))
			break;
	}
}
