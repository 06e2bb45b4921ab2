/* shopd: a one-thread order server on loopback, made to be traced. */
#define _GNU_SOURCE /* accept4 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shop.h"
#include "sys.h"

struct shop shop;

static FRAME void config_load(const char *path)
{
	char text[256];
	FILE *f = fopen(path, "r");

	while (f && fgets(text, sizeof(text), f))
		setenv("SHOP_CONFIGURED", text, 1);
	if (f)
		fclose(f);
}

/* A plugin, so that one module is mapped only after the start. */
static FRAME int score_load(void)
{
	void *lib = dlopen("/opt/shop/lib/libscore.so", RTLD_NOW);

	if (lib)
		shop.score = (long (*)(long, int))dlsym(lib, "score_order");
	return shop.score ? 0 : -1;
}

static FRAME int server_listen(unsigned short port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 16) < 0)
		return -1;
	return fd;
}

static FRAME long reply(int fd, const char *text)
{
	return sys_write(fd, text, strlen(text));
}

static FRAME long dispatch(struct request *r)
{
	if (!strcmp(r->verb, "order"))
		return order_place(r) + 1;
	if (!strcmp(r->verb, "pick"))
		return order_pick(r) + 1;
	if (!strcmp(r->verb, "refund"))
		return refund_spawn(r->what) + 1;
	return 0;
}

static FRAME int handle(struct request *r)
{
	char text[64];
	long n = sys_read(r->fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%15s %31s %d", r->verb, r->what, &r->qty) < 2)
		return -1;
	if (setjmp(r->bail))
		return 1;
	return reply(r->fd, dispatch(r) > 0 ? "ok\n" : "no\n") > 0;
}

/* Ends with the request "stop x". */
static FRAME int serve(int listener)
{
	struct request r;
	int handled = 0;

	do {
		memset(&r, 0, sizeof(r));
		r.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (r.fd >= 0)
			handled += handle(&r);
		close(r.fd);
	} while (strcmp(r.verb, "stop"));
	return handled;
}

/* Options are --listen=PORT, --payments=PORT; --db-password=... is taken and
 * not used. */
static unsigned short option_port(char **argv, const char *name)
{
	size_t n = strlen(name);

	for (; *argv; argv++)
		if (!strncmp(*argv, name, n))
			return (unsigned short)atoi(*argv + n);
	return 0;
}

int main(int argc, char **argv)
{
	int listener;

	(void)argc;
	signal(SIGCHLD, SIG_IGN);
	config_load("/opt/shop/etc/shopd.conf");
	shop.payment_port = option_port(argv, "--payments=");
	listener = server_listen(option_port(argv, "--listen="));
	if (listener < 0 || score_load() < 0 ||
	    audit_start("/opt/shop/var/audit.log") < 0)
		return 1;
	return serve(listener) > 0 ? 0 : 1;
}
