/* SPDX-License-Identifier: Apache-2.0 */
#include "canon/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/jwrite.h"
#include "pipe/diag.h"
#include "pipe/output.h"
#include "pipe/stop.h"
#include "names/demangle.h"
#include "elf/elfmod.h"
#include "symbol/resolver.h"
#include "text/termsafe.h"

struct ids {
	const struct debugdirs *debug;
	struct output out;
	enum ids_form form;
	enum tool_exit status;
	struct buf symbol, function_name, id;
	/* Of the file at hand. */
	const char *file;
	struct elfmod *elf;
	struct aliases all;
	int offset_width, size_width;
};

/* One function, named. */
struct function {
	struct elfsym sym;
	bool has_offset;
	uint64_t offset; /* in the file */
	size_t aliases, n_aliases;
};

static void get_function(struct ids *x, size_t i, struct function *f)
{
	struct resolver_frame r = {.found = true};

	elfmod_symbol(x->elf, i, &f->sym);
	f->has_offset = elfmod_file_offset(x->elf, f->sym.start, &f->offset);
	f->aliases = aliases_find(&x->all, f->sym.start);
	f->n_aliases = 0;
	while (f->aliases + f->n_aliases < x->all.n &&
	       x->all.list[f->aliases + f->n_aliases].start == f->sym.start)
		f->n_aliases++;
	x->symbol.n = x->function_name.n = x->id.n = 0;
	demangle_symbol(f->sym.name, elfmod_is_go(x->elf), &x->symbol,
			&x->function_name);
	r.build_id = elfmod_build_id(x->elf);
	r.function_name = buf_view(&x->function_name);
	resolver_function_id(&x->id, &r, 0);
}

static void put_member(struct buf *b, const char *key, sv value)
{
	buf_str(b, ",\"");
	buf_str(b, key);
	buf_str(b, "\":");
	jwrite_string(b, value);
}

static void put_number(struct buf *b, const char *key, uint64_t v)
{
	buf_printf(b, ",\"%s\":\"%llu\"", key, (unsigned long long)v);
}

/* Calls put for each name but the winner's; between them, `between`. */
static void put_aliases(const struct ids *x, const struct function *f,
			struct buf *b, const char *before, const char *between,
			void (*put)(struct buf *, sv))
{
	const char *gap = before;

	for (size_t i = 0; i < f->n_aliases; i++) {
		sv name = alias_name(&x->all, f->aliases + i);

		if (sv_eq(name, f->sym.name))
			continue;
		buf_str(b, gap);
		put(b, name);
		gap = between;
	}
}

static void put_json(struct ids *x, const struct function *f)
{
	struct buf *b = &x->out.buf;
	size_t at;

	buf_str(b, "{\"kind\":\"function\"");
	put_member(b, "module", sv_str(x->file));
	put_member(b, "build_id", elfmod_build_id(x->elf));
	put_member(b, "build_id_kind",
		   sv_str(elfmod_id_kind_name(elfmod_build_id_kind(x->elf))));
	put_member(b, "function_id", buf_view(&x->id));
	put_member(b, "function_name", buf_view(&x->function_name));
	put_member(b, "symbol", buf_view(&x->symbol));
	put_member(b, "raw_symbol", f->sym.name);
	if (f->has_offset)
		put_number(b, "module_offset", f->offset);
	put_number(b, "size", f->sym.size);
	if (f->sym.approx)
		buf_str(b, ",\"approx\":true");
	at = b->n;
	put_aliases(x, f, b, ",\"aliases\":[", ",", jwrite_string);
	buf_str(b, b->n > at ? "]}\n" : "}\n");
}

static void put_shown(struct buf *b, sv name)
{
	termsafe_put(b, name, SIZE_MAX, false);
}

