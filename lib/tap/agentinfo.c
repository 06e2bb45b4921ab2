/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/agentinfo.h"

#include <jansson.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"

#define SOCKET "/var/run/tetragon/tetragon.sock"
#define PORT ":54321"

static char *from_info(const char *file)
{
	json_error_t e;
	json_t *j = json_load_file(file, 0, &e);
	const char *a = json_string_value(json_object_get(j, "server_address"));
	char *copy = a && *a ? mem_strdup(a) : NULL;

	json_decref(j);
	return copy;
}

bool agentinfo_is_unix(const char *target)
{
	return !strncmp(target, "unix:", 5) ||
	       !strncmp(target, "unix-abstract:", 14);
}

/* [v6] and names: is there a port behind them? */
static bool has_port(sv s)
{
	size_t colon = sv_rfind(s, ':');
	size_t bracket = sv_rfind(s, ']');

	if (colon == SIZE_MAX)
		return false;
	return bracket == SIZE_MAX || colon > bracket;
}

static char *with_port(char *address)
{
	struct buf b = {0};
	char *copy;

	if (agentinfo_is_unix(address) || has_port(sv_str(address)))
		return address;
	buf_str(&b, address);
	buf_str(&b, PORT);
	copy = mem_strdup(buf_cstr(&b));
	buf_release(&b);
	mem_free(address);
	return copy;
}

char *agentinfo_target(const char *address, const char *info_file)
{
	struct stat st;
	char *found;

	if (address)
		return with_port(mem_strdup(address));
	found = from_info(info_file);
	if (found)
		return with_port(found);
	if (stat(SOCKET, &st) == 0)
		return mem_strdup("unix://" SOCKET);
	return mem_strdup("localhost" PORT);
}

bool agentinfo_is_local(const char *target)
{
	static const char *const loopback[] = {"localhost:", "127.", "[::1]:",
					       "ipv4:127.", "ipv6:[::1]:"};

	if (agentinfo_is_unix(target))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(loopback); i++)
		if (!strncmp(target, loopback[i], strlen(loopback[i])))
			return true;
	return false;
}
