#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include <setjmp.h>

/* One request, as read from a connection: "order SKU QTY", "pick ID QTY" or
 * "refund ORDER". */
struct request {
	int fd;
	char verb[16];
	char what[32];
	int qty;
	jmp_buf bail;
};

struct shop {
	unsigned short payment_port;
	long (*score)(long cents, int qty);
};

extern struct shop shop;

/* order.c: both answer on r->fd; a bad request leaves through r->bail. */
long order_place(struct request *r);
long order_pick(struct request *r);

/* audit.c: lines are written by a thread of their own. */
int audit_start(const char *path);
void audit_line(const char *verb, const char *what, long cents);

/* spawn.c: runs `worker-slim` on the order; the child is not waited for. */
int refund_spawn(const char *order);

#endif
