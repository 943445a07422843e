#include "config.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "check_main.h"

/* RFC 4648, 10. */
static const struct {
	const char *text, *base64;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xfe\xfb", "//77"},
    {"\x01", "AQ=="},
};

START_TEST(encoding_and_decoding_match_the_test_vectors)
{
	struct buf out = {0};

	buf_append_string(&out, "x");
	base64_encode(&out, vectors[_i].text, strlen(vectors[_i].text));
	ck_assert_str_eq(buf_string(&out) + 1, vectors[_i].base64);
	buf_clear(&out);
	buf_append_string(&out, "y");
	ck_assert(base64_decode(&out, vectors[_i].base64, strlen(vectors[_i].base64)));
	ck_assert_uint_eq(out.length, 1 + strlen(vectors[_i].text));
	ck_assert_str_eq(buf_string(&out) + 1, vectors[_i].text);
	buf_free(&out);
}
END_TEST

START_TEST(every_byte_survives_encoding_and_decoding)
{
	char all[256];
	struct buf text = {0}, back = {0};

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	base64_encode(&text, all, (size_t)_i);
	ck_assert(base64_decode(&back, text.data, text.length));
	ck_assert_uint_eq(back.length, (size_t)_i);
	ck_assert_mem_eq(back.data, all, (size_t)_i);
	buf_free(&text);
	buf_free(&back);
}
END_TEST

static const char *const bad[] = {
    "Z",
    "Zg",
    "Zg=",
    "Z===",
    "====",
    "Zm8=Zm8=",
    "Zm 8",
    "Zm8\n",
    "Zm_8",
    "=Zm8",
    "Zm\xc3\xa4",
};

START_TEST(invalid_base64_adds_nothing)
{
	struct buf out = {0};

	buf_append_string(&out, "kept");
	ck_assert(!base64_decode(&out, bad[_i], strlen(bad[_i])));
	ck_assert_str_eq(buf_string(&out), "kept");
	buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base64");
	TCase *c = check_case(s, "base64");

	LOOP_OVER(c, encoding_and_decoding_match_the_test_vectors, vectors);
	tcase_add_loop_test(c, every_byte_survives_encoding_and_decoding, 1, 257);
	LOOP_OVER(c, invalid_base64_adds_nothing, bad);
	return check_main(s);
}
