/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/dsse.h"

void dsse_pae(struct buf *out, sv type, sv payload)
{
	buf_printf(out, "DSSEv1 %zu ", type.n);
	buf_sv(out, type);
	buf_printf(out, " %zu ", payload.n);
	buf_sv(out, payload);
}
