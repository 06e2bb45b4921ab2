/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"

#define MAX_MESSAGE 4096
#define MAX_KINDS 64
#define PRINTED_OF_A_KIND 5

static struct {
	const char *prog;
	enum diag_level level;
	bool json;
	const struct diag_record *record;
	struct {
		const char *kind;
		uint64_t n;
	} kinds[MAX_KINDS];
} state = {.prog = "tetrapipe", .level = DIAG_WARN};

void diag_init(const char *prog)
{
	state.prog = prog;
}

void diag_set_level(enum diag_level level)
{
	state.level = level;
}

void diag_set_json(bool on)
{
	state.json = on;
}

void diag_set_record(const struct diag_record *r)
{
	state.record = r;
}

const char *diag_prog(void)
{
	return state.prog;
}

/* Text that a terminal or a log line cannot be tricked with. */
static void neutralise(char *s)
{
	char *end = s + strlen(s);

	while (s < end) {
		size_t k = utf8_seq(s, end);
		bool c1 = k == 2 && (unsigned char)s[0] == 0xc2 &&
			  (unsigned char)s[1] < 0xa0;

		if (!k || c1 || (unsigned char)*s < 0x20 || *s == 0x7f)
			memset(s, '?', k ? k : 1);
		s += k ? k : 1;
	}
}

/* Appends `"name":"value"` with a comma before; cut rather than overrun. */
static size_t json_member(char *out, size_t n, const char *name, sv value)
{
	n += (size_t)snprintf(out + n, MAX_MESSAGE - n, ",\"%s\":\"", name);
	while (value.n && n + 8 < MAX_MESSAGE) {
		size_t k = utf8_seq(value.p, sv_end(value));
		unsigned char c = (unsigned char)*value.p;

		if (c == '"' || c == '\\')
			out[n++] = '\\';
		if (!k || c < 0x20 || c == 0x7f)
			out[n++] = '?';
		else
			memcpy(out + n, value.p, k);
		n += k && c >= 0x20 && c != 0x7f ? k : 0;
		value = sv_from(value, k ? k : 1);
	}
	out[n++] = '"';
	return n;
}

static size_t json_line(char *out, const char *word, const char *text)
{
	const struct diag_record *r = state.record;
	size_t n = (size_t)snprintf(out, MAX_MESSAGE, "{\"level\":\"%s\"", word);

	n = json_member(out, n, "tool", sv_str(state.prog));
	n = json_member(out, n, "msg", sv_first(sv_str(text), 2048));
	if (r) {
		n = json_member(out, n, "eventId", sv_first(r->event_id, 64));
		n = json_member(out, n, "probeType", r->probe_type);
		n = json_member(out, n, "containerId",
				sv_first(r->container_id, 128));
		n = json_member(out, n, "processName",
				sv_first(r->process_name, 256));
	}
	out[n++] = '}';
	out[n++] = '\n';
	return n;
}

static void say(const char *word, const char *fmt, va_list ap)
{
	char text[MAX_MESSAGE - 256], out[MAX_MESSAGE];
	int saved = errno;
	size_t n;

	vsnprintf(text, sizeof(text), fmt, ap);
	neutralise(text);
	if (state.json)
		n = json_line(out, word, text);
	else
		n = (size_t)snprintf(out, sizeof(out), "%s: %s: %s\n",
				     state.prog, word, text);
	/* Nobody is left to tell where stderr itself fails. */
	if (write(STDERR_FILENO, out, MIN(n, sizeof(out))) < 0)
		errno = saved;
	errno = saved;
}

#define SAY(word)                          \
	do {                               \
		va_list ap;                \
		va_start(ap, fmt);         \
		say(word, fmt, ap);        \
		va_end(ap);                \
	} while (0)

void diag_error(const char *fmt, ...)
{
	SAY("error");
}

void diag_warn(const char *fmt, ...)
{
	if (state.level >= DIAG_WARN)
		SAY("warning");
}

void diag_info(const char *fmt, ...)
{
	if (state.level >= DIAG_INFO)
		SAY("info");
}

void diag_detail(const char *fmt, ...)
{
	SAY("detail");
}

void diag_hint(const char *fmt, ...)
{
	SAY("hint");
}

bool diag_allow(const char *kind)
{
	for (size_t i = 0; i < MAX_KINDS; i++) {
		if (!state.kinds[i].kind)
			state.kinds[i].kind = kind;
		if (strcmp(state.kinds[i].kind, kind) == 0)
			return ++state.kinds[i].n <= PRINTED_OF_A_KIND;
	}
	return false;
}

void diag_summary(void)
{
	for (size_t i = 0; i < MAX_KINDS && state.kinds[i].kind; i++)
		if (state.kinds[i].n > PRINTED_OF_A_KIND)
			diag_warn("%llu more times: %s",
				  (unsigned long long)(state.kinds[i].n -
						       PRINTED_OF_A_KIND),
				  state.kinds[i].kind);
}
