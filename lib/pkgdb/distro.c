/* SPDX-License-Identifier: Apache-2.0 */
#include "pkgdb/distro.h"

#include "root/root.h"

#define MAX_FILE (64 * KIB)

/* A shell word, unquoted in place: quoting only makes it shorter. */
static sv unquote(char *p, size_t n)
{
	char quote = n && (*p == '"' || *p == '\'') ? *p : '\0';
	size_t from = quote ? 1 : 0, to = 0;

	for (; from < n && (!quote || p[from] != quote); from++) {
		if (p[from] == '\\' && quote == '"' && from + 1 < n)
			from++;
		p[to++] = p[from];
	}
	return (sv){p, to};
}

static void take(struct distro *d, sv key, sv value)
{
	if (sv_eq(key, SV("ID")))
		d->id = value;
	else if (sv_eq(key, SV("VERSION_ID")))
		d->version_id = value;
	else if (sv_eq(key, SV("VERSION_CODENAME")))
		d->codename = value;
}

static void parse(struct distro *d)
{
	char *p = d->text.p, *end = p + d->text.n;

	while (p < end) {
		char *nl = memchr(p, '\n', (size_t)(end - p));
		char *stop = nl ? nl : end;
		char *eq = memchr(p, '=', (size_t)(stop - p));

		if (eq)
			take(d, (sv){p, (size_t)(eq - p)},
			     unquote(eq + 1, (size_t)(stop - eq - 1)));
		p = stop + 1;
	}
}

void distro_parse(struct distro *d, sv text)
{
	d->text.n = 0;
	buf_sv(&d->text, text);
	if (d->text.n)
		parse(d);
}

void distro_read(struct distro *d, int root)
{
	struct rt_err err;

	d->text.n = 0;
	if (!root_read_file(root, SV("/etc/os-release"), MAX_FILE, &d->text,
			    &err)) {
		d->text.n = 0;
		if (!root_read_file(root, SV("/usr/lib/os-release"), MAX_FILE,
				    &d->text, &err))
			return;
	}
	if (d->text.n)
		parse(d);
}

void distro_release(struct distro *d)
{
	buf_release(&d->text);
	*d = (struct distro){0};
}

void distro_text(const struct distro *d, struct buf *out)
{
	if (!d->id.n || !d->version_id.n)
		return;
	buf_sv(out, d->id);
	buf_ch(out, '-');
	buf_sv(out, d->version_id);
}
