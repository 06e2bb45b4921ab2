/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agentinfo.h - where the agent listens. It writes `tetragon-info.json` with
 * its server_address (pkg/bugtool and cmd/tetra read the same file); without
 * one the places are those of its packages and its oldest default.
 */
#ifndef RT_AGENTINFO_H
#define RT_AGENTINFO_H

#include "base/base.h"

#define AGENTINFO_FILE "/var/run/tetragon/tetragon-info.json"

/*
 * A gRPC target, owned by the caller. address NULL: look. An address without
 * a port gets 54321, as the agent has it.
 */
char *agentinfo_target(const char *address, const char *info_file);

/* Does the target stay on this machine (unix socket or loopback)? */
bool agentinfo_is_local(const char *target);
bool agentinfo_is_unix(const char *target);

#endif
