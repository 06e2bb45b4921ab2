/* SPDX-License-Identifier: Apache-2.0 */
#include "select/getevents.h"

#include <stdlib.h>

#include "base/mem.h"
#include "codec/pbwire.h"
#include "event/request.h"
#include "select/filterlist.h"

/* Field lists of tetragon.Filter.event_set, by the names of the oneof. */
static uint32_t type_number(sv name)
{
	const struct schema_msg *m = request_response();
	struct buf lower = {0};
	uint32_t num = 0;

	for (size_t i = 0; i < name.n; i++)
		buf_ch(&lower, name.p[i] >= 'A' && name.p[i] <= 'Z'
				       ? (char)(name.p[i] + 32)
				       : name.p[i]);
	for (size_t i = 0; i < m->n && !num; i++) {
		sv known = m->fields[i].name, bare = known;

		if (sv_starts(known, SV("process_")))
			bare = sv_from(known, 8);
		if (m->fields[i].oneof && (sv_eq(buf_view(&lower), known) ||
					   sv_eq(buf_view(&lower), bare)))
			num = m->fields[i].num;
	}
	buf_release(&lower);
	return num;
}

/* --- values separated by commas ------------------------------------------ */

typedef void put_value(struct buf *out, uint32_t num, sv value);

static void put_text(struct buf *out, uint32_t num, sv v)
{
	pb_put_bytes(out, num, v);
}

static void put_type(struct buf *out, uint32_t num, sv v)
{
	uint32_t type = type_number(v);

	if (!type)
		opt_usage("unknown event type '%.*s'", SV_ARG(v));
	pb_put_varint(out, num, type);
}

static void put_pid(struct buf *out, uint32_t num, sv v)
{
	uint64_t pid = 0;

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9' || pid > INT32_MAX)
			opt_usage("bad --pid '%.*s'", SV_ARG(v));
		pid = pid * 10 + (uint64_t)(v.p[i] - '0');
	}
	if (!v.n || pid > INT32_MAX)
		opt_usage("bad --pid '%.*s'", SV_ARG(v));
	pb_put_varint(out, num, pid);
}

/* The comma that ends the first value; SIZE_MAX: there is only one. */
typedef size_t find_comma(sv list);

static size_t any_comma(sv list)
{
	return sv_find(list, ',');
}

/* None of an expression's own: `a{1,2}`, `[,;]`, `(a,b)`, `\,`. */
static size_t outer_comma(sv list)
{
	bool class = false;
	size_t depth = 0;

	for (size_t i = 0; i < list.n; i++) {
		char c = list.p[i];

		if (c == '\\')
			i++;
		else if (class || c == '[')
			class = c != ']';
		else if (c == '(' || c == '{')
			depth++;
		else if (depth && (c == ')' || c == '}'))
			depth--;
		else if (c == ',' && !depth)
			return i;
	}
	return SIZE_MAX;
}

static void put_split(struct buf *out, uint32_t num, const struct opt_list *l,
		      find_comma *find, put_value *put)
{
	for (size_t i = 0; i < l->n; i++) {
		sv rest = sv_str(l->v[i]);
		size_t comma;

		do {
			comma = find(rest);
			put(out, num, sv_first(rest, MIN(comma, rest.n)));
			rest = comma == SIZE_MAX ? SV_NULL
						 : sv_from(rest, comma + 1);
		} while (comma != SIZE_MAX);
	}
}

static void put_list(struct buf *out, uint32_t num, const struct opt_list *l,
		     put_value *put)
{
	put_split(out, num, l, any_comma, put);
}

static void put_regexes(struct buf *out, uint32_t num, const struct opt_list *l)
{
	put_split(out, num, l, outer_comma, put_text);
}

/* Values whose commas have a meaning of their own. */
static void put_whole(struct buf *out, uint32_t num, const struct opt_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		put_text(out, num, sv_str(l->v[i]));
}

/* --- the request --------------------------------------------------------- */

static void put_filter(const struct select_opts *o, struct buf *out)
{
	put_list(out, FILTER_EVENT_SET, &o->event_types, put_type);
	put_list(out, FILTER_NAMESPACE, &o->namespaces, put_text);
	if (o->host)
		put_text(out, FILTER_NAMESPACE, SV(""));
	put_regexes(out, FILTER_NAMESPACE_REGEX, &o->namespace_regex);
	put_regexes(out, FILTER_POD, &o->pods);
	put_regexes(out, FILTER_BINARY, &o->processes);
	put_regexes(out, FILTER_CONTAINER_NAME, &o->containers);
	put_whole(out, FILTER_LABELS, &o->labels);
	put_list(out, FILTER_POLICIES, &o->policies, put_text);
	put_list(out, FILTER_PID, &o->pids, put_pid);
	if (o->in_init_tree)
		pb_put_wrapper(out, FILTER_IN_INIT_TREE, 1);
	put_whole(out, FILTER_CEL, &o->cel);
}

static void put_files(struct buf *out, uint32_t num, const struct opt_list *l,
		      const char *option)
{
	char why[300];

	for (size_t i = 0; i < l->n; i++)
		if (!filterlist_read(l->v[i], num, out, why, sizeof(why)))
			opt_usage("bad %s '%s': %s", option, l->v[i], why);
}

static void put_fields(struct buf *out, const struct opt_list *l, bool exclude)
{
	size_t filter, mask;

	if (!l->n)
		return;
	filter = pb_open(out, REQUEST_FIELDS, 2);
	mask = pb_open(out, FIELDS_MASK, 2);
	put_list(out, 1, l, put_text);
	pb_close(out, mask, 2);
	pb_put_uint(out, FIELDS_ACTION, exclude);
	pb_close(out, filter, 2);
}

void getevents_write(const struct select_opts *o, struct buf *out)
{
	struct buf filter = {0};

	put_filter(o, &filter);
	if (filter.n && o->allow_files.n)
		opt_usage("either --allow-list or options that select");
	if (filter.n)
		pb_put_bytes(out, REQUEST_ALLOW, buf_view(&filter));
	put_files(out, REQUEST_ALLOW, &o->allow_files, "--allow-list");
	put_files(out, REQUEST_DENY, &o->deny_files, "--deny-list");
	put_fields(out, &o->include, false);
	put_fields(out, &o->exclude, true);
	buf_release(&filter);
}
