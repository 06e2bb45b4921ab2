/* SPDX-License-Identifier: Apache-2.0 */
/* version.h - of all tools together; it stands in every ledger. */
#ifndef RT_VERSION_H
#define RT_VERSION_H

#define TETRAPIPE_VERSION "0.1.0"

#endif
