/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK (64 * KIB)

bool textfile_read(const char *file, size_t max, struct buf *text)
{
	int fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY)
				   : STDIN_FILENO;
	ssize_t r = fd < 0 ? -1 : 1;

	while (r > 0 && text->n <= max) {
		buf_reserve(text, CHUNK);
		r = read(fd, text->p + text->n, CHUNK);
		if (r < 0 && errno == EINTR)
			r = 1;
		else
			text->n += r > 0 ? (size_t)r : 0;
	}
	if (fd > STDIN_FILENO)
		close(fd);
	return r >= 0;
}
