/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - waiting until something changes in directories: inotify(7), and a
 * look now and then for what it does not tell (network file systems, no
 * watches left).
 */
#ifndef RT_WATCH_H
#define RT_WATCH_H

#include "base/base.h"

struct watch {
	int fd;	    /* -1: by looking only */
	bool blind; /* a directory without a watch */
	bool news;  /* something was said that nobody waited for */
};

void watch_open(struct watch *w);
void watch_close(struct watch *w);
/* A directory; again is no harm. */
void watch_add(struct watch *w, const char *dir);
/* Did names come, go or change since the last call? */
bool watch_names_changed(struct watch *w);
/* Until there is news (or was since `news` was cleared), or it is time to look,
 * or a signal comes. */
void watch_wait(struct watch *w);

#endif
