/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pbmerge.h - protobuf's rules for wire bytes that nobody writes on purpose
 * (protobuf.dev, "Last One Wins"): of a singular scalar or string the last
 * counts, singular messages are merged, of a oneof the last member counts,
 * scattered list items are gathered.
 */
#ifndef RT_PBMERGE_H
#define RT_PBMERGE_H

#include "base/base.h"
#include "base/buf.h"
#include "codec/schema.h"

/*
 * Appends an equivalent of the well-formed message in which each field stands
 * together, in the order of first appearance; unknown fields come last.
 */
void pbmerge_message(struct buf *out, const struct schema_msg *m, sv wire);

#endif
