/* Orders: price, reserve, score, pay. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catalog.h"
#include "pricing.h"
#include "shop.h"
#include "sys.h"

/*
 * Does not return, and the compiler knows: whoever calls it may have nothing
 * after the call, so that the return address on the stack already belongs to
 * the next function in the file. Cold functions stand without padding between
 * them, so that it really is the next function's first byte.
 */
static FRAME COLD _Noreturn void order_reject(struct request *r, int code)
{
	char text[32];
	long n = snprintf(text, sizeof(text), "rejected %d\n", code);

	sys_write(r->fd, text, n);
	longjmp(r->bail, code);
}

static FRAME COLD void quantity_refused(struct request *r)
{
	order_reject(r, r->qty < 0 ? 400 : 422);
}

static FRAME int quantity_check(struct request *r)
{
	if (r->qty <= 0)
		quantity_refused(r);
	return r->qty > 5000 ? 5000 : r->qty;
}

static FRAME long payment_send(int fd, long cents)
{
	char text[32];
	long n = snprintf(text, sizeof(text), "pay %ld\n", cents);

	return sys_write(fd, text, n);
}

static FRAME int payment_connect(unsigned short port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sys4(SYS_connect, fd, (long)&a, sizeof(a), 0) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static FRAME long payment_authorize(long cents)
{
	int fd = payment_connect(shop.payment_port);
	long sent = fd < 0 ? -1 : payment_send(fd, cents);

	close(fd);
	return sent;
}

static FRAME long order_settle(struct request *r, long cents)
{
	long risk = shop.score(cents, r->qty);
	long paid = risk < 95 ? payment_authorize(cents) : -1;

	audit_line(r->verb, r->what, cents);
	return paid;
}

long order_place(struct request *r)
{
	int qty = quantity_check(r);
	long cents = pricing_quote(r->what, qty);
	long pages = catalog_reserve(r->what, qty);

	return cents < 0 || pages < 0 ? -1 : order_settle(r, cents);
}

long order_pick(struct request *r)
{
	int qty = quantity_check(r);
	long pages = catalog_reserve_id(atoi(r->what), qty);

	audit_line(r->verb, r->what, pages);
	return pages;
}
