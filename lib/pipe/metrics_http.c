/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe/metrics_http.h"

#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "pipe/metrics.h"
#include "pipe/opt.h"

static struct MHD_Daemon *server;
static pthread_mutex_t health_lock = PTHREAD_MUTEX_INITIALIZER;
static char health[256] = "ok\n";
static bool healthy = true;

static enum MHD_Result answer(struct MHD_Connection *c, unsigned int status,
			      const char *type, sv body)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ok;

	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	ok = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result answer_health(struct MHD_Connection *c)
{
	char text[sizeof(health)];
	bool ok;

	pthread_mutex_lock(&health_lock);
	memcpy(text, health, sizeof(text));
	ok = healthy;
	pthread_mutex_unlock(&health_lock);
	return answer(c, ok ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
		      "text/plain", sv_str(text));
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *data_size, void **state)
{
	struct buf b = {0};
	enum MHD_Result r;

	(void)cls, (void)version, (void)data, (void)data_size, (void)state;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return answer(c, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
			      SV("only GET\n"));
	if (!strcmp(url, "/healthz"))
		return answer_health(c);
	if (strcmp(url, "/metrics") != 0)
		return answer(c, MHD_HTTP_NOT_FOUND, "text/plain",
			      SV("/metrics or /healthz\n"));
	metrics_print(&b);
	r = answer(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
		   buf_view(&b));
	buf_release(&b);
	return r;
}

/* Splits HOST:PORT; an empty host is loopback. */
static const char *resolve(const char *addr, struct addrinfo **ai)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
				 .ai_socktype = SOCK_STREAM};
	sv s = sv_str(addr);
	size_t colon = sv_rfind(s, ':');
	struct buf host = {0};
	const char *wrong = NULL;

	if (colon == SIZE_MAX)
		return "not HOST:PORT";
	s = sv_first(s, colon);
	if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = sv_first(sv_from(s, 1), s.n - 2);
	buf_sv(&host, s.n ? s : SV("127.0.0.1"));
	if (getaddrinfo(buf_cstr(&host), addr + colon + 1, &hints, ai) != 0)
		wrong = "no such address";
	buf_release(&host);
	return wrong;
}

const char *metrics_http_start(const char *addr)
{
	struct addrinfo *ai = NULL;
	const char *wrong = resolve(addr, &ai);
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;

	if (wrong)
		return wrong;
	if (ai->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	server = MHD_start_daemon(flags, 0, NULL, NULL, on_request, NULL,
				  MHD_OPTION_SOCK_ADDR, ai->ai_addr,
				  MHD_OPTION_CONNECTION_LIMIT, 16u,
				  MHD_OPTION_CONNECTION_TIMEOUT, 10u,
				  MHD_OPTION_END);
	freeaddrinfo(ai);
	return server ? NULL : "cannot listen there";
}

void metrics_http_start_or_die(const char *addr)
{
	const char *wrong = addr ? metrics_http_start(addr) : NULL;

	if (wrong)
		opt_usage("bad --metrics-listen '%s': %s", addr, wrong);
}

void metrics_http_stop(void)
{
	if (server)
		MHD_stop_daemon(server);
	server = NULL;
}

void metrics_http_health(bool ok, const char *text)
{
	pthread_mutex_lock(&health_lock);
	healthy = ok;
	snprintf(health, sizeof(health), "%s\n", text);
	pthread_mutex_unlock(&health_lock);
}
