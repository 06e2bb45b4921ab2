/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/stop.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t asked;	   /* the signal */
static volatile sig_atomic_t status_asked; /* SIGUSR1 */
static bool source;
static int drain_ms = 5000;
static int64_t drain_until; /* ms, CLOCK_MONOTONIC; 0: not draining yet */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void on_stop(int sig)
{
	asked = sig;
}

static void on_status(int sig)
{
	(void)sig;
	status_asked = 1;
}

void stop_init(bool at_once)
{
	/* RESETHAND: the second signal kills. No RESTART: reads wake up. */
	struct sigaction stop = {.sa_handler = on_stop,
				 .sa_flags = (int)SA_RESETHAND};
	struct sigaction status = {.sa_handler = on_status};
	struct sigaction old;

	source = at_once;
	if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGUSR1, &status, NULL);
}

void stop_keep_catching(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct sigaction stop = {.sa_handler = on_stop};
	struct sigaction old;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(signals[i], &stop, NULL);
}

void stop_set_drain_ms(int ms)
{
	drain_ms = ms;
}

int stop_wait_ms(void)
{
	int64_t left;

	if (!asked)
		return -1;
	if (source)
		return 0;
	if (!drain_until)
		drain_until = now_ms() + drain_ms;
	left = drain_until - now_ms();
	return left > 0 ? (int)left : 0;
}

bool stop_now(void)
{
	return asked && stop_wait_ms() == 0;
}

int stop_signal(void)
{
	return asked;
}

bool stop_status_asked(void)
{
	if (!status_asked)
		return false;
	status_asked = 0;
	return true;
}

void stop_die(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	_exit(128 + sig);
}
