#ifndef SHOP_CATALOG_H
#define SHOP_CATALOG_H

#ifdef __cplusplus
extern "C" {
#endif

/* Reserves qty pieces; the number of pages read, or -1. */
long catalog_reserve(const char *sku, int qty);
long catalog_reserve_id(int id, int qty);

#ifdef __cplusplus
}
#endif

#endif
