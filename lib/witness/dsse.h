/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsse.h - the bytes that a DSSE signature is over (pre-authentication
 * encoding, DSSE protocol 1.0.2):
 *
 *	"DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload
 *
 * with lengths in bytes, decimal. The payload is what was there before
 * base64.
 */
#ifndef RT_WITNESS_DSSE_H
#define RT_WITNESS_DSSE_H

#include "base/buf.h"

/* The payload type of in-toto statements. */
#define DSSE_TYPE_INTOTO "application/vnd.in-toto+json"

/* Appends the encoding to out. */
void dsse_pae(struct buf *out, sv type, sv payload);

#endif
