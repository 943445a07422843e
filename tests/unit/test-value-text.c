#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "config/fault.h"
#include "config/token.h"
#include "config/value_text.h"

/* Values as they are in a file, and the texts that they stand for. IN is a variable that is set to VALUE_OF_IN. */
#define VALUE_OF_IN "a \\ \" ' ${IN} value"

static const struct {
	const char *value, *text;
} values[] = {
    {"word", "word"},
    {"CORP\\jane", "CORP\\jane"},
    {"a\\\\b", "a\\\\b"},
    {"pa$$word", "pa$$word"},
    {"''", ""},
    {"'a b'", "a b"},
    {"'a\\b'", "a\\b"},
    {"'a\\\\b'", "a\\b"},
    {"'a\\'b\\\\'", "a'b\\"},
    {"'a\"b${IN}'", "a\"b${IN}"},
    {"\"\"", ""},
    {"\"a b\"", "a b"},
    {"\"a\\\\b\"", "a\\b"},
    {"\"a\\\"b'c\"", "a\"b'c"},
    {"\"a\\$b$c$\"", "a$b$c$"},
    {"\"\\${IN}\"", "${IN}"},
    {"\"\\\\${IN}\"", "\\" VALUE_OF_IN},
    {"\"${IN}\"", VALUE_OF_IN},
    {"\"<${IN}|${IN}>\"", "<" VALUE_OF_IN "|" VALUE_OF_IN ">"},
    {"\"${IN:-other}\"", VALUE_OF_IN},
    {"\"${OUT:-other}\"", "other"},
    {"\"${OUT:-}\"", ""},
    {"\"${OUT:-a:-b}\"", "a:-b"},
    {"\"$${IN}}\"", "$" VALUE_OF_IN "}"},
    {"\"\xc3\xa4\xff\"", "\xc3\xa4\xff"},
};

static struct token first_token(const char *text)
{
	struct tokens tokens;
	struct token t;

	tokens_begin(&tokens, text);
	tokens_next(&tokens, &t);
	ck_assert_uint_eq(t.length, strlen(text));
	return t;
}

static void expect(char **texts, const char *text)
{
	ck_assert_ptr_nonnull(texts);
	ck_assert_str_eq(texts[0], text);
	ck_assert_ptr_null(texts[1]);
	value_text_free(texts);
}

/* Two readers, one result: libConfuse reads all values but secrets. */
START_TEST(a_secret_is_read_like_any_other_value)
{
	const struct token value = first_token(values[_i].value);
	struct fault fault = {0};

	setenv("IN", VALUE_OF_IN, 1);
	unsetenv("OUT");
	ck_assert(value_text_check(&value, VALUE_ESCAPES_NONE, true, &fault));
	expect(value_text_read_secret(&value), values[_i].text);
	expect(value_text_read(&value, 1), values[_i].text);
}
END_TEST

START_TEST(a_variable_that_a_secret_was_taken_from_can_be_wiped)
{
	const struct token value = first_token("\"${WIPED}\""), other = first_token("\"${KEPT}\"");
	char **texts;

	setenv("WIPED", "a secret", 1);
	setenv("KEPT", "no secret", 1);
	texts = value_text_read_secret(&value);
	value_text_free(value_text_read(&other, 1));
	value_text_wipe_variables();
	ck_assert_str_eq(getenv("WIPED"), "");
	ck_assert_str_eq(getenv("KEPT"), "no secret");
	expect(texts, "a secret");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("value-text");

	TCase *c = check_case(s, "value-text");

	LOOP_OVER(c, a_secret_is_read_like_any_other_value, values);
	tcase_add_test(c, a_variable_that_a_secret_was_taken_from_can_be_wiped);
	return check_main(s);
}
