/* SPDX-License-Identifier: Apache-2.0 */
#include "root/images.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "root/root.h"

struct image {
	char hex[IMAGES_HEX_LEN];
	int root;
	uint64_t id;
	struct image *next;
};

struct images {
	struct table table;
	struct image *list, *last;
};

struct images *images_new(void)
{
	return mem_zalloc(sizeof(struct images));
}

void images_free(struct images *im)
{
	if (!im)
		return;
	while (im->list) {
		struct image *i = im->list;

		im->list = i->next;
		close(i->root);
		mem_free(i);
	}
	table_release(&im->table);
	mem_free(im);
}

static bool same_hex(const void *entry, const void *key)
{
	const struct image *i = entry;

	return memcmp(i->hex, ((const sv *)key)->p, IMAGES_HEX_LEN) == 0;
}

bool images_digits(sv digest, char hex[IMAGES_HEX_LEN])
{
	size_t colon = sv_rfind(digest, ':');
	sv head = colon == SIZE_MAX ? SV_NULL : sv_first(digest, colon);
	sv d = colon == SIZE_MAX ? digest : sv_from(digest, colon + 1);

	if (d.n != IMAGES_HEX_LEN ||
	    (colon != SIZE_MAX && !sv_ends(head, SV("sha256"))))
		return false;
	for (size_t i = 0; i < IMAGES_HEX_LEN; i++) {
		char c = d.p[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		hex[i] = c;
	}
	return true;
}

static bool fail(struct rt_err *err, const char *msg, int sys_errno)
{
	*err = (struct rt_err){.msg = msg, .sys_errno = sys_errno};
	return false;
}

static bool add_row(struct images *im, const char *row, struct rt_err *err)
{
	const char *eq = strchr(row, '=');
	char hex[IMAGES_HEX_LEN];
	sv key = {hex, IMAGES_HEX_LEN};
	struct image *i;
	int root;

	if (!eq || !images_digits((sv){row, (size_t)(eq - row)}, hex))
		return fail(err, "not of the form sha256:<64 hex>=DIR", 0);
	if (table_get(&im->table, hash64(key, 0), same_hex, &key))
		return fail(err, "the image was named before", 0);
	root = root_open(eq + 1, err);
	if (root < 0)
		return false;
	i = mem_zalloc(sizeof(*i));
	memcpy(i->hex, hex, IMAGES_HEX_LEN);
	i->root = root;
	i->id = im->table.n + 1;
	i->next = im->list;
	im->list = i;
	table_add(&im->table, hash64(key, 0), i);
	return true;
}

static bool add_file(struct images *im, const char *name, struct rt_err *err)
{
	FILE *f = fopen(name, "re");
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t n;
	bool ok = true;

	if (!f)
		return fail(err, "cannot read file", errno);
	while (ok && (n = getline(&line, &size, f)) > 0) {
		number++;
		while (n && strchr(" \t\r\n", line[n - 1]))
			line[--n] = '\0';
		if (n && line[0] != '#')
			ok = add_row(im, line, err);
	}
	if (!ok)
		err->pos = number;
	else if (ferror(f))
		ok = fail(err, "cannot read file", errno);
	free(line);
	fclose(f);
	return ok;
}

bool images_add(struct images *im, const char *row, struct rt_err *err)
{
	*err = (struct rt_err){0};
	return row[0] == '@' ? add_file(im, row + 1, err)
			     : add_row(im, row, err);
}

int images_find(struct images *im, sv digest, uint64_t *id)
{
	struct image *i = im->last;
	char hex[IMAGES_HEX_LEN];
	sv key = {hex, IMAGES_HEX_LEN};

	if (!images_digits(digest, hex))
		return -1;
	if (!i || memcmp(i->hex, hex, IMAGES_HEX_LEN) != 0)
		i = table_get(&im->table, hash64(key, 0), same_hex, &key);
	if (!i)
		return -1;
	im->last = i;
	*id = i->id;
	return i->root;
}
