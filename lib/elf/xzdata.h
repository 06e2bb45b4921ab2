/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xzdata.h - a section that was compressed with xz (.gnu_debugdata,
 * "MiniDebugInfo").
 */
#ifndef RT_XZDATA_H
#define RT_XZDATA_H

#include "base/base.h"

/*
 * Decompressed; the caller frees it (mem_free). SV_NULL: damaged, or more than
 * `max` bytes, or needs more than 64 MiB to be decompressed.
 */
sv xzdata_unpack(sv packed, size_t max);

#endif
