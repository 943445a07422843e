#include "config.h"

#include <stdio.h>

#include "check_main.h"
#include "ui/jsonl.h"

/* Returns the printed form of `json`. */
static const char *printed(struct jsonl *json)
{
	static char line[1024];
	FILE *out = fmemopen(line, sizeof(line), "w");

	ck_assert_ptr_nonnull(out);
	jsonl_print(json, out);
	fclose(out);
	return line;
}

START_TEST(members_keep_their_order_in_one_line)
{
	struct jsonl *json = jsonl_line("check", "work"), *names = jsonl_array(), *tls = jsonl_object();

	jsonl_text(names, NULL, "b.example");
	jsonl_text(names, NULL, "a.example");
	jsonl_number(tls, "days", -3);
	jsonl_add(tls, "names", names);
	jsonl_add(json, "tls", tls);
	jsonl_flag(json, "ok", true);
	jsonl_text(json, "nothing", NULL);
	jsonl_time(json, "at", 1795305600);
	jsonl_time(json, "never", -1);
	ck_assert_str_eq(printed(json),
	    "{\"mailhaul\":2,\"type\":\"check\",\"account\":\"work\","
	    "\"tls\":{\"days\":-3,\"names\":[\"b.example\",\"a.example\"]},"
	    "\"ok\":true,\"nothing\":null,\"at\":\"2026-11-22T00:00:00Z\",\"never\":null}\n");
}
END_TEST

/* A server's text, and its form in a JSON string. */
static const struct {
	const char *text, *shown;
} texts[] = {
    {"", ""},
    {"say \"a\\b\"", "say \\\"a\\\\b\\\""},
    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    {"a\x01\x1b[31m\n", "a\\\\x01\\\\x1b[31m\\\\x0a"},
    {"bad \xff\xc3", "bad \\\\xff\\\\xc3"},
    {"\xe2\x80\xae", "\\\\xe2\\\\x80\\\\xae"},
};

START_TEST(any_bytes_make_valid_json)
{
	struct jsonl *json = jsonl_object();
	char expected[256];

	jsonl_text(json, "t", texts[_i].text);
	snprintf(expected, sizeof(expected), "{\"t\":\"%s\"}\n", texts[_i].shown);
	ck_assert_str_eq(printed(json), expected);
}
END_TEST

START_TEST(an_unprinted_value_is_freed)
{
	struct jsonl *json = jsonl_array();

	jsonl_add(json, NULL, jsonl_object());
	jsonl_free(json);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("jsonl");
	TCase *c = check_case(s, "jsonl");

	tcase_add_test(c, members_keep_their_order_in_one_line);
	LOOP_OVER(c, any_bytes_make_valid_json, texts);
	tcase_add_test(c, an_unprinted_value_is_freed);
	return check_main(s);
}
