/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objread.h - one object of JSON text as a record: an event as the agent
 * writes it, in an envelope or not, or what a stage wrote ("kind").
 */
#ifndef RT_OBJREAD_H
#define RT_OBJREAD_H

#include "base/base.h"
#include "base/buf.h"
#include "codec/jread.h"
#include "event/record.h"
#include "stream/envelope.h"

struct objread {
	struct jread *reader;
	struct buf wire; /* the record read */
	struct envelope envelope;
	/*
	 * Of the last object. ENVELOPE_DOCKER, which only comes where `docker`
	 * was given, makes it no record but a line of a log.
	 */
	enum envelope_kind kind;
};

void objread_init(struct objread *o);
void objread_release(struct objread *o);

/*
 * The whole text, JREAD_PADDING behind it; rec lives until the next call.
 * JREAD_BAD: err. JREAD_TRAILING: something follows the object.
 */
enum jread_status objread_text(struct objread *o, sv text, bool docker,
			       struct record *rec, struct rt_err *err);

#endif
