#ifndef SHOP_PRICING_H
#define SHOP_PRICING_H

/* Price in cents of qty pieces of sku ("A", or a bundle of parts such as
 * "A+B+C"); -1 if unknown. */
long pricing_quote(const char *sku, int qty);

#endif
