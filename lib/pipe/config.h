/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the seed's `config.yaml` (or the whole Kubernetes ConfigMap that
 * carries it). Two sorts of keys set options: those that the seed names
 * (`hotSymbols.aggregationWindowSeconds`; opt.config has them) and a section
 * for each tool with its option names (`rt-canon: {sysroot: /}`). Other
 * sections belong to other tools and are ignored; an unknown key in the
 * tool's own section is an error.
 */
#ifndef RT_CONFIG_H
#define RT_CONFIG_H

#include "pipe/opt.h"

/* Exits 2 with file, line and reason where the file is wrong. */
void config_apply(const struct opt_spec *spec, const char *file);

#endif
