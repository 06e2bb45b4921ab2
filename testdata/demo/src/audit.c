/* The audit log: one writer thread, one slot. The caller waits until its line
 * is taken and written. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shop.h"
#include "sys.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	char line[96];
	int fd;
} slot = {.lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER};

/* Through libc's write(): its frame is there, this function's frame is lost. */
static FRAME int flush_line(int fd, const char *line)
{
	return write(fd, line, strlen(line)) > 0 ? 1 : 0;
}

static FRAME int drain_slot(void)
{
	int written = flush_line(slot.fd, slot.line);

	slot.line[0] = '\0';
	return written;
}

static void *audit_main(void *unused)
{
	pthread_mutex_lock(&slot.lock);
	for (;;) {
		while (!slot.line[0])
			pthread_cond_wait(&slot.turn, &slot.lock);
		drain_slot();
		pthread_cond_broadcast(&slot.turn);
	}
	return unused;
}

FRAME int audit_start(const char *path)
{
	pthread_t thread;

	slot.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	return slot.fd < 0 || pthread_create(&thread, NULL, audit_main, NULL)
		       ? -1
		       : 0;
}

void audit_line(const char *verb, const char *what, long cents)
{
	pthread_mutex_lock(&slot.lock);
	snprintf(slot.line, sizeof(slot.line), "audit %s %s %ld\n", verb, what,
		 cents);
	pthread_cond_broadcast(&slot.turn);
	while (slot.line[0])
		pthread_cond_wait(&slot.turn, &slot.lock);
	pthread_mutex_unlock(&slot.lock);
}
