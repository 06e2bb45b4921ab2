/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "pipe/stop.h"

#define NAMES (IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)
#define LOOK_MS 500
#define BLIND_LOOK_MS 100

void watch_open(struct watch *w)
{
	*w = (struct watch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
}

void watch_close(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

void watch_add(struct watch *w, const char *dir)
{
	if (w->fd < 0 ||
	    inotify_add_watch(w->fd, *dir ? dir : ".", NAMES | IN_MODIFY) < 0)
		w->blind = true;
}

bool watch_names_changed(struct watch *w)
{
	_Alignas(struct inotify_event) char raw[16 * 1024];
	bool changed = false;
	ssize_t r;

	if (w->fd < 0)
		return false;
	while ((r = read(w->fd, raw, sizeof(raw))) > 0) {
		w->news = true;
		for (ssize_t at = 0; at < r;) {
			struct inotify_event *e = (void *)(raw + at);

			changed |= (e->mask & (NAMES | IN_Q_OVERFLOW)) != 0;
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	return changed;
}

void watch_wait(struct watch *w)
{
	struct pollfd p = {.fd = w->fd, .events = POLLIN};

	if (!stop_now() && !w->news)
		poll(&p, 1, w->fd < 0 || w->blind ? BLIND_LOOK_MS : LOOK_MS);
}
