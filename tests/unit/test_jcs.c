/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical JSON. The tables of numbers and of sorted names are those of
 * RFC 8785. With the argument "numbers" it prints the doubles whose bits
 * (hexadecimal) stand in the lines of stdin, for other programs to judge.
 */
#include "witness/jcs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tap.h"

static double of_bits(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* Appendix B of the RFC; NULL: an error. */
static const struct {
	uint64_t bits;
	const char *text;
} numbers[] = {
	{0x0000000000000000, "0"},
	{0x8000000000000000, "0"},
	{0x0000000000000001, "5e-324"},
	{0x8000000000000001, "-5e-324"},
	{0x7fefffffffffffff, "1.7976931348623157e+308"},
	{0xffefffffffffffff, "-1.7976931348623157e+308"},
	{0x4340000000000000, "9007199254740992"},
	{0xc340000000000000, "-9007199254740992"},
	{0x4430000000000000, "295147905179352830000"},
	{0x7fffffffffffffff, NULL},
	{0x7ff0000000000000, NULL},
	{0x44b52d02c7e14af5, "9.999999999999997e+22"},
	{0x44b52d02c7e14af6, "1e+23"},
	{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
	{0x444b1ae4d6e2ef4e, "999999999999999700000"},
	{0x444b1ae4d6e2ef4f, "999999999999999900000"},
	{0x444b1ae4d6e2ef50, "1e+21"},
	{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
	{0x3eb0c6f7a0b5ed8d, "0.000001"},
	{0x41b3de4355555553, "333333333.3333332"},
	{0x41b3de4355555554, "333333333.33333325"},
	{0x41b3de4355555555, "333333333.3333333"},
	{0x41b3de4355555556, "333333333.3333334"},
	{0x41b3de4355555557, "333333333.33333343"},
	{0xbecbf647612f3696, "-0.0000033333333333333333"},
	{0x43143ff3c1cb0959, "1424953923781206.2"},
};

static void number_table(void)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct buf b = {0};
		bool good = jcs_number(&b, of_bits(numbers[i].bits));

		ok(numbers[i].text
			   ? good && !strcmp(buf_cstr(&b), numbers[i].text)
			   : !good && b.n == 0,
		   "number %016" PRIx64 " is %s", numbers[i].bits,
		   numbers[i].text ? numbers[i].text : "refused");
		buf_release(&b);
	}
}

static const struct {
	const char *in, *out; /* out NULL: an error */
} texts[] = {
	{"{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,"
	 "\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
	 "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,"
	 "\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}"},
	{" [ 1.0 , 1E2,-0, 0.10 ,{ } , [ ] ] ", "[1,100,0,0.1,{},[]]"},
	{"\"\\u0041\\/\\u000f\\u000a\\u007f\\\"\\\\\"",
	 "\"A/\\u000f\\n\x7f\\\"\\\\\""},
	{"{\"b\":{\"d\":[true,false,null],\"c\":\"\"},\"a\":\"x\"}",
	 "{\"a\":\"x\",\"b\":{\"c\":\"\",\"d\":[true,false,null]}}"},
	{"{\"aa\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"aa\":1}"},
	{"{\"a\":1,\"\\u0061\":2}", NULL},
	{"\"\\ud83d\"", NULL},
	{"\"\\ude00\"", NULL},
	{"\"\\ud83dx\"", NULL},
	{"\"\xed\xa0\x80\"", NULL},
	{"\"\xc0\x80\"", NULL},
	{"\"a\nb\"", NULL},
	{"\"a", NULL},
	{"\"\\x\"", NULL},
	{"1e999", NULL},
	{"01", NULL},
	{"1.", NULL},
	{".5", NULL},
	{"+1", NULL},
	{"NaN", NULL},
	{"[1,]", NULL},
	{"[1 2]", NULL},
	{"{\"a\":1,}", NULL},
	{"{\"a\" 1}", NULL},
	{"{a:1}", NULL},
	{"truex", NULL},
	{"{} {}", NULL},
	{"", NULL},
};

static void text_table(void)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct rt_err err = {0};
		struct buf b = {0};
		bool good;

		buf_str(&b, "kept");
		good = jcs_canon(sv_str(texts[i].in), &b, &err);
		ok(texts[i].out
			   ? good && !strcmp(buf_cstr(&b) + 4, texts[i].out)
			   : !good && b.n == 4 && err.msg,
		   "text %zu: %s", i, good ? "canonical" : err.msg);
		buf_release(&b);
	}
}

static bool nested(size_t depth)
{
	struct buf in = {0}, out = {0};
	struct rt_err err;
	bool good;

	for (size_t i = 0; i < depth; i++)
		buf_ch(&in, '[');
	for (size_t i = 0; i < depth; i++)
		buf_ch(&in, ']');
	good = jcs_canon(buf_view(&in), &out, &err);
	buf_release(&in);
	buf_release(&out);
	return good;
}

/* A surrogate comes before U+FB33, whichever side it is on. */
static void name_order(void)
{
	sv emoji = SV("\xf0\x9f\x98\x80"), dalet = SV("\xef\xac\xb3");

	ok(jcs_name_cmp(emoji, dalet) < 0, "beyond U+FFFF comes first");
	ok(jcs_name_cmp(dalet, emoji) > 0, "and the other way round");
	ok(jcs_name_cmp(emoji, emoji) == 0, "a name is its equal");
}

static int print_numbers(void)
{
	struct buf b = {0};
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		b.n = 0;
		if (!jcs_number(&b, of_bits(strtoull(line, NULL, 16))))
			buf_str(&b, "refused");
		puts(buf_cstr(&b));
	}
	buf_release(&b);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "numbers"))
		return print_numbers();
	number_table();
	text_table();
	name_order();
	ok(nested(JCS_DEPTH_MAX), "nested as deep as may be");
	ok(!nested(JCS_DEPTH_MAX + 1), "nested deeper is refused");
	return tap_done();
}
