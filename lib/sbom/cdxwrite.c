/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/cdxwrite.h"

#include "base/mem.h"
#include "base/sha256.h"
#include "base/version.h"
#include "codec/jwrite.h"
#include "pkgdb/purl.h"

/* Lists of a component, in the order in which they stand. */
enum section { NONE, OCCURRENCES, FRAMES, PROPERTIES };

void cdxwrite_release(struct cdxwrite *w)
{
	buf_release(&w->components);
	*w = (struct cdxwrite){0};
}

/* `,"name":"value"`, unless it is empty. */
static void member(struct buf *out, const char *name, sv value)
{
	if (!value.n)
		return;
	buf_printf(out, ",\"%s\":", name);
	jwrite_string(out, value);
}

/* From one list to another, of which some are in "evidence". */
static void go_to(struct cdxwrite *w, enum section to)
{
	struct buf *out = &w->components;
	enum section from = (enum section)w->section;

	if (from == to) {
		if (to != NONE)
			buf_ch(out, ',');
		return;
	}
	buf_str(out, from == FRAMES ? "]}" : from == NONE ? "" : "]");
	if ((from == OCCURRENCES || from == FRAMES) && to != FRAMES)
		buf_ch(out, '}');
	if (from == NONE && (to == OCCURRENCES || to == FRAMES))
		buf_str(out, ",\"evidence\":{");
	if (to == OCCURRENCES)
		buf_str(out, "\"occurrences\":[");
	if (to == FRAMES)
		buf_printf(out, "%s\"callstack\":{\"frames\":[",
			   from == OCCURRENCES ? "," : "");
	if (to == PROPERTIES)
		buf_str(out, ",\"properties\":[");
	w->section = to;
}

static void end_component(struct cdxwrite *w)
{
	go_to(w, NONE);
	if (w->any)
		buf_ch(&w->components, '}');
}

void cdxwrite_begin(struct cdxwrite *w, sv purl)
{
	struct buf *out = &w->components;
	char *room = mem_alloc(purl.n + 1);
	struct rt_err err;
	struct purl p;

	end_component(w);
	buf_str(out, w->any ? ",{" : "{");
	w->any = true;
	if (!purl_parse(&p, purl, room, &err))
		p = (struct purl){.name = purl};
	buf_str(out, "\"type\":\"library\",\"bom-ref\":");
	jwrite_string(out, purl);
	member(out, "group", p.space);
	member(out, "name", p.name);
	member(out, "version", p.version);
	member(out, "purl", purl);
	mem_free(room);
}

void cdxwrite_occurrence(struct cdxwrite *w,
			 const struct cdxwrite_occurrence *o)
{
	go_to(w, OCCURRENCES);
	buf_str(&w->components, "{\"location\":");
	jwrite_string(&w->components, o->location);
	member(&w->components, "symbol", o->symbol);
	member(&w->components, "additionalContext", o->context);
	buf_ch(&w->components, '}');
}

void cdxwrite_frame(struct cdxwrite *w, const struct cdxwrite_frame *f)
{
	go_to(w, FRAMES);
	buf_str(&w->components, "{\"module\":");
	jwrite_string(&w->components, f->module);
	member(&w->components, "package", f->package);
	member(&w->components, "function", f->function);
	if (f->line) {
		buf_str(&w->components, ",\"line\":");
		jwrite_uint(&w->components, f->line);
	}
	member(&w->components, "fullFilename", f->file);
	buf_ch(&w->components, '}');
}

static void property(struct buf *out, const char *name, sv value)
{
	buf_str(out, "{\"name\":");
	jwrite_string(out, sv_str(name));
	member(out, "value", value);
	buf_ch(out, '}');
}

void cdxwrite_property(struct cdxwrite *w, const char *name, sv value)
{
	go_to(w, PROPERTIES);
	property(&w->components, name, value);
}

static void metadata(const struct cdxwrite_head *h, struct buf *out)
{
	char at[RFC3339_MAX];

	buf_str(out, "\"metadata\":{");
	if (timestamp_is_set(h->time)) {
		char *end = rfc3339_format(at, h->time);

		buf_printf(out, "\"timestamp\":\"%.*s\",", (int)(end - at), at);
	}
	buf_str(out,
		"\"lifecycles\":[{\"phase\":\"operations\"}],"
		"\"tools\":{\"components\":[{\"type\":\"application\","
		"\"name\":");
	jwrite_string(out, sv_str(h->tool));
	buf_str(out, ",\"version\":\"" TETRAPIPE_VERSION "\"}]}");
	if (h->image.n) {
		buf_str(out, ",\"component\":{\"type\":\"container\"");
		member(out, "name", h->image);
		buf_ch(out, '}');
	}
	for (size_t i = 0; i < h->n_properties; i++) {
		buf_str(out, i ? "," : ",\"properties\":[");
		property(out, h->properties[i].name, h->properties[i].value);
	}
	buf_str(out, h->n_properties ? "]}" : "}");
}

/* A UUID of version 8 (RFC 9562): 122 bits of the digest. */
static bool serial(sv rest, struct buf *out)
{
	uint8_t d[SHA256_LEN];

	if (!sha256_once(rest, d))
		return false;
	d[6] = (uint8_t)(0x80 | (d[6] & 0x0f));
	d[8] = (uint8_t)(0x80 | (d[8] & 0x3f));
	buf_str(out, "\"serialNumber\":\"urn:uuid:");
	for (size_t i = 0; i < 16; i++)
		buf_printf(out,
			   i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x"
								 : "%02x",
			   d[i]);
	buf_str(out, "\",");
	return true;
}

bool cdxwrite_document(struct cdxwrite *w, const struct cdxwrite_head *h,
		       struct buf *out)
{
	struct buf rest = {0};
	bool good;

	end_component(w);
	buf_str(&rest, "\"version\":1,");
	metadata(h, &rest);
	buf_str(&rest, ",\"components\":[");
	buf_sv(&rest, buf_view(&w->components));
	/* What was not observed is not in it. */
	buf_str(&rest,
		"],\"compositions\":[{\"aggregate\":\"incomplete\"}]}\n");
	buf_str(out,
		"{\"$schema\":"
		"\"http://cyclonedx.org/schema/bom-1.6.schema.json\","
		"\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",");
	good = serial(buf_view(&rest), out);
	buf_sv(out, buf_view(&rest));
	buf_release(&rest);
	return good;
}
