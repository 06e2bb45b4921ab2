/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/bundle.h"

#include <jansson.h>

#include "text/base64.h"
#include "witness/jout.h"

/* --- writing: members in canonical order -----------------------------------
 */

static void put_base64(struct buf *b, const char *name, sv bytes)
{
	char *to;

	jout_name(b, name);
	buf_ch(b, '"');
	to = buf_reserve(b, base64_encoded_size(bytes.n));
	b->n += (size_t)(base64_encode(to, bytes) - to);
	buf_ch(b, '"');
}

static void put_envelope(struct buf *b, const char *name,
			 const struct bundle *s)
{
	jout_object(b, name);
	put_base64(b, "payload", s->payload);
	jout_string(b, "payloadType", s->type);
	jout_array(b, "signatures");
	for (size_t i = 0; i < s->n; i++) {
		jout_object(b, NULL);
		jout_text(b, "keyid", s->signatures[i].keyid);
		put_base64(b, "sig", s->signatures[i].sig);
		jout_end(b);
	}
	jout_end_array(b);
	jout_end(b);
}

void bundle_write(const struct bundle *s, struct buf *out)
{
	struct buf b = {0};

	if (!s->is_bundle) {
		put_envelope(&b, NULL, s);
	} else {
		jout_object(&b, NULL);
		put_envelope(&b, "dsseEnvelope", s);
		jout_string(&b, "mediaType", SV(BUNDLE_TYPE));
		jout_object(&b, "verificationMaterial");
		if (s->certificate.n) {
			jout_object(&b, "certificate");
			put_base64(&b, "rawBytes", s->certificate);
			jout_end(&b);
		} else {
			jout_object(&b, "publicKey");
			jout_string(&b, "hint", s->hint);
			jout_end(&b);
		}
		jout_array(&b, "tlogEntries");
		jout_end_array(&b);
		jout_end(&b);
		jout_end(&b);
	}
	buf_sv(out, buf_view(&b));
	buf_ch(out, '\n');
	buf_release(&b);
}

/* --- reading ---------------------------------------------------------------
 */

struct reader {
	struct arena *arena;
	const char *wrong; /* the first thing that is */
};

static void wrong(struct reader *r, const char *why)
{
	if (!r->wrong)
		r->wrong = why;
}

/* Only these members; an object at all. */
static bool only(struct reader *r, const json_t *o, const char *const *names,
		 const char *why)
{
	const char *key;
	json_t *v;

	if (!json_is_object(o)) {
		wrong(r, why);
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)o, key, v)
	{
		size_t i = 0;

		while (names[i] && strcmp(names[i], key) != 0)
			i++;
		if (!names[i]) {
			wrong(r, why);
			return false;
		}
	}
	return true;
}

static sv text(struct reader *r, const json_t *o, const char *name,
	       const char *why)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_string(v)) {
		wrong(r, why);
		return SV_NULL;
	}
	return arena_dup(r->arena,
			 (sv){json_string_value(v), json_string_length(v)});
}

/* Standard or URL-safe, and what decodes must be what is encoded. */
static sv bytes(struct reader *r, const json_t *o, const char *name,
		const char *why)
{
	sv s = text(r, o, name, why), out;
	char *std = arena_alloc(r->arena, s.n + 1);
	char *dec = arena_alloc(r->arena, base64_decoded_size(s.n) + 4);
	char *again;

	for (size_t i = 0; i < s.n; i++)
		std[i] = s.p[i] == '-' ? '+' : s.p[i] == '_' ? '/' : s.p[i];
	out = (sv){dec, base64_decode(dec, (sv){std, s.n})};
	if (!s.n || out.n == SIZE_MAX) {
		wrong(r, why);
		return SV_NULL;
	}
	again = arena_alloc(r->arena, base64_encoded_size(out.n) + 1);
	if ((size_t)(base64_encode(again, out) - again) != s.n ||
	    memcmp(again, std, s.n) != 0)
		wrong(r, why);
	return out;
}

