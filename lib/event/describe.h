/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe.h - what structured messages say of the record they are about:
 * the seed's eventId, probeType, containerId and processName.
 */
#ifndef RT_DESCRIBE_H
#define RT_DESCRIBE_H

#include "event/record.h"
#include "pipe/diag.h"

/* Views into the record; what a kind does not have stays empty. */
void describe_record(const struct record *r, struct diag_record *d);

#endif
