/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/claim.h"

#include "base/sha256.h"
#include "base/utf8.h"
#include "witness/jcs.h"

static bool add_member(struct buf *b, const char *name, sv text)
{
	if (utf8_valid_prefix(text) != text.n)
		return false;
	jcs_string(b, sv_str(name));
	buf_ch(b, ':');
	jcs_string(b, text);
	buf_ch(b, ',');
	return true;
}

/* The members stand here in canonical order already. */
static bool write_object(struct buf *b, const struct claim *c)
{
	buf_ch(b, '{');
	if (!add_member(b, "build_id", c->build_id) ||
	    !add_member(b, "function", c->function) ||
	    !add_member(b, "image_digest", c->image_digest) ||
	    !add_member(b, "purl", c->purl))
		return false;
	buf_str(b, "\"v\":1}");
	return true;
}

static void write_id(const uint8_t sum[SHA256_LEN], char *id)
{
	static const char hex[] = "0123456789abcdef";

	memcpy(id, "sha256:", 7);
	id += 7;
	for (size_t i = 0; i < SHA256_LEN; i++) {
		*id++ = hex[sum[i] >> 4];
		*id++ = hex[sum[i] & 15];
	}
	*id = '\0';
}

bool claim_id(const struct claim *c, char id[CLAIM_ID_LEN + 1])
{
	uint8_t sum[SHA256_LEN];
	struct buf b = {0};
	bool good = write_object(&b, c) && sha256_once(buf_view(&b), sum);

	*id = '\0';
	if (good)
		write_id(sum, id);
	buf_release(&b);
	return good;
}
