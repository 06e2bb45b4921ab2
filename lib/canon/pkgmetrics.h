/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pkgmetrics.h - metrics of what finds the packages of files.
 */
#ifndef RT_PKGMETRICS_H
#define RT_PKGMETRICS_H

#include "package/packages.h"

/* Once, and to bring the values up to date. */
void pkgmetrics_register(void);
void pkgmetrics_update(const struct packages *p);

#endif
