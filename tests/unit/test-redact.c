#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/redact.h"
#include "base/secret.h"
#include "check_main.h"

static const char word[] = "pass w/ord%";

static const struct {
	const char *secret, *text, *shown;
} texts[] = {
    {word, "nothing of it", "nothing of it"},
    {word, "", ""},
    {word, "pass w/ord", "pass w/ord"},
    {word, "a pass w/ord% b", "a **** b"},
    {word, "apass w/ord%b", "a****b"},
    {word, "PASS W/ORD%", "****"},
    {word, "pass w/ord%pass w/ord%", "****"},
    {word, "'pass w/ord%', \"pass w/ord%\"", "'****', \"****\""},
    {word, "pass%20w%2ford%25 pass+w/ord%", "**** ****"},
    {word, "pass\\ w\\/ord\\%", "****"},
    {word, "pass\\040w\\57ord% p\\u0061ss\\x20w/ord%", "**** ****"},
    {word, "pass=20w=2Ford=25", "****"},
    {word, "pass&#32;w&#x2f;ord%", "****"},
    {word, "7061737320772f6f726425", "****"},
    {word, "70:61:73:73:20:77:2F:6F:72:64:25.", "****."},
    {word, "\\x70\\x61\\x73\\x73\\x20\\x77\\x2f\\x6f\\x72\\x64\\x25", "****"},
    {word, "pa\x1b[1;31mss\t w/o\x7frd%", "****"},
    {word, "cGFzcyB3L29yZCU= x", "**** x"},
    {word, "cGFzcyB3L29yZCU", "****"},
    {word, "cGFzcyB3L29yZCU%3D.", "****."},
    {word, "AG1lAHBhc3Mgdy9vcmQl", "****"},
    {word, "AUTH/cGFzcyB3L29yZCU=", "****"},
    {word, "xyBwYXNzIHcvb3JkJQ==", "****"},
    {word, "+ cABhAHMAcwAgAHcALwBvAHIAZAAlAA==", "+ ****"}, /* UTF-16 */
    {"p\303\244ss>>>??", "p\\u00e4ss>>>?? cMOkc3M-Pj4_Pw", "**** ****"},
    {"a&b<c>", "a&amp;b&lt;c&gt;", "****"},
    {"it's\"", "'it''s\"\"'", "'****'"},
    {"p\\s%4", "p\\\\s%254", "****"},
    /* SCRAM (RFC 7677, 3.), whatever the secret is */
    {word, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4= x", "**** x"},
    {word, "dj02cnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4vZEI1bkxUSlJzamw5NUc0PQ==", "****"},
    {word, "(r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "(****"},
    {word, "e=invalid-proof", "e=invalid-proof"},
    {word, "https://support.example.com/mail/answer/185833?hl=en",
	"https://support.example.com/mail/answer/185833?hl=en"},
    /* Secrets that the words around a mask would reveal */
    {"a", "this is a test", "****"},
    {"a", "[AUTH] got a", "[AUTH] ****"},
    {"a", "[AUTH a] got a", "****"},
    {"a", "[SYS/TEMP] an apple", "[SYS/TEMP] an apple"},
    {"7", "1 77 17", "1 77 17"},
    {"7", "+ Nw==", "****"},
    {"k9!", "(k9!)", "****"},
    {"k9!", "AG1lAGs5IQ== x", "****"},
    {"k9!", "k9!v=c2lnbmF0dXJl", "****"},
    {"password", "wrong password", "****"},
    {"password", "wrong cGFzc3dvcmQ=", "wrong ****"},
    {"1234567", "1 1234567", "****"},
    {"correcthorse", "the correcthorse", "the ****"},
};

START_TEST(no_form_of_the_secret_is_shown)
{
	struct secret *secret = secret_make(texts[_i].secret, strlen(texts[_i].secret));
	size_t length = strlen(texts[_i].text);
	const char *shown;

	redact_begin(secret);
	ck_assert_int_eq(redact_finds(texts[_i].text, length), strcmp(texts[_i].text, texts[_i].shown) != 0);
	shown = redact(texts[_i].text, &length);
	ck_assert_msg(length == strlen(texts[_i].shown) && memcmp(shown, texts[_i].shown, length) == 0, "%.*s",
	    (int)length, shown);
	redact_end();
	secret_free(&secret);
}
END_TEST

START_TEST(the_words_of_an_error_are_searched)
{
	struct secret *secret = secret_make(word, strlen(word));
	struct error err;

	redact_begin(secret);
	error_set(&err, ERROR_AUTH, "refused");
	error_server(&err, "got pass w/ord%", 15);
	ck_assert_str_eq(err.server, "got ****");
	redact_end();
	error_server(&err, "got pass w/ord%", 15);
	ck_assert_str_eq(err.server, "got pass w/ord%");
	secret_free(&secret);
}
END_TEST

START_TEST(a_proof_is_not_shown_until_the_end)
{
	struct secret *secret = secret_make(word, strlen(word));
	static const char digest[] = "c4c9334bac560ecc979e58001b3e22fb", text[] = "C4C9334BAC560ECC979E58001B3E22FB?";
	size_t length = strlen(text);

	redact_begin(secret);
	ck_assert_ptr_eq(redact(text, &length), text);
	redact_proof(digest, strlen(digest));
	ck_assert_int_eq(memcmp(redact(text, &length), "****?", 5), 0);
	ck_assert_uint_eq(length, 5);
	redact_end();
	redact_begin(secret);
	ck_assert(!redact_finds(text, strlen(text)));
	redact_end();
	secret_free(&secret);
}
END_TEST

/* Every piece of a text with every form of the secret ends at the end of its memory. */
START_TEST(octets_after_the_text_are_not_read)
{
	static const char text[] =
	    "\\u00e4 \\x5 &#x3 &#32 &amp %2 =2 \\ cGFzcyB3L29yZCU%3 7061 \x1b[1 v= c=b pass w/ord%";
	struct secret *secret = secret_make(word, strlen(word));

	redact_begin(secret);
	for (size_t start = 0; start < sizeof(text); start++) {
		for (size_t end = start; end < sizeof(text); end++) {
			char *piece = malloc(end - start + 1);
			size_t length = end - start;

			ck_assert_ptr_nonnull(piece);
			memcpy(piece + 1, text + start, length);
			(void)redact(piece + 1, &length);
			free(piece);
		}
	}
	redact_end();
	secret_free(&secret);
}
END_TEST

START_TEST(a_text_over_the_limit_is_cut)
{
	static char text[REDACT_TEXT_MOST + 100];
	struct secret *secret = secret_make("7\\q", 3);
	size_t length = sizeof(text);

	memset(text, 'x', sizeof(text));
	redact_begin(secret);
	ck_assert_ptr_eq(redact(text, &length), text);
	ck_assert_uint_eq(length, sizeof(text));
	redact_end();
	secret_free(&secret);
	secret = secret_make("xxxxxxxxxxxxx", 13);
	redact_begin(secret);
	ck_assert_int_eq(memcmp(redact(text, &length), "****", 4), 0);
	ck_assert_uint_eq(length, 4);
	redact_end();
	secret_free(&secret);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("redact");
	TCase *c = check_case(s, "redact");

	LOOP_OVER(c, no_form_of_the_secret_is_shown, texts);
	tcase_add_test(c, the_words_of_an_error_are_searched);
	tcase_add_test(c, a_proof_is_not_shown_until_the_end);
	tcase_add_test(c, octets_after_the_text_are_not_read);
	tcase_add_test(c, a_text_over_the_limit_is_cut);
	return check_main(s);
}