static void read_envelope(struct reader *r, const json_t *o, struct bundle *b)
{
	static const char *const names[] = {"payload", "payloadType",
					    "signatures", NULL};
	static const char *const of_signature[] = {"sig", "keyid", NULL};
	const json_t *list = json_object_get(o, "signatures"), *s;
	size_t i;

	if (!only(r, o, names, "no DSSE envelope"))
		return;
	b->type = text(r, o, "payloadType", "no payloadType");
	b->payload = bytes(r, o, "payload", "payload: no base64");
	if (!json_is_array(list) || !json_array_size(list) ||
	    json_array_size(list) > BUNDLE_MAX_SIGNATURES) {
		wrong(r, "signatures: none, or too many");
		return;
	}
	json_array_foreach(list, i, s)
	{
		struct bundle_signature *g = &b->signatures[b->n++];

		if (!only(r, s, of_signature, "a signature is none"))
			return;
		g->sig = bytes(r, s, "sig", "sig: no base64");
		if (json_object_get(s, "keyid"))
			g->keyid = text(r, s, "keyid", "keyid: no text");
	}
}

static void read_material(struct reader *r, const json_t *o, struct bundle *b)
{
	static const char *const names[] = {"publicKey", "certificate",
					    "tlogEntries",
					    "timestampVerificationData", NULL};
	static const char *const of_key[] = {"hint", NULL};
	static const char *const of_cert[] = {"rawBytes", NULL};
	const json_t *key = json_object_get(o, "publicKey");
	const json_t *cert = json_object_get(o, "certificate");

	if (!only(r, o, names, "verificationMaterial is none"))
		return;
	if (!key == !cert)
		wrong(r, "neither publicKey nor certificate, or both");
	if (key && only(r, key, of_key, "publicKey is none"))
		b->hint = text(r, key, "hint", "no hint");
	if (cert && only(r, cert, of_cert, "certificate is none"))
		b->certificate =
			bytes(r, cert, "rawBytes", "certificate: no base64");
	if (!json_is_array(json_object_get(o, "tlogEntries")))
		wrong(r, "no tlogEntries");
}

static void read_bundle(struct reader *r, const json_t *o, struct bundle *b)
{
	static const char *const names[] = {"mediaType", "verificationMaterial",
					    "dsseEnvelope", NULL};

	b->is_bundle = true;
	if (!only(r, o, names, "a member that no bundle has"))
		return;
	if (!sv_eq(text(r, o, "mediaType", "no mediaType"), SV(BUNDLE_TYPE)))
		wrong(r, "mediaType is not that of a bundle v0.3");
	read_material(r, json_object_get(o, "verificationMaterial"), b);
	read_envelope(r, json_object_get(o, "dsseEnvelope"), b);
	if (b->n != 1)
		wrong(r, "a bundle has one signature");
}

bool bundle_read(sv s, struct arena *arena, struct bundle *out,
		 struct rt_err *err)
{
	struct reader r = {.arena = arena};
	json_error_t e;
	json_t *o;

	*out = (struct bundle){.n = 0};
	*err = (struct rt_err){.msg = "too long"};
	if (s.n > BUNDLE_MAX)
		return false;
	if (sv_ends(s, SV("\n")))
		s.n--;
	/* White space around it, too, is a byte that somebody changed. */
	*err = (struct rt_err){.msg = "no JSON object"};
	if (!sv_starts(s, SV("{")) || !sv_ends(s, SV("}")))
		return false;
	o = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, &e);
	if (!o) {
		*err = (struct rt_err){.pos = (size_t)e.position,
				       .msg = "malformed JSON"};
		return false;
	}
	if (json_object_get(o, "dsseEnvelope") ||
	    json_object_get(o, "mediaType"))
		read_bundle(&r, o, out);
	else
		read_envelope(&r, o, out);
	json_decref(o);
	*err = (struct rt_err){.msg = r.wrong};
	return !r.wrong;
}
