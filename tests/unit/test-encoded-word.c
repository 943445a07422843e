#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "policy/encoded_word.h"

static const struct {
	const char *text, *want;
} decoded[] = {
    {"", ""},
    {"plain", "plain"},
    /* RFC 2047, 8. */
    {"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
    {"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>", "Keld J\xc3\xb8rn Simonsen <keld@dkuug.dk>"},
    {"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	"If you can read this you understand the example."},
    {"(=?ISO-8859-1?Q?a?=)", "(a)"},
    {"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
    {"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
    {"(=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=)", "(ab)"},
    {"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
    {"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
    {"x =?utf-8?q?=c3=a4?= y", "x \xc3\xa4 y"},
    {"=?utf-8*de?Q?=C3=A4?=", "\xc3\xa4"},
    /* Characters that are split between two words. */
    {"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "\xc3\xa4"},
    {"=?euc-jp?Q?=C6?= =?euc-jp?Q?=FC?=", "\xe6\x97\xa5"},
    {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
    {"=?windows-1252?Q?=80?=", "\xe2\x82\xac"},
    {"=?GB2312?B?1tC5+g==?=", "\xe4\xb8\xad\xe5\x9b\xbd"},
    /* Text that is invalid in its character set. */
    {"=?euc-jp?Q?=FFa?=",
	"\xef\xbf\xbd"
	"a"},
    /* Texts that are not encoded words, or in an unknown encoding or character set. */
    {"=?", "=?"},
    {"=?utf-8", "=?utf-8"},
    {"=?utf-8?", "=?utf-8?"},
    {"=?utf-8?Q", "=?utf-8?Q"},
    {"=?utf-8?Q?", "=?utf-8?Q?"},
    {"=?utf-8?Q?a", "=?utf-8?Q?a"},
    {"=?utf-8?Q?a?", "=?utf-8?Q?a?"},
    {"=?utf-8?Q?a b?=", "=?utf-8?Q?a b?="},
    {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
    {"=?utf-8?Q?=G0?=", "=?utf-8?Q?=G0?="},
    {"=?utf-8?Q?a=C?=", "=?utf-8?Q?a=C?="},
    {"=?utf-8?B?Zm9?=", "=?utf-8?B?Zm9?="},
    {"=??Q?a?=", "=??Q?a?="},
    {"=?utf-7?Q?+AGE-?=", "=?utf-7?Q?+AGE-?="},
    {"=?iso-2022-cn-ext?Q?a?=", "=?iso-2022-cn-ext?Q?a?="},
    {"=?iso-8859-?Q?a?=", "=?iso-8859-?Q?a?="},
    {"=?iso-8859-1//translit?Q?a?=", "=?iso-8859-1//translit?Q?a?="},
    {"=?iso-8859-115?Q?a?=", "=?iso-8859-115?Q?a?="},
    {"=?averyveryverylongnameofacharacterset?Q?a?=", "=?averyveryverylongnameofacharacterset?Q?a?="},
    /* A valid word followed by an invalid one, or by other text. */
    {"=?utf-8?Q?a?= =?utf-8?Q?=G0?=", "a =?utf-8?Q?=G0?="},
    {"=?utf-8?Q?a?= \t", "a \t"},
    {"=?utf-8?Q?"
     "?= b",
	" b"},
};

START_TEST(encoded_words_are_decoded)
{
	struct buf out = {0};

	buf_append_string(&out, ">");
	encoded_word_decode(&out, decoded[_i].text, strlen(decoded[_i].text));
	ck_assert_str_eq(buf_string(&out) + 1, decoded[_i].want);
	buf_free(&out);
}
END_TEST

/* Decodes every prefix of the value; a sanitizer would report a read past the end. */
START_TEST(a_truncated_value_is_decoded_safely)
{
	for (size_t length = 0; length <= strlen(decoded[_i].text); length++) {
		struct buf text = {0}, out = {0};

		buf_append(&text, decoded[_i].text, length);
		encoded_word_decode(&out, text.data ? text.data : "", length);
		ck_assert_uint_le(out.length, 4 * length);
		buf_free(&text);
		buf_free(&out);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("encoded-word");
	TCase *c = check_case(s, "encoded-word");

	LOOP_OVER(c, encoded_words_are_decoded, decoded);
	LOOP_OVER(c, a_truncated_value_is_decoded_safely, decoded);
	return check_main(s);
}
