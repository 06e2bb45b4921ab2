/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a --config file: it is taken, or it is refused with exit code
 * 2 and a message that names a line; never a crash, never a hang.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
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
	dup2(err, STDERR_FILENO);
	/* Refused: with 2, and a word about it. */
	if (code != 0 && (code != 2 || lseek(quiet, 0, SEEK_END) == 0))
		abort();
	return 0;
}
