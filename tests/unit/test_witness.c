/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims and the bytes that are signed. The vector of the encoding is the
 * DSSE specification's. With four arguments it prints the id of that claim
 * (image digest, purl, function, build id), for other programs to judge.
 */
#include "witness/claim.h"
#include "witness/dsse.h"

#include "tap.h"

static void pae(void)
{
	struct buf b = {0};

	dsse_pae(&b, SV("http://example.com/HelloWorld"), SV("hello world"));
	ok(sv_eq(buf_view(&b), SV("DSSEv1 29 http://example.com/HelloWorld "
				  "11 hello world")),
	   "encoding of the specification's example");
	b.n = 0;
	dsse_pae(&b, SV(""), SV(""));
	ok(sv_eq(buf_view(&b), SV("DSSEv1 0  0 ")), "encoding of nothing");
	buf_release(&b);
}

static void claims(void)
{
	struct claim c = {SV("sha256:aa"), SV("pkg:deb/debian/zlib1g@1"),
			  SV("inflate"), SV("0123")};
	char a[CLAIM_ID_LEN + 1], b[CLAIM_ID_LEN + 1];

	ok(claim_id(&c, a) && strlen(a) == CLAIM_ID_LEN, "a claim has an id");
	ok(claim_id(&c, b) && !strcmp(a, b), "the same one again");
	c.function = SV("inflateInit");
	ok(claim_id(&c, b) && strcmp(a, b), "another function, another id");
	c.function = SV("\xff");
	ok(!claim_id(&c, b) && !*b, "no id for what is no text");
}

int main(int argc, char **argv)
{
	char id[CLAIM_ID_LEN + 1];

	if (argc == 5) {
		struct claim c = {sv_str(argv[1]), sv_str(argv[2]),
				  sv_str(argv[3]), sv_str(argv[4])};

		if (!claim_id(&c, id))
			return 1;
		puts(id);
		return 0;
	}
	pae();
	claims();
	return tap_done();
}
