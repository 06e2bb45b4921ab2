/* libpricing: what an order costs. Plain C, a few static functions, one
 * recursion. */
#include "pricing.h"

#include <stdio.h>
#include <string.h>

#include "sys.h"

#define RATES "/opt/shop/share/rates/eu.tab"
#define ALERTS "/opt/shop/var/bulk-alerts.log"

/* Every caller passes the same flags and mode: gcc makes a .constprop clone of
 * it. */
static FRAME long table_slurp(const char *path, char *buf, long size, int flags,
			      int mode)
{
	int fd = sys_open(path, flags, mode);
	long n;

	if (fd < 0)
		return -1;
	n = sys_read(fd, buf, size - 1);
	sys_close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

static FRAME long rate_lookup(char part)
{
	char table[256];
	char *line;
	char key[2] = {part, '\0'};
	long cents = -1;

	if (table_slurp(RATES, table, sizeof(table), O_RDONLY, 0) <= 0)
		return -1;
	for (line = strtok(table, "\n"); line; line = strtok(NULL, "\n"))
		if (line[0] == key[0])
			sscanf(line + 2, "%ld", &cents);
	return cents;
}

/* A bundle is its first part plus the bundle of the rest: one frame a part. */
static FRAME long bundle_rate(const char *sku)
{
	const char *rest = strchr(sku, '+');
	long tail = rest ? bundle_rate(rest + 1) : 0;
	long head = rate_lookup(*sku);

	return head < 0 || tail < 0 ? -1 : head + tail;
}

static FRAME COLD long bulk_alert(const char *sku, int qty)
{
	char text[80];
	int fd = sys_open(ALERTS, O_WRONLY | O_CREAT | O_APPEND, 0640);
	long n = snprintf(text, sizeof(text), "bulk order: %d of %s\n", qty,
			  sku);

	n = sys_write(fd, text, n);
	sys_close(fd);
	return n;
}

long pricing_quote(const char *sku, int qty)
{
	long each = bundle_rate(sku);
	long percent = qty > 10 ? 90 : 100;

	/* The call sits in pricing_quote.cold, away from the function's other
	 * code. */
	if (__builtin_expect(qty > 1000, 0))
		percent -= bulk_alert(sku, qty) > 0 ? 5 : 4;
	return each < 0 ? -1 : each * qty * percent / 100;
}
