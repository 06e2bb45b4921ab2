/* SPDX-License-Identifier: Apache-2.0 */
/*
 * viewpprof.h - the stacks as perftools.profiles.Profile, as pprof's
 * profile.proto defines it, not yet compressed. One sample type, events of the
 * unit count; a location a function, since there are no run-time addresses;
 * a mapping a module and build-id; the program is the outermost frame.
 */
#ifndef RT_VIEWPPROF_H
#define RT_VIEWPPROF_H

#include "hotsym/view.h"

void viewpprof_write(const struct view_data *d, struct buf *out);

#endif