static void put_row(struct ids *x, const struct function *f)
{
	struct buf *b = &x->out.buf;

	if (f->has_offset)
		buf_printf(b, "%#*llx", x->offset_width,
			   (unsigned long long)f->offset);
	else
		buf_printf(b, "%*s", x->offset_width, "-");
	buf_printf(b, "  %*llu%c ", x->size_width,
		   (unsigned long long)f->sym.size, f->sym.approx ? '~' : ' ');
	put_shown(b, buf_view(&x->id));
	put_aliases(x, f, b, "  = ", ", ", put_shown);
	buf_ch(b, '\n');
}

static int digits(uint64_t v, unsigned int base)
{
	int n = 1;

	while (v /= base)
		n++;
	return n;
}

/* The widths that the largest numbers need, and the line above the columns. */
static void begin_table(struct ids *x)
{
	struct buf *b = &x->out.buf;
	uint64_t offset = 0, last_offset = 0, size = 0;
	struct elfsym s;

	for (size_t i = 0; i < elfmod_count(x->elf); i++) {
		elfmod_symbol(x->elf, i, &s);
		size = MAX(size, s.size);
		if (elfmod_file_offset(x->elf, s.start, &offset))
			last_offset = MAX(last_offset, offset);
	}
	x->offset_width = MAX(6, 2 + digits(last_offset, 16));
	x->size_width = MAX(4, digits(size, 10));
	put_shown(b, sv_str(x->file));
	buf_printf(b, ": build-id %.*s (%s), %zu functions\n",
		   SV_ARG(elfmod_build_id(x->elf)),
		   elfmod_id_kind_name(elfmod_build_id_kind(x->elf)),
		   elfmod_count(x->elf));
	if (elfmod_count(x->elf))
		buf_printf(b, "%*s  %*s  FUNCTION  = ALIASES\n",
			   x->offset_width, "OFFSET", x->size_width, "SIZE");
}

static void list(struct ids *x)
{
	struct function f;

	if (x->form == IDS_TABLE)
		begin_table(x);
	for (size_t i = 0; i < elfmod_count(x->elf); i++) {
		get_function(x, i, &f);
		if (x->form == IDS_TABLE)
			put_row(x, &f);
		else
			put_json(x, &f);
		if (!output_commit(&x->out) || stop_signal())
			return;
	}
}

/* A regular file for reading, or -1 with errno; never waits for a FIFO. */
static int open_regular(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

static void failed(struct ids *x, const struct rt_err *err)
{
	if (err->sys_errno == EINVAL && !err->msg)
		diag_error("'%s' is no regular file", x->file);
	else if (err->sys_errno)
		diag_error("cannot read '%s': %s", x->file,
			   strerror(err->sys_errno));
	else
		diag_error("'%s': %s", x->file, err->msg);
	x->status =
		tool_worst(x->status, err->sys_errno ? TOOL_SYSTEM : TOOL_BAD);
}

static void one_file(struct ids *x, const char *file)
{
	struct rt_err err = {0};
	int fd = open_regular(file);

	x->file = file;
	x->elf = NULL;
	if (fd >= 0) {
		x->elf = elfmod_open_all(fd, x->debug, &x->all, &err);
		close(fd);
	} else {
		err.sys_errno = errno;
	}
	if (!x->elf) {
		failed(x, &err);
		return;
	}
	if (!elfmod_count(x->elf))
		diag_warn("'%s' has no function symbols", file);
	list(x);
	elfmod_free(x->elf);
	aliases_release(&x->all);
}

int ids_run(char *const *files, size_t n, enum ids_form form,
	    const struct debugdirs *debug)
{
	struct ids x = {.form = form, .status = TOOL_OK, .debug = debug};

	output_open(&x.out, STDOUT_FILENO);
	for (size_t i = 0; i < n && !x.out.err && !stop_signal(); i++)
		one_file(&x, files[i]);
	buf_release(&x.symbol);
	buf_release(&x.function_name);
	buf_release(&x.id);
	return tool_end(x.status, output_close(&x.out));
}
